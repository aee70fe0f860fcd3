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

        let pool_id = text_of(&aws, "identityPoolId", is_pool_id)?;
        let (saml_provider, saml_role) = saml(&aws)?;
        let role_arn = saml_role.or(text_of(&aws, "roleArn", |arn| is_arn(arn, "role"))?);
        if pool_id.is_none() && saml_provider.is_none() {
            return Err(aws.error(MISSING, "identityPoolId"));
        }
        if role_arn.is_none() && (is_basic || pool_id.is_none()) {
            return Err(aws.error(MISSING, "roleArn"));
        }

        let logins_key = text_of(&aws, "loginsKey", |key| (1..=128).contains(&key.len()))?;
        let account_id = text_of(&aws, "accountId", is_account)?;
        let session_name = text_of(&aws, "sessionName", is_session_name)?;
        let duration = aws.integer("durationSeconds", LONGEST)?;
        if duration.is_some_and(|seconds| seconds < SHORTEST) {
            return Err(aws.error(MALFORMED, "durationSeconds"));
        }
        let door_saml = json.get("saml");
        // What the other options leave no place for.
        for (option, is_out_of_place) in [
            ("flow", is_basic && (saml_provider.is_some() || pool_id.is_none())),
            ("guest", guest && (is_basic || pool_id.is_none())),
            ("loginsKey", logins_key.is_some() && saml_provider.is_some()),
            ("sessionName", session_name.is_some() && !is_basic),
            ("durationSeconds", duration.is_some() && pool_id.is_some() && !is_basic),
            ("saml", saml_provider.is_some() && ["cognito", "oidc"].iter().any(|door| json.get(door).is_some())),
        ] {
            if is_out_of_place {
                return Err(aws.error(CONFLICT, option));
            }
        }
        // The SAML door has an ID token only where the app's back end gives one, of an issuer that nobody here knows.
        if let (Some(door), None, None) = (door_saml, &saml_provider, &logins_key) {
            let option = if door.get("exchange").is_some() { "loginsKey" } else { "saml" };
            return Err(aws.error(MISSING, option));
        }

        let endpoints = Endpoints::read(&aws, pool_id.as_deref())?;
        Ok(Config {
            pool: pool_id.map(|id| Pool { id, endpoint: endpoints.identity_pool }),
            is_basic,
            guest,
            role_arn,
            logins_key,
            saml_provider,
            account_id,
            session_name: session_name.unwrap_or_else(|| "gatepass".into()),
            duration,
            sts_endpoint: endpoints.sts,
        })
    }
}

struct Endpoints {
    identity_pool: String,
    sts: String,
}

impl Endpoints {
    /// The pool's own region, unless the app names another one or the addresses themselves.
    fn read(aws: &Options<'_>, pool_id: Option<&str>) -> Result<Endpoints, Error> {
        let home = pool_id.and_then(|id| id.split(':').next());
        let region = text_of(aws, "region", is_region)?;
        let section = aws.section("endpoints").map(|section| Options::new("aws.endpoints.", section, "aws.endpoints"));
        let section = section.transpose()?;
        let own = |name: &str| section.as_ref().map_or(Ok(None), |section| section.endpoint(name));
        if let Some(section) = &section {
            section.only(&["identityPool", "sts"])?;
        }
        let (identity_pool, sts) = (own("identityPool")?, own("sts")?);
        let region = region.as_deref().or(home);
        if region.is_none() && sts.is_none() {
            return Err(aws.error(MISSING, "region"));
        }
        let derived = |name: &str| region.map(|region| service_endpoint(name, region)).unwrap_or_default();
        Ok(Endpoints {
            identity_pool: identity_pool.map_or_else(|| derived("cognito-identity"), String::from),
            sts: sts.map_or_else(|| derived("sts"), String::from),
        })
    }
}

/// IAM's provider, and the role for who comes by it.
fn saml(aws: &Options<'_>) -> Result<(Option<String>, Option<String>), Error> {
    let Some(section) = aws.section("saml") else { return Ok((None, None)) };
    let saml = Options::new("aws.saml.", section, "aws.saml")?;
    saml.only(&["providerArn", "roleArn"])?;
    saml.required("providerArn")?;
    let provider = text_of(&saml, "providerArn", |arn| is_arn(arn, "saml-provider"))?;
    Ok((provider, text_of(&saml, "roleArn", |arn| is_arn(arn, "role"))?))
}

/// A text option of a form.
fn text_of(options: &Options<'_>, name: &str, holds: fn(&str) -> bool) -> Result<Option<String>, Error> {
    match options.text(name)? {
        Some(text) if !holds(text) => Err(options.error(MALFORMED, name)),
        text => Ok(text.map(String::from)),
    }
}

/// `eu-central-1:` and a GUID
fn is_pool_id(id: &str) -> bool {
    id.split_once(':').is_some_and(|(region, guid)| is_region(region) && guid.len() <= 64 && is_guid(guid))
}

pub(super) fn is_guid(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

/// `arn:aws:iam::123456789012:role/path/name`
fn is_arn(arn: &str, kind: &str) -> bool {
    let mut parts = arn.splitn(6, ':');
    let mut part = || parts.next().unwrap_or_default();
    let (scheme, partition, service, region, account, resource) = (part(), part(), part(), part(), part(), part());
    let name = resource.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default();
    scheme == "arn"
        && partition.starts_with("aws")
        && partition.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        && (service, region) == ("iam", "")
        && is_account(account)
        && !name.is_empty()
        && arn.len() <= 2048
        && name.bytes().all(|b| b.is_ascii_graphic())
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
