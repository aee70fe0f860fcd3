// Identity providers that others wrote: they read our requests, we judge their responses. Over HTTP; the
// browser's part is not in it.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createVerifier, isGatepassError } from "../../pkg/saml.js";
import * as core from "../../pkg/wasm/saml.js";
import { bytes } from "../../pkg/wasm/saml-inline.js";
import { makeIdentity } from "../providers/certificate.mjs";
import { submit } from "../providers/saml-forms.mjs";
import { startSamlIdp } from "../providers/saml-idp.mjs";
import { freePort } from "./world.mjs";

const ORIGIN = "http://localhost:8585";
const sp = { entityId: "https://app.example/saml", acsUrl: `${ORIGIN}/saml/acs` };
const idp = await startSamlIdp({ port: await freePort(), sp });
after(() => idp.stop());
await core.default({ module_or_path: bytes() });

const known = ({ entityId, singleSignOn, certificate } = idp) => ({ entityId, singleSignOn, certificates: [certificate] });

/** A request that is about to leave: its ID and RelayState, and where it goes. */
function begin(saml, options = {}) {
  const departing = new core.SamlClient(JSON.stringify({ saml }), ORIGIN).signIn(JSON.stringify(options), "/");
  const { state, record } = departing;
  return { state, id: JSON.parse(record).id, leave: () => departing.leave(new Uint8Array()) };
}

/** Who it is, or `code/rule`. */
const verdict = (saml, response, options) =>
  createVerifier(saml)
    .verify(response, options)
    .then(({ user }) => user.email, (e) => (isGatepassError(e) ? [e.code, e.details.rule].filter(Boolean).join("/") : Promise.reject(e)));

for (const binding of ["redirect", "post"]) {
  test(`saml-idp, asked by ${binding}: it answers this request, here, with our RelayState`, async () => {
    const { state, id, leave } = begin({ idp: known(), sp, binding });
    const { action, fields } = await idp.signIn(leave());
    assert.deepEqual([action, fields.RelayState], [sp.acsUrl, state]);
    const { user, signed, nameId } = await createVerifier({ idp: known(), sp }).verify(fields.SAMLResponse, { inResponseTo: id });
    assert.deepEqual([user.email, user.name, signed, nameId.value], [idp.email, "saml jackson", "response", idp.email]);
  });
}

test("saml-idp, by its own metadata", async () => {
  const saml = { idp: { metadata: await idp.metadata() }, sp };
  const { id, leave } = begin(saml);
  const { fields } = await idp.signIn(leave());
  assert.equal(await verdict(saml, fields.SAMLResponse, { inResponseTo: id }), idp.email);
});

test("saml-idp's answer is for this request, this audience, this address, by this key, and as it was written", async () => {
  const saml = { idp: known(), sp };
  const { id, leave } = begin(saml);
  const response = (await idp.signIn(leave())).fields.SAMLResponse;
  const text = Buffer.from(response, "base64").toString();
  const changed = (from, to) => (assert.ok(text.includes(from), from), Buffer.from(text.replaceAll(from, to)).toString("base64"));
  const asked = { inResponseTo: id };
  const table = [
    ["as it is", saml, response, asked, idp.email],
    ["another request", saml, response, { inResponseTo: "_other" }, "message_invalid/in_response_to"],
    ["no request", saml, response, {}, "message_invalid/in_response_to"],
    ["another audience", { ...saml, sp: { ...sp, entityId: "https://other.example" } }, response, asked, "assertion_invalid/audience"],
    ["another address", { ...saml, sp: { ...sp, acsUrl: `${sp.acsUrl}?` } }, response, asked, "message_invalid/destination"],
    ["another issuer", { ...saml, idp: { ...known(), entityId: "urn:other" } }, response, asked, "message_invalid/issuer"],
    ["another key", { ...saml, idp: { ...known(), certificates: makeIdentity().certificate } }, response, asked, "signature_invalid/signature"],
    ["somebody else", saml, changed("saml.jackson@", "admin@"), asked, "signature_invalid/digest"],
    ["without signatures", saml, Buffer.from(text.replace(/<Signature\b.*?<\/Signature>/gs, "")).toString("base64"), asked, "signature_invalid/unsigned"],
    ["next year", saml, response, { ...asked, now: new Date(Date.now() + 365 * 86_400_000) }, "assertion_invalid/bearer_expired"],
    ["another context", saml, response, { ...asked, authnContext: ["urn:other"] }, "assertion_invalid/authn_context"],
  ];
  for (const [name, saml, response, options, expected] of table) assert.equal(await verdict(saml, response, options), expected, name);
});

test("saml-idp, unasked: refused unless it is allowed", async () => {
  const { fields } = await idp.signIn({ url: idp.singleSignOn });
  const saml = { idp: known(), sp };
  assert.equal(await verdict(saml, fields.SAMLResponse), "idp_initiated_refused");
  assert.equal(await verdict({ ...saml, allowIdpInitiated: true }, fields.SAMLResponse), idp.email);
  assert.equal(await verdict({ ...saml, allowIdpInitiated: true }, fields.SAMLResponse, { inResponseTo: "_1" }), "message_invalid/in_response_to");
});

test("saml-idp reads what we ask for", async () => {
  const authnContext = ["urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"];
  const { id, state, leave } = begin({ idp: known(), sp }, { forceAuthn: true, authnContext });
  const { html } = await submit(leave());
  for (const text of [id, state, sp.entityId, sp.acsUrl]) assert.ok(html.includes(text), text);
});
