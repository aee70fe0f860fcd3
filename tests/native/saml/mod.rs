//! The SAML door's rule tables.

mod fixtures;
mod idp;
mod limits;
#[path = "../../tools/oracle.rs"]
mod oracle;
mod own;
mod properties;
#[path = "../../tools/rules.rs"]
mod rules;
mod rules_assertion;
mod rules_message;
mod rules_signature;
mod rules_xml;
mod signer;
mod upstream;
