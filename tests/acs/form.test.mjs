// The form as the worker and the servers read it: every rule, and how much is read at all.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { callbackFor, readPost } from "../../pkg/acs-form.js";
import { FORM, MAX_BODY, MAX_FIELD, POSTS } from "./posts.mjs";

const URL_OF_ACS = "https://sp.test/saml/acs";
const headers = (type = FORM) => new Headers({ "content-type": type });
const posted = (body, type) => new Request(URL_OF_ACS, { method: "POST", headers: headers(type), body, duplex: "half" });
// As Firefox gives it: no stream.
const withoutStream = (body, type) => ({ headers: headers(type), text: async () => body });

for (const { name, body, type, verdict } of POSTS) {
  test(`${name}: ${verdict.refused ?? "taken"}`, async () => {
    const expected = verdict.refused ? verdict : { relayState: undefined, ...verdict };
    assert.deepEqual(await readPost(posted(body, type)), expected);
    assert.deepEqual(await readPost(withoutStream(body, type)), expected, "without a stream");
  });
}

test("without a stream the bytes count, not the characters", async () => {
  const body = `SAMLResponse=a&p=${"é".repeat(MAX_BODY / 2)}`;
  assert.deepEqual(await readPost(withoutStream(body)), { refused: "too_large" });
});

test("no type, no body: refused", async () => {
  assert.deepEqual(await readPost(new Request(URL_OF_ACS, { method: "POST" })), { refused: "content_type" });
  assert.deepEqual(await readPost(posted(null)), { refused: "no_response" });
});

/** A body in chunks of 64 KiB, without end unless `fails`; it counts what is asked of it. */
function endless({ fails = Infinity } = {}) {
  const seen = { chunks: 0, cancelled: false };
  seen.body = new ReadableStream({
    pull(controller) {
      if (++seen.chunks > fails) controller.error(new Error("the line is cut"));
      else controller.enqueue(new Uint8Array(65_536).fill(97));
    },
    cancel: () => void (seen.cancelled = true),
  });
  return seen;
}

test("a body without end is cancelled at the limit", async () => {
  const seen = endless();
  assert.deepEqual(await readPost(posted(seen.body)), { refused: "too_large" });
  assert.equal(seen.cancelled, true);
  const allowed = Math.ceil(MAX_BODY / 65_536) + 2; // the one too many, and what the stream keeps ready
  assert.ok(seen.chunks <= allowed, `${seen.chunks} chunks`);
});

test("a body that breaks off holds no response, and nothing is thrown", async () => {
  assert.deepEqual(await readPost(posted(endless({ fails: 2 }).body)), { refused: "no_response" });
  const failing = { headers: headers(), text: () => Promise.reject(new TypeError("the line is cut")) };
  assert.deepEqual(await readPost(failing), { refused: "no_response" });
});

test("a character in two chunks, and half a character", async () => {
  const bytes = new TextEncoder().encode("SAMLResponse=a&RelayState=é");
  const inParts = (...parts) => new ReadableStream({ pull: (controller) => (parts.length ? controller.enqueue(parts.shift()) : controller.close()) });
  assert.deepEqual(await readPost(posted(inParts(bytes.slice(0, -1), bytes.slice(-1)))), { response: "a", relayState: "é" });
  assert.deepEqual(await readPost(posted(inParts(bytes.slice(0, -1)))), { response: "a", relayState: "\ufffd" });
});

test("the first read begins at once: nothing is awaited before", () => {
  let isRead = false;
  const request = { headers: headers(), text: async () => ((isRead = true), "") };
  readPost(request);
  assert.ok(isRead);
});

test("the longest field is the core's", () => {
  const read = (path) => readFileSync(new URL(`../../src/saml/${path}`, import.meta.url), "utf8");
  assert.match(read("callback.rs"), /^const MAX_FIELD: usize = xml::MAX_BYTES \/ 3 \* 4 \+ 32 \* 1024;$/m);
  assert.match(read("xml/mod.rs"), /^pub const MAX_BYTES: usize = 512 \* 1024;$/m);
  assert.equal(MAX_FIELD, Math.floor((512 * 1024) / 3) * 4 + 32 * 1024);
});

for (const [callback, address] of [
  ["/callback", "/callback?saml_handle=h"],
  ["/callback?lang=de&x", "/callback?lang=de&x&saml_handle=h"],
  ["/callback#/route?a#b", "/callback?saml_handle=h#/route?a#b"],
  ["/callback?lang=de#/route", "/callback?lang=de&saml_handle=h#/route"],
  ["https://sp.test/callback", "https://sp.test/callback?saml_handle=h"],
]) {
  test(`${callback} with a handle`, () => assert.equal(callbackFor(callback, "h"), address));
}
