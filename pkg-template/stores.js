// Where a session is kept: get, set, remove, whatever is behind. Every method may reject; the session
// then lives in this page's memory.

import { idb } from "./idb.js";
import { seal, unseal } from "./vault.js";

/** The store of this kind for the record `key`, which belongs to `owner`. */
export function openStore(kind, key, owner) {
  if (kind instanceof Object) return custom(kind, key);
  if (kind === "memory") return memory();
  if (kind === "local") return web(() => localStorage, key);
  if (kind === "session") return web(() => sessionStorage, key);
  return vault(key, owner);
}

export function memory() {
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

// The owner: version, client, issuer, client id, kind.
const vault = (key, owner) => ({
  async get() {
    const record = await idb.get(key);
    return record === undefined ? undefined : unseal(record ?? {}, owner);
  },
  set: async (text) => idb.put(key, await seal(text, owner)),
  remove: () => idb.take(key),
});
