// A protected API for the tests of `fetch`: it notes what arrives, and refuses or redirects when told.
// It checks no token: that is api.mjs, which the demo calls.

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { listen } from "./listen.mjs";

// `*` does not cover Authorization (Fetch standard §3.3.4).
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, content-type, x-app",
  "access-control-allow-methods": "GET, POST, PUT, DELETE",
};

/**
 * Starts the API on `http://localhost:port`. `/redirect?to=…&status=…` redirects, everything else is
 * answered with 200 and what was asked: `{ method, path, authorization, body }`.
 *
 * `seen` grows by the same with every request but preflights; `refuse(times)` lets the next ones be
 * answered with 401.
 */
export async function startResource({ port }) {
  const origin = `http://localhost:${port}`;
  const seen = [];
  let refusals = 0;

  const server = createServer(async (request, response) => {
    response.shouldKeepAlive = false; // the browser repeats nothing by itself
    if (request.method === "OPTIONS") return response.writeHead(204, CORS).end();
    const { pathname, searchParams } = new URL(request.url, origin);
    const noted = { method: request.method, path: pathname, authorization: request.headers.authorization, body: await text(request) };
    seen.push(noted);
    if (refusals > 0) {
      refusals--;
      return response.writeHead(401, CORS).end();
    }
    if (pathname === "/redirect") {
      return response.writeHead(Number(searchParams.get("status") ?? 302), { ...CORS, location: searchParams.get("to") }).end();
    }
    response.writeHead(200, { ...CORS, "content-type": "application/json" }).end(JSON.stringify(noted));
  });
  const stop = await listen(server, port, "the API");

  return {
    origin,
    seen,
    refuse: (times) => void (refusals = times),
    stop,
  };
}
