// The token endpoint's bad days: what a test can do to refresh requests on the server's side, and the
// grace window of rotation, which `oidc-provider` lacks.
//
//   refresh request → noted → a fault, if one is set → the stored answer, within the grace window
//                                                    → the provider, whose answer is stored
//
// Every other request passes untouched.

import { once } from "node:events";

/**
 * Wraps `handle`, a Node request handler, whose token endpoint is at `path`. One that does not rotate
 * answers without a refresh token, as Cognito does.
 */
export function refreshEndpoint(handle, { path, rotates = true }) {
  const seen = [];
  const queue = [];
  const answers = new Map(); // by used refresh token
  let standing;

  const refreshes = {
    /**
     * The time in which a repeated refresh token gets the same answer again (Cognito:
     * `RetryGracePeriodSeconds`, 0 to 60). Afterwards it is the provider's to judge.
     */
    graceSeconds: 0,

    /** What the provider has made at the token endpoint, whether it arrived or not: `{ access_token, id_token, refresh_token }`. */
    issued: [],

    /** Strikes the next refresh request; several calls, several requests. */
    next: (fault) => void queue.push(fault),

    /** Strikes every refresh request from now on; `undefined` ends it, and forgets what `next` still had in store. */
    all(fault) {
      standing = fault;
      queue.length = 0;
    },

    /** Counts from now on. `requests` have arrived; `refused` were answered with `invalid_grant`. */
    count() {
      const from = seen.length;
      return {
        get requests() {
          return seen.length - from;
        },
        get refused() {
          return seen.slice(from).filter(({ error }) => error === "invalid_grant").length;
        },
        toString() {
          return `refresh requests: ${this.requests}, refused: ${this.refused}`;
        },
      };
    },
  };

  const guarded = async (request, response) => {
    // The browser repeats a request by itself when a used connection breaks: each gets a new one.
    response.shouldKeepAlive = false;
    if (request.method !== "POST" || request.url.split("?")[0] !== path) return handle(request, response);

    const form = new URLSearchParams(await peek(request));
    if (form.get("grant_type") !== "refresh_token") return answerOf(request, response);

    const noted = { token: form.get("refresh_token") };
    seen.push(noted);
    intercept(response, (end, text) => {
      [noted.status, noted.error] = [response.statusCode, json(text).error];
      end();
    });
    const fault = queue.shift() ?? standing;
    const answer = () => answerOf(request, response, noted.token);
    return fault ? fault({ request, response, answer }) : answer();
  };

  function answerOf(request, response, token) {
    const known = answers.get(token);
    if (known && Date.now() < known.at + refreshes.graceSeconds * 1000) {
      response.writeHead(200, known.headers).end(known.text);
      return;
    }
    intercept(response, (end, text) => {
      if (response.statusCode === 200) {
        refreshes.issued.push(JSON.parse(text));
        if (token && rotates) answers.set(token, { text, headers: response.getHeaders(), at: Date.now() });
        if (token && !rotates) text = without(text, "refresh_token");
        response.setHeader("content-length", Buffer.byteLength(text));
      }
      end(text);
    });
    return handle(request, response);
  }

  return { handle: guarded, refreshes };
}

/** The endpoint answers with this HTTP status and a page, as a load balancer does. */
export const status = (code) => ({ request, response }) => {
  const headers = { "content-type": "text/html", "access-control-allow-origin": request.headers.origin ?? "*" };
  response.writeHead(code, headers).end("<h1>Sorry</h1>");
};

/** The endpoint refuses, and nothing has happened at the provider. */
export const refused = ({ request, response }) => {
  const headers = { "content-type": "application/json", "access-control-allow-origin": request.headers.origin ?? "*" };
  response.writeHead(400, headers).end(JSON.stringify({ error: "invalid_grant" }));
};

/** The connection breaks before the request is handled. */
export const dropped = ({ request }) => void request.socket.destroy();

/** The request is handled, and the connection breaks before a byte of the answer. */
export const lost = ({ request, response, answer }) => {
  intercept(response, () => request.socket.destroy());
  return answer();
};

/** The request is handled, and the connection breaks in the middle of the answer. */
export const cutOff = ({ request, response, answer }) => {
  intercept(response, (_end, text) => {
    response.setHeader("content-length", Buffer.byteLength(text));
    response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
  });
  return answer();
};

/** A fault that waits, `after` the request is handled or before: `reached` resolves when it does, `release()` lets it go on. */
export function held({ after = false } = {}) {
  let release, reach;
  const released = new Promise((resolve) => (release = resolve));
  const reached = new Promise((resolve) => (reach = resolve));
  const fault = async ({ response, answer }) => {
    if (after) {
      intercept(response, async (end) => {
        reach();
        await released;
        end();
      });
    } else {
      reach();
      await released;
    }
    return answer();
  };
  return Object.assign(fault, { reached, release });
}

// Reads the body and puts it back for the provider.
async function peek(request) {
  const length = Number(request.headers["content-length"] ?? 0);
  const chunks = [];
  for (let received = 0; received < length; ) {
    const chunk = request.read();
    if (!chunk) {
      await once(request, "readable");
      continue;
    }
    chunks.push(chunk);
    received += chunk.length;
  }
  const body = Buffer.concat(chunks);
  if (body.length > 0) request.unshift(body);
  return body.toString();
}

// `then(end, text)` stands between the handler's answer and its departure. The latest comes first.
function intercept(response, then) {
  const end = response.end.bind(response);
  response.end = (body = "") => {
    response.end = end;
    then((text = body) => response.end(text), String(body));
    return response;
  };
}

const without = (text, name) => JSON.stringify({ ...JSON.parse(text), [name]: undefined });

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
