// One client: the core, the session, and who changes it when.
//
//   callback ─ sign-in ─┐                        ┌─> snapshot ─> the app
//   renewal ── tokens ──┼─> session ─> changed ──┤
//   sign-out ───────────┘      ^                 └─> other tabs
//   timer, network, page ── check

import { GatepassError, toGatepassError } from "./errors.js";
import { SIGNED_OUT, makeRecords } from "./records.js";
import { makeSession } from "./session.js";
import { makeSnapshot } from "./snapshot.js";
import { openStore } from "./stores.js";
import { openTabs } from "./tabs.js";

const AHEAD = 60; // seconds before the end, with `renew: "ahead"`
const MAX_BACKOFF = 60_000; // milliseconds between two tries of a renewal that fails for now
const MAX_TIMER = 2 ** 31 - 1; // milliseconds; longer ones fire at once

/**
 * `text` is the configuration for the core, `log` takes an event and its detail; `enter(client)` gives it its
 * core and its door.
 */
export function makeClient(text, config, log, enter) {
  const name = config?.name ?? "default";
  const ahead = config?.renew === "ahead" ? AHEAD : 0;
  const snapshot = makeSnapshot();
  let opening, timer, error;
  let failures = 0; // renewals in a row that failed
  let retry = false; // the last one may succeed by itself

  const client = { text, config, name, log, snapshot, records: makeRecords(name) };
  const session = (client.session = makeSession(client));

  const open = async () => {
    if (typeof window === "undefined") throw new GatepassError("unsupported_environment", { rule: "no_window" });
    await enter(client);
    client.store = openStore(config.storage, `gatepass:${name}:session`, client.core.owner());
    client.tabs = openTabs(name, heard);
    for (const event of ["pageshow", "online"]) addEventListener(event, check);
    document.addEventListener("visibilitychange", check);
  };

  /** What `action` resolves with once the core is there. Every failure is a GatepassError. */
  client.call = async (action) => {
    try {
      await (opening ??= open());
      return await action(client);
    } catch (e) {
      if (!client.core) opening = undefined;
      throw toGatepassError(e);
    }
  };

  /** Shows what the session is now, with what went wrong on the way; `changed`: the other tabs hear of it. */
  client.show = (what = {}) => {
    if ("error" in what) error = what.error;
    clearTimeout(timer);
    const wait = session.held ? pause() : undefined;
    if (wait !== undefined) timer = setTimeout(check, Math.min(Math.max(wait, 0), MAX_TIMER));
    if (!session.held) failures = 0;
    if (what.tell) client.tabs.tell(what.tell);
    return snapshot.show(session, failures > 0, error);
  };

  /** Renews until `isEnough`. */
  client.renew = async (isEnough) => {
    const before = session.held;
    try {
      await client.renewal(isEnough);
      failures = 0;
    } catch (e) {
      const failure = toGatepassError(e);
      failures++;
      retry = failure.retryable;
      throw failure;
    } finally {
      client.show(session.held === before ? {} : { tell: "changed" });
    }
  };

  /** The session, with `minValidity` seconds to go. */
  client.live = async (minValidity) => {
    // The mark is there before the other tab's message comes.
    if (session.held && client.records.mark(SIGNED_OUT) === "1") await heard("signed_out");
    const isEnough = () => session.remaining() > minValidity;
    // Nothing outlives its lifetime: asking for more must not cost a request each time.
    const isPossible = () => session.held.refreshToken && (session.remaining() <= 0 || session.held.lifetime > minValidity);
    if (session.held && !isEnough() && isPossible()) await client.renew(isEnough);
    if (session.held && !session.isAlive()) {
      await session.read();
      client.show();
    }
    if (!session.held) throw session.nobody();
    if (!isEnough()) throw session.nobody("min_validity");
    return session.held;
  };

  // Milliseconds to the next check, if there is something to check then: tokens that can be renewed and
  // that nobody asks for are left alone.
  const pause = () => {
    if (failures) return retry ? Math.min(1000 * 2 ** failures, MAX_BACKOFF) : undefined;
    if (!session.held.refreshToken) return session.remaining() * 1000 + 1;
    return ahead ? (session.remaining() - early()) * 1000 + 1 : undefined;
  };

  // Tokens that live shorter than that are renewed at half their life.
  const early = () => Math.min(ahead, session.held.lifetime / 2);

  // Timers sleep with the machine: they, the network's return and the page's only wake this check.
  const check = async () => {
    if (!session.held || document.visibilityState === "hidden") return;
    await session.read();
    const isDue = () => session.held?.refreshToken && (failures ? retry : ahead && session.remaining() <= early());
    if (isDue()) await client.renew(() => !isDue()).catch(() => {});
    else client.show();
  };

  // Another tab says: "changed", "signed_out", or "revoked".
  const heard = async (what) => {
    if (what === "signed_out") {
      session.epoch++;
      if (session.held) session.end("elsewhere");
    }
    if (what === "revoked") {
      session.epoch++;
      if (session.held) await session.drop(what);
    }
    await session.read();
    failures = 0;
    client.show({ error: undefined });
  };

  return client;
}
