//! A verified assertion → one session with one user: the same shape as behind the other door.
//!
//! It ends at `SessionNotOnOrAfter` (SAML core §2.7.2), or with the assertion where that is not said. Its age
//! is a matter of this machine alone, as in [`crate::session`]. The tokens are those that the app's own back
//! end gave for the response ([`super::exchange`]); without an exchange there are none.

use super::assertion::{Assertion, NameId, SignedPart};
use super::config::Config;
use super::user;
use crate::error::{Error, ErrorCode};
use crate::json::{Json, MAX_MEMBERS, Record};
use crate::secret::Secret;
use crate::text::decimal;
use crate::token_response::Tokens;

/// A signed-in person.
#[derive(Debug, Clone)]
pub struct Session {
    /// When it began: seconds since 1970 by the page's clock.
    pub since: i64,
    /// Seconds from then to its end.
    pub lifetime: i64,
    /// Entity ID of the identity provider.
    pub issuer: String,
    /// Whom the identity provider knows: a LogoutRequest names them.
    pub name_id: NameId,
    /// The session there.
    pub session_index: Option<String>,
    /// `User` of the contract.
    pub user: Json,
    /// For `Authorization: Bearer`.
    pub access_token: Option<Secret>,
    /// For APIs that identify the person by it.
    pub id_token: Option<Secret>,
}

impl Session {
    /// Begins a session at `now` by the page's clock.
    ///
    /// # Errors
    /// `assertion_invalid`: `user_id`; `attribute_count`, of more than a stored record can have.
    pub fn begin(assertion: &Assertion, config: &Config, now: i64) -> Result<Session, Error> {
        let mut user = user::user(assertion, config)?;
        let attributes = user::attributes(assertion);
        if attributes.members().is_some_and(|names| names.len() > MAX_MEMBERS) {
            return Err(Error::new(ErrorCode::AssertionInvalid, "attribute_count"));
        }
        if let Json::Object(members) = &mut user {
            members.push(("attributes".into(), attributes));
            members.push(("claims".into(), claims(assertion)));
        }
        let end = assertion.session_not_on_or_after.unwrap_or(assertion.not_on_or_after);
        // Accepted by the skew alone: then that is what is left.
        let left = if end > now { end } else { end.saturating_add(config.policy.skew) };
        Ok(Session {
            since: now,
            lifetime: left.saturating_sub(now),
            issuer: assertion.issuer.clone(),
            name_id: assertion.name_id.clone(),
            session_index: assertion.session_index.clone(),
            user,
            access_token: None,
            id_token: None,
        })
    }

    /// The session with tokens for it. It ends with the one that ends first.
    pub fn with_tokens(self, tokens: Tokens) -> Session {
        Session {
            lifetime: tokens.expires_in.map_or(self.lifetime, |seconds| seconds.min(self.lifetime)),
            access_token: Some(tokens.access_token),
            id_token: tokens.id_token,
            ..self
        }
    }

    /// The record as it is stored, which is also what the page sees of it.
    pub fn write(&self, config: &Config) -> String {
        let mut record = Record::new(VERSION)
            .text("via", "saml")
            .text("client", &config.common.name)
            .text("entityId", &config.sp.entity_id)
            .text("issuer", &self.issuer)
            .integer("since", self.since)
            .integer("lifetime", self.lifetime)
            .json("nameId", &name_id_json(&self.name_id).write())
            .json("user", &self.user.write());
        for (name, text) in [
            ("accessToken", self.access_token.as_ref().map(Secret::expose)),
            ("idToken", self.id_token.as_ref().map(Secret::expose)),
            ("sessionIndex", self.session_index.as_deref()),
        ] {
            if let Some(text) = text {
                record = record.text(name, text);
            }
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
        let [via, client, entity_id, issuer] = json.texts(["via", "client", "entityId", "issuer"]).ok_or(DAMAGED)?;
        if via != "saml" || client != config.common.name || entity_id != config.sp.entity_id || issuer != config.idp.entity_id {
            return Err("foreign");
        }
        let number = |name: &str| json.integer(name).ok_or(DAMAGED);
        let user = json.get("user").filter(|user| user.text("id").is_some()).ok_or(DAMAGED)?;
        Ok(Session {
            since: number("since")?,
            lifetime: number("lifetime")?,
            issuer: issuer.into(),
            name_id: json.get("nameId").and_then(read_name_id).ok_or(DAMAGED)?,
            session_index: json.text("sessionIndex").map(String::from),
            user: user.clone(),
            access_token: json.text("accessToken").map(Secret::new),
            id_token: json.text("idToken").map(Secret::new),
        })
    }
}

/// What the assertion says of the sign-in itself: `User.claims` of the contract.
fn claims(assertion: &Assertion) -> Json {
    let signed = match assertion.signed {
        SignedPart::Assertion => "assertion",
        SignedPart::Response => "response",
    };
    let mut claims: Vec<(String, Json)> = vec![
        ("nameId".into(), name_id_json(&assertion.name_id)),
        ("assertionId".into(), assertion.id.as_str().into()),
        ("signed".into(), signed.into()),
    ];
    for (name, text) in [("sessionIndex", &assertion.session_index), ("authnContext", &assertion.authn_context)] {
        claims.extend(text.as_deref().map(|text| (name.into(), text.into())));
    }
    for (name, time) in
        [("authnInstant", Some(assertion.authn_instant)), ("sessionNotOnOrAfter", assertion.session_not_on_or_after)]
    {
        claims.extend(time.map(|time| (name.into(), Json::Number(decimal(time)))));
    }
    Json::Object(claims)
}

/// A NameID as JSON: `{ value, format, … }`, what is absent left out.
pub fn name_id_json(name_id: &NameId) -> Json {
    let texts = [
        Some(name_id.value.as_str()),
        name_id.format.as_deref(),
        name_id.name_qualifier.as_deref(),
        name_id.sp_name_qualifier.as_deref(),
        name_id.sp_provided_id.as_deref(),
    ];
    let mut members = Vec::new();
    for (name, text) in NAME_ID.iter().zip(texts) {
        members.extend(text.map(|text| ((*name).into(), text.into())));
    }
    Json::Object(members)
}

fn read_name_id(json: &Json) -> Option<NameId> {
    let [value, format, name_qualifier, sp_name_qualifier, sp_provided_id] =
        NAME_ID.map(|name| json.text(name).map(String::from));
    Some(NameId { value: value?, format, name_qualifier, sp_name_qualifier, sp_provided_id })
}

const NAME_ID: [&str; 5] = ["value", "format", "nameQualifier", "spNameQualifier", "spProvidedId"];
const DAMAGED: &str = "damaged";
const VERSION: i64 = 1;
