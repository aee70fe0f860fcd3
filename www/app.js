// The demo page: two gatepass clients, one for each door, and a view of their snapshots.
//
//   createGatepass ×2 → ready() → snapshots → view → a button → a method → a snapshot changes → view
//
// Both doors come back to `/callback`, and each takes only its own response. What goes wrong is shown in
// one place, whether it came with a snapshot (a refused callback) or from a method that rejected.

import { createGatepass, isGatepassError } from "/gatepass/index.js";
import config, { demo } from "/config.js";
import { callApi } from "./api.js";
import { cognitoView } from "./cognito.js";
import { h } from "./dom.js";
import { doorsView } from "./doors.js";
import { note } from "./life.js";
import { problemCard } from "./problem.js";
import { prepareRefusals } from "./refusals.js";
import { samlView } from "./saml.js";

const { cognito, saml, ...common } = config;

// First of all: these take a response out of the address bar.
const doors = {
  cognito: open("cognito", { cognito }),
  saml: open("saml", { name: "saml", saml }),
};
const all = Object.values(doors);

const views = { cognito: cognitoView, saml: samlView };
const titles = { cognito: "Cognito", saml: "SAML" };

const main = document.querySelector("#main");
const view = document.querySelector("#view");
const problem = document.querySelector("#problem");
const state = document.querySelector("#state");

const actions = { cognito: actionsOf(doors.cognito), saml: actionsOf(doors.saml) };
prepareRefusals(
  {
    state: () => attempt(() => doors.cognito.signIn({ extraParams: { state: "mine" } }), actions.cognito.signIn),
    key: () => attempt(() => open("key", { name: "key", saml: withKey(saml) }).signIn(), actions.saml.signIn),
  },
  saml,
);
let shown; // the door of the pass that is, or was, in view
await Promise.all(all.map((gatepass) => gatepass.ready()));
show();
for (const gatepass of all) gatepass.subscribe(show);

/** A client; who comes back by it is shown first, if somebody is signed in by the other one too. */
function open(door, options) {
  const onCallback = ({ returnTo }) => history.replaceState({ door }, "", returnTo);
  return createGatepass({ ...common, ...options, onCallback });
}

function actionsOf(gatepass) {
  // More than what is left, less than a token's whole life: renewed now.
  const secondsLeft = () => Math.max(0, (gatepass.snapshot.expiresAt - Date.now()) / 1000);
  const actions = {
    // Back to this very page, unless this page is the callback.
    signIn: () => attempt(() => gatepass.signIn(location.pathname === "/callback" ? { returnTo: "/" } : {}), actions.signIn),
    finishSignIn: () => attempt(() => gatepass.handleCallback(), actions.finishSignIn),
    signOut: () => attempt(() => gatepass.signOut(), actions.signOut),
    signOutHere: () => attempt(() => gatepass.signOut({ scope: "local" }), actions.signOutHere),
    renew: () => attempt(() => gatepass.getAccessToken({ minValidity: secondsLeft() }), actions.renew),
    callApi: (put) => attempt(async () => put(await callApi(await gatepass.getAccessToken())), () => actions.callApi(put)),
  };
  return actions;
}

function show() {
  note(doors.cognito.snapshot);
  if (all.some(({ snapshot }) => snapshot.status === "loading")) return;

  const here = Object.keys(doors).filter((door) => doors[door].snapshot.status === "signedIn");
  const latest = history.state?.door;
  const door = here.includes(latest) ? latest : here[0];
  const snapshot = doors[door]?.snapshot;
  shown = door ?? shown;
  main.dataset.status = door ? "signedIn" : "signedOut";
  main.dataset.via = door ?? "";
  main.dataset.stale = snapshot?.stale ?? false;
  state.textContent = door ? `Signed in with ${titles[door]}` : "Signed out";
  const others = here.filter((other) => other !== door);
  view.replaceChildren(...(door ? [...others.map(also), views[door](snapshot, actions[door])] : [nobody()]));

  const failed = Object.keys(doors).find((door) => doors[door].snapshot.error);
  if (failed) {
    const { error } = doors[failed].snapshot;
    showProblem(error, error.retryable ? actions[failed].finishSignIn : actions[failed].signIn);
  } else {
    problem.replaceChildren();
  }
}

/** Somebody is signed in by both doors: one is shown, the other offered. */
function also(other) {
  const turn = () => {
    history.replaceState({ door: other }, "");
    show();
  };
  const change = h("button", { type: "button", id: "other-door", class: "link", onclick: turn }, "Show that pass");
  return h("p", { class: "also" }, `You are signed in with ${titles[other]} as well. `, change);
}

function nobody() {
  const reasons = [doors[shown], ...all].map((gatepass) => gatepass?.snapshot.reason ?? "never");
  const signIn = { cognito: actions.cognito.signIn, saml: actions.saml.signIn };
  return doorsView(reasons.find((reason) => reason !== "never") ?? "never", signIn, links(), {
    start: saml.idp.singleSignOn,
    person: demo.samlPerson,
  });
}

function links() {
  if (!demo.hostedPages) return { accounts: demo.accounts };
  const { urls } = doors.cognito;
  return { signUp: urls.signUp(), forgotPassword: urls.forgotPassword() };
}

const withKey = ({ sp, ...rest }) => ({ ...rest, sp: { ...sp, privateKey: "-----BEGIN PRIVATE KEY-----" } });

/** Runs `action`; a rejection is shown with a button that runs `again`. */
async function attempt(action, again) {
  problem.replaceChildren();
  try {
    await action();
  } catch (error) {
    showProblem(error, again);
  }
}

function showProblem(error, again) {
  if (!isGatepassError(error)) throw error;
  problem.replaceChildren(problemCard(error, again));
  problem.querySelector("h2").focus();
}
