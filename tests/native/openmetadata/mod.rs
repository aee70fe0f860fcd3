//! OpenMetadata: its configuration in every form, its rules for who somebody is, and the tokens it issues itself.
//! The rules are those of its `SecurityUtil`, `JwtFilter` and `JwtIdentityResolver`.

mod discovered;
mod door;
mod issued;
mod noise;
mod principal;
mod requests;
mod section;
mod server;

use crate::support::*;
use gatepass::error::Error;
use gatepass::oidc::config::Config;
pub use gatepass::openmetadata::config::parse;
use serde_json::{Value, json};

pub const SERVER: &str = "https://catalog.example";

/// `authenticationConfiguration` of OpenMetadata's guide for Cognito.
pub fn cognito() -> Value {
    json!({
        "provider": "aws-cognito",
        "providerName": "cognito",
        "publicKeyUrls": [format!("{ISSUER}/.well-known/jwks.json"), format!("{SERVER}/api/v1/system/config/jwks")],
        "authority": ISSUER,
        "clientId": CLIENT_ID,
        "callbackUrl": "https://app.example/callback",
    })
}

/// A server that signs in by SAML, of the newer kind.
pub fn saml() -> Value {
    json!({ "provider": "saml", "providerName": "SAML" })
}

/// `base` with the members of `changes`; `null` removes one.
pub fn with(mut base: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base
}

/// The client of a server with these sections.
pub fn client(authentication: Value, authorizer: Value) -> Result<Config, Error> {
    read(json!({ "server": SERVER, "authenticationConfiguration": authentication, "authorizerConfiguration": authorizer }))
}

/// The client by an `openMetadata` section.
pub fn read(section: Value) -> Result<Config, Error> {
    parse(&json!({ "openMetadata": section }).to_string(), ORIGIN)
}

/// `code option: rule`
pub fn refusal<T: std::fmt::Debug>(name: &str, result: Result<T, Error>) -> String {
    let error = result.expect_err(name);
    format!("{} {}: {}", error.code.as_str(), error.option().unwrap_or_default(), error.rule)
}
