// gatepass/acs: the same answers in every runtime, and a page in which nothing but its own script runs.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import vm from "node:vm";
import { createAcs, forNode } from "../../pkg/acs-handler.js";
import { hash, script } from "../../pkg/acs-script.js";
import { FORM, MAX_BODY, POSTS } from "./posts.mjs";
import { startRuntimes } from "./runtimes.mjs";

const { runtimes, node, stop } = await startRuntimes();
after(stop);

const PAGE = {
  "cache-control": "no-store",
  "content-security-policy": `default-src 'none'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "content-type": "text/html; charset=utf-8",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};
const refusal = (rule) => ({ "cache-control": "no-store", location: `/callback?saml_handle=${rule}`, "referrer-policy": "no-referrer" });
const NO_POST = { allow: "POST", "cache-control": "no-store", "content-type": "text/plain; charset=utf-8", "referrer-policy": "no-referrer" };

const post = (body, type = FORM, options) =>
  createAcs(options)(new Request("https://sp.test/saml/acs", { method: "POST", body, headers: { "content-type": type } }));

/** The page in pieces: the data block's values, the scripts that would run, and all the rest. */
function dissect(page) {
  const elements = [...page.matchAll(/<script([^>]*)>([^]*?)<\/script[^>]*>/gi)];
  const data = elements.filter(([, attributes]) => attributes === ' type="application/json" id="saml"').map(([, , text]) => text);
  const scripts = elements.filter(([, attributes]) => attributes === "").map(([, , text]) => text);
  assert.equal(data.length, 1);
  assert.equal(elements.length, data.length + scripts.length, "another script element");
  return { data: data[0], values: JSON.parse(data[0]), scripts, rest: page.replace(data[0], "") };
}

for (const { name, body, type = FORM, verdict } of POSTS) {
  test(`${name}: ${verdict.refused ?? "the page"}, in every runtime`, async () => {
    for (const [runtime, send] of Object.entries(runtimes)) {
      const { status, headers, body: answer } = await send({ method: "POST", body, type });
      assert.equal(status, verdict.refused ? 303 : 200, runtime);
      assert.deepEqual(headers, verdict.refused ? refusal(verdict.refused) : PAGE, runtime);
      if (verdict.refused) assert.equal(answer, "", runtime);
      else assert.deepEqual(dissect(answer).values, { callback: "/callback", ...verdict }, runtime);
    }
  });
}

for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
  test(`${method}: 405, in every runtime that knows it`, async () => {
    for (const [runtime, send] of Object.entries(runtimes)) {
      if (runtime === "edge" && method === "TRACE") continue; // no Request has it
      const { status, headers, body } = await send({ method, type: FORM });
      assert.deepEqual({ status, headers }, { status: 405, headers: NO_POST }, runtime);
      assert.ok(body === "POST only\n" || (method === "HEAD" && body === ""), runtime);
    }
  });
}

test("the policy allows the page's one script, by the hash of its very bytes", async () => {
  const { scripts } = dissect(await (await post("SAMLResponse=a")).text());
  assert.deepEqual(scripts, [script]);
  assert.equal(createHash("sha256").update(scripts[0]).digest("base64"), hash);
});

const HOSTILE = [
  "</script><script>alert(1)</script>",
  "</SCRIPT ><img src=x onerror=alert(1)>",
  "<!--<script>",
  "--><!--",
  "]]><x>",
  '"}</script><b>',
  "'\"`${1}\\u003c",
  "$&$`$'$1",
  "\u2028\u2029\0\r\n",
  "&lt;/script&gt;",
];
for (const text of HOSTILE) {
  test(`${JSON.stringify(text)} stays inert`, async () => {
    const answer = await post(new URLSearchParams({ SAMLResponse: `response ${text}`, RelayState: `state ${text}` }).toString());
    const { data, values, scripts, rest } = dissect(await answer.text());
    assert.deepEqual(values, { callback: "/callback", response: `response ${text}`, relayState: `state ${text}` });
    assert.doesNotMatch(data, /</);
    assert.deepEqual(scripts, [script]);
    assert.deepEqual(rest, dissect(await (await post("SAMLResponse=a")).text()).rest, "the values are in the block alone");
  });
}

test("nothing of a refused post comes back", async () => {
  const answer = await post("RelayState=secret&SAMLResponse=", FORM);
  assert.doesNotMatch(JSON.stringify([...answer.headers]) + (await answer.text()), /secret/);
});

for (const [callback, address] of [
  ["/signed-in?lang=de#/home", "/signed-in?lang=de&saml_handle=repeated#/home"],
  ["signed-in", "/signed-in?saml_handle=repeated"], // from the root, as the worker reads it
  ["https://sp.test/callback", "https://sp.test/callback?saml_handle=repeated"],
  ["/zurück", "/zur%C3%BCck?saml_handle=repeated"],
  ["/a\r\nset-cookie: b", "/aset-cookie:%20b?saml_handle=repeated"],
]) {
  test(`callback ${JSON.stringify(callback)}`, async () => {
    const answer = await post("SAMLResponse=a&SAMLResponse=b", FORM, { callback });
    assert.equal(answer.headers.get("location"), address);
    const { values } = dissect(await (await post("SAMLResponse=a", FORM, { callback })).text());
    assert.equal(values.callback, address.replace(/[?&]saml_handle=repeated/, ""));
  });
}

for (const [options, details] of [
  [{ calback: "/" }, { option: "calback", rule: "unknown" }],
  [{ callback: "https://" }, { option: "callback", rule: "malformed" }],
  [{ callback: "javascript:alert(1)" }, { option: "callback", rule: "malformed" }],
]) {
  test(`${JSON.stringify(options)}: config_invalid`, () => {
    assert.throws(() => createAcs(options), ({ code, details: found }) => code === "config_invalid" && assert.deepEqual(found, details) === undefined);
  });
}

test("the page's script goes to the callback, with the rule where the browser keeps nothing", async () => {
  const { data, scripts } = dissect(await (await post("SAMLResponse=a", FORM, { callback: "/callback?lang=de" })).text());
  const address = await new Promise((replace) => {
    const document = { getElementById: (id) => ({ textContent: id === "saml" ? data : "" }) };
    vm.runInNewContext(scripts[0], { document, location: { replace }, crypto, btoa });
  });
  assert.equal(address, "/callback?lang=de&saml_handle=storage");
});

test("Node: of a body that is too large no more is read than the limit before the answer, and the rest goes by", async () => {
  const chunk = Buffer.alloc(65_536, 97);
  const all = 20 * MAX_BODY;
  let sent = 0;
  const request = new Readable({ read: () => void request.push(sent < all ? ((sent += chunk.length), chunk) : null) });
  Object.assign(request, { method: "POST", headers: { "content-type": FORM } });
  const ended = new Promise((end) => request.on("end", end));
  const answer = {};
  const response = { writeHead: (status, headers) => Object.assign(answer, { status, headers, sent }), end: () => {} };
  await forNode(createAcs())(request, response);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, "/callback?saml_handle=too_large");
  assert.ok(answer.sent < 2 * MAX_BODY, `${answer.sent} bytes read`);
  await ended;
  assert.ok(sent >= all);
});

test("Node: whoever sends too much hears the answer all the same", async () => {
  const send = runtimes.node;
  const { status, headers } = await send({ method: "POST", type: FORM, body: "p".repeat(20 * MAX_BODY) });
  assert.deepEqual({ status, headers }, { status: 303, headers: refusal("too_large") });
});

test("Node: a sender that goes away in the middle does no harm", async () => {
  const head = `POST /saml/acs HTTP/1.1\r\nhost: sp.test\r\ncontent-type: ${FORM}\r\ncontent-length: 1000\r\n\r\nSAMLResponse=`;
  const socket = connect(node.address().port, "127.0.0.1");
  const handled = new Promise((handled) => node.once("request", (request) => request.once("close", handled)));
  const arrived = new Promise((arrived) => node.once("request", arrived));
  socket.on("error", () => {}).write(head);
  await arrived;
  socket.destroy();
  await handled;
  assert.equal((await runtimes.node({ method: "POST", type: FORM, body: "SAMLResponse=a" })).status, 200);
});
