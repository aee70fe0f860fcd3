// The page of the end-to-end tests: one client on `window.auth`, and what it told the app.
//
// A test says how the page is to be in `window.harness`, set by an init script before anything else:
//   options  joins the site's configuration
//   stay     keeps the address of the redirect URI instead of going to `returnTo`
//   manual   leaves `ready()` to the test
//   beacon   asks for /beacon as soon as there is a client, as an app's analytics would

import * as gatepass from "/gatepass/index.js";
import config from "/config.js";

const { options, stay, manual, beacon } = window.harness ?? {};

window.gatepass = gatepass;
window.log = [];
window.callbacks = [];
window.config = {
  ...config,
  ...options,
  onLog: (entry) => log.push(entry),
  ...(stay && { onCallback: (result) => callbacks.push(result) }),
};
window.auth = gatepass.createGatepass(window.config);
if (beacon) fetch("/beacon");

window.snapshots = [];
auth.subscribe(() => snapshots.push(auth.snapshot));
if (!manual) auth.ready();
