//! HttpRequest → a `Request` of the platform, for the package's JavaScript to fetch at once; its answer →
//! HttpResponse.

use super::convert::{integer, number, object, seconds, set};
use crate::secret::Secret;
use crate::wire::{HttpRequest, HttpResponse};
use gloo_net::http::Headers;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, ReferrerPolicy, Request, RequestCache, RequestCredentials, RequestInit, RequestRedirect};

/// `{ request, limit }`: what to send, and the bytes of the answer that may be read.
pub(super) fn outgoing(request: &HttpRequest) -> JsValue {
    let init = RequestInit::new();
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    #[cfg(feature = "openmetadata")]
    if request.cookies {
        init.set_credentials(RequestCredentials::Include);
        init.set_redirect(RequestRedirect::Manual);
    }
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

/// An answer: `{ status, body, date, at }`, both times in milliseconds.
pub(super) fn answer_to_response(answer: &JsValue) -> HttpResponse {
    let member = |name: &str| Reflect::get(answer, &name.into()).unwrap_or(JsValue::UNDEFINED);
    HttpResponse {
        status: member("status").as_f64().map_or(0, |status| u16::try_from(integer(status)).unwrap_or_default()),
        body: member("body").as_string().map(Secret::new),
        date: member("date").as_f64().map(seconds).filter(|time| *time > 0),
    }
}

/// Milliseconds from now on.
const TIMEOUT: u32 = 10_000;
