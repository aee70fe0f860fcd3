//! Values out and back in, as plain JavaScript objects.

use crate::error::{Error, ErrorCode};
use crate::json::Json;
use js_sys::{JSON, Object, Reflect};
use serde::ser::{Serialize, SerializeMap, Serializer};
use wasm_bindgen::JsValue;

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
pub(super) fn seconds(milliseconds: f64) -> i64 {
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
pub(super) fn to_js(value: &Json) -> JsValue {
    Out(value).serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

struct Out<'a>(&'a Json);

impl Serialize for Out<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::Null => out.serialize_unit(),
            Json::Bool(value) => out.serialize_bool(*value),
            // Not as an i64: the refusal of those that JavaScript has not would bring the formatter, for nothing.
            Json::Number(_) => out.serialize_f64(float(self.0.as_integer().unwrap_or_default())),
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
pub(super) fn integer(number: f64) -> i64 {
    number as i64
}

pub(super) fn number(integer: i64) -> JsValue {
    JsValue::from_f64(float(integer))
}

#[allow(clippy::as_conversions, reason = "our integers are exact in f64, and std has no other way")]
fn float(integer: i64) -> f64 {
    integer as f64
}
