// OpenMetadata's sign-in as a page meets it: a small stand-in for the server's auth endpoints, in the generations that
// are out there. It is ours (openmetadata/*.py); what it answers is held against the models that OpenMetadata publishes
// (PyPI, openmetadata-ingestion), its judge of bearer tokens is PyJWT, its SAML service provider python3-saml.
//
//   page ── GET /api/v1/system/config/auth · /config/authorizer ──> who signs people in
//   page ── GET /api/v1/saml/login or /auth/login ──> identity provider ── POST /saml/acs ──> page, with its own JWT
//   page ── GET /api/v1/users/loggedInUser, Bearer ──> who the server says that this is

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assertPortFree } from "./ports.mjs";
import { startProgram } from "./program.mjs";

const PYTHON = fileURLToPath(new URL("../../target/venv/bin/python", import.meta.url));
const PROGRAM = fileURLToPath(new URL("openmetadata/server.py", import.meta.url));

/**
 * What a SAML identity provider must know of an OpenMetadata at `origin`: `{ entityId, acsUrl }`. `origin` is the one that
 * the browser sees: the page's own, when the page's server passes `/api/…` on ({@link proxyTo}).
 */
export const serviceProviderAt = (origin) => ({ entityId: `${origin}/api/v1/saml/metadata`, acsUrl: `${origin}/api/v1/saml/acs` });

/**
 * Starts the stand-in on `http://localhost:port`.
 *
 * - `generation`: `"old"` (about 1.0 to 1.6), `"mid"` (1.7 to 1.12), `"new"` (2026), or `"fixed"`: new, and
 *   `/config/auth` says responseType, publicKeyUrls and tokenValidationAlgorithm too (PR 31516).
 * - `origin`: where the browser finds it. Default: the stand-in itself.
 * - `authentication`: joins `authenticationConfiguration`. Without it: `aws-cognito`, public client, the defaults of
 *   openmetadata.yaml. `publicKeyUrls` are fetched; left out, they are the stand-in's own.
 * - `authorizer`: joins `authorizerConfiguration`. Default: `principalDomain` openmetadata.org, not enforced, admin `admin`.
 * - `saml`: `{ idp: { entityId, singleSignOn, certificate }, sp?, security? }` makes the provider `saml` and writes its
 *   `samlConfiguration`; `sp` and `security` join that, e.g. `{ security: { tokenValidity: 60 } }`.
 * - `users`: who has an account, `{ name, email }`. With `enableSelfSignup` a SAML sign-in makes one; a bearer never does.
 *   adminPrincipals have theirs from the start.
 * - `corsOrigins`: origins of pages that may call it from elsewhere, with credentials. Default: none.
 *
 * Answers:
 * - `origin` (the browser's), `address` (the program's own, for {@link proxyTo}), `jwksUri`, `issuer`
 * - `mint(claims, { key?, kid?, algorithm? })`: a token. `key`: `"own"` (default) or `"other"`, which signs under the own
 *   kid. Nothing is added to `claims` but what {@link personal} would.
 * - `personal(name, claims?)`: a token as OpenMetadata issues it to a person, who needs no account. `claims` join its own:
 *   `{ exp: 1 }` is one that has ended.
 * - `misbehave({ … })`: until the next call of it,
 *     `token`: what sign-ins and refreshes give out instead; `redirect`: where sign-ins lead instead, an address without
 *     query and fragment (the page's own by http://, say); `refresh: 302 | 401 | 500`, a redirect to `/signin` the first;
 *     `unknown: true`: nobody has an account.
 *   `misbehave({})` is well-behaved again.
 * - `seen()`: `[{ method, path }]` of all requests so far, `path` without its query
 * - `log()`, `stop()`
 */
export async function startOpenMetadata({ port, generation = "new", origin = `http://localhost:${port}`, authentication, authorizer, saml, users = [], corsOrigins = [] }) {
  if (!existsSync(PYTHON)) throw new Error("Its Python packages are not there. From the top folder: tests/setup.sh python");
  await assertPortFree(port, "OpenMetadata");
  const address = `http://localhost:${port}`;
  const options = { port, generation, origin, authentication, authorizer, saml, users, corsOrigins };
  const program = startProgram(PYTHON, [PROGRAM], { env: { OPENMETADATA: JSON.stringify(options) } });
  await program.answers(`${address}/api/v1/system/version`).catch((e) => program.stop().then(() => Promise.reject(e)));

  const tell = async (what, body) => {
    const answer = await fetch(`${address}/_test/${what}`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`OpenMetadata's stand-in: ${await answer.text()}`);
    return answer.json();
  };
  return {
    origin,
    address,
    jwksUri: `${address}/api/v1/system/config/jwks`,
    issuer: "open-metadata.org",
    mint: (claims, how = {}) => tell("mint", { claims, ...how }),
    personal: (name, claims = {}) => tell("personal", { name, claims }),
    misbehave: (how) => tell("misbehave", how),
    seen: () => tell("seen", {}),
    log: program.log,
    stop: program.stop,
  };
}
