// OpenMetadata with SAML: its server is the service provider and gives the page a token of its own, in three
// generations. The identity provider is SimpleSAMLphp; the server is the stand-in, which judges the bearer by PyJWT.
//
//   page ── /saml/login or /auth/login ── SimpleSAMLphp ── POST /saml/acs ── ?id_token= or #id_token= ──> the page again

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { becomes, everythingKept, heard, LIFETIME, mark, person, refusal, shown, snapshot, token, wake } from "../e2e/life.mjs";
import { requests } from "../e2e/wire.mjs";
import { ready, rejection, stored, until, verdict } from "../e2e/world.mjs";
import { DOWNGRADED, startSamlCatalog } from "./openmetadata.mjs";
import { picture } from "./picture.mjs";

const world = await startSamlCatalog();
const { origin, provider } = world;
const { catalogs } = provider;
after(world.stop);
afterEach(() => Promise.all(Object.values(catalogs).map((catalog) => catalog.misbehave({}))));

// As a page says it whose server does not tell its older address: the unified endpoints.
const unified = { options: { openMetadata: { server: origin, authenticationConfiguration: { provider: "saml" } } } };

const WAYS = {
  old: { generation: "old", login: "/api/v1/saml/login", callback: "/saml/callback", answer: /^\?id_token=[\w.-]+&email=alice@example\.com&name=alice$/ },
  mid: { generation: "mid", login: "/api/v1/saml/login", callback: "/saml/callback", answer: /^\?id_token=[\w.-]+&email=alice@example\.com&name=alice$/ },
  "mid, unified": { generation: "mid", harness: unified, login: "/api/v1/auth/login", callback: "/auth/callback", answer: /^\?id_token=[\w.-]+$/ },
  new: { generation: "new", login: "/api/v1/auth/login", callback: "/auth/callback", answer: /^#id_token=[\w.-]+&email=alice%40example\.com&name=Alice\+Example$/ },
};

const LOGGED_IN_USER = "/api/v1/users/loggedInUser";

/** The stand-in's requests to `path` since now. */
async function counter(catalog, path) {
  const all = async () => (await catalog.seen()).filter((request) => request.path === path).map(({ method }) => method);
  const before = (await all()).length;
  return async () => (await all()).slice(before);
}

/** What the server says of the signed-in person. */
const asked = (page) =>
  page.evaluate(async (path) => {
    const response = await auth.fetch(path);
    const { name, email, isAdmin } = await response.json();
    return [response.status, name, email, isAdmin];
  }, LOGGED_IN_USER);

/** Comes to `address` with a sign-in pending in this tab. */
async function arrive(t, generation, address, options = {}) {
  world.use(generation);
  const page = await world.open(t, "/my-data", options);
  await world.begin(page);
  await page.goto(origin + address);
  return page;
}

const isClean = (page) => assert.ok(!/id_token|email=|name=/.test(page.url()), page.url());

test("pictures for the guide", async (t) => {
  world.use("new");
  const page = await world.open(t, "/my-data");
  await ready(page);
  await picture(page, "openmetadata-saml-signed-out");
  await world.begin(page);
  await world.logIn(page);
  assert.equal((await ready(page)).status, "signedIn");
  await picture(page, "openmetadata-saml-signed-in");
});

// ── signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────

for (const [name, { generation, harness, login, callback, answer }] of Object.entries(WAYS)) {
  test(`${name}: starts at the server, comes back with its token, and the server knows the person`, async (t) => {
    world.use(generation);
    const page = await world.open(t, "/my-data?tab=1#part", { harness });
    await ready(page);
    const before = page.wire.length;
    await world.begin(page);
    await world.logIn(page);
    const { status, via, user, expiresAt, error } = await ready(page);

    const left = requests(page.wire.slice(before)).find(({ type, url }) => type === "Document" && url.startsWith(origin));
    assert.equal(left.url, `${origin}${login}?${new URLSearchParams({ redirectUri: origin + callback })}`);
    const back = requests(page.wire).find(({ url }) => url.startsWith(origin + callback));
    assert.match(back.url.slice((origin + callback).length), answer);

    assert.deepEqual([status, via, error], ["signedIn", "oidc", undefined]);
    const { claims, ...rest } = user;
    assert.deepEqual(rest, {
      id: "alice",
      issuer: "open-metadata.org",
      email: "alice@example.com",
      groups: [],
      roles: ["Admin"],
      attributes: {},
      isAdmin: true,
      principal: { name: "alice", email: "alice@example.com", displayName: "alice" },
    });
    assert.equal(expiresAt, claims.exp * 1000);
    assert.deepEqual(await asked(page), [200, "alice", "alice@example.com", true]);
    assert.equal(page.url(), `${origin}/my-data?tab=1#part`);
    assert.deepEqual(await heard(page), []);

    await page.reload();
    assert.deepEqual((await ready(page)).user, user);
    const second = await world.open(t, "/second", { context: page.context(), harness });
    assert.deepEqual((await ready(second)).user, user);
  });

  test(`${name}: the token is in no address, Referer, history entry, body, cookie or store of plain text, once the page is there`, async (t) => {
    world.use(generation);
    const page = await world.signedIn(t, "/a?b=c#d", { harness: { ...harness, beacon: true } });
    await page.evaluate(() => fetch("/after"));
    await asked(page);

    const jwt = await page.evaluate(() => auth.getIdToken());
    const isBack = ({ url }) => url.startsWith(origin + callback);
    const all = requests(page.wire);
    const sent = all.slice(all.findIndex(isBack) + 1);
    // The HTML's own parts are asked for before any of its code can run, by the page's own server.
    const isOwn = (path) => ["/app.js", "/style.css", "/icon.svg"].includes(path);
    const referers = all.filter(({ url }) => !isOwn(new URL(url).pathname)).map(({ headers }) => headers.referer ?? "");
    const served = world.site.requests.filter(({ path }) => !isOwn(path) && !isBack({ url: origin + path }));
    assert.ok(sent.some(({ url }) => url === `${origin}/beacon`) && referers.includes(`${origin}${callback}`), "requests and Referers are seen at all");
    const cdp = await page.context().newCDPSession(page);
    const { entries } = await cdp.send("Page.getNavigationHistory");
    const headers = sent.flatMap(({ headers: { authorization, referer, ...headers } }) => Object.values(headers));
    const texts = [
      ...sent.flatMap(({ url, body }) => [url, body ?? ""]),
      ...headers,
      ...referers,
      ...served.flatMap(({ path, referer }) => [path, referer ?? ""]),
      ...entries.flatMap(({ url, userTypedURL }) => [url, userTypedURL]),
      await everythingKept(page),
      JSON.stringify(await heard(page)),
    ];
    assert.deepEqual(texts.filter((text) => text.includes(jwt)), []);
    const bearing = sent.filter(({ headers }) => headers.authorization);
    assert.deepEqual(bearing.map(({ url, headers }) => [url, headers.authorization]), [[origin + LOGGED_IN_USER, `Bearer ${jwt}`]]);
  });
}

test("returnTo comes back once; another origin's, and the callback page, are the start page", async (t) => {
  world.use("new");
  const rows = [
    ["/deep/er?q=a%20b#part", "/deep/er?q=a%20b#part"],
    ["https://elsewhere.example/x", "/"],
    ["//elsewhere.example/x", "/"],
    ["/auth/callback?x=1", "/"],
  ];
  for (const [returnTo, expected] of rows) {
    const page = await world.signedIn(t, "/", { signIn: { returnTo }, harness: { stay: true } });
    assert.deepEqual(await page.evaluate(() => callbacks.map(({ returnTo }) => returnTo)), [expected], returnTo);
    assert.equal(page.url(), `${origin}/auth/callback`);
  }
});

test("who begins on the callback page, after a refusal, does not come back to it", async (t) => {
  world.use("new");
  const page = await world.open(t, `/auth/callback#id_token=${await catalogs.new.personal("alice")}`);
  assert.equal((await ready(page)).status, "signedOut");
  await world.begin(page);
  await world.logIn(page);
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(page.url(), `${origin}/`);
});

test("two tabs sign in at once: each comes back to its own place", async (t) => {
  world.use("new");
  const context = await world.person(t);
  const [one, two] = [await world.open(t, "/one", { context }), await world.open(t, "/two", { context })];
  await world.begin(one);
  await world.begin(two);
  await world.logIn(two);
  await world.logIn(one);
  for (const [page, path] of [[one, "/one"], [two, "/two"]]) {
    assert.deepEqual([(await ready(page)).status, page.url()], ["signedIn", origin + path]);
  }
});

// Where sessionStorage is denied the tabs share one record: whoever comes second is signed in all the same.
test("two tabs at once, sessionStorage denied: both are signed in, and one answer is taken", async (t) => {
  world.use("new");
  const context = await world.person(t);
  const init = `Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("denied", "SecurityError"); } })`;
  const [one, two] = [await world.open(t, "/one", { context, init }), await world.open(t, "/two", { context, init })];
  await world.begin(one);
  await world.begin(two);
  await world.logIn(one);
  assert.deepEqual([(await ready(one)).status, one.url()], ["signedIn", `${origin}/two`]);
  await world.logIn(two);
  const { status, error } = await ready(two);
  assert.deepEqual([status, error, two.url()], ["signedIn", undefined, `${origin}/auth/callback`]);
});

test("a sign-in that took more than an hour begins anew by itself, once", async (t) => {
  world.use("new");
  const page = await world.open(t, "/my-data");
  await world.begin(page);
  const address = `${origin}/auth/callback#id_token=${await catalogs.new.personal("alice")}`;
  const late = async () => {
    await page.goto(`${origin}/`);
    await page.evaluate(() => {
      const key = "gatepass:default:tx:openmetadata";
      const record = JSON.parse(sessionStorage[key]);
      sessionStorage[key] = JSON.stringify({ ...record, created: record.created - 3601 });
    });
    await page.goto(address);
  };
  await late();
  await page.waitForURL(provider.isLogin);
  await late();
  assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "transaction_expired"]);
  isClean(page);
});

// ── what this door has not ───────────────────────────────────────────────────────────────────────────────────────────

const CALLS = [
  ["a popup", () => auth.signInWithPopup(), ["request_invalid", "unsupported"], "signInWithPopup"],
  ["a link that names the provider", () => auth.startFrom("/start?identity_provider=Okta"), ["request_invalid", "unsupported"], "identityProvider"],
  ["an option of OpenID Connect", () => auth.signIn({ prompt: "login" }), ["request_invalid", "unsupported"], "prompt"],
  ["an unknown option", () => auth.signIn({ idp: "x" }), ["request_invalid", "unknown"], "idp"],
  ["everywhere", () => auth.signOut({ everywhere: true }), ["request_invalid", "unsupported"], "everywhere"],
  ["the SAML response", () => auth.samlResponse(), ["request_invalid", "unsupported"], "samlResponse"],
  ["a hosted page", async () => auth.urls.signUp(), ["not_ready", undefined], undefined],
  ["userinfo", () => auth.getUserInfo(), ["userinfo_invalid", "endpoint"], undefined],
];
test("what the server has no way for is refused, by its name", async (t) => {
  world.use("new");
  const page = await world.signedIn(t, "/here");
  for (const [name, call, expected, option] of CALLS) {
    const error = await rejection(page, call);
    assert.deepEqual([verdict(error), error.details.option], [expected, option], name);
  }
  assert.equal(page.context().pages().length, 1, "no window stays open");
  assert.deepEqual([page.url(), (await snapshot(page)).status], [`${origin}/here`, "signedIn"]);
});

test("a link without a provider begins a sign-in", async (t) => {
  world.use("new");
  const page = await world.open(t, "/here");
  await page.evaluate(() => void auth.startFrom("/start?target_link_uri=/deep"));
  await page.waitForURL(provider.isLogin);
  await world.logIn(page);
  assert.deepEqual([(await ready(page)).status, page.url()], ["signedIn", `${origin}/deep`]);
});

const CONFIGS = [
  ["http: to another host", { provider: "saml", samlConfiguration: { idp: { authorityUrl: "http://catalog.example/api/v1/saml/login" } } }, "insecure", "samlConfiguration.idp.authorityUrl"],
  ["no address", { provider: "saml", samlConfiguration: { idp: { authorityUrl: "catalog" } } }, "malformed", "samlConfiguration.idp.authorityUrl"],
  ["passwords", { provider: "basic" }, "unsupported", "provider"],
];
test("what cannot be is refused before anybody leaves, by the option's name", async (t) => {
  world.use("new");
  for (const [name, authenticationConfiguration, rule, option] of CONFIGS) {
    const page = await world.open(t, "/", { harness: { options: { openMetadata: { authenticationConfiguration } } } });
    const error = await rejection(page, () => auth.signIn());
    assert.deepEqual([verdict(error), error.details.option], [["config_invalid", rule], `openMetadata.authenticationConfiguration.${option}`], name);
  }
});

// ── answers that are not ours ────────────────────────────────────────────────────────────────────────────────────────

const now = () => Math.floor(Date.now() / 1000);
const mint = (claims, how) => catalogs.new.mint({ iss: "open-metadata.org", sub: "alice", email: "alice@example.com", isBot: false, iat: now(), exp: now() + 600, ...claims }, how);
const COGNITO = { iss: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI", aud: "client", token_use: "id" };
const ANSWERS = [
  ["of another key", async () => `#id_token=${await mint({}, { key: "other" })}`, ["id_token_invalid", "signature"]],
  ["of an unknown key", async () => `#id_token=${await mint({}, { kid: "other" })}`, ["id_token_invalid", "kid"]],
  ["by another algorithm", async () => `#id_token=${await mint({}, { algorithm: "RS512" })}`, ["id_token_invalid", "key_alg"]],
  ["of OpenMetadata's key with Cognito's claims", async () => `#id_token=${await mint(COGNITO)}`, ["id_token_invalid", "iss"]],
  ["without an issuer", async () => `#id_token=${await mint({ iss: "" })}`, ["id_token_invalid", "iss"]],
  ["without a subject", async () => `#id_token=${await mint({ sub: "" })}`, ["id_token_invalid", "sub"]],
  ["that has ended", async () => `#id_token=${await mint({ iat: now() - 700, exp: now() - 100 })}`, ["id_token_invalid", "exp"]],
  ["without an end", async () => `#id_token=${await mint({ exp: null })}`, ["id_token_invalid", "exp"]],
  ["a bot's", async () => `#id_token=${await mint({ sub: "ingestion-bot", isBot: true })}`, ["id_token_invalid", "bot"]],
  ["no token at all", async () => "#id_token=nonsense", ["id_token_invalid", "parts"]],
  ["twice in the fragment", async () => `#id_token=${await mint()}&id_token=${await mint()}`, ["callback_invalid", "repeated"]],
  ["twice in the query", async () => `?id_token=${await mint()}&id_token=${await mint()}`, ["callback_invalid", "repeated"]],
  ["too long", async () => `#id_token=${"x".repeat(33_000)}`, ["callback_invalid", "too_long"]],
];
for (const [name, address, expected] of ANSWERS) {
  test(`with a sign-in pending, a token ${name} is refused`, async (t) => {
    const page = await arrive(t, "new", `/auth/callback${await address()}`);
    const { status, error } = await ready(page);
    assert.deepEqual([status, verdict(error)], ["signedOut", expected]);
    isClean(page);
  });
}

const PLACES = [
  ["in the fragment", async () => `#id_token=${await mint()}`],
  ["in the query", async () => `?id_token=${await mint()}&email=alice@example.com&name=Alice Example`],
  ["in both: the fragment counts", async () => `?id_token=${await mint({}, { key: "other" })}#id_token=${await mint()}`],
];
for (const [name, address] of PLACES) {
  test(`with a sign-in pending, a good token ${name} is taken`, async (t) => {
    const page = await arrive(t, "new", `/auth/callback${await address()}`);
    const { status, user } = await ready(page);
    assert.deepEqual([status, user?.id, page.url()], ["signedIn", "alice", `${origin}/my-data`]);
  });
}

test("in both, and the fragment's is bad: refused", async (t) => {
  const page = await arrive(t, "new", `/auth/callback?id_token=${await mint()}#id_token=${await mint({}, { key: "other" })}`);
  assert.deepEqual(verdict((await ready(page)).error), ["id_token_invalid", "signature"]);
  isClean(page);
});

for (const { generation, callback } of [WAYS.old, WAYS.mid, WAYS.new]) {
  for (const sign of ["?", "#"]) {
    test(`${generation}: somebody's token after a ${sign}, and no sign-in pending in this tab, is refused`, async (t) => {
      const catalog = world.use(generation);
      const context = await world.person(t);
      await context.addCookies([{ name: "refreshToken", value: "somebody's", url: origin }]);
      await world.begin(await world.open(t, "/", { context })); // another tab's is not this one's
      const page = await world.open(t, `${callback}${sign}id_token=${await catalog.personal("mallory")}`, { context });
      const { status, error } = await ready(page);
      assert.deepEqual([status, verdict(error)], ["signedOut", ["callback_invalid", "state_unknown"]]);
      isClean(page);
      const [kept] = (await context.cookies(origin)).filter(({ name }) => name === "refreshToken");
      assert.equal(kept.value, "somebody's", "it was there before");
    });
  }
}

test("an answer is taken once: the same address again is refused, or nothing to who is signed in", async (t) => {
  const address = `/auth/callback#id_token=${await mint()}`;
  const page = await arrive(t, "new", address);
  const before = await ready(page);
  assert.equal(before.status, "signedIn");
  await page.goto("about:blank");
  await page.goto(origin + address);
  assert.deepEqual([await ready(page), page.url()], [before, `${origin}/auth/callback`]);
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  await page.goto("about:blank");
  await page.goto(origin + address);
  assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "state_unknown"]);
  isClean(page);
});

test("somebody else's token does not take the place of who is signed in", async (t) => {
  world.use("new");
  const page = await world.signedIn(t, "/here");
  await page.goto(`${origin}/auth/callback#id_token=${await mint({ sub: "mallory" })}`);
  const { status, user, error } = await ready(page);
  assert.deepEqual([status, user.id, error], ["signedIn", "alice", undefined]);
  isClean(page);
});

test("sign-out forgets a sign-in that is pending", async (t) => {
  world.use("new");
  const page = await world.open(t, "/here");
  await world.begin(page);
  await page.goto(`${origin}/here`);
  const pending = async () => (await stored(page)).filter(([, key]) => key.includes(":tx:")).length;
  assert.equal(await pending(), 1);
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  assert.equal(await pending(), 0);
});

test("the server leads to http: the token leaves the address bar, and nobody is signed in there", async (t) => {
  const catalog = world.use("new");
  const page = await world.open(t, "/my-data");
  await catalog.misbehave({ redirect: `http://${DOWNGRADED}/auth/callback` });
  await world.begin(page);
  await world.logIn(page);
  const { status, error } = await ready(page);
  assert.equal(page.url(), `http://${DOWNGRADED}/auth/callback`);
  assert.deepEqual([status, verdict(error)], ["signedOut", ["unsupported_environment", "insecure_context"]]);
  const after = requests(page.wire).filter(({ url }) => url.includes(DOWNGRADED));
  assert.deepEqual(after.filter(({ url, type }) => url.includes("/api/") || (type !== "Document" && url.includes("id_token"))), []);
});

test("a page whose clock is two hours behind: signed in, and for no longer than the token lives", async (t) => {
  world.use("new");
  const alice = await person(t, world);
  await alice.clock.set(-2 * LIFETIME);
  const page = await alice.signIn();
  const lifetime = await page.evaluate(() => (auth.snapshot.expiresAt - Date.now()) / 1000);
  assert.ok(lifetime > 0 && lifetime <= LIFETIME, `${lifetime}`);
});

// ── renewal ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const RENEWALS = [
  ["mid", ["POST", "/api/v1/saml/refresh"]],
  ["mid, unified", ["GET", "/api/v1/auth/refresh"]],
  ["new", ["GET", "/api/v1/auth/refresh"]],
];
for (const [name, [method, path]] of RENEWALS) {
  const { generation, harness } = WAYS[name];
  test(`${name}: three tabs, a token that has ended: one request, three signed in, again and again`, async (t) => {
    const catalog = world.use(generation);
    const alice = await person(t, world, { harness });
    const tabs = [await alice.signIn(), await alice.tab(), await alice.tab()];
    assert.deepEqual((await alice.context.cookies(origin)).filter(({ name }) => name === "refreshToken"), [], "the vault has it");
    for (const round of [1, 2]) {
      const seen = await counter(catalog, path);
      await alice.clock.pass(LIFETIME + 60);
      const tokens = await Promise.all(tabs.map((tab) => token(tab)));
      assert.deepEqual(await seen(), [method], `round ${round}`);
      assert.equal(typeof tokens[0], "string");
      assert.deepEqual(tokens, Array(3).fill(tokens[0]));
      for (const tab of tabs) assert.deepEqual(await snapshot(tab), { status: "signedIn", via: "oidc", stale: false });
    }
    assert.deepEqual(await asked(tabs[2]), [200, "alice", "alice@example.com", true]);
  });

  for (const refresh of [302, 401]) {
    test(`${name}: the server's session is gone (${refresh}): expired, once in every tab`, async (t) => {
      const catalog = world.use(generation);
      const alice = await person(t, world, { harness });
      const tabs = [await alice.signIn(), await alice.tab()];
      await catalog.misbehave({ refresh });
      await alice.clock.pass(LIFETIME + 60);
      const marks = await Promise.all(tabs.map(mark));
      assert.deepEqual(await refusal(tabs[0]), ["sign_in_required", "expired"]);
      await becomes(tabs[1], "signedOut");
      for (const [i, tab] of tabs.entries()) assert.deepEqual(await shown(tab, marks[i]), ["expired"]);
    });
  }

  test(`${name}: the server's session is gone while the token lives: revoked, once in every tab`, async (t) => {
    const catalog = world.use(generation);
    const alice = await person(t, world, { harness });
    const tabs = [await alice.signIn(), await alice.tab()];
    await catalog.misbehave({ refresh: 401 });
    await alice.clock.pass(LIFETIME / 2);
    const marks = await Promise.all(tabs.map(mark));
    assert.deepEqual(await refusal(tabs[0], { minValidity: LIFETIME * 0.75 }), ["sign_in_required", "revoked"]);
    await becomes(tabs[1], "signedOut");
    for (const [i, tab] of tabs.entries()) assert.deepEqual(await shown(tab, marks[i]), ["revoked"]);
  });

  test(`${name}: the server has a problem: stale, kept, and well again`, async (t) => {
    const catalog = world.use(generation);
    const alice = await person(t, world, { harness });
    const page = await alice.signIn();
    await catalog.misbehave({ refresh: 500 });
    await alice.clock.pass(LIFETIME + 60);
    assert.deepEqual(await refusal(page), ["provider_unavailable", undefined]);
    assert.deepEqual(await snapshot(page), { status: "signedIn", via: "oidc", stale: true });
    await catalog.misbehave({});
    assert.equal(typeof (await token(page)), "string");
    assert.deepEqual(await snapshot(page), { status: "signedIn", via: "oidc", stale: false });
  });

  const WRONG = [
    ["of another key", () => catalogs[generation].mint({ iss: "open-metadata.org", sub: "alice", iat: now(), exp: now() + 600 }, { key: "other" }), ["id_token_invalid", "signature"]],
    ["of somebody else", () => catalogs[generation].personal("mallory"), ["id_token_invalid", "sub"]],
    ["that is older", () => catalogs[generation].personal("alice", { iat: 1 }), ["id_token_invalid", "iat"]],
  ];
  test(`${name}: a renewed token that is wrong is not taken, and the next one is`, async (t) => {
    const catalog = world.use(generation);
    const alice = await person(t, world, { harness });
    const page = await alice.signIn();
    await alice.clock.pass(LIFETIME + 60);
    for (const [what, wrong, expected] of WRONG) {
      await catalog.misbehave({ token: await wrong() });
      assert.deepEqual(await refusal(page), expected, what);
    }
    await catalog.misbehave({});
    assert.equal(typeof (await token(page)), "string", "a refresh token that was replaced is not lost with it");
  });
}

test("mid: a refresh token that the server does not know is the end, though it says so by a page with the status 200", async (t) => {
  world.use("mid");
  const alice = await person(t, world);
  const page = await world.open(t, "/", { context: alice.context });
  await world.begin(page);
  await alice.context.addCookies([{ name: "refreshToken", value: "unknown", url: origin }]);
  await page.goto(`${origin}/saml/callback?id_token=${await catalogs.mid.personal("alice")}`);
  assert.equal((await ready(page)).status, "signedIn");
  await alice.clock.pass(LIFETIME + 60);
  assert.deepEqual(await refusal(page), ["sign_in_required", "expired"]);
});

test("a renewal that is answered by some web page ends nothing", async (t) => {
  world.use("new");
  t.after(() => world.stub("/api/v1/auth/refresh"));
  const alice = await person(t, world);
  const page = await alice.signIn();
  world.stub("/api/v1/auth/refresh", (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>"));
  await alice.clock.pass(LIFETIME + 60);
  assert.deepEqual(await refusal(page), ["tokens_invalid", "not_json"]);
  world.stub("/api/v1/auth/refresh");
  assert.equal(typeof (await token(page)), "string");
});

test("old: nothing renews; the session lives as long as its token, and ends as expired", async (t) => {
  const catalog = world.use("old");
  const alice = await person(t, world);
  const tabs = [await alice.signIn(), await alice.tab()];
  const seen = await counter(catalog, "/api/v1/auth/refresh");
  await alice.clock.pass(LIFETIME / 2);
  for (const _ of [1, 2]) assert.deepEqual(await refusal(tabs[0], { minValidity: LIFETIME * 0.75 }), ["sign_in_required", "min_validity"]);
  assert.deepEqual(await seen(), ["GET"], "asked once");
  assert.deepEqual(await asked(tabs[0]), [200, "alice", "alice@example.com", true]);
  const marks = await Promise.all(tabs.map(mark));
  await alice.clock.pass(LIFETIME / 2 + 60);
  assert.deepEqual(await refusal(tabs[0]), ["sign_in_required", "expired"]);
  await wake(tabs[1]); // its timer would; here only the clock has moved
  await becomes(tabs[1], "signedOut");
  for (const [i, tab] of tabs.entries()) assert.deepEqual(await shown(tab, marks[i]), ["expired"]);
});

// ── signing out ──────────────────────────────────────────────────────────────────────────────────────────────────────

const LOGOUTS = { old: "/api/v1/saml/logout", mid: "/api/v1/saml/logout", "mid, unified": "/api/v1/auth/logout", new: "/api/v1/auth/logout" };
for (const [name, path] of Object.entries(LOGOUTS)) {
  const { generation, harness } = WAYS[name];
  test(`${name}: sign-out tells the server, leaves nothing, and holds after a reload and in every tab`, async (t) => {
    const catalog = world.use(generation);
    const page = await world.signedIn(t, "/here", { harness });
    const second = await world.open(t, "/second", { context: page.context(), harness });
    await ready(second);
    const jwt = await page.evaluate(() => auth.getIdToken());
    const [seen, refreshed, before] = [await counter(catalog, path), await counter(catalog, "/api/v1/auth/refresh"), page.wire.length];
    await page.evaluate(() => void auth.signOut());
    await page.waitForURL(`${origin}/`);
    assert.deepEqual(await seen(), ["GET"]);
    const [told] = requests(page.wire.slice(before)).filter(({ url }) => url === origin + path);
    assert.equal(told.headers.authorization, `Bearer ${jwt}`);
    assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
    await becomes(second, "signedOut");
    await page.reload();
    assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
    const left = (await stored(page)).map(([, key]) => key).sort();
    assert.deepEqual(left, ["gatepass:default:openmetadata", "gatepass:default:signed-out", "gatepass:vault-key"].filter((key) => left.includes(key)));
    assert.ok(!(await everythingKept(page)).includes(jwt));
    assert.deepEqual(await refreshed(), []);
    // Of the new generation the token itself is dead.
    const { status } = await fetch(`${catalog.address}${LOGGED_IN_USER}`, { headers: { authorization: `Bearer ${jwt}` } });
    assert.equal(status, generation === "new" ? 401 : 200);
  });
}

const ANSWERS_TO_LOGOUT = [
  ["is not there", (_, response) => response.destroy(), [{ event: "logout_failed", detail: "network_failed" }]],
  ["has a problem", (_, response) => response.writeHead(500).end(), [{ event: "logout_failed", detail: "500" }]],
  ["leads to its own page", (_, response) => response.writeHead(302, { location: "/logged-out" }).end(), []],
];
for (const [name, answer, logged] of ANSWERS_TO_LOGOUT) {
  test(`the server ${name} when it is told of a sign-out: signed out here all the same`, async (t) => {
    world.use("new");
    t.after(() => world.stub("/api/v1/auth/logout"));
    const page = await world.signedIn(t, "/here");
    world.stub("/api/v1/auth/logout", answer);
    const shownBefore = await mark(page);
    await page.evaluate(() => auth.signOut({ scope: "local" }));
    assert.deepEqual(await shown(page, shownBefore), ["signed_out"]);
    assert.deepEqual(await heard(page), logged);
    assert.ok(!world.site.requests.some(({ path }) => path === "/logged-out"), "not followed");
    await page.reload();
    assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
  });
}

// ── round and round ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Signs in where the identity provider knows the person by now: no login page. */
async function again(page) {
  await page.evaluate(() => {
    window.before = true;
    void auth.signIn();
  });
  await page.waitForFunction(() => !window.before && window.auth?.snapshot.status === "signedIn");
}

test("the API does not know the person and the page signs in each time: the fourth within a minute is refused", async (t) => {
  const catalog = world.use("new");
  const page = await world.open(t, "/my-data");
  await catalog.misbehave({ unknown: true });
  await world.begin(page);
  await world.logIn(page);
  for (const _ of [2, 3]) {
    assert.equal((await asked(page))[0], 404);
    await again(page);
  }
  assert.equal((await asked(page))[0], 404);
  const error = await rejection(page, () => auth.signIn());
  assert.deepEqual([...verdict(error), error.turn, error.retryable], ["sign_in_loop", undefined, "developer", false]);
  assert.deepEqual(verdict(await rejection(page, () => auth.startFrom("/?target_link_uri=/x"))), ["sign_in_loop", undefined], "a link is no way round");
  assert.equal(page.url(), `${origin}/my-data`);
  const other = await world.open(t, "/", { context: page.context() });
  assert.deepEqual(verdict(await rejection(other, () => auth.signIn())), ["sign_in_loop", undefined]);

  await page.evaluate(() => auth.signOut({ scope: "local" }));
  await again(page);
});

// ── what a link, another client, another system may not do ───────────────────────────────────────────────────────────

test("a link with a code begins no sign-in, which somebody else could end", async (t) => {
  const catalog = world.use("new");
  const asked = await counter(catalog, "/api/v1/auth/login");
  const page = await world.open(t, "/auth/callback?code=anything");
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "never" });
  assert.equal(page.url(), `${origin}/auth/callback`);
  await page.goto("about:blank");
  await page.goto(`${origin}/auth/callback#id_token=${await catalog.personal("mallory")}`);
  assert.deepEqual(verdict((await ready(page)).error), ["callback_invalid", "state_unknown"]);
  assert.deepEqual(await asked(), []);
});

test("a session is one server's: another server's page gets none of it", async (t) => {
  world.use("new");
  const page = await world.signedIn(t, "/", { harness: unified });
  const staging = { options: { openMetadata: { server: "https://staging.example", authenticationConfiguration: { provider: "saml" } } } };
  const other = await world.open(t, "/", { context: page.context(), harness: staging });
  assert.equal((await ready(other)).status, "signedOut");
});

test("what one server says of itself is not taken for another's", async (t) => {
  world.use("new");
  const page = await world.open(t, "/");
  await ready(page);
  const { error } = await page.evaluate(async () => {
    const { error } = await gatepass.createGatepass({ openMetadata: { server: "http://localhost:1" } }).ready();
    return { error: error?.code };
  });
  assert.equal(error, "network_failed");
});

test("a cookie of another system is neither taken nor sent", async (t) => {
  const catalog = world.use("new");
  const alice = await person(t, world);
  const page = await alice.tab();
  const cookies = () => page.evaluate(() => document.cookie);
  await page.evaluate(() => void (document.cookie = "refreshToken=other; path=/"));
  await page.goto(`${origin}/auth/callback?error=access_denied`);
  await ready(page);
  assert.match(await cookies(), /refreshToken=other/);

  await world.begin(page);
  await world.logIn(page);
  assert.equal((await ready(page)).status, "signedIn");
  assert.match(await cookies(), /refreshToken=other/);
  const [older, newer] = await Promise.all([counter(catalog, "/api/v1/saml/refresh"), counter(catalog, "/api/v1/auth/refresh")]);
  await alice.clock.pass(600);
  await page.evaluate(() => auth.getIdToken({ minValidity: 3300 }));
  assert.deepEqual([await older(), await newer()], [[], ["GET"]]);
});

test("a sign-out while the callback waits for the key set: the server's session ends too", async (t) => {
  const catalog = world.use("new");
  const page = await world.open(t, "/");
  await world.begin(page);
  const told = await counter(catalog, "/api/v1/auth/logout");
  let answer;
  const waiting = new Promise((reached) => world.stub("/api/v1/system/config/jwks", (_, response) => ((answer = response), reached())));
  t.after(() => world.stub("/api/v1/system/config/jwks"));
  await world.logIn(page);
  await waiting;
  await page.evaluate(() => auth.signOut({ scope: "local" }));
  answer.writeHead(200, { "content-type": "application/json" }).end(await (await fetch(catalog.jwksUri)).text());
  await until(async () => (await told()).length > 0);
  assert.deepEqual(await told(), ["GET"]);
  assert.equal((await snapshot(page)).status, "signedOut");
});

test("a minute later it is no loop any more", async (t) => {
  world.use("new");
  const alice = await person(t, world);
  const page = await alice.signIn();
  await again(page);
  await again(page);
  assert.deepEqual(verdict(await rejection(page, () => auth.signIn())), ["sign_in_loop", undefined]);
  await alice.clock.pass(61);
  await again(page);
});
