//! What a token endpoint answers, whichever grant it was asked by (RFC 6749 §5.1, §5.2).

use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::secret::Secret;
use crate::wire::HttpResponse;

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
pub const MAX_RESPONSE: usize = 256 * 1024;
