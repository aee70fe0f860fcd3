//! Every place where Cognito differs from the standards, one function each.
//!
//! - two issuers per pool, both genuine ([user pool endpoints](https://docs.aws.amazon.com/general/latest/gr/cognito_identity.html));
//! - hosts by partition: China, GovCloud (FIPS only), EU Sovereign;
//! - hosted pages beside `/oauth2/authorize`: see [`super::pages`];
//! - `token_use` in every token: see [`super::id_token`];
//! - `/logout` that is not RP-Initiated Logout: see [`super::logout`];
//! - `GlobalSignOut`, which ends a person's sessions on every device.

use super::provider::{Cognito, ENDPOINTS, Provider, endpoint_options};
use crate::error::Error;
use crate::json::Record;
use crate::options::{MALFORMED, Options};
use crate::region::{is_region, service_endpoint};
use crate::secret::Secret;
use crate::url::Url;
use crate::wire::HttpRequest;

/// Reads the `cognito` section: the provider and the client id.
pub(crate) fn read(options: &Options<'_>) -> Result<(Provider, String), Error> {
    options.only(&["userPoolId", "clientId", "domain", "region", "endpoints"])?;
    let pool = options.required("userPoolId")?;
    let home = pool_region(pool).ok_or_else(|| options.error(MALFORMED, "userPoolId"))?;
    let client_id = options.required("clientId")?;
    if !client_id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-' || b == b'+') {
        return Err(options.error(MALFORMED, "clientId"));
    }
    // A replica serves the pool from another region than the one in its id.
    let region = options.text("region")?.unwrap_or(home);
    if !is_region(region) {
        return Err(options.error(MALFORMED, "region"));
    }
    let domain = domain_origin(options.required("domain")?, region);
    options.check_address("domain", &domain)?;
    if Url::parse(&domain).is_none_or(|url| url.origin != domain) {
        return Err(options.error(MALFORMED, "domain"));
    }
    let mut provider = provider(pool, region, &domain);
    if let Some(section) = options.section("endpoints") {
        override_endpoints(&mut provider, &Options::new("cognito.endpoints.", section, "cognito.endpoints")?)?;
    }
    Ok((provider, client_id.into()))
}

/// Ends every session of the person, on every device
/// ([GlobalSignOut](https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GlobalSignOut.html)).
pub fn global_sign_out(pool: &Cognito, access_token: &Secret) -> HttpRequest {
    let body = Record::bare("AccessToken", access_token.expose());
    HttpRequest {
        body: Some(("application/x-amz-json-1.1", Secret::new(body))),
        header: Some(("X-Amz-Target", Secret::new("AWSCognitoIdentityProviderService.GlobalSignOut"))),
        keepalive: true,
        ..HttpRequest::get(&pool.user_pool_endpoint, MAX_RESPONSE)
    }
}

/// The pool whose issuer this is, by either of its names; the endpoints are for its metadata to say.
#[cfg(feature = "openmetadata")]
pub(crate) fn by_issuer(issuer: &str) -> Option<Provider> {
    let pool = issuer.split('/').nth(3)?;
    let mut provider = provider(pool, pool_region(pool)?, "");
    // The one that was given is asked for the metadata.
    let given = provider.issuers.iter().position(|known| known == issuer)?;
    provider.issuers.swap(0, given);
    provider.endpoints().into_iter().for_each(String::clear);
    Some(provider)
}

fn provider(pool: &str, region: &str, domain: &str) -> Provider {
    let service = |name: &str| service_endpoint(name, region);
    let issuer = |name: &str| [&service(name), pool].concat();
    let hosted = |path: &str| [domain, path].concat();
    let original = issuer("cognito-idp");
    Provider {
        authorization_endpoint: hosted("/oauth2/authorize"),
        token_endpoint: hosted("/oauth2/token"),
        revocation_endpoint: hosted("/oauth2/revoke"),
        end_session_endpoint: hosted("/logout"),
        jwks_uri: [&original, "/.well-known/jwks.json"].concat(),
        userinfo_endpoint: hosted("/oauth2/userInfo"),
        issuers: vec![original, issuer("issuer-cognito-idp")],
        iss_required: false,
        cognito: Some(Cognito { user_pool_endpoint: service("cognito-idp") }),
    }
}

fn override_endpoints(provider: &mut Provider, options: &Options<'_>) -> Result<(), Error> {
    options.only(&endpoint_options(&["issuer", "userPoolEndpoint"]))?;
    if let Some(issuer) = options.endpoint("issuer")? {
        provider.issuers = vec![issuer.into()];
    }
    if let Some(address) = options.endpoint("userPoolEndpoint")? {
        provider.cognito = Some(Cognito { user_pool_endpoint: address.into() });
    }
    for ((name, _, _), endpoint) in ENDPOINTS.iter().zip(provider.endpoints()) {
        if let Some(address) = options.endpoint(name)? {
            *endpoint = address.into();
        }
    }
    Ok(())
}

/// A prefix, a host or an origin → the origin of the hosted pages.
fn domain_origin(domain: &str, region: &str) -> String {
    if domain.contains(':') {
        domain.into()
    } else if domain.contains('.') {
        ["https://", domain].concat()
    } else {
        let (auth, suffix) = if region.starts_with("cn-") {
            (".auth.", ".amazoncognito.com.cn")
        } else if region.split('-').nth(1) == Some("gov") {
            (".auth-fips.", ".amazoncognito.com")
        } else {
            (".auth.", ".amazoncognito.com")
        };
        ["https://", domain, auth, region, suffix].concat()
    }
}

fn pool_region(pool: &str) -> Option<&str> {
    let (region, id) = pool.split_once('_')?;
    let holds = is_region(region) && !id.is_empty() && id.len() <= 55 && id.bytes().all(|b| b.is_ascii_alphanumeric());
    holds.then_some(region)
}

/// Bytes. Success is `{}`.
const MAX_RESPONSE: usize = 4096;
