// A provider's metadata are believed only whole: whatever is wrong with them, the page does not leave,
// signIn() says which rule, and a later try asks again.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { answer, startCrafted } from "../providers/crafted.mjs";
import { lines, requestsTo } from "./wire.mjs";
import { ready, rejection, startWorld, verdict } from "./world.mjs";

const world = await startWorld({ startProvider: startCrafted });
const { origin, provider } = world;
after(world.stop);
beforeEach(() => provider.craft());

const METADATA = "/.well-known/openid-configuration";

// The site's own configuration says Cognito (its Content Security Policy is made from that); the page's is this.
const door = (issuer) => `harness.options = { cognito: undefined, oidc: ${JSON.stringify({ issuer, clientId: provider.clientId })} };`;
const open = (t, issuer = provider.issuer) => world.open(t, "/start", { harness: { stay: true }, init: door(issuer) });

async function signIn(page) {
  await page.evaluate(() => void auth.signIn().catch((error) => (window.caught = error)));
  await page.waitForURL(`${origin}/callback`);
  return ready(page);
}

const changed = (changes) => (honest) => ({ ...honest, ...changes });
const FAR = "http://idp.example"; // not https, and not this machine

for (const { what, discovery, unreachable, expected, retryable = false, status } of [
  { what: "another issuer", discovery: changed({ issuer: "https://evil.example" }), expected: ["discovery_invalid", "issuer"] },
  { what: "the issuer with a slash more", discovery: changed({ issuer: `${provider.issuer}/` }), expected: ["discovery_invalid", "issuer"] },
  { what: "no issuer", discovery: changed({ issuer: undefined }), expected: ["discovery_invalid", "issuer"] },
  { what: "a page", discovery: () => answer(200, "<h1>Hello</h1>", { "content-type": "text/html" }), expected: ["discovery_invalid", "not_json"] },
  { what: "JSON, but no object", discovery: () => [provider.metadata], expected: ["discovery_invalid", "not_json"] },
  { what: "nothing", discovery: () => answer(200), expected: ["discovery_invalid", "not_json"] },
  { what: "no authorization endpoint", discovery: changed({ authorization_endpoint: undefined }), expected: ["discovery_invalid", "endpoint"] },
  { what: "no token endpoint", discovery: changed({ token_endpoint: undefined }), expected: ["discovery_invalid", "endpoint"] },
  { what: "no keys", discovery: changed({ jwks_uri: undefined }), expected: ["discovery_invalid", "endpoint"] },
  { what: "a token endpoint without TLS", discovery: changed({ token_endpoint: `${FAR}/token` }), expected: ["discovery_invalid", "endpoint"] },
  { what: "keys without TLS", discovery: changed({ jwks_uri: `${FAR}/keys` }), expected: ["discovery_invalid", "endpoint"] },
  { what: "a userinfo endpoint without TLS", discovery: changed({ userinfo_endpoint: `${FAR}/userinfo` }), expected: ["discovery_invalid", "endpoint"] },
  { what: "a script as the authorization endpoint", discovery: changed({ authorization_endpoint: "javascript:alert(1)" }), expected: ["discovery_invalid", "endpoint"] },
  { what: "an endpoint that is no text", discovery: changed({ token_endpoint: 1 }), expected: ["discovery_invalid", "endpoint"] },
  { what: "PKCE without S256", discovery: changed({ code_challenge_methods_supported: ["plain"] }), expected: ["discovery_invalid", "pkce"] },
  { what: "404", discovery: () => answer(404, "{}"), expected: ["discovery_invalid", "status"], status: 404 },
  { what: "a megabyte", discovery: changed({ padding: "x".repeat(1 << 20) }), expected: ["discovery_invalid", "too_large"] },
  { what: "503", discovery: () => answer(503, "Sorry"), expected: ["provider_unavailable", undefined], retryable: true, status: 503 },
  { what: "no connection", unreachable: true, expected: ["network_failed", undefined], retryable: true },
]) {
  test(`metadata: ${what}: ${expected.filter(Boolean).join(" / ")}, and not for ever`, async (t) => {
    provider.craft({ discovery });
    const page = await open(t);
    if (unreachable) await page.route(provider.origin + METADATA, (route) => route.abort());
    const error = await rejection(page, () => auth.signIn());
    assert.deepEqual([...verdict(error), error.retryable, error.details.status], [...expected, retryable, status]);
    assert.equal(page.url(), `${origin}/start`);
    assert.deepEqual(lines(requestsTo(page.wire, provider.origin)), [`GET ${METADATA}`]);

    provider.craft();
    await page.unrouteAll();
    const mended = await signIn(page);
    assert.deepEqual([mended.status, mended.error], ["signedIn", undefined]);
  });
}

// Providers in use whose metadata look like this.
for (const [what, issuer, discovery] of [
  ["that says nothing about PKCE", provider.origin, changed({ code_challenge_methods_supported: undefined })],
  ["whose issuer ends with a slash", `${provider.origin}/`],
  ["whose issuer has a path", `${provider.origin}/tenant`],
  ["whose issuer has a path and a slash", `${provider.origin}/tenant/`],
  ["without logout, revocation and userinfo", provider.origin, changed({ end_session_endpoint: undefined, revocation_endpoint: undefined, userinfo_endpoint: undefined })],
]) {
  test(`accepted: a provider ${what}`, async (t) => {
    provider.craft({
      discovery: (honest) => ({ ...(discovery ? discovery(honest) : honest), issuer }),
      authorize: (honest) => ({ ...honest, iss: issuer }),
      claims: (honest) => ({ ...honest, iss: issuer }),
    });
    const page = await open(t, issuer);
    const { status, user, error } = await signIn(page);
    assert.deepEqual([status, user?.issuer, error], ["signedIn", issuer, undefined]);
    const asked = lines(requestsTo(page.wire, provider.origin)).filter((line) => line.endsWith(METADATA));
    assert.deepEqual(asked, [`GET ${new URL(`${issuer.replace(/\/$/, "")}${METADATA}`).pathname}`]);
  });
}

test("a provider without the endpoint: userinfo_invalid / endpoint, and sign-out stays here", async (t) => {
  provider.craft({ discovery: changed({ end_session_endpoint: undefined, revocation_endpoint: undefined, userinfo_endpoint: undefined }) });
  const page = await open(t);
  assert.equal((await signIn(page)).status, "signedIn");
  const mark = page.wire.length;
  assert.deepEqual(verdict(await rejection(page, () => auth.getUserInfo())), ["userinfo_invalid", "endpoint"]);
  await page.evaluate(() => void auth.signOut());
  await page.waitForURL(`${origin}/`);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
  assert.deepEqual(lines(requestsTo(page.wire.slice(mark), provider.origin)), []);
});
