//! The `aws` section, which every door's configuration may have.

use crate::config::CONFLICT;
use crate::error::Error;
use crate::json::Json;
use crate::options::{MALFORMED, MISSING, Options, TYPE, no_placeholder};
use crate::region::{is_region, service_endpoint};

/// Where credentials come from, and for which role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `None`: a SAML response goes to STS itself.
    pub pool: Option<Pool>,
    /// By way of STS, for a role of the app's choice.
    pub is_basic: bool,
    /// Who is not signed in gets credentials too.
    pub guest: bool,
    /// The role to choose; `None`: the pool chooses.
    pub role_arn: Option<String>,
    /// The name that the pool knows the provider by; `None`: the issuer without its scheme.
    pub logins_key: Option<String>,
    /// IAM's SAML provider, whose response is the login.
    pub saml_provider: Option<String>,
    /// The pool's account.
    pub account_id: Option<String>,
    /// `RoleSessionName`
    pub session_name: String,
    /// `DurationSeconds`; `None`: an hour.
    pub duration: Option<i64>,
    /// Where STS answers.
    pub sts_endpoint: String,
}

/// An identity pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// `eu-central-1:2f6c…`
    pub id: String,
    /// Where its API answers.
    pub endpoint: String,
}

impl Config {
    /// Reads the section of a whole configuration.
    ///
    /// # Errors
    /// `config_invalid`; `option` is the dotted name, e.g. `aws.identityPoolId`.
    pub fn parse(text: &str) -> Result<Config, Error> {
        let json = Json::parse(text).map_err(|_| Error::config(TYPE, "config"))?;
        let section = json.get("aws").ok_or_else(|| Error::config(MISSING, "aws"))?;
        no_placeholder("aws", section)?;
        let aws = Options::new("aws.", section, "aws")?;
        aws.only(&[
            "identityPoolId",
            "region",
            "roleArn",
            "loginsKey",
            "guest",
            "flow",
            "accountId",
            "saml",
            "sessionName",
            "durationSeconds",
            "endpoints",
        ])?;
        aws.choice("flow", &["basic", "enhanced"])?;
        let is_basic = aws.text("flow")? == Some("basic");
        let guest = aws.flag("guest")?;
        for (name, holds) in FORMS {
            check_form(&aws, name, *holds)?;
        }
        let duration = aws.integer("durationSeconds", LONGEST)?;
        if duration.is_some_and(|seconds| seconds < SHORTEST) {
            return Err(aws.error(MALFORMED, "durationSeconds"));
        }
        let own = |name: &str| section.text(name).map(String::from);
        let (pool_id, logins_key) = (section.text("identityPoolId"), own("loginsKey"));
        let saml = aws.section("saml").map(read_saml).transpose()?;
        let role_arn = saml.and_then(|saml| saml.text("roleArn").map(String::from)).or_else(|| own("roleArn"));
        if pool_id.is_none() && saml.is_none() {
            return Err(aws.error(MISSING, "identityPoolId"));
        }
        if role_arn.is_none() && (is_basic || pool_id.is_none()) {
            return Err(aws.error(MISSING, "roleArn"));
        }
        // What the other options leave no place for.
        for (option, is_out_of_place) in [
            ("flow", is_basic && saml.is_some()),
            ("guest", guest && (is_basic || pool_id.is_none())),
            ("loginsKey", logins_key.is_some() && saml.is_some()),
            ("sessionName", aws.section("sessionName").is_some() && !is_basic),
            ("durationSeconds", duration.is_some() && pool_id.is_some() && !is_basic),
            ("saml", saml.is_some() && json.get("saml").is_none()),
        ] {
            if is_out_of_place {
                return Err(aws.error(CONFLICT, option));
            }
        }
        // The SAML door has an ID token only where the app's back end gives one, of an issuer that nobody here knows.
        if let (Some(door), None, None) = (json.get("saml"), saml, &logins_key) {
            let option = if door.get("exchange").is_some() { "loginsKey" } else { "saml" };
            return Err(aws.error(MISSING, option));
        }

        // The pool's own region, unless the app names another one or the addresses themselves.
        let region = section.text("region").or(pool_id.and_then(|id| id.split(':').next()));
        let endpoints = aws.section("endpoints").map(|section| Options::new("aws.endpoints.", section, "aws.endpoints"));
        let endpoints = endpoints.transpose()?;
        if let Some(endpoints) = &endpoints {
            endpoints.only(&["identityPool", "sts"])?;
        }
        let endpoint = |option: &str, service: &str| match &endpoints {
            Some(endpoints) if endpoints.section(option).is_some() => Ok(endpoints.endpoint(option)?.unwrap_or_default().into()),
            _ => region.map(|region| service_endpoint(service, region)).ok_or_else(|| aws.error(MISSING, "region")),
        };
        let pool = match pool_id {
            Some(id) => Some(Pool { id: id.into(), endpoint: endpoint("identityPool", "cognito-identity")? }),
            None => None,
        };
        Ok(Config {
            pool,
            is_basic,
            guest,
            role_arn,
            logins_key,
            saml_provider: saml.and_then(|saml| saml.text("providerArn").map(String::from)),
            account_id: own("accountId"),
            session_name: own("sessionName").unwrap_or_else(|| "gatepass".into()),
            duration,
            sts_endpoint: endpoint("sts", "sts")?,
        })
    }
}

/// IAM's provider, and the role for who comes by it.
fn read_saml(section: &Json) -> Result<&Json, Error> {
    let saml = Options::new("aws.saml.", section, "aws.saml")?;
    saml.only(&["providerArn", "roleArn"])?;
    saml.required("providerArn")?;
    check_form(&saml, "providerArn", |arn| is_arn(arn, "saml-provider/"))?;
    check_form(&saml, "roleArn", is_role)?;
    Ok(section)
}

fn check_form(options: &Options<'_>, name: &str, holds: Form) -> Result<(), Error> {
    if options.text(name)?.is_none_or(holds) { Ok(()) } else { Err(options.error(MALFORMED, name)) }
}

type Form = fn(&str) -> bool;

/// Text options and their forms.
const FORMS: &[(&str, Form)] = &[
    ("identityPoolId", is_pool_id),
    ("region", is_region),
    ("roleArn", is_role),
    ("loginsKey", |key| (1..=128).contains(&key.len())),
    ("accountId", is_account),
    ("sessionName", is_session_name),
];

/// `eu-central-1:` and a GUID
fn is_pool_id(id: &str) -> bool {
    id.split_once(':').is_some_and(|(region, guid)| is_region(region) && guid.len() <= 64 && is_guid(guid))
}

pub(super) fn is_guid(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

fn is_role(arn: &str) -> bool {
    is_arn(arn, "role/")
}

/// `arn:aws:iam::123456789012:role/path/name`
fn is_arn(arn: &str, kind: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else { return false };
    partition.starts_with("aws")
        && is_account(account)
        && resource.strip_prefix(kind).is_some_and(|name| !name.is_empty())
        && arn.len() <= 2048
        && arn.bytes().all(|b| b.is_ascii_graphic())
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// `[\w+=,.@-]{2,64}`
fn is_session_name(name: &str) -> bool {
    let holds = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'=' | b',' | b'.' | b'@' | b'-');
    (2..=64).contains(&name.len()) && name.bytes().all(holds)
}

/// Seconds: AssumeRoleWithWebIdentity, AssumeRoleWithSAML.
const SHORTEST: i64 = 900;
/// Seconds.
const LONGEST: i64 = 43_200;
