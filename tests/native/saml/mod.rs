//! The SAML door's rule tables.

mod config;
mod exchange;
mod fixtures;
mod idp;
mod limits;
mod logout;
#[path = "../../tools/oracle.rs"]
mod oracle;
mod own;
mod properties;
mod request;
#[path = "../../tools/rules.rs"]
mod rules;
mod rules_assertion;
mod rules_message;
mod rules_signature;
mod rules_xml;
mod service;
mod session;
mod signer;
mod transaction;
mod upstream;
mod user;
