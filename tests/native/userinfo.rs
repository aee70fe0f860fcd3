//! The userinfo endpoint (OpenID Connect Core §5.3), and Cognito's sign-out on every device.

use crate::support::*;
use gatepass::oidc::provider::Provider;
use gatepass::oidc::{cognito, userinfo};
use gatepass::secret::Secret;

#[test]
fn the_token_goes_in_the_header() {
    let request = userinfo::fetch(&config().provider, &Secret::new("t0ken")).unwrap();
    assert_eq!(request.url, "https://my-app.auth.eu-central-1.amazoncognito.com/oauth2/userInfo");
    let (name, value) = request.header.unwrap();
    assert_eq!((name, value.expose(), request.body.is_none()), ("Authorization", "Bearer t0ken", true));
    assert_eq!(request.limit, 256 * 1024);
}

#[test]
fn a_provider_without_userinfo() {
    assert_eq!(verdict(userinfo::fetch(&Provider::default(), &Secret::new("t"))), "userinfo_invalid/endpoint");
}

#[test]
fn answers() {
    for (status, body, expected) in [
        (200, r#"{"sub":"ada","email":"ada@example.com"}"#, "ok"),
        (200, r#"{"sub":"eve"}"#, "userinfo_invalid/sub"),
        (200, r#"{"sub":"Ada"}"#, "userinfo_invalid/sub"),
        (200, r#"{"sub":["ada"]}"#, "userinfo_invalid/sub"),
        (200, "{}", "userinfo_invalid/sub"),
        (200, r#"{"sub":"eve","sub":"ada"}"#, "userinfo_invalid/not_json"),
        (200, "eyJhbGciOiJub25lIn0.e30.", "userinfo_invalid/not_json"),
        (200, r#""ada""#, "userinfo_invalid/not_json"),
        (401, r#"{"sub":"ada"}"#, "userinfo_invalid/status"),
        (204, "", "userinfo_invalid/status"),
        (503, r#"{"sub":"ada"}"#, "provider_unavailable"),
    ] {
        assert_eq!(verdict(userinfo::read(&response(status, body), "ada")), expected, "{status} {body}");
    }
    let too_large = gatepass::wire::HttpResponse { status: 200, body: None, date: None };
    assert_eq!(verdict(userinfo::read(&too_large, "ada")), "userinfo_invalid/too_large");
}

/// GlobalSignOut, as the API reference writes it.
#[test]
fn everywhere() {
    let pool = config().provider.cognito.unwrap();
    let request = cognito::global_sign_out(&pool, &Secret::new("t\"0"));
    assert_eq!(request.url, "https://cognito-idp.eu-central-1.amazonaws.com/");
    let ((content_type, body), (name, value)) = (request.body.unwrap(), request.header.unwrap());
    assert_eq!((content_type, body.expose()), ("application/x-amz-json-1.1", r#"{"AccessToken":"t\"0"}"#));
    assert_eq!((name, value.expose()), ("X-Amz-Target", "AWSCognitoIdentityProviderService.GlobalSignOut"));
    assert!(request.keepalive);
}
