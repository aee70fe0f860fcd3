//! Why does this sign-in fail? Judges one SAML response as the browser would, and says what it found.
//!
//! ```text
//! cargo run --release --features saml --example verify -- RESPONSE (--metadata IDP.xml | --certificate CERT.pem --issuer ENTITY_ID)
//!     --audience SP_ENTITY_ID --acs URL [--in-response-to ID | --idp-initiated] [--now RFC3339] [--skew SECONDS] [--authn-context URI]
//! ```
//!
//! RESPONSE is a file with XML or base64, `-` for standard input. After a refusal come the things that are
//! compared, as the message has them. Exits 0 only when it is accepted, 1 when it is refused, 2 when the
//! question cannot be understood.
#![allow(missing_docs, unreachable_pub)]

mod oracle;
mod rules;

use gatepass::config::Common;
use gatepass::error::{Error, ErrorCode};
use gatepass::json::Json;
use gatepass::saml::assertion::{self, Assertion, SignedPart};
use gatepass::saml::bindings::Binding;
use gatepass::saml::callback::{self, Expected};
use gatepass::saml::config::Config;
use gatepass::saml::idp::Idp;
use gatepass::saml::mapping::Mapping;
use gatepass::saml::policy::Policy;
use gatepass::saml::sp::Sp;
use gatepass::saml::user::user;
use gatepass::saml::xml;
use gatepass::time;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::process::ExitCode;

/// Like `println!`, but nobody minds when the reader has gone.
macro_rules! say {
    ($($part:tt)*) => {{ let _ = writeln!(std::io::stdout(), $($part)*); }};
}

fn main() -> ExitCode {
    let question = match Question::from_args(std::env::args().skip(1)) {
        Ok(question) => question,
        Err(complaint) => {
            eprintln!("{complaint}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    for what in question.config.idp.expired(question.now) {
        say!("note: the {what} has run out; that alone refuses nothing");
    }
    match question.judge() {
        Ok((assertion, user)) => {
            report(&assertion, &user);
            ExitCode::SUCCESS
        }
        Err(error) => {
            say!("refused: {}", error.code.as_str());
            if !error.rule.is_empty() {
                say!("rule: {}", error.rule);
            }
            say!("because: {}", rules::explain(error.code, error.rule));
            if let Some(provider) = error.provider() {
                say!("the identity provider says: {} {}", provider.error, provider.description.as_deref().unwrap_or(""));
            }
            for line in question.claims() {
                say!("  {line}");
            }
            ExitCode::FAILURE
        }
    }
}

struct Question {
    message: Vec<u8>,
    config: Config,
    in_response_to: Option<String>,
    authn_contexts: Vec<String>,
    now: i64,
}

impl Question {
    fn from_args(args: impl Iterator<Item = String>) -> Result<Question, String> {
        let (file, mut options) = read_args(args)?;
        let issuer = options.remove("issuer");
        let idp = match (options.remove("metadata"), options.remove("certificate")) {
            (Some(file), None) => Idp::from_metadata(&text(&file)?, issuer.as_deref()).map_err(|e| format!("{file}: {e}"))?,
            (None, Some(file)) => {
                let issuer = issuer.ok_or("--certificate needs --issuer")?;
                Idp::by_hand(&issuer, "https://unused.example", &[text(&file)?]).map_err(|e| format!("{file}: {e}"))?
            }
            _ => return Err("give either --metadata or --certificate".into()),
        };
        let in_response_to = options.remove("in-response-to");
        let idp_initiated = options.remove("idp-initiated").is_some();
        if in_response_to.is_some() && idp_initiated {
            return Err("--in-response-to and --idp-initiated exclude each other".into());
        }
        let mut policy = Policy { allow_idp_initiated: idp_initiated, ..Policy::default() };
        if let Some(skew) = options.remove("skew") {
            policy.skew = skew.parse().ok().filter(|skew| *skew >= 0).ok_or("--skew wants seconds")?;
        }
        let now = match options.remove("now") {
            Some(text) => instant(&text).ok_or("--now wants a time like 2026-06-01T12:00:00Z")?,
            None => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .ok()
                .and_then(|since| i64::try_from(since.as_secs()).ok())
                .ok_or("no clock")?,
        };
        let mut required = |name: &str| options.remove(name).ok_or(format!("--{name} is missing"));
        let sp = Sp { entity_id: required("audience")?, acs_url: required("acs")?, ..Sp::default() };
        Ok(Question {
            message: bytes(&file)?,
            config: Config {
                idp,
                sp,
                binding: Binding::Redirect,
                signature_algorithm: None,
                policy,
                exchange: None,
                mapping: Mapping::default(),
                common: Common {
                    redirect_uri: String::new(),
                    logout_uri: String::new(),
                    name: String::new(),
                    default_roles: Vec::new(),
                    origin: String::new(),
                },
            },
            in_response_to,
            authn_contexts: options.remove("authn-context").into_iter().collect(),
            now,
        })
    }

    /// The message as XML.
    fn text(&self) -> Result<String, Error> {
        let is_xml =
            self.message.iter().find(|byte| !byte.is_ascii_whitespace() && !b"\xef\xbb\xbf".contains(byte)) == Some(&b'<');
        if !is_xml {
            return callback::decode(&self.message);
        }
        let invalid = |rule| Error::new(ErrorCode::MessageInvalid, rule);
        xml::parse_bytes(&self.message, xml::Comments::Refused).map_err(invalid)?;
        String::from_utf8(self.message.clone()).map_err(|_| invalid("encoding"))
    }

    fn judge(&self) -> Result<(Assertion, Json), Error> {
        let expected = Expected {
            idp: &self.config.idp,
            sp: &self.config.sp,
            policy: &self.config.policy,
            in_response_to: self.in_response_to.as_deref(),
            authn_contexts: &self.authn_contexts,
            authn_since: None,
        };
        let received = callback::receive(&self.text()?, &expected)?;
        let holds: Vec<bool> = received.signatures().map(|checks| checks.iter().any(oracle::holds)).collect();
        let assertion = assertion::verify(&received.settle(&holds)?, &expected, self.now)?;
        let user = user(&assertion, &self.config)?;
        Ok((assertion, user))
    }

    /// What the message says of itself, believed or not: one line for each thing that is compared.
    fn claims(&self) -> Vec<String> {
        let Ok(text) = self.text() else { return Vec::new() };
        let Ok(document) = xml::parse(&text, xml::Comments::Refused) else { return Vec::new() };
        let mut lines = Vec::new();
        for element in document.elements() {
            for name in ["Destination", "Recipient", "InResponseTo", "NotBefore", "NotOnOrAfter", "SessionNotOnOrAfter"] {
                if let Some(value) = element.attribute(name) {
                    lines.push(format!("{} {name}: {value}", element.local()));
                }
            }
            if matches!(element.local(), "Issuer" | "Audience" | "AuthnContextClassRef") {
                lines.push(format!("{}: {}", element.local(), element.all_text()));
            }
            if matches!(element.local(), "SignatureMethod" | "DigestMethod" | "CanonicalizationMethod") {
                lines.push(format!("{}: {}", element.local(), element.attribute("Algorithm").unwrap_or_default()));
            }
        }
        lines
    }
}

fn report(assertion: &Assertion, user: &Json) {
    let part = match assertion.signed {
        SignedPart::Assertion => "the assertion is",
        SignedPart::Response => "the response is",
    };
    say!("accepted: {part} signed");
    say!("subject: {} ({})", assertion.name_id.value, assertion.name_id.format.as_deref().unwrap_or("no format"));
    say!("user: {}", user.write());
    say!("issuer: {}", assertion.issuer);
    if let Some(context) = &assertion.authn_context {
        say!("authenticated: {} by {context}", time::write(assertion.authn_instant));
    }
    if let Some(end) = assertion.session_not_on_or_after {
        say!("session ends: {}", time::write(end));
    }
    for attribute in &assertion.attributes {
        let values: Vec<&str> = attribute.values.iter().map(|value| value.as_deref().unwrap_or("(nil)")).collect();
        say!("attribute {}: {}", attribute.name, values.join(" | "));
    }
}

/// RFC 3339, where SAML has no offsets.
fn instant(text: &str) -> Option<i64> {
    time::parse(text).or_else(|| {
        let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
        let (hours, minutes) = offset.get(1..)?.split_once(':')?;
        let seconds = hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60;
        let sign = if offset.starts_with('-') { -1 } else { 1 };
        offset.starts_with(['+', '-']).then_some(())?;
        Some(time::parse(&[local, "Z"].concat())? - sign * seconds)
    })
}

/// The one file, and `--name value` pairs.
fn read_args(args: impl Iterator<Item = String>) -> Result<(String, HashMap<String, String>), String> {
    let mut args = args;
    let (mut file, mut options) = (None, HashMap::new());
    while let Some(arg) = args.next() {
        match arg.strip_prefix("--") {
            None => {
                if file.replace(arg).is_some() {
                    return Err("one RESPONSE at a time".into());
                }
            }
            Some("idp-initiated") => {
                options.insert("idp-initiated".into(), String::new());
            }
            Some(name) if OPTIONS.contains(&name) => {
                let value = args.next().ok_or(format!("--{name} wants a value"))?;
                if options.insert(name.to_owned(), value).is_some() {
                    return Err(format!("--{name} stands twice"));
                }
            }
            Some(name) => return Err(format!("--{name} is unknown")),
        }
    }
    Ok((file.ok_or("RESPONSE is missing")?, options))
}

fn bytes(file: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = if file == "-" {
        std::io::stdin().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    read.map(|()| bytes).map_err(|e| format!("{file}: {e}"))
}

fn text(file: &str) -> Result<String, String> {
    String::from_utf8(bytes(file)?).map_err(|_| format!("{file}: not text"))
}

const OPTIONS: [&str; 9] =
    ["acs", "audience", "authn-context", "certificate", "in-response-to", "issuer", "metadata", "now", "skew"];
const USAGE: &str =
    "verify RESPONSE (--metadata IDP.xml | --certificate CERT.pem --issuer ENTITY_ID) --audience SP_ENTITY_ID --acs URL
    [--in-response-to ID | --idp-initiated] [--now RFC3339] [--skew SECONDS] [--authn-context URI]";
