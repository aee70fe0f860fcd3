// Genuine signed responses of an identity provider that lives as long as this program: its RSA-2048 key
// and its certificate are made at the start and kept nowhere.

import { SignedXml } from "xml-crypto";
import { execFileSync } from "node:child_process";

export const WORLD = {
  issuer: "https://idp.example.com/metadata",
  singleSignOn: "https://idp.example.com/sso",
  entityId: "https://sp.example.com/metadata",
  acsUrl: "https://sp.example.com/saml/acs",
  inResponseTo: "_4fee3b046395c4e751011e97f8900b5273d56685",
  person: "alice@example.com",
};

const SELF_SIGNED = ["req", "-x509", "-newkey", "rsa:2048", "-sha256", "-nodes", "-keyout", "-", "-days", "30", "-subj", "/C=DE/O=Example/CN=idp.example.com"];
const pem = execFileSync("openssl", SELF_SIGNED, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
const [privateKey] = pem.match(/-----BEGIN PRIVATE KEY-----[^]*?-----END PRIVATE KEY-----/);
export const [certificate] = pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/);

const EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const USUAL = { email: WORLD.person, firstName: "Alice", lastName: "Liddell", displayName: "Alice Liddell", department: "Research", groups: "engineering", locale: "en-GB" };

/** `{ name, both, xml }` of each; `both`: the Response is signed too, not the Assertion alone. */
export const messages = [
  { name: "one signed", both: false, attributes: USUAL },
  { name: "both signed", both: true, attributes: USUAL },
  { name: "200 attributes, one signed", both: false, attributes: many(200) },
  { name: "200 attributes, both signed", both: true, attributes: many(200) },
].map(({ name, both, attributes }) => {
  const signed = sign(response(attributes), "Assertion");
  return { name, both, xml: both ? sign(signed, "Response") : signed };
});

/** The form field `SAMLResponse`. */
export const posted = (xml) => Buffer.from(xml).toString("base64");

/** One character of the name changed. */
export const forged = (xml) => xml.replace(`>${WORLD.person}</saml:NameID>`, `>e${WORLD.person.slice(1)}</saml:NameID>`);

function many(count) {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`urn:example:attribute:${i}`, `value ${i} & more`]));
}

/** In the style of Keycloak, Okta and Entra. */
function response(attributes) {
  const { issuer, entityId, acsUrl, inResponseTo, person } = WORLD;
  const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
  const escaped = (text) => text.replaceAll("&", "&amp;");
  const attribute = ([name, value]) => `
        <saml:Attribute Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic" FriendlyName="${name.split(":").pop()}">
          <saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">${escaped(value)}</saml:AttributeValue>
        </saml:Attribute>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r8e8dc5f69a98cc4c1ff3427e5ce34606" Version="2.0" IssueInstant="${at(0)}" Destination="${acsUrl}" InResponseTo="${inResponseTo}">
  <saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${issuer}</saml:Issuer>
  <samlp:Status>
    <samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>
  </samlp:Status>
  <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_ad71a3a8e9fcc45c9e9d248ef7049393f" Version="2.0" IssueInstant="${at(0)}">
    <saml:Issuer>${issuer}</saml:Issuer>
    <saml:Subject>
      <saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">${person}</saml:NameID>
      <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
        <saml:SubjectConfirmationData InResponseTo="${inResponseTo}" NotOnOrAfter="${at(60)}" Recipient="${acsUrl}"/>
      </saml:SubjectConfirmation>
    </saml:Subject>
    <saml:Conditions NotBefore="${at(-1)}" NotOnOrAfter="${at(60)}">
      <saml:AudienceRestriction>
        <saml:Audience>${entityId}</saml:Audience>
      </saml:AudienceRestriction>
    </saml:Conditions>
    <saml:AuthnStatement AuthnInstant="${at(0)}" SessionNotOnOrAfter="${at(480)}" SessionIndex="_be9967abd904ddcae3c0eb4189adbe3f71e327cf93">
      <saml:AuthnContext>
        <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>
      </saml:AuthnContext>
    </saml:AuthnStatement>
    <saml:AttributeStatement>${Object.entries(attributes).map(attribute).join("")}
    </saml:AttributeStatement>
  </saml:Assertion>
</samlp:Response>`;
}

/** An enveloped signature after the issuer, with the certificate in its KeyInfo. */
function sign(xml, local) {
  const xpath = `//*[local-name(.)='${local}']`;
  const signature = new SignedXml({
    privateKey,
    publicCert: certificate,
    signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    canonicalizationAlgorithm: EXC_C14N,
  });
  signature.addReference({ xpath, transforms: [ENVELOPED, EXC_C14N], digestAlgorithm: "http://www.w3.org/2001/04/xmlenc#sha256" });
  signature.computeSignature(xml, { prefix: "ds", location: { reference: `${xpath}/*[local-name(.)='Issuer']`, action: "after" } });
  return signature.getSignedXml();
}
