//! Errors and secrets: nothing that came from outside, and nothing secret, is ever printed.

use crate::support::*;
use gatepass::error::{Error, ErrorCode};

#[test]
fn codes_are_few_and_unique() {
    let mut names: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert!(names.len() <= 40);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ErrorCode::ALL.len());
    println!("codes: {}", names.len());
}

#[test]
fn debug_output_holds_no_secret() {
    let answer = Answer::honest();
    let (_, transaction) = begun();
    let tokens = tokens(&answer);
    let session = answer.session();
    let request = gatepass::oidc::tokens::exchange(&verified());
    let printed = format!("{transaction:?} {:?} {tokens:?} {session:?} {request:?}", verified());
    for secret in [transaction.verifier.expose(), "c0de", &answer.access_token, &answer.id_token(), "r3fr3sh"] {
        assert!(!printed.contains(secret));
    }
    assert!(printed.contains("[redacted]"));
}

#[test]
fn display_is_code_and_rule() {
    assert_eq!(Error::new(ErrorCode::CallbackInvalid, "iss").to_string(), "callback_invalid: iss");
}
