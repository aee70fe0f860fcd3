// OpenMetadata's web UI with Amazon Cognito: its bare-metal guide's configuration, to the letter, with Cognito's own host
// names. The pool is ministack's, behind TLS; the server is the stand-in, which judges the bearer by PyJWT.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { person } from "../e2e/life.mjs";
import { requests } from "../e2e/wire.mjs";
import { freePort, ready, rejection, stored, verdict } from "../e2e/world.mjs";
import { startOidcProvider } from "../providers/oidc-provider.mjs";
import { startOpenMetadata } from "../providers/openmetadata.mjs";
import { HOSTS, startCatalog } from "./openmetadata.mjs";
import { picture } from "./picture.mjs";

const oidcPort = await freePort();
const world = await startCatalog({ generation: "new", connect: [`http://localhost:${oidcPort}`] });
const { catalog, provider, origin } = world;
const { engineer } = provider;
after(world.stop);

// As the guide writes it, the two names in braces filled in.
const authenticationConfiguration = {
  provider: "aws-cognito",
  publicKeyUrls: [`${provider.issuer}/.well-known/jwks.json`, `${origin}/api/v1/system/config/jwks`],
  authority: provider.issuer,
  clientId: provider.clientId,
  callbackUrl: "http://localhost:8585/callback",
  responseType: "id_token", // what openmetadata.yaml has unless somebody changes it
};
const authorizerConfiguration = { adminPrincipals: ["ada"], principalDomain: "example.com", enforcePrincipalDomain: true };
const byFile = (more = {}, authorizer = authorizerConfiguration) => ({
  openMetadata: { authenticationConfiguration: { ...authenticationConfiguration, ...more }, authorizerConfiguration: authorizer },
});
const variables = {
  AUTHENTICATION_PROVIDER: "aws-cognito",
  AUTHENTICATION_PUBLIC_KEYS: `[${authenticationConfiguration.publicKeyUrls}]`,
  AUTHENTICATION_AUTHORITY: provider.issuer,
  AUTHENTICATION_CLIENT_ID: provider.clientId,
  AUTHENTICATION_CALLBACK_URL: "http://localhost:8585/callback",
};
const yaml = Object.fromEntries(
  Object.entries({ ...authenticationConfiguration, publicKeyUrls: variables.AUTHENTICATION_PUBLIC_KEYS }).map(([name, value]) => [name, `\${ANY_${name}:-${value}}`]),
);

const WAYS = [
  ["the server says", { openMetadata: { server: origin } }],
  ["the file says", byFile()],
  ["the variables of a deployment say", { openMetadata: { authenticationConfiguration: variables, authorizerConfiguration: { AUTHORIZER_ADMIN_PRINCIPALS: "[ada]", AUTHORIZER_PRINCIPAL_DOMAIN: "example.com" } } }],
  ["${NAME:-default} says", { openMetadata: { authenticationConfiguration: yaml, authorizerConfiguration } }],
];

for (const [name, options] of WAYS) {
  test(`as ${name}: code and PKCE at the pool's domain, back at /callback, and the server knows the person`, async (t) => {
    const page = await world.open(t, "/my-data?tab=1", { harness: { options } });
    await page.evaluate(() => void auth.signIn().catch((e) => (window.refusal = e)));
    await page.waitForURL(world.atProvider);
    const asked = new URL(page.url());
    assert.equal(asked.origin, `https://${HOSTS[1]}`);
    assert.deepEqual(
      ["response_type", "redirect_uri", "client_id", "code_challenge_method", "scope"].map((name) => asked.searchParams.get(name)),
      ["code", "http://localhost:8585/callback", provider.clientId, "S256", "openid email profile"],
    );
    await world.logIn(page, engineer);
    const { status, user, via } = await ready(page);

    assert.deepEqual([status, via, user.issuer, user.email, user.name], ["signedIn", "oidc", provider.issuer, engineer.name, "Ada Lovelace"]);
    assert.deepEqual(user.principal, { name: "ada", email: engineer.name, displayName: "Ada Lovelace" });
    assert.equal(user.isAdmin, options.openMetadata.server ? undefined : true, "the server keeps its list to itself");
    assert.equal(page.url(), `${origin}/my-data?tab=1`);
    const answer = await page.evaluate(async () => {
      const response = await auth.fetch("/api/v1/users/loggedInUser");
      return { status: response.status, ...(await response.json()) };
    });
    const { name: known, email, isAdmin } = answer;
    assert.deepEqual([answer.status, known, email, isAdmin], [200, user.principal.name, user.principal.email, true]);
    const [bearer] = requests(page.wire).filter(({ url }) => url.endsWith("/loggedInUser")).map(({ headers }) => headers.authorization);
    assert.equal(bearer, `Bearer ${await page.evaluate(() => auth.getIdToken())}`, "the ID token");
  });
}

const SERVER = { openMetadata: { server: origin } };
const TOKEN = `https://${HOSTS[1]}/oauth2/token`;
const KEYS = "/jwks";
const asked = (page, part) => requests(page.wire).filter(({ url }) => url.includes(part)).map(({ url }) => url);
const loggedInUser = (token) =>
  fetch(`${catalog.address}/api/v1/users/loggedInUser`, { headers: { authorization: `Bearer ${token}` } });

test("pictures for the guide", async (t) => {
  const page = await world.open(t, "/my-data", { harness: { options: byFile() } });
  await ready(page);
  await picture(page, "openmetadata-cognito-signed-out");
  await world.begin(page);
  await world.logIn(page, engineer);
  assert.equal((await ready(page)).status, "signedIn");
  await picture(page, "openmetadata-cognito-signed-in");
});

test("the server is asked once an hour in a tab, the pool's metadata likewise, and the callback's critical path is one request", async (t) => {
  const page = await world.signedIn(t, "/", { harness: { options: SERVER } });
  const from = requests(page.wire).findIndex(({ url }) => url.includes("/callback?code="));
  const after = requests(page.wire).slice(from + 1).map(({ url }) => new URL(url)).filter(({ pathname }) => !/\.(js|css|svg)$/.test(pathname));
  const beside = after.map(({ pathname }) => pathname);
  assert.deepEqual(beside.sort(), ["/oauth2/token", `/${provider.userPoolId}/.well-known/jwks.json`].sort());
  await page.reload();
  await ready(page);
  assert.deepEqual([asked(page, "/system/config/auth").length, asked(page, "openid-configuration").length], [2, 1], "auth and authorizer, once each");
});

test("renewed at the pool: the server takes the new token too", async (t) => {
  const ada = await person(t, world, { harness: { options: SERVER } });
  const page = await ada.signIn();
  const before = await page.evaluate(() => auth.getIdToken());
  await ada.clock.pass(600);
  const renewed = await page.evaluate(() => auth.getIdToken({ minValidity: 3300 }));
  assert.notEqual(renewed, before);
  const answer = await loggedInUser(renewed);
  assert.deepEqual([answer.status, (await answer.json()).name], [200, "ada"]);
});

test("a sign-in from the callback page comes back to the start page", async (t) => {
  const page = await world.open(t, "/auth/callback", { harness: { options: SERVER } });
  await world.begin(page);
  await world.logIn(page, engineer);
  assert.equal((await ready(page)).status, "signedIn");
  assert.equal(page.url(), `${origin}/`);
});

test("sign-out speaks Cognito's dialect, and comes back", async (t) => {
  const page = await world.signedIn(t, "/my-data", { harness: { options: SERVER } });
  await page.evaluate(() => void auth.signOut());
  await page.waitForURL(`${origin}/`);
  const [left] = asked(page, "/logout");
  const { origin: at, pathname, searchParams } = new URL(left);
  assert.deepEqual([at + pathname, [...searchParams].sort()], [`https://${HOSTS[1]}/logout`, [["client_id", provider.clientId], ["logout_uri", `${origin}/`]]]);
  assert.deepEqual(await ready(page), { status: "signedOut", reason: "signed_out" });
  assert.equal(await page.evaluate(() => auth.getIdToken().catch((e) => e.code)), "sign_in_required");
});

/** A sign-in whose ID token is replaced by what `forge` makes of its claims. */
async function forged(t, forge, options = SERVER) {
  const page = await world.open(t, "/", { harness: { options } });
  await world.begin(page);
  await page.route(TOKEN, async (route) => {
    const request = route.request();
    const headers = { "content-type": request.headers()["content-type"] };
    const answer = await (await fetch(`${provider.address}/oauth2/token`, { method: "POST", headers, body: request.postData() })).json();
    const [header, claims] = answer.id_token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
    await route.fulfill({ json: { ...answer, id_token: await forge(claims, header) }, headers: { "access-control-allow-origin": "*" } });
  });
  await world.logIn(page, engineer);
  const { status, error } = await ready(page);
  return { page, verdict: [status, ...verdict(error)] };
}

test("each key set belongs to its own issuer: Cognito's claims signed by OpenMetadata's key are refused, though its server takes them", async (t) => {
  let token;
  const { page, verdict: seen } = await forged(t, async (claims) => (token = await catalog.mint({ ...claims, name: "Mallory" })));
  assert.deepEqual(seen, ["signedOut", "id_token_invalid", "kid"]);
  assert.equal((await loggedInUser(token)).status, 200, "the server looks at no issuer");
  assert.deepEqual(asked(page, KEYS).map((url) => new URL(url).host), [HOSTS[0], HOSTS[0]], "the pool's key set, and once more past the cache");
  assert.deepEqual((await stored(page)).filter(([, key]) => key.endsWith(":session")), []);
});

test("… and under the pool's own key name: the signature does not hold", async (t) => {
  const { verdict: seen } = await forged(t, (claims, { kid }) => catalog.mint(claims, { kid }));
  assert.deepEqual(seen, ["signedOut", "id_token_invalid", "signature"]);
});

test("a token that OpenMetadata issued is no answer of Cognito's", async (t) => {
  const { verdict: seen } = await forged(t, () => catalog.personal("ada"));
  assert.deepEqual(seen, ["signedOut", "id_token_invalid", "kid"]);
});

test("a token in the address is no sign-in: it leaves the address bar, and nobody is signed in", async (t) => {
  const token = await catalog.personal("mallory");
  for (const at of [`/callback?id_token=${token}`, `/callback#id_token=${token}&email=m&name=m`]) {
    const page = await world.open(t, at, { harness: { options: SERVER } });
    assert.equal((await ready(page)).status, "signedOut");
    assert.equal(page.url(), `${origin}/callback`);
  }
});

const UNUSABLE = [
  ["a leftover of the guide", { authority: "https://cognito-idp.eu-central-1.amazonaws.com/{User Pool ID}" }, "openMetadata.authenticationConfiguration.authority", "placeholder"],
  ["no pool's address", { authority: "https://auth.example.com" }, "openMetadata.authenticationConfiguration.authority", "malformed"],
  ["another site's callback", { callbackUrl: "https://catalog.example.com/callback" }, "openMetadata.authenticationConfiguration.callbackUrl", "origin"],
  ["passwords in the page", { provider: "ldap" }, "openMetadata.authenticationConfiguration.provider", "unsupported"],
];
for (const [name, more, option, rule] of UNUSABLE) {
  test(`a configuration with ${name} is refused by name, before anything is asked`, async (t) => {
    const page = await world.open(t, "/", { harness: { options: byFile(more) } });
    const error = await rejection(page, () => auth.signIn());
    assert.deepEqual([error.code, error.details], ["config_invalid", { option, rule }]);
    assert.deepEqual(asked(page, "/api/v1/"), []);
  });
}

for (const [name, answer, expected] of [
  ["is down", { status: 503 }, ["provider_unavailable", undefined]],
  ["is not one", { status: 200, body: "<!doctype html>" }, ["discovery_invalid", "not_json"]],
  ["does not know the question", { status: 404, body: "{}" }, ["discovery_invalid", "status"]],
]) {
  test(`a server that ${name}: said so, and asked again by the next call`, async (t) => {
    const context = await world.person(t);
    await context.route("**/api/v1/system/config/auth", (route) => route.fulfill(answer));
    const page = await world.open(t, "/", { context, harness: { options: SERVER } });
    assert.deepEqual(verdict((await ready(page)).error), expected);
    await context.unroute("**/api/v1/system/config/auth");
    await world.begin(page);
    await world.logIn(page, engineer);
    assert.equal((await ready(page)).status, "signedIn");
  });
}

// What the page is told beforehand, and what the server says to the same token.
const PRINCIPALS = [
  ["by e-mail", {}, {}],
  ["by the first claim that is there", { jwtPrincipalClaims: ["preferred_username", "cognito:username", "email"] }, {}],
  ["by the subject, in the principal domain", { jwtPrincipalClaims: ["sub"] }, { principalDomain: "catalog.example" }],
  ["by a mapping", { jwtPrincipalClaimsMapping: ["username:name", "email:email"] }, {}],
  ["by a mapping to what is not there", { jwtPrincipalClaimsMapping: ["username:nickname", "email:email"] }, {}, "claims"],
  ["by no claim at all", { jwtPrincipalClaims: ["nickname"] }, {}, "claims"],
  ["in its domain", {}, { enforcePrincipalDomain: true, principalDomain: "EXAMPLE.com" }],
  ["in another domain", {}, { enforcePrincipalDomain: true, principalDomain: "example.org" }, "domain"],
  ["in a domain of the list", {}, { enforcePrincipalDomain: true, principalDomain: "example.org", allowedDomains: ["example.net", "example.com"] }],
  ["in none of the list", {}, { enforcePrincipalDomain: true, allowedDomains: ["example.net"] }, "domain"],
  ["without a domain where one is due", { jwtPrincipalClaims: ["sub"] }, { enforcePrincipalDomain: true }, "domain"],
];

test("the principal is the server's: name, address, and whether it will be refused", async (t) => {
  const context = await world.person(t);
  const first = await world.signedIn(t, "/", { context, harness: { options: byFile() } });
  const token = await first.evaluate(() => auth.getIdToken());
  const { sub } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  const users = [["ada", engineer.name], [sub, `${sub}@catalog.example`], [sub, `${sub}@example.com`], ["ada lovelace", engineer.name]].map(([name, email]) => ({ name, email }));

  for (const [name, authentication, authorizer, problem] of PRINCIPALS) {
    const page = await world.open(t, "/", { context, harness: { options: byFile(authentication, { principalDomain: "example.com", ...authorizer }) } });
    const { principal } = (await ready(page)).user;
    const server = await startOpenMetadata({
      port: await freePort(),
      generation: "new",
      users,
      authentication: { provider: "aws-cognito", publicKeyUrls: [provider.jwksUri], ...authentication },
      authorizer: { principalDomain: "example.com", ...authorizer },
    });
    try {
      const answer = await fetch(`${server.address}/api/v1/users/loggedInUser`, { headers: { authorization: `Bearer ${token}` } });
      assert.deepEqual([principal.problem, answer.status], [problem, problem ? 401 : 200], name);
      if (!problem) assert.equal(principal.name, (await answer.json()).name, name);
    } finally {
      await server.stop();
    }
    await page.close();
  }
});

test("custom-oidc, a public client, goes through the same door; a renewed token is taken too", async (t) => {
  const oidc = await startOidcProvider({ port: oidcPort, redirectUris: [`${origin}/callback`], logoutUris: [`${origin}/`] });
  t.after(() => oidc.stop());
  const server = await startOpenMetadata({
    port: await freePort(),
    users: [{ name: "grace", email: "grace@example.com" }],
    authentication: { provider: "custom-oidc", publicKeyUrls: [oidc.jwksUri], jwtPrincipalClaims: ["sub"] },
    authorizer: { principalDomain: "example.com" },
  });
  t.after(() => server.stop());
  const { issuer: authority, clientId } = oidc;
  const options = {
    openMetadata: {
      authenticationConfiguration: { provider: "custom-oidc", providerName: "ours", authority, clientId, jwtPrincipalClaims: ["sub"] },
      authorizerConfiguration: { principalDomain: "example.com" },
    },
  };
  const grace = await person(t, world, { harness: { options } });
  const page = await grace.tab();
  await page.evaluate(() => void auth.signIn());
  await page.waitForURL((url) => url.origin === oidc.origin);
  await world.logIn(page, { name: "grace", password: "any" });
  const { status, user } = await ready(page);
  assert.deepEqual([status, user.principal.name, user.principal.email], ["signedIn", "grace", "grace@example.com"]);
  const tokens = [await page.evaluate(() => auth.getIdToken())];
  await grace.clock.pass(600);
  tokens.push(await page.evaluate(() => auth.getIdToken({ minValidity: 3300 })));
  assert.notEqual(tokens[0], tokens[1]);
  for (const token of tokens) {
    const answer = await fetch(`${server.address}/api/v1/users/loggedInUser`, { headers: { authorization: `Bearer ${token}` } });
    assert.deepEqual([answer.status, (await answer.json()).name], [200, "grace"]);
  }
});
