// The certified OpenID provider `oidc-provider` (npm), on Cognito's paths and with Cognito's claims.
// It shows what the emulator cannot: rotation of refresh tokens with reuse detection, revocation,
// single sign-on with `prompt=none`, the response parameter `iss`, a cancelled sign-in.
//
//   request → noted in `requests` → /logout or /login, ours → everything else, the provider's
//                                                             (refresh requests through faults.mjs)
//
// Keys are made at every start and kept nowhere.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import { refreshEndpoint } from "./faults.mjs";
import { listen } from "./listen.mjs";
import { loginPage } from "./login-page.mjs";

const CLIENT_ID = "gatepass-e2e";
// Cognito's paths.
const ROUTES = {
  authorization: "/oauth2/authorize",
  token: "/oauth2/token",
  revocation: "/oauth2/revoke",
  userinfo: "/oauth2/userInfo",
  end_session: "/logout",
  jwks: "/.well-known/jwks.json",
};
const DEFAULT_API = "https://api.gatepass.example";

// Whose presence or value a test asserts on; a credential is only ever noted as present.
const NOTED_HEADERS = [
  "access-control-request-headers",
  "access-control-request-method",
  "content-type",
  "origin",
  "referer",
  "sec-fetch-dest",
  "sec-fetch-mode",
  "sec-fetch-site",
];
const NOTED_CREDENTIALS = ["authorization", "cookie"];

/**
 * Starts the provider on `http://localhost:port`. Any user name with any password signs in; the
 * user name becomes `sub`.
 *
 * `requests` grows by `{ method, path, query, headers }` with every request that arrives; `status`
 * joins when it has been answered.
 *
 * `ttl` replaces lifetimes, in seconds; `revokes: "token"` lets a revocation end the named token
 * alone, not its whole family; `rotates: false` leaves refresh tokens as they are, `renewable: false`
 * issues none. `refreshes` is the hold on refresh requests that faults.mjs describes. `routes` and `claims` are another
 * system's: its paths by oidc-provider's names, and for each of its scopes the claims, `{ scope: { name: value } }`;
 * `userInfoInIdToken: false` leaves what scopes ask for to the userinfo endpoint (OpenID Connect Core §5.4), which
 * takes only access tokens that are `opaque`.
 */
export async function startOidcProvider({
  port = 4578, redirectUris, logoutUris, ttl, revokes = "family", rotates = true, renewable = true, routes: moreRoutes, claims = {}, userInfoInIdToken = true, opaque = false,
}) {
  const routes = { ...ROUTES, ...moreRoutes };
  const origin = `http://localhost:${port}`;
  const provider = await quietly(async () => {
    const { Provider } = await import("oidc-provider");
    const shape = { routes, claims, userInfoInIdToken, opaque };
    return new Provider(origin, await configuration({ redirectUris, logoutUris, ttl, revokes, rotates, renewable, shape }));
  });

  const requests = [];
  const { handle, refreshes } = refreshEndpoint(provider.callback(), { path: routes.token, rotates });
  const login = loginPage(provider);
  const server = createServer((request, response) => {
    const url = new URL(request.url, origin);
    const noted = note(request, url);
    requests.push(noted);
    response.once("finish", () => (noted.status = response.statusCode));
    if (isCognitoLogout(request, url)) logout(url, response, logoutUris);
    else if (url.pathname.startsWith("/login/")) login(request, response);
    else handle(request, response);
  });
  const stop = await listen(server, port, "oidc-provider");

  return {
    origin,
    issuer: origin,
    clientId: CLIENT_ID,
    jwksUri: origin + routes.jwks,
    requests,
    refreshes,

    /** Whether a refresh token would be accepted. Asking does not use it. */
    async lives(refreshToken) {
      const token = await provider.RefreshToken.find(refreshToken);
      return Boolean(token && !token.consumed);
    },

    /** Ends a refresh token, as an administrator does. */
    async revoke(refreshToken) {
      await (await provider.RefreshToken.find(refreshToken)).destroy();
    },

    stop,
  };
}

async function configuration({ redirectUris, logoutUris, ttl, revokes, rotates, renewable, shape }) {
  const { routes, claims, userInfoInIdToken, opaque } = shape;
  // Two keys as in a user pool: one signs ID tokens, the other access tokens.
  const [idTokenKey, accessTokenKey] = await Promise.all([signingKey(), signingKey()]);
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        // Not "native": prompt=none would then be answered with interaction_required.
        application_type: "web",
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        redirect_uris: redirectUris,
        post_logout_redirect_uris: logoutUris,
        require_auth_time: true,
      },
    ],
    routes,
    jwks: { keys: [idTokenKey, accessTokenKey] },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    interactions: { url: (_ctx, interaction) => `/login/${interaction.uid}` },
    pkce: { required: () => true },
    clientBasedCORS: () => true,
    rotateRefreshToken: rotates,
    issueRefreshToken: async (_ctx, client) => renewable && client.grantTypeAllowed("refresh_token"),
    expiresWithSession: () => false, // Cognito's refresh tokens outlive the person's session

    // Cognito has no consent page: a grant of what was asked for is there from the start.
    loadExistingGrant: (ctx) => loadExistingGrant(ctx, ["openid", "email", "profile", ...Object.keys(claims)].join(" ")),
    findAccount: (_ctx, accountId) => account(accountId, Object.assign({}, ...Object.values(claims))),
    scopes: ["openid", "offline_access", ...Object.keys(claims)],
    claims: {
      openid: ["sub", "cognito:username", "cognito:groups", "token_use"],
      email: ["email", "email_verified"],
      profile: ["name"],
      ...Object.fromEntries(Object.entries(claims).map(([scope, values]) => [scope, Object.keys(values)])),
    },
    conformIdTokenClaims: !userInfoInIdToken,
    extraTokenClaims: (_ctx, token) => ({ token_use: "access", username: token.accountId }),

    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: revocation(revokes) },
      userinfo: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      // Cognito's access tokens are always JWTs; here that takes a resource, named or not.
      resourceIndicators: {
        enabled: !opaque,
        defaultResource: (_ctx, _client, oneOf) => oneOf?.[0] ?? DEFAULT_API,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => ({
          scope: "openid email profile",
          audience: resource,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256", kid: accessTokenKey.kid } },
        }),
      },
    },
    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 300,
      Grant: 86400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 86400,
      Session: 3600,
      ...ttl,
    },
    renderError(ctx, { error, error_description: description }) {
      ctx.type = "json";
      ctx.body = { error, error_description: description };
    },
  };
}

// RFC 7009 §2.1 leaves it to the provider what else ends with a token. The library asks this before
// it takes the whole family along.
const revocation = (revokes) => async (_ctx, client, token) => {
  if (token.clientId !== client.clientId) return false;
  if (revokes === "family") return true;
  await token.destroy();
  return false;
};

async function signingKey() {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  // Standard base64 with its `+`, `/` and `=`, as Cognito's key ids are.
  return { ...(await exportJWK(privateKey)), use: "sig", alg: "RS256", kid: randomBytes(32).toString("base64") };
}

async function loadExistingGrant({ oidc }, scope) {
  const { Grant } = oidc.provider;
  const known = await Grant.find(oidc.session.grantIdFor(oidc.client.clientId) ?? "none");
  const grant = known ?? new Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
  grant.addOIDCScope(scope);
  for (const resource of Object.keys(oidc.resourceServers)) grant.addResourceScope(resource, "openid email profile");
  await grant.save();
  return grant;
}

function account(accountId, more) {
  const claims = {
    sub: accountId,
    email: accountId.includes("@") ? accountId : `${accountId}@example.com`,
    email_verified: true,
    name: "Oidc Person",
    "cognito:username": accountId,
    "cognito:groups": ["engineers"],
    token_use: "id",
    ...more,
  };
  return { accountId, claims: () => claims };
}

// Cognito's `/logout` is not OpenID Connect's: it takes `client_id` and `logout_uri` and asks nothing.
const isCognitoLogout = (request, url) =>
  request.method === "GET" && url.pathname === "/logout" && url.searchParams.has("logout_uri");

function logout(url, response, logoutUris) {
  const target = url.searchParams.get("logout_uri");
  if (url.searchParams.get("client_id") !== CLIENT_ID || !logoutUris.includes(target)) {
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: "invalid_request" }));
    return;
  }
  const ended = ["_session", "_session.sig"].map((name) => `${name}=; path=/; max-age=0; httponly; samesite=lax`);
  response.writeHead(302, { location: target, "set-cookie": ended, "cache-control": "no-store" });
  response.end();
}

function note({ method, headers }, url) {
  const noted = NOTED_HEADERS.filter((name) => name in headers).map((name) => [name, headers[name]]);
  const present = NOTED_CREDENTIALS.filter((name) => name in headers).map((name) => [name, "(present)"]);
  return { method, path: url.pathname, query: url.search, headers: Object.fromEntries([...noted, ...present]) };
}

// The package warns at every start that its in-memory store is for development, which this is.
async function quietly(make) {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await make();
  } finally {
    console.warn = warn;
  }
}
