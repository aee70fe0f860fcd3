// Assertions that were accepted: each once, in all tabs, for as long as it could be accepted again (SAML
// profiles §4.1.4.5). Only their hashes stay.

import { pairs, run } from "./idb.js";

const PREFIX = "gatepass:replay:";

/** Whether it is the first time. Rejects where nothing can be remembered. */
export async function isFirst({ issuer, assertionId, rememberUntil }) {
  const name = new TextEncoder().encode(JSON.stringify([issuer, assertionId]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", name));
  const key = PREFIX + btoa(String.fromCharCode(...digest));
  return run("readwrite", async (store) => {
    const isOver = (end) => end <= Date.now() / 1000;
    const all = await pairs(store, PREFIX);
    for (const [old, end] of all) if (isOver(end)) store.delete(old);
    if (all.some(([old, end]) => old === key && !isOver(end))) return false;
    store.put(rememberUntil, key);
    return true;
  });
}
