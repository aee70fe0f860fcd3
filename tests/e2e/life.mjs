// What the tests of a session's life share: one person's tabs, a clock that a test moves, the tabs as
// their subscribers see them, and the stores byte for byte.
//
//   const ada = await person(t, world) → ada.signIn() → ada.tab() … → ada.clock.pass(4_000)

import { advance, reset } from "../providers/time.mjs";
import { requests } from "./wire.mjs";
import { ready, rejection, startWorld, until, verdict } from "./world.mjs";

export const LIFETIME = 3600; // seconds, of every token of the providers here

/** A world with the store that an app gets when it does not say. */
export const startLife = (options) => startWorld({ config: {}, ...options });

/** A person with a browser of their own: its tabs share stores, locks and messages. `options` are every tab's, as for `world.open`. */
export async function person(t, world, options = {}) {
  const context = await world.person(t);
  const clock = await clockOf(t, context);
  return {
    context,
    clock,

    /** Signs in, in a new tab. */
    signIn: (more) => world.signedIn(t, "/", { context, ...options, ...more }),

    /** A new tab, `ready()` over. */
    async tab(more) {
      const page = await world.open(t, "/", { context, ...options, ...more });
      await ready(page);
      return page;
    },

    /** A new tab of the same origin that does nothing by itself. */
    bystander: () => world.open(t, "/", { context, harness: { manual: true } }),
  };
}

/** A token as tests compare it: the end of its signature tells it from every other. */
export const short = (token) => `…${token.slice(-12)}`;

/** The access token, shortened, or the verdict on the error. */
export async function token(page, options = {}) {
  const answer = await page.evaluate(
    (options) => auth.getAccessToken(options).catch((e) => [gatepass.isGatepassError(e) ? e.code : String(e), e.details?.rule]),
    options,
  );
  return typeof answer === "string" ? short(answer) : answer;
}

/** Signs in where the provider knows the person by now: no login page. */
export async function signInAgain(page) {
  await page.evaluate(() => void auth.signIn().catch(() => {}));
  await until(async () => (await page.evaluate(() => window.auth?.snapshot.status).catch(() => {})) === "signedIn");
}

/** The code and the rule with which `getAccessToken(options)` rejects. */
export async function refusal(page, options = {}) {
  const error = await rejection(page, `() => auth.getAccessToken(${JSON.stringify(options)})`);
  if (!error) throw new Error("getAccessToken resolved");
  return verdict(error);
}

/** The snapshot without the user. */
export const snapshot = (page) =>
  page.evaluate(() => {
    const { user, expiresAt, error, ...rest } = auth.snapshot;
    return { ...rest, ...(error && { error: error.code }) };
  });

/** What subscribers were shown, one word a snapshot: the status, or why nobody is signed in. Since the page was loaded, or `from` a mark. */
export const shown = (page, from = 0) => page.evaluate((from) => snapshots.slice(from).map(({ status, reason }) => reason ?? status), from);

/** How many snapshots subscribers were shown up to now. */
export const mark = (page) => page.evaluate(() => snapshots.length);

/** Waits until the tab is signed in, or signed out. */
export const becomes = (page, status) => until(async () => (await snapshot(page)).status === status);

/** What onLog has heard. */
export const heard = (page) => page.evaluate(() => log);

/** The refresh requests that left this page; one that the browser repeats by itself is one. */
export const refreshesFrom = (page) => requests(page.wire).filter(({ body }) => body?.includes("grant_type=refresh_token"));

/** Wakes a page as the browser does when the person comes back to it. */
export const wake = (page) => page.evaluate(() => void document.dispatchEvent(new Event("visibilitychange")));

/** Changes a record of the vault in place: `change` runs in the page and gets the record; `undefined` deletes it. */
export const changeVault = (page, key, change, argument) =>
  page.evaluate(
    `(async (key, argument) => {
      const done = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
      const db = await done(indexedDB.open("gatepass"));
      const record = await done(db.transaction("records").objectStore("records").get(key));
      if (!record) throw new Error("no such record");
      const changed = await (${change})(record, argument);
      const store = db.transaction("records", "readwrite").objectStore("records");
      await done(changed === undefined ? store.delete(key) : store.put(changed, key));
      db.close();
    })(${JSON.stringify(key)}, ${JSON.stringify(argument)})`,
  );

/** One value of the vault's object store, with the ciphertext as numbers; `null` when there is none. */
export const vaultRecord = (page, key) =>
  page.evaluate(async (key) => {
    const done = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
    if (!(await indexedDB.databases()).some(({ name }) => name === "gatepass")) return null;
    const db = await done(indexedDB.open("gatepass"));
    const record = db.objectStoreNames.contains("records") ? await done(db.transaction("records").objectStore("records").get(key)) : undefined;
    db.close();
    if (record instanceof CryptoKey) return { extractable: record.extractable, algorithm: record.algorithm.name, usages: record.usages };
    return record?.data ? { iv: [...new Uint8Array(record.iv)], data: [...new Uint8Array(record.data)] } : (record ?? null);
  }, key);

/**
 * Everything that the browser keeps for this origin, as one text: localStorage, sessionStorage,
 * IndexedDB, Cache API, cookies, `history.state`, `window.name`. Binary data as Latin-1: a token in
 * it shows.
 */
export async function everythingKept(page) {
  const inPage = await page.evaluate(async () => {
    const done = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
    const latin1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const text = async (value) => {
      if (value instanceof ArrayBuffer) return latin1(new Uint8Array(value));
      if (ArrayBuffer.isView(value)) return latin1(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      if (value instanceof Blob) return latin1(new Uint8Array(await value.arrayBuffer()));
      if (value instanceof CryptoKey) return value.extractable ? JSON.stringify(await crypto.subtle.exportKey("jwk", value)) : "CryptoKey";
      if (value instanceof Map || value instanceof Set) value = [...value];
      if (!(value instanceof Object)) return String(value);
      return (await Promise.all(Object.entries(value).map(async ([name, value]) => `${name}=${await text(value)}`))).join("\n");
    };
    const kept = [await text({ ...localStorage }), await text({ ...sessionStorage }), await text(history.state), window.name];
    for (const { name } of await indexedDB.databases()) {
      const db = await done(indexedDB.open(name));
      for (const storeName of db.objectStoreNames) {
        const store = db.transaction(storeName).objectStore(storeName);
        const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
        kept.push(await text(keys), await text(values));
      }
      db.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) kept.push(request.url, await (await cache.match(request)).text());
    }
    return kept.join("\n");
  });
  return inPage + JSON.stringify(await page.context().cookies());
}

// Time in every tab of a person. A new document begins its monotonic clock anew, as browsers do.
async function clockOf(t, context) {
  let wall = 0;
  const move = async (seconds, monotonic) => {
    wall += seconds * 1000;
    await context.addInitScript(keepTime, { wall, monotonic: 0 });
    await Promise.all(context.pages().map((page) => page.evaluate(keepTime, { wall, monotonic: monotonic * 1000 })));
  };
  await move(0, 0);
  t.after(reset);
  return {
    /** Time passes, for the provider too. No timer fires of it. */
    async pass(seconds) {
      advance(seconds);
      await move(seconds, seconds);
    },

    /** The machine sleeps: time passes, but the monotonic clock has stood still. */
    async sleep(seconds) {
      advance(seconds);
      await move(seconds, 0);
    },

    /** Somebody moves the wall clock of the person's machine, and nothing else. */
    set: (seconds) => move(seconds, 0),
  };
}

// Runs in the page, once as it begins and again with each move: `wall` is how far its clock is off,
// `monotonic` what has passed since the last time.
function keepTime({ wall, monotonic }) {
  if (window.keptTime) {
    window.keptTime.wall = wall;
    window.keptTime.monotonic += monotonic;
    return;
  }
  const kept = (window.keptTime = { wall, monotonic });
  const { now: wallNow } = Date;
  const monotonicNow = performance.now.bind(performance);
  Date.now = () => wallNow() + kept.wall;
  performance.now = () => monotonicNow() + kept.monotonic;
  window.Date = new Proxy(Date, {
    construct: (target, args, maker) => Reflect.construct(target, args.length > 0 ? args : [target.now()], maker),
    apply: (target) => new target(target.now()).toString(),
  });
}
