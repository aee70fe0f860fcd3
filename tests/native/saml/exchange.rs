//! The response → tokens of the app's own back end: the requests to the letter, and the assertion that goes
//! alone, verified once more by this crate and by ring.

use super::fixtures::{self, Page, fixture, fixtures};
use super::oracle;
use super::service::*;
use super::signer::{ASSERTION, BOTH, DSIG, ENVELOPED, EXC_C14N, FOREIGN, Pen, RESPONSE_ONLY, RSA, World, element_in, inside};
use super::upstream::{self, Corpus};
use crate::support::{Key, verdict};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use gatepass::error::Error;
use gatepass::saml::callback;
use gatepass::saml::config::Config;
use gatepass::saml::exchange::request;
use gatepass::saml::policy::Policy;
use gatepass::saml::signature;
use gatepass::saml::xml::{self, Comments};
use gatepass::token_response::MAX_RESPONSE;
use gatepass::wire::{Algorithm, PublicKey};
use ring::digest::{SHA256, digest};
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

const SAML: &str = " xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
const SAMLP: &str = " xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"";
const DS: &str = " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";
const XS: &str = " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"";
const XSI: &str = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

fn config(exchange: Value) -> Config {
    config_with(&[("saml.exchange", exchange)])
}

fn form() -> Config {
    config(json!({ "tokenEndpoint": "/token", "format": "form" }))
}

/// Type and text of the body.
fn body(config: &Config, response: &str, in_response_to: Option<&str>) -> (&'static str, String) {
    let (kind, text) = request(config, response, in_response_to).unwrap().unwrap().body.unwrap();
    (kind, text.expose().to_owned())
}

/// The assertion that goes alone.
fn lone(response: &str) -> Result<String, Error> {
    let (_, text) = request(&form(), response, None)?.unwrap().body.unwrap();
    let assertion = text.expose().split_once("&assertion=").unwrap().1.to_owned();
    Ok(String::from_utf8(URL_SAFE_NO_PAD.decode(assertion).unwrap()).unwrap())
}

#[test]
fn none_where_none_is_configured() {
    for response in [World::honest(ASSERTION).message(), World::honest(RESPONSE_ONLY).message(), "?".into()] {
        assert!(request(&super::service::config(), &response, Some("_request")).unwrap().is_none());
    }
}

#[test]
fn as_json_to_the_letter() {
    let odd = "<é>\u{1f600}\r\n\"\\";
    for (name, response, in_response_to, expected) in [
        ("answers", "<a/>", Some("_request"), r#"{"v":1,"samlResponse":"PGEvPg==","inResponseTo":"_request"}"#),
        ("unasked", "<a/>", None, r#"{"v":1,"samlResponse":"PGEvPg=="}"#),
        ("standard-alphabet", "<a>?>~</a>", None, r#"{"v":1,"samlResponse":"PGE+Pz5+PC9hPg=="}"#),
        ("bytes-as-received", odd, None, r#"{"v":1,"samlResponse":"PMOpPvCfmIANCiJc"}"#),
        ("escaped", "<a/>", Some("_\"\\"), r#"{"v":1,"samlResponse":"PGEvPg==","inResponseTo":"_\"\\"}"#),
    ] {
        for exchange in [
            json!({ "tokenEndpoint": "https://api.example/auth/saml" }),
            json!({ "tokenEndpoint": "https://api.example/auth/saml", "format": "json", "clientId": "app" }),
        ] {
            let made = request(&config(exchange), response, in_response_to).unwrap().unwrap();
            let (kind, text) = made.body.as_ref().unwrap();
            assert_eq!((*kind, text.expose()), ("application/json", expected), "{name}");
            assert_eq!((made.url.as_str(), made.limit), ("https://api.example/auth/saml", MAX_RESPONSE), "{name}");
            assert!(made.header.is_none() && !made.keepalive && !made.fresh, "{name}");
        }
    }
    let response = World::honest(RESPONSE_ONLY).message();
    let whole = body(&config(json!({ "tokenEndpoint": "/auth/saml" })), &response, None).1;
    let whole: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(STANDARD.decode(whole["samlResponse"].as_str().unwrap()).unwrap(), response.as_bytes(), "whoever signed what");
}

/// RFC 7522 §2.1, §2.2.
#[test]
fn as_a_form_to_the_letter() {
    let response = World::honest(ASSERTION).message();
    let assertion = URL_SAFE_NO_PAD.encode(lone(&response).unwrap());
    let plain = format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Asaml2-bearer&assertion={assertion}");
    for (name, exchange, more) in [
        ("without-client", json!({ "tokenEndpoint": "/token", "format": "form" }), ""),
        ("client-of-nothing", json!({ "tokenEndpoint": "/token", "format": "form", "clientId": "" }), ""),
        ("client", json!({ "tokenEndpoint": "/token", "format": "form", "clientId": "7h3cl13nt1d" }), "&client_id=7h3cl13nt1d"),
        (
            "client-escaped",
            json!({ "tokenEndpoint": "/token", "format": "form", "clientId": "a&b=é" }),
            "&client_id=a%26b%3D%C3%A9",
        ),
    ] {
        for in_response_to in [None, Some("_request")] {
            let made = request(&config(exchange.clone()), &response, in_response_to).unwrap().unwrap();
            let (kind, text) = made.body.as_ref().unwrap();
            assert_eq!(*kind, "application/x-www-form-urlencoded", "{name}");
            assert_eq!(text.expose(), [plain.as_str(), more].concat(), "{name}");
            assert_eq!((made.url.as_str(), made.limit), ("https://app.example/token", MAX_RESPONSE), "{name}");
            assert!(made.header.is_none() && !made.keepalive && !made.fresh, "{name}");
        }
    }
}

/// Letters of RFC 4648 §5 alone, whatever remains when the length is divided by three.
#[test]
fn base64url_without_padding() {
    let mut rests = [false; 3];
    for name in ["a", "bb", "ccc", "dddd", "\u{1f600}", "~~~???&gt;&gt;&gt;"] {
        let response = World::honest(ASSERTION).rewrite_sent(|text| text.replacen("staff", name, 1)).message();
        let text = body(&form(), &response, None).1;
        let assertion = text.split_once("&assertion=").unwrap().1;
        assert!(assertion.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{assertion}");
        rests[URL_SAFE_NO_PAD.decode(assertion).unwrap().len() % 3] = true;
    }
    assert_eq!(rests, [true; 3]);
}

#[test]
fn nothing_of_it_is_printed() {
    let response = World::honest(ASSERTION).message();
    for exchange in [json!({ "tokenEndpoint": "/token" }), json!({ "tokenEndpoint": "/token", "format": "form" })] {
        let made = request(&config(exchange), &response, Some("_request")).unwrap().unwrap();
        let printed = format!("{made:?}");
        let sent = made.body.as_ref().unwrap().1.expose();
        assert!(printed.contains("[redacted]") && !printed.contains(&sent[20..60]), "{printed}");
    }
}

/// What is signed, the format, verdict.
#[test]
fn an_assertion_that_nobody_signed_does_not_go_alone() {
    let unsigned = World::honest(&[]).message();
    let table: &[(&str, String, &str)] = &[
        ("assertion", World::honest(ASSERTION).message(), "ok"),
        ("both", World::honest(BOTH).message(), "ok"),
        ("response-alone", World::honest(RESPONSE_ONLY).message(), "signature_invalid/assertion_unsigned"),
        ("nothing", unsigned.clone(), "signature_invalid/assertion_unsigned"),
        // None of these has been verified, so none comes here. If one did:
        ("no-xml", "?".into(), "signature_invalid/assertion_unsigned"),
        ("no-assertion", "<a/>".into(), "signature_invalid/assertion_unsigned"),
        (
            "two-signatures",
            World::honest(ASSERTION)
                .rewrite_sent(|text| {
                    let (from, to) = element_in(&text, "ds:Signature");
                    [&text[..to], &text[from..to], &text[to..]].concat()
                })
                .message(),
            "signature_invalid/assertion_unsigned",
        ),
        (
            "two-assertions",
            World::honest(ASSERTION)
                .rewrite_sent(|text| {
                    let (from, to) = element_in(&text, "saml:Assertion");
                    [&text[..to], &text[from..to], &text[to..]].concat()
                })
                .message(),
            "signature_invalid/assertion_unsigned",
        ),
        ("a-comment", unsigned.replace("staff", "<!-- -->"), "signature_invalid/assertion_unsigned"),
    ];
    for (name, response, expected) in table {
        assert_eq!(verdict(lone(response)), *expected, "{name}");
        assert_eq!(verdict(request(&config(json!({ "tokenEndpoint": "/token" })), response, None)), "ok", "{name} as JSON");
    }
}

/// A response, its assertion signed over a canonical text that is written by hand, and sent in another spelling.
struct Letter {
    name: &'static str,
    /// What the signature covers, of what an honest identity provider writes.
    canonical: fn(&str) -> String,
    /// PrefixLists of the assertion and of SignedInfo.
    lists: [&'static str; 2],
    /// What the second PrefixList puts into the canonical SignedInfo.
    info_scope: &'static str,
    /// The prefix of signatures.
    ds: &'static str,
    /// The assertion as it is sent, of what is canonical.
    sent: fn(&str) -> String,
    /// Declarations on the response.
    above: String,
}

impl Letter {
    fn plain(name: &'static str) -> Letter {
        Letter {
            name,
            canonical: str::to_owned,
            lists: [""; 2],
            info_scope: "",
            ds: "ds:",
            sent: str::to_owned,
            above: String::new(),
        }
    }

    fn canonical(&self) -> String {
        let message = World::honest(&[]).message();
        let (from, to) = element_in(&message, "saml:Assertion");
        (self.canonical)(&message[from..to])
    }

    /// SignedInfo as the signature covers it, and as it is sent.
    fn info(&self) -> (String, String) {
        let [list, info_list] = self.lists.map(|list| match list {
            "" => String::new(),
            list => format!("<ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\" PrefixList=\"{list}\"></ec:InclusiveNamespaces>"),
        });
        let digest = STANDARD.encode(digest(&SHA256, self.canonical().as_bytes()));
        let sent = format!(
            "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{EXC_C14N}\">{info_list}</ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"></ds:SignatureMethod>\
             <ds:Reference URI=\"#_assertion\"><ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>\
             <ds:Transform Algorithm=\"{EXC_C14N}\">{list}</ds:Transform></ds:Transforms>\
             <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod>\
             <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        );
        let canonical = sent.replacen("<ds:SignedInfo", &["<ds:SignedInfo", DS, self.info_scope].concat(), 1);
        (self.prefixed(&canonical), self.prefixed(&sent))
    }

    fn prefixed(&self, text: &str) -> String {
        let declared =
            if self.ds.is_empty() { "xmlns=".to_owned() } else { ["xmlns:", self.ds.trim_end_matches(':'), "="].concat() };
        text.replace("ds:", self.ds).replace("xmlns:=", "xmlns=").replace("xmlns:ds=", &declared)
    }

    fn message(&self) -> String {
        let (canonical, info) = self.info();
        let value = STANDARD.encode(RSA.sign(Algorithm::Rs256, &canonical));
        let ds = self.ds;
        let declared = if ds.is_empty() { " xmlns".to_owned() } else { [" xmlns:", ds.trim_end_matches(':')].concat() };
        let signature =
            format!("<{ds}Signature{declared}=\"{DSIG}\">{info}<{ds}SignatureValue>{value}</{ds}SignatureValue></{ds}Signature>");
        let assertion = self.canonical().replacen("Issuer>\n", &["Issuer>", &signature, "\n"].concat(), 1);
        around(&(self.sent)(&assertion), &self.above)
    }
}

/// A response with this assertion.
fn around(assertion: &str, declarations: &str) -> String {
    let message = World::honest(&[]).message();
    let (from, to) = element_in(&message, "saml:Assertion");
    [&message[..from], assertion, &message[to..]].concat().replacen(SAMLP, &[SAMLP, declarations].concat(), 1)
}

/// Every way that is known to write namespaces and texts.
fn letters() -> Vec<Letter> {
    let no_prefix = |text: &str| text.replace("saml:", "").replace(":saml=", "=");
    vec![
        Letter::plain("declared-where-used"),
        Letter { sent: |text| text.replacen(SAML, "", 1), above: SAML.into(), ..Letter::plain("saml-on-the-response") },
        Letter {
            sent: |text| text.replacen(SAML, "", 1).replacen(DS, "", 1).replacen(XSI, "", 1),
            above: [SAML, DS, XS, XSI].concat(),
            ..Letter::plain("everything-on-the-response")
        },
        Letter {
            sent: |text| text.replacen(XSI, "", 1).replacen(SAML, &[SAML, XSI, XS].concat(), 1),
            ..Letter::plain("types-on-the-assertion")
        },
        Letter {
            sent: |text| text.replacen(XSI, &[XSI, XS].concat(), 1),
            ..Letter::plain("types-on-the-value-that-nobody-lists")
        },
        Letter {
            canonical: |text| text.replacen(SAML, &[SAML, XS].concat(), 1),
            lists: ["xs", ""],
            sent: |text| text.replacen(XS, "", 1),
            above: XS.into(),
            ..Letter::plain("list-of-the-response")
        },
        Letter {
            canonical: |text| text.replacen(SAML, &[SAML, XS].concat(), 1),
            lists: ["xs", ""],
            ..Letter::plain("list-of-the-assertion")
        },
        // OpenSAML writes it so.
        Letter {
            canonical: |text| text.replacen(XSI, &[XS, XSI].concat(), 1),
            lists: ["xs", ""],
            ..Letter::plain("list-of-the-value")
        },
        Letter {
            canonical: |text| {
                text.replace("<saml:AttributeValue>", &["<saml:AttributeValue", XS, XSI, " xsi:type=\"xs:string\">"].concat())
                    .replacen(&["<saml:AttributeValue", XSI].concat(), &["<saml:AttributeValue", XS, XSI].concat(), 1)
            },
            lists: ["xs xsi", ""],
            ..Letter::plain("list-of-every-value")
        },
        Letter {
            canonical: |text| {
                text.replacen(SAML, &[SAML, SAMLP, XS].concat(), 1).replacen(XSI, &[" xmlns:p=\"urn:p\"", XSI].concat(), 1)
            },
            lists: ["samlp xs p nobody", "xs samlp"],
            info_scope: " xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"",
            sent: |text| text.replacen(&[SAML, SAMLP, XS].concat(), "", 1),
            above: [SAML, XS].concat(),
            ..Letter::plain("lists-of-both")
        },
        Letter {
            canonical: |text| text.replacen(SAML, &[" xmlns=\"urn:x\"", SAML].concat(), 1),
            lists: ["#default", ""],
            sent: |text| text.replacen(" xmlns=\"urn:x\"", "", 1),
            above: " xmlns=\"urn:x\"".into(),
            ..Letter::plain("list-with-the-default")
        },
        Letter {
            canonical: |text| text.replacen(SAML, &[SAML, XS].concat(), 1),
            lists: ["xs", ""],
            above: " xmlns:xs=\"urn:another\"".into(),
            ..Letter::plain("the-nearest-declaration")
        },
        Letter {
            canonical: |text| {
                text.replacen(SAML, &[SAML, " xmlns:x=\"urn:a\""].concat(), 1).replacen(
                    XSI,
                    &[" xmlns:x=\"urn:b\"", XSI].concat(),
                    1,
                )
            },
            lists: ["x", ""],
            sent: |text| text.replacen(" xmlns:x=\"urn:a\"", "", 1),
            above: " xmlns:x=\"urn:a\"".into(),
            ..Letter::plain("declared-anew-inside")
        },
        Letter { canonical: no_prefix, sent: str::to_owned, ..Letter::plain("default-namespace") },
        Letter {
            canonical: no_prefix,
            ds: "",
            sent: |text| text.replacen(" xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"", "", 1),
            above: " xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"".into(),
            ..Letter::plain("default-namespace-of-the-response")
        },
        Letter {
            canonical: |text| {
                let inner = "<a xmlns=\"\"><b xmlns=\"urn:b\"></b></a></AttributeValue>";
                text.replace("saml:", "").replace(":saml=", "=").replacen("</AttributeValue>", inner, 1)
            },
            lists: ["#default", "#default"],
            ds: "",
            sent: |text| text.replacen(" xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"", "", 1),
            above: " xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"".into(),
            ..Letter::plain("default-namespace-taken-away")
        },
        Letter {
            canonical: |text| {
                text.replacen("staff", "a&amp;b&lt;c&gt;&#xD;\"é\u{1f600}\n", 1).replacen(
                    "Name=\"groups\"",
                    "Name=\"&quot;&#x9;&#xA;>&lt;\"",
                    1,
                )
            },
            sent: |text| {
                text.replacen("a&amp;b&lt;c&gt;&#xD;", "<![CDATA[a&b<c>]]>&#13;", 1)
                    .replacen("Name=\"&quot;&#x9;&#xA;>&lt;\"", "Name='\"&#9;&#10;&gt;&lt;'", 1)
                    .replacen("Version=\"2.0\"", "\n Version = '2.0' ", 1)
                    .replacen("></saml:SubjectConfirmationData>", "/>", 1)
                    .replace("></ds:Transform>", "\n/>")
            },
            ..Letter::plain("another-spelling")
        },
    ]
}

/// What this crate finds in a lone assertion: the text that its signature covers.
fn proven(assertion: &str, keys: &[PublicKey]) -> Result<String, Error> {
    let document = xml::parse(assertion, Comments::Refused).unwrap();
    let unproven = signature::open(document.root(), keys, &Policy::default())?.unwrap();
    let holds = unproven.checks().iter().any(oracle::holds);
    let element = unproven.settle(holds)?;
    element.document()?;
    Ok(element.text().to_owned())
}

/// The text of the first element of this name, whatever its prefix.
fn of<'a>(text: &'a str, ds: &str, name: &str) -> &'a str {
    inside(text, &[ds, name].concat())
}

#[test]
fn the_lone_assertion_is_verified_again() {
    let Pen::Ring(Key::Rsa(pair)) = &*RSA else { panic!("another key") };
    let letters = letters();
    for letter in &letters {
        let (name, world) = (letter.name, World::honest(ASSERTION));
        let message = letter.message();
        let whole = world.judge_text(&message).unwrap_or_else(|error| panic!("{name}: {error}"));
        let alone = lone(&message).unwrap();

        // By this crate: what is signed is what was signed, and it says the same in a response that declares nothing.
        let found = proven(&alone, &world.idp.keys).unwrap_or_else(|error| panic!("{name}: {error}\n{alone}"));
        assert_eq!(found, letter.canonical(), "{name}");
        assert_eq!(world.judge_text(&around(&alone, "")), Ok(whole), "{name}");
        assert_eq!(
            verdict(proven(&alone, &World::honest(ASSERTION).trusts(&[&*FOREIGN]).idp.keys)),
            "signature_invalid/signature"
        );
        assert_eq!(lone(&around(&alone, "")).as_ref(), Ok(&alone), "{name}");

        // By ring, over what is canonical by hand.
        let value = STANDARD.decode(of(&alone, letter.ds, "SignatureValue")).unwrap();
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
        assert!(key.verify(letter.info().0.as_bytes(), &value).is_ok(), "{name}");
        let taken = STANDARD.encode(digest(&SHA256, letter.canonical().as_bytes()));
        assert_eq!(of(&alone, letter.ds, "DigestValue"), taken, "{name}");
    }
    println!("lone assertions: {}", letters.len());
}

/// With every namespace that is in force where it is in force, and nothing else added.
#[test]
fn the_lone_assertion_to_the_letter() {
    let letters = letters();
    let both = [SAML, SAMLP].concat();
    let edit = |name: &str, edits: &[(&str, &str)]| {
        let letter = letters.iter().find(|letter| letter.name == name).unwrap();
        let message = letter.message();
        let from = message.find("<saml:Assertion").or(message.find("<Assertion")).unwrap();
        let mut expected = message[from..message.rfind("\n</samlp:Response>").unwrap()].to_owned();
        for (from, to) in edits {
            assert!(expected.contains(from), "{name}: {from}");
            expected = expected.replacen(from, to, 1);
        }
        assert_eq!(lone(&message).unwrap(), expected, "{name}");
    };
    let all = ["<saml:Assertion", DS, SAML, SAMLP, XS, XSI].concat();
    let with_types = [SAML, SAMLP, XS, XSI].concat();
    edit("declared-where-used", &[(SAML, &both)]);
    edit("saml-on-the-response", &[("<saml:Assertion", &["<saml:Assertion", &both].concat())]);
    edit("everything-on-the-response", &[("<saml:Assertion", &all)]);
    edit("types-on-the-assertion", &[(&[SAML, XSI, XS].concat(), &with_types)]);
    edit("types-on-the-value-that-nobody-lists", &[(SAML, &both), (&[XSI, XS].concat(), &[XS, XSI].concat())]);
    edit("list-of-the-value", &[(SAML, &both)]);
    edit("list-of-every-value", &[(SAML, &both)]);
    edit("declared-anew-inside", &[(SAML, &[&both, " xmlns:x=\"urn:a\""].concat())]);
    edit(
        "default-namespace-taken-away",
        &[("<Assertion", &["<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"", SAMLP].concat())],
    );
}

/// Every response of `tests/fixtures/saml` that is let in; those whose assertion is signed.
#[test]
fn of_every_fixture() {
    let (mut alone, mut refused) = (0, Vec::new());
    let keys = Page::with_keys(&[fixtures::RSA, "idp-p256", "idp-p521"]).idp.keys;
    for folder in ["accepted", "real"] {
        for entry in std::fs::read_dir(fixtures().join(folder)).unwrap() {
            let file = [folder, "/", entry.unwrap().file_name().to_str().unwrap()].concat();
            // As `exchange` has it: decoded from the form field.
            let text = callback::decode(&STANDARD.encode(fixture(&file))).unwrap();
            match lone(&text) {
                Ok(assertion) => {
                    let found = proven(&assertion, &keys).unwrap_or_else(|error| panic!("{file}: {error}"));
                    assert!(found.starts_with('<') && !found.contains("SignatureValue"), "{file}");
                    alone += 1;
                }
                Err(error) => refused.push((file, verdict::<()>(Err(error)))),
            }
        }
    }
    let expected = ("accepted/response-signed-rsa-sha256.xml".to_owned(), "signature_invalid/assertion_unsigned".to_owned());
    assert_eq!((alone, refused), (19, vec![expected]));
}

/// The responses of other projects that are let in.
#[test]
fn of_others() {
    let Some(corpus) = Corpus::open() else { return };
    let (mut alone, mut unsigned) = (0, 0);
    for row in corpus.rows() {
        let Some(text) = row.text.filter(|text| upstream::judge(text) == "ok") else { continue };
        match lone(&text) {
            Ok(assertion) => {
                assert_eq!(upstream::proofs(&assertion), [Some("valid")], "{}", row.file);
                alone += 1;
            }
            Err(error) => {
                assert_eq!(error.rule, "assertion_unsigned", "{}", row.file);
                unsigned += 1;
            }
        }
    }
    println!("lone assertions of others: {alone}, unsigned {unsigned}");
    assert!(alone > 0 && unsigned > 0);
}
