//! The session and its person.

use crate::support::*;
use gatepass::json::Json;
use gatepass::oidc::config::Config;
use gatepass::session::Session;
use serde_json::{Value, json};

fn session(answer: &Answer) -> Session {
    answer.session()
}

fn user(claims: Value) -> Value {
    let mut answer = Answer::honest();
    answer.claims.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    serde_json::from_str(&session(&answer).user(&config()).write()).unwrap()
}

#[test]
fn ends_with_the_earlier_token() {
    let ends = |id: i64, access: &str| {
        let mut answer = Answer::honest();
        answer.claims["exp"] = json!(NOW + id);
        answer.access_token = access.into();
        session(&answer).lifetime
    };
    let access = |seconds: i64| {
        jwt(&json!({ "alg": "RS256" }), &json!({ "iat": NOW, "exp": NOW + seconds }).to_string(), &Key::pool_access())
    };
    assert_eq!(ends(3600, &access(300)), 300);
    assert_eq!(ends(300, &access(3600)), 300);
    assert_eq!(ends(7200, "opaque"), 3600, "expires_in, where the access token is no JWT");
    assert_eq!(ends(600, "opaque"), 600);
}

#[test]
fn the_person() {
    let ada = user(json!({
        "name": "Ada Lovelace", "given_name": "Augusta", "email": "ada@example.com", "email_verified": true,
        "cognito:groups": ["engineers", 7, "poets"], "cognito:roles": ["arn:aws:iam::1:role/a"],
    }));
    assert_eq!(
        ada,
        json!({
            "id": "ada", "issuer": ISSUER, "name": "Ada Lovelace", "email": "ada@example.com", "emailVerified": true,
            "groups": ["engineers", "poets"], "roles": ["arn:aws:iam::1:role/a"],
        })
    );
}

#[test]
fn the_persons_name() {
    for (claims, name) in [
        (json!({ "given_name": "Ada", "family_name": "Lovelace" }), json!("Ada Lovelace")),
        (json!({ "given_name": "Ada" }), json!("Ada")),
        (json!({ "family_name": "Lovelace", "name": "" }), json!("Lovelace")),
        (json!({ "name": 7 }), Value::Null),
        (json!({}), Value::Null),
    ] {
        assert_eq!(user(claims.clone())["name"], name, "{claims}");
    }
}

#[test]
fn email_verified_as_text_and_not_at_all() {
    assert_eq!(user(json!({ "email_verified": "true" }))["emailVerified"], json!(true));
    assert_eq!(user(json!({ "email_verified": "false" }))["emailVerified"], json!(false));
    assert_eq!(user(json!({ "email_verified": 1 }))["emailVerified"], Value::Null);
}

#[test]
fn default_roles_only_where_the_token_names_none() {
    let mut json = config_json();
    json["defaultRoles"] = json!(["viewer"]);
    let config = Config::parse(&json.to_string(), ORIGIN).unwrap();
    let roles = |answer: &Answer| session(answer).user(&config).get("roles").cloned();
    let mut answer = Answer::honest();
    assert_eq!(roles(&answer), Some(Json::Array(vec!["viewer".into()])));
    answer.claims["cognito:roles"] = json!(["admin"]);
    assert_eq!(roles(&answer), Some(Json::Array(vec!["admin".into()])));
}

#[test]
fn the_record_round_trips() {
    let session = session(&Answer { now: NOW + 7200, ..Answer::honest() });
    let read = Session::read(&session.write(&config()), &config()).unwrap();
    assert_eq!(read.write(&config()), session.write(&config()));
    assert_eq!((read.since, read.lifetime), (NOW + 7200, 3600), "by the page's own clock, wrong as it is");
    assert_eq!(read.refresh_token.as_ref().unwrap().expose(), "r3fr3sh");
    assert_eq!(read.user(&config()), session.user(&config()));
    let mut answer = Answer::honest();
    answer.claims["x"] = json!({ "y": [1.5e300, "\u{1}\"\\"] });
    let session = answer.session();
    assert_eq!(Session::read(&session.write(&config()), &config()).unwrap().claims(), session.claims());
}

#[test]
fn records_that_are_dropped() {
    let text = session(&Answer::honest()).write(&config());
    let change = |name: &str, value: Value| {
        let mut json: Value = serde_json::from_str(&text).unwrap();
        json[name] = value;
        Session::read(&json.to_string(), &config()).unwrap_err()
    };
    assert_eq!(change("v", json!(2)), "version");
    assert_eq!(change("v", Value::Null), "version");
    assert_eq!(change("client", json!("other")), "foreign");
    assert_eq!(change("clientId", json!("other")), "foreign");
    assert_eq!(change("issuer", json!("https://evil.example")), "foreign");
    for name in ["client", "clientId", "accessToken", "idToken", "since", "lifetime", "issuer", "subject", "claims"] {
        assert_eq!(change(name, json!([])), "damaged", "{name}");
    }
    for end in 0..text.len() {
        assert_eq!(Session::read(&text[..end], &config()).unwrap_err(), "damaged");
    }
}
