//! Small things that several rooms do with text.

#[cfg(feature = "saml")]
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The parts with a space between, as OAuth writes lists (RFC 6749 §3.3).
pub(crate) fn spaced(parts: &[String]) -> String {
    let mut text = String::new();
    for part in parts {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(part);
    }
    text
}

/// A person's name from its parts.
pub(crate) fn full_name(given: Option<&str>, family: Option<&str>) -> Option<String> {
    match (given, family) {
        (Some(given), Some(family)) => Some([given, " ", family].concat()),
        (given, family) => given.or(family).map(String::from),
    }
}

/// `xs:base64Binary`: padded, strict, and white space may stand anywhere.
#[cfg(feature = "saml")]
pub(crate) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text.split(u8::is_ascii_whitespace).collect::<Vec<_>>().concat()).ok()
}

/// What stands before and after `mark`. Small: the searcher of std brings two kilobytes.
#[cfg(feature = "saml")]
pub(crate) fn split_at_mark<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let at = text.as_bytes().windows(mark.len()).position(|window| window == mark.as_bytes())?;
    let (before, after) = text.split_at_checked(at)?;
    Some((before, after.strip_prefix(mark)?))
}

#[cfg(all(test, feature = "saml"))]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_where_std_finds_it() {
        for (text, mark) in [("a]]>b]]>", "]]>"), ("]]]>", "]]>"), ("", "--"), ("-", "--"), ("ü--", "--"), ("---", "--")] {
            assert_eq!(split_at_mark(text, mark), text.split_once(mark), "{text}");
        }
    }
}
