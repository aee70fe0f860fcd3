// The OpenID Foundation's relying-party cases, one test for each that a public client of the code flow can
// show in a browser: named by the suite's module, with gatepass's verdict. The generic OpenID door against
// our own provider, which is dishonest in exactly the module's way.
//
// | module (oidcc-client-test- unless it says otherwise) | why it is not here |
// |---|---|
// | client-secret-basic | a public client has no secret |
// | userinfo-bearer-body | the token goes in the header only (RFC 6750 §2.2: the body is for clients that cannot) |
// | form-post-error | response_mode=form_post needs a server at the redirect URI |
// | invalid-chash, missing-chash, FAPI's -shash | c_hash and s_hash come with a front-channel ID token: hybrid flow |
// | discovery-webfinger-acct, -url | the app configures the issuer; nobody types one |
// | dynamic-registration | the client id is configured |
// | request-uri-signed-none, -rs256 | a public client has no key to sign a request with |
// | encrypted-idtoken-* | no key to decrypt with in a page |
// | session-management | check_session_iframe needs third-party cookies, which browsers block |
// | rp-frontchannel-* | the same: an iframe of the provider does not reach the app's storage |
// | rp-backchannel-* | needs a server |
// | fapi2-*-client-test-* with DPoP, mTLS, JARM, PAR, signed requests | confidential clients, or not offered |

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { answer, hmac, startCrafted, unsigned } from "../providers/crafted.mjs";
import { requests } from "./wire.mjs";
import { ready, rejection, resolution, startWorld, stored, verdict } from "./world.mjs";

const OIDCC = "oidcc-client-test";
const FAPI2 = "fapi2-security-profile-final-client-test";
const SIGNED_IN = "signed in";

const world = await startWorld({ startProvider: startCrafted });
const { origin, provider } = world;
const { keys } = provider;
after(world.stop);
beforeEach(() => provider.craft());

// The site's own configuration says Cognito (its Content Security Policy is made from that); the page's is this.
const DOOR = { oidc: { issuer: provider.issuer, clientId: provider.clientId } };
const door = (options) => `harness.options = Object.assign({ cognito: undefined }, ${JSON.stringify({ ...DOOR, ...options })});`;

/** Quirks that change one part and leave the rest. */
const claims = (changes) => ({ claims: (honest) => ({ ...honest, ...changes }) });
const header = (changes) => ({ header: (honest) => ({ ...honest, ...changes }) });
const published = (...keys) => ({ keys: () => ({ keys: keys.map(({ jwk }) => jwk) }) });
const response = (changes) => ({ authorize: (honest) => ({ ...honest, ...changes }) });
const tokens = (changes) => ({ tokenResponse: (honest) => ({ ...honest, ...changes }) });
const metadata = (changes) => ({ discovery: (honest) => ({ ...honest, ...changes }) });
const EVIL = "https://evil.example";

const open = (t, options) => world.open(t, "/start", { harness: { stay: true }, init: door(options) });

/** Goes through a sign-in, until it has been judged on the redirect URI. */
async function signIn(page) {
  await page.evaluate(() => void auth.signIn().catch((error) => (window.caught = error)));
  await page.waitForURL(`${origin}/callback`);
  await page.waitForFunction(() => window.auth && auth.snapshot.status !== "loading");
  return ready(page);
}

async function signedIn(t, quirks, options) {
  provider.craft(quirks);
  const page = await open(t, options);
  const { status, error } = await signIn(page);
  assert.deepEqual([status, error], ["signedIn", undefined]);
  return page;
}

const asked = (page, path) => requests(page.wire).filter(({ url }) => url.startsWith(provider.origin + path));

const IDENTITY = [
  { module: OIDCC, expected: SIGNED_IN },
  { module: `${OIDCC}-invalid-iss`, quirks: claims({ iss: EVIL }), expected: "iss" },
  { module: `${OIDCC}-missing-sub`, quirks: claims({ sub: undefined }), expected: "sub" },
  { module: `${OIDCC}-invalid-aud`, quirks: claims({ aud: "another" }), expected: "aud" },
  { module: `${OIDCC}-missing-aud`, quirks: claims({ aud: undefined }), expected: "aud" },
  { module: `${OIDCC}-missing-iat`, quirks: claims({ iat: undefined }), expected: "iat" },
  { module: `${OIDCC}-kid-absent-single-jwks`, quirks: { ...header({ kid: undefined }), ...published(keys.rsa) }, expected: SIGNED_IN },
  { module: `${OIDCC}-kid-absent-single-jwks`, what: "of its type", quirks: { ...header({ kid: undefined }), ...published(keys.ec, keys.rsa) }, expected: SIGNED_IN },
  { module: `${OIDCC}-kid-absent-multiple-jwks`, quirks: { ...header({ kid: undefined }), ...published(keys.rsa, keys.next) }, expected: "kid" },
  { module: `${OIDCC}-idtoken-sig-rs256`, quirks: { signWith: keys.rsa }, expected: SIGNED_IN },
  { module: `${OIDCC}-idtoken-sig-none`, quirks: { ...header({ alg: "none" }), signWith: unsigned }, expected: "alg" },
  { module: `${OIDCC}-invalid-sig-rs256`, quirks: { ...header({ kid: "rsa", alg: "RS256" }), signWith: keys.next }, expected: "signature" },
  { module: `${OIDCC}-invalid-sig-es256`, quirks: { ...header({ kid: "ec", alg: "ES256" }), signWith: () => Buffer.alloc(64, 1) }, expected: "signature" },
  { module: `${OIDCC}-invalid-sig-hs256`, quirks: { ...header({ alg: "HS256", kid: undefined }), signWith: hmac(provider.clientId) }, expected: "alg" },
  { module: `${OIDCC}-invalid-sig-hs256`, what: "the public key as the secret", quirks: { ...header({ alg: "HS256" }), signWith: hmac(keys.rsa.jwk.n) }, expected: "alg" },
  { module: `${OIDCC}-nonce-invalid`, quirks: claims({ nonce: "another" }), expected: "nonce" },
  { module: `${OIDCC}-nonce-unless-code-flow`, what: "sent in the code flow, too", expected: SIGNED_IN },
  { module: `${OIDCC}-invalid-athash`, quirks: claims({ at_hash: "A".repeat(22) }), expected: "at_hash" },
  { module: `${OIDCC}-missing-athash`, what: "optional in the code flow", quirks: claims({ at_hash: undefined }), expected: SIGNED_IN },
  { module: `${OIDCC}-mtls-endpoint-aliases`, what: "not for a public client", quirks: metadata({ mtls_endpoint_aliases: { token_endpoint: `${provider.origin}/mtls` } }), expected: SIGNED_IN },
  { module: `${FAPI2}-happy-path`, what: "ES256", quirks: { signWith: keys.ec }, expected: SIGNED_IN },
  { module: `${FAPI2}-invalid-missing-iss`, quirks: claims({ iss: undefined }), expected: "iss" },
  { module: `${FAPI2}-invalid-missing-aud`, quirks: claims({ aud: [] }), expected: "aud" },
  { module: `${FAPI2}-invalid-missing-exp`, quirks: claims({ exp: undefined }), expected: "exp" },
  { module: `${FAPI2}-invalid-missing-nonce`, quirks: claims({ nonce: undefined }), expected: "nonce" },
  { module: `${FAPI2}-invalid-expired-exp`, quirks: { claims: (honest) => ({ ...honest, exp: honest.iat - 300 }) }, expected: "exp" },
  { module: `${FAPI2}-invalid-null-alg`, quirks: { ...header({ alg: null }), signWith: unsigned }, expected: "alg" },
  { module: `${FAPI2}-invalid-alternate-alg`, what: "not the key's", quirks: header({ alg: "RS512" }), expected: "key_alg" },
  { module: `${FAPI2}-invalid-secondary-aud`, quirks: claims({ aud: [provider.clientId, "another"] }), expected: "azp" },
  { module: `${FAPI2}-valid-aud-as-array`, quirks: claims({ aud: [provider.clientId] }), expected: SIGNED_IN },
  { module: `${FAPI2}-token-type-case-insensitivity`, quirks: tokens({ token_type: "bEARER" }), expected: SIGNED_IN },
  { module: `${FAPI2}-token-endpoint-response-without-expires_in`, quirks: tokens({ expires_in: undefined }), expected: SIGNED_IN },
];

for (const { module, what, quirks, expected } of IDENTITY) {
  const wanted = expected === SIGNED_IN ? [undefined] : ["id_token_invalid", expected];
  test(`${module}${what ? `, ${what}` : ""}: ${expected === SIGNED_IN ? expected : wanted.join(" / ")}`, async (t) => {
    provider.craft(quirks);
    const page = await open(t);
    const { status, user, error } = await signIn(page);

    assert.match(new URL(asked(page, "/authorize")[0].url).searchParams.get("nonce"), /^[\w-]{43}$/);
    assert.deepEqual([asked(page, "/token").length, asked(page, "/userinfo").length], [1, 0]);
    if (expected === SIGNED_IN) {
      assert.deepEqual([status, user?.id, error], ["signedIn", "ada", undefined]);
      assert.match(await page.evaluate(() => auth.getAccessToken()), /^[\w-]{43}$/);
    } else {
      assert.equal(status, "signedOut");
      assert.deepEqual([...verdict(error), error.retryable, error.turn], [...wanted, false, "provider"]);
      assert.equal((await rejection(page, () => auth.getAccessToken())).code, "sign_in_required");
      assert.deepEqual((await stored(page)).filter(([, key]) => key.includes(":session")), []);
    }
  });
}

const RESPONSES = [
  { module: `${FAPI2}-invalid-authorization-response-iss`, quirks: response({ iss: EVIL }), rule: "iss" },
  { module: `${FAPI2}-remove-authorization-response-iss`, quirks: response({ iss: undefined }), rule: "iss" },
  { module: `${FAPI2}-ensure-authorization-response-with-invalid-state-fails`, quirks: response({ state: "s".repeat(43) }), rule: "state_unknown" },
  // The first one starts a proper sign-in, as if the person came from a portal; the second one is too many.
  { module: `${FAPI2}-ensure-authorization-response-with-invalid-missing-state-fails`, quirks: response({ state: undefined }), rule: "state_missing", times: 2 },
];

for (const { module, quirks, rule, times = 1 } of RESPONSES) {
  test(`${module}: callback_invalid / ${rule}`, async (t) => {
    provider.craft(quirks);
    const page = await open(t);
    const { status, error } = await signIn(page);
    assert.equal(status, "signedOut");
    assert.deepEqual([...verdict(error), error.retryable], ["callback_invalid", rule, false]);
    assert.deepEqual([asked(page, "/authorize").length, asked(page, "/token").length], [times, 0]);
    assert.equal(page.url(), `${origin}/callback`);
  });
}

test(`${OIDCC}-discovery-openid-config: endpoints are the metadata's, their own query included`, async (t) => {
  const page = await signedIn(t, metadata({ authorization_endpoint: `${provider.origin}/authorize?tenant=a`, token_endpoint: `${provider.origin}/token?tenant=b` }));
  assert.equal(asked(page, "/.well-known/openid-configuration").length, 1);
  const { searchParams } = new URL(asked(page, "/authorize")[0].url);
  assert.deepEqual([searchParams.get("tenant"), searchParams.get("client_id")], ["a", provider.clientId]);
  assert.deepEqual(asked(page, "/token").map(({ url }) => url), [`${provider.origin}/token?tenant=b`]);
});

test(`${OIDCC}-discovery-jwks-uri-keys: the keys are the metadata's jwks_uri's`, async (t) => {
  const page = await signedIn(t, metadata({ jwks_uri: `${provider.origin}/keys?v=2` }));
  assert.deepEqual(asked(page, "/keys").map(({ url }) => url), [`${provider.origin}/keys?v=2`]);
});

for (const module of [OIDCC, FAPI2]) {
  test(`${module}-discovery-issuer-mismatch: discovery_invalid / issuer`, async (t) => {
    provider.craft(metadata({ issuer: `${provider.issuer}/` }));
    const page = await open(t);
    assert.deepEqual(verdict(await rejection(page, () => auth.signIn())), ["discovery_invalid", "issuer"]);
    assert.deepEqual([page.url(), asked(page, "/authorize").length], [`${origin}/start`, 0]);
  });
}

test(`${OIDCC}-signing-key-rotation-just-before-signing: the key set is asked for again, signed in`, async (t) => {
  let times = 0;
  const page = await signedIn(t, { signWith: keys.next, keys: () => ({ keys: [times++ ? keys.next.jwk : keys.rsa.jwk] }) });
  assert.equal(asked(page, "/keys").length, 2);
});

test(`${OIDCC}-signing-key-rotation-just-before-signing, never published: asked for once more, id_token_invalid / kid`, async (t) => {
  provider.craft({ signWith: keys.next });
  const page = await open(t);
  assert.deepEqual(verdict((await signIn(page)).error), ["id_token_invalid", "kid"]);
  assert.equal(asked(page, "/keys").length, 2);
});

test(`${OIDCC}-signing-key-rotation: a renewed token by the new key is accepted`, async (t) => {
  const page = await shortLived(t);
  provider.craft({ signWith: keys.next, ...published(keys.next) });
  const [before, after] = await renew(page);
  assert.notEqual(before, after);
  assert.equal(asked(page, "/keys").length, 2);
});

// Renewal. The first tokens live for five minutes, and ten have passed.

async function shortLived(t, later) {
  const page = await signedIn(t, {
    claims: (honest, { grant }) => (grant === "refresh_token" ? { ...honest, ...later } : { ...honest, exp: honest.iat + 300 }),
    tokenResponse: (honest, { grant }) => (grant === "refresh_token" ? honest : { ...honest, expires_in: 300 }),
  });
  page.first = await page.evaluate(() => auth.getIdToken());
  await page.evaluate(() => {
    const { now } = Date;
    Date.now = () => now() + 600_000;
  });
  return page;
}

const renew = async (page) => [page.first, await page.evaluate(() => auth.getIdToken())];
const renewals = () => provider.requests.filter(({ form }) => form.grant_type === "refresh_token").length;

test(`${OIDCC}-refresh-token: the renewed tokens are accepted`, async (t) => {
  const page = await shortLived(t);
  const [began, [before, after]] = [renewals(), await renew(page)];
  assert.notEqual(before, after);
  assert.equal(renewals() - began, 1);
  const { status, stale, user } = await page.evaluate(() => auth.snapshot);
  assert.deepEqual([status, stale, user.id], ["signedIn", false, "ada"]);
});

for (const [module, later, rule] of [
  [`${OIDCC}-refresh-token-invalid-issuer`, { iss: EVIL }, "iss"],
  [`${OIDCC}-refresh-token-invalid-sub`, { sub: "eve" }, "sub"],
]) {
  test(`${module}: id_token_invalid / ${rule}, and the session stands`, async (t) => {
    const page = await shortLived(t, later);
    const began = renewals();
    assert.deepEqual(verdict(await rejection(page, () => auth.getIdToken())), ["id_token_invalid", rule]);
    assert.equal(renewals() - began, 1);
    const { status, stale, user } = await page.evaluate(() => auth.snapshot);
    assert.deepEqual([status, stale, user?.id], ["signedIn", true, "ada"]);

    provider.craft();
    const [before, after] = await renew(page);
    assert.notEqual(before, after);
    assert.equal(await page.evaluate(() => auth.snapshot.stale), false);
  });
}

// Userinfo.

test(`${OIDCC}-userinfo-bearer-header: the token is in the header and nowhere else`, async (t) => {
  const page = await signedIn(t);
  const claims = await page.evaluate(() => auth.getUserInfo());
  assert.equal(claims.sub, "ada");
  const token = await page.evaluate(() => auth.getAccessToken());
  const [{ method, url, body, headers }, ...more] = asked(page, "/userinfo").filter(({ method }) => method !== "OPTIONS");
  assert.deepEqual([method, url, body, more], ["GET", `${provider.origin}/userinfo`, undefined, []]);
  assert.equal(headers.authorization, `Bearer ${token}`);
  assert.equal(headers.cookie, undefined);
});

for (const [scopes, names] of [
  [["openid"], ["sub"]],
  [["openid", "email"], ["email", "email_verified", "sub"]],
  [["openid", "email", "profile"], ["email", "email_verified", "name", "sub"]],
]) {
  test(`${OIDCC}-scope-userinfo-claims: ${scopes.join(" ")}`, async (t) => {
    const page = await signedIn(t, {}, { scopes });
    assert.equal(new URL(asked(page, "/authorize")[0].url).searchParams.get("scope"), scopes.join(" "));
    assert.deepEqual(Object.keys(await page.evaluate(() => auth.getUserInfo())).sort(), names);
  });
}

for (const { module, what, userinfo, rule } of [
  { module: `${OIDCC}-userinfo-invalid-sub`, userinfo: (honest) => ({ ...honest, sub: "eve" }), rule: "sub" },
  { module: `${OIDCC}-userinfo-invalid-sub`, what: "missing", userinfo: ({ sub, ...rest }) => rest, rule: "sub" },
  { module: `${OIDCC}-userinfo-signed`, userinfo: () => answer(200, "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.AAAA", { "content-type": "application/jwt" }), rule: "not_json" },
]) {
  test(`${module}${what ? `, ${what}` : ""}: userinfo_invalid / ${rule}`, async (t) => {
    const page = await signedIn(t, { userinfo });
    assert.deepEqual(verdict(await rejection(page, () => auth.getUserInfo())), ["userinfo_invalid", rule]);
    assert.equal(await page.evaluate(() => auth.snapshot.status), "signedIn");
  });
}

const AGGREGATED = { _claim_names: { address: "src1" }, _claim_sources: { src1: { JWT: "eyJhbGciOiJub25lIn0.e30." } } };
const DISTRIBUTED = { _claim_names: { score: "src1" }, _claim_sources: { src1: { endpoint: "https://claims.example/score", access_token: "theirs" } } };
for (const [module, extra] of [[`${OIDCC}-aggregated-claims`, AGGREGATED], [`${OIDCC}-distributed-claims`, DISTRIBUTED]]) {
  test(`${module}: handed over as they are, and not followed`, async (t) => {
    const page = await signedIn(t, { ...claims(extra), userinfo: (honest) => ({ ...honest, ...extra }) });
    const [info, { user }] = [await page.evaluate(() => auth.getUserInfo()), await ready(page)];
    for (const { _claim_names, _claim_sources } of [info, user.claims]) assert.deepEqual({ _claim_names, _claim_sources }, extra);
    assert.deepEqual(requests(page.wire).filter(({ url }) => ![origin, provider.origin].includes(new URL(url).origin)), []);
  });
}

// Sign-out.

for (const { module, state, lands } of [
  { module: `${OIDCC}-rp-init-logout`, lands: "/" },
  { module: `${OIDCC}-rp-init-logout-no-state`, lands: "/" },
  { module: `${OIDCC}-rp-init-logout-other-state`, state: "another", lands: "/?state=another" },
]) {
  test(`${module}: signed out, and the page just loads`, async (t) => {
    const page = await signedIn(t, { logout: () => ({ state }) });
    await page.evaluate(() => void auth.signOut());
    await page.waitForURL(origin + lands);
    assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
    assert.equal(page.url(), origin + lands);

    const [{ method, query }] = provider.requests.filter(({ path }) => path === "/logout").slice(-1);
    const params = { client_id: provider.clientId, post_logout_redirect_uri: `${origin}/` };
    assert.deepEqual([method, Object.fromEntries(new URLSearchParams(query))], ["GET", params]);
  });
}

// Third-party-initiated login.

test(`${OIDCC}-3rd-party-init-login: iss, login_hint and target_link_uri are honoured`, async (t) => {
  const page = await open(t);
  const link = `${origin}/start?${new URLSearchParams({ iss: provider.issuer, login_hint: "ada@example.com", target_link_uri: `${origin}/deep?q=1` })}`;
  await page.evaluate((link) => void auth.startFrom(link).catch((error) => (window.caught = error)), link);
  await page.waitForURL(`${origin}/callback`);
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(new URL(asked(page, "/authorize")[0].url).searchParams.get("login_hint"), "ada@example.com");
  assert.equal((await resolution(page, () => auth.handleCallback())).returnTo, "/deep?q=1");
});

test(`${OIDCC}-3rd-party-init-login, of another issuer: request_invalid / iss`, async (t) => {
  const page = await open(t);
  const error = await rejection(page, `() => auth.startFrom("/start?iss=${encodeURIComponent(EVIL)}&login_hint=ada")`);
  assert.deepEqual([...verdict(error), error.details.option], ["request_invalid", "iss", "iss"]);
  assert.deepEqual([page.url(), asked(page, "/authorize").length], [`${origin}/start`, 0]);
});
