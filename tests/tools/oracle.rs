//! Native programs' WebCrypto: RSA, PSS, P-256 and P-384 by ring, P-521 by the `p521` crate. Neither
//! shares anything with this crate.

use gatepass::wire::{Algorithm, Curve, PublicKey, SignatureCheck};
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};

/// Whether a signature holds.
pub fn holds(check: &SignatureCheck) -> bool {
    let PublicKey::Spki { der, curve, .. } = check.key() else { return false };
    let Some(key) = bit_string(der) else { return false };
    let by: &dyn VerificationAlgorithm = match (check.algorithm(), curve) {
        (Algorithm::Rs256, None) => &signature::RSA_PKCS1_2048_8192_SHA256,
        (Algorithm::Rs384, None) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (Algorithm::Rs512, None) => &signature::RSA_PKCS1_2048_8192_SHA512,
        (Algorithm::Ps256, None) => &signature::RSA_PSS_2048_8192_SHA256,
        (Algorithm::Ps384, None) => &signature::RSA_PSS_2048_8192_SHA384,
        (Algorithm::Ps512, None) => &signature::RSA_PSS_2048_8192_SHA512,
        (Algorithm::Es256, Some(Curve::P256)) => &signature::ECDSA_P256_SHA256_FIXED,
        (Algorithm::Es384, Some(Curve::P384)) => &signature::ECDSA_P384_SHA384_FIXED,
        (Algorithm::Es512, Some(Curve::P521)) => return holds_p521(key, check),
        _ => return false, // Curves with another hash: WebCrypto knows them, ring does not.
    };
    UnparsedPublicKey::new(by, key).verify(check.signed(), check.signature()).is_ok()
}

fn holds_p521(key: &[u8], check: &SignatureCheck) -> bool {
    use p521::ecdsa::signature::Verifier;
    let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(key);
    let signature = p521::ecdsa::Signature::from_slice(check.signature());
    key.is_ok_and(|key| signature.is_ok_and(|signature| key.verify(check.signed(), &signature).is_ok()))
}

/// The key itself, which is what stands last in a `SubjectPublicKeyInfo`.
fn bit_string(spki: &[u8]) -> Option<&[u8]> {
    let (mut rest, _) = (contents(spki, 0x30)?.0, ());
    rest = contents(rest, 0x30)?.1;
    contents(rest, 0x03)?.0.strip_prefix(&[0])
}

/// The content of the first element, and what follows it.
fn contents(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=127 => (usize::from(*length), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => (usize::from(*rest.first()?) * 256 + usize::from(*rest.get(1)?), rest.get(2..)?),
        _ => return None,
    };
    (*first == tag).then_some(())?;
    rest.split_at_checked(length)
}
