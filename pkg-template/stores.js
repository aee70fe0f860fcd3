// Where a session is kept: get, set, remove, whatever is behind. Every method may reject; the session
// then lives in this page's memory.

import { idb } from "./idb.js";
import { acquire } from "./locks.js";

/** The store of this kind for the record `key`, which belongs to `owner`. */
export function openStore(kind, key, owner) {
  if (kind instanceof Object) return custom(kind, key);
  if (kind === "memory") return memory();
  if (kind === "local") return web(() => localStorage, key);
  if (kind === "session") return web(() => sessionStorage, key);
  return vault(key, owner);
}

function memory() {
  let kept;
  return { get: async () => kept, set: async (text) => (kept = text), remove: async () => (kept = undefined) };
}

const custom = (store, key) => ({
  get: async () => store.get(key),
  set: async (text) => store.set(key, text),
  remove: async () => store.remove(key),
});

// Opened anew each time: a page may be denied its storage at load and get it later.
const web = (open, key) => ({
  get: async () => open().getItem(key),
  async set(text) {
    open().setItem(key, text);
    if (open().getItem(key) !== text) throw new Error("not kept");
  },
  remove: async () => open().removeItem(key),
});

// IndexedDB, AES-GCM, a key that cannot leave the browser, a new random 96-bit IV for each write. The
// owner (version, client, issuer, client id, kind) is bound to the record: one cannot stand in
// another's place. It protects the bytes at rest; a script of this origin can still ask for a token.
const vault = (key, owner) => ({
  async get() {
    const record = await idb.get(key);
    if (record === undefined) return undefined;
    const vaultKey = await openVault();
    try {
      return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm(record.iv, owner), vaultKey, record.data));
    } catch {
      return ""; // a damaged record
    }
  },
  async set(text) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt(algorithm(iv, owner), await openVault(), encode(text));
    await idb.put(key, { iv, data });
  },
  remove: () => idb.take(key),
});

const VAULT_KEY = "gatepass:vault-key";
const PATIENCE = 5000; // milliseconds
const encode = (text) => new TextEncoder().encode(text);
const algorithm = (iv, owner) => ({ name: "AES-GCM", iv, additionalData: encode(owner) });

// Two tabs may come first at once: made under a lock, added only where there is none, read again.
async function openVault() {
  const known = await idb.get(VAULT_KEY);
  if (known instanceof CryptoKey) return known;
  const release = await acquire(VAULT_KEY, PATIENCE);
  try {
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return await idb.add(VAULT_KEY, made, (key) => key instanceof CryptoKey);
  } finally {
    release();
  }
}
