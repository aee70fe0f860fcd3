//! What is allowed, apart from what the specifications leave no choice about.

use crate::wire::Algorithm;

/// The rules that an app may set.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Signature algorithms. SHA-1 is not among those that could be.
    pub algorithms: Vec<Algorithm>,
    /// Seconds that the clocks of the page and the identity provider may differ, either way.
    pub skew: i64,
    /// What must be signed. Whatever is signed is checked, asked for or not.
    pub signed: Signed,
    /// Whether a response may come that answers no request (SAML profiles §4.1.5). It cannot be told
    /// from one that somebody else sends, to be signed in as themselves (login CSRF).
    pub allow_idp_initiated: bool,
}

/// What of a response must be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// The response or the assertion: SAML profiles §4.1.4.5 asks for no more.
    Any,
    /// The assertion, whether the response is or not.
    Assertion,
    /// Both of them.
    Both,
    /// The response, whether the assertion is or not.
    Response,
}

impl Default for Policy {
    fn default() -> Self {
        use Algorithm::*;
        Policy {
            algorithms: vec![Rs256, Rs384, Rs512, Ps256, Ps384, Ps512, Es256, Es384, Es512],
            skew: DEFAULT_SKEW,
            signed: Signed::Any,
            allow_idp_initiated: false,
        }
    }
}

/// Seconds. ZITADEL dates nothing back, so a page's clock that is a moment behind must not matter.
pub const DEFAULT_SKEW: i64 = 60;
/// Seconds. More would make `NotOnOrAfter` mean nothing.
pub const MAX_SKEW: i64 = 600;
