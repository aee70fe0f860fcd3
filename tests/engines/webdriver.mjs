// A small WebDriver client (W3C): a session of one driver, its tabs, what is run in them.
//
//   startSession({ command, args, env, capabilities }) → page.goto(url) → page.evaluate(call) → end()

import { freePort, until } from "../e2e/world.mjs";
import { startProgram } from "../providers/program.mjs";

const PATIENCE = 60_000; // milliseconds for one command; the first one starts a browser

/**
 * Starts the driver, and by it the browser with one tab. `args(port)` are the driver's own.
 *
 * `page` is the first tab, `open()` opens another one. A tab is called as Playwright's are, so that
 * tests/e2e/ helpers take it: `goto`, `url`, `evaluate`.
 */
export async function startSession({ command, args, env, capabilities }) {
  const port = await freePort();
  const driver = startProgram(command, args(port), { env });
  const send = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  };

  try {
    await until(() => send("GET", "/status").then(({ ready }) => ready, () => false));
    const always = { ...capabilities, timeouts: { script: 15_000, pageLoad: 30_000 } };
    const { sessionId } = await send("POST", "/session", { capabilities: { alwaysMatch: always } });
    const path = `/session/${sessionId}`;
    const command = (method, name, body) => send(method, `${path}/${name}`, body);

    let front = await command("GET", "window");
    const tab = (handle) => {
      // One command after the other: a session has one tab in front.
      const here = async (method, name, body) => {
        if (front !== handle) await command("POST", "window", { handle });
        front = handle;
        return command(method, name, body);
      };
      return {
        goto: (url) => here("POST", "url", { url }),
        url: () => here("GET", "url"),
        async evaluate(call, ...args) {
          const source = typeof call === "string" ? call : `(${call})(...${JSON.stringify(args)})`;
          const { value, error } = JSON.parse(await here("POST", "execute/async", { script: inPage(source), args: [] }));
          if (error) throw new Error(`in the page: ${error}`);
          return value;
        },
      };
    };
    return {
      page: tab(front),
      open: async () => tab((await command("POST", "window/new", { type: "tab" })).handle),
      async end() {
        await send("DELETE", path).catch(() => {}); // what does not end by itself is ended
        await driver.stop();
      },
    };
  } catch (error) {
    await driver.stop();
    throw new Error(`${error.message}\n${driver.log()}`, { cause: error });
  }
}

// As JSON: each driver has ideas of its own about what else can cross over.
const inPage = (source) => `
  const done = arguments[arguments.length - 1];
  (async () => ${source})().then(
    (value) => done(JSON.stringify({ value })),
    (error) => done(JSON.stringify({ error: String(error) + JSON.stringify(error) })),
  );`;
