// One origin for a page and the server that it calls, as a real deployment has it: requests are passed on.

import { request as send } from "node:http";

/** A Node request handler that lets `address`, `http://host:port`, answer. It keeps Host, cookies and redirects as they are. */
export function proxyTo(address) {
  const { hostname, port } = new URL(address);
  return (request, response) => {
    const { method, url: path, headers } = request;
    const onward = send({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.once("error", () => response.headersSent ? response.destroy() : response.writeHead(502).end());
    request.pipe(onward);
  };
}
