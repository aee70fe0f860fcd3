//! What only a client of an OpenMetadata server does.

use super::client::Client;
use super::convert::{error_to_js, now, set, texts};
use super::crypto;
use super::fetch::{answer_to_response, outgoing};
use crate::error::Error;
use crate::oidc::callback;
use crate::oidc::transaction::Transaction;
use crate::openmetadata::{issued, server};
use crate::secret::Secret;
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// What the server must be asked before there can be a client: two requests, for [`configured`] to read;
/// `undefined` when the configuration says it all.
///
/// # Errors
/// `config_invalid`, `unsupported_environment`.
#[wasm_bindgen]
pub fn asked(config: &str, origin: &str) -> Result<Option<Array>, JsValue> {
    let requests = crypto::supported().and_then(|()| server::asked(config, origin)).map_err(error_to_js)?;
    Ok(requests.map(|requests| requests.iter().map(outgoing).collect()))
}

/// The configuration with the server's answers in it.
///
/// # Errors
/// `discovery_invalid`, `provider_unavailable`.
#[wasm_bindgen]
pub fn configured(config: &str, authentication: &JsValue, authorizer: &JsValue) -> Result<String, JsValue> {
    let answers = [answer_to_response(authentication), answer_to_response(authorizer)];
    server::configured(config, &answers).map_err(error_to_js)
}

#[wasm_bindgen]
impl Client {
    /// Whether the server signs people in by itself.
    #[wasm_bindgen(js_name = isIssued)]
    pub fn is_issued(&self) -> bool {
        self.config().issued().is_some()
    }

    /// Keeps the refresh token that the server left in a cookie, for the callback of this page.
    #[wasm_bindgen(js_name = takeRefreshToken)]
    pub fn take_refresh_token(&self, token: Option<String>) {
        self.refresh_token.replace(token.map(Secret::new));
    }

    /// The token in an address; `undefined` when there is none.
    ///
    /// # Errors
    /// `callback_invalid`.
    #[wasm_bindgen(js_name = tokenIn)]
    pub fn token_in(&self, address: &str) -> Result<Option<String>, JsValue> {
        issued::token_in(address).map(|token| token.map(|token| token.expose().into())).map_err(error_to_js)
    }

    /// Ends the server's session; `undefined` where it has none.
    #[wasm_bindgen(js_name = endIssued)]
    pub fn end_issued(&self, token: &str) -> Option<JsValue> {
        self.config().issued().map(|issued| outgoing(&issued.logout(&Secret::new(token))))
    }
}

impl Client {
    /// As [`Client::verify`], with the token as the `answer` that nobody needs to ask for any more.
    pub(super) fn issued_answer(&self, address: &str, record: &str) -> Result<JsValue, Error> {
        let transaction = Transaction::read(record).ok_or_else(|| callback::refused("state_unknown"))?;
        let refresh_token = self.refresh_token.borrow();
        let body =
            issued::answer(&self.config().client_id, address, &transaction, refresh_token.as_ref().map(Secret::expose), now())?;
        let answer = texts(&[("body", Some(body.expose()))]);
        set(&answer, "status", &200.into());
        let verified = texts(&[("returnTo", Some(&transaction.return_to)), ("jwksUri", Some(&transaction.jwks_uri))]);
        set(&verified, "answer", &answer);
        Ok(verified)
    }
}
