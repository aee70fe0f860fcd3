// A SAML response on its way from the assertion consumer service to the callback: one sealed record, its
// single-use handle in the address.
//
//   ACS (worker, or the page of acs-handler.js) ── keep ──> handle ── 303 ──> callback ── take ──> the response
//
// A handful at most, and not for long. Anybody can post junk at us: it never pushes out a response whose
// RelayState names a sign-in that is under way.

import { idb, pairs, result, run } from "./idb.js";
import { seal, unseal } from "./vault.js";

const PREFIX = "gatepass:hand-over:";
const VERSION = 1;
const LIFETIME = 120_000; // milliseconds
const MAX_PENDING = 4;
/** The parameter of the callback's address: a handle, or the rule by which a post was refused. */
export const HANDLE = "saml_handle";

/** Keeps what was posted and answers with its handle. Rejects with the rule: `busy`, `storage`. */
export async function keep({ response, relayState }) {
  const random = crypto.getRandomValues(new Uint8Array(32));
  const handle = btoa(String.fromCharCode(...random)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  let isKept;
  try {
    const sealed = await seal(response, PREFIX + handle);
    isKept = await run("readwrite", (store) => add(store, PREFIX + handle, { v: VERSION, created: Date.now(), relayState, ...sealed }));
  } catch {
    throw "storage";
  }
  if (!isKept) throw "busy";
  return handle;
}

/** What was kept, `{ response, relayState }`: once, and for two minutes. Whatever is older goes too. */
export async function take(handle) {
  const record = await idb.take(PREFIX + handle);
  await sweep();
  if (!isLive(record)) return undefined;
  const response = await unseal(record, PREFIX + handle);
  return response ? { response, relayState: record.relayState } : undefined;
}

/** Deletes what nobody has come for in two minutes; `all`: or later. */
export const sweep = (all) => run("readwrite", (store) => live(store, all)).catch(() => {});

async function add(store, key, record) {
  const isSame = ([, { relayState }]) => relayState && relayState === record.relayState;
  const pending = await live(store);
  // Sent twice: the later one is what the browser waits for.
  for (const [old] of pending.filter(isSame)) store.delete(old);
  const others = pending.filter((entry) => !isSame(entry));
  if (others.length >= MAX_PENDING) {
    const awaited = new Set((await result(store.getAllKeys())).map((name) => name.split?.(":tx:")[1]));
    const isAwaited = ({ relayState }) => !!relayState && awaited.has(relayState);
    const oldest = others.sort(([, a], [, b]) => isAwaited(a) - isAwaited(b) || a.created - b.created)[0];
    if (isAwaited(oldest[1]) && !isAwaited(record)) return false;
    store.delete(oldest[0]);
  }
  store.put(record, key);
  return true;
}

/** The live [key, record] pairs; the others go. */
async function live(store, none = false) {
  const stays = (record) => !none && isLive(record);
  const all = await pairs(store, PREFIX);
  for (const [key, record] of all) if (!stays(record)) store.delete(key);
  return all.filter(([, record]) => stays(record));
}

const isLive = (record) => record?.v === VERSION && Math.abs(Date.now() - record.created) <= LIFETIME;
