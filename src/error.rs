//! Every way to fail: one closed list of codes, the exact rule beside it.
//!
//! A message never repeats what came from outside. The sentences that a person reads are in the
//! package's `errors.js`; `tests/contract.rs` holds the four lists (here, `errors.js`,
//! `index.d.ts`, README) equal.

use std::fmt;

/// Why something was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What happened: the closed list.
    pub code: ErrorCode,
    /// The exact rule, claim or parameter that failed; empty where the code says it all.
    pub rule: &'static str,
    /// What few errors carry; boxed, because every `Result` of the crate moves an `Error` about.
    more: Option<Box<More>>,
}

/// What only some errors can say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct More {
    option: Option<String>,
    status: Option<u16>,
    provider: Option<ProviderError>,
}

/// The provider's own words (RFC 6749 §4.1.2.1 and §5.2), at most 256 characters each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderError {
    /// `error`
    pub error: String,
    /// `error_description`
    pub description: Option<String>,
}

// With a condition: not in every module. Those that the package raises are in none, and stand here for the list's sake.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $(if $cfg:meta)?,)*) => {
        /// What happened. The closed list that JavaScript sees as `error.code`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ErrorCode { $($(#[$doc])* $(#[cfg($cfg)])? $variant,)* }

        impl ErrorCode {
            /// Every code, in the order of the rooms.
            pub const ALL: &'static [ErrorCode] = &[$($(#[cfg($cfg)])? ErrorCode::$variant,)*];

            /// The name in JavaScript.
            pub fn as_str(self) -> &'static str {
                match self { $($(#[cfg($cfg)])? ErrorCode::$variant => $name,)* }
            }
        }
    };
}

codes! {
    /// An option is unknown, missing, contradictory or malformed; `option` names it.
    ConfigInvalid = "config_invalid",
    /// No window, no secure context or no WebCrypto; `rule` says which.
    UnsupportedEnvironment = "unsupported_environment",
    /// The Content Security Policy lacks `'wasm-unsafe-eval'`. Raised by the package's loader.
    WasmBlocked = "wasm_blocked" if not(target_arch = "wasm32"),
    /// The module could not be fetched or compiled. Raised by the package's loader.
    WasmLoadFailed = "wasm_load_failed" if not(target_arch = "wasm32"),
    /// A sign-in option or start link that cannot be sent; `option` names it.
    RequestInvalid = "request_invalid",
    /// The provider's metadata cannot be used; `rule` says why.
    DiscoveryInvalid = "discovery_invalid",
    /// No store of the browser keeps the transaction.
    StorageUnavailable = "storage_unavailable" if not(target_arch = "wasm32"),
    /// The browser opened no window. Raised by the package.
    PopupBlocked = "popup_blocked" if not(target_arch = "wasm32"),
    /// The person came back with the back button, or closed the window. Raised by the package.
    Interrupted = "interrupted" if not(target_arch = "wasm32"),
    /// The authorization response is not an answer to a sign-in of this browser.
    CallbackInvalid = "callback_invalid",
    /// The person or the provider said no (`access_denied`).
    AccessDenied = "access_denied",
    /// `prompt=none` was asked and the provider needs the person.
    LoginRequired = "login_required",
    /// The provider answered with another error.
    ProviderRefused = "provider_refused",
    /// No answer: offline, DNS, CORS, or blocked by `connect-src`.
    NetworkFailed = "network_failed",
    /// No answer in time.
    RequestTimeout = "request_timeout",
    /// The provider answered 5xx.
    ProviderUnavailable = "provider_unavailable",
    /// The provider answered 429.
    RateLimited = "rate_limited",
    /// A firewall answered 403 in the provider's place.
    RequestBlocked = "request_blocked",
    /// `invalid_grant`: the code is used, expired or foreign.
    GrantRefused = "grant_refused",
    /// The token endpoint refuses this client or its redirect URI.
    ClientRefused = "client_refused",
    /// The token response is not one.
    TokensInvalid = "tokens_invalid",
    /// The ID token breaks a rule of OpenID Connect Core §3.1.3.7; `rule` names it.
    IdTokenInvalid = "id_token_invalid",
    /// The key set could not be had within a minute.
    KeysUnavailable = "keys_unavailable",
    /// The key set is not one.
    KeysInvalid = "keys_invalid",
    /// The userinfo endpoint's answer cannot be used; `rule` says why.
    UserinfoInvalid = "userinfo_invalid",
    /// Nobody is signed in, or no longer.
    SignInRequired = "sign_in_required",
    /// Another tab is renewing and does not finish. Raised by the package.
    RefreshBusy = "refresh_busy" if not(target_arch = "wasm32"),
    /// `urls` was read before `ready()`. Raised by the package.
    NotReady = "not_ready" if not(target_arch = "wasm32"),
    /// A bug in gatepass.
    Internal = "internal",
    /// The identity provider's SAML metadata or certificate cannot be used; `rule` says why.
    MetadataInvalid = "metadata_invalid" if feature = "saml",
    /// A SAML message is malformed, or not the answer that is awaited here; `rule` says which.
    MessageInvalid = "message_invalid" if feature = "saml",
    /// A SAML message is not signed as it must be; `rule` says what is missing or wrong.
    SignatureInvalid = "signature_invalid" if feature = "saml",
    /// The assertion breaks a rule of SAML profiles §4.1.4; `rule` names it.
    AssertionInvalid = "assertion_invalid" if feature = "saml",
    /// The identity provider encrypts, and a page has no private key.
    AssertionEncrypted = "assertion_encrypted" if feature = "saml",
    /// A response that answers no request, where the app does not allow it.
    IdpInitiatedRefused = "idp_initiated_refused" if feature = "saml",
    /// The service worker that takes the response is not there; `rule` says why. Raised by the package.
    WorkerUnavailable = "worker_unavailable" if feature = "saml",
    /// Signed in three times within a minute, and asked to sign in again. Raised by the package.
    SignInLoop = "sign_in_loop" if feature = "openmetadata",
    /// AWS gives no credentials; `rule` is its error type, or what is wrong with its answer.
    AwsRefused = "aws_refused" if feature = "aws",
}

impl Error {
    /// An error of `code` by `rule`.
    pub fn new(code: ErrorCode, rule: &'static str) -> Self {
        Error { code, rule, more: None }
    }

    /// The option of the configuration or of the sign-in that is meant.
    pub fn option(&self) -> Option<&str> {
        self.more.as_ref()?.option.as_deref()
    }

    /// HTTP status of the provider's answer.
    pub fn status(&self) -> Option<u16> {
        self.more.as_ref()?.status
    }

    /// What the provider itself said; only from a response whose state was verified.
    pub fn provider(&self) -> Option<&ProviderError> {
        self.more.as_ref()?.provider.as_ref()
    }

    pub(crate) fn config(rule: &'static str, option: &str) -> Self {
        Error::new(ErrorCode::ConfigInvalid, rule).with_option(option)
    }

    pub(crate) fn with_option(mut self, option: &str) -> Self {
        self.more().option = Some(option.into());
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.more().status = Some(status);
        self
    }

    pub(crate) fn with_provider(mut self, error: &str, description: Option<&str>) -> Self {
        self.more().provider = Some(ProviderError { error: shorten(error), description: description.map(shorten) });
        self
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Whether the same step may succeed later without a new sign-in.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn retryable(&self) -> bool {
        use ErrorCode::*;
        matches!(
            self.code,
            WasmLoadFailed
                | PopupBlocked
                | Interrupted
                | NetworkFailed
                | RequestTimeout
                | ProviderUnavailable
                | RateLimited
                | KeysUnavailable
                | RefreshBusy
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        f.write_str(": ")?;
        f.write_str(self.rule)
    }
}

impl std::error::Error for Error {}

/// Cognito ends descriptions in a newline, and may write pages.
fn shorten(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(PROVIDER_TEXT).collect()
}

/// Characters of a provider's prose that are passed on.
const PROVIDER_TEXT: usize = 256;
