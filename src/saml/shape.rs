//! The form of messages: which parts, in which order, with which names. What hides something hides it
//! from a reader that is less strict.
//!
//! SAML core §2.3.3, §3.2.2; XML Signature 1.1 §8.1. Every refusal is `message_invalid`, or
//! `assertion_invalid` / `shape`.

use super::idp::Idp;
use super::names::{ASSERTION, DSIG, FORMAT_ENTITY, PROTOCOL};
use super::xml::{self, Element};
use crate::error::{Error, ErrorCode};
use crate::time;

/// The parts of a response in their order (SAML core §3.2.2, §3.3.3), and none of them anywhere else.
pub(super) fn check_response(response: Element<'_, '_>) -> Result<(), Error> {
    if !response.is(PROTOCOL, "Response") {
        return Err(refused("shape"));
    }
    check_head(response)?;
    if !in_order(response, &OF_RESPONSE, &ASSERTIONS) {
        return Err(refused("shape"));
    }
    check_places(response)
}

/// The parts of the schema in their order (SAML core §2.3.3); asked of the received assertion too, for the
/// signature's place in it.
pub(super) fn check_assertion(assertion: Element<'_, '_>) -> Result<(), Error> {
    if in_order(assertion, &OF_ASSERTION, &STATEMENTS) { Ok(()) } else { Err(Error::new(ErrorCode::AssertionInvalid, "shape")) }
}

/// `Version`, `ID`, `IssueInstant` (SAML core §2.3.3, §3.2.2).
pub(super) fn check_head(element: Element<'_, '_>) -> Result<(), Error> {
    if element.attribute("Version") != Some("2.0") {
        return Err(refused("version"));
    }
    if !element.attribute("ID").is_some_and(xml::is_nc_name) {
        return Err(refused("id"));
    }
    if element.attribute("IssueInstant").and_then(time::parse).is_none() {
        return Err(refused("issue_instant"));
    }
    Ok(())
}

/// Every `ID` stands once (SAML core §1.3.4), and nothing else passes for the one of a signed element.
pub(super) fn check_ids(response: Element<'_, '_>, assertion: Element<'_, '_>) -> Result<(), Error> {
    let targets = [response.attribute("ID"), assertion.attribute("ID")];
    let mut ids: Vec<&str> = Vec::new();
    for element in response.descendants_or_self() {
        for attribute in element.attributes() {
            let value = &*attribute.value;
            if attribute.prefix.is_empty() && attribute.local == "ID" {
                if ids.contains(&value) || ids.len() >= MAX_IDS {
                    return Err(refused("id"));
                }
                ids.push(value);
            } else if attribute.local.eq_ignore_ascii_case("id") && targets.contains(&Some(value)) {
                return Err(refused("id"));
            }
        }
    }
    Ok(())
}

/// The entity ID, to the letter; `Format` absent or entity (SAML profiles §4.1.4.2).
///
/// # Errors
/// The rule.
pub(super) fn check_issuer(issuer: Element<'_, '_>, idp: &Idp) -> Result<(), &'static str> {
    let is_entity = issuer.attribute("Format").is_none_or(|format| format == FORMAT_ENTITY);
    if is_entity && issuer.text() == Some(&idp.entity_id) { Ok(()) } else { Err("issuer") }
}

/// No response, assertion or signature anywhere but in its place: what hides one hides it for a reader
/// that searches.
fn check_places(response: Element<'_, '_>) -> Result<(), Error> {
    let misplaced = |element: Element<'_, '_>| {
        let parent = element.parent();
        let in_response = parent.is_some_and(|parent| parent.index() == response.index());
        let in_assertion = || parent.is_some_and(|p| p.is(ASSERTION, "Assertion"));
        match (element.namespace(), element.local()) {
            (PROTOCOL, "Response") => element.index() != response.index(),
            (ASSERTION, "Assertion" | "EncryptedAssertion") => !in_response,
            (DSIG, "Signature") => !(in_response || in_assertion()),
            _ => false,
        }
    };
    if response.descendants_or_self().any(misplaced) { Err(refused("shape")) } else { Ok(()) }
}

/// Whether the children are some of `once`, each at most once and in this order, then any of `many`
/// (namespace and local name), as the schema has it. White space is all the text between them.
fn in_order(element: Element<'_, '_>, once: &[(&str, &str)], many: &[(&str, &str)]) -> bool {
    let mut left = once.iter();
    let fits = |child: Element<'_, '_>| {
        let name = (child.namespace(), child.local());
        if many.contains(&name) {
            left = [].iter();
            return true;
        }
        left.any(|part| *part == name)
    };
    element.children().all(fits) && element.has_only_elements()
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::MessageInvalid, rule)
}

const OF_RESPONSE: [(&str, &str); 4] =
    [(ASSERTION, "Issuer"), (DSIG, "Signature"), (PROTOCOL, "Extensions"), (PROTOCOL, "Status")];
const ASSERTIONS: [(&str, &str); 2] = [(ASSERTION, "Assertion"), (ASSERTION, "EncryptedAssertion")];
const OF_ASSERTION: [(&str, &str); 5] =
    [(ASSERTION, "Issuer"), (DSIG, "Signature"), (ASSERTION, "Subject"), (ASSERTION, "Conditions"), (ASSERTION, "Advice")];
const STATEMENTS: [(&str, &str); 4] = [
    (ASSERTION, "AttributeStatement"),
    (ASSERTION, "AuthnStatement"),
    (ASSERTION, "AuthzDecisionStatement"),
    (ASSERTION, "Statement"),
];
/// Elements with an `ID` in one response; two are usual.
const MAX_IDS: usize = 256;
