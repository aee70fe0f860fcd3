// Several tabs, one session: a token is renewed once for all of them, and what happens in one tab is
// seen in the others.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { held } from "../providers/faults.mjs";
import { advance, reset } from "../providers/time.mjs";
import { becomes, LIFETIME, mark, person, refreshesFrom, refusal, short, shown, signInAgain, snapshot, startLife, token, wake } from "./life.mjs";
import { ready, resolution, until } from "./world.mjs";

const world = await startLife();
const { provider } = world;
const { refreshes } = provider;
const TOKEN = `${provider.origin}/oauth2/token`;
const LOCK = "gatepass:default:renew";
after(world.stop);

const signedIn = { status: "signedIn", via: "oidc", stale: false };
const lastToken = () => short(refreshes.issued.at(-1).access_token);
const waitingFor = (page) => page.evaluate(async (lock) => (await navigator.locks.query()).pending.filter(({ name }) => name === lock).length, LOCK);

/** Takes the lock and never lets it go while the tab lives. */
const holdLock = (page) =>
  page.evaluate((lock) => new Promise((locked) => void navigator.locks.request(lock, () => (locked(), new Promise(() => {})))), LOCK);

async function threeTabs(t, options) {
  const ada = await person(t, world, options);
  const tabs = [await ada.signIn(), await ada.tab(), await ada.tab()];
  return { ada, tabs };
}

test("three tabs, one expired rotated token: one refresh request, none refused, three signed in", async (t) => {
  const { ada, tabs } = await threeTabs(t);
  const count = refreshes.count();
  const old = await token(tabs[0]);
  await ada.clock.pass(LIFETIME + 60);

  const tokens = await Promise.all(tabs.map((tab) => token(tab)));
  t.diagnostic(`${count}, signed in: ${(await Promise.all(tabs.map(snapshot))).filter(({ status }) => status === "signedIn").length}`);
  assert.deepEqual([count.requests, count.refused], [1, 0]);
  assert.notEqual(lastToken(), old);
  assert.deepEqual(tokens, Array(3).fill(lastToken()));
  for (const tab of tabs) assert.deepEqual(await snapshot(tab), signedIn);
});

test("three tabs that are opened at once after the token has ended: one refresh request, three signed in", async (t) => {
  const ada = await person(t, world);
  await (await ada.signIn()).close();
  const count = refreshes.count();
  await ada.clock.pass(LIFETIME + 60);

  const tabs = await Promise.all([ada.tab(), ada.tab(), ada.tab()]);
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [1, 0]);
  for (const tab of tabs) {
    assert.deepEqual(await snapshot(tab), signedIn);
    assert.equal(await token(tab), lastToken());
    assert.deepEqual(await shown(tab), ["signedIn"], "never shown as anybody else on the way");
  }
});

test("a tab that is opened while another renews waits for it: one refresh request", async (t) => {
  const { ada, tabs: [one] } = await threeTabs(t);
  const count = refreshes.count();
  await ada.clock.pass(LIFETIME + 60);
  const renewal = held({ after: true });
  refreshes.next(renewal);
  const first = token(one);
  await renewal.reached;

  const opening = ada.tab();
  await until(async () => (await waitingFor(one)) === 1);
  renewal.release();
  const late = await opening;
  assert.deepEqual([await first, await token(late)], [lastToken(), lastToken()]);
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [1, 0]);
});

test("the renewing tab is closed before its request leaves: the next one renews, one request in all", async (t) => {
  const { ada, tabs: [leader, ...others] } = await threeTabs(t);
  const count = refreshes.count();
  await ada.clock.pass(LIFETIME + 60);
  // Not held back by the test's tools: those let it go when the tab is closed.
  await leader.evaluate(
    (url) =>
      new Promise((leaving) => {
        window.fetch = (input) => ((input.url ?? input) === url ? new Promise(leaving) : Promise.reject(new Error("not expected")));
        auth.getAccessToken();
      }),
    TOKEN,
  );

  const tokens = others.map((tab) => token(tab));
  await until(async () => (await waitingFor(others[0])) === 2);
  assert.equal(count.requests, 0);
  await leader.close();
  assert.deepEqual(await Promise.all(tokens), [lastToken(), lastToken()]);
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [1, 0]);
});

test("four calls at once in one tab: one refresh request", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  const count = refreshes.count();
  await ada.clock.pass(LIFETIME + 60);

  const tokens = await page.evaluate(() => Promise.all([auth.getAccessToken(), auth.getIdToken(), auth.getAccessToken(), auth.getIdToken()]));
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [1, 0]);
  const { access_token, id_token } = refreshes.issued.at(-1);
  assert.deepEqual(tokens, [access_token, id_token, access_token, id_token]);
});

// The wait for the lock, made short: what was asked for is noted. A request keeps its own time.
const IMPATIENT = `window.timeouts = [];
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (milliseconds) => (timeouts.push(milliseconds), timeout.call(AbortSignal, milliseconds === 15_000 ? 150 : milliseconds));`;

test("the page is woken while its renewed session is being written: the new tokens hold", async (t) => {
  const init = `window.writing = new Promise((begun) => {
      const { encrypt } = SubtleCrypto.prototype;
      SubtleCrypto.prototype.encrypt = async function (...args) {
        if (window.slow) await new Promise((release) => (window.release = release, begun()));
        return encrypt.apply(this, args);
      };
    });`;
  const ada = await person(t, world, { init });
  const page = await ada.signIn();
  await ada.clock.pass(LIFETIME + 60);
  await page.evaluate(() => {
    window.slow = true;
    window.answer = auth.getAccessToken();
    return window.writing;
  });
  await wake(page);
  await page.evaluate(() => indexedDB.databases()); // what the wake reads is read by now
  await page.evaluate(() => (window.slow = false, window.release()));
  assert.equal(short(await page.evaluate(() => window.answer)), lastToken());
  assert.equal(await token(page), lastToken());
});

test("another tab hangs while it holds the lock: refresh_busy, no refresh request, the session stands", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn({ init: IMPATIENT });
  const hanging = await ada.bystander();
  await holdLock(hanging);
  await ada.clock.pass(LIFETIME + 60);
  const count = refreshes.count();

  assert.deepEqual(await refusal(page), ["refresh_busy", undefined]);
  t.diagnostic(String(count));
  assert.equal(count.requests, 0);
  assert.ok((await page.evaluate(() => timeouts)).includes(15_000), "patience of 15 s");
  assert.equal((await snapshot(page)).status, "signedIn");

  await hanging.close();
  assert.equal(await token(page), lastToken());
  assert.deepEqual([count.requests, count.refused], [1, 0]);
});

test("refresh_busy may be tried again, and while nobody renews a living token is handed out all the same", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn({ init: IMPATIENT });
  const hanging = await ada.bystander();
  await holdLock(hanging);
  const living = await token(page);
  assert.equal(living, lastToken());
  await ada.clock.pass(600);

  const error = await resolution(page, () => auth.getAccessToken({ minValidity: 3300 }).catch((error) => error));
  assert.deepEqual([error.code, error.retryable, error.turn], ["refresh_busy", true, "wait"]);
  assert.equal(await token(page), living, "it has 50 minutes left");
});

test("a sign-in in one tab signs the others in", async (t) => {
  const ada = await person(t, world);
  const [other, third] = [await ada.tab(), await ada.tab()];
  assert.deepEqual(await snapshot(other), { status: "signedOut", reason: "never" });
  await ada.signIn();

  for (const tab of [other, third]) {
    await becomes(tab, "signedIn");
    assert.equal(await token(tab), lastToken());
    assert.deepEqual(await shown(tab), ["never", "signedIn"]);
  }
});

test("a renewal in one tab is every tab's, and subscribers never see another status", async (t) => {
  const { ada, tabs } = await threeTabs(t);
  const marks = await Promise.all(tabs.map(mark));
  await ada.clock.pass(LIFETIME + 60);
  const count = refreshes.count();
  assert.equal(await token(tabs[0]), lastToken());

  const end = await tabs[0].evaluate(() => auth.snapshot.expiresAt.getTime());
  for (const tab of tabs) await until(async () => (await tab.evaluate(() => auth.snapshot.expiresAt.getTime())) === end);
  for (const [i, tab] of tabs.entries()) {
    assert.equal(await token(tab), lastToken());
    const statuses = await shown(tab, marks[i]);
    assert.ok(statuses.length > 0, "subscribers hear of the new end");
    assert.deepEqual([...new Set(statuses)], ["signedIn"]);
  }
  t.diagnostic(String(count));
  assert.equal(count.requests, 1);
});

test("a sign-out in one tab signs the others out, once, and each tab says why", async (t) => {
  const { tabs: [acting, ...others] } = await threeTabs(t);
  const marks = await Promise.all([acting, ...others].map(mark));
  await acting.evaluate(() => auth.signOut({ scope: "local" }));
  for (const tab of others) await becomes(tab, "signedOut");

  assert.deepEqual(await shown(acting, marks[0]), ["signed_out"]);
  for (const [i, tab] of others.entries()) {
    assert.deepEqual(await shown(tab, marks[i + 1]), ["elsewhere"]);
    assert.deepEqual(await refusal(tab), ["sign_in_required", "elsewhere"]);
    await tab.reload();
    assert.deepEqual(await ready(tab), { status: "signedOut", reason: "signed_out" });
  }
});

test("a client of another name keeps its session when one signs out", async (t) => {
  const ada = await person(t, world);
  const other = await ada.signIn({ harness: { options: { name: "other" } } });
  const page = await ada.tab();
  await signInAgain(page);
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  await page.reload();
  assert.equal((await ready(page)).reason, "signed_out");
  assert.deepEqual(await snapshot(other), signedIn);
  await other.reload();
  assert.equal((await ready(other)).status, "signedIn");
});

test("renew: ahead renews a minute before the end by itself: one request for three tabs", async (t) => {
  t.after(reset);
  const context = await world.person(t);
  await context.clock.install();
  const options = { context, harness: { options: { renew: "ahead" } } };
  const tabs = [await world.signedIn(t, "/", options), await world.open(t, "/", options), await world.open(t, "/", options)];
  for (const tab of tabs) await ready(tab);
  const endOf = (tab) => tab.evaluate(() => auth.snapshot.expiresAt.getTime());
  const end = await endOf(tabs[0]);
  const left = await tabs[0].evaluate((end) => end - Date.now(), end);
  const count = refreshes.count();

  const step = async (milliseconds) => {
    advance(milliseconds / 1000);
    await context.clock.runFor(milliseconds);
  };
  await step(left - 75_000);
  assert.equal(count.requests, 0);
  await step(20_000);
  for (const tab of tabs) await until(async () => (await endOf(tab)) > end);
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [1, 0]);
  for (const tab of tabs) {
    assert.deepEqual([...new Set(await shown(tab))], ["signedIn"]);
    assert.equal(await token(tab), lastToken());
  }
  assert.equal(tabs.flatMap(refreshesFrom).length, 1);
});

test("renew: ahead with tokens that live shorter than that renews at half their life, and never at every turn", async (t) => {
  const brief = await startLife({ providerOptions: { ttl: { AccessToken: 40, IdToken: 40 } } });
  t.after(brief.stop);
  t.after(reset);
  const context = await brief.person(t);
  await context.clock.install();
  const page = await brief.signedIn(t, "/", { context, harness: { options: { renew: "ahead" } } });
  const count = brief.provider.refreshes.count();
  const endOf = () => page.evaluate(() => auth.snapshot.expiresAt.getTime());
  const step = async (seconds) => {
    advance(seconds);
    await context.clock.runFor(seconds * 1000);
  };
  for (let round = 1; round <= 3; round++) {
    const end = await endOf();
    await step(18);
    assert.equal(count.requests, round - 1, "not before half of it");
    await step(3);
    await until(async () => (await endOf()) > end);
  }
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [3, 0]);
});

test("renew: lazy sets no timer once the tokens have ended: nothing is looked up at every turn", async (t) => {
  const init = `window.timers = []; const { setTimeout: set } = window;
    window.setTimeout = (action, delay, ...args) => (timers.push(delay), set(action, delay, ...args));`;
  const ada = await person(t, world, { init });
  const page = await ada.signIn();
  await ada.clock.pass(LIFETIME + 60);
  await page.evaluate(() => (timers.length = 0));
  await wake(page);
  await page.evaluate(() => navigator.locks.request("gatepass:default:renew", () => {}));
  assert.deepEqual(await page.evaluate(() => timers), []);
  assert.equal((await snapshot(page)).status, "signedIn");
});

test("renew: lazy leaves a token that nobody asks for alone until it has ended", async (t) => {
  t.after(reset);
  const context = await world.person(t);
  await context.clock.install();
  const page = await world.signedIn(t, "/", { context });
  const left = await page.evaluate(() => auth.snapshot.expiresAt - Date.now());
  const count = refreshes.count();
  advance(left / 1000 - 5);
  await context.clock.runFor(left - 5_000);
  assert.equal(await token(page), lastToken());
  assert.equal(count.requests, 0);
});
