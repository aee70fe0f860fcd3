// Genuine responses, one for each signature algorithm, signed by Node's OpenSSL with keys made on the spot.
//
// The template is in canonical form as it stands: what is digested is the very text.

import { createHash, generateKeyPairSync, sign, constants } from "node:crypto";
import { certificate } from "../providers/certificate.mjs";

export const WORLD = {
  issuer: "https://idp.example.com/metadata",
  entityId: "https://sp.example.com/metadata",
  acsUrl: "https://sp.example.com/saml/acs",
  inResponseTo: "_req-4f9a2c7e11d04c0b",
  now: "2026-06-01T12:00:00Z",
  person: "alice@example.com",
};

const MORE = "http://www.w3.org/2001/04/xmldsig-more#";
const PSS = "http://www.w3.org/2007/05/xmldsig-more#";
const rsa = (bits) => () => generateKeyPairSync("rsa", { modulusLength: bits });
const ec = (namedCurve) => () => generateKeyPairSync("ec", { namedCurve });
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const fixed = { dsaEncoding: "ieee-p1363" };

/** Name, SignatureMethod, hash, a maker of key pairs with one pair, options of Node's `sign`. */
export const ALGORITHMS = [
  ["RSA with SHA-256", `${MORE}rsa-sha256`, "sha256", rsa(2048)],
  ["RSA with SHA-384", `${MORE}rsa-sha384`, "sha384", rsa(2048)],
  ["RSA with SHA-512, 4096 bits", `${MORE}rsa-sha512`, "sha512", rsa(4096)],
  ["RSA-PSS with SHA-256", `${PSS}sha256-rsa-MGF1`, "sha256", rsa(2048), pss],
  ["RSA-PSS with SHA-384", `${PSS}sha384-rsa-MGF1`, "sha384", rsa(2048), pss],
  ["RSA-PSS with SHA-512", `${PSS}sha512-rsa-MGF1`, "sha512", rsa(2048), pss],
  ["ECDSA P-256 with SHA-256", `${MORE}ecdsa-sha256`, "sha256", ec("P-256"), fixed],
  ["ECDSA P-384 with SHA-384", `${MORE}ecdsa-sha384`, "sha384", ec("P-384"), fixed],
  ["ECDSA P-521 with SHA-512", `${MORE}ecdsa-sha512`, "sha512", ec("P-521"), fixed],
  ["ECDSA P-384 with SHA-256", `${MORE}ecdsa-sha256`, "sha256", ec("P-384"), fixed],
  ["ECDSA P-256 with SHA-512", `${MORE}ecdsa-sha512`, "sha512", ec("P-256"), fixed],
].map(([name, method, hash, makePair, options]) => ({ name, method, hash, makePair, pair: makePair(), options }));

/**
 * `{ response, certificate }`, both in base64: a response by one of {@link ALGORITHMS}, good for five minutes. In a
 * `world` without `inResponseTo` nobody has asked for it; `sessionEnds` is a time, `oneTimeUse` a condition. `ends` is
 * another time for it to be good until, `begins` one from which on; `time` writes them all. `nameIdFormat` is the name's,
 * `attributeStatement` is XML in canonical form.
 */
export function signedResponse({ method, hash, pair, options }, world = WORLD) {
  const { issuer, entityId, acsUrl, inResponseTo, person, nameIdFormat, now, begins, ends, sessionEnds, oneTimeUse, attributeStatement = "" } = world;
  const { time = (at) => `${new Date(at).toISOString().slice(0, 19)}Z` } = world;
  const asked = inResponseTo ? ` InResponseTo="${inResponseTo}"` : "";
  const session = sessionEnds ? ` SessionNotOnOrAfter="${time(sessionEnds)}"` : "";
  const end = time(ends ?? Date.parse(time(now)) + 300_000);
  const format = nameIdFormat ? ` Format="${nameIdFormat}"` : "";
  const bounds = `${begins ? ` NotBefore="${time(begins)}"` : ""}${ends ? ` NotOnOrAfter="${end}"` : ""}`;
  const head = `ID="_assertion" IssueInstant="${time(now)}" Version="2.0"`;
  const before = `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ${head}><saml:Issuer>${issuer}</saml:Issuer>`;
  const after =
    `<saml:Subject><saml:NameID${format}>${person}</saml:NameID>` +
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData${asked}` +
    ` NotOnOrAfter="${end}" Recipient="${acsUrl}"></saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions${bounds}><saml:AudienceRestriction><saml:Audience>${entityId}</saml:Audience></saml:AudienceRestriction>${oneTimeUse ? "<saml:OneTimeUse></saml:OneTimeUse>" : ""}</saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${time(now)}"${session}><saml:AuthnContext></saml:AuthnContext></saml:AuthnStatement>${attributeStatement}</saml:Assertion>`;
  const digest = createHash(hash).update(before + after).digest("base64");
  const digestMethod = hash === "sha384" ? `${MORE}sha384` : `http://www.w3.org/2001/04/xmlenc#${hash}`;
  const c14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
  const algorithm = (name, uri) => `<ds:${name} Algorithm="${uri}"></ds:${name}>`;
  const signedInfo =
    `<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${algorithm("CanonicalizationMethod", c14n)}${algorithm("SignatureMethod", method)}` +
    `<ds:Reference URI="#_assertion"><ds:Transforms>${algorithm("Transform", "http://www.w3.org/2000/09/xmldsig#enveloped-signature")}` +
    `${algorithm("Transform", c14n)}</ds:Transforms>${algorithm("DigestMethod", digestMethod)}<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`;
  const value = sign(hash, Buffer.from(signedInfo), { key: pair.privateKey, ...options }).toString("base64");
  const signature = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${signedInfo}<ds:SignatureValue>${value}</ds:SignatureValue></ds:Signature>`;
  const response =
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_response"${asked} IssueInstant="${time(now)}" Version="2.0">` +
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>${before}${signature}${after}</samlp:Response>`;
  return { response: Buffer.from(response).toString("base64"), certificate: certificate(pair.publicKey).toString("base64") };
}
