//! Random bytes and WebCrypto.

use super::page::{internal, subtle};
use crate::error::Error;
use crate::oidc::request::Entropy;
use crate::secret::Secret;
use crate::wire::{Algorithm, SignatureCheck};
use js_sys::{Array, JSON, Object, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::CryptoKey;

/// 96 bytes from the platform's random source.
pub(super) fn entropy() -> Result<Entropy, Error> {
    let mut entropy = Entropy { state: [0; 32], nonce: [0; 32], verifier: [0; 32] };
    for bytes in [&mut entropy.state, &mut entropy.nonce, &mut entropy.verifier] {
        getrandom::fill(bytes).map_err(|_| internal("random"))?;
    }
    Ok(entropy)
}

/// Whether the signature holds. A key that WebCrypto cannot import verifies nothing.
///
/// # Errors
/// `unsupported_environment` where there is no WebCrypto.
pub(super) async fn verify(check: &SignatureCheck) -> Result<bool, Error> {
    let subtle = subtle()?;
    let algorithm = algorithm(check.algorithm());
    let Ok(jwk) = JSON::parse(check.jwk()) else { return Ok(false) };
    let usages = Array::of1(&"verify".into());
    let Ok(import) = subtle.import_key_with_object("jwk", jwk.unchecked_ref(), &algorithm, false, &usages) else {
        return Ok(false);
    };
    let Ok(key) = JsFuture::from(import).await else { return Ok(false) };
    let signature = Uint8Array::from(check.signature());
    let signed = Uint8Array::from(check.signed());
    let verdict = subtle.verify_with_object_and_js_u8_array_and_js_u8_array(
        &algorithm,
        key.unchecked_ref::<CryptoKey>(),
        &signature,
        &signed,
    );
    let Ok(verdict) = verdict else { return Ok(false) };
    Ok(JsFuture::from(verdict).await.is_ok_and(|holds| holds == true))
}

/// The digest of `text`.
///
/// # Errors
/// `unsupported_environment` where there is no WebCrypto.
pub(super) async fn digest(hash: &str, text: &Secret) -> Result<Vec<u8>, Error> {
    let bytes = Uint8Array::from(text.expose().as_bytes());
    let promise = subtle()?.digest_with_str_and_js_u8_array(hash, &bytes).map_err(|_| internal("digest"))?;
    let digest = JsFuture::from(promise).await.map_err(|_| internal("digest"))?;
    Ok(Uint8Array::new(&digest).to_vec())
}

/// The algorithm as WebCrypto's dictionaries name it; import and verification share one.
fn algorithm(algorithm: Algorithm) -> Object {
    let (name, curve) = match algorithm {
        Algorithm::Es256 => ("ECDSA", "P-256"),
        Algorithm::Es384 => ("ECDSA", "P-384"),
        Algorithm::Es512 => ("ECDSA", "P-521"),
        _ => ("RSASSA-PKCS1-v1_5", ""),
    };
    let object = Object::new();
    for (member, value) in [("name", name.into()), ("hash", algorithm.hash().into()), ("namedCurve", curve.into())] {
        let _ = Reflect::set(&object, &member.into(), &value);
    }
    object
}
