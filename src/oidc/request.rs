//! Config + random bytes → the authorization request and the transaction that its answer needs.
//!
//! RFC 6749 §4.1.1, RFC 7636 §4.1–4.3 (S256, always), OpenID Connect Core §3.1.2.1 (nonce, always:
//! Cognito invents one for federated people when none is sent).

use super::transaction::Transaction;
use crate::config::Config;
use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::secret::Secret;
use crate::wire::Redirect;
use crate::{form, return_to};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// 96 bytes from the platform's random source, never used twice.
pub struct Entropy {
    /// For `state`.
    pub state: [u8; 32],
    /// For `nonce`.
    pub nonce: [u8; 32],
    /// For `code_verifier`.
    pub verifier: [u8; 32],
}

/// What the app asks of one sign-in: `SignInOptions` of the contract.
#[derive(Debug, Clone)]
pub struct SignIn {
    json: Json,
}

impl Default for SignIn {
    fn default() -> Self {
        SignIn { json: Json::Object(Vec::new()) }
    }
}

impl SignIn {
    /// Reads the options.
    ///
    /// # Errors
    /// `request_invalid`; `option` names the one that is unknown, of another type or contradictory.
    pub fn parse(text: &str) -> Result<SignIn, Error> {
        let json = Json::parse(text).map_err(|_| refused("type", "options"))?;
        let members = json.members().ok_or_else(|| refused("type", "options"))?;
        for (name, value) in members {
            match (name.as_str(), value) {
                ("extraParams", Json::Object(params)) => check_extra(params)?,
                ("extraParams", _) => return Err(refused("type", name)),
                (name, _) if !OPTIONS.iter().any(|(option, _)| *option == name) => return Err(refused("unknown", name)),
                (_, Json::String(_)) => {}
                _ => return Err(refused("type", name)),
            }
        }
        if json.get("identityProvider").is_some() && json.get("idpIdentifier").is_some() {
            return Err(refused("conflict", "idpIdentifier"));
        }
        Ok(SignIn { json })
    }

    /// Reads a link that names the identity provider (OpenID Connect Core §4).
    ///
    /// # Errors
    /// `request_invalid` / `iss` when the link is for another issuer; as [`SignIn::parse`].
    pub fn from_link(query: &str, config: &Config) -> Result<SignIn, Error> {
        let mut members: Vec<(String, Json)> = Vec::new();
        for (name, value) in form::decode(query) {
            let option = match name.as_str() {
                "iss" if config.provider.issuers.contains(&value) => continue,
                "iss" => return Err(refused("iss", "iss")),
                "idp" | "identity_provider" => "identityProvider",
                "idp_identifier" => "idpIdentifier",
                "lang" => "lang",
                "login_hint" => "loginHint",
                "target_link_uri" => "returnTo",
                _ => continue,
            };
            if members.iter().any(|(n, _)| n == option) {
                return Err(refused("repeated", option));
            }
            members.push((option.into(), Json::String(value)));
        }
        if !members.iter().any(|(name, _)| name == "returnTo") {
            members.push(("returnTo".into(), "/".into()));
        }
        SignIn::parse(&Json::Object(members).write())
    }

    /// Where to be afterwards unless the app said so.
    pub fn or_return_to(mut self, path: &str) -> SignIn {
        let unsaid = self.json.get("returnTo").is_none();
        if let (true, Json::Object(members)) = (unsaid, &mut self.json) {
            members.push(("returnTo".into(), path.into()));
        }
        self
    }

    /// The options again, to restart the sign-in with.
    pub(crate) fn json(&self) -> &Json {
        &self.json
    }

    /// Options that [`Transaction`] kept: they were checked before.
    pub(crate) fn restored(json: Json) -> SignIn {
        SignIn { json }
    }
}

/// Begins a sign-in: where the page goes, and what it must remember meanwhile.
pub fn authorize(config: &Config, sign_in: &SignIn, entropy: &Entropy, now: i64) -> (Redirect, Transaction) {
    let transaction = Transaction {
        client: config.name.clone(),
        state: URL_SAFE_NO_PAD.encode(entropy.state),
        nonce: URL_SAFE_NO_PAD.encode(entropy.nonce),
        verifier: Secret::new(URL_SAFE_NO_PAD.encode(entropy.verifier)),
        client_id: config.client_id.clone(),
        redirect_uri: config.redirect_uri.clone(),
        return_to: return_to::same_origin(sign_in.json.text("returnTo").unwrap_or("/"), &config.origin),
        issuers: config.provider.issuers.clone(),
        token_endpoint: config.provider.token_endpoint.clone(),
        jwks_uri: config.provider.jwks_uri.clone(),
        created: now,
        sign_in: sign_in.clone(),
    };
    let challenge = code_challenge(transaction.verifier.expose());
    let mut params = vec![
        ("response_type", "code"),
        ("client_id", &config.client_id),
        ("redirect_uri", &config.redirect_uri),
        ("scope", &config.scope),
        ("state", &transaction.state),
        ("nonce", &transaction.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (option, param) in OPTIONS {
        if let (Some(param), Some(value)) = (param, sign_in.json.text(option)) {
            params.push((param, value));
        }
    }
    for (name, value) in sign_in.json.get("extraParams").and_then(Json::members).unwrap_or_default() {
        params.extend(value.as_str().map(|value| (name.as_str(), value)));
    }
    let endpoint = &config.provider.authorization_endpoint;
    let joint = if endpoint.contains('?') { "&" } else { "?" };
    let redirect = Redirect([endpoint.as_str(), joint, &form::encode(&params)].concat());
    (redirect, transaction)
}

/// `code_challenge` of a `code_verifier` (RFC 7636 §4.2, S256).
pub fn code_challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

fn check_extra(params: &[(String, Json)]) -> Result<(), Error> {
    for (name, value) in params {
        let ours = OWN_PARAMS.contains(&name.as_str()) || OPTIONS.iter().any(|(_, param)| *param == Some(name.as_str()));
        if ours {
            return Err(refused("reserved", name));
        }
        if value.as_str().is_none() {
            return Err(refused("type", name));
        }
    }
    Ok(())
}

fn refused(rule: &'static str, option: &str) -> Error {
    Error::new(ErrorCode::RequestInvalid, rule).with_option(option)
}

/// Text options of the contract, and the parameter that carries each to the provider.
const OPTIONS: [(&str, Option<&str>); 7] = [
    ("returnTo", None),
    ("identityProvider", Some("identity_provider")),
    ("idpIdentifier", Some("idp_identifier")),
    ("loginHint", Some("login_hint")),
    ("lang", Some("lang")),
    ("prompt", Some("prompt")),
    ("resource", Some("resource")),
];

/// Parameters that only gatepass sets.
const OWN_PARAMS: [&str; 11] = [
    "response_type",
    "response_mode",
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "request",
];
