// The answer to a refresh is lost after the provider has rotated the token: the one case in which
// nobody can know. A provider with a grace window mends it; without one the session ends, once.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { cutOff, lost } from "../providers/faults.mjs";
import { becomes, LIFETIME, mark, person, refreshesFrom, refusal, short, shown, snapshot, startLife, token } from "./life.mjs";
import { ready, until } from "./world.mjs";

const world = await startLife();
const { provider } = world;
const { refreshes } = provider;
const lastIssued = () => refreshes.issued.at(-1);
const lastToken = () => short(lastIssued().access_token);
after(world.stop);
afterEach(() => {
  refreshes.all(undefined);
  refreshes.graceSeconds = 0;
});

async function threeTabs(t) {
  const ada = await person(t, world);
  const tabs = [await ada.signIn(), await ada.tab(), await ada.tab()];
  return { ada, tabs, marks: await Promise.all(tabs.map(mark)) };
}

for (const [what, fault] of [["before its first byte", lost], ["halfway", cutOff]]) {
  test(`the answer is lost ${what}, with a grace window: asked twice, none refused, signed in`, async (t) => {
    const { ada, tabs, marks } = await threeTabs(t);
    refreshes.graceSeconds = 60;
    const count = refreshes.count();
    await ada.clock.pass(LIFETIME + 60);
    refreshes.next(fault);

    const tokens = await Promise.all(tabs.map((tab) => token(tab)));
    t.diagnostic(String(count));
    assert.deepEqual([count.requests, count.refused], [2, 0]);
    assert.deepEqual(tokens, Array(3).fill(lastToken()));
    for (const [i, tab] of tabs.entries()) {
      await until(async () => (await mark(tab)) > marks[i]);
      assert.deepEqual([...new Set(await shown(tab, marks[i]))], ["signedIn"]);
      assert.deepEqual(await snapshot(tab), { status: "signedIn", via: "oidc", stale: false });
    }
    assert.ok(await provider.lives(lastIssued().refresh_token));

    // What was kept is the new token: the next renewal needs no second try.
    await ada.clock.pass(LIFETIME + 60);
    assert.equal(await token(tabs[1]), lastToken());
    assert.deepEqual([count.requests, count.refused], [3, 0]);
  });

  test(`the answer is lost ${what}, without a grace window: refused once, signed out once in every tab, no loop`, async (t) => {
    const { ada, tabs, marks } = await threeTabs(t);
    const count = refreshes.count();
    await ada.clock.pass(LIFETIME + 60);
    refreshes.next(fault);

    assert.deepEqual(await Promise.all(tabs.map((tab) => refusal(tab))), Array(3).fill(["sign_in_required", "expired"]));
    for (const tab of tabs) await becomes(tab, "signedOut");
    for (const tab of tabs) assert.deepEqual(await refusal(tab), ["sign_in_required", "expired"], "asked again");
    for (const tab of tabs) {
      await tab.evaluate(() => ["online", "pageshow"].forEach((name) => dispatchEvent(new Event(name))));
      await tab.evaluate(() => void document.dispatchEvent(new Event("visibilitychange")));
      assert.deepEqual(await refusal(tab), ["sign_in_required", "expired"]);
    }
    const seen = await Promise.all(tabs.map((tab, i) => shown(tab, marks[i])));
    t.diagnostic(`${count}, snapshots: ${JSON.stringify(seen)}`);
    assert.deepEqual([count.requests, count.refused], [2, 1]);
    assert.deepEqual(seen, Array(3).fill(["expired"]));

    await tabs[0].reload();
    assert.deepEqual(await ready(tabs[0]), { status: "signedOut", reason: "expired" });
    assert.equal(count.requests, 2);
    assert.equal(tabs.flatMap(refreshesFrom).length, 2);
  });
}

test("lost twice, with a grace window: the session stands, and a later call gets the answer", async (t) => {
  const ada = await person(t, world);
  const page = await ada.signIn();
  refreshes.graceSeconds = 60;
  const count = refreshes.count();
  await ada.clock.pass(LIFETIME + 60);
  refreshes.next(lost);
  refreshes.next(lost);

  assert.deepEqual(await refusal(page), ["network_failed", undefined]);
  assert.deepEqual([count.requests, count.refused], [2, 0], "one repeat, not more");
  assert.deepEqual(await snapshot(page), { status: "signedIn", via: "oidc", stale: true });
  assert.equal(await token(page), lastToken());
  t.diagnostic(String(count));
  assert.deepEqual([count.requests, count.refused], [3, 0]);
  assert.deepEqual(await snapshot(page), { status: "signedIn", via: "oidc", stale: false });
});

test("the tab dies with the answer on its way, with a grace window: the next tab gets it", async (t) => {
  const { ada, tabs: [leader, ...others] } = await threeTabs(t);
  refreshes.graceSeconds = 60;
  const count = refreshes.count();
  await ada.clock.pass(LIFETIME + 60);
  // The provider has handled the request; the tab closes instead of hearing so.
  refreshes.next(async ({ response, answer }) => {
    response.end = () => void leader.close();
    await answer();
  });
  await leader.evaluate(() => void auth.getAccessToken().catch(() => {}));
  await until(() => leader.isClosed());

  const tokens = await Promise.all(others.map((tab) => token(tab)));
  t.diagnostic(String(count));
  assert.deepEqual(tokens, Array(2).fill(lastToken()));
  assert.deepEqual([count.requests, count.refused], [2, 0]);
});
