//! What the app tells us, whichever door it takes: the options that both have.
//!
//! ```text
//! JSON text of createGatepass(config) ── options known? ── no placeholder? ── each option's own rule ──> Common + the door's own
//! ```
//!
//! Parsed once: a configuration that exists cannot be wrong afterwards. Every refusal is
//! `config_invalid` and names the option.

use crate::error::Error;
use crate::options::{MALFORMED, Options};
use crate::url::Url;

/// The options that both doors have.
#[derive(Debug, Clone)]
pub struct Common {
    /// Where the person comes back to, absolute: `redirect_uri` (RFC 6749 §3.1.2), or where the
    /// assertion consumer service hands over.
    pub redirect_uri: String,
    /// Where the provider's logout page returns to, absolute.
    pub logout_uri: String,
    /// Keeps several clients on one origin apart.
    pub name: String,
    /// Roles of a person for whom the provider names none.
    pub default_roles: Vec<String>,
    /// The page's own origin.
    pub origin: String,
}

impl Common {
    /// `callback`: the redirect URI of an app that does not say.
    pub(crate) fn read(top: &Options<'_>, origin: &str, callback: &str) -> Result<Common, Error> {
        let redirect_uri = top.address("redirectUri", callback, origin)?;
        if Url::parse(&redirect_uri).is_none_or(|url| url.origin != origin) {
            return Err(Error::config(ORIGIN, "redirectUri"));
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
        for api in top.texts("apiOrigins")?.unwrap_or_default() {
            if !Url::parse(&api).is_some_and(|url| url.origin == api && url.is_secure()) {
                return Err(Error::config(MALFORMED, "apiOrigins"));
            }
        }
        Ok(Common {
            redirect_uri,
            logout_uri: top.address("logoutUri", "/", origin)?,
            name: name.into(),
            default_roles: top.texts("defaultRoles")?.unwrap_or_default(),
            origin: origin.into(),
        })
    }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Where people come back to unless the app says otherwise.
pub(crate) const CALLBACK: &str = "/callback";
/// One page, one door for each client.
pub(crate) const CONFLICT: &str = "conflict";
/// The sign-in would come back to a page that cannot see this one's transaction.
pub(crate) const ORIGIN: &str = "origin";
