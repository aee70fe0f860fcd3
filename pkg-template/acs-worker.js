// The assertion consumer service as a service worker: a static site can be a SAML service provider.
// build.mjs makes pkg/acs.js of it and puts the VERSION in: one file, served from the site itself.
//
//   the identity provider's page ── POST /saml/acs ──> this worker ── keep ──> IndexedDB
//                                                           └── 303 ──> /callback?saml_handle=…
//
// Its addresses are in its own: `acs.js?acs=/saml/acs&callback=/callback`. It fetches nothing, passes
// nothing on, and leaves every other request alone.

import { callbackFor, readPost } from "./acs-form.js";
import { parseUrl } from "./arrival.js";
import { keep } from "./hand-over.js";

const acs = own("acs");
const callback = own("callback");

addEventListener("install", () => skipWaiting());

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method === "POST" && mode === "navigate" && acs && callback && place(new URL(url)) === place(acs)) {
    event.respondWith(answer(event.request));
  }
});

// For whoever debugs: an older worker may still be at work.
addEventListener("message", ({ data, ports }) => {
  if (data?.gatepass === "version") ports[0]?.postMessage(VERSION);
});

async function answer(request) {
  const { refused, ...post } = await readPost(request);
  const value = refused ?? (await keep(post).catch((rule) => rule));
  return Response.redirect(callbackFor(callback.href, value), 303);
}

/** An address of this origin out of the worker's own address, or undefined. */
function own(name) {
  const address = new URLSearchParams(location.search).get(name);
  const url = address ? parseUrl(address, location.origin) : undefined;
  return url?.origin === location.origin ? url : undefined;
}

const place = ({ origin, pathname, search }) => origin + pathname + search;
