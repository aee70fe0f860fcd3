//! An X.509 certificate, as far as a signature needs it: the public key, and when it runs out.
//!
//! ```text
//! PEM or bare base64 ─> DER ─> SEQUENCE tbsCertificate ─> validity, SubjectPublicKeyInfo ─> WebCrypto's "spki"
//! ```
//!
//! RFC 5280 §4.1, walked and not interpreted: trust comes from the app's configuration, not from the
//! certificate's issuer (SAML metadata §2.4.1.1).

use crate::text::{decode_base64, split_at_mark};
use crate::wire::{Curve, PublicKey};

/// A certificate that the configuration or the metadata names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The key.
    pub key: PublicKey,
    /// `notBefore`, seconds since 1970.
    pub not_before: i64,
    /// `notAfter`, seconds since 1970.
    pub not_after: i64,
}

/// Reads the certificates of a PEM file, or one from its base64 alone.
///
/// # Errors
/// The rule: `private_key`, `certificate`, `key_kind` (neither RSA nor P-256, P-384, P-521), `key_size`
/// (RSA of less than 2048 bits).
pub fn read_all(text: &str) -> Result<Vec<Certificate>, &'static str> {
    if split_at_mark(text, "PRIVATE KEY").is_some() {
        return Err("private_key");
    }
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = split_at_mark(rest, BEGIN) {
        let (body, next) = split_at_mark(after, END).ok_or(MALFORMED)?;
        all.push(read_base64(body)?);
        rest = next;
    }
    if all.is_empty() {
        all.push(read_base64(text)?);
    }
    Ok(all)
}

/// Reads one certificate, the first.
///
/// # Errors
/// As [`read_all`].
pub fn read(text: &str) -> Result<Certificate, &'static str> {
    read_all(text)?.into_iter().next().ok_or(MALFORMED)
}

/// The base64 of the first certificate, without lines: as `X509Certificate` has it.
///
/// # Errors
/// As [`read_all`].
pub fn base64_of(text: &str) -> Result<String, &'static str> {
    read(text)?;
    let body = split_at_mark(text, BEGIN).map_or(text, |(_, after)| after);
    let body = split_at_mark(body, END).map_or(body, |(body, _)| body);
    Ok(body.split_ascii_whitespace().collect())
}

fn read_base64(body: &str) -> Result<Certificate, &'static str> {
    read_der(&decode_base64(body.as_bytes()).filter(|der| der.len() <= MAX_BYTES).ok_or(MALFORMED)?)
}

fn read_der(der: &[u8]) -> Result<Certificate, &'static str> {
    let walk = || {
        let (tbs, _, _) = Der(der).next(SEQUENCE)?;
        let mut tbs = Der(Der(tbs).next(SEQUENCE)?.0);
        if let Some((_, rest, _)) = tbs.next(VERSION) {
            tbs = Der(rest);
        }
        let mut parts = Vec::new();
        for tag in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE] {
            let (content, rest, whole) = tbs.next(tag)?;
            parts.push((content, whole));
            tbs = Der(rest);
        }
        let [.., (validity, _), _, (info, spki)] = parts.as_slice() else { return None };
        let (not_before, rest) = Der(validity).time()?;
        let (not_after, _) = Der(rest).time()?;
        Some((not_before, not_after, *info, *spki))
    };
    let (not_before, not_after, info, spki) = walk().ok_or(MALFORMED)?;
    let (curve, bits) = kind(info).ok_or("key_kind")?;
    if curve.is_none() && bits < MIN_RSA_BITS {
        return Err("key_size");
    }
    let key = PublicKey::Spki { der: spki.into(), curve, signature_bytes: bits.div_ceil(8) };
    Ok(Certificate { key, not_before, not_after })
}

/// The curve and the bits of its signatures, or no curve and the bits of the modulus.
fn kind(info: &[u8]) -> Option<(Option<Curve>, usize)> {
    let (algorithm, rest, _) = Der(info).next(SEQUENCE)?;
    let (oid, parameters, _) = Der(algorithm).next(OID)?;
    if oid == EC_PUBLIC_KEY {
        let (curve, _, _) = Der(parameters).next(OID)?;
        return Some(match curve {
            P_256 => (Some(Curve::P256), 2 * 8 * 32),
            P_384 => (Some(Curve::P384), 2 * 8 * 48),
            P_521 => (Some(Curve::P521), 2 * 8 * 66),
            _ => return None,
        });
    }
    if oid != RSA_ENCRYPTION {
        return None;
    }
    let (bits, _, _) = Der(rest).next(BIT_STRING)?;
    let (numbers, _, _) = Der(bits.strip_prefix(&[0])?).next(SEQUENCE)?;
    let (modulus, _, _) = Der(numbers).next(INTEGER)?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let leading_zeros = modulus.first()?.leading_zeros();
    Some((None, modulus.len() * 8 - usize::try_from(leading_zeros).ok()?))
}

/// Bytes that begin with an element of DER (X.690).
#[derive(Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the first element, what follows it, and the element as it stands.
    fn next(self, tag: u8) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
        let (first, rest) = self.0.split_first()?;
        let (length, rest) = rest.split_first()?;
        let (length, rest) = match length {
            0..=127 => (usize::from(*length), rest),
            129 | 130 => {
                let (digits, rest) = rest.split_at_checked(usize::from(*length - 128))?;
                (digits.iter().fold(0, |sum, digit| sum * 256 + usize::from(*digit)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        let (whole, _) = self.0.split_at_checked(self.0.len() - rest.len())?;
        (*first == tag).then_some((content, rest, whole))
    }

    /// `UTCTime` or `GeneralizedTime` (RFC 5280 §4.1.2.5), and what follows.
    fn time(self) -> Option<(i64, &'a [u8])> {
        let (century, (content, rest, _)) = match self.next(UTC_TIME) {
            Some(found) => ("", found),
            None => ("-", self.next(GENERALIZED_TIME)?),
        };
        let digits = std::str::from_utf8(content).ok()?;
        let (year, rest_of_it) = digits.split_at_checked(if century.is_empty() { 2 } else { 4 })?;
        let (month, day) = rest_of_it.split_at_checked(2)?;
        let (day, time) = day.split_at_checked(2)?;
        let (hour, time) = time.split_at_checked(2)?;
        let (minute, second) = time.split_at_checked(2)?;
        let century = match (century, year) {
            ("", year) if year < "50" => "20",
            ("", _) => "19",
            _ => "",
        };
        let text = [century, year, "-", month, "-", day, "T", hour, ":", minute, ":", second].concat();
        Some((crate::time::parse(&text)?, rest))
    }
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// `[0] EXPLICIT Version`
const VERSION: u8 = 0xa0;

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P_256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const P_384: &[u8] = &[0x2b, 0x81, 0x04, 0, 0x22];
const P_521: &[u8] = &[0x2b, 0x81, 0x04, 0, 0x23];

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";
const MALFORMED: &str = "certificate";
/// NIST SP 800-131A.
const MIN_RSA_BITS: usize = 2048;
/// Bytes of DER. One of 4096 bits with many names has 2,300.
const MAX_BYTES: usize = 24 * 1024;
