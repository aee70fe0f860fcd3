//! Transaction records: written, read back.

use crate::support::*;
use gatepass::oidc::request::authorize;
use gatepass::oidc::sign_in::SignIn;
use gatepass::oidc::transaction::Transaction;

#[test]
fn round_trips() {
    let sign_in = SignIn::parse(r#"{"returnTo":"/deep","loginHint":"ada"}"#).unwrap();
    let (_, transaction) = authorize(&config(), &sign_in, &entropy(), NOW);
    let read = Transaction::read(&transaction.write()).unwrap();
    assert!(transaction.write().contains(r#""loginHint":"ada""#), "what the app asked for, to restart with");
    assert_eq!(read.write(), transaction.write());
    assert_eq!(read.verifier.expose(), transaction.verifier.expose());
    assert!(!read.iss_required);
    assert_eq!((read.issuers, read.created), (transaction.issuers, transaction.created));
}

#[test]
fn damaged_foreign_and_future_records_are_none() {
    let text = begun().1.write();
    let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
    for (name, _) in whole.as_object().unwrap() {
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove(name);
        assert!(Transaction::read(&without.to_string()).is_none(), "without {name}");
        let mut wrong = whole.clone();
        wrong[name] = serde_json::json!([7]);
        let kept = name == "signIn"; // read by name, so another value only asks for nothing
        assert_eq!(Transaction::read(&wrong.to_string()).is_some(), kept, "wrong {name}");
    }
    for end in 0..text.len() {
        assert!(Transaction::read(&text[..end]).is_none());
    }
    assert!(Transaction::read(&text.replacen("\"v\":1", "\"v\":2", 1)).is_none());
}
