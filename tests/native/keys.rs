//! Key sets (RFC 7517): which answers are one.

use crate::support::*;
use gatepass::oidc::keys::{fetch, read};
use gatepass::wire::HttpResponse;
use serde_json::json;

#[test]
fn table() {
    let key = Key::pool_id().jwk("a");
    let keys = |count: usize| json!({ "keys": vec![key.clone(); count] }).to_string();
    let rows = [
        ("honest", 200, keys(2), "ok"),
        ("sixty-four-keys", 200, keys(64), "ok"),
        ("sixty-five-keys", 200, keys(65), "keys_invalid/too_many"),
        ("ten-thousand-keys", 200, json!({ "keys": vec![json!({}); 10_000] }).to_string(), "keys_invalid/too_many"),
        ("empty", 200, keys(0), "keys_invalid/empty"),
        ("no-keys", 200, "{}".into(), "keys_invalid/not_json"),
        ("keys-an-object", 200, r#"{"keys":{}}"#.into(), "keys_invalid/not_json"),
        ("html", 200, "<html>".into(), "keys_invalid/not_json"),
        ("duplicate-keys", 200, r#"{"keys":[{}],"keys":[{}]}"#.into(), "keys_invalid/not_json"),
        ("not-found", 404, String::new(), "keys_unavailable/status"),
        ("broken", 500, String::new(), "keys_unavailable/status"),
        ("redirected", 302, String::new(), "keys_unavailable/status"),
    ];
    for (name, status, body, expected) in rows {
        assert_eq!(verdict(read(&response(status, body))), expected, "{name}");
    }
    assert_eq!(verdict(read(&HttpResponse { status: 200, body: None, date: None })), "keys_invalid/too_large");
    assert!(read(&response(503, "")).unwrap_err().retryable());
    assert!(!read(&response(200, "")).unwrap_err().retryable());
}

#[test]
fn the_request_is_small_and_fresh_when_asked() {
    let request = fetch("https://a.example/jwks", true);
    assert!(request.body.is_none() && request.header.is_none() && request.fresh && request.limit == 128 * 1024);
    assert!(!fetch("https://a.example/jwks", false).fresh);
}

/// What else a key set says does not reach the verifier.
#[test]
fn only_key_parameters_are_passed_on() {
    let mut answer = Answer::honest();
    answer.jwks["keys"][0]["x5u"] = json!("https://evil.example");
    answer.jwks["keys"][0]["d"] = json!("private");
    let jws = gatepass::oidc::id_token::split(&gatepass::secret::Secret::new(answer.id_token())).unwrap();
    let check = jws.signature_check(&read(&response(200, answer.jwks.to_string())).unwrap()).unwrap();
    #[allow(irrefutable_let_patterns)] // refutable where the SAML door is built too
    let gatepass::wire::PublicKey::Jwk(jwk) = check.key() else { panic!("no JSON Web Key") };
    let jwk: serde_json::Value = serde_json::from_str(jwk).unwrap();
    let names: Vec<&String> = jwk.as_object().unwrap().keys().collect();
    assert_eq!(names, ["e", "kty", "n"]);
}
