//! The metadata of an `authority`, which has two names where it is a user pool.

use super::*;
use gatepass::oidc::logout;
use gatepass::oidc::provider::Provider;
use gatepass::openmetadata::config::discovered;

const HOSTED: &str = "https://my-app.auth.eu-central-1.amazoncognito.com";

fn metadata(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{HOSTED}/oauth2/authorize"),
        "token_endpoint": format!("{HOSTED}/oauth2/token"),
        "jwks_uri": format!("{ISSUER}/.well-known/jwks.json"),
        "end_session_endpoint": format!("{HOSTED}/logout"),
    })
}

fn known(provider: &str, authority: &str) -> Provider {
    client(with(cognito(), json!({ "provider": provider, "authority": authority })), json!({})).unwrap().provider
}

/// Name, provider, authority, issuer of the metadata; the issuers that are believed afterwards, or the verdict.
#[test]
fn by_any_of_its_names() {
    let google = "https://accounts.google.com";
    for (name, provider, authority, issuer, expected) in [
        ("pool", "aws-cognito", ISSUER, ISSUER, &[ISSUER, UPDATED_ISSUER][..]),
        ("pool-by-its-newer-name", "aws-cognito", ISSUER, UPDATED_ISSUER, &[ISSUER, UPDATED_ISSUER]),
        ("newer-pool", "aws-cognito", UPDATED_ISSUER, ISSUER, &[UPDATED_ISSUER, ISSUER]),
        ("another-pool", "aws-cognito", ISSUER, "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Evil", &[]),
        ("pool-with-a-slash", "aws-cognito", ISSUER, &format!("{ISSUER}/"), &[]),
        ("provider", "google", google, google, &[google]),
        ("provider-with-a-slash", "auth0", "https://a.auth0.com", "https://a.auth0.com/", &["https://a.auth0.com/"]),
        ("provider-without-its-slash", "auth0", "https://a.auth0.com/", "https://a.auth0.com", &["https://a.auth0.com"]),
        ("another-provider", "google", google, "https://accounts.evil.example", &[]),
        (
            "azure",
            "azure",
            "https://login.microsoftonline.com/t",
            "https://login.microsoftonline.com/t/v2.0",
            &["https://login.microsoftonline.com/t/v2.0"],
        ),
        ("azure-of-the-older-endpoint", "azure", "https://login.microsoftonline.com/t", "https://sts.windows.net/t/", &[]),
    ] {
        let found = discovered(&response(200, metadata(issuer).to_string()), &known(provider, authority));
        match expected {
            [] => assert_eq!(verdict(found), "discovery_invalid/issuer", "{name}"),
            issuers => assert_eq!(found.unwrap().issuers, issuers, "{name}"),
        }
    }
}

/// The rule that is broken is named, though the metadata might have been another name's.
#[test]
fn other_refusals() {
    for (name, status, change, expected) in [
        ("endpoint", 200, json!({ "token_endpoint": "http://a.example" }), "discovery_invalid/endpoint"),
        ("pkce", 200, json!({ "code_challenge_methods_supported": ["plain"] }), "discovery_invalid/pkce"),
        ("status", 404, json!({}), "discovery_invalid/status"),
        ("unavailable", 503, json!({}), "provider_unavailable"),
    ] {
        for issuer in [ISSUER, UPDATED_ISSUER] {
            let answer = response(status, with(metadata(issuer), change.clone()).to_string());
            assert_eq!(verdict(discovered(&answer, &known("aws-cognito", ISSUER))), expected, "{name} {issuer}");
        }
    }
}

#[test]
fn a_pool_keeps_what_only_cognito_has() {
    for (change, end_session) in [
        (json!({}), format!("{HOSTED}/logout")),
        (json!({ "end_session_endpoint": null }), format!("{HOSTED}/logout")),
        (json!({ "end_session_endpoint": "https://sso.example/bye" }), "https://sso.example/bye".into()),
    ] {
        let answer = response(200, with(metadata(ISSUER), change).to_string());
        let config = client(cognito(), json!({})).unwrap();
        let provider = discovered(&answer, &config.provider).unwrap();
        assert_eq!(provider.end_session_endpoint, end_session);
        let pool = provider.cognito.as_ref().unwrap();
        assert_eq!(pool.user_pool_endpoint, "https://cognito-idp.eu-central-1.amazonaws.com/");
        let expected = format!("{end_session}?client_id={CLIENT_ID}&logout_uri=https%3A%2F%2Fapp.example%2F");
        assert_eq!(logout::redirect(&Config { provider, ..config }).0, expected);
    }
    let answer = response(200, with(metadata("https://a.okta.com"), json!({ "end_session_endpoint": null })).to_string());
    let provider = discovered(&answer, &known("okta", "https://a.okta.com")).unwrap();
    assert_eq!((provider.end_session_endpoint.as_str(), provider.cognito), ("", None), "none is made up for others");
}
