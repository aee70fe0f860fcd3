//! Values out: snapshots and errors as plain JavaScript objects.

use crate::config::Config;
use crate::error::Error;
use crate::json::Json;
use crate::session::Session;
use js_sys::{JSON, Object, Reflect};
use serde::ser::{Serialize, SerializeMap, Serializer};
use wasm_bindgen::JsValue;

/// A signed-in `Snapshot` of the contract; `expiresAt` in milliseconds since 1970.
pub(super) fn signed_in(session: &Session, config: &Config) -> JsValue {
    let user = to_js(&session.user(config));
    // The engine's own reader keeps every number exact.
    set(&user, "claims", &JSON::parse(&session.claims().write()).unwrap_or(JsValue::NULL));
    let snapshot = texts(&[("status", Some("signedIn")), ("via", Some("oidc"))]);
    set(&snapshot, "expiresAt", &milliseconds(session.ends_at()));
    set(&snapshot, "user", &user);
    snapshot
}

/// A signed-out `Snapshot` of the contract.
pub(super) fn signed_out(reason: &str) -> JsValue {
    texts(&[("status", Some("signedOut")), ("reason", Some(reason))])
}

/// A `CallbackResult` of the contract; without `returnTo` nothing was completed.
pub(super) fn callback_result(snapshot: &JsValue, return_to: Option<&str>) -> JsValue {
    let result = texts(&[("returnTo", return_to)]);
    set(&result, "snapshot", snapshot);
    result
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

/// Milliseconds, as JavaScript counts, to whole seconds.
#[allow(clippy::as_conversions, reason = "f64 to i64 saturates, NaN is 0, and std has no other way")]
pub(super) fn seconds(milliseconds: f64) -> i64 {
    (milliseconds / 1000.0) as i64
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

fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

/// A flat object of the texts that are there.
fn texts(members: &[(&str, Option<&str>)]) -> JsValue {
    let object = Object::new().into();
    for (name, text) in members {
        if let Some(text) = text {
            set(&object, name, &JsValue::from_str(text));
        }
    }
    object
}

#[allow(clippy::as_conversions, reason = "seconds of this era are exact in f64, and std has no other way")]
fn milliseconds(seconds: i64) -> JsValue {
    JsValue::from_f64(seconds as f64 * 1000.0)
}
