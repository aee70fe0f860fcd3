//! Tokens + verified identity → one session with one user: the same shape for both doors.
//!
//! A session ends with the earlier of its tokens. It is stored as one versioned record that belongs
//! to one client of one issuer; a record that is damaged, foreign or of another version is dropped
//! with a reason, never half-read.
//!
//! Its age is a matter of this machine alone: when it was received by the page's clock, and how long
//! its tokens live. A clock that is wrong is wrong for both ends of the span.

use crate::json::{Json, Record};
use crate::oidc::clock::Clock;
use crate::oidc::config::Config;
use crate::oidc::id_token::{self, IdToken};
use crate::oidc::tokens::Tokens;
#[cfg(feature = "openmetadata")]
use crate::openmetadata;
use crate::secret::Secret;
use crate::text::full_name;

/// A signed-in person.
#[derive(Debug, Clone)]
pub struct Session {
    /// For `Authorization: Bearer`.
    pub access_token: Secret,
    /// For APIs that identify the person by it.
    pub id_token: Secret,
    /// For renewal and for revocation at sign-out.
    pub refresh_token: Option<Secret>,
    /// When the tokens were received: seconds since 1970 by the page's clock.
    pub since: i64,
    /// Seconds from then to the end of the token that ends first.
    pub lifetime: i64,
    /// What the verified ID token says.
    pub identity: IdToken,
}

impl Session {
    /// Begins a session with tokens received at `now` by the page's clock. `None`: the tokens lack the
    /// ID token that `identity` was read from.
    pub fn begin(tokens: Tokens, identity: IdToken, clock: Clock, now: i64) -> Option<Session> {
        let present = now.saturating_add(clock.drift);
        let by_lifetime = |seconds: i64| present.saturating_add(seconds);
        let access = id_token::expiry_time(&tokens.access_token).or(tokens.expires_in.map(by_lifetime));
        let end = access.unwrap_or(i64::MAX).min(identity.expires_at());
        Some(Session {
            since: now,
            lifetime: end.saturating_sub(present),
            id_token: tokens.id_token?,
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            identity,
        })
    }

    /// The session after a renewal at `now`: what did not come back stays (RFC 6749 §6). By lifetimes
    /// alone: the page's clock may have been set since the sign-in.
    pub fn renewed(&self, tokens: Tokens, identity: Option<IdToken>, now: i64) -> Session {
        let access = tokens.expires_in.or_else(|| own_lifetime(&tokens.access_token));
        let id_token = identity.as_ref().map(|token| token.expires_at().saturating_sub(token.issued_at()));
        Session {
            since: now,
            lifetime: access.into_iter().chain(id_token).min().unwrap_or(UNSAID_LIFETIME),
            access_token: tokens.access_token,
            id_token: tokens.id_token.unwrap_or_else(|| self.id_token.clone()),
            refresh_token: tokens.refresh_token.or_else(|| self.refresh_token.clone()),
            identity: identity.unwrap_or_else(|| self.identity.clone()),
        }
    }

    /// The person: `User` of the contract, without the claims.
    pub fn user(&self, config: &Config) -> Json {
        let claim = |name: &str| self.identity.claims.text(name).filter(|text| !text.is_empty());
        let texts = |name: &str| -> Vec<Json> {
            let items = self.identity.claims.get(name).and_then(Json::as_array).unwrap_or_default();
            items.iter().filter(|item| item.as_str().is_some()).cloned().collect()
        };
        let mut roles = texts("cognito:roles");
        #[cfg(feature = "openmetadata")]
        if config.openmetadata.is_some() {
            roles.extend(openmetadata::principal::roles(&self.identity.claims).map(Json::from));
        }
        if roles.is_empty() {
            roles = config.common.default_roles.iter().map(|role| role.as_str().into()).collect();
        }
        let mut user = vec![
            ("id".into(), self.identity.subject.as_str().into()),
            ("issuer".into(), self.identity.issuer.as_str().into()),
            ("groups".into(), Json::Array(texts("cognito:groups"))),
            ("roles".into(), Json::Array(roles)),
        ];
        if let Some(name) = claim("name").map(String::from).or_else(|| full_name(claim("given_name"), claim("family_name"))) {
            user.push(("name".into(), Json::String(name)));
        }
        if let Some(email) = claim("email") {
            user.push(("email".into(), email.into()));
        }
        // Cognito's userInfo, and providers that copy it, write this one as text.
        match self.identity.claims.get("email_verified") {
            Some(Json::Bool(verified)) => user.push(("emailVerified".into(), Json::Bool(*verified))),
            Some(Json::String(text)) => user.push(("emailVerified".into(), Json::Bool(text == "true"))),
            _ => {}
        }
        #[cfg(feature = "openmetadata")]
        if let Some(settings) = &config.openmetadata {
            settings.describe(&mut user, &self.identity.claims);
        }
        Json::Object(user)
    }

    /// Every claim of the verified ID token.
    pub fn claims(&self) -> &Json {
        &self.identity.claims
    }

    /// The record as it is stored.
    pub fn write(&self, config: &Config) -> String {
        let mut record = Record::new(VERSION)
            .text("client", &config.common.name)
            .text("clientId", &config.client_id)
            .text("accessToken", self.access_token.expose())
            .text("idToken", self.id_token.expose())
            .integer("since", self.since)
            .integer("lifetime", self.lifetime)
            .text("issuer", &self.identity.issuer)
            .text("subject", &self.identity.subject)
            .json("claims", &self.identity.claims.write());
        if let Some(token) = &self.refresh_token {
            record = record.text("refreshToken", token.expose());
        }
        record.end()
    }

    /// Reads a stored record of this client.
    ///
    /// # Errors
    /// Why it is dropped: `damaged`, `version` or `foreign`.
    pub fn read(text: &str, config: &Config) -> Result<Session, &'static str> {
        let json = Json::parse(text).map_err(|_| DAMAGED)?;
        if json.integer("v") != Some(VERSION) {
            return Err("version");
        }
        let [client, client_id, access_token, id_token, issuer, subject] = json.texts(TEXTS).ok_or(DAMAGED)?;
        if client != config.common.name
            || client_id != config.client_id
            || !config.provider.issuers.iter().any(|known| known == issuer)
        {
            return Err("foreign");
        }
        let number = |name: &str| json.integer(name).ok_or(DAMAGED);
        let claims = json.get("claims").filter(|claims| claims.members().is_some()).ok_or(DAMAGED)?;
        Ok(Session {
            access_token: Secret::new(access_token),
            id_token: Secret::new(id_token),
            refresh_token: json.text("refreshToken").map(Secret::new),
            since: number("since")?,
            lifetime: number("lifetime")?,
            identity: IdToken { issuer: issuer.into(), subject: subject.into(), claims: claims.clone() },
        })
    }
}

/// Seconds that an access token lives, when it is a JWT that says so.
fn own_lifetime(access_token: &Secret) -> Option<i64> {
    Some(id_token::expiry_time(access_token)?.saturating_sub(id_token::issue_time(access_token)?))
}

/// Seconds that a renewed session lives when neither a token nor the response says it.
const UNSAID_LIFETIME: i64 = 300;
/// The texts of a record that are always there.
const TEXTS: [&str; 6] = ["client", "clientId", "accessToken", "idToken", "issuer", "subject"];
const DAMAGED: &str = "damaged";
const VERSION: i64 = 1;
