//! Issuer → the provider's metadata (OpenID Connect Discovery §4), or the endpoints that the app gives
//! in its place.
//!
//! Every refusal is `discovery_invalid` with the rule that was broken. Nothing in the metadata can
//! weaken a check: it only says where to ask.

use super::provider::{ENDPOINTS, Provider, endpoint_options};
use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::options::{MISSING, Options};
use crate::url::Url;
use crate::wire::{HttpRequest, HttpResponse};

/// Reads the `oidc` section: the provider, its endpoints perhaps not yet known, and the client id.
pub(crate) fn read_options(options: &Options<'_>) -> Result<(Provider, String), Error> {
    options.only(&["issuer", "clientId", "endpoints"])?;
    let client_id = options.required("clientId")?;
    let issuer = options.required("issuer")?;
    options.check_address("issuer", issuer)?;
    let mut provider = Provider { issuers: vec![issuer.into()], ..Provider::default() };
    if let Some(section) = options.section("endpoints") {
        let options = Options::new("oidc.endpoints.", section, "oidc.endpoints")?;
        options.only(&endpoint_options(&[ISS_OPTION]))?;
        for ((option, _, required), endpoint) in ENDPOINTS.iter().zip(provider.endpoints()) {
            match options.endpoint(option)? {
                Some(address) => *endpoint = address.into(),
                None if *required => return Err(options.error(MISSING, option)),
                None => {}
            }
        }
        provider.iss_required = options.flag(ISS_OPTION)?;
    }
    Ok((provider, client_id.into()))
}

/// The request for the metadata of `issuer`.
pub fn fetch(issuer: &str) -> HttpRequest {
    HttpRequest::get(&[issuer.trim_end_matches('/'), "/.well-known/openid-configuration"].concat(), MAX_RESPONSE)
}

/// Reads the metadata of `issuer`.
///
/// # Errors
/// `provider_unavailable` for a status of 500 and more (retryable); `discovery_invalid` with the rule `status`,
/// `too_large`, `not_json`, `issuer`, `endpoint` or `pkce`.
pub fn read(response: &HttpResponse, issuer: &str) -> Result<Provider, Error> {
    let json = response.object(refused)?;
    // §4.3: exactly the issuer that was asked.
    if json.text("issuer") != Some(issuer) {
        return Err(refused("issuer"));
    }
    let mut provider = Provider { issuers: vec![issuer.into()], ..Provider::default() };
    for ((_, member, required), endpoint) in ENDPOINTS.iter().zip(provider.endpoints()) {
        match json.get(member) {
            Some(Json::String(address)) if Url::parse(address).is_some_and(|url| url.is_secure()) => {
                endpoint.clone_from(address);
            }
            None if !required => {}
            _ => return Err(refused("endpoint")),
        }
    }
    // RFC 8414 §2: where it stands, it must hold what we always send. Cognito leaves it out.
    let methods = json.get("code_challenge_methods_supported").map(|methods| methods.as_array().unwrap_or_default());
    if methods.is_some_and(|methods| !methods.contains(&"S256".into())) {
        return Err(refused("pkce"));
    }
    provider.iss_required = json.get("authorization_response_iss_parameter_supported") == Some(&Json::Bool(true));
    Ok(provider)
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::DiscoveryInvalid, rule)
}

const ISS_OPTION: &str = "authorizationResponseIssParameterSupported";
/// Bytes. The largest known metadata take ten thousand.
const MAX_RESPONSE: usize = 128 * 1024;
