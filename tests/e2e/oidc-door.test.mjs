// The door for any OpenID provider, against the certified `oidc-provider`: one request for its metadata,
// then the same sign-in as at a user pool; and what OpenID Connect has that Cognito has not.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { lines, requests, requestsBeside, requestsTo } from "./wire.mjs";
import { ready, rejection, startWorld, verdict } from "./world.mjs";

const world = await startWorld();
const { origin, provider } = world;
const { issuer, clientId } = provider;
after(world.stop);

const METADATA = "/.well-known/openid-configuration";
const ENDPOINTS = {
  authorizationEndpoint: `${issuer}/oauth2/authorize`,
  tokenEndpoint: `${issuer}/oauth2/token`,
  jwksUri: provider.jwksUri,
  endSessionEndpoint: `${issuer}/logout`,
};
const STAY = { harness: { stay: true } };

// The site's own configuration says Cognito (its Content Security Policy is made from that); the page's is this.
const door = (oidc, options) => `Object.assign((harness.options ??= {}), { cognito: undefined }, ${JSON.stringify({ oidc: { issuer, clientId, ...oidc }, ...options })});`;
const DOOR = door();
const open = (t, path, { oidc, ...options } = {}) => world.open(t, path, { ...options, init: [door(oidc), options.init ?? []].flat() });

const asked = (page, path) => requestsTo(page.wire, provider.origin).filter(({ url }) => new URL(url).pathname === path);
const lastAuthorize = (page) => new URL(asked(page, "/oauth2/authorize").at(-1).url).searchParams;

/** A tab in which somebody has signed in. */
async function signedIn(t, path, options = {}) {
  const page = await world.signedIn(t, path, { ...options, init: DOOR });
  assert.equal(asked(page, METADATA).length, 1);
  return page;
}

test("one request for the metadata before the redirect, none on the callback", async (t) => {
  const page = await open(t, "/start");
  await ready(page);
  assert.deepEqual(lines(requestsBeside(page.wire, origin)), [], "nothing before somebody wants to sign in");
  await world.begin(page);
  const [metadata, authorize] = requestsBeside(page.wire, origin);
  assert.deepEqual(lines([metadata, authorize]), [`GET ${METADATA}`, "GET /oauth2/authorize"]);
  assert.equal(metadata.type, "Fetch");
  for (const name of ["cookie", "authorization", "referer"]) assert.equal(metadata.headers[name], undefined);

  const mark = page.wire.length;
  await world.logIn(page);
  const { status, user } = await ready(page);
  assert.deepEqual([status, user.issuer], ["signedIn", issuer]);
  const callback = page.wire.findIndex(({ kind, url }, i) => i >= mark && kind === "request" && url.startsWith(`${origin}/callback`));
  const wire = page.wire.slice(callback);
  const [token, keys, ...more] = requestsBeside(wire, origin);
  assert.deepEqual([lines([token, keys]), more], [["POST /oauth2/token", "GET /.well-known/jwks.json"], []]);
  const answered = wire.findIndex(({ kind, url }) => kind === "response" && url === token.url);
  assert.ok(wire.indexOf(keys) < answered, "the key set is asked for before the tokens have come");
});

test("the metadata are kept over a reload, for an hour", async (t) => {
  const page = await open(t, "/start");
  await world.begin(page);
  for (const [minutesLater, expected] of [[0, 1], [59, 1], [2, 2]]) {
    await page.addInitScript(`{ const { now } = Date; Date.now = () => now() + ${minutesLater} * 60_000; }`);
    await page.goto(`${origin}/start`);
    await world.begin(page);
    assert.equal(asked(page, METADATA).length, expected, `${minutesLater} minutes later`);
  }
});

test("metadata damaged in their store are asked for again", async (t) => {
  const page = await open(t, "/start");
  await world.begin(page);
  await page.goto(`${origin}/start`);
  const damaged = await page.evaluate(() => {
    const kept = Object.keys(sessionStorage).filter((key) => sessionStorage.getItem(key).includes("authorize"));
    for (const key of kept) sessionStorage.setItem(key, "{");
    return kept.length;
  });
  assert.ok(damaged > 0, "there was something to damage");
  await page.reload();
  await world.begin(page);
  assert.equal(asked(page, METADATA).length, 2);
});

test("calls at once share one request for the metadata", async (t) => {
  const page = await open(t, "/start");
  await ready(page);
  await page.evaluate(() => {
    for (const call of [() => auth.signIn(), () => auth.signIn({ loginHint: "ada" }), () => auth.startFrom("/?login_hint=ada")]) call().catch(() => {});
  });
  await page.waitForURL(world.atProvider);
  assert.equal(asked(page, METADATA).length, 1);
});

test("with endpoints of the app's own there is no request before the redirect", async (t) => {
  const page = await open(t, "/start", { oidc: { endpoints: ENDPOINTS } });
  await world.begin(page);
  assert.deepEqual(lines(requestsBeside(page.wire, origin).slice(0, 1)), ["GET /oauth2/authorize"]);
  await world.logIn(page);
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(asked(page, METADATA).length, 0);
});

// RFC 9207: oidc-provider says in its metadata that it always names itself.
for (const { what, endpoints, expected } of [
  { what: "by metadata", expected: ["callback_invalid", "iss"] },
  { what: "by configuration", endpoints: { ...ENDPOINTS, authorizationResponseIssParameterSupported: true }, expected: ["callback_invalid", "iss"] },
  { what: "nobody asks for it", endpoints: ENDPOINTS, expected: undefined },
]) {
  test(`an answer without iss, required ${what}: ${expected?.join(" / ") ?? "signed in"}`, async (t) => {
    const page = await open(t, "/start", { ...STAY, oidc: { endpoints } });
    await world.begin(page);
    const address = new URL(await world.logInAndHold(page));
    assert.equal(address.searchParams.get("iss"), issuer);
    address.searchParams.delete("iss");
    await page.goto(address.href);
    const { status, error } = await ready(page);
    assert.deepEqual(error && verdict(error), expected);
    assert.equal(status, expected ? "signedOut" : "signedIn");
    assert.equal(asked(page, "/oauth2/token").length, expected ? 0 : 1);
  });
}

test("prompt=none: signed in without a page of the provider's when it knows the person", async (t) => {
  const page = await signedIn(t, "/start", STAY);
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  const mark = page.wire.length;
  await page.evaluate(() => void auth.signIn({ prompt: "none" }).catch(() => {}));
  await page.waitForFunction(() => window.callbacks?.length === 1);
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(lastAuthorize(page).get("prompt"), "none");
  const documents = requestsBeside(page.wire.slice(mark), origin).filter(({ type }) => type === "Document");
  assert.deepEqual([...new Set(lines(documents))], ["GET /oauth2/authorize"]);
});

test("prompt=none: login_required when it does not, once and no loop", async (t) => {
  const page = await open(t, "/start", STAY);
  await page.evaluate(() => void auth.signIn({ prompt: "none" }).catch(() => {}));
  await page.waitForURL(`${origin}/callback`);
  const { status, error } = await ready(page);
  assert.deepEqual([status, ...verdict(error), error.details.provider.error], ["signedOut", "login_required", "login_required", "login_required"]);

  await page.reload();
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
  assert.deepEqual([asked(page, "/oauth2/authorize").length, asked(page, "/oauth2/token").length], [1, 0]);
});

test("maxAge: the provider is told, and its auth_time holds", async (t) => {
  const page = await open(t, "/start", STAY);
  await world.begin(page, { maxAge: 3600 });
  assert.equal(lastAuthorize(page).get("max_age"), "3600");
  await world.logIn(page);
  const { status, user } = await ready(page);
  assert.equal(status, "signedIn");
  assert.equal(typeof user.claims.auth_time, "number");
});

test("maxAge 0: somebody the provider knows is asked anew", async (t) => {
  const page = await signedIn(t, "/start", STAY);
  await world.begin(page, { maxAge: 0 });
  assert.equal(lastAuthorize(page).get("max_age"), "0");
  assert.equal(await page.locator("#password").count(), 1);
  await world.logIn(page);
  const { status, error } = await ready(page);
  assert.deepEqual([status, error], ["signedIn", undefined]);
});

test("acrValues: a provider that overlooks them does not sign anybody in", async (t) => {
  const page = await open(t, "/start", STAY);
  await world.begin(page, { acrValues: "urn:gatepass:gold urn:gatepass:silver" });
  assert.equal(lastAuthorize(page).get("acr_values"), "urn:gatepass:gold urn:gatepass:silver");
  await world.logIn(page);
  const { status, error } = await ready(page);
  assert.deepEqual([status, ...verdict(error)], ["signedOut", "id_token_invalid", "acr"]);
});

test("sign-out goes to the provider's logout page, and no token is in the address", async (t) => {
  const page = await signedIn(t, "/start");
  const tokens = await page.evaluate(() => Promise.all([auth.getIdToken(), auth.getAccessToken()]));
  const mark = page.wire.length;
  await page.evaluate(() => void auth.signOut());
  await page.waitForURL(`${provider.origin}/logout?**`);

  const [{ method, type, url }, ...more] = asked({ wire: page.wire.slice(mark) }, "/logout");
  assert.deepEqual([method, type, more], ["GET", "Document", []]);
  const params = { client_id: clientId, post_logout_redirect_uri: `${origin}/` };
  assert.deepEqual(Object.fromEntries(new URL(url).searchParams), params);

  await page.goto(`${origin}/start`);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
  assert.deepEqual(requests(page.wire).filter(({ url }) => tokens.some((token) => url.includes(token))), []);
});

test("signOut everywhere: there is no such thing here, and nothing has been done", async (t) => {
  const page = await signedIn(t, "/start");
  const mark = page.wire.length;
  const before = await ready(page);
  const error = await rejection(page, () => auth.signOut({ everywhere: true }));
  assert.deepEqual([...verdict(error), error.details.option], ["request_invalid", "unsupported", "everywhere"]);
  assert.deepEqual(lines(requests(page.wire.slice(mark))), []);
  await page.reload();
  assert.deepEqual(await ready(page), before);
});

test("hosted pages are Cognito's: not_ready, always", async (t) => {
  const page = await open(t, "/start");
  await ready(page);
  for (const name of ["signUp", "forgotPassword", "addPasskey"]) {
    assert.deepEqual(verdict(await rejection(page, `async () => auth.urls.${name}()`)), ["not_ready", undefined]);
  }
});

test("a user pool and an OpenID provider on one page: two sessions, each its own answer and sign-out", async (t) => {
  const page = await world.open(t, "/start", { harness: { stay: true, options: { name: "pool" } } });
  const openDoor = (name) =>
    page.evaluate(({ oidc, name }) => {
      window.door = gatepass.createGatepass({ ...config, cognito: undefined, oidc, name });
      return door.ready().then(({ status, reason, error }) => [status, reason, error?.code]);
    }, { oidc: { issuer, clientId }, name });
  const pool = async () => {
    const { status, error } = await ready(page);
    return [status, error];
  };

  await world.begin(page);
  await world.logIn(page);
  assert.deepEqual(await pool(), ["signedIn", undefined]);
  assert.deepEqual(await openDoor("door"), ["signedOut", "never", undefined]);

  const mark = page.wire.length;
  await page.evaluate(() => void door.signIn().catch(() => {}));
  await page.waitForFunction(() => window.auth && !window.door); // the provider knows the person by now: back on this page, anew
  const exchanges = () => asked({ wire: page.wire.slice(mark) }, "/oauth2/token").length;
  assert.deepEqual([await pool(), exchanges()], [["signedIn", undefined], 0], "the other client's answer is left alone");
  assert.deepEqual(await openDoor("door"), ["signedIn", undefined, undefined]);
  assert.equal(exchanges(), 1);
  const [one, two] = await page.evaluate(() => Promise.all([auth.getIdToken(), door.getIdToken()]));
  assert.notEqual(one, two);

  await page.evaluate(() => door.signOut({ scope: "local" }));
  assert.equal(await page.evaluate(() => door.snapshot.status), "signedOut");
  assert.equal(await page.evaluate(() => auth.snapshot.status), "signedIn");
  await page.reload();
  assert.deepEqual(await pool(), ["signedIn", undefined]);
  assert.deepEqual(await openDoor("door"), ["signedOut", "signed_out", undefined]);
  assert.equal(await page.evaluate(() => auth.getIdToken()), one);
});
