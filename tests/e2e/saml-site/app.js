// The page of the SAML tests: one client on `window.auth`, and what it told the app.
//
// A test says how the page is to be in `window.harness`, set by an init script before anything else:
//   saml     joins the site's `saml` section
//   options  joins the site's configuration
//   front    asks for the package's front, which has both doors, instead of gatepass/saml
//   stay     keeps the address of the redirect URI instead of going to `returnTo`
//   manual   leaves `ready()` to the test
//   beacon   asks for /beacon as soon as there is a client, as an app's analytics would
//   second   configures another client, `window.other`, as the first one but for this; with `cognito: true` by the
//            site's `cognito` instead. `secondFirst`: it is made first

import siteConfig from "/config.js";

const { saml, options, front, stay, manual, beacon, second, secondFirst } = window.harness ?? {};
const { cognito, ...config } = siteConfig;
const gatepass = await import(front ? "/gatepass/index.js" : "/gatepass/saml.js");

window.gatepass = gatepass;
window.log = [];
window.callbacks = [];
window.config = {
  ...config,
  ...options,
  saml: { ...config.saml, ...saml, sp: { ...config.saml.sp, ...saml?.sp } },
  onLog: (entry) => log.push(entry),
  ...(stay && { onCallback: (result) => callbacks.push(result) }),
};
const { sp } = window.config.saml;
// As an app does it: ten lines on its back end hold the key.
if (sp.sign) sp.sign = async (octets) => (await fetch("/api/sign", { method: "POST", body: octets })).arrayBuffer();
const { saml: _, ...common } = window.config;
const makeSecond = () => {
  if (second) window.other = gatepass.createGatepass(second.cognito ? { ...common, ...second, cognito } : { ...window.config, ...second });
  if (second && !manual) other.ready();
};
if (secondFirst) makeSecond();
window.auth = gatepass.createGatepass(window.config);
if (beacon) fetch("/beacon");

window.snapshots = [];
auth.subscribe(() => snapshots.push(auth.snapshot));
if (!manual) auth.ready();
if (!secondFirst) makeSecond();
