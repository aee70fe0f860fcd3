//! Changed at random: an answer or a typed error, never a panic; and no changed token is believed.

use super::*;
use crate::noise::{Noise, ROUNDS};
use gatepass::json::Json;
use gatepass::openmetadata::{config, issued, server};
use gatepass::secret::Secret;

#[test]
fn every_reader_survives_noise() {
    let variables = json!({
        "AUTHENTICATION_PROVIDER": "${PROVIDER:-aws-cognito}",
        "AUTHENTICATION_AUTHORITY": "${HOST:-https://cognito-idp.eu-central-1.amazonaws.com}/${POOL:-'eu-central-1_a'}",
        "AUTHENTICATION_CLIENT_ID": "\"a\"",
        "AUTHENTICATION_JWT_PRINCIPAL_CLAIMS": "[email, 'sub', \"x\"]",
        "AUTHENTICATION_JWT_PRINCIPAL_CLAIMS_MAPPING": "[username:sub,email:email]",
        "SAML_AUTHORITY_URL": "http://localhost:8585/api/v1/saml/login",
    });
    let authorizer = json!({ "AUTHORIZER_ADMIN_PRINCIPALS": "[ada:x, eve]", "AUTHORIZER_ENFORCE_PRINCIPAL_DOMAIN": "true" });
    let sections = json!({ "server": SERVER, "authenticationConfiguration": variables, "authorizerConfiguration": authorizer });
    let claims = json!({ "email": "Ada@A.example", "email_verified": "false", "roles": ["Admin"], "name": "Ä Ж" });
    let readers: [(String, fn(&str)); 8] = [
        (json!({ "openMetadata": sections }).to_string(), |text| {
            if let Ok(config) = parse(text, ORIGIN) {
                assert!(!config.common.redirect_uri.is_empty());
            }
        }),
        (json!({ "openMetadata": { "server": SERVER } }).to_string(), |text| {
            let _ = server::asked(text, ORIGIN);
        }),
        (json!({ "openMetadata": { "server": SERVER, "authorizerConfiguration": {} } }).to_string(), |text| {
            let answer = response(200, cognito().to_string());
            let _ = server::configured(text, &[answer.clone(), answer]);
        }),
        (cognito().to_string(), |text| {
            let answer = response(200, text);
            let config = json!({ "openMetadata": { "authorizerConfiguration": { "x": {} } } }).to_string();
            if let Ok(whole) = server::configured(&config, &[answer.clone(), answer]) {
                let _ = parse(&whole, ORIGIN);
            }
        }),
        (format!("{ORIGIN}/auth/callback?id_token=a&x#id_token=b%20&email=a%40b"), |text| {
            let _ = issued::token_in(text);
            let _ = issued::answer("", text, &super::issued::transaction(), None, NOW);
        }),
        (r#"{"accessToken":"n3w","refreshToken":"r","expiryDuration":3600}"#.into(), |text| {
            let _ = issued::read_refresh(&response(200, text));
        }),
        (claims.to_string(), |text| {
            let Ok(claims) = Json::parse(text) else { return };
            for changes in [json!({}), json!({ "emailClaim": "email" }), json!({ "jwtPrincipalClaimsMapping": "[username:name,email:email]" })] {
                let settings = client(with(cognito(), changes), json!({ "useRolesFromProvider": true })).unwrap().openmetadata.unwrap();
                let principal = settings.principal(&claims);
                assert!(Json::parse(&principal.json(&claims).write()).is_ok());
            }
        }),
        (json!({ "issuer": ISSUER, "authorization_endpoint": "https://a.example/a", "token_endpoint": "https://a.example/t", "jwks_uri": "https://a.example/k" }).to_string(), |text| {
            let known = client(cognito(), json!({})).unwrap().provider;
            let _ = config::discovered(&response(200, text), &known);
        }),
    ];
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    for (honest, read) in &readers {
        read(honest);
        for _ in 0..ROUNDS / 4 {
            read(&noise.change(honest));
        }
    }
}

/// However many there are: no depth of the stack. One without end is a text like any other.
#[test]
fn variables_without_number_and_without_end() {
    let left = "config_invalid openMetadata.authenticationConfiguration.clientId: missing";
    let unfinished = "${A".repeat(50_000);
    let config = client(with(cognito(), json!({ "clientId": unfinished })), json!({})).unwrap();
    assert_eq!(config.client_id, unfinished);
    for text in ["${A}".repeat(50_000), ["${A:-", &"{".repeat(10_000), &"}".repeat(10_000), "}"].concat()] {
        let refused = client(with(cognito(), json!({ "clientId": text, "A": "" })), json!({}));
        assert_eq!(refusal("many", refused), left);
    }
}

/// What a token is hidden behind is not printed.
#[test]
fn nothing_secret_is_printed() {
    let config = client(saml(), json!({})).unwrap();
    let requests =
        [config.issued().unwrap().refresh(&Secret::new("r3fr3sh")), config.issued().unwrap().logout(&Secret::new("t0ken"))];
    for request in &requests {
        let printed = format!("{request:?}");
        assert!(!printed.contains("r3fr3sh") && !printed.contains("t0ken") && !request.url.contains("t0ken"), "{printed}");
    }
    assert_eq!(format!("{:?}", issued::token_in("https://a.example/?id_token=t0ken").unwrap().unwrap()), "[redacted]");
}
