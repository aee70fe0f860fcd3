// The session's store: what lies in it, and what happens when it is denied, full, wiped, damaged or
// not ours. Whatever the store does, nothing throws, a session in the page lives on, and onLog hears.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { changeVault, everythingKept, heard, LIFETIME, person, short, shown, signInAgain, snapshot, startLife, token, vaultRecord, wake } from "./life.mjs";
import { ready, stored, until } from "./world.mjs";

const world = await startLife();
const { origin, provider } = world;
const { refreshes } = provider;
after(world.stop);

const SESSION = "gatepass:default:session";
const VAULT_KEY = "gatepass:vault-key";
const lastIssued = () => refreshes.issued.at(-1);
const lastToken = () => short(lastIssued().access_token);
const signedIn = { status: "signedIn", via: "oidc", stale: false };
const withStorage = (storage, more) => ({ harness: { options: { storage, ...more } } });
const events = async (page) => (await heard(page)).map(({ event, detail }) => (event === "session_dropped" ? `${event} ${detail}` : event));
/** Errors that nobody has caught. */
const watchErrors = (page) => {
  page.uncaught = [];
  page.on("pageerror", (error) => page.uncaught.push(String(error)));
};

// ── What is kept ────────────────────────────────────────────────────────────────────────────────

/** Every part of the tokens that would be of use to a thief. */
const secrets = (from) =>
  refreshes.issued.slice(from).flatMap(({ access_token, id_token, refresh_token }) => [
    refresh_token,
    ...[access_token, id_token].flatMap((jwt) => [jwt, ...jwt.split(".").slice(1)]),
  ]);

test("the vault holds no token in plain text in any store, before and after a renewal", async (t) => {
  const from = refreshes.issued.length;
  const ada = await person(t, world);
  const page = await ada.signIn();
  const first = await everythingKept(page);
  await ada.clock.pass(LIFETIME + 60);
  assert.equal(await token(page), lastToken());
  const second = await everythingKept(page);

  const parts = secrets(from);
  t.diagnostic(`${parts.length} token parts looked for in ${first.length} and ${second.length} characters`);
  assert.equal(parts.length, 14);
  for (const kept of [first, second]) {
    assert.ok(kept.includes(SESSION), "the record is seen");
    assert.deepEqual(parts.filter((part) => kept.includes(part)), []);
    assert.ok(!kept.includes("ada@example.com"), "nor a personal datum");
  }
});

test("the same look at storage: local finds them all", async (t) => {
  const from = refreshes.issued.length;
  const ada = await person(t, world, withStorage("local"));
  const kept = await everythingKept(await ada.signIn());
  assert.deepEqual(secrets(from).filter((part) => !kept.includes(part)), []);
});

test("the vault: one record by AES-GCM with a new IV each time, one key that cannot be exported", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  assert.deepEqual((await stored(page)).map(([store, key]) => `${store} ${key}`).sort(), [`indexedDB ${SESSION}`, `indexedDB ${VAULT_KEY}`]);
  const key = await vaultRecord(page, VAULT_KEY);
  assert.deepEqual([key.extractable, key.algorithm, [...key.usages].sort()], [false, "AES-GCM", ["decrypt", "encrypt"]]);
  const exported = await page.evaluate(async () => {
    const open = indexedDB.open("gatepass");
    await new Promise((resolve) => (open.onsuccess = resolve));
    const get = open.result.transaction("records").objectStore("records").get("gatepass:vault-key");
    await new Promise((resolve) => (get.onsuccess = resolve));
    open.result.close();
    return Promise.all(["raw", "jwk"].map((format) => crypto.subtle.exportKey(format, get.result).then(() => "exported", ({ name }) => name)));
  });
  assert.deepEqual(exported, ["InvalidAccessError", "InvalidAccessError"]);

  const ivs = [(await vaultRecord(page, SESSION)).iv];
  for (let round = 0; round < 2; round++) {
    await ada.clock.pass(LIFETIME + 60);
    await token(page);
    ivs.push((await vaultRecord(page, SESSION)).iv);
  }
  assert.deepEqual(ivs.map(({ length }) => length), [12, 12, 12]);
  assert.equal(new Set(ivs.map(String)).size, 3);
});

for (const [storage, where] of [["vault", "indexedDB"], ["local", "localStorage"], ["session", "sessionStorage"]]) {
  test(`storage: ${storage} keeps the session across a reload and a renewal`, async (t) => {
    const ada = await person(t, world, withStorage(storage));
    const page = await ada.signIn();
    await ada.clock.pass(LIFETIME + 60);
    assert.equal(await token(page), lastToken());
    await page.reload();
    assert.equal((await ready(page)).status, "signedIn");
    assert.equal(await token(page), lastToken());
    assert.deepEqual((await stored(page)).filter(([, key]) => key === SESSION).map(([store]) => store), [where]);
    assert.deepEqual(await events(page), []);
  });
}

test("a store of the app's own holds the session as text, and is left empty", async (t) => {
  const ada = await person(t, world);
  const own = `{ get: (key) => localStorage.getItem("own " + key), set: async (key, value) => void localStorage.setItem("own " + key, value), remove: (key) => localStorage.removeItem("own " + key) }`;
  const page = await ada.signIn({ init: `window.harness = { options: { storage: ${own} } };` });
  const text = await page.evaluate((key) => localStorage.getItem(`own ${key}`), SESSION);
  assert.equal(JSON.parse(text).refreshToken, lastIssued().refresh_token);
  await page.reload();
  assert.equal((await ready(page)).status, "signedIn");
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  assert.equal(await page.evaluate((key) => localStorage.getItem(`own ${key}`), SESSION), null);
});

for (const [what, own] of [
  ["rejects", `{ get: () => Promise.reject(new Error("no")), set: () => Promise.reject(new Error("no")), remove: () => Promise.reject(new Error("no")) }`],
  ["throws", `{ get() { throw 1 }, set() { throw undefined }, remove() { throw "no" } }`],
  ["answers nonsense", `{ get: () => ({ a: 1 }), set: () => 7, remove: () => null }`],
]) {
  test(`a store of the app's own that ${what}: the session lives in memory, reported`, async (t) => {
    const ada = await person(t, world);
    const page = await ada.signIn({ init: `window.harness = { options: { storage: ${own} } };` });
    assert.deepEqual(await snapshot(page), signedIn);
    assert.ok((await events(page)).some((event) => event.startsWith("session_")), `heard: ${await events(page)}`);
    await ada.clock.pass(LIFETIME + 60);
    assert.equal(await token(page), lastToken());
  });
}

// The key is made when the test says so: both tabs have found none by then.
const SLOW_KEY = `{
  const { generateKey } = SubtleCrypto.prototype;
  const allowed = new Promise((resolve) => (window.allowKey = resolve));
  SubtleCrypto.prototype.generateKey = async function (...args) {
    window.keyWanted = true;
    await allowed;
    return generateKey.apply(this, args);
  };
}`;

test("two tabs that create the vault at once end with one key, which opens the sessions of both", async (t) => {
  const ada = await person(t, world);
  const tabs = [];
  for (const name of ["one", "two"]) {
    tabs.push(await world.open(t, "/", { context: ada.context, harness: { options: { name }, stay: true }, init: SLOW_KEY }));
  }
  for (const tab of tabs) await world.begin(tab);
  const addresses = [];
  for (const tab of tabs) addresses.push(await world.logInAndHold(tab));
  const observer = await ada.bystander();
  assert.equal(await vaultRecord(observer, VAULT_KEY), null);

  const [one, two] = tabs;
  await one.goto(addresses[0]);
  await until(() => one.evaluate(() => window.keyWanted));
  await two.goto(addresses[1]);
  const waits = () => observer.evaluate(async () => (await navigator.locks.query()).pending.length > 0);
  await until(async () => (await waits()) || (await two.evaluate(() => window.keyWanted)));
  assert.equal(await vaultRecord(observer, VAULT_KEY), null, "both want to make it");

  await one.evaluate(() => allowKey());
  await until(async () => (await vaultRecord(observer, "gatepass:one:session")) !== null);
  await two.evaluate(() => allowKey());
  for (const tab of tabs) assert.equal((await ready(tab)).status, "signedIn");
  for (const tab of tabs) {
    await tab.reload();
    assert.equal((await ready(tab)).status, "signedIn");
    assert.deepEqual(await events(tab), []);
  }
});

// ── Denied and full ─────────────────────────────────────────────────────────────────────────────

const throwing = (name) => `new DOMException("no", "${name}")`;
const DENIALS = [
  { what: "indexedDB is undefined", storage: "vault", init: `Object.defineProperty(window, "indexedDB", { value: undefined });` },
  { what: "indexedDB may not be touched", storage: "vault", init: `Object.defineProperty(window, "indexedDB", { get() { throw ${throwing("SecurityError")}; } });` },
  { what: "indexedDB.open throws", storage: "vault", init: `IDBFactory.prototype.open = () => { throw ${throwing("SecurityError")}; };` },
  { what: "indexedDB.open fails", storage: "vault", init: `IDBFactory.prototype.open = () => { const request = {}; setTimeout(() => request.onerror?.({ target: request })); return request; };` },
  { what: "indexedDB.open is blocked", storage: "vault", init: `IDBFactory.prototype.open = () => { const request = {}; setTimeout(() => request.onblocked?.({ target: request })); return request; };` },
  { what: "put throws: quota exceeded", storage: "vault", init: `IDBObjectStore.prototype.put = () => { throw ${throwing("QuotaExceededError")}; };` },
  {
    what: "put succeeds and the transaction is undone: disk full",
    storage: "vault",
    init: `{ const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...args) {
        const request = put.apply(this, args);
        request.addEventListener("success", () => this.transaction.abort());
        return request;
      }; }`,
  },
  { what: "put and add throw: quota exceeded", storage: "vault", init: `IDBObjectStore.prototype.put = IDBObjectStore.prototype.add = () => { throw ${throwing("QuotaExceededError")}; };` },
  { what: "the browser has no AES-GCM", storage: "vault", init: `SubtleCrypto.prototype.encrypt = () => Promise.reject(${throwing("NotSupportedError")});` },
  { what: "setItem throws: quota exceeded", storage: "local", init: `{ const { setItem } = Storage.prototype; Storage.prototype.setItem = function (key, value) { if (key.includes("session")) throw ${throwing("QuotaExceededError")}; return setItem.call(this, key, value); }; }` },
  { what: "localStorage may not be touched", storage: "local", init: `Object.defineProperty(window, "localStorage", { get() { throw ${throwing("SecurityError")}; } });` },
  { what: "setItem throws: quota exceeded", storage: "session", init: `{ const { setItem } = Storage.prototype; Storage.prototype.setItem = function (key, value) { if (key.includes("session")) throw ${throwing("QuotaExceededError")}; return setItem.call(this, key, value); }; }` },
];

for (const { what, storage, init } of DENIALS) {
  test(`${storage}: ${what}: the session lives in memory, renews and signs out, reported`, async (t) => {
    const ada = await person(t, world, { ...withStorage(storage), init });
    const page = await ada.signIn();
    watchErrors(page);
    assert.deepEqual(await snapshot(page), signedIn);
    assert.deepEqual(await events(page), ["session_in_memory"]);
    assert.equal(await token(page), lastToken());

    await ada.clock.pass(LIFETIME + 60);
    const count = refreshes.count();
    assert.equal(await token(page), lastToken());
    assert.deepEqual([count.requests, count.refused], [1, 0]);
    assert.deepEqual(await snapshot(page), signedIn);
    assert.deepEqual([...new Set(await events(page))], ["session_in_memory"]);
    const undisturbed = storage === "session" ? page : await ada.bystander();
    assert.doesNotMatch(await everythingKept(undisturbed), /default:session|refreshToken/);

    await page.evaluate(() => auth.signOut({ scope: "local" }));
    assert.deepEqual(await snapshot(page), { status: "signedOut", reason: "signed_out" });
    assert.deepEqual(page.uncaught, []);
  });
}

test("full only from now on: the renewed session lives in memory, and no old one is left behind", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  await page.evaluate(() => (IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); }));
  await ada.clock.pass(LIFETIME + 60);
  const count = refreshes.count();
  assert.equal(await token(page), lastToken());
  assert.deepEqual(await snapshot(page), signedIn);
  assert.deepEqual(await events(page), ["session_in_memory"]);

  // What another tab finds must not be the used refresh token: the provider would end the session.
  const other = await ada.tab();
  await token(other);
  t.diagnostic(String(count));
  assert.equal(count.refused, 0);
  assert.equal(await token(page), lastToken());
  assert.deepEqual(await snapshot(page), signedIn);
});

// ── Wiped, damaged, foreign ─────────────────────────────────────────────────────────────────────

for (const storage of ["vault", "local", "session"]) {
  test(`${storage}: site data cleared while the page runs: it stays signed in and keeps the session again`, async (t) => {
    const ada = await person(t, world, withStorage(storage));
    const page = await ada.signIn();
    watchErrors(page);
    const cdp = await ada.context.newCDPSession(page);
    await cdp.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
    await page.evaluate(() => sessionStorage.clear());
    const keys = async () => (await stored(page)).map(([, key]) => key);
    await until(async () => (await keys()).length === 0);

    await wake(page);
    assert.equal(await token(page), lastToken());
    await until(async () => (await keys()).includes(SESSION));
    assert.deepEqual(await snapshot(page), signedIn);
    assert.deepEqual([...new Set(await shown(page))], ["signedIn"]);
    await page.reload();
    assert.equal((await ready(page)).status, "signedIn");
    assert.equal(await token(page), lastToken());
    assert.deepEqual(page.uncaught, []);
  });
}

test("site data cleared before a renewal: one refresh request, signed in, kept again", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  const cdp = await ada.context.newCDPSession(page);
  await cdp.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
  await ada.clock.pass(LIFETIME + 60);
  const count = refreshes.count();
  assert.equal(await token(page), lastToken());
  assert.deepEqual([count.requests, count.refused], [1, 0]);
  await until(async () => (await vaultRecord(page, SESSION)) !== null);
  await page.reload();
  assert.equal((await ready(page)).status, "signedIn");
});

// How a record comes to be of no use. `change` runs in the page.
const flip = `({ iv, data }) => { const bytes = new Uint8Array(data.slice(0)); bytes[bytes.length >> 1] ^= 1; return { iv, data: bytes.buffer }; }`;
const VAULT_DAMAGE = [
  { what: "truncated", change: `({ iv, data }) => ({ iv, data: new Uint8Array(data).slice(0, -1).buffer })`, reason: "damaged" },
  { what: "empty", change: `({ iv }) => ({ iv, data: new ArrayBuffer(0) })`, reason: "damaged" },
  { what: "with one bit flipped", change: flip, reason: "damaged" },
  { what: "with another IV", change: `({ iv, data }) => ({ iv: crypto.getRandomValues(new Uint8Array(12)), data })`, reason: "damaged" },
  { what: "without an IV", change: `({ data }) => ({ data })`, reason: "damaged" },
  { what: "with an IV of another type", change: `({ data }) => ({ iv: "text", data })`, reason: "damaged" },
  { what: "that is a text", change: `() => "text"`, reason: "damaged" },
  { what: "that is null", change: `() => null`, reason: "damaged" },
];
const LOCAL_DAMAGE = [
  { what: "truncated", change: (text) => text.slice(0, -2), reason: "damaged" },
  { what: "empty", change: () => "", reason: "damaged" },
  { what: "of a future version", change: (text) => text.replace(/"v":\d+/, '"v":99'), reason: "version" },
  { what: "of another client", change: (text) => text.replace('"clientId":"', '"clientId":"x'), reason: "foreign" },
  { what: "of another issuer", change: (text) => text.replaceAll(provider.issuer, "https://evil.example"), reason: "foreign" },
];

const damageVault = (page, { change }) => changeVault(page, SESSION, change);
async function damageLocal(page, { change }) {
  const text = await page.evaluate((key) => localStorage.getItem(key), SESSION);
  assert.notEqual(change(text), text);
  await page.evaluate(([key, text]) => localStorage.setItem(key, text), [SESSION, change(text)]);
}

for (const [storage, damages, damage] of [["vault", VAULT_DAMAGE, damageVault], ["local", LOCAL_DAMAGE, damageLocal]]) {
  for (const one of damages) {
    test(`${storage}: a record ${one.what} is dropped at the next start, reported as ${one.reason}`, async (t) => {
      const ada = await person(t, world, withStorage(storage));
      const page = await ada.signIn();
      watchErrors(page);
      await page.goto(`${origin}/app.js`); // no client of ours runs here
      await damage(page, one);
      await page.goto(origin);

      const count = refreshes.count();
      assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
      assert.deepEqual(await events(page), [`session_dropped ${one.reason}`]);
      assert.deepEqual((await stored(page)).filter(([, key]) => key === SESSION), []);
      assert.equal(count.requests, 0);
      assert.deepEqual(page.uncaught, []);

      // And the store is of use again.
      await signInAgain(page);
      await page.reload();
      assert.equal((await ready(page)).status, "signedIn");
    });

    test(`${storage}: a record ${one.what} under a running page: it stays signed in and writes it again`, async (t) => {
      const ada = await person(t, world, withStorage(storage));
      const page = await ada.signIn();
      watchErrors(page);
      await damage(page, one);
      await ada.clock.pass(LIFETIME + 60);
      const count = refreshes.count();
      assert.equal(await token(page), lastToken());
      assert.deepEqual([count.requests, count.refused], [1, 0]);
      assert.deepEqual(await snapshot(page), signedIn);
      assert.deepEqual([...new Set(await shown(page))], ["signedIn"]);
      assert.deepEqual(await events(page), [`session_dropped ${one.reason}`]);
      const next = await ada.tab();
      assert.deepEqual(await snapshot(next), signedIn);
      assert.equal(await token(next), lastToken());
      assert.equal(count.requests, 1);
      assert.deepEqual(page.uncaught, []);
    });
  }
}

test("vault: the key is gone or another one: the record is dropped as damaged, and a sign-in works again", async (t) => {
  for (const change of [`() => undefined`, `() => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])`]) {
    const ada = await person(t, world);
    const page = await ada.signIn();
    await page.goto(`${origin}/app.js`);
    await changeVault(page, VAULT_KEY, change);
    await page.goto(origin);
    assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
    assert.deepEqual(await events(page), ["session_dropped damaged"], change);

    await signInAgain(page);
    await page.reload();
    assert.equal((await ready(page)).status, "signedIn", change);
    assert.deepEqual(await events(page), []);
  }
});

test("vault: what stands in the key's place is none: it is replaced, and the next sign-in survives a reload", async (t) => {
  const page = await (await person(t, world)).signIn();
  await changeVault(page, VAULT_KEY, `() => "no key"`);
  await page.reload();
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
  assert.deepEqual(await events(page), ["session_dropped damaged"]);
  await signInAgain(page);
  await page.reload();
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal((await vaultRecord(page, VAULT_KEY)).extractable, false);
});

for (const { storage, reason } of [{ storage: "vault", reason: "damaged" }, { storage: "local", reason: "foreign" }]) {
  test(`${storage}: the records of two named clients, swapped, are of no use to either`, async (t) => {
    const ada = await person(t, world);
    const [one, two] = ["one", "two"].map((name) => withStorage(storage, { name }));
    const pages = [await ada.signIn(one), await ada.tab(two)];
    await signInAgain(pages[1]);
    const helper = await ada.bystander();
    if (storage === "local") {
      await helper.evaluate(() => {
        const [one, two] = ["one", "two"].map((name) => localStorage.getItem(`gatepass:${name}:session`));
        localStorage.setItem("gatepass:one:session", two);
        localStorage.setItem("gatepass:two:session", one);
      });
    } else {
      const records = [];
      for (const name of ["one", "two"]) records.push(await vaultRecord(helper, `gatepass:${name}:session`));
      const restore = `(_, { iv, data }) => ({ iv: new Uint8Array(iv), data: new Uint8Array(data).buffer })`;
      await changeVault(helper, "gatepass:one:session", restore, records[1]);
      await changeVault(helper, "gatepass:two:session", restore, records[0]);
    }
    for (const page of pages) {
      await page.reload();
      assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
      assert.deepEqual(await events(page), [`session_dropped ${reason}`]);
    }
  });
}

test("vault: the helper that swaps writes a record that opens: put back in its place it is read", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  const record = await vaultRecord(page, SESSION);
  await changeVault(page, SESSION, `(_, { iv, data }) => ({ iv: new Uint8Array(iv), data: new Uint8Array(data).buffer })`, record);
  await page.reload();
  assert.equal((await ready(page)).status, "signedIn");
});

test("vault: a database of a future version: the session lives in memory, reported", async (t) => {
  const ada = await person(t, world);
  const helper = await ada.bystander();
  await helper.evaluate(async () => {
    const open = indexedDB.open("gatepass", 99);
    await new Promise((resolve) => (open.onsuccess = resolve));
    open.result.close();
  });
  const page = await ada.signIn();
  assert.deepEqual(await snapshot(page), signedIn);
  assert.deepEqual(await events(page), ["session_in_memory"]);
  assert.equal(await token(page), lastToken());
});
