//! JSON in and out (RFC 8259), small and strict.
//!
//! Why not a library: a member that stands twice must be refused (two readers of one token would
//! see two identities), `unsafe` is forbidden in this crate, derived readers bring unsafe code or
//! 8 kB and more, and numbers keep their text so that no float code is linked. Held against
//! serde_json in the tests below.

use crate::text::{decimal, whole_number};

/// One JSON value. Members keep their order; numbers keep their text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object; no name stands twice.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads one value; anything after it but white space is an error.
    ///
    /// # Errors
    /// The rule that was broken: `json_syntax`, `json_depth`, `json_duplicate`, `json_members`.
    pub fn parse(text: &str) -> Result<Json, &'static str> {
        let mut reader = Reader { rest: text.as_bytes() };
        let value = reader.value(MAX_DEPTH)?;
        reader.space();
        if reader.rest.is_empty() { Ok(value) } else { Err(SYNTAX) }
    }

    /// The member `name` of an object.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.members()?.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// The text of the string member `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The texts of several string members, or `None` when one of them is none.
    pub fn texts<'a, const N: usize>(&'a self, names: [&str; N]) -> Option<[&'a str; N]> {
        let mut texts = [""; N];
        for (text, name) in texts.iter_mut().zip(names) {
            *text = self.text(name)?;
        }
        Some(texts)
    }

    /// The integer member `name`.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_integer()
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Json::String(text) = self { Some(text) } else { None }
    }

    /// The whole part of a number; `None` when it has an exponent or more than 15 digits.
    /// A NumericDate (RFC 7519 §2) may carry a fraction: it is dropped.
    pub fn as_integer(&self) -> Option<i64> {
        let Json::Number(text) = self else { return None };
        let negated = text.strip_prefix('-');
        let whole = negated.unwrap_or(text).split('.').next()?;
        if whole.len() > 15 || text.bytes().any(|b| matches!(b, b'e' | b'E')) {
            return None;
        }
        let number = whole_number(whole)?;
        Some(if negated.is_some() { -number } else { number })
    }

    /// The values of an array.
    pub fn as_array(&self) -> Option<&[Json]> {
        if let Json::Array(items) = self { Some(items) } else { None }
    }

    /// The members of an object.
    pub fn members(&self) -> Option<&[(String, Json)]> {
        if let Json::Object(members) = self { Some(members) } else { None }
    }

    /// Writes the value without white space.
    pub fn write(&self) -> String {
        let mut out = String::new();
        write_value(self, &mut out);
        out
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Json::String(text.into())
    }
}

/// Writes one flat record of our own, member by member, without building a tree.
#[derive(Debug)]
pub struct Record {
    text: String,
}

impl Record {
    /// A whole object with one text in it.
    pub fn bare(name: &str, value: &str) -> String {
        let mut text = String::from("{");
        write_string(name, &mut text);
        text.push(':');
        write_string(value, &mut text);
        text.push('}');
        text
    }

    /// Begins with the record's version.
    pub fn new(version: i64) -> Self {
        let mut record = Record { text: String::from("{\"v\":") };
        record.text.push_str(&decimal(version));
        record
    }

    /// Adds a text.
    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        write_string(value, &mut self.text);
        self
    }

    /// Adds a number.
    pub fn integer(self, name: &str, value: i64) -> Self {
        self.json(name, &decimal(value))
    }

    /// Adds a value that is JSON already.
    pub fn json(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        self.text.push_str(value);
        self
    }

    /// The record's text.
    pub fn end(mut self) -> String {
        self.text.push('}');
        self.text
    }

    fn name(&mut self, name: &str) {
        self.text.push(',');
        write_string(name, &mut self.text);
        self.text.push(':');
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn value(&mut self, depth: u8) -> Result<Json, &'static str> {
        self.space();
        match self.rest.first().ok_or(SYNTAX)? {
            b'{' => self.object(depth.checked_sub(1).ok_or("json_depth")?),
            b'[' => self.array(depth.checked_sub(1).ok_or("json_depth")?),
            b'"' => Ok(Json::String(self.string()?)),
            b't' => self.word(b"true", Json::Bool(true)),
            b'f' => self.word(b"false", Json::Bool(false)),
            b'n' => self.word(b"null", Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: u8) -> Result<Json, &'static str> {
        self.next();
        let mut members: Vec<(String, Json)> = Vec::new();
        if self.closes(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            if self.rest.first() != Some(&b'"') {
                return Err(SYNTAX);
            }
            let name = self.string()?;
            if members.len() == MAX_MEMBERS {
                return Err("json_members");
            }
            if members.iter().any(|(n, _)| *n == name) {
                return Err("json_duplicate");
            }
            self.space();
            self.expect(b':')?;
            let value = self.value(depth)?;
            members.push((name, value));
            if self.closes(b'}') {
                return Ok(Json::Object(members));
            }
            self.expect(b',')?;
        }
    }

    fn array(&mut self, depth: u8) -> Result<Json, &'static str> {
        self.next();
        let mut items = Vec::new();
        if self.closes(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.closes(b']') {
                return Ok(Json::Array(items));
            }
            self.expect(b',')?;
        }
    }

    fn string(&mut self) -> Result<String, &'static str> {
        self.next();
        let mut bytes = Vec::new();
        loop {
            match self.next().ok_or(SYNTAX)? {
                b'"' => return String::from_utf8(bytes).map_err(|_| SYNTAX),
                b'\\' => {
                    let c = self.escape()?;
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                0..=0x1f => return Err(SYNTAX),
                byte => bytes.push(byte),
            }
        }
    }

    fn escape(&mut self) -> Result<char, &'static str> {
        Ok(match self.next().ok_or(SYNTAX)? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.hex4()?;
                let code = if (0xd800..0xdc00).contains(&high) {
                    self.expect(b'\\')?;
                    self.expect(b'u')?;
                    let low = self.hex4()?;
                    if !(0xdc00..0xe000).contains(&low) {
                        return Err(SYNTAX);
                    }
                    0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
                } else {
                    high
                };
                char::from_u32(code).ok_or(SYNTAX)?
            }
            _ => return Err(SYNTAX),
        })
    }

    fn hex4(&mut self) -> Result<u32, &'static str> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = char::from(self.next().ok_or(SYNTAX)?).to_digit(16).ok_or(SYNTAX)?;
            code = code * 16 + digit;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Json, &'static str> {
        let mut text = String::new();
        self.accept(&mut text, |b| b == b'-');
        if !self.accept(&mut text, |b| b == b'0') {
            self.digits(&mut text)?;
        }
        if self.accept(&mut text, |b| b == b'.') {
            self.digits(&mut text)?;
        }
        if self.accept(&mut text, |b| matches!(b, b'e' | b'E')) {
            self.accept(&mut text, |b| matches!(b, b'+' | b'-'));
            self.digits(&mut text)?;
        }
        Ok(Json::Number(text))
    }

    fn digits(&mut self, text: &mut String) -> Result<(), &'static str> {
        if !self.accept(text, |b| b.is_ascii_digit()) {
            return Err(SYNTAX);
        }
        while self.accept(text, |b| b.is_ascii_digit()) {}
        Ok(())
    }

    fn accept(&mut self, text: &mut String, wanted: fn(u8) -> bool) -> bool {
        match self.rest.split_first() {
            Some((&byte, rest)) if wanted(byte) => {
                text.push(char::from(byte));
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn word(&mut self, word: &[u8], value: Json) -> Result<Json, &'static str> {
        self.rest = self.rest.strip_prefix(word).ok_or(SYNTAX)?;
        Ok(value)
    }

    fn closes(&mut self, bracket: u8) -> bool {
        self.space();
        let closes = self.rest.first() == Some(&bracket);
        if closes {
            self.next();
        }
        closes
    }

    fn expect(&mut self, byte: u8) -> Result<(), &'static str> {
        if self.next() == Some(byte) { Ok(()) } else { Err(SYNTAX) }
    }

    fn space(&mut self) {
        while let Some((b' ' | b'\n' | b'\r' | b'\t', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
    }

    fn next(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }
}

fn write_value(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(text) => out.push_str(text),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_value(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (i, (name, value)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write_value(value, out);
            }
            out.push('}');
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0'..='\u{1f}' => {
                out.push_str("\\u00");
                for digit in [u32::from(c) >> 4, u32::from(c) & 15] {
                    out.extend(char::from_digit(digit, 16));
                }
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

const SYNTAX: &str = "json_syntax";
/// Nested arrays and objects.
const MAX_DEPTH: u8 = 32;
/// Members of one object: keeps the search for duplicates bounded.
pub const MAX_MEMBERS: usize = 512;

#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Both readers on the same text: same verdict, same value (read back through our writer).
    #[test]
    fn agrees_with_serde_json() {
        for text in [
            "null",
            " true ",
            "false",
            "0",
            "-0",
            "10",
            "-1.5e+3",
            "1E9",
            "\"\"",
            r#""a\"\\\/\b\f\n\r\tz""#,
            r#""\u00e9\ud83d\ude00""#,
            "[]",
            "[ ]",
            "[1,[2,{\"a\":[]}]]",
            "{}",
            r#"{"a":1,"b":{"a":null}}"#,
            "\"é😀\"",
            "",
            " ",
            "nul",
            "nulll",
            "01",
            "1.",
            ".5",
            "-",
            "1e",
            "+1",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{'a':1}",
            "\"",
            "\"\\",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "\"\n\"",
            "\"\0\"",
            "1 1",
            "[1]]",
            "\u{feff}1",
            "// c\n1",
            "NaN",
            "Infinity",
            "tru",
            "[",
            "{",
            "{\"a\":1",
        ] {
            let ours = Json::parse(text);
            let theirs = serde_json::from_str::<serde_json::Value>(text);
            assert_eq!(ours.is_ok(), theirs.is_ok(), "{text:?}: {ours:?} {theirs:?}");
            if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                let again: serde_json::Value = serde_json::from_str(&ours.write()).unwrap();
                assert_eq!(again, theirs, "{text:?}");
                assert_eq!(Json::parse(&ours.write()).unwrap(), ours);
            }
        }
    }

    #[test]
    fn refuses_what_two_readers_could_see_differently() {
        assert_eq!(Json::parse(r#"{"sub":"a","sub":"b"}"#), Err("json_duplicate"));
        assert_eq!(Json::parse(r#"{"sub":"a","\u0073ub":"b"}"#), Err("json_duplicate"));
        assert_eq!(Json::parse(&"[".repeat(40)), Err("json_depth"));
        assert_eq!(Json::parse(&"{\"a\":".repeat(1_000_000)), Err("json_depth"));
        let many: Vec<String> = (0..600).map(|i| format!("\"{i}\":0")).collect();
        assert_eq!(Json::parse(&format!("{{{}}}", many.join(","))), Err("json_members"));
    }

    #[test]
    fn numeric_dates() {
        let seconds = |text: &str| Json::parse(text).unwrap().as_integer();
        assert_eq!(seconds("1700000000"), Some(1_700_000_000));
        assert_eq!(seconds("1700000000.75"), Some(1_700_000_000));
        assert_eq!(seconds("-5"), Some(-5));
        assert_eq!(seconds("999999999999999"), Some(999_999_999_999_999));
        assert_eq!(seconds("-999999999999999"), Some(-999_999_999_999_999));
        for refused in ["1.7e9", "1.7E9", "1000000000000000", "-1000000000000000", "\"1700000000\"", "null"] {
            assert_eq!(seconds(refused), None, "{refused}");
        }
    }

    #[test]
    fn writes_control_characters_escaped() {
        assert_eq!(Json::from("a\u{1}\n\"\\").write(), r#""a\u0001\u000a\"\\""#);
    }
}
