//! The SAML door's handle: each method is one step of the core.
//!
//! ```text
//!  signIn ─> Departing: octets? ─ (sp.sign) ─> leave ─> { url } or { action, fields }
//!  receive ─> Pending: questions ─ (WebCrypto) ─> finish ─> { user, … }
//! ```

use super::convert::{error_to_js, internal, now, set, texts};
use super::crypto::{fill, question};
use crate::error::Error;
use crate::json::{Json, Record};
use crate::saml::assertion::{self, Assertion, SignedPart};
use crate::saml::bindings::{Departure, Message, Signable};
use crate::saml::callback::{self, Expected, Received};
use crate::saml::config::Config;
use crate::saml::sign_in::SignIn;
use crate::saml::transaction::Transaction;
use crate::saml::{request, user};
use crate::wire::Redirect;
use js_sys::{Array, JSON, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// One service provider and its identity provider.
#[wasm_bindgen]
pub struct SamlClient {
    config: Rc<Config>,
}

/// A sign-in that is about to leave.
#[wasm_bindgen]
pub struct Departing {
    sending: Sending,
    transaction: Transaction,
}

enum Sending {
    Signed(Signable),
    Unsigned(Message),
}

/// A response whose signatures are to be checked.
#[wasm_bindgen]
pub struct Pending {
    config: Rc<Config>,
    received: Received,
    asked: Asked,
}

/// What is known of the request; nothing of an unsolicited response.
#[derive(Default)]
struct Asked {
    id: Option<String>,
    authn_contexts: Vec<String>,
    authn_since: Option<i64>,
    return_to: Option<String>,
}

#[wasm_bindgen]
impl SamlClient {
    /// A client by the JSON text of the app's configuration, in a page of `origin`.
    ///
    /// # Errors
    /// `config_invalid`, `metadata_invalid`.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, origin: &str) -> Result<SamlClient, JsValue> {
        Config::parse(config, origin).map(|config| SamlClient { config: config.into() }).map_err(error_to_js)
    }

    /// What has run out, for the log: `metadata`, `certificate`.
    pub fn expired(&self) -> Array {
        self.config.idp.expired(now()).map(JsValue::from_str).collect()
    }

    /// Our metadata, for the identity provider to read.
    pub fn metadata(&self) -> String {
        self.config.sp.metadata()
    }

    /// Begins a sign-in. `here` is where to be afterwards unless `options` say so.
    ///
    /// # Errors
    /// `request_invalid`.
    #[wasm_bindgen(js_name = signIn)]
    pub fn sign_in(&self, options: &str, here: &str) -> Result<Departing, JsValue> {
        let begin = || {
            let sign_in = SignIn::parse(options)?.or_return_to(here);
            let mut entropy = request::Entropy { id: [0; 32], relay_state: [0; 32] };
            fill([&mut entropy.id, &mut entropy.relay_state])?;
            let (message, transaction) = request::begin(&self.config, &sign_in, &entropy, now());
            let sending = match self.config.signature_algorithm {
                Some(algorithm) => Sending::Signed(message.to_sign(algorithm)?),
                None => Sending::Unsigned(message),
            };
            Ok(Departing { sending, transaction })
        };
        begin().map_err(error_to_js)
    }

    /// Takes the form field `SAMLResponse`, base64 in bytes, and the record of the request that it answers.
    ///
    /// # Errors
    /// Those of `callback::decode` and `callback::receive`; `callback_invalid`.
    pub fn receive(&self, response: &[u8], record: Option<String>) -> Result<Pending, JsValue> {
        let asked = || {
            let Some(record) = record else { return Ok(Asked::default()) };
            let transaction = Transaction::read(&record).ok_or_else(|| internal("record"))?;
            transaction.check(&self.config, now())?;
            Ok(Asked {
                authn_contexts: transaction.sign_in.authn_contexts().map(String::from).collect(),
                authn_since: transaction.sign_in.force_authn().then_some(transaction.created),
                return_to: Some(transaction.return_to),
                id: Some(transaction.id),
            })
        };
        asked().and_then(|asked| self.pending(response, asked)).map_err(error_to_js)
    }

    /// The same for who keeps request IDs otherwise: a back end that verifies again. `authn_contexts` have
    /// spaces between them.
    ///
    /// # Errors
    /// As [`SamlClient::receive`].
    #[wasm_bindgen(js_name = receiveAnswer)]
    pub fn receive_answer(&self, response: &[u8], id: Option<String>, authn_contexts: &str) -> Result<Pending, JsValue> {
        let authn_contexts = authn_contexts.split(' ').filter(|class| !class.is_empty()).map(String::from).collect();
        self.pending(response, Asked { id, authn_contexts, ..Asked::default() }).map_err(error_to_js)
    }
}

impl SamlClient {
    fn pending(&self, response: &[u8], asked: Asked) -> Result<Pending, Error> {
        let text = callback::decode(response)?;
        let received = callback::receive(&text, &asked.expected(&self.config))?;
        Ok(Pending { config: self.config.clone(), received, asked })
    }
}

#[wasm_bindgen]
impl Departing {
    /// `RelayState`, the key of the record.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.transaction.relay_state.clone()
    }

    /// What the answer will need.
    #[wasm_bindgen(getter)]
    pub fn record(&self) -> String {
        self.transaction.write()
    }

    /// What the app's back end has to sign; `undefined` where requests go unsigned.
    #[wasm_bindgen(getter)]
    pub fn octets(&self) -> Option<Uint8Array> {
        match &self.sending {
            Sending::Signed(signable) => Some(signable.octets().into()),
            Sending::Unsigned(_) => None,
        }
    }

    /// `{ url }`, or a form to post: `{ action, fields }`. `signature` is of [`Departing::octets`].
    pub fn leave(self, signature: &[u8]) -> JsValue {
        let departure = match self.sending {
            Sending::Signed(signable) => signable.sign(signature),
            Sending::Unsigned(message) => message.unsigned(),
        };
        match departure {
            Departure::Redirect(Redirect(url)) => texts(&[("url", Some(&url))]),
            Departure::Form(form) => {
                let fields: Vec<_> = form.fields.iter().map(|(name, value)| (*name, Some(value.as_str()))).collect();
                let leaving = texts(&[("action", Some(&form.action))]);
                set(&leaving, "fields", &texts(&fields));
                leaving
            }
        }
    }
}

#[wasm_bindgen]
impl Pending {
    /// For each signature the questions to WebCrypto, of which one must hold.
    pub fn questions(&self) -> Array {
        self.received.signatures().map(|checks| checks.iter().map(question).collect::<Array>()).collect()
    }

    /// Takes the answers, one for each signature: `{ user, attributes, returnTo, … }`. `at`: seconds since 1970.
    ///
    /// # Errors
    /// `signature_invalid`, `assertion_invalid` and the others of `assertion::verify`.
    pub fn finish(self, holds: &Array, at: Option<f64>) -> Result<JsValue, JsValue> {
        let finish = || {
            let holds: Vec<bool> = holds.iter().map(|holds| holds.is_truthy()).collect();
            let expected = self.asked.expected(&self.config);
            let at = at.map_or_else(now, super::convert::integer);
            let assertion = assertion::verify(&self.received.settle(&holds)?, &expected, at)?;
            view(&assertion, &self.config, self.asked.return_to.as_deref())
        };
        finish().map_err(error_to_js)
    }
}

impl Asked {
    fn expected<'a>(&'a self, config: &'a Config) -> Expected<'a> {
        Expected {
            idp: &config.idp,
            sp: &config.sp,
            policy: &config.policy,
            in_response_to: self.id.as_deref(),
            authn_contexts: &self.authn_contexts,
            authn_since: self.authn_since,
        }
    }
}

fn view(assertion: &Assertion, config: &Config, return_to: Option<&str>) -> Result<JsValue, Error> {
    let mut user = user::user(assertion, config)?;
    if let Json::Object(members) = &mut user {
        members.push(("attributes".into(), user::attributes(assertion)));
    }
    let optional = |mut record: Record, texts: &[(&str, Option<&str>)]| {
        for (name, text) in texts {
            if let Some(text) = text {
                record = record.text(name, text);
            }
        }
        record
    };
    let name_id = &assertion.name_id;
    let name_id_record = optional(
        Record::new(VERSION).text("value", &name_id.value),
        &[
            ("format", name_id.format.as_deref()),
            ("nameQualifier", name_id.name_qualifier.as_deref()),
            ("spNameQualifier", name_id.sp_name_qualifier.as_deref()),
            ("spProvidedId", name_id.sp_provided_id.as_deref()),
        ],
    );
    let signed = match assertion.signed {
        SignedPart::Assertion => "assertion",
        SignedPart::Response => "response",
    };
    let mut record = optional(
        Record::new(VERSION).text("assertionId", &assertion.id).text("issuer", &assertion.issuer).text("signed", signed),
        &[
            ("returnTo", return_to),
            ("sessionIndex", assertion.session_index.as_deref()),
            ("authnContext", assertion.authn_context.as_deref()),
        ],
    );
    let remember_until = assertion.not_on_or_after.saturating_add(config.policy.skew);
    record = record.integer("authnInstant", assertion.authn_instant).integer("rememberUntil", remember_until);
    if let Some(end) = assertion.session_not_on_or_after {
        record = record.integer("sessionNotOnOrAfter", end);
    }
    let one_time_use = if assertion.one_time_use { "true" } else { "false" };
    record = record.json("oneTimeUse", one_time_use).json("nameId", &name_id_record.end()).json("user", &user.write());
    JSON::parse(&record.end()).map_err(|_| internal("json"))
}

const VERSION: i64 = 1;
