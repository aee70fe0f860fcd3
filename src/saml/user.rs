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
    if let Some(email) = one("email").or_else(|| subject_as_email(assertion)) {
        user.push(("email".into(), email.into()));
    }
    Ok(Json::Object(user))
}

/// The NameID as the e-mail address that no attribute says: where its `Format` says so, it looks like one, and no attribute
/// says that it is a login name, `UserName` or whichever has the same text. ZITADEL calls the login name
/// `ada@org.zitadel.example` an e-mail address, Entra the user principal name; nobody need receive mail there. IAM Identity
/// Center's empty statement leaves the subject alone to say it. Who knows better maps `email: "Subject"`.
fn subject_as_email(assertion: &Assertion) -> Option<&str> {
    let subject = assertion.name_id.value.as_str();
    let is_address = subject.contains('@') && assertion.name_id.format.as_deref() == Some(FORMAT_EMAIL);
    let says_login_name = |Attribute { name, values, .. }: &Attribute| {
        values.iter().flatten().any(|text| text == subject || (name == "UserName" && !text.is_empty()))
    };
    (is_address && !assertion.attributes.iter().any(says_login_name)).then_some(subject)
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
