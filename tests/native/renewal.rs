//! Renewed tokens: they go on where the session is (OpenID Connect Core §12.2), or are refused.

use crate::support::*;
use gatepass::oidc::id_token::{self, IdToken};
use gatepass::oidc::keys;
use gatepass::oidc::tokens::read;
use gatepass::secret::Secret;
use gatepass::session::Session;
use serde_json::{Value, json};

/// A renewal an hour later, honest until a row changes it: no nonce, as Cognito writes it.
fn renewal() -> Answer {
    let mut answer = Answer { now: NOW + 3600, ..Answer::honest() };
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
    ("expired", |a| set(a, "exp", json!(NOW + 3600)), "id_token_invalid/exp"),
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

/// A page clock two hours ahead, learnt at sign-in: renewals are judged by it and change nothing of it.
#[test]
fn the_clock_is_kept_and_never_learnt() {
    let ahead = Answer { now: NOW + 7200, ..Answer::honest() }.judge().unwrap();
    assert_eq!(ahead.clock.drift, -7200);
    let mut answer = renewal();
    answer.now = NOW + 3600 + 7200;
    assert_eq!(judge(&answer, &ahead).unwrap().clock, ahead.clock);
    // The same answer by an honest clock would be expired, and stays refused: no drift is adopted.
    assert_eq!(verdict(judge(&answer, &previous())), "id_token_invalid/exp");
}

#[test]
fn what_does_not_come_back_stays() {
    let session = Session::begin(tokens(&Answer::honest()), previous(), NOW).unwrap();
    let bare = || read(&response(200, r#"{"access_token":"new","token_type":"Bearer","expires_in":60}"#)).unwrap();
    let renewed = session.renewed(bare(), None, NOW + 3600);
    assert_eq!(renewed.access_token.expose(), "new");
    assert_eq!(renewed.refresh_token.as_ref().unwrap().expose(), "r3fr3sh", "no rotation: the old one holds");
    assert_eq!(renewed.id_token.expose(), session.id_token.expose());
    assert_eq!(renewed.remaining(NOW + 3600), 60, "by the access token alone: the ID token said who, once");

    let rotated = read(&response(200, r#"{"access_token":"new","token_type":"Bearer","refresh_token":"r0tated"}"#)).unwrap();
    let identity = judge(&renewal(), &previous()).unwrap();
    let renewed = session.renewed(rotated, Some(identity), NOW + 3600);
    assert_eq!(renewed.refresh_token.as_ref().unwrap().expose(), "r0tated");
    assert_eq!(renewed.remaining(NOW + 3600), 3600, "the ID token's, where the access token says nothing");
}

#[test]
fn the_earlier_token_ends_a_renewed_session() {
    let session = Session::begin(tokens(&Answer::honest()), previous(), NOW).unwrap();
    let renew = |expires_in: i64| {
        let body = json!({ "access_token": "new", "token_type": "Bearer", "expires_in": expires_in }).to_string();
        session.renewed(read(&response(200, body)).unwrap(), Some(judge(&renewal(), &previous()).unwrap()), NOW + 3600)
    };
    assert_eq!(renew(300).remaining(NOW + 3600), 300);
    assert_eq!(renew(9000).remaining(NOW + 3600), 3600);
}

fn previous() -> IdToken {
    Answer::honest().judge().unwrap()
}

fn judge(answer: &Answer, previous: &IdToken) -> Result<IdToken, gatepass::error::Error> {
    let jws = id_token::split(&Secret::new(answer.id_token()))?;
    let check = jws.signature_check(&keys::read(&response(200, answer.jwks.to_string()))?)?;
    let holds = holds(&check);
    let valid = check.settle(holds)?;
    let digest = digest(valid.algorithm(), &answer.access_token);
    let companion = id_token::Companion { access_token: &Secret::new(&answer.access_token), digest: &digest };
    id_token::verify_renewed(&valid, previous, CLIENT_ID, companion, answer.now)
}

fn set(answer: &mut Answer, claim: &str, value: Value) {
    answer.claims[claim] = value;
}
