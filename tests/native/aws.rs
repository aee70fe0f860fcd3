//! Temporary AWS credentials: the section's misuses, what is asked, what is believed, what happens after a refusal, how long
//! credentials are given out.

use crate::support::*;
use gatepass::aws::config::Config;
use gatepass::aws::credentials::{freshness, lifetime};
use gatepass::aws::flow::{Flow, Step};
use gatepass::aws::identity_pool::Login;
use gatepass::form;
use gatepass::oidc;
use gatepass::secret::Secret;
use gatepass::wire::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

const POOL: &str = "eu-central-1:2f6c1f2e-0d0b-4f43-9d7e-7c1d1f6a0b11";
const IDENTITY: &str = "eu-central-1:11111111-2222-3333-4444-555555555555";
const OTHER_IDENTITY: &str = "eu-central-1:99999999-2222-3333-4444-555555555555";
const ROLE: &str = "arn:aws:iam::123456789012:role/team/reader";
const PROVIDER: &str = "arn:aws:iam::123456789012:saml-provider/idp";
const ISSUER: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI";
const AT: i64 = 1_780_315_200;

fn parse(aws: Value) -> Result<Config, gatepass::error::Error> {
    Config::parse(&json!({ "cognito": {}, "aws": aws }).to_string())
}

fn saml_page(aws: Value, exchange: bool) -> Result<Config, gatepass::error::Error> {
    let saml = if exchange { json!({ "exchange": {} }) } else { json!({}) };
    Config::parse(&json!({ "saml": saml, "aws": aws }).to_string())
}

fn refusal(result: Result<Config, gatepass::error::Error>) -> String {
    match result {
        Ok(config) => format!("accepted: {config:?}"),
        Err(error) => {
            assert_eq!(error.code.as_str(), "config_invalid");
            format!("{}: {}", error.option().unwrap_or_default(), error.rule)
        }
    }
}

/// The pool with further options.
fn pool(more: Value) -> Value {
    let mut aws = json!({ "identityPoolId": POOL });
    aws.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    aws
}

#[test]
fn every_misuse_names_its_option() {
    let saml = json!({ "providerArn": PROVIDER });
    for (name, aws, expected) in [
        ("not-an-object", json!("pool"), "aws: type"),
        ("unknown", pool(json!({ "identityPoolID": POOL })), "aws.identityPoolID: unknown"),
        ("a-secret", pool(json!({ "clientSecret": "hush" })), "aws.clientSecret: client_secret"),
        ("placeholder", json!({ "identityPoolId": "{pool}" }), "aws.identityPoolId: placeholder"),
        ("pool-missing", json!({}), "aws.identityPoolId: missing"),
        ("pool-without-guid", json!({ "identityPoolId": "eu-central-1" }), "aws.identityPoolId: malformed"),
        ("pool-a-user-pool", json!({ "identityPoolId": "eu-central-1_AbCdEfGhI" }), "aws.identityPoolId: malformed"),
        ("pool-empty-guid", json!({ "identityPoolId": "eu-central-1:" }), "aws.identityPoolId: malformed"),
        ("pool-odd-region", json!({ "identityPoolId": "europe:2f6c" }), "aws.identityPoolId: malformed"),
        ("pool-with-a-path", json!({ "identityPoolId": "eu-central-1:2f6c/.." }), "aws.identityPoolId: malformed"),
        ("pool-a-number", json!({ "identityPoolId": 7 }), "aws.identityPoolId: type"),
        ("region-a-host", pool(json!({ "region": "eu-central-1.evil.example" })), "aws.region: malformed"),
        ("role-a-name", pool(json!({ "roleArn": "reader" })), "aws.roleArn: malformed"),
        ("role-of-a-user", pool(json!({ "roleArn": "arn:aws:iam::123456789012:user/ada" })), "aws.roleArn: malformed"),
        ("role-nameless", pool(json!({ "roleArn": "arn:aws:iam::123456789012:role/" })), "aws.roleArn: malformed"),
        ("role-short-account", pool(json!({ "roleArn": "arn:aws:iam::1234:role/reader" })), "aws.roleArn: malformed"),
        ("role-with-space", pool(json!({ "roleArn": "arn:aws:iam::123456789012:role/a b" })), "aws.roleArn: malformed"),
        ("role-of-no-partition", pool(json!({ "roleArn": "arn:gcp:iam::123456789012:role/a" })), "aws.roleArn: malformed"),
        ("role-in-a-region", pool(json!({ "roleArn": "arn:aws:iam:eu:123456789012:role/a" })), "aws.roleArn: malformed"),
        ("role-too-long", pool(json!({ "roleArn": format!("{ROLE}{}", "x".repeat(2048)) })), "aws.roleArn: malformed"),
        ("logins-key-empty", pool(json!({ "loginsKey": "" })), "aws.loginsKey: malformed"),
        ("logins-key-too-long", pool(json!({ "loginsKey": "x".repeat(129) })), "aws.loginsKey: malformed"),
        ("guest-a-text", pool(json!({ "guest": "yes" })), "aws.guest: type"),
        ("flow-odd", pool(json!({ "flow": "classic" })), "aws.flow: malformed"),
        ("account-short", pool(json!({ "accountId": "123" })), "aws.accountId: malformed"),
        ("account-a-number", pool(json!({ "accountId": 123456789012_i64 })), "aws.accountId: type"),
        ("basic-without-role", pool(json!({ "flow": "basic" })), "aws.roleArn: missing"),
        ("basic-for-guests", pool(json!({ "flow": "basic", "roleArn": ROLE, "guest": true })), "aws.guest: conflict"),
        (
            "session-with-space",
            pool(json!({ "flow": "basic", "roleArn": ROLE, "sessionName": "a b" })),
            "aws.sessionName: malformed",
        ),
        ("session-short", pool(json!({ "flow": "basic", "roleArn": ROLE, "sessionName": "a" })), "aws.sessionName: malformed"),
        ("session-enhanced", pool(json!({ "sessionName": "ada" })), "aws.sessionName: conflict"),
        ("duration-enhanced", pool(json!({ "durationSeconds": 900 })), "aws.durationSeconds: conflict"),
        (
            "duration-short",
            pool(json!({ "flow": "basic", "roleArn": ROLE, "durationSeconds": 899 })),
            "aws.durationSeconds: malformed",
        ),
        (
            "duration-long",
            pool(json!({ "flow": "basic", "roleArn": ROLE, "durationSeconds": 43201 })),
            "aws.durationSeconds: malformed",
        ),
        (
            "duration-a-fraction",
            pool(json!({ "flow": "basic", "roleArn": ROLE, "durationSeconds": 900.5 })),
            "aws.durationSeconds: malformed",
        ),
        ("endpoints-a-text", pool(json!({ "endpoints": "http://localhost" })), "aws.endpoints: type"),
        ("endpoint-unknown", pool(json!({ "endpoints": { "iam": "https://a.example" } })), "aws.endpoints.iam: unknown"),
        ("endpoint-http", pool(json!({ "endpoints": { "sts": "http://a.example" } })), "aws.endpoints.sts: insecure"),
        ("endpoint-relative", pool(json!({ "endpoints": { "identityPool": "/aws" } })), "aws.endpoints.identityPool: malformed"),
        ("saml-at-cognito", pool(json!({ "saml": saml })), "aws.saml: conflict"),
    ] {
        assert_eq!(refusal(parse(aws)), expected, "{name}");
    }
    let text = json!({ "openMetadata": {}, "aws": pool(json!({ "saml": saml })) }).to_string();
    assert_eq!(refusal(Config::parse(&text)), "aws.saml: conflict", "no response of ours");
    assert_eq!(refusal(Config::parse(r#"{"cognito":{}}"#)), "aws: missing");
    assert_eq!(refusal(Config::parse("no json")), "config: type");

    for (name, aws, exchange, expected) in [
        ("no-saml", pool(json!({})), false, "aws.saml: missing"),
        ("tokens-of-unknown-issuer", pool(json!({})), true, "aws.loginsKey: missing"),
        ("saml-a-text", json!({ "saml": PROVIDER }), false, "aws.saml: type"),
        ("provider-missing", json!({ "saml": {} }), false, "aws.saml.providerArn: missing"),
        ("provider-a-role", json!({ "saml": { "providerArn": ROLE } }), false, "aws.saml.providerArn: malformed"),
        ("saml-unknown", json!({ "saml": { "providerArn": PROVIDER, "role": ROLE } }), false, "aws.saml.role: unknown"),
        ("saml-role", json!({ "saml": { "providerArn": PROVIDER, "roleArn": "a" } }), false, "aws.saml.roleArn: malformed"),
        ("sts-without-role", json!({ "region": "eu-central-1", "saml": saml }), false, "aws.roleArn: missing"),
        ("sts-without-region", json!({ "roleArn": ROLE, "saml": saml }), false, "aws.region: missing"),
        (
            "sts-for-guests",
            json!({ "region": "eu-central-1", "roleArn": ROLE, "saml": saml, "guest": true }),
            false,
            "aws.guest: conflict",
        ),
        ("basic", pool(json!({ "roleArn": ROLE, "saml": saml, "flow": "basic" })), false, "aws.flow: conflict"),
        ("logins-key", pool(json!({ "saml": saml, "loginsKey": "a" })), false, "aws.loginsKey: conflict"),
    ] {
        assert_eq!(refusal(saml_page(aws, exchange)), expected, "{name}");
    }
}

#[test]
fn every_door_leaves_the_section_alone() {
    let mut page = config_json();
    page["aws"] = json!({ "identityPoolID": "a mistake of another room" });
    assert!(oidc::config::Config::parse(&page.to_string(), ORIGIN).is_ok());
}

#[test]
fn addresses_by_region() {
    for (aws, identity_pool, sts) in [
        (pool(json!({})), "https://cognito-identity.eu-central-1.amazonaws.com/", "https://sts.eu-central-1.amazonaws.com/"),
        (
            pool(json!({ "region": "cn-north-1" })),
            "https://cognito-identity.cn-north-1.amazonaws.com.cn/",
            "https://sts.cn-north-1.amazonaws.com.cn/",
        ),
        (
            pool(json!({ "endpoints": { "sts": "https://sts.amazonaws.com" } })),
            "https://cognito-identity.eu-central-1.amazonaws.com/",
            "https://sts.amazonaws.com",
        ),
        (
            pool(json!({ "endpoints": { "identityPool": "http://localhost:4577/" } })),
            "http://localhost:4577/",
            "https://sts.eu-central-1.amazonaws.com/",
        ),
    ] {
        let config = parse(aws).unwrap();
        assert_eq!((config.pool.unwrap().endpoint.as_str(), config.sts_endpoint.as_str()), (identity_pool, sts));
    }
    let config = saml_page(
        json!({ "roleArn": ROLE, "saml": { "providerArn": PROVIDER }, "endpoints": { "sts": "https://sts.amazonaws.com/" } }),
        false,
    );
    assert_eq!(config.unwrap().sts_endpoint, "https://sts.amazonaws.com/");
}

#[test]
fn the_logins_key_is_the_issuer_unless_the_app_names_it() {
    let updated = "https://issuer-cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a";
    let saml = saml_page(pool(json!({ "saml": { "providerArn": PROVIDER } })), false).unwrap();
    let named = parse(pool(json!({ "loginsKey": "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a" }))).unwrap();
    for (config, issuer, key) in [
        (&parse(pool(json!({}))).unwrap(), ISSUER, &ISSUER[8..]),
        (&parse(pool(json!({}))).unwrap(), updated, &updated[8..]),
        (&parse(pool(json!({}))).unwrap(), "http://localhost:9", "http://localhost:9"),
        (&named, updated, "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a"),
        (&saml, "", PROVIDER),
    ] {
        assert_eq!(Login::new(config, issuer, Secret::new("t")).key, key);
    }
}

/// For noise.rs.
pub fn readers() -> [(&'static str, String, fn(&str)); 3] {
    [
        ("aws configuration", json!({ "aws": pool(json!({ "roleArn": ROLE, "flow": "basic" })) }).to_string(), |text| {
            let _ = Config::parse(text);
        }),
        ("identity pool", given("1.7803188E9").body.unwrap().expose().into(), |text| {
            let _ = flow(parse(pool(json!({}))).unwrap(), Some("t"), Some(IDENTITY)).take(&response(200, text), AT);
            let _ = begin(false).take(&response(400, text), AT);
        }),
        ("sts", sts("2026-06-01T13:00:00Z").body.unwrap().expose().into(), |text| {
            let _ = begin(true).take(&response(200, text), AT);
            let _ = begin(true).take(&response(400, text), AT);
        }),
    ]
}

// ── Flows: each request, and what its answer leads to.

fn flow(config: Config, login: Option<&str>, kept: Option<&str>) -> Flow {
    let login = login.map(|token| Login::new(&config, ISSUER, Secret::new(token)));
    Flow::begin(config.into(), login, kept.map(String::from))
}

/// A request as the tables say it: the action and its body as JSON, or as pairs.
fn request(step: Step) -> (String, Value) {
    let Step::Ask(HttpRequest { url, body: Some((content_type, body)), header, keepalive, .. }) = step else {
        panic!("no request: {step:?}")
    };
    assert!(!keepalive);
    if content_type == "application/x-amz-json-1.1" {
        assert_eq!(url, "https://cognito-identity.eu-central-1.amazonaws.com/");
        let (name, target) = header.unwrap();
        assert_eq!(name, "X-Amz-Target");
        let action = target.expose().strip_prefix("AWSCognitoIdentityService.").unwrap().to_owned();
        return (action, serde_json::from_str(body.expose()).unwrap());
    }
    assert_eq!((url.as_str(), content_type), ("https://sts.eu-central-1.amazonaws.com/", "application/x-www-form-urlencoded"));
    assert!(header.is_none(), "a simple request");
    let pairs = form::decode(body.expose());
    (pairs[0].1.clone(), json!(pairs[1..].iter().cloned().collect::<std::collections::BTreeMap<_, _>>()))
}

fn given(expiration: &str) -> HttpResponse {
    response(
        200,
        format!(
            r#"{{"IdentityId":"{IDENTITY}","Credentials":{{"AccessKeyId":"ASIA1","SecretKey":"s/+=","SessionToken":"t/+=","Expiration":{expiration}}}}}"#
        ),
    )
}

fn identity(id: &str) -> HttpResponse {
    response(200, json!({ "IdentityId": id }).to_string())
}

fn refused(status: u16, name: &str) -> HttpResponse {
    response(status, json!({ "__type": name, "message": "No." }).to_string())
}

fn sts(expiration: &str) -> HttpResponse {
    response(
        200,
        format!(
            r#"<AssumeRoleWithSAMLResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithSAMLResult>
    <Issuer>https://idp.example</Issuer>
    <Credentials>
      <AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s/+=</SecretAccessKey><SessionToken>t/+=</SessionToken>
      <Expiration>{expiration}</Expiration>
    </Credentials>
  </AssumeRoleWithSAMLResult>
</AssumeRoleWithSAMLResponse>"#
        ),
    )
}

/// Access key, secret, token, lifetime, identity.
fn done(step: Step) -> (String, String, String, i64, Option<String>) {
    let Step::Done(granted) = step else { panic!("not done: {step:?}") };
    let given = granted.credentials;
    (
        given.access_key_id,
        given.secret_access_key.expose().into(),
        given.session_token.expose().into(),
        granted.lifetime,
        granted.identity_id,
    )
}

#[test]
fn enhanced() {
    let config = parse(pool(json!({ "roleArn": ROLE, "accountId": "123456789012" }))).unwrap();
    let mut flow = flow(config, Some("t0k3n"), None);
    let logins = json!({ &ISSUER[8..]: "t0k3n" });
    assert_eq!(
        request(flow.next()),
        ("GetId".into(), json!({ "IdentityPoolId": POOL, "AccountId": "123456789012", "Logins": logins }))
    );
    let next = flow.take(&identity(OTHER_IDENTITY), AT).unwrap();
    assert_eq!(
        request(next),
        ("GetCredentialsForIdentity".into(), json!({ "IdentityId": OTHER_IDENTITY, "CustomRoleArn": ROLE, "Logins": logins }))
    );
    let step = flow.take(&given("1780318800.0"), AT).unwrap();
    let Step::Done(granted) = &step else { panic!("{step:?}") };
    assert_eq!(granted.account_id.as_deref(), Some("123456789012"));
    assert!(!format!("{granted:?}").contains("s/+=") && !format!("{granted:?}").contains("t/+="));
    assert_eq!(
        done(step),
        ("ASIA1".into(), "s/+=".into(), "t/+=".into(), 3600, Some(IDENTITY.into())),
        "the identity that came back"
    );
}

#[test]
fn guests_have_no_login_and_no_choice_of_role() {
    let config = parse(pool(json!({ "guest": true, "roleArn": ROLE }))).unwrap();
    let mut flow = flow(config, None, None);
    assert_eq!(request(flow.next()), ("GetId".into(), json!({ "IdentityPoolId": POOL })));
    let next = flow.take(&identity(IDENTITY), AT).unwrap();
    assert_eq!(request(next), ("GetCredentialsForIdentity".into(), json!({ "IdentityId": IDENTITY })));
}

#[test]
fn basic() {
    let config = parse(pool(json!({ "flow": "basic", "roleArn": ROLE, "durationSeconds": 900 }))).unwrap();
    let mut flow = flow(config, Some("t0k3n"), Some(OTHER_IDENTITY));
    assert_eq!(
        request(flow.next()),
        ("GetOpenIdToken".into(), json!({ "IdentityId": OTHER_IDENTITY, "Logins": { &ISSUER[8..]: "t0k3n" } })),
        "with the identity of before"
    );
    let token = response(200, json!({ "IdentityId": IDENTITY, "Token": "p00l" }).to_string());
    let form = json!({ "Version": "2011-06-15", "RoleArn": ROLE, "RoleSessionName": "gatepass", "WebIdentityToken": "p00l", "DurationSeconds": "900" });
    assert_eq!(request(flow.take(&token, AT).unwrap()), ("AssumeRoleWithWebIdentity".into(), form));
    let step = flow.take(&sts("2026-06-01T12:15:00Z"), AT).unwrap();
    assert_eq!(done(step), ("ASIA1".into(), "s/+=".into(), "t/+=".into(), 900, Some(IDENTITY.into())));
}

#[test]
fn saml_at_sts() {
    let aws = json!({ "region": "eu-central-1", "roleArn": "arn:aws:iam::123456789012:role/another", "saml": { "providerArn": PROVIDER, "roleArn": ROLE } });
    let mut flow = flow(saml_page(aws, false).unwrap(), Some("PHNhbWw+"), None);
    let form = json!({ "Version": "2011-06-15", "RoleArn": ROLE, "PrincipalArn": PROVIDER, "SAMLAssertion": "PHNhbWw+" });
    assert_eq!(request(flow.next()), ("AssumeRoleWithSAML".into(), form));
    let step = flow.take(&sts("2026-06-01T13:00:00.123Z"), AT).unwrap();
    assert_eq!(done(step), ("ASIA1".into(), "s/+=".into(), "t/+=".into(), 3600, None));
}

#[test]
fn an_identity_that_is_gone_is_made_anew_once() {
    let cases = [
        ("person-gone", Some("t"), Some(IDENTITY), "ResourceNotFoundException", "GetId"),
        ("person-gone-but-new", Some("t"), None, "ResourceNotFoundException", "aws_refused/resource_not_found"),
        ("guest-gone", None, Some(IDENTITY), "ResourceNotFoundException", "GetId"),
        ("guest-forbidden", None, Some(IDENTITY), "com.amazonaws.cognito.identity.model#NotAuthorizedException", "GetId"),
        ("guest-forbidden-and-new", None, None, "NotAuthorizedException", "aws_refused/not_authorized"),
        ("guest-odd", None, Some(IDENTITY), "InvalidParameterException", "aws_refused/invalid_parameter"),
    ];
    for (name, login, kept, error, expected) in cases {
        let mut flow = flow(parse(pool(json!({ "guest": true }))).unwrap(), login, kept);
        if kept.is_none() {
            flow.take(&identity(IDENTITY), AT).unwrap();
        }
        let verdict = match flow.take(&refused(400, error), AT) {
            Ok(step) => request(step).0,
            error => verdict(error),
        };
        assert_eq!(verdict, expected, "{name}");
        if expected == "GetId" {
            flow.take(&identity(OTHER_IDENTITY), AT).unwrap();
            assert!(flow.take(&refused(400, "ResourceNotFoundException"), AT).is_err(), "{name}: once");
        }
    }
}

#[test]
fn a_token_that_is_refused_is_renewed_once() {
    for kept in [None, Some(IDENTITY)] {
        let begin = || flow(parse(pool(json!({}))).unwrap(), Some("old"), kept);
        let no = refused(400, "NotAuthorizedException");
        let mut flow = begin();
        let asked = request(flow.next()).0;
        assert!(matches!(flow.take(&no, AT).unwrap(), Step::Renew));
        let (again, body) = request(flow.renewed(Some(Secret::new("new"))).unwrap());
        assert_eq!((again, &body["Logins"][&ISSUER[8..]]), (asked, &json!("new")));
        assert_eq!(verdict(flow.take(&no, AT)), "aws_refused/not_authorized", "once");

        let mut flow = begin();
        flow.take(&no, AT).unwrap();
        assert_eq!(verdict(flow.renewed(None)), "aws_refused/not_authorized", "nothing renews it");
    }
    let saml = saml_page(pool(json!({ "saml": { "providerArn": PROVIDER } })), false).unwrap();
    assert_eq!(
        verdict(flow(saml, Some("PHNhbWw+"), None).take(&refused(400, "NotAuthorizedException"), AT)),
        "aws_refused/not_authorized"
    );
}

#[test]
fn what_aws_says_becomes_a_code_and_a_rule() {
    let json = |status: u16, body: &str| (false, response(status, body));
    let xml = |status: u16, code: &str| {
        (
            true,
            response(
                status,
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>No.</Message></Error></ErrorResponse>"
                ),
            ),
        )
    };
    let too_long = HttpResponse { status: 200, body: None, date: None };
    for (name, (is_sts, answer), expected) in [
        ("bare", json(400, r#"{"__type":"InvalidParameterException"}"#), "aws_refused/invalid_parameter"),
        ("validation", json(400, r#"{"__type":"ValidationException"}"#), "aws_refused/validation"),
        ("conflict", json(400, r#"{"__type":"ResourceConflictException"}"#), "aws_refused/resource_conflict"),
        ("limit", json(400, r#"{"__type":"LimitExceededException"}"#), "aws_refused/limit_exceeded"),
        (
            "pool",
            json(400, r#"{"__type":"InvalidIdentityPoolConfigurationException"}"#),
            "aws_refused/invalid_identity_pool_configuration",
        ),
        ("busy", json(400, r#"{"__type":"TooManyRequestsException"}"#), "rate_limited"),
        ("busy-by-status", json(429, "{}"), "rate_limited"),
        ("internal", json(500, r#"{"__type":"InternalErrorException"}"#), "provider_unavailable"),
        ("external", json(400, r#"{"__type":"ExternalServiceException"}"#), "provider_unavailable"),
        ("a-page", json(503, "<html>"), "provider_unavailable"),
        ("new-type", json(400, r#"{"__type":"BrandNewException"}"#), "aws_refused/other"),
        ("no-type", json(400, "{}"), "aws_refused/status"),
        ("forbidden-page", json(403, "<html>"), "aws_refused/not_json"),
        ("empty", json(200, ""), "aws_refused/not_json"),
        ("array", json(200, "[]"), "aws_refused/not_json"),
        ("too-long", (false, too_long.clone()), "aws_refused/too_large"),
        ("no-identity", json(200, "{}"), "aws_refused/identity_id"),
        ("identity-odd", json(200, r#"{"IdentityId":"eu-central-1:../x"}"#), "aws_refused/identity_id"),
        ("identity-without-region", json(200, r#"{"IdentityId":":1111"}"#), "aws_refused/identity_id"),
        ("sts-denied", xml(403, "AccessDenied"), "aws_refused/access_denied"),
        ("sts-expired", xml(400, "ExpiredTokenException"), "sign_in_required/response_expired"),
        ("sts-claim", xml(403, "IDPRejectedClaim"), "aws_refused/idp_rejected_claim"),
        ("sts-idp", xml(400, "IDPCommunicationError"), "provider_unavailable"),
        ("sts-token", xml(400, "InvalidIdentityToken"), "aws_refused/invalid_identity_token"),
        ("sts-region", xml(403, "RegionDisabledException"), "aws_refused/region_disabled"),
        ("sts-validation", xml(400, "ValidationError"), "aws_refused/validation"),
        ("sts-busy", xml(400, "Throttling"), "rate_limited"),
        ("sts-new", xml(400, "BrandNew"), "aws_refused/other"),
        ("sts-nothing", (true, response(400, "")), "aws_refused/status"),
        ("sts-page", (true, response(502, "<html>")), "provider_unavailable"),
        ("sts-page-with-doctype", (true, response(200, "<!doctype html>")), "aws_refused/not_xml"),
        ("sts-too-long", (true, too_long), "aws_refused/too_large"),
        ("sts-json", (true, response(200, "{}")), "aws_refused/credentials"),
    ] {
        let verdict = verdict(begin(is_sts).take(&answer, AT));
        assert_eq!(verdict, expected, "{name}");
    }
}

fn begin(is_sts: bool) -> Flow {
    let saml = json!({ "region": "eu-central-1", "roleArn": ROLE, "saml": { "providerArn": PROVIDER } });
    let config = if is_sts { saml_page(saml, false) } else { parse(pool(json!({ "guest": true }))) };
    flow(config.unwrap(), is_sts.then_some("PHNhbWw+"), None)
}

#[test]
fn aws_words_are_passed_on_but_for_those_that_repeat_a_value() {
    let words = |name: &str| {
        let answer = json!({ "__type": name, "message": "Value 't0k3n' is not one.\n" }).to_string();
        let error = begin(false).take(&response(400, answer), AT).unwrap_err();
        let provider = error.provider().unwrap().clone();
        (error.status(), provider.error, provider.description)
    };
    assert_eq!(
        words("NotAuthorizedException"),
        (Some(400), "NotAuthorizedException".into(), Some("Value 't0k3n' is not one.".into()))
    );
    assert_eq!(words("ValidationException"), (Some(400), "ValidationException".into(), None));
    assert_eq!(words("BrandNew"), (Some(400), "BrandNew".into(), None));
}

#[test]
fn only_whole_credentials_are_taken() {
    let whole = sts("2026-06-01T13:00:00Z").body.unwrap();
    let whole = whole.expose();
    for (name, text) in [
        ("no-secret", whole.replace("SecretAccessKey", "SecretKey")),
        ("empty-token", whole.replace("t/+=", "")),
        ("key-twice", whole.replace("<AccessKeyId>", "<AccessKeyId>ASIA0</AccessKeyId><AccessKeyId>")),
        ("credentials-twice", whole.replace("</Credentials>", "</Credentials><Credentials></Credentials>")),
        ("a-reference", whole.replace("ASIA1", "ASIA&#49;")),
        ("an-element", whole.replace("ASIA1", "<b>ASIA1</b>")),
        ("an-attribute", whole.replace("<AccessKeyId>", "<AccessKeyId a='b'>")),
        ("unclosed", whole.replace("</Credentials>", "")),
        ("no-time", whole.replace("13:00:00Z", "13:00:00+02:00")),
    ] {
        assert_eq!(verdict(begin(true).take(&response(200, text), AT)), "aws_refused/credentials", "{name}");
    }
    assert_eq!(verdict(begin(true).take(&response(200, whole.replace("ASIA1", "<!-- -->ASIA1")), AT)), "aws_refused/not_xml");

    let asked = || flow(parse(pool(json!({}))).unwrap(), Some("t"), Some(IDENTITY));
    for (name, expiration, expected) in [
        ("float", "1780318800.0", 3600),
        ("integer", "1780318800", 3600),
        ("exponent", "1.7803188E9", 3600),
        ("exponent-long", "1.780318800123E+9", 3600),
        ("exponent-small", "178031880e1", 3600),
    ] {
        assert_eq!(done(asked().take(&given(expiration), AT).unwrap()).3, expected, "{name}");
    }
    for expiration in ["\"1780318800\"", "null", "1.78e99", "17803188000e-1", "-1.7e9", "99999999999999999999"] {
        assert_eq!(verdict(asked().take(&given(expiration), AT)), "aws_refused/credentials", "{expiration}");
    }
    let honest = given("1780318800").body.unwrap().expose().to_owned();
    for gone in ["AccessKeyId", "SecretKey", "SessionToken", "Expiration", "Credentials", "IdentityId"] {
        let text = honest.replacen(gone, "Gone", 1);
        assert_eq!(verdict(asked().take(&response(200, text), AT)), "aws_refused/credentials", "{gone}");
    }
    let basic = || flow(parse(pool(json!({ "flow": "basic", "roleArn": ROLE }))).unwrap(), Some("t"), Some(IDENTITY));
    for body in [json!({ "IdentityId": IDENTITY }), json!({ "Token": "t" }), json!({ "IdentityId": IDENTITY, "Token": "" })] {
        assert_eq!(verdict(basic().take(&response(200, body.to_string()), AT)), "aws_refused/token", "{body}");
    }
}

#[test]
fn a_lifetime_is_counted_by_one_clock() {
    for (name, expiration, date, at, expected, lives) in [
        ("by-aws's-clock", AT + 3600, Some(AT), AT, None, 3600),
        ("page-ahead", AT + 3600, Some(AT), AT + 7200, None, 3600),
        ("page-behind", AT + 3600, Some(AT), AT - 7200, None, 3600),
        ("no-date", AT + 3600, None, AT, None, 3600),
        ("no-date-page-ahead", AT + 3600, None, AT + 600, None, 3000),
        ("no-date-page-far-ahead", AT + 3600, None, AT + 7200, None, 3600),
        ("no-date-page-behind", AT + 3600, None, AT - 7200, None, 3600),
        ("no-date-page-behind-short", AT + 900, None, AT - 7200, Some(900), 900),
        ("no-date-long", AT + 43_200, None, AT, Some(43_200), 43_200),
        ("shorter-than-asked", AT + 900, None, AT, Some(43_200), 900),
        ("over", AT - 1, Some(AT), AT, None, -1),
    ] {
        assert_eq!(lifetime(expiration, date, at, expected), lives, "{name}");
    }
}

#[test]
fn given_out_again_until_six_minutes_before_the_end() {
    for (lifetime, fresh) in [(3600, 3240), (43_200, 42_840), (900, 540), (720, 360), (90, 45), (0, 0), (-10, -5)] {
        assert_eq!(freshness(lifetime), fresh, "{lifetime}");
    }
}
