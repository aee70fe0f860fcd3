//! Issuer → the provider's metadata (OpenID Connect Discovery §4), or the endpoints that the app gives
//! in its place.
//!
//! Every refusal is `discovery_invalid` with the rule that was broken. Nothing in the metadata can
//! weaken a check: it only says where to ask.

use super::provider::Provider;
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
        let known: Vec<&str> = ENDPOINTS.iter().map(|(option, _, _)| *option).chain([ISS_OPTION]).collect();
        options.only(&known)?;
        for ((option, _, required), endpoint) in ENDPOINTS.into_iter().zip(endpoints(&mut provider)) {
            match options.endpoint(option)? {
                Some(address) => *endpoint = address.into(),
                None if required => return Err(options.error(MISSING, option)),
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
    for ((_, member, required), endpoint) in ENDPOINTS.into_iter().zip(endpoints(&mut provider)) {
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

fn endpoints(provider: &mut Provider) -> [&mut String; 6] {
    [
        &mut provider.authorization_endpoint,
        &mut provider.token_endpoint,
        &mut provider.jwks_uri,
        &mut provider.revocation_endpoint,
        &mut provider.end_session_endpoint,
        &mut provider.userinfo_endpoint,
    ]
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::DiscoveryInvalid, rule)
}

/// Option, metadata member, and whether a sign-in needs it; in the order of [`endpoints`].
const ENDPOINTS: [(&str, &str, bool); 6] = [
    ("authorizationEndpoint", "authorization_endpoint", true),
    ("tokenEndpoint", "token_endpoint", true),
    ("jwksUri", "jwks_uri", true),
    ("revocationEndpoint", "revocation_endpoint", false),
    ("endSessionEndpoint", "end_session_endpoint", false),
    ("userinfoEndpoint", "userinfo_endpoint", false),
];
const ISS_OPTION: &str = "authorizationResponseIssParameterSupported";
/// Bytes. The largest known metadata take ten thousand.
const MAX_RESPONSE: usize = 128 * 1024;
