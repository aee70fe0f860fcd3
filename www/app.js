// The demo page: one gatepass client, and a view of its snapshot.
//
//   createGatepass → ready() → snapshot → view → a button → a method → the snapshot changes → view
//
// What goes wrong is shown in one place, whether it came with the snapshot (a refused callback) or
// from a method that rejected.

import { createGatepass, isGatepassError } from "/gatepass/index.js";
import config, { demo } from "/config.js";
import { callApi } from "./api.js";
import { note } from "./life.js";
import { problemCard } from "./problem.js";
import { signedInView, signedOutView } from "./views.js";

// First of all: this takes an authorization response out of the address bar.
const gatepass = createGatepass(config);

const main = document.querySelector("#main");
const view = document.querySelector("#view");
const problem = document.querySelector("#problem");
const state = document.querySelector("#state");

const actions = {
  // Back to this very page, unless this page is the callback.
  signIn: () => attempt(() => gatepass.signIn(location.pathname === "/callback" ? { returnTo: "/" } : {}), actions.signIn),
  finishSignIn: () => attempt(() => gatepass.handleCallback(), actions.finishSignIn),
  signOut: () => attempt(() => gatepass.signOut(), actions.signOut),
  signOutHere: () => attempt(() => gatepass.signOut({ scope: "local" }), actions.signOutHere),
  // More than what is left, less than a token's whole life: renewed now.
  renew: () => attempt(() => gatepass.getAccessToken({ minValidity: secondsLeft() }), actions.renew),
  callApi: (put) => attempt(async () => put(await callApi(await gatepass.getAccessToken())), () => actions.callApi(put)),
  refuseOption: () => attempt(() => gatepass.signIn({ extraParams: { state: "mine" } }), actions.signIn),
};

document.querySelector("#refuse-option").addEventListener("click", actions.refuseOption);
await gatepass.ready();
show();
gatepass.subscribe(show);

function show() {
  const { snapshot } = gatepass;
  main.dataset.status = snapshot.status;
  main.dataset.stale = snapshot.stale ?? false;
  note(snapshot);
  if (snapshot.status === "loading") return;

  const signedIn = snapshot.status === "signedIn";
  state.textContent = signedIn ? "Signed in" : "Signed out";
  view.replaceChildren(signedIn ? signedInView(snapshot, actions) : signedOutView(snapshot, actions, links()));
  if (snapshot.error) showProblem(snapshot.error, snapshot.error.retryable ? actions.finishSignIn : actions.signIn);
  else problem.replaceChildren();
}

const secondsLeft = () => Math.max(0, (gatepass.snapshot.expiresAt - Date.now()) / 1000);

function links() {
  if (!demo.hostedPages) return { accounts: demo.accounts };
  return { signUp: gatepass.urls.signUp(), forgotPassword: gatepass.urls.forgotPassword() };
}

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
