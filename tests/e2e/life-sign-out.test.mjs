// A sign-out wins against everything that is under way: no renewal brings the session back, in no tab,
// and what it brought is dead at the provider.
//
// The provider here ends only the token that it is told to end, so that a new refresh token dies only
// if somebody sees to it.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { held } from "../providers/faults.mjs";
import { becomes, LIFETIME, mark, person, refusal, short, shown, signInAgain, snapshot, startLife, token, vaultRecord, wake } from "./life.mjs";
import { ready, rejection, stored, until, verdict } from "./world.mjs";

const world = await startLife({ providerOptions: { revokes: "token" } });
const { origin, provider } = world;
const { refreshes } = provider;
const lastIssued = () => refreshes.issued.at(-1);
const lastToken = () => short(lastIssued().access_token);
const signOut = (page) => page.evaluate(() => auth.signOut({ scope: "local" }));
after(world.stop);
afterEach(() => refreshes.all(undefined));

/** The keys that are left on this origin. */
const left = async (page) => (await stored(page)).map(([store, key, value]) => `${store} ${key}${store === "localStorage" ? `=${value}` : ""}`).sort();
const SIGNED_OUT = ["indexedDB gatepass:vault-key", "localStorage gatepass:default:signed-out=1"];

for (const { where, acting } of [
  { where: "in the same tab", acting: 0 },
  { where: "in another tab", acting: 1 },
]) {
  for (const { when, after: answered } of [
    { when: "the provider has answered, the answer is on its way", after: true },
    { when: "the provider has not answered yet", after: false },
  ]) {
    test(`signed out ${where} during a renewal (${when}): the session does not come back`, async (t) => {
      const ada = await person(t, world);
      const tabs = [await ada.signIn(), await ada.tab(), await ada.tab()];
      const marks = await Promise.all(tabs.map(mark));
      const old = lastIssued();
      await ada.clock.pass(LIFETIME + 60);
      const renewal = held({ after: answered });
      refreshes.next(renewal);
      const call = rejection(tabs[0], () => auth.getAccessToken());
      await renewal.reached;

      await signOut(tabs[acting]);
      assert.deepEqual(await snapshot(tabs[acting]), { status: "signedOut", reason: "signed_out" }, "at once, while the renewal hangs");
      await until(async () => !(await provider.lives(old.refresh_token)));
      renewal.release();

      const reason = (i) => (i === acting ? "signed_out" : "elsewhere");
      assert.deepEqual(verdict(await call), ["sign_in_required", reason(0)]);
      for (const [i, tab] of tabs.entries()) {
        await becomes(tab, "signedOut");
        await wake(tab);
        assert.deepEqual(await refusal(tab), ["sign_in_required", reason(i)]);
        assert.deepEqual(await shown(tab, marks[i]), [reason(i)]);
      }
      if (answered) {
        assert.notEqual(lastIssued().refresh_token, old.refresh_token);
        await until(async () => !(await provider.lives(lastIssued().refresh_token)));
      }
      assert.equal(await provider.lives(lastIssued().refresh_token), false);
      assert.deepEqual(await left(tabs[0]), SIGNED_OUT);

      await tabs[0].reload();
      assert.deepEqual(await ready(tabs[0]), { status: "signedOut", reason: "signed_out" });
      assert.deepEqual(await snapshot(await ada.tab()), { status: "signedOut", reason: "signed_out" });
      assert.deepEqual(await left(tabs[0]), SIGNED_OUT);
    });
  }
}

test("a refresh token that nobody ends is what the tests above see die", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  await ada.clock.pass(LIFETIME + 60);
  await token(page);
  assert.equal(await provider.lives(lastIssued().refresh_token), true);
});

test("signed out while two tabs wait for a third one's renewal: all three end, one refresh request", async (t) => {
  const ada = await person(t, world);
  const tabs = [await ada.signIn(), await ada.tab(), await ada.tab(), await ada.tab()];
  await ada.clock.pass(LIFETIME + 60);
  const renewal = held({ after: true });
  refreshes.next(renewal);
  const count = refreshes.count();
  const first = rejection(tabs[0], () => auth.getAccessToken());
  await renewal.reached;
  const waiting = [rejection(tabs[1], () => auth.getAccessToken()), rejection(tabs[2], () => auth.getAccessToken())];
  await until(async () => (await tabs[3].evaluate(async () => (await navigator.locks.query()).pending.length)) === 2);

  await signOut(tabs[3]);
  renewal.release();
  const errors = await Promise.all([first, ...waiting]);
  assert.deepEqual(errors.map(verdict), Array(3).fill(["sign_in_required", "elsewhere"]));
  t.diagnostic(String(count));
  assert.equal(count.requests, 1);
  await until(async () => !(await provider.lives(lastIssued().refresh_token)));
  assert.deepEqual(await left(tabs[0]), SIGNED_OUT);
});

test("signed out in one tab: a call in another one straight after hears elsewhere", async (t) => {
  const ada = await person(t, world);
  const [page, other] = [await ada.signIn(), await ada.tab()];
  await signOut(page);
  assert.deepEqual(await refusal(other), ["sign_in_required", "elsewhere"]);
  assert.deepEqual(await refusal(page), ["sign_in_required", "signed_out"]);
});

test("the same when the tab has not got the message: no token is handed out after the sign-out", async (t) => {
  // The message is under way for ever; so is the event of localStorage.
  const deaf = `Object.defineProperty(BroadcastChannel.prototype, "onmessage", { set() {} });
    const { addEventListener: listen } = EventTarget.prototype;
    EventTarget.prototype.addEventListener = function (type, ...args) {
      if (type === "storage" || (type === "message" && this instanceof BroadcastChannel)) return;
      return listen.call(this, type, ...args);
    };`;
  const ada = await person(t, world);
  const page = await ada.signIn();
  const other = await ada.tab({ init: deaf });
  assert.equal(await token(other), lastToken());
  await signOut(page);
  assert.equal((await snapshot(other)).status, "signedIn", "the tab is deaf");
  assert.deepEqual(await refusal(other), ["sign_in_required", "elsewhere"]);
  assert.deepEqual(await snapshot(other), { status: "signedOut", reason: "elsewhere" });
});

test("sign-out and a call at the same moment: a token or the right code, and the right code from then on", async (t) => {
  const ada = await person(t, world);
  const [page, other] = [await ada.signIn(), await ada.tab()];
  const living = lastToken();
  const [answer] = await Promise.all([token(other), signOut(page)]);
  if (answer !== living) assert.deepEqual(answer, ["sign_in_required", "elsewhere"]);
  assert.deepEqual(await refusal(other), ["sign_in_required", "elsewhere"]);
});

test("sign-in, renewal, sign-out: the signed-out mark and the vault key are all that is left", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  const other = await ada.tab();
  await ada.clock.pass(LIFETIME + 60);
  await token(page);
  assert.deepEqual(await left(page), ["indexedDB gatepass:default:session", "indexedDB gatepass:vault-key"]);
  await signOut(page);
  await becomes(other, "signedOut");
  assert.deepEqual(await left(page), SIGNED_OUT);
  assert.deepEqual((await ada.context.cookies(origin)).filter(({ name }) => name.includes("gatepass")), []);
  assert.equal((await vaultRecord(page, "gatepass:vault-key")).extractable, false);
});

test("after a sign-out, a sign-in anywhere signs every tab in again", async (t) => {
  const ada = await person(t, world);
  const [page, other] = [await ada.signIn(), await ada.tab()];
  await signOut(page);
  await becomes(other, "signedOut");
  const third = await ada.tab();
  await signInAgain(third);
  for (const tab of [third, page, other]) {
    await becomes(tab, "signedIn");
    assert.equal(await token(tab), lastToken());
  }
  assert.deepEqual(await shown(other), ["signedIn", "elsewhere", "signedIn"]);
  await ada.clock.pass(LIFETIME + 60);
  assert.deepEqual(await Promise.all([page, other, third].map((tab) => token(tab))), Array(3).fill(lastToken()));
});

test("a global sign-out ends the other tabs too, before the page has left", async (t) => {
  const ada = await person(t, world);
  const [page, other] = [await ada.signIn(), await ada.tab()];
  await page.evaluate(() => void auth.signOut());
  await becomes(other, "signedOut");
  assert.deepEqual(await snapshot(other), { status: "signedOut", reason: "elsewhere" });
  await page.waitForURL(`${origin}/`);
  await until(async () => !(await provider.lives(lastIssued().refresh_token)));
  assert.deepEqual(await left(other), SIGNED_OUT);
});
