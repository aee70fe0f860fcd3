//! Tokens that OpenMetadata issued itself: where they stand in an address, and what of them is believed.

use super::*;
use gatepass::oidc::clock::Clock;
use gatepass::oidc::id_token::{self, IdToken};
use gatepass::oidc::sign_in::SignIn;
use gatepass::oidc::transaction::Transaction;
use gatepass::oidc::{keys, tokens};
use gatepass::openmetadata::issued;
use gatepass::secret::Secret;
use gatepass::wire::{HttpResponse, SignatureValid};

/// The key of OpenMetadata's own configuration file.
pub const OWN_KID: &str = "Gb389a-9f76-gdjs-a92j-0242bk94356";

/// Name, address, the token or the rule of `callback_invalid`.
fn addresses() -> Vec<(&'static str, String, &'static str)> {
    let at = |rest: &str| [ORIGIN, "/auth/callback", rest].concat();
    vec![
        ("query", at("?id_token=t0ken&email=a%40b&name=ada"), "t0ken"),
        ("fragment", at("#id_token=t0ken&email=a%40b&name=ada"), "t0ken"),
        ("fragment-before-query", at("?id_token=old#id_token=t0ken"), "t0ken"),
        ("query-and-another-fragment", at("?id_token=t0ken#top"), "t0ken"),
        ("among-others", at("?a=b&id_token=t0ken&c"), "t0ken"),
        ("encoded", at("#id_token=t%30ken"), "t0ken"),
        ("second-question-mark", at("?page=1?id_token=t0ken"), ""),
        ("none", at(""), ""),
        ("empty", at("?id_token="), ""),
        ("empty-fragment-goes-first", at("?id_token=t0ken#id_token="), ""),
        ("another-name", at("?ID_TOKEN=t0ken&id_token2=t0ken"), ""),
        ("twice-in-the-query", at("?id_token=a&id_token=b"), "repeated"),
        ("twice-the-same", at("#id_token=a&id_token=a"), "repeated"),
        ("twice-in-the-query-below-a-fragment", at("?id_token=a&id_token=b#id_token=t0ken"), "t0ken"),
        ("long", at(&["?id_token=t0ken&x=", &"x".repeat(32 * 1024 - at("?id_token=t0ken&x=").len())].concat()), "t0ken"),
        (
            "too-long",
            at(&["?id_token=t0ken&x=", &"x".repeat(32 * 1024 - at("?id_token=t0ken&x=").len() + 1)].concat()),
            "too_long",
        ),
    ]
}

#[test]
fn the_token_in_an_address() {
    for (name, address, expected) in addresses() {
        match issued::token_in(&address) {
            Ok(token) => assert_eq!(token.as_ref().map_or("", Secret::expose), expected, "{name}"),
            refused => assert_eq!(verdict(refused), ["callback_invalid/", expected].concat(), "{name}"),
        }
    }
}

/// The address as the answer of a token endpoint, for the sign-in that is under way.
#[test]
fn an_address_is_an_answer() {
    let address = format!("{ORIGIN}/auth/callback?id_token=a.b%22c.d");
    for (refresh_token, expected) in [(Some("r3fr3sh"), "r3fr3sh"), (None, "cookie")] {
        let body = issued::answer(&transaction().client_id, &address, &transaction(), refresh_token, NOW).unwrap();
        assert_eq!(format!("{body:?}"), "[redacted]");
        let tokens = tokens::read_exchange(&response(200, body.expose())).unwrap();
        assert_eq!(tokens.access_token.expose(), "a.b\"c.d");
        assert_eq!(tokens.id_token.unwrap().expose(), "a.b\"c.d");
        assert_eq!(tokens.refresh_token.unwrap().expose(), expected);
        assert_eq!(tokens.expires_in, None, "the token says it");
    }
    for (name, address, now, expected) in [
        ("in-time", address.as_str(), NOW - 30 + 3600, "ok"),
        ("too-late", address.as_str(), NOW - 30 + 3601, "callback_invalid/transaction_expired"),
        ("made-in-the-future", address.as_str(), NOW - 30 - 3601, "callback_invalid/transaction_expired"),
        ("no-token", "https://app.example/auth/callback", NOW, "callback_invalid/token_missing"),
        ("an-error", "https://app.example/auth/callback?error=x", NOW, "callback_invalid/token_missing"),
        ("two-tokens", "https://app.example/auth/callback?id_token=a&id_token=b", NOW, "callback_invalid/repeated"),
    ] {
        assert_eq!(verdict(issued::answer(&transaction().client_id, address, &transaction(), None, now)), expected, "{name}");
    }
    let elsewhere = issued::answer("https://staging.example/api/v1", &address, &transaction(), None, NOW);
    assert_eq!(verdict(elsewhere), "callback_invalid/state_unknown", "left for another server");
}

/// A token as the server issues it, honest until a row changes it.
struct Own {
    header: Value,
    claims: Value,
    key: Key,
    issuers: Vec<String>,
    now: i64,
}

impl Own {
    fn honest() -> Own {
        Own {
            header: json!({ "alg": "RS256", "kid": OWN_KID, "typ": "JWT" }),
            claims: json!({
                "iss": "open-metadata.org", "sub": "ada", "email": "ada@a.example", "isBot": false, "tokenType": "OM_USER",
                "roles": ["DataConsumer"], "iat": NOW, "exp": NOW + 3600,
            }),
            key: own_key(),
            issuers: vec!["open-metadata.org".into()],
            now: NOW,
        }
    }

    fn judge(&self) -> Result<(IdToken, Clock), Error> {
        issued::verify(&self.signed()?, &self.issuers, self.now)
    }

    fn signed(&self) -> Result<SignatureValid, Error> {
        let token = jwt(&self.header, &self.claims.to_string(), &self.key);
        let keys = keys::read(&response(200, json!({ "keys": [own_key().jwk(OWN_KID)] }).to_string()))?;
        let check = id_token::split(&Secret::new(token))?.signature_check(&keys)?;
        let holds = holds(&check);
        check.settle(holds)
    }

    fn remove(&mut self, claim: &str) {
        self.claims.as_object_mut().unwrap().remove(claim);
    }
}

fn own_key() -> Key {
    Key::pool_access()
}

const TOKENS: &[(&str, fn(&mut Own), &str)] = &[
    ("honest", |_| {}, "ok"),
    ("bot-unsaid", |o| o.remove("isBot"), "ok"),
    ("email-unsaid", |o| o.remove("email"), "ok"),
    ("audience-of-anybody", |o| o.claims["aud"] = json!("other"), "ok"),
    ("issuer-of-the-app", |o| (o.claims["iss"] = json!("catalog"), o.issuers = vec!["catalog".into()]).0, "ok"),
    ("clock-behind", |o| o.now = NOW - 7200, "ok"),
    ("last-second", |o| o.now = NOW + 3599, "ok"),
    ("expired", |o| o.now = NOW + 3600, "id_token_invalid/exp"),
    ("exp-missing", |o| o.remove("exp"), "id_token_invalid/exp"),
    ("exp-null-as-for-a-bot", |o| o.claims["exp"] = json!(null), "id_token_invalid/exp"),
    ("iat-missing", |o| o.remove("iat"), "id_token_invalid/iat"),
    ("iat-a-text", |o| o.claims["iat"] = json!("1"), "id_token_invalid/iat"),
    ("issuer-of-another", |o| o.claims["iss"] = json!("evil.example"), "id_token_invalid/iss"),
    ("issuer-missing", |o| o.remove("iss"), "id_token_invalid/iss"),
    ("issuer-in-a-list", |o| o.claims["iss"] = json!(["open-metadata.org"]), "id_token_invalid/iss"),
    ("subject-missing", |o| o.remove("sub"), "id_token_invalid/sub"),
    ("subject-empty", |o| o.claims["sub"] = json!(""), "id_token_invalid/sub"),
    ("subject-too-long", |o| o.claims["sub"] = json!("a".repeat(256)), "id_token_invalid/sub"),
    ("bot", |o| o.claims["isBot"] = json!(true), "id_token_invalid/bot"),
    ("personal-access-token", |o| o.claims["tokenType"] = json!("PERSONAL_ACCESS"), "id_token_invalid/token_type"),
    ("token-type-unsaid", |o| o.remove("tokenType"), "ok"),
    ("payload-a-list", |o| o.claims = json!([]), "id_token_invalid/payload"),
    ("payload-a-text", |o| o.claims = json!("x"), "id_token_invalid/payload"),
    ("signed-by-another-key", |o| o.key = Key::foreign(), "id_token_invalid/signature"),
    ("another-kid", |o| o.header["kid"] = json!(ID_KID), "id_token_invalid/kid"),
    ("alg-none", |o| o.header["alg"] = json!("none"), "id_token_invalid/alg"),
    ("alg-hmac", |o| o.header["alg"] = json!("HS256"), "id_token_invalid/alg"),
];

#[test]
fn table() {
    for (name, change, expected) in TOKENS {
        let mut own = Own::honest();
        change(&mut own);
        assert_eq!(verdict(own.judge()), *expected, "{name}");
    }
    let (token, clock) = Own::honest().judge().unwrap();
    assert_eq!((token.issuer.as_str(), token.subject.as_str(), clock.drift), ("open-metadata.org", "ada", 0));
    for (now, drift) in [(NOW - 7200, 7200), (NOW + 3599, 0)] {
        assert_eq!(Own { now, ..Own::honest() }.judge().unwrap().1.drift, drift, "a token of the future, not an old one");
    }
    println!("openmetadata tokens: {}", TOKENS.len());
}

/// Each key set belongs to its own issuer: what OpenMetadata signs is never a token of the pool, nor the other way.
#[test]
fn each_key_speaks_for_its_own_issuer() {
    let mut cognito_by_own_key = Own::honest();
    cognito_by_own_key.claims = Answer::honest().claims;
    assert_eq!(verdict(cognito_by_own_key.judge()), "id_token_invalid/iss", "Cognito's claims, signed by OpenMetadata");

    let cognito_by_own_key = |jwks: Value| {
        let mut answer = Answer::honest();
        answer.header["kid"] = json!(OWN_KID);
        answer.key = own_key();
        answer.jwks = jwks;
        answer
    };
    let pool = Answer::honest().jwks;
    assert_eq!(verdict(cognito_by_own_key(pool).judge()), "id_token_invalid/kid", "not among the pool's keys");

    let mut own_in_the_pool = cognito_by_own_key(json!({ "keys": [own_key().jwk(OWN_KID)] }));
    own_in_the_pool.claims = Own::honest().claims;
    assert_eq!(verdict(own_in_the_pool.judge()), "id_token_invalid/iss", "OpenMetadata's claims where the pool's are awaited");

    let (public, issued) = (client(cognito(), json!({})).unwrap(), client(saml(), json!({})).unwrap());
    assert!(!public.provider.issuers.contains(&"open-metadata.org".into()));
    assert_eq!(issued.provider.issuers, ["open-metadata.org"]);
    assert_eq!(issued.provider.jwks_uri, format!("{SERVER}/api/v1/system/config/jwks"));
}

const RENEWED: &[(&str, fn(&mut Own), &str)] = &[
    ("honest", |_| {}, "ok"),
    ("of-the-same-second", |o| o.claims["iat"] = json!(NOW), "ok"),
    ("older", |o| o.claims["iat"] = json!(NOW - 1), "id_token_invalid/iat"),
    ("other-person", |o| o.claims["sub"] = json!("eve"), "id_token_invalid/sub"),
    ("other-issuer", |o| o.claims["iss"] = json!("evil.example"), "id_token_invalid/iss"),
    ("lives-no-second", |o| o.claims["exp"] = json!(NOW + 3600), "id_token_invalid/exp"),
    ("exp-missing", |o| o.remove("exp"), "id_token_invalid/exp"),
    ("bot", |o| o.claims["isBot"] = json!(true), "id_token_invalid/bot"),
    ("signed-by-another-key", |o| o.key = Key::foreign(), "id_token_invalid/signature"),
];

#[test]
fn renewed_tokens() {
    let (previous, _) = Own::honest().judge().unwrap();
    for (name, change, expected) in RENEWED {
        let mut own = Own::honest();
        own.claims["iat"] = json!(NOW + 3600);
        own.claims["exp"] = json!(NOW + 7200);
        change(&mut own);
        let renewed = own.signed().and_then(|signed| issued::verify_renewed(&signed, &previous));
        assert_eq!(verdict(renewed), *expected, "{name}");
    }
}

/// Name, status, body; the verdict.
#[test]
fn answers_to_a_refresh() {
    let honest = r#"{"accessToken":"n3w","tokenType":"Bearer","expiryDuration":1800000000000}"#;
    for (name, status, body, expected) in [
        ("honest", 200, honest, "ok"),
        ("redirect-that-was-not-followed", 0, "", "grant_refused"),
        ("redirect", 302, "", "grant_refused"),
        ("bad-request", 400, "{}", "grant_refused"),
        ("unauthorized", 401, r#"{"code":401,"message":"Expired token!"}"#, "grant_refused"),
        ("a-firewall", 403, "<html>", "provider_unavailable"),
        ("not-found", 404, "<html>", "provider_unavailable"),
        ("timeout", 408, "", "provider_unavailable"),
        ("too-many", 429, "", "rate_limited"),
        ("internal", 500, honest, "provider_unavailable"),
        ("gateway", 503, "", "provider_unavailable"),
        ("accepted", 202, honest, "tokens_invalid/status"),
        ("html", 200, "<html>", "tokens_invalid/not_json"),
        ("empty", 200, "", "tokens_invalid/not_json"),
        ("list", 200, "[]", "tokens_invalid/not_json"),
        ("no-token", 200, "{}", "tokens_invalid/access_token"),
        ("empty-token", 200, r#"{"accessToken":""}"#, "tokens_invalid/access_token"),
        ("token-a-number", 200, r#"{"accessToken":7}"#, "tokens_invalid/access_token"),
        ("snake-case", 200, r#"{"access_token":"n3w"}"#, "tokens_invalid/access_token"),
    ] {
        let result = issued::read_refresh(&response(status, body));
        if let Err(error) = &result {
            assert_eq!(error.retryable(), matches!(status, 403 | 404 | 408 | 429 | 500..), "{name}");
        }
        assert_eq!(verdict(result), expected, "{name}");
    }
    // Newer servlets say 500 with it.
    let page = "<p> [Auth Callback Servlet] Failed in Auth Login : Entity not found </p>";
    for status in [200, 500] {
        assert_eq!(verdict(issued::read_refresh(&response(status, page))), "grant_refused", "{status}");
    }
    let too_large = HttpResponse { status: 200, body: None, date: None };
    assert_eq!(verdict(issued::read_refresh(&too_large)), "tokens_invalid/too_large");
    assert_eq!(issued::read_refresh(&response(503, "")).unwrap_err().status(), Some(503));
}

/// A server that is older than renewal knows no such address.
#[test]
fn a_server_that_renews_nothing() {
    for (status, expected) in [(404, true), (401, false), (0, false), (500, false), (200, false)] {
        assert_eq!(issued::renews_never(&response(status, "")), expected, "{status}");
    }
}

/// Java writes a byte for the sign, and padding.
#[test]
fn numbers_of_its_key_set() {
    for (written, expected) in [
        ("AQAB", "AQAB"),
        ("AAEAAQ==", "AQAB"),
        ("AAAB", "AQ"),
        ("AA", "AA"), // zero is none: left for the reader to refuse
        ("nonsense!", "nonsense!"),
    ] {
        let set = json!({ "keys": [{ "kty": "RSA", "kid": "1", "n": written, "e": written }, "no key"] });
        let read = format!("{:?}", issued::read_keys(&response(200, set.to_string())).unwrap());
        assert_eq!(read.matches(&format!("String({expected:?})")).count(), 2, "{written}: {read}");
    }
    assert_eq!(verdict(issued::read_keys(&response(503, ""))), "keys_unavailable/status");
}

/// Of all generations: with and without a new refresh token. The lifetime is the token's own.
#[test]
fn what_a_refresh_brings() {
    for (body, refresh_token) in [
        (r#"{"accessToken":"n3w","refreshToken":"r0tated","tokenType":"Bearer","expiryDuration":3600}"#, Some("r0tated")),
        (r#"{"accessToken":"n3w","refreshToken":null}"#, None),
        (r#"{"accessToken":"n3w","refreshToken":""}"#, None),
        (r#"{"accessToken":"n3w","expiryDuration":1800000000000}"#, None),
    ] {
        let tokens = issued::read_refresh(&response(200, body)).unwrap();
        assert_eq!(tokens.access_token.expose(), "n3w");
        assert_eq!(tokens.id_token.unwrap().expose(), "n3w");
        assert_eq!(tokens.refresh_token.as_ref().map(Secret::expose), refresh_token, "{body}");
        assert_eq!(tokens.expires_in, None);
    }
}

/// A sign-in that left half a minute ago.
pub fn transaction() -> Transaction {
    let config = client(saml(), json!({})).unwrap();
    config.issued().unwrap().start(&config, &SignIn::default(), NOW - 30).unwrap().1
}
