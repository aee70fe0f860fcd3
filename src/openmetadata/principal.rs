//! Who OpenMetadata's server will take somebody for, and whether it will let them in.
//!
//! ```text
//! claims ─┬─ emailClaim ────────────────┐
//!         ├─ jwtPrincipalClaimsMapping ─┼─> name, address ── domain, email_verified ──> Principal
//!         └─ jwtPrincipalClaims ────────┘
//! ```
//!
//! The rules of its `SecurityUtil` (`findUserNameFromClaims`, `findEmailFromClaims`, `validateDomainEnforcement`) and
//! `JwtFilter`. The server decides; this says beforehand what it will decide, so that a page can tell the person.

use super::section::Section;
use crate::error::Error;
use crate::json::Json;
use crate::options::MALFORMED;
use crate::text::{full_name, lower_case};

/// How the server finds the person in a token.
#[derive(Debug, Default)]
pub struct Rules {
    claims: Vec<String>,
    mapping: Option<Mapping>,
    email_claim: Option<String>,
    domain: String,
    allowed_domains: Vec<String>,
    /// Checked with `emailClaim`, whether or not `enforcePrincipalDomain` is set.
    allowed_email_domains: Vec<String>,
    enforce_domain: bool,
    /// `None`: the server's list is not known.
    admins: Option<Vec<String>>,
    roles_from_provider: bool,
}

/// `jwtPrincipalClaimsMapping`: the claims that say the name and the address.
#[derive(Debug, Default)]
struct Mapping {
    username: String,
    email: String,
}

/// The person as the server will see them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principal {
    /// The user's name in OpenMetadata, in lower case. Empty: there is none.
    pub name: String,
    /// The address, in lower case. Empty: there is none.
    pub email: String,
    /// What the server will refuse: `claims`, `email`, `domain` or `email_verified`.
    pub problem: Option<&'static str>,
    /// Whether the configuration makes the person an administrator; `None` when it is not known.
    pub is_admin: Option<bool>,
}

impl Rules {
    /// Reads both sections.
    ///
    /// # Errors
    /// `config_invalid`.
    pub(super) fn read(authentication: &Section<'_>, authorizer: &Section<'_>) -> Result<Rules, Error> {
        let mut rules = Rules {
            enforce_domain: authorizer.flag("enforcePrincipalDomain")?,
            roles_from_provider: authorizer.flag("useRolesFromProvider")?,
            ..Rules::default()
        };
        rules.allowed_domains = authorizer.list("allowedDomains")?.unwrap_or_default();
        rules.allowed_email_domains = authorizer.list("allowedEmailDomains")?.unwrap_or_default();
        let lists = [&rules.allowed_email_domains, &rules.allowed_domains];
        let first = || lists.into_iter().find_map(|domains| domains.iter().min()).map(String::as_str);
        rules.domain = authorizer.text("principalDomain")?.or_else(first).unwrap_or("openmetadata.org").into();
        let claims = || ["email", "preferred_username", "sub"].map(String::from).into();
        rules.claims = authentication.list("jwtPrincipalClaims")?.unwrap_or_else(claims);
        rules.mapping = mapping(authentication)?;
        rules.email_claim = authentication.text("emailClaim")?.map(String::from);
        // The server tells a page the domain and nothing else.
        for field in ["adminPrincipals", "adminEmails"] {
            if let Some(mut admins) = authorizer.list(field)?.filter(|admins| !admins.is_empty()) {
                rules.admins.get_or_insert_default().append(&mut admins);
            }
        }
        Ok(rules)
    }

    /// The person behind the claims of the identity provider.
    pub fn principal(&self, claims: &Json) -> Principal {
        let mut principal = self.found(claims);
        if principal.problem.is_none() && is_unverified(claims) {
            principal.problem = Some("email_verified");
        }
        if principal.problem.is_none() {
            principal.is_admin = self.is_admin(&principal, claims, self.roles_from_provider);
        }
        principal
    }

    /// The person behind a token that the server itself has issued: it knows them already.
    pub fn issued(&self, claims: &Json) -> Principal {
        let text = |name| lower_case(claims.text(name).unwrap_or_default());
        let mut principal = Principal { name: text("sub"), email: text("email"), ..Principal::default() };
        principal.is_admin = self.is_admin(&principal, claims, true);
        principal
    }

    fn found(&self, claims: &Json) -> Principal {
        if let Some(mapping) = &self.mapping {
            let Some(username) = text(claims, &mapping.username).map(local_part).filter(|name| !name.is_empty()) else {
                return refused("claims");
            };
            let Some(email) = text(claims, &mapping.email).filter(|email| email.contains('@')) else { return refused("email") };
            return self.in_domain(username, email, email, false);
        }
        if let Some(name) = &self.email_claim {
            match text(claims, name).filter(|email| is_address(email)) {
                Some(email) => return self.in_domain(local_part(email), email, email, true),
                None if self.claims.is_empty() => return refused("email"),
                // A claim that is missing or no address: the rules from before there was this one.
                None => {}
            }
        }
        // The first that is there, whatever it says.
        let first = self.claims.iter().find_map(|name| member(claims, name));
        let Some(value) = first.and_then(Json::as_str).filter(|value| !local_part(value).is_empty()) else {
            return refused("claims");
        };
        if value.contains('@') {
            self.in_domain(local_part(value), value, value, false)
        } else {
            self.in_domain(value, &[value, "@", &self.domain].concat(), value, false)
        }
    }

    /// `said`: what its domain is judged by; `by_email`: the address is the identity.
    fn in_domain(&self, name: &str, email: &str, said: &str, by_email: bool) -> Principal {
        let domain = said.split('@').nth(1).unwrap_or_default();
        let is_domain = |allowed: &String| allowed.eq_ignore_ascii_case(domain);
        let is_allowed = if by_email && !self.allowed_email_domains.is_empty() {
            self.allowed_email_domains.iter().any(is_domain)
        } else if !self.enforce_domain {
            true
        } else if self.allowed_domains.is_empty() {
            is_domain(&self.domain)
        } else {
            self.allowed_domains.iter().any(is_domain)
        };
        Principal { name: lower_case(name), email: lower_case(email), problem: (!is_allowed).then_some("domain"), is_admin: None }
    }

    fn is_admin(&self, principal: &Principal, claims: &Json, by_role: bool) -> Option<bool> {
        let has_role = by_role && roles(claims).any(|role| role == "Admin");
        // `username` or `username:password`; newer servers list addresses too.
        let is_listed = |entry: &String| {
            let name = entry.split(':').next().unwrap_or_default();
            !name.is_empty() && [&principal.name, &principal.email].into_iter().any(|known| known.eq_ignore_ascii_case(name))
        };
        match &self.admins {
            Some(admins) => Some(has_role || admins.iter().any(is_listed)),
            None => has_role.then_some(true),
        }
    }
}

impl Principal {
    /// As JavaScript sees it.
    pub fn json(&self, claims: &Json) -> Json {
        let mut members = Vec::new();
        let mut add = |name: &str, text: &str| {
            if !text.is_empty() {
                members.push((name.to_owned(), Json::from(text)));
            }
        };
        add("name", &self.name);
        add("email", &self.email);
        add("displayName", &display_name(claims));
        add("problem", self.problem.unwrap_or_default());
        Json::Object(members)
    }
}

/// The texts of the claim `roles`.
pub(crate) fn roles(claims: &Json) -> impl Iterator<Item = &str> {
    member(claims, "roles").and_then(Json::as_array).unwrap_or_default().iter().filter_map(Json::as_str)
}

/// What OpenMetadata's page shows for a name, in its order.
fn display_name(claims: &Json) -> String {
    let claim = |name: &str| text(claims, name);
    let either = || full_name(claim("given_name"), claim("family_name"));
    let others = || claim("preferred_username").or(claim("email")).map(local_part).or(claim("sub"));
    claim("name").map(String::from).or_else(either).or_else(|| others().map(String::from)).unwrap_or_default()
}

fn mapping(authentication: &Section<'_>) -> Result<Option<Mapping>, Error> {
    const FIELD: &str = "jwtPrincipalClaimsMapping";
    let malformed = || authentication.error(MALFORMED, FIELD);
    let entries = authentication.list(FIELD)?.unwrap_or_default();
    let mut mapping = Mapping::default();
    for entry in &entries {
        let (field, claim) = match entry.split_once(':') {
            Some(("username", claim)) => (&mut mapping.username, claim),
            Some(("email", claim)) => (&mut mapping.email, claim),
            _ => return Err(malformed()),
        };
        if !field.is_empty() || claim.is_empty() || claim.contains(':') {
            return Err(malformed());
        }
        *field = claim.into();
    }
    match entries.len() {
        0 => Ok(None),
        2 => Ok(Some(mapping)),
        _ => Err(malformed()),
    }
}

fn refused(problem: &'static str) -> Principal {
    Principal { problem: Some(problem), ..Principal::default() }
}

/// The server's map of claims does not tell capitals from small letters.
fn member<'a>(claims: &'a Json, name: &str) -> Option<&'a Json> {
    claims.members()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn text<'a>(claims: &'a Json, name: &str) -> Option<&'a str> {
    member(claims, name)?.as_str().filter(|text| !text.is_empty())
}

fn local_part(value: &str) -> &str {
    value.split('@').next().unwrap_or_default()
}

/// Said to be false, as a truth value or as a text. Servers until 2026 do not look.
fn is_unverified(claims: &Json) -> bool {
    matches!(member(claims, "email_verified"), Some(Json::Bool(false)))
        || text(claims, "email_verified").is_some_and(|text| text.eq_ignore_ascii_case("false"))
}

/// `^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$`
fn is_address(text: &str) -> bool {
    let of = |text: &str, marks: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || marks.contains(&byte))
    };
    let Some((local, domain)) = text.split_once('@') else { return false };
    let Some((host, last)) = domain.bytes().rposition(|byte| byte == b'.').and_then(|dot| domain.split_at_checked(dot)) else {
        return false;
    };
    of(local, b"._%+-") && of(host, b".-") && last.len() > 2 && last.bytes().skip(1).all(|byte| byte.is_ascii_alphabetic())
}
