//! Configuration: what a pool's hosts are, and every misuse with the option that it names.

use crate::support::*;
use gatepass::oidc::config::Config;
use gatepass::oidc::logout;
use gatepass::oidc::pages::{Page, page};
use serde_json::{Value, json};

/// Name, dotted option, its value (`null` removes it), the option and rule of the refusal.
fn misuses() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    vec![
        ("no-door", "cognito", Value::Null, "cognito: missing"),
        ("door-not-an-object", "cognito", json!("pool"), "cognito: type"),
        ("two-doors", "oidc", json!({ "issuer": "https://a.example" }), "oidc: conflict"),
        ("unknown-option", "redirectURI", json!("/callback"), "redirectURI: unknown"),
        ("unknown-in-the-door", "cognito.userPoolID", json!("x"), "cognito.userPoolID: unknown"),
        ("snake-case", "redirect_uri", json!("/callback"), "redirect_uri: unknown"),
        ("client-secret", "cognito.clientSecret", json!("hush"), "cognito.clientSecret: client_secret"),
        ("client-secret-at-the-top", "client_secret", json!("hush"), "client_secret: client_secret"),
        ("pool-missing", "cognito.userPoolId", Value::Null, "cognito.userPoolId: missing"),
        ("pool-empty", "cognito.userPoolId", json!(""), "cognito.userPoolId: missing"),
        ("pool-without-id", "cognito.userPoolId", json!("eu-central-1_"), "cognito.userPoolId: malformed"),
        ("pool-without-region", "cognito.userPoolId", json!("AbCdEfGhI"), "cognito.userPoolId: malformed"),
        ("pool-with-a-path", "cognito.userPoolId", json!("eu-central-1_a/../b"), "cognito.userPoolId: malformed"),
        ("pool-odd-region", "cognito.userPoolId", json!("eu_a"), "cognito.userPoolId: malformed"),
        (
            "pool-an-arn",
            "cognito.userPoolId",
            json!("arn:aws:cognito-idp:eu-central-1:1:userpool/eu-central-1_a"),
            "cognito.userPoolId: malformed",
        ),
        ("pool-a-number", "cognito.userPoolId", json!(7), "cognito.userPoolId: type"),
        ("pool-region-number-too-long", "cognito.userPoolId", json!("eu-central-123_a"), "cognito.userPoolId: malformed"),
        ("pool-region-number-missing", "cognito.userPoolId", json!("eu-central-x_a"), "cognito.userPoolId: malformed"),
        ("pool-region-word-with-digit", "cognito.userPoolId", json!("eu-c3ntral-1_a"), "cognito.userPoolId: malformed"),
        ("pool-region-in-capitals", "cognito.userPoolId", json!("EU-central-1_a"), "cognito.userPoolId: malformed"),
        ("client-missing", "cognito.clientId", Value::Null, "cognito.clientId: missing"),
        ("client-with-space", "cognito.clientId", json!("a b"), "cognito.clientId: malformed"),
        ("domain-missing", "cognito.domain", Value::Null, "cognito.domain: missing"),
        ("domain-http", "cognito.domain", json!("http://auth.example.com"), "cognito.domain: insecure"),
        ("domain-with-path", "cognito.domain", json!("https://auth.example.com/login"), "cognito.domain: malformed"),
        ("domain-with-slash", "cognito.domain", json!("https://auth.example.com/"), "cognito.domain: malformed"),
        ("domain-host-with-path", "cognito.domain", json!("auth.example.com/x"), "cognito.domain: malformed"),
        ("domain-with-user", "cognito.domain", json!("https://a@auth.example.com"), "cognito.domain: malformed"),
        ("domain-with-query", "cognito.domain", json!("auth.example.com?x"), "cognito.domain: malformed"),
        ("domain-a-script", "cognito.domain", json!("javascript:alert(1)"), "cognito.domain: malformed"),
        ("region-odd", "cognito.region", json!("europe"), "cognito.region: malformed"),
        ("region-a-host", "cognito.region", json!("eu-central-1.evil.example"), "cognito.region: malformed"),
        ("endpoints-not-an-object", "cognito.endpoints", json!("http://localhost"), "cognito.endpoints: type"),
        (
            "endpoint-unknown",
            "cognito.endpoints",
            json!({ "userinfo": "https://a.example" }),
            "cognito.endpoints.userinfo: unknown",
        ),
        ("endpoint-http", "cognito.endpoints", json!({ "jwksUri": "http://a.example" }), "cognito.endpoints.jwksUri: insecure"),
        (
            "endpoint-relative",
            "cognito.endpoints",
            json!({ "tokenEndpoint": "/token" }),
            "cognito.endpoints.tokenEndpoint: malformed",
        ),
        (
            "endpoint-fragment",
            "cognito.endpoints",
            json!({ "tokenEndpoint": "https://a.example/#x" }),
            "cognito.endpoints.tokenEndpoint: fragment",
        ),
        ("issuer-http", "cognito.endpoints", json!({ "issuer": "http://a.example" }), "cognito.endpoints.issuer: insecure"),
        ("redirect-http", "redirectUri", json!("http://app.example/callback"), "redirectUri: insecure"),
        ("redirect-http-lan", "redirectUri", json!("http://192.168.0.5/callback"), "redirectUri: insecure"),
        ("redirect-http-localhost-alike", "redirectUri", json!("http://localhost.evil.example/"), "redirectUri: insecure"),
        ("redirect-fragment", "redirectUri", json!("/callback#here"), "redirectUri: fragment"),
        ("redirect-empty-fragment", "redirectUri", json!("/callback#"), "redirectUri: fragment"),
        ("redirect-relative", "redirectUri", json!("callback"), "redirectUri: malformed"),
        ("redirect-protocol-relative", "redirectUri", json!("//evil.example/callback"), "redirectUri: malformed"),
        ("redirect-custom-scheme", "redirectUri", json!("myapp://callback"), "redirectUri: malformed"),
        ("redirect-to-another-origin", "redirectUri", json!("https://other.example/callback"), "redirectUri: origin"),
        ("redirect-to-another-port", "redirectUri", json!("https://app.example:8443/callback"), "redirectUri: origin"),
        ("redirect-not-a-string", "redirectUri", json!(["/callback"]), "redirectUri: type"),
        ("logout-http", "logoutUri", json!("http://app.example/"), "logoutUri: insecure"),
        ("logout-fragment", "logoutUri", json!("/#bye"), "logoutUri: fragment"),
        ("scopes-text", "scopes", json!("openid email"), "scopes: type"),
        ("scopes-empty", "scopes", json!([]), "scopes: malformed"),
        ("scopes-joined", "scopes", json!(["openid email"]), "scopes: malformed"),
        ("scopes-with-a-number", "scopes", json!(["openid", 1]), "scopes: type"),
        ("scopes-without-openid", "scopes", json!(["email"]), "scopes: openid"),
        ("name-with-colon", "name", json!("a:b"), "name: malformed"),
        ("name-empty", "name", json!(""), "name: malformed"),
        ("name-too-long", "name", json!("a".repeat(65)), "name: malformed"),
        ("storage-unknown", "storage", json!("cookie"), "storage: malformed"),
        ("storage-not-a-string", "storage", json!(null), "storage: type"),
        ("api-with-path", "apiOrigins", json!(["https://api.example/v1"]), "apiOrigins: malformed"),
        ("api-http", "apiOrigins", json!(["http://api.example"]), "apiOrigins: malformed"),
        ("api-star", "apiOrigins", json!(["*"]), "apiOrigins: malformed"),
        ("api-text", "apiOrigins", json!("https://api.example"), "apiOrigins: type"),
        ("bearer-unknown", "bearer", json!("refresh"), "bearer: malformed"),
        ("renew-unknown", "renew", json!("never"), "renew: malformed"),
        ("renew-boolean", "renew", json!(true), "renew: type"),
        ("roles-text", "defaultRoles", json!("viewer"), "defaultRoles: type"),
        ("placeholder-pool", "cognito.userPoolId", json!("{User Pool ID}"), "cognito.userPoolId: placeholder"),
        ("placeholder-domain", "cognito.domain", json!("https://{your-domain}.example"), "cognito.domain: placeholder"),
        (
            "placeholder-in-endpoints",
            "cognito.endpoints",
            json!({ "jwksUri": "https://a.example/{pool}" }),
            "cognito.endpoints.jwksUri: placeholder",
        ),
        ("placeholder-in-a-list", "scopes", json!(["openid", "{scope}"]), "scopes: placeholder"),
        ("config-not-an-object", "", json!([]), "config: type"),
        ("config-null", "", Value::Null, "config: type"),
    ]
}

#[test]
fn every_misuse_names_its_option() {
    let misuses = misuses();
    for (name, option, value, expected) in &misuses {
        let json = with(option, value.clone(), *name == "storage-not-a-string");
        let error = Config::parse(&json.to_string(), ORIGIN).expect_err(name);
        assert_eq!(error.code.as_str(), "config_invalid", "{name}");
        assert_eq!(format!("{}: {}", error.option().unwrap(), error.rule), *expected, "{name}");
    }
    println!("config refused: {}", misuses.len());
}

#[test]
fn text_that_is_no_json_and_duplicates() {
    for text in ["", "{", "null", r#"{"name":"a","name":"b"}"#] {
        assert_eq!(verdict(Config::parse(text, ORIGIN)), "config_invalid/type", "{text}");
    }
}

#[test]
fn defaults() {
    let config = config();
    assert_eq!(config.common.redirect_uri, "https://app.example/callback");
    assert_eq!(config.common.logout_uri, "https://app.example/");
    assert_eq!(config.scope, "openid email profile");
    assert_eq!(config.common.name, "default");
    assert_eq!(config.provider.issuers, [ISSUER, UPDATED_ISSUER]);
    assert_eq!(config.provider.jwks_uri, format!("{ISSUER}/.well-known/jwks.json"));
}

#[test]
fn what_is_accepted() {
    for (option, value) in [
        ("redirectUri", json!("https://app.example/")),
        ("redirectUri", json!("https://app.example")),
        ("redirectUri", json!("/callback?tenant=a")),
        ("logoutUri", json!("https://other.example/bye")),
        ("cognito.clientId", json!("Az09_-+")),
        ("cognito.region", json!("eu-west-1")),
        ("scopes", json!(["openid", "aws.cognito.signin.user.admin", "https://api.example/read"])),
        ("scopes", json!(["openid", "odd{scope"])),
        ("scopes", json!(["openid", "odd}scope"])),
        ("storage", json!("local")),
        ("storage", json!("memory")),
        ("storage", json!("session")),
        ("storage", json!("vault")),
        ("storage", json!({})),
        ("name", json!("admin-2_b")),
        ("apiOrigins", json!(["https://api.example", "http://localhost:8080"])),
        ("bearer", json!("id")),
        ("renew", json!("ahead")),
        ("cognito.endpoints", json!({})),
    ] {
        assert_eq!(verdict(Config::parse(&with(option, value.clone(), false).to_string(), ORIGIN)), "ok", "{option} {value}");
    }
}

#[test]
fn local_pages_may_be_http() {
    for origin in ["http://localhost:8585", "http://127.0.0.1:3000", "http://[::1]:3000"] {
        let config = Config::parse(&config_json().to_string(), origin).unwrap();
        assert_eq!(config.common.redirect_uri, format!("{origin}/callback"));
        let json = with("redirectUri", json!(format!("{origin}/callback")), false);
        assert_eq!(verdict(Config::parse(&json.to_string(), origin)), "ok");
    }
    let json = with("redirectUri", json!("http://localhost:8585/callback"), false);
    assert_eq!(verdict(Config::parse(&json.to_string(), "http://127.0.0.1:8585")), "config_invalid/origin");
}

/// Pool id, domain, region override → origin of the hosted pages, original issuer, updated issuer.
#[test]
fn hosts_by_partition() {
    for (pool, domain, region, hosted, service) in [
        ("us-east-1_a", "my-app", None, "https://my-app.auth.us-east-1.amazoncognito.com", "us-east-1.amazonaws.com"),
        (
            "us-east-1_a",
            "my-app",
            Some("us-west-2"),
            "https://my-app.auth.us-west-2.amazoncognito.com",
            "us-west-2.amazonaws.com",
        ),
        (
            "us-gov-west-1_a",
            "my-app",
            None,
            "https://my-app.auth-fips.us-gov-west-1.amazoncognito.com",
            "us-gov-west-1.amazonaws.com",
        ),
        ("cn-north-1_a", "my-app", None, "https://my-app.auth.cn-north-1.amazoncognito.com.cn", "cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1_a", "auth.example.eu", None, "https://auth.example.eu", "eusc-de-east-1.amazonaws.com"),
        (
            "us-west-1_a",
            "x.auth-fips.us-west-1.amazoncognito.com",
            None,
            "https://x.auth-fips.us-west-1.amazoncognito.com",
            "us-west-1.amazonaws.com",
        ),
        ("eu-west-1_a", "https://auth.example.com", None, "https://auth.example.com", "eu-west-1.amazonaws.com"),
        ("eu-west-1_a", "http://localhost:4566", None, "http://localhost:4566", "eu-west-1.amazonaws.com"),
    ] {
        let mut json = config_json();
        json["cognito"]["userPoolId"] = json!(pool);
        json["cognito"]["domain"] = json!(domain);
        if let Some(region) = region {
            json["cognito"]["region"] = json!(region);
        }
        let provider = Config::parse(&json.to_string(), ORIGIN).unwrap().provider;
        assert_eq!(provider.authorization_endpoint, format!("{hosted}/oauth2/authorize"));
        assert_eq!(provider.token_endpoint, format!("{hosted}/oauth2/token"));
        assert_eq!(provider.revocation_endpoint, format!("{hosted}/oauth2/revoke"));
        assert_eq!(provider.end_session_endpoint, format!("{hosted}/logout"));
        let issuers = [format!("https://cognito-idp.{service}/{pool}"), format!("https://issuer-cognito-idp.{service}/{pool}")];
        assert_eq!(provider.issuers, issuers);
    }
}

#[test]
fn endpoint_overrides_replace_one_by_one() {
    let endpoints = json!({
        "issuer": "http://localhost:1", "authorizationEndpoint": "http://localhost:2/a", "tokenEndpoint": "http://localhost:3/t",
        "jwksUri": "http://localhost:4/k", "revocationEndpoint": "http://localhost:5/r", "endSessionEndpoint": "http://localhost:6/e",
        "userinfoEndpoint": "http://localhost:7/u", "userPoolEndpoint": "http://localhost:8/",
    });
    let all = Config::parse(&with("cognito.endpoints", endpoints.clone(), false).to_string(), ORIGIN).unwrap().provider;
    let overridden = [
        ("issuer", all.issuers.join(" ")),
        ("authorizationEndpoint", all.authorization_endpoint),
        ("tokenEndpoint", all.token_endpoint),
        ("jwksUri", all.jwks_uri),
        ("revocationEndpoint", all.revocation_endpoint),
        ("endSessionEndpoint", all.end_session_endpoint),
        ("userinfoEndpoint", all.userinfo_endpoint),
        ("userPoolEndpoint", all.cognito.unwrap().user_pool_endpoint),
    ];
    for (name, value) in overridden {
        assert_eq!(endpoints[name], json!(value), "{name}");
    }
}

#[test]
fn hosted_pages_and_logout() {
    let params = "?client_id=7h3cl13nt1d&response_type=code&scope=openid%20email%20profile&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback";
    for (which, path) in
        [(Page::SignUp, "/signup"), (Page::ForgotPassword, "/forgotPassword"), (Page::AddPasskey, "/passkeys/add")]
    {
        let expected = format!("https://my-app.auth.eu-central-1.amazoncognito.com{path}{params}");
        assert_eq!(page(&config(), which).as_ref(), Some(&expected));
    }
    let logout =
        "https://my-app.auth.eu-central-1.amazoncognito.com/logout?client_id=7h3cl13nt1d&logout_uri=https%3A%2F%2Fapp.example%2F";
    assert_eq!(logout::redirect(&config()).0, logout);
}

/// The honest configuration with one option changed; `null` removes it unless it is meant.
fn with(option: &str, value: Value, keep_null: bool) -> Value {
    let mut json = config_json();
    if option.is_empty() {
        return value;
    }
    let (section, name) = match option.split_once('.') {
        Some((section, name)) => (&mut json[section], name),
        None => (&mut json, option),
    };
    if value.is_null() && !keep_null {
        section.as_object_mut().unwrap().remove(name);
    } else {
        section[name] = value;
    }
    json
}
