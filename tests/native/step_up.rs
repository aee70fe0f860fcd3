//! `max_age` and `acr_values`: asked for, and held to (OpenID Connect Core §3.1.2.1, §2).

use crate::support::*;
use gatepass::oidc::request::authorize;
use gatepass::oidc::sign_in::SignIn;
use serde_json::{Value, json};

/// Name, options, `auth_time` and `acr` of the token (`null`: left out), verdict. The request was made at `NOW - 30`.
fn table() -> Vec<(&'static str, Value, Value, Value, &'static str)> {
    let (age, none) = (json!({ "maxAge": 600 }), Value::Null);
    let acr = json!({ "acrValues": "phr phrh" });
    vec![
        ("nothing-asked", json!({}), none.clone(), none.clone(), "ok"),
        ("fresh", age.clone(), json!(NOW), none.clone(), "ok"),
        ("as-old-as-allowed", age.clone(), json!(NOW - 30 - 600), none.clone(), "ok"),
        ("within-the-leeway", age.clone(), json!(NOW - 30 - 660), none.clone(), "ok"),
        ("too-old", age.clone(), json!(NOW - 30 - 661), none.clone(), "id_token_invalid/auth_time"),
        ("auth-time-missing", age.clone(), none.clone(), none.clone(), "id_token_invalid/auth_time"),
        ("auth-time-a-text", age, json!(NOW.to_string()), none.clone(), "id_token_invalid/auth_time"),
        ("asked-anew", json!({ "maxAge": 0 }), json!(NOW - 5), none.clone(), "ok"),
        ("asked-anew-in-vain", json!({ "maxAge": 0 }), json!(NOW - 600), none.clone(), "id_token_invalid/auth_time"),
        ("acr-first", acr.clone(), none.clone(), json!("phr"), "ok"),
        ("acr-second", acr.clone(), none.clone(), json!("phrh"), "ok"),
        ("acr-other", acr.clone(), none.clone(), json!("pwd"), "id_token_invalid/acr"),
        ("acr-part-of-one", acr.clone(), none.clone(), json!("ph"), "id_token_invalid/acr"),
        ("acr-empty", json!({ "acrValues": "phr  phrh" }), none.clone(), json!(""), "id_token_invalid/acr"),
        ("acr-missing", acr.clone(), none.clone(), none.clone(), "id_token_invalid/acr"),
        ("acr-a-list", acr, none.clone(), json!(["phr"]), "id_token_invalid/acr"),
    ]
}

#[test]
fn enforced() {
    for (name, options, auth_time, acr, expected) in table() {
        let sign_in = SignIn::parse(&options.to_string()).unwrap();
        let (_, transaction) = authorize(&config(), &sign_in, &entropy(), NOW - 30);
        let mut answer = Answer::honest();
        let claims = answer.claims.as_object_mut().unwrap();
        for (claim, value) in [("auth_time", auth_time), ("acr", acr)] {
            if value.is_null() { drop(claims.remove(claim)) } else { drop(claims.insert(claim.into(), value)) }
        }
        assert_eq!(verdict(answer.judge_for(&transaction)), expected, "{name}");
    }
    println!("step-up: {}", table().len());
}

/// The page's clock two hours ahead: the age is counted by the provider's.
#[test]
fn max_age_by_the_providers_clock() {
    let sign_in = SignIn::parse(r#"{"maxAge":600}"#).unwrap();
    let (_, transaction) = authorize(&config(), &sign_in, &entropy(), NOW + 7200 - 30);
    let mut answer = Answer { now: NOW + 7200, ..Answer::honest() };
    answer.claims["auth_time"] = json!(NOW - 300);
    assert_eq!(verdict(answer.judge_for(&transaction)), "ok");
    answer.claims["auth_time"] = json!(NOW - 30 - 661);
    assert_eq!(verdict(answer.judge_for(&transaction)), "id_token_invalid/auth_time");
}

#[test]
fn sent() {
    let sign_in = SignIn::parse(r#"{"maxAge":0,"acrValues":"phr phrh"}"#).unwrap();
    let (redirect, _) = authorize(&config(), &sign_in, &entropy(), NOW);
    assert!(redirect.0.contains("&acr_values=phr%20phrh") && redirect.0.ends_with("&max_age=0"), "{}", redirect.0);
}

#[test]
fn misuses() {
    for (options, expected) in [
        (r#"{"maxAge":-1}"#, "request_invalid/malformed"),
        (r#"{"maxAge":1.5}"#, "request_invalid/malformed"),
        (r#"{"maxAge":-0.5}"#, "request_invalid/malformed"),
        (r#"{"maxAge":1e3}"#, "request_invalid/malformed"),
        (r#"{"maxAge":"60"}"#, "request_invalid/type"),
        (r#"{"acrValues":["phr"]}"#, "request_invalid/type"),
        (r#"{"extraParams":{"max_age":"60"}}"#, "request_invalid/reserved"),
        (r#"{"extraParams":{"acr_values":"phr"}}"#, "request_invalid/reserved"),
    ] {
        assert_eq!(verdict(SignIn::parse(options)), expected, "{options}");
    }
}
