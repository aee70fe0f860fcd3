//! Leaving: the provider's own logout page.
//!
//! Cognito's `/logout` is not OpenID Connect RP-Initiated Logout: it wants `client_id` and
//! `logout_uri`, ignores `id_token_hint`, `post_logout_redirect_uri` and `state`, and revokes nothing
//! ([logout endpoint](https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html)).

use crate::config::Config;
use crate::form;
use crate::wire::Redirect;

/// Where the page goes to end the person's session at the provider.
pub fn redirect(config: &Config) -> Redirect {
    let params = form::encode(&[("client_id", &config.client_id), ("logout_uri", &config.logout_uri)]);
    Redirect([&config.provider.end_session_endpoint, "?", &params].concat())
}
