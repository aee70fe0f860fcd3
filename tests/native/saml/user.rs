//! Assertion → user: the names of each identity provider, the app's own mapping.

use super::service::*;
use super::signer::IDP;
use gatepass::saml::assertion::{Assertion, Attribute, NameId, SignedPart};
use gatepass::saml::user::{attributes, user};
use serde_json::{Map, Value, json};

const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

/// An assertion about this name, of this format, with these attributes (`null` is nil).
fn assertion(name_id: &str, format: Option<&str>, attributes: &Value) -> Assertion {
    let attribute = |pair: &Value| Attribute {
        name: pair[0].as_str().unwrap().into(),
        name_format: None,
        friendly_name: None,
        values: pair.as_array().unwrap()[1..].iter().map(|value| value.as_str().map(String::from)).collect(),
    };
    Assertion {
        id: "_assertion".into(),
        issuer: IDP.into(),
        name_id: NameId { value: name_id.into(), format: format.map(String::from), ..NameId::default() },
        attributes: attributes.as_array().unwrap().iter().map(attribute).collect(),
        session_index: None,
        authn_context: None,
        authn_instant: 0,
        session_not_on_or_after: None,
        not_on_or_after: 0,
        one_time_use: false,
        signed: SignedPart::Response,
    }
}

/// Judges: name, mapping, attributes, what the user has besides id, issuer, no groups and no roles.
fn check(name_id: &str, format: Option<&str>, table: &[(&str, Value, Value, Value)]) {
    for (name, mapping, attributes, expected) in table {
        let config = config_with(&[("saml.attributes", mapping.clone())]);
        let found: Value =
            serde_json::from_str(&user(&assertion(name_id, format, attributes), &config).unwrap().write()).unwrap();
        let mut whole: Map<String, Value> =
            json!({ "id": name_id, "issuer": IDP, "groups": [], "roles": [] }).as_object().unwrap().clone();
        whole.extend(expected.as_object().unwrap().clone());
        assert_eq!(found, Value::Object(whole), "{name}");
    }
    println!("SAML user rows: {}", table.len());
}

#[test]
fn usual_names() {
    let no = || Value::Null;
    let ada = || json!({ "email": "ada@example.com", "name": "Ada Lovelace" });
    let claims = |name: &str| format!("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/{name}");
    let table = [
        ("no-attributes", no(), json!([]), json!({})),
        ("names-that-nobody-uses", no(), json!([["e-mail", "ada@example.com"], ["EMAIL", "b@example.com"]]), json!({})),
        (
            "iam-identity-center",
            no(),
            json!([["User.Email", "ada@example.com"], ["User.FirstName", "Ada"], ["User.LastName", "Lovelace"]]),
            ada(),
        ),
        (
            "zitadel",
            no(),
            json!([
                ["Email", "ada@example.com"],
                ["SurName", "Lovelace"],
                ["FirstName", "Ada"],
                ["FullName", "Ada Lovelace"],
                ["UserName", "ada"],
                ["UserID", "1"],
                ["groups", "staff", "buyers"],
            ]),
            json!({ "email": "ada@example.com", "name": "Ada Lovelace", "groups": ["staff", "buyers"] }),
        ),
        ("zitadel-machine", no(), json!([["UserName", "robot"], ["UserID", "1"]]), json!({})),
        (
            "entra",
            no(),
            json!([
                [claims("emailaddress"), "ada@example.com"],
                [claims("givenname"), "Ada"],
                [claims("surname"), "Lovelace"],
                [claims("name"), "ada@tenant.example"],
                ["http://schemas.microsoft.com/identity/claims/displayname", "Ada, Countess of Lovelace"],
                ["http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", "g-1", "g-2"],
                ["http://schemas.microsoft.com/ws/2008/06/identity/claims/role", "Editor"],
            ]),
            json!({
                "email": "ada@example.com", "name": "Ada, Countess of Lovelace", "groups": ["g-1", "g-2"], "roles": ["Editor"],
            }),
        ),
        (
            "entra-without-display-name",
            no(),
            json!([[claims("emailaddress"), "ada@example.com"], [claims("givenname"), "Ada"], [claims("surname"), "Lovelace"]]),
            ada(),
        ),
        ("ad-fs", no(), json!([["http://schemas.xmlsoap.org/claims/Group", "staff"]]), json!({ "groups": ["staff"] })),
        (
            "eduperson",
            no(),
            json!([
                ["urn:oid:0.9.2342.19200300.100.1.3", "ada@example.com"],
                ["urn:oid:2.5.4.42", "Ada"],
                ["urn:oid:2.5.4.4", "Lovelace"],
            ]),
            ada(),
        ),
        (
            "eduperson-display-name",
            no(),
            json!([["urn:oid:2.16.840.1.113730.3.1.241", "Ada L."], ["urn:oid:2.5.4.42", "Ada"]]),
            json!({ "name": "Ada L." }),
        ),
        (
            "okta",
            no(),
            json!([["email", "ada@example.com"], ["firstName", "Ada"], ["lastName", "Lovelace"], ["groups", "Everyone"]]),
            json!({ "email": "ada@example.com", "name": "Ada Lovelace", "groups": ["Everyone"] }),
        ),
        (
            "google",
            no(),
            json!([["mail", "ada@example.com"], ["first_name", "Ada"], ["last_name", "Lovelace"], ["Groups", "staff"]]),
            json!({ "email": "ada@example.com", "name": "Ada Lovelace", "groups": ["staff"] }),
        ),
        (
            "ldap",
            no(),
            json!([
                ["emailAddress", "ada@example.com"],
                ["cn", "Ada Lovelace"],
                ["sn", "Lovelace"],
                ["memberOf", "cn=a", "cn=b"]
            ]),
            json!({ "email": "ada@example.com", "name": "Ada Lovelace", "groups": ["cn=a", "cn=b"] }),
        ),
        (
            "openid-names",
            no(),
            json!([["given_name", "Ada"], ["family_name", "Lovelace"], ["roles", "a"]]),
            json!({ "name": "Ada Lovelace", "roles": ["a"] }),
        ),
        ("camel-case", no(), json!([["givenName", "Ada"], ["familyName", "Lovelace"]]), json!({ "name": "Ada Lovelace" })),
        ("camel-case-with-capitals", no(), json!([["LastName", "Lovelace"]]), json!({ "name": "Lovelace" })),
        ("surname", no(), json!([["surname", "Lovelace"]]), json!({ "name": "Lovelace" })),
        ("given-name-alone", no(), json!([["FirstName", "Ada"]]), json!({ "name": "Ada" })),
        ("display-name", no(), json!([["displayName", "Ada L."]]), json!({ "name": "Ada L." })),
        ("name", no(), json!([["name", "Ada L."]]), json!({ "name": "Ada L." })),
        ("full-name", no(), json!([["fullName", "Ada L."]]), json!({ "name": "Ada L." })),
        (
            "a-whole-name-before-its-parts",
            no(),
            json!([["givenName", "A"], ["familyName", "L"], ["cn", "Ada L."]]),
            json!({ "name": "Ada L." }),
        ),
        (
            "the-first-name-in-our-order",
            no(),
            json!([["mail", "b@example.com"], ["email", "a@example.com"]]),
            json!({ "email": "a@example.com" }),
        ),
        (
            "groups-under-many-names",
            no(),
            json!([["memberOf", "d"], ["group", "c"], ["Groups", "b"], ["groups", "a"]]),
            json!({ "groups": ["a", "b", "c", "d"] }),
        ),
        (
            "roles-under-many-names",
            no(),
            json!([["Role", "d"], ["role", "c"], ["Roles", "b"], ["roles", "a"]]),
            json!({ "roles": ["a", "b", "c", "d"] }),
        ),
        // what says nothing
        ("no-values", no(), json!([["email"], ["groups"]]), json!({})),
        ("nil", no(), json!([["email", null], ["groups", null]]), json!({})),
        ("empty", no(), json!([["email", ""], ["groups", ""], ["name", ""]]), json!({})),
        ("nil-then-a-value", no(), json!([["email", null, "a@example.com"]]), json!({ "email": "a@example.com" })),
        ("empty-then-a-value", no(), json!([["email", "", "a@example.com"]]), json!({ "email": "a@example.com" })),
        ("empty-then-another-name", no(), json!([["email", ""], ["mail", "a@example.com"]]), json!({ "email": "a@example.com" })),
        ("groups-with-gaps", no(), json!([["groups", "a", null, "", "b"]]), json!({ "groups": ["a", "b"] })),
        ("a-name-twice", no(), json!([["groups", "a"], ["x", "y"], ["groups", "b"]]), json!({ "groups": ["a", "b"] })),
        ("an-email-twice", no(), json!([["email", "a@example.com", "b@example.com"]]), json!({ "email": "a@example.com" })),
        ("an-id-is-not-guessed", no(), json!([["id", "7"], ["uid", "8"], ["sub", "9"]]), json!({})),
    ];
    check("ada", None, &table);
}

#[test]
fn mappings() {
    let all = json!([
        ["User.Email", "a@example.com"],
        ["a", "1"],
        ["b", "2", "3"],
        ["empty", ""],
        ["groups", "usual"],
        ["roles", "usual"]
    ]);
    let usual = |more: Value| {
        let mut user = json!({ "email": "a@example.com", "groups": ["usual"], "roles": ["usual"] }).as_object().unwrap().clone();
        user.extend(more.as_object().unwrap().clone());
        user.retain(|_, value| !value.is_null());
        Value::Object(user)
    };
    let rows = [
        ("none", json!({}), json!({})),
        ("one-name", json!({ "name": "a" }), json!({ "name": "1" })),
        ("the-first-value", json!({ "name": "b" }), json!({ "name": "2" })),
        ("a-list", json!({ "name": ["x", "b", "a"] }), json!({ "name": "2" })),
        ("past-what-is-empty", json!({ "name": ["empty", "a"] }), json!({ "name": "1" })),
        ("nothing-there", json!({ "name": ["x", "empty"] }), json!({})),
        ("a-list-of-nothing", json!({ "email": [] }), json!({ "email": null })),
        ("instead-of-the-usual-name", json!({ "email": "x" }), json!({ "email": null })),
        ("id", json!({ "id": "a" }), json!({ "id": "1" })),
        ("subject", json!({ "email": "Subject", "name": ["x", "Subject"] }), json!({ "email": "ada", "name": "ada" })),
        ("subject-for-id", json!({ "id": "Subject" }), json!({})),
        ("parts-of-a-name", json!({ "givenName": "a", "familyName": ["b"] }), json!({ "name": "1 2" })),
        ("family-name-alone", json!({ "familyName": "b" }), json!({ "name": "2" })),
        ("groups-of-several", json!({ "groups": ["b", "a"] }), json!({ "groups": ["2", "3", "1"] })),
        ("roles", json!({ "roles": "b" }), json!({ "roles": ["2", "3"] })),
        ("roles-of-nothing", json!({ "roles": ["x"] }), json!({ "roles": [] })),
        ("groups-of-the-subject", json!({ "groups": ["Subject"] }), json!({ "groups": ["ada"] })),
        ("a-name-is-no-list-of-names", json!({ "name": "a b" }), json!({})),
        ("names-are-to-the-letter", json!({ "name": ["A", " a"] }), json!({})),
    ];
    let table = rows.map(|(name, mapping, expected)| (name, mapping, all.clone(), usual(expected)));
    check("ada", None, &table);
}

/// Another id in its place could be somebody else's.
#[test]
fn an_id_that_is_mapped_must_be_there() {
    let config = config_with(&[("saml.attributes", json!({ "id": ["x", "empty"] }))]);
    let user = user(&assertion("ada", None, &json!([["empty", ""], ["id", "7"]])), &config);
    assert_eq!(crate::support::verdict(user), "assertion_invalid/user_id");
}

/// In a mapping `Subject` is the NameID; an attribute of that name is one among the others.
#[test]
fn an_attribute_named_subject_is_not_the_subject() {
    let assertion = assertion("ada", None, &json!([["Subject", "eve"], ["", "mallory"]]));
    let found: Value = serde_json::from_str(&user(&assertion, &config_with(&[])).unwrap().write()).unwrap();
    assert_eq!(found["id"], "ada");
    let found: Value = serde_json::from_str(&attributes(&assertion).write()).unwrap();
    assert_eq!(found, json!({ "Subject": ["eve"], "": ["mallory"] }));
}

#[test]
fn default_roles_are_for_whoever_has_none() {
    let config = config_with(&[("defaultRoles", json!(["viewer", "guest"]))]);
    for (attributes, expected) in [
        (json!([]), json!(["viewer", "guest"])),
        (json!([["roles"]]), json!(["viewer", "guest"])),
        (json!([["roles", null, ""]]), json!(["viewer", "guest"])),
        (json!([["roles", "admin"]]), json!(["admin"])),
    ] {
        let found: Value = serde_json::from_str(&user(&assertion("ada", None, &attributes), &config).unwrap().write()).unwrap();
        assert_eq!(found["roles"], expected, "{attributes}");
        assert_eq!(found["groups"], json!([]), "{attributes}");
    }
}

/// A login name that looks like an e-mail address is none, whatever its format says.
#[test]
fn an_email_from_the_name_id() {
    let unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
    let other = "urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress";
    let (address, login) = ("ada@example.com", "ada@org.zitadel.example");
    let upn = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
    let (none, to_subject) = (|| json!({}), || json!({ "email": ["Email", "Subject"] }));
    let table = [
        ("empty-statement", address, Some(EMAIL), none(), json!([]), json!(address)),
        ("no-address", "ada", Some(EMAIL), none(), json!([]), Value::Null),
        ("no-format", address, None, none(), json!([]), Value::Null),
        ("unspecified", address, Some(unspecified), none(), json!([]), Value::Null),
        ("a-format-that-is-none", address, Some(other), none(), json!([]), Value::Null),
        ("an-attribute-says-it", login, Some(EMAIL), none(), json!([["mail", address]]), json!(address)),
        ("an-attribute-says-nothing", address, Some(EMAIL), none(), json!([["mail", ""]]), json!(address)),
        ("a-name-beside-it", address, Some(EMAIL), none(), json!([["User.FirstName", "Ada"]]), json!(address)),
        ("zitadel", login, Some(EMAIL), none(), json!([["Email", address], ["UserName", login]]), json!(address)),
        ("zitadel-machine", login, Some(EMAIL), none(), json!([["UserName", login], ["UserID", "1"]]), Value::Null),
        ("another-user-name", login, Some(EMAIL), none(), json!([["UserName", "ada"], ["UserID", "1"]]), Value::Null),
        ("a-user-name-that-is-empty", address, Some(EMAIL), none(), json!([["UserName", ""], ["UserName"]]), json!(address)),
        ("a-user-name-that-is-nil", address, Some(EMAIL), none(), json!([["UserName", null]]), json!(address)),
        ("entra-without-mail", login, Some(EMAIL), none(), json!([[upn, login]]), Value::Null),
        ("the-same-among-others", login, Some(EMAIL), none(), json!([["x", "y", null, login]]), Value::Null),
        ("a-part-of-it", address, Some(EMAIL), none(), json!([["uid", "ada"], ["domain", "example.com"]]), json!(address)),
        ("who-knows-better", login, Some(EMAIL), to_subject(), json!([["UserName", login]]), json!(login)),
    ];
    for (name, name_id, format, mapping, attributes, expected) in table {
        let config = config_with(&[("saml.attributes", mapping)]);
        let user = user(&assertion(name_id, format, &attributes), &config).unwrap();
        let found: Value = serde_json::from_str(&user.write()).unwrap();
        assert_eq!(found["email"], expected, "{name}");
        assert_eq!(found["id"], json!(name_id), "{name}");
    }
}

#[test]
fn all_attributes() {
    for (given, expected) in [
        (json!([]), json!({})),
        (json!([["a", "1", "2"], ["b", ""]]), json!({ "a": ["1", "2"], "b": [""] })),
        (json!([["a", "1"], ["b", "x"], ["a", "2"]]), json!({ "a": ["1", "2"], "b": ["x"] })),
        (json!([["a"], ["b", null], ["c", null, "3"]]), json!({ "a": [], "b": [], "c": ["3"] })),
        (json!([["urn:oid:2.5.4.4", "L"]]), json!({ "urn:oid:2.5.4.4": ["L"] })),
    ] {
        let found: Value = serde_json::from_str(&attributes(&assertion("ada", None, &given)).write()).unwrap();
        assert_eq!(found, expected);
    }
    let order = attributes(&assertion("ada", None, &json!([["b", "1"], ["a", "2"], ["b", "3"]]))).write();
    assert_eq!(order, r#"{"b":["1","3"],"a":["2"]}"#, "in their order");
}
