// The one script of the hand-over page, where a server is the assertion consumer service. build.mjs makes
// acs-script.js of it. It does in the page what the worker does without one:
//
//   <script id="saml"> ── keep ──> IndexedDB
//           └── replace ──> /callback?saml_handle=…      (no history entry: nobody comes back to a POST)

import { callbackFor } from "./acs-form.js";
import { keep } from "./hand-over.js";

const { callback, ...post } = JSON.parse(document.getElementById("saml").textContent);
keep(post)
  .catch((rule) => rule)
  .then((value) => location.replace(callbackFor(callback, value)));
