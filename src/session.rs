//! Tokens + verified identity → one session with one user: the same shape for both doors.
//!
//! A session ends with the earlier of its tokens. It is stored as one versioned record that belongs
//! to one client of one issuer; a record that is damaged, foreign or of another version is dropped
//! with a reason, never half-read.

use crate::config::Config;
use crate::json::{Json, Record};
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
    /// Seconds to add to the page's clock to have the provider's.
    pub drift: i64,
    issuer: String,
    subject: String,
    claims: Json,
}

impl Session {
    /// Begins a session at `now` by the page's clock.
    pub fn begin(tokens: Tokens, identity: IdToken, now: i64) -> Session {
        let drift = identity.clock.drift;
        let by_lifetime = tokens.expires_in.map(|seconds| now.saturating_add(drift).saturating_add(seconds));
        let access_expiry = id_token::expiry_time(&tokens.access_token).or(by_lifetime);
        Session {
            expires_at: access_expiry.map_or(identity.expires_at, |time| time.min(identity.expires_at)),
            drift,
            access_token: tokens.access_token,
            id_token: tokens.id_token,
            refresh_token: tokens.refresh_token,
            issuer: identity.issuer,
            subject: identity.subject,
            claims: identity.claims,
        }
    }

    /// Seconds left at `now` by the page's clock; zero or less: ended.
    pub fn remaining(&self, now: i64) -> i64 {
        self.expires_at.saturating_sub(now.saturating_add(self.drift))
    }

    /// When it ends by the page's clock, seconds since 1970.
    pub fn ends_at(&self) -> i64 {
        self.expires_at.saturating_sub(self.drift)
    }

    /// The person: `User` of the contract, without the claims.
    pub fn user(&self, config: &Config) -> Json {
        let claim = |name: &str| self.claims.text(name).filter(|text| !text.is_empty());
        let texts = |name: &str| -> Vec<Json> {
            let items = self.claims.get(name).and_then(Json::as_array).unwrap_or_default();
            items.iter().filter(|item| item.as_str().is_some()).cloned().collect()
        };
        let mut roles = texts("cognito:roles");
        if roles.is_empty() {
            roles = config.default_roles.iter().map(|role| role.as_str().into()).collect();
        }
        let mut user = vec![
            ("id".into(), self.subject.as_str().into()),
            ("issuer".into(), self.issuer.as_str().into()),
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
        match self.claims.get("email_verified") {
            Some(Json::Bool(verified)) => user.push(("emailVerified".into(), Json::Bool(*verified))),
            Some(Json::String(text)) => user.push(("emailVerified".into(), Json::Bool(text == "true"))),
            _ => {}
        }
        Json::Object(user)
    }

    /// Every claim of the verified ID token.
    pub fn claims(&self) -> &Json {
        &self.claims
    }

    /// The record as it is stored.
    pub fn write(&self, config: &Config) -> String {
        let mut record = Record::new(VERSION)
            .text("clientId", &config.client_id)
            .text("accessToken", self.access_token.expose())
            .text("idToken", self.id_token.expose())
            .integer("expiresAt", self.expires_at)
            .integer("drift", self.drift)
            .text("issuer", &self.issuer)
            .text("subject", &self.subject)
            .json("claims", &self.claims.write());
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
        Ok(Session {
            access_token: Secret::new(own("accessToken")?),
            id_token: Secret::new(own("idToken")?),
            refresh_token: json.text("refreshToken").map(Secret::new),
            expires_at: json.integer("expiresAt").ok_or(DAMAGED)?,
            drift: json.integer("drift").ok_or(DAMAGED)?,
            issuer,
            subject: own("subject")?,
            claims: json.get("claims").filter(|claims| claims.members().is_some()).cloned().ok_or(DAMAGED)?,
        })
    }
}

const DAMAGED: &str = "damaged";
const VERSION: i64 = 1;
