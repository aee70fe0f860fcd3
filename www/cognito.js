// What the page shows of somebody who came by Cognito: the pass, the session's life, the API and the claims.

import { apiCard } from "./api.js";
import { button, h, table } from "./dom.js";
import { lifeCard } from "./life.js";
import { moment } from "./moment.js";
import { pass } from "./pass.js";

export function cognitoView(snapshot, { signOut, signOutHere, renew, callApi }) {
  const { user } = snapshot;
  const controls = [
    button("Sign out", signOut, { id: "sign-out" }),
    h("button", { type: "button", id: "sign-out-here", class: "link", onclick: signOutHere }, "Sign out of this app only"),
  ];
  return h(
    "div",
    { class: "stack" },
    pass(snapshot, { "User id": h("code", {}, user.id) }, controls),
    lifeCard(snapshot, renew),
    h("div", { class: "columns" }, apiCard(TOKEN, callApi), claimsCard(user)),
  );
}

const TOKEN = "It takes your access token and checks it by itself, with a library that shares no code with gatepass.";

function claimsCard({ claims }) {
  const rows = Object.entries(claims).map(([name, value]) => [name, h("code", {}, readable(value)), isTime(name) && h("span", { class: "moment" }, moment(value))]);
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "Your claims"),
    h("p", {}, "What the identity provider says about you, from the verified ID token."),
    h("details", { id: "claims" }, h("summary", {}, `${rows.length} claims`), table(rows)),
  );
}

const readable = (value) => (typeof value === "string" ? value : JSON.stringify(value));

// Claims in seconds since 1970 (RFC 7519 §2, NumericDate).
const isTime = (name) => ["auth_time", "exp", "iat", "nbf"].includes(name);
