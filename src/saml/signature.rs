//! XML Signature as SAML uses it: one element, one reference, one way to write it.
//!
//! ```text
//!  element with ds:Signature ─ open ─> shape ─> canonical SignedInfo, read afresh ─> digest of the canonical element
//!                                                                                          │ Unproven: checks, one for each key that fits
//!                                       SignedElement <─ settle ── (WebCrypto) <───────────┘
//! ```
//!
//! XML Signature 1.1 §3.2, §8.1; SAML core §5.4. Keys come from the configuration, never from `KeyInfo`.
//! Every refusal is `signature_invalid` with the rule that was broken. Identity is read only from
//! [`SignedElement`], which holds the very bytes that were digested.

use super::c14n::canonicalize;
use super::names::{DSIG, EXC_C14N};
use super::policy::Policy;
use super::xml::{self, Comments, Document, Element};
use crate::error::{Error, ErrorCode};
use crate::secret::Secret;
use crate::text::decode_base64;
use crate::wire::{Algorithm, PublicKey, SignatureCheck};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A signed element whose digest holds and whose signature nobody has checked yet.
#[derive(Debug)]
pub struct Unproven {
    element: SignedElement,
    checks: Vec<SignatureCheck>,
}

/// The canonical bytes of an element whose signature was found valid. [`Unproven::settle`] is its only maker.
#[derive(Debug)]
pub struct SignedElement {
    /// Who has these bytes can be signed in by them: they are not printed.
    canonical: Secret,
    prefixes: Vec<String>,
}

/// Takes the signature of `owner` apart; `None` when it has none.
///
/// # Errors
/// `signature_invalid` with the rule: `count`, `shape`, `c14n_method`, `signature_method`,
/// `reference_count`, `reference_uri`, `transforms`, `digest_method`, `digest`, `signature_value`, `key`,
/// `too_large`.
pub fn open(owner: Element<'_, '_>, keys: &[PublicKey], policy: &Policy) -> Result<Option<Unproven>, Error> {
    let mut signatures = owner.children().filter(|child| child.is(DSIG, "Signature"));
    let Some(signature) = signatures.next() else { return Ok(None) };
    if signatures.next().is_some() {
        return Err(refused("count"));
    }
    let (info, value) = parts(signature)?;

    // Only what the signature covers is read from here on: the canonical SignedInfo, not the received one.
    let method = info.children().next().ok_or_else(shape)?;
    let prefixes = exclusive(method, "CanonicalizationMethod").ok_or_else(|| refused("c14n_method"))?;
    let signed_info = canonicalize(info, None, &prefixes).ok_or_else(shape)?;
    let document = xml::parse(&signed_info, Comments::Refused).map_err(|_| shape())?;
    let info = SignedInfo::read(document.root())?;
    if !policy.algorithms.contains(&info.algorithm) {
        return Err(refused("signature_method"));
    }
    let id = owner.attribute("ID").unwrap_or_default();
    if info.uri.strip_prefix('#') != Some(id) || id.is_empty() {
        return Err(refused("reference_uri"));
    }

    let canonical = canonicalize(owner, Some(signature), &info.prefixes).ok_or_else(|| refused("too_large"))?;
    if canonical.is_empty() || !is_same(&info.hash.digest(canonical.as_bytes()), &info.digest) {
        return Err(refused("digest"));
    }
    let value = base64(value).ok_or_else(|| refused("signature_value"))?;
    if !keys.iter().any(|key| fits(key, info.algorithm)) {
        return Err(refused("key"));
    }
    let checks = checks(keys, info.algorithm, &signed_info, &value);
    if checks.is_empty() {
        return Err(refused("signature_value"));
    }
    let prefixes = info.prefixes.iter().map(|prefix| (*prefix).into()).collect();
    Ok(Some(Unproven { element: SignedElement { canonical: Secret::new(canonical), prefixes }, checks }))
}

/// One check for every key that may have made a signature of this length.
pub(super) fn checks(keys: &[PublicKey], algorithm: Algorithm, signed: &str, signature: &[u8]) -> Vec<SignatureCheck> {
    let may = |key: &&PublicKey| fits(key, algorithm) && signature_bytes(key) == signature.len();
    let check =
        |key: &PublicKey| SignatureCheck { algorithm, key: key.clone(), signed: signed.into(), signature: signature.into() };
    keys.iter().filter(may).map(check).collect()
}

impl Unproven {
    /// What is to be checked: the signature holds when one of these does.
    pub fn checks(&self) -> &[SignatureCheck] {
        &self.checks
    }

    /// Takes the verdict of whoever computed the signature: whether one of [`Unproven::checks`] holds.
    ///
    /// # Errors
    /// `signature_invalid` / `signature` when none does.
    pub fn settle(self, holds: bool) -> Result<SignedElement, Error> {
        if holds { Ok(self.element) } else { Err(refused("signature")) }
    }
}

impl SignedElement {
    /// The bytes that were digested.
    pub fn text(&self) -> &str {
        self.canonical.expose()
    }

    /// What they say, read afresh; whatever reads otherwise than it is written is refused.
    ///
    /// # Errors
    /// `signature_invalid` / `round_trip`.
    pub fn document(&self) -> Result<Document<'_>, Error> {
        let document = xml::parse_any_size(self.text(), Comments::Refused).map_err(|_| refused("round_trip"))?;
        let prefixes: Vec<&str> = self.prefixes.iter().map(String::as_str).collect();
        let again = canonicalize(document.root(), None, &prefixes);
        if again.as_deref() == Some(self.text()) { Ok(document) } else { Err(refused("round_trip")) }
    }
}

/// What the canonical SignedInfo says.
struct SignedInfo<'d> {
    algorithm: Algorithm,
    uri: &'d str,
    prefixes: Vec<&'d str>,
    hash: Hash,
    digest: Vec<u8>,
}

impl<'d> SignedInfo<'d> {
    fn read(info: Element<'d, '_>) -> Result<SignedInfo<'d>, Error> {
        let mut children = info.children();
        let (Some(c14n), Some(method), Some(reference)) = (children.next(), children.next(), children.next()) else {
            return Err(shape());
        };
        exclusive(c14n, "CanonicalizationMethod").ok_or_else(|| refused("c14n_method"))?;
        if !method.is(DSIG, "SignatureMethod") || !reference.is(DSIG, "Reference") {
            return Err(shape());
        }
        if children.next().is_some() {
            return Err(refused("reference_count"));
        }
        let algorithm = bare_algorithm(method).and_then(self::method).ok_or_else(|| refused("signature_method"))?;

        allow(reference, &["Id", "Type", "URI"])?;
        let uri = reference.attribute("URI").ok_or_else(|| refused("reference_uri"))?;
        let mut children = reference.children();
        let (Some(transforms), Some(method), Some(value), None) =
            (children.next(), children.next(), children.next(), children.next())
        else {
            return Err(shape());
        };
        if !method.is(DSIG, "DigestMethod") || !value.is(DSIG, "DigestValue") || !has_only(value, &[]) {
            return Err(shape());
        }
        let prefixes = read_transforms(transforms).ok_or_else(|| refused("transforms"))?;
        let hash = bare_algorithm(method).and_then(digest_method).ok_or_else(|| refused("digest_method"))?;
        let digest = base64(value).filter(|digest| digest.len() == hash.bytes()).ok_or_else(|| refused("digest"))?;
        Ok(SignedInfo { algorithm, uri, prefixes, hash, digest })
    }
}

/// SignedInfo and SignatureValue: with an optional KeyInfo, and nothing else, they are a Signature
/// (SAML core §5.4.5: no Object).
fn parts<'d, 'a>(signature: Element<'d, 'a>) -> Result<(Element<'d, 'a>, Element<'d, 'a>), Error> {
    allow(signature, &["Id"])?;
    let mut children = signature.children();
    let (Some(info), Some(value), key_info, None) = (children.next(), children.next(), children.next(), children.next()) else {
        return Err(shape());
    };
    let named = info.is(DSIG, "SignedInfo") && value.is(DSIG, "SignatureValue");
    if !named || !has_only(value, &["Id"]) || key_info.is_some_and(|k| !k.is(DSIG, "KeyInfo")) {
        return Err(shape());
    }
    allow(info, &["Id"])?;
    Ok((info, value))
}

/// Exclusive canonicalization and its PrefixList; the same element for a method and for a transform.
fn exclusive<'d>(method: Element<'d, '_>, name: &str) -> Option<Vec<&'d str>> {
    if !method.is(DSIG, name) || method.attribute("Algorithm") != Some(EXC_C14N) || allow(method, &["Algorithm"]).is_err() {
        return None;
    }
    let mut children = method.children();
    let Some(inclusive) = children.next() else { return Some(Vec::new()) };
    allow(inclusive, &["PrefixList"]).ok()?;
    let named = inclusive.is(EXC_C14N, "InclusiveNamespaces") && inclusive.children().next().is_none();
    let list = inclusive.attribute("PrefixList").filter(|_| named)?;
    let prefixes: Vec<&str> = list.split_ascii_whitespace().collect();
    (children.next().is_none() && prefixes.len() <= MAX_PREFIXES).then_some(prefixes)
}

/// Exactly enveloped-signature, then exclusive canonicalization (SAML core §5.4.4).
fn read_transforms<'d>(transforms: Element<'d, '_>) -> Option<Vec<&'d str>> {
    if !transforms.is(DSIG, "Transforms") {
        return None;
    }
    allow(transforms, &[]).ok()?;
    let mut children = transforms.children();
    let (enveloped, c14n) = (children.next()?, children.next()?);
    let first = enveloped.is(DSIG, "Transform") && bare_algorithm(enveloped) == Some(ENVELOPED);
    exclusive(c14n, "Transform").filter(|_| first && children.next().is_none())
}

/// The algorithm of an element that says nothing else: a parameter is a thing to be misread.
fn bare_algorithm<'d>(method: Element<'d, '_>) -> Option<&'d str> {
    let bare = allow(method, &["Algorithm"]).is_ok() && method.children().next().is_none();
    method.attribute("Algorithm").filter(|_| bare)
}

/// Only these attributes, and no text between the children.
fn allow(element: Element<'_, '_>, attributes: &[&str]) -> Result<(), Error> {
    if has_only(element, attributes) && element.has_only_elements() { Ok(()) } else { Err(shape()) }
}

fn has_only(element: Element<'_, '_>, attributes: &[&str]) -> bool {
    element.attributes().iter().all(|a| a.prefix.is_empty() && attributes.contains(&a.local))
}

/// The algorithm of this name.
pub(super) fn method(uri: &str) -> Option<Algorithm> {
    METHODS.iter().find(|(known, _)| *known == uri).map(|(_, algorithm)| *algorithm)
}

/// The name of an algorithm.
pub(super) fn method_uri(algorithm: Algorithm) -> &'static str {
    METHODS.iter().find(|(_, known)| *known == algorithm).map_or("", |(uri, _)| uri)
}

/// XML Signature 1.1 §6.2.
fn digest_method(uri: &str) -> Option<Hash> {
    Some(match uri {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Hash::Sha256,
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Hash::Sha384,
        "http://www.w3.org/2001/04/xmlenc#sha512" => Hash::Sha512,
        _ => return None,
    })
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn bytes(self) -> usize {
        match self {
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Hash::Sha256 => Sha256::digest(bytes).to_vec(),
            Hash::Sha384 => Sha384::digest(bytes).to_vec(),
            Hash::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

fn fits(key: &PublicKey, algorithm: Algorithm) -> bool {
    use Algorithm::*;
    let PublicKey::Spki { curve, .. } = key else { return false };
    curve.is_some() == matches!(algorithm, Es256 | Es384 | Es512)
}

fn signature_bytes(key: &PublicKey) -> usize {
    if let PublicKey::Spki { signature_bytes, .. } = key { *signature_bytes } else { 0 }
}

fn base64(element: Element<'_, '_>) -> Option<Vec<u8>> {
    decode_base64(element.text()?.as_bytes())
}

/// In a time that does not depend on where they differ.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::SignatureInvalid, rule)
}

fn shape() -> Error {
    refused("shape")
}

/// RFC 6931 §2.3.2, §2.3.6, §2.3.10. SHA-1, HMAC, DSA and parametrised PSS are not there.
const METHODS: [(&str, Algorithm); 9] = [
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", Algorithm::Rs256),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", Algorithm::Rs384),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", Algorithm::Rs512),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", Algorithm::Es256),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", Algorithm::Es384),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", Algorithm::Es512),
    ("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", Algorithm::Ps256),
    ("http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1", Algorithm::Ps384),
    ("http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1", Algorithm::Ps512),
];
/// The transform that leaves the signature itself out (XML Signature 1.1 §6.6.4).
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Prefixes of one PrefixList. Identity providers write one or two.
const MAX_PREFIXES: usize = 32;
