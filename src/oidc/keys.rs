//! The provider's key set (RFC 7517), and which of its keys a token may use.

use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::wire::{Algorithm, HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::ops::RangeInclusive;

/// The keys of one issuer.
#[derive(Debug, Clone)]
pub struct KeySet {
    pub(crate) keys: Vec<Json>,
}

/// The request for a key set; `fresh` after one that lacked the token's key.
pub fn fetch(jwks_uri: &str, fresh: bool) -> HttpRequest {
    HttpRequest { fresh, ..HttpRequest::get(jwks_uri, MAX_RESPONSE) }
}

/// Reads a key set.
///
/// # Errors
/// `keys_unavailable` for any status but 200 (retryable); `keys_invalid` with the rule `too_large`,
/// `not_json`, `empty` or `too_many`.
pub fn read(response: &HttpResponse) -> Result<KeySet, Error> {
    if response.status != 200 {
        return Err(Error::new(ErrorCode::KeysUnavailable, "status").with_status(response.status));
    }
    let invalid = |rule| Error::new(ErrorCode::KeysInvalid, rule);
    let body = response.body.as_ref().ok_or_else(|| invalid("too_large"))?.expose();
    let json = Json::parse(body).map_err(|_| invalid("not_json"))?;
    match json.get("keys").and_then(Json::as_array) {
        None => Err(invalid("not_json")),
        Some([]) => Err(invalid("empty")),
        Some(keys) if keys.len() > MAX_KEYS => Err(invalid("too_many")),
        Some(keys) => Ok(KeySet { keys: keys.to_vec() }),
    }
}

impl KeySet {
    /// Whether a key of this name is in the set; if not, the set may be older than the token.
    pub fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.text("kid") == Some(kid))
    }

    /// The one key that may have made a signature by `algorithm`, as a bare JSON Web Key.
    ///
    /// # Errors
    /// The rule: `kid` (unknown, or absent or ambiguous among several), `kty`, `use`, `key_alg`, `key`.
    pub(super) fn choose(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<String, &'static str> {
        let mut chosen = Err("kid");
        for key in self.keys.iter().filter(|key| kid.is_none() || key.text("kid") == kid) {
            match (bare_key(key, algorithm), &chosen) {
                (Ok(_), Ok(_)) => return Err("kid"),
                (Err(_), Ok(_)) => {}
                (judged, Err(_)) => chosen = judged,
            }
        }
        chosen
    }
}

/// The key parameters alone: what else a key set says must not reach the verifier.
fn bare_key(key: &Json, algorithm: Algorithm) -> Result<String, &'static str> {
    let (kty, curve, alg) = parameters(algorithm);
    if key.text("kty") != Some(kty) {
        return Err("kty");
    }
    if key.get("use").is_some_and(|u| u.as_str() != Some("sig")) {
        return Err("use");
    }
    if key.get("key_ops").is_some_and(|ops| !ops.as_array().unwrap_or_default().contains(&"verify".into())) {
        return Err("use");
    }
    if key.get("alg").is_some_and(|a| a.as_str() != Some(alg)) {
        return Err("key_alg");
    }
    let mut bare = Bare { key, text: ["{\"kty\":\"", kty, "\""].concat() };
    match curve {
        None => {
            bare.add("n", 256..=1024)?;
            bare.add("e", 1..=4)?;
        }
        Some((crv, size)) => {
            if key.text("crv") != Some(crv) {
                return Err("kty");
            }
            bare.text.push_str(&[",\"crv\":\"", crv, "\""].concat());
            bare.add("x", size..=size)?;
            bare.add("y", size..=size)?;
        }
    }
    bare.text.push('}');
    Ok(bare.text)
}

struct Bare<'a> {
    key: &'a Json,
    text: String,
}

impl Bare<'_> {
    /// A parameter: base64url, so nothing in it needs escaping.
    fn add(&mut self, name: &str, bytes: RangeInclusive<usize>) -> Result<(), &'static str> {
        let value = self.key.text(name).ok_or("key")?;
        let length = URL_SAFE_NO_PAD.decode(value).map_err(|_| "key")?.len();
        self.text.push_str(&[",\"", name, "\":\"", value, "\""].concat());
        if bytes.contains(&length) { Ok(()) } else { Err("key") }
    }
}

/// `kty`, curve with its coordinate's bytes, `alg` (RFC 7518 §3.1, §6).
fn parameters(algorithm: Algorithm) -> (&'static str, Option<(&'static str, usize)>, &'static str) {
    match algorithm {
        Algorithm::Es256 => ("EC", Some(("P-256", 32)), "ES256"),
        Algorithm::Es384 => ("EC", Some(("P-384", 48)), "ES384"),
        Algorithm::Es512 => ("EC", Some(("P-521", 66)), "ES512"),
        // XML Signature's alone: no `alg` of ours is one.
        #[cfg(feature = "saml")]
        Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512 => ("RSA", None, ""),
        Algorithm::Rs256 => ("RSA", None, "RS256"),
        Algorithm::Rs384 => ("RSA", None, "RS384"),
        Algorithm::Rs512 => ("RSA", None, "RS512"),
    }
}

/// Bytes. Cognito's two keys take one thousand.
const MAX_RESPONSE: usize = 128 * 1024;
/// Keys of one set that are looked at.
const MAX_KEYS: usize = 64;
