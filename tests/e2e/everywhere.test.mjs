// signOut({ everywhere: true }): the person's sessions end on every device, at the Cognito emulator.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startMinistack } from "../providers/ministack.mjs";
import { lines, requestsTo } from "./wire.mjs";
import { ready, rejection, startWorld, stored, verdict } from "./world.mjs";

const SCOPES = ["openid", "email", "profile", "aws.cognito.signin.user.admin"];

const world = await startWorld({ startProvider: emulator, config: { scopes: SCOPES } });
after(world.stop);

async function emulator(options) {
  const provider = await startMinistack(options);
  const { userPoolId, clientId, domain, jwksUri, user } = provider;
  const endpoints = { jwksUri, userPoolEndpoint: `${provider.origin}/` };
  return { ...provider, cognito: { userPoolId, clientId, domain, endpoints }, person: user };
}

const renew = (page) =>
  rejection(page, () => auth.getAccessToken({ minValidity: (auth.snapshot.expiresAt - Date.now()) / 1000 }));

test("everywhere: the session of another device ends too, and local: it goes on", async (t) => {
  const [here, there] = [await world.signedIn(t, "/here"), await world.signedIn(t, "/there")];
  const third = await world.signedIn(t, "/third");
  await third.evaluate(() => auth.signOut({ scope: "local" }));
  assert.equal(await renew(there), undefined, "another device's local sign-out does not reach this one");

  const mark = here.wire.length;
  await here.evaluate(() => auth.signOut({ scope: "local", everywhere: true }));
  const asked = requestsTo(here.wire.slice(mark), world.provider.origin);
  assert.ok(lines(asked).includes("POST /"), lines(asked).join());
  assert.deepEqual(await here.evaluate(() => log), []);
  assert.deepEqual(await ready(here).then(() => here.evaluate(() => auth.snapshot)), { status: "signedOut", reason: "signed_out" });

  assert.deepEqual(verdict(await renew(there)), ["sign_in_required", "revoked"]);
  assert.deepEqual(await there.evaluate(() => auth.snapshot), { status: "signedOut", reason: "revoked" });
});

test("everywhere is not heard by the provider: signed out here all the same, and onLog hears of it", async (t) => {
  const page = await world.signedIn(t, "/here");
  await page.route(`${world.provider.origin}/`, (route) => route.abort());
  await page.evaluate(() => auth.signOut({ scope: "local", everywhere: true }));
  assert.deepEqual(await page.evaluate(() => log), [{ event: "everywhere_failed", detail: "network_failed" }]);
  assert.deepEqual((await stored(page)).map(([, key]) => key).sort(), ["gatepass:default:signed-out", "gatepass:vault-key"]);
});

test("everywhere goes to the provider's logout page, too", async (t) => {
  const page = await world.signedIn(t, "/here");
  const mark = page.wire.length;
  await page.evaluate(() => void auth.signOut({ everywhere: true }));
  await page.waitForURL(`${world.origin}/`);
  const asked = lines(requestsTo(page.wire.slice(mark), world.provider.origin));
  assert.ok(asked.indexOf("POST /") < asked.indexOf("GET /logout") && asked.includes("POST /"), asked.join());
});
