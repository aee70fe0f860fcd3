// What a page really sends, as the browser's network stack sees it: in order, preflights included.

/**
 * Starts to listen and returns the list that grows:
 * `{ kind: "request" | "response" | "failed", url, method, type, body, headers, status }`.
 * `type` is DevTools' resource type: `Document`, `Script`, `Fetch`, `Preflight` …; `headers`, by
 * lower-case names, are those that really left.
 */
export async function watchWire(page) {
  const cdp = await page.context().newCDPSession(page);
  const wire = [];
  const open = new Map(); // by request id: the latest hop
  const sent = new Map(); // by request id: its headers, which may be reported before or after it

  cdp.on("Network.requestWillBeSent", ({ requestId: id, request, type }) => {
    const { url, urlFragment = "", method, postData: body, headers } = request;
    const entry = { kind: "request", url: url + urlFragment, method, type, body, headers: sent.get(id) ?? byLowerCase(headers) };
    sent.delete(id);
    open.set(id, entry);
    wire.push(entry);
  });
  cdp.on("Network.requestWillBeSentExtraInfo", ({ requestId: id, headers }) => {
    if (open.has(id)) open.get(id).headers = byLowerCase(headers);
    else sent.set(id, byLowerCase(headers));
  });
  const end = (kind) => ({ requestId: id, response }) => {
    const { url, method, type } = open.get(id) ?? {};
    wire.push({ kind, url, method, type, status: response?.status });
  };
  cdp.on("Network.responseReceived", end("response"));
  cdp.on("Network.loadingFailed", end("failed"));
  await cdp.send("Network.enable");
  return wire;
}

/** The requests among `wire`. */
export const requests = (wire) => wire.filter(({ kind }) => kind === "request");

/** The requests to `origin`; to every other one. */
export const requestsTo = (wire, origin) => requests(wire).filter(({ url }) => new URL(url).origin === origin);
export const requestsBeside = (wire, origin) => requests(wire).filter(({ url }) => new URL(url).origin !== origin);

/** `POST /oauth2/token` for each request: the form in which lists of them are compared. */
export const lines = (requests) => requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`);

const byLowerCase = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
