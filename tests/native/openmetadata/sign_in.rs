//! Tokens that an OpenMetadata server issues itself: where a sign-in begins, what is in an address, what a renewal's answer says.

use crate::support::{NOW, ORIGIN, response, verdict};
use gatepass::error::Error;
use gatepass::oidc::config::Config;
use gatepass::oidc::sign_in::SignIn;
use gatepass::oidc::transaction::Transaction;
use gatepass::openmetadata::issued::{self, Issued};
use gatepass::secret::Secret;
use gatepass::wire::HttpRequest;
use serde_json::{Value, json};

const SERVER: &str = "https://catalog.example/base";

fn config(idp: Value) -> Config {
    let authentication = json!({ "provider": "saml", "samlConfiguration": { "idp": idp } });
    let text = json!({ "openMetadata": { "server": SERVER, "authenticationConfiguration": authentication } }).to_string();
    gatepass::openmetadata::config::parse(&text, ORIGIN).unwrap()
}

fn newer() -> Config {
    config(json!({}))
}

fn older() -> Config {
    config(json!({ "authorityUrl": "https://catalog.example/base/api/v1/saml/login" }))
}

fn issued(config: &Config) -> &Issued {
    config.issued().unwrap()
}

fn begun(config: &Config, options: Value) -> Result<(String, Transaction), Error> {
    let (redirect, transaction) = issued(config).start(config, &SignIn::parse(&options.to_string())?, NOW)?;
    Ok((redirect.0, transaction))
}

#[test]
fn a_sign_in_begins_where_the_server_says() {
    let rows = [
        (newer(), "https://catalog.example/base/api/v1/auth/login?redirectUri=https%3A%2F%2Fapp.example%2Fauth%2Fcallback"),
        (older(), "https://catalog.example/base/api/v1/saml/login?redirectUri=https%3A%2F%2Fapp.example%2Fsaml%2Fcallback"),
        // The file's default, which nobody corrects where it is not used.
        (
            config(json!({ "authorityUrl": "http://localhost:8585/api/v1/saml/login" })),
            "https://catalog.example/base/api/v1/auth/login?redirectUri=https%3A%2F%2Fapp.example%2Fauth%2Fcallback",
        ),
    ];
    for (config, expected) in rows {
        assert_eq!(begun(&config, json!({})).unwrap().0, expected);
    }
}

#[test]
fn return_to_is_a_place_of_the_app() {
    let rows = [
        ("/deep?a=b#c", "/deep?a=b#c"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/auth/callback", "/"),
        ("/auth/callback?x#y", "/"),
        ("/auth/callbacks", "/auth/callbacks"),
    ];
    for (wanted, expected) in rows {
        assert_eq!(begun(&newer(), json!({ "returnTo": wanted })).unwrap().1.return_to, expected, "{wanted}");
    }
}

#[test]
fn options_that_the_server_has_no_parameter_for() {
    for option in ["prompt", "loginHint", "identityProvider", "lang", "acrValues"] {
        let refused = begun(&newer(), json!({ option: "x" })).unwrap_err();
        assert_eq!((refused.option(), verdict::<()>(Err(refused.clone()))), (Some(option), "request_invalid/unsupported".into()));
    }
}

#[test]
fn the_token_of_an_address() {
    let long = format!("/#id_token={}", "x".repeat(32 * 1024));
    let rows = [
        ("/", Ok(None)),
        ("/?code=1", Ok(None)),
        ("/?id_token=a", Ok(Some("a"))),
        ("/#id_token=a&email=b&name=c", Ok(Some("a"))),
        ("/?id_token=a&email=x@example.com&name=Unencoded Name", Ok(Some("a"))),
        ("/?id_token=a#id_token=b", Ok(Some("b"))),
        ("/?id_token=a#part", Ok(Some("a"))),
        ("/#id_token=", Ok(None)),
        ("/?ID_TOKEN=a&xid_token=b", Ok(None)),
        ("/?id_token=a&id_token=a", Err("callback_invalid/repeated")),
        ("/?x=1#id_token=a&id_token=", Err("callback_invalid/repeated")),
        (long.as_str(), Err("callback_invalid/too_long")),
    ];
    for (address, expected) in rows {
        let found = issued::token_in(address).map(|token| token.map(|token| token.expose().to_owned()));
        match expected {
            Ok(token) => assert_eq!(found.unwrap().as_deref(), token, "{address}"),
            Err(refusal) => assert_eq!(verdict(found), refusal),
        }
    }
}

#[test]
fn what_the_server_is_asked() {
    let line = |request: HttpRequest| {
        let method = if request.body.is_some() { "POST" } else { "GET" };
        let header = request.header.map(|(name, value)| format!(" {name}: {}", value.expose())).unwrap_or_default();
        let body = request.body.map(|(_, body)| format!(" {}", body.expose())).unwrap_or_default();
        assert!(request.cookies);
        format!("{method} {}{header}{body}", request.url.strip_prefix(SERVER).unwrap())
    };
    let token = Secret::new("a\"b");
    for config in [newer(), older()] {
        let refresh = |token: &str| line(issued(&config).refresh(&Secret::new(token)));
        assert_eq!(refresh("cookie"), "GET /api/v1/auth/refresh");
        assert_eq!(refresh("a\"b"), r#"POST /api/v1/saml/refresh {"refreshToken":"a\"b"}"#);
    }
    assert_eq!(line(issued(&newer()).logout(&token)), "GET /api/v1/auth/logout Authorization: Bearer a\"b");
    assert_eq!(line(issued(&older()).logout(&token)), "GET /api/v1/saml/logout Authorization: Bearer a\"b");
    assert!(issued(&newer()).logout(&token).keepalive);
}

#[test]
fn what_a_renewal_is_answered() {
    let page = "<p> [Auth Callback Servlet] Failed in Auth Login : Entity not found </p>";
    let rows = [
        (500, "", "provider_unavailable"),
        (500, page, "provider_unavailable"),
        (503, "", "provider_unavailable"),
        (408, "", "provider_unavailable"),
        (429, "", "rate_limited"),
        (0, "", "grant_refused"),
        (302, "", "grant_refused"),
        (400, "", "grant_refused"),
        (401, "{}", "grant_refused"),
        (200, page, "grant_refused"),
        (200, "<!doctype html>", "tokens_invalid/not_json"),
        (200, "{}", "tokens_invalid/access_token"),
        (200, r#"{"accessToken":""}"#, "tokens_invalid/access_token"),
        (200, r#"{"accessToken":1}"#, "tokens_invalid/access_token"),
    ];
    for (status, body, expected) in rows {
        assert_eq!(verdict(issued::read_refresh(&response(status, body)).map(drop)), expected, "{status} {body}");
    }
    let tokens = issued::read_refresh(&response(200, r#"{"accessToken":"a","refreshToken":"b","expiryDuration":1}"#)).unwrap();
    let texts =
        [Some(tokens.access_token), tokens.id_token, tokens.refresh_token].map(|token| token.unwrap().expose().to_owned());
    assert_eq!((texts, tokens.expires_in), (["a", "a", "b"].map(String::from), None));
    for (status, expected) in [(404, true), (401, false), (0, false), (500, false), (200, false)] {
        assert_eq!(issued::renews_never(&response(status, "")), expected, "{status}");
    }
}

#[test]
fn keys_as_java_writes_them() {
    let rows = [
        ("AQAB", "AQAB"),
        ("AAEAAQ==", "AQAB"),
        ("AAAB", "AQ"),
        ("AA", "AA"), // zero is none: left for the reader to refuse
        ("nonsense!", "nonsense!"),
    ];
    for (written, expected) in rows {
        let set = json!({ "keys": [{ "kty": "RSA", "kid": "1", "n": written, "e": written }, "no key"] });
        let read = issued::read_keys(&response(200, set.to_string())).unwrap();
        let text = format!("{read:?}");
        assert_eq!(text.matches(&format!("String({expected:?})")).count(), 2, "{written}: {text}");
    }
    assert_eq!(verdict(issued::read_keys(&response(503, "")).map(drop)), "keys_unavailable/status");
}
