//! What came, and how long it lives by this machine's clock.

use crate::secret::Secret;

/// Temporary credentials.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// `AccessKeyId`, which is no secret.
    pub access_key_id: String,
    /// `SecretKey` of an identity pool, `SecretAccessKey` of STS.
    pub secret_access_key: Secret,
    /// `SessionToken`
    pub session_token: Secret,
    /// `Expiration`: seconds since 1970 by AWS's clock.
    pub expiration: i64,
}

/// Seconds that credentials live from `at` on, when the page's clock said so as they came. AWS's clock is `date`, where the
/// page may read it; where not, the page's own clock is believed as far as the lifetime that was to be `expected`.
pub fn lifetime(expiration: i64, date: Option<i64>, at: i64, expected: Option<i64>) -> i64 {
    match date {
        Some(date) => expiration.saturating_sub(date),
        None => {
            let expected = expected.unwrap_or(HOUR);
            let left = expiration.saturating_sub(at);
            if left > 0 { left.min(expected) } else { expected }
        }
    }
}

/// Credentials with a `lifetime` may be given out again for so many seconds after they came. They are renewed six
/// minutes before their end: an AWS SDK asks at every request from five minutes on. Those that live shorter than twice
/// that, at half their life.
pub fn freshness(lifetime: i64) -> i64 {
    lifetime.saturating_sub(AHEAD.min(lifetime / 2))
}

/// Seconds.
const AHEAD: i64 = 360;
/// Seconds: what AWS gives when nobody asks for another time.
const HOUR: i64 = 3600;
