//! A made-up service provider of `support::ORIGIN`: its configuration, its identity provider's metadata, and
//! readers that share nothing with this crate.

use super::signer::{IDP, RSA};
use crate::support::ORIGIN;
use gatepass::saml::config::Config;
use serde_json::{Value, json};

pub const ENTITY: &str = "https://app.example/saml";
pub const SSO: &str = "https://idp.example.com/sso";
pub const SLO: &str = "https://app.example/saml/slo";

/// As somebody copies it from a console.
pub fn config_json() -> Value {
    json!({ "saml": {
        "idp": { "entityId": IDP, "singleSignOn": SSO, "certificates": RSA.certificate() },
        "sp": { "entityId": ENTITY, "acsUrl": "/saml/acs", "sloUrl": "/saml/slo" },
    } })
}

pub fn config() -> Config {
    config_with(&[])
}

/// With other options, by their dotted names; `null` takes one away.
pub fn config_with(changes: &[(&str, Value)]) -> Config {
    Config::parse(&json_with(changes).to_string(), ORIGIN).unwrap()
}

pub fn json_with(changes: &[(&str, Value)]) -> Value {
    let mut json = config_json();
    for (option, value) in changes {
        let (path, name) = option.rsplit_once('.').unwrap_or(("", option));
        let section = path.split('.').filter(|part| !part.is_empty()).fold(&mut json, |at, part| &mut at[part]);
        if value.is_null() {
            section.as_object_mut().unwrap().remove(name);
        } else {
            section[name] = value.clone();
        }
    }
    json
}

/// Metadata with these elements after the key.
pub fn metadata(attributes: &str, services: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{IDP}\">\
         <md:IDPSSODescriptor {attributes} protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
         <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
         <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>{services}\
         </md:IDPSSODescriptor></md:EntityDescriptor>",
        RSA.certificate()
    )
}

/// One endpoint in the metadata: `SingleSignOn` or `SingleLogout`, `POST` or `Redirect`.
pub fn endpoint(kind: &str, binding: &str, location: &str) -> String {
    format!(
        "<md:{kind}Service Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{binding}\" Location=\"{}\"/>",
        location.replace('&', "&amp;")
    )
}

/// An identity provider in whose metadata are these endpoints.
pub fn idp_with(attributes: &str, endpoints: &[(&str, &str, &str)]) -> Value {
    let services: String = endpoints.iter().map(|(kind, binding, location)| endpoint(kind, binding, location)).collect();
    json!({ "metadata": metadata(attributes, &services) })
}

/// RFC 1951.
pub fn inflate(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::inflate::decompress_to_vec(bytes).unwrap()
}

/// RFC 3986 §2.1, of unreserved letters and upper-case escapes alone.
pub fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = String::from_utf8([rest.next().unwrap(), rest.next().unwrap()].into()).unwrap();
            assert!(digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')), "{digits}");
            bytes.push(u8::from_str_radix(&digits, 16).unwrap());
        } else {
            assert!(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'), "{text}");
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

pub fn escape(text: &str) -> String {
    let byte = |b: u8| {
        if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }
    };
    text.bytes().map(byte).collect()
}
