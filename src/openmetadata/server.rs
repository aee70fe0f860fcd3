//! What the server tells a page about itself, before anybody has signed in.
//!
//! ```text
//! { server } ── asked ──> /system/config/auth, /system/config/authorizer ── configured ──> both sections in the configuration
//! ```
//!
//! Its `responseType` and `publicKeyUrls` are defaults that no administrator wrote: neither is looked at.

use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::options::{MISSING, Options, TYPE};
use crate::url::Url;
use crate::wire::{HttpRequest, HttpResponse};

/// The requests for both sections; `None` when the configuration brings them.
///
/// # Errors
/// `config_invalid`.
pub fn asked(config: &str, origin: &str) -> Result<Option<[HttpRequest; 2]>, Error> {
    let config = parsed(config)?;
    let section = config.get(SECTION).ok_or_else(|| Error::config(TYPE, SECTION))?;
    let options = Options::new("openMetadata.", section, SECTION)?;
    if options.section("authenticationConfiguration").is_some() {
        return Ok(None);
    }
    let server = options.address("server", "/", origin)?;
    let ask =
        |part: &str| HttpRequest::get(&[server.trim_end_matches('/'), "/api/v1/system/config/", part].concat(), MAX_RESPONSE);
    Ok(Some([ask("auth"), ask("authorizer")]))
}

/// The configuration with both answers in it.
///
/// # Errors
/// `provider_unavailable` for a status of 500 and more (retryable); `discovery_invalid` with the rule `status`,
/// `too_large` or `not_json`; `config_invalid` when `redirectUri` has to say which page its `callbackUrl` is.
pub fn configured(config: &str, answers: &[HttpResponse; 2]) -> Result<String, Error> {
    let Json::Object(mut members) = parsed(config)? else { return Err(Error::config(TYPE, "config")) };
    let [authentication, authorizer] = answers;
    let authentication = authentication.object(refused)?;
    let callback = authentication.text("callbackUrl").and_then(Url::parse).map_or("", |url| url.path);
    if !CALLBACKS.contains(&callback) && !members.iter().any(|(name, _)| name == "redirectUri") {
        return Err(Error::config(MISSING, "redirectUri"));
    }
    let mut sections = vec![("authenticationConfiguration".to_owned(), authentication)];
    sections.push(("authorizerConfiguration".to_owned(), authorizer.object(refused)?));
    for (name, value) in &mut members {
        if let (SECTION, Json::Object(section)) = (name.as_str(), value) {
            section.retain(|(name, _)| name != "authorizerConfiguration");
            section.append(&mut sections);
        }
    }
    Ok(Json::Object(members).write())
}

fn parsed(config: &str) -> Result<Json, Error> {
    Json::parse(config).map_err(|_| Error::config(TYPE, "config"))
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::DiscoveryInvalid, rule)
}

/// Where a page takes a response up before it has asked the server (arrival.js).
const CALLBACKS: [&str; 4] = ["", "/callback", "/auth/callback", "/saml/callback"];
const SECTION: &str = "openMetadata";
/// Bytes. A configuration with certificates in it takes some ten thousand.
const MAX_RESPONSE: usize = 128 * 1024;
