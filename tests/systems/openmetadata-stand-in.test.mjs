// The stand-in for OpenMetadata, held against what is known of the server: what it answers, whom it takes a bearer for,
// and SAML sign-ins at an identity provider of others, over plain HTTP.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { freePort } from "../e2e/world.mjs";
import { listen } from "../providers/listen.mjs";
import { serviceProviderAt, startOpenMetadata } from "../providers/openmetadata.mjs";
import { proxyTo } from "../providers/proxy.mjs";
import { startSimpleSamlPhp } from "../providers/simplesamlphp.mjs";

const BOB = { name: "bob", email: "bob@example.com" };

/** Starts one for one test. */
async function start(t, options) {
  const server = await startOpenMetadata({ port: await freePort(), users: [BOB], ...options });
  t.after(server.stop);
  return server;
}

/** `[status, answer]`. */
const ask = async (server, path, options) => {
  const answer = await fetch(`${server.address}/api/v1/${path}`, options);
  return [answer.status, await answer.json()];
};
const asked = (server, token) => ask(server, "users/loggedInUser", token === undefined ? {} : { headers: { authorization: token } });
const later = () => Math.floor(Date.now() / 1000) + 60;

// ── configuration ────────────────────────────────────────────────────────────────────────────────────────────────────

const COGNITO = {
  provider: "aws-cognito",
  responseType: "code",
  publicKeyUrls: ["https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_1/.well-known/jwks.json"],
  tokenValidationAlgorithm: "RS512",
  authority: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_1",
  clientId: "client",
  callbackUrl: "http://localhost:8585/callback",
};
const DEFAULTS = { responseType: "id_token", publicKeyUrls: [], tokenValidationAlgorithm: "RS256" };
const GENERATIONS = {
  old: DEFAULTS,
  mid: DEFAULTS,
  new: { ...DEFAULTS, enableAutoRedirect: false },
  fixed: { enableAutoRedirect: false },
};

for (const [generation, differs] of Object.entries(GENERATIONS)) {
  test(`${generation}: the configuration that everybody may read`, async (t) => {
    const server = await start(t, { generation, authentication: COGNITO });
    assert.deepEqual(await ask(server, "system/config/auth"), [200, {
      ...COGNITO,
      providerName: "",
      clientType: "public",
      enableSelfSignup: true,
      jwtPrincipalClaims: ["email", "preferred_username", "sub"],
      jwtPrincipalClaimsMapping: [],
      ldapConfiguration: null,
      oidcConfiguration: null,
      ...differs,
    }]);
    assert.deepEqual(await ask(server, "system/config/authorizer"), [200, { principalDomain: "openmetadata.org" }]);
    assert.match((await ask(server, "system/version"))[1].version, /^[12]\.\d+\.\d+$/);
  });
}

test("a configuration or an account that is not OpenMetadata's is a server error, and is named", async (t) => {
  const server = await start(t, {
    authentication: { provider: "cognito", userPoolId: "1", jwtPrincipalClaimsMapping: ["username:cognito:username", "email:email"] },
    authorizer: { enableSecureSocketConnection: "perhaps" },
    users: [{ name: "eve", email: "eve" }],
  });
  const eve = { headers: { authorization: `Bearer ${await server.mint({ "cognito:username": "eve", email: "eve@example.com" })}` } };
  const table = [
    ["system/config/auth", "provider", "userPoolId", "jwtPrincipalClaimsMapping.0"],
    ["system/config/authorizer", "enableSecureSocketConnection"],
    ["users/loggedInUser", "email"],
  ];
  for (const [path, ...fields] of table) {
    const [status, { message }] = await ask(server, path, eve);
    assert.deepEqual([status, message.split(":")[0]], [500, "ValidationError"], message);
    assert.deepEqual(message.match(/^\w[\w.]*$/gm).sort(), fields.sort(), path);
  }
});

// WebCrypto imports neither.
test("its key set is written as Java writes numbers: a zero byte in front, padding behind", async (t) => {
  const server = await start(t);
  const [, { keys }] = await ask(server, "system/config/jwks");
  assert.equal(keys.length, 1);
  assert.deepEqual([keys[0].kty, keys[0].e, keys[0].n.at(-1)], ["RSA", "AQAB", "="]);
  assert.equal(Buffer.from(keys[0].n, "base64url")[0], 0);
  assert.equal(decodeProtectedHeader(await server.personal("bob")).kid, keys[0].kid);
});

// ── who a bearer is ──────────────────────────────────────────────────────────────────────────────────────────────────

const MISMATCH = "Not Authorized! Invalid token. Token verification failed. Public key mismatch.";
const NO_KEY = "Not Authorized! Token signing key not found in configured public keys";
const KEY_ID = /^JWT Token keyID doesn't match the configured keyID\. /;
const DOMAIN = "Not Authorized! Email does not match the principal domain";
const NONE = "Invalid JWT token, none of the following claims are present [email, preferred_username, sub]";
const bob = [200, "bob", "bob@example.com", false];
const admin = [200, "admin", "admin@openmetadata.org", true];
const no = (message, status = 401) => [status, message];
const byEmail = { email: BOB.email };
const unverified = no("Authentication failed: email 'bob@example.com' is not verified by the identity provider");

/** Rows: name, `Authorization` or claims or `[claims, how]`, and what comes: `[200, name, email, isAdmin]` or `[status, message]`. */
function bearers(title, options, rows) {
  test(title, async (t) => {
    const server = await start(t, options);
    for (const [name, given, expected] of rows) {
      const [claims, how] = Array.isArray(given) ? given : [given];
      const authorization = typeof given === "string" || given === undefined ? given : `Bearer ${await server.mint({ exp: later(), ...claims }, how)}`;
      const [status, { name: user, email, isAdmin, message }] = await asked(server, authorization);
      if (status === 200) assert.deepEqual([status, user, email, isAdmin], expected, name);
      else if (expected[1] instanceof RegExp) assert.match(message, expected[1], name);
      else assert.deepEqual([status, message.split(" due to ")[0]], expected, name);
      assert.equal(status, expected[0], name);
    }
  });
}

bearers("new: the token, then the principal", { generation: "new" }, [
  ["no header", undefined, no("Not Authorized! Token not present")],
  ["another scheme", "Basic Ym9iOmJvYg==", no("Not Authorized! Token not present")],
  ["no token", "Bearer ", no("Not Authorized! Token not present")],
  ["no JWT", "Bearer nonsense", no("Not Authorized! Invalid token.")],
  ["one second too late", { ...byEmail, exp: later() - 61 }, no("Expired token!")],
  ["expired, and of another key", [{ exp: 1 }, { key: "other" }], no("Expired token!")],
  ["without an end", { ...byEmail, exp: null }, bob],
  ["of another key", [byEmail, { key: "other" }], no(MISMATCH)],
  ["of an unknown key", [byEmail, { kid: "other" }], no(NO_KEY)],
  ["by another algorithm", [byEmail, { algorithm: "RS512" }], no(MISMATCH)],
  ["nobody looks at the rest", { ...byEmail, iss: "https://elsewhere.example", aud: "other", nbf: later(), token_use: "access", client_id: "other", nonce: "other" }, bob],
  ["Cognito's claims, signed by OpenMetadata's key", { iss: COGNITO.authority, aud: "client", token_use: "id", "cognito:username": "x", ...byEmail }, bob],
  ["capitals, of a claim and in it", { EMAIL: "BOB@Example.com" }, bob],
  ["the first that exists", { preferred_username: "bob", sub: "eve" }, bob],
  ["a subject", { sub: "bob" }, bob],
  ["the part before the @ decides", { email: "admin@elsewhere.example" }, admin],
  ["empty, but it exists", { email: "", sub: "bob" }, no("user instance for  not found", 404)],
  ["no text", { email: 1, sub: "bob" }, no(NONE)],
  ["nothing", {}, no(NONE)],
  ["nobody's", { email: "eve@example.com" }, no("user instance for eve not found", 404)],
  ["a bot's", { ...byEmail, isBot: true }, no("Not Authorized! The given token does not match the current bot's token!")],
  ["of a session that is not", { ...byEmail, sessionId: "1" }, no("Not Authorized! Invalid session.")],
  ["not verified", { ...byEmail, email_verified: false }, unverified],
  ["not verified, as text", { ...byEmail, email_verified: "False" }, unverified],
  ["verified", { ...byEmail, email_verified: "true" }, bob],
]);

for (const generation of ["old", "mid"]) {
  bearers(`${generation}: where it differs`, { generation }, [
    ["of an unknown key", [byEmail, { kid: "other" }], no(KEY_ID, 500)],
    ["not verified", { ...byEmail, email_verified: false }, bob],
    ["as it is", byEmail, bob],
  ]);
}

bearers("a mapping of claims", { authentication: { jwtPrincipalClaimsMapping: ["username:nick", "email:mail"] } }, [
  ["both", { nick: "Bob@nowhere", mail: "x@example.com", email: "eve@example.com" }, bob],
  ["no name", { mail: BOB.email, ...byEmail }, no("Invalid JWT token, 'username' claim is not present")],
  ["no address", { nick: "bob", ...byEmail }, no("Invalid JWT token, 'email' claim is not present or invalid : ")],
  ["an address that is none", { nick: "bob", mail: "bob" }, no("Invalid JWT token, 'email' claim is not present or invalid : bob")],
]);

const ours = { principalDomain: "example.com", enforcePrincipalDomain: true };
const issued = { iss: "open-metadata.org", email: "bob@elsewhere.example" };
const DOMAINS = [
  ["ours", byEmail, bob],
  ["another", { email: "bob@elsewhere.example" }, no(`${DOMAIN} example.com`)],
  ["none", { sub: "bob" }, no(`${DOMAIN} example.com`)],
];
bearers("old: the domain", { generation: "old", authorizer: ours }, [
  ...DOMAINS,
  ["in capitals", { email: "bob@Example.com" }, no(`${DOMAIN} example.com`)],
  ["of the server's own token", issued, no(`${DOMAIN} example.com`)],
]);
bearers("new: the domain", { generation: "new", authorizer: ours }, [
  ...DOMAINS,
  ["in capitals", { email: "bob@Example.com" }, bob],
  ["of the server's own token", issued, bob],
  ["of a token by its key, but another issuer", { ...issued, iss: "x" }, no(`${DOMAIN} example.com`)],
]);

bearers("allowed domains take the place of the principal's", { authorizer: { ...ours, allowedDomains: ["a.example"] } }, [
  ["one", { email: "bob@a.example" }, bob],
  ["none", byEmail, no(`${DOMAIN} example.com`)],
]);

const robert = { name: "robert", email: "bob@example.com" };
const robertFound = [200, "robert", "bob@example.com", false];
bearers("e-mail first", { users: [robert], authentication: { emailClaim: "mail" }, authorizer: { allowedEmailDomains: ["example.com"] } }, [
  ["an account by its address", { mail: "Bob@Example.com" }, robertFound],
  ["an unknown address on somebody's name", { mail: "robert@example.com" }, no("User with email robert@example.com is not registered. Contact your administrator.")],
  ["an unknown address", { mail: "eve@example.com" }, no("user instance for eve not found", 404)],
  ["a domain that is not in the list", { mail: "eve@elsewhere.example" }, no("Authentication failed: domain 'elsewhere.example' not in allowed list")],
  ["no such claim: the old rules", { sub: "robert" }, robertFound],
  ["no address in it: the old rules", { mail: "robert", sub: "robert" }, robertFound],
]);
bearers("e-mail only", { users: [robert], authentication: { emailClaim: "mail", jwtPrincipalClaims: [] } }, [
  ["no such claim", { sub: "robert" }, no("Authentication failed: email claim 'mail' not found in token")],
  ["no address in it", { mail: "robert" }, no("Authentication failed: invalid email format in claim 'mail'")],
]);

test("publicKeyUrls say whose tokens are good; the new generation asks itself first", async (t) => {
  const other = await start(t);
  const [old, young] = await Promise.all(["old", "new"].map((generation) => start(t, { generation, authentication: { publicKeyUrls: [other.jwksUri] } })));
  const verdict = async (server, issuer) => (await asked(server, `Bearer ${await issuer.personal("bob")}`))[0];
  assert.deepEqual([await verdict(old, other), await verdict(old, old)], [200, 401]);
  assert.deepEqual([await verdict(young, other), await verdict(young, young)], [401, 200]); // one kid, two keys
});

// ── SAML ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const samlPort = await freePort();
const origin = `http://localhost:${samlPort}`;
const idp = await startSimpleSamlPhp({ port: await freePort(), sp: serviceProviderAt(origin) });
after(() => idp.stop());

const startSaml = (t, generation, options) =>
  start(t, { port: samlPort, generation, saml: { idp, security: { strictMode: true, tokenValidity: 60 } }, ...options });

/** Somebody's browser at the server: cookies kept, redirects not followed. */
function browser() {
  const jar = new Map();
  const go = async (url, { fields, json } = {}) => {
    const answer = await fetch(new URL(url, origin), {
      method: fields || json ? "POST" : "GET",
      redirect: "manual",
      headers: { cookie: [...jar].map((pair) => pair.join("=")).join("; ") },
      body: fields ? new URLSearchParams(fields) : json && JSON.stringify(json),
    });
    for (const cookie of answer.headers.getSetCookie()) jar.set(...cookie.split(";")[0].split(/=(.*)/s, 2));
    return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
  };
  /** From a door of the server to the identity provider and back: what the ACS answers. */
  const signIn = async (door, change = (fields) => fields) => {
    const { location } = await go(door);
    const { action, fields } = await idp.signIn({ url: location });
    return { ...(await go(action, { fields: change(fields) })), asked: location };
  };
  return { jar, go, signIn };
}

const me = (server, token) => asked(server, `Bearer ${token}`);
const tokenIn = (location) => new URLSearchParams(location.split(/[?#]/)[1]).get("id_token");
const person = { name: "alice", email: "alice@example.com" };
const forged = (fields) => ({ ...fields, SAMLResponse: Buffer.from(Buffer.from(fields.SAMLResponse, "base64").toString().replaceAll("alice@", "admin@")).toString("base64") });

test("old: back by query, unencoded, at sp.callback; a token for everybody, an account for nobody", async (t) => {
  const server = await startSaml(t, "old");
  const { go, signIn } = browser();
  assert.deepEqual((await ask(server, "system/config/auth"))[1].samlConfiguration, { idp: { authorityUrl: `${origin}/api/v1/saml/login` } });

  const { location, asked } = await signIn("/api/v1/saml/login?redirectUri=https://elsewhere.example/");
  const { searchParams } = new URL(asked);
  const request = inflateRawSync(Buffer.from(searchParams.get("SAMLRequest"), "base64")).toString();
  assert.match(request, /\bID="OPENMETADATA_/);
  assert.match(request, /<samlp:NameIDPolicy\s+Format="urn:oasis:names:tc:SAML:2\.0:nameid-format:emailAddress"\s+AllowCreate="true"/);
  assert.equal(searchParams.get("RelayState"), `${origin}/saml/callback`);

  const token = tokenIn(location);
  assert.equal(location, `${origin}/saml/callback?id_token=${token}&email=alice@example.com&name=alice`);
  const { iat, exp, ...claims } = decodeJwt(token);
  assert.deepEqual(claims, { iss: "open-metadata.org", sub: "alice", email: person.email, roles: [], isBot: false, tokenType: "OM_USER" });
  assert.equal(exp - iat, 60);
  assert.deepEqual(await me(server, token), [404, { code: 404, message: "user instance for alice not found" }]);

  const statuses = await Promise.all(["auth/login", "auth/refresh"].map(async (path) => (await go(`/api/v1/${path}`)).status));
  assert.deepEqual([...statuses, (await go("/api/v1/saml/refresh", { json: {} })).status], [404, 404, 404]);
});

test("mid, its first way: back wherever redirectUri says, with a refresh token that is good once", async (t) => {
  const server = await startSaml(t, "mid");
  const { go, signIn, jar } = browser();
  const { location } = await signIn("/api/v1/saml/login?redirectUri=https://elsewhere.example/saml/callback");
  const token = tokenIn(location);
  assert.equal(location, `https://elsewhere.example/saml/callback?id_token=${token}&email=alice@example.com&name=alice`);
  assert.deepEqual((await me(server, token))[1].displayName, "Alice Example");

  const refreshToken = jar.get("refreshToken");
  const renewed = JSON.parse((await go("/api/v1/saml/refresh", { json: { refreshToken } })).text);
  const { exp, iat } = decodeJwt(renewed.accessToken);
  assert.deepEqual([exp - iat, renewed.tokenType, renewed.expiryDuration], [3600, "Bearer", exp * 1000]);
  assert.equal((await me(server, renewed.accessToken))[1].name, "alice");
  const again = await go("/api/v1/saml/refresh", { json: { refreshToken } });
  assert.deepEqual([again.status, again.text.slice(0, 3)], [200, "<p>"]);
  assert.equal((await go("/api/v1/saml/refresh", { json: { refreshToken: renewed.refreshToken } })).text[0], "{");
});

test("mid, its second way: the unified doors, by session", async (t) => {
  const server = await startSaml(t, "mid");
  const { go, signIn } = browser();
  const { location } = await signIn(`/api/v1/auth/login?redirectUri=${origin}/auth/callback`);
  const token = tokenIn(location);
  assert.equal(location, `${origin}/auth/callback?id_token=${token}`);
  assert.equal((await me(server, token))[1].email, person.email);
  assert.equal((await browser().signIn("/api/v1/auth/login")).location.split("?")[0], "/auth/callback");

  const renewed = JSON.parse((await go("/api/v1/auth/refresh")).text);
  assert.deepEqual(Object.keys(renewed), ["accessToken", "tokenType", "expiryDuration"]);
  assert.deepEqual([renewed.tokenType, renewed.expiryDuration], ["Bearer", decodeJwt(renewed.accessToken).exp * 1000]);
  const { status, text } = await go("/api/v1/auth/logout");
  assert.deepEqual([status, JSON.parse(text)], [200, { message: "Logged out successfully (local only)" }]);
  const gone = await go("/api/v1/auth/refresh");
  assert.deepEqual([gone.status, JSON.parse(gone.text)], [401, { error: "No active session" }]);
  assert.equal((await me(server, renewed.accessToken))[0], 200); // nobody asks for the session yet
});

test("new: back by fragment, by the session that RelayState names; the token ends with the session", async (t) => {
  const server = await startSaml(t, "new");
  assert.deepEqual((await ask(server, "system/config/auth"))[1].samlConfiguration, { idp: {} });
  const { go, signIn, jar } = browser();
  const withoutCookies = (fields) => (jar.clear(), fields); // as a browser posts from another site
  const { location, asked } = await signIn(`/api/v1/auth/login?redirectUri=${origin}/auth/callback`, withoutCookies);
  const token = tokenIn(location);
  assert.equal(location, `${origin}/auth/callback#id_token=${token}&email=alice%40example.com&name=Alice+Example`);
  assert.match(new URL(asked).searchParams.get("RelayState"), /^[\w-]{36}$/);
  assert.equal((await me(server, token))[1].name, "alice");

  const renewed = JSON.parse((await go("/api/v1/auth/refresh")).text).accessToken;
  assert.equal((await me(server, renewed))[1].name, "alice");
  assert.equal((await go("/api/v1/auth/logout")).status, 200);
  assert.equal((await go("/api/v1/auth/refresh")).status, 401);
  assert.deepEqual(await me(server, renewed), [401, { code: 401, message: "Not Authorized! Invalid session." }]);
});

const EXACTLY = "Redirect URI must exactly match a trusted redirect URI";
const REDIRECTS = [
  ["none", "", 302],
  ["relative", "?redirectUri=/auth/callback", 302],
  ["sp.callback, as the other parameter", `?callback=${origin}/saml/callback`, 302],
  ["callbackUrl", "?redirectUri=https://app.example/callback", 302],
  ["one more", "?redirectUri=https://extension.example/x", 302],
  ["elsewhere", "?redirectUri=https://elsewhere.example/auth/callback", EXACTLY],
  ["another path", `?redirectUri=${origin}/auth/callback/x`, EXACTLY],
  ["a query more", `?redirectUri=${encodeURIComponent(`${origin}/auth/callback?x`)}`, EXACTLY],
  ["by http", "?redirectUri=http://app.example/callback", EXACTLY],
  ["two slashes", "?redirectUri=//app.example/callback", "Redirect URI must be same-origin"],
  ["no slash", "?redirectUri=callback", "Redirect URI must be absolute or root-relative"],
  ["a name before the host", "?redirectUri=https://app.example@elsewhere.example/callback", "Redirect URI must not contain user-info"],
];
test("new: the way back is one that the server knows", async (t) => {
  await startSaml(t, "new", { authentication: { callbackUrl: "https://app.example/callback", additionalTrustedRedirectUris: ["https://extension.example/x"] } });
  for (const [name, query, expected] of REDIRECTS) {
    const { status, text } = await browser().go(`/api/v1/auth/login${query}`);
    assert.deepEqual(status === 302 ? status : [status, JSON.parse(text).error], expected === 302 ? 302 : [400, expected], name);
  }
});

const FAILED = "SAML callback processing failed";
/** Rows: name, what becomes of the form on its way to the ACS, status and error. */
const AT_THE_ACS = [
  ["old", {}, [["forged", forged, 403, "UnAuthenticated"]]],
  ["new", {}, [
    ["forged", forged, 500, FAILED],
    ["without RelayState the cookie names the session", ({ SAMLResponse }) => ({ SAMLResponse }), 302],
    ["a session of nobody", (fields) => ({ ...fields, RelayState: "1" }), 401, "No pending session"],
  ]],
  ["new", { authentication: { enableSelfSignup: false } }, [["nobody yet", undefined, 500, FAILED]]],
  ["new", { authorizer: { enforcePrincipalDomain: true } }, [["of another domain", undefined, 500, FAILED]]],
  ["new", { authentication: { emailClaim: "email" } }, [["without that attribute", undefined, 500, FAILED]]],
  ["new", { authentication: { emailClaim: "mail" } }, [["with that attribute", undefined, 302]]],
];
for (const [generation, options, rows] of AT_THE_ACS) {
  test(`${generation}, at the ACS: ${rows.map(([name]) => name).join(", ")}`, async (t) => {
    await startSaml(t, generation, options);
    for (const [name, change, expected, error] of rows) {
      const { status, text } = await browser().signIn(`/api/v1/${generation === "old" ? "saml" : "auth"}/login`, change);
      assert.deepEqual([status, error && JSON.parse(text).error.split(":")[0]], [expected, error], `${name}: ${text}`);
    }
  });
}

test("it misbehaves when told to, and behaves again", async (t) => {
  const server = await startSaml(t, "new");
  const { go, signIn } = browser();
  const token = await server.mint({ exp: later() }, { key: "other" });
  await server.misbehave({ token, redirect: "http://app.example/auth/callback" });
  assert.match((await signIn("/api/v1/auth/login")).location, new RegExp(`^http://app\\.example/auth/callback#id_token=${token}&`));
  for (const refresh of [302, 401, 500]) {
    await server.misbehave({ refresh });
    const { status, location } = await go("/api/v1/auth/refresh");
    assert.deepEqual([status, location], [refresh, refresh === 302 ? `${origin}/signin` : null]);
  }
  await server.misbehave({ unknown: true });
  assert.equal((await me(server, await server.personal("bob")))[0], 404);
  assert.deepEqual(await me(server, await server.personal("bob", { exp: 1 })), [401, { code: 401, message: "Expired token!" }]);
  await server.misbehave({});
  assert.equal((await go("/api/v1/auth/refresh")).status, 200);
  assert.deepEqual((await server.seen()).at(-1), { method: "GET", path: "/api/v1/auth/refresh" });
});

// ── one origin, or two ───────────────────────────────────────────────────────────────────────────────────────────────

test("a page of another origin may call it if it is in the list", async (t) => {
  const server = await start(t, { corsOrigins: ["http://app.example"] });
  const allowed = async (origin, method) => {
    const { headers } = await fetch(`${server.address}/api/v1/users/loggedInUser`, { method, headers: { origin } });
    return ["origin", "credentials", "headers"].map((name) => headers.get(`access-control-allow-${name}`));
  };
  for (const method of ["GET", "OPTIONS"]) {
    assert.deepEqual(await allowed("http://app.example", method), ["http://app.example", "true", "authorization, content-type"]);
    assert.deepEqual(await allowed("http://elsewhere.example", method), [null, null, null]);
  }
});

test("behind a page's own server: bodies, cookies and redirects pass; a server that is gone is 502", async (t) => {
  const port = await freePort();
  const page = `http://localhost:${port}`;
  const server = await start(t, { origin: page, generation: "mid", saml: { idp } });
  t.after(await listen(createServer(proxyTo(server.address)), port, "the page"));
  const login = await fetch(`${page}/api/v1/auth/login`, { redirect: "manual" });
  assert.equal(login.status, 302);
  assert.match(login.headers.getSetCookie()[0], /^JSESSIONID=/);
  const refused = await fetch(`${page}/api/v1/saml/refresh`, { method: "POST", body: JSON.stringify({ refreshToken: "1" }) });
  assert.match(await refused.text(), /Entity not found: 1/);
  await server.stop();
  assert.equal((await fetch(`${page}/api/v1/system/version`)).status, 502);
});
