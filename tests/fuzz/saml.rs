//! libFuzzer against every reader of what comes from outside, guided by coverage. The first byte of an
//! input says which reader.
#![no_main]

use gatepass::saml::assertion;
use gatepass::saml::c14n::canonicalize;
use gatepass::saml::callback::{self, Expected};
use gatepass::saml::config::Config;
use gatepass::saml::logout;
use gatepass::saml::xml::{self, Comments};
use gatepass::saml::{certificate, idp::Idp, policy::Policy};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let certificate = include_str!("../fixtures/saml/keys/idp-rsa2048.crt.pem").replace('\n', "\\n");
    let idp = format!(
        r#"{{"entityId":"https://idp.example.com/metadata","singleSignOn":"https://idp.example.com/sso","certificates":"{certificate}"}}"#
    );
    let sp = r#"{"entityId":"https://sp.example.com/metadata","acsUrl":"https://sp.example.com/saml/acs"}"#;
    Config::parse(&format!(r#"{{"saml":{{"idp":{idp},"sp":{sp}}}}}"#), "https://sp.example.com").expect("our own configuration")
});
/// 2026-06-01T12:00:00Z
const NOW: i64 = 1_780_315_200;

fuzz_target!(|data: &[u8]| {
    let Some((which, data)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(data) else { return };
    match which {
        b'x' => document(text),
        b'r' => response(text),
        b'm' => drop(Idp::from_metadata(text, None)),
        b'c' => drop(certificate::read(text)),
        b'l' => query(text),
        _ => {}
    }
});

/// What is canonical stays as it is, with and without a PrefixList.
fn document(text: &str) {
    let Ok(document) = xml::parse(text, Comments::Dropped) else { return };
    for prefixes in [&[][..], &["#default", "xs", "ds"]] {
        let Some(canonical) = canonicalize(document.root(), None, prefixes) else { continue };
        let Ok(again) = xml::parse(&canonical, Comments::Refused) else {
            assert!(canonical.len() > xml::MAX_BYTES, "what is canonical can be read");
            continue;
        };
        assert_eq!(canonicalize(again.root(), None, prefixes).as_deref(), Some(canonical.as_str()));
    }
}

/// With every signature taken for good, so that what comes after it is reached; digests are real.
fn response(text: &str) {
    let policy = Policy { allow_idp_initiated: true, ..Policy::default() };
    for in_response_to in [Some("_req-4f9a2c7e11d04c0b"), None] {
        let expected = Expected {
            idp: &CONFIG.idp,
            sp: &CONFIG.sp,
            policy: &policy,
            in_response_to,
            authn_contexts: &[],
            authn_since: None,
        };
        let Ok(received) = callback::receive(text, &expected) else { continue };
        let Ok(verified) = received.settle(&[true, true]) else { continue };
        let _ = assertion::verify(&verified, &expected, NOW);
    }
}

fn query(text: &str) {
    let name_id = assertion::NameId { value: "alice@example.com".into(), ..Default::default() };
    let session = Some(logout::Ending { name_id: &name_id, session_index: None });
    let expected = logout::Expected { config: &CONFIG, session, in_response_to: Some("_1"), now: NOW };
    let (query, message) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(Some(encoded)) = logout::read_query(query) {
        let _ = encoded.receive(message, &expected);
    }
    let _ = logout::receive_form(message, None, &expected).map(|received| received.settle(true, &expected));
    let _ = callback::decode(text);
}
