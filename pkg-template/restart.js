// Signing in again without a click: once in ten minutes, never a loop.

import { RESTARTED } from "./records.js";

const PAUSE = 600; // seconds

/** Throws `callback_invalid` / `rule` when it may not be, or could not be remembered. */
export function allowRestart({ records, log }, rule) {
  const now = Math.floor(Date.now() / 1000);
  const last = records.mark(RESTARTED);
  const allowed = !(last && Math.abs(now - last) < PAUSE) && records.setMark(RESTARTED, `${now}`);
  if (!allowed) throw { code: "callback_invalid", rule };
  log("sign_in_restarted", rule);
}
