// This page: leaving it, and calling the app in it.

import { GatepassError } from "./errors.js";

/** Leaves for `url`, or by `form`. If the page comes back from the back/forward cache, nobody waits forever. */
export function depart(url, form) {
  if (form) form.submit();
  else location.assign(url);
  return new Promise((_, reject) => {
    addEventListener("pageshow", function back(event) {
      if (!event.persisted) return;
      removeEventListener("pageshow", back);
      reject(new GatepassError("interrupted"));
    });
  });
}

/** Opens a window; must be called while the person's click counts. */
export function openPopup() {
  const popup = open("", "", "popup,width=480,height=680");
  if (!popup) throw new GatepassError("popup_blocked");
  return popup;
}

/** Calls the app. Its own error must not undo what has happened here. */
export function tell(listener, ...args) {
  try {
    listener?.(...args);
  } catch (e) {
    reportError(e);
  }
}
