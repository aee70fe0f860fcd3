//! The options of this door: what each does, and every misuse with the option that it names.

use super::service::*;
use super::signer::{IDP, P256, RSA, RSA_NEXT};
use crate::support::ORIGIN;
use gatepass::error::Error;
use gatepass::saml::bindings::Binding;
use gatepass::saml::config::{Config, Exchange};
use gatepass::saml::policy::Signed;
use gatepass::wire::Algorithm;
use serde_json::{Value, json};

/// `code/rule option`
fn verdict(result: Result<Config, Error>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) => format!("{}/{} {}", error.code.as_str(), error.rule, error.option().unwrap_or("-")),
    }
}

fn parse(changes: &[(&str, Value)]) -> Result<Config, Error> {
    Config::parse(&json_with(changes).to_string(), ORIGIN)
}

/// Name, changed options (`null` takes one away), verdict.
type Row = (&'static str, Vec<(&'static str, Value)>, &'static str);

fn check(table: &[Row]) {
    let mut wrong = Vec::new();
    for (name, changes, expected) in table {
        let found = verdict(parse(changes));
        if found != *expected {
            wrong.push(format!("{name}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn both() -> Value {
    idp_with("", &[("SingleSignOn", "POST", "https://idp.example.com/post"), ("SingleSignOn", "Redirect", SSO)])
}

fn only_post() -> Value {
    idp_with("", &[("SingleSignOn", "POST", "https://idp.example.com/post")])
}

fn only_redirect() -> Value {
    idp_with("", &[("SingleSignOn", "Redirect", SSO)])
}

fn wants_signed() -> Value {
    idp_with("WantAuthnRequestsSigned=\"true\"", &[("SingleSignOn", "Redirect", SSO)])
}

fn metadata_and(name: &str, value: &str) -> Value {
    let mut idp = both();
    idp[name] = json!(value);
    idp
}

fn exchange(options: Value) -> Vec<(&'static str, Value)> {
    vec![("saml.exchange", options)]
}

/// With every section.
fn whole() -> Vec<(&'static str, Value)> {
    vec![("saml.attributes", json!({})), ("saml.exchange", json!({ "tokenEndpoint": "/token" }))]
}

fn pem(body: &str) -> String {
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

#[test]
fn misuses() {
    let key = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----";
    let table: Vec<Row> = vec![
        ("honest", vec![], "ok"),
        // names
        ("no-door", vec![("saml", Value::Null)], "config_invalid/missing saml"),
        ("cognito-beside", vec![("cognito", json!({ "clientId": "x" }))], "config_invalid/conflict cognito"),
        ("oidc-beside", vec![("oidc", json!({ "issuer": "https://a.example" }))], "config_invalid/conflict oidc"),
        ("unknown", vec![("acsUrl", json!("/acs"))], "config_invalid/unknown acsUrl"),
        ("option-of-another-door", vec![("scopes", json!(["openid"]))], "config_invalid/unknown scopes"),
        ("unknown-in-the-door", vec![("saml.acsUrl", json!("/acs"))], "config_invalid/unknown saml.acsUrl"),
        (
            "unknown-in-another-case",
            vec![("saml.allowIDPInitiated", json!(true))],
            "config_invalid/unknown saml.allowIDPInitiated",
        ),
        ("unknown-in-idp", vec![("saml.idp.entityID", json!(IDP))], "config_invalid/unknown saml.idp.entityID"),
        ("unknown-in-sp", vec![("saml.sp.entityID", json!(ENTITY))], "config_invalid/unknown saml.sp.entityID"),
        (
            "unknown-in-attributes",
            vec![("saml.attributes", json!({ "mail": "mail" }))],
            "config_invalid/unknown saml.attributes.mail",
        ),
        ("empty-name", vec![("saml.sp.", json!(""))], "config_invalid/unknown saml.sp."),
        ("a-secret", vec![("saml.sp.secret", json!("hush"))], "config_invalid/client_secret saml.sp.secret"),
        // what must be there
        ("idp-missing", vec![("saml.idp", Value::Null)], "config_invalid/missing saml.idp"),
        ("idp-empty", vec![("saml.idp", json!({}))], "config_invalid/missing saml.idp.certificates"),
        (
            "idp-certificates-missing",
            vec![("saml.idp.certificates", Value::Null)],
            "config_invalid/missing saml.idp.certificates",
        ),
        ("idp-entity-id-missing", vec![("saml.idp.entityId", Value::Null)], "config_invalid/missing saml.idp.entityId"),
        ("idp-entity-id-empty", vec![("saml.idp.entityId", json!(""))], "config_invalid/missing saml.idp.entityId"),
        ("idp-sign-on-missing", vec![("saml.idp.singleSignOn", Value::Null)], "config_invalid/missing saml.idp.singleSignOn"),
        ("idp-sign-on-empty", vec![("saml.idp.singleSignOn", json!(""))], "config_invalid/missing saml.idp.singleSignOn"),
        ("sp-missing", vec![("saml.sp", Value::Null)], "config_invalid/missing saml.sp"),
        ("sp-entity-id-missing", vec![("saml.sp.entityId", Value::Null)], "config_invalid/missing saml.sp.entityId"),
        ("sp-entity-id-empty", vec![("saml.sp.entityId", json!(""))], "config_invalid/missing saml.sp.entityId"),
        ("sp-acs-url-missing", vec![("saml.sp.acsUrl", Value::Null)], "config_invalid/missing saml.sp.acsUrl"),
        ("sp-slo-url-missing", vec![("saml.sp.sloUrl", Value::Null)], "ok"),
        // the identity provider by hand
        ("idp-entity-id-spaced", vec![("saml.idp.entityId", json!("a b"))], "metadata_invalid/entity_id saml.idp.entityId"),
        (
            "idp-sign-on-relative",
            vec![("saml.idp.singleSignOn", json!("/sso"))],
            "metadata_invalid/location saml.idp.singleSignOn",
        ),
        (
            "idp-sign-on-http",
            vec![("saml.idp.singleSignOn", json!("http://idp.example.com/"))],
            "metadata_invalid/location saml.idp.singleSignOn",
        ),
        (
            "idp-sign-on-fragment",
            vec![("saml.idp.singleSignOn", json!("https://a.example/#b"))],
            "metadata_invalid/location saml.idp.singleSignOn",
        ),
        (
            "idp-sign-on-script",
            vec![("saml.idp.singleSignOn", json!("javascript:alert(1)"))],
            "metadata_invalid/location saml.idp.singleSignOn",
        ),
        ("idp-sign-on-local", vec![("saml.idp.singleSignOn", json!("http://localhost:7000/sso"))], "ok"),
        ("certificates-none", vec![("saml.idp.certificates", json!([]))], "metadata_invalid/no_key saml.idp.certificates"),
        ("certificates-of-numbers", vec![("saml.idp.certificates", json!([1]))], "config_invalid/type saml.idp.certificates"),
        (
            "certificate-no-base64",
            vec![("saml.idp.certificates", json!("?"))],
            "metadata_invalid/certificate saml.idp.certificates",
        ),
        (
            "certificate-second-damaged",
            vec![("saml.idp.certificates", json!([RSA.certificate(), "AAAA"]))],
            "metadata_invalid/certificate saml.idp.certificates",
        ),
        ("certificates-two", vec![("saml.idp.certificates", json!([RSA.certificate(), pem(&RSA_NEXT.certificate())]))], "ok"),
        ("sign-out-relative", vec![("saml.idp.signOut", json!("/out"))], "config_invalid/malformed saml.idp.signOut"),
        (
            "sign-out-http",
            vec![("saml.idp.signOut", json!("http://idp.example.com/out"))],
            "config_invalid/insecure saml.idp.signOut",
        ),
        (
            "sign-out-fragment",
            vec![("saml.idp.signOut", json!("https://idp.example.com/#o"))],
            "config_invalid/fragment saml.idp.signOut",
        ),
        ("sign-out-empty", vec![("saml.idp.signOut", json!(""))], "config_invalid/malformed saml.idp.signOut"),
        // by metadata
        ("metadata", vec![("saml.idp", both())], "ok"),
        ("metadata-and-entity-id", vec![("saml.idp", metadata_and("entityId", IDP))], "ok"),
        (
            "metadata-of-another",
            vec![("saml.idp", metadata_and("entityId", "https://b.example"))],
            "metadata_invalid/entity saml.idp.metadata",
        ),
        (
            "metadata-with-certificates",
            vec![("saml.idp", metadata_and("certificates", "x"))],
            "config_invalid/conflict saml.idp.certificates",
        ),
        (
            "metadata-with-sign-on",
            vec![("saml.idp", metadata_and("singleSignOn", SSO))],
            "config_invalid/conflict saml.idp.singleSignOn",
        ),
        ("metadata-and-sign-out", vec![("saml.idp", metadata_and("signOut", "https://idp.example.com/out"))], "ok"),
        (
            "metadata-damaged",
            vec![("saml.idp", json!({ "metadata": "<md:EntityDescriptor" }))],
            "metadata_invalid/malformed saml.idp.metadata",
        ),
        ("metadata-empty", vec![("saml.idp", json!({ "metadata": "" }))], "metadata_invalid/malformed saml.idp.metadata"),
        ("metadata-an-address", vec![("saml.idp", json!({ "metadata": SSO }))], "metadata_invalid/malformed saml.idp.metadata"),
        // ourselves
        ("acs-http", vec![("saml.sp.acsUrl", json!("http://app.example/acs"))], "config_invalid/insecure saml.sp.acsUrl"),
        ("acs-http-lan", vec![("saml.sp.acsUrl", json!("http://192.168.0.5/acs"))], "config_invalid/insecure saml.sp.acsUrl"),
        (
            "acs-http-localhost-alike",
            vec![("saml.sp.acsUrl", json!("http://localhost.evil.example/"))],
            "config_invalid/insecure saml.sp.acsUrl",
        ),
        (
            "acs-http-localhost",
            vec![("saml.sp.acsUrl", json!("http://localhost:3000/acs"))],
            "config_invalid/origin saml.sp.acsUrl",
        ),
        ("acs-fragment", vec![("saml.sp.acsUrl", json!("/acs#a"))], "config_invalid/fragment saml.sp.acsUrl"),
        ("acs-without-slash", vec![("saml.sp.acsUrl", json!("acs"))], "config_invalid/malformed saml.sp.acsUrl"),
        (
            "acs-protocol-relative",
            vec![("saml.sp.acsUrl", json!("//evil.example/acs"))],
            "config_invalid/malformed saml.sp.acsUrl",
        ),
        ("acs-empty", vec![("saml.sp.acsUrl", json!(""))], "config_invalid/malformed saml.sp.acsUrl"),
        ("acs-here-in-full", vec![("saml.sp.acsUrl", json!("https://app.example/acs"))], "ok"),
        ("acs-elsewhere", vec![("saml.sp.acsUrl", json!("https://api.example/acs"))], "config_invalid/origin saml.sp.acsUrl"),
        (
            "acs-on-a-subdomain",
            vec![("saml.sp.acsUrl", json!("https://a.app.example/acs"))],
            "config_invalid/origin saml.sp.acsUrl",
        ),
        (
            "acs-on-a-host-that-begins-alike",
            vec![("saml.sp.acsUrl", json!("https://app.example.evil.example/acs"))],
            "config_invalid/origin saml.sp.acsUrl",
        ),
        (
            "acs-on-another-port",
            vec![("saml.sp.acsUrl", json!("https://app.example:8443/acs"))],
            "config_invalid/origin saml.sp.acsUrl",
        ),
        (
            // The same origin to a browser, which writes it without.
            "acs-with-the-port-that-goes-without-saying",
            vec![("saml.sp.acsUrl", json!("https://app.example:443/acs"))],
            "config_invalid/origin saml.sp.acsUrl",
        ),
        ("slo-here-in-full", vec![("saml.sp.sloUrl", json!("https://app.example/slo"))], "ok"),
        ("slo-elsewhere", vec![("saml.sp.sloUrl", json!("https://api.example/slo"))], "config_invalid/origin saml.sp.sloUrl"),
        (
            "slo-elsewhere-with-a-server",
            vec![("saml.acs", json!("server")), ("saml.sp.sloUrl", json!("https://api.example/slo"))],
            "config_invalid/origin saml.sp.sloUrl",
        ),
        ("slo-empty", vec![("saml.sp.sloUrl", json!(""))], "config_invalid/malformed saml.sp.sloUrl"),
        (
            "acs-before-slo",
            vec![("saml.sp.acsUrl", json!("https://api.example/acs")), ("saml.sp.sloUrl", json!("https://api.example/slo"))],
            "config_invalid/origin saml.sp.acsUrl",
        ),
        ("slo-http", vec![("saml.sp.sloUrl", json!("http://app.example/slo"))], "config_invalid/insecure saml.sp.sloUrl"),
        ("slo-fragment", vec![("saml.sp.sloUrl", json!("/slo#a"))], "config_invalid/fragment saml.sp.sloUrl"),
        ("slo-without-slash", vec![("saml.sp.sloUrl", json!("slo"))], "config_invalid/malformed saml.sp.sloUrl"),
        ("acs-index-0", vec![("saml.sp.acsIndex", json!(0))], "ok"),
        ("acs-index-65535", vec![("saml.sp.acsIndex", json!(65_535))], "ok"),
        ("acs-index-65536", vec![("saml.sp.acsIndex", json!(65_536))], "config_invalid/malformed saml.sp.acsIndex"),
        ("acs-index-of-a-fraction", vec![("saml.sp.acsIndex", json!(1.9))], "config_invalid/malformed saml.sp.acsIndex"),
        ("sp-entity-id-with-control", vec![("saml.sp.entityId", json!("a\u{1}b"))], "config_invalid/malformed saml.sp.entityId"),
        ("sp-entity-id-no-xml", vec![("saml.sp.entityId", json!("a\u{ffff}b"))], "config_invalid/malformed saml.sp.entityId"),
        ("acs-url-no-xml", vec![("saml.sp.acsUrl", json!("/a\u{fffe}"))], "config_invalid/malformed saml.sp.acsUrl"),
        ("worker-here", vec![("saml.acs", json!("worker")), ("saml.sp.acsUrl", json!("/saml/acs"))], "ok"),
        (
            "worker-elsewhere",
            vec![("saml.acs", json!("worker")), ("saml.sp.acsUrl", json!("https://other.example/acs"))],
            "config_invalid/origin saml.sp.acsUrl",
        ),
        (
            "server-elsewhere",
            vec![("saml.acs", json!("server")), ("saml.sp.acsUrl", json!("https://other.example/acs"))],
            "config_invalid/origin saml.sp.acsUrl",
        ),
        ("server-here", vec![("saml.acs", json!("server")), ("saml.sp.acsUrl", json!("/saml/acs"))], "ok"),
        ("acs-index-negative", vec![("saml.sp.acsIndex", json!(-1))], "config_invalid/malformed saml.sp.acsIndex"),
        ("acs-index-huge", vec![("saml.sp.acsIndex", json!(1e30))], "config_invalid/malformed saml.sp.acsIndex"),
        ("sp-certificate-damaged", vec![("saml.sp.certificate", json!("?"))], "config_invalid/certificate saml.sp.certificate"),
        ("sp-certificate-of-nothing", vec![("saml.sp.certificate", json!(""))], "config_invalid/certificate saml.sp.certificate"),
        // signing
        ("wants-signed", vec![("saml.idp", wants_signed())], "config_invalid/sign saml.sp.sign"),
        (
            "wants-signed-not",
            vec![("saml.idp", wants_signed()), ("saml.sp.sign", json!(false))],
            "config_invalid/sign saml.sp.sign",
        ),
        ("wants-signed-and-is", vec![("saml.idp", wants_signed()), ("saml.sp.sign", json!(true))], "ok"),
        (
            "method-sha1",
            vec![("saml.sp.signatureAlgorithm", json!("http://www.w3.org/2000/09/xmldsig#rsa-sha1"))],
            "config_invalid/malformed saml.sp.signatureAlgorithm",
        ),
        (
            "method-by-jose-name",
            vec![("saml.sp.signatureAlgorithm", json!("RS256"))],
            "config_invalid/malformed saml.sp.signatureAlgorithm",
        ),
        ("method-empty", vec![("saml.sp.signatureAlgorithm", json!(""))], "config_invalid/malformed saml.sp.signatureAlgorithm"),
        // how, and what is allowed
        ("acs-server", vec![("saml.acs", json!("server"))], "ok"),
        ("acs-worker", vec![("saml.acs", json!("worker"))], "ok"),
        ("acs-unknown", vec![("saml.acs", json!("page"))], "config_invalid/malformed saml.acs"),
        ("binding-post", vec![("saml.binding", json!("post"))], "ok"),
        ("binding-redirect", vec![("saml.binding", json!("redirect"))], "ok"),
        ("binding-artifact", vec![("saml.binding", json!("artifact"))], "config_invalid/malformed saml.binding"),
        (
            "binding-post-not-there",
            vec![("saml.idp", only_redirect()), ("saml.binding", json!("post"))],
            "config_invalid/malformed saml.binding",
        ),
        (
            "binding-redirect-not-there",
            vec![("saml.idp", only_post()), ("saml.binding", json!("redirect"))],
            "config_invalid/malformed saml.binding",
        ),
        ("binding-post-there", vec![("saml.idp", only_post()), ("saml.binding", json!("post"))], "ok"),
        ("binding-redirect-there", vec![("saml.idp", only_redirect()), ("saml.binding", json!("redirect"))], "ok"),
        ("signed-none", vec![("saml.signed", json!("none"))], "config_invalid/malformed saml.signed"),
        ("skew-0", vec![("saml.skew", json!(0))], "ok"),
        ("skew-600", vec![("saml.skew", json!(600))], "ok"),
        ("skew-601", vec![("saml.skew", json!(601))], "config_invalid/malformed saml.skew"),
        ("skew-of-a-fraction", vec![("saml.skew", json!(600.9))], "config_invalid/malformed saml.skew"),
        ("skew-negative", vec![("saml.skew", json!(-1))], "config_invalid/malformed saml.skew"),
        ("unasked", vec![("saml.allowIdpInitiated", json!(true))], "ok"),
        ("unasked-not", vec![("saml.allowIdpInitiated", json!(false))], "ok"),
        ("unasked-restart", vec![("saml.allowIdpInitiated", json!("restart"))], "ok"),
        (
            "unasked-in-another-case",
            vec![("saml.allowIdpInitiated", json!("Restart"))],
            "config_invalid/type saml.allowIdpInitiated",
        ),
        ("unasked-true-as-text", vec![("saml.allowIdpInitiated", json!("true"))], "config_invalid/type saml.allowIdpInitiated"),
        ("unasked-empty", vec![("saml.allowIdpInitiated", json!(""))], "config_invalid/type saml.allowIdpInitiated"),
        (
            "unasked-restart-in-a-list",
            vec![("saml.allowIdpInitiated", json!(["restart"]))],
            "config_invalid/type saml.allowIdpInitiated",
        ),
        // the service worker
        ("worker-url", vec![("saml.workerUrl", json!("/assets/acs.js"))], "ok"),
        ("worker-url-in-full", vec![("saml.workerUrl", json!("https://app.example/acs.js?v=2"))], "ok"),
        ("worker-url-at-the-root", vec![("saml.workerUrl", json!("/"))], "ok"),
        (
            "worker-url-elsewhere",
            vec![("saml.workerUrl", json!("https://cdn.example/acs.js"))],
            "config_invalid/origin saml.workerUrl",
        ),
        (
            "worker-url-elsewhere-with-a-server",
            vec![("saml.acs", json!("server")), ("saml.workerUrl", json!("https://cdn.example/acs.js"))],
            "config_invalid/origin saml.workerUrl",
        ),
        (
            "worker-url-http",
            vec![("saml.workerUrl", json!("http://app.example/acs.js"))],
            "config_invalid/insecure saml.workerUrl",
        ),
        (
            "worker-url-on-this-machine",
            vec![("saml.workerUrl", json!("http://localhost:3000/acs.js"))],
            "config_invalid/origin saml.workerUrl",
        ),
        ("worker-url-fragment", vec![("saml.workerUrl", json!("/acs.js#a"))], "config_invalid/fragment saml.workerUrl"),
        ("worker-url-without-slash", vec![("saml.workerUrl", json!("acs.js"))], "config_invalid/malformed saml.workerUrl"),
        (
            "worker-url-protocol-relative",
            vec![("saml.workerUrl", json!("//cdn.example/acs.js"))],
            "config_invalid/malformed saml.workerUrl",
        ),
        (
            "worker-url-script",
            vec![("saml.workerUrl", json!("data:text/javascript,0"))],
            "config_invalid/malformed saml.workerUrl",
        ),
        ("worker-url-empty", vec![("saml.workerUrl", json!(""))], "config_invalid/malformed saml.workerUrl"),
        ("worker-url-in-another-case", vec![("saml.workerURL", json!("/acs.js"))], "config_invalid/unknown saml.workerURL"),
        ("worker-url-of-the-sp", vec![("saml.sp.workerUrl", json!("/acs.js"))], "config_invalid/unknown saml.sp.workerUrl"),
        ("worker-url-at-the-top", vec![("workerUrl", json!("/acs.js"))], "config_invalid/unknown workerUrl"),
        // the exchange for tokens
        ("exchange", exchange(json!({ "tokenEndpoint": "/auth/saml" })), "ok"),
        ("exchange-elsewhere", exchange(json!({ "tokenEndpoint": "https://api.example/token" })), "ok"),
        ("exchange-on-this-machine", exchange(json!({ "tokenEndpoint": "http://localhost:8080/token" })), "ok"),
        ("exchange-form", exchange(json!({ "tokenEndpoint": "/token", "format": "form", "clientId": "app" })), "ok"),
        ("exchange-json", exchange(json!({ "tokenEndpoint": "/token", "format": "json" })), "ok"),
        ("exchange-empty", exchange(json!({})), "config_invalid/missing saml.exchange.tokenEndpoint"),
        (
            "exchange-without-an-endpoint",
            exchange(json!({ "format": "form", "clientId": "app" })),
            "config_invalid/missing saml.exchange.tokenEndpoint",
        ),
        (
            "exchange-endpoint-empty",
            exchange(json!({ "tokenEndpoint": "" })),
            "config_invalid/missing saml.exchange.tokenEndpoint",
        ),
        (
            "exchange-endpoint-without-slash",
            exchange(json!({ "tokenEndpoint": "token" })),
            "config_invalid/malformed saml.exchange.tokenEndpoint",
        ),
        (
            "exchange-endpoint-protocol-relative",
            exchange(json!({ "tokenEndpoint": "//evil.example/token" })),
            "config_invalid/malformed saml.exchange.tokenEndpoint",
        ),
        (
            "exchange-endpoint-script",
            exchange(json!({ "tokenEndpoint": "javascript:alert(1)" })),
            "config_invalid/malformed saml.exchange.tokenEndpoint",
        ),
        (
            "exchange-endpoint-with-a-password",
            exchange(json!({ "tokenEndpoint": "https://a:b@api.example/token" })),
            "config_invalid/malformed saml.exchange.tokenEndpoint",
        ),
        (
            "exchange-endpoint-http",
            exchange(json!({ "tokenEndpoint": "http://api.example/token" })),
            "config_invalid/insecure saml.exchange.tokenEndpoint",
        ),
        (
            "exchange-endpoint-fragment",
            exchange(json!({ "tokenEndpoint": "/token#a" })),
            "config_invalid/fragment saml.exchange.tokenEndpoint",
        ),
        (
            "exchange-endpoint-placeholder",
            exchange(json!({ "tokenEndpoint": "https://{domain}/token" })),
            "config_invalid/placeholder saml.exchange.tokenEndpoint",
        ),
        (
            "exchange-format-unknown",
            exchange(json!({ "tokenEndpoint": "/token", "format": "xml" })),
            "config_invalid/malformed saml.exchange.format",
        ),
        (
            "exchange-format-in-another-case",
            exchange(json!({ "tokenEndpoint": "/token", "format": "Form" })),
            "config_invalid/malformed saml.exchange.format",
        ),
        (
            "exchange-format-empty",
            exchange(json!({ "tokenEndpoint": "/token", "format": "" })),
            "config_invalid/malformed saml.exchange.format",
        ),
        (
            "exchange-unknown",
            exchange(json!({ "tokenEndpoint": "/token", "scope": "a" })),
            "config_invalid/unknown saml.exchange.scope",
        ),
        (
            "exchange-in-another-case",
            exchange(json!({ "tokenEndpoint": "/token", "clientID": "a" })),
            "config_invalid/unknown saml.exchange.clientID",
        ),
        (
            "exchange-with-a-secret",
            exchange(json!({ "tokenEndpoint": "/token", "clientSecret": "hush" })),
            "config_invalid/client_secret saml.exchange.clientSecret",
        ),
        ("exchange-at-the-top", vec![("exchange", json!({ "tokenEndpoint": "/token" }))], "config_invalid/unknown exchange"),
        // where the token goes
        ("api", vec![("apiOrigins", json!(["https://api.example", "http://localhost:8080"]))], "ok"),
        ("api-none", vec![("apiOrigins", json!([]))], "ok"),
        ("api-with-path", vec![("apiOrigins", json!(["https://api.example/v1"]))], "config_invalid/malformed apiOrigins"),
        ("api-with-slash", vec![("apiOrigins", json!(["https://api.example/"]))], "config_invalid/malformed apiOrigins"),
        ("api-with-fragment", vec![("apiOrigins", json!(["https://api.example#a"]))], "config_invalid/malformed apiOrigins"),
        ("api-http", vec![("apiOrigins", json!(["http://api.example"]))], "config_invalid/malformed apiOrigins"),
        (
            "api-second-http",
            vec![("apiOrigins", json!(["https://api.example", "http://api.example"]))],
            "config_invalid/malformed apiOrigins",
        ),
        ("api-star", vec![("apiOrigins", json!(["*"]))], "config_invalid/malformed apiOrigins"),
        ("api-a-host", vec![("apiOrigins", json!(["api.example"]))], "config_invalid/malformed apiOrigins"),
        ("api-text", vec![("apiOrigins", json!("https://api.example"))], "config_invalid/type apiOrigins"),
        ("api-of-the-door", vec![("saml.apiOrigins", json!([]))], "config_invalid/unknown saml.apiOrigins"),
        ("bearer-access", vec![("bearer", json!("access"))], "ok"),
        ("bearer-id", vec![("bearer", json!("id"))], "ok"),
        ("bearer-unknown", vec![("bearer", json!("refresh"))], "config_invalid/malformed bearer"),
        ("bearer-in-another-case", vec![("bearer", json!("ID"))], "config_invalid/malformed bearer"),
        ("bearer-empty", vec![("bearer", json!(""))], "config_invalid/malformed bearer"),
        ("bearer-of-the-door", vec![("saml.bearer", json!("id"))], "config_invalid/unknown saml.bearer"),
        // what both doors have
        ("renew-is-of-another-door", vec![("renew", json!("lazy"))], "config_invalid/unknown renew"),
        ("redirect-elsewhere", vec![("redirectUri", json!("https://b.example/"))], "config_invalid/origin redirectUri"),
        ("logout-http", vec![("logoutUri", json!("http://app.example/"))], "config_invalid/insecure logoutUri"),
        ("name-odd", vec![("name", json!("a b"))], "config_invalid/malformed name"),
        ("storage-odd", vec![("storage", json!("cookie"))], "config_invalid/malformed storage"),
        ("storage-own", vec![("storage", json!({}))], "ok"),
        // what nobody meant to write
        ("placeholder-in-sp", vec![("saml.sp.entityId", json!("{entity}"))], "config_invalid/placeholder saml.sp.entityId"),
        (
            "placeholder-in-idp",
            vec![("saml.idp.singleSignOn", json!("https://{domain}/sso"))],
            "config_invalid/placeholder saml.idp.singleSignOn",
        ),
        (
            "placeholder-in-a-list",
            vec![("saml.idp.certificates", json!(["{certificate}"]))],
            "config_invalid/placeholder saml.idp.certificates",
        ),
        (
            "placeholder-in-attributes",
            vec![("saml.attributes", json!({ "email": "{mail}" }))],
            "config_invalid/placeholder saml.attributes.email",
        ),
        (
            "placeholder-as-metadata",
            vec![("saml.idp", json!({ "metadata": "{metadata}" }))],
            "config_invalid/placeholder saml.idp.metadata",
        ),
        ("braces-in-metadata", vec![("saml.idp", idp_with("Name=\"{x}\"", &[("SingleSignOn", "Redirect", SSO)]))], "ok"),
        (
            "private-key-for-a-certificate",
            vec![("saml.sp.certificate", json!(key))],
            "config_invalid/private_key saml.sp.certificate",
        ),
        (
            "private-key-with-a-certificate",
            vec![("saml.sp.certificate", json!([&pem("AAAA"), key].concat()))],
            "config_invalid/private_key saml.sp.certificate",
        ),
        (
            "private-key-of-the-idp",
            vec![("saml.idp.certificates", json!([key]))],
            "config_invalid/private_key saml.idp.certificates",
        ),
        (
            "private-key-rsa",
            vec![("saml.sp.certificate", json!(key.replace("PRIVATE", "RSA PRIVATE")))],
            "config_invalid/private_key saml.sp.certificate",
        ),
        (
            "private-key-ec",
            vec![("saml.sp.certificate", json!(key.replace("PRIVATE", "EC PRIVATE")))],
            "config_invalid/private_key saml.sp.certificate",
        ),
        (
            "private-key-encrypted",
            vec![("saml.sp.certificate", json!(key.replace("PRIVATE", "ENCRYPTED PRIVATE")))],
            "config_invalid/private_key saml.sp.certificate",
        ),
        (
            "private-key-where-none-is-known",
            vec![("saml.sp.privateKey", json!(key))],
            "config_invalid/private_key saml.sp.privateKey",
        ),
        ("private-key-at-the-top", vec![("privateKey", json!(key))], "config_invalid/private_key privateKey"),
        (
            "private-key-in-metadata",
            vec![("saml.idp", json!({ "metadata": format!("<a>{key}</a>") }))],
            "config_invalid/private_key saml.idp.metadata",
        ),
    ];
    check(&table);
    println!("SAML config rows: {}", table.len());
}

/// Every option, what it may be, the rule for everything else.
#[test]
fn types() {
    const OPTIONS: &[(&str, &[&str], &str)] = &[
        ("redirectUri", &["text"], "type"),
        ("logoutUri", &["text"], "type"),
        ("name", &["text"], "type"),
        ("storage", &["text", "object"], "type"),
        ("defaultRoles", &["list"], "type"),
        ("apiOrigins", &["list"], "type"),
        ("bearer", &["text"], "type"),
        ("saml", &["object"], "type"),
        ("saml.acs", &["text"], "type"),
        ("saml.allowIdpInitiated", &["flag"], "type"),
        ("saml.attributes", &["object"], "type"),
        ("saml.binding", &["text"], "type"),
        ("saml.exchange", &["object"], "type"),
        ("saml.idp", &["object"], "type"),
        ("saml.signed", &["text"], "type"),
        ("saml.skew", &["number"], "type"),
        ("saml.sp", &["object"], "type"),
        ("saml.workerUrl", &["text"], "type"),
        ("saml.exchange.clientId", &["text"], "type"),
        ("saml.exchange.format", &["text"], "type"),
        ("saml.exchange.tokenEndpoint", &["text"], "type"),
        ("saml.idp.certificates", &["text", "list"], "type"),
        ("saml.idp.entityId", &["text"], "type"),
        ("saml.idp.metadata", &["text"], "type"),
        ("saml.idp.signOut", &["text"], "type"),
        ("saml.idp.singleSignOn", &["text"], "type"),
        ("saml.sp.acsIndex", &["number"], "type"),
        ("saml.sp.acsUrl", &["text"], "type"),
        ("saml.sp.certificate", &["text"], "type"),
        ("saml.sp.entityId", &["text"], "type"),
        ("saml.sp.sign", &["flag"], "type"),
        ("saml.sp.signatureAlgorithm", &["text"], "type"),
        ("saml.sp.sloUrl", &["text"], "type"),
        ("saml.attributes.id", &["text", "list"], "type"),
        ("saml.attributes.email", &["text", "list"], "type"),
        ("saml.attributes.name", &["text", "list"], "type"),
        ("saml.attributes.givenName", &["text", "list"], "type"),
        ("saml.attributes.familyName", &["text", "list"], "type"),
        ("saml.attributes.groups", &["text", "list"], "type"),
        ("saml.attributes.roles", &["text", "list"], "type"),
    ];
    let values = [
        ("null", Value::Null),
        ("flag", json!(true)),
        ("number", json!(7)),
        ("text", json!("x")),
        ("list", json!([])),
        ("object", json!({})),
    ];
    let mut rows = 0;
    for (option, kinds, rule) in OPTIONS {
        for (kind, value) in &values {
            if kinds.contains(kind) {
                continue;
            }
            let mut json = json_with(&whole());
            option.split('.').fold(&mut json, |at, part| &mut at[part]).clone_from(value);
            let found = verdict(Config::parse(&json.to_string(), ORIGIN));
            assert_eq!(found, format!("config_invalid/{rule} {option}"), "{kind}");
            rows += 1;
        }
    }
    for option in ["defaultRoles", "apiOrigins", "saml.attributes.email", "saml.attributes.roles"] {
        let mut json = json_with(&whole());
        *option.split('.').fold(&mut json, |at, part| &mut at[part]) = json!(["a", 7]);
        assert_eq!(verdict(Config::parse(&json.to_string(), ORIGIN)), format!("config_invalid/type {option}"));
        rows += 1;
    }
    for text in ["", "{", "[]", "null", "\"saml\"", r#"{"saml":{},"saml":{}}"#] {
        assert_eq!(verdict(Config::parse(text, ORIGIN)), "config_invalid/type config", "{text}");
        rows += 1;
    }
    println!("SAML config types refused: {rows}");
}

#[test]
fn defaults() {
    let config = config();
    assert_eq!((config.idp.entity_id.as_str(), config.idp.sso_redirect.as_str()), (IDP, SSO));
    assert_eq!(config.idp.keys.len(), 1);
    assert_eq!(config.idp.sign_out, "");
    assert_eq!(config.sp.entity_id, ENTITY);
    assert_eq!(config.sp.acs_url, "https://app.example/saml/acs");
    assert_eq!(config.sp.slo_url, SLO);
    assert_eq!(config.sp.acs_index, None);
    assert_eq!(config.sp.certificate, "");
    assert!(!config.sp.signs_requests);
    assert_eq!(config.signature_algorithm, None);
    assert_eq!(config.binding, Binding::Redirect);
    assert_eq!((config.policy.skew, config.policy.signed, config.policy.allow_idp_initiated), (60, Signed::Any, false));
    assert_eq!(config.policy.algorithms.len(), 9);
    assert_eq!(config.exchange, None);
    assert_eq!(config.common.redirect_uri, "https://app.example/callback");
    assert_eq!(config.common.name, "default");
    assert_eq!(config.common.default_roles, Vec::<String>::new());
    assert_eq!(config_with(&[("saml.sp.sloUrl", Value::Null)]).sp.slo_url, "");
}

#[test]
fn what_options_do() {
    let idp = |changes: &[(&str, Value)]| config_with(changes).idp;
    let out = "https://idp.example.com/out";
    assert_eq!(idp(&[("saml.idp.signOut", json!(out))]).sign_out, out);
    assert_eq!(idp(&[("saml.idp", metadata_and("signOut", out))]).sign_out, out);
    let keys = json!([RSA.certificate(), pem(&RSA_NEXT.certificate()), P256.certificate()]);
    assert_eq!(idp(&[("saml.idp.certificates", keys)]).keys.len(), 3);
    assert_eq!(idp(&[("saml.idp.certificates", json!(pem(&RSA.certificate())))]).keys.len(), 1);

    let sp = |changes: &[(&str, Value)]| config_with(changes).sp;
    for (written, read) in [
        ("/", "https://app.example/"),
        ("/acs?tenant=a&b=c", "https://app.example/acs?tenant=a&b=c"),
        ("https://app.example/acs", "https://app.example/acs"),
        ("https://app.example", "https://app.example"),
    ] {
        assert_eq!(sp(&[("saml.sp.acsUrl", json!(written))]).acs_url, read);
        assert_eq!(sp(&[("saml.sp.sloUrl", json!(written))]).slo_url, read);
    }
    let local = Config::parse(&config_json().to_string(), "http://localhost:3000").unwrap();
    assert_eq!(local.sp.acs_url, "http://localhost:3000/saml/acs");
    for index in [0, 7, 65_535] {
        assert_eq!(sp(&[("saml.sp.acsIndex", json!(index))]).acs_index, Some(index.to_string()));
    }
    // Bare base64, whatever it came as.
    let body = RSA.certificate();
    for written in [
        body.clone(),
        pem(&body),
        pem(&body).replace('\n', "\r\n"),
        format!(" {body}\n"),
        pem(&body).trim_end().into(),
        // As tools print it, on one line, indented, and with the next one behind it.
        format!("subject=CN = a\n{}", pem(&body)),
        pem(&body).replace('\n', ""),
        pem(&body).replace('\n', "\n  "),
        [pem(&body), pem(&RSA_NEXT.certificate())].concat(),
    ] {
        assert_eq!(sp(&[("saml.sp.certificate", json!(written))]).certificate, body);
    }

    let policy = |changes: &[(&str, Value)]| config_with(changes).policy;
    for (written, read) in
        [("any", Signed::Any), ("assertion", Signed::Assertion), ("both", Signed::Both), ("response", Signed::Response)]
    {
        assert_eq!(policy(&[("saml.signed", json!(written))]).signed, read);
    }
    for skew in [0, 1, 600] {
        assert_eq!(policy(&[("saml.skew", json!(skew))]).skew, skew);
    }
    assert!(policy(&[("saml.allowIdpInitiated", json!(true))]).allow_idp_initiated);
    assert!(!policy(&[("saml.allowIdpInitiated", json!(false))]).allow_idp_initiated);
    assert!(!policy(&[("saml.allowIdpInitiated", json!("restart"))]).allow_idp_initiated, "the page asks, nobody is let in");

    for (written, endpoint, is_form, client_id) in [
        (json!({ "tokenEndpoint": "/auth/saml" }), "https://app.example/auth/saml", false, ""),
        (json!({ "tokenEndpoint": "/a?b=c", "format": "json", "clientId": "x" }), "https://app.example/a?b=c", false, "x"),
        (json!({ "tokenEndpoint": "https://api.example/token", "format": "form" }), "https://api.example/token", true, ""),
        (
            json!({ "tokenEndpoint": "https://api.example", "format": "form", "clientId": "a b" }),
            "https://api.example",
            true,
            "a b",
        ),
        (json!({ "tokenEndpoint": "/token", "format": "form", "clientId": "" }), "https://app.example/token", true, ""),
    ] {
        let read = Exchange { endpoint: endpoint.into(), is_form, client_id: client_id.into() };
        assert_eq!(config_with(&[("saml.exchange", written)]).exchange, Some(read));
    }
}

#[test]
fn bindings() {
    for (idp, binding, expected) in [
        (both(), Value::Null, Binding::Redirect),
        (only_redirect(), Value::Null, Binding::Redirect),
        (only_post(), Value::Null, Binding::Post),
        (both(), json!("post"), Binding::Post),
        (both(), json!("redirect"), Binding::Redirect),
        (only_post(), json!("post"), Binding::Post),
    ] {
        assert_eq!(config_with(&[("saml.idp", idp.clone()), ("saml.binding", binding)]).binding, expected, "{idp}");
    }
    assert_eq!(config_with(&[("saml.binding", json!("post"))]).idp.sso_post, SSO, "by hand both have one address");
}

/// RFC 6931 §2.3.
#[test]
fn signature_algorithms() {
    let algorithm = |changes: &[(&str, Value)]| config_with(changes).signature_algorithm;
    assert_eq!(algorithm(&[("saml.sp.sign", json!(true))]), Some(Algorithm::Rs256));
    assert!(config_with(&[("saml.sp.sign", json!(true))]).sp.signs_requests);
    for (name, expected) in [
        ("2001/04/xmldsig-more#rsa-sha256", Algorithm::Rs256),
        ("2001/04/xmldsig-more#rsa-sha384", Algorithm::Rs384),
        ("2001/04/xmldsig-more#rsa-sha512", Algorithm::Rs512),
        ("2001/04/xmldsig-more#ecdsa-sha256", Algorithm::Es256),
        ("2001/04/xmldsig-more#ecdsa-sha384", Algorithm::Es384),
        ("2001/04/xmldsig-more#ecdsa-sha512", Algorithm::Es512),
        ("2007/05/xmldsig-more#sha256-rsa-MGF1", Algorithm::Ps256),
        ("2007/05/xmldsig-more#sha384-rsa-MGF1", Algorithm::Ps384),
        ("2007/05/xmldsig-more#sha512-rsa-MGF1", Algorithm::Ps512),
    ] {
        let name = json!(format!("http://www.w3.org/{name}"));
        let signs = [("saml.sp.sign", json!(true)), ("saml.sp.signatureAlgorithm", name.clone())];
        assert_eq!(algorithm(&signs), Some(expected));
        assert_eq!(algorithm(&[("saml.sp.signatureAlgorithm", name)]), None, "not without sp.sign");
    }
}
