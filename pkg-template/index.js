// The package's front: one object per client. The core is loaded on first use.
//
//   createGatepass ── arrival.js takes the response out of the address bar, synchronously
//        └─ method ── client.js ── callback.js, renewal.js, session.js ── the core's steps

import { parseUrl, takeArrival } from "./arrival.js";
import { makeClient } from "./client.js";
import { GatepassError, isGatepassError } from "./errors.js";
import { makeFetch } from "./fetch.js";
import { doors, init, load } from "./load.js";
import { tell } from "./page.js";
import { awaitPopup, openPopup } from "./popup.js";
import { signOut } from "./sign-out.js";
import { send } from "./wire.js";

export { GatepassError, init, isGatepassError };

const isServer = () => typeof window === "undefined";
const known = new Map(); // by configuration: React's second render gets the same client

export function createGatepass(config) {
  const text = plainText(config);
  let entry = known.get(text);
  if (entry?.storage !== config?.storage) entry = undefined; // a store of the app's own is no text
  entry ??= make(text, config);
  entry.hooks = { ...config };
  if (!isServer()) known.set(text, entry);
  return entry.gatepass;
}

function make(text, config) {
  doors.oidc = true;
  const entry = { storage: config?.storage };
  const address = takeArrival(config?.redirectUri);
  const callbacks = new Map(); // by address: one exchange, the same result twice
  const client = makeClient(text, config, (event, detail) => tell(entry.hooks.onLog, { event, detail }), load);
  const { call, session, snapshot } = client;
  let starting;

  const start = async () => {
    if (isServer()) return snapshot.current;
    if (address) return handleCallback().then(({ snapshot }) => snapshot, () => snapshot.current);
    const restore = async () => {
      await session.read();
      const isLive = () => session.remaining() > 0;
      if (session.held && !isLive()) await client.renew(isLive).catch(() => {});
      return client.show();
    };
    return call(restore).catch((error) => client.show({ error }));
  };

  // Without an arrival there is nothing to complete: elsewhere `?code=` is the app's own.
  const handleCallback = (url = address ?? "/") => {
    let result = callbacks.get(url);
    if (!result) {
      callbacks.set(url, (result = complete(({ callback }) => callback.arrive(url))));
      result.catch((error) => error.retryable && callbacks.delete(url));
    }
    return result;
  };

  const complete = async (arrive, onCallback = entry.hooks.onCallback ?? goBack) => {
    try {
      const { returnTo } = await call(arrive);
      const shown = client.show({ error: undefined, tell: returnTo && "changed" });
      const result = Object.freeze({ snapshot: shown, returnTo: returnTo ?? "/" });
      if (returnTo) tell(onCallback, result);
      return result;
    } catch (error) {
      client.show({ error }); // the session from before, if there is one, stands
      throw error;
    }
  };

  const signInWithPopup = async (options) => {
    if (isServer()) throw new GatepassError("unsupported_environment", { rule: "no_window" });
    const popup = openPopup();
    const signIn = ({ core, begin }) => begin(() => core.signIn(plainText(options), here(config)));
    const begun = await call(signIn).catch((e) => (popup.close(), Promise.reject(e)));
    popup.location = begun.url;
    return new Promise((resolve, reject) => {
      const take = (url) => resolve(complete(({ callback }) => callback.take(url, begun.record, begun.state), () => {}));
      awaitPopup(popup, begun.state, take, () => reject(new GatepassError("interrupted")));
    });
  };

  const token = (kind) => async ({ minValidity = 0 } = {}) => {
    await ready();
    return call(async ({ live }) => (await live(minValidity))[kind]);
  };

  // One that is newer than `refused`, whoever renews it.
  const renewed = (kind) => (refused) =>
    call(async ({ renew }) => {
      if (session.held?.refreshToken && session.held[kind] === refused) await renew(() => session.held[kind] !== refused);
      return session.held?.[kind];
    });

  const page = (name) => () => {
    const url = client.core?.pageUrl(name);
    if (!url) throw new GatepassError("not_ready");
    return url;
  };

  const ready = () => (starting ??= start());
  const bearer = config?.bearer === "id" ? "idToken" : "accessToken";

  entry.gatepass = {
    ready,
    get snapshot() {
      return snapshot.current;
    },
    subscribe: snapshot.subscribe,
    signIn: (options = {}) => call(({ core, leave }) => leave(() => core.signIn(plainText(options), here(config)))),
    signInWithPopup: (options = {}) => signInWithPopup(options),
    handleCallback,
    async startFrom(link) {
      const address = parseUrl(link, isServer() ? undefined : location.href);
      if (!address) throw new GatepassError("request_invalid", { option: "url", rule: "malformed" });
      return call(({ core, leave }) => leave(() => core.startFrom(address.search.slice(1))));
    },
    getAccessToken: token("accessToken"),
    getIdToken: token("idToken"),
    async getUserInfo() {
      await ready();
      return call(async ({ core, live, provider }) => {
        const { accessToken, user } = await live(0);
        await provider.ready();
        return core.userinfoClaims(await send(core.userinfo(accessToken)), user.id);
      });
    },
    fetch: makeFetch(config?.apiOrigins, token(bearer), renewed(bearer)),
    signOut: (options = {}) => signOut(client, options),
    urls: { signUp: page("signUp"), forgotPassword: page("forgotPassword"), addPasskey: page("addPasskey") },
  };
  return entry;
}

/** For the core to read. Functions are no options but the two hooks, which stay on this side. */
function plainText(config) {
  try {
    const plain = { ...config, onCallback: undefined, onLog: undefined };
    return JSON.stringify(plain, (_, value) => (typeof value === "function" ? null : value));
  } catch {
    return "null"; // cyclic: the core refuses it
  }
}

/** The present path. A callback page is nowhere to come back to, unless it is the start page itself. */
function here({ redirectUri = "/callback" }) {
  const { pathname, search, hash } = location;
  const isCallback = pathname !== "/" && pathname === parseUrl(redirectUri, location.origin).pathname;
  return isCallback ? "/" : pathname + search + hash;
}

function goBack({ returnTo }) {
  history.replaceState(history.state, "", returnTo);
}
