//! The ID token: JWS taken apart, one signature to check, every claim judged.
//!
//! ```text
//! text ─ split ─> Jws ─ signature_check(keys) ─> SignatureCheck ─ (WebCrypto) ─> SignatureValid ─ verify, verify_renewed ─> IdToken
//! ```
//!
//! RFC 7515 §5.2, RFC 7519 §7.2, OpenID Connect Core §3.1.3.7, RFC 8725 §3. Every refusal is
//! `id_token_invalid` with the rule that was broken.
//!
//! Checks that are not made: `nbf` and a future `iat` (a page's clock may be hours behind;
//! [`super::clock`] learns it), `typ` (providers write what they like), the form of `sub`.

use super::clock::{self, Clock, Witness};
use super::keys::KeySet;
use super::transaction::Transaction;
use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::secret::Secret;
use crate::wire::{Algorithm, PublicKey, SignatureCheck, SignatureValid};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A signed token, taken apart and not yet believed.
#[derive(Debug)]
pub struct Jws {
    algorithm: Algorithm,
    kid: Option<String>,
    signed: String,
    signature: Vec<u8>,
}

/// Who the person is. Made by [`verify`] and [`verify_renewed`], or read back from a stored session.
#[derive(Debug, Clone)]
pub struct IdToken {
    /// `sub`
    pub subject: String,
    /// `iss`
    pub issuer: String,
    /// The whole payload.
    pub claims: Json,
}

impl IdToken {
    /// `exp`, seconds since 1970 by the provider's clock.
    pub fn expires_at(&self) -> i64 {
        self.claims.integer("exp").unwrap_or_default()
    }

    /// `iat`, seconds since 1970 by the provider's clock.
    pub fn issued_at(&self) -> i64 {
        self.claims.integer("iat").unwrap_or_default()
    }
}

/// The access token that came with an ID token.
#[derive(Debug, Clone, Copy)]
pub struct Companion<'a> {
    /// The access token.
    pub access_token: &'a Secret,
    /// Its digest by [`Algorithm::hash`] of the ID token's algorithm: the platform's work, like the signature.
    pub digest: &'a [u8],
}

/// Takes a compact JWS apart (RFC 7515 §7.1).
///
/// # Errors
/// Rules `too_large`, `parts`, `base64url`, `header`, `alg`, `crit`.
pub fn split(token: &Secret) -> Result<Jws, Error> {
    let text = token.expose();
    if text.len() > MAX_TOKEN {
        return Err(refused("too_large"));
    }
    let mut parts = text.split('.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(refused("parts"));
    };
    let json = Json::parse(&decode_text(header)?).map_err(|_| refused("header"))?;
    let algorithm = json.text("alg").and_then(Algorithm::from_name).ok_or_else(|| refused("alg"))?;
    if json.get("crit").is_some() {
        return Err(refused("crit"));
    }
    let kid = match json.get("kid") {
        None => None,
        Some(Json::String(kid)) => Some(kid.clone()),
        Some(_) => return Err(refused("header")),
    };
    decode(payload)?;
    Ok(Jws { algorithm, kid, signed: [header, ".", payload].concat(), signature: decode(signature)? })
}

impl Jws {
    /// Whether `keys` may be older than this token: it names a key that is not among them.
    pub fn wants_newer(&self, keys: &KeySet) -> bool {
        self.kid.as_deref().is_some_and(|kid| !keys.has(kid))
    }

    /// The signature to check with the key that the token names.
    ///
    /// # Errors
    /// Rules `kid`, `kty`, `use`, `key_alg`, `key`.
    pub fn signature_check(self, keys: &KeySet) -> Result<SignatureCheck, Error> {
        let key = keys.choose(self.kid.as_deref(), self.algorithm).map_err(refused)?;
        Ok(SignatureCheck { algorithm: self.algorithm, key: PublicKey::Jwk(key), signed: self.signed, signature: self.signature })
    }
}

/// Judges the claims of a token whose signature holds, as the answer to `transaction`; and learns the
/// page's clock from it.
///
/// `date` is the response's readable `Date` (seconds since 1970), `now` the page's own clock.
///
/// # Errors
/// Rules `payload`, `iss`, `aud`, `azp`, `token_use`, `sub`, `nonce`, `exp`, `iat`, `at_hash`, `auth_time`, `acr`.
pub fn verify(
    signed: &SignatureValid,
    transaction: &Transaction,
    companion: Companion<'_>,
    date: Option<i64>,
    now: i64,
) -> Result<(IdToken, Clock), Error> {
    let token = read(signed, &transaction.issuers, Some(&transaction.client_id))?;
    if token.claims.text("nonce") != Some(&transaction.nonce) {
        return Err(refused("nonce"));
    }
    let witness = Witness { access_token_iat: issue_time(companion.access_token), date };
    let clock = clock::learn(token.issued_at(), token.expires_at(), witness, now).ok_or_else(|| refused("exp"))?;
    check_at_hash(&token, companion.digest)?;
    check_step_up(&token, transaction, clock)?;
    Ok((token, clock))
}

/// Judges the claims of a renewed token whose signature holds: it must go on where `previous` is
/// (OpenID Connect Core §12.2). The page's clock is neither learnt nor asked: it may have been set since.
///
/// # Errors
/// As [`verify`]; `auth_time`: the person signed in at another time; `iat`: older than `previous`.
pub fn verify_renewed(
    signed: &SignatureValid,
    previous: &IdToken,
    client_id: &str,
    companion: Companion<'_>,
) -> Result<IdToken, Error> {
    let token = read(signed, std::slice::from_ref(&previous.issuer), Some(client_id))?;
    check_renewed(&token, previous)?;
    // Renewed tokens of Cognito carry no nonce.
    let same = |claim: &str| token.claims.get(claim).is_none_or(|value| previous.claims.get(claim) == Some(value));
    if !same("nonce") {
        return Err(refused("nonce"));
    }
    if !same("auth_time") {
        return Err(refused("auth_time"));
    }
    check_at_hash(&token, companion.digest)?;
    Ok(token)
}

/// What a renewed token must have in common with the one before.
pub(crate) fn check_renewed(token: &IdToken, previous: &IdToken) -> Result<(), Error> {
    if token.subject != previous.subject {
        return Err(refused("sub"));
    }
    if token.issued_at() < previous.issued_at() {
        return Err(refused("iat"));
    }
    if token.expires_at() <= token.issued_at() {
        return Err(refused("exp"));
    }
    Ok(())
}

/// What every token of one of `issuers` must say, whatever it answers; `client_id`: whom it is for, if it says so.
pub(crate) fn read(signed: &SignatureValid, issuers: &[String], client_id: Option<&str>) -> Result<IdToken, Error> {
    let (_, payload) = signed.signed().split_once('.').ok_or_else(|| refused("parts"))?;
    let claims = Json::parse(&decode_text(payload)?).map_err(|_| refused("payload"))?;
    if claims.members().is_none() {
        return Err(refused("payload"));
    }
    let issuer = claims.text("iss").filter(|iss| issuers.iter().any(|i| i == iss)).ok_or_else(|| refused("iss"))?;
    if let Some(client_id) = client_id {
        check_audience(&claims, client_id)?;
        // An access token is signed by the same issuer; Cognito tells them apart by this claim.
        if claims.get("token_use").is_some_and(|token_use| token_use.as_str() != Some("id")) {
            return Err(refused("token_use"));
        }
    }
    let subject = claims.text("sub").filter(|sub| (1..=255).contains(&sub.len())).ok_or_else(|| refused("sub"))?;
    claims.integer("exp").ok_or_else(|| refused("exp"))?;
    claims.integer("iat").ok_or_else(|| refused("iat"))?;
    Ok(IdToken { issuer: issuer.into(), subject: subject.into(), claims })
}

/// OpenID Connect Core §3.1.3.6: the left half of the access token's digest.
fn check_at_hash(token: &IdToken, digest: &[u8]) -> Result<(), Error> {
    let Some(at_hash) = token.claims.get("at_hash") else { return Ok(()) };
    let expected = digest.get(..digest.len() / 2).filter(|half| half.len() >= 16).map(|half| URL_SAFE_NO_PAD.encode(half));
    if expected.is_some() && at_hash.as_str() == expected.as_deref() { Ok(()) } else { Err(refused("at_hash")) }
}

/// What the app asked of the authentication itself: `max_age`, `acr_values` (§3.1.2.1). A provider may
/// overlook them; the app must not.
fn check_step_up(token: &IdToken, transaction: &Transaction, clock: Clock) -> Result<(), Error> {
    if let Some(max_age) = transaction.sign_in.max_age() {
        // Counted back from the request: people may take their time with consent.
        let asked_at = transaction.created.saturating_add(clock.drift).saturating_sub(AUTH_TIME_LEEWAY);
        let fresh = |auth_time: i64| auth_time.saturating_add(max_age) >= asked_at;
        if !token.claims.integer("auth_time").is_some_and(fresh) {
            return Err(refused("auth_time"));
        }
    }
    if let Some(wanted) = transaction.sign_in.acr_values() {
        let acr = token.claims.text("acr");
        if !wanted.split(' ').any(|value| !value.is_empty() && acr == Some(value)) {
            return Err(refused("acr"));
        }
    }
    Ok(())
}

/// `exp` of an access token that happens to be a JWT. For planning only: nothing is believed.
pub(crate) fn expiry_time(access_token: &Secret) -> Option<i64> {
    peek(access_token)?.integer("exp")
}

/// `iat` of an access token that happens to be a JWT. For planning, and as a witness of the time.
pub(crate) fn issue_time(access_token: &Secret) -> Option<i64> {
    peek(access_token)?.integer("iat")
}

fn peek(access_token: &Secret) -> Option<Json> {
    let payload = access_token.expose().split('.').nth(1)?;
    Json::parse(&decode_text(payload).ok()?).ok()
}

fn check_audience(claims: &Json, client_id: &str) -> Result<(), Error> {
    let alone = match claims.get("aud") {
        Some(Json::String(aud)) if aud == client_id => true,
        Some(Json::Array(aud)) if aud.iter().any(|a| a.as_str() == Some(client_id)) => aud.len() == 1,
        _ => return Err(refused("aud")),
    };
    match claims.get("azp") {
        None if alone => Ok(()),
        Some(azp) if azp.as_str() == Some(client_id) => Ok(()),
        _ => Err(refused("azp")),
    }
}

fn decode_text(part: &str) -> Result<String, Error> {
    String::from_utf8(decode(part)?).map_err(|_| refused("base64url"))
}

fn decode(part: &str) -> Result<Vec<u8>, Error> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| refused("base64url"))
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::IdTokenInvalid, rule)
}

/// Seconds. The page's clock and the provider's may differ by this without being wrong.
const AUTH_TIME_LEEWAY: i64 = 60;
/// Bytes. ID tokens with hundreds of groups have been seen at 6 kB.
const MAX_TOKEN: usize = 64 * 1024;
