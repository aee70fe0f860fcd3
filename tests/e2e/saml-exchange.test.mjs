// The response exchanged for tokens at the app's own back end, which verifies it for itself: as JSON with gatepass's
// verifier, as RFC 7522 says with an XML Signature library that shares no code with it.

import assert from "node:assert/strict";
import { json, text } from "node:stream/consumers";
import { after, test } from "node:test";
import { SignedXml } from "xml-crypto";
import { createVerifier } from "../../pkg/saml.js";
import { samlIdp } from "./saml-logins.mjs";
import { loaded, startSamlWorld, xmlOf } from "./saml-world.mjs";
import { requests } from "./wire.mjs";
import { ready, rejection, stored, until, verdict } from "./world.mjs";

const HOUR = 3600; // seconds; saml-idp's assertions live that long

let answer; // what the back end does with a request for tokens
const seen = []; // { type, body } of those

/** The app's back end. */
async function api(request, response) {
  const reply = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(typeof body === "string" ? body : JSON.stringify(body));
  if (request.url === "/api/me") return reply(200, { authorization: request.headers.authorization ?? "none" });
  const { "content-type": type, cookie, authorization } = request.headers;
  const body = type === "application/json" ? await json(request) : Object.fromEntries(new URLSearchParams(await text(request)));
  seen.push({ type, body, cookie, authorization });
  return answer({ body, reply, response });
}

const world = await startSamlWorld({ startIdp: samlIdp, api });
after(world.stop);
const { origin, idp, sp } = world;

const verifier = createVerifier({ idp: world.byHand, sp });
const tokens = (name, more) => ({ token_type: "Bearer", access_token: `access-of-${name}`, id_token: `id-of-${name}`, ...more });

/** It judges the response again. */
const verifyJson = (more) => async ({ body, reply }) => {
  const { user } = await verifier.verify(body.samlResponse, { inResponseTo: body.inResponseTo });
  reply(200, tokens(user.email, more));
};

/** It checks the assertion's own signature: over the whole of it, by the key of the certificate that it knows. */
const verifyForm = ({ body, reply }) => {
  const xml = Buffer.from(body.assertion, "base64url").toString();
  const judge = new SignedXml();
  judge.keyInfoProvider = { getKey: () => idp.certificate };
  judge.loadSignature(xml.match(/<Signature .*<\/Signature>/s)[0]);
  const holds = judge.checkSignature(xml) && judge.references.length === 1 && judge.references[0].uri === `#${xml.match(/^<saml:Assertion [^>]*\bID="([^"]+)"/)[1]}`;
  if (!holds) return reply(400, { error: "invalid_grant" });
  return reply(200, tokens(xml.match(/<saml:NameID[^>]*>([^<]+)</)[1]));
};

const harness = (exchange, options) => ({ saml: { exchange: { tokenEndpoint: "/api/token", ...exchange } }, options: { storage: "local", apiOrigins: [origin], ...options } });

/** A sign-in with an exchange, back on the site. */
async function back(t, { exchange, options } = {}) {
  seen.length = 0;
  const page = await world.open(t, "/start", { harness: { ...harness(exchange, options), stay: true } });
  await world.begin(page);
  await world.logIn(page);
  return page;
}

const record = async (page) => JSON.parse((await stored(page)).find(([, key]) => key === "gatepass:default:session")[2]);

test("as JSON: the back end verifies it again, for the request that it answered, and its token is sent", async (t) => {
  answer = verifyJson({ expires_in: 600 });
  const page = await back(t);
  const { status, user, expiresAt } = await ready(page);
  assert.deepEqual([status, user.email], ["signedIn", idp.email]);
  const { since } = await record(page);
  assert.equal(expiresAt, (since + 600) * 1000);

  const [{ type, body, cookie, authorization }, ...more] = seen;
  assert.deepEqual([type, Object.keys(body).sort(), more.length], ["application/json", ["inResponseTo", "samlResponse", "v"], 0]);
  assert.deepEqual([cookie, authorization], [undefined, undefined]);
  assert.equal(body.samlResponse, await page.evaluate(() => auth.samlResponse()));
  const asked = requests(page.wire).find(({ url }) => url.startsWith(idp.singleSignOn));
  assert.ok(Buffer.from(new URL(asked.url).searchParams.get("SAMLRequest"), "base64").includes(` ID="${body.inResponseTo}"`));

  assert.equal(await page.evaluate(() => auth.getAccessToken()), `access-of-${idp.email}`);
  assert.equal(await page.evaluate(() => auth.getIdToken()), `id-of-${idp.email}`);
  const authorized = (path) => page.evaluate((path) => auth.fetch(path).then((answer) => answer.json()), path);
  assert.deepEqual(await authorized("/api/me"), { authorization: `Bearer access-of-${idp.email}` });

  await page.reload();
  await loaded(page);
  assert.equal((await ready(page)).expiresAt, expiresAt);
  assert.equal(await page.evaluate(() => auth.getAccessToken()), `access-of-${idp.email}`);
  await page.evaluate(() => auth.signOut());
  assert.deepEqual(await authorized("/api/me"), { authorization: "none" });
  assert.equal(seen.length, 1);
});

test("as a form: the assertion alone, whose signature holds by itself (RFC 7522)", async (t) => {
  answer = verifyForm;
  const page = await back(t, { exchange: { format: "form", clientId: "app-1" } });
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(await page.evaluate(() => auth.getAccessToken()), `access-of-${idp.email}`);

  const [{ type, body: { assertion, ...fixed } }, ...more] = seen;
  assert.deepEqual([type, more.length], ["application/x-www-form-urlencoded", 0]);
  assert.deepEqual(fixed, { grant_type: "urn:ietf:params:oauth:grant-type:saml2-bearer", client_id: "app-1" });
  assert.match(assertion, /^[A-Za-z0-9_-]+$/);
  assert.match(Buffer.from(assertion, "base64url").toString(), /^<saml:Assertion /);
});

test("the independent library refuses what was changed", () => {
  // Else the test above could not fail.
  const body = { assertion: Buffer.from(Buffer.from(seen[0].body.assertion, "base64url").toString().replaceAll("saml.jackson@", "admin@")).toString("base64url") };
  verifyForm({ body, reply: (status, { error }) => assert.deepEqual([status, error], [400, "invalid_grant"]) });
});

for (const [name, more] of [["longer", { expires_in: 24 * HOUR }], ["untold", {}]]) {
  test(`a token whose life is ${name} ends with the assertion`, async (t) => {
    answer = verifyJson(more);
    const page = await back(t);
    const { expiresAt } = await ready(page);
    const [end] = xmlOf(await page.evaluate(() => auth.samlResponse())).match(/(?<=NotOnOrAfter=")[^"]+/);
    assert.equal(expiresAt, Math.floor(Date.parse(end) / 1000) * 1000);
  });
}

test("fetch sends an identity token where that is the bearer, and nothing to others", async (t) => {
  answer = verifyJson();
  const page = await back(t, { options: { bearer: "id" } });
  await ready(page);
  const authorized = () => page.evaluate(() => auth.fetch("/api/me").then((answer) => answer.json()));
  assert.deepEqual(await authorized(), { authorization: `Bearer id-of-${idp.email}` });
  const elsewhere = await back(t, { options: { apiOrigins: ["https://other.example"] } });
  await ready(elsewhere);
  assert.deepEqual(await elsewhere.evaluate(() => auth.fetch("/api/me").then((answer) => answer.json())), { authorization: "none" });
});

// What the back end says instead of tokens: name, answer, verdict, HTTP status in the details.
for (const [name, bad, expected, status] of [
  ["refuses", ({ reply }) => reply(400, { error: "invalid_grant", error_description: "not known here" }), ["grant_refused", undefined], 400],
  ["does not know the client", ({ reply }) => reply(401, { error: "invalid_client" }), ["client_refused", "invalid_client"], 401],
  ["answers with a page", ({ reply }) => reply(200, "<!doctype html>"), ["tokens_invalid", "not_json"], 200],
  ["answers with nothing", ({ reply }) => reply(200, ""), ["tokens_invalid", "empty"], 200],
  ["answers without a token", ({ reply }) => reply(200, { token_type: "Bearer" }), ["tokens_invalid", "access_token"], 200],
  ["answers without its type", ({ reply }) => reply(200, { access_token: "a" }), ["tokens_invalid", "token_type"], 200],
  ["is not there", ({ reply }) => reply(404, "Not found"), ["tokens_invalid", "status"], 404],
]) {
  test(`the back end ${name}: nobody is signed in, once and for all`, async (t) => {
    answer = bad;
    const page = await back(t);
    const { status: shown, error } = await ready(page);
    assert.equal(shown, "signedOut");
    assert.deepEqual([...verdict(error), error.details.status, error.retryable], [...expected, status, false]);
    assert.ok(!error.message.includes("not known here"));
    const again = await rejection(page, () => auth.handleCallback());
    assert.deepEqual([...verdict(again), seen.length], [...expected, 1]);
    assert.deepEqual((await stored(page)).map(([, key]) => key.replace(/(?<=:replay:).*/, "")), ["gatepass:replay:", "gatepass:vault-key"]);
    assert.deepEqual(verdict(await rejection(page, () => auth.samlResponse())), ["sign_in_required", "never"]);
  });
}

// A back end that is down comes up again.
for (const [name, bad, expected] of [
  ["breaks off", ({ response }) => response.destroy(), ["network_failed", undefined]],
  ["is overloaded", ({ reply }) => reply(503, "later"), ["provider_unavailable", undefined]],
  ["is asked too often", ({ reply }) => reply(429, "later"), ["rate_limited", undefined]],
]) {
  test(`the back end ${name}: the same response signs in when it is there again`, async (t) => {
    answer = bad;
    const page = await back(t);
    const { status, error } = await ready(page);
    assert.equal(status, "signedOut");
    assert.deepEqual([...verdict(error), error.retryable], [...expected, true]);
    const times = seen.length; // the network may try a second time by itself

    answer = verifyJson();
    const result = await page.evaluate(() => auth.handleCallback().then(({ snapshot, returnTo }) => [snapshot.status, snapshot.error, returnTo]));
    assert.deepEqual(result, ["signedIn", undefined, "/start"]);
    assert.equal(seen.length, times + 1);
    assert.deepEqual(seen.at(-1), seen[0]);
    assert.equal(await page.evaluate(() => auth.getAccessToken()), `access-of-${idp.email}`);
  });
}

test("signed out while the back end thinks: nobody is signed in, and its tokens are dropped", async (t) => {
  let go;
  answer = async (call) => {
    await new Promise((resolve) => (go = resolve));
    await verifyJson()(call);
  };
  const page = await back(t);
  await until(() => go);
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  go();
  assert.deepEqual(verdict((await ready(page)).error), ["sign_in_required", "signed_out"]);
  const left = (await stored(page)).map(([, key]) => key.replace(/(?<=:replay:).*/, "")).sort();
  assert.deepEqual(left, ["gatepass:default:signed-out", "gatepass:replay:", "gatepass:vault-key"]);
  await page.reload();
  await loaded(page);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
});

for (const [where, signOut] of [
  ["here", (page) => page.evaluate(() => auth.signOut({ scope: "local" }))],
  ["in another tab", async (page, t) => {
    const other = await world.open(t, "/there", { context: page.context(), harness: harness() });
    await other.evaluate(() => auth.ready().then(() => auth.signOut({ scope: "local" })));
    await page.waitForFunction(() => auth.snapshot.error === undefined); // it has heard
  }],
]) {
  test(`signed out ${where} after the back end was not there: trying again signs nobody in, nor asks it`, async (t) => {
    answer = ({ response }) => response.destroy();
    const page = await back(t);
    assert.equal((await ready(page)).error.code, "network_failed");
    await signOut(page, t);
    const times = seen.length;
    answer = verifyJson();
    const { code } = await rejection(page, () => auth.handleCallback());
    assert.ok(["sign_in_required", "callback_invalid"].includes(code), code);
    assert.equal(seen.length, times);
    assert.equal(await page.evaluate(() => auth.snapshot.status), "signedOut");
    await page.reload();
    await loaded(page);
    assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
  });
}

test("samlResponse: not that of the session before", async (t) => {
  const page = await world.signedIn(t, "/start");
  assert.equal(await rejection(page, () => auth.samlResponse()), undefined);
  const other = await world.signedIn(t, "/there", { context: page.context() });
  const assertion = () => auth.snapshot.user.claims.assertionId;
  const latest = await other.evaluate(assertion);
  await until(async () => (await page.evaluate(assertion)) === latest);
  assert.deepEqual(verdict(await rejection(page, () => auth.samlResponse())), ["sign_in_required", "response_expired"]);
});

for (const method of ["getAccessToken", "getIdToken"]) {
  test(`without an exchange, ${method} names what is missing`, async (t) => {
    const page = await world.signedIn(t, "/start");
    const error = await rejection(page, method === "getIdToken" ? () => auth.getIdToken() : () => auth.getAccessToken());
    assert.deepEqual([...verdict(error), error.details.option], ["config_invalid", "missing", "saml.exchange"]);
  });
}

test("without an exchange, fetch to an API that awaits a token names what is missing", async (t) => {
  const page = await world.signedIn(t, "/start", { harness: { options: { apiOrigins: [origin] } } });
  const error = await rejection(page, () => auth.fetch("/api/me"));
  assert.deepEqual([...verdict(error), error.details.option], ["config_invalid", "missing", "saml.exchange"]);
});

test("samlResponse: as it was received, in the page that received it, while somebody is signed in", async (t) => {
  const page = await world.signedIn(t, "/start");
  const posted = requests(page.wire).find(({ url, method }) => url === sp.acsUrl && method === "POST");
  assert.equal(await page.evaluate(() => auth.samlResponse()), new URLSearchParams(posted.body).get("SAMLResponse"));

  const rule = async (page) => verdict(await rejection(page, () => auth.samlResponse()));
  const second = await world.open(t, "/there", { context: page.context() });
  assert.equal((await ready(second)).status, "signedIn");
  assert.deepEqual(await rule(second), ["sign_in_required", "response_expired"]);
  await page.evaluate(() => auth.signOut());
  assert.deepEqual(await rule(page), ["sign_in_required", "signed_out"]);
  const nobody = await world.open(t, "/");
  assert.deepEqual(await rule(nobody), ["sign_in_required", "never"]);
});

test("samlResponse: not after it has expired", async (t) => {
  const page = await world.open(t, "/start");
  await page.clock.install();
  await world.begin(page);
  await world.logIn(page);
  assert.equal((await ready(page)).status, "signedIn");
  assert.ok(await page.evaluate(() => auth.samlResponse()));
  await page.clock.setSystemTime(Date.now() + 2 * HOUR * 1000);
  assert.deepEqual(verdict(await rejection(page, () => auth.samlResponse())), ["sign_in_required", "expired"]);
});
