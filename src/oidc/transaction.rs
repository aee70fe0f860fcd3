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
    /// The response must name its issuer (RFC 9207 §2.4).
    pub iss_required: bool,
    /// What the app asked for, to restart it.
    pub sign_in: SignIn,
}

impl Transaction {
    /// The record as it is stored.
    pub fn write(&self) -> String {
        // No issuer holds a space: they are addresses.
        let issuers = spaced(&self.issuers);
        let texts = [
            &self.client,
            &self.state,
            &self.nonce,
            self.verifier.expose(),
            &self.client_id,
            &self.redirect_uri,
            &self.return_to,
            &issuers,
            &self.token_endpoint,
            &self.jwks_uri,
        ];
        let mut record = Record::new(VERSION);
        for (name, text) in TEXTS.into_iter().zip(texts) {
            record = record.text(name, text);
        }
        let iss_required = if self.iss_required { "true" } else { "false" };
        record
            .integer("created", self.created)
            .json("issRequired", iss_required)
            .json("signIn", &self.sign_in.json().write())
            .end()
    }

    /// Reads a stored record. `None` when it is damaged or of another version.
    pub fn read(text: &str) -> Option<Transaction> {
        let json = Json::parse(text).ok()?;
        if json.integer("v") != Some(VERSION) {
            return None;
        }
        let [client, state, nonce, verifier, client_id, redirect_uri, return_to, issuers, token_endpoint, jwks_uri] =
            json.texts(TEXTS)?;
        let Some(Json::Bool(iss_required)) = json.get("issRequired") else { return None };
        Some(Transaction {
            client: client.into(),
            state: state.into(),
            nonce: nonce.into(),
            verifier: Secret::new(verifier),
            client_id: client_id.into(),
            redirect_uri: redirect_uri.into(),
            return_to: return_to.into(),
            issuers: issuers.split(' ').map(String::from).collect(),
            token_endpoint: token_endpoint.into(),
            jwks_uri: jwks_uri.into(),
            created: json.integer("created")?,
            iss_required: *iss_required,
            sign_in: SignIn::restored(json.get("signIn")?.clone()),
        })
    }

    /// Older than 60 minutes (or made under a clock that was more than that ahead).
    pub fn is_stale(&self, now: i64) -> bool {
        !(-LIFETIME..=LIFETIME).contains(&now.saturating_sub(self.created))
    }
}

/// The texts of a record, in the order in which they are written and read.
const TEXTS: [&str; 10] =
    ["client", "state", "nonce", "verifier", "clientId", "redirectUri", "returnTo", "issuers", "tokenEndpoint", "jwksUri"];
const VERSION: i64 = 1;
/// Seconds. People do go for lunch on the login page.
const LIFETIME: i64 = 60 * 60;
