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
use super::section::{self, Section, unquoted};
use super::server;
use crate::config::{CALLBACK, CONFLICT, ORIGIN};
use crate::error::Error;
use crate::json::Json;
use crate::oidc::config::{Config, OPTIONS};
use crate::oidc::provider::Provider;
use crate::oidc::{cognito, discovery};
use crate::options::{CLIENT_SECRET, MALFORMED, MISSING, Options, no_placeholder};
use crate::url::Url;
use crate::wire::HttpResponse;

/// What a client of an OpenMetadata server knows beside the provider.
#[derive(Debug)]
pub struct Settings {
    rules: Rules,
    /// The server signs people in by itself and issues the token.
    pub issued: Option<Issued>,
}

/// What the section says.
struct Read {
    provider: Provider,
    client_id: String,
    /// Where the person comes back to unless the app says otherwise.
    callback: String,
    settings: Settings,
}

/// Reads the configuration of a page on `origin`, whose one door is `openMetadata`.
///
/// # Errors
/// `config_invalid`; `option` is the dotted name, e.g. `openMetadata.server`.
pub fn parse(text: &str, origin: &str) -> Result<Config, Error> {
    let json = section::expanded(server::parsed(text)?);
    let top = Options::new("", &json, "config")?;
    no_placeholder("", &json)?;
    top.only(&[&["openMetadata"][..], &OPTIONS].concat())?;
    let section = top.section("openMetadata").ok_or_else(|| Error::config(MISSING, "openMetadata"))?;
    if let Some(other) = ["cognito", "oidc"].into_iter().find(|door| top.section(door).is_some()) {
        return Err(Error::config(CONFLICT, other));
    }
    let options = Options::new("openMetadata.", section, "openMetadata")?;
    let read = read(&options, origin, top.section("redirectUri").is_some())?;
    let config = Config::of(&top, origin, read.provider, read.client_id, &read.callback)?;
    Ok(Config { openmetadata: Some(read.settings.into()), ..config })
}

/// Reads the section in a page of `origin`; `elsewhere`: the app itself says where the person comes back to.
fn read(options: &Options<'_>, origin: &str, elsewhere: bool) -> Result<Read, Error> {
    options.only(&["server", "authenticationConfiguration", "authorizerConfiguration", "issuer"])?;
    for part in ["authenticationConfiguration", "authorizerConfiguration"] {
        no_secrets(&["openMetadata.", part].concat(), options.section(part).unwrap_or(&Json::Null))?;
    }
    let api = server::api(options, origin)?;
    let section = options.section("authenticationConfiguration");
    let authentication = Section::new(AUTHENTICATION_PATH, section, &AUTHENTICATION)?;
    let section = options.section("authorizerConfiguration");
    let authorizer = Section::new("openMetadata.authorizerConfiguration", section, &AUTHORIZER)?;
    let missing = |field| authentication.error(MISSING, field);
    let name = authentication.text("provider")?.ok_or_else(|| missing("provider"))?;
    let is_public = match authentication.text("clientType")? {
        None | Some("public") => true,
        Some("confidential") => false,
        Some(_) => return Err(authentication.error(MALFORMED, "clientType")),
    };
    let client_id = authentication.text("clientId")?;
    if name != "saml" && !PROVIDERS.contains(&name) {
        return Err(authentication.error("unsupported", "provider"));
    }
    if name != "saml" && is_public {
        let callback = authentication.text("callbackUrl")?;
        if !elsewhere && callback.is_some_and(|address| Url::parse(address).is_none_or(|url| url.origin != origin)) {
            return Err(authentication.error(ORIGIN, "callbackUrl"));
        }
        let path = callback.and_then(Url::parse).map_or("", |url| url.path);
        if !elsewhere && !CALLBACKS.contains(&path) {
            return Err(Error::config(MISSING, "redirectUri"));
        }
        let authority = authentication.text("authority")?.ok_or_else(|| missing("authority"))?;
        let Some(provider) = provider(name, authority) else { return Err(authentication.error(MALFORMED, "authority")) };
        return Ok(Read {
            provider,
            client_id: client_id.ok_or_else(|| missing("clientId"))?.into(),
            callback: callback.unwrap_or(CALLBACK).into(),
            settings: Settings { rules: Rules::read(&authentication, &authorizer)?, issued: None },
        });
    }
    let issuer = options.text("issuer")?.unwrap_or("open-metadata.org");
    // A transaction keeps issuers with a space between them.
    if issuer.is_empty() || issuer.contains(' ') {
        return Err(options.error(MALFORMED, "issuer"));
    }
    let idp = match authentication.inner("samlConfiguration") {
        Some(saml) => Section::new(IDP_PATH, saml.get("idp"), &IDP)?,
        None => Section::new(AUTHENTICATION_PATH, options.section("authenticationConfiguration"), &IDP)?,
    };
    let issued = Issued::new(api, idp.text("authorityUrl")?).map_err(|rule| idp.error(rule, "authorityUrl"))?;
    Ok(Read {
        provider: issued.provider(issuer),
        // Its servers share one issuer: sessions and sign-ins belong to this one alone.
        client_id: issued.api().into(),
        callback: issued.callback().into(),
        settings: Settings { rules: Rules::read(&authentication, &authorizer)?, issued: Some(issued) },
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
    let mut found = discovery::read(response, known.issuer());
    for issuer in known.issuers.iter().skip(1) {
        if found.as_ref().is_err_and(|error| error.rule == "issuer") {
            found = discovery::read(response, issuer);
        }
    }
    let mut provider = found?;
    if known.cognito.is_some() {
        // Two names, both genuine, whichever of them the metadata say.
        provider = Provider { issuers: known.issuers.clone(), cognito: known.cognito.clone(), ..provider };
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
    Url::parse(authority).filter(|url| url.is_secure() && url.query.is_empty() && url.fragment.is_none())?;
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
fn no_secrets(path: &str, section: &Json) -> Result<(), Error> {
    for (name, value) in section.members().unwrap_or_default() {
        let inner = [path, ".", name].concat();
        let is_said = value.as_str().is_some_and(|text| !unquoted(text).is_empty());
        if is_said && SECRETS.iter().any(|end| name.ends_with(end)) {
            return Err(Error::config(CLIENT_SECRET, &inner));
        }
        no_secrets(&inner, value)?;
    }
    Ok(())
}

/// Those whose clients may be public.
const PROVIDERS: [&str; 6] = ["aws-cognito", "google", "okta", "auth0", "azure", "custom-oidc"];
const AUTHENTICATION_PATH: &str = "openMetadata.authenticationConfiguration";
const IDP_PATH: &str = "openMetadata.authenticationConfiguration.samlConfiguration.idp";
/// How the names of secrets end: `secret`, `keyStorePassword`, `OIDC_CLIENT_SECRET`, `AUTHENTICATION_LOOKUP_ADMIN_PWD`, ….
const SECRETS: [&str; 7] = ["secret", "Secret", "SECRET", "Password", "PASSWORD", "PWD", "PrivateKey"];
/// Where a page takes a response up before it has asked the server (arrival.js); another place is for the app to say.
const CALLBACKS: [&str; 4] = ["", CALLBACK, "/auth/callback", "/saml/callback"];
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
const AUTHORIZER: [(&str, &str); 7] = [
    ("adminPrincipals", "AUTHORIZER_ADMIN_PRINCIPALS"),
    ("adminEmails", "AUTHORIZER_ADMIN_EMAILS"),
    ("principalDomain", "AUTHORIZER_PRINCIPAL_DOMAIN"),
    ("allowedDomains", "AUTHORIZER_ALLOWED_DOMAINS"),
    ("allowedEmailDomains", "AUTHORIZER_ALLOWED_EMAIL_DOMAINS"),
    ("enforcePrincipalDomain", "AUTHORIZER_ENFORCE_PRINCIPAL_DOMAIN"),
    ("useRolesFromProvider", "AUTHORIZER_USE_ROLES_FROM_PROVIDER"),
];
/// Fields of `samlConfiguration.idp`, likewise; the variable stands beside the others.
const IDP: [(&str, &str); 1] = [("authorityUrl", "SAML_AUTHORITY_URL")];
