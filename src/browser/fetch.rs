//! HttpRequest → a `Request` of the platform, for the package's JavaScript to fetch at once.

use super::convert::{number, object, set};
use crate::wire::HttpRequest;
use gloo_net::http::Headers;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, ReferrerPolicy, Request, RequestCache, RequestCredentials, RequestInit, RequestRedirect};

/// `{ request, limit }`: what to send, and the bytes of the answer that may be read.
pub(super) fn outgoing(request: &HttpRequest) -> JsValue {
    let init = RequestInit::new();
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    // Here, not at the fetch: a second set of options would undo the referrer policy (Fetch standard §5.4).
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT)));
    if request.fresh {
        init.set_cache(RequestCache::Reload);
    }
    let headers = Headers::new();
    if let Some((content_type, body)) = &request.body {
        init.set_method("POST");
        init.set_body(&body.expose().into());
        headers.set("Content-Type", content_type);
    }
    if let Some((name, value)) = &request.header {
        headers.set(name, value.expose());
    }
    init.set_headers(&headers.into_raw());
    // web-sys does not know this member yet.
    let _ = Reflect::set(&init, &"keepalive".into(), &request.keepalive.into());
    let outgoing = object();
    // Endpoints were checked when they were configured: the platform takes every one of them.
    set(&outgoing, "request", &Request::new_with_str_and_init(&request.url, &init).map_or(JsValue::NULL, JsValue::from));
    set(&outgoing, "limit", &number(i64::try_from(request.limit).unwrap_or_default()));
    outgoing
}

/// Milliseconds from now on.
const TIMEOUT: u32 = 10_000;
