//! A made-up user pool: its configuration, its keys, its tokens, and ring as the verifier.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64};
use gatepass::error::Error;
use gatepass::oidc::clock::Clock;
use gatepass::oidc::config::Config;
use gatepass::oidc::id_token::{self, Companion, IdToken};
use gatepass::oidc::request::{Entropy, authorize};
use gatepass::oidc::sign_in::SignIn;
use gatepass::oidc::transaction::Transaction;
use gatepass::oidc::{callback, keys, tokens};
use gatepass::secret::Secret;
use gatepass::session::Session;
use gatepass::wire::{Algorithm, HttpResponse, PublicKey, SignatureCheck};
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, KeyPair, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Value, json};

pub const ORIGIN: &str = "https://app.example";
pub const ISSUER: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI";
pub const UPDATED_ISSUER: &str = "https://issuer-cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI";
pub const CLIENT_ID: &str = "7h3cl13nt1d";
/// The provider's present.
pub const NOW: i64 = 1_800_000_000;
/// Cognito's kids are standard base64, padding and all.
pub const ID_KID: &str = "h+7guc6GtoQ0vEShSVON9jifVSEx1VV8gWxFpe9loHo=";
pub const ACCESS_KID: &str = "cv0AK/9+TwkMpbBDaWSRUVNVtPYw9SdQgKkP0l1rAXE=";

pub fn config_json() -> Value {
    json!({ "cognito": { "userPoolId": "eu-central-1_AbCdEfGhI", "clientId": CLIENT_ID, "domain": "my-app" } })
}

pub fn config() -> Config {
    Config::parse(&config_json().to_string(), ORIGIN).unwrap()
}

pub fn entropy() -> Entropy {
    Entropy { state: [1; 32], nonce: [2; 32], verifier: [3; 32] }
}

pub fn begun() -> (String, Transaction) {
    let (redirect, transaction) = authorize(&config(), &SignIn::default(), &entropy(), NOW - 30);
    (redirect.0, transaction)
}

pub fn response(status: u16, body: impl Into<String>) -> HttpResponse {
    HttpResponse { status, body: Some(Secret::new(body)), date: None }
}

/// A key of the fixtures.
pub enum Key {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair, &'static str),
}

impl Key {
    pub fn rsa(pem: &str) -> Key {
        Key::Rsa(RsaKeyPair::from_pkcs8(&der(pem)).unwrap())
    }

    pub fn ec256() -> Key {
        let der = der(include_str!("../fixtures/keys/ec.pem"));
        let pair = EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, &der, &SystemRandom::new());
        Key::Ec(pair.unwrap(), "P-256")
    }

    pub fn ec384() -> Key {
        let der = der(include_str!("../fixtures/keys/ec384.pem"));
        let pair = EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, &der, &SystemRandom::new());
        Key::Ec(pair.unwrap(), "P-384")
    }

    pub fn pool_id() -> Key {
        Key::rsa(include_str!("../fixtures/keys/pool-id.pem"))
    }

    pub fn pool_access() -> Key {
        Key::rsa(include_str!("../fixtures/keys/pool-access.pem"))
    }

    pub fn foreign() -> Key {
        Key::rsa(include_str!("../fixtures/keys/foreign.pem"))
    }

    /// The public half as a key set writes it.
    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Key::Rsa(pair) => {
                let public: RsaPublicKeyComponents<Vec<u8>> = pair.public().into();
                json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": B64.encode(public.n), "e": B64.encode(public.e) })
            }
            Key::Ec(pair, crv) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({ "kty": "EC", "use": "sig", "kid": kid, "crv": crv, "x": B64.encode(x), "y": B64.encode(y) })
            }
        }
    }

    pub fn sign(&self, alg: &str, text: &str) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Key::Rsa(pair) => {
                let encoding: &dyn signature::RsaEncoding = match alg {
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut bytes = vec![0; pair.public().modulus_len()];
                pair.sign(encoding, &random, text.as_bytes(), &mut bytes).unwrap();
                bytes
            }
            Key::Ec(pair, _) => pair.sign(&random, text.as_bytes()).unwrap().as_ref().to_vec(),
        }
    }
}

/// What WebCrypto does in the browser, by ring.
pub fn holds(check: &SignatureCheck) -> bool {
    #[allow(irrefutable_let_patterns)] // refutable where the SAML door is built too
    let PublicKey::Jwk(jwk) = check.key() else { panic!("another door's key") };
    let jwk: Value = serde_json::from_str(jwk).unwrap();
    let part = |name: &str| B64.decode(jwk[name].as_str().unwrap()).unwrap();
    let rsa = |parameters| {
        RsaPublicKeyComponents { n: part("n"), e: part("e") }.verify(parameters, check.signed(), check.signature()).is_ok()
    };
    let ec = |parameters: &'static dyn signature::VerificationAlgorithm| {
        let point = [vec![4], part("x"), part("y")].concat();
        UnparsedPublicKey::new(parameters, point).verify(check.signed(), check.signature()).is_ok()
    };
    match check.algorithm() {
        Algorithm::Rs256 => rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Es256 => ec(&signature::ECDSA_P256_SHA256_FIXED),
        Algorithm::Es384 => ec(&signature::ECDSA_P384_SHA384_FIXED),
        other => panic!("{other:?}: ring has no P-521, tests/browser.rs checks it with WebCrypto; PSS is for the other door"),
    }
}

/// The digest that WebCrypto makes in the browser, by ring.
pub fn digest(algorithm: Algorithm, text: &str) -> Vec<u8> {
    let algorithm = match algorithm.hash() {
        "SHA-384" => &ring::digest::SHA384,
        "SHA-512" => &ring::digest::SHA512,
        _ => &ring::digest::SHA256,
    };
    ring::digest::digest(algorithm, text.as_bytes()).as_ref().to_vec()
}

/// One sign-in's answer, honest until a row changes it.
pub struct Answer {
    pub header: Value,
    pub claims: Value,
    pub key: Key,
    pub jwks: Value,
    pub access_token: String,
    pub date: Option<i64>,
    /// The page's clock.
    pub now: i64,
    /// Written in the payload's place, for what a JSON value cannot say.
    pub payload: Option<String>,
    /// Makes the final token of the three parts.
    pub tamper: fn(&str, &str, &str) -> String,
}

impl Answer {
    pub fn honest() -> Answer {
        let (id, access) = (Key::pool_id(), Key::pool_access());
        let jwks = json!({ "keys": [id.jwk(ID_KID), access.jwk(ACCESS_KID)] });
        let access_claims =
            json!({ "iss": ISSUER, "sub": "ada", "token_use": "access", "client_id": CLIENT_ID, "iat": NOW, "exp": NOW + 3600 });
        Answer {
            header: json!({ "alg": "RS256", "kid": ID_KID }),
            claims: json!({
                "iss": ISSUER, "sub": "ada", "aud": CLIENT_ID, "token_use": "id", "nonce": begun().1.nonce,
                "iat": NOW, "exp": NOW + 3600, "auth_time": NOW, "cognito:username": "ada",
            }),
            key: id,
            jwks,
            access_token: jwt(&json!({ "alg": "RS256", "kid": ACCESS_KID }), &access_claims.to_string(), &access),
            date: None,
            now: NOW,
            payload: None,
            tamper: |header, payload, signature| [header, payload, signature].join("."),
        }
    }

    pub fn id_token(&self) -> String {
        let payload = self.payload.clone().unwrap_or_else(|| self.claims.to_string());
        let token = jwt(&self.header, &payload, &self.key);
        let parts: Vec<&str> = token.split('.').collect();
        (self.tamper)(parts[0], parts[1], parts[2])
    }

    /// The whole of what the browser edge does, with ring for WebCrypto.
    pub fn judge(&self) -> Result<(IdToken, Clock), Error> {
        self.judge_for(&begun().1)
    }

    /// The same for another sign-in than the plain one.
    pub fn judge_for(&self, transaction: &Transaction) -> Result<(IdToken, Clock), Error> {
        let access_token = Secret::new(&self.access_token);
        let jws = id_token::split(&Secret::new(self.id_token()))?;
        let keys = keys::read(&response(200, self.jwks.to_string()))?;
        let check = jws.signature_check(&keys)?;
        let holds = holds(&check);
        let valid = check.settle(holds)?;
        let digest = digest(valid.algorithm(), &self.access_token);
        let companion = Companion { access_token: &access_token, digest: &digest };
        id_token::verify(&valid, transaction, companion, self.date, self.now)
    }

    /// The session that begins with it.
    pub fn session(&self) -> Session {
        let (identity, clock) = self.judge().unwrap();
        Session::begin(tokens(self), identity, clock, self.now).unwrap()
    }
}

pub fn jwt(header: &Value, payload: &str, key: &Key) -> String {
    let signed = [B64.encode(header.to_string()), B64.encode(payload)].join(".");
    let signature = key.sign(header["alg"].as_str().unwrap_or_default(), &signed);
    [signed, B64.encode(signature)].join(".")
}

/// The callback of a sign-in that came back well.
pub fn verified() -> callback::VerifiedCallback {
    let (_, transaction) = begun();
    let address = format!("{ORIGIN}/callback?code=c0de&state={}", transaction.state);
    let callback::Arrival::Response(response) = callback::parse(&address).unwrap() else { panic!("no response") };
    callback::verify(response, transaction, NOW).unwrap()
}

pub fn token_body(answer: &Answer) -> Value {
    json!({
        "access_token": answer.access_token, "id_token": answer.id_token(), "refresh_token": "r3fr3sh",
        "token_type": "Bearer", "expires_in": 3600,
    })
}

pub fn tokens(answer: &Answer) -> tokens::Tokens {
    tokens::read_exchange(&response(200, token_body(answer).to_string())).unwrap()
}

/// `code/rule`, the verdict that the tables compare.
pub fn verdict<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) if error.rule.is_empty() => error.code.as_str().into(),
        Err(error) => [error.code.as_str(), error.rule].join("/"),
    }
}

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}
