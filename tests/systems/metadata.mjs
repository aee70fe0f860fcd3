// The two systems' metadata, as they are downloaded: which elements, in which order, and whose addresses.

export const PORTAL = "portal.sso.eu-central-1.amazonaws.com";
// base64 of `<account>_ins-<hex>`
const ID = Buffer.from("111122223333_ins-0123456789abcdef").toString("base64");
export const ISSUER = `https://${PORTAL}/saml/assertion/${ID}`;
export const SIGN_OUT = `https://${PORTAL}/saml/logout/${ID}`;

export const HOST = "gatepass-x1y2z3.eu1.zitadel.cloud";
export const ENTITY_ID = `https://${HOST}/saml/v2/metadata`;
export const SSO = `https://${HOST}/saml/v2/SSO`;

/** "IAM Identity Center SAML metadata file", as downloaded. The element is empty where the format of Subject is not set. */
export function metadataFile(certificate, nameIdFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress") {
  const at = (name, location) =>
    ["HTTP-POST", "HTTP-Redirect"].map((binding) => `<md:${name} Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${location}"/>`).join("");
  return (
    `<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ISSUER}">` +
    `<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
    `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>` +
    `${certificate.replace(/-----[^-]+-----|\s/g, "")}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
    at("SingleLogoutService", SIGN_OUT) +
    (nameIdFormat ? `<md:NameIDFormat>${nameIdFormat}</md:NameIDFormat>` : "<md:NameIDFormat/>") +
    at("SingleSignOnService", ISSUER) +
    `</md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}

/** What ZITADEL serves at its entity ID: good for five minutes, and another NameIDFormat than it sends. */
export function servedMetadata(certificate, validUntil = Date.now() + 300_000) {
  const until = `validUntil="${new Date(validUntil).toISOString().slice(0, 19)}Z"`;
  const format = "<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>";
  const key =
    `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyName>${ENTITY_ID} IDP signing</KeyName><X509Data>` +
    `<X509Certificate>${certificate.replace(/-----[^-]+-----|\s/g, "")}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`;
  const at = (name, location) =>
    ["Redirect", "POST"].map((binding) => `<${name} Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-${binding}" Location="${location}"></${name}>`).join("");
  return (
    `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ENTITY_ID}" ID="_1">` +
    `<IDPSSODescriptor WantAuthnRequestsSigned="false" ID="_2" ${until} protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
    `${key}${at("SingleLogoutService", `https://${HOST}/saml/v2/SLO`)}${format}${at("SingleSignOnService", SSO)}</IDPSSODescriptor>` +
    `<AttributeAuthorityDescriptor ID="_3" ${until} protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${key}` +
    `<AttributeService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://${HOST}/saml/v2/attribute"></AttributeService>${format}` +
    `</AttributeAuthorityDescriptor></EntityDescriptor>`
  );
}
