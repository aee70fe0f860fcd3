// A GatepassError as a person wants it: what happened, whose turn it is, and a way on. The code and
// the rule are there for the developer whom the person will ask.

import { facts, h } from "./dom.js";

/** A card for `error`; its button calls `again`. */
export function problemCard(error, again) {
  const { code, turn, details } = error;
  const [whose, hint] = TURNS[turn];
  return h(
    "section",
    { class: "pass problem", "data-code": code },
    h(
      "div",
      { class: "body" },
      h("p", { class: "eyebrow" }, "That did not work"),
      h("h2", { tabindex: "-1" }, error.message),
      details.provider && providersWords(details.provider),
      facts({
        Code: h("code", {}, code),
        Rule: details.rule && h("code", {}, details.rule),
        Option: details.option && h("code", {}, details.option),
        "HTTP status": details.status && String(details.status),
      }),
    ),
    h(
      "div",
      { class: "stub" },
      h("p", { class: "turn" }, whose),
      h("p", { class: "fine" }, hint),
      h("button", { type: "button", onclick: again }, "Try again"),
      h("a", { class: "button quiet", href: "/" }, "Back to start"),
    ),
  );
}

const providersWords = ({ error, description }) =>
  h("blockquote", {}, h("p", {}, description ?? error), h("footer", {}, "The provider’s own words"));

const TURNS = {
  person: ["Your turn", "You can put this right yourself."],
  developer: ["The developer’s turn", "Something in this app has to change first."],
  provider: ["The provider’s turn", "Whoever runs the provider has to act first."],
  wait: ["Nobody’s turn", "This often passes by itself. Wait a moment, then try again."],
};
