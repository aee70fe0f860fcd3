//! Which provider goes through which door, with which issuer, key set and place to come back to.

use super::*;
use gatepass::oidc::request::authorize;
use gatepass::oidc::sign_in::SignIn;

const PROVIDERS: [&str; 6] = ["aws-cognito", "google", "okta", "auth0", "azure", "custom-oidc"];

/// A public client goes through the OpenID Connect door, every other sign-in is the server's.
#[test]
fn every_provider_and_client_type() {
    for provider in PROVIDERS {
        for (client_type, is_issued) in [(json!("public"), false), (Value::Null, false), (json!("confidential"), true)] {
            let authentication = with(cognito(), json!({ "provider": provider, "clientType": client_type }));
            let config = client(authentication, json!({})).unwrap();
            assert_eq!(config.issued().is_some(), is_issued, "{provider} {client_type}");
            assert_eq!(config.provider.cognito.is_some(), provider == "aws-cognito" && !is_issued, "{provider} {client_type}");
            assert_eq!(config.provider.is_known(), is_issued, "{provider}: its metadata say the endpoints");
        }
    }
    for client_type in ["public", "confidential"] {
        assert!(client(with(saml(), json!({ "clientType": client_type })), json!({})).unwrap().issued().is_some());
    }
}

/// Name, provider, authority, the issuers that are believed; none: `malformed`.
const AUTHORITIES: &[(&str, &str, &str, &[&str])] = &[
    ("pool", "aws-cognito", ISSUER, &[ISSUER, UPDATED_ISSUER]),
    ("pool-by-its-newer-name", "aws-cognito", UPDATED_ISSUER, &[UPDATED_ISSUER, ISSUER]),
    (
        "pool-with-a-slash",
        "aws-cognito",
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI/",
        &[ISSUER, UPDATED_ISSUER],
    ),
    (
        "pool-in-china",
        "aws-cognito",
        "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_a",
        &[
            "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_a",
            "https://issuer-cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_a",
        ],
    ),
    (
        "pool-in-govcloud",
        "aws-cognito",
        "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_a",
        &[
            "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_a",
            "https://issuer-cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_a",
        ],
    ),
    ("pool-on-another-host", "aws-cognito", "https://cognito-idp.evil.example/eu-central-1_AbCdEfGhI", &[]),
    ("pool-of-another-region", "aws-cognito", "https://cognito-idp.eu-west-1.amazonaws.com/eu-central-1_AbCdEfGhI", &[]),
    ("pool-below", "aws-cognito", "https://cognito-idp.eu-central-1.amazonaws.com/a/eu-central-1_AbCdEfGhI", &[]),
    ("pool-and-more", "aws-cognito", "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI/a", &[]),
    ("pool-without-id", "aws-cognito", "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_", &[]),
    ("pool-its-hosted-pages", "aws-cognito", "https://my-app.auth.eu-central-1.amazoncognito.com", &[]),
    ("pool-by-http", "aws-cognito", "http://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI", &[]),
    ("google", "google", "https://accounts.google.com", &["https://accounts.google.com", "https://accounts.google.com/"]),
    ("auth0", "auth0", "https://a.auth0.com/", &["https://a.auth0.com", "https://a.auth0.com/"]),
    (
        "okta",
        "okta",
        "https://a.okta.com/oauth2/default",
        &["https://a.okta.com/oauth2/default", "https://a.okta.com/oauth2/default/"],
    ),
    ("azure", "azure", "https://login.microsoftonline.com/t", &["https://login.microsoftonline.com/t/v2.0"]),
    ("azure-with-a-slash", "azure", "https://login.microsoftonline.com/t/", &["https://login.microsoftonline.com/t/v2.0"]),
    (
        "azure-v2",
        "azure",
        "https://login.microsoftonline.com/t/v2.0/",
        &["https://login.microsoftonline.com/t/v2.0", "https://login.microsoftonline.com/t/v2.0/"],
    ),
    (
        "keycloak",
        "custom-oidc",
        "http://localhost:8080/realms/om",
        &["http://localhost:8080/realms/om", "http://localhost:8080/realms/om/"],
    ),
    ("http", "custom-oidc", "http://sso.example", &[]),
    ("query", "custom-oidc", "https://sso.example?tenant=a", &[]),
    ("fragment", "custom-oidc", "https://sso.example#a", &[]),
    ("relative", "custom-oidc", "/realms/om", &[]),
    ("host-alone", "google", "accounts.google.com", &[]),
    ("script", "okta", "javascript:alert(1)", &[]),
];

#[test]
fn authorities() {
    for (name, provider, authority, issuers) in AUTHORITIES {
        let config = client(with(cognito(), json!({ "provider": provider, "authority": authority })), json!({}));
        if issuers.is_empty() {
            let expected = "config_invalid openMetadata.authenticationConfiguration.authority: malformed";
            assert_eq!(refusal(name, config), expected, "{name}");
        } else {
            assert_eq!(config.unwrap().provider.issuers, *issuers, "{name}");
        }
    }
    println!("openmetadata authorities: {}", AUTHORITIES.len());
}

/// Servers until 2026 say `id_token` whatever the administrator wrote.
#[test]
fn always_code_and_pkce() {
    for response_type in ["id_token", "code", "id_token token"] {
        let config = client(with(cognito(), json!({ "responseType": response_type })), json!({})).unwrap();
        let (redirect, _) = authorize(&config, &SignIn::default(), &entropy(), NOW);
        assert!(redirect.0.contains("response_type=code&"), "{}", redirect.0);
        assert!(redirect.0.contains("code_challenge_method=S256"), "{}", redirect.0);
    }
}

/// Name, changes of `authenticationConfiguration`, `redirectUri` of the app; the redirect URI or `option: rule`.
#[test]
fn where_the_person_comes_back_to() {
    let confidential = json!({ "clientType": "confidential", "callbackUrl": "https://catalog.example/callback" });
    let old = json!({ "provider": "saml", "samlConfiguration": { "idp": { "authorityUrl": "https://catalog.example/api/v1/saml/login" } } });
    for (name, changes, redirect_uri, expected) in [
        (
            "callback-url",
            json!({ "callbackUrl": "https://app.example/auth/callback" }),
            None,
            "https://app.example/auth/callback",
        ),
        ("callback-url-unknown", json!({ "callbackUrl": "https://app.example/om/callback" }), None, "redirectUri: missing"),
        ("callback-url-unsaid", json!({ "callbackUrl": "" }), None, "https://app.example/callback"),
        ("redirect-uri-wins", json!({}), Some("/here"), "https://app.example/here"),
        (
            "callback-url-elsewhere",
            json!({ "callbackUrl": "https://catalog.example/callback" }),
            None,
            "authenticationConfiguration.callbackUrl: origin",
        ),
        (
            "callback-url-elsewhere-and-redirect-uri",
            json!({ "callbackUrl": "https://catalog.example/callback" }),
            Some("/callback"),
            "https://app.example/callback",
        ),
        (
            "callback-url-a-known-path",
            json!({ "callbackUrl": "/callback" }),
            None,
            "authenticationConfiguration.callbackUrl: origin",
        ),
        ("callback-url-a-path", json!({ "callbackUrl": "/om" }), None, "authenticationConfiguration.callbackUrl: origin"),
        (
            "callback-url-no-address",
            json!({ "AUTHENTICATION_CALLBACK_URL": "x" }),
            None,
            "authenticationConfiguration.AUTHENTICATION_CALLBACK_URL: origin",
        ),
        ("callback-url-a-number", json!({ "callbackUrl": 1 }), None, "authenticationConfiguration.callbackUrl: type"),
        ("redirect-uri-elsewhere", json!({}), Some("https://catalog.example/callback"), "redirectUri: origin"),
        ("issued", confidential.clone(), None, "https://app.example/auth/callback"),
        ("issued-redirect-uri-wins", confidential, Some("/here"), "https://app.example/here"),
        ("issued-by-an-old-server", old, None, "https://app.example/saml/callback"),
    ] {
        let mut json = json!({ "openMetadata": { "server": SERVER, "authenticationConfiguration": with(cognito(), changes) } });
        if let Some(redirect_uri) = redirect_uri {
            json["redirectUri"] = json!(redirect_uri);
        }
        match parse(&json.to_string(), ORIGIN) {
            Ok(config) => assert_eq!(config.common.redirect_uri, expected, "{name}"),
            refused => {
                let expected =
                    if expected.starts_with("redirectUri") { expected.into() } else { ["openMetadata.", expected].concat() };
                assert_eq!(refusal(name, refused), ["config_invalid ", &expected].concat(), "{name}");
            }
        }
    }
}

#[test]
fn one_door_for_each_client() {
    for (other, section) in
        [("cognito", config_json()["cognito"].clone()), ("oidc", json!({ "issuer": "https://a.example", "clientId": "b" }))]
    {
        let json = json!({ "openMetadata": { "authenticationConfiguration": cognito() }, other: section });
        assert_eq!(refusal(other, parse(&json.to_string(), ORIGIN)), format!("config_invalid {other}: conflict"));
    }
}

#[test]
fn the_options_beside_it() {
    let with_option =
        |option: &str| json!({ "openMetadata": { "authenticationConfiguration": cognito() }, option: "x" }).to_string();
    for (name, text, expected) in [
        ("no-json", "{".into(), "config: type"),
        ("no-object", "[]".into(), "config: type"),
        ("no-section", "{}".into(), "openMetadata: missing"),
        ("unknown", with_option("clientId"), "clientId: unknown"),
        ("secret", with_option("clientSecret"), "clientSecret: client_secret"),
        ("storage", with_option("storage"), "storage: malformed"),
        ("scopes", with_option("scopes"), "scopes: type"),
        ("placeholder", with_option("redirectUri").replace("\"x\"", "\"{x}\""), "redirectUri: placeholder"),
    ] {
        assert_eq!(refusal(name, parse(&text, ORIGIN)), ["config_invalid ", expected].concat(), "{name}");
    }
    let elsewhere = json!({ "openMetadata": {} }).to_string();
    assert_eq!(refusal("other module", Config::parse(&elsewhere, ORIGIN)), "config_invalid openMetadata: unknown");
}

/// `server` and `authorityUrl` → where a sign-in begins, and whose keys are believed.
#[test]
fn the_server_of_its_own_tokens() {
    let idp = |address: &str| json!({ "samlConfiguration": { "idp": { "authorityUrl": address } } });
    let variable = |address: &str| json!({ "SAML_AUTHORITY_URL": address });
    let new = ("https://catalog.example/api/v1/auth/login", "https://catalog.example/api/v1/system/config/jwks");
    let old = ("https://catalog.example/api/v1/saml/login", new.1);
    for (name, server, changes, (login, keys)) in [
        ("server", SERVER, json!({}), new),
        ("slash", "https://catalog.example/", json!({}), new),
        (
            "this-origin",
            "/",
            json!({}),
            ("https://app.example/api/v1/auth/login", "https://app.example/api/v1/system/config/jwks"),
        ),
        (
            "base-path",
            "/om/",
            json!({}),
            ("https://app.example/om/api/v1/auth/login", "https://app.example/om/api/v1/system/config/jwks"),
        ),
        ("authority-here", SERVER, idp("https://catalog.example/api/v1/saml/login"), old),
        ("authority-here-in-quotes", SERVER, idp("${SAML_AUTHORITY_URL:-\"https://catalog.example/api/v1/saml/login\"}"), old),
        ("authority-in-a-variable", SERVER, variable("https://catalog.example/api/v1/saml/login"), old),
        ("authority-on-localhost", SERVER, idp("http://localhost:8585/api/v1/saml/login"), new),
        ("authority-elsewhere", SERVER, idp("https://evil.example/api/v1/saml/login"), new),
        ("authority-on-another-port", SERVER, idp("https://catalog.example:8443/api/v1/saml/login"), new),
        ("authority-empty", SERVER, idp(""), new),
        ("idp-empty", SERVER, json!({ "samlConfiguration": { "idp": {} } }), new),
    ] {
        let section = json!({ "server": server, "authenticationConfiguration": with(saml(), changes) });
        let provider = read(section).unwrap().provider;
        assert_eq!((provider.authorization_endpoint.as_str(), provider.jwks_uri.as_str()), (login, keys), "{name}");
        assert_eq!(provider.issuers, ["open-metadata.org"], "{name}");
        assert_eq!(provider.token_endpoint, "", "{name}");
    }
}

#[test]
fn servers_and_issuers_that_are_none() {
    let issued = |changes: Value| read(with(json!({ "server": SERVER, "authenticationConfiguration": saml() }), changes));
    let authority = |address: &str, variable: bool| {
        let idp = json!({ "samlConfiguration": { "idp": { "authorityUrl": address } } });
        let changes = if variable { json!({ "SAML_AUTHORITY_URL": address }) } else { idp };
        issued(json!({ "authenticationConfiguration": with(saml(), changes) }))
    };
    for (name, result, expected) in [
        ("server-http", issued(json!({ "server": "http://catalog.example" })), "server: insecure"),
        ("server-relative", issued(json!({ "server": "catalog.example" })), "server: malformed"),
        ("server-fragment", issued(json!({ "server": "https://catalog.example/#a" })), "server: fragment"),
        ("server-query", issued(json!({ "server": "https://catalog.example/?a" })), "server: malformed"),
        ("server-a-number", issued(json!({ "server": 1 })), "server: type"),
        ("issuer-empty", issued(json!({ "issuer": "" })), "issuer: malformed"),
        ("issuer-two", issued(json!({ "issuer": "open-metadata.org evil.example" })), "issuer: malformed"),
        ("issuer-a-list", issued(json!({ "issuer": ["a"] })), "issuer: type"),
        (
            "authority-http",
            authority("http://catalog.example/login", false),
            "authenticationConfiguration.samlConfiguration.idp.authorityUrl: insecure",
        ),
        (
            "authority-relative",
            authority("/api/v1/saml/login", false),
            "authenticationConfiguration.samlConfiguration.idp.authorityUrl: malformed",
        ),
        (
            "variable-http",
            authority("http://catalog.example/login", true),
            "authenticationConfiguration.SAML_AUTHORITY_URL: insecure",
        ),
    ] {
        assert_eq!(refusal(name, result), ["config_invalid openMetadata.", expected].concat(), "{name}");
    }
    for server in ["http://catalog.example", "https://catalog.example?a"] {
        let public = read(json!({ "server": server, "authenticationConfiguration": cognito() }));
        assert!(refusal(server, public).starts_with("config_invalid openMetadata.server: "), "tokens go there: {server}");
    }
    assert_eq!(issued(json!({ "issuer": "catalog" })).unwrap().provider.issuers, ["catalog"]);
}
