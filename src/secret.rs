//! Strings that must not be printed: verifiers, codes, tokens.

use std::fmt;

/// A value that prints as `[redacted]`.
///
/// # Security
/// Whoever calls [`Secret::expose`] answers for where the text goes: never into a URL, a log or an
/// error.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
