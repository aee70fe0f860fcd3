//! Random bytes, and what WebCrypto is asked.

#[cfg(feature = "saml")]
use super::convert::number;
use super::convert::{internal, object, set};
use crate::error::{Error, ErrorCode};
#[cfg(feature = "saml")]
use crate::wire::Curve;
use crate::wire::{Algorithm, PublicKey, SignatureCheck};
use js_sys::{JSON, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Not by [`web_sys::window`]: its search for the global object takes 0.4 kB.
    #[wasm_bindgen(thread_local_v2, js_name = window)]
    static WINDOW: Option<web_sys::Window>;
}

/// WebCrypto is there, which browsers give to secure contexts only.
///
/// # Errors
/// `unsupported_environment`.
pub(super) fn supported() -> Result<(), Error> {
    let unsupported = |rule| Error::new(ErrorCode::UnsupportedEnvironment, rule);
    let window = WINDOW.with(Clone::clone).ok_or_else(|| unsupported("no_window"))?;
    if !window.is_secure_context() {
        return Err(unsupported("insecure_context"));
    }
    let subtle = window.crypto().map(|crypto| crypto.subtle()).ok();
    let there = subtle.is_some_and(|subtle| !AsRef::<JsValue>::as_ref(&subtle).is_undefined());
    if there { Ok(()) } else { Err(unsupported("no_webcrypto")) }
}

/// Bytes from the platform's random source.
pub(super) fn fill<const N: usize>(all: [&mut [u8; 32]; N]) -> Result<(), Error> {
    all.into_iter().try_for_each(|bytes| getrandom::fill(bytes).map_err(|_| internal("random")))
}

/// A signature to verify, in the terms of WebCrypto: `{ algorithm, key, signature, signed }`; the key is a
/// JSON Web Key, or the bytes of a SubjectPublicKeyInfo.
pub(super) fn question(check: &SignatureCheck) -> JsValue {
    let (name, curve) = name_and_curve(check);
    let algorithm = object();
    for (member, value) in [("name", name), ("hash", check.algorithm().hash()), ("namedCurve", curve)] {
        set(&algorithm, member, &value.into());
    }
    let key = match check.key() {
        PublicKey::Jwk(jwk) => JSON::parse(jwk).unwrap_or(JsValue::NULL),
        #[cfg(feature = "saml")]
        PublicKey::Spki { der, .. } => Uint8Array::from(der.as_slice()).into(),
    };
    let question = object();
    #[cfg(feature = "saml")] // RFC 6931 §2.3.10: the salt is as long as the hash
    set(&algorithm, "saltLength", &number(check.algorithm().hash_bytes()));
    set(&question, "algorithm", &algorithm);
    set(&question, "key", &key);
    for (member, bytes) in [("signature", check.signature()), ("signed", check.signed())] {
        set(&question, member, &Uint8Array::from(bytes));
    }
    question
}

fn name_and_curve(check: &SignatureCheck) -> (&'static str, &'static str) {
    #[cfg(feature = "saml")]
    if let PublicKey::Spki { curve, .. } = check.key() {
        return match (check.algorithm(), curve) {
            (_, Some(Curve::P256)) => ("ECDSA", "P-256"),
            (_, Some(Curve::P384)) => ("ECDSA", "P-384"),
            (_, Some(Curve::P521)) => ("ECDSA", "P-521"),
            (Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512, None) => ("RSA-PSS", ""),
            (_, None) => ("RSASSA-PKCS1-v1_5", ""),
        };
    }
    match check.algorithm() {
        Algorithm::Es256 => ("ECDSA", "P-256"),
        Algorithm::Es384 => ("ECDSA", "P-384"),
        Algorithm::Es512 => ("ECDSA", "P-521"),
        _ => ("RSASSA-PKCS1-v1_5", ""),
    }
}
