//! Assertion → `User` of the contract. Its `id` is the NameID unless the mapping says otherwise.

use super::assertion::{Assertion, Attribute};
use super::config::Config;
use super::names::FORMAT_EMAIL;
use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::text::full_name;

/// The person: `User` of the contract, without the attributes.
///
/// # Errors
/// `assertion_invalid` / `user_id` when the attribute that is to say the `id` is not there: another one in its
/// place could be somebody else's.
pub fn user(assertion: &Assertion, config: &Config) -> Result<Json, Error> {
    let one = |field| config.mapping.values(field, assertion).first().copied();
    let many = |field| config.mapping.values(field, assertion).into_iter().map(Json::from).collect::<Vec<_>>();
    let mut roles = many("roles");
    if roles.is_empty() {
        roles = config.common.default_roles.iter().map(|role| role.as_str().into()).collect();
    }
    let mut user: Vec<(String, Json)> = vec![
        ("id".into(), one("id").ok_or_else(|| Error::new(ErrorCode::AssertionInvalid, "user_id"))?.into()),
        ("issuer".into(), assertion.issuer.as_str().into()),
        ("groups".into(), Json::Array(many("groups"))),
        ("roles".into(), Json::Array(roles)),
    ];
    if let Some(name) = one("name").map(String::from).or_else(|| full_name(one("givenName"), one("familyName"))) {
        user.push(("name".into(), Json::String(name)));
    }
    // ZITADEL calls a login name an e-mail address.
    let is_address = |text: &&str| text.contains('@') && assertion.name_id.format.as_deref() == Some(FORMAT_EMAIL);
    if let Some(email) = one("email").or(Some(assertion.name_id.value.as_str()).filter(is_address)) {
        user.push(("email".into(), email.into()));
    }
    Ok(Json::Object(user))
}

/// `User.attributes`: every name once, with all its texts; what is nil says nothing.
pub fn attributes(assertion: &Assertion) -> Json {
    let mut all: Vec<(String, Json)> = Vec::new();
    for Attribute { name, values, .. } in &assertion.attributes {
        let texts: Vec<Json> = values.iter().flatten().map(|text| Json::from(text.as_str())).collect();
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, Json::Array(known))) => known.extend(texts),
            _ => all.push((name.clone(), Json::Array(texts))),
        }
    }
    Json::Object(all)
}
