//! The assertion, read from verified bytes alone, every rule of the browser profile judged.
//!
//! ```text
//!  Verified ─ fresh parse ─> response rules again ─> Subject ─> Conditions ─> AuthnStatement ─> attributes ─> Assertion
//! ```
//!
//! SAML core §2.3–2.7, SAML profiles §4.1.4.2, §4.1.4.3. Every refusal is `assertion_invalid` with the rule
//! that was broken. Times have the policy's skew on both ends; `NotOnOrAfter` is exclusive.

use super::callback::{Expected, Verified, check_response};
use super::names::{ASSERTION, BEARER, PROTOCOL, XSI};
use super::shape::{self, check_head, check_issuer};
use super::xml::Element;
use crate::error::{Error, ErrorCode};
use crate::time;

/// Who signed in, as the identity provider says it. [`verify`] is its only maker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// `ID`; with the issuer, the key under which replays are remembered (SAML profiles §4.1.4.5).
    pub id: String,
    /// The identity provider's entity ID.
    pub issuer: String,
    /// Who it is.
    pub name_id: NameId,
    /// Every attribute of every statement, in their order; a name may stand twice.
    pub attributes: Vec<Attribute>,
    /// `SessionIndex` of the first statement that has one.
    pub session_index: Option<String>,
    /// `AuthnContextClassRef` of the first statement that has one.
    pub authn_context: Option<String>,
    /// `AuthnInstant` of the first statement, seconds since 1970.
    pub authn_instant: i64,
    /// The earliest `SessionNotOnOrAfter`, seconds since 1970.
    pub session_not_on_or_after: Option<i64>,
    /// The end of the bearer confirmations or of the conditions, whichever is later, seconds since 1970: until
    /// then, plus the skew, its ID is remembered.
    pub not_on_or_after: i64,
    /// `OneTimeUse`: no session is to be kept beyond this page (SAML core §2.5.1.5).
    pub one_time_use: bool,
    /// Whether the response was signed, or the assertion alone.
    pub signed: SignedPart,
}

/// The outermost element whose signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedPart {
    /// `Assertion`
    Assertion,
    /// `Response`, and all that is in it.
    Response,
}

/// SAML core §2.2.3.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameId {
    /// The identifier.
    pub value: String,
    /// `Format`; absent means unspecified.
    pub format: Option<String>,
    /// `NameQualifier`
    pub name_qualifier: Option<String>,
    /// `SPNameQualifier`
    pub sp_name_qualifier: Option<String>,
    /// `SPProvidedID`
    pub sp_provided_id: Option<String>,
}

/// SAML core §2.7.3.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// `Name`
    pub name: String,
    /// `NameFormat`
    pub name_format: Option<String>,
    /// `FriendlyName`
    pub friendly_name: Option<String>,
    /// Its values; `None` is `xsi:nil`, which is not the empty text.
    pub values: Vec<Option<String>>,
}

/// Judges a response whose signature holds, at `now` by the page's clock.
///
/// # Errors
/// Those of [`super::callback::receive`] for the parts that are signed; `assertion_encrypted`;
/// `assertion_invalid`: `shape`, `issuer`, `subject`, `name_id`, `confirmation`, `bearer_not_before`,
/// `bearer_not_on_or_after`, `bearer_expired`, `recipient`, `in_response_to`, `conditions`, `not_before`,
/// `not_on_or_after`, `condition`, `audience`, `authn_statement`, `authn_instant`, `session_expired`,
/// `authn_context`, `attribute`.
pub fn verify(verified: &Verified, expected: &Expected<'_>, now: i64) -> Result<Assertion, Error> {
    let document = verified.element().document()?;
    let root = document.root();
    let (assertion, signed) = if root.is(PROTOCOL, "Response") {
        (check_response(root, expected)?, SignedPart::Response)
    } else {
        (root, SignedPart::Assertion)
    };
    let clock = Clock { now, skew: expected.policy.skew };
    read(assertion, expected, clock, signed)
}

/// The present, give or take.
#[derive(Clone, Copy)]
struct Clock {
    now: i64,
    skew: i64,
}

impl Clock {
    fn is_before(self, time: i64) -> bool {
        self.now < time.saturating_add(self.skew)
    }

    fn is_from(self, time: i64) -> bool {
        self.now >= time.saturating_sub(self.skew)
    }
}

fn read(assertion: Element<'_, '_>, expected: &Expected<'_>, clock: Clock, signed: SignedPart) -> Result<Assertion, Error> {
    check_head(assertion)?;
    shape::check_assertion(assertion)?;
    let child = |name, rule| assertion.only(ASSERTION, name).ok_or_else(|| refused(rule));
    check_issuer(child("Issuer", "issuer")?, expected.idp).map_err(refused)?;

    let subject = only_elements(child("Subject", "subject")?, "subject")?;
    let name_id = read_name_id(subject)?;
    let confirmed_until = check_confirmations(subject, expected, clock)?;
    let (valid_until, one_time_use) =
        check_conditions(only_elements(child("Conditions", "conditions")?, "conditions")?, expected, clock)?;
    let mut made = Assertion {
        id: assertion.attribute("ID").unwrap_or_default().into(),
        issuer: expected.idp.entity_id.clone(),
        name_id,
        attributes: read_attributes(assertion)?,
        session_index: None,
        authn_context: None,
        authn_instant: 0,
        session_not_on_or_after: None,
        not_on_or_after: valid_until.unwrap_or(confirmed_until).max(confirmed_until),
        one_time_use,
        signed,
    };
    read_authn_statements(assertion, &mut made, expected, clock)?;
    Ok(made)
}

/// One `NameID` that says something. `EncryptedID` needs a private key; `BaseID` is abstract.
fn read_name_id(subject: Element<'_, '_>) -> Result<NameId, Error> {
    if subject.only(ASSERTION, "EncryptedID").is_some() {
        return Err(Error::new(ErrorCode::AssertionEncrypted, "name_id"));
    }
    let element = subject.only(ASSERTION, "NameID").ok_or_else(|| refused("name_id"))?;
    let attribute = |name| element.attribute(name).map(String::from);
    let value = element.text().filter(|text| !text.trim().is_empty()).ok_or_else(|| refused("name_id"))?;
    Ok(NameId {
        value: value.into(),
        format: attribute("Format"),
        name_qualifier: attribute("NameQualifier"),
        sp_name_qualifier: attribute("SPNameQualifier"),
        sp_provided_id: attribute("SPProvidedID"),
    })
}

/// At least one bearer confirmation that holds in every point; the end of the time of all of them: each
/// may let the assertion in once more.
fn check_confirmations(subject: Element<'_, '_>, expected: &Expected<'_>, clock: Clock) -> Result<i64, Error> {
    let (mut holds, mut why, mut until) = (false, "confirmation", i64::MIN);
    for confirmation in subject.children().filter(|child| child.is(ASSERTION, "SubjectConfirmation")) {
        if confirmation.attribute("Method") == Some(BEARER) {
            match check_bearer(confirmation, expected, clock) {
                Ok(()) => holds = true,
                Err(rule) => why = rule,
            }
            let data = confirmation.only(ASSERTION, "SubjectConfirmationData");
            let end = data.and_then(|data| data.attribute("NotOnOrAfter")).and_then(time::parse);
            until = until.max(end.unwrap_or(until));
        }
    }
    if holds { Ok(until) } else { Err(refused(why)) }
}

/// SAML profiles §4.1.4.2.
fn check_bearer(confirmation: Element<'_, '_>, expected: &Expected<'_>, clock: Clock) -> Result<(), &'static str> {
    let data = confirmation.only(ASSERTION, "SubjectConfirmationData").ok_or("confirmation")?;
    if data.attribute("NotBefore").is_some() {
        return Err("bearer_not_before");
    }
    let until = data.attribute("NotOnOrAfter").and_then(time::parse).ok_or("bearer_not_on_or_after")?;
    if !clock.is_before(until) {
        return Err("bearer_expired");
    }
    if data.attribute("Recipient") != Some(&expected.sp.acs_url) {
        return Err("recipient");
    }
    if data.attribute("InResponseTo") != expected.in_response_to {
        return Err("in_response_to");
    }
    Ok(())
}

/// SAML core §2.5.1. Restrictions are all to be met, audiences of one are a choice.
fn check_conditions(conditions: Element<'_, '_>, expected: &Expected<'_>, clock: Clock) -> Result<(Option<i64>, bool), Error> {
    let bound = |name| conditions.attribute(name).map(|text| time::parse(text).ok_or_else(|| refused("conditions"))).transpose();
    let (from, until) = (bound("NotBefore")?, bound("NotOnOrAfter")?);
    if from.is_some_and(|from| !clock.is_from(from)) {
        return Err(refused("not_before"));
    }
    if until.is_some_and(|until| !clock.is_before(until) || from.is_some_and(|from| from >= until)) {
        return Err(refused("not_on_or_after"));
    }
    let mut is_for_us = false;
    let mut one_time_use = false;
    for condition in conditions.children() {
        match (condition.namespace(), condition.local()) {
            (ASSERTION, "AudienceRestriction") => {
                let mut audiences = condition.children().filter(|child| child.is(ASSERTION, "Audience"));
                if !audiences.any(|audience| audience.text() == Some(&expected.sp.entity_id)) {
                    return Err(refused("audience"));
                }
                is_for_us = true;
            }
            (ASSERTION, "OneTimeUse") => one_time_use = true,
            (ASSERTION, "ProxyRestriction") => {}
            _ => return Err(refused("condition")),
        }
    }
    if is_for_us { Ok((until, one_time_use)) } else { Err(refused("audience")) }
}

/// SAML core §2.7.2, §3.3.2.2.1; SAML profiles §4.1.4.3.
fn read_authn_statements(
    assertion: Element<'_, '_>,
    made: &mut Assertion,
    expected: &Expected<'_>,
    clock: Clock,
) -> Result<(), Error> {
    let mut context_holds = expected.authn_contexts.is_empty();
    let mut first = true;
    for statement in assertion.children().filter(|child| child.is(ASSERTION, "AuthnStatement")) {
        let instant = statement.attribute("AuthnInstant").and_then(time::parse).ok_or_else(|| refused("authn_instant"))?;
        if expected.authn_since.is_some_and(|since| instant < since.saturating_sub(clock.skew)) {
            return Err(refused("authn_instant"));
        }
        if let Some(text) = statement.attribute("SessionNotOnOrAfter") {
            let end = time::parse(text).filter(|end| clock.is_before(*end)).ok_or_else(|| refused("session_expired"))?;
            made.session_not_on_or_after = Some(made.session_not_on_or_after.map_or(end, |known| known.min(end)));
        }
        let context = statement.only(ASSERTION, "AuthnContext").ok_or_else(|| refused("authn_context"))?;
        let class = context.only(ASSERTION, "AuthnContextClassRef").and_then(Element::text);
        context_holds |= class.is_some_and(|class| expected.authn_contexts.iter().any(|asked| asked == class));
        made.authn_context = made.authn_context.take().or_else(|| class.map(String::from));
        made.session_index = made.session_index.take().or_else(|| statement.attribute("SessionIndex").map(String::from));
        if std::mem::take(&mut first) {
            made.authn_instant = instant;
        }
    }
    if first {
        return Err(refused("authn_statement"));
    }
    if context_holds { Ok(()) } else { Err(refused("authn_context")) }
}

/// SAML core §2.7.3. IAM Identity Center writes an empty statement where nothing is mapped.
fn read_attributes(assertion: Element<'_, '_>) -> Result<Vec<Attribute>, Error> {
    let mut attributes = Vec::new();
    for statement in assertion.children().filter(|child| child.is(ASSERTION, "AttributeStatement")) {
        for element in statement.children() {
            if element.is(ASSERTION, "EncryptedAttribute") {
                return Err(Error::new(ErrorCode::AssertionEncrypted, "attribute"));
            }
            let name = element.attribute("Name").filter(|name| !name.is_empty() && element.is(ASSERTION, "Attribute"));
            let value = |value: Element<'_, '_>| {
                let is_nil = |a: &&super::xml::Attribute<'_>| a.local == "nil" && value.namespace_of(a) == XSI;
                let nil = value.attributes().iter().find(is_nil).is_some_and(|a| matches!(&*a.value, "true" | "1"));
                (!nil).then(|| value.all_text())
            };
            attributes.push(Attribute {
                name: name.ok_or_else(|| refused("attribute"))?.into(),
                name_format: element.attribute("NameFormat").map(String::from),
                friendly_name: element.attribute("FriendlyName").map(String::from),
                values: element.children().filter(|child| child.is(ASSERTION, "AttributeValue")).map(value).collect(),
            });
        }
    }
    Ok(attributes)
}

fn only_elements<'d, 'a>(element: Element<'d, 'a>, rule: &'static str) -> Result<Element<'d, 'a>, Error> {
    if element.has_only_elements() { Ok(element) } else { Err(refused(rule)) }
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::AssertionInvalid, rule)
}
