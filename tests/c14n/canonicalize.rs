//! Canonicalizes what it is given, for `differential.py` and `corpus.py`: the program under test.
//!
//! A job on standard input is five fields, an answer on standard output is one; each is a length (4 bytes,
//! big-endian) and that many bytes:
//!
//! ```text
//! document | PrefixList | apex | left out or "" | "dropped" or "refused" (comments)   ─>   "+" text | "-" rule
//! ```
//!
//! The rule is one of `parse`, or `too_long` when the text would be.
//!
//! Elements are numbered in document order, from 0.

use std::io::{self, Read, Write};

use gatepass::saml::c14n::canonicalize;
use gatepass::saml::xml::{Comments, parse_bytes};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    while let Some(document) = field(&mut input)? {
        let mut next = || field(&mut input)?.ok_or(io::Error::from(io::ErrorKind::UnexpectedEof));
        let (prefixes, apex, without, comments) = (next()?, next()?, next()?, next()?);
        let comments = match comments.as_slice() {
            b"dropped" => Comments::Dropped,
            b"refused" => Comments::Refused,
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        };
        let answer = answer(&document, text(&prefixes)?, text(&apex)?, text(&without)?, comments)?;
        output.write_all(&u32::try_from(answer.len()).map_err(io::Error::other)?.to_be_bytes())?;
        output.write_all(answer.as_bytes())?;
        output.flush()?; // Answers stay when a later job ends the program.
    }
    Ok(())
}

fn answer(document: &[u8], prefixes: &str, apex: &str, without: &str, comments: Comments) -> io::Result<String> {
    let document = match parse_bytes(document, comments) {
        Ok(document) => document,
        Err(rule) => return Ok(format!("-{rule}")),
    };
    let element = |number: &str| {
        let number = number.parse().map_err(io::Error::other)?;
        document.elements().nth(number).ok_or(io::Error::from(io::ErrorKind::InvalidInput))
    };
    let without = if without.is_empty() { None } else { Some(element(without)?) };
    let prefixes: Vec<&str> = prefixes.split_ascii_whitespace().collect();
    let text = canonicalize(element(apex)?, without, &prefixes);
    Ok(text.map_or("-too_long".into(), |text| format!("+{text}")))
}

fn field(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    }
    let mut bytes = Vec::new();
    let length = u32::from_be_bytes(length);
    if input.take(length.into()).read_to_end(&mut bytes)? == usize::try_from(length).map_err(io::Error::other)? {
        Ok(Some(bytes))
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn text(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes).map_err(io::Error::other)
}
