//! The redirect URI's address + the transaction → a verified authorization response.
//!
//! RFC 6749 §4.1.2 (and §3.1: no parameter twice), RFC 9207 §2.4 (`iss`). The address is read
//! leniently (query and fragment, `+` as space, unknown parameters, Cognito's `?result=`); what it
//! claims is judged strictly.

use super::transaction::Transaction;
use crate::error::{Error, ErrorCode};
use crate::form;
use crate::secret::Secret;

/// What an address says, before anything is believed.
#[derive(Debug)]
pub enum Arrival {
    /// `code` without `state`: began elsewhere (a hosted page, an IdP's portal, an attacker). Never exchanged.
    CodeWithoutState,
    /// `error` without `state`: belongs to no transaction. The provider's words stay unheard.
    ErrorWithoutState(Error),
    /// No authorization response (also `?result=` of `/passkeys/add`).
    Nothing,
    /// A response that names its transaction.
    Response(Response),
}

/// A response with a `state` that is not yet matched.
#[derive(Debug)]
pub struct Response {
    state: String,
    code: Option<Secret>,
    error: Option<String>,
    description: Option<String>,
    iss: Option<String>,
}

/// A code that answers a sign-in of this browser. [`verify`] is its only maker.
#[derive(Debug)]
pub struct VerifiedCallback {
    code: Secret,
    transaction: Transaction,
}

/// Reads the full address of the page.
///
/// # Errors
/// `callback_invalid` / `too_long` or `repeated`.
pub fn parse(address: &str) -> Result<Arrival, Error> {
    if address.len() > MAX_ADDRESS {
        return Err(refused("too_long"));
    }
    let (rest, fragment) = address.split_once('#').unwrap_or((address, ""));
    let (_, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut pairs = form::decode(query);
    pairs.extend(form::decode(fragment));

    let once = |name: &str| {
        let mut values = pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| value.clone());
        let first = values.next();
        if values.next().is_some() { Err(refused("repeated")) } else { Ok(first.filter(|v| !v.is_empty())) }
    };
    let (state, code, error, iss) = (once("state")?, once("code")?, once("error")?, once("iss")?);
    // Cognito has been seen to write this one twice.
    let description = pairs.iter().find(|(name, _)| name == "error_description").map(|(_, value)| value.clone());

    Ok(match (state, code, error) {
        (Some(state), code, error) => Arrival::Response(Response { state, code: code.map(Secret::new), error, description, iss }),
        (None, _, Some(error)) => Arrival::ErrorWithoutState(provider_error(&error)),
        (None, Some(_), None) => Arrival::CodeWithoutState,
        (None, None, None) => Arrival::Nothing,
    })
}

impl Response {
    /// The key of the transaction it claims to answer; `None` when no sign-in of ours makes such a state.
    pub fn state(&self) -> Option<&str> {
        let ours = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        (self.state.len() == 43 && self.state.bytes().all(ours)).then_some(&self.state)
    }
}

/// Matches a response with its transaction.
///
/// # Errors
/// `callback_invalid` with the rule `state_unknown`, `transaction_expired`, `iss` or `code_missing`;
/// `access_denied`, `login_required` or `provider_refused` when the provider says so.
pub fn verify(response: Response, transaction: Transaction, now: i64) -> Result<VerifiedCallback, Error> {
    if transaction.state != response.state {
        return Err(refused("state_unknown"));
    }
    let iss_holds = match response.iss {
        Some(iss) => transaction.issuers.contains(&iss),
        None => !transaction.iss_required,
    };
    if !iss_holds {
        return Err(refused("iss"));
    }
    if let Some(error) = response.error {
        return Err(provider_error(&error).with_provider(&error, response.description.as_deref()));
    }
    if transaction.is_stale(now) {
        return Err(refused("transaction_expired"));
    }
    let code = response.code.ok_or_else(|| refused("code_missing"))?;
    Ok(VerifiedCallback { code, transaction })
}

impl VerifiedCallback {
    pub(super) fn code(&self) -> &Secret {
        &self.code
    }

    /// The transaction that the code answers.
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }
}

/// An error of the callback by `rule`.
pub(crate) fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::CallbackInvalid, rule)
}

/// RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6
fn provider_error(error: &str) -> Error {
    let (code, rule) = match error {
        "access_denied" => (ErrorCode::AccessDenied, ""),
        "login_required" => (ErrorCode::LoginRequired, "login_required"),
        "interaction_required" => (ErrorCode::LoginRequired, "interaction_required"),
        "account_selection_required" => (ErrorCode::LoginRequired, "account_selection_required"),
        "consent_required" => (ErrorCode::LoginRequired, "consent_required"),
        "invalid_request" => (ErrorCode::ProviderRefused, "invalid_request"),
        "unauthorized_client" => (ErrorCode::ProviderRefused, "unauthorized_client"),
        "unsupported_response_type" => (ErrorCode::ProviderRefused, "unsupported_response_type"),
        "invalid_scope" => (ErrorCode::ProviderRefused, "invalid_scope"),
        "server_error" => (ErrorCode::ProviderRefused, "server_error"),
        "temporarily_unavailable" => (ErrorCode::ProviderRefused, "temporarily_unavailable"),
        _ => (ErrorCode::ProviderRefused, "other"),
    };
    Error::new(code, rule)
}

/// Bytes. Longer than any provider's answer, short enough to look through at once.
const MAX_ADDRESS: usize = 32 * 1024;
