// Renewal: once, however many calls and tabs ask.
//
//   lock across tabs ── read the record again ─┬─ another tab was faster ────────────────> its tokens
//                                              └─ POST refresh token ─┬─ tokens ── checks ──> kept, told to the others
//                                                                     ├─ invalid_grant ── read again, else the end
//                                                                     └─ any other fault ───> the session stands
//
// RFC 6749 §6, RFC 9700 §4.14 (rotation), OpenID Connect Core §12.

import { GatepassError, toGatepassError } from "./errors.js";
import { settle } from "./keys.js";
import { acquire } from "./locks.js";
import { SIGNED_OUT } from "./records.js";
import { send } from "./wire.js";

const PATIENCE = 15_000; // milliseconds; the request inside the lock gives up after 10 000

/** `renew(isEnough)`: resolves when the session is renewed, here or by another tab. */
export function makeRenewal({ core, name, session, provider, records, revoke }) {
  let running;

  const once = async (isEnough) => {
    await provider.ready(); // not inside the lock, where others wait
    const release = await acquire(`gatepass:${name}:renew`, PATIENCE).catch(() => {});
    try {
      await session.read();
      if (!session.held) throw session.nobody();
      if (isEnough()) return;
      if (!release) throw new GatepassError("refresh_busy");
      await refresh();
    } finally {
      release?.();
    }
  };

  const refresh = async () => {
    const { epoch, held } = session;
    const answer = await ask(held.refreshToken);
    let text, failure;
    try {
      const judge = (...step) => core.renewed(held.text, answer, ...step);
      text = (await settle(core, core.jwksUri(), judge)).session;
    } catch (e) {
      failure = toGatepassError(e);
      if (failure.code === "grant_refused") return refused(held);
      // The old refresh token may be spent: the new one must not be lost.
      text = core.rotated(held.text, answer);
      if (!text) throw failure;
    }
    // A sign-out, here or in another tab, marks first and clears then: looking last sees it.
    const signedOut = () => epoch !== session.epoch || records.mark(SIGNED_OUT) === "1";
    if (!signedOut()) await session.keep(text);
    if (signedOut()) {
      revoke(core.view(text).refreshToken);
      await session.drop(session.held ? "elsewhere" : session.reason);
      throw session.nobody();
    }
    if (failure) throw failure;
  };

  // One request, and one more when the answer was lost: within a rotation's grace that is safe.
  const ask = async (token) => {
    try {
      return await send(core.refresh(token));
    } catch (e) {
      if (e?.code !== "network_failed") throw e;
      return send(core.refresh(token));
    }
  };

  const refused = async (before) => {
    const reason = session.held === before && session.remaining() > 0 ? "revoked" : "expired";
    await session.read();
    if (session.held && session.held.refreshToken !== before.refreshToken) return;
    if (session.held) await session.finish(reason);
    throw session.nobody();
  };

  return (isEnough) => (running ??= once(isEnough).finally(() => (running = undefined)));
}
