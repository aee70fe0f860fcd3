// acs.js, the file that a site serves, in a scope made by hand: what it answers and what it leaves
// alone. There is no IndexedDB here; tests/engines/ has the real browsers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import { FORM, POSTS } from "./posts.mjs";

const SITE = "https://sp.test";
const read = (file) => readFileSync(new URL(`../../pkg/${file}`, import.meta.url), "utf8");
const source = read("acs.js");
const { version } = JSON.parse(read("package.json"));

/** A worker by its script's query; `hear(event)` calls its listener, `used` are the names it must not touch. */
function startWorker(query) {
  const listeners = {};
  const used = [];
  const forbidden = (name) => () => void used.push(name);
  const scope = {
    location: new URL(`${SITE}/workers/acs.js${query}`), // its own folder is no base for paths
    addEventListener: (name, listener) => (listeners[name] = listener),
    skipWaiting: () => used.push("skipWaiting"),
    ...Object.fromEntries(["fetch", "importScripts", "XMLHttpRequest", "WebSocket", "caches"].map((name) => [name, forbidden(name)])),
    console: new Proxy({}, { get: (_, name) => forbidden(`console.${String(name)}`) }),
    ...{ URL, URLSearchParams, Response, TextEncoder, TextDecoder, crypto, btoa },
  };
  vm.runInNewContext(source, scope);
  return { used, hear: (name, event) => listeners[name](event) };
}

/** What the worker answers to a request, or undefined when it leaves it alone. */
async function ask(worker, { url, method = "POST", mode = "navigate", body = "SAMLResponse=a", type = FORM }) {
  // A page cannot make a navigation; the browser can.
  const request = new Proxy(new Request(url, { method, body: method === "POST" ? body : undefined, headers: { "content-type": type } }), {
    get: (target, name) => (name === "mode" ? mode : name === "url" ? url : Reflect.get(target, name, target)),
  });
  let answer;
  worker.hear("fetch", { request, respondWith: (given) => (answer = given) });
  return answer;
}

const QUERY = "?acs=%2Fsaml%2Facs&callback=%2Fcallback";
const ACS = `${SITE}/saml/acs`;
const STORAGE = `${SITE}/callback?saml_handle=storage`; // taken, and there is nowhere to keep it

for (const [query, request, location] of [
  // What it answers.
  [QUERY, { url: ACS }, STORAGE],
  [QUERY, { url: `${ACS}#fragment` }, STORAGE],
  ["?acs=/saml/acs&callback=/callback", { url: ACS }, STORAGE],
  ["?acs=saml/acs&callback=callback", { url: ACS }, STORAGE],
  [`?acs=${encodeURIComponent(ACS)}&callback=${encodeURIComponent(`${SITE}/callback`)}`, { url: ACS }, STORAGE],
  ["?acs=%2Facs%3Fidp%3Da%26b&callback=%2Fcallback%3Flang%3Dde%23top", { url: `${SITE}/acs?idp=a&b` }, `${SITE}/callback?lang=de&saml_handle=storage#top`],

  // Every other request.
  [QUERY, { url: ACS, method: "GET" }],
  [QUERY, { url: ACS, method: "PUT" }],
  ...["cors", "no-cors", "same-origin"].map((mode) => [QUERY, { url: ACS, mode }]),
  ...["/", "/saml", "/saml/", "/saml/acs/", "/saml/acs/more", "/SAML/acs", "/x/saml/acs", "/callback"].map((path) => [QUERY, { url: SITE + path }]),
  ...["?idp=a", "?"].map((search, i) => [QUERY, { url: ACS + search }, i ? STORAGE : undefined]), // an empty query is none
  ["?acs=%2Facs%3Fidp%3Da&callback=%2Fcallback", { url: `${SITE}/acs` }],
  ["?acs=%2Facs%3Fidp%3Da&callback=%2Fcallback", { url: `${SITE}/acs?idp=a&idp=b` }],
  ...["https://other.test", "http://sp.test", "https://sp.test:8443", "https://www.sp.test"].map((origin) => [QUERY, { url: `${origin}/saml/acs` }]),

  // Addresses of another origin, or none: it answers nothing at all.
  ["?acs=https://other.test/saml/acs&callback=/callback", { url: ACS }],
  ["?acs=https://other.test/saml/acs&callback=/callback", { url: "https://other.test/saml/acs" }],
  ["?acs=/saml/acs&callback=https://other.test/callback", { url: ACS }],
  ["?acs=/saml/acs&callback=//other.test/callback", { url: ACS }],
  ["?acs=/saml/acs&callback=javascript:alert(1)", { url: ACS }],
  ["?acs=/saml/acs&callback=https://", { url: ACS }],
  ["?acs=/saml/acs", { url: ACS }],
  ["?callback=/callback", { url: ACS }],
  ["?callback=/callback", { url: `${SITE}/null` }],
  ["?acs=&callback=", { url: `${SITE}/` }],
  ["", { url: ACS }],
]) {
  const { url, method = "POST", mode = "navigate" } = request;
  test(`${query || "no query"}: ${mode} ${method} ${url} is ${location ? "answered" : "left alone"}`, async () => {
    const worker = startWorker(query);
    const answer = await ask(worker, request);
    assert.equal(answer?.status, location && 303);
    assert.equal(answer?.headers.get("location"), location);
    assert.deepEqual(worker.used, []);
  });
}

for (const { name, body, type, verdict } of POSTS) {
  test(`${name}: ${verdict.refused ?? "to be kept"}`, async () => {
    const worker = startWorker(QUERY);
    const answer = await ask(worker, { url: ACS, body, type });
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get("location"), `${SITE}/callback?saml_handle=${verdict.refused ?? "storage"}`);
    assert.deepEqual(worker.used, []);
  });
}

test("it waits for no older worker", () => {
  const worker = startWorker(QUERY);
  worker.hear("install", {});
  assert.deepEqual(worker.used, ["skipWaiting"]);
});

test("it says its version on the message's port, and answers no other message", () => {
  const worker = startWorker(QUERY);
  const told = [];
  const ports = [{ postMessage: (message) => told.push(message) }];
  for (const data of [undefined, null, "version", {}, { gatepass: "other" }]) worker.hear("message", { data, ports });
  assert.deepEqual(told, []);
  worker.hear("message", { data: { gatepass: "version" }, ports });
  assert.deepEqual(told, [version]);
  worker.hear("message", { data: { gatepass: "version" }, ports: [] });
});

test("the file says in its first line what it is, and imports nothing", () => {
  const [banner] = source.split("\n");
  assert.equal(banner, `// gatepass ${version}: the SAML assertion consumer service as a service worker. Copied by: npx gatepass init`);
  assert.doesNotMatch(source, /\bimport\b|\bexport\b/);
});
