// This page: leaving it, and calling the app in it.

import { GatepassError } from "./errors.js";

/** Leaves for `url`. If the page comes back from the back/forward cache, nobody waits forever. */
export function depart(url) {
  location.assign(url);
  return new Promise((_, reject) => {
    addEventListener("pageshow", function back(event) {
      if (!event.persisted) return;
      removeEventListener("pageshow", back);
      reject(new GatepassError("interrupted"));
    });
  });
}

/** Calls the app. Its own error must not undo what has happened here. */
export function tell(listener, ...args) {
  try {
    listener?.(...args);
  } catch (e) {
    reportError(e);
  }
}
