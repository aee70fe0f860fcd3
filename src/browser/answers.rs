//! The provider's answers in, sessions out.

use super::convert::{exact, now, number, seconds, set, texts, to_js};
use crate::oidc::config::Config;
use crate::secret::Secret;
use crate::session::Session;
use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// A session as JavaScript sees it.
pub(super) fn view(session: &Session, config: &Config) -> JsValue {
    let user = to_js(&session.user(config));
    set(&user, "claims", &exact(session.claims()));
    let view = texts(&[
        ("accessToken", Some(session.access_token.expose())),
        ("idToken", Some(session.id_token.expose())),
        ("refreshToken", session.refresh_token.as_ref().map(Secret::expose)),
    ]);
    set(&view, "since", &number(session.since));
    set(&view, "lifetime", &number(session.lifetime));
    set(&view, "user", &user);
    view
}

/// A verdict's outcome: the session to store, and the drift that was learnt, in seconds.
pub(super) fn settled(session: &str, drift: i64) -> JsValue {
    let settled = texts(&[("session", Some(session))]);
    set(&settled, "drift", &number(drift));
    settled
}

/// When the answer came, by the page's clock.
pub(super) fn received(answer: &JsValue) -> i64 {
    Reflect::get(answer, &"at".into()).ok().and_then(|at| at.as_f64()).map_or_else(now, seconds)
}
