//! The session behind this door: when it ends, who it is, how it is stored, why a record is dropped.

use super::service::*;
use super::signer::{ASSERTION, IDP, NOW, World};
use crate::support::{self, ORIGIN, response, verdict};
use gatepass::saml::assertion::{Assertion, Attribute, NameId, SignedPart};
use gatepass::saml::config::Config;
use gatepass::saml::session::Session;
use gatepass::token_response::{self, Tokens};
use serde_json::{Value, json};

/// What an honest identity provider says of Ada.
fn assertion() -> Assertion {
    let attribute = |name: &str, values: &[Option<&str>]| Attribute {
        name: name.into(),
        name_format: Some("urn:oasis:names:tc:SAML:2.0:attrname-format:basic".into()),
        friendly_name: Some("friendly".into()),
        values: values.iter().map(|value| value.map(String::from)).collect(),
    };
    Assertion {
        id: "_assertion".into(),
        issuer: IDP.into(),
        name_id: NameId {
            value: "ada@example.com".into(),
            format: Some("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress".into()),
            name_qualifier: Some("nq".into()),
            sp_name_qualifier: Some("spnq".into()),
            sp_provided_id: Some("spid".into()),
        },
        attributes: vec![
            attribute("displayName", &[Some("Ada Lovelace")]),
            attribute("groups", &[Some("staff"), None, Some("poets")]),
            attribute("é \"\\\u{1f600}", &[Some("\u{9}\n\r<&>"), Some("")]),
            attribute("groups", &[Some("late")]),
        ],
        session_index: Some("_session".into()),
        authn_context: Some("urn:oasis:names:tc:SAML:2.0:ac:classes:Password".into()),
        authn_instant: NOW - 600,
        session_not_on_or_after: Some(NOW + 28_800),
        not_on_or_after: NOW + 300,
        one_time_use: false,
        signed: SignedPart::Assertion,
    }
}

/// An assertion that says no more than it must.
fn terse() -> Assertion {
    Assertion {
        name_id: NameId { value: "ada".into(), ..NameId::default() },
        attributes: Vec::new(),
        session_index: None,
        authn_context: None,
        session_not_on_or_after: None,
        signed: SignedPart::Response,
        ..assertion()
    }
}

fn begun() -> Session {
    Session::begin(&assertion(), &config(), NOW).unwrap()
}

fn tokens(more: &Value) -> Tokens {
    let mut body = json!({ "access_token": "acc3ss", "token_type": "Bearer" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    token_response::read(&response(200, body.to_string())).unwrap()
}

/// `null` takes a member away; a dotted name is one inside.
fn changed(text: &str, changes: &[(&str, Value)]) -> String {
    let mut json: Value = serde_json::from_str(text).unwrap();
    for (path, value) in changes {
        let (section, name) = path.rsplit_once('.').unwrap_or(("", path));
        let section = section.split('.').filter(|part| !part.is_empty()).fold(&mut json, |at, part| &mut at[part]);
        if value.is_null() {
            section.as_object_mut().unwrap().remove(name).expect(path);
        } else {
            section[name] = value.clone();
        }
    }
    json.to_string()
}

/// Name, SessionNotOnOrAfter, the assertion's end, skew, seconds.
#[test]
fn lifetimes() {
    let table: &[(&str, Option<i64>, i64, i64, i64)] = &[
        ("the-session-says", Some(28_800), 300, 60, 28_800),
        ("the-session-says-less-than-the-assertion", Some(120), 300, 60, 120),
        ("the-assertion-says", None, 300, 60, 300),
        ("the-assertion-is-past-the-session-is-not", Some(100), -10, 60, 100),
        ("one-second", None, 1, 60, 1),
        ("one-second-of-the-session", Some(1), 300, 60, 1),
        ("skew-is-not-added-to-what-lasts", Some(59), 300, 600, 59),
        ("by-the-skew-alone-now", None, 0, 60, 60),
        ("by-the-skew-alone", None, -30, 60, 30),
        ("by-the-skew-alone-the-last-second", None, -59, 60, 1),
        ("by-a-long-skew", None, -599, 600, 1),
        ("the-session-by-the-skew-alone", Some(0), 300, 60, 60),
        ("the-session-by-the-skew-alone-the-last-second", Some(-59), 300, 60, 1),
        ("for-ages", Some(8_000 * 31_556_952), 300, 60, 8_000 * 31_556_952),
    ];
    for (name, session_end, end, skew, expected) in table {
        let config = config_with(&[("saml.skew", json!(skew))]);
        let said =
            Assertion { session_not_on_or_after: session_end.map(|end| NOW + end), not_on_or_after: NOW + end, ..assertion() };
        let session = Session::begin(&said, &config, NOW).unwrap();
        assert_eq!((session.since, session.lifetime), (NOW, *expected), "{name}");
    }
    println!("SAML session lifetimes: {}", table.len());
}

/// Whatever is let in lasts: second by second over the edge.
#[test]
fn nobody_is_let_in_for_nothing() {
    let config = config();
    let table: &[(&str, i64, fn(World) -> World)] = &[
        ("session", 90, |w: World| w.set("saml:AuthnStatement", "SessionNotOnOrAfter", "2026-06-01T12:01:30Z")),
        ("assertion", 300, |w: World| {
            w.unset("saml:AuthnStatement", "SessionNotOnOrAfter").set("saml:Conditions", "NotOnOrAfter", "2026-06-01T12:05:00Z")
        }),
        ("bearer", 300, |w: World| {
            w.unset("saml:AuthnStatement", "SessionNotOnOrAfter").unset("saml:Conditions", "NotOnOrAfter")
        }),
    ];
    for (name, end, change) in table {
        let mut world = change(World::honest(ASSERTION));
        let message = world.message();
        for now in NOW + end - 3..NOW + end + 63 {
            world.now = now;
            let session = world.judge_text(&message).map(|assertion| Session::begin(&assertion, &config, now).unwrap());
            let left = session.as_ref().ok().map(|session| session.lifetime);
            let expected = match NOW + end - now {
                left @ 1.. => Some(left),
                past @ -59.. => Some(past + 60),
                _ => None,
            };
            assert_eq!(left, expected, "{name} {now}: {:?}", session.err());
        }
    }
}

#[test]
fn the_person_exactly() {
    let user = |said: &Assertion, config: &Config| -> Value {
        serde_json::from_str(&Session::begin(said, config, NOW).unwrap().user.write()).unwrap()
    };
    assert_eq!(
        user(&assertion(), &config()),
        json!({
            "id": "ada@example.com", "issuer": IDP, "name": "Ada Lovelace", "email": "ada@example.com",
            "groups": ["staff", "poets", "late"], "roles": [],
            "attributes": {
                "displayName": ["Ada Lovelace"], "groups": ["staff", "poets", "late"],
                "é \"\\\u{1f600}": ["\u{9}\n\r<&>", ""],
            },
            "claims": {
                "nameId": {
                    "value": "ada@example.com", "format": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
                    "nameQualifier": "nq", "spNameQualifier": "spnq", "spProvidedId": "spid",
                },
                "assertionId": "_assertion", "signed": "assertion", "sessionIndex": "_session",
                "authnContext": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
                "authnInstant": NOW - 600, "sessionNotOnOrAfter": NOW + 28_800,
            },
        })
    );
    assert_eq!(
        user(&terse(), &config()),
        json!({
            "id": "ada", "issuer": IDP, "groups": [], "roles": [], "attributes": {},
            "claims": { "nameId": { "value": "ada" }, "assertionId": "_assertion", "signed": "response", "authnInstant": NOW - 600 },
        })
    );
    let roles = config_with(&[("defaultRoles", json!(["viewer"])), ("saml.attributes", json!({ "roles": "groups" }))]);
    assert_eq!(user(&assertion(), &roles)["roles"], json!(["staff", "poets", "late"]));
    assert_eq!(user(&terse(), &roles)["roles"], json!(["viewer"]), "of whoever has none");
    let id = config_with(&[("saml.attributes", json!({ "id": "employee" }))]);
    assert_eq!(verdict(Session::begin(&assertion(), &id, NOW)), "assertion_invalid/user_id");
}

#[test]
fn whom_a_logout_names() {
    let session = begun();
    assert_eq!((session.issuer.as_str(), session.session_index.as_deref()), (IDP, Some("_session")));
    assert_eq!(session.name_id, assertion().name_id);
    assert!(session.access_token.is_none() && session.id_token.is_none(), "before an exchange");
    assert_eq!(Session::begin(&terse(), &config(), NOW).unwrap().session_index, None);
}

/// Name, the back end's answer, seconds, the ID token.
#[test]
fn with_tokens() {
    let table: &[(&str, Value, i64, Option<&str>)] = &[
        ("shorter", json!({ "expires_in": 900 }), 900, None),
        ("longer", json!({ "expires_in": 86_400 }), 28_800, None),
        ("as-long", json!({ "expires_in": 28_800 }), 28_800, None),
        ("a-second", json!({ "expires_in": 1 }), 1, None),
        ("absent", json!({}), 28_800, None),
        // What is no lifetime says nothing.
        ("zero", json!({ "expires_in": 0 }), 28_800, None),
        ("negative", json!({ "expires_in": -5 }), 28_800, None),
        ("text", json!({ "expires_in": "900" }), 28_800, None),
        ("id-token", json!({ "id_token": "1d", "expires_in": 900 }), 900, Some("1d")),
        ("id-token-of-nothing", json!({ "id_token": "" }), 28_800, None),
        ("refresh-token", json!({ "refresh_token": "r3fr3sh" }), 28_800, None),
    ];
    for (name, answer, lifetime, id_token) in table {
        let session = begun().with_tokens(tokens(answer));
        assert_eq!((session.since, session.lifetime), (NOW, *lifetime), "{name}");
        assert_eq!(session.access_token.as_ref().map(|token| token.expose()), Some("acc3ss"), "{name}");
        assert_eq!(session.id_token.as_ref().map(|token| token.expose()), *id_token, "{name}");
        let record: Value = serde_json::from_str(&session.write(&config())).unwrap();
        let mut expected: Value = serde_json::from_str(&begun().write(&config())).unwrap();
        expected["lifetime"] = json!(lifetime);
        expected["accessToken"] = json!("acc3ss");
        if let Some(id_token) = id_token {
            expected["idToken"] = json!(id_token);
        }
        assert_eq!(record, expected, "{name}: else it is the same session");
    }
    println!("SAML sessions with tokens: {}", table.len());
}

#[test]
fn the_record_to_the_letter() {
    let session = Session::begin(&terse(), &config(), NOW).unwrap();
    let expected = format!(
        "{{\"v\":1,\"via\":\"saml\",\"client\":\"default\",\"entityId\":\"{ENTITY}\",\"issuer\":\"{IDP}\",\"since\":{NOW},\
         \"lifetime\":300,\"nameId\":{{\"value\":\"ada\"}},\"user\":{}}}",
        session.user.write()
    );
    assert_eq!(session.write(&config()), expected);
    let whole = begun().with_tokens(tokens(&json!({ "id_token": "1d" })));
    let whole: Value = serde_json::from_str(&whole.write(&config())).unwrap();
    let mut names: Vec<&str> = whole.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "accessToken",
            "client",
            "entityId",
            "idToken",
            "issuer",
            "lifetime",
            "nameId",
            "sessionIndex",
            "since",
            "user",
            "v",
            "via"
        ]
    );
    assert_eq!(whole["nameId"], whole["user"]["claims"]["nameId"]);
}

#[test]
fn written_read_written() {
    let named = config_with(&[("name", json!("admin-2")), ("saml.sp.entityId", json!("urn:é\"\\"))]);
    for config in [config(), named] {
        for said in [assertion(), terse()] {
            for more in [None, Some(json!({})), Some(json!({ "id_token": "i\"\u{1}", "expires_in": 9 }))] {
                let begun = Session::begin(&said, &config, NOW).unwrap();
                let session = match &more {
                    Some(more) => begun.with_tokens(tokens(more)),
                    None => begun,
                };
                let written = session.write(&config);
                let read = Session::read(&written, &config).unwrap();
                assert_eq!(read.write(&config), written);
                assert_eq!((read.since, read.lifetime, &read.issuer), (session.since, session.lifetime, &session.issuer));
                assert_eq!((&read.name_id, &read.session_index), (&said.name_id, &said.session_index));
                assert_eq!(read.user, session.user);
                let token = |session: &Session| session.access_token.as_ref().map(|token| token.expose().to_owned());
                assert_eq!(token(&read), token(&session));
            }
        }
    }
    // A clock of before 1970, and one that is far ahead.
    for now in [-1, 0, 999_999_999_999_999] {
        let said = Assertion { session_not_on_or_after: Some(now + 60), ..assertion() };
        let written = Session::begin(&said, &config(), now).unwrap().write(&config());
        assert_eq!(Session::read(&written, &config()).unwrap().write(&config()), written, "{now}");
    }
}

/// Name, what is different in the record, verdict.
#[test]
fn more_attributes_than_a_record_can_have() {
    let with = |count: usize| {
        let attribute =
            |i| Attribute { name: format!("a{i}"), name_format: None, friendly_name: None, values: vec![Some("v".into())] };
        Assertion { attributes: (0..count).map(attribute).collect(), ..assertion() }
    };
    let record = Session::begin(&with(512), &config(), NOW).unwrap().write(&config());
    assert!(Session::read(&record, &config()).is_ok());
    assert_eq!(verdict(Session::begin(&with(513), &config(), NOW)), "assertion_invalid/attribute_count");
}

#[test]
fn records_that_are_dropped() {
    let no = || Value::Null;
    let table: Vec<(&str, Vec<(&str, Value)>, &str)> = vec![
        ("honest", vec![], "ok"),
        ("member-of-the-future", vec![("x", json!(1))], "ok"),
        // its version, before all else
        ("version-missing", vec![("v", no())], "version"),
        ("version-0", vec![("v", json!(0))], "version"),
        ("version-2", vec![("v", json!(2))], "version"),
        ("version-a-text", vec![("v", json!("1"))], "version"),
        ("version-2-and-damaged", vec![("v", json!(2)), ("user", no())], "version"),
        ("version-2-and-foreign", vec![("v", json!(2)), ("client", json!("other"))], "version"),
        // texts
        ("via-missing", vec![("via", no())], "damaged"),
        ("client-missing", vec![("client", no())], "damaged"),
        ("entity-missing", vec![("entityId", no())], "damaged"),
        ("issuer-missing", vec![("issuer", no())], "damaged"),
        ("via-a-number", vec![("via", json!(7))], "damaged"),
        ("client-a-list", vec![("client", json!(["default"]))], "damaged"),
        ("entity-a-flag", vec![("entityId", json!(true))], "damaged"),
        ("issuer-an-object", vec![("issuer", json!({}))], "damaged"),
        // somebody else's
        ("via-oidc", vec![("via", json!("oidc"))], "foreign"),
        ("via-in-another-case", vec![("via", json!("SAML"))], "foreign"),
        ("another-client", vec![("client", json!("other"))], "foreign"),
        ("client-of-nothing", vec![("client", json!(""))], "foreign"),
        ("another-sp", vec![("entityId", json!("https://app.example/saml/"))], "foreign"),
        ("another-idp", vec![("issuer", json!("https://idp.example.com/metadata/"))], "foreign"),
        ("foreign-and-damaged", vec![("client", json!("other")), ("since", no())], "foreign"),
        // numbers
        ("since-missing", vec![("since", no())], "damaged"),
        ("since-a-text", vec![("since", json!("1780315200"))], "damaged"),
        ("since-with-exponent", vec![("since", json!(1e30))], "damaged"),
        ("since-of-16-digits", vec![("since", json!(1_000_000_000_000_000_i64))], "damaged"),
        ("lifetime-missing", vec![("lifetime", no())], "damaged"),
        ("lifetime-a-text", vec![("lifetime", json!("300"))], "damaged"),
        ("lifetime-a-list", vec![("lifetime", json!([300]))], "damaged"),
        // whom a logout names
        ("name-id-missing", vec![("nameId", no())], "damaged"),
        ("name-id-a-text", vec![("nameId", json!("ada"))], "damaged"),
        ("name-id-without-value", vec![("nameId.value", no())], "damaged"),
        ("name-id-value-a-number", vec![("nameId.value", json!(7))], "damaged"),
        ("name-id-without-format", vec![("nameId.format", no())], "ok"),
        ("session-index-missing", vec![("sessionIndex", no())], "ok"),
        // the person
        ("user-missing", vec![("user", no())], "damaged"),
        ("user-a-text", vec![("user", json!("ada"))], "damaged"),
        ("user-without-id", vec![("user.id", no())], "damaged"),
        ("user-id-a-number", vec![("user.id", json!(7))], "damaged"),
        ("user-without-name", vec![("user.name", no())], "ok"),
        // tokens, which not everybody has
        ("access-token-missing", vec![("accessToken", no())], "ok"),
        ("id-token-missing", vec![("idToken", no())], "ok"),
    ];
    let text = begun().with_tokens(tokens(&json!({ "id_token": "1d" }))).write(&config());
    for (name, changes, expected) in &table {
        let found = Session::read(&changed(&text, changes), &config()).map_or_else(|why| why, |_| "ok");
        assert_eq!(found, *expected, "{name}");
    }
    for end in 0..text.len() {
        if text.is_char_boundary(end) {
            assert_eq!(Session::read(&text[..end], &config()).unwrap_err(), "damaged", "{}", &text[..end]);
        }
    }
    for (other, expected) in [
        (format!("{text}{text}"), "damaged"),
        (text.replacen('{', "{\"issuer\":\"mine\",", 1), "damaged"),
        ("null".into(), "version"),
        ("[]".into(), "version"),
        ("{}".into(), "version"),
        ("{\"v\":1}".into(), "damaged"),
    ] {
        assert_eq!(Session::read(&other, &config()).unwrap_err(), expected, "{other}");
    }
    println!("SAML session records: {}", table.len());
}

/// Another configuration reads none of it.
#[test]
fn a_record_is_for_one_configuration() {
    let text = begun().write(&config());
    for (name, changes, expected) in [
        ("client", vec![("name", json!("admin"))], "foreign"),
        ("service-provider", vec![("saml.sp.entityId", json!("urn:us"))], "foreign"),
        ("identity-provider", vec![("saml.idp.entityId", json!("urn:them"))], "foreign"),
        ("another-address", vec![("saml.idp.singleSignOn", json!("https://idp.example.com/2"))], "ok"),
        ("another-skew", vec![("saml.skew", json!(0))], "ok"),
    ] {
        let found = Session::read(&text, &config_with(&changes)).map_or_else(|why| why, |_| "ok");
        assert_eq!(found, expected, "{name}");
    }
}

/// An app that takes the other door keeps its client's name: neither reads what the other wrote.
#[test]
fn the_other_doors_records() {
    let theirs = support::Answer::honest().session().write(&support::config());
    assert_eq!(Session::read(&theirs, &config()).unwrap_err(), "damaged");
    let whole = begun().with_tokens(tokens(&json!({ "id_token": "1d" }))).write(&config());
    for ours in [begun().write(&config()), whole] {
        assert_eq!(gatepass::session::Session::read(&ours, &support::config()).unwrap_err(), "damaged");
    }
    assert_eq!(support::config().common.name, config().common.name);
    assert_eq!(support::config().common.origin, ORIGIN);
}

#[test]
fn no_secret_is_printed() {
    let answer = tokens(&json!({ "id_token": "1d-t0ken", "refresh_token": "r3fr3sh" }));
    let printed = format!("{answer:?}");
    let session = begun().with_tokens(answer);
    let read = Session::read(&session.write(&config()), &config()).unwrap();
    for printed in [printed, format!("{session:?}"), format!("{session:#?}"), format!("{read:?}")] {
        assert!(printed.contains("[redacted]"), "{printed}");
        for secret in ["acc3ss", "1d-t0ken", "r3fr3sh"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
