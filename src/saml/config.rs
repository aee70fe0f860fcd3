//! The options of this door.

use super::bindings::Binding;
use super::certificate;
use super::idp::Idp;
use super::mapping::Mapping;
use super::policy::{MAX_SKEW, Policy, Signed};
use super::signature;
use super::sp::Sp;
use super::xml::is_xml_text;
use crate::config::{CALLBACK, CONFLICT, Common, ORIGIN};
use crate::error::Error;
use crate::json::Json;
use crate::options::{MALFORMED, MISSING, Options, TYPE, no_placeholder};
use crate::text::decimal;
use crate::url::Url;
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
    /// Where the response is exchanged for tokens; `None`: there are none.
    pub exchange: Option<Exchange>,
    /// What both doors have.
    pub common: Common,
}

/// The app's back end that gives tokens for a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Absolute.
    pub endpoint: String,
    /// As RFC 7522 says, not as JSON.
    pub is_form: bool,
    /// `client_id` of the form; empty: none.
    pub client_id: String,
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
        top.only(&["saml", "redirectUri", "logoutUri", "name", "storage", "defaultRoles", "apiOrigins", "bearer", "aws"])?;
        let door = section(&top, "saml", "saml.")?;
        door.only(&[
            "acs",
            "allowIdpInitiated",
            "attributes",
            "binding",
            "exchange",
            "idp",
            "signed",
            "skew",
            "sp",
            "workerUrl",
        ])?;
        door.choice("acs", &["server", "worker"])?;
        door.choice("binding", &["post", "redirect"])?;
        door.choice("signed", &["any", "assertion", "both", "response"])?;

        let idp = read_idp(&section(&door, "idp", "saml.idp.")?)?;
        let (sp, signature_algorithm) = read_sp(&section(&door, "sp", "saml.sp.")?, origin)?;
        // Whoever answers there hands over by this origin's storage.
        let worker_url = door.address("workerUrl", "/acs.js", origin)?;
        let common = Common::read(&top, origin, CALLBACK)?;
        for (option, address) in [
            ("saml.sp.acsUrl", &sp.acs_url),
            ("saml.sp.sloUrl", &sp.slo_url),
            ("saml.workerUrl", &worker_url),
            ("logoutUri", &common.logout_uri),
        ] {
            if !address.is_empty() && Url::parse(address).is_none_or(|url| url.origin != origin) {
                return Err(Error::config(ORIGIN, option));
            }
        }
        if idp.wants_signed_requests && !sp.signs_requests {
            return Err(Error::config(SIGN, "saml.sp.sign"));
        }
        let allow_idp_initiated = match door.section("allowIdpInitiated") {
            Some(Json::String(setting)) if setting == "restart" => false,
            _ => door.flag("allowIdpInitiated")?,
        };
        let mut policy = Policy { allow_idp_initiated, ..Policy::default() };
        policy.skew = door.integer("skew", MAX_SKEW)?.unwrap_or(policy.skew);
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
        let exchange = match door.section("exchange") {
            Some(exchange) => Some(read_exchange(&Options::new("saml.exchange.", exchange, "saml.exchange")?, origin)?),
            None => None,
        };
        Ok(Config { idp, sp, binding, signature_algorithm, policy, mapping, exchange, common })
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
            Idp::by_hand(idp.required("entityId")?, idp.required("singleSignOn")?, &certificates).map_err(|error| {
                let option = match error.rule {
                    "entity_id" => "saml.idp.entityId",
                    "location" => "saml.idp.singleSignOn",
                    _ => "saml.idp.certificates",
                };
                error.with_option(option)
            })?
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
        Some(uri) => signature::method(uri).ok_or_else(|| sp.error(MALFORMED, "signatureAlgorithm"))?,
    };
    let acs_index = sp.integer("acsIndex", 65_535)?.map(decimal);
    let certificate = match sp.text("certificate")? {
        Some(text) => certificate::base64_of(text).map_err(|rule| sp.error(rule, "certificate"))?,
        None => String::new(),
    };
    if sp.text("acsUrl")?.is_none() {
        return Err(sp.error(MISSING, "acsUrl"));
    }
    let entity_id = sp.required("entityId")?;
    let acs_url = sp.address("acsUrl", "", origin)?;
    for (name, text) in [("entityId", entity_id), ("acsUrl", &acs_url)] {
        if !is_xml_text(text) {
            return Err(sp.error(MALFORMED, name));
        }
    }
    let read = Sp {
        entity_id: entity_id.into(),
        acs_url,
        acs_index,
        slo_url: sp.text("sloUrl")?.map(|_| sp.address("sloUrl", "", origin)).transpose()?.unwrap_or_default(),
        certificate,
        signs_requests,
    };
    Ok((read, signs_requests.then_some(algorithm)))
}

fn read_exchange(exchange: &Options<'_>, origin: &str) -> Result<Exchange, Error> {
    exchange.only(&["clientId", "format", "tokenEndpoint"])?;
    exchange.choice("format", &["form", "json"])?;
    exchange.required("tokenEndpoint")?;
    Ok(Exchange {
        endpoint: exchange.address("tokenEndpoint", "", origin)?,
        is_form: exchange.text("format")? == Some("form"),
        client_id: exchange.text("clientId")?.unwrap_or_default().into(),
    })
}

/// The identity provider wants signed requests, and nobody here signs them.
const SIGN: &str = "sign";
