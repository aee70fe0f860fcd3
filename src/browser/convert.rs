//! Values out and back in: sessions, answers and errors as plain JavaScript objects.

use crate::config::Config;
use crate::error::{Error, ErrorCode};
use crate::json::Json;
use crate::secret::Secret;
use crate::session::Session;
use crate::wire::HttpResponse;
use js_sys::{JSON, Object, Reflect};
use serde::ser::{Serialize, SerializeMap, Serializer};
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

/// An answer: `{ status, body, date, at }`, both times in milliseconds.
pub(super) fn answer_to_response(answer: &JsValue) -> HttpResponse {
    let member = |name: &str| Reflect::get(answer, &name.into()).unwrap_or(JsValue::UNDEFINED);
    HttpResponse {
        status: member("status").as_f64().map_or(0, |status| u16::try_from(integer(status)).unwrap_or_default()),
        body: member("body").as_string().map(Secret::new),
        date: member("date").as_f64().map(seconds).filter(|time| *time > 0),
    }
}

/// When the answer came, by the page's clock.
pub(super) fn received(answer: &JsValue) -> i64 {
    Reflect::get(answer, &"at".into()).ok().and_then(|at| at.as_f64()).map_or_else(now, seconds)
}

/// Any JSON. The engine's own reader keeps every number exact.
pub(super) fn exact(value: &Json) -> JsValue {
    JSON::parse(&value.write()).unwrap_or(JsValue::NULL)
}

/// The plain object that `errors.js` makes a `GatepassError` of.
pub(super) fn error_to_js(error: Error) -> JsValue {
    let provider = error.provider();
    let thrown = texts(&[
        ("code", Some(error.code.as_str())),
        ("rule", Some(error.rule)),
        ("option", error.option()),
        ("error", provider.map(|p| p.error.as_str())),
        ("description", provider.and_then(|p| p.description.as_deref())),
    ]);
    if let Some(status) = error.status() {
        set(&thrown, "status", &status.into());
    }
    thrown
}

/// A bug of ours, or a page in an odd state.
pub(super) fn internal(rule: &'static str) -> Error {
    Error::new(ErrorCode::Internal, rule)
}

/// The page's own clock: seconds since 1970.
pub(super) fn now() -> i64 {
    seconds(js_sys::Date::now())
}

/// Milliseconds, as JavaScript counts, to whole seconds.
fn seconds(milliseconds: f64) -> i64 {
    integer(milliseconds / 1000.0)
}

/// A flat object of the texts that are there.
pub(super) fn texts(members: &[(&str, Option<&str>)]) -> JsValue {
    let object = object();
    for (name, text) in members {
        if let Some(text) = text {
            set(&object, name, &JsValue::from_str(text));
        }
    }
    object
}

/// One of our own records. Its numbers are integers.
fn to_js(value: &Json) -> JsValue {
    Out(value).serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

struct Out<'a>(&'a Json);

impl Serialize for Out<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::Null => out.serialize_unit(),
            Json::Bool(value) => out.serialize_bool(*value),
            Json::Number(_) => out.serialize_i64(self.0.as_integer().unwrap_or_default()),
            Json::String(text) => out.serialize_str(text),
            Json::Array(items) => out.collect_seq(items.iter().map(Out)),
            Json::Object(members) => {
                let mut map = out.serialize_map(None)?;
                for (name, value) in members {
                    map.serialize_entry(name.as_str(), &Out(value))?;
                }
                map.end()
            }
        }
    }
}

pub(super) fn object() -> JsValue {
    Object::new().into()
}

pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

#[allow(clippy::as_conversions, reason = "f64 to i64 saturates, NaN is 0, and std has no other way")]
fn integer(number: f64) -> i64 {
    number as i64
}

#[allow(clippy::as_conversions, reason = "our integers are exact in f64, and std has no other way")]
pub(super) fn number(integer: i64) -> JsValue {
    JsValue::from_f64(integer as f64)
}
