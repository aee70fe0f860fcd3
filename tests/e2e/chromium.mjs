// The browser of the end-to-end tests: Chromium from the system, with everything switched off that
// would talk to the Internet by itself.

import { chromium } from "playwright-core";

/** Launches headless Chromium: the one named by the environment variable CHROMIUM, or the system's. */
export function launchChromium({ args = [], ...options } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    ...options,
    args: [
      ...args,
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Collects what a page complains of: uncaught errors, and errors on the console with the address
 * they came from. Leaves out the `expected` ones, `{ text: RegExp, reason }`.
 */
export function watchComplaints(page, expected = []) {
  const complaints = [];
  const complain = (complaint) => {
    if (!expected.some(({ text }) => text.test(complaint))) complaints.push(complaint);
  };
  page.on("pageerror", (error) => complain(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complain(`console: ${message.text()} (${message.location().url})`);
  });
  return complaints;
}
