// A small OpenID provider of our own, for what no honest program does: whatever it answers, a test may
// bend by a function. Unbent it is an honest provider of public clients: code and PKCE S256, refresh
// tokens that stay, the response parameter `iss`, RP-initiated logout. It asks nobody who they are.
//
//   request → noted in `requests` → the honest answer → craft()'s function → out
//
// Keys are made at every start and kept nowhere.

import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { listen } from "./listen.mjs";

const CLIENT_ID = "gatepass-e2e";
const LIFETIME = 3600; // seconds
const PERSON = { sub: "ada", name: "Ada L.", email: "ada@example.com", email_verified: true };
const CLAIMS_BY_SCOPE = { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] };

// Whatever a test asserts on; every origin may ask for everything.
const NOTED_HEADERS = ["authorization", "content-type", "cookie", "origin", "referer"];
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, content-type",
  "cache-control": "no-store",
};

/** An answer as it stands, instead of 200 with JSON. */
export const answer = (status, body = "", headers = {}) => new Answer(status, body, headers);

/** Signs as nobody must: with no key at all, or with a text that everybody knows. */
export const unsigned = () => Buffer.alloc(0);
export const hmac = (secret) => (input) => createHmac("sha256", secret).update(input).digest();

/**
 * Starts the provider on `http://localhost:port`; everything is under `/tenant/`, too. `requests` grows by `{ method, path, query, headers, form }`
 * with every request that arrives.
 *
 * `craft(quirks)` replaces all quirks of before; without any it is honest. Each of these gets the honest
 * value and returns what takes its place (an `answer()` where it is a whole response):
 *
 * - `discovery(metadata)`, `keys(jwks)`, `userinfo(claims)`, `tokenResponse(body, { grant })`
 * - `authorize(response, request)`, `logout({ state })`: the parameters that go back to the site
 * - `header(jose)`, `claims(claims, { grant })`: of the ID token; `undefined` leaves a member out
 *
 * and these are values:
 *
 * - `signWith`: one of `keys`, or a function of the signing input that returns the signature's bytes
 * - `page`: headers of a login page with one button, `#continue`, in place of the redirect at once
 */
export async function startCrafted({ port, redirectUris, logoutUris }) {
  const origin = `http://localhost:${port}`;
  const keys = { rsa: rsaKey("rsa"), next: rsaKey("next"), ec: ecKey("ec") };
  const requests = [];
  const provider = { origin, redirectUris, logoutUris, keys, codes: new Map(), refreshTokens: new Map(), accessTokens: new Map() };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, origin);
    const form = Object.fromEntries(new URLSearchParams(await text(request)));
    requests.push(note(request, url, form));
    const params = { ...Object.fromEntries(url.searchParams), ...form };
    const handle = ENDPOINTS[`${request.method} ${url.pathname.replace(/^\/tenant\//, "/")}`];
    if (request.method === "OPTIONS") send(response, answer(204));
    else send(response, handle ? handle(provider, params, request.headers) : answer(404, "Not found"));
  });
  const stop = await listen(server, port, "the crafted provider");

  const craft = (quirks = {}) => {
    provider.quirks = quirks;
    provider.bend = (name, honest, context) => (quirks[name] ? quirks[name](honest, context) : honest);
  };
  craft();

  return {
    origin,
    issuer: origin,
    clientId: CLIENT_ID,
    metadata: metadata(origin),
    // What the site makes its Content Security Policy from.
    cognito: { userPoolId: "eu-central-1_gatepass", clientId: CLIENT_ID, domain: origin },
    keys,
    requests,
    craft,
    stop,
  };
}

const ENDPOINTS = {
  "GET /.well-known/openid-configuration": ({ origin, bend }) => bend("discovery", metadata(origin)),
  "GET /keys": ({ keys: { rsa, ec }, bend }) => bend("keys", { keys: [rsa.jwk, ec.jwk] }),
  "GET /authorize": (provider, params) => (provider.quirks.page ? loginPage(provider.quirks.page, params) : authorize(provider, params)),
  "POST /authorize": (provider, params) => authorize(provider, params),
  "POST /token": token,
  "GET /userinfo": userinfo,
  "POST /revoke": ({ refreshTokens }, { token }) => (refreshTokens.delete(token), answer(200)),
  "GET /logout": logout,
  "POST /logout": logout,
};

const metadata = (origin) => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/keys`,
  userinfo_endpoint: `${origin}/userinfo`,
  revocation_endpoint: `${origin}/revoke`,
  end_session_endpoint: `${origin}/logout`,
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256", "ES256"],
  token_endpoint_auth_methods_supported: ["none"],
  code_challenge_methods_supported: ["S256"],
  authorization_response_iss_parameter_supported: true,
});

// RFC 6749 §4.1.1
function authorize({ origin, redirectUris, codes, bend }, request) {
  if (request.client_id !== CLIENT_ID || !redirectUris.includes(request.redirect_uri)) return answer(400, "No such client");
  const code = random();
  codes.set(code, request);
  const response = bend("authorize", { code, state: request.state, iss: origin }, request);
  const back = new URL(request.redirect_uri);
  for (const [name, value] of Object.entries(response)) if (value !== undefined) back.searchParams.set(name, value);
  return answer(303, "", { location: back.href });
}

function loginPage(headers, request) {
  const fields = Object.entries(request).map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`);
  const page = `<!doctype html><title>Sign in</title><form method="post" action="/authorize">${fields.join("")}<button id="continue">Continue</button></form>`;
  return answer(200, page, { "content-type": "text/html; charset=utf-8", ...headers });
}

function token(provider, params) {
  const grant = params.grant_type;
  const request = params.client_id === CLIENT_ID && GRANTS[grant]?.(provider, params);
  if (!request) return answer(400, JSON.stringify({ error: "invalid_grant" }), JSON_TYPE);
  const [accessToken, refreshToken] = [random(), random()];
  provider.accessTokens.set(accessToken, request);
  const tokens = {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: LIFETIME,
    scope: request.scope,
    id_token: idToken(provider, request, grant, accessToken),
  };
  if (grant === "authorization_code") {
    provider.refreshTokens.set(refreshToken, request);
    tokens.refresh_token = refreshToken;
  }
  return provider.bend("tokenResponse", tokens, { grant });
}

// Grant → the authorization request that it goes back to, if it holds.
const GRANTS = {
  // RFC 6749 §4.1.3, RFC 7636 §4.6
  authorization_code({ codes }, { code, code_verifier, redirect_uri }) {
    const request = codes.get(code);
    codes.delete(code);
    return s256(code_verifier ?? "") === request?.code_challenge && redirect_uri === request.redirect_uri && request;
  },
  // RFC 6749 §6
  refresh_token: ({ refreshTokens }, { refresh_token }) => refreshTokens.get(refresh_token),
};

// OpenID Connect Core §2, §12.2 (no nonce in a renewed one)
function idToken({ origin, keys, quirks, bend }, { nonce }, grant, accessToken) {
  const now = Math.floor(Date.now() / 1000);
  const honest = {
    iss: origin,
    sub: PERSON.sub,
    aud: CLIENT_ID,
    iat: now,
    exp: now + LIFETIME,
    nonce: grant === "refresh_token" ? undefined : nonce,
    at_hash: createHash("sha256").update(accessToken).digest().subarray(0, 16).toString("base64url"),
  };
  const key = typeof quirks.signWith === "object" ? quirks.signWith : keys.rsa;
  const signer = typeof quirks.signWith === "function" ? quirks.signWith : key.sign;
  const parts = [bend("header", { alg: key.jwk.alg, kid: key.jwk.kid, typ: "JWT" }), bend("claims", honest, { grant })];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${input}.${signer(Buffer.from(input)).toString("base64url")}`;
}

// OpenID Connect Core §5.3; the token is taken from the header only.
function userinfo({ accessTokens, bend }, _params, headers) {
  const request = accessTokens.get(/^Bearer (\S+)$/.exec(headers.authorization)?.[1]);
  if (!request) return answer(401, "", { "www-authenticate": 'Bearer error="invalid_token"' });
  const names = request.scope.split(" ").flatMap((scope) => CLAIMS_BY_SCOPE[scope] ?? []);
  return bend("userinfo", Object.fromEntries(names.map((name) => [name, PERSON[name]])));
}

// RP-Initiated Logout §2, §3
function logout({ logoutUris, bend }, params) {
  const target = params.post_logout_redirect_uri;
  if (params.client_id !== CLIENT_ID || !logoutUris.includes(target)) return answer(400, "No such client");
  const back = new URL(target);
  const { state } = bend("logout", { state: params.state });
  if (state !== undefined) back.searchParams.set("state", state);
  return answer(303, "", { location: back.href });
}

function rsaKey(kid) {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid };
  return { jwk, sign: (input) => sign("sha256", input, privateKey) };
}

function ecKey(kid) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...publicKey.export({ format: "jwk" }), use: "sig", alg: "ES256", kid };
  return { jwk, sign: (input) => sign("sha256", input, { key: privateKey, dsaEncoding: "ieee-p1363" }) };
}

class Answer {
  constructor(status, body, headers) {
    Object.assign(this, { status, body, headers });
  }
}

function send(response, value) {
  const { status, body, headers } = value instanceof Answer ? value : answer(200, JSON.stringify(value), JSON_TYPE);
  response.writeHead(status, { ...CORS, ...headers });
  response.end(body);
}

function note({ method, headers }, url, form) {
  const noted = NOTED_HEADERS.filter((name) => name in headers).map((name) => [name, headers[name]]);
  return { method, path: url.pathname, query: url.search, headers: Object.fromEntries(noted), form };
}

const random = () => randomBytes(32).toString("base64url");
const s256 = (verifier) => createHash("sha256").update(verifier).digest("base64url");
const JSON_TYPE = { "content-type": "application/json" };
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (value) => value.replace(/[&<>"]/g, (character) => ENTITIES[character]);
