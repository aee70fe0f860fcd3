//! Single logout: our request or answer out, the identity provider's in.
//!
//! ```text
//!  session ─ request ─> Message            query ─ read_query ─> Encoded ─ (inflate) ─ receive ─> Received: checks
//!  LogoutRequest ─ respond ─> Message      form  ─ callback::decode ───────── receive_form ─┘          │ settle
//!                                                                                                    Logout
//! ```
//!
//! SAML core §3.7, SAML profiles §4.4, SAML bindings §3.4.4. A LogoutRequest must be signed: it ends
//! somebody's session. A LogoutResponse ends nothing and may come unsigned (ZITADEL's does); a signature
//! that it has must hold. Inflating is the browser's work, with a limit.

use super::assertion::NameId;
use super::bindings::{Binding, MAX_RELAY_STATE, Message, RELAY_STATE};
use super::callback::refused;
use super::config::Config;
use super::names::{ASSERTION, DSIG, PROTOCOL, STATUS};
use super::request::message_id;
use super::shape::{check_head, check_issuer};
use super::signature::{self, Unproven};
use super::writer::Writer;
use super::xml::{self, Comments, Element};
use crate::error::{Error, ErrorCode};
use crate::form;
use crate::time;
use crate::wire::SignatureCheck;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Whose session ends.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// `NameID`, as the assertion had it.
    pub name_id: &'a NameId,
    /// `SessionIndex`, if the assertion had one.
    pub session_index: Option<&'a str>,
}

/// What may come.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Ourselves and the identity provider.
    pub config: &'a Config,
    /// The session that a LogoutRequest must be about; `None`: nobody is signed in, and it is answered all the same.
    pub session: Option<Ending<'a>>,
    /// `ID` of our LogoutRequest that a LogoutResponse must answer.
    pub in_response_to: Option<&'a str>,
    /// Seconds since 1970, by the page's clock.
    pub now: i64,
}

/// A message of the redirect binding, taken apart and still deflated.
#[derive(Debug, Clone)]
pub struct Encoded {
    deflated: Vec<u8>,
    octets: String,
    signature: Option<(String, Vec<u8>)>,
    relay_state: Option<String>,
}

/// Bytes to inflate (RFC 1951), of whose result `limit` bytes are taken at most.
#[derive(Debug, Clone, Copy)]
pub struct Inflate<'a> {
    /// Raw DEFLATE data.
    pub bytes: &'a [u8],
    /// Bytes.
    pub limit: usize,
}

/// A message whose form and address hold, and whose signature nobody has checked yet.
#[derive(Debug)]
pub struct Received {
    logout: Logout,
    enveloped: Option<Unproven>,
    checks: Vec<SignatureCheck>,
}

/// What the identity provider says about a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logout {
    /// The session is to end, and this message to be answered.
    Requested {
        /// `ID`, for the answer's `InResponseTo`.
        id: String,
        /// To be sent back with the answer.
        relay_state: Option<String>,
    },
    /// What we asked for was done, here and (`partial`: not) everywhere else.
    Done {
        /// `PartialLogout` (SAML core §3.2.2.2).
        partial: bool,
    },
}

/// Asks the identity provider to end a session, at `now`. The message's `ID` is made of `random`.
pub fn request(config: &Config, ending: Ending<'_>, random: &[u8; 32], now: i64) -> (Message, String) {
    let id = message_id(random);
    let mut xml = begin("samlp:LogoutRequest", &id, config, &config.idp.slo_redirect, "", now);
    let name_id = ending.name_id;
    let attribute = |value: &'static str, text: &Option<String>| (value, text.clone().unwrap_or_default());
    let attributes = [
        attribute("Format", &name_id.format),
        attribute("NameQualifier", &name_id.name_qualifier),
        attribute("SPNameQualifier", &name_id.sp_name_qualifier),
        attribute("SPProvidedID", &name_id.sp_provided_id),
    ];
    let attributes = attributes.each_ref().map(|(name, value)| (*name, value.as_str()));
    xml.element("saml:NameID", &attributes, &name_id.value);
    if let Some(index) = ending.session_index {
        xml.element("samlp:SessionIndex", &[], index);
    }
    (message(xml.end(), &config.idp.slo_redirect, "SAMLRequest", None), id)
}

/// Answers a LogoutRequest: the session has ended here. `None`: the identity provider has no place for answers.
pub fn respond(config: &Config, to: &str, relay_state: Option<&str>, random: &[u8; 32], now: i64) -> Option<Message> {
    let idp = &config.idp;
    let destination = if idp.slo_response.is_empty() { &idp.slo_redirect } else { &idp.slo_response };
    if destination.is_empty() {
        return None;
    }
    let mut xml = begin("samlp:LogoutResponse", &message_id(random), config, destination, to, now);
    xml.open("samlp:Status", &[]).element("samlp:StatusCode", &[("Value", &[STATUS, "Success"].concat())], "");
    Some(message(xml.end(), destination, "SAMLResponse", relay_state))
}

/// Takes the query of an address apart; `None` when it carries no message. The octets of the signature are
/// the parameters as they were received (SAML bindings §3.4.4.1).
///
/// # Errors
/// `message_invalid`: `repeated`, `base64`, `encoding`, `relay_state`, `too_large`; `signature_invalid` / `unsigned`
/// when half of a signature is there.
pub fn read_query(query: &str) -> Result<Option<Encoded>, Error> {
    if query.len() > MAX_QUERY {
        return Err(refused("too_large"));
    }
    let mut raw: [Option<&str>; 6] = [None; 6];
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        if let Some((_, place)) = PARAMETERS.iter().zip(&mut raw).find(|(known, _)| **known == name)
            && place.replace(value).is_some()
        {
            return Err(refused("repeated"));
        }
    }
    let [request, response, relay_state, algorithm, signature, encoding] = raw;
    let (name, message) = match (request, response) {
        (Some(message), None) => ("SAMLRequest=", message),
        (None, Some(message)) => ("SAMLResponse=", message),
        (None, None) => return Ok(None),
        _ => return Err(refused("repeated")),
    };
    if encoding.is_some_and(|encoding| form::decode_one(encoding) != DEFLATE) {
        return Err(refused("encoding"));
    }
    let base64 = |raw: &str| STANDARD.decode(form::decode_one(raw)).map_err(|_| refused("base64"));
    let mut octets = [name, message].concat();
    if let Some(relay_state) = relay_state {
        octets.push_str(&["&RelayState=", relay_state].concat());
    }
    let relay_state = relay_state.map(form::decode_one);
    check_relay_state(relay_state.as_deref())?;
    let signature = match (algorithm, signature) {
        (Some(algorithm), Some(signature)) => {
            octets.push_str(&["&SigAlg=", algorithm].concat());
            Some((form::decode_one(algorithm), base64(signature)?))
        }
        (None, None) => None,
        _ => return Err(Error::new(ErrorCode::SignatureInvalid, "unsigned")), // half a signature
    };
    Ok(Some(Encoded { deflated: base64(message)?, octets, signature, relay_state }))
}

impl Encoded {
    /// What has to be inflated.
    pub fn inflate(&self) -> Inflate<'_> {
        Inflate { bytes: &self.deflated, limit: xml::MAX_BYTES }
    }

    /// Reads the inflated message.
    ///
    /// # Errors
    /// `message_invalid` with the rule of [`xml::parse`], or `shape`, `version`, `id`, `issue_instant`, `issuer`,
    /// `destination`, `in_response_to`, `not_on_or_after`, `name_id`, `session_index`; `signature_invalid`:
    /// `unsigned`, `signature_method`, `key`; `assertion_encrypted`; `provider_refused`.
    pub fn receive(self, text: &str, expected: &Expected<'_>) -> Result<Received, Error> {
        let document = xml::parse(text, Comments::Refused).map_err(refused)?;
        let mut logout = judge(document.root(), self.signature.is_some(), expected)?;
        if let Logout::Requested { relay_state, .. } = &mut logout {
            *relay_state = self.relay_state;
        }
        // On this binding the signature is not in the message (SAML bindings §3.4.4.1).
        if document.elements().any(|element| element.is(DSIG, "Signature")) {
            return Err(refused("shape"));
        }
        let checks = match self.signature {
            Some((uri, value)) => check_octets(&uri, &value, &self.octets, expected.config)?,
            None => Vec::new(),
        };
        Ok(Received { logout, enveloped: None, checks })
    }
}

/// Reads a message that has come by POST, decoded by [`super::callback::decode`].
///
/// # Errors
/// As [`Encoded::receive`], and those of [`signature::open`].
pub fn receive_form(text: &str, relay_state: Option<&str>, expected: &Expected<'_>) -> Result<Received, Error> {
    check_relay_state(relay_state)?;
    let document = xml::parse(text, Comments::Refused).map_err(refused)?;
    let root = document.root();
    let enveloped = signature::open(root, &expected.config.idp.keys, &expected.config.policy)?;
    let mut logout = judge(root, enveloped.is_some(), expected)?;
    if let Logout::Requested { relay_state: place, .. } = &mut logout {
        *place = relay_state.map(String::from);
    }
    let checks = enveloped.as_ref().map(|unproven| unproven.checks().to_vec()).unwrap_or_default();
    Ok(Received { logout, enveloped, checks })
}

impl Received {
    /// What is to be checked: the signature holds when one of these does. Empty: unsigned, and it may be.
    pub fn checks(&self) -> &[SignatureCheck] {
        &self.checks
    }

    /// Takes the verdict: whether one of [`Received::checks`] holds.
    ///
    /// # Errors
    /// `signature_invalid` / `signature`; as [`receive_form`] for what is signed.
    pub fn settle(self, holds: bool, expected: &Expected<'_>) -> Result<Logout, Error> {
        if !holds && !self.checks.is_empty() {
            return Err(Error::new(ErrorCode::SignatureInvalid, "signature"));
        }
        if let Some(unproven) = self.enveloped {
            let element = unproven.settle(holds)?;
            judge(element.document()?.root(), true, expected)?;
        }
        Ok(self.logout)
    }
}

/// SAML bindings §3.4.3, §3.5.3.
fn check_relay_state(relay_state: Option<&str>) -> Result<(), Error> {
    if relay_state.is_some_and(|text| text.len() > MAX_RELAY_STATE) { Err(refused("relay_state")) } else { Ok(()) }
}

fn judge(root: Element<'_, '_>, is_signed: bool, expected: &Expected<'_>) -> Result<Logout, Error> {
    let is_request = root.is(PROTOCOL, "LogoutRequest");
    if !is_request && !root.is(PROTOCOL, "LogoutResponse") || !root.has_only_elements() {
        return Err(refused("shape"));
    }
    check_head(root)?;
    let issuer = root.children().next().filter(|child| child.is(ASSERTION, "Issuer")).ok_or_else(|| refused("issuer"))?;
    check_issuer(issuer, &expected.config.idp).map_err(refused)?;
    let destination = root.attribute("Destination");
    if destination.map_or(is_signed, |destination| destination != expected.config.sp.slo_url) {
        return Err(refused("destination"));
    }
    if is_request {
        if !is_signed {
            return Err(Error::new(ErrorCode::SignatureInvalid, "unsigned"));
        }
        judge_request(root, expected)
    } else {
        judge_response(root, expected)
    }
}

/// SAML core §3.7.1, §3.3.4.
fn judge_request(root: Element<'_, '_>, expected: &Expected<'_>) -> Result<Logout, Error> {
    if let Some(until) = root.attribute("NotOnOrAfter") {
        let until = time::parse(until).ok_or_else(|| refused("not_on_or_after"))?;
        if expected.now >= until.saturating_add(expected.config.policy.skew) {
            return Err(refused("not_on_or_after"));
        }
    } else {
        // Who finds it in a log must not end sessions for ever.
        let issued = root.attribute("IssueInstant").and_then(time::parse).ok_or_else(|| refused("issue_instant"))?;
        if expected.now >= issued.saturating_add(UNSAID_LIFETIME).saturating_add(expected.config.policy.skew) {
            return Err(refused("issue_instant"));
        }
    }
    if root.only(ASSERTION, "EncryptedID").is_some() {
        return Err(Error::new(ErrorCode::AssertionEncrypted, "name_id"));
    }
    let name_id = root.only(ASSERTION, "NameID").and_then(Element::text);
    let requested = || Logout::Requested { id: root.attribute("ID").unwrap_or_default().into(), relay_state: None };
    // Nobody is signed in any more: as asked.
    let Some(session) = expected.session else { return Ok(requested()) };
    if name_id != Some(&session.name_id.value) {
        return Err(refused("name_id"));
    }
    let mut indexes = root.children().filter(|child| child.is(PROTOCOL, "SessionIndex")).peekable();
    let is_ours = |index: Element<'_, '_>| session.session_index.is_some() && index.text() == session.session_index;
    if indexes.peek().is_some() && !indexes.any(is_ours) {
        return Err(refused("session_index"));
    }
    Ok(requested())
}

/// SAML core §3.7.2, §3.2.2.2.
fn judge_response(root: Element<'_, '_>, expected: &Expected<'_>) -> Result<Logout, Error> {
    if expected.in_response_to.is_none() || root.attribute("InResponseTo") != expected.in_response_to {
        return Err(refused("in_response_to"));
    }
    let status = root.only(PROTOCOL, "Status").and_then(|status| status.only(PROTOCOL, "StatusCode"));
    let code = status.ok_or_else(|| refused("shape"))?;
    let detail = code.only(PROTOCOL, "StatusCode").and_then(|code| code.attribute("Value"));
    let partial = detail.and_then(|value| value.strip_prefix(STATUS)) == Some("PartialLogout");
    let value = code.attribute("Value").unwrap_or_default();
    if value.strip_prefix(STATUS) == Some("Success") || partial {
        return Ok(Logout::Done { partial });
    }
    Err(Error::new(ErrorCode::ProviderRefused, "status").with_provider(detail.unwrap_or(value), None))
}

/// One check for every key that may have signed the octets of a query.
fn check_octets(uri: &str, value: &[u8], octets: &str, config: &Config) -> Result<Vec<SignatureCheck>, Error> {
    let unsigned = |rule| Error::new(ErrorCode::SignatureInvalid, rule);
    let algorithm = signature::method(uri);
    let algorithm =
        algorithm.filter(|known| config.policy.algorithms.contains(known)).ok_or_else(|| unsigned("signature_method"))?;
    let checks = signature::checks(&config.idp.keys, algorithm, octets, value);
    if checks.is_empty() { Err(unsigned("key")) } else { Ok(checks) }
}

fn begin(name: &'static str, id: &str, config: &Config, destination: &str, in_response_to: &str, now: i64) -> Writer {
    let mut xml = Writer::new(
        name,
        &[
            ("xmlns:samlp", PROTOCOL),
            ("xmlns:saml", ASSERTION),
            ("ID", id),
            ("Version", "2.0"),
            ("IssueInstant", &time::write(now)),
            ("Destination", destination),
            ("InResponseTo", in_response_to),
        ],
    );
    xml.element("saml:Issuer", &[], &config.sp.entity_id);
    xml
}

fn message(xml: String, to: &str, parameter: &'static str, relay_state: Option<&str>) -> Message {
    Message {
        xml,
        destination: to.into(),
        parameter,
        relay_state: relay_state.unwrap_or_default().into(),
        binding: Binding::Redirect,
        certificate: String::new(),
    }
}

const PARAMETERS: [&str; 6] = ["SAMLRequest", "SAMLResponse", RELAY_STATE, "SigAlg", "Signature", "SAMLEncoding"];
const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";
/// Seconds that a LogoutRequest lives that does not say it.
const UNSAID_LIFETIME: i64 = 300;
/// Characters of an address's query.
const MAX_QUERY: usize = 64 * 1024;
