//! Who the server takes somebody for: every rule of its legacy path, of the mapping and of `emailClaim`.

use super::*;
use gatepass::json::Json;
use gatepass::oidc::id_token::IdToken;
use gatepass::openmetadata::principal::Principal;

/// Name; changes of `authenticationConfiguration`; `authorizerConfiguration`; claims; `name email problem admin`.
type Row = (&'static str, Value, Value, Value, &'static str);

fn legacy() -> Vec<Row> {
    let domain = || json!({ "principalDomain": "corp.example" });
    vec![
        (
            "email-first-of-all",
            json!({}),
            domain(),
            json!({ "email": "ada@a.example", "preferred_username": "x", "sub": "s" }),
            "ada ada@a.example - -",
        ),
        (
            "preferred-username",
            json!({}),
            domain(),
            json!({ "preferred_username": "ada", "sub": "s" }),
            "ada ada@corp.example - -",
        ),
        (
            "preferred-username-an-address",
            json!({}),
            domain(),
            json!({ "preferred_username": "ada@b.example", "sub": "s" }),
            "ada ada@b.example - -",
        ),
        ("sub-alone", json!({}), domain(), json!({ "sub": "0ef4", "cognito:username": "ada" }), "0ef4 0ef4@corp.example - -"),
        ("cut-at-the-first-at", json!({}), domain(), json!({ "email": "ada@b@c.example" }), "ada ada@b@c.example - -"),
        ("capitals", json!({}), domain(), json!({ "email": "Ada@A.Example" }), "ada ada@a.example - -"),
        ("capitals-beyond-ascii", json!({}), domain(), json!({ "email": "ÄDA.Жук@a.example" }), "äda.жук äda.жук@a.example - -"),
        (
            "capitals-of-the-domain",
            json!({}),
            json!({ "principalDomain": "Corp.Example" }),
            json!({ "sub": "ada" }),
            "ada ada@corp.example - -",
        ),
        ("claim-in-capitals", json!({}), domain(), json!({ "Email": "ada@a.example" }), "ada ada@a.example - -"),
        (
            "order",
            json!({ "jwtPrincipalClaims": ["sub", "email"] }),
            domain(),
            json!({ "email": "ada@a.example", "sub": "s" }),
            "s s@corp.example - -",
        ),
        (
            "order-in-a-text",
            json!({ "jwtPrincipalClaims": "[\"sub\", 'email']" }),
            domain(),
            json!({ "email": "ada@a.example", "sub": "s" }),
            "s s@corp.example - -",
        ),
        (
            "order-in-a-variable",
            json!({ "AUTHENTICATION_JWT_PRINCIPAL_CLAIMS": "sub,email" }),
            domain(),
            json!({ "email": "ada@a.example", "sub": "s" }),
            "s s@corp.example - -",
        ),
        (
            "claim-of-cognito",
            json!({ "jwtPrincipalClaims": ["cognito:username"] }),
            domain(),
            json!({ "cognito:username": "Ada" }),
            "ada ada@corp.example - -",
        ),
        ("there-though-empty", json!({}), domain(), json!({ "email": "", "sub": "s" }), "  claims -"),
        ("there-though-no-text", json!({}), domain(), json!({ "email": 7, "sub": "s" }), "  claims -"),
        ("there-though-null", json!({}), domain(), json!({ "email": null, "sub": "s" }), "  claims -"),
        ("nobody-before-the-at", json!({}), domain(), json!({ "email": "@a.example" }), "  claims -"),
        ("none", json!({ "jwtPrincipalClaims": ["email"] }), domain(), json!({ "sub": "s" }), "  claims -"),
        (
            "no-claims-configured",
            json!({ "jwtPrincipalClaims": [] }),
            domain(),
            json!({ "email": "ada@a.example" }),
            "  claims -",
        ),
        ("domain-unsaid", json!({}), json!({}), json!({ "sub": "ada" }), "ada ada@openmetadata.org - -"),
        (
            "domain-variable",
            json!({}),
            json!({ "AUTHORIZER_PRINCIPAL_DOMAIN": "\"corp.example\"" }),
            json!({ "sub": "ada" }),
            "ada ada@corp.example - -",
        ),
        (
            "domain-of-the-allowed",
            json!({}),
            json!({ "allowedDomains": ["z.example", "corp.example"] }),
            json!({ "sub": "ada" }),
            "ada ada@corp.example - -",
        ),
        (
            "domain-of-the-allowed-addresses",
            json!({}),
            json!({ "allowedEmailDomains": ["z.example", "corp.example"], "allowedDomains": ["b.example"] }),
            json!({ "sub": "ada" }),
            "ada ada@corp.example - -",
        ),
    ]
}

fn mapped() -> Vec<Row> {
    let mapping = || json!({ "jwtPrincipalClaimsMapping": ["username:preferred_username", "email:upn"] });
    let text = json!({ "AUTHENTICATION_JWT_PRINCIPAL_CLAIMS_MAPPING": "[email:upn,username:preferred_username]" });
    let enforced = json!({ "enforcePrincipalDomain": true, "principalDomain": "corp.example" });
    vec![
        (
            "mapping",
            mapping(),
            json!({}),
            json!({ "preferred_username": "Ada", "upn": "A.L@a.example", "email": "x@y.example" }),
            "ada a.l@a.example - -",
        ),
        (
            "mapping-in-a-text",
            text,
            json!({}),
            json!({ "preferred_username": "Ada", "upn": "A.L@a.example" }),
            "ada a.l@a.example - -",
        ),
        (
            "mapping-empty",
            json!({ "jwtPrincipalClaimsMapping": "[]" }),
            json!({}),
            json!({ "email": "ada@a.example" }),
            "ada ada@a.example - -",
        ),
        (
            "mapping-in-capitals",
            mapping(),
            json!({}),
            json!({ "Preferred_Username": "ada", "UPN": "ada@a.example" }),
            "ada ada@a.example - -",
        ),
        (
            "mapping-cut",
            mapping(),
            json!({}),
            json!({ "preferred_username": "ada@b.example", "upn": "ada@a.example" }),
            "ada ada@a.example - -",
        ),
        ("mapping-without-name", mapping(), json!({}), json!({ "upn": "ada@a.example", "email": "ada@a.example" }), "  claims -"),
        (
            "mapping-with-an-empty-name",
            mapping(),
            json!({}),
            json!({ "preferred_username": "", "upn": "ada@a.example" }),
            "  claims -",
        ),
        (
            "mapping-with-a-domain-for-a-name",
            mapping(),
            json!({}),
            json!({ "preferred_username": "@b", "upn": "ada@a.example" }),
            "  claims -",
        ),
        (
            "mapping-without-address",
            mapping(),
            json!({}),
            json!({ "preferred_username": "ada", "email": "ada@a.example" }),
            "  email -",
        ),
        (
            "mapping-with-a-name-for-an-address",
            mapping(),
            json!({}),
            json!({ "preferred_username": "ada", "upn": "ada" }),
            "  email -",
        ),
        (
            "mapping-before-email-claim",
            with(mapping(), json!({ "emailClaim": "email" })),
            json!({}),
            json!({ "preferred_username": "ada", "upn": "a@a.example", "email": "x@y.example" }),
            "ada a@a.example - -",
        ),
        (
            "mapping-and-domain",
            mapping(),
            enforced.clone(),
            json!({ "preferred_username": "ada@corp.example", "upn": "ada@a.example" }),
            "ada ada@a.example domain -",
        ),
        (
            "mapping-and-its-domain",
            mapping(),
            enforced,
            json!({ "preferred_username": "ada", "upn": "ada@Corp.example" }),
            "ada ada@corp.example - -",
        ),
    ]
}

fn by_email() -> Vec<Row> {
    let claim = || json!({ "emailClaim": "mail" });
    let alone = || json!({ "emailClaim": "mail", "jwtPrincipalClaims": [] });
    vec![
        (
            "email-claim",
            claim(),
            json!({}),
            json!({ "mail": "Ada.L@A.Example", "email": "x@y.example" }),
            "ada.l ada.l@a.example - -",
        ),
        (
            "email-claim-in-a-variable",
            json!({ "AUTHENTICATION_EMAIL_CLAIM": "mail" }),
            json!({}),
            json!({ "mail": "ada@a.example", "sub": "s" }),
            "ada ada@a.example - -",
        ),
        (
            "email-claim-by-default",
            json!({ "emailClaim": "${AUTHENTICATION_EMAIL_CLAIM:-\"\"}" }),
            json!({}),
            json!({ "sub": "s" }),
            "s s@openmetadata.org - -",
        ),
        ("email-claim-missing", claim(), json!({}), json!({ "email": "ada@a.example" }), "ada ada@a.example - -"),
        ("email-claim-no-address", claim(), json!({}), json!({ "mail": "ada", "sub": "s" }), "s s@openmetadata.org - -"),
        ("email-claim-missing-and-nothing-else", alone(), json!({}), json!({ "email": "ada@a.example" }), "  email -"),
        ("email-claim-no-address-and-nothing-else", alone(), json!({}), json!({ "mail": "ada@localhost" }), "  email -"),
        ("email-claim-no-text-and-nothing-else", alone(), json!({}), json!({ "mail": ["ada@a.example"] }), "  email -"),
        (
            "email-domains",
            claim(),
            json!({ "allowedEmailDomains": ["A.example"] }),
            json!({ "mail": "ada@a.example" }),
            "ada ada@a.example - -",
        ),
        (
            "email-domains-of-others",
            claim(),
            json!({ "allowedEmailDomains": ["b.example"] }),
            json!({ "mail": "ada@a.example" }),
            "ada ada@a.example domain -",
        ),
        (
            "email-domains-variable",
            claim(),
            json!({ "AUTHORIZER_ALLOWED_EMAIL_DOMAINS": "[b.example]" }),
            json!({ "mail": "ada@a.example" }),
            "ada ada@a.example domain -",
        ),
        (
            "email-domains-before-the-others",
            claim(),
            json!({ "allowedEmailDomains": ["a.example"], "allowedDomains": ["b.example"], "enforcePrincipalDomain": true }),
            json!({ "mail": "ada@a.example" }),
            "ada ada@a.example - -",
        ),
        (
            "email-domains-without-email-claim",
            json!({}),
            json!({ "allowedEmailDomains": ["b.example"] }),
            json!({ "email": "ada@a.example" }),
            "ada ada@a.example - -",
        ),
        (
            "email-claim-and-domain",
            claim(),
            json!({ "principalDomain": "corp.example", "enforcePrincipalDomain": true }),
            json!({ "mail": "ada@a.example" }),
            "ada ada@a.example domain -",
        ),
    ]
}

fn domains() -> Vec<Row> {
    let enforced = |authorizer: Value| with(authorizer, json!({ "enforcePrincipalDomain": true }));
    let domain = || json!({ "principalDomain": "corp.example" });
    let allowed = |domains: Value| json!({ "principalDomain": "corp.example", "allowedDomains": domains });
    let ada = || json!({ "email": "ada@corp.example" });
    let eve = || json!({ "email": "eve@evil.example" });
    vec![
        ("domain", json!({}), enforced(domain()), ada(), "ada ada@corp.example - -"),
        ("domain-of-another", json!({}), enforced(domain()), eve(), "eve eve@evil.example domain -"),
        (
            "domain-below",
            json!({}),
            enforced(domain()),
            json!({ "email": "eve@x.corp.example" }),
            "eve eve@x.corp.example domain -",
        ),
        (
            "domain-of-the-second-part",
            json!({}),
            enforced(domain()),
            json!({ "email": "eve@evil.example@corp.example" }),
            "eve eve@evil.example@corp.example domain -",
        ),
        ("domain-in-capitals", json!({}), enforced(domain()), json!({ "email": "ada@Corp.Example" }), "ada ada@corp.example - -"),
        ("domain-not-in-the-claim", json!({}), enforced(domain()), json!({ "sub": "ada" }), "ada ada@corp.example domain -"),
        ("domain-not-enforced", json!({}), domain(), eve(), "eve eve@evil.example - -"),
        (
            "domain-enforced-by-a-text",
            json!({}),
            json!({ "AUTHORIZER_ENFORCE_PRINCIPAL_DOMAIN": "true" }),
            eve(),
            "eve eve@evil.example domain -",
        ),
        (
            "domain-not-enforced-by-a-text",
            json!({}),
            with(domain(), json!({ "enforcePrincipalDomain": "${X:-\"false\"}" })),
            eve(),
            "eve eve@evil.example - -",
        ),
        ("allowed", json!({}), enforced(allowed(json!(["a.example", "Evil.example"]))), eve(), "eve eve@evil.example - -"),
        ("allowed-others", json!({}), enforced(allowed(json!(["a.example"]))), ada(), "ada ada@corp.example domain -"),
        ("allowed-empty", json!({}), enforced(allowed(json!([]))), ada(), "ada ada@corp.example - -"),
        (
            "allowed-in-a-variable",
            json!({}),
            enforced(json!({ "AUTHORIZER_ALLOWED_DOMAINS": "[evil.example]" })),
            eve(),
            "eve eve@evil.example - -",
        ),
        ("allowed-and-not-enforced", json!({}), allowed(json!(["a.example"])), eve(), "eve eve@evil.example - -"),
        (
            "allowed-email-domains-are-others",
            json!({}),
            enforced(with(domain(), json!({ "allowedEmailDomains": ["evil.example"] }))),
            eve(),
            "eve eve@evil.example domain -",
        ),
    ]
}

fn verified() -> Vec<Row> {
    let claims = |verified: Value| json!({ "email": "ada@a.example", "email_verified": verified });
    let enforced = json!({ "enforcePrincipalDomain": true });
    let row = |name, verified, expected| (name, json!({}), json!({}), claims(verified), expected);
    vec![
        row("verified", json!(true), "ada ada@a.example - -"),
        row("verified-as-text", json!("true"), "ada ada@a.example - -"),
        row("unverified", json!(false), "ada ada@a.example email_verified -"),
        row("unverified-as-text", json!("false"), "ada ada@a.example email_verified -"),
        row("unverified-in-capitals", json!("False"), "ada ada@a.example email_verified -"),
        row("verified-a-number", json!(0), "ada ada@a.example - -"),
        row("verified-empty", json!(""), "ada ada@a.example - -"),
        (
            "unverified-by-email",
            json!({ "emailClaim": "email" }),
            json!({}),
            claims(json!(false)),
            "ada ada@a.example email_verified -",
        ),
        (
            "unverified-claim-in-capitals",
            json!({}),
            json!({}),
            json!({ "sub": "ada", "Email_Verified": false }),
            "ada ada@openmetadata.org email_verified -",
        ),
        // Every server refuses the domain, only those of 2026 the other.
        ("unverified-in-another-domain", json!({}), enforced, claims(json!(false)), "ada ada@a.example domain -"),
    ]
}

fn admins() -> Vec<Row> {
    let listed = |admins: Value| json!({ "adminPrincipals": admins });
    let roles = |authorizer: Value| with(authorizer, json!({ "useRolesFromProvider": true }));
    let ada = || json!({ "email": "ada@a.example" });
    let admin = |roles: Value| json!({ "email": "ada@a.example", "roles": roles });
    vec![
        ("admin", json!({}), listed(json!(["admin", "ada"])), ada(), "ada ada@a.example - true"),
        (
            "admin-of-the-variable",
            json!({}),
            json!({ "AUTHORIZER_ADMIN_PRINCIPALS": "[admin, ada]" }),
            ada(),
            "ada ada@a.example - true",
        ),
        ("admin-with-a-password", json!({}), listed(json!(["ada:hush"])), ada(), "ada ada@a.example - true"),
        ("admin-in-capitals", json!({}), listed(json!(["Ada"])), ada(), "ada ada@a.example - true"),
        ("admin-by-address", json!({}), json!({ "adminEmails": ["Ada@a.example"] }), ada(), "ada ada@a.example - true"),
        (
            "admin-by-address-in-a-variable",
            json!({}),
            json!({ "AUTHORIZER_ADMIN_EMAILS": "[ada@a.example]" }),
            ada(),
            "ada ada@a.example - true",
        ),
        (
            "admin-by-either",
            json!({}),
            json!({ "adminPrincipals": ["eve"], "adminEmails": ["ada@a.example"] }),
            ada(),
            "ada ada@a.example - true",
        ),
        ("others-are", json!({}), listed(json!(["admin", "adam", ":ada"])), ada(), "ada ada@a.example - false"),
        ("nobody-is-nobody", json!({}), listed(json!([":", ""])), json!({ "email": 7 }), "  claims -"),
        ("list-unknown", json!({}), json!({ "principalDomain": "a.example" }), ada(), "ada ada@a.example - -"),
        ("list-empty", json!({}), listed(json!([])), ada(), "ada ada@a.example - -"),
        ("role", json!({}), roles(json!({})), admin(json!(["Viewer", "Admin"])), "ada ada@a.example - true"),
        (
            "role-by-a-text",
            json!({}),
            json!({ "AUTHORIZER_USE_ROLES_FROM_PROVIDER": "true" }),
            admin(json!(["Admin"])),
            "ada ada@a.example - true",
        ),
        (
            "role-claim-in-capitals",
            json!({}),
            roles(json!({})),
            json!({ "email": "ada@a.example", "Roles": ["Admin"] }),
            "ada ada@a.example - true",
        ),
        ("role-and-list", json!({}), roles(listed(json!(["eve"]))), admin(json!(["Admin"])), "ada ada@a.example - true"),
        ("role-not-read", json!({}), listed(json!(["eve"])), admin(json!(["Admin"])), "ada ada@a.example - false"),
        ("role-of-others", json!({}), roles(listed(json!(["eve"]))), admin(json!(["admin", 7])), "ada ada@a.example - false"),
        ("role-a-text", json!({}), roles(listed(json!(["eve"]))), admin(json!("Admin")), "ada ada@a.example - false"),
    ]
}

#[test]
fn table() {
    let rows = [legacy(), mapped(), by_email(), domains(), verified(), admins()].concat();
    for (name, authentication, authorizer, claims, expected) in &rows {
        let config = client(with(cognito(), authentication.clone()), authorizer.clone()).expect(name);
        let principal = config.openmetadata.unwrap().principal(&json_of(claims));
        assert_eq!(written(&principal), *expected, "{name}");
    }
    println!("openmetadata principals: {}", rows.len());
}

/// What the server says in a token of its own it has judged already: no domain, no `email_verified`.
#[test]
fn tokens_of_the_server_itself() {
    let enforced = json!({ "enforcePrincipalDomain": true, "adminPrincipals": ["eve"] });
    for (name, claims, expected) in [
        ("token", json!({ "sub": "Ada", "email": "Ada@A.example", "preferred_username": "x" }), "ada ada@a.example - false"),
        ("unverified", json!({ "sub": "ada", "email": "ada@a.example", "email_verified": false }), "ada ada@a.example - false"),
        ("without-address", json!({ "sub": "ada" }), "ada  - false"),
        ("administrator", json!({ "sub": "ada", "roles": ["Admin"] }), "ada  - true"),
        ("listed", json!({ "sub": "eve" }), "eve  - true"),
    ] {
        let settings = client(saml(), enforced.clone()).unwrap().openmetadata.unwrap();
        assert_eq!(written(&settings.principal(&json_of(&claims))), expected, "{name}");
    }
}

/// Name, address.
#[test]
fn addresses_by_the_servers_expression() {
    for (address, holds) in [
        ("a@b.cc", true),
        ("A.b_c%d+e-9@x-1.y.example", true),
        ("a@b.c", false),
        ("a@b.c1", false),
        ("a@b.", false),
        ("a@.cc", false),
        ("a@b", false),
        ("@b.cc", false),
        ("a@b@c.cc", false),
        ("a b@c.cc", false),
        ("ä@b.cc", false),
        ("a@ä.cc", false),
        ("a@b.cä", false),
        ("a@b..cc", true),
        ("a@b_c.cc", false),
        (" a@b.cc", false),
    ] {
        let authentication = with(cognito(), json!({ "emailClaim": "mail", "jwtPrincipalClaims": [] }));
        let settings = client(authentication, json!({})).unwrap().openmetadata.unwrap();
        let principal = settings.principal(&json_of(&json!({ "mail": address })));
        assert_eq!(principal.problem, (!holds).then_some("email"), "{address}");
    }
}

/// What OpenMetadata's page shows for a name, first to last.
#[test]
fn display_names() {
    let all = json!({
        "name": "Ada L.", "given_name": "Ada", "family_name": "Lovelace", "preferred_username": "al@b.example",
        "email": "ada@a.example", "sub": "0ef4",
    });
    let settings = client(cognito(), json!({})).unwrap().openmetadata.unwrap();
    for (without, expected) in [
        (json!({}), "Ada L."),
        (json!({ "name": "" }), "Ada Lovelace"),
        (json!({ "name": 7, "family_name": null }), "Ada"),
        (json!({ "name": null, "given_name": null }), "Lovelace"),
        (json!({ "name": null, "given_name": null, "family_name": null }), "al"),
        (json!({ "name": null, "given_name": "", "family_name": "", "preferred_username": null }), "ada"),
        (json!({ "name": null, "given_name": null, "family_name": null, "preferred_username": null, "email": null }), "0ef4"),
    ] {
        let claims = json_of(&with(all.clone(), without));
        assert_eq!(settings.principal(&claims).json(&claims).text("displayName"), Some(expected));
    }
    let nobody = json_of(&json!({ "iat": 1 }));
    assert_eq!(settings.principal(&nobody).json(&nobody).write(), r#"{"problem":"claims"}"#);
}

/// What the page sees: `user.principal`, `user.isAdmin`, and the roles of the token.
#[test]
fn the_user() {
    let user = |authorizer: Value, claims: Value| {
        let config = client(cognito(), authorizer).unwrap();
        let mut session = Answer::honest().session();
        session.identity = IdToken { claims: json_of(&claims), ..session.identity };
        serde_json::from_str::<Value>(&session.user(&config).write()).unwrap()
    };
    let seen = user(
        json!({ "adminPrincipals": ["ada"] }),
        json!({ "email": "Ada@a.example", "email_verified": false, "roles": ["DataSteward"] }),
    );
    let principal = json!({ "name": "ada", "email": "ada@a.example", "displayName": "Ada", "problem": "email_verified" });
    assert_eq!((&seen["principal"], seen.get("isAdmin"), &seen["roles"]), (&principal, None, &json!(["DataSteward"])));
    let ada = user(json!({ "adminPrincipals": ["ada"] }), json!({ "email": "Ada@a.example" }));
    assert_eq!((&ada["principal"]["name"], &ada["isAdmin"]), (&json!("ada"), &json!(true)));
    assert_eq!(user(json!({}), json!({ "sub": "ada" })).get("isAdmin"), None, "the server does not tell");
    assert_eq!(Answer::honest().session().user(&config()).get("principal"), None, "another door");
}

fn written(principal: &Principal) -> String {
    let admin = principal.is_admin.map_or("-".into(), |is_admin| is_admin.to_string());
    [&principal.name, &principal.email, principal.problem.unwrap_or("-"), admin.as_str()].join(" ")
}

fn json_of(value: &Value) -> Json {
    Json::parse(&value.to_string()).unwrap()
}
