//! Access token → the claims of the userinfo endpoint (OpenID Connect Core §5.3).
//!
//! Every refusal is `userinfo_invalid` with the rule that was broken.

use super::provider::Provider;
use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::secret::Secret;
use crate::wire::{HttpRequest, HttpResponse};

/// The request; the token goes in the header (RFC 6750 §2.1).
///
/// # Errors
/// `endpoint`: the provider has none.
pub fn fetch(provider: &Provider, access_token: &Secret) -> Result<HttpRequest, Error> {
    if provider.userinfo_endpoint.is_empty() {
        return Err(refused("endpoint"));
    }
    let bearer = Secret::new(["Bearer ", access_token.expose()].concat());
    let get = HttpRequest::get(&provider.userinfo_endpoint, MAX_RESPONSE);
    Ok(HttpRequest { header: Some(("Authorization", bearer)), ..get })
}

/// Reads the answer, which must be about `subject` (§5.3.2).
///
/// # Errors
/// Rules `status`, `too_large`, `not_json` (also a signed or encrypted answer: nobody asked for one), `sub`;
/// `provider_unavailable` for a status of 500 and more (retryable).
pub fn read(response: &HttpResponse, subject: &str) -> Result<Json, Error> {
    let claims = response.object(refused)?;
    if claims.text("sub") == Some(subject) { Ok(claims) } else { Err(refused("sub")) }
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::UserinfoInvalid, rule)
}

/// Bytes.
const MAX_RESPONSE: usize = 256 * 1024;
