//! The two actions of STS that need no signature: a form by POST, XML in return.
//!
//! [AWS STS API Reference](https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html), 2011-06-15

use super::config::Config;
use super::credentials::Credentials;
use super::identity_pool::Login;
use super::refusal::{refusal, unnamed};
use crate::error::Error;
use crate::secret::Secret;
use crate::text::{decimal, split_at_mark};
use crate::time;
use crate::wire::{HttpRequest, HttpResponse};

/// `AssumeRoleWithWebIdentity`, with a token of the identity pool's.
pub fn assume_with_web_identity(config: &Config, token: &Secret) -> HttpRequest {
    let own = [("RoleSessionName", config.session_name.as_str()), ("WebIdentityToken", token.expose())];
    request(config, "AssumeRoleWithWebIdentity", &own)
}

/// `AssumeRoleWithSAML`, with IAM's provider and its response in base64, whose attributes name the session.
pub fn assume_with_saml(config: &Config, login: Option<&Login>) -> HttpRequest {
    let own = login.map(|login| [("PrincipalArn", login.key.as_str()), ("SAMLAssertion", login.value.expose())]);
    request(config, "AssumeRoleWithSAML", own.as_ref().map_or(&[], |own| own))
}

/// Reads the answer to either.
///
/// # Errors
/// `aws_refused`, `rate_limited`, `provider_unavailable`.
pub fn read(response: &HttpResponse) -> Result<Credentials, Error> {
    let body = response.body.as_ref().ok_or_else(|| unnamed(response, "too_large"))?.expose();
    // STS writes neither; what could hide an element is not looked into.
    if split_at_mark(body, "<!").is_some() {
        return Err(unnamed(response, "not_xml"));
    }
    if response.status != 200 {
        let error = element(body, "Error").ok_or_else(|| unnamed(response, "status"))?;
        let name = text(error, "Code").ok_or_else(|| unnamed(response, "status"))?;
        return Err(refusal(response, name, text(error, "Message")));
    }
    let read = || {
        let given = element(body, "Credentials")?;
        Some(Credentials {
            access_key_id: text(given, "AccessKeyId")?.into(),
            secret_access_key: Secret::new(text(given, "SecretAccessKey")?),
            session_token: Secret::new(text(given, "SessionToken")?),
            expiration: time::parse(text(given, "Expiration")?)?,
        })
    };
    read().ok_or_else(|| unnamed(response, "credentials"))
}

fn request(config: &Config, action: &str, own: &[(&str, &str)]) -> HttpRequest {
    let duration = config.duration.map(decimal);
    let mut form = vec![("Action", action), ("Version", "2011-06-15")];
    form.extend(config.role_arn.as_deref().map(|role_arn| ("RoleArn", role_arn)));
    form.extend(own);
    form.extend(duration.as_deref().map(|seconds| ("DurationSeconds", seconds)));
    HttpRequest::post_form(&config.sts_endpoint, &form, MAX_RESPONSE)
}

/// What is inside the one element of this name, which has no attributes. This is no reader of XML: STS answers in one form,
/// and what has another is refused.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = split_at_mark(xml, &["<", name, ">"].concat())?;
    let (inside, rest) = split_at_mark(after, &["</", name, ">"].concat())?;
    let again = split_at_mark(rest, &["<", name, ">"].concat());
    if again.is_some() { None } else { Some(inside) }
}

/// The text of an element that has nothing else in it; no reference either, which no value of STS needs.
fn text<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let text = element(xml, name)?;
    let is_plain = !text.is_empty() && !text.bytes().any(|b| matches!(b, b'<' | b'&'));
    is_plain.then_some(text)
}

/// Bytes.
const MAX_RESPONSE: usize = 64 * 1024;
