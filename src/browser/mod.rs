//! The windows of the house: everything that web-sys, js-sys and gloo can see is in here.
//!
//! ```text
//!  package's JavaScript ──> client: one step of the core, now ──> values: an address, a record, a session
//!    stores, locks, tabs       ├─> fetch: a request leaves ─────> a promise of its answer
//!    timers, windows           └─> judge: signature, claims ────> a promise of a session
//! ```
//!
//! The steps are synchronous, and their order is the JavaScript's affair (`pkg-template/`): what waits
//! for a tab, a store or a person is a third of the size there. What is believed is decided here.

#[cfg(feature = "oidc")]
mod answers;
#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "oidc")]
mod client;
mod convert;
mod crypto;
mod fetch;
#[cfg(feature = "oidc")]
mod judge;
#[cfg(feature = "openmetadata")]
mod openmetadata;
#[cfg(feature = "saml")]
mod saml;
#[cfg(feature = "saml")]
mod saml_logout;

#[cfg(feature = "aws")]
pub use aws::{AwsClient, AwsFlow};
#[cfg(feature = "oidc")]
pub use client::Client;
#[cfg(feature = "openmetadata")]
pub use openmetadata::{asked, configured};
#[cfg(feature = "saml")]
pub use saml::{Departing, Pending, SamlClient};
#[cfg(feature = "saml")]
pub use saml_logout::{Deflated, LogoutPending};

/// Small and quick to start; a page's sign-in allocates little.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
