// OpenMetadata's web UI with Amazon Cognito: its bare-metal guide's configuration, to the letter, with Cognito's own host
// names. The pool is ministack's, behind TLS; the server is the stand-in, which judges the bearer by PyJWT.

import assert from "node:assert/strict";
import { after, afterEach, test } from "node:test";
import { requests } from "../e2e/wire.mjs";
import { ready, rejection, stored, until, verdict } from "../e2e/world.mjs";
import { HOSTS, startCatalog } from "./openmetadata.mjs";

const world = await startCatalog({ generation: "new" });
const { catalog, provider, origin } = world;
const { engineer } = provider;
after(world.stop);
afterEach(() => catalog.misbehave({}));

// As the guide writes it, the two names in braces filled in.
const authenticationConfiguration = {
  provider: "aws-cognito",
  publicKeyUrls: [`${provider.issuer}/.well-known/jwks.json`, `${origin}/api/v1/system/config/jwks`],
  authority: provider.issuer,
  clientId: provider.clientId,
  callbackUrl: "http://localhost:8585/callback",
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
