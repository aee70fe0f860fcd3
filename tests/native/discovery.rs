//! Any OpenID provider: its metadata, the endpoints given in their place, its logout page.

use crate::support::*;
use gatepass::error::Error;
use gatepass::oidc::config::Config;
use gatepass::oidc::pages::{Page, page};
use gatepass::oidc::provider::Provider;
use gatepass::oidc::{discovery, logout};
use serde_json::{Value, json};

const ISSUER: &str = "https://id.example/tenant";

fn metadata() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://id.example/authorize",
        "token_endpoint": "https://id.example/token",
        "jwks_uri": "https://keys.example/jwks",
        "revocation_endpoint": "https://id.example/revoke",
        "end_session_endpoint": "https://id.example/end",
        "userinfo_endpoint": "https://id.example/userinfo",
        "code_challenge_methods_supported": ["plain", "S256"],
        "authorization_response_iss_parameter_supported": true,
    })
}

fn read(metadata: &Value) -> Result<Provider, Error> {
    discovery::read(&response(200, metadata.to_string()), ISSUER)
}

/// Name, member, its value (`null` removes it), verdict.
fn table() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    vec![
        ("honest", "x", json!(1), "ok"),
        ("issuer-of-another", "issuer", json!("https://evil.example"), "discovery_invalid/issuer"),
        ("issuer-with-a-slash", "issuer", json!("https://id.example/tenant/"), "discovery_invalid/issuer"),
        ("issuer-in-capitals", "issuer", json!("https://ID.example/tenant"), "discovery_invalid/issuer"),
        ("issuer-missing", "issuer", Value::Null, "discovery_invalid/issuer"),
        ("issuer-not-a-text", "issuer", json!([ISSUER]), "discovery_invalid/issuer"),
        ("authorize-missing", "authorization_endpoint", Value::Null, "discovery_invalid/endpoint"),
        ("token-missing", "token_endpoint", Value::Null, "discovery_invalid/endpoint"),
        ("keys-missing", "jwks_uri", Value::Null, "discovery_invalid/endpoint"),
        ("token-http", "token_endpoint", json!("http://id.example/token"), "discovery_invalid/endpoint"),
        ("token-http-on-this-machine", "token_endpoint", json!("http://localhost:1/token"), "ok"),
        ("token-relative", "token_endpoint", json!("/token"), "discovery_invalid/endpoint"),
        ("authorize-script", "authorization_endpoint", json!("javascript:alert(1)"), "discovery_invalid/endpoint"),
        ("logout-http", "end_session_endpoint", json!("http://id.example/end"), "discovery_invalid/endpoint"),
        ("logout-not-a-text", "end_session_endpoint", json!(7), "discovery_invalid/endpoint"),
        ("logout-missing", "end_session_endpoint", Value::Null, "ok"),
        ("revocation-missing", "revocation_endpoint", Value::Null, "ok"),
        ("userinfo-missing", "userinfo_endpoint", Value::Null, "ok"),
        ("pkce-unsaid", "code_challenge_methods_supported", Value::Null, "ok"),
        ("pkce-plain-alone", "code_challenge_methods_supported", json!(["plain"]), "discovery_invalid/pkce"),
        ("pkce-none", "code_challenge_methods_supported", json!([]), "discovery_invalid/pkce"),
        ("pkce-not-a-list", "code_challenge_methods_supported", json!("S256"), "discovery_invalid/pkce"),
    ]
}

#[test]
fn metadata_table() {
    for (name, member, value, expected) in table() {
        let mut metadata = metadata();
        match value {
            Value::Null => drop(metadata.as_object_mut().unwrap().remove(member)),
            value => metadata[member] = value,
        }
        assert_eq!(verdict(read(&metadata)), expected, "{name}");
    }
    println!("discovery: {}", table().len());
}

#[test]
fn answers_that_are_no_metadata() {
    for (status, body, expected) in [
        (404, "{}", "discovery_invalid/status"),
        (301, "", "discovery_invalid/status"),
        (500, "{}", "provider_unavailable"),
        (200, "", "discovery_invalid/not_json"),
        (200, "[]", "discovery_invalid/not_json"),
        (200, "<html>", "discovery_invalid/not_json"),
        (200, r#"{"issuer":"https://id.example/tenant","issuer":"https://evil.example"}"#, "discovery_invalid/not_json"),
    ] {
        assert_eq!(verdict(discovery::read(&response(status, body), ISSUER)), expected, "{status} {body}");
    }
    let too_large = gatepass::wire::HttpResponse { status: 200, body: None, date: None };
    assert_eq!(verdict(discovery::read(&too_large, ISSUER)), "discovery_invalid/too_large");
}

#[test]
fn what_is_taken_from_the_metadata() {
    let provider = read(&metadata()).unwrap();
    assert_eq!(provider.issuers, [ISSUER]);
    assert_eq!(provider.authorization_endpoint, "https://id.example/authorize");
    assert_eq!(provider.token_endpoint, "https://id.example/token");
    assert_eq!(provider.jwks_uri, "https://keys.example/jwks");
    assert_eq!(provider.revocation_endpoint, "https://id.example/revoke");
    assert_eq!(provider.end_session_endpoint, "https://id.example/end");
    assert_eq!(provider.userinfo_endpoint, "https://id.example/userinfo");
    assert!(provider.iss_required && provider.is_known() && provider.cognito.is_none());

    let mut silent = metadata();
    silent["authorization_response_iss_parameter_supported"] = json!("true");
    assert!(!read(&silent).unwrap().iss_required);
}

#[test]
fn where_the_metadata_are() {
    for issuer in ["https://id.example/tenant", "https://id.example/tenant/"] {
        let request = discovery::fetch(issuer);
        assert_eq!(request.url, "https://id.example/tenant/.well-known/openid-configuration");
        assert!(request.body.is_none() && request.header.is_none() && request.limit == 128 * 1024);
    }
}

#[test]
fn endpoints_given_by_the_app() {
    let given = json!({
        "authorizationEndpoint": "https://id.example/a", "tokenEndpoint": "https://id.example/t", "jwksUri": "https://id.example/k",
        "authorizationResponseIssParameterSupported": true,
    });
    let config = door(json!({ "issuer": ISSUER, "clientId": "c", "endpoints": given })).unwrap();
    assert!(config.provider.is_known() && config.provider.iss_required);
    assert_eq!((config.provider.issuer(), config.provider.issuers.len()), (ISSUER, 1));
    assert_eq!((config.provider.jwks_uri.as_str(), config.provider.userinfo_endpoint.as_str()), ("https://id.example/k", ""));
    assert!(!door(json!({ "issuer": ISSUER, "clientId": "c" })).unwrap().provider.is_known());
    assert_eq!(page(&config, Page::SignUp), None, "hosted pages are Cognito's");
}

#[test]
fn misuses_of_the_door() {
    let endpoints = |endpoints: Value| json!({ "issuer": ISSUER, "clientId": "c", "endpoints": endpoints });
    for (door, expected) in [
        (json!([]), "oidc: type"),
        (json!({ "clientId": "c" }), "oidc.issuer: missing"),
        (json!({ "issuer": ISSUER }), "oidc.clientId: missing"),
        (json!({ "issuer": "http://id.example", "clientId": "c" }), "oidc.issuer: insecure"),
        (json!({ "issuer": "id.example", "clientId": "c" }), "oidc.issuer: malformed"),
        (json!({ "issuer": "https://id.example/#x", "clientId": "c" }), "oidc.issuer: fragment"),
        (json!({ "issuer": "https://{tenant}.example", "clientId": "c" }), "oidc.issuer: placeholder"),
        (json!({ "issuer": ISSUER, "clientId": "c", "clientSecret": "s" }), "oidc.clientSecret: client_secret"),
        (json!({ "issuer": ISSUER, "clientId": "c", "authority": ISSUER }), "oidc.authority: unknown"),
        (endpoints(json!({})), "oidc.endpoints.authorizationEndpoint: missing"),
        (endpoints(json!([])), "oidc.endpoints: type"),
        (
            endpoints(json!({ "authorizationEndpoint": "https://a.example", "tokenEndpoint": "https://a.example" })),
            "oidc.endpoints.jwksUri: missing",
        ),
        (endpoints(json!({ "authorizationEndpoint": "http://a.example" })), "oidc.endpoints.authorizationEndpoint: insecure"),
        (endpoints(json!({ "issuer": ISSUER })), "oidc.endpoints.issuer: unknown"),
        (
            endpoints(json!({
                "authorizationEndpoint": "https://a.example", "tokenEndpoint": "https://a.example", "jwksUri": "https://a.example",
                "authorizationResponseIssParameterSupported": "yes",
            })),
            "oidc.endpoints.authorizationResponseIssParameterSupported: type",
        ),
    ] {
        let error = self::door(door.clone()).unwrap_err();
        assert_eq!(format!("{}: {}", error.option().unwrap(), error.rule), expected, "{door}");
    }
    let mut both = config_json();
    both["oidc"] = json!({ "issuer": ISSUER, "clientId": "c" });
    let error = Config::parse(&both.to_string(), ORIGIN).unwrap_err();
    assert_eq!((error.option(), error.rule), (Some("oidc"), "conflict"));
}

/// OpenID Connect RP-Initiated Logout §2, without a token in the address.
#[test]
fn leaving() {
    let config = door(json!({ "issuer": ISSUER, "clientId": "c" })).unwrap();
    let at = |end_session_endpoint: &str| {
        let provider = Provider { end_session_endpoint: end_session_endpoint.into(), ..read(&metadata()).unwrap() };
        logout::redirect(&Config { provider, ..config.clone() }).0
    };
    let params = "client_id=c&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2F";
    assert_eq!(at("https://id.example/end"), format!("https://id.example/end?{params}"));
    assert_eq!(at("https://id.example/end?policy=a"), format!("https://id.example/end?policy=a&{params}"));
    assert_eq!(at(""), format!("{ORIGIN}/"), "a provider without a logout page");
}

fn door(oidc: Value) -> Result<Config, Error> {
    Config::parse(&json!({ "oidc": oidc }).to_string(), ORIGIN)
}
