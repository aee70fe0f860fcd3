// One origin for a page and the server that it calls, as a real deployment has it: requests are passed on.

import { request as send } from "node:http";

/** A Node request handler that lets `address`, `http://host:port`, answer. It keeps Host, cookies and redirects as they are. */
export const proxyTo = (address) => (request, response) => passOn(request, response, address);

/** Passes one request on; `changes` are another `path`, other `headers`. */
export function passOn(request, response, address, changes) {
  const { hostname, port } = new URL(address);
  const { method, url: path, headers } = request;
  const onward = send({ hostname, port, method, path, headers, agent: false, ...changes }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.once("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  response.once("close", () => onward.destroy());
  request.pipe(onward);
}
