//! The response → tokens of the app's own back end, which verifies it for itself.
//!
//! ```text
//!  response as received ─┬─ form: its assertion alone (RFC 7522 §2.1) ─┬─> POST ─> RFC 6749 §5.1
//!                        └─ json: the response, and what it answers ───┘
//! ```

use super::c14n::canonicalize;
use super::config::{Config, Exchange};
use super::names::{ASSERTION, DSIG};
use super::xml::{self, Comments, Element};
use crate::error::{Error, ErrorCode};
use crate::json::Record;
use crate::secret::Secret;
use crate::token_response::MAX_RESPONSE;
use crate::wire::HttpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Asks for tokens; `None` where no exchange is configured. `response` is the decoded message, which has been
/// verified; `in_response_to` the request that it answered.
///
/// # Errors
/// `signature_invalid` / `assertion_unsigned`: an assertion goes alone, and only the response around it was signed.
pub fn request(config: &Config, response: &str, in_response_to: Option<&str>) -> Result<Option<HttpRequest>, Error> {
    let Some(Exchange { endpoint, is_form, client_id }) = &config.exchange else { return Ok(None) };
    if *is_form {
        let assertion = URL_SAFE_NO_PAD.encode(assertion(response).ok_or_else(unsigned)?);
        let mut form = vec![("grant_type", GRANT_TYPE), ("assertion", assertion.as_str())];
        form.extend((!client_id.is_empty()).then_some(("client_id", client_id.as_str())));
        return Ok(Some(HttpRequest::post_form(endpoint, &form, MAX_RESPONSE)));
    }
    let mut record = Record::new(VERSION).text("samlResponse", &STANDARD.encode(response));
    if let Some(id) = in_response_to {
        record = record.text("inResponseTo", id);
    }
    let body = Some(("application/json", Secret::new(record.end())));
    Ok(Some(HttpRequest { body, ..HttpRequest::get(endpoint, MAX_RESPONSE) }))
}

/// The signed assertion as a document of its own: with every namespace where it was in force, so that its
/// signature holds whichever prefixes it counts on. Those that stand inside it count too: the prefix of an
/// `xsi:type` is in a value, where canonicalization does not look, and yet a PrefixList may name it.
fn assertion(response: &str) -> Option<String> {
    let document = xml::parse(response, Comments::Refused).ok()?;
    let assertion = document.root().only(ASSERTION, "Assertion")?;
    assertion.only(DSIG, "Signature")?;
    let above = std::iter::successors(assertion.parent(), |element: &Element<'_, '_>| element.parent());
    let mut prefixes: Vec<&str> = Vec::new();
    for namespace in assertion.descendants_or_self().chain(above).flat_map(|element| element.declarations()) {
        let prefix = if namespace.prefix.is_empty() { "#default" } else { namespace.prefix };
        if !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
    }
    canonicalize(assertion, None, &prefixes)
}

fn unsigned() -> Error {
    Error::new(ErrorCode::SignatureInvalid, "assertion_unsigned")
}

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";
const VERSION: i64 = 1;
