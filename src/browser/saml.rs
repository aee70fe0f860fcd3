//! The SAML door's handle: each method is one step of the core.
//!
//! ```text
//!  signIn ─> Departing: octets? ─ (sp.sign) ─> leave ─> { url } or { action, fields }
//!  receive ─> Pending: questions ─ (WebCrypto) ─> begin ─> { session, … }
//! ```

use super::convert::{error_to_js, integer, internal, now, number, set, texts};
use super::crypto::{fill, question};
use super::fetch::{answer_to_response, outgoing};
use crate::error::Error;
use crate::return_to;
use crate::saml::assertion;
use crate::saml::bindings::{Departure, Message, Signable};
use crate::saml::callback::{self, Expected, Received};
use crate::saml::config::Config;
use crate::saml::session::Session;
use crate::saml::sign_in::SignIn;
use crate::saml::transaction::Transaction;
use crate::saml::{exchange, request};
use crate::token_response;
use crate::wire::Redirect;
use js_sys::{Array, JSON, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// One service provider and its identity provider.
#[wasm_bindgen]
pub struct SamlClient {
    config: Rc<Config>,
}

/// A message that is about to leave.
#[wasm_bindgen]
pub struct Departing {
    sending: Sending,
    transaction: Option<Transaction>,
    id: String,
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

    /// Whose records these are, for the vault: a record of another owner does not open.
    pub fn owner(&self) -> String {
        let config = &self.config;
        ["1", &config.common.name, &config.idp.entity_id, &config.sp.entity_id, "session"].join(" ")
    }

    /// Begins a sign-in. `here` is where to be afterwards unless `options` say so.
    ///
    /// # Errors
    /// `request_invalid`.
    #[wasm_bindgen(js_name = signIn)]
    pub fn sign_in(&self, options: &str, here: &str) -> Result<Departing, JsValue> {
        self.depart(SignIn::parse(options).map(|sign_in| sign_in.or_return_to(here)))
    }

    /// Begins a sign-in as a link says; `query` is the link's.
    ///
    /// # Errors
    /// `request_invalid`.
    #[wasm_bindgen(js_name = startFrom)]
    pub fn start_from(&self, query: &str) -> Result<Departing, JsValue> {
        self.depart(SignIn::from_link(query, &self.config.idp.entity_id))
    }

    /// Begins the sign-in of `record` anew; without one, a plain sign-in that leads to `return_to`.
    ///
    /// # Errors
    /// `internal`.
    pub fn restart(&self, record: Option<String>, return_to: Option<String>) -> Result<Departing, JsValue> {
        let transaction = record.as_deref().and_then(Transaction::read);
        let anew = || SignIn::default().or_return_to(return_to.as_deref().unwrap_or("/"));
        self.depart(Ok(transaction.map(|transaction| transaction.sign_in).unwrap_or_else(anew)))
    }

    /// Where `RelayState` leads when it is none of ours: a path of this origin, else `/`.
    #[wasm_bindgen(js_name = returnTo)]
    pub fn return_to(&self, relay_state: &str) -> String {
        return_to::same_origin(relay_state, &self.config.common.origin)
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

    /// Reads a session: `{ since, lifetime, user, … }`, both numbers in seconds.
    ///
    /// # Errors
    /// Why it is dropped, a text: `damaged`, `version`, `foreign`.
    pub fn view(&self, session: &str) -> Result<JsValue, JsValue> {
        Session::read(session, &self.config)?;
        Ok(JSON::parse(session).unwrap_or(JsValue::NULL))
    }

    /// Asks the app's back end for tokens; `undefined` where there is nobody to ask. The response was verified.
    ///
    /// # Errors
    /// `signature_invalid` / `assertion_unsigned`; those of `callback::decode`.
    pub fn exchange(&self, response: &[u8], record: Option<String>) -> Result<Option<JsValue>, JsValue> {
        if self.config.exchange.is_none() {
            return Ok(None); // most apps: the response need not be decoded again
        }
        let id = record.as_deref().and_then(Transaction::read).map(|transaction| transaction.id);
        let request = callback::decode(response).and_then(|text| exchange::request(&self.config, &text, id.as_deref()));
        request.map(|request| request.as_ref().map(outgoing)).map_err(error_to_js)
    }

    /// The session with the tokens of an answer.
    ///
    /// # Errors
    /// Those of RFC 6749 §5.2 (`grant_refused` …), `tokens_invalid`, `provider_unavailable`.
    #[wasm_bindgen(js_name = withTokens)]
    pub fn with_tokens(&self, session: &str, answer: &JsValue) -> Result<String, JsValue> {
        let tokens = token_response::read(&answer_to_response(answer)).map_err(error_to_js)?;
        let session = Session::read(session, &self.config).map_err(|why| error_to_js(internal(why)))?;
        Ok(session.with_tokens(tokens).write(&self.config))
    }
}

impl SamlClient {
    pub(super) fn config(&self) -> &Rc<Config> {
        &self.config
    }

    fn depart(&self, sign_in: Result<SignIn, Error>) -> Result<Departing, JsValue> {
        let begin = || {
            let mut entropy = request::Entropy { id: [0; 32], relay_state: [0; 32] };
            fill([&mut entropy.id, &mut entropy.relay_state])?;
            let (message, transaction) = request::begin(&self.config, &sign_in?, &entropy, now());
            let id = transaction.id.clone();
            Departing::new(message, &self.config, id, Some(transaction))
        };
        begin().map_err(error_to_js)
    }

    fn pending(&self, response: &[u8], asked: Asked) -> Result<Pending, Error> {
        let text = callback::decode(response)?;
        let received = callback::receive(&text, &asked.expected(&self.config))?;
        Ok(Pending { config: self.config.clone(), received, asked })
    }
}

#[wasm_bindgen]
impl Departing {
    /// `ID` of the message.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.id.clone()
    }

    /// `RelayState` of a sign-in, the key of its record.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> Option<String> {
        self.transaction.as_ref().map(|transaction| transaction.relay_state.clone())
    }

    /// What the answer to a sign-in will need.
    #[wasm_bindgen(getter)]
    pub fn record(&self) -> Option<String> {
        self.transaction.as_ref().map(Transaction::write)
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

impl Departing {
    pub(super) fn new(
        message: Message,
        config: &Config,
        id: String,
        transaction: Option<Transaction>,
    ) -> Result<Departing, Error> {
        let sending = match config.signature_algorithm {
            Some(algorithm) => Sending::Signed(message.to_sign(algorithm)?),
            None => Sending::Unsigned(message),
        };
        Ok(Departing { sending, transaction, id })
    }
}

#[wasm_bindgen]
impl Pending {
    /// For each signature the questions to WebCrypto, of which one must hold.
    pub fn questions(&self) -> Array {
        self.received.signatures().map(|checks| checks.iter().map(question).collect::<Array>()).collect()
    }

    /// Takes the answers, one for each signature: `{ session, issuer, assertionId, rememberUntil, returnTo? }`, and
    /// `oneTimeUse` when the session is for this page alone. `at`: seconds since 1970, if not now.
    ///
    /// # Errors
    /// `signature_invalid`, `assertion_invalid` and the others of `assertion::verify`.
    pub fn begin(self, holds: &Array, at: Option<f64>) -> Result<JsValue, JsValue> {
        let Pending { config, received, asked } = self;
        let begin = || {
            let at = at.map_or_else(now, integer);
            let holds: Vec<bool> = holds.iter().map(|holds| holds.is_truthy()).collect();
            let assertion = assertion::verify(&received.settle(&holds)?, &asked.expected(&config), at)?;
            let session = Session::begin(&assertion, &config, at)?.write(&config);
            let begun = texts(&[
                ("session", Some(&session)),
                ("issuer", Some(&assertion.issuer)),
                ("assertionId", Some(&assertion.id)),
                ("returnTo", asked.return_to.as_deref()),
            ]);
            set(&begun, "rememberUntil", &number(assertion.not_on_or_after.saturating_add(config.policy.skew)));
            set(&begun, "oneTimeUse", &assertion.one_time_use.into());
            Ok(begun)
        };
        begin().map_err(error_to_js)
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
