//! A made-up identity provider: its keys, its certificates, its genuinely signed responses.
//!
//! The responses are written by hand in canonical form, so that a digest is over the very text that
//! stands here: what is signed owes nothing to `src/saml/c14n.rs`. A [`World`] is honest until a row
//! changes it: [`World::edit`] before it is signed (a genuine signature over bad content),
//! [`World::info`] inside `SignedInfo` (a genuine signature made in a bad way), [`World::tamper`] on
//! the way to us.

use super::{oracle, rules};
use crate::support::{Key, verdict};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass::error::Error;
use gatepass::saml::assertion::{self, Assertion};
use gatepass::saml::callback::{self, Expected};
use gatepass::saml::idp::Idp;
use gatepass::saml::policy::Policy;
use gatepass::saml::sp::Sp;
use gatepass::wire::Algorithm;
use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{self, KeyPair};
use std::sync::LazyLock;

/// 2026-06-01T12:00:00Z
pub const NOW: i64 = 1_780_315_200;
pub const IDP: &str = "https://idp.example.com/metadata";
pub const SP: &str = "https://sp.example.com/metadata";
/// With a query: it is compared to the letter.
pub const ACS: &str = "https://sp.example.com/acs?a=b&c=%2F";
pub const REQUEST: &str = "_request";

pub const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
pub const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// A private key.
pub enum Pen {
    Ring(Key),
    P521(p521::ecdsa::SigningKey),
}

pub static RSA: LazyLock<Pen> = LazyLock::new(|| Pen::Ring(Key::pool_id()));
/// The next one of the same provider.
pub static RSA_NEXT: LazyLock<Pen> = LazyLock::new(|| Pen::Ring(Key::pool_access()));
/// Somebody else's.
pub static FOREIGN: LazyLock<Pen> = LazyLock::new(|| Pen::Ring(Key::foreign()));
pub static P256: LazyLock<Pen> = LazyLock::new(|| Pen::Ring(Key::ec256()));
pub static P384: LazyLock<Pen> = LazyLock::new(|| Pen::Ring(Key::ec384()));
pub static P521: LazyLock<Pen> = LazyLock::new(|| Pen::P521(p521::ecdsa::SigningKey::from_slice(&[1; 66]).unwrap()));

impl Pen {
    pub fn sign(&self, algorithm: Algorithm, text: &str) -> Vec<u8> {
        use p521::ecdsa::signature::Signer;
        let random = SystemRandom::new();
        match self {
            Pen::Ring(Key::Rsa(pair)) => {
                let encoding: &dyn signature::RsaEncoding = match algorithm {
                    Algorithm::Rs384 => &signature::RSA_PKCS1_SHA384,
                    Algorithm::Rs512 => &signature::RSA_PKCS1_SHA512,
                    Algorithm::Ps256 => &signature::RSA_PSS_SHA256,
                    Algorithm::Ps384 => &signature::RSA_PSS_SHA384,
                    Algorithm::Ps512 => &signature::RSA_PSS_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut bytes = vec![0; pair.public().modulus_len()];
                pair.sign(encoding, &random, text.as_bytes(), &mut bytes).unwrap();
                bytes
            }
            Pen::Ring(Key::Ec(pair, _)) => pair.sign(&random, text.as_bytes()).unwrap().as_ref().to_vec(),
            Pen::P521(key) => {
                let signature: p521::ecdsa::Signature = key.sign(text.as_bytes());
                signature.to_bytes().to_vec()
            }
        }
    }

    /// `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
    pub fn spki(&self) -> Vec<u8> {
        const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
        const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
        let (oid, parameters, key) = match self {
            Pen::Ring(Key::Rsa(pair)) => (RSA, der(0x05, &[]), pair.public_key().as_ref().to_vec()),
            Pen::Ring(Key::Ec(pair, "P-256")) => {
                (EC, der(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]), pair.public_key().as_ref().to_vec())
            }
            Pen::Ring(Key::Ec(pair, _)) => (EC, der(0x06, &[0x2b, 0x81, 0x04, 0, 0x22]), pair.public_key().as_ref().to_vec()),
            Pen::P521(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                (EC, der(0x06, &[0x2b, 0x81, 0x04, 0, 0x23]), point.as_bytes().to_vec())
            }
        };
        let algorithm = der(0x30, &[der(0x06, oid), parameters].concat());
        der(0x30, &[algorithm, der(0x03, &[vec![0], key].concat())].concat())
    }

    /// A certificate around the key, base64. It signs nothing: nobody looks.
    pub fn certificate(&self) -> String {
        STANDARD.encode(certificate(&self.spki(), &der(0x17, b"250101000000Z"), &der(0x17, b"350101000000Z")))
    }
}

/// RFC 5280 §4.1, its names left empty.
pub fn certificate(spki: &[u8], not_before: &[u8], not_after: &[u8]) -> Vec<u8> {
    let version = der(0xa0, &der(0x02, &[2]));
    let validity = der(0x30, &[not_before, not_after].concat());
    let empty = der(0x30, &[]);
    let tbs = der(0x30, &[&version[..], &der(0x02, &[1]), &empty, &empty, &validity, &empty, spki].concat());
    der(0x30, &[tbs, empty, der(0x03, &[0])].concat())
}

/// One element of DER (X.690).
pub fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let low = u8::try_from(length % 256).unwrap();
    let mut bytes = match length {
        0..128 => vec![tag, low],
        128..256 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, u8::try_from(length / 256).unwrap(), low],
    };
    bytes.extend(content);
    bytes
}

type Change = Box<dyn Fn(String) -> String>;

/// One sign-in: what the identity provider says, how it signs, what we expect.
pub struct World {
    /// The elements that are signed, the inner one first.
    pub signed: &'static [&'static str],
    pub pen: &'static Pen,
    pub algorithm: Algorithm,
    pub digest: &'static digest::Algorithm,
    pub key_info: &'static str,
    /// Declarations that a PrefixList puts into the canonical `SignedInfo`.
    pub info_scope: &'static str,
    pub idp: Idp,
    pub sp: Sp,
    pub policy: Policy,
    pub in_response_to: Option<&'static str>,
    pub authn_contexts: Vec<String>,
    pub authn_since: Option<i64>,
    pub now: i64,
    edits: Vec<Change>,
    infos: Vec<Change>,
    tampers: Vec<Change>,
}

impl World {
    /// Signs what `signed` names: `Assertion`, `Response`.
    pub fn honest(signed: &'static [&'static str]) -> World {
        World {
            signed,
            pen: &RSA,
            algorithm: Algorithm::Rs256,
            digest: &digest::SHA256,
            key_info: "",
            info_scope: "",
            idp: Idp::by_hand(IDP, "https://idp.example.com/sso", &[RSA.certificate()]).unwrap(),
            sp: Sp { entity_id: SP.into(), acs_url: ACS.into(), ..Sp::default() },
            policy: Policy::default(),
            in_response_to: Some(REQUEST),
            authn_contexts: Vec::new(),
            authn_since: None,
            now: NOW,
            edits: Vec::new(),
            infos: Vec::new(),
            tampers: Vec::new(),
        }
    }

    /// Changes fields.
    pub fn with(mut self, change: fn(&mut World)) -> World {
        change(&mut self);
        self
    }

    /// Signed by this key, which is configured too.
    pub fn pen(mut self, pen: &'static Pen, algorithm: Algorithm) -> World {
        (self.pen, self.algorithm) = (pen, algorithm);
        self.trusts(&[pen])
    }

    /// These are the configured keys.
    pub fn trusts(mut self, pens: &[&Pen]) -> World {
        let certificates: Vec<String> = pens.iter().map(|pen| pen.certificate()).collect();
        self.idp = Idp::by_hand(IDP, "https://idp.example.com/sso", &certificates).unwrap();
        self
    }

    /// Nothing was asked for, and that is allowed.
    pub fn unasked(self) -> World {
        let policy = |w: &mut World| (w.in_response_to, w.policy.allow_idp_initiated) = (None, true);
        self.with(policy).unset("samlp:Response", "InResponseTo").unset("saml:SubjectConfirmationData", "InResponseTo")
    }

    /// Replaces the first `from` before anything is signed.
    pub fn edit(mut self, from: &'static str, to: &'static str) -> World {
        self.edits.push(replace(from, to));
        self
    }

    /// Puts `more` before the first `mark`, before anything is signed.
    pub fn before(mut self, mark: &'static str, more: &'static str) -> World {
        self.edits.push(Box::new(move |text| replace(mark, &[more, mark].concat())(text)));
        self
    }

    /// Gives the first `element` this attribute value in the other's place, before anything is signed.
    pub fn set(mut self, element: &'static str, attribute: &'static str, value: &'static str) -> World {
        self.edits.push(Box::new(move |text| {
            let (from, to) = value_of(&text, element, attribute);
            [&text[..from], value, &text[to..]].concat()
        }));
        self
    }

    /// Takes an attribute of the first `element` away, before anything is signed.
    pub fn unset(mut self, element: &'static str, attribute: &'static str) -> World {
        self.edits.push(Box::new(move |text| {
            let (from, to) = value_of(&text, element, attribute);
            [&text[..from - attribute.len() - 3], &text[to + 1..]].concat()
        }));
        self
    }

    /// Takes the first `element` away, before anything is signed.
    pub fn cut(self, element: &'static str) -> World {
        self.put(element, "")
    }

    /// Puts something in the place of the first `element`, before anything is signed.
    pub fn put(mut self, element: &'static str, instead: &'static str) -> World {
        self.edits.push(Box::new(move |text| {
            let (from, to) = element_in(&text, element);
            [&text[..from], instead, &text[to..]].concat()
        }));
        self
    }

    /// Puts something in the first `element` in the place of what it has, before anything is signed.
    pub fn fill(mut self, element: &'static str, inside: &'static str) -> World {
        self.edits.push(Box::new(move |text| fill(&text, element, inside)));
        self
    }

    /// Any change before anything is signed.
    pub fn rewrite(mut self, change: impl Fn(String) -> String + 'static) -> World {
        self.edits.push(Box::new(change));
        self
    }

    /// Replaces the first `from` in every `SignedInfo` before it is signed.
    pub fn info(mut self, from: &'static str, to: &'static str) -> World {
        self.infos.push(replace(from, to));
        self
    }

    /// Any change of every `SignedInfo` before it is signed.
    pub fn rewrite_info(mut self, change: impl Fn(String) -> String + 'static) -> World {
        self.infos.push(Box::new(change));
        self
    }

    /// Replaces the first `from` when all is signed.
    pub fn tamper(mut self, from: &'static str, to: &'static str) -> World {
        self.tampers.push(replace(from, to));
        self
    }

    /// Any change when all is signed.
    pub fn rewrite_sent(mut self, change: impl Fn(String) -> String + 'static) -> World {
        self.tampers.push(Box::new(change));
        self
    }

    /// The response as it is sent.
    pub fn message(&self) -> String {
        let mut text = RESPONSE.to_owned();
        for edit in &self.edits {
            text = edit(text);
        }
        for element in self.signed {
            text = self.sign(&text, element);
        }
        text = text.replace(place_of("Assertion"), "").replace(place_of("Response"), "");
        for tamper in &self.tampers {
            text = tamper(text);
        }
        text
    }

    fn sign(&self, text: &str, element: &str) -> String {
        let (name, place) = (if element == "Response" { "samlp:Response" } else { "saml:Assertion" }, place_of(element));
        let (from, to) = (text.find(&["<", name, " "].concat()).unwrap(), text.rfind(&["</", name, ">"].concat()).unwrap());
        let owner = &text[from..to + name.len() + 3];
        let id_at = value_of(owner, name, "ID");
        let owner_text = owner.replace(place, "").replace(place_of("Assertion"), "");
        let mut info = signed_info(
            &owner[id_at.0..id_at.1],
            method_of(self.algorithm),
            digest_of(self.digest),
            &STANDARD.encode(digest::digest(self.digest, owner_text.as_bytes())),
        );
        for change in &self.infos {
            info = change(info);
        }
        let canonical = info.replacen("<ds:SignedInfo", &["<ds:SignedInfo xmlns:ds=\"", DSIG, "\"", self.info_scope].concat(), 1);
        let value = STANDARD.encode(self.pen.sign(self.algorithm, &canonical));
        let signature = format!(
            "<ds:Signature xmlns:ds=\"{DSIG}\">{info}<ds:SignatureValue>{value}</ds:SignatureValue>{}</ds:Signature>",
            self.key_info
        );
        text.replacen(place, &signature, 1)
    }

    pub fn expected(&self) -> Expected<'_> {
        Expected {
            idp: &self.idp,
            sp: &self.sp,
            policy: &self.policy,
            in_response_to: self.in_response_to,
            authn_contexts: &self.authn_contexts,
            authn_since: self.authn_since,
        }
    }

    /// The whole of what the browser edge does, with ring for WebCrypto.
    pub fn judge(&self) -> Result<Assertion, Error> {
        self.judge_text(&self.message())
    }

    pub fn judge_text(&self, text: &str) -> Result<Assertion, Error> {
        let expected = self.expected();
        let received = callback::receive(text, &expected)?;
        let holds: Vec<bool> = received.signatures().map(|checks| checks.iter().any(oracle::holds)).collect();
        assertion::verify(&received.settle(&holds)?, &expected, self.now)
    }
}

/// Name, what is different from an honest sign-in, verdict.
pub type Row = (&'static str, fn(World) -> World, &'static str);

/// Judges every row over messages in which `signed` is signed.
pub fn check(signed: &'static [&'static str], table: &[Row]) {
    let mut wrong = Vec::new();
    for (name, change, expected) in table {
        let judged = change(World::honest(signed)).judge();
        if let Err(error) = &judged {
            assert!(!rules::explain(error.code, error.rule).is_empty(), "{name}: nobody explains {error}");
        }
        let found = verdict(judged);
        if found != *expected {
            wrong.push(format!("{name}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub const ASSERTION: &[&str] = &["Assertion"];
pub const BOTH: &[&str] = &["Assertion", "Response"];
pub const RESPONSE_ONLY: &[&str] = &["Response"];

/// Where the signature of `Assertion` or `Response` will stand.
pub fn place_of(element: &str) -> &'static str {
    if element == "Response" { "{signature of the response}" } else { "{signature of the assertion}" }
}

fn replace(from: &str, to: &str) -> Change {
    let (from, to) = (from.to_owned(), to.to_owned());
    Box::new(move |text| {
        assert!(text.contains(&from), "no {from}");
        text.replacen(&from, &to, 1)
    })
}

/// Where an attribute's value begins and ends.
pub fn value_of(text: &str, element: &str, attribute: &str) -> (usize, usize) {
    let tag = text.find(&["<", element, " "].concat()).expect(element);
    let mark = [" ", attribute, "=\""].concat();
    let from = tag + text[tag..].find(&mark).expect(attribute) + mark.len();
    (from, from + text[from..].find('"').unwrap())
}

/// Where the first element of this name begins and ends.
pub fn element_in(text: &str, element: &str) -> (usize, usize) {
    let from = text.find(&["<", element, ">"].concat()).or(text.find(&["<", element, " "].concat())).expect(element);
    let end = ["</", element, ">"].concat();
    (from, from + text[from..].find(&end).unwrap() + end.len())
}

/// The text with something else in the first element of this name.
pub fn fill(text: &str, element: &str, inside: &str) -> String {
    let (from, to) = element_in(text, element);
    let from = from + text[from..].find('>').unwrap() + 1;
    let to = to - element.len() - 3;
    [&text[..from], inside, &text[to..]].concat()
}

/// What is in the first element of this name.
pub fn inside<'a>(text: &'a str, element: &str) -> &'a str {
    let (from, to) = element_in(text, element);
    let from = from + text[from..].find('>').unwrap() + 1;
    &text[from..to - element.len() - 3]
}

fn signed_info(id: &str, method: &str, digest_method: &str, digest: &str) -> String {
    [
        "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"",
        EXC_C14N,
        "\"></ds:CanonicalizationMethod><ds:SignatureMethod Algorithm=\"",
        method,
        "\"></ds:SignatureMethod><ds:Reference URI=\"#",
        id,
        "\"><ds:Transforms><ds:Transform Algorithm=\"",
        ENVELOPED,
        "\"></ds:Transform><ds:Transform Algorithm=\"",
        EXC_C14N,
        "\"></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm=\"",
        digest_method,
        "\"></ds:DigestMethod><ds:DigestValue>",
        digest,
        "</ds:DigestValue></ds:Reference></ds:SignedInfo>",
    ]
    .concat()
}

/// RFC 6931 §2.3.
fn method_of(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Rs256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        Algorithm::Rs384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        Algorithm::Rs512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        Algorithm::Es256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        Algorithm::Es384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
        Algorithm::Es512 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        Algorithm::Ps256 => "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        Algorithm::Ps384 => "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
        Algorithm::Ps512 => "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
    }
}

/// XML Signature 1.1 §6.2.
fn digest_of(digest: &digest::Algorithm) -> &'static str {
    match digest.output_len() {
        32 => "http://www.w3.org/2001/04/xmlenc#sha256",
        48 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
        _ => "http://www.w3.org/2001/04/xmlenc#sha512",
    }
}

const RESPONSE: &str = r##"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="https://sp.example.com/acs?a=b&amp;c=%2F" ID="_response" InResponseTo="_request" IssueInstant="2026-06-01T11:59:58Z" Version="2.0">
<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example.com/metadata</saml:Issuer>{signature of the response}
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode></samlp:Status>
<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_assertion" IssueInstant="2026-06-01T11:59:58Z" Version="2.0">
<saml:Issuer>https://idp.example.com/metadata</saml:Issuer>{signature of the assertion}
<saml:Subject>
<saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">alice@example.com</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData InResponseTo="_request" NotOnOrAfter="2026-06-01T12:05:00Z" Recipient="https://sp.example.com/acs?a=b&amp;c=%2F"></saml:SubjectConfirmationData>
</saml:SubjectConfirmation>
</saml:Subject>
<saml:Conditions NotBefore="2026-06-01T11:55:00Z" NotOnOrAfter="2026-06-01T12:10:00Z">
<saml:AudienceRestriction><saml:Audience>https://sp.example.com/metadata</saml:Audience></saml:AudienceRestriction>
</saml:Conditions>
<saml:AuthnStatement AuthnInstant="2026-06-01T11:50:00Z" SessionIndex="_session" SessionNotOnOrAfter="2026-06-01T20:00:00Z">
<saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext>
</saml:AuthnStatement>
<saml:AttributeStatement>
<saml:Attribute FriendlyName="mail" Name="urn:oid:0.9.2342.19200300.100.1.3" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"><saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">alice@example.com</saml:AttributeValue></saml:Attribute>
<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue><saml:AttributeValue>buyers</saml:AttributeValue></saml:Attribute>
</saml:AttributeStatement>
</saml:Assertion>
</samlp:Response>"##;
