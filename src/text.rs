//! Small things that several rooms do with text.

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
