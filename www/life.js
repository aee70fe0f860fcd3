// The life of a session, to watch: renewal, another tab, the network gone and back. The card keeps a
// diary of what the snapshots tell.

import { button, h } from "./dom.js";

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const diary = []; // newest first, of this page
const KEPT = 6;

let before;

/** Takes down what `snapshot` says that the one before did not. */
export function note(snapshot) {
  const entry = change(before, snapshot);
  before = snapshot;
  if (!entry) return;
  diary.unshift(h("li", {}, h("time", {}, TIME.format(new Date())), " ", entry));
  diary.length = Math.min(diary.length, KEPT);
}

function change(before, now) {
  if (now.status !== before?.status) return now.status === "signedIn" ? "Signed in" : ENDED[now.reason];
  if (now.status !== "signedIn") return undefined;
  if (now.stale && !before.stale) return "A renewal failed: you stay signed in, and it is tried again";
  if (before.stale && !now.stale) return "The provider is back: renewed";
  if (+now.expiresAt !== +before.expiresAt) return "Tokens renewed";
}

const ENDED = {
  never: undefined,
  signed_out: "Signed out here",
  elsewhere: "Signed out in another tab",
  expired: "The session has ended",
  revoked: "The provider has ended the session",
};

/** The card; `renew` asks for tokens that live longer than the present ones. */
export function lifeCard({ stale }, renew) {
  return h(
    "section",
    { class: "card", id: "life" },
    h("h2", {}, "The life of this session"),
    stale && h("p", { class: "stale", role: "status" }, "The provider cannot be reached. You stay signed in; it is tried again by itself."),
    h("p", {}, "Renew the tokens, open a second tab and watch it follow, or take the network away and give it back."),
    h(
      "p",
      { class: "row" },
      button("Renew now", renew, { id: "renew", class: "quiet" }),
      h("a", { class: "button quiet", id: "second-tab", href: "/", target: "_blank", rel: "opener" }, "Open a second tab"),
    ),
    h("ol", { class: "diary", "aria-live": "polite" }, diary),
  );
}
