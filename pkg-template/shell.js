// The contract's methods: one object per client, whichever door it takes. The core is loaded on first use.
//
//   createGatepass ── arrival.js takes the response out of the address bar, synchronously
//        └─ method ── client.js ── session.js ── the door (door-*.js) ── the core's steps

import { parseUrl, takeArrival } from "./arrival.js";
import { makeClient } from "./client.js";
import { GatepassError } from "./errors.js";
import { makeFetch } from "./fetch.js";
import { kit } from "./kit.js";
import { failed } from "./load.js";
import { openPopup, tell } from "./page.js";
import { signOut } from "./sign-out.js";

const isServer = () => typeof window === "undefined";
const known = new Map(); // by configuration: React's second render gets the same client

/** `createGatepass` for clients that go through `enter(client)`. */
export function createBy(enter, config) {
  const text = plainText(config);
  let entry = known.get(text);
  if (entry?.storage !== config?.storage) entry = undefined; // a store of the app's own is no text
  entry ??= make(text, config, enter);
  entry.client.config = config ?? {};
  if (!isServer()) known.set(text, entry);
  return entry.gatepass;
}

function make(text, config, enter) {
  const address = takeArrival(config ?? {});
  const callbacks = new Map(); // by address: one exchange, the same result twice
  const client = makeClient(text, config, (event, detail) => tell(client.config.onLog, { event, detail }), enter);
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
      const isOver = session.watch(); // before anything is loaded
      callbacks.set(url, (result = finish(({ door }) => door.arrive(url, isOver))));
      result.catch((error) => error.retryable && callbacks.delete(url));
    }
    return result;
  };

  const finish = async (arrive, onCallback = client.config.onCallback ?? goBack) => {
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
    const begun = at("signInWithPopup", popup, plainText(options), here(config));
    const wait = await begun.catch((e) => (popup.close(), Promise.reject(e)));
    return wait((arrive) => finish(arrive, () => {}));
  };

  const token = (kind) => onceReady(({ minValidity = 0 } = {}) => call(async ({ live }) => (await live(minValidity))[kind]));

  // One that is newer than `refused`, whoever renews it.
  const renewed = (kind) => (refused) =>
    call(async ({ renew }) => {
      if (session.held?.refreshToken && session.held[kind] === refused) await renew(() => session.held[kind] !== refused);
      return session.held?.[kind];
    });

  const page = (name) => () => {
    const url = client.door?.pageUrl?.(name);
    if (!url) throw new GatepassError("not_ready");
    return url;
  };

  /** What the door does; not every door can do everything. */
  const at = (method, ...args) =>
    call(({ door }) => {
      if (!door[method]) throw new GatepassError("request_invalid", { option: method, rule: "unsupported" });
      return door[method](...args);
    });

  const ready = () => (starting ??= start());

  /** `act` on the client once the session is restored. */
  const onceReady = (act) => (options) => ready().then(() => act(options));

  const bearer = config?.bearer === "id" ? "idToken" : "accessToken";
  const aws = (options) => call(async () => (await import("./aws.bundle.js").catch(failed)).awsCredentials(client, kit, options));

  const gatepass = {
    ready,
    get snapshot() {
      return snapshot.current;
    },
    subscribe: snapshot.subscribe,
    signIn: (options = {}) => call(({ door }) => door.signIn(plainText(options), here(config))),
    signInWithPopup: (options = {}) => signInWithPopup(options),
    handleCallback,
    async startFrom(link) {
      const address = parseUrl(link, isServer() ? undefined : location.href);
      if (!address) throw new GatepassError("request_invalid", { option: "url", rule: "malformed" });
      return call(({ door }) => door.startFrom(address.search.slice(1)));
    },
    getAccessToken: token("accessToken"),
    getIdToken: token("idToken"),
    getUserInfo: onceReady(() => at("getUserInfo")),
    fetch: makeFetch(config?.apiOrigins, token(bearer), renewed(bearer)),
    samlResponse: onceReady(() => at("samlResponse")),
    spMetadata: () => at("spMetadata"),
    // An AWS SDK then keeps no copy of its own, which would outlive a sign-out.
    awsCredentials: Object.assign(onceReady(aws), { memoized: true }),
    signOut: (options = {}) => signOut(client, options),
    urls: { signUp: page("signUp"), forgotPassword: page("forgotPassword"), addPasskey: page("addPasskey") },
  };
  return { client, gatepass, storage: config?.storage };
}

/** For the core to read. Functions are no options but the hooks, which stay on this side. */
function plainText(config) {
  try {
    const plain = { ...config, onCallback: undefined, onLog: undefined };
    return JSON.stringify(plain, (_, value) => (typeof value === "function" ? true : value));
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
