// A countdown that says how long the session lasts. Quiet to screen readers: the time of day beside
// it says the same without being read out every second.

import { h } from "./dom.js";

/** An element that counts down to `end` for as long as it is in the page. */
export function countdown(end) {
  const element = h("p", { class: "countdown", role: "timer", "aria-live": "off" });
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    element.textContent = clock(seconds);
    return seconds > 0;
  };
  tick();
  const timer = setInterval(() => {
    if (!tick() || !element.isConnected) clearInterval(timer);
  }, 1000);
  return element;
}

function clock(seconds) {
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return (hours > 0 ? [hours, ...parts] : parts).join(":");
}
