//! AWS's error types → codes and rules of ours. Branches on the type alone: the sentences change.

use crate::error::{Error, ErrorCode};
use crate::text::split_at_mark;
use crate::wire::HttpResponse;

/// What a refusal of type `name` means. Both APIs write the same types with and without `Exception`.
pub(crate) fn refusal(response: &HttpResponse, name: &str, message: Option<&str>) -> Error {
    use ErrorCode::*;
    let bare = split_at_mark(name, "#").map_or(name, |(_, bare)| bare);
    let bare = bare.strip_suffix("Exception").or_else(|| bare.strip_suffix("Error")).unwrap_or(bare);
    let (code, rule) = match bare {
        "NotAuthorized" => (AwsRefused, NOT_AUTHORIZED),
        "ResourceNotFound" => (AwsRefused, RESOURCE_NOT_FOUND),
        "InvalidParameter" => (AwsRefused, "invalid_parameter"),
        "Validation" => (AwsRefused, VALIDATION),
        "ResourceConflict" => (AwsRefused, "resource_conflict"),
        "LimitExceeded" => (AwsRefused, "limit_exceeded"),
        "InvalidIdentityPoolConfiguration" => (AwsRefused, "invalid_identity_pool_configuration"),
        "AccessDenied" => (AwsRefused, "access_denied"),
        "ExpiredToken" => (AwsRefused, EXPIRED_TOKEN),
        "IDPRejectedClaim" => (AwsRefused, "idp_rejected_claim"),
        "InvalidIdentityToken" => (AwsRefused, "invalid_identity_token"),
        "RegionDisabled" => (AwsRefused, "region_disabled"),
        "TooManyRequests" | "Throttling" | "RequestLimitExceeded" => (RateLimited, ""),
        "Internal" | "InternalFailure" | "ExternalService" | "IDPCommunication" | "ServiceUnavailable" => {
            (ProviderUnavailable, "")
        }
        _ => return unnamed(response, "other").with_provider(name, None),
    };
    // A validation error repeats the value that it does not like, which may be a token.
    let message = message.filter(|_| rule != VALIDATION);
    Error::new(code, rule).with_status(response.status).with_provider(name, message)
}

/// An answer that names no type that we know: by its status.
pub(crate) fn unnamed(response: &HttpResponse, rule: &'static str) -> Error {
    use ErrorCode::*;
    let (code, rule) = match response.status {
        408 | 500.. => (ProviderUnavailable, ""),
        429 => (RateLimited, ""),
        _ => (AwsRefused, rule),
    };
    Error::new(code, rule).with_status(response.status)
}

/// Whether AWS has refused for this reason.
pub(crate) fn is(error: &Error, rule: &str) -> bool {
    error.code == ErrorCode::AwsRefused && error.rule == rule
}

/// Also an ID token that has ended, and an identity that is somebody else's.
pub(crate) const NOT_AUTHORIZED: &str = "not_authorized";
/// Also an identity that was deleted.
pub(crate) const RESOURCE_NOT_FOUND: &str = "resource_not_found";
/// A SAML response is older than five minutes.
pub(crate) const EXPIRED_TOKEN: &str = "expired_token";
const VALIDATION: &str = "validation";
