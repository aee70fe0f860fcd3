//! The windows of the house: everything that web-sys, js-sys and gloo can see is in here.
//!
//! ```text
//!  index.js ──> client ──> the core's next step ──> fetch · storage · crypto · page ──> the core's next step ──> …
//!      ^           │
//!      └─ convert ─┘   snapshots and errors as plain objects; JavaScript never holds a wasm pointer but the client
//! ```

mod arrival;
mod client;
mod convert;
mod crypto;
mod fetch;
mod page;
mod storage;

pub use client::{Client, Host};

/// Small and quick to start; a page's sign-in allocates little.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
