//! What the app asks of one sign-in: `SignInOptions` of the contract, or a link that names the
//! identity provider (OpenID Connect Core §4). Every refusal is `request_invalid` and names the option.

use super::config::Config;
use crate::error::{Error, ErrorCode};
use crate::form;
use crate::json::Json;

/// The options of one sign-in, checked.
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
                (MAX_AGE, Json::Number(text)) if value.as_integer().is_some() && text.bytes().all(|b| b.is_ascii_digit()) => {}
                (MAX_AGE, Json::Number(_)) => return Err(refused("malformed", name)),
                (MAX_AGE, _) => return Err(refused("type", name)),
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

    /// `max_age`: seconds since the person last typed a credential.
    pub fn max_age(&self) -> Option<i64> {
        self.json.integer(MAX_AGE)
    }

    /// `acr_values`: the authentication contexts that are good enough, space-separated.
    pub fn acr_values(&self) -> Option<&str> {
        self.json.text("acrValues")
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

fn check_extra(params: &[(String, Json)]) -> Result<(), Error> {
    for (name, value) in params {
        let ours = name == "max_age"
            || OWN_PARAMS.contains(&name.as_str())
            || OPTIONS.iter().any(|(_, param)| *param == Some(name.as_str()));
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
pub(super) const OPTIONS: [(&str, Option<&str>); 8] = [
    ("acrValues", Some("acr_values")),
    ("returnTo", None),
    ("identityProvider", Some("identity_provider")),
    ("idpIdentifier", Some("idp_identifier")),
    ("loginHint", Some("login_hint")),
    ("lang", Some("lang")),
    ("prompt", Some("prompt")),
    ("resource", Some("resource")),
];

const MAX_AGE: &str = "maxAge";
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
