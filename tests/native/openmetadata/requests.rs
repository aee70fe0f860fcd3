//! What goes to a server that signs people in by itself: the way there, renewal, logout.

use super::*;
use gatepass::oidc::sign_in::SignIn;
use gatepass::oidc::transaction::Transaction;
use gatepass::openmetadata::issued;
use gatepass::secret::Secret;
use gatepass::wire::HttpRequest;

/// A server before 1.12 or so, with the endpoints of SAML alone.
fn old() -> Config {
    let idp = json!({ "idp": { "authorityUrl": "https://catalog.example/om/api/v1/saml/login" } });
    read(json!({ "server": "https://catalog.example/om", "authenticationConfiguration": with(saml(), json!({ "samlConfiguration": idp })) })).unwrap()
}

fn new() -> Config {
    client(saml(), json!({})).unwrap()
}

#[test]
fn the_way_there() {
    for (config, expected) in [
        (new(), "https://catalog.example/api/v1/auth/login?redirectUri=https%3A%2F%2Fapp.example%2Fauth%2Fcallback"),
        (old(), "https://catalog.example/om/api/v1/saml/login?redirectUri=https%3A%2F%2Fapp.example%2Fsaml%2Fcallback"),
    ] {
        let sign_in = SignIn::parse(r#"{"returnTo":"/table/x?y#z"}"#).unwrap();
        let (redirect, transaction) = config.issued().unwrap().start(&config, &sign_in, NOW).unwrap();
        assert_eq!(redirect.0, expected);
        let record = Transaction::read(&transaction.write()).unwrap();
        assert_eq!((record.state.as_str(), record.return_to.as_str(), record.created), (issued::STATE, "/table/x?y#z", NOW));
        assert_eq!((&record.issuers, &record.jwks_uri), (&config.provider.issuers, &config.provider.jwks_uri));
        assert_eq!(record.redirect_uri, config.common.redirect_uri);
        assert_eq!((record.verifier.expose(), record.nonce.as_str(), record.iss_required), ("", "", false));
    }
}

#[test]
fn where_the_person_goes_afterwards_is_of_this_origin() {
    let config = new();
    for (return_to, expected) in [
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("https://app.example/a", "/a"),
        ("/auth/callback", "/"),
        ("/auth/callback?x#y", "/"),
        ("/auth/callbacks", "/auth/callbacks"),
    ] {
        let sign_in = SignIn::parse(&json!({ "returnTo": return_to }).to_string()).unwrap();
        assert_eq!(config.issued().unwrap().start(&config, &sign_in, NOW).unwrap().1.return_to, expected);
    }
    assert_eq!(config.issued().unwrap().start(&config, &SignIn::default(), NOW).unwrap().1.return_to, "/");
}

/// The server has no parameter for any of these.
#[test]
fn other_options_are_refused() {
    let config = new();
    for (option, value) in [
        ("acrValues", json!("mfa")),
        ("identityProvider", json!("Google")),
        ("idpIdentifier", json!("example.com")),
        ("loginHint", json!("ada")),
        ("lang", json!("de")),
        ("prompt", json!("login")),
        ("resource", json!("https://api.example")),
        ("maxAge", json!(60)),
        ("extraParams", json!({ "a": "b" })),
    ] {
        let sign_in = SignIn::parse(&json!({ "returnTo": "/", option: value }).to_string()).unwrap();
        let refused = config.issued().unwrap().start(&config, &sign_in, NOW);
        assert_eq!(refusal(option, refused), format!("request_invalid {option}: unsupported"));
    }
}

#[test]
fn renewal_by_cookie_or_by_token() {
    let by_cookie = new().issued().unwrap().refresh(&Secret::new("cookie"));
    assert_eq!(sent(&by_cookie), "GET https://catalog.example/api/v1/auth/refresh, cookies");
    for (config, url) in
        [(new(), "https://catalog.example/api/v1/saml/refresh"), (old(), "https://catalog.example/om/api/v1/saml/refresh")]
    {
        let by_token = config.issued().unwrap().refresh(&Secret::new("r3\"fr3sh"));
        assert_eq!(sent(&by_token), format!(r#"POST {url} application/json {{"refreshToken":"r3\"fr3sh"}}, cookies"#));
        assert!(!by_token.url.contains("fr3sh"));
    }
}

#[test]
fn logout() {
    assert_eq!(
        sent(&new().issued().unwrap().logout(&Secret::new("t0ken"))),
        "GET https://catalog.example/api/v1/auth/logout, Authorization: Bearer t0ken, cookies, keepalive"
    );
    assert_eq!(
        sent(&old().issued().unwrap().logout(&Secret::new("t0ken"))),
        "GET https://catalog.example/om/api/v1/saml/logout, Authorization: Bearer t0ken, cookies, keepalive"
    );
}

fn sent(request: &HttpRequest) -> String {
    let mut parts = vec![match &request.body {
        None => ["GET ", &request.url].concat(),
        Some((content_type, body)) => ["POST", &request.url, content_type, body.expose()].join(" "),
    }];
    parts.extend(request.header.as_ref().map(|(name, value)| format!("{name}: {}", value.expose())));
    let flags = [(request.cookies, "cookies"), (request.keepalive, "keepalive"), (request.fresh, "fresh")];
    parts.extend(flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name.to_owned()));
    parts.join(", ")
}
