//! The identity provider: from its metadata, or by hand.
//!
//! SAML metadata §2.3, §2.4. A `KeyDescriptor` without `use` counts for signing (§2.4.1.1); several
//! certificates are a roll-over, and any of them may have signed. The metadata's own signature is not
//! looked at: the app's configuration is what is trusted. Nor do dates refuse a sign-in: ZITADEL's
//! metadata are valid for five minutes, and a certificate is only the wrapping of a key; what has run
//! out is reported by [`Idp::expired`].

use super::certificate::{self, Certificate};
use super::names::{DSIG, HTTP_POST, HTTP_REDIRECT, METADATA, PROTOCOL};
use super::xml::{self, Comments, Element};
use crate::error::{Error, ErrorCode};
use crate::time;
use crate::url::Url;
use crate::wire::PublicKey;

/// An identity provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Idp {
    /// Its `entityID`, which every `Issuer` of its messages must be.
    pub entity_id: String,
    /// `SingleSignOnService` by HTTP-Redirect; empty without one.
    pub sso_redirect: String,
    /// `SingleSignOnService` by HTTP-POST; empty without one.
    pub sso_post: String,
    /// `SingleLogoutService` by HTTP-Redirect; empty without one.
    pub slo_redirect: String,
    /// Where responses to its logout requests go, when elsewhere; empty otherwise.
    pub slo_response: String,
    /// A page of its own that ends the person's session there, for want of single logout; empty without one.
    pub sign_out: String,
    /// `WantAuthnRequestsSigned`
    pub wants_signed_requests: bool,
    /// The keys that its messages may be signed with; at least one.
    pub keys: Vec<PublicKey>,
    /// The earliest `notAfter` of its certificates, seconds since 1970.
    pub certificate_expires: i64,
    /// `validUntil` of the metadata, seconds since 1970.
    pub valid_until: Option<i64>,
}

impl Idp {
    /// Reads metadata: an `EntityDescriptor`, or the one of `entity_id` in an `EntitiesDescriptor`. Without
    /// `entity_id` there must be just one identity provider in it.
    ///
    /// # Errors
    /// `metadata_invalid` with the rule of [`xml::parse`], or `entity` (none, or several and not said which),
    /// `entity_id`, `valid_until`, `single_sign_on`, `location`, `no_key`, or that of [`certificate::read`].
    pub fn from_metadata(text: &str, entity_id: Option<&str>) -> Result<Idp, Error> {
        let document = xml::parse(text, Comments::Dropped).map_err(refused)?;
        let fits = |element: &Element<'_, '_>| {
            element.is(METADATA, "IDPSSODescriptor")
                && speaks_saml2(*element)
                && (entity_id.is_none() || element.parent().and_then(|parent| parent.attribute("entityID")) == entity_id)
        };
        let mut fitting = document.elements().filter(fits);
        let (Some(descriptor), None) = (fitting.next(), fitting.next()) else { return Err(refused("entity")) };
        let entity =
            descriptor.parent().filter(|parent| parent.is(METADATA, "EntityDescriptor")).ok_or_else(|| refused("entity"))?;

        let mut idp = Idp {
            entity_id: read_entity_id(entity.attribute("entityID").unwrap_or_default()).ok_or_else(|| refused("entity_id"))?,
            wants_signed_requests: matches!(descriptor.attribute("WantAuthnRequestsSigned"), Some("true" | "1")),
            ..Idp::default()
        };
        for element in std::iter::successors(Some(descriptor), |element| element.parent()) {
            if let Some(until) = element.attribute("validUntil") {
                let until = time::parse(until).ok_or_else(|| refused("valid_until"))?;
                idp.valid_until = Some(idp.valid_until.map_or(until, |known| known.min(until)));
            }
        }
        idp.read_services(descriptor)?;
        let mut why = "no_key";
        for key in descriptor.children().filter(|child| child.is(METADATA, "KeyDescriptor")) {
            if key.attribute("use").is_none_or(|usage| usage == "signing") {
                for data in key.descendants_or_self().filter(|element| element.is(DSIG, "X509Data")) {
                    // The first is the signer's; after it comes its chain, whose keys sign no messages.
                    let certificate = data.children().find(|child| child.is(DSIG, "X509Certificate"));
                    let certificate = certificate::read(certificate.and_then(Element::text).unwrap_or_default());
                    match certificate.and_then(|certificate| idp.add_certificate(certificate)) {
                        Err(rule @ ("key_kind" | "key_size")) => why = rule, // of no use to us; another may be
                        other => other.map_err(refused)?,
                    }
                }
            }
        }
        if idp.keys.is_empty() { Err(refused(why)) } else { Ok(idp) }
    }

    /// An identity provider whose issuer URL, sign-in URL and certificates somebody has copied from its console;
    /// a PEM file may hold several.
    ///
    /// # Errors
    /// `metadata_invalid`: `entity_id`, `location`, `no_key`, or the rule of [`certificate::read`].
    pub fn by_hand(entity_id: &str, single_sign_on: &str, certificates: &[String]) -> Result<Idp, Error> {
        let mut idp = Idp { entity_id: read_entity_id(entity_id).ok_or_else(|| refused("entity_id"))?, ..Idp::default() };
        idp.sso_redirect = read_location(single_sign_on)?;
        idp.sso_post.clone_from(&idp.sso_redirect);
        for text in certificates {
            for certificate in certificate::read_all(text).map_err(refused)? {
                idp.add_certificate(certificate).map_err(refused)?;
            }
        }
        if idp.keys.is_empty() { Err(refused("no_key")) } else { Ok(idp) }
    }

    /// What has run out at `now`, for the log: `metadata`, `certificate`. Neither refuses a sign-in.
    pub fn expired(&self, now: i64) -> impl Iterator<Item = &'static str> {
        let metadata = self.valid_until.is_some_and(|until| until <= now).then_some("metadata");
        let certificate = (self.certificate_expires <= now).then_some("certificate");
        metadata.into_iter().chain(certificate)
    }

    /// The first endpoint of each binding that we speak (§2.4.3).
    fn read_services(&mut self, descriptor: Element<'_, '_>) -> Result<(), Error> {
        for service in descriptor.children().filter(|child| child.namespace() == METADATA) {
            let place = match (service.local(), service.attribute("Binding")) {
                ("SingleSignOnService", Some(HTTP_REDIRECT)) => &mut self.sso_redirect,
                ("SingleSignOnService", Some(HTTP_POST)) => &mut self.sso_post,
                ("SingleLogoutService", Some(HTTP_REDIRECT)) => &mut self.slo_redirect,
                _ => continue,
            };
            if place.is_empty() {
                *place = read_location(service.attribute("Location").unwrap_or_default())?;
                if let Some(elsewhere) =
                    service.attribute("ResponseLocation").filter(|_| service.local() == "SingleLogoutService")
                {
                    self.slo_response = read_location(elsewhere)?;
                }
            }
        }
        if self.sso_redirect.is_empty() && self.sso_post.is_empty() { Err(refused("single_sign_on")) } else { Ok(()) }
    }

    fn add_certificate(&mut self, certificate: Certificate) -> Result<(), &'static str> {
        if self.keys.is_empty() || certificate.not_after < self.certificate_expires {
            self.certificate_expires = certificate.not_after;
        }
        if !self.keys.contains(&certificate.key) {
            self.keys.push(certificate.key);
        }
        if self.keys.len() > MAX_KEYS { Err("too_many") } else { Ok(()) }
    }
}

fn speaks_saml2(descriptor: Element<'_, '_>) -> bool {
    descriptor
        .attribute("protocolSupportEnumeration")
        .is_some_and(|list| list.split_ascii_whitespace().any(|one| one == PROTOCOL))
}

/// SAML core §8.3.6.
fn read_entity_id(text: &str) -> Option<String> {
    let holds = !text.is_empty() && text.len() <= 1024 && !text.contains(char::is_whitespace) && xml::is_xml_text(text);
    holds.then(|| text.into())
}

fn read_location(text: &str) -> Result<String, Error> {
    let holds = Url::parse(text).is_some_and(|url| url.is_secure() && url.fragment.is_none());
    if holds { Ok(text.into()) } else { Err(refused("location")) }
}

fn refused(rule: &'static str) -> Error {
    Error::new(ErrorCode::MetadataInvalid, rule)
}

/// Keys of one identity provider. Each is one signature to try.
const MAX_KEYS: usize = 16;
