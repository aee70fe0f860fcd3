//! What the server tells a page about itself, before anybody has signed in.
//!
//! ```text
//! { server } ── asked ──> /system/config/auth, /system/config/authorizer ── configured ──> both sections in the configuration
//! ```
//!
//! Its `responseType` and `publicKeyUrls` are defaults that no administrator wrote: neither is looked at.

use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::options::{MALFORMED, Options, TYPE};
use crate::text::split_at_mark;
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
    let api = api(&options, origin)?;
    let ask = |part: &str| HttpRequest::get(&[&api, "/system/config/", part].concat(), MAX_RESPONSE);
    Ok(Some([ask("auth"), ask("authorizer")]))
}

/// The configuration with both answers in it; what the app says of its authorizer goes before the server's word.
///
/// # Errors
/// `provider_unavailable` for a status of 500 and more (retryable); `discovery_invalid` with the rule `status`,
/// `too_large`, `not_json` or `placeholder`.
pub fn configured(config: &str, answers: &[HttpResponse; 2]) -> Result<String, Error> {
    let mut config = parsed(config)?;
    let [authentication, authorizer] = answers;
    let [authentication, authorizer] = [said(authentication)?, said(authorizer)?];
    if let Json::Object(members) = &mut config
        && let Some((_, section)) = members.iter_mut().find(|(name, _)| name == SECTION)
    {
        add(section, "authenticationConfiguration", authentication);
        add(section, "authorizerConfiguration", authorizer);
    }
    Ok(config.write())
}

/// `https://server/api/v1`
pub(super) fn api(options: &Options<'_>, origin: &str) -> Result<String, Error> {
    let server = options.address("server", "/", origin)?;
    if server.contains('?') {
        return Err(options.error(MALFORMED, "server"));
    }
    Ok([server.trim_end_matches('/'), "/api/v1"].concat())
}

/// What a server says: plain values. Variables and what is filled in by them are for files.
fn said(answer: &HttpResponse) -> Result<Json, Error> {
    if answer.body.as_ref().is_some_and(|body| split_at_mark(body.expose(), "${").is_some()) {
        return Err(refused("placeholder"));
    }
    let Json::Object(mut members) = answer.object(refused)? else { return Err(refused("not_json")) };
    members.retain(|(name, _)| name.bytes().any(|b| b.is_ascii_lowercase()));
    Ok(Json::Object(members))
}

/// Puts the member into the section; where the app has written one, what that leaves out.
fn add(section: &mut Json, name: &str, said: Json) {
    let Json::Object(members) = section else { return };
    match (members.iter_mut().find(|(known, _)| known == name), said) {
        (None, said) => members.push((name.into(), said)),
        (Some((_, own)), Json::Object(said)) => {
            for (name, value) in said {
                add(own, &name, value);
            }
        }
        _ => {}
    }
}

pub(super) fn parsed(config: &str) -> Result<Json, Error> {
    Json::parse(config).map_err(|_| Error::config(TYPE, "config"))
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::DiscoveryInvalid, rule)
}

const SECTION: &str = "openMetadata";
/// Bytes. A configuration with certificates in it takes some ten thousand.
const MAX_RESPONSE: usize = 128 * 1024;
