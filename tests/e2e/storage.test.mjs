// Stores that are denied, full, lying, wiped or damaged: a sign-in finds one that keeps its word or
// does not leave the page, a session lives on in memory, and nothing throws at load.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { requests, requestsBeside } from "./wire.mjs";
import { ready, rejection, startWorld, stored, verdict } from "./world.mjs";

const world = await startWorld();
const { origin, provider } = world;
after(world.stop);

// Ways in which a browser withholds a store, as init scripts.
const denied = (name) => `Object.defineProperty(window, "${name}", { get() { throw new DOMException("denied", "SecurityError"); } });`;
const refusing = (name, what) => `{
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (...pair) {
    if (this !== window.${name}) return setItem.apply(this, pair);
    ${what}
  };
}`;
const full = (name) => refusing(name, `throw new DOMException("full", "QuotaExceededError");`);
const forgetful = (name) => refusing(name, "");
const IDB_DENIED = `Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("denied", "SecurityError"); } });`;
const IDB_FAILING = `IDBFactory.prototype.open = () => { const request = {}; setTimeout(() => request.onerror?.()); return request; };`;
// Every request succeeds, and then the disk is full: the transaction is undone.
const IDB_FULL = `{
  const { get } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.get = function (key) {
    const request = get.call(this, key);
    request.addEventListener("success", () => this.transaction.abort());
    return request;
  };
}`;

/** The stores that hold a transaction, read while the page stands still before it leaves. */
async function keptIn(page) {
  const tab = await page.context().newPage();
  await tab.goto(`${origin}/`);
  const elsewhere = (await stored(tab)).filter(([, key]) => key.includes(":tx:")).map(([store]) => store);
  await tab.close();
  return elsewhere;
}

for (const { what, init, kept } of [
  { what: "sessionStorage denied", init: denied("sessionStorage"), kept: ["indexedDB"] },
  { what: "sessionStorage full", init: full("sessionStorage"), kept: ["indexedDB"] },
  { what: "sessionStorage forgetful", init: forgetful("sessionStorage"), kept: ["indexedDB"] },
  { what: "sessionStorage full, IndexedDB denied", init: [full("sessionStorage"), IDB_DENIED], kept: ["localStorage"] },
  { what: "sessionStorage full, IndexedDB failing", init: [full("sessionStorage"), IDB_FAILING], kept: ["localStorage"] },
  { what: "sessionStorage full, IndexedDB full", init: [full("sessionStorage"), IDB_FULL], kept: ["localStorage"] },
  { what: "nothing denied", init: [], kept: [] }, // sessionStorage: no other tab sees it
]) {
  test(`${what}: the sign-in comes back all the same`, async (t) => {
    const page = await world.open(t, "/", { init });
    await world.begin(page);
    assert.deepEqual(await keptIn(page), kept);

    await world.logIn(page);
    const { status, error } = await ready(page);
    assert.deepEqual([status, error], ["signedIn", undefined]);
    assert.deepEqual(await keptIn(page), [], "a transaction is used up");
    const inMemory = (await page.evaluate(() => log)).filter(({ event }) => event === "session_in_memory");
    assert.equal(inMemory.length, init.length === 0 ? 0 : 1);
    assert.equal(await page.evaluate(() => auth.getAccessToken().then((token) => token.split(".").length)), 3);
  });
}

test("no store at all: the sign-in does not leave the page", async (t) => {
  const init = [full("sessionStorage"), IDB_DENIED, full("localStorage")];
  const page = await world.open(t, "/here", { init });
  const error = await rejection(page, () => auth.signIn());

  assert.deepEqual([...verdict(error), error.turn, error.retryable], ["storage_unavailable", "transaction", "person", false]);
  assert.equal(page.url(), `${origin}/here`);
  assert.deepEqual(requestsBeside(page.wire, origin), []);
});

test("everything denied: the page loads, and nobody is signed in", async (t) => {
  const init = ["sessionStorage", "localStorage", "indexedDB"].map(denied);
  const page = await world.open(t, "/", { init });
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  assert.deepEqual(await page.evaluate(() => auth.snapshot), { status: "signedOut", reason: "signed_out" });
});

test("a session in memory ends with the page", async (t) => {
  const page = await world.signedIn(t, "/", { harness: { options: { storage: "memory" } } });
  assert.deepEqual(await page.evaluate(() => log), [], "asked for: no event");
  assert.doesNotMatch(JSON.stringify(await stored(page)), /Token/);
  await page.reload();
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
});

test("storage: local is seen by the next tab, session is not", async (t) => {
  const harness = { options: { storage: "local" } };
  const page = await world.signedIn(t, "/", { harness });
  const context = page.context();
  assert.equal((await ready(await world.open(t, "/", { context, harness }))).status, "signedIn");
  assert.deepEqual((await stored(page)).map(([store, key]) => [store, key]), [["localStorage", "gatepass:default:session"]]);

  const own = await world.signedIn(t, "/");
  assert.equal((await ready(await world.open(t, "/", { context: own.context() }))).status, "signedOut");
});

test("wiped between leaving and coming back: refused, and the next sign-in works", async (t) => {
  const page = await world.open(t, "/", { harness: { stay: true } });
  await world.begin(page);
  const address = await world.logInAndHold(page);
  await page.goto(`${origin}/elsewhere`);
  await page.evaluate(() => (sessionStorage.clear(), localStorage.clear()));
  await page.goto(address);
  assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "state_unknown"]);
  assert.ok(!requests(page.wire).some(({ url }) => url.endsWith("/oauth2/token")));

  await page.evaluate(() => void auth.signIn());
  await page.waitForFunction(() => window.callbacks?.length === 1); // the provider knows the person by now
  assert.equal((await ready(page)).status, "signedIn");
});

for (const [what, change] of [
  ["damaged", () => "{"],
  ["of a future version", (text) => text.replace(/"v":\d+/, '"v":99')],
  ["without its verifier", (text) => text.replace('"verifier"', '"other"')],
]) {
  test(`a transaction ${what} is none`, async (t) => {
    const page = await world.open(t, "/", { harness: { stay: true } });
    await world.begin(page);
    const address = await world.logInAndHold(page);
    await page.goto(`${origin}/elsewhere`);
    const [[, key, text]] = (await stored(page)).filter(([, key]) => key.includes(":tx:"));
    assert.notEqual(change(text), text);
    await page.evaluate(([key, text]) => sessionStorage.setItem(key, text), [key, change(text)]);
    await page.goto(address);

    assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "state_unknown"]);
    assert.ok(!requests(page.wire).some(({ url }) => url.endsWith("/oauth2/token")));
  });
}

for (const [what, change, reason] of [
  ["damaged", (text) => text.slice(0, -2), "damaged"],
  ["not even an object", () => "[]", "version"],
  ["without its tokens", (text) => text.replace('"accessToken"', '"other"'), "damaged"],
  ["of a future version", (text) => text.replace(/"v":\d+/, '"v":99'), "version"],
  ["of another client", (text) => text.replace('"clientId":"', '"clientId":"x'), "foreign"],
  ["of another issuer", (text) => text.replaceAll(provider.issuer, "https://evil.example"), "foreign"],
]) {
  test(`a session record ${what} is dropped, and the app is told why`, async (t) => {
    const page = await world.signedIn(t);
    const [[, key, text]] = await stored(page);
    assert.equal(key, "gatepass:default:session");
    assert.notEqual(change(text), text);
    await page.evaluate(([key, text]) => sessionStorage.setItem(key, text), [key, change(text)]);
    await page.reload();

    assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
    assert.deepEqual(await page.evaluate(() => log), [{ event: "session_dropped", detail: reason }]);
    assert.deepEqual(await stored(page), []);
  });
}

test("at most 20 transactions are kept; the stale and the damaged go first, then the oldest", async (t) => {
  const page = await world.open(t);
  await world.begin(page);
  await page.goto(`${origin}/`);
  const [[, first, text]] = (await stored(page)).filter(([, key]) => key.includes(":tx:"));
  await page.evaluate(([first, text]) => {
    const record = JSON.parse(text);
    const put = (name, change) => {
      const state = name.padEnd(43, "_");
      sessionStorage.setItem(`gatepass:default:tx:${state}`, JSON.stringify({ ...record, state, ...change }));
    };
    sessionStorage.removeItem(first);
    put("stale", { created: record.created - 3601 });
    put("future", { v: 99 });
    for (let i = 1; i <= 20; i++) put(`n${i}`, { created: record.created - i });
    sessionStorage.setItem("app:tx:own", "the app's own");
  }, [first, text]);
  await world.begin(page);
  await page.goto(`${origin}/`);

  const keys = (await stored(page)).map(([, key]) => key);
  const names = keys.map((key) => key.replace("gatepass:default:tx:", "").replace(/_+$/, ""));
  assert.equal(keys.filter((key) => key.startsWith("gatepass:default:tx:")).length, 20);
  assert.deepEqual(["stale", "future", "n20", "n19", "app:tx:own"].map((name) => names.includes(name)), [false, false, false, true, true]);
});
