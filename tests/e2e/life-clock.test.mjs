// Clocks that jump, stand still or lie: they cost at most one renewal, and never a session.
//
// The wall clock is the page's `Date`, the monotonic one its `performance.now()`; the provider's clock
// is right unless time passes for everybody.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { LIFETIME, person, refreshesFrom, refusal, short, shown, snapshot, startLife, token, wake } from "./life.mjs";
import { ready } from "./world.mjs";

const world = await startLife();
const { provider } = world;
const { refreshes } = provider;
const lastToken = () => short(refreshes.issued.at(-1).access_token);
after(world.stop);

const HOURS = 3600;
const signedIn = { status: "signedIn", via: "oidc", stale: false };

/** Everything that makes a page look at its clock, again and again: several calls, a wake-up, a reload, a second tab. */
async function lookAround(ada, page) {
  const tokens = [await token(page), await token(page), ...(await Promise.all([token(page), token(page)]))];
  await wake(page);
  tokens.push(await token(page));
  await page.reload();
  assert.equal((await ready(page)).status, "signedIn");
  tokens.push(await token(page));
  const second = await ada.tab();
  tokens.push(await token(second), await token(page));
  for (const tab of [page, second]) {
    assert.deepEqual(await snapshot(tab), signedIn);
    assert.deepEqual([...new Set(await shown(tab))], ["signedIn"]);
  }
  return tokens;
}

for (const { what, move, requests } of [
  { what: "the wall clock jumps 2 h ahead, the monotonic one does not", move: (clock) => clock.set(2 * HOURS), requests: 1 },
  { what: "the machine sleeps for 2 h: the monotonic clock stood still", move: (clock) => clock.sleep(2 * HOURS), requests: 1 },
  { what: "2 h pass on every clock", move: (clock) => clock.pass(2 * HOURS), requests: 1 },
  { what: "the wall clock is set back 2 h while 2 h pass", move: async (clock) => (await clock.pass(2 * HOURS), await clock.set(-2 * HOURS)), requests: 1 },
]) {
  test(`${what}: one refresh request, and no loop`, async (t) => {
    const ada = await person(t, world);
    const page = await ada.signIn();
    const old = await token(page);
    const count = refreshes.count();
    await move(ada.clock);

    const tokens = await lookAround(ada, page);
    t.diagnostic(String(count));
    assert.deepEqual([count.requests, count.refused], [requests, 0]);
    assert.notEqual(lastToken(), old);
    assert.deepEqual([...new Set(tokens)], [lastToken()]);
  });
}

for (const { what, signInAt, move } of [
  { what: "the wall clock is set back 2 h", signInAt: 0, move: -2 * HOURS },
  { what: "the wall clock is set back 400 days", signInAt: 0, move: -400 * 24 * HOURS },
  { what: "a clock 2 h ahead at sign-in is set right", signInAt: 2 * HOURS, move: -2 * HOURS },
  { what: "a clock 2 h behind at sign-in is set right", signInAt: -2 * HOURS, move: 2 * HOURS },
  { what: "a clock 2 h ahead at sign-in stays so", signInAt: 2 * HOURS, move: 0 },
  { what: "a clock 2 h behind at sign-in stays so", signInAt: -2 * HOURS, move: 0 },
]) {
  test(`${what}: at most one refresh request, and no loop`, async (t) => {
    const ada = await person(t, world);
    await ada.clock.set(signInAt);
    const page = await ada.signIn();
    const count = refreshes.count();
    await ada.clock.set(move);

    const tokens = await lookAround(ada, page);
    t.diagnostic(String(count));
    assert.ok(count.requests <= (move === 0 ? 0 : 1), String(count));
    assert.equal(count.refused, 0);
    assert.ok(new Set(tokens).size <= 2);
    assert.equal(tokens.at(-1), lastToken());
  });
}

test("a wrong clock is no reason to renew at every turn: ten jumps, at most one request each", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  const count = refreshes.count();
  for (let jump = 0; jump < 10; jump++) {
    await ada.clock.set(jump % 2 === 0 ? 2 * HOURS : -2 * HOURS);
    assert.equal(await token(page), lastToken());
    assert.equal(await token(page), lastToken());
    assert.ok(count.requests <= jump + 1, String(count));
  }
  t.diagnostic(String(count));
  assert.equal(count.refused, 0);
  assert.equal(count.requests, refreshesFrom(page).length);
});

test("after a renewal under a wrong clock the next one is due a lifetime later", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  await ada.clock.set(2 * HOURS);
  await token(page);
  const count = refreshes.count();

  await ada.clock.pass(LIFETIME - 120);
  await token(page);
  assert.equal(count.requests, 0);
  await ada.clock.pass(180);
  assert.equal(await token(page), lastToken());
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [1, 0]);
});

test("minValidity is counted from the receipt, whatever the wall clock says", async (t) => {
  const ada = await person(t, world);
  await ada.clock.set(-2 * HOURS);
  const page = await ada.signIn();
  const count = refreshes.count();
  assert.equal(await token(page, { minValidity: 3000 }), lastToken());
  assert.equal(count.requests, 0);
  await ada.clock.pass(900);
  assert.equal(await token(page, { minValidity: 2400 }), lastToken());
  assert.equal(count.requests, 0);
  assert.equal(await token(page, { minValidity: 3000 }), lastToken());
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [1, 0]);
});

test("a token that cannot live so long is refused at the cost of one renewal at most, and the session stands", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  const count = refreshes.count();
  assert.deepEqual(await refusal(page, { minValidity: 2 * HOURS }), ["sign_in_required", "min_validity"]);
  t.diagnostic(String(count));
  assert.ok(count.requests <= 1);
  assert.deepEqual(await snapshot(page), signedIn);
  assert.equal(await token(page), lastToken());
});
