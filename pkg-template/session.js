// The session that this page holds, and the record of it that all tabs share.
//
//   record ── read ──> held ── keep (sign-in, renewal) ──> record
//                        └─── end (sign-out, refusal) ───> no record, a mark in its place
//
// The page's copy is never given up for a fault of the store: it is written again, or lives in memory.

import { GatepassError } from "./errors.js";
import { RESTARTED, SIGNED_OUT } from "./records.js";

/** `client`: its core, store, records and log; the core and the store from `open` on. */
export function makeSession(client) {
  let held; // { text, accessToken, idToken, refreshToken, since, lifetime, user, base }
  let stored = false; // the record is where all tabs see it
  let reason = "never";
  let told = false; // that the store is denied or full: once is enough
  let writing; // the store is being changed: what it still holds is the past

  const session = {
    /** Raised by every sign-out, before anything is waited for: what began before it brings nothing back. */
    epoch: 0,

    get held() {
      return held;
    },

    /** Why nobody is signed in. */
    get reason() {
      return reason;
    },

    /** The error of whoever asks for somebody's tokens in vain. */
    nobody: (rule = reason) => new GatepassError("sign_in_required", { rule }),

    /** Tells later whether the person has signed out since, here or in another tab. */
    watch() {
      const { epoch } = session;
      const isOut = () => client.records.mark(SIGNED_OUT) === "1";
      const wasOut = isOut();
      return () => epoch !== session.epoch || (!wasOut && isOut());
    },

    /** Seconds that the tokens still live, by whichever clock says less: one can be set, the other sleeps. */
    remaining() {
      const { since, lifetime, base } = held;
      // In milliseconds first, as the snapshot's `expiresAt`: an app's own subtraction comes to the same.
      const byWall = (since + lifetime) * 1000 - Date.now();
      return Math.min(byWall, lifetime * 1000 - (performance.now() - base)) / 1000;
    },

    /** Somebody is here, with tokens or with the means to renew them. */
    isAlive: () => !!held && (!!held.refreshToken || session.remaining() > 0),

    /** What the store and the marks say becomes what this page holds. */
    async read() {
      const { epoch } = session;
      let text, denied, before;
      do {
        await writing;
        before = held;
        denied = false;
        text = await client.store.get().catch(() => void (denied = true));
      } while (before !== held); // what was read meanwhile is older than what is held now
      // After the store: who signs in clears the mark first, who signs out sets it first.
      const mark = client.records.mark(SIGNED_OUT);
      if (epoch !== session.epoch) return;
      if (mark === "1" || (mark && text == null && !denied)) {
        if (held) session.end(mark === "1" ? "elsewhere" : mark);
        else if (reason === "never") reason = mark === "1" ? "signed_out" : mark;
        if (text != null) await forget();
      } else if (!denied && text !== held?.text) {
        await take(text ?? undefined);
      }
      if (held && !session.isAlive()) await session.finish("expired");
    },

    /** Takes up a session that has just begun. False, and nothing of it stays: the person has signed out since. */
    async begin(text, isOver) {
      if (isOver()) return false;
      for (const mark of [SIGNED_OUT, RESTARTED]) client.records.setMark(mark);
      await session.keep(text);
      // A sign-out marks first and clears then: looking last sees it.
      if (!isOver() && client.records.mark(SIGNED_OUT) !== "1") return true;
      await session.drop(held ? "elsewhere" : reason);
      return false;
    },

    /** Takes up a session that has just begun or was renewed. */
    async keep(text) {
      hold(text, client.core.view(text));
      await (writing = write());
    },

    /** Nobody is signed in in this page. */
    end(why) {
      held = undefined;
      stored = false;
      reason = why;
    },

    /** Nor is anything in the store. */
    async drop(why) {
      session.end(why);
      await (writing = forget());
    },

    /** The session is over for every tab: `expired` or `revoked`. */
    async finish(why) {
      client.records.setMark(SIGNED_OUT, why);
      await session.drop(why);
    },
  };

  const forget = () => client.store.remove().catch(() => {});

  const take = async (text) => {
    const view = text === undefined ? undefined : read(text);
    if (view && !(held && !stored && view.since < held.since)) {
      stored = true;
      hold(text, view);
    } else if (held && stored) {
      await write(); // cleared or damaged under our hands
    } else if (text !== undefined) {
      await forget();
    }
  };

  const read = (text) => {
    try {
      return client.core.view(text);
    } catch (why) {
      client.log("session_dropped", why);
    }
  };

  const hold = (text, view) => {
    const elapsed = Date.now() / 1000 - view.since;
    // A clock that was set back says nothing about the age: renew where that is possible.
    const age = elapsed < -CLOCK_SET_BACK && view.refreshToken ? Infinity : Math.max(elapsed, 0);
    held = { ...view, text, base: performance.now() - age * 1000 };
  };

  const write = async () => {
    try {
      await client.store.set(held.text);
      stored = true;
    } catch {
      if (!told) client.log("session_in_memory", "storage");
      told = true;
      stored = false;
      await forget(); // what stands there has a spent refresh token
    }
  };

  return session;
}

const CLOCK_SET_BACK = 60; // seconds
