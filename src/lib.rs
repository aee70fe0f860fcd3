//! gatepass: sign-in for web front-ends.
//!
//! Data walks one way, through the same rooms behind either door:
//!
//! ```text
//!  config ──> request ──> (the browser leaves and comes back) ──> callback ──> tokens or assertion ──> session
//! ```
//!
//! The core knows no browser. It takes values, a clock and random bytes as arguments and answers
//! with values: a [`wire::Redirect`], a [`wire::HttpRequest`], a [`wire::SignatureCheck`], a
//! [`session::Session`]. Only `browser` names web-sys, js-sys and gloo; elsewhere they do not
//! exist, because a native build does not have them.
//!
//! | file | subject | specification |
//! |---|---|---|
//! | [`config`] | what the app tells us | the contract, `index.d.ts` |
//! | [`error`] | every way to fail | |
//! | [`wire`] | what the core asks of the outside | |
//! | [`oidc`] | the Cognito / OpenID Connect door | RFC 6749, 7636, 9207, 9700; OpenID Connect Core, Discovery |
//! | [`saml`] | the SAML 2.0 door | SAML core, bindings, profiles, metadata; XML Signature 1.1; Exclusive C14N 1.0 |
//! | `openmetadata` | OpenMetadata's configuration, identity rules and own tokens | its documentation |
//! | [`aws`] | a session in, temporary AWS credentials out | Amazon Cognito identity pools, AWS STS |
//! | [`token_response`] | what a token endpoint answers | RFC 6749 §5 |
//! | [`session`] | tokens → one session, one user | OpenID Connect Core §5.1 |
//! | [`return_to`] | where the person goes afterwards | RFC 9700 §4.11 |
//! | [`json`], [`form`], [`url`] | text in and out | RFC 8259; WHATWG URL |
//! | `browser` | the windows: the handle that JavaScript steps through, requests, WebCrypto | |

#![cfg_attr(not(feature = "oidc"), allow(dead_code))] // what one door alone needs stays unmarked

#[cfg(feature = "aws")]
pub mod aws;
pub mod config;
pub mod error;
pub mod form;
pub mod json;
#[cfg(feature = "oidc")]
pub mod oidc;
#[cfg(feature = "openmetadata")]
pub mod openmetadata;
mod options;
#[cfg(any(feature = "oidc", feature = "aws"))]
mod region;
pub mod return_to;
#[cfg(feature = "saml")]
pub mod saml;
pub mod secret;
#[cfg(feature = "oidc")]
pub mod session;
mod text;
#[cfg(any(feature = "saml", feature = "aws"))]
pub mod time;
pub mod token_response;
pub mod url;
pub mod wire;

#[cfg(target_arch = "wasm32")]
pub mod browser;
