//! Which attributes say which of the user's fields.
//!
//! Without a mapping the usual names are known: those of IAM Identity Center's guides, ZITADEL, Entra,
//! Okta, Google, eduPerson.

use super::assertion::Assertion;
use crate::error::Error;
use crate::json::Json;
use crate::options::{Options, TYPE};

/// The attribute names of each field, the first that says something wins. `Subject` is the NameID.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    fields: Vec<(String, Vec<String>)>,
}

impl Mapping {
    /// Reads `saml.attributes`: `{ email: "User.Email", roles: ["Role", "urn:…"] }`.
    pub(super) fn read(options: &Options<'_>) -> Result<Mapping, Error> {
        let names: Vec<&str> = USUAL.iter().map(|(field, _)| *field).collect();
        options.only(&names)?;
        let mut fields = Vec::new();
        for field in names {
            let attributes = match options.section(field) {
                None => continue,
                Some(Json::String(one)) => vec![one.clone()],
                Some(Json::Array(_)) => options.texts(field)?.unwrap_or_default(),
                Some(_) => return Err(options.error(TYPE, field)),
            };
            fields.push((field.into(), attributes));
        }
        Ok(Mapping { fields })
    }

    /// Every text that a field's attributes have, in the order of the names; what is empty says nothing.
    pub(super) fn values<'a>(&self, field: &str, assertion: &'a Assertion) -> Vec<&'a str> {
        let mut values = Vec::new();
        if let Some((_, names)) = self.fields.iter().find(|(name, _)| name == field) {
            for name in names {
                add_values(&mut values, name, assertion);
            }
        } else if let Some((_, names)) = USUAL.iter().find(|(name, _)| *name == field) {
            for name in names.split(' ') {
                add_values(&mut values, name, assertion);
            }
        }
        values
    }
}

fn add_values<'a>(values: &mut Vec<&'a str>, name: &str, assertion: &'a Assertion) {
    let mut add = |text: &'a str| {
        if !text.is_empty() {
            values.push(text);
        }
    };
    if name == SUBJECT {
        return add(&assertion.name_id.value);
    }
    for attribute in &assertion.attributes {
        if attribute.name == name {
            attribute.values.iter().flatten().for_each(|text| add(text));
        }
    }
}

/// The NameID, in a mapping.
const SUBJECT: &str = "Subject";
/// The fields, and the names that say them where no mapping does.
const USUAL: [(&str, &str); 7] = [
    ("id", SUBJECT),
    (
        "email",
        "email Email mail emailAddress User.Email urn:oid:0.9.2342.19200300.100.1.3 http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    ),
    (
        "name",
        "displayName name FullName fullName cn urn:oid:2.16.840.1.113730.3.1.241 http://schemas.microsoft.com/identity/claims/displayname",
    ),
    (
        "givenName",
        "givenName firstName FirstName first_name given_name User.FirstName urn:oid:2.5.4.42 http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    ),
    (
        "familyName",
        "familyName lastName LastName SurName surname last_name family_name sn User.LastName urn:oid:2.5.4.4 http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
    ),
    (
        "groups",
        "groups Groups group memberOf http://schemas.xmlsoap.org/claims/Group http://schemas.microsoft.com/ws/2008/06/identity/claims/groups",
    ),
    ("roles", "roles Roles role Role http://schemas.microsoft.com/ws/2008/06/identity/claims/role"),
];
