// gatepass/acs as sites run it: the examples of the documentation, word for word, and Express. Each
// runtime is `send({ method, body, type })` → `{ status, headers, body }`.

import express from "express";
import { readFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { createAcs, forNode } from "../../pkg/acs-handler.js";

const DOCUMENT = new URL("../../pkg-template/SAML.md", import.meta.url);
const PACKAGE = new URL("../../pkg/acs-handler.js", import.meta.url).href;
const TRANSPORT = ["connection", "content-length", "date", "keep-alive", "transfer-encoding", "x-powered-by"]; // not the handler's

/** The runtimes by name, and the function that stops the servers among them. */
export async function startRuntimes() {
  process.env.PORT = "0";
  const [edge, node, lambda] = await Promise.all(examples().map((text) => import(`data:text/javascript,${encodeURIComponent(text)}`)));
  const app = express().all("/saml/acs", forNode(createAcs()));
  const express_ = createServer(app).listen(0);
  const servers = [node.server, express_];
  const runtimes = {
    edge: byFetch(edge.default.fetch),
    node: bySocket(node.server),
    express: bySocket(express_),
    lambda: byEvent(lambda.handler, (body) => ({ body, isBase64Encoded: false })),
    "lambda, base64": byEvent(lambda.handler, (body) => ({ body: Buffer.from(body).toString("base64"), isBase64Encoded: true })),
  };
  await Promise.all(servers.map((server) => server.listening || new Promise((listening) => server.on("listening", listening))));
  const stop = () => servers.forEach((server) => (server.close(), server.closeAllConnections()));
  return { runtimes, node: node.server, stop };
}

/** The blocks of code that use the handler, in their order. */
function examples() {
  const blocks = [...readFileSync(DOCUMENT, "utf8").matchAll(/^```js\n(.*?)^```/gms)].map(([, text]) => text);
  const ours = blocks.filter((text) => text.includes('"gatepass/acs"'));
  if (ours.length !== 3) throw new Error(`${ours.length} examples in ${DOCUMENT.pathname}`);
  return ours.map((text) => text.replace('"gatepass/acs"', JSON.stringify(PACKAGE)));
}

const byFetch = (handle) => async ({ method, body, type }) => {
  const answer = await handle(new Request("https://sp.test/saml/acs", { method, body, headers: { "content-type": type } }));
  return { status: answer.status, headers: own(Object.fromEntries(answer.headers)), body: await answer.text() };
};

// Not by `fetch`, which knows no TRACE.
const bySocket = (server) => ({ method, body, type }) =>
  new Promise((resolve, reject) => {
    const headers = { "content-type": type, ...(body && { "content-length": Buffer.byteLength(body) }) };
    const options = { port: server.address().port, path: "/saml/acs", method, headers };
    const read = async (answer) => {
      const chunks = await answer.toArray();
      return { status: answer.statusCode, headers: own(answer.headers), body: Buffer.concat(chunks).toString() };
    };
    ask(options, (answer) => resolve(read(answer))).on("error", reject).end(body);
  });

const byEvent = (handle, encode) => async ({ method, body, type }) => {
  const http = { method, path: "/saml/acs", protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "browser" };
  const place = { version: "2.0", routeKey: "$default", rawPath: "/saml/acs", rawQueryString: "" };
  const sent = body === undefined ? { isBase64Encoded: false } : encode(body);
  const { statusCode, headers, isBase64Encoded, body: answered } = await handle({ ...place, headers: { "content-type": type }, requestContext: { http }, ...sent });
  if (isBase64Encoded !== false) throw new Error("the body is text");
  return { status: statusCode, headers: own(headers), body: answered };
};

const own = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => !TRANSPORT.includes(name)));
