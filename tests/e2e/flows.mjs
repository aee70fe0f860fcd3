// The sign-in as every provider must see it: the same tests run against the Cognito emulator and
// against oidc-provider on Cognito's paths.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { lines, requests, requestsBeside, requestsTo } from "./wire.mjs";
import { ready, rejection, stored, verdict } from "./world.mjs";

const RANDOM = /^[A-Za-z0-9_-]{43}$/; // 32 bytes

/** Registers the tests; `world` is from `startWorld`. */
export function signInFlows(world) {
  const { origin, provider } = world;
  const { clientId } = provider.cognito;
  const isCallback = ({ kind, url }) => kind === "request" && url.startsWith(`${origin}/callback`);
  const fromCallback = (wire) => wire.slice(wire.findIndex(isCallback));

  test("before the redirect the page loads its own files and nothing else", async (t) => {
    const page = await world.open(t, "/start");
    await ready(page);
    await world.begin(page);

    const [authorize] = requestsBeside(page.wire, origin);
    assert.deepEqual(lines([authorize]), ["GET /oauth2/authorize"]);
    assert.equal(authorize.type, "Document");
    const before = requests(page.wire.slice(0, page.wire.indexOf(authorize)));
    assert.ok(before.length > 5 && before.every(({ method, type }) => method === "GET" && type !== "Fetch"), lines(before).join());
  });

  test("the authorization request has PKCE S256, state and nonce, and no verifier", async (t) => {
    const page = await world.open(t);
    await world.begin(page);
    await world.logIn(page);
    await ready(page);

    const { searchParams } = new URL(requestsBeside(page.wire, origin)[0].url);
    const { state, nonce, code_challenge, ...fixed } = Object.fromEntries(searchParams);
    assert.deepEqual(fixed, {
      response_type: "code",
      client_id: clientId,
      redirect_uri: `${origin}/callback`,
      scope: "openid email profile",
      code_challenge_method: "S256",
    });
    for (const random of [state, nonce, code_challenge]) assert.match(random, RANDOM);
    assert.equal(new Set([state, nonce, code_challenge]).size, 3);

    const exchange = new URLSearchParams(requests(page.wire).find(({ url }) => url.endsWith("/oauth2/token")).body);
    const verifier = exchange.get("code_verifier");
    assert.match(verifier, RANDOM);
    assert.equal(createHash("sha256").update(verifier).digest("base64url"), code_challenge);
  });

  test("no two sign-ins share a random value", async (t) => {
    const page = await world.open(t);
    await world.begin(page);
    await page.goto(`${origin}/`);
    await world.begin(page);

    const urls = requestsBeside(page.wire, origin).map(({ url }) => new URL(url)).filter(({ pathname }) => pathname === "/oauth2/authorize");
    const values = urls.flatMap(({ searchParams }) => ["state", "nonce", "code_challenge"].map((name) => searchParams.get(name)));
    assert.equal(new Set(values).size, 6);
  });

  test("on the callback: one POST without preflight or cookie, the key set beside it, nothing else", async (t) => {
    const page = await world.signedIn(t);

    const wire = fromCallback(page.wire);
    assert.deepEqual(lines(requestsBeside(wire, origin)), ["POST /oauth2/token", `GET ${new URL(provider.jwksUri).pathname}`]);
    const [token, keys] = requestsBeside(wire, origin);
    const answer = wire.findIndex(({ kind, url }) => kind === "response" && url === token.url);
    assert.ok(wire.indexOf(keys) < answer, "the key set is asked for before the tokens have come");
    for (const { type, headers } of [token, keys]) {
      assert.equal(type, "Fetch");
      assert.equal(headers.cookie, undefined);
      assert.equal(headers.authorization, undefined);
    }
    assert.equal(token.headers["content-type"], "application/x-www-form-urlencoded");
    assert.deepEqual([...new URLSearchParams(token.body).keys()].sort(), ["client_id", "code", "code_verifier", "grant_type", "redirect_uri"]);
  });

  test("what gatepass sends carries no Referer", async (t) => {
    const page = await world.signedIn(t);

    const sent = requestsBeside(fromCallback(page.wire), origin);
    assert.deepEqual(sent.map(({ headers }) => headers.referer), [undefined, undefined]);
  });

  test("no code, token or verifier in any address, Referer or history entry", async (t) => {
    const page = await world.signedIn(t, "/a?b=c#d", { harness: { beacon: true } });
    await page.evaluate(() => fetch("/after"));

    const exchange = new URLSearchParams(requests(page.wire).find(({ url }) => url.endsWith("/oauth2/token")).body);
    const session = (await stored(page)).map(([, , value]) => JSON.parse(value)).find(({ accessToken }) => accessToken);
    const code = exchange.get("code");
    const never = [exchange.get("code_verifier"), session.accessToken, session.idToken, session.refreshToken];
    for (const secret of [code, ...never]) assert.ok(secret.length > 10);

    const urls = requests(page.wire).map(({ url }) => url);
    assert.deepEqual(urls.filter((url) => never.some((secret) => url.includes(secret))), []);
    assert.deepEqual(urls.filter((url) => url.includes(code)).map((url) => new URL(url).pathname), ["/callback"]);

    // The page's own <script> is asked for before any of its code can run, by the page's own server.
    const referers = requests(page.wire).filter(({ url }) => url !== `${origin}/app.js`).map(({ headers }) => headers.referer ?? "");
    const served = world.site.requests.filter(({ path }) => path !== "/app.js").map(({ referer }) => referer ?? "");
    assert.ok(served.includes(`${origin}/a?b=c`) && served.includes(`${origin}/callback`), "Referers are seen at all");
    assert.deepEqual([...referers, ...served].filter((referer) => [code, ...never].some((secret) => referer.includes(secret))), []);

    const cdp = await page.context().newCDPSession(page);
    const { entries } = await cdp.send("Page.getNavigationHistory");
    const visited = entries.map(({ url, userTypedURL }) => `${url} ${userTypedURL}`).join();
    assert.ok(visited.includes("/a?b=c#d"));
    assert.ok(![code, ...never].some((secret) => visited.includes(secret)), visited);
    assert.equal(page.url(), `${origin}/a?b=c#d`);
  });

  test("who has signed in, until when, and their tokens", async (t) => {
    const page = await world.signedIn(t);

    const { status, via, user, expiresAt, error } = await ready(page);
    assert.deepEqual([status, via, error], ["signedIn", "oidc", undefined]);
    assert.equal(user.issuer, provider.issuer);
    assert.equal(user.id, user.claims.sub);
    assert.deepEqual(user.groups, ["engineers"]);
    assert.equal(user.emailVerified, true);
    const tokens = await page.evaluate(() => Promise.all([auth.getIdToken(), auth.getAccessToken()]));
    const [idClaims, accessClaims] = tokens.map((token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url")));
    assert.deepEqual(user.claims, idClaims);
    assert.deepEqual([idClaims.token_use, accessClaims.token_use], ["id", "access"]);
    assert.equal(expiresAt, Math.min(idClaims.exp, accessClaims.exp) * 1000);
    assert.ok(await page.evaluate(() => auth.snapshot.expiresAt instanceof Date && auth.snapshot === auth.snapshot));
    const tooLong = await rejection(page, () => auth.getAccessToken({ minValidity: 7200 }));
    assert.deepEqual(verdict(tooLong), ["sign_in_required", "min_validity"]);
  });

  test("the address keeps the app's own query, fragment and history.state", async (t) => {
    const harness = { options: { redirectUri: "/callback?tenant=a" }, stay: true };
    const page = await world.open(t, "/", { harness, init: `history.replaceState({ app: 1 }, "")` });
    await world.begin(page);
    await page.goto((await world.logInAndHold(page)) + "#section");

    assert.equal((await ready(page)).status, "signedIn");
    assert.equal(page.url(), `${origin}/callback?tenant=a#section`);
    assert.deepEqual(await page.evaluate(() => history.state), { app: 1 });
  });

  test("returnTo comes back with query and fragment, once", async (t) => {
    const page = await world.signedIn(t, "/", { signIn: { returnTo: "/deep/er?q=a%20b&r=1#part" }, harness: { stay: true } });

    assert.deepEqual(await page.evaluate(() => callbacks.map(({ returnTo }) => returnTo)), ["/deep/er?q=a%20b&r=1#part"]);
    const again = await page.evaluate(() => auth.handleCallback().then(({ returnTo }) => [returnTo, callbacks.length]));
    assert.deepEqual(again, ["/deep/er?q=a%20b&r=1#part", 1]);
  });

  test("a reload of the callback after success changes nothing", async (t) => {
    const page = await world.signedIn(t, "/", { harness: { stay: true } });
    const before = await ready(page);
    const mark = page.wire.length;
    await page.reload();

    assert.equal(page.url(), `${origin}/callback`);
    assert.deepEqual(await ready(page), before);
    assert.deepEqual(lines(requestsBeside(page.wire.slice(mark), origin)), []);
  });

  test("an old callback address with a live session is cleaned, and nothing else", async (t) => {
    const page = await world.open(t, "/", { harness: { stay: true } });
    await world.begin(page);
    const address = await world.logInAndHold(page);
    await page.goto(address);
    const before = await ready(page);
    assert.equal(before.status, "signedIn");

    const mark = page.wire.length;
    await page.goto("about:blank");
    await page.goto(address);
    assert.deepEqual(await ready(page), before);
    assert.equal(page.url(), `${origin}/callback`);
    assert.deepEqual(lines(requestsBeside(page.wire.slice(mark), origin)), []);
  });

  test("two sign-ins in two tabs, interleaved, both finish", async (t) => {
    const context = await world.person(t);
    const [one, two] = [await world.open(t, "/one", { context }), await world.open(t, "/two", { context })];
    await world.begin(one);
    await world.begin(two);
    await world.logIn(two);
    await world.logIn(one);

    for (const [page, path] of [[one, "/one"], [two, "/two"]]) {
      assert.equal((await ready(page)).status, "signedIn");
      assert.equal(page.url(), origin + path);
      assert.equal(requests(page.wire).filter(({ url }) => url.endsWith("/oauth2/token")).length, 1);
    }
  });

  test("sign-out goes to the provider's logout page and leaves the signed-out mark alone", async (t) => {
    const page = await world.signedIn(t, "/here");
    const mark = page.wire.length;
    await page.evaluate(() => void auth.signOut());
    await page.waitForURL(`${origin}/`);

    const logout = requestsTo(page.wire.slice(mark), provider.origin).find(({ type }) => type === "Document");
    assert.equal(new URL(logout.url).pathname, "/logout");
    assert.deepEqual(Object.fromEntries(new URL(logout.url).searchParams), { client_id: clientId, logout_uri: `${origin}/` });
    assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
    assert.deepEqual(await stored(page), [["localStorage", "gatepass:default:signed-out", "1"]]);
  });

  test("local sign-out stays on the page", async (t) => {
    const page = await world.signedIn(t, "/here");
    const mark = page.wire.length;
    await page.evaluate(() => auth.signOut({ scope: "local" }));

    assert.equal(page.url(), `${origin}/here`);
    assert.deepEqual(await page.evaluate(() => auth.snapshot), { status: "signedOut", reason: "signed_out" });
    assert.deepEqual(await stored(page), [["localStorage", "gatepass:default:signed-out", "1"]]);
    assert.deepEqual(requests(page.wire.slice(mark)).filter(({ type }) => type === "Document"), []);
    for (const call of [() => auth.getAccessToken(), () => auth.getIdToken()]) {
      assert.deepEqual(verdict(await rejection(page, call)), ["sign_in_required", "signed_out"]);
    }
  });
}
