//! One section in each of its forms, and every misuse with the field that it names.

use super::*;

/// Name, `authenticationConfiguration`: each is the guide's client.
fn forms() -> Vec<(&'static str, Value)> {
    let variables = json!({
        "AUTHENTICATION_PROVIDER": "aws-cognito",
        "AUTHENTICATION_CLIENT_TYPE": "public",
        "AUTHENTICATION_AUTHORITY": ISSUER,
        "AUTHENTICATION_CLIENT_ID": CLIENT_ID,
        "AUTHENTICATION_CALLBACK_URL": "https://app.example/callback",
        "AUTHENTICATION_JWT_PRINCIPAL_CLAIMS": "[email,preferred_username,sub]",
        "AUTHENTICATION_PUBLIC_KEYS": "[https://a.example]",
        "CUSTOM_OIDC_AUTHENTICATION_PROVIDER_NAME": "",
    });
    let authority = |text: &str| with(cognito(), json!({ "authority": text }));
    let id = |text: &str| with(cognito(), json!({ "clientId": text }));
    vec![
        ("object", cognito()),
        ("variables", variables.clone()),
        ("variables-in-quotes", with(variables.clone(), json!({ "AUTHENTICATION_CLIENT_ID": format!("\"{CLIENT_ID}\"") }))),
        ("variables-with-an-empty-text", with(variables.clone(), json!({ "AUTHENTICATION_CLIENT_TYPE": "\"\"" }))),
        ("variable-before-field", with(variables, json!({ "authority": "https://other.example", "provider": "okta" }))),
        ("default", authority(&["${AUTHENTICATION_AUTHORITY:-", ISSUER, "}"].concat())),
        ("default-in-quotes", id(&["${AUTHENTICATION_CLIENT_ID:-\"", CLIENT_ID, "\"}"].concat())),
        ("default-in-single-quotes", id(&["${AUTHENTICATION_CLIENT_ID:-'", CLIENT_ID, "'}"].concat())),
        ("default-with-a-mark-in-it", with(id("${A:-${B:-x}}"), json!({ "A": CLIENT_ID }))),
        ("variable-of-the-section", with(id("${CLIENT:-other}"), json!({ "CLIENT": CLIENT_ID }))),
        ("variable-without-default", with(id("${CLIENT}"), json!({ "CLIENT": CLIENT_ID }))),
        ("variable-before-a-default-in-braces", with(id("${CLIENT:-{Client ID}}"), json!({ "CLIENT": CLIENT_ID }))),
        ("several", id("${A:-7h3cl}${B:-1}${C}3n${D:-t1d}")),
        ("text-around", with(authority("https://${HOST}/${POOL:-eu-central-1_AbCdEfGhI}"), json!({ "HOST": host() }))),
        ("space-around", id(&[" ", CLIENT_ID, "\n"].concat())),
        (
            "unknown-fields",
            with(cognito(), json!({ "responseType": "id_token", "sessionExpiry": 604_800, "x": { "y": [null] } })),
        ),
        ("nulls", with(cognito(), json!({ "samlConfiguration": {}, "ldapConfiguration": { "host": "" } }))),
        (
            "empty-secrets",
            with(cognito(), json!({ "oidcConfiguration": { "id": "a", "secret": "${OIDC_CLIENT_SECRET:-\"\"}" } })),
        ),
    ]
}

fn host() -> &'static str {
    ISSUER.split('/').nth(2).unwrap()
}

#[test]
fn every_form_says_the_same() {
    for (name, authentication) in forms() {
        let config = client(authentication, json!({})).unwrap_or_else(|error| panic!("{name}: {error} {:?}", error.option()));
        assert_eq!(config.provider.issuers, [ISSUER, UPDATED_ISSUER], "{name}");
        assert_eq!(config.client_id, CLIENT_ID, "{name}");
        assert_eq!(config.common.redirect_uri, "https://app.example/callback", "{name}");
        assert!(config.issued().is_none(), "{name}");
    }
}

/// Name, changes of the guide's `authenticationConfiguration`, option and rule.
fn misuses() -> Vec<(&'static str, Value, &'static str)> {
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----";
    vec![
        ("provider-missing", json!({ "provider": null }), "provider: missing"),
        ("provider-empty", json!({ "provider": "" }), "provider: missing"),
        ("provider-a-variable-without-value", json!({ "provider": "${AUTHENTICATION_PROVIDER}" }), "provider: missing"),
        ("provider-a-number", json!({ "provider": 7 }), "provider: type"),
        ("provider-unknown", json!({ "provider": "github" }), "provider: unsupported"),
        ("provider-in-capitals", json!({ "provider": "Google" }), "provider: unsupported"),
        ("provider-basic", json!({ "provider": "basic" }), "provider: unsupported"),
        ("provider-ldap", json!({ "provider": "ldap" }), "provider: unsupported"),
        ("provider-its-own", json!({ "provider": "openmetadata", "clientType": "confidential" }), "provider: unsupported"),
        ("variable-basic", json!({ "AUTHENTICATION_PROVIDER": "basic" }), "AUTHENTICATION_PROVIDER: unsupported"),
        ("client-type-unknown", json!({ "clientType": "native" }), "clientType: malformed"),
        ("client-type-a-flag", json!({ "AUTHENTICATION_CLIENT_TYPE": true }), "AUTHENTICATION_CLIENT_TYPE: type"),
        ("authority-missing", json!({ "authority": null }), "authority: missing"),
        ("authority-an-empty-variable", json!({ "AUTHENTICATION_AUTHORITY": "" }), "AUTHENTICATION_AUTHORITY: missing"),
        ("authority-unfinished", json!({ "authority": "${AUTHENTICATION_AUTHORITY" }), "authority: malformed"),
        ("authority-no-pool", json!({ "authority": "https://accounts.google.com" }), "authority: malformed"),
        ("authority-a-list", json!({ "authority": [ISSUER] }), "authority: type"),
        ("client-missing", json!({ "clientId": null }), "clientId: missing"),
        ("client-empty-quotes", json!({ "clientId": "\"\"" }), "clientId: missing"),
        ("client-a-number", json!({ "clientId": 7 }), "clientId: type"),
        ("claims-a-number", json!({ "jwtPrincipalClaims": 1 }), "jwtPrincipalClaims: type"),
        ("claims-with-a-number", json!({ "jwtPrincipalClaims": ["email", 1] }), "jwtPrincipalClaims: type"),
        ("email-claim-a-list", json!({ "emailClaim": ["email"] }), "emailClaim: type"),
        ("mapping-of-one", json!({ "jwtPrincipalClaimsMapping": ["username:sub"] }), "jwtPrincipalClaimsMapping: malformed"),
        (
            "mapping-twice-the-same",
            json!({ "jwtPrincipalClaimsMapping": ["username:sub", "username:email"] }),
            "jwtPrincipalClaimsMapping: malformed",
        ),
        (
            "mapping-of-another",
            json!({ "jwtPrincipalClaimsMapping": ["username:sub", "email:email", "team:team"] }),
            "jwtPrincipalClaimsMapping: malformed",
        ),
        (
            "mapping-with-two-colons",
            json!({ "jwtPrincipalClaimsMapping": "[username:cognito:username,email:email]" }),
            "jwtPrincipalClaimsMapping: malformed",
        ),
        (
            "mapping-without-claim",
            json!({ "AUTHENTICATION_JWT_PRINCIPAL_CLAIMS_MAPPING": "[username:,email:email]" }),
            "AUTHENTICATION_JWT_PRINCIPAL_CLAIMS_MAPPING: malformed",
        ),
        ("mapping-of-no-pairs", json!({ "jwtPrincipalClaimsMapping": ["username"] }), "jwtPrincipalClaimsMapping: malformed"),
        (
            "placeholder",
            json!({ "authority": "https://cognito-idp.eu-central-1.amazonaws.com/{User Pool ID}" }),
            "authority: placeholder",
        ),
        (
            "placeholder-in-a-default",
            json!({ "authority": "${AUTHENTICATION_AUTHORITY:-https://cognito-idp.us-west-1.amazonaws.com/{User Pool ID}}" }),
            "authority: placeholder",
        ),
        (
            "placeholder-in-a-variable",
            json!({ "AUTHENTICATION_AUTHORITY": "https://x/{User Pool ID}" }),
            "AUTHENTICATION_AUTHORITY: placeholder",
        ),
        (
            "placeholder-in-a-list",
            json!({ "publicKeyUrls": ["https://x/{User Pool ID}/jwks.json"] }),
            "publicKeyUrls: placeholder",
        ),
        (
            "placeholder-in-a-text-list",
            json!({ "publicKeyUrls": "[https://x/{User Pool ID}/jwks.json]" }),
            "publicKeyUrls: placeholder",
        ),
        (
            "placeholder-within",
            json!({ "oidcConfiguration": { "discoveryUri": "https://x/{tenant}" } }),
            "oidcConfiguration.discoveryUri: placeholder",
        ),
        ("default-within-a-default", json!({ "clientId": "${A:-${B:-x}}" }), "clientId: placeholder"),
        ("secret", json!({ "oidcConfiguration": { "secret": "hush" } }), "oidcConfiguration.secret: client_secret"),
        (
            "secret-by-default",
            json!({ "oidcConfiguration": { "secret": "${X:-hush}" } }),
            "oidcConfiguration.secret: client_secret",
        ),
        ("secret-variable", json!({ "OIDC_CLIENT_SECRET": "hush" }), "OIDC_CLIENT_SECRET: client_secret"),
        ("secret-of-a-client", json!({ "clientSecret": "hush" }), "clientSecret: client_secret"),
        (
            "ldap-password",
            json!({ "ldapConfiguration": { "dnAdminPassword": "hush" } }),
            "ldapConfiguration.dnAdminPassword: client_secret",
        ),
        ("ldap-variable", json!({ "AUTHENTICATION_LOOKUP_ADMIN_PWD": "hush" }), "AUTHENTICATION_LOOKUP_ADMIN_PWD: client_secret"),
        (
            "key-store",
            json!({ "samlConfiguration": { "security": { "keyStorePassword": "hush" } } }),
            "samlConfiguration.security.keyStorePassword: client_secret",
        ),
        ("key-store-variable", json!({ "SAML_KEYSTORE_PASSWORD": "hush" }), "SAML_KEYSTORE_PASSWORD: client_secret"),
        (
            "key-without-its-frame",
            json!({ "samlConfiguration": { "sp": { "spPrivateKey": "MIIE" } } }),
            "samlConfiguration.sp.spPrivateKey: client_secret",
        ),
        (
            "private-key",
            json!({ "samlConfiguration": { "sp": { "spX509Certificate": pem } } }),
            "samlConfiguration.sp.spX509Certificate: private_key",
        ),
    ]
}

#[test]
fn every_misuse_names_its_field() {
    for (name, changes, expected) in misuses() {
        let expected = ["config_invalid openMetadata.authenticationConfiguration.", expected].concat();
        assert_eq!(refusal(name, client(with(cognito(), changes), json!({}))), expected, "{name}");
    }
    println!("openmetadata section refused: {}", misuses().len());
}

#[test]
fn every_misuse_of_the_authorizer_names_its_field() {
    for (name, authorizer, expected) in [
        ("flag-a-number", json!({ "enforcePrincipalDomain": 1 }), "enforcePrincipalDomain: type"),
        ("flag-another-text", json!({ "enforcePrincipalDomain": "yes" }), "enforcePrincipalDomain: type"),
        ("flag-variable", json!({ "AUTHORIZER_ENFORCE_PRINCIPAL_DOMAIN": "1" }), "AUTHORIZER_ENFORCE_PRINCIPAL_DOMAIN: type"),
        ("roles-flag", json!({ "AUTHORIZER_USE_ROLES_FROM_PROVIDER": "on" }), "AUTHORIZER_USE_ROLES_FROM_PROVIDER: type"),
        ("admins-an-object", json!({ "adminPrincipals": {} }), "adminPrincipals: type"),
        ("admin-addresses", json!({ "AUTHORIZER_ADMIN_EMAILS": 7 }), "AUTHORIZER_ADMIN_EMAILS: type"),
        ("domains", json!({ "AUTHORIZER_ALLOWED_DOMAINS": false }), "AUTHORIZER_ALLOWED_DOMAINS: type"),
        ("email-domains", json!({ "AUTHORIZER_ALLOWED_EMAIL_DOMAINS": false }), "AUTHORIZER_ALLOWED_EMAIL_DOMAINS: type"),
        ("domain-a-list", json!({ "principalDomain": ["a.example"] }), "principalDomain: type"),
        ("placeholder", json!({ "AUTHORIZER_ADMIN_PRINCIPALS": "[{user}]" }), "AUTHORIZER_ADMIN_PRINCIPALS: placeholder"),
        ("secret", json!({ "x": { "clientSecret": "hush" } }), "x.clientSecret: client_secret"),
    ] {
        let expected = ["config_invalid openMetadata.authorizerConfiguration.", expected].concat();
        assert_eq!(refusal(name, client(cognito(), authorizer)), expected, "{name}");
    }
}

#[test]
fn sections_that_are_none() {
    for (name, section, expected) in [
        ("section-a-text", json!("https://catalog.example"), "openMetadata: type"),
        (
            "authentication-a-text",
            json!({ "authenticationConfiguration": "x" }),
            "openMetadata.authenticationConfiguration: type",
        ),
        ("nothing", json!({}), "openMetadata.authenticationConfiguration.provider: missing"),
        (
            "authorizer-a-list",
            json!({ "authenticationConfiguration": cognito(), "authorizerConfiguration": [] }),
            "openMetadata.authorizerConfiguration: type",
        ),
        ("unknown", json!({ "authConfig": {} }), "openMetadata.authConfig: unknown"),
        ("secret", json!({ "client_secret": "hush" }), "openMetadata.client_secret: client_secret"),
        (
            "idp-a-text",
            json!({ "authenticationConfiguration": with(saml(), json!({ "samlConfiguration": { "idp": "x" } })) }),
            "openMetadata.authenticationConfiguration.samlConfiguration.idp: type",
        ),
    ] {
        assert_eq!(refusal(name, read(section)), ["config_invalid ", expected].concat(), "{name}");
    }
}

/// What is not OpenMetadata's is not filled in.
#[test]
fn only_this_section_is_expanded() {
    let json = json!({ "openMetadata": { "authenticationConfiguration": cognito() }, "redirectUri": "${X:-/callback}" });
    assert_eq!(refusal("redirect", parse(&json.to_string(), ORIGIN)), "config_invalid redirectUri: placeholder");
}
