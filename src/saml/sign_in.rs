//! What the app asks of one sign-in. Every refusal is `request_invalid` and names the option.

use super::xml::is_xml_text;
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
    /// Reads the options: `returnTo`, `forceAuthn`, `isPassive`, `nameIdFormat`, `authnContext`.
    ///
    /// # Errors
    /// `request_invalid`: `unknown`, `type`, `conflict`, `malformed`.
    pub fn parse(text: &str) -> Result<SignIn, Error> {
        let json = Json::parse(text).map_err(|_| refused("type", "options"))?;
        for (name, value) in json.members().ok_or_else(|| refused("type", "options"))? {
            let fits = match name.as_str() {
                "returnTo" | "nameIdFormat" => value.as_str().is_some(),
                "forceAuthn" | "isPassive" => matches!(value, Json::Bool(_)),
                "authnContext" => value.as_array().is_some_and(|list| list.iter().all(|item| item.as_str().is_some())),
                _ => return Err(refused("unknown", name)),
            };
            if !fits {
                return Err(refused("type", name));
            }
        }
        let sign_in = SignIn { json };
        if sign_in.is_passive() && sign_in.force_authn() {
            return Err(refused("conflict", "isPassive"));
        }
        let malformed = |text: &str| text.is_empty() || !is_xml_text(text);
        if sign_in.authn_contexts().any(malformed) {
            return Err(refused("malformed", "authnContext"));
        }
        if sign_in.name_id_format().is_some_and(malformed) {
            return Err(refused("malformed", "nameIdFormat"));
        }
        Ok(sign_in)
    }

    /// Reads a link that begins a sign-in: `target_link_uri`, and `iss`, which must be `issuer` (OpenID Connect
    /// Core §4, for want of a SAML name for it).
    ///
    /// # Errors
    /// `request_invalid`: `iss`, `repeated`.
    pub fn from_link(query: &str, issuer: &str) -> Result<SignIn, Error> {
        let mut return_to = None;
        for (name, value) in form::decode(query) {
            match name.as_str() {
                "iss" if value != issuer => return Err(refused("iss", "iss")),
                "target_link_uri" if return_to.replace(value).is_some() => return Err(refused("repeated", "returnTo")),
                _ => {}
            }
        }
        Ok(SignIn::default().or_return_to(return_to.as_deref().unwrap_or("/")))
    }

    /// Where to be afterwards unless the app said so.
    pub fn or_return_to(mut self, path: &str) -> SignIn {
        let unsaid = self.json.get("returnTo").is_none();
        if let (true, Json::Object(members)) = (unsaid, &mut self.json) {
            members.push(("returnTo".into(), path.into()));
        }
        self
    }

    /// Where to be afterwards, as the app says it.
    pub fn return_to(&self) -> &str {
        self.json.text("returnTo").unwrap_or("/")
    }

    /// `ForceAuthn`: the person types a credential again (SAML core §3.4.1).
    pub fn force_authn(&self) -> bool {
        self.json.get("forceAuthn") == Some(&Json::Bool(true))
    }

    /// `IsPassive`: the person is not to be seen (SAML core §3.4.1).
    pub fn is_passive(&self) -> bool {
        self.json.get("isPassive") == Some(&Json::Bool(true))
    }

    /// `Format` of `NameIDPolicy`, which is left out otherwise: IAM Identity Center refuses every
    /// format but the one that its console says (SAML core §3.4.1.1).
    pub fn name_id_format(&self) -> Option<&str> {
        self.json.text("nameIdFormat")
    }

    /// `RequestedAuthnContext`: one of these classes (SAML core §3.3.2.2.1).
    pub fn authn_contexts(&self) -> impl Iterator<Item = &str> {
        self.json.get("authnContext").and_then(Json::as_array).unwrap_or_default().iter().filter_map(Json::as_str)
    }

    /// The options again, to restart the sign-in with.
    pub(super) fn json(&self) -> &Json {
        &self.json
    }

    /// Options that a transaction kept: they were checked before.
    pub(super) fn restored(json: Json) -> SignIn {
        SignIn { json }
    }
}

fn refused(rule: &'static str, option: &str) -> Error {
    Error::new(ErrorCode::RequestInvalid, rule).with_option(option)
}
