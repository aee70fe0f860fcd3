// The page of the systems' tests, which people may look at: one client on `window.auth`, and who it says is there.
// Looks and helpers are those of www/.
//
//   createGatepass → ready() → snapshots ─┬─ signed out ─> a button
//                                         ├─ signed in ──> who it is, groups, roles, attributes or claims
//                                         └─ an error ───> sentence, code, rule
//
// The site's `demo` says what the page is called: `app`, and the system that signs people in, `system`.
//
// A test says how the page is to be in `window.harness`, set by an init script before anything else:
//   saml     joins the site's `saml` section
//   options  joins the site's configuration
//   stay     keeps the address of the redirect URI instead of going to `returnTo`
//   manual   leaves `ready()` to the test
//   beacon   asks for /beacon as soon as there is a client, as an app's analytics would

import * as gatepass from "/gatepass/index.js";
import config, { demo } from "/config.js";
import { button, facts, h, table } from "./dom.js";
import { pass } from "./pass.js";
import { problemCard } from "./problem.js";

const { saml, options, stay, manual, beacon } = window.harness ?? {};
const { app = "gatepass", system = "the identity provider" } = demo;
const [main, view, problem, state, brand] = ["main", "view", "problem", "state", "app"].map((id) => document.getElementById(id));

window.gatepass = gatepass;
window.log = [];
window.callbacks = [];
window.config = {
  ...config,
  ...options,
  ...(config.saml && { saml: { ...config.saml, ...saml, sp: { ...config.saml.sp, ...saml?.sp } } }),
  onLog: (entry) => log.push(entry),
  ...(stay && { onCallback: (result) => callbacks.push(result) }),
};
window.auth = gatepass.createGatepass(window.config);
if (beacon) fetch("/beacon");
window.snapshots = [];

document.title = brand.textContent = app;
auth.subscribe(() => {
  snapshots.push(auth.snapshot);
  show(auth.snapshot);
});
if (!manual) auth.ready();

const signIn = () => auth.signIn(location.pathname === "/callback" ? { returnTo: "/" } : {}).catch(showProblem);
const signOut = () => auth.signOut().catch(showProblem);

function show({ status, error, ...snapshot }) {
  if (status === "loading") return;
  const isIn = status === "signedIn";
  main.dataset.status = status;
  state.textContent = isIn ? "Signed in" : "Signed out";
  view.replaceChildren(isIn ? somebody(snapshot) : nobody());
  problem.replaceChildren(...(error ? [problemCard(error, signIn)] : []));
}

function showProblem(error) {
  problem.replaceChildren(problemCard(error, signIn));
}

function nobody() {
  const lead = h("p", { class: "lead" }, `${system} knows who you are. You come straight back.`);
  return h(
    "div",
    { class: "pass" },
    h("div", { class: "body" }, h("h1", {}, `Sign in to ${app}`), lead),
    h("div", { class: "stub" }, button("Sign in", signIn, { id: "sign-in" }), h("p", { class: "fine" }, `with ${system}`)),
  );
}

function somebody(snapshot) {
  const { id, issuer, roles, attributes, claims, principal, isAdmin } = snapshot.user;
  const known = principal && { "Known there as": h("code", {}, principal.name ?? "nobody"), Administrator: { true: "yes", false: "no" }[isAdmin] };
  const more = { ...known, Roles: roles.join(", ") || "none", Id: h("code", {}, id), Issuer: h("code", {}, issuer) };
  const said = Object.entries(snapshot.via === "oidc" ? claims : attributes);
  const card = { class: "card", id: "attributes" };
  return h(
    "div",
    { class: "stack" },
    pass(snapshot, more, [button("Sign out", signOut, { id: "sign-out" })]),
    config.aws && awsCard(),
    h("section", card, h("h2", {}, `What ${system} says`), said.length ? table(said.map(row)) : h("p", {}, "Nothing besides.")),
  );
}

/** The credentials, but for what makes them work. */
function awsCard() {
  const place = h("div", { id: "credentials" });
  const show = ({ accessKeyId, identityId, expiration }) =>
    place.replaceChildren(facts({ "Access key": h("code", {}, accessKeyId), Identity: h("code", {}, identityId), "Valid until": expiration.toLocaleTimeString() }));
  const get = () => auth.awsCredentials().then(show, showProblem);
  return h("section", { class: "card" }, h("h2", {}, "AWS credentials"), place, button("Get credentials", get, { id: "get-credentials" }));
}

const row = ([name, value]) => [h("code", {}, name), readable(value)];

function readable(value) {
  if (Array.isArray(value)) return value.join(", ");
  return value instanceof Object ? h("code", {}, JSON.stringify(value)) : String(value);
}
