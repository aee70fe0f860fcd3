// What is refused in the browser: responses that were changed on the way or are not for us, and what strangers post.
// Afterwards nobody is signed in, nothing is left over, and the error says what to do and nothing about anybody.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CODES } from "../../pkg/errors-saml.js";
import { GatepassError, addCodes } from "../../pkg/errors.js";
import { makeIdentity } from "../providers/certificate.mjs";
import { samlIdp } from "./saml-logins.mjs";
import { attended, startSamlWorld, xmlOf } from "./saml-world.mjs";
import { ready, stored, verdict } from "./world.mjs";

const world = await startSamlWorld({ startIdp: samlIdp });
after(() => world.stop());
addCodes(CODES);
const { idp } = world;

const KEPT = ["gatepass:vault-key"];
const encode = (text) => Buffer.from(text).toString("base64");

/** The response with a part of it replaced. */
const changed = ({ SAMLResponse, RelayState }, from, to) => {
  const text = xmlOf(SAMLResponse);
  const other = text.replace(from, to);
  assert.notEqual(other, text, "there is something to change");
  return { SAMLResponse: encode(other), RelayState };
};

/** Nobody is signed in; the error, of which all may be shown to anybody. */
async function refusal(page, secrets = []) {
  const { status, reason, error } = await ready(page);
  assert.deepEqual([status, reason], ["signedOut", "never"]);
  assert.equal(error.message, new GatepassError(error.code, error.details).message);
  const told = JSON.stringify([error, await page.evaluate(() => log)]);
  for (const secret of [idp.email, "Jackson", ...secrets]) assert.ok(!told.includes(secret), told);
  assert.equal(new URL(page.url()).search, "");
  return error;
}

const names = async (page) => (await stored(page)).map(([, key]) => key.replace(/(?<=:(tx|hand-over|replay):).*/, "")).sort();

const SIGNATURES = /<Signature\b.*?<\/Signature>/gs;
const ASSERTION = /<saml:Assertion\b.*<\/saml:Assertion>/s;
const forged = (assertion) => assertion.replace(SIGNATURES, "").replace(/ ID="[^"]+"/, ' ID="_forged"').replaceAll("saml.jackson@", "admin@");
const inStatus = (inner) => `<samlp:StatusDetail>${inner}</samlp:StatusDetail></samlp:Status>`;

// Between the identity provider's last page and us: name, what is changed, verdict.
for (const [name, change, expected] of [
  ["another e-mail address", (form) => changed(form, /saml\.jackson@/g, "admin@"), ["signature_invalid", "digest"]],
  ["another e-mail address in the assertion, whose own signature is gone", (form) => changed(changed(form, ASSERTION, (all) => all.replace(SIGNATURES, "")), /saml\.jackson@/g, "admin@"), ["signature_invalid", "digest"]],
  ["no signature", (form) => changed(form, SIGNATURES, ""), ["signature_invalid", "unsigned"]],
  ["another signature value", (form) => changed(form, /<SignatureValue>..../, "<SignatureValue>AAAA"), ["signature_invalid", "signature"]],
  ["a forged assertion before the signed one", (form) => changed(form, ASSERTION, (all) => forged(all) + all), ["message_invalid", "assertion_count"]],
  ["a forged assertion in the place of the signed one, which hides in the status", (form) => {
    const [signed] = xmlOf(form.SAMLResponse).match(ASSERTION);
    return changed(changed(form, ASSERTION, forged), "</samlp:Status>", inStatus(signed));
  }, ["message_invalid", "shape"]],
  ["the signed response inside a forged one", (form) => changed(form, /^.*$/s, (all) => {
    const outer = all.replace(SIGNATURES, "").replace(/ ID="[^"]+"/, ' ID="_outer"').replace(ASSERTION, forged);
    return outer.replace("</samlp:Status>", inStatus(all));
  }), ["message_invalid", "shape"]],
  ["a comment that cuts the name", (form) => changed(form, ">saml.jackson@example.com</saml:NameID>", ">saml.jackson<!-- -->@example.com</saml:NameID>"), ["message_invalid", "comment"]],
  ["a document type", (form) => changed(form, /^/, '<!DOCTYPE a [<!ENTITY b "c">]>'), ["message_invalid", "doctype"]],
]) {
  test(`changed on the way: ${name}`, async (t) => {
    const page = await world.open(t, "/start");
    await world.begin(page);
    const form = await world.logInAndHold(page);
    await world.post(page, change(form));

    const error = await refusal(page, ["admin@", form.SAMLResponse.slice(400, 440)]);
    assert.deepEqual(verdict(error), expected);
    assert.deepEqual(await names(page), KEPT);
    assert.deepEqual(world.posts(), []);
  });
}

// Who alters RelayState takes the answer from its question, which still waits for it.
for (const [name, change] of [
  ["altered", (form) => ({ ...form, RelayState: form.RelayState.replace(/./, (first) => (first === "A" ? "B" : "A")) })],
  ["removed", ({ SAMLResponse }) => ({ SAMLResponse })],
  ["empty", (form) => ({ ...form, RelayState: "" })],
  ["too long", (form) => ({ ...form, RelayState: form.RelayState + "A".repeat(60) })],
  ["an address", (form) => ({ ...form, RelayState: "https://evil.example/" })],
]) {
  test(`RelayState ${name}: refused, and the true one still signs in`, async (t) => {
    const page = await world.open(t, "/start");
    await world.begin(page);
    const form = await world.logInAndHold(page);
    await world.post(page, change(form));
    assert.deepEqual(verdict(await refusal(page)), ["callback_invalid", "state_unknown"]);
    assert.deepEqual(await names(page), ["gatepass:default:tx:", ...KEPT]);

    await page.goto(world.elsewhere.origin);
    await world.post(page, form);
    assert.equal((await ready(page)).user.email, idp.email);
    assert.equal(page.url(), `${world.origin}/start`);
  });
}

test("RelayState of another sign-in of this browser: refused", async (t) => {
  const context = await world.person(t);
  const [one, two] = [await world.open(t, "/one", { context }), await world.open(t, "/two", { context })];
  await world.begin(one);
  await world.begin(two);
  const { SAMLResponse } = await world.logInAndHold(one);
  const { RelayState } = await world.logInAndHold(two);
  await world.post(one, { SAMLResponse, RelayState });
  assert.deepEqual(verdict(await refusal(one)), ["message_invalid", "in_response_to"]);
});

test("a stranger's own answer in this browser: nobody becomes the stranger", async (t) => {
  const theirs = await world.open(t, "/");
  await world.begin(theirs);
  const form = await world.logInAndHold(theirs);

  const page = await world.open(t, "/");
  await attended(page);
  await page.goto(world.elsewhere.origin);
  await world.post(page, form);
  assert.deepEqual(verdict(await refusal(page)), ["callback_invalid", "state_unknown"]);
  assert.deepEqual(await names(page), KEPT);
});

// The page's own configuration differs from what the identity provider knows: name, `saml`, verdict.
for (const [name, saml, expected] of [
  ["another certificate", { idp: { ...world.byHand, certificates: [makeIdentity().certificate] } }, ["signature_invalid", "signature"]],
  ["another audience", { sp: { entityId: "https://other.example/saml" } }, ["assertion_invalid", "audience"]],
  ["another issuer", { idp: { ...world.byHand, entityId: "urn:other" } }, ["message_invalid", "issuer"]],
]) {
  test(`not ours: ${name}`, async (t) => {
    const page = await world.open(t, "/start", { harness: { saml } });
    await world.begin(page);
    await world.logIn(page);
    assert.deepEqual(verdict(await refusal(page)), expected);
    assert.deepEqual(await names(page), KEPT);
  });
}

test("not ours: for another address", async (t) => {
  const page = await world.open(t, "/start");
  await world.begin(page);
  // It answers where the request says.
  await page.evaluate(() => {
    const field = document.querySelector("[name=_authnRequest]");
    const request = JSON.parse(atob(field.value));
    field.value = btoa(JSON.stringify({ ...request, acsUrl: "https://other.example/saml/acs" }));
  });
  await world.post(page, await world.logInAndHold(page));
  assert.deepEqual(verdict(await refusal(page)), ["message_invalid", "destination"]);
  assert.deepEqual(await names(page), KEPT);
});

test("what strangers post: each refused with its rule, and the sign-in under way is not disturbed", async (t) => {
  const context = await world.person(t);
  const mine = await world.open(t, "/start", { context });
  await world.begin(mine);
  const unasked = (await idp.signIn({ url: idp.singleSignOn })).fields;
  const xml = "<a/>";
  const KIB = 1024;

  const page = await world.open(t, "/", { context });
  const multipart = { enctype: "multipart/form-data" };
  // Name, fields, verdict, how they are posted.
  for (const [name, fields, expected, options] of [
    ["no field", [], ["message_invalid", "no_response"]],
    ["another field", { SAMLart: "x" }, ["message_invalid", "no_response"]],
    ["an empty response", { SAMLResponse: "" }, ["message_invalid", "no_response"]],
    ["two responses", [["SAMLResponse", encode(xml)], ["SAMLResponse", encode(xml)]], ["message_invalid", "repeated"]],
    ["two RelayStates", [["SAMLResponse", encode(xml)], ["RelayState", "a"], ["RelayState", "b"]], ["message_invalid", "repeated"]],
    ["not base64", { SAMLResponse: "***" }, ["message_invalid", "base64"]],
    ["not UTF-8", { SAMLResponse: Buffer.of(0xff, 0xfe).toString("base64") }, ["message_invalid", "encoding"]],
    ["not XML", { SAMLResponse: encode("hello") }, ["message_invalid", "malformed"]],
    ["not a response", { SAMLResponse: encode(xml) }, ["message_invalid", "shape"]],
    ["a byte over 512 KiB", { SAMLResponse: encode("x".repeat(512 * KIB + 1)) }, ["message_invalid", "too_large"]],
    ["600 KiB", { SAMLResponse: encode("x".repeat(600 * KIB)) }, ["message_invalid", "too_large"]],
    ["3 MiB", { SAMLResponse: encode("x".repeat(3 * KIB * KIB)) }, ["message_invalid", "too_large"]],
    ["as multipart", unasked, ["message_invalid", "content_type"], multipart],
    ["as text", unasked, ["message_invalid", "content_type"], { enctype: "text/plain" }],
    ["a genuine one that nobody has asked for", unasked, ["idp_initiated_refused", undefined]],
  ]) {
    await page.goto(world.elsewhere.origin);
    await world.post(page, fields, options);
    assert.deepEqual(verdict(await refusal(page)), expected, name);
    const left = await names(page);
    assert.deepEqual(left.filter((key) => key !== "gatepass:vault-key"), ["gatepass:default:tx:"], name);
  }
  assert.deepEqual(world.posts(), []);

  await world.logIn(mine);
  assert.equal((await ready(mine)).user.email, idp.email);
});
