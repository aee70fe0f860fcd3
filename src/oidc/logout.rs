//! Leaving: the provider's own logout page.
//!
//! OpenID Connect RP-Initiated Logout §2, by `GET`, because a cross-site `POST` comes without the
//! provider's own `SameSite=Lax` cookies and ends nothing. No `id_token_hint`: a token has no place in an
//! address, so a provider may ask the person to confirm (§3).
//!
//! Cognito's `/logout` is something else: it wants `client_id` and `logout_uri`, ignores the rest, and
//! revokes nothing ([logout endpoint](https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html)).

use super::config::Config;
use crate::form;
use crate::wire::Redirect;

/// Where the page goes to end the person's session at the provider. One that has no logout page is
/// left alone: the page then only goes to `logoutUri`.
pub fn redirect(config: &Config) -> Redirect {
    let endpoint = config.provider.end_session_endpoint.as_str();
    if endpoint.is_empty() {
        return Redirect(config.common.logout_uri.clone());
    }
    let back = if config.provider.cognito.is_some() { "logout_uri" } else { "post_logout_redirect_uri" };
    Redirect(form::append(endpoint, &[("client_id", &config.client_id), (back, &config.common.logout_uri)]))
}
