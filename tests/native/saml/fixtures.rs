//! The made-up world of `tests/fixtures/saml`: its clock, its two sides, its keys, and the whole of what
//! the browser edge does with a response, with `oracle` for WebCrypto.

use super::oracle;
use gatepass::error::Error;
use gatepass::saml::assertion::{self, Assertion};
use gatepass::saml::callback::{self, Expected};
use gatepass::saml::idp::Idp;
use gatepass::saml::policy::Policy;
use gatepass::saml::sp::Sp;
use std::path::{Path, PathBuf};

/// 2026-06-01T12:00:00Z
pub const NOW: i64 = 1_780_315_200;
pub const IDP: &str = "https://idp.example.com/metadata";
pub const SP: &str = "https://sp.example.com/metadata";
pub const ACS: &str = "https://sp.example.com/saml/acs";
/// The `ID` of the request that is outstanding.
pub const REQUEST: &str = "_req-4f9a2c7e11d04c0b";
/// Who signs in. Whoever forges, forges `admin@example.com`.
pub const PERSON: &str = "alice@example.com";
pub const RSA: &str = "idp-rsa2048";

/// One sign-in as the page that awaits the response knows it.
pub struct Page {
    pub idp: Idp,
    pub sp: Sp,
    pub policy: Policy,
    pub in_response_to: Option<String>,
    pub now: i64,
}

impl Page {
    /// The world of the fixtures, its identity provider with these keys.
    pub fn with_keys(keys: &[&str]) -> Page {
        let certificates: Vec<String> = keys.iter().map(|key| certificate(key)).collect();
        Page {
            idp: Idp::by_hand(IDP, "https://idp.example.com/sso", &certificates).unwrap(),
            sp: Sp { entity_id: SP.into(), acs_url: ACS.into(), ..Sp::default() },
            policy: Policy::default(),
            in_response_to: Some(REQUEST.into()),
            now: NOW,
        }
    }

    /// The same page, if it had asked nothing.
    pub fn unasked(mut self, allow_idp_initiated: bool) -> Page {
        self.in_response_to = None;
        self.policy.allow_idp_initiated = allow_idp_initiated;
        self
    }

    pub fn judge(&self, text: &str) -> Result<Assertion, Error> {
        self.judge_by(text, oracle::holds)
    }

    /// With another verifier.
    pub fn judge_by(&self, text: &str, holds: impl Fn(&gatepass::wire::SignatureCheck) -> bool) -> Result<Assertion, Error> {
        let expected = Expected {
            idp: &self.idp,
            sp: &self.sp,
            policy: &self.policy,
            in_response_to: self.in_response_to.as_deref(),
            authn_contexts: &[],
            authn_since: None,
        };
        let received = callback::receive(text, &expected)?;
        let verdicts: Vec<bool> = received.signatures().map(|checks| checks.iter().any(&holds)).collect();
        assertion::verify(&received.settle(&verdicts)?, &expected, self.now)
    }
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/saml")
}

/// A fixture by its path in `tests/fixtures/saml`.
pub fn fixture(path: &str) -> String {
    std::fs::read_to_string(fixtures().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A certificate of `keys/`, in PEM.
pub fn certificate(key: &str) -> String {
    fixture(&format!("keys/{key}.crt.pem"))
}

/// `text` with its first `old` replaced; there must be one.
pub fn replaced(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "no {old}");
    text.replacen(old, new, 1)
}
