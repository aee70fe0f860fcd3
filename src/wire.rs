//! What the core asks of the outside, as values: requests, answers, redirects, signatures to check.

use crate::error::{Error, ErrorCode};
use crate::form;
use crate::json::Json;
use crate::secret::Secret;

/// A request that the browser makes for us, without credentials unless it says so.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// Absolute address.
    pub url: String,
    /// `Content-Type` and body of a `POST`; `None` is a `GET`.
    pub body: Option<(&'static str, Secret)>,
    /// One further header. Without it the request is a CORS *simple* one: no preflight.
    pub header: Option<(&'static str, Secret)>,
    /// Bytes of the answer that are read at most.
    pub limit: usize,
    /// Must outlive the page (`keepalive`): revocation at sign-out.
    pub keepalive: bool,
    /// Must not come from the HTTP cache: a key set without the key that was asked for.
    pub fresh: bool,
    /// Goes with the server's cookies, and a redirect is not followed: it is an answer with the status 0.
    #[cfg(feature = "openmetadata")]
    pub cookies: bool,
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

impl HttpRequest {
    /// A plain `GET` of `url`, of whose answer `limit` bytes are read at most.
    pub(crate) fn get(url: &str, limit: usize) -> Self {
        HttpRequest {
            url: url.into(),
            body: None,
            header: None,
            limit,
            keepalive: false,
            fresh: false,
            #[cfg(feature = "openmetadata")]
            cookies: false,
        }
    }

    /// A form by `POST`.
    pub(crate) fn post_form(url: &str, form: &[(&str, &str)], limit: usize) -> Self {
        let body = Some((FORM, Secret::new(form::encode(form))));
        HttpRequest { body, ..HttpRequest::get(url, limit) }
    }
}

impl HttpResponse {
    /// The JSON object of a successful answer, for the rooms that all refuse alike: `refused` makes
    /// their error of the rules `status`, `too_large`, `not_json`. From 500 on the provider has a problem of its own.
    pub(crate) fn object(&self, refused: fn(&'static str) -> Error) -> Result<Json, Error> {
        match (self.status, &self.body) {
            (500.., _) => Err(Error::new(ErrorCode::ProviderUnavailable, "").with_status(self.status)),
            (200, None) => Err(refused("too_large")),
            (200, Some(body)) => {
                let json = Json::parse(body.expose()).ok().filter(|json| json.members().is_some());
                json.ok_or_else(|| refused("not_json"))
            }
            _ => Err(refused("status").with_status(self.status)),
        }
    }
}

/// Where the page is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect(pub String);

/// A signature that someone else computes: WebCrypto in the browser, ring in the native tests.
#[derive(Debug, Clone)]
pub struct SignatureCheck {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: PublicKey,
    pub(crate) signed: String,
    pub(crate) signature: Vec<u8>,
}

/// A public key as WebCrypto imports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// A JSON Web Key with its key parameters only (RFC 7517).
    Jwk(String),
    /// A `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    #[cfg(feature = "saml")]
    Spki {
        /// DER.
        der: Vec<u8>,
        /// `None`: RSA.
        curve: Option<Curve>,
        /// Bytes of its signatures.
        signature_bytes: usize,
    },
}

/// The elliptic curves that WebCrypto has.
#[cfg(feature = "saml")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Curve {
    P256,
    P384,
    P521,
}

/// The signature algorithms that are allowed (RFC 7518 §3.3–3.5). Never `none`, never HMAC, never SHA-1.
///
/// XML Signature names a hash and leaves the curve to the key: there `Es256` is ECDSA with SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Algorithm {
    Es256,
    Es384,
    Es512,
    #[cfg(feature = "saml")]
    Ps256,
    #[cfg(feature = "saml")]
    Ps384,
    #[cfg(feature = "saml")]
    Ps512,
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

    /// The public key.
    pub fn key(&self) -> &PublicKey {
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
    #[cfg(feature = "oidc")]
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

    /// Bytes of its hash.
    #[cfg(feature = "saml")]
    pub fn hash_bytes(self) -> i64 {
        match self.hash() {
            "SHA-256" => 32,
            "SHA-384" => 48,
            _ => 64,
        }
    }

    /// The hash that it signs, by its WebCrypto name.
    pub fn hash(self) -> &'static str {
        match self {
            Algorithm::Es256 | Algorithm::Rs256 => "SHA-256",
            Algorithm::Es384 | Algorithm::Rs384 => "SHA-384",
            Algorithm::Es512 | Algorithm::Rs512 => "SHA-512",
            #[cfg(feature = "saml")]
            Algorithm::Ps256 => "SHA-256",
            #[cfg(feature = "saml")]
            Algorithm::Ps384 => "SHA-384",
            #[cfg(feature = "saml")]
            Algorithm::Ps512 => "SHA-512",
        }
    }
}

/// Safelisted by CORS.
const FORM: &str = "application/x-www-form-urlencoded";
