//! Renewed tokens: they go on where the session is (OpenID Connect Core §12.2), or are refused.

use crate::support::*;
use gatepass::oidc::id_token::{self, Companion, IdToken};
use gatepass::oidc::keys;
use gatepass::oidc::tokens::read;
use gatepass::secret::Secret;
use serde_json::{Value, json};

/// A renewal an hour later, honest until a row changes it: no nonce, as Cognito writes it.
fn renewal() -> Answer {
    let mut answer = Answer::honest();
    answer.claims.as_object_mut().unwrap().remove("nonce");
    set(&mut answer, "iat", json!(NOW + 3600));
    set(&mut answer, "exp", json!(NOW + 7200));
    answer
}

const TABLE: &[(&str, fn(&mut Answer), &str)] = &[
    ("honest", |_| {}, "ok"),
    ("same-nonce", |a| set(a, "nonce", json!(begun().1.nonce)), "ok"),
    ("auth-time-left-out", |a| drop(a.claims.as_object_mut().unwrap().remove("auth_time")), "ok"),
    ("access-token-of-the-pool", |a| a.access_token = "opaque".into(), "ok"),
    ("other-nonce", |a| set(a, "nonce", json!("other")), "id_token_invalid/nonce"),
    ("nonce-not-a-string", |a| set(a, "nonce", json!(null)), "id_token_invalid/nonce"),
    ("other-auth-time", |a| set(a, "auth_time", json!(NOW + 1)), "id_token_invalid/auth_time"),
    ("other-person", |a| set(a, "sub", json!("eve")), "id_token_invalid/sub"),
    ("other-issuer", |a| set(a, "iss", json!("https://evil.example")), "id_token_invalid/iss"),
    ("updated-form-of-the-issuer", |a| set(a, "iss", json!(UPDATED_ISSUER)), "id_token_invalid/iss"),
    ("other-client", |a| set(a, "aud", json!("other")), "id_token_invalid/aud"),
    ("access-token-in-its-place", |a| set(a, "token_use", json!("access")), "id_token_invalid/token_use"),
    ("older-than-the-session", |a| set(a, "iat", json!(NOW - 1)), "id_token_invalid/iat"),
    ("of-the-same-second", |a| set(a, "iat", json!(NOW)), "ok"),
    ("lives-no-second", |a| set(a, "exp", json!(NOW + 3600)), "id_token_invalid/exp"),
    ("exp-missing", |a| drop(a.claims.as_object_mut().unwrap().remove("exp")), "id_token_invalid/exp"),
    ("wrong-at-hash", |a| set(a, "at_hash", json!("AAAA")), "id_token_invalid/at_hash"),
    ("signed-by-a-foreign-key", |a| a.key = Key::foreign(), "id_token_invalid/signature"),
    ("alg-none", |a| a.header["alg"] = json!("none"), "id_token_invalid/alg"),
];

#[test]
fn table() {
    for (name, change, expected) in TABLE {
        let mut answer = renewal();
        change(&mut answer);
        assert_eq!(verdict(judge(&answer, &previous())), *expected, "{name}");
    }
    println!("renewal: {}", TABLE.len());
}

#[test]
fn what_does_not_come_back_stays() {
    let session = Answer::honest().session();
    let bare = read(&response(200, r#"{"access_token":"new","token_type":"Bearer","expires_in":60}"#)).unwrap();
    let renewed = session.renewed(bare, None, NOW + 3600);
    assert_eq!((renewed.since, renewed.lifetime), (NOW + 3600, 60), "by the access token alone: the ID token said who, once");
    assert_eq!(renewed.access_token.expose(), "new");
    assert_eq!(renewed.refresh_token.as_ref().unwrap().expose(), "r3fr3sh", "no rotation: the old one holds");
    assert_eq!(renewed.id_token.expose(), session.id_token.expose());

    let rotated = read(&response(200, r#"{"access_token":"new","token_type":"Bearer","refresh_token":"r0tated"}"#)).unwrap();
    let identity = judge(&renewal(), &previous()).unwrap();
    let renewed = session.renewed(rotated, Some(identity), NOW + 3600);
    assert_eq!(renewed.refresh_token.as_ref().unwrap().expose(), "r0tated");
    assert_eq!(renewed.lifetime, 3600, "the ID token's, where the access token says nothing");
}

#[test]
fn a_renewal_that_says_no_lifetime_gets_five_minutes() {
    let bare = read(&response(200, r#"{"access_token":"new","token_type":"Bearer"}"#)).unwrap();
    assert_eq!(Answer::honest().session().renewed(bare, None, NOW + 3600).lifetime, 300);
}

#[test]
fn the_earlier_token_ends_a_renewed_session() {
    for (expires_in, lifetime) in [(300, 300), (9000, 3600)] {
        let body = json!({ "access_token": "new", "token_type": "Bearer", "expires_in": expires_in }).to_string();
        let identity = judge(&renewal(), &previous()).unwrap();
        let renewed = Answer::honest().session().renewed(read(&response(200, body)).unwrap(), Some(identity), NOW + 3600);
        assert_eq!(renewed.lifetime, lifetime);
    }
}

/// The page's clock jumped two hours after the sign-in: the renewed session lives its hour.
#[test]
fn a_clock_that_was_set_does_not_shorten_a_renewal() {
    for jumped in [NOW + 7200, NOW - 7200] {
        let access = jwt(&json!({ "alg": "RS256" }), &json!({ "iat": NOW, "exp": NOW + 3600 }).to_string(), &Key::pool_access());
        let body = json!({ "access_token": access, "token_type": "Bearer" }).to_string();
        let renewed = Answer::honest().session().renewed(read(&response(200, body)).unwrap(), None, jumped);
        assert_eq!((renewed.since, renewed.lifetime), (jumped, 3600));
    }
}

fn previous() -> IdToken {
    Answer::honest().judge().unwrap().0
}

fn judge(answer: &Answer, previous: &IdToken) -> Result<IdToken, gatepass::error::Error> {
    let jws = id_token::split(&Secret::new(answer.id_token()))?;
    let check = jws.signature_check(&keys::read(&response(200, answer.jwks.to_string()))?)?;
    let holds = holds(&check);
    let valid = check.settle(holds)?;
    let (access_token, digest) = (Secret::new(&answer.access_token), digest(valid.algorithm(), &answer.access_token));
    id_token::verify_renewed(&valid, previous, CLIENT_ID, Companion { access_token: &access_token, digest: &digest })
}

fn set(answer: &mut Answer, claim: &str, value: Value) {
    answer.claims[claim] = value;
}
