// The form that an identity provider lets the browser post (SAML bindings §3.5.4), read by the service
// worker and by the handlers on servers alike:
//
//   POST ── type ── body, bounded ── fields ──> { response, relayState }
//             └──────────┴─────────────┴──────> { refused: the rule }
//
// Whoever posts is not known yet. Nothing here throws, logs or looks into the response.

import { HANDLE } from "./hand-over.js";

const TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const MAX_FIELD = Math.floor((512 * 1024) / 3) * 4 + 32 * 1024; // characters, as the core's MAX_FIELD: up to here it is the judge
const MAX_BODY = 3 * MAX_FIELD; // bytes: every character may be percent-encoded
const MAX_RELAY_STATE = 80; // bytes (SAML bindings §3.5.3)

/** What was posted. The rule of a refusal is `content_type`, `too_large`, `repeated` or `no_response`. */
export async function readPost(request) {
  if (!TYPE.test(request.headers.get("content-type"))) return refused("content_type");
  // A body that breaks off holds no response.
  const body = await read(request).catch(() => "");
  if (body === undefined) return refused("too_large");
  const form = new URLSearchParams(body);
  const [response, again] = form.getAll("SAMLResponse");
  const [relayState, another] = form.getAll("RelayState");
  if (again !== undefined || another !== undefined) return refused("repeated");
  if (!response) return refused("no_response");
  if (response.length > MAX_FIELD) return refused("too_large");
  const isUsable = relayState && size(relayState) <= MAX_RELAY_STATE;
  return { response, relayState: isUsable ? relayState : undefined };
}

/** The address of the callback, with a handle or the rule of a refusal in its query. */
export function callbackFor(callback, value) {
  const [address, ...fragment] = callback.split("#");
  const query = `${address.includes("?") ? "&" : "?"}${HANDLE}=${value}`;
  return [address + query, ...fragment].join("#");
}

/** The body as text, or undefined when it is too large. The first read begins at once: some browsers let go of a body early. */
async function read(request) {
  if (!request.body) {
    // Firefox has no stream.
    const text = await request.text();
    return size(text) > MAX_BODY ? undefined : text;
  }
  const reader = request.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let left = MAX_BODY;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    if ((left -= value.length) < 0) return void reader.cancel().catch(() => {});
    text += decoder.decode(value, { stream: true });
  }
}

const refused = (rule) => ({ refused: rule });
const size = (text) => new TextEncoder().encode(text).length;
