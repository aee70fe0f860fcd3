//! Sign-in by the server: it is the service provider (SAML) or the confidential client, and gives the page a
//! token of its own making.
//!
//! ```text
//! start ──> /api/v1/auth/login?redirectUri=… ······ the identity provider ······ ?id_token= or #id_token= ── token_in ──> verify
//! refresh ─┬─ a refresh token: POST /api/v1/saml/refresh ─┬─> { accessToken, refreshToken? } ── verify_renewed
//!          └─ the server's cookie: GET /api/v1/auth/refresh ┘
//! ```
//!
//! Three generations of servers answer in three ways; all are read, the fragment first. None of them echoes a
//! `state`: what binds a token to this browser is that a sign-in is pending in it (SECURITY.md).

use crate::error::{Error, ErrorCode};
use crate::form;
use crate::json::{Json, Record};
use crate::oidc::callback;
use crate::oidc::clock::Clock;
use crate::oidc::config::Config;
use crate::oidc::id_token::{self, IdToken};
use crate::oidc::keys::{self, KeySet};
use crate::oidc::provider::Provider;
use crate::oidc::sign_in::SignIn;
use crate::oidc::transaction::Transaction;
use crate::return_to;
use crate::secret::Secret;
use crate::text::split_at_mark;
use crate::token_response::{MAX_RESPONSE, Tokens};
use crate::url::Url;
use crate::wire::{HttpRequest, HttpResponse, Redirect, SignatureValid};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The server's endpoints.
#[derive(Debug)]
pub struct Issued {
    /// `https://server/api/v1`
    api: String,
    /// Where a sign-in begins.
    login: String,
    /// The endpoints of SAML alone, before those of every provider came.
    is_saml_only: bool,
}

impl Issued {
    /// The endpoints behind `api`; `authority_url` is what older servers say of themselves.
    pub(super) fn new(api: String, authority_url: Option<&str>) -> Result<Issued, &'static str> {
        if let Some(address) = authority_url {
            let url = Url::parse(address).ok_or("malformed")?;
            if !url.is_secure() {
                return Err("insecure");
            }
            // The file's default names localhost, and nobody corrects it where it is not used.
            if Url::parse(&api).is_some_and(|server| server.origin == url.origin) {
                return Ok(Issued { api, login: address.into(), is_saml_only: true });
            }
        }
        Ok(Issued { login: [&api, "/auth/login"].concat(), api, is_saml_only: false })
    }

    /// The server, as its records name it.
    pub(super) fn api(&self) -> &str {
        &self.api
    }

    /// Whose tokens are believed: `issuer`, by the server's own key set.
    pub(super) fn provider(&self, issuer: &str) -> Provider {
        Provider {
            issuers: vec![issuer.into()],
            authorization_endpoint: self.login.clone(),
            jwks_uri: [&self.api, "/system/config/jwks"].concat(),
            ..Provider::default()
        }
    }

    /// Where OpenMetadata's own page comes back to, which every server trusts.
    pub(super) fn callback(&self) -> &'static str {
        if self.is_saml_only { "/saml/callback" } else { "/auth/callback" }
    }

    /// Begins a sign-in at `now`.
    ///
    /// # Errors
    /// `request_invalid` / `unsupported` for an option that the server has no parameter for.
    pub fn start(&self, config: &Config, sign_in: &SignIn, now: i64) -> Result<(Redirect, Transaction), Error> {
        for (name, _) in sign_in.json().members().unwrap_or_default() {
            if name != "returnTo" {
                return Err(Error::new(ErrorCode::RequestInvalid, "unsupported").with_option(name));
            }
        }
        let redirect_uri = &config.common.redirect_uri;
        let transaction = Transaction {
            client: config.common.name.clone(),
            state: STATE.into(),
            nonce: String::new(),
            verifier: Secret::new(""),
            client_id: config.client_id.clone(),
            redirect_uri: redirect_uri.clone(),
            return_to: where_to(sign_in, config),
            issuers: config.provider.issuers.clone(),
            token_endpoint: String::new(),
            jwks_uri: config.provider.jwks_uri.clone(),
            created: now,
            iss_required: false,
            sign_in: sign_in.clone(),
        };
        Ok((Redirect(form::append(&self.login, &[("redirectUri", redirect_uri)])), transaction))
    }

    /// The request that renews with `refresh_token`.
    pub fn refresh(&self, refresh_token: &Secret) -> HttpRequest {
        if refresh_token.expose() == BY_COOKIE {
            let url = [&self.api, "/auth/refresh"].concat();
            return HttpRequest { cookies: true, ..HttpRequest::get(&url, MAX_RESPONSE) };
        }
        let url = [&self.api, "/saml/refresh"].concat();
        let body = Secret::new(Record::bare("refreshToken", refresh_token.expose()));
        HttpRequest { body: Some((JSON, body)), cookies: true, ..HttpRequest::get(&url, MAX_RESPONSE) }
    }

    /// The request that ends the server's session of the person with this token.
    pub fn logout(&self, token: &Secret) -> HttpRequest {
        let path = if self.is_saml_only { "/saml/logout" } else { "/auth/logout" };
        let url = [&self.api, path].concat();
        let bearer = Secret::new(["Bearer ", token.expose()].concat());
        HttpRequest {
            header: Some(("Authorization", bearer)),
            cookies: true,
            keepalive: true,
            ..HttpRequest::get(&url, MAX_RESPONSE)
        }
    }
}

/// The token in the address of a page; the fragment goes before the query.
///
/// # Errors
/// `callback_invalid` / `too_long` or `repeated`.
pub fn token_in(address: &str) -> Result<Option<Secret>, Error> {
    if address.len() > MAX_ADDRESS {
        return Err(callback::refused("too_long"));
    }
    let (rest, fragment) = address.split_once('#').unwrap_or((address, ""));
    let (_, query) = rest.split_once('?').unwrap_or((rest, ""));
    for part in [fragment, query] {
        let pairs = form::decode(part);
        let mut tokens = pairs.iter().filter(|(name, _)| name == "id_token");
        let Some((_, token)) = tokens.next() else { continue };
        if tokens.next().is_some() {
            return Err(callback::refused("repeated"));
        }
        return Ok(Some(token.as_str()).filter(|token| !token.is_empty()).map(Secret::new));
    }
    Ok(None)
}

/// The token of an address as the answer of a token endpoint, for the sign-in of `transaction`; `server` is this client's.
///
/// # Errors
/// `callback_invalid` with the rules of [`token_in`], `state_unknown` (it left for another server),
/// `transaction_expired` or `token_missing`.
pub fn answer(
    server: &str,
    address: &str,
    transaction: &Transaction,
    refresh_token: Option<&str>,
    now: i64,
) -> Result<Secret, Error> {
    if transaction.client_id != server {
        return Err(callback::refused("state_unknown"));
    }
    if transaction.is_stale(now) {
        return Err(callback::refused("transaction_expired"));
    }
    let token = token_in(address)?.ok_or_else(|| callback::refused("token_missing"))?;
    let body = Record::new(1)
        .text("token_type", "Bearer")
        .text("access_token", token.expose())
        .text("id_token", token.expose())
        .text("refresh_token", refresh_token.unwrap_or(BY_COOKIE));
    Ok(Secret::new(body.end()))
}

/// Whether a server that answers [`Issued::refresh`] so renews nothing: it is older than renewal.
pub fn renews_never(response: &HttpResponse) -> bool {
    response.status == 404
}

/// Reads the answer to [`Issued::refresh`].
///
/// # Errors
/// `grant_refused` when the server's session is over, in whichever way it says so; `rate_limited`,
/// `provider_unavailable`, `tokens_invalid`.
pub fn read_refresh(response: &HttpResponse) -> Result<Tokens, Error> {
    let refused = |code| Err(Error::new(code, "").with_status(response.status));
    match response.status {
        408 => return refused(ErrorCode::ProviderUnavailable),
        429 => return refused(ErrorCode::RateLimited),
        // A redirect to the login page is not followed, and arrives as 0.
        0 | 300..=401 => return refused(ErrorCode::GrantRefused),
        // A firewall's, a proxy's: nobody said that the session is over.
        402..=499 => return refused(ErrorCode::ProviderUnavailable),
        _ => {}
    }
    let invalid = |rule| Error::new(ErrorCode::TokensInvalid, rule);
    if response.body.as_ref().is_some_and(|body| split_at_mark(body.expose(), FAILED).is_some()) {
        return refused(ErrorCode::GrantRefused);
    }
    let json = response.object(invalid)?;
    let text = |name: &str| json.text(name).filter(|text| !text.is_empty()).map(Secret::new);
    let access_token = text("accessToken").ok_or_else(|| invalid("access_token"))?;
    // `expiryDuration` is a time in milliseconds here and seconds there: the token says it itself.
    Ok(Tokens { id_token: Some(access_token.clone()), access_token, refresh_token: text("refreshToken"), expires_in: None })
}

/// The server's key set. It writes numbers as Java has them, with a byte for the sign in front and padding behind:
/// WebCrypto takes neither (RFC 7518 §6.3.1.1, §2).
///
/// # Errors
/// As [`keys::read`].
pub fn read_keys(response: &HttpResponse) -> Result<KeySet, Error> {
    let mut set = keys::read(response)?;
    for key in &mut set.keys {
        let Json::Object(members) = key else { continue };
        for (_, value) in members.iter_mut().filter(|(name, _)| name == "n" || name == "e") {
            if let Some(number) = value.as_str().and_then(unsigned) {
                *value = Json::String(number);
            }
        }
    }
    Ok(set)
}

/// Judges the claims of a token whose signature holds.
///
/// # Errors
/// `id_token_invalid` with the rule `payload`, `iss`, `sub`, `exp`, `iat` `bot` or `token_type`.
pub fn verify(signed: &SignatureValid, issuers: &[String], now: i64) -> Result<(IdToken, Clock), Error> {
    let token = read(signed, issuers)?;
    if token.expires_at() <= now {
        return Err(refused("exp"));
    }
    // Who is given a token of the future has a clock that is behind.
    let drift = token.issued_at().saturating_sub(now).max(0);
    Ok((token, Clock { drift }))
}

/// Judges a renewed token whose signature holds: the same person's, and not an older one.
///
/// # Errors
/// As [`verify`].
pub fn verify_renewed(signed: &SignatureValid, previous: &IdToken) -> Result<IdToken, Error> {
    let token = read(signed, std::slice::from_ref(&previous.issuer))?;
    id_token::check_renewed(&token, previous)?;
    Ok(token)
}

fn read(signed: &SignatureValid, issuers: &[String]) -> Result<IdToken, Error> {
    let token = id_token::read(signed, issuers, None)?;
    // The same key signs the tokens of ingestion bots: those are nobody's session.
    if token.claims.get("isBot") == Some(&Json::Bool(true)) {
        return Err(refused("bot"));
    }
    // And those that people make for their programs.
    if token.claims.get("tokenType").is_some_and(|kind| kind.as_str() != Some("OM_USER")) {
        return Err(refused("token_type"));
    }
    Ok(token)
}

/// Where to be afterwards. The callback page is nowhere to come back to, unless it is the start page itself.
fn where_to(sign_in: &SignIn, config: &Config) -> String {
    let wanted = return_to::same_origin(sign_in.json().text("returnTo").unwrap_or("/"), &config.common.origin);
    let path = wanted.split(['?', '#']).next().unwrap_or_default();
    let is_callback = Url::parse(&config.common.redirect_uri).is_some_and(|url| url.path == path);
    if is_callback { "/".into() } else { wanted }
}

fn unsigned(number: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(number.trim_end_matches('=')).ok()?;
    let start = bytes.iter().position(|byte| *byte != 0)?;
    Some(URL_SAFE_NO_PAD.encode(bytes.get(start..)?))
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::IdTokenInvalid, rule)
}

/// The key of the one transaction that a client has under way: the server echoes no state.
pub const STATE: &str = "openmetadata";
/// In place of a refresh token: the server's own cookie renews.
const BY_COOKIE: &str = "cookie";
const JSON: &str = "application/json";
/// How a servlet says no: by a web page with the status 200, and later 500.
const FAILED: &str = "[Auth Callback Servlet] Failed";
/// Bytes. A token of an administrator with many roles stays far below.
const MAX_ADDRESS: usize = 32 * 1024;
