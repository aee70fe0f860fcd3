// SimpleSAMLphp reads our requests, signed ones too, and refuses what was not signed; we judge its
// responses. Over HTTP, without a browser.

import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { test } from "node:test";
import { createVerifier } from "../../pkg/saml.js";
import * as core from "../../pkg/wasm/saml.js";
import { bytes } from "../../pkg/wasm/saml-inline.js";
import { makeIdentity } from "../providers/certificate.mjs";
import { startSimpleSamlPhp } from "../providers/simplesamlphp.mjs";
import { freePort } from "./world.mjs";

const ORIGIN = "http://localhost:8585";
const { privateKey, certificate } = makeIdentity();
const sp = { entityId: "https://app.example/saml?a=1&b='x'", acsUrl: `${ORIGIN}/saml/acs?x=1&y=2`, certificate };
await core.default({ module_or_path: bytes() });

/** The provider, for one test. */
async function start(t, options) {
  const idp = await startSimpleSamlPhp({ port: await freePort(), sp, ...options });
  t.after(idp.stop);
  const known = { entityId: idp.entityId, singleSignOn: idp.singleSignOn, certificates: [idp.certificate] };
  return { idp, saml: { idp: known, sp: { entityId: sp.entityId, acsUrl: sp.acsUrl } } };
}

/** A request, signed with our key where `sp.sign` says so. */
function begin(saml, { change = (left) => left } = {}) {
  const departing = new core.SamlClient(JSON.stringify({ saml }), ORIGIN).signIn("{}", "/");
  const { state, record, octets } = departing;
  const left = departing.leave(octets ? sign("sha256", octets, privateKey) : new Uint8Array());
  return { state, id: JSON.parse(record).id, left: change(left) };
}

for (const binding of ["redirect", "post"]) {
  test(`asked by ${binding}: both signed, for this request, with our RelayState`, async (t) => {
    const { idp, saml } = await start(t);
    const { state, id, left } = begin({ ...saml, binding });
    const { action, RelayState, SAMLResponse } = await idp.signIn(left);
    assert.deepEqual([action, RelayState], [sp.acsUrl, state]);
    const { user, nameId } = await createVerifier({ ...saml, signed: "both" }).verify(SAMLResponse, { inResponseTo: id });
    assert.deepEqual([user.email, nameId.value], [idp.email, idp.email]);
  });

  test(`signed requests wanted, by ${binding}: ours is taken, an unsigned and a changed one are not`, async (t) => {
    const { idp, saml } = await start(t, { validate: true });
    const signing = { ...saml, binding, sp: { ...saml.sp, sign: true, certificate } };
    const { id, left } = begin(signing);
    const { SAMLResponse } = await idp.signIn(left);
    assert.equal((await createVerifier(saml).verify(SAMLResponse, { inResponseTo: id })).user.email, idp.email);

    await assert.rejects(idp.signIn(begin({ ...saml, binding }).left), /no signature found/);
    const change = ({ url, action, fields }) => (url ? { url: url.replace(/RelayState=./, "RelayState=~") } : { action, fields: altered(fields) });
    await assert.rejects(idp.signIn(begin(signing, { change }).left), /SimpleSAMLphp says/);
  });
}

test("by its own metadata, and unasked", async (t) => {
  const { idp, saml } = await start(t);
  const byMetadata = { ...saml, idp: { metadata: await idp.metadata() } };
  const { id, left } = begin(byMetadata);
  const { SAMLResponse } = await idp.signIn(left);
  assert.equal((await createVerifier(byMetadata).verify(SAMLResponse, { inResponseTo: id })).user.email, idp.email);

  const unasked = await idp.signIn(idp.idpInitiated("/deep?a=b"));
  assert.equal(unasked.RelayState, "/deep?a=b");
  await assert.rejects(createVerifier(saml).verify(unasked.SAMLResponse), { code: "idp_initiated_refused" });
  assert.equal((await createVerifier({ ...saml, allowIdpInitiated: true }).verify(unasked.SAMLResponse)).user.email, idp.email);
});

test("it encrypts: a code of its own", async (t) => {
  const { idp, saml } = await start(t, { encrypt: true });
  const { id, left } = begin(saml);
  const { SAMLResponse } = await idp.signIn(left);
  await assert.rejects(createVerifier(saml).verify(SAMLResponse, { inResponseTo: id }), { code: "assertion_encrypted", details: { rule: "assertion" } });
});

/** The message with another IssueInstant: what was signed is no longer what is sent. */
function altered({ SAMLRequest, ...fields }) {
  const text = Buffer.from(SAMLRequest, "base64").toString();
  const other = text.replace(/IssueInstant="\d{4}/, 'IssueInstant="2001');
  assert.notEqual(other, text);
  return { ...fields, SAMLRequest: Buffer.from(other).toString("base64") };
}
