// The pass of somebody who is signed in, by whichever door: who it is, and for how long.

import { countdown } from "./countdown.js";
import { facts, h } from "./dom.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** `more` are facts about the person, `controls` what the stub ends with. */
export function pass({ user, expiresAt }, more, controls) {
  return h("div", { class: "pass" }, identity(user, more), stub(expiresAt, controls));
}

function identity({ id, name, email, emailVerified, groups }, more) {
  return h(
    "div",
    { class: "body" },
    h(
      "div",
      { class: "person" },
      h("span", { class: "avatar", "aria-hidden": "true" }, initials(name ?? email ?? id)),
      h(
        "div",
        {},
        h("p", { class: "eyebrow" }, "Signed in as"),
        h("h1", { id: "user-name" }, name ?? email ?? id),
        email && h("p", { class: "email" }, email, emailVerified && h("span", { class: "verified" }, "verified")),
      ),
    ),
    facts({ Groups: groups.length > 0 ? chips(groups) : "none", ...more }),
  );
}

const chips = (words) => h("span", { class: "chips" }, words.map((word) => h("span", { class: "chip" }, word)));

function stub(expiresAt, controls) {
  return h(
    "div",
    { class: "stub" },
    h("p", { class: "eyebrow" }, "Valid for"),
    countdown(expiresAt),
    h("p", { class: "fine" }, "until ", h("time", { datetime: expiresAt.toISOString() }, CLOCK.format(expiresAt))),
    controls,
  );
}

function initials(name) {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  return [words[0], words.length > 1 && !name.includes("@") && words.at(-1)]
    .filter(Boolean)
    .map((word) => [...word][0].toUpperCase())
    .join("");
}
