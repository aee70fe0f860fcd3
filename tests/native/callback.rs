//! The redirect URI's address: what is a response, and whose (RFC 6749 §4.1.2, RFC 9207 §2.4).

use crate::support::*;
use gatepass::error::Error;
use gatepass::oidc::callback::{Arrival, parse, verify};

const STATE: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

/// Name, what follows the redirect URI (`$` is our state), verdict.
const TABLE: &[(&str, &str, &str)] = &[
    // a response
    ("code-and-state", "?code=c&state=$", "ok"),
    ("in-the-fragment", "#code=c&state=$", "ok"),
    ("split-over-both", "?code=c#state=$", "ok"),
    ("unknown-parameters", "?x=1&code=c&state=$&session_state=2&scope=a+b", "ok"),
    ("app-query-first", "?tenant=a&code=c&state=$", "ok"),
    (
        "iss-of-the-pool",
        "?code=c&state=$&iss=https%3A%2F%2Fcognito-idp.eu-central-1.amazonaws.com%2Feu-central-1_AbCdEfGhI",
        "ok",
    ),
    (
        "iss-updated-form",
        "?code=c&state=$&iss=https://issuer-cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI",
        "ok",
    ),
    ("error-description-twice", "?code=c&state=$&error_description=a&error_description=b", "ok"),
    ("framework-slash-in-fragment", "?code=c&state=$#/", "ok"),
    // no response
    ("nothing", "", "nothing"),
    ("app-query-only", "?tenant=a#section", "nothing"),
    ("passkey-result", "?result=success", "nothing"),
    ("passkey-result-odd", "?result=%00%ff&result=", "nothing"),
    ("state-alone-empty", "?state=", "nothing"),
    ("code-empty", "?code=", "nothing"),
    // refused
    ("state-missing", "?code=c", "code without state"),
    ("state-empty", "?code=c&state=", "code without state"),
    ("state-of-nobody", "?code=c&state=BQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE", "callback_invalid/state_unknown"),
    ("state-in-another-case", "?code=c&state=aqebaqebaqebaqebaqebaqebaqebaqebaqebaqebaqe", "callback_invalid/state_unknown"),
    ("code-missing", "?state=$", "callback_invalid/code_missing"),
    ("code-twice", "?code=c&code=d&state=$", "callback_invalid/repeated"),
    ("code-in-query-and-fragment", "?code=c&state=$#code=d", "callback_invalid/repeated"),
    ("state-twice", "?code=c&state=$&state=$", "callback_invalid/repeated"),
    ("iss-twice", "?code=c&state=$&iss=a&iss=b", "callback_invalid/repeated"),
    ("error-twice", "?state=$&error=a&error=b", "callback_invalid/repeated"),
    ("iss-foreign", "?code=c&state=$&iss=https%3A%2F%2Fevil.example", "callback_invalid/iss"),
    (
        "iss-with-slash",
        "?code=c&state=$&iss=https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI/",
        "callback_invalid/iss",
    ),
    ("iss-foreign-with-error", "?error=access_denied&state=$&iss=https%3A%2F%2Fevil.example", "callback_invalid/iss"),
    ("too-long", "?code=$$&state=$", "callback_invalid/too_long"),
    // the provider says no
    ("denied", "?error=access_denied&state=$", "access_denied"),
    ("denied-beside-a-code", "?code=c&error=access_denied&state=$", "access_denied"),
    ("login-required", "?error=login_required&state=$", "login_required/login_required"),
    ("interaction-required", "?error=interaction_required&state=$", "login_required/interaction_required"),
    ("consent-required", "?error=consent_required&state=$", "login_required/consent_required"),
    ("account-selection-required", "?error=account_selection_required&state=$", "login_required/account_selection_required"),
    ("invalid-request", "?error=invalid_request&error_description=My+IdP+-+Error&state=$", "provider_refused/invalid_request"),
    ("invalid-scope", "?error=invalid_scope&state=$", "provider_refused/invalid_scope"),
    ("unauthorized-client", "?error=unauthorized_client&state=$", "provider_refused/unauthorized_client"),
    ("unsupported-response-type", "?error=unsupported_response_type&state=$", "provider_refused/unsupported_response_type"),
    ("server-error", "?error=server_error&state=$", "provider_refused/server_error"),
    ("temporarily-unavailable", "?error=temporarily_unavailable&state=$", "provider_refused/temporarily_unavailable"),
    ("invented-error", "?error=%3Cscript%3E&state=$", "provider_refused/other"),
    (
        "error-without-state",
        "?error=server_error&error_description=SAML+Assertion+signature+is+invalid.+",
        "no state: provider_refused/server_error",
    ),
    ("denied-without-state", "?error=access_denied", "no state: access_denied"),
    ("error-without-state-beside-a-code", "?code=c&error=access_denied", "no state: access_denied"),
];

#[test]
fn table() {
    for (name, tail, expected) in TABLE {
        let tail = tail.replace("$$", &"c".repeat(33_000)).replace('$', STATE);
        assert_eq!(outcome(&tail), *expected, "{name}");
    }
    println!("callback: {}", TABLE.len());
}

#[test]
fn a_state_that_no_sign_in_makes_is_no_key() {
    for state in [
        "short",
        &"A".repeat(44),
        &"A".repeat(10_000),
        "../../../../../../../../../../../../../../x",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ%21",
    ] {
        let Arrival::Response(response) = parse(&format!("{ORIGIN}/callback?code=c&state={state}")).unwrap() else { panic!() };
        assert_eq!(response.state(), None, "{state}");
    }
    for state in [STATE, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN-_0", "0123456789-_0123456789-_0123456789-_0123456"] {
        let Arrival::Response(response) = parse(&format!("{ORIGIN}/callback?code=c&state={state}")).unwrap() else { panic!() };
        assert_eq!(response.state(), Some(state));
    }
}

/// Cognito's real answers: `+` as space, a trailing newline, a doubled description.
#[test]
fn the_providers_words_stay_in_details() {
    let said = |tail: &str| {
        let provider = refusal(&tail.replace('$', STATE)).provider().cloned();
        provider.map(|p| (p.error, p.description.unwrap_or_default()))
    };
    let both = |error: &str, description: &str| Some((error.to_owned(), description.to_owned()));
    assert_eq!(
        said("?error_description=Attribute+cannot+be+updated.%0A+&state=$&error=invalid_request"),
        both("invalid_request", "Attribute cannot be updated.")
    );
    assert_eq!(
        said("?error=invalid_request&error_description=error_description%3DTimeout+in%0Acalling&state=$"),
        both("invalid_request", "error_description=Timeout incalling")
    );
    let long = said(&format!("?error={}&error_description={}&state=$", "e".repeat(300), "%C3%A9".repeat(300))).unwrap();
    assert_eq!((long.0.chars().count(), long.1.chars().count()), (256, 256));
    assert_eq!(said("?error=access_denied&error_description=prose"), None, "without a state nobody listens");
}

#[test]
fn prose_never_reaches_a_message() {
    let error = refusal(&"?error=evil_code&error_description=call+this+number&state=$".replace('$', STATE));
    assert_eq!(error.to_string(), "provider_refused: other");
}

#[test]
fn transactions_grow_old() {
    for (age, expected) in [
        (0, "ok"),
        (3600, "ok"),
        (3601, "callback_invalid/transaction_expired"),
        (-3600, "ok"),
        (-3601, "callback_invalid/transaction_expired"),
    ] {
        let (_, mut transaction) = begun();
        transaction.created = NOW - age;
        let Arrival::Response(response) = parse(&format!("{ORIGIN}/callback?code=c&state={STATE}")).unwrap() else { panic!() };
        assert_eq!(verdict(verify(response, transaction, NOW)), expected, "{age}");
    }
}

#[test]
fn the_longest_address() {
    let of_length = |length: usize| format!("?x={}", "a".repeat(length - ORIGIN.len() - "/callback?x=".len()));
    assert_eq!(outcome(&of_length(32 * 1024)), "nothing");
    assert_eq!(outcome(&of_length(32 * 1024 + 1)), "callback_invalid/too_long");
}

fn outcome(tail: &str) -> String {
    match parse(&format!("{ORIGIN}/callback{tail}")) {
        Err(error) => verdict::<()>(Err(error)),
        Ok(Arrival::Nothing) => "nothing".into(),
        Ok(Arrival::CodeWithoutState) => "code without state".into(),
        Ok(Arrival::ErrorWithoutState(error)) => format!("no state: {}", verdict::<()>(Err(error))),
        Ok(Arrival::Response(response)) => verdict(verify(response, begun().1, NOW)),
    }
}

fn refusal(tail: &str) -> Error {
    match parse(&format!("{ORIGIN}/callback{tail}")) {
        Ok(Arrival::ErrorWithoutState(error)) => error,
        Ok(Arrival::Response(response)) => verify(response, begun().1, NOW).unwrap_err(),
        _ => panic!("no refusal"),
    }
}

/// A provider that promises `iss` must keep the promise: its absence is the attack (RFC 9207 §2.4).
#[test]
fn iss_that_was_promised() {
    for (rest, expected) in [
        ("", "callback_invalid/iss"),
        ("&iss=", "callback_invalid/iss"),
        ("&iss=https%3A%2F%2Fevil.example", "callback_invalid/iss"),
        ("&iss=https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI", "ok"),
    ] {
        let transaction = gatepass::oidc::transaction::Transaction { iss_required: true, ..begun().1 };
        let read = gatepass::oidc::transaction::Transaction::read(&transaction.write()).unwrap();
        let Arrival::Response(response) = parse(&format!("{ORIGIN}/callback?code=c&state={STATE}{rest}")).unwrap() else {
            panic!("no response")
        };
        assert_eq!(verdict(verify(response, read, NOW)), expected, "{rest}");
    }
}
