//! How wrong the page's clock is.
//!
//! Learnt only here, at a code exchange, from an ID token whose signature and nonce hold: such a
//! token was made for us a moment ago, so its `iat` is the provider's present. A second witness
//! keeps an old token from turning the clock back. Never learnt from a refresh or from storage.

/// The page's clock against the provider's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Seconds to add to the page's clock to have the provider's.
    pub drift: i64,
}

/// Who else knows the time, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness {
    /// `iat` of the access token that came along, when it is a JWT.
    pub access_token_iat: Option<i64>,
    /// The response's `Date`, when CORS lets the page read it.
    pub date: Option<i64>,
}

/// The clock by a fresh ID token, or `None` when the token is expired.
///
/// | the page's clock says | a witness agrees | a witness disagrees | no witness |
/// |---|---|---|---|
/// | not expired, `iat` ahead | learnt | not learnt | learnt |
/// | not expired, `iat` behind | learnt | not learnt | not learnt |
/// | expired | learnt | **refused** | learnt if the token lives 24 hours or less |
pub fn learn(iat: i64, exp: i64, witness: Witness, now: i64) -> Option<Clock> {
    let drift = iat.checked_sub(now)?;
    let lifetime = exp.checked_sub(iat)?;
    if lifetime <= 0 {
        return None;
    }
    let agrees = [witness.access_token_iat, witness.date]
        .into_iter()
        .flatten()
        .map(|time| time.abs_diff(iat) <= WITNESS_TOLERANCE)
        .reduce(|a, b| a && b);
    let expired = exp <= now;
    let adopt = match agrees {
        Some(true) => true,
        Some(false) if expired => return None,
        Some(false) => false,
        None if expired && lifetime > MAX_UNWITNESSED_LIFETIME => return None,
        None => expired || drift > 0,
    };
    Some(Clock { drift: if adopt { drift } else { 0 } })
}

/// Seconds.
const WITNESS_TOLERANCE: u64 = 60;
/// Seconds.
const MAX_UNWITNESSED_LIFETIME: i64 = 24 * 60 * 60;
