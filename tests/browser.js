// A made-up provider inside the page: keys by WebCrypto, answers by a patched fetch.

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
    const note = { method, url, credentials, redirect, referrerPolicy, cache, headers: [...headers] };
    asked.push({ ...note, body: init.body });
    if (next === undefined) throw new TypeError("no more answers");
    if (next.reject) throw next.reject();
    return new Response(next.body, { status: next.status ?? 200 });
  };
  return asked;
}

export const text = (body, status) => ({ body, status });
export const large = (bytes) => ({ body: new Uint8Array(bytes) });
export const rejections = () => [
  { reject: () => new TypeError("Failed to fetch") },
  { reject: () => "a string" },
  { reject: () => undefined },
  { reject: () => null },
  { reject: () => ({ name: 7 }) },
];
export const timeout = () => ({ reject: () => new DOMException("timed out", "TimeoutError") });

export function host(idb) {
  const events = [];
  return { idb, events, log: (event, detail) => events.push(`${event}: ${detail}`) };
}

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

/** Timers fire at once; their pauses are kept. Answers with how to stop. */
export function hurry() {
  const original = globalThis.setTimeout;
  const pauses = [];
  globalThis.setTimeout = (action, pause, ...rest) => (pauses.push(pause), original(action, 0, ...rest));
  return { pauses, stop: () => (globalThis.setTimeout = original) };
}

/** IndexedDB as a browser that denies it gives it. */
export function deniedIdb() {
  const denied = () => Promise.reject(new DOMException("denied", "SecurityError"));
  return { put: denied, take: denied, list: denied };
}
