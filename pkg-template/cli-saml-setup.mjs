// npx gatepass saml-setup: the values to paste into an identity provider's console, and what to do there and in the page.
//
//   --origin, --acs, --entity-id ─> our side ─┬─ --system identity-center ─> fields and attribute mappings of its console
//                                             ├─ --system nops ────────────> the same for nOps, and nOps' own form
//                                             └─ --system zitadel ─────────> fields of its console, attributes that it sends
//   --check <file> ─> cli-saml-check.mjs

import { columns, Misuse, say } from "./cli-answers.mjs";

export const usage = `Usage: npx gatepass saml-setup --origin <url> [options]
       npx gatepass saml-setup --check <file>

Prints what to paste into the identity provider's console; or checks the metadata file that was downloaded there.

  --origin <url>      the site, e.g. https://your.site
  --acs <path>        where the identity provider posts its responses   (default: /saml/acs)
  --entity-id <text>  the service provider's name, the audience         (default: <origin>/saml)
  --system <name>     identity-center, nops or zitadel                  (default: what every console asks)
  --check <file>      what gatepass makes of a metadata file; exit code 1 when it refuses it
`;
export const options = {
  origin: { type: "string" },
  acs: { type: "string" },
  "entity-id": { type: "string" },
  system: { type: "string" },
  check: { type: "string" },
};

export async function run({ check, system, ...own }, words) {
  if (words.length) throw new Misuse(`The command takes no ${words[0]}.`);
  if (check !== undefined) {
    const other = Object.keys({ system, ...own }).find((name) => name !== "help" && { system, ...own }[name] !== undefined);
    if (other) throw new Misuse(`--check goes without --${other}.`);
    return (await import("./cli-saml-check.mjs")).run(check);
  }
  if (system !== undefined && !Object.hasOwn(SYSTEMS, system)) throw new Misuse(`--system is one of ${Object.keys(SYSTEMS).join(", ")}.`);
  say((SYSTEMS[system] ?? anySystem)(system === "nops" ? nopsValues(own) : values(own)).join("\n"));
}

/** Our side: `acsUrl` is compared to the letter, the query too. */
function values({ origin, acs = "/saml/acs", "entity-id": entityId }) {
  const site = read(origin, "--origin");
  if (site.href !== `${site.origin}/`) throw new Misuse(`--origin is an origin, without a path: ${site.origin}`);
  const acsUrl = read(acs, "--acs", site.origin);
  if (acsUrl.origin !== site.origin) throw new Misuse(`--acs must be of ${site.origin}: gatepass takes the response there.`);
  if (acsUrl.hash) throw new Misuse("--acs has no fragment.");
  return { origin: site.origin, acs, acsUrl: acsUrl.href, entityId: name(entityId ?? `${site.origin}/saml`) };
}

/** nOps shows both addresses, and they are nOps'. */
function nopsValues({ origin = "https://app.nops.io", acs, "entity-id": entityId }) {
  const shown = "the Assertion Consumer Service that nOps shows: https://app.nops.io/sso/v1/<id>/?acs";
  if (acs === undefined) throw new Misuse(`--system nops wants --acs, ${shown}`);
  const { acsUrl, ...rest } = values({ origin, acs });
  return { ...rest, acsUrl, entityId: name(entityId ?? new URL("metadata", acsUrl).href) };
}

function read(text, option, base) {
  if (text === undefined) throw new Misuse(`${option} is missing.`);
  if (!URL.canParse(text, base)) throw new Misuse(`${option} is no address: ${text}`);
  const url = new URL(text, base);
  const isSecure = url.protocol === "https:" || (url.protocol === "http:" && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname));
  if (!isSecure || url.username) throw new Misuse(`${option} must be an https address: ${text}`);
  return url;
}

// SAML core §8.3.6
function name(entityId) {
  if (!entityId || entityId.length > 1024 || /\s/.test(entityId)) throw new Misuse("--entity-id has no spaces, and 1024 characters at most.");
  return entityId;
}

const SYSTEMS = { "identity-center": identityCenter, nops, zitadel };

function anySystem({ acsUrl, entityId, ...own }) {
  return [
    "In the identity provider's console:",
    "",
    columns([
      ["ACS URL (single sign-on URL, reply URL), HTTP-POST", acsUrl],
      ["Entity ID (audience)", entityId],
      ["Encryption of assertions", "off: a page has no private key"],
      ["Signature", "the response or the assertion, RSA or ECDSA with SHA-256 or better"],
    ]),
    "",
    ...inThePage({ acsUrl, entityId, ...own }),
  ];
}

function identityCenter({ origin, acsUrl, entityId, ...own }) {
  return [
    "In the IAM Identity Center console: Applications, Add application, \"I have an application I want to set up\", SAML 2.0.",
    "",
    columns([
      ["Application ACS URL", acsUrl],
      ["Application SAML audience", entityId],
      ["Application start URL", `${origin}/`],
      ["Relay state", "(leave empty)"],
      ["Session duration", "the page's session ends with it"],
    ]),
    "",
    "With the start URL the portal's tile opens the site, and the site asks. Without it the tile posts a response that nobody has asked",
    "for, which gatepass refuses unless the page says allowIdpInitiated.",
    "",
    ...awsMappings(),
    "",
    "Assigned users: whoever is not assigned gets no further than AWS's own page.",
    "Download \"IAM Identity Center SAML metadata file\" and check it: npx gatepass saml-setup --check <file>",
    "",
    ...inThePage({ origin, acsUrl, entityId, ...own }),
  ];
}

function nops({ acsUrl, entityId }) {
  return [
    "In the IAM Identity Center console: Applications, Add application, \"I have an application I want to set up\", SAML 2.0.",
    "",
    columns([
      ["Application ACS URL", acsUrl],
      ["Application SAML audience", entityId],
      ["Application start URL", "(leave empty: nOps takes the portal's tile)"],
      ["Relay state", "(leave empty)"],
    ]),
    "",
    ...awsMappings(),
    "",
    "In nOps, Your SSO Details:",
    "",
    columns([
      ["Issuer URL (entityId)", "IAM Identity Center SAML issuer URL"],
      ["SAML 2.0 Endpoint (HTTP) (singleSignOnService: URL)", "IAM Identity Center sign-in URL, which is the same"],
      ["X.509 Certificate", "the text of the IAM Identity Center certificate"],
      ["Default roles", "the roles of everybody who comes this way: no attribute says any"],
    ]),
    "",
    "Assign users, and let them confirm nOps' mail \"allow SSO access\" after their first sign-in by the tile.",
  ];
}

// The Format of Subject must be that of a NameIDPolicy in the request. gatepass sends none.
const awsMappings = () => [
  "Attribute mappings:",
  "",
  columns([
    ["User attribute in the application", "Maps to", "Format"],
    ["Subject", "${user:subject}", "emailAddress"],
    ["User.Email", "${user:email}", "basic"],
    ["User.FirstName", "${user:givenName}", "basic"],
    ["User.LastName", "${user:familyName}", "basic"],
  ]),
];

function zitadel({ acsUrl, entityId, ...own }) {
  return [
    "In ZITADEL's console: a project, Applications, New, SAML.",
    "",
    columns([
      ["Entity ID", entityId],
      ["ACS endpoint URL, HTTP-POST and no other", acsUrl],
    ]),
    "",
    "Or as metadata, where it wants a file:",
    "",
    `  ${ourMetadata(acsUrl, entityId)}`,
    "",
    "What it sends:",
    "",
    columns([
      ["Attribute", "In gatepass"],
      ["(NameID)", "user.id: the login name, never an e-mail address whatever its format says"],
      ["Email", "user.email; machine users have none"],
      ["FullName", "user.name; FirstName and SurName where it is missing"],
      ["UserName, UserID", "user.attributes; UserID stays when somebody is renamed: attributes: { id: \"UserID\" }"],
      ["groups", "user.groups, where an Action sets it"],
    ]),
    "",
    "Save https://<your instance>/saml/v2/metadata as a file and check it: npx gatepass saml-setup --check <file>",
    "It says that it is good for five minutes. gatepass notes that and goes on: trust comes from your configuration.",
    "So is the page's session, for ZITADEL names no other end. signIn() again is silent while ZITADEL's own session lasts.",
    "",
    ...inThePage({ acsUrl, entityId, ...own }),
  ];
}

/** As `spMetadata()` says it, before there is a page (SAML metadata §2.4.4). */
function ourMetadata(acsUrl, entityId) {
  const saml = "urn:oasis:names:tc:SAML:2.0";
  const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  return (
    `<md:EntityDescriptor xmlns:md="${saml}:metadata" entityID="${escape(entityId)}">` +
    `<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="${saml}:protocol">` +
    `<md:AssertionConsumerService Binding="${saml}:bindings:HTTP-POST" Location="${escape(acsUrl)}" index="0" isDefault="true"></md:AssertionConsumerService>` +
    `</md:SPSSODescriptor></md:EntityDescriptor>`
  );
}

function inThePage({ acs, acsUrl, entityId }) {
  return [
    "In the page:",
    "",
    `  saml: {`,
    `    idp: { metadata: "<the metadata file's text>" },`,
    `    sp: { entityId: ${JSON.stringify(entityId)}, acsUrl: ${JSON.stringify(acsUrl)} },`,
    `  }`,
    "",
    `Beside it: npx gatepass init <folder>${acs === "/saml/acs" ? "" : ` --acs "${acs}"`}`,
  ];
}
