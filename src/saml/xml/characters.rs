//! What characters mean: references, ends of lines, names, addresses of namespaces.

use std::borrow::Cow;

/// Where a text stands decides what it is rid of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// References, and white space that becomes a space (XML 1.0 §3.3.3).
    Attribute,
    /// Neither: a CDATA section.
    CharacterData,
    /// References.
    Content,
}

/// Ends of lines (XML 1.0 §2.11), references (§4.1, §4.6), allowed characters (§2.2).
pub(super) fn unescape(raw: &str, place: Place) -> Result<Cow<'_, str>, &'static str> {
    // Bytes, not characters: the characters that XML lacks begin with one of these too.
    let special = |b: u8| match b {
        b'\r' => true,
        b'&' => place != Place::CharacterData,
        b'\n' | b'\t' | b'<' => place == Place::Attribute,
        b => b < b' ' || b == NOT_ALL_CHARS,
    };
    let mut text = String::new();
    let mut rest = raw;
    while let Some((plain, from)) = find(rest.as_bytes(), special).and_then(|at| rest.split_at_checked(at)) {
        text.push_str(plain);
        let mut after = from.chars();
        match after.next() {
            Some('&') => {
                let (reference, after) = after.as_str().split_once(';').ok_or(MALFORMED)?;
                text.push(resolve_reference(reference).ok_or(MALFORMED)?);
                rest = after;
                continue;
            }
            Some('\r') => {
                rest = after.as_str();
                if !rest.starts_with('\n') {
                    text.push(if place == Place::Attribute { ' ' } else { '\n' });
                } else if place != Place::Attribute {
                    text.push('\n');
                    rest = rest.strip_prefix('\n').unwrap_or(rest);
                }
                continue;
            }
            Some('\n' | '\t') => text.push(' '),
            Some(c) if c > '\u{7f}' && is_char(c) => text.push(c),
            _ => return Err(MALFORMED),
        }
        rest = after.as_str();
    }
    if text.is_empty() && rest.len() == raw.len() {
        return Ok(Cow::Borrowed(raw));
    }
    text.push_str(rest);
    Ok(Cow::Owned(text))
}

fn resolve_reference(name: &str) -> Option<char> {
    let number = match name.strip_prefix('#') {
        None => {
            return Some(match name {
                "amp" => '&',
                "apos" => '\'',
                "gt" => '>',
                "lt" => '<',
                "quot" => '"',
                _ => return None,
            });
        }
        Some(number) => number,
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None; // Rust would take a sign.
    }
    let c = char::from_u32(u32::from_str_radix(digits, radix).ok()?)?;
    is_char(c).then_some(c)
}

/// `NCName` (Namespaces in XML §3), as `xs:ID` has it.
pub fn is_nc_name(text: &str) -> bool {
    starts_name(text) && name_length(text) == text.len()
}

/// Bytes that can be a name without a colon.
pub(super) fn name_length(text: &str) -> usize {
    let other = |b: u8| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    let ascii = find(text.as_bytes(), other).unwrap_or(text.len());
    match text.as_bytes().get(ascii) {
        Some(128..) => text.char_indices().find(|(_, c)| !is_name_char(*c)).map_or(text.len(), |(at, _)| at),
        _ => ascii,
    }
}

/// What stands in a name but not at its beginning (XML 1.0 §2.3).
pub(super) fn starts_name(name: &str) -> bool {
    let follows = |c| matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}' | '\u{2040}');
    name.chars().next().is_some_and(|c| !follows(c))
}

/// XML 1.0 §2.3 without the colon.
fn is_name_char(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '.' => true,
        '\0'..='\u{7f}' => false,
        _ => matches!(c,
            '\u{b7}' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
            | '\u{200c}' | '\u{200d}' | '\u{203f}' | '\u{2040}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
            | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}'),
    }
}

pub(super) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// Whether a text can be written on one line of XML: no control characters, none that XML lacks.
pub fn is_xml_text(text: &str) -> bool {
    text.chars().all(|c| is_char(c) && !c.is_control())
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// A relative name has no canonical form (Canonical XML 1.0 §1.3), and an odd one is read differently
/// by different readers: a scheme, then printable ASCII.
pub(super) fn is_absolute(uri: &str) -> bool {
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    is_scheme
        && uri.bytes().all(|b| {
            b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'[' | b'\\' | b']' | b'^' | b'`' | b'{' | b'|' | b'}')
        })
}

/// The first byte of this kind.
pub(super) fn find(bytes: &[u8], mut is: impl FnMut(u8) -> bool) -> Option<usize> {
    bytes.iter().position(|b| is(*b))
}

const MALFORMED: &str = "malformed";
/// The first byte of U+F000 to U+FFFF, of which U+FFFE and U+FFFF are no characters of XML.
const NOT_ALL_CHARS: u8 = 0xef;
