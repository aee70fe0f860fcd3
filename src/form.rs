//! `application/x-www-form-urlencoded`, both ways (WHATWG URL §5; RFC 6749 appendix B).

/// Writes `name=value` pairs joined with `&`.
pub fn encode(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        encode_into(name, &mut out);
        out.push('=');
        encode_into(value, &mut out);
    }
    out
}

/// Puts pairs on an address that may have a query already.
pub fn append(address: &str, pairs: &[(&str, &str)]) -> String {
    append_encoded(address, &encode(pairs))
}

/// [`append`] for pairs that are encoded already, as they were signed.
pub(crate) fn append_encoded(address: &str, query: &str) -> String {
    let joint = if address.contains('?') { "&" } else { "?" };
    [address, joint, query].concat()
}

/// Reads pairs in their order. `+` is a space; a `%` that starts no escape stands for itself; a
/// value that is not UTF-8 becomes U+FFFD. Never fails: what the values mean is the caller's check.
pub fn decode(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_one(name), decode_one(value))
        })
        .collect()
}

fn encode_into(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(u32::from(digit), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
    }
}

/// One name or value: `+` and percent escapes replaced.
pub(crate) fn decode_one(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    rest = after;
                }
                _ => bytes.push(byte),
            },
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| "\u{fffd}".into())
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        let pairs = [("a b", "ü+&=/?#%"), ("state", "x-_.~")];
        let text = encode(&pairs);
        assert_eq!(text, "a%20b=%C3%BC%2B%26%3D%2F%3F%23%25&state=x-_.~");
        let read = decode(&text);
        assert!(read.iter().map(|(n, v)| (n.as_str(), v.as_str())).eq(pairs));
    }

    #[test]
    fn reads_what_providers_write() {
        for (text, value) in [
            ("d=a+b", "a b"),
            ("d=a%2Bb", "a+b"),
            ("d=100%", "100%"),
            ("d=%zz%4", "%zz%4"),
            ("d=%ff", "\u{fffd}"),
            ("d", ""),
            ("d=x=y", "x=y"),
        ] {
            assert_eq!(decode(text), [("d".to_owned(), value.to_owned())], "{text}");
        }
        assert_eq!(decode("&&"), []);
    }
}
