//! The rule tables, run natively: every row names an attack or an oddity and its verdict, and asserts
//! the code and the rule, not merely that something failed.
//!
//! Signatures are made and checked by ring, an implementation that shares nothing with this crate.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::type_complexity
)]
#![allow(missing_docs, unreachable_pub)]

#[cfg(feature = "aws")]
mod aws;
mod callback;
mod clock;
mod config;
mod discovery;
mod errors;
mod id_token;
mod keys;
mod noise;
#[cfg(feature = "openmetadata")]
mod openmetadata;
mod renewal;
mod request;
#[cfg(feature = "saml")]
mod saml;
mod session;
mod step_up;
mod support;
mod tokens;
mod transaction;
mod userinfo;
