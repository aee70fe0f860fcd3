//! HttpRequest → fetch → HttpResponse, bounded in time and in bytes.
//!
//! gloo has the headers and the answer; the call in between is made here, because gloo panics when a
//! patched `fetch` rejects with something that is not an `Error`, and knows no `keepalive`.

use super::convert::seconds;
use crate::error::{Error, ErrorCode};
use crate::secret::Secret;
use crate::wire::{HttpRequest, HttpResponse};
use gloo_net::http::{Headers, Response};
use js_sys::{Reflect, Uint8Array};
use std::future::Future;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestRedirect,
};

/// Sends at once, not at the first poll: two started requests run beside each other.
pub(super) fn start(request: &HttpRequest) -> impl Future<Output = Result<HttpResponse, Error>> + use<> {
    let sent = send(request).map(JsFuture::from);
    let limit = request.limit;
    async move {
        let response = sent?.await.map_err(failure)?;
        let response: web_sys::Response = response.dyn_into().map_err(|_| Error::new(ErrorCode::NetworkFailed, ""))?;
        read(response.into(), limit).await
    }
}

fn send(request: &HttpRequest) -> Result<js_sys::Promise, Error> {
    let init = RequestInit::new();
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT)));
    if request.fresh {
        init.set_cache(RequestCache::Reload);
    }
    if let Some(form) = &request.form {
        init.set_method("POST");
        init.set_body(&form.expose().into());
        // Safelisted: with it the request stays a CORS simple request.
        let headers = Headers::new();
        headers.set("Content-Type", "application/x-www-form-urlencoded");
        init.set_headers(&headers.into_raw());
    }
    // web-sys does not know this member yet.
    let _ = Reflect::set(&init, &"keepalive".into(), &request.keepalive.into());
    Ok(super::page::window()?.fetch_with_str_and_init(&request.url, &init))
}

async fn read(response: Response, limit: usize) -> Result<HttpResponse, Error> {
    let date = response.headers().get("date").map(|date| seconds(js_sys::Date::parse(&date))).filter(|time| *time > 0);
    let status = response.status();
    let mut bytes: Vec<u8> = Vec::new();
    if let Some(body) = response.body() {
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        loop {
            let chunk = JsFuture::from(reader.read()).await.map_err(failure)?;
            let value = Reflect::get(&chunk, &"value".into()).unwrap_or(JsValue::UNDEFINED);
            let Ok(value) = value.dyn_into::<Uint8Array>() else { break };
            bytes.extend(value.to_vec());
            if bytes.len() > limit {
                let _ = reader.cancel();
                return Ok(HttpResponse { status, body: None, date });
            }
        }
    }
    Ok(HttpResponse { status, body: String::from_utf8(bytes).ok().map(Secret::new), date })
}

/// What a rejection was: only its name is looked at, its text may say anything.
fn failure(reason: JsValue) -> Error {
    let name = Reflect::get(&reason, &"name".into()).ok().and_then(|name| name.as_string());
    let code = match name.as_deref() {
        Some("TimeoutError" | "AbortError") => ErrorCode::RequestTimeout,
        _ => ErrorCode::NetworkFailed,
    };
    Error::new(code, "")
}

/// Milliseconds.
const TIMEOUT: u32 = 10_000;
