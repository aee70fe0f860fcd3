// One client of the package, with the core under test, and a made-up provider inside the page: keys by
// WebCrypto, answers by a patched fetch.

import { makeClient } from "../pkg-template/client.js";
import { enter } from "../pkg-template/door-oidc.js";
import { keySet } from "../pkg-template/keys.js";

const encoder = new TextEncoder();
const b64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const realFetch = globalThis.fetch;

const RSA = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
const ALGORITHMS = {
  RS256: { ...RSA, hash: "SHA-256" },
  RS384: { ...RSA, hash: "SHA-384" },
  RS512: { ...RSA, hash: "SHA-512" },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
  ES512: { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" },
};

/** `core(text, origin)` makes the core's handle. */
export function open(config, core) {
  const events = [];
  const module = { Client: function Client(text, origin) { return core(text, origin); } };
  const log = (event, detail) => events.push(`${event}: ${detail}`);
  const client = makeClient(config, JSON.parse(config), log, async (client) => enter(client, module));
  return { ...client, events };
}

/** Takes up an address: `{ returnTo, snapshot }`. */
export const arrive = (client, address) =>
  client.call(async ({ door }) => ({ ...(await door.arrive(address, client.session.watch())), snapshot: client.show() }));

export const restore = (client) => client.call(async ({ session }) => (await session.read(), client.show()));
export const leave = (client) => client.call(({ door }) => door.signIn("{}", "/"));
export const accessToken = (client) => client.call(async ({ live }) => (await live(0)).accessToken);
export const minValidity = (client, seconds) => client.call(async ({ live }) => (await live(seconds)).accessToken);

/** A sign-out of this tab, at once. */
export const signOut = (client) => {
  client.session.epoch++;
  client.session.end("signed_out");
};

/** A signed token and the key set that it belongs to. */
export async function sign(alg, claims) {
  const algorithm = ALGORITHMS[alg];
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const jwk = { ...(await crypto.subtle.exportKey("jwk", pair.publicKey)), kid: "k", use: "sig" };
  delete jwk.key_ops;
  const signed = b64(encoder.encode(JSON.stringify({ alg, kid: "k" }))) + "." + b64(encoder.encode(claims));
  const signature = await crypto.subtle.sign(algorithm, pair.privateKey, encoder.encode(signed));
  return { token: signed + "." + b64(signature), jwks: JSON.stringify({ keys: [jwk] }) };
}

/** The `at_hash` of an access token. */
export async function atHash(alg, text) {
  const digest = await crypto.subtle.digest(ALGORITHMS[alg].hash, encoder.encode(text));
  return b64(digest.slice(0, digest.byteLength / 2));
}

/** Answers the next requests in their order; what each asked for is kept in `asked`. */
export function answer(answers) {
  const asked = [];
  globalThis.fetch = async (resource, init) => {
    const request = new Request(resource, init);
    if (request.url.startsWith(location.origin)) return realFetch(resource, init);
    const { method, url, credentials, redirect, referrerPolicy, cache, headers } = request;
    const next = answers.shift();
    const note = { method, url, credentials, redirect, referrerPolicy, cache, headers: [...headers], body: "" };
    asked.push(note);
    note.body = await request.text();
    if (next === undefined) throw new TypeError("no more answers");
    if (next.reject) throw next.reject();
    return new Response(next.body, { status: next.status ?? 200 });
  };
  return asked;
}

export const text = (body, status) => ({ body, status });
export const large = (bytes) => ({ body: new Uint8Array(bytes) });
export const notText = () => ({ body: Uint8Array.of(0xff, 0xfe, 0x7b) });
export const rejections = () => [
  { reject: () => new TypeError("Failed to fetch") },
  { reject: () => "a string" },
  { reject: () => undefined },
  { reject: () => null },
  { reject: () => ({ name: 7 }) },
];
export const timeout = () => ({ reject: () => new DOMException("timed out", "TimeoutError") });

/** Makes one store refuse every write. */
export function deny(name) {
  const store = globalThis[name];
  const original = Storage.prototype.setItem;
  Storage.prototype.setItem = function (...args) {
    if (this === store) throw new DOMException("denied", "QuotaExceededError");
    return original.apply(this, args);
  };
  return () => (Storage.prototype.setItem = original);
}

/** IndexedDB as a browser that denies it gives it. */
export function denyIdb() {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = () => {
    throw new DOMException("denied", "SecurityError");
  };
  return () => (IDBFactory.prototype.open = open);
}

/** Timers fire at once; their pauses are kept. Answers with how to stop. */
export function hurry() {
  const original = globalThis.setTimeout;
  const pauses = [];
  globalThis.setTimeout = (action, pause, ...rest) => (pauses.push(pause), original(action, 0, ...rest));
  return { pauses, stop: () => (globalThis.setTimeout = original) };
}

/** Lets everything else have a turn. */
export const tick = () => new Promise((resolve) => setTimeout(resolve));

/**
 * Asks for one key set again and again: each step is `[seconds that pass before, fresh, how many ask at
 * once]`. Answers with how many requests each step made.
 */
export async function keyRequests(uri, steps) {
  const { now } = performance;
  let passed = 0, asked = 0;
  const core = { keys: (uri, fresh) => ((asked += 1), { request: new Request(uri, { cache: fresh ? "reload" : "default" }), limit: 100 }), checkKeys() {} };
  performance.now = () => now.call(performance) + passed * 1000;
  globalThis.fetch = async () => new Response("{}");
  const counts = [];
  for (const [seconds, fresh, times] of JSON.parse(steps)) {
    passed += seconds;
    const before = asked;
    await Promise.all(Array.from({ length: times }, () => keySet(core, uri, fresh)));
    counts.push(asked - before);
  }
  delete performance.now;
  return JSON.stringify(counts);
}
