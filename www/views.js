// What the page shows of a snapshot: the empty pass of somebody signed out, the filled one of
// somebody signed in.

import { countdown } from "./countdown.js";
import { facts, h } from "./dom.js";
import { lifeCard } from "./life.js";

/** `links` has the hosted pages' addresses, or the `accounts` of a pool that has no such pages. */
export function signedOutView({ reason }, { signIn }, { signUp, forgotPassword, accounts }) {
  return h(
    "div",
    { class: "pass" },
    h(
      "div",
      { class: "body" },
      h("p", { class: "eyebrow" }, GREETINGS[reason]),
      h("h1", {}, "Sign in, without a back end"),
      h(
        "p",
        { class: "lead" },
        "The button opens Amazon Cognito’s login page. You come back with a session that this page has checked itself: ",
        "signature, issuer, audience, nonce and expiry.",
      ),
      accounts && accountList(accounts),
    ),
    h(
      "div",
      { class: "stub" },
      h("button", { type: "button", id: "sign-in", onclick: ({ currentTarget }) => busy(currentTarget, signIn) }, "Sign in"),
      signUp && h("a", { href: signUp }, "Create an account"),
      forgotPassword && h("a", { href: forgotPassword }, "Forgot your password?"),
      h("p", { class: "fine" }, "Authorization code, PKCE, state and nonce. Always."),
    ),
  );
}

const GREETINGS = {
  never: "Nobody is signed in",
  signed_out: "You have signed out",
  expired: "Your session has ended",
  revoked: "The provider has ended your session",
  elsewhere: "You have signed out in another tab",
};

const accountList = (accounts) =>
  h(
    "div",
    { class: "accounts" },
    h("p", {}, "Accounts of this demo"),
    h("ul", {}, accounts.map(({ name, password }) => h("li", {}, h("code", {}, name), " ", h("code", {}, password)))),
  );

/** The pass, the session's life, the API and the claims. */
export function signedInView(snapshot, actions) {
  const { user, expiresAt } = snapshot;
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "pass" }, identity(user), sessionStub(expiresAt, actions)),
    lifeCard(snapshot, { ...actions, busy }),
    h("div", { class: "columns" }, apiCard(actions), claimsCard(user)),
  );
}

function identity({ id, name, email, emailVerified, groups }) {
  return h(
    "div",
    { class: "body" },
    h(
      "div",
      { class: "person" },
      h("span", { class: "avatar", "aria-hidden": "true" }, initials(name ?? email ?? id)),
      h(
        "div",
        {},
        h("p", { class: "eyebrow" }, "Signed in as"),
        h("h1", { id: "user-name" }, name ?? email ?? id),
        email && h("p", { class: "email" }, email, emailVerified && h("span", { class: "verified" }, "verified")),
      ),
    ),
    facts({
      Groups: groups.length > 0 ? chips(groups) : "none",
      "User id": h("code", {}, id),
    }),
  );
}

const chips = (words) => h("span", { class: "chips" }, words.map((word) => h("span", { class: "chip" }, word)));

function sessionStub(expiresAt, { signOut, signOutHere }) {
  return h(
    "div",
    { class: "stub" },
    h("p", { class: "eyebrow" }, "Valid for"),
    countdown(expiresAt),
    h("p", { class: "fine" }, "until ", h("time", { datetime: expiresAt.toISOString() }, CLOCK.format(expiresAt))),
    h("button", { type: "button", id: "sign-out", onclick: ({ currentTarget }) => busy(currentTarget, signOut) }, "Sign out"),
    h("button", { type: "button", id: "sign-out-here", class: "link", onclick: signOutHere }, "Sign out of this app only"),
  );
}

function apiCard({ callApi }) {
  const output = h("div", { id: "verdict", "aria-live": "polite" });
  const call = ({ currentTarget }) => busy(currentTarget, () => callApi((verdict) => output.replaceChildren(verdict)));
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "A protected API"),
    h("p", {}, "It takes your access token and checks it by itself, with a library that shares no code with gatepass."),
    h("button", { type: "button", id: "call-api", class: "quiet", onclick: call }, "Call the API"),
    output,
  );
}

function claimsCard({ claims }) {
  const rows = Object.entries(claims).map(([name, value]) =>
    h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, h("code", {}, readable(value)), moment(name, value))),
  );
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Your claims"),
    h("p", {}, "What the identity provider says about you, from the verified ID token."),
    h("details", { id: "claims" }, h("summary", {}, `${rows.length} claims`), h("table", {}, h("tbody", {}, rows))),
  );
}

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const DATE_AND_CLOCK = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

const readable = (value) => (typeof value === "string" ? value : JSON.stringify(value));

// Claims in seconds since 1970 (RFC 7519 §2, NumericDate) also as a person reads them.
const moment = (name, value) =>
  ["auth_time", "exp", "iat", "nbf"].includes(name) &&
  h("span", { class: "moment" }, DATE_AND_CLOCK.format(new Date(value * 1000)));

function initials(name) {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  return [words[0], words.length > 1 && !name.includes("@") && words.at(-1)]
    .filter(Boolean)
    .map((word) => [...word][0].toUpperCase())
    .join("");
}

/** One press at a time: the button waits for what it started. */
async function busy(button, action) {
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    await action();
  } finally {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}
