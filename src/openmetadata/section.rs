//! One section of openmetadata.yaml: as a parsed object, as the environment variables of Docker and
//! Kubernetes, or with `${NAME:-default}` still in it.
//!
//! ```text
//! { authority: "${AUTHENTICATION_AUTHORITY:-https://…}" } ─┐
//! { AUTHENTICATION_AUTHORITY: "https://…" } ───────────────┼─> text("authority")
//! { authority: "https://…" } ──────────────────────────────┘
//! ```
//!
//! What we do not know is OpenMetadata's own: it is not refused.

use crate::error::Error;
use crate::json::Json;
use crate::options::TYPE;

/// A section and how its fields are called in the environment.
pub(super) struct Section<'a> {
    path: &'static str,
    json: Option<&'a Json>,
    variables: &'static [(&'static str, &'static str)],
}

impl<'a> Section<'a> {
    /// The section `json` at `path`; `variables` are its fields with their environment variables.
    pub(super) fn new(
        path: &'static str,
        json: Option<&'a Json>,
        variables: &'static [(&'static str, &'static str)],
    ) -> Result<Self, Error> {
        if json.is_none_or(|json| json.members().is_some()) {
            Ok(Section { path, json, variables })
        } else {
            Err(Error::config(TYPE, path))
        }
    }

    /// A text; one that is empty says nothing.
    pub(super) fn text(&self, field: &str) -> Result<Option<&'a str>, Error> {
        match self.value(field) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.error(TYPE, field)),
        }
    }

    /// Several texts: an array, or YAML's `[a, b]` in a text.
    pub(super) fn list(&self, field: &str) -> Result<Vec<String>, Error> {
        match self.value(field) {
            None | Some(Json::Null) => Ok(Vec::new()),
            Some(Json::String(text)) => Ok(split(text)),
            Some(Json::Array(items)) => {
                let text = |item: &Json| item.as_str().map(String::from).ok_or_else(|| self.error(TYPE, field));
                items.iter().map(text).collect()
            }
            Some(_) => Err(self.error(TYPE, field)),
        }
    }

    /// A flag, also as a text; false when it is not there.
    pub(super) fn flag(&self, field: &str) -> Result<bool, Error> {
        match self.value(field) {
            None | Some(Json::Null) => Ok(false),
            Some(Json::Bool(value)) => Ok(*value),
            Some(Json::String(text)) => match text.trim() {
                "true" => Ok(true),
                "false" | "" => Ok(false),
                _ => Err(self.error(TYPE, field)),
            },
            Some(_) => Err(self.error(TYPE, field)),
        }
    }

    /// A section within.
    pub(super) fn inner(&self, field: &str) -> Option<&'a Json> {
        self.json?.get(field).filter(|inner| inner.members().is_some())
    }

    /// A refusal that names the field as it stands in the configuration.
    pub(super) fn error(&self, rule: &'static str, field: &str) -> Error {
        let written = self.variable(field).filter(|name| self.json.is_some_and(|json| json.get(name).is_some()));
        Error::config(rule, &[self.path, ".", written.unwrap_or(field)].concat())
    }

    /// The variable wins, as it does in a deployment.
    fn value(&self, field: &str) -> Option<&'a Json> {
        let json = self.json?;
        self.variable(field).and_then(|name| json.get(name)).or_else(|| json.get(field))
    }

    fn variable(&self, field: &str) -> Option<&'static str> {
        self.variables.iter().find(|(name, _)| *name == field).map(|(_, variable)| *variable)
    }
}

/// The configuration with every `${NAME:-default}` of its `openMetadata` part filled in: from a variable of the
/// same section, else by the default, else with nothing.
pub fn expanded(config: Json) -> Json {
    let Json::Object(members) = config else { return config };
    let expand = |(name, value): (String, Json)| if name == "openMetadata" { (name, filled(&value, &[])) } else { (name, value) };
    Json::Object(members.into_iter().map(expand).collect())
}

fn filled(value: &Json, variables: &[(String, Json)]) -> Json {
    match value {
        Json::String(text) => Json::String(fill(text, variables)),
        Json::Array(items) => Json::Array(items.iter().map(|item| filled(item, variables)).collect()),
        Json::Object(members) => {
            Json::Object(members.iter().map(|(name, inner)| (name.clone(), filled(inner, members))).collect())
        }
        other => other.clone(),
    }
}

fn fill(text: &str, variables: &[(String, Json)]) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.into() };
    // A default may have braces of its own: a guide's `{User Pool ID}`.
    let mut depth = 1;
    let end = rest.char_indices().find_map(|(at, character)| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    });
    let Some((inner, after)) = end.and_then(|at| Some((rest.get(..at)?, rest.get(at + 1..)?))) else { return text.into() };
    let (name, default) = inner.split_once(":-").unwrap_or((inner, ""));
    let variable = variables.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_str());
    [before, variable.unwrap_or_else(|| unquoted(default)), &fill(after, variables)].concat()
}

/// `[a, "b"]` or `a,b` → its texts.
fn split(text: &str) -> Vec<String> {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    inner.split(',').map(|item| unquoted(item.trim()).to_owned()).filter(|item| !item.is_empty()).collect()
}

fn unquoted(text: &str) -> &str {
    let within = |quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    within('"').or_else(|| within('\'')).unwrap_or(text)
}
