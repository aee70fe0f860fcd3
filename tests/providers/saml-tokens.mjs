// The back end of an app with a SAML door, as the demo has one. It believes no page: it verifies the response
// for itself, with gatepass/saml, and gives an access token of its own for it.
//
//   POST { samlResponse, inResponseTo } ── verify ── the first time? ──> { access_token, token_type, expires_in }
//
// Which sign-in the response answers is the page's to say: it has compared it with the one that began in its
// browser. A back end that keeps cookies would compare it with what it knows of that browser itself.

import { SignJWT, generateKeyPair, jwtVerify } from "jose";

const LIFETIME = 3600; // seconds
const MAX_BODY = 1024 * 1024; // bytes
const ALGORITHM = "ES256";

/**
 * `give(request, response)` is a Node request handler that answers as RFC 6749 §5 says, `verify(token)` resolves
 * with the claims of a token that was given here. `verifier` is one of `createVerifier`.
 */
export async function samlTokens({ verifier, issuer }) {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  const accepted = new Map(); // assertion → when nobody would accept it any more, milliseconds

  const token = async ({ samlResponse, inResponseTo }) => {
    const { user, assertionId, rememberUntil } = await verifier.verify(samlResponse, { inResponseTo });
    for (const [old, until] of accepted) if (until <= Date.now()) accepted.delete(old);
    if (accepted.has(assertionId)) throw new Error("replayed");
    accepted.set(assertionId, rememberUntil.getTime());
    const jwt = new SignJWT({ token_use: "access" }).setProtectedHeader({ alg: ALGORITHM });
    return jwt.setIssuer(issuer).setSubject(user.id).setIssuedAt().setExpirationTime(`${LIFETIME} s`).sign(privateKey);
  };

  return {
    issuer,
    async give(request, response) {
      try {
        const access_token = await token(JSON.parse(await body(request)));
        answer(response, 200, { access_token, token_type: "Bearer", expires_in: LIFETIME });
      } catch {
        answer(response, 400, { error: "invalid_grant" });
      }
    },
    verify: async (token) => (await jwtVerify(token, publicKey, { issuer, algorithms: [ALGORITHM], requiredClaims: ["exp", "sub"] })).payload,
  };
}

async function body(request) {
  const chunks = [];
  let left = MAX_BODY;
  for await (const chunk of request) {
    if ((left -= chunk.length) < 0) throw new Error("too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function answer(response, status, body) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
