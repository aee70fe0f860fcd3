//! What the core asks of the outside, as values: requests, answers, redirects, signatures to check.

use crate::error::{Error, ErrorCode};
use crate::secret::Secret;

/// A request that the browser makes for us: no credentials, no custom header (a CORS *simple*
/// request, so no preflight).
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// Absolute address.
    pub url: String,
    /// Body of a `POST`, `application/x-www-form-urlencoded`; `None` is a `GET`.
    pub form: Option<Secret>,
    /// Bytes of the answer that are read at most.
    pub limit: usize,
    /// Must outlive the page (`keepalive`): revocation at sign-out.
    pub keepalive: bool,
    /// Must not come from the HTTP cache: a key set without the key that was asked for.
    pub fresh: bool,
}

/// The answer to an [`HttpRequest`].
#[derive(Debug, Clone)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// The body; `None` when it was longer than the request's limit or not UTF-8.
    pub body: Option<Secret>,
    /// The `Date` header in seconds since 1970, when CORS lets the page read it.
    pub date: Option<i64>,
}

/// Where the page is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect(pub String);

/// A signature that someone else computes: WebCrypto in the browser, ring in the native tests.
#[derive(Debug, Clone)]
pub struct SignatureCheck {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: String,
    pub(crate) signed: String,
    pub(crate) signature: Vec<u8>,
}

/// The signature algorithms that are allowed (RFC 7518 §3.3, §3.4). Never `none`, never HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Algorithm {
    Es256,
    Es384,
    Es512,
    Rs256,
    Rs384,
    Rs512,
}

/// A text whose signature was found valid. [`SignatureCheck::settle`] is its only maker.
#[derive(Debug)]
pub struct SignatureValid {
    algorithm: Algorithm,
    signed: String,
}

impl SignatureCheck {
    /// The algorithm, from the allowlist.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key as a JSON Web Key with its key parameters only (RFC 7517).
    pub fn jwk(&self) -> &str {
        &self.key
    }

    /// The bytes that are signed.
    pub fn signed(&self) -> &[u8] {
        self.signed.as_bytes()
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Takes the verdict of whoever computed the signature.
    ///
    /// # Errors
    /// `id_token_invalid` / `signature` when it does not hold.
    pub fn settle(self, holds: bool) -> Result<SignatureValid, Error> {
        let valid = SignatureValid { algorithm: self.algorithm, signed: self.signed };
        if holds { Ok(valid) } else { Err(Error::new(ErrorCode::IdTokenInvalid, "signature")) }
    }
}

impl SignatureValid {
    /// The algorithm that signed it.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The text that was signed.
    pub(crate) fn signed(&self) -> &str {
        &self.signed
    }
}

impl Algorithm {
    /// By the name of the JWS header's `alg`.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ES256" => Algorithm::Es256,
            "ES384" => Algorithm::Es384,
            "ES512" => Algorithm::Es512,
            "RS256" => Algorithm::Rs256,
            "RS384" => Algorithm::Rs384,
            "RS512" => Algorithm::Rs512,
            _ => return None,
        })
    }

    /// The hash that it signs, by its WebCrypto name.
    pub fn hash(self) -> &'static str {
        match self {
            Algorithm::Es256 | Algorithm::Rs256 => "SHA-256",
            Algorithm::Es384 | Algorithm::Rs384 => "SHA-384",
            Algorithm::Es512 | Algorithm::Rs512 => "SHA-512",
        }
    }
}
