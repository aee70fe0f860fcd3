//! The three actions of an identity pool that need no signature: JSON 1.1 by POST.
//!
//! [Amazon Cognito Federated Identities API](https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/Welcome.html)

use super::config::{Config, Pool, is_guid};
use super::credentials::Credentials;
use super::refusal::{refusal, unnamed};
use crate::error::Error;
use crate::json::Json;
use crate::secret::Secret;
use crate::text::whole_number;
use crate::wire::{HttpRequest, HttpResponse};

/// Who somebody is: one entry of `Logins`.
#[derive(Debug, Clone)]
pub struct Login {
    /// The provider as the pool knows it.
    pub key: String,
    /// The ID token, or the SAML response in base64.
    pub value: Secret,
}

impl Login {
    /// A login by an ID token of `issuer`, or by a SAML response: its provider goes by its ARN. A user pool goes by its issuer
    /// without the scheme, unless the app names it otherwise.
    pub fn new(config: &Config, issuer: &str, value: Secret) -> Login {
        let known = config.saml_provider.as_deref().or(config.logins_key.as_deref());
        Login { key: known.or(issuer.strip_prefix("https://")).unwrap_or(issuer).into(), value }
    }
}

/// `GetId`
pub fn get_id(pool: &Pool, account_id: Option<&str>, login: Option<&Login>) -> HttpRequest {
    let mut members = vec![member("IdentityPoolId", &pool.id)];
    members.extend(account_id.map(|account_id| member("AccountId", account_id)));
    request(pool, "AWSCognitoIdentityService.GetId", members, login)
}

/// `GetCredentialsForIdentity`
pub fn get_credentials(pool: &Pool, identity_id: &str, login: Option<&Login>, role_arn: Option<&str>) -> HttpRequest {
    let mut members = vec![member("IdentityId", identity_id)];
    // A guest has one role, the pool's.
    members.extend(role_arn.filter(|_| login.is_some()).map(|role_arn| member("CustomRoleArn", role_arn)));
    request(pool, "AWSCognitoIdentityService.GetCredentialsForIdentity", members, login)
}

/// `GetOpenIdToken`
pub fn get_open_id_token(pool: &Pool, identity_id: &str, login: Option<&Login>) -> HttpRequest {
    let members = vec![member("IdentityId", identity_id)];
    request(pool, "AWSCognitoIdentityService.GetOpenIdToken", members, login)
}

/// Reads the answer to [`get_id`].
///
/// # Errors
/// `aws_refused`, `rate_limited`, `provider_unavailable`.
pub fn read_id(response: &HttpResponse) -> Result<String, Error> {
    identity_id(&object(response)?).ok_or_else(|| unnamed(response, "identity_id"))
}

/// Reads the answer to [`get_credentials`]: whose they are, which may be another identity than was asked for.
///
/// # Errors
/// As [`read_id`].
pub fn read_credentials(response: &HttpResponse) -> Result<(String, Credentials), Error> {
    let json = object(response)?;
    let read = || {
        let given = json.get("Credentials")?;
        let [access_key_id, secret, token] = given.texts(["AccessKeyId", "SecretKey", "SessionToken"])?;
        let credentials = Credentials {
            access_key_id: access_key_id.into(),
            secret_access_key: Secret::new(secret),
            session_token: Secret::new(token),
            expiration: epoch_seconds(given.get("Expiration")?)?,
        };
        Some((identity_id(&json)?, credentials))
    };
    read().ok_or_else(|| unnamed(response, "credentials"))
}

/// Reads the answer to [`get_open_id_token`]: identity and token.
///
/// # Errors
/// As [`read_id`].
pub fn read_open_id_token(response: &HttpResponse) -> Result<(String, Secret), Error> {
    let json = object(response)?;
    let token = json.text("Token").filter(|token| !token.is_empty());
    let read = || Some((identity_id(&json)?, Secret::new(token?)));
    read().ok_or_else(|| unnamed(response, "token"))
}

fn request(pool: &Pool, target: &'static str, mut members: Vec<(String, Json)>, login: Option<&Login>) -> HttpRequest {
    members.extend(login.map(|login| ("Logins".into(), Json::Object(vec![member(&login.key, login.value.expose())]))));
    HttpRequest {
        body: Some(("application/x-amz-json-1.1", Secret::new(Json::Object(members).write()))),
        header: Some(("X-Amz-Target", Secret::new(target))),
        ..HttpRequest::get(&pool.endpoint, MAX_RESPONSE)
    }
}

fn member(name: &str, value: &str) -> (String, Json) {
    (name.into(), value.into())
}

fn object(response: &HttpResponse) -> Result<Json, Error> {
    let body = response.body.as_ref().ok_or_else(|| unnamed(response, "too_large"))?;
    let json = Json::parse(body.expose()).ok().filter(|json| json.members().is_some());
    let json = json.ok_or_else(|| unnamed(response, "not_json"))?;
    if response.status == 200 {
        return Ok(json);
    }
    Err(match json.text("__type") {
        Some(name) => refusal(response, name, json.text("message").or_else(|| json.text("Message"))),
        None => unnamed(response, "status"),
    })
}

/// `eu-central-1:` and a GUID; the pool's region.
fn identity_id(json: &Json) -> Option<String> {
    let id = json.text("IdentityId")?;
    let (region, guid) = id.split_once(':')?;
    let holds = id.len() <= 128 && region.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && is_guid(guid);
    (holds && !region.is_empty()).then(|| id.into())
}

/// A number of seconds, written as a float: `1.780315200E9` is the same as `1780315200`.
fn epoch_seconds(number: &Json) -> Option<i64> {
    let Json::Number(text) = number else { return None };
    let Some(at) = text.bytes().position(|b| matches!(b, b'e' | b'E')) else { return number.as_integer() };
    let (mantissa, exponent) = text.split_at_checked(at)?;
    let exponent = exponent.get(1..)?;
    let mut places = whole_number(exponent.strip_prefix('+').unwrap_or(exponent)).filter(|places| *places <= 12)?;
    let (mut seconds, mut is_fraction): (i64, bool) = (0, false);
    for byte in mantissa.bytes() {
        if byte == b'.' {
            is_fraction = true;
        } else if !is_fraction || places > 0 {
            seconds = seconds.checked_mul(10)?.checked_add(char::from(byte).to_digit(10)?.into())?;
            places -= i64::from(is_fraction);
        }
    }
    (0..places).try_fold(seconds, |seconds, _| seconds.checked_mul(10))
}

/// Bytes. A session token of many tags stays far below.
const MAX_RESPONSE: usize = 64 * 1024;
