//! Tokens + key set → a signature to check, then a session.

use super::answers::{received, settled};
use super::convert::{internal, set};
use super::crypto;
use super::fetch::answer_to_response;
use crate::error::Error;
use crate::oidc::config::Config;
use crate::oidc::id_token::{self, Companion};
use crate::oidc::keys::{self, KeySet};
use crate::oidc::tokens::{self, Tokens};
use crate::oidc::transaction::Transaction;
#[cfg(feature = "openmetadata")]
use crate::openmetadata::issued;
use crate::session::Session;
use crate::wire::{HttpResponse, SignatureValid};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsValue;

/// Tokens that are not yet believed, and what they are held against.
pub(super) struct Verdict<'a> {
    config: &'a Config,
    tokens: Tokens,
    received: i64,
    against: Against,
}

fn read_keys(config: &Config, response: &HttpResponse) -> Result<KeySet, Error> {
    #[cfg(feature = "openmetadata")]
    if config.issued().is_some() {
        return issued::read_keys(response);
    }
    #[cfg(not(feature = "openmetadata"))]
    let _ = config;
    keys::read(response)
}

/// The tokens that the answer to a refresh token has.
pub(super) fn read_renewal(config: &Config, response: &HttpResponse) -> Result<Tokens, Error> {
    #[cfg(feature = "openmetadata")]
    if config.issued().is_some() {
        return issued::read_refresh(response);
    }
    #[cfg(not(feature = "openmetadata"))]
    let _ = config;
    tokens::read(response)
}

enum Against {
    Transaction(Box<Transaction>, Option<i64>),
    Session(Box<Session>),
}

impl<'a> Verdict<'a> {
    /// On the answer to a code.
    pub(super) fn on_exchange(config: &'a Config, transaction: Transaction, answer: &JsValue) -> Result<Self, Error> {
        let response = answer_to_response(answer);
        let tokens = tokens::read_exchange(&response)?;
        let against = Against::Transaction(Box::new(transaction), response.date);
        Ok(Verdict { config, tokens, received: received(answer), against })
    }

    /// On the answer to a refresh token.
    pub(super) fn on_renewal(config: &'a Config, session: Session, answer: &JsValue) -> Result<Self, Error> {
        let tokens = read_renewal(config, &answer_to_response(answer))?;
        Ok(Verdict { config, tokens, received: received(answer), against: Against::Session(Box::new(session)) })
    }

    /// The next thing to do: `undefined`: have (newer) keys; a question for WebCrypto; with its answer as
    /// `proof`: the session.
    pub(super) fn next(self, keys: &JsValue, last: bool, proof: &JsValue) -> Result<JsValue, Error> {
        let Some(id_token) = &self.tokens.id_token else { return self.session(None) }; // a renewal may come without
        if keys.is_undefined() {
            return Ok(JsValue::UNDEFINED);
        }
        let keys = read_keys(self.config, &answer_to_response(keys))?;
        let jws = id_token::split(id_token)?;
        if !last && jws.wants_newer(&keys) {
            return Ok(JsValue::UNDEFINED);
        }
        let check = jws.signature_check(&keys)?;
        if proof.is_undefined() {
            let question = crypto::question(&check);
            // What at_hash digests.
            set(&question, "companion", &Uint8Array::from(self.tokens.access_token.expose().as_bytes()));
            return Ok(question);
        }
        let member = |name: &str| Reflect::get(proof, &name.into()).unwrap_or(JsValue::UNDEFINED);
        let valid = check.settle(member("holds").is_truthy())?;
        let digest = Uint8Array::new(&member("digest")).to_vec();
        self.session(Some((valid, digest)))
    }

    fn session(self, signed: Option<(SignatureValid, Vec<u8>)>) -> Result<JsValue, Error> {
        let Verdict { config, tokens, received, against } = self;
        let companion = |digest| Companion { access_token: &tokens.access_token, digest };
        let (session, drift) = match (against, &signed) {
            (Against::Transaction(transaction, date), Some((valid, digest))) => {
                #[cfg(feature = "openmetadata")]
                let (identity, clock) = match config.issued() {
                    Some(_) => issued::verify(valid, &transaction.issuers, received)?,
                    None => id_token::verify(valid, &transaction, companion(digest), date, received)?,
                };
                #[cfg(not(feature = "openmetadata"))]
                let (identity, clock) = id_token::verify(valid, &transaction, companion(digest), date, received)?;
                (Session::begin(tokens, identity, clock, received).ok_or_else(|| internal("tokens"))?, clock.drift)
            }
            (Against::Transaction(..), None) => return Err(internal("tokens")),
            (Against::Session(session), signed) => {
                let identity = match signed {
                    None => None,
                    #[cfg(feature = "openmetadata")]
                    Some((valid, _)) if config.issued().is_some() => Some(issued::verify_renewed(valid, &session.identity)?),
                    Some((valid, digest)) => {
                        Some(id_token::verify_renewed(valid, &session.identity, &config.client_id, companion(digest))?)
                    }
                };
                (session.renewed(tokens, identity, received), 0)
            }
        };
        Ok(settled(&session.write(config), drift))
    }
}
