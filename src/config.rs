//! What the app tells us, parsed once. A [`Config`] that exists cannot be wrong afterwards.
//!
//! ```text
//! JSON text of createGatepass(config) ── options known? ── no placeholder? ── each option's own rule ──> Config
//! ```
//!
//! Every refusal is `config_invalid` and names the option; the rules are the constants at the end.

use crate::error::Error;
use crate::json::Json;
use crate::oidc::{cognito, provider::Provider};
use crate::text::spaced;
use crate::url::Url;

/// A client of one provider.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whom we ask, and whose answers we believe.
    pub provider: Provider,
    /// `client_id` (RFC 6749 §2.2).
    pub client_id: String,
    /// `redirect_uri`, absolute (RFC 6749 §3.1.2).
    pub redirect_uri: String,
    /// Where the provider's logout page returns to, absolute.
    pub logout_uri: String,
    /// Requested scopes, space-separated (RFC 6749 §3.3).
    pub scope: String,
    /// Keeps several clients on one origin apart.
    pub name: String,
    /// Where the session is kept.
    pub storage: StorageKind,
    /// Roles of a person whose token names none.
    pub default_roles: Vec<String>,
    /// The page's own origin.
    pub origin: String,
}

/// Where the session is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageKind {
    /// localStorage
    Local,
    /// This page only.
    Memory,
    /// sessionStorage
    Session,
}

impl Config {
    /// Reads the configuration of a page on `origin`.
    ///
    /// # Errors
    /// `config_invalid`; `option` is the dotted name, e.g. `cognito.domain`.
    pub fn parse(text: &str, origin: &str) -> Result<Config, Error> {
        let json = Json::parse(text).map_err(|_| Error::config(TYPE, "config"))?;
        let top = Options::new("", &json, "config")?;
        no_placeholder("", &json)?;
        top.only(&["cognito", "redirectUri", "logoutUri", "scopes", "name", "storage", "defaultRoles"])?;

        let door = top.json.get("cognito").ok_or_else(|| Error::config(MISSING, "cognito"))?;
        let door = Options::new("cognito.", door, "cognito")?;
        let (provider, client_id) = cognito::read(&door)?;

        let redirect_uri = top.address("redirectUri", "/callback", origin)?;
        if Url::parse(&redirect_uri).is_none_or(|url| url.origin != origin) {
            return Err(Error::config(ORIGIN, "redirectUri"));
        }
        let logout_uri = top.address("logoutUri", "/", origin)?;
        let scopes = top.texts("scopes")?.unwrap_or_else(|| ["openid", "email", "profile"].map(String::from).into());
        if scopes.is_empty() || scopes.iter().any(|s| s.is_empty() || s.contains(char::is_whitespace)) {
            return Err(Error::config(MALFORMED, "scopes"));
        }
        if !scopes.iter().any(|s| s == "openid") {
            return Err(Error::config(OPENID, "scopes"));
        }
        let name = top.text("name")?.unwrap_or("default");
        if !is_name(name) {
            return Err(Error::config(MALFORMED, "name"));
        }
        let storage = match top.text("storage")?.unwrap_or("session") {
            "local" => StorageKind::Local,
            "memory" => StorageKind::Memory,
            "session" => StorageKind::Session,
            _ => return Err(Error::config(MALFORMED, "storage")),
        };
        Ok(Config {
            provider,
            client_id,
            redirect_uri,
            logout_uri,
            scope: spaced(&scopes),
            name: name.into(),
            storage,
            default_roles: top.texts("defaultRoles")?.unwrap_or_default(),
            origin: origin.into(),
        })
    }
}

/// One object of options with the path that leads to it.
pub(crate) struct Options<'a> {
    path: &'a str,
    json: &'a Json,
}

impl<'a> Options<'a> {
    pub(crate) fn new(path: &'a str, json: &'a Json, option: &str) -> Result<Self, Error> {
        if json.members().is_some() { Ok(Options { path, json }) } else { Err(Error::config(TYPE, option)) }
    }

    /// Refuses an option that is not in the contract.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Error> {
        for (name, _) in self.json.members().unwrap_or_default() {
            if !known.contains(&name.as_str()) {
                let rule =
                    if matches!(name.as_str(), "clientSecret" | "client_secret" | "secret") { CLIENT_SECRET } else { UNKNOWN };
                return Err(self.error(rule, name));
            }
        }
        Ok(())
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, Error> {
        match self.json.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(TYPE, name)),
        }
    }

    pub(crate) fn required(&self, name: &str) -> Result<&'a str, Error> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| self.error(MISSING, name))
    }

    /// An endpoint: absolute, secure, without fragment.
    pub(crate) fn endpoint(&self, name: &str) -> Result<Option<&'a str>, Error> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        self.check_address(name, text)?;
        Ok(Some(text))
    }

    pub(crate) fn section(&self, name: &str) -> Option<&'a Json> {
        self.json.get(name)
    }

    pub(crate) fn error(&self, rule: &'static str, name: &str) -> Error {
        let mut option = self.path.to_owned();
        option.push_str(name);
        Error::config(rule, &option)
    }

    pub(crate) fn check_address(&self, name: &str, text: &str) -> Result<(), Error> {
        let url = Url::parse(text).ok_or_else(|| self.error(MALFORMED, name))?;
        if url.fragment.is_some() {
            Err(self.error(FRAGMENT, name))
        } else if !url.is_secure() {
            Err(self.error(INSECURE, name))
        } else {
            Ok(())
        }
    }

    /// An address of the app: absolute, or a path of the page's origin.
    fn address(&self, name: &str, default: &str, origin: &str) -> Result<String, Error> {
        let text = self.text(name)?.unwrap_or(default);
        let mut address = String::new();
        if text.starts_with('/') && !text.starts_with("//") {
            address.push_str(origin);
        }
        address.push_str(text);
        self.check_address(name, &address)?;
        Ok(address)
    }

    fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Error> {
        let Some(value) = self.json.get(name) else { return Ok(None) };
        let items = value.as_array().ok_or_else(|| self.error(TYPE, name))?;
        let text = |item: &Json| item.as_str().map(String::from).ok_or_else(|| self.error(TYPE, name));
        items.iter().map(text).collect::<Result<_, _>>().map(Some)
    }
}

/// A value copied from a guide with its `{User Pool ID}` still in it.
fn no_placeholder(path: &str, value: &Json) -> Result<(), Error> {
    match value {
        Json::String(text) if text.contains('{') && text.contains('}') => Err(Error::config(PLACEHOLDER, path)),
        Json::Array(items) => items.iter().try_for_each(|item| no_placeholder(path, item)),
        Json::Object(members) => members.iter().try_for_each(|(name, value)| {
            let mut inner = path.to_owned();
            if !inner.is_empty() {
                inner.push('.');
            }
            inner.push_str(name);
            no_placeholder(&inner, value)
        }),
        _ => Ok(()),
    }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The option is not in the contract.
pub(crate) const UNKNOWN: &str = "unknown";
/// The option is required.
pub(crate) const MISSING: &str = "missing";
/// The option has another type.
pub(crate) const TYPE: &str = "type";
/// The option's value does not have its form.
pub(crate) const MALFORMED: &str = "malformed";
/// A `{placeholder}` was left in.
const PLACEHOLDER: &str = "placeholder";
/// A secret has no place in a page.
const CLIENT_SECRET: &str = "client_secret";
/// http on another host than this machine.
const INSECURE: &str = "insecure";
/// Without the scope `openid` there is no person in the answer (OpenID Connect Core §3.1.2.1).
const OPENID: &str = "openid";
/// The sign-in would come back to a page that cannot see this one's transaction.
const ORIGIN: &str = "origin";
/// RFC 6749 §3.1.2: no fragment.
const FRAGMENT: &str = "fragment";
