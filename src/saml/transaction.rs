//! What must survive the way to the identity provider and back: one record per sign-in, stored under
//! its `RelayState`.
//!
//! The record binds a response to this browser (SAML profiles §4.1.4.3): only who holds it can be signed
//! in by the answer.

use super::config::Config;
use super::sign_in::SignIn;
use crate::error::{Error, ErrorCode};
use crate::json::{Json, Record};

/// One sign-in that has left the page and not yet come back.
#[derive(Debug, Clone)]
pub struct Transaction {
    /// Name of the client that began it.
    pub client: String,
    /// `RelayState`, the record's key.
    pub relay_state: String,
    /// `ID` of the AuthnRequest.
    pub id: String,
    /// Entity ID of the identity provider that was asked.
    pub issuer: String,
    /// Path on this origin to go to afterwards; checked when it was made.
    pub return_to: String,
    /// Seconds since 1970, by the page's clock.
    pub created: i64,
    /// What the app asked for: checked in the answer, and needed to restart it.
    pub sign_in: SignIn,
}

impl Transaction {
    /// The record as it is stored.
    pub fn write(&self) -> String {
        let texts = [&self.client, &self.relay_state, &self.id, &self.issuer, &self.return_to];
        let mut record = Record::new(VERSION);
        for (name, text) in TEXTS.into_iter().zip(texts) {
            record = record.text(name, text);
        }
        record.integer("created", self.created).json("signIn", &self.sign_in.json().write()).end()
    }

    /// Reads a stored record. `None` when it is damaged or of another version.
    pub fn read(text: &str) -> Option<Transaction> {
        let json = Json::parse(text).ok()?;
        if json.integer("v") != Some(VERSION) {
            return None;
        }
        let [client, relay_state, id, issuer, return_to] = json.texts(TEXTS)?;
        Some(Transaction {
            client: client.into(),
            relay_state: relay_state.into(),
            id: id.into(),
            issuer: issuer.into(),
            return_to: return_to.into(),
            created: json.integer("created")?,
            sign_in: SignIn::restored(json.get("signIn")?.clone()),
        })
    }

    /// Whether it may be answered at `now`, by the identity provider that is configured.
    ///
    /// # Errors
    /// `callback_invalid`: `transaction_expired`, `issuer`.
    pub fn check(&self, config: &Config, now: i64) -> Result<(), Error> {
        let refused = |rule| Err(Error::new(ErrorCode::CallbackInvalid, rule));
        if self.is_stale(now) {
            return refused("transaction_expired");
        }
        if self.issuer == config.idp.entity_id { Ok(()) } else { refused("issuer") }
    }

    /// Older than 60 minutes (or made under a clock that was more than that ahead).
    pub fn is_stale(&self, now: i64) -> bool {
        !(-LIFETIME..=LIFETIME).contains(&now.saturating_sub(self.created))
    }
}

/// The texts of a record, in the order in which they are written and read.
const TEXTS: [&str; 5] = ["client", "relayState", "id", "issuer", "returnTo"];
const VERSION: i64 = 1;
/// Seconds. People do go for lunch on the login page.
const LIFETIME: i64 = 60 * 60;
