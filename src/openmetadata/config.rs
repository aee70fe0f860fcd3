//! The `openMetadata` section: which provider, which door, and the rules for who somebody is.
//!
//! | provider | clientType | door |
//! |---|---|---|
//! | `aws-cognito`, `google`, `okta`, `auth0`, `azure`, `custom-oidc` | public | OpenID Connect, code + PKCE, whatever `responseType` says |
//! | the same | confidential | the server's own sign-in |
//! | `saml` | either | the server's own sign-in |
//! | `basic`, `ldap`, `openmetadata` | | refused: passwords are not typed into pages of ours |

use super::issued::Issued;
use super::principal::{Principal, Rules};
use super::section::Section;
use crate::config::ORIGIN;
use crate::error::Error;
use crate::json::Json;
use crate::oidc::provider::Provider;
use crate::oidc::{cognito, discovery};
use crate::options::{CLIENT_SECRET, MALFORMED, MISSING, Options};
use crate::url::Url;
use crate::wire::HttpResponse;

/// What a client of an OpenMetadata server knows beside the provider.
#[derive(Debug, Clone)]
pub struct Settings {
    rules: Rules,
    /// The server signs people in by itself and issues the token.
    pub issued: Option<Issued>,
}

/// What the section says.
pub(crate) struct Read {
    pub(crate) provider: Provider,
    pub(crate) client_id: String,
    /// Where the person comes back to unless the app says otherwise.
    pub(crate) callback: String,
    pub(crate) settings: Settings,
}

/// Reads the section in a page of `origin`.
pub(crate) fn read(options: &Options<'_>, origin: &str) -> Result<Read, Error> {
    options.only(&["server", "authenticationConfiguration", "authorizerConfiguration", "issuer"])?;
    let server = options.address("server", "/", origin)?;
    let section = options.section("authenticationConfiguration");
    let authentication = Section::new("openMetadata.authenticationConfiguration", section, &AUTHENTICATION)?;
    let section = options.section("authorizerConfiguration");
    let authorizer = Section::new("openMetadata.authorizerConfiguration", section, &AUTHORIZER)?;
    let rules = Rules::read(&authentication, &authorizer)?;
    no_secrets(&authentication)?;

    let missing = |field| authentication.error(MISSING, field);
    let name = authentication.text("provider")?.ok_or_else(|| missing("provider"))?;
    let is_public = match authentication.text("clientType")? {
        None | Some("public") => true,
        Some("confidential") => false,
        Some(_) => return Err(authentication.error(MALFORMED, "clientType")),
    };
    let callback = authentication.text("callbackUrl")?;
    if callback.is_some_and(|address| Url::parse(address).is_none_or(|url| url.origin != origin)) {
        return Err(authentication.error(ORIGIN, "callbackUrl"));
    }
    let client_id = authentication.text("clientId")?;
    match name {
        "saml" => {}
        "aws-cognito" | "google" | "okta" | "auth0" | "azure" | "custom-oidc" if !is_public => {}
        "aws-cognito" | "google" | "okta" | "auth0" | "azure" | "custom-oidc" => {
            let authority = authentication.text("authority")?.ok_or_else(|| missing("authority"))?;
            let is_secure =
                Url::parse(authority).is_some_and(|url| url.is_secure() && url.query.is_empty() && url.fragment.is_none());
            let provider =
                provider(name, authority).filter(|_| is_secure).ok_or_else(|| authentication.error(MALFORMED, "authority"))?;
            return Ok(Read {
                provider,
                client_id: client_id.ok_or_else(|| missing("clientId"))?.into(),
                callback: callback.unwrap_or("/callback").into(),
                settings: Settings { rules, issued: None },
            });
        }
        _ => return Err(authentication.error("unsupported", "provider")),
    }
    let idp = Section::new(
        "openMetadata.authenticationConfiguration.samlConfiguration.idp",
        authentication.inner("samlConfiguration").and_then(|saml| saml.get("idp")),
        &[("authorityUrl", "SAML_AUTHORITY_URL")],
    )?;
    let issued = Issued::new(&server, idp.text("authorityUrl")?).map_err(|rule| idp.error(rule, "authorityUrl"))?;
    Ok(Read {
        provider: issued.provider(options.text("issuer")?.unwrap_or("open-metadata.org")),
        client_id: client_id.unwrap_or_default().into(),
        callback: issued.callback().into(),
        settings: Settings { rules, issued: Some(issued) },
    })
}

impl Settings {
    /// The person as the server will see them.
    pub fn principal(&self, claims: &Json) -> Principal {
        if self.issued.is_some() { self.rules.issued(claims) } else { self.rules.principal(claims) }
    }

    /// Adds what OpenMetadata makes of the claims to the person: `principal`, and `isAdmin` where it is known.
    pub(crate) fn describe(&self, user: &mut Vec<(String, Json)>, claims: &Json) {
        let principal = self.principal(claims);
        user.push(("principal".into(), principal.json(claims)));
        user.extend(principal.is_admin.map(|is_admin| ("isAdmin".into(), Json::Bool(is_admin))));
    }
}

/// The provider's metadata, whose issuer may be any that `known` has; a user pool keeps what only Cognito has.
///
/// # Errors
/// As [`discovery::read`].
pub fn discovered(response: &HttpResponse, known: &Provider) -> Result<Provider, Error> {
    let mut found = Err(Error::new(crate::error::ErrorCode::DiscoveryInvalid, "issuer"));
    for issuer in &known.issuers {
        found = discovery::read(response, issuer);
        if found.is_ok() {
            break;
        }
    }
    let mut provider = found?;
    if known.cognito.is_some() {
        // Two names, both genuine, whichever of them the metadata say.
        provider.issuers.clone_from(&known.issuers);
        provider.cognito.clone_from(&known.cognito);
        // Not standard, so metadata may leave it out.
        if provider.end_session_endpoint.is_empty()
            && let Some(hosted) = Url::parse(&provider.authorization_endpoint)
        {
            provider.end_session_endpoint = [hosted.origin, "/logout"].concat();
        }
    }
    Ok(provider)
}

/// The provider behind an `authority`, its endpoints still unknown.
fn provider(name: &str, authority: &str) -> Option<Provider> {
    let plain = authority.trim_end_matches('/');
    let issuers = match name {
        "aws-cognito" => return cognito::by_issuer(plain),
        // The tokens of the older endpoint have another issuer than this address.
        "azure" if !plain.ends_with("/v2.0") => vec![[plain, "/v2.0"].concat()],
        // Guides differ in the slash at the end, metadata do not.
        _ => vec![plain.to_owned(), [plain, "/"].concat()],
    };
    Some(Provider { issuers, ..Provider::default() })
}

/// A server's file pasted whole: what must not be in a page.
fn no_secrets(authentication: &Section<'_>) -> Result<(), Error> {
    let parts = [("oidcConfiguration", "secret"), ("ldapConfiguration", "dnAdminPassword")];
    for (part, name) in parts {
        if authentication.inner(part).and_then(|inner| inner.text(name)).is_some_and(|secret| !secret.is_empty()) {
            return Err(authentication.error(CLIENT_SECRET, &[part, ".", name].concat()));
        }
    }
    Ok(())
}

/// Fields of `authenticationConfiguration` that we read, and their environment variables.
const AUTHENTICATION: [(&str, &str); 8] = [
    ("provider", "AUTHENTICATION_PROVIDER"),
    ("clientType", "AUTHENTICATION_CLIENT_TYPE"),
    ("authority", "AUTHENTICATION_AUTHORITY"),
    ("clientId", "AUTHENTICATION_CLIENT_ID"),
    ("callbackUrl", "AUTHENTICATION_CALLBACK_URL"),
    ("jwtPrincipalClaims", "AUTHENTICATION_JWT_PRINCIPAL_CLAIMS"),
    ("jwtPrincipalClaimsMapping", "AUTHENTICATION_JWT_PRINCIPAL_CLAIMS_MAPPING"),
    ("emailClaim", "AUTHENTICATION_EMAIL_CLAIM"),
];
/// Fields of `authorizerConfiguration`, likewise.
const AUTHORIZER: [(&str, &str); 6] = [
    ("adminPrincipals", "AUTHORIZER_ADMIN_PRINCIPALS"),
    ("adminEmails", "AUTHORIZER_ADMIN_EMAILS"),
    ("principalDomain", "AUTHORIZER_PRINCIPAL_DOMAIN"),
    ("allowedDomains", "AUTHORIZER_ALLOWED_DOMAINS"),
    ("enforcePrincipalDomain", "AUTHORIZER_ENFORCE_PRINCIPAL_DOMAIN"),
    ("useRolesFromProvider", "AUTHORIZER_USE_ROLES_FROM_PROVIDER"),
];
