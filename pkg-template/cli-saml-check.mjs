// npx gatepass saml-setup --check <file>: what gatepass makes of an identity provider's metadata.
//
//   file ─> createVerifier: the page's own judge ─┬─ refuses ─> code, rule, what to do        exit code 1
//                                                 └─ accepts ─> what is in it, and notes      exit code 0
//
// The judge is the core. What is shown of an accepted file is cli-saml-facts.mjs's, for eyes alone.

import { readFileSync, statSync } from "node:fs";
import { columns, Refusal, say } from "./cli-answers.mjs";
import { facts } from "./cli-saml-facts.mjs";
import { createVerifier } from "./saml.js";

const SP = { entityId: "https://site.invalid/saml", acsUrl: "https://site.invalid/saml/acs" }; // stands for the site

export async function run(file) {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Refusal(`There is no file ${file}.`);
  const metadata = readFileSync(file, "utf8");
  // Signed requests or not is the page's choice, not the file's: judged as the file wants it.
  const idp = { metadata };
  const judge = (sign) => createVerifier({ idp, sp: { ...SP, sign } }).expired();
  const wantsSigned = await judge(false).then(() => false, ({ details }) => details.option === "saml.sp.sign");
  const expired = await judge(wantsSigned).catch((error) => {
    throw new Refusal(refusal(file, error));
  });
  say(`${file}: gatepass accepts it.`);
  const read = facts(metadata);
  const certificates = await Promise.all(read.certificates.map(async (one) => ({ ...one, refused: await ruleOf(one, read) })));
  const all = { ...read, wantsSigned, expired, certificates };
  say(`\n${columns(rows(all))}\n`);
  for (const note of notesOf(all)) say(`- ${note}`);
}

/** Why one certificate alone would be refused; `undefined` if it would not. */
function ruleOf({ text }, { entityId, signOn: [[singleSignOn]] }) {
  const verifier = createVerifier({ idp: { entityId, singleSignOn, certificates: text }, sp: SP });
  return verifier.expired().then(() => undefined, ({ details }) => details.rule);
}

function refusal(file, { code, message, details: { rule } }) {
  return `${file}: gatepass refuses it: ${code} / ${rule}\n${HINTS[rule] ?? message}`;
}

// SAML metadata §2.3, §2.4, and the rules of XML.
const HINTS = {
  certificate: "A certificate in it is not X.509 in base64. Download the file again.",
  doctype: "It has a DOCTYPE. Metadata have none: is it a web page that was saved?",
  encoding: "It is not UTF-8.",
  entity: "There must be one identity provider of SAML 2.0 in it (IDPSSODescriptor), and one alone. Of several the page may name one: idp.entityId.",
  entity_id: "Its entityID is empty, too long, or has spaces.",
  key_kind: "Its signing key is neither RSA nor ECDSA on P-256, P-384 or P-521.",
  key_size: "Its signing key is RSA of less than 2048 bits.",
  location: "One of its addresses is not https, or has a fragment.",
  malformed: "It is not well-formed XML: is it the metadata file, and all of it?",
  namespace: "It is not well-formed XML: a namespace is not declared, or twice.",
  no_key: "There is no certificate to check signatures with (KeyDescriptor for signing).",
  private_key: "There is a private key in it. It is no secret any more: replace it at the identity provider.",
  single_sign_on: "It names no SingleSignOnService by HTTP-Redirect or HTTP-POST.",
  too_large: "It is larger than 512 KiB.",
  too_many: "It has more than 16 signing keys, or far too many elements.",
  valid_until: "Its validUntil is no time.",
};

function rows({ entityId, signOn, logout, formats, validUntil, wantsSigned, certificates }) {
  const service = (label) => ([location, bindings]) => [label, `${location} (${bindings.join(", ")})`];
  return [
    ["System", systemOf(entityId)],
    ["Entity ID", entityId],
    ...signOn.map(service("Sign-in URL")),
    ...(logout.length ? logout.map(service("Logout URL")) : [["Logout URL", "none"]]),
    ...certificates.map((one) => ["Certificate", certificate(one)]),
    ["NameIDFormat", formats.map((format) => format || "empty").join(", ") || "none"],
    ["validUntil", validUntil ?? "not said"],
    ["Wants signed requests", wantsSigned ? "yes" : "no"],
  ];
}

function certificate({ kind, from, to, refused }) {
  const validity = `${kind}; ${day(from)} to ${day(to)}`;
  return refused ? `${validity}; not used: metadata_invalid / ${refused}` : validity;
}

function notesOf({ entityId, logout, formats, wantsSigned, expired, certificates }) {
  const system = systemOf(entityId);
  const soon = Date.now() + 30 * 24 * 3600 * 1000;
  const notes = [];
  if (expired.includes("certificate")) {
    notes.push("A certificate has run out. gatepass goes on, because its key is what counts; the identity provider may have a new one.");
  } else if (certificates.some(({ to }) => to < soon)) {
    notes.push("A certificate runs out within 30 days. Put the new one beside it before then.");
  }
  if (expired.includes("metadata")) {
    const so = system === ZITADEL ? "; ZITADEL's are good for five minutes" : ": download the file again";
    notes.push(`validUntil is past. gatepass goes on and logs idp_expired${so}.`);
  }
  if (wantsSigned) {
    notes.push("Configure saml.sp.sign, answered by your back end: without it the page is refused (config_invalid / sign).");
  }
  if (system === AWS) {
    const format = formats[0] || "the one that the console has";
    notes.push(
      "gatepass sends no NameIDPolicy, so any format of Subject will do. " +
        `With signIn({ nameIdFormat }) it must be ${format}, else AWS answers 403 "No access".`,
    );
  }
  if (system === ZITADEL) notes.push("Register the ACS for HTTP-POST alone. The NameID is a login name, whatever its format says.");
  if (logout.length > 0 && system !== OTHER) notes.push(`${system} advertises single logout, and ends no session of its own by it.`);
  return notes;
}

const AWS = "AWS IAM Identity Center";
const ZITADEL = "ZITADEL";
const OTHER = "another one";

function systemOf(entityId) {
  if (/^https:\/\/portal\.sso(-fips)?\.[\w-]+\.amazonaws\.com(\.cn)?\/saml\/assertion\//.test(entityId)) return AWS;
  return /^https:\/\/[^/]+\/saml\/v2\/metadata$/.test(entityId) ? ZITADEL : OTHER;
}

const day = (date) => date.toISOString().slice(0, 10);
