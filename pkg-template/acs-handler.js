// gatepass/acs: the assertion consumer service on an edge or a server, which has no storage of the browser's:
//
//   POST ── readPost ─┬─ good ────> 200, one fixed page: its script keeps the response, then goes to the callback
//                     └─ refused ─> 303 to the callback, with the rule
//
// It judges nothing, keeps nothing and passes nothing on: the page at the callback does what it does after
// the worker.

import { callbackFor, readPost } from "./acs-form.js";
import { hash, script } from "./acs-script.js";
import { parseUrl } from "./arrival.js";
import { GatepassError } from "./errors.js";

const SITE = "https://site.invalid"; // stands for the origin, which a server need not know
const PRIVATE = { "cache-control": "no-store", "referrer-policy": "no-referrer" };
const PAGE = {
  ...PRIVATE,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
};
const NO_POST = { ...PRIVATE, "content-type": "text/plain; charset=utf-8", allow: "POST" };

export function createAcs({ callback = "/callback", ...others } = {}) {
  const [option] = Object.keys(others);
  if (option) throw new GatepassError("config_invalid", { option, rule: "unknown" });
  const url = parseUrl(callback, SITE);
  if (!/^https?:$/.test(url?.protocol)) throw new GatepassError("config_invalid", { option: "callback", rule: "malformed" });
  const address = url.origin === SITE ? url.href.slice(SITE.length) : url.href;

  return async (request) => {
    if (request.method !== "POST") return new Response("POST only\n", { status: 405, headers: NO_POST });
    const { refused, ...post } = await readPost(request);
    if (!refused) return new Response(page({ callback: address, ...post }), { headers: PAGE });
    return new Response(null, { status: 303, headers: { ...PRIVATE, location: callbackFor(address, refused) } });
  };
}

/** For node:http and Express. Nothing may have read the body before. */
export const forNode = (handler) => async (request, response) => {
  const answer = await handler(plain(request.method, request.headers, stream(request)));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(await answer.text());
};

/** For a Lambda function URL and API Gateway, payload format 2.0. */
export const forLambda = (handler) => async ({ requestContext, headers, body, isBase64Encoded }) => {
  const bytes = isBase64Encoded ? Uint8Array.from(atob(body), (character) => character.charCodeAt(0)) : body;
  const answer = await handler(plain(requestContext.http.method, headers, bytes));
  const answered = { statusCode: answer.status, headers: Object.fromEntries(answer.headers) };
  return { ...answered, body: await answer.text(), isBase64Encoded: false };
};

// Inert: a data block is never run, and "<" is what could end it.
const page = (values) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Signing in…</title>
<p>Signing in…</p>
<noscript><p>Please allow scripts for this site, and sign in again.</p></noscript>
<script type="application/json" id="saml">${JSON.stringify(values).replaceAll("<", "\\u003c")}</script>
<script>${script}</script>
`;

// Method, type and body are all that a handler looks at. Some methods (TRACE) are none to `Request`:
// whatever is no POST is refused alike.
function plain(method, headers, body) {
  if (method !== "POST") return new Request(SITE);
  const type = { "content-type": headers["content-type"] ?? "" };
  return new Request(SITE, { method, headers: type, body, duplex: "half" });
}

/** The body of a Node request, read only as fast as it is asked for. */
function stream(request) {
  const chunks = request.iterator({ destroyOnReturn: false });
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      // The rest goes by unread: a sender that is cut off would not hear the answer.
      async cancel() {
        await chunks.return();
        request.resume();
      },
    },
    { highWaterMark: 0 },
  );
}
