//! Messages, metadata and certificates changed at random: an answer or a typed error, never a panic, and
//! never an assertion that says anything but what the identity provider signed.

use super::signer::*;
use crate::noise::Noise;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass::error::ErrorCode;
use gatepass::saml::assertion::{Assertion, SignedPart};
use gatepass::saml::c14n::canonicalize;
use gatepass::saml::idp::Idp;
use gatepass::saml::xml::{Comments, Element, parse};
use gatepass::saml::{callback, certificate};
use gatepass::time;

const ROUNDS: usize = 2_500;

/// Two honest messages and one that the attacker wrote, taken to pieces and put together again.
#[test]
fn no_mixture_is_believed() {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut believed = 0;
    for signed in [ASSERTION, BOTH] {
        let world = World::honest(signed);
        let other = World::honest(signed).edit("alice", "bob").edit("alice", "bob").rewrite(|t| t.replace("_assertion", "_b"));
        let evil = World::honest(&[]).rewrite(|t| t.replace("alice", "admin").replace("_assertion", "_evil"));
        let genuine = [said(world.judge().unwrap()), said(other.judge().unwrap())];
        let texts = [world.message(), other.message(), evil.message()];
        for _ in 0..ROUNDS {
            let changed = noise.mix(&texts);
            match world.judge_text(&changed) {
                Ok(assertion) => {
                    assert!(genuine.contains(&said(assertion)), "{changed}");
                    believed += 1;
                }
                Err(error) => assert!(!matches!(error.code, ErrorCode::Internal), "{changed}"),
            }
        }
    }
    // Not every change matters, and not every one is noticed for want of a message.
    assert!(believed > ROUNDS / 50, "{believed}");
}

/// Canonical text is canonical, and says the same.
#[test]
fn canonical_text_stays() {
    const SEED: &str = "<?xml version='1.0'?><!-- a --><a xmlns='urn:a' xmlns:b='urn:b' c=' d&#xA;&#x9;e\tf' b:g=\"'&quot;\"><b:h xmlns:b='urn:i' \
        xmlns='' j='k' b:l='m'><n xmlns:xs='urn:xs' o='xs:p'/>&lt;q&amp;r&#13;\r\ns<![CDATA[<t>]]>]]&gt;<!-- u --></b:h><b:v xml:lang='w'>\u{e9}\u{1f600}</b:v></a>";
    let texts = [SEED.to_owned(), World::honest(&[]).message().split_off(900), SEED.replace("urn:b", "urn:a")];
    let mut noise = Noise(0x2545_f491_4f6c_dd1d);
    let mut read = 0;
    for round in 0..ROUNDS * 3 {
        let changed = if round == 0 { SEED.into() } else { noise.mix(&texts) };
        let Ok(document) = parse(&changed, Comments::Dropped) else { continue };
        read += 1;
        for apex in document.elements() {
            for prefixes in [&[][..], &["#default", "b", "xs"]] {
                let once = canonicalize(apex, None, prefixes).unwrap();
                let again = parse(&once, Comments::Refused).unwrap_or_else(|rule| panic!("{rule}: {once}"));
                assert_eq!(canonicalize(again.root(), None, prefixes).as_deref(), Some(&*once), "{changed}");
                assert_eq!(tree(again.root()), tree(apex), "{changed}");
                if let Some(inside) = apex.children().next() {
                    let without = canonicalize(apex, Some(inside), prefixes).unwrap();
                    assert!(parse(&without, Comments::Refused).is_ok(), "{without}");
                }
            }
        }
    }
    assert!(read > ROUNDS / 4, "{read}");
}

#[test]
fn metadata_is_read_or_refused() {
    const METADATA: &str = "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" validUntil=\"2027-01-01T00:00:00Z\">\
        <md:EntityDescriptor entityID=\"https://idp.example.com/metadata\"><md:IDPSSODescriptor WantAuthnRequestsSigned=\"true\" \
        protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><md:KeyDescriptor use=\"signing\">\
        <ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>CERTIFICATE</ds:X509Certificate>\
        </ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" \
        Location=\"https://idp.example.com/slo\" ResponseLocation=\"https://idp.example.com/slr\"/><md:SingleSignOnService \
        Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://idp.example.com/sso\"/></md:IDPSSODescriptor>\
        </md:EntityDescriptor></md:EntitiesDescriptor>";
    let texts = [&RSA, &P256, &P521].map(|pen| METADATA.replace("CERTIFICATE", &pen.certificate()));
    assert!(texts.iter().all(|text| Idp::from_metadata(text, None).is_ok()));
    let mut noise = Noise(0xda94_2042_e4dd_58b5);
    let mut read = 0;
    for _ in 0..ROUNDS {
        let changed = noise.mix(&texts);
        for entity_id in [None, Some(IDP)] {
            match Idp::from_metadata(&changed, entity_id) {
                Ok(idp) => {
                    assert!(!idp.keys.is_empty() && !idp.entity_id.is_empty(), "{changed}");
                    assert!(!idp.sso_redirect.is_empty() || !idp.sso_post.is_empty(), "{changed}");
                    read += 1;
                }
                Err(error) => assert_eq!(error.code, ErrorCode::MetadataInvalid, "{changed}"),
            }
        }
    }
    assert!(read > ROUNDS / 10, "{read}");
}

#[test]
fn certificates_are_read_or_refused() {
    let mut noise = Noise(0xbf58_476d_1ce4_e5b9);
    for pen in [&RSA, &P256, &P521] {
        let honest = STANDARD.decode(pen.certificate()).unwrap();
        for _ in 0..ROUNDS {
            let mut bytes = honest.clone();
            for _ in 0..=noise.below(3) {
                let at = noise.below(bytes.len());
                match noise.below(4) {
                    0 => bytes[at] = u8::try_from(noise.below(256)).unwrap(),
                    1 => bytes.truncate(at + 1),
                    2 => drop(bytes.drain(at..(at + noise.below(9)).min(bytes.len()))),
                    _ => bytes.insert(at, [0, 1, 0x30, 0x7f, 0x80, 0x82, 0xff][noise.below(7)]),
                }
                if bytes.is_empty() {
                    break;
                }
            }
            let _ = certificate::read(&STANDARD.encode(&bytes));
        }
    }
    for _ in 0..ROUNDS {
        let _ = certificate::read(&noise.change(&P256.certificate()));
    }
}

#[test]
fn times_and_fields_are_read_or_refused() {
    let mut noise = Noise(0x94d0_49bb_1331_11eb);
    for _ in 0..ROUNDS * 4 {
        let changed = noise.change("2026-06-01T12:00:00.5Z");
        if let Some(seconds) = time::parse(&changed).filter(|seconds| *seconds >= 0) {
            assert_eq!(time::parse(&time::write(seconds)), Some(seconds), "{changed}");
        }
        let _ = callback::decode(&noise.change("PGEvPg=="));
    }
}

/// What counts, whichever part was signed.
fn said(assertion: Assertion) -> Assertion {
    Assertion { signed: SignedPart::Assertion, ..assertion }
}

/// Names, attributes and text of an element and all that is in it.
fn tree(apex: Element<'_, '_>) -> Vec<(String, String, Vec<(String, String, String)>, String)> {
    let read = |element: Element<'_, '_>| {
        let mut attributes: Vec<_> = element
            .attributes()
            .iter()
            .map(|a| (element.namespace_of(a).to_owned(), a.local.to_owned(), a.value.to_string()))
            .collect();
        attributes.sort();
        (element.namespace().to_owned(), element.local().to_owned(), attributes, element.all_text())
    };
    apex.descendants_or_self().map(read).collect()
}

impl Noise {
    /// One to three changes of the first text, some of them with a piece of any of them.
    fn mix(&mut self, texts: &[String]) -> String {
        let mut text = texts[self.below(2)].clone();
        for _ in 0..=self.below(3) {
            let at = boundary(&text, self.below(text.len() + 1));
            let tag = tag_near(&text, at);
            match self.below(8) {
                0 => text.insert_str(at, TOKENS[self.below(TOKENS.len())]),
                1 => text.insert_str(tag, TOKENS[self.below(TOKENS.len())]),
                2 => drop(text.drain(at..boundary(&text, (at + self.below(12)).min(text.len())))),
                3 => {
                    let end = boundary(&text, (at + 1).min(text.len()));
                    text.replace_range(at..end.max(at), TOKENS[self.below(TOKENS.len())]);
                }
                4 => drop(text.drain(element_at(&text, tag))),
                5 => {
                    let other = &texts[self.below(texts.len())];
                    let from = tag_near(other, boundary(other, self.below(other.len())));
                    text.insert_str(tag, &other[element_at(other, from)]);
                }
                6 => {
                    let other = &texts[self.below(texts.len())];
                    let from = tag_near(other, boundary(other, self.below(other.len())));
                    text.replace_range(element_at(&text, tag), &other[element_at(other, from)]);
                }
                _ => {
                    let other = &texts[self.below(texts.len())];
                    text = [&text[..tag], &other[tag_near(other, boundary(other, tag))..]].concat();
                }
            }
        }
        text
    }
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Where the tag before this place begins.
fn tag_near(text: &str, at: usize) -> usize {
    text[..at].rfind('<').unwrap_or(0)
}

/// From a start tag to its end tag, or the tag alone.
fn element_at(text: &str, at: usize) -> std::ops::Range<usize> {
    let name: String = text[at..].chars().skip(1).take_while(|c| !matches!(c, '>' | '/' | ' ')).collect();
    let end = ["</", &name, ">"].concat();
    let tag_end = text[at..].find('>').map_or(text.len(), |length| at + length + 1);
    at..text[at..].find(&end).filter(|_| !name.is_empty()).map_or(tag_end, |length| at + length + end.len())
}

const TOKENS: [&str; 40] = [
    "<",
    ">",
    "/",
    "\"",
    "'",
    "&",
    ";",
    "=",
    " ",
    "\n",
    "\r",
    "x",
    "0",
    "]]>",
    "<!--",
    "-->",
    "<!-- -->",
    "<?x?>",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#xD;",
    "&#0;",
    "&lt;",
    "\u{0}",
    "\u{e9}",
    "\u{feff}",
    "\u{1f600}",
    "<x/>",
    "<x>",
    "</x>",
    "xmlns=\"urn:x\"",
    " xmlns:b=\"urn:y\"",
    " ID=\"_assertion\"",
    " Id=\"_response\"",
    "xml:",
    "ds:",
    "saml:",
    "<!DOCTYPE a>",
    "<saml:Assertion ID=\"_x\"/>",
];
