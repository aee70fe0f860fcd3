// The codes of the SAML door, which only its pages download. One list with those of errors.js.

// code: [phase, turn, retryable, sentence]
export const CODES = {
  metadata_invalid: ["config", "developer", false, "The identity provider's metadata or certificate is not usable."],
  message_invalid: ["callback", "person", false, "This is no SAML response to a sign-in of this browser. Sign in again."],
  signature_invalid: ["assertion", "provider", false, "The SAML response is not signed as it must be."],
  assertion_invalid: ["assertion", "provider", false, "The SAML identity that came back does not pass the checks."],
  assertion_encrypted: ["assertion", "provider", false, "The identity provider encrypts. A page has no private key: turn encryption off there."],
  idp_initiated_refused: ["callback", "person", false, "The sign-in began at the identity provider, which this app does not allow. Sign in again."],
  worker_unavailable: ["request", "developer", false, "The service worker acs.js is not there."],
};
