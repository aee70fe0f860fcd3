// The call to the protected API, and what its verdict looks like.

import { facts, h } from "./dom.js";

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
    Scopes: h("code", {}, answer.scope),
    "Checked with": h("code", {}, answer.checkedBy),
  });
}

const verdict = (accepted, headline, details) =>
  h("div", { class: accepted ? "verdict accepted" : "verdict refused" }, h("p", {}, headline), facts(details));
