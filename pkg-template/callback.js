// The browser is back: an address → a session, a refusal, or a fresh sign-in.
//
//   address ─┬─ nothing ─────────────────────────────────────> stay
//            ├─ error without state ─────────────────────────> refused, no transaction touched
//            ├─ code without state ── signed in or out? ─────> stay, else restart once
//            └─ response ── claim ─┬─ another client's ──────> stay
//                                  ├─ another window's ──────> handed over
//                                  ├─ unknown ───────────────> stay if signed in, else refused
//                                  └─ ours ── verify ── POST code ║ GET key set ── checks ──> session

import { GatepassError, toGatepassError } from "./errors.js";
import { keySet, settle } from "./keys.js";
import { handOver } from "./popup.js";
import { FOREIGN, SIGNED_OUT } from "./records.js";
import { allowRestart } from "./restart.js";
import { send } from "./wire.js";

const KEY_PAUSES = [500, 1_500, 4_000, 9_000, 15_000, 30_000]; // milliseconds: about a minute in all
const NOTABLE_DRIFT = 60; // seconds; less is the network's doing

/**
 * `arrive(address, isOver)` resolves with `{ returnTo }`; without it nothing was completed. `isOver()`: the person has
 * signed out since the browser came back.
 */
export function makeCallback({ core, session, records, log, leave, revoke }) {
  let pending; // a callback that a network fault interrupted: its code, or the tokens that wait for keys

  const arrive = async (address, isOver) => {
    await session.read();
    const { kind, state } = core.arrival(address);
    if (kind === "nothing") return {};
    if (kind === "stray") {
      const wanted = !session.isAlive() && records.mark(SIGNED_OUT) !== "1";
      return wanted ? restart(isOver, "state_missing") : {};
    }
    if (!state) return stray();
    if (pending?.state === state) return complete(pending);
    const record = await records.claim(state);
    if (record === FOREIGN) return {};
    if (record === undefined) return (await handOver(state, address)) ? {} : stray();
    try {
      return await take(address, record, state, isOver);
    } catch (e) {
      if (e?.rule === "transaction_expired") return restart(isOver, e.rule, record);
      throw e;
    }
  };

  /** Takes up the response at `address` to the sign-in of `record`. */
  const take = async (address, record, state, isOver) => complete({ ...core.verify(address, record), address, record, state, isOver });

  // A response to no sign-in that we know: an old address if somebody is signed in, else a refusal.
  const stray = () => {
    if (session.isAlive()) return {};
    throw new GatepassError("callback_invalid", { rule: "state_unknown" });
  };

  const restart = async (isOver, rule, record) => {
    allowRestart({ records, log }, rule);
    return leave(() => core.restart(record), isOver);
  };

  const complete = async (callback) => {
    const { address, record, jwksUri, isOver } = callback; // of the first try: another one is no new sign-in
    let text, drift;
    try {
      const exchange = callback.answer ?? send(core.exchange(address, record));
      const keys = keySet(core, jwksUri); // beside the exchange, not after it
      keys.catch(() => {});
      callback.answer = await exchange;
      const judge = (...step) => core.identify(record, callback.answer, ...step);
      ({ session: text, drift } = await settle(core, jwksUri, judge, keys, KEY_PAUSES));
    } catch (e) {
      const error = toGatepassError(e);
      if (isOver()) return signedOut(callback);
      if (error.code !== "keys_unavailable") callback.answer = undefined;
      pending = error.retryable ? callback : undefined;
      throw error;
    }
    pending = undefined;
    if (!(await session.begin(text, isOver))) return signedOut(callback);
    if (Math.abs(drift) > NOTABLE_DRIFT) log("clock_drift_adopted", `${drift}`);
    return { returnTo: callback.returnTo };
  };

  const signedOut = ({ answer }) => {
    revoke(refreshToken(answer));
    throw session.nobody();
  };

  return { arrive, take };
}

/** The refresh token of an answer that nobody will judge any more. */
function refreshToken(answer) {
  try {
    return JSON.parse(answer.body).refresh_token;
  } catch {
    return undefined;
  }
}
