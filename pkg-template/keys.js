// The providers' key sets: one per address, in memory, shared by all clients of the page.
//
//   verdict needs no key? ── done
//      └─ key set, an hour old at most ── knows the token's key? ── done
//            └─ key set past every cache, once a minute at most ── knows it or not: done

import { send, verify } from "./wire.js";

const LIFETIME = 3_600_000; // milliseconds
const PAUSE = 60_000; // milliseconds between two sets that were asked for in vain: tokens with made-up keys must not flood
const sets = new Map(); // by address: { answer, since, forced }

/** The key set's answer, asked for now or before. */
export function keySet(core, uri, fresh = false) {
  const known = sets.get(uri);
  const now = performance.now();
  if (known && (fresh ? now - known.forced < PAUSE : now - known.since < LIFETIME)) return known.answer;
  const answer = send(core.keys(uri, fresh)).then((answer) => (core.checkKeys(answer), answer));
  const set = { answer, since: now, forced: fresh ? now : -PAUSE };
  sets.set(uri, set);
  answer.catch(() => sets.get(uri) === set && sets.delete(uri));
  return answer;
}

/**
 * The session that `judge(keys, last, proof)` comes to: it asks for keys, for newer ones, for a
 * signature. `first` is a key set that was asked for before; `pauses` are those between tries.
 */
export async function settle(core, uri, judge, first, pauses = []) {
  let keys, last = false;
  const known = () => patient(first ?? keySet(core, uri), () => keySet(core, uri), pauses);
  const newer = () => patient(keySet(core, uri, true), () => keySet(core, uri, true), pauses);
  let step = judge(keys, last) ?? judge((keys = await known()), last) ?? judge((keys = await newer()), (last = true));
  if (!step.session) step = judge(keys, last, await verify(step));
  return step;
}

/** Tries again after each of `pauses` (milliseconds), unless what comes is no key set at all. */
async function patient(answer, again, pauses) {
  for (let i = 0; ; i++) {
    try {
      return await answer;
    } catch (e) {
      if (!e?.code || e.code === "keys_invalid") throw e;
      if (i >= pauses.length) throw { ...e, code: "keys_unavailable" };
    }
    await new Promise((resolve) => setTimeout(resolve, pauses[i]));
    answer = again();
  }
}
