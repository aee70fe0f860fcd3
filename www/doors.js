// What the page shows when nobody is signed in: two doors, side by side.

import { button, h } from "./dom.js";

/**
 * `reason` says why nobody is here; `signIn` has a function for each door. `links` has the hosted pages'
 * addresses, or the `accounts` of a pool that has no such pages; `saml` the identity provider's address and
 * the person whom it lets in.
 */
export function doorsView(reason, signIn, links, saml) {
  return h(
    "div",
    { class: "stack" },
    h(
      "div",
      { class: "welcome" },
      h("p", { class: "eyebrow" }, GREETINGS[reason]),
      h("h1", {}, "Sign in, without a back end"),
      h("p", { class: "lead" }, "Two doors, one page. Either way you come back with a session that this page has checked itself."),
    ),
    h("div", { class: "doors" }, cognitoDoor(signIn.cognito, links), samlDoor(signIn.saml, saml)),
  );
}

const GREETINGS = {
  never: "Nobody is signed in",
  signed_out: "You have signed out",
  expired: "Your session has ended",
  revoked: "The provider has ended your session",
  elsewhere: "You have signed out in another tab",
};

const cognitoDoor = (signIn, { signUp, forgotPassword, accounts }) =>
  door(
    "Amazon Cognito",
    "OpenID Connect",
    [
      h(
        "p",
        {},
        "You type your password at Cognito’s login page. It sends you back with a code that works once; ",
        "this page exchanges it for tokens, and checks them.",
      ),
      accounts && hint("Accounts of this demo", accounts.map(({ name, password }) => [h("code", {}, name), h("code", {}, password)])),
    ],
    [
      button("Sign in with Cognito", signIn, { id: "sign-in" }),
      h("p", { class: "fine" }, "Authorization code, PKCE, state and nonce. Always."),
      signUp && h("a", { href: signUp }, "Create an account"),
      forgotPassword && h("a", { href: forgotPassword }, "Forgot your password?"),
    ],
  );

const samlDoor = (signIn, { start, person }) =>
  door(
    "Company login",
    "SAML 2.0",
    [
      h(
        "p",
        {},
        "Your company’s identity provider vouches for you with a signed document. The site that takes and checks it is called ",
        "the service provider: usually a server, here this page.",
      ),
      hint("Account of this demo", [[h("code", {}, person), "no password"], ["Press Sign in on its page."]]),
    ],
    [
      button("Sign in with SAML", signIn, { id: "sign-in-saml" }),
      h("p", { class: "fine" }, "Signature, issuer, audience, times and replay. Always."),
      h("a", { id: "idp-initiated", href: start }, "Start at the identity provider"),
    ],
  );

const door = (title, protocol, body, stub) =>
  h(
    "section",
    { class: "pass door" },
    h("div", { class: "body" }, h("p", { class: "eyebrow" }, protocol), h("h2", {}, title), body),
    h("div", { class: "stub" }, stub),
  );

const hint = (title, lines) =>
  h("div", { class: "hint" }, h("p", {}, title), h("ul", {}, lines.map((words) => h("li", {}, words.map((word) => h("span", {}, word))))));
