//! Single logout: our messages to the letter, theirs by every rule (SAML core §3.7, SAML profiles §4.4,
//! SAML bindings §3.4.4, §3.5).

use super::oracle;
use super::service::*;
use super::signer::{DSIG, ENVELOPED, EXC_C14N, FOREIGN, NOW, P256, P384, P521, Pen, RSA, RSA_NEXT};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass::error::Error;
use gatepass::saml::assertion::NameId;
use gatepass::saml::bindings::Departure;
use gatepass::saml::certificate;
use gatepass::saml::config::Config;
use gatepass::saml::logout::{Ending, Expected, Logout, Received, read_query, receive_form, request, respond};
use gatepass::saml::xml::MAX_BYTES;
use gatepass::wire::{Algorithm, Redirect};
use ring::digest::{SHA256, digest};

const IDP_SLO: &str = "https://idp.example.com/slo";
const ID: &str = "_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

fn slo_config() -> Config {
    let mut config = config();
    config.idp.slo_redirect = IDP_SLO.into();
    config
}

fn name_id(value: &str) -> NameId {
    NameId { value: value.into(), ..NameId::default() }
}

fn address(departure: Departure) -> String {
    let Departure::Redirect(Redirect(address)) = departure else { panic!("a form") };
    address
}

#[test]
fn our_request_to_the_letter() {
    const HEAD: &str = "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
        xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\" Version=\"2.0\" \
        IssueInstant=\"2026-06-01T12:00:00Z\" Destination=\"https://idp.example.com/slo\"><saml:Issuer>https://app.example/saml</saml:Issuer>";
    let whole = NameId {
        value: "a&b<c>".into(),
        format: Some("urn:f".into()),
        name_qualifier: Some("n\"q".into()),
        sp_name_qualifier: Some("s'q".into()),
        sp_provided_id: Some("p\nid".into()),
    };
    for (name_id, session_index, expected) in [
        (name_id("alice"), None, "<saml:NameID>alice</saml:NameID>"),
        (name_id("alice"), Some("_s&1"), "<saml:NameID>alice</saml:NameID><samlp:SessionIndex>_s&amp;1</samlp:SessionIndex>"),
        (
            whole,
            None,
            "<saml:NameID Format=\"urn:f\" NameQualifier=\"n&quot;q\" SPNameQualifier=\"s'q\" SPProvidedID=\"p&#xA;id\">\
             a&amp;b&lt;c&gt;</saml:NameID>",
        ),
    ] {
        let (message, id) = request(&slo_config(), Ending { name_id: &name_id, session_index }, &[1; 32], NOW);
        assert_eq!(id, ID);
        assert_eq!(message.xml(), [HEAD, expected, "</samlp:LogoutRequest>"].concat());
        let xml = message.xml().to_owned();
        let sent = address(message.unsigned());
        let text = unescape(sent.strip_prefix("https://idp.example.com/slo?SAMLRequest=").unwrap());
        assert_eq!(inflate(&STANDARD.decode(text).unwrap()), xml.as_bytes(), "and no RelayState");
    }
}

#[test]
fn our_response_to_the_letter() {
    for (response_location, to) in
        [("", IDP_SLO), ("https://idp.example.com/slo/done?a=b", "https://idp.example.com/slo/done?a=b")]
    {
        let mut config = slo_config();
        config.idp.slo_response = response_location.into();
        let message = respond(&config, "_theirs", Some("st&te"), &[1; 32], NOW).unwrap();
        let expected = format!(
            "<samlp:LogoutResponse xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
             xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{ID}\" Version=\"2.0\" IssueInstant=\"2026-06-01T12:00:00Z\" \
             Destination=\"{to}\" InResponseTo=\"_theirs\"><saml:Issuer>https://app.example/saml</saml:Issuer><samlp:Status>\
             <samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode></samlp:Status>\
             </samlp:LogoutResponse>"
        );
        assert_eq!(message.xml(), expected);
        let joint = if to.contains('?') { "&" } else { "?" };
        let before = [to, joint, "SAMLResponse="].concat();
        for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
            let signable = message.clone().to_sign(algorithm).unwrap();
            let octets = String::from_utf8(signable.octets().to_vec()).unwrap();
            assert!(
                octets.contains("&RelayState=st%26te&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23"),
                "{octets}"
            );
            let sent = address(signable.sign(b"?>?>"));
            assert_eq!(sent, [to, joint, &octets, "&Signature=Pz4%2FPg%3D%3D"].concat());
        }
        let sent = address(message.unsigned());
        let (text, relay_state) = sent.strip_prefix(&before).unwrap().split_once("&RelayState=").unwrap();
        assert_eq!(relay_state, "st%26te");
        assert_eq!(inflate(&STANDARD.decode(unescape(text)).unwrap()), expected.as_bytes());
        assert!(!address(respond(&config, "_theirs", None, &[1; 32], NOW).unwrap().unsigned()).contains("RelayState"));
    }
}

#[test]
fn no_place_for_answers() {
    let mut config = slo_config();
    config.idp.slo_redirect = String::new();
    assert!(respond(&config, "_theirs", None, &[1; 32], NOW).is_none());
}

/// What we send, a provider of our own kind accepts.
#[test]
fn our_messages_are_read_by_our_own_rules() {
    let ours = slo_config();
    let mut theirs = config();
    theirs.idp.entity_id = ENTITY.into();
    theirs.idp.keys = vec![certificate::read(&P256.certificate()).unwrap().key];
    theirs.sp.slo_url = IDP_SLO.into();
    let alice = name_id("alice");
    let ending = Ending { name_id: &alice, session_index: Some("_session") };
    let (message, id) = request(&ours, ending, &[1; 32], NOW);
    let expected = Expected { config: &theirs, session: Some(ending), in_response_to: Some("_theirs"), now: NOW };
    let requested = Logout::Requested { id, relay_state: None };
    let response = respond(&ours, "_theirs", Some("x"), &[1; 32], NOW).unwrap();
    let messages = [(message, requested), (response, Logout::Done { partial: false })];
    for (message, logout) in messages {
        let signable = message.to_sign(Algorithm::Es256).unwrap();
        let signature = P256.sign(Algorithm::Es256, std::str::from_utf8(signable.octets()).unwrap());
        let sent = address(signable.sign(&signature));
        assert_eq!(by_redirect(sent.split_once('?').unwrap().1, &expected), Ok(logout));
    }
}

/// In canonical form, so that a digest is over what stands here.
const REQUEST: &str = "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
    Destination=\"https://app.example/saml/slo\" ID=\"_theirs\" IssueInstant=\"2026-06-01T11:59:58Z\" \
    NotOnOrAfter=\"2026-06-01T12:05:00Z\" Version=\"2.0\">\
    <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://idp.example.com/metadata</saml:Issuer>\
    <saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">alice</saml:NameID>\
    <samlp:SessionIndex>_session</samlp:SessionIndex></samlp:LogoutRequest>";
const RESPONSE: &str = "<samlp:LogoutResponse xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
    Destination=\"https://app.example/saml/slo\" ID=\"_theirs\" InResponseTo=\"_ours\" IssueInstant=\"2026-06-01T11:59:58Z\" Version=\"2.0\">\
    <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://idp.example.com/metadata</saml:Issuer>\
    <samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode></samlp:Status>\
    </samlp:LogoutResponse>";
const NAME_ID: &str = "<saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">alice</saml:NameID>";
const INDEX: &str = "<samlp:SessionIndex>_session</samlp:SessionIndex>";

/// A message of the identity provider, honest until a row changes it.
struct Sent {
    xml: String,
    /// `None`: it comes unsigned.
    pen: Option<&'static Pen>,
    algorithm: Algorithm,
    method: &'static str,
    relay_state: Option<String>,
    escape: fn(&str) -> String,
    config: Config,
    name_id: Option<NameId>,
    session_index: Option<&'static str>,
    in_response_to: Option<&'static str>,
    now: i64,
    /// What happens on the way: to the query, to the form's XML.
    tampers: Vec<Box<dyn Fn(String) -> String>>,
}

impl Sent {
    fn honest(xml: &str) -> Sent {
        Sent {
            xml: xml.into(),
            pen: Some(&RSA),
            algorithm: Algorithm::Rs256,
            method: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            relay_state: Some("st/te".into()),
            escape,
            config: slo_config(),
            name_id: Some(name_id("alice")),
            session_index: Some("_session"),
            in_response_to: Some("_ours"),
            now: NOW,
            tampers: Vec::new(),
        }
    }

    fn with(mut self, change: fn(&mut Sent)) -> Sent {
        change(&mut self);
        self
    }

    fn edit(mut self, from: &str, to: &str) -> Sent {
        assert!(self.xml.contains(from), "{from}");
        self.xml = self.xml.replacen(from, to, 1);
        self
    }

    fn unsigned(self) -> Sent {
        self.with(|s| s.pen = None)
    }

    fn pen(mut self, pen: &'static Pen, algorithm: Algorithm, method: &'static str) -> Sent {
        (self.pen, self.algorithm, self.method) = (Some(pen), algorithm, method);
        self
    }

    fn trusts(mut self, pens: &[&Pen]) -> Sent {
        self.config.idp.keys = pens.iter().map(|pen| certificate::read(&pen.certificate()).unwrap().key).collect();
        self
    }

    fn at(mut self, seconds: i64) -> Sent {
        self.now = NOW + seconds;
        self
    }

    fn tamper(mut self, from: &'static str, to: &'static str) -> Sent {
        self.tampers.push(Box::new(move |text| {
            assert!(text.contains(from), "{from} in {text}");
            text.replacen(from, to, 1)
        }));
        self
    }

    fn rewrite(mut self, change: fn(String) -> String) -> Sent {
        self.tampers.push(Box::new(change));
        self
    }

    fn expected(&self) -> Expected<'_> {
        let session = self.name_id.as_ref().map(|name_id| Ending { name_id, session_index: self.session_index });
        Expected { config: &self.config, session, in_response_to: self.in_response_to, now: self.now }
    }

    /// As an address, escaped otherwise than we would.
    fn query(&self) -> String {
        let name = if self.xml.starts_with("<samlp:LogoutResponse") { "SAMLResponse" } else { "SAMLRequest" };
        let deflated = miniz_oxide::deflate::compress_to_vec(self.xml.as_bytes(), 6);
        let mut query = [name, "=", &(self.escape)(&STANDARD.encode(deflated))].concat();
        if let Some(relay_state) = &self.relay_state {
            query.push_str(&["&RelayState=", &(self.escape)(relay_state)].concat());
        }
        if let Some(pen) = self.pen {
            query.push_str(&["&SigAlg=", &(self.escape)(self.method)].concat());
            let signature = pen.sign(self.algorithm, &query);
            query.push_str(&["&Signature=", &(self.escape)(&STANDARD.encode(signature))].concat());
        }
        self.tampers.iter().fold(query, |query, tamper| tamper(query))
    }

    /// As the XML of a form, with an enveloped signature.
    fn form(&self) -> String {
        let mut xml = self.xml.clone();
        if let Some(pen) = self.pen {
            let digest = STANDARD.encode(digest(&SHA256, xml.as_bytes()));
            let info = format!(
                "<ds:SignedInfo xmlns:ds=\"{DSIG}\"><ds:CanonicalizationMethod Algorithm=\"{EXC_C14N}\"></ds:CanonicalizationMethod>\
                 <ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod><ds:Reference URI=\"#_theirs\"><ds:Transforms>\
                 <ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform><ds:Transform Algorithm=\"{EXC_C14N}\"></ds:Transform>\
                 </ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod>\
                 <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>",
                self.method
            );
            let value = STANDARD.encode(pen.sign(self.algorithm, &info));
            let signature =
                format!("<ds:Signature xmlns:ds=\"{DSIG}\">{info}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>");
            xml = xml.replacen("</saml:Issuer>", &["</saml:Issuer>", &signature].concat(), 1);
        }
        self.tampers.iter().fold(xml, |xml, tamper| tamper(xml))
    }
}

/// The whole of what the browser edge does, with ring for WebCrypto.
fn by_redirect(query: &str, expected: &Expected<'_>) -> Result<Logout, Error> {
    let encoded = read_query(query)?.expect("a message");
    assert_eq!(encoded.inflate().limit, MAX_BYTES);
    let text = String::from_utf8(inflate(encoded.inflate().bytes)).unwrap();
    settle(encoded.receive(&text, expected)?, expected)
}

fn settle(received: Received, expected: &Expected<'_>) -> Result<Logout, Error> {
    let holds = received.checks().iter().any(oracle::holds);
    received.settle(holds, expected)
}

fn verdict(result: Result<Logout, Error>) -> String {
    match result {
        Ok(Logout::Requested { .. }) => "requested".into(),
        Ok(Logout::Done { partial }) => if partial { "partial" } else { "done" }.into(),
        Err(error) => [error.code.as_str(), "/", error.rule].concat(),
    }
}

/// Name, what is different from an honest message, verdict.
type Row = (&'static str, fn(Sent) -> Sent, &'static str);

fn check(xml: &str, judge: &[fn(&Sent) -> Result<Logout, Error>], table: &[Row]) {
    let mut wrong = Vec::new();
    for (name, change, expected) in table {
        for judge in judge {
            let found = verdict(judge(&change(Sent::honest(xml))));
            if found != *expected {
                wrong.push(format!("{name}: {found}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("logout rows: {}", table.len());
}

const REDIRECT: fn(&Sent) -> Result<Logout, Error> = |sent| by_redirect(&sent.query(), &sent.expected());
const FORM: fn(&Sent) -> Result<Logout, Error> =
    |sent| settle(receive_form(&sent.form(), sent.relay_state.as_deref(), &sent.expected())?, &sent.expected());

/// What a LogoutRequest says, whichever way it comes.
#[test]
fn their_request() {
    const TABLE: &[Row] = &[
        ("honest", |s| s, "requested"),
        ("unsigned", Sent::unsigned, "signature_invalid/unsigned"),
        ("unsigned-and-not-for-us", |s| s.unsigned().edit("saml/slo", "saml/other"), "message_invalid/destination"),
        // the head
        (
            "an-authn-request",
            |s| s.edit("LogoutRequest", "AuthnRequest").edit("/samlp:LogoutRequest", "/samlp:AuthnRequest"),
            "message_invalid/shape",
        ),
        ("of-another-namespace", |s| s.edit("2.0:protocol", "2.0:x"), "message_invalid/shape"),
        ("text-between", |s| s.edit("</saml:Issuer>", "</saml:Issuer>x"), "message_invalid/shape"),
        ("white-space-between", |s| s.edit("</saml:NameID>", "</saml:NameID>\n"), "requested"),
        ("version-1.1", |s| s.edit("2.0\"><saml:I", "1.1\"><saml:I"), "message_invalid/version"),
        ("issue-instant-missing", |s| s.edit(" IssueInstant=\"2026-06-01T11:59:58Z\"", ""), "message_invalid/issue_instant"),
        ("issue-instant-odd", |s| s.edit("11:59:58Z", "11:59:58+01:00"), "message_invalid/issue_instant"),
        ("issue-instant-long-ago", |s| s.edit("2026-06-01T11:59:58Z", "1999-01-01T00:00:00Z"), "requested"),
        // who, to whom
        ("issuer-another", |s| s.edit("example.com/metadata", "example.net/metadata"), "message_invalid/issuer"),
        ("issuer-longer", |s| s.edit("/metadata<", "/metadata/<"), "message_invalid/issuer"),
        (
            "issuer-of-another-format",
            |s| {
                s.edit(
                    "<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">",
                    "<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" Format=\"urn:f\">",
                )
            },
            "message_invalid/issuer",
        ),
        (
            "issuer-of-its-format",
            |s| {
                s.edit("<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">", "<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">")
            },
            "requested",
        ),
        (
            "issuer-of-another-namespace",
            |s| s.edit("SAML:2.0:assertion\">https", "SAML:1.0:assertion\">https"),
            "message_invalid/issuer",
        ),
        ("destination-another", |s| s.edit("saml/slo", "saml/acs"), "message_invalid/destination"),
        ("destination-longer", |s| s.edit("saml/slo", "saml/slo?x"), "message_invalid/destination"),
        ("destination-missing", |s| s.edit(" Destination=\"https://app.example/saml/slo\"", ""), "message_invalid/destination"),
        ("destination-empty", |s| s.edit("https://app.example/saml/slo", ""), "message_invalid/destination"),
        // when
        ("a-second-before-its-end", |s| s.at(299), "requested"),
        ("at-its-end", |s| s.at(300), "requested"),
        ("a-second-before-its-end-with-skew", |s| s.at(359), "requested"),
        ("at-its-end-with-skew", |s| s.at(360), "message_invalid/not_on_or_after"),
        ("at-its-end-without-skew", |s| s.with(|s| s.config.policy.skew = 0).at(300), "message_invalid/not_on_or_after"),
        ("before-its-end-without-skew", |s| s.with(|s| s.config.policy.skew = 0).at(299), "requested"),
        ("long-before", |s| s.at(-100_000), "requested"),
        ("no-end", |s| s.edit(" NotOnOrAfter=\"2026-06-01T12:05:00Z\"", "").at(357), "requested"),
        (
            "no-end-a-second-later",
            |s| s.edit(" NotOnOrAfter=\"2026-06-01T12:05:00Z\"", "").at(358),
            "message_invalid/issue_instant",
        ),
        ("end-odd", |s| s.edit("12:05:00Z", "12:05"), "message_invalid/not_on_or_after"),
        ("end-empty", |s| s.edit("2026-06-01T12:05:00Z", ""), "message_invalid/not_on_or_after"),
        // whose
        ("nobody-is-signed-in", |s| s.with(|s| s.name_id = None), "requested"),
        ("somebody-else", |s| s.edit(">alice<", ">bob<"), "message_invalid/name_id"),
        ("in-another-case", |s| s.edit(">alice<", ">Alice<"), "message_invalid/name_id"),
        ("with-a-space", |s| s.edit(">alice<", ">alice <"), "message_invalid/name_id"),
        ("nobody", |s| s.edit(">alice<", "><"), "message_invalid/name_id"),
        ("no-name", |s| s.edit(NAME_ID, ""), "message_invalid/name_id"),
        ("two-names", |s| s.edit(NAME_ID, &[NAME_ID, NAME_ID].concat()), "message_invalid/name_id"),
        (
            "a-base-id",
            |s| s.edit("<saml:NameID", "<saml:BaseID").edit("</saml:NameID", "</saml:BaseID"),
            "message_invalid/name_id",
        ),
        ("encrypted", |s| s.edit(NAME_ID, &NAME_ID.replace("NameID", "EncryptedID")), "assertion_encrypted/name_id"),
        ("a-name-of-another-namespace", |s| s.edit("2.0:assertion\">alice", "1.0:assertion\">alice"), "message_invalid/name_id"),
        ("name-with-markup", |s| s.edit(">alice<", "><b></b>alice<"), "message_invalid/name_id"),
        // which session
        ("another-session", |s| s.edit(">_session<", ">_other<"), "message_invalid/session_index"),
        ("every-session", |s| s.edit(INDEX, ""), "requested"),
        ("one-of-several", |s| s.edit(INDEX, &["<samlp:SessionIndex>_other</samlp:SessionIndex>", INDEX].concat()), "requested"),
        (
            "none-of-several",
            |s| s.edit(INDEX, "<samlp:SessionIndex>a</samlp:SessionIndex><samlp:SessionIndex>b</samlp:SessionIndex>"),
            "message_invalid/session_index",
        ),
        ("a-session-where-we-know-none", |s| s.with(|s| s.session_index = None), "message_invalid/session_index"),
        ("every-session-where-we-know-none", |s| s.edit(INDEX, "").with(|s| s.session_index = None), "requested"),
        (
            "an-index-with-markup-where-we-know-none",
            |s| s.edit(">_session<", "><b></b><").with(|s| s.session_index = None),
            "message_invalid/session_index",
        ),
        (
            "an-index-of-another-namespace",
            |s| s.edit(INDEX, "<x:SessionIndex xmlns:x=\"urn:x\">_other</x:SessionIndex>"),
            "requested",
        ),
        // markup
        ("doctype", |s| s.edit("<samlp:LogoutRequest", "<!DOCTYPE a><samlp:LogoutRequest").unsigned(), "message_invalid/doctype"),
        ("comment", |s| s.edit(">alice<", ">ali<!---->ce<"), "message_invalid/comment"),
        ("damaged", |s| s.edit("</samlp:LogoutRequest>", ""), "message_invalid/malformed"),
    ];
    check(REQUEST, &[REDIRECT, FORM], TABLE);
}

/// What a LogoutResponse says, whichever way it comes.
#[test]
fn their_response() {
    const PARTIAL: &str =
        "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:PartialLogout\"></samlp:StatusCode></samlp:StatusCode>";
    const TABLE: &[Row] = &[
        ("honest", |s| s, "done"),
        ("unsigned", Sent::unsigned, "done"),
        ("unsigned-nobody-signed-in", |s| s.unsigned().with(|s| s.name_id = None), "done"),
        ("unsigned-without-destination", |s| s.unsigned().edit(" Destination=\"https://app.example/saml/slo\"", ""), "done"),
        ("without-destination", |s| s.edit(" Destination=\"https://app.example/saml/slo\"", ""), "message_invalid/destination"),
        ("unsigned-elsewhere", |s| s.unsigned().edit("saml/slo", "saml/acs"), "message_invalid/destination"),
        ("unsigned-by-another", |s| s.unsigned().edit("example.com/", "example.net/"), "message_invalid/issuer"),
        (
            "no-issuer",
            |s| {
                s.unsigned().edit("<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://idp.example.com/metadata</saml:Issuer>", "")
            },
            "message_invalid/issuer",
        ),
        (
            "issuer-second",
            |s| s.unsigned().edit("<saml:Issuer", "<samlp:Extensions></samlp:Extensions><saml:Issuer"),
            "message_invalid/issuer",
        ),
        (
            "empty",
            |s| {
                s.with(|s| s.xml = "<samlp:LogoutResponse xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_a\" IssueInstant=\"2026-06-01T11:59:58Z\" Version=\"2.0\"/>".into()).unsigned()
            },
            "message_invalid/issuer",
        ),
        ("in-response-to-another", |s| s.edit("_ours", "_other"), "message_invalid/in_response_to"),
        ("in-response-to-nothing", |s| s.edit(" InResponseTo=\"_ours\"", ""), "message_invalid/in_response_to"),
        ("nothing-was-asked", |s| s.with(|s| s.in_response_to = None), "message_invalid/in_response_to"),
        (
            "nothing-was-asked-nor-answered",
            |s| s.edit(" InResponseTo=\"_ours\"", "").with(|s| s.in_response_to = None),
            "message_invalid/in_response_to",
        ),
        ("partial", |s| s.edit("</samlp:StatusCode>", PARTIAL), "partial"),
        ("partial-of-a-failure", |s| s.edit("Success", "Responder").edit("</samlp:StatusCode>", PARTIAL), "partial"),
        ("success-with-a-detail", |s| s.edit("</samlp:StatusCode>", &PARTIAL.replace("PartialLogout", "x")), "done"),
        ("responder", |s| s.edit("Success", "Responder"), "provider_refused/status"),
        ("requester", |s| s.edit("Success", "Requester"), "provider_refused/status"),
        ("success-of-another-family", |s| s.edit("SAML:2.0:status", "SAML:1.0:status"), "provider_refused/status"),
        ("success-with-more", |s| s.edit("status:Success", "status:Successful"), "provider_refused/status"),
        (
            "partial-with-more",
            |s| s.edit("Success", "Responder").edit("</samlp:StatusCode>", &PARTIAL.replace("Partial", "NotPartial")),
            "provider_refused/status",
        ),
        (
            "status-code-of-nothing",
            |s| s.edit(" Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"", ""),
            "provider_refused/status",
        ),
        (
            "no-status-code",
            |s| s.edit("<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode>", ""),
            "message_invalid/shape",
        ),
        (
            "no-status",
            |s| s.edit("samlp:Status>", "samlp:State>").edit("/samlp:Status>", "/samlp:State>"),
            "message_invalid/shape",
        ),
        (
            "foreign-signature",
            |s| s.pen(&FOREIGN, Algorithm::Rs256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
            "signature_invalid/signature",
        ),
        (
            "signature-of-another-kind",
            |s| s.pen(&P256, Algorithm::Es256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
            "signature_invalid/key",
        ),
        (
            "signature-sha1",
            |s| s.with(|s| s.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
            "signature_invalid/signature_method",
        ),
    ];
    check(RESPONSE, &[REDIRECT, FORM], TABLE);
}

#[test]
fn what_the_provider_said() {
    let said = |change: fn(Sent) -> Sent| {
        let error = REDIRECT(&change(Sent::honest(RESPONSE))).unwrap_err();
        let provider = error.provider().unwrap();
        assert_eq!(provider.description, None);
        provider.error.clone()
    };
    assert_eq!(said(|s| s.edit("Success", "Responder")), "urn:oasis:names:tc:SAML:2.0:status:Responder");
    assert_eq!(
        said(|s| s
            .edit("Success", "Responder")
            .edit("</samlp:StatusCode>", "<samlp:StatusCode Value=\"urn:x\"></samlp:StatusCode></samlp:StatusCode>")),
        "urn:x"
    );
}

#[test]
fn what_is_to_be_answered() {
    let requested =
        |relay_state: Option<&str>| Ok(Logout::Requested { id: "_theirs".into(), relay_state: relay_state.map(String::from) });
    for relay_state in [None, Some("st/te"), Some("ü /+%26")] {
        let mut sent = Sent::honest(REQUEST);
        sent.relay_state = relay_state.map(String::from);
        assert_eq!(REDIRECT(&sent), requested(relay_state));
        assert_eq!(FORM(&sent), requested(relay_state));
    }
}

/// The address: the octets of the signature are those that came (SAML bindings §3.4.4.1).
#[test]
fn by_address() {
    fn reordered(query: String) -> String {
        let mut pairs: Vec<&str> = query.split('&').collect();
        pairs.reverse();
        pairs.join("&")
    }
    const OTHER: &str = "http%3A%2F%2Fwww%2Ew3%2Eorg%2F2001%2F04%2Fxmldsig%2Dmore%23rsa%2Dsha256";
    const TABLE: &[Row] = &[
        ("honest", |s| s, "requested"),
        ("without-relay-state", |s| s.with(|s| s.relay_state = None), "requested"),
        ("in-another-order", |s| s.rewrite(reordered), "requested"),
        ("with-more-parameters", |s| s.rewrite(|q| format!("utm=1&{q}&x&y=SAMLRequest=&")), "requested"),
        (
            "deflate-said",
            |s| s.rewrite(|q| format!("{q}&SAMLEncoding=urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE")),
            "requested",
        ),
        (
            "deflate-said-escaped",
            |s| {
                s.rewrite(|q| format!("SAMLEncoding={}&{q}", escape("urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE")))
            },
            "requested",
        ),
        ("another-encoding", |s| s.rewrite(|q| format!("{q}&SAMLEncoding=urn:x")), "message_invalid/encoding"),
        ("an-encoding-of-nothing", |s| s.rewrite(|q| format!("{q}&SAMLEncoding=")), "message_invalid/encoding"),
        // what was signed
        (
            "foreign",
            |s| s.pen(&FOREIGN, Algorithm::Rs256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
            "signature_invalid/signature",
        ),
        (
            "the-next-key",
            |s| {
                s.pen(&RSA_NEXT, Algorithm::Rs256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256").trusts(&[&RSA, &RSA_NEXT])
            },
            "requested",
        ),
        (
            "p256",
            |s| s.pen(&P256, Algorithm::Es256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256").trusts(&[&RSA, &P256]),
            "requested",
        ),
        (
            "p384",
            |s| s.pen(&P384, Algorithm::Es384, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384").trusts(&[&P256, &P384]),
            "requested",
        ),
        (
            "p521",
            |s| s.pen(&P521, Algorithm::Es512, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512").trusts(&[&P521]),
            "requested",
        ),
        ("pss", |s| s.pen(&RSA, Algorithm::Ps256, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"), "requested"),
        ("another-relay-state", |s| s.tamper("RelayState=st", "RelayState=sT"), "signature_invalid/signature"),
        ("relay-state-escaped-otherwise", |s| s.tamper("RelayState=st", "RelayState=s%74"), "signature_invalid/signature"),
        ("relay-state-in-lower-case", |s| s.tamper("st%2Fte", "st%2fte"), "signature_invalid/signature"),
        ("all-in-lower-case", |s| s.with(|s| s.escape = |text| lower_case(escape(text))), "requested"),
        (
            "as-go-writes-it",
            |s| s.with(|s| s.relay_state = Some("a b".into())).with(|s| s.escape = |text| escape(text).replace("%20", "+")),
            "requested",
        ),
        ("relay-state-taken-away", |s| s.tamper("&RelayState=st%2Fte", ""), "signature_invalid/signature"),
        (
            "relay-state-added",
            |s| s.with(|s| s.relay_state = None).rewrite(|q| format!("RelayState=x&{q}")),
            "signature_invalid/signature",
        ),
        ("message-escaped-otherwise", |s| s.rewrite(escaped_otherwise), "signature_invalid/signature"),
        (
            "method-escaped-otherwise",
            |s| s.tamper(OTHER, "http%3A//www.w3.org/2001/04/xmldsig-more%23rsa-sha256"),
            "signature_invalid/signature",
        ),
        ("method-exchanged", |s| s.tamper("rsa%2Dsha256", "rsa%2Dsha512"), "signature_invalid/signature"),
        ("as-a-response", |s| s.tamper("SAMLRequest=", "SAMLResponse="), "signature_invalid/signature"),
        ("signature-escaped-otherwise", |s| s.rewrite(|q| q.replace("%3D%3D", "==")), "requested"),
        ("signature-of-nothing", |s| s.rewrite(|q| without_signature(q) + "&Signature="), "signature_invalid/key"),
        ("signature-short", |s| s.rewrite(|q| without_signature(q) + "&Signature=AAAA"), "signature_invalid/key"),
        ("signature-no-base64", |s| s.rewrite(|q| without_signature(q) + "&Signature=!"), "message_invalid/base64"),
        ("signature-without-padding", |s| s.rewrite(|q| q.trim_end_matches("%3D").into()), "message_invalid/base64"),
        ("signature-in-lines", |s| s.rewrite(|q| q.replace("&Signature=", "&Signature=%0A")), "message_invalid/base64"),
        ("signature-taken-away", |s| s.rewrite(without_signature), "signature_invalid/unsigned"),
        ("method-taken-away", |s| s.rewrite(|q| q.replace(&["&SigAlg=", OTHER].concat(), "")), "signature_invalid/unsigned"),
        ("method-unknown", |s| s.with(|s| s.method = "urn:x"), "signature_invalid/signature_method"),
        ("method-of-nothing", |s| s.with(|s| s.method = ""), "signature_invalid/signature_method"),
        (
            "method-sha1",
            |s| s.with(|s| s.method = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
            "signature_invalid/signature_method",
        ),
        (
            "method-hmac",
            |s| s.with(|s| s.method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
            "signature_invalid/signature_method",
        ),
        (
            "method-not-allowed",
            |s| s.with(|s| s.config.policy.algorithms = vec![Algorithm::Es256]),
            "signature_invalid/signature_method",
        ),
        (
            "method-of-another-kind-of-key",
            |s| s.with(|s| s.method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
            "signature_invalid/key",
        ),
        (
            "key-of-another-kind",
            |s| s.pen(&P256, Algorithm::Es256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
            "signature_invalid/key",
        ),
        (
            "key-of-another-curve",
            |s| s.pen(&P256, Algorithm::Es256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256").trusts(&[&P384]),
            "signature_invalid/key",
        ),
        ("no-key", |s| s.trusts(&[]), "signature_invalid/key"),
        // the form of the address
        ("request-twice", |s| s.rewrite(|q| format!("{q}&SAMLRequest=x")), "message_invalid/repeated"),
        ("request-twice-and-empty", |s| s.rewrite(|q| format!("SAMLRequest=&{q}")), "message_invalid/repeated"),
        ("request-and-response", |s| s.rewrite(|q| format!("{q}&SAMLResponse=x")), "message_invalid/repeated"),
        ("relay-state-twice", |s| s.rewrite(|q| format!("{q}&RelayState=x")), "message_invalid/repeated"),
        ("method-twice", |s| s.rewrite(|q| format!("{q}&SigAlg=x")), "message_invalid/repeated"),
        ("signature-twice", |s| s.rewrite(|q| format!("{q}&Signature=x")), "message_invalid/repeated"),
        ("encoding-twice", |s| s.rewrite(|q| format!("{q}&SAMLEncoding=x&SAMLEncoding=x")), "message_invalid/repeated"),
        ("message-no-base64", |s| s.tamper("SAMLRequest=", "SAMLRequest=!"), "message_invalid/base64"),
        ("message-base64-in-lines", |s| s.tamper("SAMLRequest=", "SAMLRequest=%0A"), "message_invalid/base64"),
        ("relay-state-of-80-bytes", |s| s.with(|s| s.relay_state = Some("é".repeat(40))), "requested"),
        ("relay-state-of-81-bytes", |s| s.with(|s| s.relay_state = Some("é".repeat(40) + "a")), "message_invalid/relay_state"),
        ("longest", |s| s.rewrite(|q| format!("x={}&{q}", "a".repeat(65_536 - 3 - q.len()))), "requested"),
        ("too-long", |s| s.rewrite(|q| format!("x={}&{q}", "a".repeat(65_537 - 3 - q.len()))), "message_invalid/too_large"),
        // the other binding's signature
        (
            "a-signature-inside-too",
            |s| {
                s.edit(
                    "</saml:Issuer>",
                    "</saml:Issuer><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature>",
                )
            },
            "message_invalid/shape",
        ),
        (
            "a-signature-deep-inside",
            |s| {
                s.edit("</saml:Issuer>", "</saml:Issuer><samlp:Extensions><a><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature></a></samlp:Extensions>")
            },
            "message_invalid/shape",
        ),
        (
            "a-signature-of-another-namespace",
            |s| s.edit("</saml:Issuer>", "</saml:Issuer><x:Signature xmlns:x=\"urn:x\"></x:Signature>"),
            "requested",
        ),
        (
            "a-signature-inside-alone",
            |s| s.with(|s| s.xml = Sent::honest(REQUEST).form()).unsigned(),
            "signature_invalid/unsigned",
        ),
    ];
    check(REQUEST, &[REDIRECT], TABLE);
    for query in ["", "&&", "x=y", "SAMLRequest", "saMLRequest=x", "RelayState=x&SigAlg=y&Signature=z", "code=a&state=b"] {
        assert!(read_query(query).unwrap().is_none(), "{query}");
    }
    let response = Sent::honest(RESPONSE).with(|s| s.relay_state = None).edit("Success", "Responder");
    let forged = response.query();
    let (_, signature) = forged.split_once("&SigAlg").unwrap();
    let honest = Sent::honest(RESPONSE).with(|s| s.relay_state = None);
    let honest_query = honest.query();
    let (message, _) = honest_query.split_once("&SigAlg").unwrap();
    let moved = [message, "&SigAlg", signature].concat();
    assert_eq!(verdict(by_redirect(&moved, &honest.expected())), "signature_invalid/signature", "of another message");
}

/// The first letter of the message as an escape.
/// A signature must hold where there is one; half of one is none that could.
#[test]
fn half_a_signature_is_refused_of_either_message() {
    for parameter in ["SAMLRequest", "SAMLResponse"] {
        for half in ["SigAlg=urn:x", "Signature=AAAA"] {
            let error = read_query(&[parameter, "=AAAA&", half].concat()).unwrap_err();
            assert_eq!(error.to_string(), "signature_invalid: unsigned", "{parameter} {half}");
        }
    }
}

#[test]
fn a_relay_state_is_short_in_a_form_too() {
    let config = slo_config();
    let expected = Expected { config: &config, session: None, in_response_to: None, now: NOW };
    let judge = |length: usize| receive_form("?", Some(&"x".repeat(length)), &expected).unwrap_err().rule;
    assert_eq!((judge(80), judge(81)), ("malformed", "relay_state"));
}

fn escaped_otherwise(query: String) -> String {
    let (before, after) = query.split_at("SAMLRequest=".len());
    let (letter, after) = after.split_at(1);
    format!("{before}%{:02X}{after}", letter.as_bytes()[0])
}

fn lower_case(text: String) -> String {
    text.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d").replace("%3A", "%3a")
}

fn without_signature(query: String) -> String {
    query.split_once("&Signature=").unwrap().0.into()
}

/// The form: the message's own signature (SAML core §5.4).
#[test]
fn by_form() {
    const TABLE: &[Row] = &[
        ("honest", |s| s, "requested"),
        (
            "foreign",
            |s| s.pen(&FOREIGN, Algorithm::Rs256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
            "signature_invalid/signature",
        ),
        (
            "the-next-key",
            |s| {
                s.pen(&RSA_NEXT, Algorithm::Rs256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256").trusts(&[&RSA, &RSA_NEXT])
            },
            "requested",
        ),
        (
            "p384",
            |s| s.pen(&P384, Algorithm::Es384, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384").trusts(&[&P384]),
            "requested",
        ),
        ("no-key", |s| s.trusts(&[]), "signature_invalid/key"),
        ("another-name-afterwards", |s| s.tamper(">alice<", ">bob<"), "signature_invalid/digest"),
        ("another-id-afterwards", |s| s.tamper("ID=\"_theirs\"", "ID=\"_other\""), "signature_invalid/reference_uri"),
        ("signature-damaged", |s| s.tamper("<ds:SignatureValue>", "<ds:SignatureValue>!"), "signature_invalid/signature_value"),
        (
            "two-signatures",
            |s| {
                s.tamper(
                    "</saml:Issuer>",
                    "</saml:Issuer><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature>",
                )
            },
            "signature_invalid/count",
        ),
        (
            "signature-elsewhere",
            |s| {
                s.rewrite(|xml| {
                    xml.replacen("<ds:Signature ", "<samlp:Extensions><ds:Signature ", 1).replacen(
                        "</ds:Signature>",
                        "</ds:Signature></samlp:Extensions>",
                        1,
                    )
                })
            },
            "signature_invalid/unsigned",
        ),
        (
            "wrapped",
            |s| {
                s.rewrite(|xml| {
                    let evil = REQUEST.replace("_theirs", "_evil").replace("</samlp:LogoutRequest>", "");
                    [&evil, "<samlp:Extensions>", &xml, "</samlp:Extensions></samlp:LogoutRequest>"].concat()
                })
            },
            "signature_invalid/unsigned",
        ),
        ("id-missing", |s| s.edit(" ID=\"_theirs\"", ""), "signature_invalid/reference_uri"),
    ];
    check(REQUEST, &[FORM], TABLE);
    let sent = Sent::honest(REQUEST);
    let received = receive_form(&sent.form(), None, &sent.expected()).unwrap();
    assert_eq!(received.checks().len(), 1);
    assert_eq!(verdict(received.settle(false, &sent.expected())), "signature_invalid/signature");
    let unsigned = Sent::honest(RESPONSE).unsigned();
    for holds in [false, true] {
        let received = receive_form(&unsigned.form(), None, &unsigned.expected()).unwrap();
        assert!(received.checks().is_empty());
        assert_eq!(verdict(received.settle(holds, &unsigned.expected())), "done");
    }
}

/// A session that has ended between the form and the verdict.
#[test]
fn what_is_signed_is_judged_when_it_is_settled() {
    let sent = Sent::honest(REQUEST);
    let received = receive_form(&sent.form(), None, &sent.expected()).unwrap();
    let bob = name_id("bob");
    let later = Expected { session: Some(Ending { name_id: &bob, session_index: None }), ..sent.expected() };
    assert_eq!(verdict(received.settle(true, &later)), "message_invalid/name_id");
}

#[test]
fn an_id_is_a_name() {
    for (id, expected) in
        [("", "message_invalid/id"), ("1a", "message_invalid/id"), ("a:b", "message_invalid/id"), ("a-1", "done")]
    {
        let sent = Sent::honest(RESPONSE).unsigned().edit("_theirs", id);
        assert_eq!(verdict(REDIRECT(&sent)), expected, "{id}");
        assert_eq!(verdict(FORM(&sent)), expected, "{id}");
    }
}

/// [`MAX_BYTES`] of XML, however few they were before they were inflated.
#[test]
fn too_much() {
    let fill = |extra: usize| {
        let room = MAX_BYTES - RESPONSE.len() + extra;
        Sent::honest(RESPONSE).unsigned().edit("</saml:Issuer>", &["</saml:Issuer>", &" ".repeat(room)].concat())
    };
    assert_eq!(verdict(REDIRECT(&fill(0))), "done");
    assert_eq!(verdict(REDIRECT(&fill(1))), "message_invalid/too_large");
    assert_eq!(verdict(FORM(&fill(1))), "message_invalid/too_large");
}
