// The protected API: the card that calls it, and what its verdict looks like.

import { button, facts, h } from "./dom.js";

/** `what` says which token the API takes; `call(put)` calls it and puts the verdict. */
export function apiCard(what, call) {
  const output = h("div", { id: "verdict", "aria-live": "polite" });
  return h(
    "section",
    { class: "card" },
    h("h2", {}, "A protected API"),
    h("p", {}, what),
    button("Call the API", () => call((verdict) => output.replaceChildren(verdict)), { id: "call-api", class: "quiet" }),
    output,
  );
}

/** Calls `/api/me` with the access token and resolves with the verdict to show. */
export async function callApi(accessToken) {
  let response;
  try {
    response = await fetch("/api/me", { headers: { authorization: `Bearer ${accessToken}` } });
  } catch {
    return verdict(false, "The API cannot be reached.", {});
  }
  const answer = await response.json();
  if (!response.ok) return verdict(false, "The API refused the access token.", { Reason: answer.reason });
  return verdict(true, "The API accepted the access token.", {
    "User id": h("code", {}, answer.sub),
    Scopes: answer.scope && h("code", {}, answer.scope),
    "Checked with": h("code", {}, answer.checkedBy),
  });
}

const verdict = (accepted, headline, details) =>
  h("div", { class: accepted ? "verdict accepted" : "verdict refused" }, h("p", {}, headline), facts(details));
