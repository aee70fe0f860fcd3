// The login page of our oidc-provider: one form, the same field ids as the Cognito emulator's page,
// so that one end-to-end helper signs in at either. The package's own development page would fetch
// a font from the Internet.
//
//   GET /login/:uid → the form → POST /login/:uid → signed in
//                            └─ GET /login/:uid/cancel → error=access_denied

import { text } from "node:stream/consumers";

/** A Node request handler for everything under `/login/`. */
export function loginPage(provider) {
  return async (request, response) => {
    try {
      const { uid, params } = await provider.interactionDetails(request, response);
      if (request.url.endsWith("/cancel")) {
        await provider.interactionFinished(request, response, CANCELLED);
      } else if (request.method === "POST") {
        const form = new URLSearchParams(await text(request));
        await provider.interactionFinished(request, response, { login: { accountId: form.get("username") } });
      } else {
        response.writeHead(200, HEADERS).end(page(uid, params.login_hint ?? ""));
      }
    } catch (error) {
      response.writeHead(400, HEADERS).end(escape(error.message));
    }
  };
}

const CANCELLED = { error: "access_denied", error_description: "The person cancelled the sign-in" };
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
};

const page = (uid, loginHint) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in</title>
<style>body { font: 1rem sans-serif; max-width: 20rem; margin: 4rem auto } input { width: 100% }</style>
<h1>Sign in</h1>
<form method="post" action="/login/${uid}">
  <p><label for="username">Username</label> <input id="username" name="username" required value="${escape(loginHint)}">
  <p><label for="password">Password</label> <input id="password" name="password" type="password" required>
  <p><button type="submit">Sign in</button> <a id="cancel" href="/login/${uid}/cancel">Cancel</a>
</form>
`;

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (value) => value.replace(/[&<>"]/g, (character) => ENTITIES[character]);
