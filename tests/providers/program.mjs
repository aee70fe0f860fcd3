// A program that starts others, as a driver starts a browser: all of them end with it, and with this
// process, and what they have written goes too.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "./lifetime.mjs";

const LOG_KEPT = 4000; // characters
const READY_WITHIN = 20_000; // milliseconds
const PATIENCE = 5000; // milliseconds to end by itself

/** Starts `command`. `log()` is the end of what it has said so far. */
export function startProgram(command, args = [], { env } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "gatepass-"));
  let log = "";
  const child = spawn(command, args, {
    // A home of its own: no profile and no cache of the developer's is read or written.
    env: { ...process.env, HOME: folder, TMPDIR: folder, ...XDG, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // the leader of a process group
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (log = (log + text).slice(-LOG_KEPT)));
  }
  const ended = new Promise((resolve) => child.once("error", resolve).once("close", resolve));
  child.once("error", (error) => (log += error.message));

  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // Never started, or nobody of the group is left.
    }
  };
  const end = () => {
    signal("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const forget = atEnd(end);
  return {
    log: () => log,
    /** Waits until `url` answers well. */
    async answers(url) {
      const deadline = Date.now() + READY_WITHIN;
      while (!(await fetch(url).then(({ ok }) => ok, () => false))) {
        if (Date.now() > deadline) throw new Error(`${command} does not answer at ${url}:\n${log}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async stop() {
      signal("SIGTERM");
      const impatience = setTimeout(() => signal("SIGKILL"), PATIENCE);
      await ended;
      clearTimeout(impatience);
      end(); // the rest of the group, which has heard it too
      forget();
    },
  };
}

// Unset, these folders are below HOME.
const XDG = { XDG_CACHE_HOME: undefined, XDG_CONFIG_HOME: undefined, XDG_DATA_HOME: undefined };
