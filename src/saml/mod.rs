//! The SAML 2.0 door: the web browser SSO profile, a full service provider.
//!
//! ```text
//!  config ─> request::begin ─> Redirect or Form ······ the browser leaves and comes back ······┐
//!                 └─> Transaction (stored under its RelayState)                                │ SAMLResponse
//!                            └───────> callback::receive <── callback::decode <────────────────┘
//!                                            │ Received (form, address and status hold)
//!                                      signature::open ─> SignatureCheck ─> (WebCrypto) ─> SignedElement
//!                                            │ Verified
//!                                      assertion::verify ─> Assertion ─> user ─> session
//! ```
//!
//! | room | specification |
//! |---|---|
//! | [`config`] | this door's options |
//! | [`names`] | the names of namespaces, bindings, formats |
//! | [`policy`] | what is allowed beyond that |
//! | [`idp`] | metadata in: SAML metadata §2.3, §2.4 |
//! | [`certificate`] | RFC 5280 §4.1, as far as the key |
//! | [`sp`] | metadata out: SAML metadata §2.4.4 |
//! | [`sign_in`] | what the app asks for |
//! | [`request`] | SAML core §3.4.1 |
//! | [`bindings`], [`deflate`] | SAML bindings §3.4, §3.5; RFC 1951 |
//! | [`transaction`] | what must survive (SAML profiles §4.1.4.3) |
//! | [`callback`] | SAML bindings §3.5, SAML core §3.2.2 |
//! | `shape` | the form of messages: SAML core §2.3.3, §3.2.2 |
//! | [`signature`] | XML Signature 1.1, SAML core §5.4; the only maker of a `SignedElement` |
//! | [`c14n`] | Exclusive XML Canonicalization 1.0 |
//! | [`xml`] | XML 1.0, Namespaces in XML 1.0 |
//! | [`assertion`] | SAML core §2.3–2.7, SAML profiles §4.1.4 |
//! | [`logout`] | SAML core §3.7, SAML profiles §4.4 |
//! | [`mapping`], [`user`] | attributes → user |
//! | [`session`] | assertion → session |
//! | [`exchange`] | response → tokens of the app's back end (RFC 7522) |

pub mod assertion;
pub mod bindings;
pub mod c14n;
pub mod callback;
pub mod certificate;
pub mod config;
pub mod deflate;
pub mod exchange;
pub mod idp;
pub mod logout;
pub mod mapping;
pub mod names;
pub mod policy;
pub mod request;
pub mod session;
mod shape;
pub mod sign_in;
pub mod signature;
pub mod sp;
pub mod transaction;
pub mod user;
mod writer;
pub mod xml;
