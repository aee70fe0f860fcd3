//! The window: its clock, its address, leaving it.

use super::convert::seconds;
use crate::config::Config;
use crate::error::{Error, ErrorCode};
use crate::url::Url;
use crate::wire::Redirect;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{SubtleCrypto, Window};

/// The window, or why there is none to work in.
pub(super) fn window() -> Result<Window, Error> {
    web_sys::window().ok_or_else(|| Error::new(ErrorCode::UnsupportedEnvironment, "no_window"))
}

/// WebCrypto, which browsers give to secure contexts only.
pub(super) fn subtle() -> Result<SubtleCrypto, Error> {
    let window = window()?;
    if !window.is_secure_context() {
        return Err(Error::new(ErrorCode::UnsupportedEnvironment, "insecure_context"));
    }
    let subtle = window.crypto().map(|crypto| crypto.subtle()).ok();
    subtle
        .filter(|s| !AsRef::<JsValue>::as_ref(s).is_undefined())
        .ok_or_else(|| Error::new(ErrorCode::UnsupportedEnvironment, "no_webcrypto"))
}

/// The page's own clock: seconds since 1970.
pub(super) fn now() -> i64 {
    seconds(js_sys::Date::now())
}

/// `https://host:port` of the page.
pub(super) fn origin() -> Result<String, Error> {
    window()?.location().origin().map_err(|_| internal("location"))
}

/// The present path with query and fragment. A callback page is nowhere to come back to: there it is
/// the start page, unless the redirect URI is the start page itself.
pub(super) fn here(config: &Config) -> String {
    let Some(location) = web_sys::window().map(|w| w.location()) else { return "/".into() };
    let part = |part: Result<String, JsValue>| part.unwrap_or_default();
    let path = part(location.pathname());
    if path != "/" && Url::parse(&config.redirect_uri).is_some_and(|url| url.path == path) {
        return "/".into();
    }
    [path.as_str(), &part(location.search()), &part(location.hash())].concat()
}

/// Leaves the page.
pub(super) fn go(redirect: &Redirect) -> Result<(), Error> {
    window()?.location().assign(&redirect.0).map_err(|_| internal("location"))
}

/// Waits.
pub(super) async fn sleep(milliseconds: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
        }
    });
    let _ = JsFuture::from(promise).await;
}

pub(super) fn internal(rule: &'static str) -> Error {
    Error::new(ErrorCode::Internal, rule)
}
