//! The token endpoint: a verified callback or a refresh token → tokens (RFC 6749 §4.1.3–4.1.4, §5, §6),
//! and revocation
//! (RFC 7009).

use super::callback::VerifiedCallback;
use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::secret::Secret;
use crate::wire::{HttpRequest, HttpResponse};

/// What the token endpoint answered. The ID token in it is not verified yet.
#[derive(Debug)]
pub struct Tokens {
    /// `access_token`
    pub access_token: Secret,
    /// `id_token`, as received. A renewal may come without.
    pub id_token: Option<Secret>,
    /// `refresh_token`
    pub refresh_token: Option<Secret>,
    /// `expires_in`: seconds that the access token lives.
    pub expires_in: Option<i64>,
}

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

/// Reads the token endpoint's answer.
///
/// # Errors
/// `grant_refused`, `client_refused`, `provider_refused`, `rate_limited`, `request_blocked`,
/// `provider_unavailable` or `tokens_invalid`.
pub fn read(response: &HttpResponse) -> Result<Tokens, Error> {
    if response.status >= 500 || response.status == 408 {
        return Err(Error::new(ErrorCode::ProviderUnavailable, "").with_status(response.status));
    }
    if response.status == 429 {
        return Err(Error::new(ErrorCode::RateLimited, "").with_status(429));
    }
    let invalid = |rule| Error::new(ErrorCode::TokensInvalid, rule).with_status(response.status);
    let body = response.body.as_ref().ok_or_else(|| invalid("too_large"))?.expose();
    let json = Json::parse(body).ok().filter(|json| json.members().is_some());
    if let Some(error) = json.as_ref().and_then(|json| json.text("error")) {
        let description = json.as_ref().and_then(|json| json.text("error_description"));
        return Err(refusal(error, description).with_status(response.status).with_provider(error, description));
    }
    if response.status == 403 {
        return Err(Error::new(ErrorCode::RequestBlocked, "").with_status(403));
    }
    if response.status != 200 {
        return Err(invalid("status"));
    }
    let json = json.ok_or_else(|| invalid(if body.trim().is_empty() { "empty" } else { "not_json" }))?;
    let secret = |name: &str| json.text(name).filter(|text| !text.is_empty()).map(Secret::new);
    if !json.text("token_type").is_some_and(|token_type| token_type.eq_ignore_ascii_case("bearer")) {
        return Err(invalid("token_type"));
    }
    Ok(Tokens {
        access_token: secret("access_token").ok_or_else(|| invalid("access_token"))?,
        id_token: secret("id_token"),
        refresh_token: secret("refresh_token"),
        expires_in: json.integer("expires_in").filter(|seconds| *seconds > 0),
    })
}

/// RFC 6749 §5.2
fn refusal(error: &str, description: Option<&str>) -> Error {
    let (code, rule) = match error {
        "invalid_grant" => (ErrorCode::GrantRefused, ""),
        // Cognito's way to say that the redirect URI differs.
        "unauthorized_client" if description == Some("invalid_redirect") => (ErrorCode::ClientRefused, "redirect_uri"),
        "unauthorized_client" => (ErrorCode::ClientRefused, "unauthorized_client"),
        "invalid_client" => (ErrorCode::ClientRefused, "invalid_client"),
        "invalid_request" => (ErrorCode::ClientRefused, "invalid_request"),
        "invalid_scope" => (ErrorCode::ClientRefused, "invalid_scope"),
        "unsupported_grant_type" => (ErrorCode::ClientRefused, "unsupported_grant_type"),
        "server_error" | "temporarily_unavailable" => (ErrorCode::ProviderUnavailable, ""),
        _ => (ErrorCode::ProviderRefused, "other"),
    };
    Error::new(code, rule)
}

/// Bytes. Three tokens with many groups stay far below.
const MAX_RESPONSE: usize = 256 * 1024;
