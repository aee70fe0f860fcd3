// What an app can ask of a sign-in, and what it is told when that cannot be sent.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { requests, requestsBeside } from "./wire.mjs";
import { ready, rejection, resolution, startWorld, verdict } from "./world.mjs";

const world = await startWorld({ browserOptions: { ignoreDefaultArgs: ["--disable-back-forward-cache"] } });
const { origin, provider } = world;
after(world.stop);

const lastAuthorize = (page) => new URL(requests(page.wire).findLast(({ url }) => url.includes("/oauth2/authorize?")).url).searchParams;

test("every option becomes its parameter", async (t) => {
  const page = await world.open(t);
  await world.begin(page, {
    identityProvider: "My IdP & Co",
    loginHint: "ada+x@example.com",
    lang: "pt-BR",
    prompt: "login",
    resource: "https://api.gatepass.example",
    extraParams: { ui: "dark", "ünï": "ü" },
  });
  const { state, nonce, code_challenge, code_challenge_method, ...sent } = Object.fromEntries(lastAuthorize(page));
  assert.deepEqual(sent, {
    response_type: "code",
    client_id: provider.clientId,
    redirect_uri: `${origin}/callback`,
    scope: "openid email profile",
    identity_provider: "My IdP & Co",
    login_hint: "ada+x@example.com",
    lang: "pt-BR",
    prompt: "login",
    resource: "https://api.gatepass.example",
    ui: "dark",
    ünï: "ü",
  });
});

for (const [options, rule, option] of [
  [{ colour: "red" }, "unknown", "colour"],
  [{ lang: 1 }, "type", "lang"],
  [{ identityProvider: "A", idpIdentifier: "b" }, "conflict", "idpIdentifier"],
  [{ extraParams: { state: "mine" } }, "reserved", "state"],
  [{ extraParams: { code_challenge_method: "plain" } }, "reserved", "code_challenge_method"],
]) {
  test(`refused: ${JSON.stringify(options)}`, async (t) => {
    const page = await world.open(t, "/here");
    const error = await rejection(page, `() => auth.signIn(${JSON.stringify(options)})`);
    assert.deepEqual([...verdict(error), error.details.option, error.turn], ["request_invalid", rule, option, "developer"]);
    assert.match(error.message, new RegExp(`"${option}"`));
    assert.equal(page.url(), `${origin}/here`);
    assert.deepEqual(requestsBeside(page.wire, origin), []);
  });
}

test("a link that names the identity provider", async (t) => {
  const page = await world.open(t, "/", { harness: { stay: true } });
  const link = `?idp=COGNITO&login_hint=ada%40example.com&lang=de&target_link_uri=/deep&iss=${encodeURIComponent(provider.issuer)}&state=theirs`;
  await page.evaluate((link) => void auth.startFrom(link).catch(() => {}), link);
  await page.waitForURL(world.atProvider);
  const sent = lastAuthorize(page);
  assert.deepEqual(["identity_provider", "login_hint", "lang"].map((name) => sent.get(name)), ["COGNITO", "ada@example.com", "de"]);
  assert.match(sent.get("state"), /^[\w-]{43}$/);

  await world.logIn(page);
  await ready(page);
  assert.deepEqual(await page.evaluate(() => callbacks.map(({ returnTo }) => returnTo)), ["/deep"]);
});

for (const [what, link, rule, option] of [
  ["of another issuer", "?idp=A&iss=https%3A%2F%2Fevil.example", "iss", "iss"],
  ["with two identity providers", "?idp=A&identity_provider=B", "repeated", "identityProvider"],
  ["with both kinds of name", "?idp=A&idp_identifier=b", "conflict", "idpIdentifier"],
  ["that is no address", "http://", "malformed", "url"],
]) {
  test(`refused: a link ${what}`, async (t) => {
    const page = await world.open(t, "/here");
    const error = await rejection(page, `() => auth.startFrom(${JSON.stringify(link)})`);
    assert.deepEqual([...verdict(error), error.details.option], ["request_invalid", rule, option]);
    assert.equal(page.url(), `${origin}/here`);
  });
}

test("a link to another site ends on the start page", async (t) => {
  const page = await world.open(t, "/here", { harness: { stay: true } });
  await page.evaluate(() => void auth.startFrom(new URL("https://portal.example/?idp=A&target_link_uri=https://evil.example/")).catch(() => {}));
  await page.waitForURL(world.atProvider);
  await world.logIn(page);
  await ready(page);
  assert.deepEqual(await page.evaluate(() => callbacks.map(({ returnTo }) => returnTo)), ["/"]);
});

test("a wrong configuration names the option, at the first method and in the snapshot", async (t) => {
  const page = await world.open(t, "/", { harness: { options: { redirectURI: "/callback" } } });
  const { status, error } = await ready(page);
  assert.equal(status, "signedOut");
  assert.deepEqual([...verdict(error), error.details.option], ["config_invalid", "unknown", "redirectURI"]);
  const again = await rejection(page, () => auth.signIn());
  assert.deepEqual([...verdict(again), again.details.option], ["config_invalid", "unknown", "redirectURI"]);
});

test("a browser without WebCrypto is told so", async (t) => {
  const page = await world.open(t, "/", { init: `Object.defineProperty(Crypto.prototype, "subtle", { get: () => undefined });` });
  const { status, error } = await ready(page);
  assert.deepEqual([status, ...verdict(error), error.turn], ["signedOut", "unsupported_environment", "no_webcrypto", "developer"]);
});

test("by default the person comes back to the present page, also where that is the redirect URI", async (t) => {
  for (const [redirectUri, from, to] of [["/callback", "/a?b=c#/d", "/a?b=c#/d"], ["/callback", "/callback?tenant=a", "/"], ["/", "/?b=c#/d", "/?b=c#/d"]]) {
    const page = await world.open(t, from, { harness: { options: { redirectUri } } });
    await world.begin(page);
    await world.logIn(page);
    assert.equal((await ready(page)).status, "signedIn");
    assert.equal(page.url(), origin + to, from);
  }
});

test("the same configuration is the same client; another name is another", async (t) => {
  const page = await world.open(t);
  const same = await page.evaluate(() => {
    const { createGatepass } = gatepass;
    return [createGatepass({ ...config }) === auth, createGatepass({ ...config, name: "b" }) === auth];
  });
  assert.deepEqual(same, [true, false]);
});

test("hosted pages: not before ready(), then without state", async (t) => {
  const page = await world.open(t, "/", { harness: { manual: true } });
  const thrown = await rejection(page, async () => auth.urls.signUp());
  assert.deepEqual(verdict(thrown), ["not_ready", undefined]);

  await ready(page);
  for (const [name, path] of [["signUp", "/signup"], ["forgotPassword", "/forgotPassword"], ["addPasskey", "/passkeys/add"]]) {
    const url = new URL(await page.evaluate((name) => auth.urls[name](), name));
    assert.equal(url.origin + url.pathname, provider.origin + path);
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      client_id: provider.clientId,
      response_type: "code",
      scope: "openid email profile",
      redirect_uri: `${origin}/callback`,
    });
  }
});

test("methods work unbound", async (t) => {
  const page = await world.signedIn(t);
  const works = await page.evaluate(async () => {
    const { ready, subscribe, getAccessToken, getIdToken, handleCallback, signOut } = auth;
    await ready();
    let calls = 0;
    const unsubscribe = subscribe(() => calls++);
    const tokens = await Promise.all([getAccessToken(), getIdToken()]);
    await handleCallback();
    await signOut({ scope: "local" });
    unsubscribe();
    await ready();
    return [tokens.length, calls, auth.snapshot.status];
  });
  assert.deepEqual(works, [2, 1, "signedOut"]);
});

test("the snapshot is the same object until something changes", async (t) => {
  const page = await world.signedIn(t);
  const [same, calls] = await page.evaluate(async () => {
    const before = auth.snapshot;
    let calls = 0;
    auth.subscribe(() => calls++);
    dispatchEvent(new PageTransitionEvent("pageshow"));
    document.dispatchEvent(new Event("visibilitychange"));
    await auth.handleCallback(location.origin); // what those two asked has been answered by then
    return [auth.snapshot === before, calls];
  });
  assert.deepEqual([same, calls], [true, 0]);
});

test("snapshots cannot be changed", async (t) => {
  const page = await world.signedIn(t);
  const frozen = await page.evaluate(() => {
    const { user } = auth.snapshot;
    return [auth.snapshot, user, user.groups, user.claims, user.claims["cognito:groups"]].map(Object.isFrozen);
  });
  assert.deepEqual(frozen, Array(5).fill(true));
});

test("back from the login page with the back button: signIn says interrupted", async (t) => {
  const page = await world.open(t, "/here");
  await page.evaluate(() => {
    addEventListener("pageshow", ({ persisted }) => (window.persisted = persisted));
    auth.signIn().catch((error) => (window.caught = error));
  });
  await page.waitForURL(world.atProvider);
  await page.goBack({ waitUntil: "commit" });
  await page.waitForFunction(() => window.caught);
  assert.ok(await page.evaluate(() => window.persisted), "the page came from the back/forward cache");
  assert.deepEqual(verdict(await resolution(page, async () => window.caught)), ["interrupted", undefined]);
});
