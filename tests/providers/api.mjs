// A protected API, as the demo calls it: the back end's view of gatepass. It trusts nothing that the
// page says and checks the access token itself, with a JWT library that shares no code with gatepass.

import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from "jose";

/**
 * A Node request handler for `GET /api/me` with `Authorization: Bearer <access token>`.
 *
 * 200 `{ sub, scope, checkedBy }`, or 401 `{ error, reason }`; no reason holds any part of a token. `own`, of
 * `samlTokens`, knows the tokens that this back end has given itself.
 */
export function protectedApi({ issuer, jwksUri, clientId }, own) {
  const keys = createRemoteJWKSet(new URL(jwksUri));
  const judge = (token) =>
    own && decodeJwt(token).iss === own.issuer ? own.verify(token) : verify(token, keys, { issuer, clientId });
  return async (request, response) => {
    try {
      const claims = await judge(bearer(request));
      answer(response, 200, { sub: claims.sub, scope: claims.scope, checkedBy: "jose" });
    } catch (error) {
      if (error instanceof Refusal || isTokenError(error)) {
        answer(response, 401, { error: "invalid_token", reason: error.message });
      } else {
        answer(response, 503, { error: "keys_unreachable", reason: "the provider's key set cannot be read" });
      }
    }
  };
}

class Refusal extends Error {}

function bearer(request) {
  const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (!token) throw new Refusal("no bearer token in the Authorization header");
  return token;
}

async function verify(token, keys, { issuer, clientId }) {
  const { payload } = await jwtVerify(token, keys, { issuer, algorithms: ["RS256"], requiredClaims: ["exp", "sub"] });
  // A user pool's access token has no `aud`; Cognito's `token_use` and `client_id` take its place.
  if (payload.token_use !== "access") throw new Refusal('"token_use" is not "access"');
  if (payload.client_id !== clientId) throw new Refusal('"client_id" is another client');
  return payload;
}

// jose reports a key set that cannot be had with the same class, but that is not the token's fault.
const KEY_SET_ERRORS = ["ERR_JOSE_GENERIC", "ERR_JWKS_INVALID", "ERR_JWKS_TIMEOUT"];
const isTokenError = (error) => error instanceof errors.JOSEError && !KEY_SET_ERRORS.includes(error.code);

function answer(response, status, body) {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  if (status === 401) headers["www-authenticate"] = 'Bearer error="invalid_token"';
  response.writeHead(status, headers);
  response.end(JSON.stringify(body));
}
