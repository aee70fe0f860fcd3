//! What each rule says, with its section, for people.

use gatepass::error::ErrorCode;

/// The rule in a sentence, and where it is written.
pub fn explain(code: ErrorCode, rule: &str) -> &'static str {
    TABLE.iter().find(|(of, name, _)| *of == code && *name == rule).map_or("", |(_, _, sentence)| sentence)
}

use ErrorCode::{
    AccessDenied, AssertionEncrypted, AssertionInvalid, IdpInitiatedRefused, LoginRequired, MessageInvalid, ProviderRefused,
    SignatureInvalid,
};

/// Every refusal of a response. `tests/native/saml` holds it complete.
pub const TABLE: &[(ErrorCode, &str, &str)] = &[
    (MessageInvalid, "too_large", "The message is larger than 512 KiB."),
    (MessageInvalid, "base64", "SAMLResponse is not base64 (SAML bindings §3.5.4)."),
    (MessageInvalid, "encoding", "The message is not UTF-8, or declares another encoding (XML 1.0 §4.3.3)."),
    (MessageInvalid, "malformed", "The message is not well-formed XML (XML 1.0 §2.1)."),
    (
        MessageInvalid,
        "namespace",
        "A namespace is not declared, declared twice, reserved, relative or not printable (Namespaces in XML §2, §3, §5).",
    ),
    (MessageInvalid, "doctype", "A document type declaration has no place in a message (SAML core §1.3)."),
    (MessageInvalid, "processing_instruction", "A processing instruction has no place in a message: readers differ about it."),
    (MessageInvalid, "comment", "A comment has no place in a message: readers differ about the text around it."),
    (MessageInvalid, "too_deep", "Elements stand more than 64 deep."),
    (
        MessageInvalid,
        "too_many",
        "More than 100,000 nodes, 256 attributes on one element, or 64 namespace declarations in force.",
    ),
    (
        MessageInvalid,
        "shape",
        "The root is no Response, its parts are out of order, or a Response, Assertion or Signature stands where none belongs (SAML core §3.2.2).",
    ),
    (MessageInvalid, "version", "Version is not 2.0 (SAML core §4.1)."),
    (MessageInvalid, "id", "An ID is missing, no NCName, stands twice, or another attribute passes for it (SAML core §1.3.4)."),
    (MessageInvalid, "issue_instant", "IssueInstant is missing or not in UTC (SAML core §1.3.3, §2.3.3, §3.2.2)."),
    (MessageInvalid, "assertion_count", "There must be exactly one Assertion."),
    (MessageInvalid, "issuer", "The Response's Issuer is not the identity provider's entity ID (SAML profiles §4.1.4.2)."),
    (
        MessageInvalid,
        "destination",
        "Destination is not the ACS URL to the letter, or is missing although the Response is signed (SAML bindings §3.5.5.2).",
    ),
    (MessageInvalid, "in_response_to", "The Response answers another request, or none (SAML core §3.2.2)."),
    (IdpInitiatedRefused, "", "The Response answers no request, and unsolicited ones are not allowed (SAML profiles §4.1.5)."),
    (AccessDenied, "AuthnFailed", "The identity provider could not authenticate the person (SAML core §3.2.2.2)."),
    (AccessDenied, "RequestDenied", "The identity provider chose not to answer (SAML core §3.2.2.2)."),
    (LoginRequired, "NoPassive", "IsPassive was asked for, and the person has to be seen (SAML core §3.2.2.2)."),
    (
        ProviderRefused,
        "InvalidNameIDPolicy",
        "The requested NameID format is not the one configured at the identity provider: leave NameIDPolicy out (SAML core §3.4.1.1).",
    ),
    (ProviderRefused, "NoAuthnContext", "The requested authentication context cannot be met (SAML core §3.3.2.2.1)."),
    (ProviderRefused, "status", "The status is not Success (SAML core §3.2.2.2)."),
    (
        AssertionEncrypted,
        "assertion",
        "The Assertion is encrypted. A page has no private key: turn assertion encryption off at the identity provider.",
    ),
    (
        AssertionEncrypted,
        "name_id",
        "The NameID is encrypted. A page has no private key: turn NameID encryption off at the identity provider.",
    ),
    (
        AssertionEncrypted,
        "attribute",
        "An attribute is encrypted. A page has no private key: turn attribute encryption off at the identity provider.",
    ),
    (SignatureInvalid, "unsigned", "What must be signed is not (SAML profiles §4.1.3.5)."),
    (SignatureInvalid, "count", "More than one Signature on one element (SAML core §5.4.1)."),
    (
        SignatureInvalid,
        "shape",
        "The Signature has other parts than SignedInfo, SignatureValue, KeyInfo (SAML core §5.4, XML Signature §4).",
    ),
    (
        SignatureInvalid,
        "c14n_method",
        "CanonicalizationMethod is not exclusive canonicalization without comments (SAML core §5.4.3).",
    ),
    (
        SignatureInvalid,
        "signature_method",
        "SignatureMethod is not allowed: RSA or ECDSA with SHA-256, SHA-384 or SHA-512 (RFC 6931 §2.3).",
    ),
    (SignatureInvalid, "reference_count", "There must be exactly one Reference (SAML core §5.4.2)."),
    (SignatureInvalid, "reference_uri", "The Reference does not name the element that carries the Signature (SAML core §5.4.2)."),
    (
        SignatureInvalid,
        "transforms",
        "Transforms are not enveloped-signature, then exclusive canonicalization (SAML core §5.4.4).",
    ),
    (SignatureInvalid, "digest_method", "DigestMethod is not SHA-256, SHA-384 or SHA-512 (XML Signature §6.2)."),
    (SignatureInvalid, "digest", "The signed element was changed: its digest differs (XML Signature §3.2.1)."),
    (
        SignatureInvalid,
        "signature_value",
        "SignatureValue is not base64, or not as long as a signature by this key (XML Signature §4.3).",
    ),
    (SignatureInvalid, "key", "No configured key is of the kind that SignatureMethod needs. KeyInfo is not believed."),
    (SignatureInvalid, "signature", "The signature was not made by a configured key (XML Signature §3.2.2)."),
    (SignatureInvalid, "too_large", "The canonical form is larger than 2 MiB."),
    (SignatureInvalid, "round_trip", "The canonical form reads otherwise than it is written."),
    (AssertionInvalid, "shape", "The Assertion's parts are not those of its schema, in their order (SAML core §2.3.3)."),
    (AssertionInvalid, "issuer", "The Assertion's Issuer is not the identity provider's entity ID (SAML profiles §4.1.4.2)."),
    (AssertionInvalid, "subject", "There is no Subject (SAML profiles §4.1.4.2)."),
    (AssertionInvalid, "name_id", "There is no NameID, or it says nothing (SAML core §2.4.1)."),
    (AssertionInvalid, "confirmation", "No SubjectConfirmation is of the method bearer (SAML profiles §4.1.4.2)."),
    (AssertionInvalid, "bearer_not_before", "A bearer SubjectConfirmationData must not have NotBefore (SAML profiles §4.1.4.2)."),
    (
        AssertionInvalid,
        "bearer_not_on_or_after",
        "A bearer SubjectConfirmationData must have NotOnOrAfter, in UTC (SAML profiles §4.1.4.2).",
    ),
    (AssertionInvalid, "bearer_expired", "The SubjectConfirmationData is past its NotOnOrAfter (SAML profiles §4.1.4.3)."),
    (AssertionInvalid, "recipient", "Recipient is not the ACS URL to the letter (SAML profiles §4.1.4.3)."),
    (
        AssertionInvalid,
        "in_response_to",
        "The SubjectConfirmationData answers another request, or none (SAML profiles §4.1.4.3).",
    ),
    (
        AssertionInvalid,
        "conditions",
        "There are no Conditions, or their times are not in UTC (SAML profiles §4.1.4.2, SAML core §2.5.1).",
    ),
    (AssertionInvalid, "not_before", "It is not yet NotBefore (SAML core §2.5.1.2)."),
    (AssertionInvalid, "not_on_or_after", "It is past NotOnOrAfter, or that is not after NotBefore (SAML core §2.5.1.2)."),
    (AssertionInvalid, "condition", "There is a Condition that nobody here understands (SAML core §2.5.1.1)."),
    (
        AssertionInvalid,
        "audience",
        "An AudienceRestriction does not name us to the letter, or there is none (SAML core §2.5.1.4).",
    ),
    (AssertionInvalid, "authn_statement", "There is no AuthnStatement (SAML profiles §4.1.4.2)."),
    (
        AssertionInvalid,
        "authn_instant",
        "AuthnInstant is missing, not in UTC, or older than the ForceAuthn that was asked for (SAML core §2.7.2).",
    ),
    (AssertionInvalid, "session_expired", "The session is past its SessionNotOnOrAfter (SAML profiles §4.1.4.3)."),
    (AssertionInvalid, "authn_context", "None of the requested authentication contexts was used (SAML core §3.3.2.2.1)."),
    (AssertionInvalid, "attribute", "An attribute has no Name (SAML core §2.7.3.1)."),
    (AssertionInvalid, "attribute_count", "More than 512 names of attributes: no session is kept of so many."),
    (
        SignatureInvalid,
        "assertion_unsigned",
        "The exchange sends the assertion alone, and only the response around it is signed (RFC 7522 §3).",
    ),
    (AssertionInvalid, "user_id", "The attribute that is configured to say the user's id is not in the assertion."),
];
