//! The token endpoint: a verified callback or a refresh token → tokens (RFC 6749 §4.1.3–4.1.4, §5, §6),
//! and revocation
//! (RFC 7009).

use super::callback::VerifiedCallback;
use crate::error::{Error, ErrorCode};
use crate::secret::Secret;
use crate::token_response::MAX_RESPONSE;
pub use crate::token_response::{Tokens, read};
use crate::wire::{HttpRequest, HttpResponse};

/// The one request of the callback's critical path.
pub fn exchange(callback: &VerifiedCallback) -> HttpRequest {
    let transaction = callback.transaction();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", &transaction.client_id),
        ("code", callback.code().expose()),
        ("redirect_uri", &transaction.redirect_uri),
        ("code_verifier", transaction.verifier.expose()),
    ];
    HttpRequest::post_form(&transaction.token_endpoint, &form, MAX_RESPONSE)
}

/// Renews with a refresh token (RFC 6749 §6).
pub fn refresh(token_endpoint: &str, client_id: &str, refresh_token: &Secret) -> HttpRequest {
    let form = [("grant_type", "refresh_token"), ("client_id", client_id), ("refresh_token", refresh_token.expose())];
    HttpRequest::post_form(token_endpoint, &form, MAX_RESPONSE)
}

/// Ends the refresh token at the provider. Sent as the page leaves; nobody waits for the answer.
pub fn revoke(revocation_endpoint: &str, client_id: &str, refresh_token: &Secret) -> HttpRequest {
    let form = [("token", refresh_token.expose()), ("client_id", client_id)];
    HttpRequest { keepalive: true, ..HttpRequest::post_form(revocation_endpoint, &form, MAX_RESPONSE) }
}

/// Reads the answer to [`exchange`]. An ID token is owed: `openid` is always asked for.
///
/// # Errors
/// As [`read`], and `tokens_invalid` / `id_token`.
pub fn read_exchange(response: &HttpResponse) -> Result<Tokens, Error> {
    let tokens = read(response)?;
    if tokens.id_token.is_none() {
        return Err(Error::new(ErrorCode::TokensInvalid, "id_token").with_status(response.status));
    }
    Ok(tokens)
}
