//! The authorization request: what leaves the page (RFC 6749 §4.1.1, RFC 7636, OpenID Connect Core §3.1.2.1, §4).

use crate::support::*;
use gatepass::form::decode;
use gatepass::oidc::request::{authorize, code_challenge};
use gatepass::oidc::sign_in::SignIn;
use serde_json::{Value, json};

/// RFC 7636 appendix B.
#[test]
fn the_rfc_7636_vector() {
    assert_eq!(code_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

#[test]
fn the_redirect() {
    let (url, transaction) = begun();
    let query = url.strip_prefix("https://my-app.auth.eu-central-1.amazoncognito.com/oauth2/authorize?").unwrap();
    let params = decode(query);
    let challenge = code_challenge(transaction.verifier.expose());
    let expected = [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", "https://app.example/callback"),
        ("scope", "openid email profile"),
        ("state", &transaction.state),
        ("nonce", &transaction.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    assert!(params.iter().map(|(n, v)| (n.as_str(), v.as_str())).eq(expected), "{params:?}");
    assert!(!url.contains(transaction.verifier.expose()));
}

/// State survives Cognito's double encoding; the verifier has RFC 7636 §4.1's length and letters.
#[test]
fn random_values_are_long_and_plain() {
    let (_, transaction) = begun();
    for text in [&transaction.state, &transaction.nonce, transaction.verifier.expose()] {
        assert!(text.len() >= 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{text}");
    }
    assert!(transaction.state != transaction.nonce && transaction.nonce != transaction.verifier.expose());
}

#[test]
fn every_bit_of_the_random_bytes_counts() {
    let make = |change: fn(&mut gatepass::oidc::request::Entropy)| {
        let mut entropy = entropy();
        change(&mut entropy);
        let (_, t) = authorize(&config(), &SignIn::default(), &entropy, NOW);
        (t.state, t.nonce, t.verifier.expose().to_owned())
    };
    let (state, nonce, verifier) = make(|_| {});
    assert_ne!(make(|e| e.state[31] ^= 1).0, state);
    assert_ne!(make(|e| e.nonce[0] ^= 1).1, nonce);
    assert_ne!(make(|e| e.verifier[31] ^= 0x80).2, verifier);
}

#[test]
fn options_become_parameters() {
    let options = json!({
        "returnTo": "/deep?a#b", "identityProvider": "My SAML", "loginHint": "ada@example.com", "lang": "pt-BR", "prompt": "login",
        "resource": "https://api.example", "extraParams": { "ui_hint": "0", "claims_locales": "urn:cognito:loa:2" },
    });
    let (redirect, transaction) = authorize(&config(), &SignIn::parse(&options.to_string()).unwrap(), &entropy(), NOW);
    let params = decode(redirect.0.split_once('?').unwrap().1);
    for (name, value) in [
        ("identity_provider", "My SAML"),
        ("login_hint", "ada@example.com"),
        ("lang", "pt-BR"),
        ("prompt", "login"),
        ("resource", "https://api.example"),
        ("ui_hint", "0"),
        ("claims_locales", "urn:cognito:loa:2"),
    ] {
        assert!(params.contains(&(name.into(), value.into())), "{name}");
    }
    assert_eq!(transaction.return_to, "/deep?a#b");
    assert!(!redirect.0.contains("deep"), "what the app wants back stays in the browser");
    let (redirect, _) = authorize(&config(), &SignIn::parse(r#"{"idpIdentifier":"example.com"}"#).unwrap(), &entropy(), NOW);
    assert!(redirect.0.ends_with("&idp_identifier=example.com"));
}

#[test]
fn return_to_is_checked_before_it_is_stored() {
    let stored = |value: &str| {
        let sign_in = SignIn::parse(&json!({ "returnTo": value }).to_string()).unwrap();
        authorize(&config(), &sign_in, &entropy(), NOW).1.return_to
    };
    assert_eq!(stored("https://app.example/a?b"), "/a?b");
    for evil in ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)"] {
        assert_eq!(stored(evil), "/", "{evil}");
    }
}

#[test]
fn the_default_return_does_not_override() {
    let sign_in = |text: &str| SignIn::parse(text).unwrap().or_return_to("/here");
    let stored = |sign_in: &SignIn| authorize(&config(), sign_in, &entropy(), NOW).1.return_to;
    assert_eq!(stored(&sign_in("{}")), "/here");
    assert_eq!(stored(&sign_in(r#"{"returnTo":"/there"}"#)), "/there");
}

#[test]
fn an_endpoint_with_a_query_keeps_it() {
    let mut json = config_json();
    json["cognito"]["endpoints"] = json!({ "authorizationEndpoint": "https://a.example/authorize?tenant=b" });
    let config = gatepass::oidc::config::Config::parse(&json.to_string(), ORIGIN).unwrap();
    let (redirect, _) = authorize(&config, &SignIn::default(), &entropy(), NOW);
    assert!(redirect.0.starts_with("https://a.example/authorize?tenant=b&response_type=code&"));
}

#[test]
fn options_that_cannot_be_sent() {
    let table: &[(&str, Value, &str, &str)] = &[
        ("unknown", json!({ "provider": "x" }), "provider", "unknown"),
        ("not-a-string", json!({ "lang": 1 }), "lang", "type"),
        ("null", json!({ "lang": null }), "lang", "type"),
        ("two-providers", json!({ "identityProvider": "a", "idpIdentifier": "b" }), "idpIdentifier", "conflict"),
        ("extra-not-an-object", json!({ "extraParams": "a=b" }), "extraParams", "type"),
        ("extra-value-not-a-string", json!({ "extraParams": { "ui_hint": 0 } }), "ui_hint", "type"),
        ("extra-state", json!({ "extraParams": { "state": "mine" } }), "state", "reserved"),
        ("extra-nonce", json!({ "extraParams": { "nonce": "mine" } }), "nonce", "reserved"),
        ("extra-redirect-uri", json!({ "extraParams": { "redirect_uri": "https://evil.example" } }), "redirect_uri", "reserved"),
        ("extra-client-id", json!({ "extraParams": { "client_id": "x" } }), "client_id", "reserved"),
        ("extra-client-secret", json!({ "extraParams": { "client_secret": "x" } }), "client_secret", "reserved"),
        ("extra-scope", json!({ "extraParams": { "scope": "x" } }), "scope", "reserved"),
        ("extra-response-type", json!({ "extraParams": { "response_type": "token" } }), "response_type", "reserved"),
        ("extra-response-mode", json!({ "extraParams": { "response_mode": "form_post" } }), "response_mode", "reserved"),
        ("extra-challenge", json!({ "extraParams": { "code_challenge": "x" } }), "code_challenge", "reserved"),
        (
            "extra-challenge-method",
            json!({ "extraParams": { "code_challenge_method": "plain" } }),
            "code_challenge_method",
            "reserved",
        ),
        ("extra-request-object", json!({ "extraParams": { "request": "x" } }), "request", "reserved"),
        ("extra-that-is-an-option", json!({ "extraParams": { "login_hint": "x" } }), "login_hint", "reserved"),
        ("not-an-object", json!("x"), "options", "type"),
    ];
    for (name, options, option, rule) in table {
        let error = SignIn::parse(&options.to_string()).expect_err(name);
        assert_eq!((error.code.as_str(), error.option(), error.rule), ("request_invalid", Some(*option), *rule), "{name}");
    }
    println!("sign-in options refused: {}", table.len());
}

#[test]
fn links_that_start_a_sign_in() {
    let stored = |query: &str| {
        let (redirect, transaction) = authorize(&config(), &SignIn::from_link(query, &config()).unwrap(), &entropy(), NOW);
        (decode(redirect.0.split_once('?').unwrap().1).split_off(8), transaction.return_to)
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(stored(""), (vec![], "/".into()));
    assert_eq!(stored("idp=My+SAML&x=y"), (vec![pair("identity_provider", "My SAML")], "/".into()));
    assert_eq!(
        stored("identity_provider=a&target_link_uri=%2Fdeep%3Fb"),
        (vec![pair("identity_provider", "a")], "/deep?b".into())
    );
    assert_eq!(stored("idp_identifier=e.com&lang=de"), (vec![pair("idp_identifier", "e.com"), pair("lang", "de")], "/".into()));
    assert_eq!(stored(&format!("iss={UPDATED_ISSUER}&login_hint=ada")), (vec![pair("login_hint", "ada")], "/".into()));
    assert_eq!(stored("target_link_uri=https%3A%2F%2Fevil.example").1, "/");
    for (query, expected) in [
        ("iss=https%3A%2F%2Fevil.example", "request_invalid/iss"),
        ("idp=a&identity_provider=b", "request_invalid/repeated"),
        ("lang=a&lang=b", "request_invalid/repeated"),
        ("idp=a&idp_identifier=b", "request_invalid/conflict"),
    ] {
        assert_eq!(verdict(SignIn::from_link(query, &config())), expected, "{query}");
    }
}
