// What the page shows of somebody who came by SAML: the pass, the attributes, the API, and what the
// identity provider says about the sign-in. No renewal: such a session ends, and one signs in again.

import { apiCard } from "./api.js";
import { button, facts, h, table } from "./dom.js";
import { moment } from "./moment.js";
import { pass } from "./pass.js";

export function samlView(snapshot, { signOut, callApi }) {
  const { user } = snapshot;
  const more = { NameID: h("code", { id: "name-id" }, user.claims.nameId.value), Issuer: h("code", {}, user.issuer) };
  const controls = [
    button("Sign out", signOut, { id: "sign-out" }),
    h("p", { class: "fine" }, "SAML sessions are not renewed: when the time is up, one signs in again."),
  ];
  return h(
    "div",
    { class: "stack" },
    pass(snapshot, more, controls),
    attributesCard(user),
    h("div", { class: "columns" }, signatureCard(user), apiCard(TOKEN, callApi)),
  );
}

const TOKEN =
  "At sign-in your back end got the response too, verified it once more with gatepass/saml, and gave this page an access token of its own. The API takes that.";

function attributesCard({ attributes }) {
  const rows = Object.entries(attributes).map(([name, values]) => [
    h("code", {}, name),
    h("ul", { class: "values" }, values.map((value) => h("li", {}, value))),
  ]);
  return h(
    "section",
    { class: "card", id: "attributes" },
    h("h2", {}, "Your attributes"),
    h("p", {}, "What the identity provider says about you. Read from the signed bytes alone, after their signature held."),
    rows.length > 0 ? table(rows) : h("p", {}, "None."),
  );
}

function signatureCard({ claims }) {
  const { signed, nameId, authnContext, authnInstant } = claims;
  return h(
    "section",
    { class: "card", id: "signature" },
    h("h2", {}, "How it was proven"),
    facts({
      Signed: h("span", { id: "signed" }, SIGNED[signed]),
      "Signed in with": authnContext && name(authnContext),
      "Signed in at": moment(authnInstant),
      "NameID is a": nameId.format && name(nameId.format),
    }),
  );
}

// The outermost element whose signature holds.
const SIGNED = { response: "The whole response", assertion: "The assertion in it" };

/** The last word of a URN, which is the one that tells, and the URN, which may break behind each word. */
function name(urn) {
  const words = urn.split(/(?<=[:/#])/);
  return [h("span", {}, words.at(-1)), h("code", { class: "moment" }, words.flatMap((word) => [h("wbr", {}), word]))];
}
