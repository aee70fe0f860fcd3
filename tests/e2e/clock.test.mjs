// The page's clock may be wrong, and time passes: honest tokens sign in, and a session ends by itself.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ready, startWorld } from "./world.mjs";

// Without a refresh token a session has an end of its own.
const world = await startWorld({ providerOptions: { renewable: false } });
after(world.stop);

const HOUR = 3_600_000;
const shifted = (milliseconds) => `{ const { now } = Date; Date.now = () => now() + ${milliseconds}; }`;

for (const hours of [2, -2, 24 * 400]) {
  test(`a page's clock ${Math.abs(hours)} hours ${hours > 0 ? "ahead" : "behind"} signs in`, async (t) => {
    const page = await world.signedIn(t, "/", { init: shifted(hours * HOUR) });

    const { expiresAt, error } = await ready(page);
    assert.equal(error, undefined);
    const left = await page.evaluate((expiresAt) => expiresAt - Date.now(), expiresAt);
    assert.ok(left > 0.9 * HOUR && left <= 1.01 * HOUR, `${left} ms left by the page's clock`);
    const [{ event, detail }] = await page.evaluate(() => log);
    assert.equal(event, "clock_drift_adopted");
    assert.ok(Math.abs(Number(detail) + hours * 3600) < 60, detail);
    assert.equal(await page.evaluate(() => auth.getAccessToken().then((token) => token.split(".").length)), 3);

    await page.reload();
    assert.equal((await ready(page)).status, "signedIn");
  });
}

test("a right clock is not reported as drifting", async (t) => {
  const page = await world.signedIn(t);
  assert.deepEqual(await page.evaluate(() => log), []);
});

test("the session ends by itself, and says so", async (t) => {
  const page = await world.open(t);
  await page.clock.install();
  await world.begin(page);
  await world.logIn(page);
  const { expiresAt } = await ready(page);
  const left = await page.evaluate((expiresAt) => expiresAt - Date.now(), expiresAt);

  await page.clock.runFor(left - 2_000);
  assert.equal(await page.evaluate(() => auth.snapshot.status), "signedIn");
  await page.clock.runFor(3_000);
  await page.waitForFunction(() => auth.snapshot.status === "signedOut");
  assert.deepEqual(await page.evaluate(() => [auth.snapshot.reason, snapshots.at(-1) === auth.snapshot]), ["expired", true]);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test("a timer that fires early does not end the watch", async (t) => {
  const page = await world.open(t);
  await page.clock.install();
  await world.begin(page);
  await world.logIn(page);
  await ready(page);

  // Both clocks are set back by ten minutes while the timers run on.
  await page.evaluate(() => {
    for (const clock of [Date, performance]) {
      const now = clock.now.bind(clock);
      clock.now = () => now() - 600_000;
    }
  });
  await page.clock.runFor(3_601_000);
  assert.equal(await page.evaluate(() => auth.snapshot.status), "signedIn");
  await page.clock.runFor(601_000);
  await page.waitForFunction(() => auth.snapshot.status === "signedOut");
});

test("a session that ended while nobody looked is not restored", async (t) => {
  const page = await world.signedIn(t);
  await page.addInitScript(shifted(2 * HOUR));
  await page.reload();
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "expired" });
});
