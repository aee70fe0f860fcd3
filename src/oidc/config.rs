//! The options of this door.

use super::{cognito, discovery, provider::Provider};
use crate::config::{CALLBACK, CONFLICT, Common};
use crate::error::Error;
use crate::json::Json;
#[cfg(feature = "openmetadata")]
use crate::openmetadata;
use crate::options::{MALFORMED, MISSING, Options, TYPE, no_placeholder};
use crate::text::spaced;
#[cfg(feature = "openmetadata")]
use std::rc::Rc;

/// A client of one provider.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whom we ask, and whose answers we believe.
    pub provider: Provider,
    /// `client_id` (RFC 6749 §2.2).
    pub client_id: String,
    /// Requested scopes, space-separated (RFC 6749 §3.3).
    pub scope: String,
    /// What both doors have.
    pub common: Common,
    /// What a client of an OpenMetadata server knows beside that.
    #[cfg(feature = "openmetadata")]
    pub openmetadata: Option<Rc<openmetadata::Settings>>,
}

impl Config {
    /// The server's own sign-in, where there is one.
    #[cfg(feature = "openmetadata")]
    pub fn issued(&self) -> Option<&openmetadata::issued::Issued> {
        self.openmetadata.as_ref()?.issued.as_ref()
    }

    /// Reads the configuration of a page on `origin`.
    ///
    /// # Errors
    /// `config_invalid`; `option` is the dotted name, e.g. `cognito.domain`.
    pub fn parse(text: &str, origin: &str) -> Result<Config, Error> {
        let json = Json::parse(text).map_err(|_| Error::config(TYPE, "config"))?;
        let top = Options::new("", &json, "config")?;
        no_placeholder("", &json)?;
        top.only(&OPTIONS)?;
        let (provider, client_id) = match (top.section("cognito"), top.section("oidc")) {
            (Some(_), Some(_)) => return Err(Error::config(CONFLICT, "oidc")),
            (None, Some(door)) => discovery::read_options(&Options::new("oidc.", door, "oidc")?)?,
            (Some(door), None) => cognito::read(&Options::new("cognito.", door, "cognito")?)?,
            (None, None) => return Err(Error::config(MISSING, "cognito")),
        };
        Config::of(&top, origin, provider, client_id, CALLBACK)
    }

    /// A client of `provider`, whose redirect URI is `callback` unless the app says otherwise.
    pub(crate) fn of(
        top: &Options<'_>,
        origin: &str,
        provider: Provider,
        client_id: String,
        callback: &str,
    ) -> Result<Config, Error> {
        let common = Common::read(top, origin, callback)?;
        let scopes = top.texts("scopes")?.unwrap_or_else(|| ["openid", "email", "profile"].map(String::from).into());
        if scopes.is_empty() || scopes.iter().any(|s| s.is_empty() || s.contains(char::is_whitespace)) {
            return Err(Error::config(MALFORMED, "scopes"));
        }
        if !scopes.iter().any(|s| s == "openid") {
            return Err(Error::config(OPENID, "scopes"));
        }
        top.choice("renew", &["ahead", "lazy"])?;
        Ok(Config {
            provider,
            client_id,
            scope: spaced(&scopes),
            common,
            #[cfg(feature = "openmetadata")]
            openmetadata: None,
        })
    }
}

/// The options of an app.
pub(crate) const OPTIONS: [&str; 12] = [
    "cognito",
    "oidc",
    "redirectUri",
    "logoutUri",
    "scopes",
    "name",
    "storage",
    "apiOrigins",
    "aws",
    "bearer",
    "renew",
    "defaultRoles",
];
/// Without the scope `openid` there is no person in the answer (OpenID Connect Core §3.1.2.1).
const OPENID: &str = "openid";
