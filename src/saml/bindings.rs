//! How a message of ours travels: in the address (HTTP-Redirect), or in a form (HTTP-POST).
//!
//! ```text
//!  Message ─ unsigned ────────────────────────────────────────────────────────> Departure
//!          └ to_sign ─> Signable: octets ─ (the app's back end, sp.sign) ─ sign ─┘
//! ```
//!
//! SAML bindings §3.4, §3.5. On the redirect the signature stands beside the message and covers the very
//! text that is sent; in a form it is an enveloped XML Signature. The private key is never here.

use super::c14n::canonicalize;
use super::deflate::deflate;
use super::names::{DSIG, EXC_C14N};
use super::signature::{ENVELOPED, method_uri};
use super::writer::Writer;
use super::xml::{self, Comments};
use crate::error::{Error, ErrorCode};
use crate::form;
use crate::text::split_at_mark;
use crate::wire::{Algorithm, Redirect};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The two bindings that a browser carries messages by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// HTTP-POST
    Post,
    /// HTTP-Redirect
    Redirect,
}

/// A message of ours, made and not yet sent.
#[derive(Debug, Clone)]
pub struct Message {
    /// The XML, its root with an `ID`, its first child the `Issuer`.
    pub(super) xml: String,
    /// Where it goes.
    pub(super) destination: String,
    /// `SAMLRequest` or `SAMLResponse`.
    pub(super) parameter: &'static str,
    /// Empty: none.
    pub(super) relay_state: String,
    pub(super) binding: Binding,
    /// Base64 of our certificate, for `KeyInfo`; empty: none.
    pub(super) certificate: String,
}

/// Octets that the app's back end signs.
#[derive(Debug, Clone)]
pub struct Signable {
    message: Message,
    octets: String,
}

/// How the browser leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Departure {
    /// By a form that sends itself.
    Form(Form),
    /// By address.
    Redirect(Redirect),
}

/// A form that is posted as `application/x-www-form-urlencoded`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where to.
    pub action: String,
    /// Names and values.
    pub fields: Vec<(&'static str, String)>,
}

impl Message {
    /// The message as XML.
    pub fn xml(&self) -> &str {
        &self.xml
    }

    /// Sends it without a signature.
    pub fn unsigned(self) -> Departure {
        match self.binding {
            Binding::Post => self.form(&self.xml),
            Binding::Redirect => self.redirect(&self.query(None)),
        }
    }

    /// What has to be signed with `algorithm` for it to be sent signed.
    ///
    /// # Errors
    /// `request_invalid` / `too_large`.
    pub fn to_sign(self, algorithm: Algorithm) -> Result<Signable, Error> {
        let octets = match self.binding {
            Binding::Post => {
                signed_info(&self.xml, algorithm).ok_or_else(|| Error::new(ErrorCode::RequestInvalid, "too_large"))?
            }
            Binding::Redirect => self.query(Some(algorithm)),
        };
        Ok(Signable { message: self, octets })
    }

    /// The parameters as they are sent and signed (SAML bindings §3.4.4.1).
    fn query(&self, algorithm: Option<Algorithm>) -> String {
        let encoded = STANDARD.encode(deflate(self.xml.as_bytes()));
        let mut pairs = vec![(self.parameter, encoded.as_str())];
        if !self.relay_state.is_empty() {
            pairs.push((RELAY_STATE, &self.relay_state));
        }
        if let Some(algorithm) = algorithm {
            pairs.push(("SigAlg", method_uri(algorithm)));
        }
        form::encode(&pairs)
    }

    fn redirect(&self, query: &str) -> Departure {
        Departure::Redirect(Redirect(form::append_encoded(&self.destination, query)))
    }

    fn form(&self, xml: &str) -> Departure {
        let mut fields = vec![(self.parameter, STANDARD.encode(xml))];
        if !self.relay_state.is_empty() {
            fields.push((RELAY_STATE, self.relay_state.clone()));
        }
        Departure::Form(Form { action: self.destination.clone(), fields })
    }
}

impl Signable {
    /// The bytes to sign.
    pub fn octets(&self) -> &[u8] {
        self.octets.as_bytes()
    }

    /// Sends the message with the signature over [`Signable::octets`]; ECDSA as r‖s (RFC 6931 §2.3.6).
    pub fn sign(self, signature: &[u8]) -> Departure {
        let value = STANDARD.encode(signature);
        let Signable { message, octets } = self;
        match message.binding {
            Binding::Post => {
                let mut writer = Writer::new("ds:Signature", &[("xmlns:ds", DSIG)]);
                writer.raw(&octets).element("ds:SignatureValue", &[], &value);
                if !message.certificate.is_empty() {
                    writer.open("ds:KeyInfo", &[]).open("ds:X509Data", &[]);
                    writer.element("ds:X509Certificate", &[], &message.certificate);
                }
                let (before, after) = split_at_mark(&message.xml, AFTER_ISSUER).unwrap_or((&message.xml, ""));
                message.form(&[before, AFTER_ISSUER, &writer.end(), after].concat())
            }
            Binding::Redirect => {
                let query = [&octets, "&", &form::encode(&[("Signature", &value)])].concat();
                message.redirect(&query)
            }
        }
    }
}

/// `SignedInfo` of an enveloped signature over `xml`, in canonical form (SAML core §5.4).
fn signed_info(xml: &str, algorithm: Algorithm) -> Option<String> {
    let canonical = |text: &str| {
        let document = xml::parse(text, Comments::Refused).ok()?;
        let id = document.root().attribute("ID").unwrap_or_default().to_owned();
        Some((canonicalize(document.root(), None, &[])?, id))
    };
    let (message, id) = canonical(xml)?;
    let digest = STANDARD.encode(Sha256::digest(message.as_bytes()));
    let mut writer = Writer::new("ds:SignedInfo", &[("xmlns:ds", DSIG)]);
    writer.element("ds:CanonicalizationMethod", &[("Algorithm", EXC_C14N)], "");
    writer.element("ds:SignatureMethod", &[("Algorithm", method_uri(algorithm))], "");
    writer.open("ds:Reference", &[("URI", &["#", &id].concat())]).open("ds:Transforms", &[]);
    writer
        .element("ds:Transform", &[("Algorithm", ENVELOPED)], "")
        .element("ds:Transform", &[("Algorithm", EXC_C14N)], "")
        .close();
    writer.element("ds:DigestMethod", &[("Algorithm", "http://www.w3.org/2001/04/xmlenc#sha256")], "");
    writer.element("ds:DigestValue", &[], &digest);
    Some(canonical(&writer.end())?.0)
}

/// The parameter that comes back unchanged (SAML bindings §3.4.3, §3.5.3).
pub(super) const RELAY_STATE: &str = "RelayState";
/// Bytes.
pub const MAX_RELAY_STATE: usize = 80;
const AFTER_ISSUER: &str = "</saml:Issuer>";
