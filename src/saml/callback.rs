//! The response as it reaches the assertion consumer service: from the form field to what is signed.
//!
//! ```text
//!  SAMLResponse ─ decode ─> text ─ receive ─> parsed, shape, addressed to us, status ─> Received: checks
//!                                                                                          │
//!        assertion::verify <── Verified: the outermost signed element <── settle <── (WebCrypto)
//! ```
//!
//! SAML bindings §3.5, SAML core §3.2.2, SAML profiles §4.1.4. What is not signed can only be a reason
//! to refuse: nothing of it is passed on.

use super::idp::Idp;
use super::names::{ASSERTION, DSIG, PROTOCOL, STATUS};

use super::policy::{Policy, Signed};
use super::shape;
use super::signature::{self, SignedElement, Unproven};
use super::sp::Sp;
use super::xml::{self, Comments, Element};
use crate::error::{Error, ErrorCode};
use crate::text::decode_base64;
use crate::wire::SignatureCheck;

/// Who may answer, to whom, to what.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The identity provider, with its keys.
    pub idp: &'a Idp,
    /// Ourselves.
    pub sp: &'a Sp,
    /// What is allowed.
    pub policy: &'a Policy,
    /// `ID` of the request of this browser that is answered; `None`: the response comes unasked.
    pub in_response_to: Option<&'a str>,
    /// `AuthnContextClassRef`s of which one was asked for; empty: none.
    pub authn_contexts: &'a [String],
    /// `ForceAuthn` was asked for at this time, seconds since 1970.
    pub authn_since: Option<i64>,
}

/// A response whose form, address and status hold, and whose signatures nobody has checked yet.
#[derive(Debug)]
pub struct Received {
    response: Option<Unproven>,
    assertion: Option<Unproven>,
}

/// A response with a signature that holds. [`Received::settle`] is its only maker.
#[derive(Debug)]
pub struct Verified {
    element: SignedElement,
}

/// Reads the form field `SAMLResponse` (SAML bindings §3.5.4): base64, in which white space may stand.
///
/// # Errors
/// `message_invalid`: `too_large`, `base64`, `encoding`.
pub fn decode(field: &(impl AsRef<[u8]> + ?Sized)) -> Result<String, Error> {
    let field = field.as_ref();
    if field.len() > MAX_FIELD {
        return Err(refused("too_large"));
    }
    let bytes = decode_base64(field).ok_or_else(|| refused("base64"))?;
    if bytes.len() > xml::MAX_BYTES {
        return Err(refused("too_large"));
    }
    String::from_utf8(bytes).map_err(|_| refused("encoding"))
}

/// Reads a response that has come by POST.
///
/// # Errors
/// `message_invalid` with the rule of [`xml::parse`], or `shape`, `version`, `issue_instant`, `id`,
/// `assertion_count`, `issuer`, `destination`, `in_response_to`; `idp_initiated_refused`; the provider's refusal
/// (`access_denied`, `login_required`, `provider_refused`); `assertion_encrypted`; `signature_invalid` with the rule
/// of [`signature::open`] or `unsigned`; `assertion_invalid` / `shape`.
pub fn receive(text: &str, expected: &Expected<'_>) -> Result<Received, Error> {
    let document = xml::parse(text, Comments::Refused).map_err(refused)?;
    let root = document.root();
    let assertion = check_response(root, expected)?;
    shape::check_ids(root, assertion)?;
    let open = |owner| signature::open(owner, &expected.idp.keys, expected.policy);
    let received = Received { response: open(root)?, assertion: open(assertion)? };
    let enough = match expected.policy.signed {
        Signed::Any => received.response.is_some() || received.assertion.is_some(),
        Signed::Assertion => received.assertion.is_some(),
        Signed::Both => received.response.is_some() && received.assertion.is_some(),
        Signed::Response => received.response.is_some(),
    };
    if !enough {
        return Err(Error::new(ErrorCode::SignatureInvalid, "unsigned"));
    }
    shape::check_assertion(assertion)?;
    Ok(received)
}

impl Received {
    /// The signatures: of each, one check for every key that may have made it.
    pub fn signatures(&self) -> impl Iterator<Item = &[SignatureCheck]> {
        self.response.iter().chain(&self.assertion).map(Unproven::checks)
    }

    /// Takes the verdicts, in the order of [`Received::signatures`]: every one must hold.
    ///
    /// # Errors
    /// `signature_invalid` / `signature`.
    pub fn settle(self, holds: &[bool]) -> Result<Verified, Error> {
        let mut verdicts = holds.iter().copied();
        let mut settle = |unproven: Unproven| unproven.settle(verdicts.next().unwrap_or(false));
        let response = self.response.map(&mut settle).transpose()?;
        let assertion = self.assertion.map(&mut settle).transpose()?;
        // The outermost: what is signed about the response may then be believed too.
        let element = response.or(assertion).ok_or_else(|| Error::new(ErrorCode::SignatureInvalid, "unsigned"))?;
        Ok(Verified { element })
    }
}

impl Verified {
    /// The element whose signature holds.
    pub(super) fn element(&self) -> &SignedElement {
        &self.element
    }
}

/// Shape, addressing and status of a response; its one assertion. Asked of the received response, and
/// again of the verified one.
pub(super) fn check_response<'d, 'a>(response: Element<'d, 'a>, expected: &Expected<'_>) -> Result<Element<'d, 'a>, Error> {
    shape::check_response(response)?;
    let is_signed = response.children().any(|child| child.is(DSIG, "Signature"));
    match response.only(ASSERTION, "Issuer") {
        Some(issuer) => shape::check_issuer(issuer, expected.idp).map_err(refused)?,
        None if is_signed => return Err(refused("issuer")),
        None => {}
    }
    match response.attribute("Destination") {
        Some(destination) if destination == expected.sp.acs_url => {}
        None if !is_signed => {}
        _ => return Err(refused("destination")),
    }
    check_correlation(response, expected)?;
    check_status(response, expected)?;

    let mut assertions = response.children().filter(|child| matches!(child.local(), "Assertion" | "EncryptedAssertion"));
    match (assertions.next(), assertions.next()) {
        (Some(assertion), None) if assertion.local() == "Assertion" => Ok(assertion),
        (Some(_), None) => Err(Error::new(ErrorCode::AssertionEncrypted, "assertion")),
        _ => Err(refused("assertion_count")),
    }
}

/// Whether the response answers what this browser asked (SAML core §3.2.2, SAML profiles §4.1.5).
fn check_correlation(response: Element<'_, '_>, expected: &Expected<'_>) -> Result<(), Error> {
    match (expected.in_response_to, response.attribute("InResponseTo")) {
        (None, None) if !expected.policy.allow_idp_initiated => Err(Error::new(ErrorCode::IdpInitiatedRefused, "")),
        (None, None) => Ok(()),
        (Some(asked), Some(answered)) if asked == answered => Ok(()),
        _ => Err(refused("in_response_to")),
    }
}

/// The top-level status, and the second-level one in the error (SAML core §3.2.2.2).
pub(super) fn check_status(response: Element<'_, '_>, expected: &Expected<'_>) -> Result<(), Error> {
    let status = response.only(PROTOCOL, "Status").ok_or_else(|| refused("shape"))?;
    let code = status.only(PROTOCOL, "StatusCode").ok_or_else(|| refused("shape"))?;
    let value = code.attribute("Value").ok_or_else(|| refused("shape"))?;
    if value.strip_prefix(STATUS) == Some("Success") {
        return Ok(());
    }
    let detail = code.only(PROTOCOL, "StatusCode").and_then(|code| code.attribute("Value")).unwrap_or(value);
    let (code, rule) = match detail.strip_prefix(STATUS) {
        Some("AuthnFailed") => (ErrorCode::AccessDenied, "AuthnFailed"),
        Some("NoPassive") => (ErrorCode::LoginRequired, "NoPassive"),
        Some("RequestDenied") => (ErrorCode::AccessDenied, "RequestDenied"),
        Some("InvalidNameIDPolicy") => (ErrorCode::ProviderRefused, "InvalidNameIDPolicy"),
        Some("NoAuthnContext") => (ErrorCode::ProviderRefused, "NoAuthnContext"),
        _ => (ErrorCode::ProviderRefused, "status"),
    };
    let error = Error::new(code, rule);
    // The words of whoever sent it: only where it answers what was asked.
    if expected.in_response_to.is_none() {
        return Err(error);
    }
    let message = status.only(PROTOCOL, "StatusMessage").and_then(|message| message.text());
    Err(error.with_provider(detail, message))
}

pub(super) fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::MessageInvalid, rule)
}

/// Characters of the form field: base64 of [`xml::MAX_BYTES`] in lines.
const MAX_FIELD: usize = xml::MAX_BYTES / 3 * 4 + 32 * 1024;
