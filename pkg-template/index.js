// The package's front: one object per client, loading the core on first use.
//
//   createGatepass ── arrival.js takes the response out of the address bar, synchronously
//        │
//     method ── load.js ── wasm core ── plain values back ── snapshot, listeners

import { parseUrl, takeArrival } from "./arrival.js";
import { GatepassError, isGatepassError, toGatepassError } from "./errors.js";
import { idb } from "./idb.js";
import { init, load } from "./load.js";

export { GatepassError, init, isGatepassError };

const LOADING = Object.freeze({ status: "loading" });
const SIGNED_OUT = { status: "signedOut", reason: "never" };
const MAX_TIMER = 2 ** 31 - 1; // milliseconds; longer ones fire at once

const isServer = () => typeof window === "undefined";
const clients = new Map(); // by configuration: React's second render gets the same client

export function createGatepass(config) {
  const text = configText(config);
  const client = clients.get(text) ?? makeClient(text, config);
  client.hooks(config);
  if (!isServer()) clients.set(text, client);
  return client.gatepass;
}

function makeClient(text, config) {
  const address = takeArrival(config?.redirectUri);
  const listeners = new Set();
  const callbacks = new Map(); // by address: one exchange, the same result twice
  let hooks, snapshot = LOADING, core, opening, starting, timer;

  const open = async () => {
    if (isServer()) throw new GatepassError("unsupported_environment", { rule: "no_window" });
    const { Client } = await load();
    core ??= new Client(text, { idb, log: (event, detail) => tell(hooks?.onLog, { event, detail }) });
    return core;
  };

  const call = async (method, ...args) => {
    try {
      const client = await (opening ??= open());
      return await client[method](...args);
    } catch (e) {
      if (!core) opening = undefined;
      throw toGatepassError(e);
    }
  };

  const set = (next) => {
    if (next.expiresAt) next.expiresAt = new Date(next.expiresAt);
    clearTimeout(timer);
    if (next.expiresAt) timer = setTimeout(check, Math.min(next.expiresAt - Date.now() + 1, MAX_TIMER));
    if (JSON.stringify(next) === JSON.stringify(snapshot) && next.error === snapshot.error) return;
    snapshot = freeze(next);
    for (const listener of [...listeners]) tell(listener);
  };

  // Timers sleep with the machine: they and the page's return only wake this check.
  const check = async () => snapshot.status === "signedIn" && set(await call("restore"));

  const start = async () => {
    if (isServer()) return snapshot;
    addEventListener("pageshow", check);
    document.addEventListener("visibilitychange", check);
    if (address) await handleCallback().catch(() => {});
    else set(await call("restore").catch((error) => ({ ...SIGNED_OUT, error })));
    return snapshot;
  };

  // Without an arrival there is nothing to complete: elsewhere `?code=` is the app's own.
  const handleCallback = (url = address ?? "/") => {
    let result = callbacks.get(url);
    if (!result) {
      callbacks.set(url, (result = complete(url)));
      result.catch((error) => error.retryable && callbacks.delete(url));
    }
    return result;
  };

  const complete = async (url) => {
    let result;
    try {
      result = await call("handleCallback", url);
      if (!result) await left();
    } catch (error) {
      // The session from before, if there is one, stands.
      set({ ...(await call("restore").catch(() => SIGNED_OUT)), error });
      throw error;
    }
    set(result.snapshot);
    const { returnTo } = result;
    result = Object.freeze({ snapshot, returnTo: returnTo ?? "/" });
    if (returnTo) tell(hooks?.onCallback ?? goBack, result);
    return result;
  };

  const token = (method) => async ({ minValidity = 0 } = {}) => {
    await ready();
    return call(method, minValidity).catch((error) => (check(), Promise.reject(error)));
  };

  const url = (page) => () => {
    if (!core) throw new GatepassError("not_ready");
    return core.pageUrl(page);
  };

  const ready = () => (starting ??= start());

  const gatepass = {
    ready,
    get snapshot() {
      return snapshot;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async signIn(options = {}) {
      await call("signIn", configText(options));
      return left();
    },
    handleCallback,
    async startFrom(link) {
      const address = parseUrl(link, isServer() ? undefined : location.href);
      if (!address) throw new GatepassError("request_invalid", { option: "url", rule: "malformed" });
      await call("startFrom", address.search.slice(1));
      return left();
    },
    getAccessToken: token("accessToken"),
    getIdToken: token("idToken"),
    async signOut({ scope = "global" } = {}) {
      if (scope !== "global" && scope !== "local") throw new GatepassError("request_invalid", { option: "scope", rule: "unknown" });
      set(await call("signOut", scope === "global"));
      if (scope === "global") return left();
    },
    urls: { signUp: url("signUp"), forgotPassword: url("forgotPassword"), addPasskey: url("addPasskey") },
  };
  return { gatepass, hooks: (next) => (hooks = next) };
}

/** For the core to read. Functions are no options but the two hooks, which stay on this side. */
function configText(config) {
  try {
    return JSON.stringify({ ...config, onCallback: undefined, onLog: undefined }, (_, value) => (typeof value === "function" ? null : value));
  } catch {
    return "null"; // cyclic: the core refuses it
  }
}

/** The page is leaving. If it comes back from the back/forward cache, nobody waits forever. */
function left() {
  return new Promise((_, reject) => {
    addEventListener("pageshow", function back(event) {
      if (!event.persisted) return;
      removeEventListener("pageshow", back);
      reject(new GatepassError("interrupted"));
    });
  });
}

/** Calls the app. Its own error must not undo what has happened here. */
function tell(listener, ...args) {
  try {
    listener?.(...args);
  } catch (e) {
    reportError(e);
  }
}

function goBack({ returnTo }) {
  history.replaceState(history.state, "", returnTo);
}

function freeze(value) {
  for (const inner of Object.values(value)) if (inner instanceof Object) freeze(inner);
  return Object.freeze(value);
}
