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
