// What SimpleSAMLphp answers besides the usual: encrypted, expired, large, and no.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeIdentity } from "../providers/certificate.mjs";
import { simpleSamlPhp } from "./saml-logins.mjs";
import { loaded, startSamlWorld, xmlOf } from "./saml-world.mjs";
import { ready, rejection, stored, verdict } from "./world.mjs";

/** A world for one test, whose identity provider is started with `idpOptions`. */
async function start(t, idpOptions) {
  const world = await startSamlWorld({ startIdp: simpleSamlPhp, idpOptions });
  t.after(world.stop);
  return world;
}

/** A sign-in that comes back refused: the error. */
async function refused(t, world, options) {
  const page = await world.open(t, "/start");
  await world.begin(page, options);
  await world.logIn(page);
  return refusal(page);
}

async function refusal(page) {
  const { status, error } = await ready(page);
  assert.equal(status, "signedOut");
  assert.ok(!JSON.stringify(error).includes("alice"));
  assert.deepEqual((await stored(page)).map(([, key]) => key), ["gatepass:vault-key"]);
  return error;
}

test("an encrypted assertion: a code of its own, and what to do", async (t) => {
  const { certificate } = makeIdentity();
  const error = await refused(t, await start(t, { encrypt: true, sp: { certificate } }));
  assert.deepEqual(verdict(error), ["assertion_encrypted", "assertion"]);
  assert.match(error.message, /turn encryption off there/);
  assert.equal(error.turn, "provider");
});

test("an assertion that has run out", async (t) => {
  const error = await refused(t, await start(t, { lifetime: -120 }));
  assert.deepEqual(verdict(error), ["assertion_invalid", "bearer_expired"]);
});

test("an assertion that has run out by less than clocks may differ", async (t) => {
  const world = await start(t, { lifetime: -5 });
  const page = await world.signedIn(t, "/start");
  assert.equal((await ready(page)).user.email, world.idp.email);
});

test("nobody is to be seen, and nobody is signed in there: login_required", async (t) => {
  const world = await start(t);
  const page = await world.open(t, "/start");
  await page.evaluate(() => void auth.signIn({ isPassive: true }));
  await page.waitForURL((url) => url.pathname === "/callback");
  await loaded(page);

  const error = await refusal(page);
  assert.deepEqual(verdict(error), ["login_required", "NoPassive"]);
  assert.equal(error.details.provider.error, "urn:oasis:names:tc:SAML:2.0:status:NoPassive");
});

test("nobody is to be seen, and somebody is signed in there: signed in without a click", async (t) => {
  const world = await start(t);
  const page = await world.signedIn(t, "/start");
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  await page.evaluate(() => void auth.signIn({ isPassive: true }));
  await page.waitForFunction(() => window.auth?.snapshot.status === "signedIn");
  assert.equal(page.url(), `${world.origin}/start`);
});

// The status there, the verdict here: SAML core §3.2.2.2.
for (const [deny, expected] of [
  ["RequestDenied", ["access_denied", "RequestDenied"]],
  ["RequestUnsupported", ["provider_refused", "status"]],
]) {
  test(`it says no: ${deny}`, async (t) => {
    const error = await refused(t, await start(t, { deny }));
    assert.deepEqual(verdict(error), expected);
    assert.deepEqual(error.details.provider, { error: `urn:oasis:names:tc:SAML:2.0:status:${deny}`, description: "Not today." });
    assert.ok(!error.message.includes("Not today"));
  });
}

test("a response of 500 kB signs in, and one of more than 512 KiB does not", async (t) => {
  const world = await start(t, { padding: 490_000 });
  const page = await world.signedIn(t, "/start");
  assert.equal((await ready(page)).user.attributes.padding[0].length, 490_000);
  assert.ok(xmlOf(await page.evaluate(() => auth.samlResponse())).length > 495_000);

  const error = await refused(t, await start(t, { padding: 512 * 1024 }));
  assert.deepEqual(verdict(error), ["message_invalid", "too_large"]);
});

test("samlResponse(): the response lives shorter than the session", async (t) => {
  const world = await start(t);
  const page = await world.open(t, "/start");
  await page.clock.install();
  await world.begin(page);
  await world.logIn(page);
  assert.equal((await ready(page)).status, "signedIn");
  const response = () => auth.samlResponse();
  assert.equal(await rejection(page, response), undefined);
  await page.clock.setSystemTime(Date.now() + 10 * 60 * 1000);
  assert.deepEqual(verdict(await rejection(page, response)), ["sign_in_required", "response_expired"]);
  assert.equal(await page.evaluate(() => auth.snapshot.status), "signedIn");
});
