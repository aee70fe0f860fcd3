// fetch with the token, for the app's own APIs and nobody else.

import { GatepassError } from "./errors.js";

/** `token()` gives the token or throws; `renewed(token)` gives one that is newer than `token`. */
export function makeFetch(apiOrigins = [], token, renewed) {
  return async (input, init) => {
    const request = new Request(input, init);
    const isOurs = ({ url }) => apiOrigins.includes(new URL(url || request.url).origin);
    if (!isOurs(request) || request.headers.has("authorization")) return fetch(request);
    if (request.mode === "no-cors") throw new GatepassError("request_invalid", { option: "mode", rule: "no-cors" });

    const first = await orNothing(token());
    if (!first) return fetch(request);
    // A stream can be sent once. The other bodies are kept for a second time.
    const isStream = init?.body instanceof ReadableStream;
    const again = isStream ? undefined : request.clone();
    const response = await fetch(bearing(request, first));
    if (response.status !== 401 || !again || !isOurs(response)) return response; // a redirect may have led elsewhere
    const second = await renewed(first).catch(() => {});
    if (!second || second === first) return response;
    await response.body?.cancel();
    return fetch(bearing(again, second));
  };
}

function bearing(request, token) {
  request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

/** Signed out: the request goes without a token, and the API says what it thinks of that. */
async function orNothing(token) {
  try {
    return await token;
  } catch (e) {
    if (e.code === "sign_in_required") return undefined;
    throw e;
  }
}
