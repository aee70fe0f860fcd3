//! Config + random bytes → the AuthnRequest and the transaction that its answer needs.
//!
//! SAML core §3.4.1, SAML profiles §4.1.4.1. What is not asked for is left out: identity providers refuse
//! what they do not know.

use super::bindings::{Binding, Message};
use super::config::Config;
use super::names::{ASSERTION, HTTP_POST, PROTOCOL};
use super::sign_in::SignIn;
use super::transaction::Transaction;
use super::writer::Writer;
use crate::return_to;
use crate::time;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes from a cryptographic random source, used once.
#[derive(Debug, Clone)]
pub struct Entropy {
    /// For the message's `ID`: 256 bits, SAML core §1.3.4 asks for 128.
    pub id: [u8; 32],
    /// For `RelayState`.
    pub relay_state: [u8; 32],
}

/// Begins a sign-in at `now` (seconds since 1970).
pub fn begin(config: &Config, sign_in: &SignIn, entropy: &Entropy, now: i64) -> (Message, Transaction) {
    let transaction = Transaction {
        client: config.common.name.clone(),
        relay_state: URL_SAFE_NO_PAD.encode(entropy.relay_state),
        id: message_id(&entropy.id),
        issuer: config.idp.entity_id.clone(),
        return_to: return_to::same_origin(sign_in.return_to(), &config.common.origin),
        created: now,
        sign_in: sign_in.clone(),
    };
    let destination = match config.binding {
        Binding::Post => &config.idp.sso_post,
        Binding::Redirect => &config.idp.sso_redirect,
    };
    let (acs_url, acs_index) = match &config.sp.acs_index {
        Some(index) => ("", index.as_str()),
        None => (config.sp.acs_url.as_str(), ""),
    };
    let is = |flag: bool| if flag { "true" } else { "" };
    let instant = time::write(now);
    let mut xml = Writer::new(
        "samlp:AuthnRequest",
        &[
            ("xmlns:samlp", PROTOCOL),
            ("xmlns:saml", ASSERTION),
            ("ID", &transaction.id),
            ("Version", "2.0"),
            ("IssueInstant", &instant),
            ("Destination", destination),
            ("ForceAuthn", is(sign_in.force_authn())),
            ("IsPassive", is(sign_in.is_passive())),
            ("ProtocolBinding", if acs_url.is_empty() { "" } else { HTTP_POST }),
            ("AssertionConsumerServiceURL", acs_url),
            ("AssertionConsumerServiceIndex", acs_index),
        ],
    );
    xml.element("saml:Issuer", &[], &config.sp.entity_id);
    if let Some(format) = sign_in.name_id_format() {
        xml.element("samlp:NameIDPolicy", &[("Format", format), ("AllowCreate", "true")], "");
    }
    if sign_in.authn_contexts().next().is_some() {
        xml.open("samlp:RequestedAuthnContext", &[("Comparison", "exact")]);
        for class in sign_in.authn_contexts() {
            xml.element("saml:AuthnContextClassRef", &[], class);
        }
    }
    let message = Message {
        xml: xml.end(),
        destination: destination.clone(),
        parameter: "SAMLRequest",
        relay_state: transaction.relay_state.clone(),
        binding: config.binding,
        certificate: config.sp.certificate.clone(),
    };
    (message, transaction)
}

/// An `ID`: an `NCName`, so it begins with no digit.
pub(super) fn message_id(random: &[u8; 32]) -> String {
    ["_", &URL_SAFE_NO_PAD.encode(random)].concat()
}
