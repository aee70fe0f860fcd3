//! OpenMetadata: its configuration, its rules for who somebody is, and the tokens that it issues itself.
//!
//! ```text
//!  the server's answers, or openmetadata.yaml ── section ──> config ─┬─ a public client ──> the OpenID Connect door, as it is
//!                                                                    └─ SAML, confidential ─> issued: the server signs in, we take its token
//!  claims ── principal ──> the name, the address and the problems that the server will see
//! ```
//!
//! The server checks little of a token (its `exp` and a signature), so everything is checked here. Each
//! key set belongs to one issuer: the provider's to the provider, `/api/v1/system/config/jwks` to OpenMetadata.
//!
//! [Authentication](https://docs.open-metadata.org/latest/deployment/security), `JwtFilter` and `SecurityUtil` of its server.

pub mod config;
pub mod issued;
pub mod principal;
mod section;
pub mod server;

pub use config::Settings;
