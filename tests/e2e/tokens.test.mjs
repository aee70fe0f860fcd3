// Every way in which the token endpoint and the key set can fail has its own code; after a fault that
// may pass, the same page completes the same sign-in.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { requests } from "./wire.mjs";
import { ready, rejection, resolution, startWorld, stored, verdict } from "./world.mjs";

const world = await startWorld();
const { provider } = world;
after(world.stop);

const TOKEN = `${provider.origin}/oauth2/token`;
const KEYS = provider.jwksUri;
const html = (status) => ({ status, contentType: "text/html", body: "<h1>Sorry</h1>" }); // playwright adds what CORS wants
const json = (status, body) => ({ status, contentType: "application/json", body: JSON.stringify(body) });
const count = (page, endpoint) => requests(page.wire).filter(({ url }) => url === endpoint).length;

/** A page whose sign-in has come back while `fault` (an answer, or undefined for none at all) stood at `endpoint`. */
async function failing(t, endpoint, fault, options = {}) {
  const page = await world.open(t, "/", options);
  await world.begin(page);
  await page.route(endpoint, (route) => (fault ? route.fulfill(fault) : route.abort()));
  await world.logIn(page);
  return page;
}

for (const { what, fault, expected, status, providerSays, retryable = false } of [
  { what: "no connection", fault: undefined, expected: ["network_failed", undefined], retryable: true },
  { what: "500 with a page", fault: html(500), expected: ["provider_unavailable", undefined], status: 500, retryable: true },
  { what: "503 with an OAuth error", fault: json(503, { error: "invalid_grant" }), expected: ["provider_unavailable", undefined], status: 503, retryable: true },
  { what: "429", fault: html(429), expected: ["rate_limited", undefined], status: 429, retryable: true },
  { what: "403 of a firewall", fault: html(403), expected: ["request_blocked", undefined], status: 403 },
  { what: "invalid_grant", fault: json(400, { error: "invalid_grant" }), expected: ["grant_refused", undefined], status: 400, providerSays: { error: "invalid_grant" } },
  {
    what: "another redirect URI, as Cognito says it",
    fault: json(400, { error: "unauthorized_client", error_description: "invalid_redirect" }),
    expected: ["client_refused", "redirect_uri"],
    status: 400,
    providerSays: { error: "unauthorized_client", description: "invalid_redirect" },
  },
  { what: "invalid_client", fault: json(401, { error: "invalid_client" }), expected: ["client_refused", "invalid_client"], status: 401, providerSays: { error: "invalid_client" } },
  { what: "an empty answer", fault: { status: 200, body: "" }, expected: ["tokens_invalid", "empty"], status: 200 },
  { what: "200 with a page", fault: html(200), expected: ["tokens_invalid", "not_json"], status: 200 },
  { what: "404", fault: html(404), expected: ["tokens_invalid", "status"], status: 404 },
  { what: "10 MiB", fault: { status: 200, body: "x".repeat(10 << 20) }, expected: ["tokens_invalid", "too_large"], status: 200 },
]) {
  test(`token endpoint: ${what}`, async (t) => {
    const page = await failing(t, TOKEN, fault);
    const { status: signedOut, error } = await ready(page);
    assert.equal(signedOut, "signedOut");
    assert.deepEqual(verdict(error), expected);
    assert.deepEqual([error.retryable, error.details.status, error.details.provider], [retryable, status, providerSays]);
    assert.equal(count(page, TOKEN), 1);

    await page.unroute(TOKEN);
    if (retryable) {
      const { snapshot } = await resolution(page, () => auth.handleCallback());
      assert.deepEqual([snapshot.status, snapshot.error], ["signedIn", undefined]);
      assert.equal(count(page, TOKEN), 2);
      assert.equal(await page.evaluate(() => auth.snapshot.status), "signedIn");
    } else {
      assert.deepEqual(verdict(await rejection(page, () => auth.handleCallback())), expected, "the same answer twice");
      assert.equal(count(page, TOKEN), 1);
    }
  });
}

// What a service worker or a patched fetch may do.
for (const [what, patched] of [
  ["rejects with a text", `() => Promise.reject("offline")`],
  ["rejects with nothing", "() => Promise.reject()"],
  ["answers with another thing", "async () => ({ status: 200, text: async () => '{}' })"],
  ["breaks off", `async () => new Response(new ReadableStream({ start: (answer) => answer.error(new TypeError("reset")) }))`],
]) {
  test(`token endpoint: fetch ${what}`, async (t) => {
    const page = await world.open(t, "/", { init: `window.unpatched = fetch; window.fetch = ${patched};` });
    await world.begin(page);
    await world.logIn(page);
    const { error } = await ready(page);
    assert.deepEqual([...verdict(error), error.retryable], ["network_failed", undefined, true]);

    await page.evaluate(() => (window.fetch = unpatched));
    assert.equal((await resolution(page, () => auth.handleCallback())).snapshot.status, "signedIn");
  });
}

test("token endpoint: no answer within ten seconds", async (t) => {
  // The browser's own timer, made short: what was asked for is noted.
  const init = `window.timeouts = [];
    const { timeout } = AbortSignal;
    AbortSignal.timeout = (milliseconds) => (timeouts.push(milliseconds), timeout.call(AbortSignal, 1));`;
  const page = await world.open(t, "/", { init });
  await world.begin(page);
  await page.route(TOKEN, () => {}); // never answered
  await world.logIn(page);

  const { error } = await ready(page);
  assert.deepEqual([...verdict(error), error.retryable], ["request_timeout", undefined, true]);
  assert.ok((await page.evaluate(() => timeouts)).every((milliseconds) => milliseconds === 10_000));
});

for (const { what, fault, rule } of [
  { what: "empty", fault: json(200, { keys: [] }), rule: "empty" },
  { what: "1 MiB", fault: json(200, { keys: [{ kty: "RSA", n: "x".repeat(1 << 20) }] }), rule: "too_large" },
  { what: "10,000 keys", fault: json(200, { keys: Array(10_000).fill({}) }), rule: "too_many" },
  { what: "a page", fault: html(200), rule: "not_json" },
]) {
  test(`key set: ${what}`, async (t) => {
    const page = await failing(t, KEYS, fault);
    const { status, error } = await ready(page);
    assert.equal(status, "signedOut");
    assert.deepEqual([...verdict(error), error.retryable], ["keys_invalid", rule, false]);
    assert.doesNotMatch(JSON.stringify(await stored(page)), /accessToken/);
  });
}

test("key set: another issuer's keys are asked for once more, then the token is refused", async (t) => {
  const page = await failing(t, KEYS, json(200, { keys: [{ kty: "RSA", kid: "another", use: "sig", n: "AQAB", e: "AQAB" }] }));
  const { error } = await ready(page);
  assert.deepEqual(verdict(error), ["id_token_invalid", "kid"]);
  assert.equal(count(page, KEYS), 2);
});

test("key set: unreachable for a moment, the sign-in waits for it", async (t) => {
  const page = await world.open(t);
  await world.begin(page);
  await page.route(KEYS, (route) => route.abort(), { times: 1 });
  await world.logIn(page);

  assert.deepEqual([(await ready(page)).status, count(page, TOKEN), count(page, KEYS)], ["signedIn", 1, 2]);
});

test("key set: unreachable for a minute, the tokens wait in memory, unseen, for a retry", async (t) => {
  const page = await world.open(t);
  await page.clock.install();
  await world.begin(page);
  await page.route(KEYS, (route) => route.fulfill(html(503)));
  const began = await page.evaluate(() => Date.now());
  await world.logIn(page);

  await page.evaluate(() => void auth.ready().then(() => (window.finished = true)));
  const state = () => page.evaluate(() => [window.finished, auth.snapshot.status]);
  for (let [finished, status] = await state(); !finished; [finished, status] = await state()) {
    assert.equal(status, "loading");
    await page.clock.runFor(500);
  }
  assert.ok((await page.evaluate(() => Date.now())) - began >= 60_000);
  const { status, error } = await ready(page);
  assert.equal(status, "signedOut");
  assert.deepEqual([...verdict(error), error.retryable, error.details.status], ["keys_unavailable", "status", true, 503]);
  assert.doesNotMatch(JSON.stringify(await stored(page)), /accessToken/);

  await page.unroute(KEYS);
  const { snapshot } = await resolution(page, () => auth.handleCallback());
  assert.equal(snapshot.status, "signedIn");
  assert.equal(count(page, TOKEN), 1, "the code is not sent again");
});

test("signed out during the exchange: what comes back is discarded and its refresh token revoked", async (t) => {
  const page = await world.open(t);
  await world.begin(page);
  let release;
  const reached = new Promise((resolve) => page.route(TOKEN, (route) => resolve((release = () => route.continue()))));
  await world.logIn(page);
  await reached;
  const revoked = page.waitForRequest(`${provider.origin}/oauth2/revoke`);
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  release();

  const { status, error } = await ready(page);
  assert.equal(status, "signedOut");
  assert.deepEqual(verdict(error), ["sign_in_required", "signed_out"]);
  const token = new URLSearchParams((await revoked).postData()).get("token");
  assert.ok(token.length > 20);
  assert.deepEqual(await stored(page), [["localStorage", "gatepass:default:signed-out", "1"]]);
});
