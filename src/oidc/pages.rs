//! The user pool's hosted pages beside the login page
//! ([managed login endpoints](https://docs.aws.amazon.com/cognito/latest/developerguide/managed-login-endpoints.html)).

use super::config::Config;
use crate::form;
use crate::url::Url;

/// A hosted page of the user pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// `/passkeys/add`: needs the person's session at the provider; comes back with `?result=`.
    AddPasskey,
    /// `/forgotPassword`
    ForgotPassword,
    /// `/signup`
    SignUp,
}

/// The address of a hosted page, with the parameters of an authorization request but without
/// `state`: what comes back starts a proper sign-in. `None`: the provider is no user pool.
pub fn page(config: &Config, page: Page) -> Option<String> {
    config.provider.cognito.as_ref()?;
    let path = match page {
        Page::AddPasskey => "/passkeys/add",
        Page::ForgotPassword => "/forgotPassword",
        Page::SignUp => "/signup",
    };
    let origin = Url::parse(&config.provider.authorization_endpoint).map(|url| url.origin.to_owned());
    let mut url = origin.unwrap_or_default();
    url.push_str(path);
    url.push('?');
    url.push_str(&form::encode(&[
        ("client_id", &config.client_id),
        ("response_type", "code"),
        ("scope", &config.scope),
        ("redirect_uri", &config.common.redirect_uri),
    ]));
    Some(url)
}
