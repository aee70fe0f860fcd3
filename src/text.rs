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

/// A whole number as text. Small: the formatter of std brings a kilobyte and a half.
pub(crate) fn decimal(number: i64) -> String {
    let mut text = String::from(if number < 0 { "-" } else { "" });
    push_digits(number.unsigned_abs(), &mut text);
    text
}

fn push_digits(number: u64, text: &mut String) {
    if number >= 10 {
        push_digits(number / 10, text);
    }
    text.extend(u32::try_from(number % 10).ok().and_then(|digit| char::from_digit(digit, 10)));
}

/// The number that decimal digits say.
pub(crate) fn whole_number(digits: &str) -> Option<i64> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0, |number: i64, c| number.checked_mul(10)?.checked_add(c.to_digit(10)?.into()))
}

/// `xs:base64Binary`: padded, strict, and white space may stand anywhere.
#[cfg(feature = "saml")]
pub(crate) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut solid = text.to_vec();
    solid.retain(|byte| !byte.is_ascii_whitespace());
    STANDARD.decode(solid).ok()
}

/// What stands before and after `mark`. Small: the searcher of std brings two kilobytes.
#[cfg(any(feature = "saml", feature = "aws", feature = "openmetadata"))]
pub(crate) fn split_at_mark<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let at = text.as_bytes().windows(mark.len()).position(|window| window == mark.as_bytes())?;
    let (before, after) = text.split_at_checked(at)?;
    Some((before, after.strip_prefix(mark)?))
}

/// In small letters: Latin and Cyrillic. Small: the tables of std bring seventeen kilobytes.
#[cfg(feature = "openmetadata")]
pub(crate) fn lower_case(text: &str) -> String {
    text.chars().filter_map(|c| char::from_u32(u32::from(c) + distance(c))).collect()
}

/// From a capital to its small letter.
#[cfg(feature = "openmetadata")]
fn distance(c: char) -> u32 {
    let is_even = u32::from(c) % 2 == 0;
    match c {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'А'..='Я' => 32,
        'Ѐ'..='Џ' => 80,
        'Ā'..='Į' | 'Ĳ'..='Ķ' | 'Ŋ'..='Ŷ' if is_even => 1,
        'Ĺ'..='Ň' | 'Ź'..='Ž' if !is_even => 1,
        _ => 0,
    }
}

#[cfg(all(test, any(feature = "saml", feature = "aws", feature = "openmetadata")))]
mod tests {
    use super::*;

    #[cfg(feature = "openmetadata")]
    #[test]
    fn letters_are_made_small_as_std_makes_them() {
        let known = |c: &char| !matches!(c, 'İ' | 'Ÿ'); // the one makes two of itself, the other is far away
        for c in ('\0'..='\u{17f}').chain('\u{400}'..='\u{45f}').filter(known) {
            assert_eq!(lower_case(&c.to_string()), c.to_lowercase().to_string(), "{c:?}");
        }
        for other in ["İŸ", "ΑΩ", "漢字", "\u{10ffff}"] {
            assert_eq!(lower_case(other), other);
        }
    }

    #[cfg(any(feature = "saml", feature = "openmetadata"))]
    #[test]
    fn a_mark_is_found_where_std_finds_it() {
        for (text, mark) in [("a]]>b]]>", "]]>"), ("]]]>", "]]>"), ("", "--"), ("-", "--"), ("ü--", "--"), ("---", "--")] {
            assert_eq!(split_at_mark(text, mark), text.split_once(mark), "{text}");
        }
    }

    #[test]
    fn numbers_are_written_as_std_writes_them_and_read_back() {
        for number in [0, 7, 10, 1_780_315_200, i64::MAX, -1, i64::MIN] {
            assert_eq!(decimal(number), number.to_string());
            assert_eq!(whole_number(&decimal(number)), (number >= 0).then_some(number), "{number}");
        }
        for text in ["", "9223372036854775808", "+1", "1a", "1 ", "٣"] {
            assert_eq!(whole_number(text), None, "{text}");
        }
    }
}
