//! The service provider: ourselves, and our metadata for the identity provider to read.
//!
//! SAML metadata §2.4.4. Everything an administrator types in by hand is in it: entity ID and ACS URL.

use super::names::{DSIG, HTTP_POST, HTTP_REDIRECT, METADATA, PROTOCOL};
use super::writer::Writer;

/// A service provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sp {
    /// `entityID`: the audience of every assertion for us.
    pub entity_id: String,
    /// The assertion consumer service, HTTP-POST: compared to the letter, query included.
    pub acs_url: String,
    /// `AssertionConsumerServiceIndex` for requests to name it by; `None`: by its address.
    pub acs_index: Option<String>,
    /// The single logout service, HTTP-Redirect; empty without one.
    pub slo_url: String,
    /// The certificate of the key behind `sp.sign`, base64 without PEM lines; empty without one.
    pub certificate: String,
    /// Whether requests are signed.
    pub signs_requests: bool,
}

impl Sp {
    /// `EntityDescriptor`, as text.
    pub fn metadata(&self) -> String {
        let mut xml = Writer::new("md:EntityDescriptor", &[("xmlns:md", METADATA), ("entityID", &self.entity_id)]);
        let signs = if self.signs_requests { "true" } else { "false" };
        xml.open(
            "md:SPSSODescriptor",
            &[("AuthnRequestsSigned", signs), ("WantAssertionsSigned", "true"), ("protocolSupportEnumeration", PROTOCOL)],
        );
        if !self.certificate.is_empty() {
            xml.open("md:KeyDescriptor", &[("use", "signing")]);
            xml.open("ds:KeyInfo", &[("xmlns:ds", DSIG)]);
            xml.open("ds:X509Data", &[]).element("ds:X509Certificate", &[], &self.certificate);
            xml.close().close().close();
        }
        if !self.slo_url.is_empty() {
            xml.element("md:SingleLogoutService", &[("Binding", HTTP_REDIRECT), ("Location", &self.slo_url)], "");
        }
        let acs = [
            ("Binding", HTTP_POST),
            ("Location", &self.acs_url),
            ("index", self.acs_index.as_deref().unwrap_or("0")),
            ("isDefault", "true"),
        ];
        xml.element("md:AssertionConsumerService", &acs, "");
        xml.end()
    }
}
