//! Random bytes, and what WebCrypto is asked.

use super::convert::{internal, object, set};
use crate::error::{Error, ErrorCode};
use crate::oidc::request::Entropy;
use crate::secret::Secret;
use crate::wire::{Algorithm, SignatureCheck};
use js_sys::{JSON, Uint8Array};
use wasm_bindgen::JsValue;

/// WebCrypto is there, which browsers give to secure contexts only.
///
/// # Errors
/// `unsupported_environment`.
pub(super) fn supported() -> Result<(), Error> {
    let unsupported = |rule| Error::new(ErrorCode::UnsupportedEnvironment, rule);
    let window = web_sys::window().ok_or_else(|| unsupported("no_window"))?;
    if !window.is_secure_context() {
        return Err(unsupported("insecure_context"));
    }
    let subtle = window.crypto().map(|crypto| crypto.subtle()).ok();
    let there = subtle.is_some_and(|subtle| !AsRef::<JsValue>::as_ref(&subtle).is_undefined());
    if there { Ok(()) } else { Err(unsupported("no_webcrypto")) }
}

/// 96 bytes from the platform's random source.
pub(super) fn entropy() -> Result<Entropy, Error> {
    let mut entropy = Entropy { state: [0; 32], nonce: [0; 32], verifier: [0; 32] };
    for bytes in [&mut entropy.state, &mut entropy.nonce, &mut entropy.verifier] {
        getrandom::fill(bytes).map_err(|_| internal("random"))?;
    }
    Ok(entropy)
}

/// A signature to verify and the access token to digest, in the terms of WebCrypto:
/// `{ algorithm, key, signature, signed, companion }`.
pub(super) fn question(check: &SignatureCheck, access_token: &Secret) -> JsValue {
    let (name, curve) = match check.algorithm() {
        Algorithm::Es256 => ("ECDSA", "P-256"),
        Algorithm::Es384 => ("ECDSA", "P-384"),
        Algorithm::Es512 => ("ECDSA", "P-521"),
        _ => ("RSASSA-PKCS1-v1_5", ""),
    };
    let algorithm = object();
    for (member, value) in [("name", name), ("hash", check.algorithm().hash()), ("namedCurve", curve)] {
        set(&algorithm, member, &value.into());
    }
    let question = object();
    set(&question, "algorithm", &algorithm);
    set(&question, "key", &JSON::parse(check.jwk()).unwrap_or(JsValue::NULL));
    for (member, bytes) in
        [("signature", check.signature()), ("signed", check.signed()), ("companion", access_token.expose().as_bytes())]
    {
        set(&question, member, &Uint8Array::from(bytes));
    }
    question
}
