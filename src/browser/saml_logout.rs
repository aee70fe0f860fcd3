//! Single logout, step by step.
//!
//! ```text
//!  logout ─> Departing                    readLogout ─> Deflated ─ (inflate) ─ receive ─> LogoutPending: questions
//!  Departing <─ answer, or { partial } <── settle <───────────────────────────────────── (WebCrypto) ──┘
//! ```

use super::convert::{error_to_js, internal, now, number, object, set};
use super::crypto::{fill, question};
use super::saml::{Departing, SamlClient};
use crate::error::Error;
use crate::saml::config::Config;
use crate::saml::logout::{self, Encoded, Ending, Expected, Logout, Received};
use crate::saml::session::Session;
use js_sys::{Array, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A message that is still deflated.
#[wasm_bindgen]
pub struct Deflated {
    config: Rc<Config>,
    encoded: Encoded,
}

/// A message whose signature is to be checked.
#[wasm_bindgen]
pub struct LogoutPending {
    config: Rc<Config>,
    received: Received,
    session: Option<Session>,
    id: Option<String>,
}

#[wasm_bindgen]
impl SamlClient {
    /// The identity provider's page that ends the person's session; empty without one.
    #[wasm_bindgen(js_name = signOutUrl)]
    pub fn sign_out_url(&self) -> String {
        self.config().idp.sign_out.clone()
    }

    /// Asks the identity provider to end a session; `undefined` where it cannot be asked: no single logout
    /// service there or here, or nobody who signs.
    ///
    /// # Errors
    /// `internal`.
    pub fn logout(&self, session: &str) -> Result<Option<Departing>, JsValue> {
        let config = self.config();
        let can = !config.idp.slo_redirect.is_empty() && !config.sp.slo_url.is_empty() && config.signature_algorithm.is_some();
        let Some(session) = Session::read(session, config).ok().filter(|_| can) else { return Ok(None) };
        let request = || {
            let (message, id) = logout::request(config, ending(&session), &random()?, now());
            Departing::new(message, config, id, None)
        };
        request().map(Some).map_err(error_to_js)
    }

    /// Takes the query of an address apart; `undefined` when it carries no logout message.
    ///
    /// # Errors
    /// `message_invalid`, `signature_invalid`.
    #[wasm_bindgen(js_name = readLogout)]
    pub fn read_logout(&self, query: &str) -> Result<Option<Deflated>, JsValue> {
        let encoded = logout::read_query(query).map_err(error_to_js)?;
        Ok(encoded.map(|encoded| Deflated { config: self.config().clone(), encoded }))
    }
}

#[wasm_bindgen]
impl Deflated {
    /// `{ bytes, limit }`: raw DEFLATE data, and the bytes of its result that may be taken.
    pub fn inflate(&self) -> JsValue {
        let inflate = self.encoded.inflate();
        let question = object();
        set(&question, "bytes", &Uint8Array::from(inflate.bytes));
        set(&question, "limit", &number(i64::try_from(inflate.limit).unwrap_or_default()));
        question
    }

    /// Takes the message; `session` is the one that is there, `id` that of our LogoutRequest.
    ///
    /// # Errors
    /// `message_invalid`, `signature_invalid`, `assertion_encrypted`, `provider_refused`.
    pub fn receive(self, text: &str, session: Option<String>, id: Option<String>) -> Result<LogoutPending, JsValue> {
        let Deflated { config, encoded } = self;
        let session = session.and_then(|session| Session::read(&session, &config).ok());
        let received = encoded.receive(text, &expected(&config, session.as_ref(), id.as_deref())).map_err(error_to_js)?;
        Ok(LogoutPending { config, received, session, id })
    }
}

#[wasm_bindgen]
impl LogoutPending {
    /// The questions to WebCrypto, of which one must hold; none: it is unsigned, and it may be.
    pub fn questions(&self) -> Array {
        self.received.checks().iter().map(question).collect()
    }

    /// Takes the verdict: `{ requested, answer? }` when the session is to end, the answer to be sent; `{ partial }` when it
    /// has ended.
    ///
    /// # Errors
    /// `signature_invalid`.
    pub fn settle(self, holds: bool) -> Result<JsValue, JsValue> {
        let LogoutPending { config, received, session, id } = self;
        let settle = || {
            let outcome = object();
            match received.settle(holds, &expected(&config, session.as_ref(), id.as_deref()))? {
                Logout::Done { partial } => set(&outcome, "partial", &partial.into()),
                Logout::Requested { id, relay_state } => {
                    set(&outcome, "requested", &true.into());
                    if let Some(message) = logout::respond(&config, &id, relay_state.as_deref(), &random()?, now()) {
                        set(&outcome, "answer", &Departing::new(message, &config, id, None)?.into());
                    }
                }
            }
            Ok(outcome)
        };
        settle().map_err(error_to_js)
    }
}

fn expected<'a>(config: &'a Config, session: Option<&'a Session>, id: Option<&'a str>) -> Expected<'a> {
    Expected { config, session: session.map(ending), in_response_to: id, now: now() }
}

fn ending(session: &Session) -> Ending<'_> {
    Ending { name_id: &session.name_id, session_index: session.session_index.as_deref() }
}

fn random() -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    fill([&mut bytes]).map_err(|_| internal("random"))?;
    Ok(bytes)
}
