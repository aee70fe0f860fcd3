//! Tokens + verified identity → one session with one user: the same shape for both doors.
//!
//! A session ends with the earlier of its tokens. It is stored as one versioned record that belongs
//! to one client of one issuer; a record that is damaged, foreign or of another version is dropped
//! with a reason, never half-read.

use crate::config::Config;
use crate::json::{Json, Record};
use crate::oidc::clock::Clock;
use crate::oidc::id_token::{self, IdToken};
use crate::oidc::tokens::Tokens;
use crate::secret::Secret;

/// A signed-in person.
#[derive(Debug, Clone)]
pub struct Session {
    /// For `Authorization: Bearer`.
    pub access_token: Secret,
    /// For APIs that identify the person by it.
    pub id_token: Secret,
    /// For renewal and for revocation at sign-out.
    pub refresh_token: Option<Secret>,
    /// Seconds since 1970 by the provider's clock: the earlier of both tokens.
    pub expires_at: i64,
    /// What the verified ID token says.
    pub identity: IdToken,
}

impl Session {
    /// Begins a session at `now` by the page's clock. `None`: the tokens lack the ID token that
    /// `identity` was read from.
    pub fn begin(tokens: Tokens, identity: IdToken, now: i64) -> Option<Session> {
        let expires_at = access_expiry(&tokens, &identity, now).map_or(identity.expires_at, |time| time.min(identity.expires_at));
        Some(Session {
            expires_at,
            id_token: tokens.id_token?,
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            identity,
        })
    }

    /// The session after a renewal: what did not come back stays (RFC 6749 §6).
    pub fn renewed(&self, tokens: Tokens, identity: Option<IdToken>, now: i64) -> Session {
        let access_expiry = access_expiry(&tokens, &self.identity, now);
        let expires_at = match (&identity, access_expiry) {
            (Some(identity), Some(time)) => time.min(identity.expires_at),
            (Some(identity), None) => identity.expires_at,
            (None, time) => time.unwrap_or(self.expires_at),
        };
        Session {
            expires_at,
            access_token: tokens.access_token,
            id_token: tokens.id_token.unwrap_or_else(|| self.id_token.clone()),
            refresh_token: tokens.refresh_token.or_else(|| self.refresh_token.clone()),
            identity: identity.unwrap_or_else(|| self.identity.clone()),
        }
    }

    /// Seconds left at `now` by the page's clock; zero or less: ended.
    pub fn remaining(&self, now: i64) -> i64 {
        self.expires_at.saturating_sub(now.saturating_add(self.drift()))
    }

    /// When it ends by the page's clock, seconds since 1970.
    pub fn ends_at(&self) -> i64 {
        self.expires_at.saturating_sub(self.drift())
    }

    /// Seconds to add to the page's clock to have the provider's.
    pub fn drift(&self) -> i64 {
        self.identity.clock.drift
    }

    /// The person: `User` of the contract, without the claims.
    pub fn user(&self, config: &Config) -> Json {
        let claim = |name: &str| self.identity.claims.text(name).filter(|text| !text.is_empty());
        let texts = |name: &str| -> Vec<Json> {
            let items = self.identity.claims.get(name).and_then(Json::as_array).unwrap_or_default();
            items.iter().filter(|item| item.as_str().is_some()).cloned().collect()
        };
        let mut roles = texts("cognito:roles");
        if roles.is_empty() {
            roles = config.default_roles.iter().map(|role| role.as_str().into()).collect();
        }
        let mut user = vec![
            ("id".into(), self.identity.subject.as_str().into()),
            ("issuer".into(), self.identity.issuer.as_str().into()),
            ("groups".into(), Json::Array(texts("cognito:groups"))),
            ("roles".into(), Json::Array(roles)),
        ];
        let full_name = || match (claim("given_name"), claim("family_name")) {
            (Some(given), Some(family)) => Some([given, " ", family].concat()),
            (given, family) => given.or(family).map(String::from),
        };
        if let Some(name) = claim("name").map(String::from).or_else(full_name) {
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
        Json::Object(user)
    }

    /// Every claim of the verified ID token.
    pub fn claims(&self) -> &Json {
        &self.identity.claims
    }

    /// The record as it is stored.
    pub fn write(&self, config: &Config) -> String {
        let mut record = Record::new(VERSION)
            .text("clientId", &config.client_id)
            .text("accessToken", self.access_token.expose())
            .text("idToken", self.id_token.expose())
            .integer("expiresAt", self.expires_at)
            .integer("idTokenExpiresAt", self.identity.expires_at)
            .integer("drift", self.drift())
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
        let own = |name: &str| json.text(name).map(String::from).ok_or(DAMAGED);
        let issuer = own("issuer")?;
        if own("clientId")? != config.client_id || !config.provider.issuers.contains(&issuer) {
            return Err("foreign");
        }
        let number = |name: &str| json.integer(name).ok_or(DAMAGED);
        Ok(Session {
            access_token: Secret::new(own("accessToken")?),
            id_token: Secret::new(own("idToken")?),
            refresh_token: json.text("refreshToken").map(Secret::new),
            expires_at: number("expiresAt")?,
            identity: IdToken {
                issuer,
                subject: own("subject")?,
                expires_at: number("idTokenExpiresAt")?,
                clock: Clock { drift: number("drift")? },
                claims: json.get("claims").filter(|claims| claims.members().is_some()).cloned().ok_or(DAMAGED)?,
            },
        })
    }
}

/// When the access token ends by the provider's clock: its own `exp`, else by `expires_in`.
fn access_expiry(tokens: &Tokens, identity: &IdToken, now: i64) -> Option<i64> {
    let by_lifetime = |seconds: i64| now.saturating_add(identity.clock.drift).saturating_add(seconds);
    id_token::expiry_time(&tokens.access_token).or(tokens.expires_in.map(by_lifetime))
}

const DAMAGED: &str = "damaged";
const VERSION: i64 = 1;
