//! Reading one object of options: known names, types, addresses, no placeholder left in.
//!
//! Every refusal is `config_invalid` with one of the rules at the end, and names the option by its
//! dotted path.

use crate::error::Error;
use crate::json::Json;
use crate::url::Url;

/// One object of options with the path that leads to it.
pub(crate) struct Options<'a> {
    path: &'a str,
    json: &'a Json,
}

impl<'a> Options<'a> {
    pub(crate) fn new(path: &'a str, json: &'a Json, option: &str) -> Result<Self, Error> {
        if json.members().is_some() { Ok(Options { path, json }) } else { Err(Error::config(TYPE, option)) }
    }

    /// Refuses an option that is not in the contract.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Error> {
        for (name, _) in self.json.members().unwrap_or_default() {
            if !known.contains(&name.as_str()) {
                let rule =
                    if matches!(name.as_str(), "clientSecret" | "client_secret" | "secret") { CLIENT_SECRET } else { UNKNOWN };
                return Err(self.error(rule, name));
            }
        }
        Ok(())
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, Error> {
        match self.json.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(TYPE, name)),
        }
    }

    pub(crate) fn required(&self, name: &str) -> Result<&'a str, Error> {
        self.text(name)?.filter(|text| !text.is_empty()).ok_or_else(|| self.error(MISSING, name))
    }

    /// An endpoint: absolute, secure, without fragment.
    pub(crate) fn endpoint(&self, name: &str) -> Result<Option<&'a str>, Error> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        self.check_address(name, text)?;
        Ok(Some(text))
    }

    pub(crate) fn flag(&self, name: &str) -> Result<bool, Error> {
        match self.json.get(name) {
            None => Ok(false),
            Some(Json::Bool(value)) => Ok(*value),
            Some(_) => Err(self.error(TYPE, name)),
        }
    }

    /// A whole number that is not negative.
    #[cfg(any(feature = "saml", feature = "aws"))]
    pub(crate) fn integer(&self, name: &str, most: i64) -> Result<Option<i64>, Error> {
        match self.json.get(name) {
            None => Ok(None),
            Some(value @ Json::Number(text)) => {
                let whole = value.as_integer().filter(|number| *number <= most && text.bytes().all(|b| b.is_ascii_digit()));
                whole.map(Some).ok_or_else(|| self.error(MALFORMED, name))
            }
            Some(_) => Err(self.error(TYPE, name)),
        }
    }

    /// One of `values`, which a text option must be.
    pub(crate) fn choice(&self, name: &str, values: &[&str]) -> Result<(), Error> {
        let known = self.text(name)?.is_none_or(|value| values.contains(&value));
        if known { Ok(()) } else { Err(self.error(MALFORMED, name)) }
    }

    pub(crate) fn section(&self, name: &str) -> Option<&'a Json> {
        self.json.get(name)
    }

    pub(crate) fn error(&self, rule: &'static str, name: &str) -> Error {
        let mut option = self.path.to_owned();
        option.push_str(name);
        Error::config(rule, &option)
    }

    pub(crate) fn check_address(&self, name: &str, text: &str) -> Result<(), Error> {
        let url = Url::parse(text).ok_or_else(|| self.error(MALFORMED, name))?;
        if url.fragment.is_some() {
            Err(self.error(FRAGMENT, name))
        } else if !url.is_secure() {
            Err(self.error(INSECURE, name))
        } else {
            Ok(())
        }
    }

    /// An address of the app: absolute, or a path of the page's origin.
    pub(crate) fn address(&self, name: &str, default: &str, origin: &str) -> Result<String, Error> {
        let text = self.text(name)?.unwrap_or(default);
        let mut address = String::new();
        if text.starts_with('/') && !text.starts_with("//") {
            address.push_str(origin);
        }
        address.push_str(text);
        self.check_address(name, &address)?;
        Ok(address)
    }

    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Error> {
        let Some(value) = self.json.get(name) else { return Ok(None) };
        let items = value.as_array().ok_or_else(|| self.error(TYPE, name))?;
        let mut texts = Vec::new();
        for item in items {
            texts.push(item.as_str().ok_or_else(|| self.error(TYPE, name))?.into());
        }
        Ok(Some(texts))
    }
}

/// A value copied from a guide with its `{User Pool ID}` still in it.
pub(crate) fn no_placeholder(path: &str, value: &Json) -> Result<(), Error> {
    match value {
        #[cfg(any(feature = "saml", feature = "openmetadata"))]
        Json::String(text) if text.split('-').any(|part| part.ends_with("PRIVATE KEY")) => Err(Error::config(PRIVATE_KEY, path)),
        // XML is no copied value.
        Json::String(text) if text.contains('{') && text.contains('}') && !text.contains('<') => {
            Err(Error::config(PLACEHOLDER, path))
        }
        Json::Array(items) => items.iter().try_for_each(|item| no_placeholder(path, item)),
        Json::Object(members) => members.iter().try_for_each(|(name, value)| {
            let mut inner = path.to_owned();
            if !inner.is_empty() {
                inner.push('.');
            }
            inner.push_str(name);
            no_placeholder(&inner, value)
        }),
        _ => Ok(()),
    }
}

/// The option is not in the contract.
pub(crate) const UNKNOWN: &str = "unknown";
/// The option is required.
pub(crate) const MISSING: &str = "missing";
/// The option has another type.
pub(crate) const TYPE: &str = "type";
/// The option's value does not have its form.
pub(crate) const MALFORMED: &str = "malformed";
/// A `{placeholder}` was left in.
const PLACEHOLDER: &str = "placeholder";
/// Nor has a private key.
#[cfg(any(feature = "saml", feature = "openmetadata"))]
const PRIVATE_KEY: &str = "private_key";
/// A secret has no place in a page.
pub(crate) const CLIENT_SECRET: &str = "client_secret";
/// http on another host than this machine.
const INSECURE: &str = "insecure";
/// RFC 6749 §3.1.2: no fragment.
const FRAGMENT: &str = "fragment";
