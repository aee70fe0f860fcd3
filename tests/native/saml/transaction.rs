//! Transaction records: written, read back, refused in time.

use super::service::*;
use super::signer::NOW;
use crate::support::verdict;
use gatepass::saml::request::{Entropy, begin};
use gatepass::saml::sign_in::SignIn;
use gatepass::saml::transaction::Transaction;
use serde_json::{Value, json};

const OPTIONS: &str = r#"{"returnTo":"/deep?a=b#c","forceAuthn":true,"isPassive":false,"nameIdFormat":"urn:f","authnContext":["urn:a","urn:\"b\""]}"#;

fn begun(options: &str) -> Transaction {
    let entropy = Entropy { id: [1; 32], relay_state: [2; 32] };
    begin(&config(), &SignIn::parse(options).unwrap(), &entropy, NOW).1
}

#[test]
fn round_trips() {
    let written = begun(OPTIONS).write();
    let whole: Value = serde_json::from_str(&written).unwrap();
    let expected = json!({
        "v": 1, "client": "default", "issuer": "https://idp.example.com/metadata", "returnTo": "/deep?a=b#c", "created": NOW,
        "relayState": "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI", "id": "_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
        "signIn": serde_json::from_str::<Value>(OPTIONS).unwrap(),
    });
    assert_eq!(whole, expected);
    let read = Transaction::read(&written).unwrap();
    assert_eq!(read.write(), written);
    assert_eq!((read.client.as_str(), read.created, read.return_to.as_str()), ("default", NOW, "/deep?a=b#c"));
    assert_eq!(json!([read.relay_state, read.id, read.issuer]), json!([whole["relayState"], whole["id"], whole["issuer"]]));
    assert!(read.sign_in.force_authn() && !read.sign_in.is_passive());
    assert_eq!(read.sign_in.name_id_format(), Some("urn:f"));
    assert_eq!(read.sign_in.authn_contexts().collect::<Vec<_>>(), ["urn:a", "urn:\"b\""]);
}

#[test]
fn damaged_foreign_and_future_records_are_none() {
    let text = begun(OPTIONS).write();
    let whole: Value = serde_json::from_str(&text).unwrap();
    for (name, _) in whole.as_object().unwrap() {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(name);
        assert!(Transaction::read(&without.to_string()).is_none(), "without {name}");
        let mut wrong = whole.clone();
        wrong[name] = json!([7]);
        let kept = name == "signIn"; // read by name, so another value only asks for nothing
        assert_eq!(Transaction::read(&wrong.to_string()).is_some(), kept, "wrong {name}");
    }
    for end in 0..text.len() {
        assert!(Transaction::read(&text[..end]).is_none(), "{}", &text[..end]);
    }
    for version in ["0", "2", "10", "-1", "\"1\"", "true", "null"] {
        assert!(Transaction::read(&text.replacen("\"v\":1", &format!("\"v\":{version}"), 1)).is_none(), "{version}");
    }
    assert!(Transaction::read(&format!("{text}{text}")).is_none());
    assert!(Transaction::read(&text.replacen('{', "{\"id\":\"_mine\",", 1)).is_none(), "a name twice");
}

/// Minutes are for the person on the login page; the other way for a clock that was put right meanwhile.
#[test]
fn staleness() {
    let transaction = begun("{}");
    let config = config();
    for (now, expected) in [
        (NOW, "ok"),
        (NOW + 3600, "ok"),
        (NOW + 3601, "callback_invalid/transaction_expired"),
        (NOW - 3600, "ok"),
        (NOW - 3601, "callback_invalid/transaction_expired"),
        (i64::MAX, "callback_invalid/transaction_expired"),
        (i64::MIN, "callback_invalid/transaction_expired"),
    ] {
        assert_eq!(verdict(transaction.check(&config, now)), expected, "{now}");
        assert_eq!(transaction.is_stale(now), expected != "ok", "{now}");
    }
}

#[test]
fn another_identity_provider_is_configured() {
    let moved = config_with(&[("saml.idp.entityId", json!("https://idp.example.com/metadata/"))]);
    assert_eq!(verdict(begun("{}").check(&moved, NOW)), "callback_invalid/issuer");
    assert_eq!(verdict(begun("{}").check(&moved, NOW + 3601)), "callback_invalid/transaction_expired", "the first reason");
}
