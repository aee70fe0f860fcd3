// A renewal that fails for now keeps the session, says so in `stale`, and is tried again by itself; a
// provider that refuses for good ends the session, once and everywhere.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { dropped, held, refused, status } from "../providers/faults.mjs";
import { becomes, LIFETIME, mark, person, refreshesFrom, refusal, short, shown, snapshot, startLife, token, wake } from "./life.mjs";
import { ready, rejection, until } from "./world.mjs";

const world = await startLife();
const { provider } = world;
const { refreshes } = provider;
const lastIssued = () => refreshes.issued.at(-1);
const lastToken = () => short(lastIssued().access_token);
after(world.stop);
afterEach(() => refreshes.all(undefined));

const signedIn = (stale) => ({ status: "signedIn", via: "oidc", stale });

// A minute of the page's timers is 60 ms; what was asked for is noted.
const SHORT_TIMERS = `window.delays = [];
  const { setTimeout: start } = window;
  window.setTimeout = (call, delay = 0, ...args) => {
    delays.push(delay);
    return start(call, delay <= 60_000 ? delay / 1000 : delay, ...args);
  };`;
// Nothing happens by itself.
const NO_TIMERS = `{ const { setTimeout: start } = window; window.setTimeout = (call, delay = 0, ...args) => (delay < 1000 ? start(call, delay, ...args) : 0); }`;

// `attempt` is what one attempt sends: a connection that fails is tried once more at once.
const FAULTS = [
  { what: "no network", set: (context) => context.setOffline(true), end: (context) => context.setOffline(false), code: "network_failed", attempt: 2 },
  { what: "the connection drops", set: () => refreshes.all(dropped), end: () => refreshes.all(undefined), code: "network_failed", attempt: 2 },
  { what: "500", set: () => refreshes.all(status(500)), end: () => refreshes.all(undefined), code: "provider_unavailable", attempt: 1 },
  { what: "503", set: () => refreshes.all(status(503)), end: () => refreshes.all(undefined), code: "provider_unavailable", attempt: 1 },
  { what: "429", set: () => refreshes.all(status(429)), end: () => refreshes.all(undefined), code: "rate_limited", attempt: 1 },
];

for (const { what, set, end, code, attempt } of FAULTS) {
  test(`${what}: the session is kept and stale, the caller hears ${code}, and it recovers by a timer of its own`, async (t) => {
    const ada = await person(t, world, { init: SHORT_TIMERS });
    const page = await ada.signIn();
    const from = await mark(page);
    const refusals = refreshes.count();
    await ada.clock.pass(LIFETIME + 60);
    await set(ada.context);

    const error = await rejection(page, () => auth.getAccessToken());
    assert.deepEqual([error.isGatepassError, error.code, error.retryable, error.turn], [true, code, true, "wait"]);
    assert.deepEqual(await snapshot(page), signedIn(true));
    await until(() => refreshesFrom(page).length >= 4 * attempt);
    assert.deepEqual(await snapshot(page), signedIn(true), "still");

    await end(ada.context);
    await until(async () => !(await snapshot(page)).stale);
    const sent = refreshesFrom(page).length;
    assert.equal(await token(page), lastToken());
    assert.equal(refreshesFrom(page).length, sent, "nothing more is sent once it has worked");
    t.diagnostic(`sent until it worked: ${sent}, refused: ${refusals.refused}`);
    assert.equal(refusals.refused, 0);
    assert.deepEqual([...new Set(await shown(page, from))], ["signedIn"]);
  });

  test(`${what}: one call is one attempt, ${attempt === 2 ? "a request and its one repeat" : "one request"}`, async (t) => {
    const ada = await person(t, world, { init: NO_TIMERS });
    const page = await ada.signIn();
    await ada.clock.pass(LIFETIME + 60);
    await set(ada.context);
    assert.deepEqual(await refusal(page), [code, undefined]);
    t.diagnostic(`sent: ${refreshesFrom(page).length}`);
    assert.equal(refreshesFrom(page).length, attempt);
    assert.deepEqual(await refusal(page), [code, undefined]);
    assert.equal(refreshesFrom(page).length, 2 * attempt);
    await end(ada.context);
    assert.equal(await token(page), lastToken());
    assert.equal(refreshesFrom(page).length, 2 * attempt + 1);
  });
}

test("the waits between attempts: 2, 4, 8, 16, 32, 60, 60 seconds, and again from 2 after a success", async (t) => {
  const ada = await person(t, world, { init: SHORT_TIMERS });
  const page = await ada.signIn();
  for (let round = 1; round <= 2; round++) {
    await ada.clock.pass(LIFETIME + 60);
    await page.evaluate(() => (delays.length = 0));
    refreshes.all(status(503));
    await refusal(page);
    const waits = () => page.evaluate(() => delays.filter((delay) => delay >= 1000 && delay <= 60_000).slice(0, 7));
    await until(async () => (await waits()).length === 7);
    t.diagnostic(`waits: ${(await waits()).join()}`);
    assert.deepEqual(await waits(), [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    refreshes.all(undefined);
    await until(async () => !(await snapshot(page)).stale);
  }
});

for (const [name, dispatch] of [
  ["online", () => dispatchEvent(new Event("online"))],
  ["pageshow", () => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))],
  ["visibilitychange", () => document.dispatchEvent(new Event("visibilitychange"))],
]) {
  test(`${name} makes a stale session try again at once`, async (t) => {
    const ada = await person(t, world, { init: NO_TIMERS });
    const page = await ada.signIn();
    await ada.clock.pass(LIFETIME + 60);
    refreshes.all(status(503));
    await refusal(page);
    refreshes.all(undefined);
    const count = refreshes.count();
    assert.deepEqual(await snapshot(page), signedIn(true));

    await page.evaluate(dispatch);
    await until(async () => !(await snapshot(page)).stale);
    t.diagnostic(String(count));
    assert.deepEqual([count.requests, count.refused], [1, 0]);
    assert.equal(await token(page), lastToken());
    assert.equal(count.requests, 1);
  });
}

test("the network itself comes back: the session recovers without a call", async (t) => {
  const ada = await person(t, world, { init: NO_TIMERS });
  const page = await ada.signIn();
  await ada.clock.pass(LIFETIME + 60);
  await ada.context.setOffline(true);
  assert.deepEqual(await refusal(page), ["network_failed", undefined]);
  const count = refreshes.count();
  await ada.context.setOffline(false);
  await until(async () => !(await snapshot(page)).stale);
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [1, 0]);
});

test("no answer within ten seconds: request_timeout, the session is kept", async (t) => {
  const impatient = `window.timeouts = []; { const { timeout } = AbortSignal; AbortSignal.timeout = (ms) => (timeouts.push(ms), timeout.call(AbortSignal, window.hanging ? ms / 100 : ms)); }`;
  const ada = await person(t, world, { init: [NO_TIMERS, impatient] });
  const page = await ada.signIn();
  await ada.clock.pass(LIFETIME + 60);
  const hanging = held();
  refreshes.all(hanging);
  await page.evaluate(() => (window.hanging = true));
  assert.deepEqual(await refusal(page), ["request_timeout", undefined]);
  await page.evaluate(() => (window.hanging = false));
  assert.ok((await page.evaluate(() => timeouts)).includes(10_000));
  assert.deepEqual(await snapshot(page), signedIn(true));
  t.diagnostic(`sent: ${refreshesFrom(page).length}`);
  assert.equal(refreshesFrom(page).length, 1, "only a broken connection is worth an immediate repeat");
  refreshes.all(undefined);
  assert.equal(await token(page), lastToken());
});

test("opened while the provider is down: ready() resolves, signed in and stale, and recovers by itself", async (t) => {
  const ada = await person(t, world, { init: SHORT_TIMERS });
  const page = await ada.signIn();
  await ada.clock.pass(LIFETIME + 60);
  refreshes.all(status(503));
  await page.reload();
  const { status: restored, stale, user } = await ready(page);
  assert.deepEqual([restored, stale, user.id], ["signedIn", true, "ada"]);
  assert.deepEqual(await refusal(page), ["provider_unavailable", undefined]);

  refreshes.all(undefined);
  await until(async () => !(await snapshot(page)).stale);
  assert.equal(await token(page), lastToken());
  assert.deepEqual([...new Set(await shown(page))], ["signedIn"]);
});

test("the provider is down while the token has time left: only a call for more of it fails", async (t) => {
  const ada = await person(t, world, { init: NO_TIMERS });
  const page = await ada.signIn();
  const living = lastToken();
  await ada.clock.pass(600);
  refreshes.all(status(500));
  assert.deepEqual(await refusal(page, { minValidity: 3300 }), ["provider_unavailable", undefined]);
  assert.equal((await snapshot(page)).status, "signedIn");
  assert.equal(await token(page), living);
  refreshes.all(undefined);
  assert.equal(await token(page, { minValidity: 3300 }), lastToken());
  assert.deepEqual(await snapshot(page), signedIn(false));
});

test("stale in one tab, renewed in another: recovered in both by one request", async (t) => {
  const ada = await person(t, world, { init: NO_TIMERS });
  const [page, other] = [await ada.signIn(), await ada.tab()];
  await ada.clock.pass(LIFETIME + 60);
  refreshes.all(status(503));
  await refusal(page);
  refreshes.all(undefined);
  const count = refreshes.count();
  assert.equal(await token(other), lastToken());
  await until(async () => !(await snapshot(page)).stale);
  assert.equal(await token(page), lastToken());
  t.diagnostic(String(count));
  assert.equal(count.requests, 1);
});

for (const { reason, passed, minValidity } of [
  { reason: "expired", passed: LIFETIME + 60, minValidity: 0 },
  { reason: "revoked", passed: 600, minValidity: 3300 },
]) {
  test(`invalid_grant when the tokens ${reason === "expired" ? "have ended" : "have time left"}: ${reason}, once, in every tab`, async (t) => {
    const ada = await person(t, world);
    const tabs = [await ada.signIn(), await ada.tab(), await ada.tab()];
    const marks = await Promise.all(tabs.map(mark));
    const count = refreshes.count();
    await ada.clock.pass(passed);
    await provider.revoke(lastIssued().refresh_token);

    assert.deepEqual(await Promise.all(tabs.map((tab) => refusal(tab, { minValidity }))), Array(3).fill(["sign_in_required", reason]));
    for (const tab of tabs) await becomes(tab, "signedOut");
    for (const tab of tabs) {
      await wake(tab);
      assert.deepEqual(await refusal(tab), ["sign_in_required", reason], "and stays so");
    }
    const seen = await Promise.all(tabs.map((tab, i) => shown(tab, marks[i])));
    t.diagnostic(`${count}, snapshots: ${JSON.stringify(seen)}`);
    assert.deepEqual([count.requests, count.refused], [1, 1]);
    assert.deepEqual(seen, Array(3).fill([reason]));

    for (const tab of [tabs[1], await ada.tab()]) {
      await tab.reload();
      assert.deepEqual(await ready(tab), { status: "signedOut", reason });
    }
    assert.equal(count.requests, 1);
  });
}

test("ended while nobody looked, and revoked: the page that opens says expired after one request", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  await ada.clock.pass(LIFETIME + 60);
  await provider.revoke(lastIssued().refresh_token);
  const count = refreshes.count();
  await page.reload();
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "expired" });
  await page.reload();
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "expired" });
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [1, 1]);
});

test("refused, but the store has newer tokens by then: those are taken, nobody is signed out", async (t) => {
  const ada = await person(t, world, { harness: { options: { storage: "local" } } });
  const page = await ada.signIn();
  const record = () => page.evaluate(() => localStorage.getItem("gatepass:default:session"));
  const older = await record();
  await ada.clock.pass(600);
  assert.equal(await token(page, { minValidity: 3300 }), lastToken());
  const newer = await record();
  assert.notEqual(newer, older);
  await page.evaluate((text) => localStorage.setItem("gatepass:default:session", text), older);
  await page.reload();
  await ready(page);

  const waiting = held();
  refreshes.next((exchange) => waiting({ ...exchange, answer: () => refused(exchange) }));
  const count = refreshes.count();
  const call = token(page, { minValidity: 3300 });
  await waiting.reached;
  await page.evaluate((text) => localStorage.setItem("gatepass:default:session", text), newer);
  waiting.release();
  assert.equal(await call, lastToken());
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [1, 1]);
  assert.deepEqual(await snapshot(page), signedIn(false));
  assert.deepEqual([...new Set(await shown(page))], ["signedIn"]);
});
