//! What the server is asked before there is a client, and what its answers make of the configuration.

use super::*;
use gatepass::openmetadata::server::{asked, configured};
use gatepass::wire::HttpResponse;

#[test]
fn what_is_asked() {
    for (name, section, expected) in [
        ("server", json!({ "server": SERVER }), "https://catalog.example/api/v1"),
        ("slash", json!({ "server": "https://catalog.example/" }), "https://catalog.example/api/v1"),
        ("base-path", json!({ "server": "https://a.example/om/" }), "https://a.example/om/api/v1"),
        ("path-of-this-origin", json!({ "server": "/om" }), "https://app.example/om/api/v1"),
        ("this-origin", json!({}), "https://app.example/api/v1"),
        ("localhost", json!({ "server": "http://localhost:8585" }), "http://localhost:8585/api/v1"),
        ("authorizer-alone", json!({ "server": SERVER, "authorizerConfiguration": {} }), "https://catalog.example/api/v1"),
    ] {
        let [authentication, authorizer] = asked(&text(section), ORIGIN).unwrap().expect(name);
        assert_eq!(authentication.url, format!("{expected}/system/config/auth"), "{name}");
        assert_eq!(authorizer.url, format!("{expected}/system/config/authorizer"), "{name}");
        assert!(authentication.body.is_none() && authentication.header.is_none() && !authentication.cookies, "{name}");
        assert_eq!(authentication.limit, 128 * 1024, "{name}");
    }
    assert!(asked(&text(json!({ "authenticationConfiguration": cognito() })), ORIGIN).unwrap().is_none());
}

#[test]
fn what_cannot_be_asked() {
    for (config, expected) in [
        ("{", "config: type"),
        ("{}", "openMetadata: type"),
        (r#"{"openMetadata":"https://catalog.example"}"#, "openMetadata: type"),
        (r#"{"openMetadata":{"server":"http://catalog.example"}}"#, "openMetadata.server: insecure"),
        (r#"{"openMetadata":{"server":"catalog.example"}}"#, "openMetadata.server: malformed"),
        (r#"{"openMetadata":{"server":"https://catalog.example?a"}}"#, "openMetadata.server: malformed"),
        (r#"{"openMetadata":{"server":"//catalog.example"}}"#, "openMetadata.server: malformed"),
        (r#"{"openMetadata":{"server":8585}}"#, "openMetadata.server: type"),
    ] {
        assert_eq!(refusal(config, asked(config, ORIGIN)), ["config_invalid ", expected].concat(), "{config}");
    }
}

/// What a server of before 2026 says of a public client: nothing of it but these fields was written by anybody.
fn said() -> Value {
    with(
        cognito(),
        json!({ "responseType": "id_token", "publicKeyUrls": [], "ldapConfiguration": null, "samlConfiguration": null }),
    )
}

#[test]
fn both_answers_make_the_client() {
    let config =
        configured(&text(json!({ "server": SERVER })), &answers(said(), json!({ "principalDomain": "corp.example" }))).unwrap();
    let config = parse(&config, ORIGIN).unwrap();
    assert_eq!((config.provider.issuer(), config.client_id.as_str()), (ISSUER, CLIENT_ID));
    assert_eq!(principal(&config, "sub", "ada"), ("ada@corp.example".into(), None));
    let issued = configured(&text(json!({ "server": SERVER })), &answers(saml(), json!({}))).unwrap();
    assert!(parse(&issued, ORIGIN).unwrap().issued().is_some());
}

/// The server tells a page the domain alone: what the app knows beside that goes first, and together with it.
#[test]
fn what_the_app_says_goes_first() {
    let server = json!({ "principalDomain": "corp.example", "adminPrincipals": ["eve"] });
    for (own, expected) in [
        (json!({ "adminPrincipals": ["ada"] }), ("ada@corp.example", Some(true))),
        (json!({ "principalDomain": "b.example" }), ("ada@b.example", Some(false))),
        (json!({ "AUTHORIZER_PRINCIPAL_DOMAIN": "b.example" }), ("ada@b.example", Some(false))),
        (json!({}), ("ada@corp.example", Some(false))),
    ] {
        let section = json!({ "server": SERVER, "authorizerConfiguration": own });
        let config = parse(&configured(&text(section), &answers(said(), server.clone())).unwrap(), ORIGIN).unwrap();
        let (email, is_admin) = expected;
        assert_eq!(principal(&config, "sub", "ada"), (email.into(), is_admin), "{own}");
    }
    let section = json!({ "server": SERVER, "authorizerConfiguration": "x" });
    let config = configured(&text(section), &answers(said(), server)).unwrap();
    assert_eq!(refusal("text", parse(&config, ORIGIN)), "config_invalid openMetadata.authorizerConfiguration: type");
}

/// Name, `callbackUrl` of the server, `redirectUri` of the app; the redirect URI or the refusal.
#[test]
fn callbacks_that_a_page_knows_beforehand() {
    let missing = "config_invalid redirectUri: missing";
    for (name, callback, redirect_uri, expected) in [
        ("callback", "https://app.example/callback", None, "https://app.example/callback"),
        ("auth-callback", "https://app.example/auth/callback", None, "https://app.example/auth/callback"),
        ("saml-callback", "https://app.example/saml/callback", None, "https://app.example/saml/callback"),
        ("empty", "", None, "https://app.example/callback"),
        ("elsewhere", "https://app.example/om/callback", None, missing),
        ("elsewhere-and-said", "https://app.example/om/callback", Some("/om/callback"), "https://app.example/om/callback"),
        ("of-another-origin", "https://catalog.example/om/callback", Some("/callback"), "https://app.example/callback"),
    ] {
        let mut json = json!({ "openMetadata": { "server": SERVER } });
        if let Some(redirect_uri) = redirect_uri {
            json["redirectUri"] = json!(redirect_uri);
        }
        match configured(&json.to_string(), &answers(with(said(), json!({ "callbackUrl": callback })), json!({}))) {
            Ok(config) => match parse(&config, ORIGIN) {
                Ok(config) => assert_eq!(config.common.redirect_uri, expected, "{name}"),
                refused => assert_eq!(refusal(name, refused), expected, "{name}"),
            },
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

/// Name, status and body of one answer; the verdict, whichever of the two it is.
#[test]
fn answers_that_are_none() {
    for (name, status, body, expected) in [
        ("honest", 200, Some("{}"), "ok"),
        ("not-found", 404, Some("{}"), "discovery_invalid/status"),
        ("unauthorized", 401, Some("{}"), "discovery_invalid/status"),
        ("redirect", 302, Some(""), "discovery_invalid/status"),
        ("internal", 500, Some("{}"), "provider_unavailable"),
        ("gateway", 502, None, "provider_unavailable"),
        ("html", 200, Some("<html>"), "discovery_invalid/not_json"),
        ("list", 200, Some("[]"), "discovery_invalid/not_json"),
        ("empty", 200, Some(""), "discovery_invalid/not_json"),
        ("too-large", 200, None, "discovery_invalid/too_large"),
        ("to-be-filled-in", 200, Some(r#"{"clientId":"${A:-b}"}"#), "discovery_invalid/placeholder"),
    ] {
        let answer = HttpResponse { body: body.map(gatepass::secret::Secret::new), ..response(status, "") };
        let honest = response(200, said().to_string());
        for answers in [[answer.clone(), honest.clone()], [honest, answer]] {
            assert_eq!(verdict(configured(&text(json!({})), &answers)), expected, "{name}");
        }
    }
    assert_eq!(verdict(configured("[", &answers(said(), json!({})))), "config_invalid/type");
}

/// Variables are for files: a server cannot say by one what the app has said by a field.
#[test]
fn a_server_says_no_variables() {
    let app = json!({ "authorizerConfiguration": { "adminPrincipals": ["ada"] } });
    let variables = json!({ "AUTHORIZER_ADMIN_PRINCIPALS": "[mallory]", "principalDomain": "a.example" });
    let config = parse(&configured(&text(app), &answers(said(), variables)).unwrap(), ORIGIN).unwrap();
    assert_eq!(principal(&config, "email", "mallory@a.example").1, Some(false));
    assert_eq!(principal(&config, "email", "ada@a.example").1, Some(true));
}

/// A server that was configured with the guide's text left in says so, and the field is named.
#[test]
fn a_servers_placeholder_is_named() {
    let authority = "https://cognito-idp.us-west-1.amazonaws.com/{User Pool ID}";
    let config = configured(&text(json!({})), &answers(with(said(), json!({ "authority": authority })), json!({}))).unwrap();
    let expected = "config_invalid openMetadata.authenticationConfiguration.authority: placeholder";
    assert_eq!(refusal("placeholder", parse(&config, ORIGIN)), expected);
}

fn principal(config: &Config, claim: &str, value: &str) -> (String, Option<bool>) {
    let claims = gatepass::json::Json::parse(&json!({ claim: value }).to_string()).unwrap();
    let principal = config.openmetadata.as_ref().unwrap().principal(&claims);
    (principal.email, principal.is_admin)
}

fn answers(authentication: Value, authorizer: Value) -> [HttpResponse; 2] {
    [authentication, authorizer].map(|answer| response(200, answer.to_string()))
}

fn text(section: Value) -> String {
    json!({ "openMetadata": section }).to_string()
}
