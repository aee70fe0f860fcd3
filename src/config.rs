//! What the app tells us, parsed once. A [`Config`] that exists cannot be wrong afterwards.
//!
//! ```text
//! JSON text of createGatepass(config) ── options known? ── no placeholder? ── each option's own rule ──> Config
//! ```
//!
//! Every refusal is `config_invalid` and names the option.

use crate::error::Error;
use crate::json::Json;
use crate::oidc::{cognito, discovery, provider::Provider};
use crate::options::{MALFORMED, MISSING, Options, TYPE, no_placeholder};
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
    /// Roles of a person whose token names none.
    pub default_roles: Vec<String>,
    /// The page's own origin.
    pub origin: String,
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
        top.only(&[
            "cognito",
            "oidc",
            "redirectUri",
            "logoutUri",
            "scopes",
            "name",
            "storage",
            "apiOrigins",
            "bearer",
            "renew",
            "defaultRoles",
        ])?;
        let (provider, client_id) = match (top.section("cognito"), top.section("oidc")) {
            (Some(_), Some(_)) => return Err(Error::config(CONFLICT, "oidc")),
            (None, Some(door)) => discovery::read_options(&Options::new("oidc.", door, "oidc")?)?,
            (Some(door), None) => cognito::read(&Options::new("cognito.", door, "cognito")?)?,
            (None, None) => return Err(Error::config(MISSING, "cognito")),
        };

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
        // A store of the app's own comes as an object; its functions stay with the package.
        if top.section("storage").is_none_or(|storage| storage.members().is_none()) {
            top.choice("storage", &["local", "memory", "session", "vault"])?;
        }
        top.choice("bearer", &["access", "id"])?;
        top.choice("renew", &["ahead", "lazy"])?;
        for api in top.texts("apiOrigins")?.unwrap_or_default() {
            if !Url::parse(&api).is_some_and(|url| url.origin == api && url.is_secure()) {
                return Err(Error::config(MALFORMED, "apiOrigins"));
            }
        }
        Ok(Config {
            provider,
            client_id,
            redirect_uri,
            logout_uri,
            scope: spaced(&scopes),
            name: name.into(),
            default_roles: top.texts("defaultRoles")?.unwrap_or_default(),
            origin: origin.into(),
        })
    }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// One page, one door for each client.
const CONFLICT: &str = "conflict";
/// Without the scope `openid` there is no person in the answer (OpenID Connect Core §3.1.2.1).
const OPENID: &str = "openid";
/// The sign-in would come back to a page that cannot see this one's transaction.
const ORIGIN: &str = "origin";
