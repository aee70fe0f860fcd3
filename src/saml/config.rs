//! The options of this door.

use super::bindings::Binding;
use super::certificate;
use super::idp::Idp;
use super::policy::{MAX_SKEW, Policy, Signed};
use super::signature::METHODS;
use super::sp::Sp;
use super::user::Mapping;
use crate::config::{CONFLICT, Common};
use crate::error::Error;
use crate::json::Json;
use crate::options::{MALFORMED, MISSING, Options, TYPE, no_placeholder};
use crate::wire::Algorithm;

/// A service provider and its identity provider.
#[derive(Debug, Clone)]
pub struct Config {
    /// Whom we ask, and whose answers we believe.
    pub idp: Idp,
    /// Ourselves.
    pub sp: Sp,
    /// How requests travel.
    pub binding: Binding,
    /// `sp.sign` signs with this; `None`: requests go unsigned.
    pub signature_algorithm: Option<Algorithm>,
    /// What is allowed in an answer.
    pub policy: Policy,
    /// Attributes → user.
    pub mapping: Mapping,
    /// What both doors have.
    pub common: Common,
}

impl Config {
    /// Reads the configuration of a page on `origin`.
    ///
    /// # Errors
    /// `config_invalid`; `metadata_invalid`. `option` is the dotted name, e.g. `saml.idp.certificates`.
    pub fn parse(text: &str, origin: &str) -> Result<Config, Error> {
        let json = Json::parse(text).map_err(|_| Error::config(TYPE, "config"))?;
        let top = Options::new("", &json, "config")?;
        no_placeholder("", &json)?;
        if let Some(other) = ["cognito", "oidc"].into_iter().find(|door| top.section(door).is_some()) {
            return Err(Error::config(CONFLICT, other));
        }
        top.only(&["saml", "redirectUri", "logoutUri", "name", "storage", "defaultRoles"])?;
        let door = section(&top, "saml", "saml.")?;
        door.only(&["acs", "allowIdpInitiated", "attributes", "binding", "idp", "signed", "skew", "sp"])?;
        door.choice("acs", &["server", "worker"])?;
        door.choice("binding", &["post", "redirect"])?;
        door.choice("signed", &["any", "assertion", "both", "response"])?;

        let idp = read_idp(&section(&door, "idp", "saml.idp.")?)?;
        let (sp, signature_algorithm) = read_sp(&section(&door, "sp", "saml.sp.")?, origin)?;
        if idp.wants_signed_requests && !sp.signs_requests {
            return Err(Error::config(SIGN, "saml.sp.sign"));
        }
        let mut policy = Policy { allow_idp_initiated: door.flag("allowIdpInitiated")?, ..Policy::default() };
        if let Some(skew) = door.section("skew") {
            let seconds = skew.as_integer().filter(|seconds| (0..=MAX_SKEW).contains(seconds));
            policy.skew = seconds.ok_or_else(|| door.error(MALFORMED, "skew"))?;
        }
        policy.signed = match door.text("signed")? {
            Some("assertion") => Signed::Assertion,
            Some("both") => Signed::Both,
            Some("response") => Signed::Response,
            _ => Signed::Any,
        };
        let binding = match door.text("binding")? {
            Some("post") => Binding::Post,
            Some(_) => Binding::Redirect,
            None if idp.sso_redirect.is_empty() => Binding::Post,
            None => Binding::Redirect,
        };
        if matches!(binding, Binding::Post if idp.sso_post.is_empty())
            || matches!(binding, Binding::Redirect if idp.sso_redirect.is_empty())
        {
            return Err(door.error(MALFORMED, "binding"));
        }
        let mapping = match door.section("attributes") {
            Some(attributes) => Mapping::read(&Options::new("saml.attributes.", attributes, "saml.attributes")?)?,
            None => Mapping::default(),
        };
        Ok(Config { idp, sp, binding, signature_algorithm, policy, mapping, common: Common::read(&top, origin)? })
    }
}

fn section<'a>(options: &Options<'a>, name: &str, path: &'a str) -> Result<Options<'a>, Error> {
    let json = options.section(name).ok_or_else(|| options.error(MISSING, name))?;
    Options::new(path, json, path.trim_end_matches('.'))
}

fn read_idp(idp: &Options<'_>) -> Result<Idp, Error> {
    idp.only(&["certificates", "entityId", "metadata", "signOut", "singleSignOn"])?;
    let mut read = match idp.text("metadata")? {
        Some(metadata) => {
            if let Some(other) = ["certificates", "singleSignOn"].into_iter().find(|name| idp.section(name).is_some()) {
                return Err(idp.error(CONFLICT, other));
            }
            Idp::from_metadata(metadata, idp.text("entityId")?).map_err(|error| error.with_option("saml.idp.metadata"))?
        }
        None => {
            let certificates = match idp.section("certificates") {
                Some(Json::String(one)) => vec![one.clone()],
                _ => idp.texts("certificates")?.ok_or_else(|| idp.error(MISSING, "certificates"))?,
            };
            Idp::by_hand(idp.required("entityId")?, idp.required("singleSignOn")?, &certificates)
                .map_err(|error| error.with_option("saml.idp"))?
        }
    };
    if let Some(address) = idp.endpoint("signOut")? {
        read.sign_out = address.into();
    }
    Ok(read)
}

fn read_sp(sp: &Options<'_>, origin: &str) -> Result<(Sp, Option<Algorithm>), Error> {
    sp.only(&["acsIndex", "acsUrl", "certificate", "entityId", "sign", "signatureAlgorithm", "sloUrl"])?;
    let signs_requests = sp.flag("sign")?;
    let algorithm = match sp.text("signatureAlgorithm")? {
        None => Algorithm::Rs256,
        Some(uri) => METHODS.iter().find(|(known, _)| *known == uri).ok_or_else(|| sp.error(MALFORMED, "signatureAlgorithm"))?.1,
    };
    let acs_index = match sp.section("acsIndex").map(Json::as_integer) {
        None => None,
        Some(Some(index @ 0..=65_535)) => Some(index.to_string()),
        Some(_) => return Err(sp.error(MALFORMED, "acsIndex")),
    };
    let mut certificate = String::new();
    if let Some(pem) = sp.text("certificate")? {
        certificate::read(pem).map_err(|rule| sp.error(rule, "certificate"))?;
        let body = pem.lines().filter(|line| !line.starts_with("-----"));
        certificate = body.flat_map(str::split_whitespace).collect();
    }
    if sp.text("acsUrl")?.is_none() {
        return Err(sp.error(MISSING, "acsUrl"));
    }
    let read = Sp {
        entity_id: sp.required("entityId")?.into(),
        acs_url: sp.address("acsUrl", "", origin)?,
        acs_index,
        slo_url: sp.text("sloUrl")?.map(|_| sp.address("sloUrl", "", origin)).transpose()?.unwrap_or_default(),
        certificate,
        signs_requests,
    };
    Ok((read, signs_requests.then_some(algorithm)))
}

/// The identity provider wants signed requests, and nobody here signs them.
const SIGN: &str = "sign";
