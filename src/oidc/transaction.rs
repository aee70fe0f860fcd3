//! What must survive the redirect: one record per sign-in, stored under its `state`.
//!
//! The record, not the configuration, later names issuer and endpoints: a response is judged by
//! what was asked, not by what the page says now (RFC 9700 §4.4, mix-up).

use super::sign_in::SignIn;
use crate::json::{Json, Record};
use crate::secret::Secret;
use crate::text::spaced;

/// One sign-in that has left the page and not yet come back.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// Name of the client that began it.
    pub client: String,
    /// `state`, the record's key.
    pub state: String,
    /// `nonce`
    pub nonce: String,
    /// `code_verifier`
    pub verifier: Secret,
    /// `client_id`
    pub client_id: String,
    /// `redirect_uri`
    pub redirect_uri: String,
    /// Path on this origin to go to afterwards; checked when it was made.
    pub return_to: String,
    /// Accepted `iss` values.
    pub issuers: Vec<String>,
    /// `token_endpoint`
    pub token_endpoint: String,
    /// `jwks_uri`
    pub jwks_uri: String,
    /// Seconds since 1970, by the page's clock.
    pub created: i64,
    /// What the app asked for, to restart it.
    pub sign_in: SignIn,
}

impl Transaction {
    /// The record as it is stored.
    pub fn write(&self) -> String {
        // No issuer holds a space: they are addresses.
        Record::new(VERSION)
            .text("client", &self.client)
            .text("state", &self.state)
            .text("nonce", &self.nonce)
            .text("verifier", self.verifier.expose())
            .text("clientId", &self.client_id)
            .text("redirectUri", &self.redirect_uri)
            .text("returnTo", &self.return_to)
            .text("issuers", &spaced(&self.issuers))
            .text("tokenEndpoint", &self.token_endpoint)
            .text("jwksUri", &self.jwks_uri)
            .integer("created", self.created)
            .json("signIn", &self.sign_in.json().write())
            .end()
    }

    /// Reads a stored record. `None` when it is damaged or of another version.
    pub fn read(text: &str) -> Option<Transaction> {
        let json = Json::parse(text).ok()?;
        if json.integer("v") != Some(VERSION) {
            return None;
        }
        let own = |name: &str| json.text(name).map(String::from);
        Some(Transaction {
            client: own("client")?,
            state: own("state")?,
            nonce: own("nonce")?,
            verifier: Secret::new(own("verifier")?),
            client_id: own("clientId")?,
            redirect_uri: own("redirectUri")?,
            return_to: own("returnTo")?,
            issuers: json.text("issuers")?.split(' ').map(String::from).collect(),
            token_endpoint: own("tokenEndpoint")?,
            jwks_uri: own("jwksUri")?,
            created: json.integer("created")?,
            sign_in: SignIn::restored(json.get("signIn")?.clone()),
        })
    }

    /// Older than 60 minutes (or made under a clock that was more than that ahead).
    pub fn is_stale(&self, now: i64) -> bool {
        is_stale(self.created, now)
    }
}

/// The keys of the records to delete before one more is stored: damaged and stale ones, then the
/// oldest beyond 19.
pub fn to_sweep(records: Vec<(String, Option<Transaction>)>, now: i64) -> Vec<String> {
    let mut dead = Vec::new();
    let mut live = Vec::new();
    for (key, record) in records {
        match record {
            Some(transaction) if !transaction.is_stale(now) => live.push((transaction.created, key)),
            _ => dead.push(key),
        }
    }
    while live.len() >= MAX_RECORDS {
        let oldest = live.iter().enumerate().min_by_key(|(_, (created, _))| *created).map(|(i, _)| i);
        dead.extend(oldest.map(|i| live.swap_remove(i).1));
    }
    dead
}

fn is_stale(created: i64, now: i64) -> bool {
    !(-LIFETIME..=LIFETIME).contains(&now.saturating_sub(created))
}

const VERSION: i64 = 1;
/// Seconds. People do go for lunch on the login page.
const LIFETIME: i64 = 60 * 60;
/// Records kept at once: abandoned sign-ins must not fill the store.
const MAX_RECORDS: usize = 20;
