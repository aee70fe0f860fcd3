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
use crate::text::split_at_mark;

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
            Some(Json::String(text)) => Ok(Some(unquoted(text)).filter(|text| !text.is_empty())),
            Some(_) => Err(self.error(TYPE, field)),
        }
    }

    /// Several texts: an array, or YAML's `[a, b]` in a text. `None`: nothing is said.
    pub(super) fn list(&self, field: &str) -> Result<Option<Vec<String>>, Error> {
        let mut texts = Vec::new();
        match self.value(field) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::String(text)) => split(text, &mut texts),
            Some(Json::Array(items)) => {
                for item in items {
                    texts.push(item.as_str().ok_or_else(|| self.error(TYPE, field))?.into());
                }
            }
            Some(_) => return Err(self.error(TYPE, field)),
        }
        Ok(Some(texts))
    }

    /// A flag, also as a text; false when it is not there.
    pub(super) fn flag(&self, field: &str) -> Result<bool, Error> {
        match self.value(field) {
            None | Some(Json::Null) => Ok(false),
            Some(Json::Bool(value)) => Ok(*value),
            Some(Json::String(text)) => match unquoted(text) {
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
pub(super) fn expanded(mut config: Json) -> Json {
    if let Json::Object(members) = &mut config {
        for (name, value) in members {
            if name == "openMetadata" {
                fill_in(value, &[]);
            }
        }
    }
    config
}

fn fill_in(value: &mut Json, variables: &[(String, Json)]) {
    match value {
        Json::String(text) => *text = fill(text, variables),
        Json::Array(items) => items.iter_mut().for_each(|item| fill_in(item, variables)),
        Json::Object(members) => {
            let variables = members.clone();
            members.iter_mut().for_each(|(_, inner)| fill_in(inner, &variables));
        }
        _ => {}
    }
}

fn fill(text: &str, variables: &[(String, Json)]) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, opened)) = split_at_mark(rest, "${")
        && let Some((inner, after)) = closed(opened)
    {
        let (name, default) = split_at_mark(inner, ":-").unwrap_or((inner, ""));
        let variable = variables.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_str());
        whole.push_str(before);
        whole.push_str(variable.unwrap_or_else(|| unquoted(default)));
        rest = after;
    }
    whole.push_str(rest);
    whole
}

/// What stands before and after the brace that closes. A default may have braces of its own: a guide's
/// `{User Pool ID}`.
fn closed(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    let end = text.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

/// `[a, "b"]` or `a,b` → its texts.
fn split(text: &str, texts: &mut Vec<String>) {
    let text = unquoted(text);
    for item in text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text).split(',') {
        let item = unquoted(item);
        if !item.is_empty() {
            texts.push(item.into());
        }
    }
}

/// As YAML reads a text: without the space around it, and without its quotes.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let within = |quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    within('"').or_else(|| within('\'')).unwrap_or(text)
}
