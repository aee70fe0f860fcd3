// npx gatepass saml-setup: the values that it prints for each system, and what it makes of metadata files, those of
// Identity Center and ZITADEL and such as are refused.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createVerifier } from "../../pkg/saml.js";
import { makeIdentity } from "../providers/certificate.mjs";
import { ENTITY_ID, ISSUER, metadataFile, servedMetadata, SIGN_OUT, SSO } from "../systems/metadata.mjs";

const program = fileURLToPath(new URL("../../pkg/cli.mjs", import.meta.url));
const { certificate } = makeIdentity();
const folder = mkdtempSync(join(tmpdir(), "gatepass-metadata-"));
after(() => rmSync(folder, { recursive: true }));

/** `[exit code, standard output, standard error]` */
function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "saml-setup", ...args], { cwd: folder, encoding: "utf8" });
  return [status, stdout, stderr];
}

/** The rows of a text in columns, by what they begin with. */
const rows = (text) => Object.fromEntries([...text.matchAll(/^ {2}(\S.*?) {2,}(.*)$/gm)].map(([, name, value]) => [name, value]));

const ORIGIN = ["--origin", "https://your.site"];
const AWS_MAPPINGS = {
  Subject: "${user:subject}     emailAddress",
  "User.Email": "${user:email}       basic",
  "User.FirstName": "${user:givenName}   basic",
  "User.LastName": "${user:familyName}  basic",
};

for (const [what, args, expected] of [
  [
    "any system",
    ORIGIN,
    { "ACS URL (single sign-on URL, reply URL), HTTP-POST": "https://your.site/saml/acs", "Entity ID (audience)": "https://your.site/saml" },
  ],
  [
    "an ACS with a query, another entity ID",
    [...ORIGIN, "--acs", "/sso/v1/4711/?acs", "--entity-id", "urn:your:site"],
    { "ACS URL (single sign-on URL, reply URL), HTTP-POST": "https://your.site/sso/v1/4711/?acs", "Entity ID (audience)": "urn:your:site" },
  ],
  [
    "IAM Identity Center",
    [...ORIGIN, "--system", "identity-center"],
    {
      "Application ACS URL": "https://your.site/saml/acs",
      "Application SAML audience": "https://your.site/saml",
      "Application start URL": "https://your.site/",
      "Relay state": "(leave empty)",
      ...AWS_MAPPINGS,
    },
  ],
  [
    "nOps",
    ["--system", "nops", "--acs", "https://app.nops.io/sso/v1/4711/?acs"],
    {
      "Application ACS URL": "https://app.nops.io/sso/v1/4711/?acs",
      "Application SAML audience": "https://app.nops.io/sso/v1/4711/metadata",
      "Application start URL": "(leave empty: nOps takes the portal's tile)",
      "Issuer URL (entityId)": "IAM Identity Center SAML issuer URL",
      ...AWS_MAPPINGS,
    },
  ],
  [
    "ZITADEL, in development",
    ["--origin", "http://localhost:8585", "--system", "zitadel"],
    {
      "Entity ID": "http://localhost:8585/saml",
      "ACS endpoint URL, HTTP-POST and no other": "http://localhost:8585/saml/acs",
      "(NameID)": "user.id: the login name, never an e-mail address whatever its format says",
      Email: "user.email; machine users have none",
    },
  ],
]) {
  test(`${what}: the values to paste`, () => {
    const [status, said, errors] = run(...args);
    assert.deepEqual([status, errors], [0, ""]);
    const found = rows(said);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]])), expected);
  });
}

test("what the page is to say is what the console is told", () => {
  const [, said] = run(...ORIGIN, "--acs", "/acs?x=1", "--system", "zitadel");
  assert.match(said, /sp: \{ entityId: "https:\/\/your\.site\/saml", acsUrl: "https:\/\/your\.site\/acs\?x=1" \}/);
  assert.match(said, /npx gatepass init <folder> --acs "\/acs\?x=1"\n$/);
});

test("the metadata to upload are those of spMetadata()", async () => {
  const [, said] = run(...ORIGIN, "--acs", "/acs?a=1&b=2", "--entity-id", 'urn:"<&>', "--system", "zitadel");
  const sp = { entityId: 'urn:"<&>', acsUrl: "https://your.site/acs?a=1&b=2" };
  const verifier = createVerifier({ idp: { metadata: metadataFile(certificate) }, sp });
  assert.equal(said.match(/^ {2}(<md:.*)$/m)[1], await verifier.metadata());
});

for (const [args, message] of [
  [[], "--origin is missing."],
  [["--origin", "your.site"], "--origin is no address: your.site"],
  [["--origin", "http://your.site"], "--origin must be an https address: http://your.site"],
  [["--origin", "https://ada@your.site"], "--origin must be an https address: https://ada@your.site"],
  [["--origin", "https://your.site/app"], "--origin is an origin, without a path: https://your.site"],
  [[...ORIGIN, "--acs", "https://api.your.site/acs"], "--acs must be of https://your.site: gatepass takes the response there."],
  [[...ORIGIN, "--acs", "/acs#a"], "--acs has no fragment."],
  [[...ORIGIN, "--entity-id", "your site"], "--entity-id has no spaces, and 1024 characters at most."],
  [[...ORIGIN, "--system", "okta"], "--system is one of identity-center, nops, zitadel."],
  [[...ORIGIN, "--system", "constructor"], "--system is one of identity-center, nops, zitadel."],
  [["--system", "nops"], "--system nops wants --acs, the Assertion Consumer Service that nOps shows: https://app.nops.io/sso/v1/<id>/?acs"],
  [[...ORIGIN, "more"], "The command takes no more."],
  [["--check", "a.xml", "--acs", "/acs"], "--check goes without --acs."],
]) {
  test(`saml-setup ${args.join(" ")}: usage`, () => {
    const [status, said, errors] = run(...args);
    assert.deepEqual([status, said, errors.split("\n")[0]], [2, "", message]);
    assert.match(errors, /^Usage: npx gatepass saml-setup /m);
  });
}

const others = (more) => makeIdentity(more).certificate;
const RUN_OUT = "A certificate has run out. gatepass goes on, because its key is what counts; the identity provider may have a new one.";
const NO_LOGOUT = (system) => `${system} advertises single logout, and ends no session of its own by it.`;
const POLICY = (format) => `gatepass sends no NameIDPolicy, so any format of Subject will do. With signIn({ nameIdFormat }) it must be ${format}, else AWS answers 403 "No access".`;
const EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

const AWS = {
  System: "AWS IAM Identity Center",
  "Entity ID": ISSUER,
  "Sign-in URL": `${ISSUER} (HTTP-POST, HTTP-Redirect)`,
  "Logout URL": `${SIGN_OUT} (HTTP-POST, HTTP-Redirect)`,
  Certificate: "RSA, 2048 bits; 2026-01-01 to 2036-01-01",
  NameIDFormat: EMAIL,
  validUntil: "not said",
  "Wants signed requests": "no",
};

/** Metadata with a second key for a roll-over, before the first. */
const withKey = (metadata, certificate) => {
  const [key] = metadata.match(/<md:KeyDescriptor.*?<\/md:KeyDescriptor>/);
  return metadata.replace(key, key.replace(/(?<=X509Certificate>)[^<]+/, certificate.replace(/-----[^-]+-----|\s/g, "")) + key);
};

for (const [what, metadata, facts, notes] of [
  ["Identity Center's", metadataFile(certificate), AWS, [POLICY(EMAIL), NO_LOGOUT("AWS IAM Identity Center")]],
  [
    "Identity Center's, with an empty NameIDFormat",
    metadataFile(certificate, ""),
    { ...AWS, NameIDFormat: "empty" },
    [POLICY("the one that the console has"), NO_LOGOUT("AWS IAM Identity Center")],
  ],
  [
    "one whose certificate has run out",
    metadataFile(others({ until: "260201" })),
    { ...AWS, Certificate: "RSA, 2048 bits; 2026-01-01 to 2026-02-01" },
    [RUN_OUT, POLICY(EMAIL), NO_LOGOUT("AWS IAM Identity Center")],
  ],
  [
    "one that wants signed requests",
    metadataFile(certificate).replace('Signed="false"', 'Signed="true"'),
    { ...AWS, "Wants signed requests": "yes" },
    [
      "Configure saml.sp.sign, answered by your back end: without it the page is refused (config_invalid / sign).",
      POLICY(EMAIL),
      NO_LOGOUT("AWS IAM Identity Center"),
    ],
  ],
  [
    "ZITADEL's, an hour old",
    servedMetadata(certificate, Date.parse("2026-01-01T00:00:00Z")),
    {
      ...AWS,
      System: "ZITADEL",
      "Entity ID": ENTITY_ID,
      "Sign-in URL": `${SSO} (HTTP-Redirect, HTTP-POST)`,
      "Logout URL": `${SSO.replace("SSO", "SLO")} (HTTP-Redirect, HTTP-POST)`,
      NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
      validUntil: "2026-01-01T00:00:00Z",
    },
    [
      "validUntil is past. gatepass goes on and logs idp_expired; ZITADEL's are good for five minutes.",
      "Register the ACS for HTTP-POST alone. The NameID is a login name, whatever its format says.",
      NO_LOGOUT("ZITADEL"),
    ],
  ],
  [
    "somebody else's, with comments and entities",
    metadataFile(certificate)
      .replaceAll(ISSUER, "https://idp.example/sso?a=1&amp;b=2")
      .replace("<md:EntityDescriptor", "<md:EntityDescriptor validUntil='2099-01-01T00:00:00Z' Organization=\"a > b\"")
      .replace("<md:IDPSSO", '<!-- <md:IDPSSODescriptor validUntil="1970-01-01T00:00:00Z"> --><md:IDPSSO')
      .replace(/<md:SingleLogoutService.*?\/>/g, ""),
    {
      ...AWS,
      System: "another one",
      "Entity ID": "https://idp.example/sso?a=1&b=2",
      "Sign-in URL": "https://idp.example/sso?a=1&b=2 (HTTP-POST, HTTP-Redirect)",
      "Logout URL": "none",
      validUntil: "2099-01-01T00:00:00Z",
    },
    [],
  ],
]) {
  test(`--check: ${what}`, () => {
    writeFileSync(join(folder, "idp.xml"), metadata);
    const [status, said, errors] = run("--check", "idp.xml");
    assert.deepEqual([status, errors], [0, ""]);
    assert.equal(said.split("\n")[0], "idp.xml: gatepass accepts it.");
    assert.deepEqual(rows(said), facts);
    assert.deepEqual([...said.matchAll(/^- (.*)$/gm)].map(([, note]) => note), notes);
  });
}

test("--check: of two keys the one that is too weak is not used", () => {
  writeFileSync(join(folder, "idp.xml"), withKey(metadataFile(certificate), others({ bits: 1024 })));
  const [status, said] = run("--check", "idp.xml");
  assert.equal(status, 0);
  assert.deepEqual([...said.matchAll(/^ {2}Certificate +(.*)$/gm)].map(([, text]) => text), [
    "RSA, 1024 bits; 2026-01-01 to 2036-01-01; not used: metadata_invalid / key_size",
    AWS.Certificate,
  ]);
});

test("--check: a certificate that has less than 30 days", () => {
  const until = new Date(Date.now() + 20 * 24 * 3600 * 1000).toISOString().slice(2, 10).replaceAll("-", "");
  writeFileSync(join(folder, "idp.xml"), metadataFile(others({ until })));
  const [status, said] = run("--check", "idp.xml");
  assert.equal(status, 0);
  assert.match(said, /^- A certificate runs out within 30 days\. Put the new one beside it before then\.$/m);
});

const file = metadataFile(certificate);
for (const [what, metadata, rule, hint] of [
  ["addresses by http", file.replaceAll('Location="https:', 'Location="http:'), "location", "One of its addresses is not https, or has a fragment."],
  ["a key that is too weak", metadataFile(others({ bits: 1024 })), "key_size", "Its signing key is RSA of less than 2048 bits."],
  ["no key", file.replace(/<md:KeyDescriptor.*<\/md:KeyDescriptor>/, ""), "no_key", "There is no certificate to check signatures with (KeyDescriptor for signing)."],
  ["half a certificate", file.replace(/(?<=X509Certificate>).{40}/, ""), "certificate", "A certificate in it is not X.509 in base64. Download the file again."],
  ["no sign-in URL", file.replace(/<md:SingleSignOnService.*?\/>/g, ""), "single_sign_on", "It names no SingleSignOnService by HTTP-Redirect or HTTP-POST."],
  ["the service provider's own", file.replaceAll("IDPSSODescriptor", "SPSSODescriptor"), "entity", "There must be one identity provider of SAML 2.0 in it (IDPSSODescriptor), and one alone. Of several the page may name one: idp.entityId."],
  ["validUntil that is no time", file.replace("<md:IDPSSODescriptor", '$& validUntil="tomorrow"'), "valid_until", "Its validUntil is no time."],
  ["a web page", "<!DOCTYPE html><html></html>", "doctype", "It has a DOCTYPE. Metadata have none: is it a web page that was saved?"],
  ["a certificate's file", certificate, "malformed", "It is not well-formed XML: is it the metadata file, and all of it?"],
  ["nothing", "", "malformed", "It is not well-formed XML: is it the metadata file, and all of it?"],
  ["an undeclared prefix", file.replace(' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', ""), "namespace", "It is not well-formed XML: a namespace is not declared, or twice."],
  ["another encoding", file.replace("UTF-8", "ISO-8859-1"), "encoding", "It is not UTF-8."],
  ["too much", file + " ".repeat(512 * 1024), "too_large", "It is larger than 512 KiB."],
]) {
  test(`--check: ${what}: metadata_invalid/${rule}`, () => {
    writeFileSync(join(folder, "idp.xml"), metadata);
    const [status, said, errors] = run("--check", "idp.xml");
    const [verdict, sentence] = errors.split("\n");
    assert.deepEqual([status, said, verdict], [1, "", `idp.xml: gatepass refuses it: metadata_invalid / ${rule}`]);
    assert.equal(sentence, hint);
    assert.doesNotMatch(errors, /\n {4}at /);
  });
}

test("--check: no such file, or no file", () => {
  for (const name of ["none.xml", "."]) assert.deepEqual(run("--check", name), [1, "", `There is no file ${name}.\n`]);
});
