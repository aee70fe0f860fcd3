// The codes of the SAML door, which only its pages download. One list with those of errors.js.

// code: [phase, turn, retryable, sentence]
export const CODES = {
  metadata_invalid: ["config", "developer", false, "The identity provider's SAML metadata or certificate cannot be used."],
  message_invalid: ["callback", "person", false, "This is not the SAML response that was awaited here. Sign in again."],
  signature_invalid: ["assertion", "provider", false, "The SAML response is not signed as it must be."],
  assertion_invalid: ["assertion", "provider", false, "The identity that came back does not pass the checks of SAML."],
  assertion_encrypted: ["assertion", "provider", false, "The identity provider encrypts its assertions. A page has no private key: turn encryption off there."],
  idp_initiated_refused: ["callback", "person", false, "The sign-in began at the identity provider, which this app does not allow. Sign in from here."],
  worker_unavailable: ["request", "developer", false, "The service worker that takes the sign-in's answer is not there: acs.js must be served from this site."],
};
