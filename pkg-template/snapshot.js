// What the app sees: one immutable snapshot, the same reference until it changes.

import { tell } from "./page.js";

export function makeSnapshot() {
  const listeners = new Set();
  let current = Object.freeze({ status: "loading" });

  return {
    get current() {
      return current;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Shows the session, or why there is none. */
    show({ held, reason }, stale, error) {
      const next = held ? signedIn(held, stale) : { status: "signedOut", reason };
      if (error) next.error = error;
      if (JSON.stringify(next) === JSON.stringify(current) && error === current.error) return current;
      current = freeze(next);
      for (const listener of [...listeners]) tell(listener);
      return current;
    },
  };
}

const signedIn = ({ user, since, lifetime, via = "oidc" }, stale) => ({
  status: "signedIn",
  user: { attributes: {}, ...user },
  expiresAt: new Date((since + lifetime) * 1000),
  via,
  stale,
});

function freeze(value) {
  for (const inner of Object.values(value)) if (inner instanceof Object) freeze(inner);
  return Object.freeze(value);
}
