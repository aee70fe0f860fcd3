// Texts sealed for IndexedDB: AES-GCM, a key that cannot leave the browser, a new random 96-bit IV for
// each. The owner is bound to the text: one cannot stand in another's place. It protects the bytes at rest;
// a script of this origin can still ask for what is in them.

import { idb } from "./idb.js";
import { acquire } from "./locks.js";

const KEY = "gatepass:vault-key";
const PATIENCE = 5000; // milliseconds
const encode = (text) => new TextEncoder().encode(text);
const algorithm = (iv, owner) => ({ name: "AES-GCM", iv, additionalData: encode(owner) });

/** `{ iv, data }` */
export async function seal(text, owner) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt(algorithm(iv, owner), await key(), encode(text)) };
}

/** The text, or "" where it is damaged or somebody else's. */
export async function unseal({ iv, data }, owner) {
  const vaultKey = await key();
  try {
    return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm(iv, owner), vaultKey, data));
  } catch {
    return "";
  }
}

// Two tabs may come first at once: made under a lock, added only where there is none, read again.
async function key() {
  const known = await idb.get(KEY);
  if (known instanceof CryptoKey) return known;
  const release = await acquire(KEY, PATIENCE);
  try {
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    return await idb.add(KEY, made, (key) => key instanceof CryptoKey);
  } finally {
    release();
  }
}
