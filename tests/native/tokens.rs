//! The token endpoint: what is sent, and what each kind of answer means (RFC 6749 §4.1.3, §5; RFC 7009).

use crate::support::*;
use gatepass::oidc::tokens::{exchange, read, read_exchange, refresh, revoke};
use gatepass::secret::Secret;
use gatepass::wire::HttpResponse;

const GOOD: &str = r#""access_token":"a","id_token":"i","token_type":"Bearer""#;

/// Name, status, body, verdict, whether the same page may try again.
const TABLE: &[(&str, u16, &str, &str, bool)] = &[
    ("honest", 200, "{$}", "ok", false),
    ("token-type-in-any-case", 200, r#"{"access_token":"a","id_token":"i","token_type":"bEARER"}"#, "ok", false),
    ("unknown-members", 200, r#"{$,"x":[1],"scope":"openid"}"#, "ok", false),
    ("expires-in-missing", 200, "{$}", "ok", false),
    ("expires-in-as-text", 200, r#"{$,"expires_in":"3600"}"#, "ok", false),
    ("token-type-missing", 200, r#"{"access_token":"a","id_token":"i"}"#, "tokens_invalid/token_type", false),
    ("token-type-dpop", 200, r#"{"access_token":"a","id_token":"i","token_type":"DPoP"}"#, "tokens_invalid/token_type", false),
    ("id-token-missing", 200, r#"{"access_token":"a","token_type":"Bearer"}"#, "tokens_invalid/id_token", false),
    ("id-token-empty", 200, r#"{"access_token":"a","id_token":"","token_type":"Bearer"}"#, "tokens_invalid/id_token", false),
    ("access-token-missing", 200, r#"{"id_token":"i","token_type":"Bearer"}"#, "tokens_invalid/access_token", false),
    (
        "access-token-a-number",
        200,
        r#"{"access_token":1,"id_token":"i","token_type":"Bearer"}"#,
        "tokens_invalid/access_token",
        false,
    ),
    ("id-token-twice", 200, r#"{$,"id_token":"j"}"#, "tokens_invalid/not_json", false),
    ("empty", 200, "", "tokens_invalid/empty", false),
    ("blank", 200, " \n", "tokens_invalid/empty", false),
    ("html", 200, "<html>", "tokens_invalid/not_json", false),
    ("array", 200, "[]", "tokens_invalid/not_json", false),
    ("no-content", 204, "", "tokens_invalid/status", false),
    ("not-found", 404, "<html>", "tokens_invalid/status", false),
    ("error-under-200", 200, r#"{"error":"invalid_grant"}"#, "grant_refused", false),
    ("invalid-grant", 400, r#"{"error":"invalid_grant"}"#, "grant_refused", false),
    (
        "redirect-uri",
        400,
        r#"{"error":"unauthorized_client","error_description":"invalid_redirect"}"#,
        "client_refused/redirect_uri",
        false,
    ),
    ("unauthorized-client", 400, r#"{"error":"unauthorized_client"}"#, "client_refused/unauthorized_client", false),
    ("invalid-client", 401, r#"{"error":"invalid_client"}"#, "client_refused/invalid_client", false),
    ("invalid-request", 400, r#"{"error":"invalid_request"}"#, "client_refused/invalid_request", false),
    ("invalid-scope", 400, r#"{"error":"invalid_scope"}"#, "client_refused/invalid_scope", false),
    ("unsupported-grant", 400, r#"{"error":"unsupported_grant_type"}"#, "client_refused/unsupported_grant_type", false),
    ("server-error-as-400", 400, r#"{"error":"server_error"}"#, "provider_unavailable", true),
    ("temporarily-as-400", 400, r#"{"error":"temporarily_unavailable"}"#, "provider_unavailable", true),
    ("invented-error", 400, r#"{"error":"sky_fell"}"#, "provider_refused/other", false),
    ("error-not-a-string", 400, r#"{"error":5}"#, "tokens_invalid/status", false),
    ("400-html", 400, "<html>", "tokens_invalid/status", false),
    ("firewall", 403, "<html>Request blocked", "request_blocked", false),
    ("firewall-empty", 403, "", "request_blocked", false),
    ("forbidden-in-json", 403, r#"{"error":"invalid_grant"}"#, "grant_refused", false),
    ("too-many", 429, "", "rate_limited", true),
    ("too-many-in-json", 429, r#"{"error":"invalid_grant"}"#, "rate_limited", true),
    ("timeout", 408, "", "provider_unavailable", true),
    ("500-html", 500, "<html>", "provider_unavailable", true),
    ("500-json", 500, r#"{"error":"invalid_grant"}"#, "provider_unavailable", true),
    ("502", 502, "", "provider_unavailable", true),
    ("503", 503, "{}", "provider_unavailable", true),
];

#[test]
fn table() {
    for (name, status, body, expected, retryable) in TABLE {
        let result = read_exchange(&response(*status, body.replace('$', GOOD)));
        if let Err(error) = &result {
            assert_eq!(error.retryable(), *retryable, "{name}");
            assert_eq!(error.status(), Some(*status), "{name}");
        }
        assert_eq!(verdict(result), *expected, "{name}");
    }
    println!("tokens: {}", TABLE.len());
}

#[test]
fn a_body_beyond_the_limit() {
    let response = HttpResponse { status: 200, body: None, date: None };
    assert_eq!(verdict(read(&response)), "tokens_invalid/too_large");
}

#[test]
fn what_is_read() {
    let tokens = read(&response(200, format!(r#"{{{GOOD},"refresh_token":"r","expires_in":300}}"#))).unwrap();
    assert_eq!(tokens.access_token.expose(), "a");
    assert_eq!(tokens.id_token.unwrap().expose(), "i");
    assert_eq!(tokens.refresh_token.unwrap().expose(), "r");
    assert_eq!(tokens.expires_in, Some(300));
    let tokens = read(&response(200, format!(r#"{{{GOOD},"refresh_token":"","expires_in":0}}"#))).unwrap();
    assert!(tokens.refresh_token.is_none() && tokens.expires_in.is_none());
}

#[test]
fn the_providers_words_stay_in_details() {
    let error = read(&response(400, r#"{"error":"invalid_grant","error_description":"PKCE verification failed."}"#)).unwrap_err();
    assert_eq!(error.provider().unwrap().description.as_deref(), Some("PKCE verification failed."));
    assert_eq!(error.to_string(), "grant_refused: ");
}

#[test]
fn the_exchange() {
    let request = exchange(&verified());
    let (_, transaction) = begun();
    assert_eq!(request.url, "https://my-app.auth.eu-central-1.amazoncognito.com/oauth2/token");
    let form = gatepass::form::decode(request.body.unwrap().1.expose());
    let expected = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("code", "c0de"),
        ("redirect_uri", "https://app.example/callback"),
        ("code_verifier", transaction.verifier.expose()),
    ];
    assert!(form.iter().map(|(n, v)| (n.as_str(), v.as_str())).eq(expected));
    assert!(!request.keepalive && !request.fresh);
    assert_eq!(request.limit, 256 * 1024);
}

#[test]
fn the_renewal() {
    let request = refresh("https://a.example/oauth2/token", "client", &Secret::new("r&="));
    assert_eq!(request.body.unwrap().1.expose(), "grant_type=refresh_token&client_id=client&refresh_token=r%26%3D");
    assert!(!request.keepalive);
    let tokens = read(&response(200, r#"{"access_token":"a","token_type":"Bearer"}"#)).unwrap();
    assert!(tokens.id_token.is_none() && tokens.refresh_token.is_none(), "both may stay away");
}

#[test]
fn the_revocation() {
    let request = revoke("https://a.example/oauth2/revoke", "client", &Secret::new("r&="));
    assert_eq!(request.body.unwrap().1.expose(), "token=r%26%3D&client_id=client");
    assert!(request.keepalive, "it must outlive the page");
}
