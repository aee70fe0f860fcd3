// ZITADEL as a test sees it: SimpleSAMLphp under ZITADEL's addresses, names and metadata, with ZITADEL's attributes; and, one
// step further, IAM Identity Center that leaves the sign-in to it.
//
//   page ─────────────────────────> ZITADEL        https://gatepass-x1y2z3.eu1.zitadel.cloud/saml/v2/SSO
//   page ──> IAM Identity Center ──> ZITADEL        the page sees Identity Center's response
//
// Two SimpleSAMLphp: the second has the first as `upstream`, a bridge.

import { simpleSamlPhp } from "../e2e/saml-logins.mjs";
import { freePort } from "../e2e/world.mjs";
import { ALICE as ALICE_AT_AWS, application, identityCenter } from "./identity-center.mjs";
import { ENTITY_ID, HOST, PORTAL, servedMetadata, SSO } from "./metadata.mjs";

const EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

// "Service provider entity ID" and its ACS, as the console of Identity Center says them. The ACS is the bridge's own: it
// compares a response's Destination to its address.
const AWS_AS_SP = {
  entityId: "https://eu-central-1.signin.aws.amazon.com/platform/saml/d-0123456789",
  acsUrl: `https://${PORTAL}/module.php/saml/sp/saml2-acs.php/upstream`,
};

/** The name is what one types; `UserName` is the preferred login name, and nobody's e-mail address. */
export const ALICE = {
  name: "alice",
  password: "alicepass",
  attributes: {
    Email: ["alice@example.com"],
    SurName: ["Example"],
    FirstName: ["Alice"],
    FullName: ["Alice Example"],
    UserName: ["alice@org.zitadel.example"],
    UserID: ["290000000000000001"],
    groups: ["engineers", "admins"],
  },
};
export const ROBOT = {
  name: "robot",
  password: "robotpass",
  attributes: { UserName: ["robot@org.zitadel.example"], UserID: ["290000000000000002"] },
};

/** SimpleSAMLphp's settings of an application. Before October 2025 the response was not signed. */
export const zitadelApplication = ({ response = true } = {}) => ({
  "saml20.sign.response": response,
  "saml20.sign.assertion": true,
  authproc: { 50: { class: "saml:AttributeNameID", attribute: "UserName", Format: EMAIL } },
});

/** ZITADEL; `identityCenter` is the one that leaves sign-ins to it. */
export async function zitadel({ sp, others = [] }) {
  const port = await freePort();
  const settings = zitadelApplication();
  const provider = await simpleSamlPhp({
    port, sp: { ...sp, settings }, others: [...others, AWS_AS_SP], people: [ALICE, ROBOT], entityId: ENTITY_ID, origin: `https://${HOST}`,
  });
  const upstream = {
    entityId: ENTITY_ID,
    singleSignOn: SSO,
    certificate: provider.certificate,
    as: AWS_AS_SP.entityId,
    // People are there before they come: Identity Center makes none on the way, and finds them by their user name.
    directory: { [ALICE.attributes.UserName[0]]: ALICE_AT_AWS.attributes },
  };
  const paths = { [new URL(SSO).pathname]: "/saml2/idp/SSOService.php" };
  const aws = await identityCenter({ sp: { ...sp, settings: application() }, upstream, names: { [HOST]: { port, paths } } });
  return {
    ...provider,
    hosts: aws.hosts,
    singleSignOn: SSO,
    metadata: servedMetadata(provider.certificate),
    identityCenter: aws,
    async stop() {
      await aws.stop();
      await provider.stop();
    },
  };
}

/** How ZITADEL says no: one status code, of the second level; an assertion of which nothing is filled in; no signature. */
export function failure({ status, message, inResponseTo, acsUrl }) {
  const issuer = (text, format) => `<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion"${format}>${text}</Issuer>`;
  const xml =
    `<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID="_4" InResponseTo="${inResponseTo}" Version="2.0"` +
    ` IssueInstant="${new Date().toISOString()}" Destination="${acsUrl}">` +
    issuer(ENTITY_ID, ' Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity"') +
    `<Status><StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${status}"></StatusCode>` +
    `<StatusMessage>${message}</StatusMessage></Status>` +
    `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" Version="" ID="" IssueInstant="">${issuer("", "")}</Assertion></Response>`;
  return Buffer.from(xml).toString("base64");
}
