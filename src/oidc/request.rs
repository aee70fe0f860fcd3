//! Config + random bytes → the authorization request and the transaction that its answer needs.
//!
//! RFC 6749 §4.1.1, RFC 7636 §4.1–4.3 (S256, always), OpenID Connect Core §3.1.2.1 (nonce, always:
//! Cognito invents one for federated people when none is sent).

use super::config::Config;
use super::sign_in::{OPTIONS, SignIn};
use super::transaction::Transaction;
use crate::json::Json;
use crate::secret::Secret;
use crate::text::decimal;
use crate::wire::Redirect;
use crate::{form, return_to};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// 96 bytes from the platform's random source, never used twice.
pub struct Entropy {
    /// For `state`.
    pub state: [u8; 32],
    /// For `nonce`.
    pub nonce: [u8; 32],
    /// For `code_verifier`.
    pub verifier: [u8; 32],
}

/// Begins a sign-in: where the page goes, and what it must remember meanwhile.
pub fn authorize(config: &Config, sign_in: &SignIn, entropy: &Entropy, now: i64) -> (Redirect, Transaction) {
    let transaction = Transaction {
        client: config.common.name.clone(),
        state: URL_SAFE_NO_PAD.encode(entropy.state),
        nonce: URL_SAFE_NO_PAD.encode(entropy.nonce),
        verifier: Secret::new(URL_SAFE_NO_PAD.encode(entropy.verifier)),
        client_id: config.client_id.clone(),
        redirect_uri: config.common.redirect_uri.clone(),
        return_to: return_to::same_origin(sign_in.json().text("returnTo").unwrap_or("/"), &config.common.origin),
        issuers: config.provider.issuers.clone(),
        token_endpoint: config.provider.token_endpoint.clone(),
        jwks_uri: config.provider.jwks_uri.clone(),
        created: now,
        iss_required: config.provider.iss_required,
        sign_in: sign_in.clone(),
    };
    let max_age = sign_in.max_age().map(decimal);
    let challenge = code_challenge(transaction.verifier.expose());
    let mut params = vec![
        ("response_type", "code"),
        ("client_id", &config.client_id),
        ("redirect_uri", &config.common.redirect_uri),
        ("scope", &config.scope),
        ("state", &transaction.state),
        ("nonce", &transaction.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (option, param) in OPTIONS {
        if let (Some(param), Some(value)) = (param, sign_in.json().text(option)) {
            params.push((param, value));
        }
    }
    params.extend(max_age.as_ref().map(|seconds| ("max_age", seconds.as_str())));
    for (name, value) in sign_in.json().get("extraParams").and_then(Json::members).unwrap_or_default() {
        params.extend(value.as_str().map(|value| (name.as_str(), value)));
    }
    let redirect = Redirect(form::append(&config.provider.authorization_endpoint, &params));
    (redirect, transaction)
}

/// `code_challenge` of a `code_verifier` (RFC 7636 §4.2, S256).
pub fn code_challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}
