//! The two sides before they meet: the identity provider's metadata and certificates as they come, our own
//! metadata as it goes out (SAML metadata §2.3, §2.4; RFC 5280 §4.1).

use super::fixtures::*;
use super::upstream::Corpus;
use crate::support::verdict;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass::saml::certificate;
use gatepass::saml::idp::Idp;
use gatepass::saml::names::{ASSERTION, DSIG, METADATA, PROTOCOL};
use gatepass::saml::sp::Sp;
use gatepass::saml::xml::{self, Comments};
use gatepass::time;
use gatepass::wire::{Curve, PublicKey};
use std::collections::BTreeMap;

const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const SOAP: &str = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP";

/// Name, metadata, the entity ID that is asked for, verdict.
fn table() -> Vec<(&'static str, String, Option<&'static str>, &'static str)> {
    let honest = || entity(IDP, &descriptor(&[&key("signing", RSA), &sso(REDIRECT, "https://idp.example.com/sso")]));
    let with = |parts: &[&str]| entity(IDP, &descriptor(parts));
    let at = |location: &str| with(&[&key("signing", RSA), &sso(REDIRECT, location)]);
    let certified = |text: &str| honest().replace(&body(RSA), text);
    let sign_in = sso(POST, "https://idp.example.com/sso");
    let second = || entity("https://second.example", &descriptor(&[&key("signing", "idp2-rsa2048"), &sign_in]));
    let two = || entities("", &[&honest(), &second()]);
    vec![
        ("one", honest(), None, "ok"),
        ("one-by-its-name", honest(), Some(IDP), "ok"),
        ("one-by-another-name", honest(), Some("https://other.example"), "metadata_invalid/entity"),
        ("one-by-the-beginning-of-its-name", honest(), Some("https://idp.example.com/"), "metadata_invalid/entity"),
        ("many", two(), Some("https://second.example"), "ok"),
        ("many-nobody-chosen", two(), None, "metadata_invalid/entity"),
        ("many-one-provider", entities("", &[&entity(SP, &service_provider()), &honest()]), None, "ok"),
        ("many-in-many", entities("", &[&entities("", &[&second()]), &honest()]), Some(IDP), "ok"),
        ("the-same-twice", entities("", &[&honest(), &honest()]), Some(IDP), "metadata_invalid/entity"),
        ("nobody", entities("", &[]), None, "metadata_invalid/entity"),
        ("service-provider-only", entity(SP, &service_provider()), None, "metadata_invalid/entity"),
        ("of-saml-1-only", honest().replace(PROTOCOL, "urn:oasis:names:tc:SAML:1.1:protocol"), None, "metadata_invalid/entity"),
        ("of-saml-1-too", honest().replace(PROTOCOL, &["urn:oasis:names:tc:SAML:1.1:protocol ", PROTOCOL].concat()), None, "ok"),
        ("other-namespace", honest().replace(METADATA, "urn:oasis:names:tc:SAML:2.0:metadatA"), None, "metadata_invalid/entity"),
        ("without-entity-id", honest().replace("entityID=", "entityId="), None, "metadata_invalid/entity_id"),
        ("entity-id-empty", honest().replace(IDP, ""), None, "metadata_invalid/entity_id"),
        ("entity-id-with-space", honest().replace(IDP, "https://idp.example.com /"), None, "metadata_invalid/entity_id"),
        ("entity-id-of-1025", honest().replace(IDP, &"x".repeat(1025)), None, "metadata_invalid/entity_id"),
        ("entity-id-of-1024", honest().replace(IDP, &"x".repeat(1024)), None, "ok"),
        (
            "descriptor-in-no-entity",
            entities("", &[&descriptor(&[&key("", RSA), &sign_in])])
                .replace("xmlns:md", &format!("xmlns:ds=\"{DSIG}\" xmlns:md")),
            None,
            "metadata_invalid/entity",
        ),
        // keys
        ("two-keys", with(&[&key("signing", "idp2-rsa2048"), &key("signing", RSA), &sign_in]), None, "ok"),
        ("key-without-use", with(&[&key("", RSA), &sign_in]), None, "ok"),
        ("key-for-encryption", with(&[&key("encryption", RSA), &sign_in]), None, "metadata_invalid/no_key"),
        ("key-for-something", with(&[&key("Signing", RSA), &sign_in]), None, "metadata_invalid/no_key"),
        ("no-key", with(&[&sign_in]), None, "metadata_invalid/no_key"),
        (
            "key-of-the-service-provider",
            entity(IDP, &[service_provider(), descriptor(&[&sign_in])].concat()),
            None,
            "metadata_invalid/no_key",
        ),
        (
            "key-value-only",
            with(&["<md:KeyDescriptor><ds:KeyInfo><ds:KeyValue/></ds:KeyInfo></md:KeyDescriptor>", &sign_in]),
            None,
            "metadata_invalid/no_key",
        ),
        ("certificate-in-lines", certified(&body(RSA).replace('\n', "\r\n\t ")), None, "ok"),
        ("certificate-in-one-line", certified(&body(RSA).replace('\n', "")), None, "ok"),
        ("certificate-with-pem-lines", certified(&certificate(RSA)), None, "ok"),
        ("certificate-with-comment", certified(&["<!-- 2026 -->", &body(RSA)].concat()), None, "ok"),
        ("certificate-empty", certified(""), None, "metadata_invalid/certificate"),
        ("certificate-garbage", certified("AAAA"), None, "metadata_invalid/certificate"),
        ("certificate-of-1024-bits", certified(&body("idp-rsa1024")), None, "metadata_invalid/key_size"),
        ("certificate-of-ed25519", certified(&body("other-ed25519")), None, "metadata_invalid/key_kind"),
        (
            "private-key",
            certified("-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----"),
            None,
            "metadata_invalid/private_key",
        ),
        // A key of a kind that we do not know is for others; what is no certificate at all is a mistake.
        ("second-key-of-ed25519", with(&[&key("signing", "other-ed25519"), &key("signing", RSA), &sign_in]), None, "ok"),
        ("second-key-of-1024-bits", with(&[&key("signing", RSA), &key("signing", "idp-rsa1024"), &sign_in]), None, "ok"),
        (
            "second-key-garbage",
            with(&[&key("signing", RSA), &key("signing", RSA).replace(&body(RSA), "AAAA"), &sign_in]),
            None,
            "metadata_invalid/certificate",
        ),
        ("keys-16", with(&[&keys(16), &sign_in]), None, "ok"),
        ("keys-17", with(&[&keys(17), &sign_in]), None, "metadata_invalid/too_many"),
        ("one-key-100-times", with(&[&key("signing", RSA).repeat(100), &sign_in]), None, "ok"),
        // endpoints
        ("no-endpoint", with(&[&key("signing", RSA)]), None, "metadata_invalid/single_sign_on"),
        (
            "endpoint-of-soap-only",
            with(&[&key("signing", RSA), &sso(SOAP, "https://idp.example.com/sso")]),
            None,
            "metadata_invalid/single_sign_on",
        ),
        (
            "endpoint-without-binding",
            at("https://idp.example.com/sso").replace("Binding=", "binding="),
            None,
            "metadata_invalid/single_sign_on",
        ),
        (
            "endpoint-for-logout-only",
            at("https://idp.example.com/sso").replace("SingleSignOnService", "SingleLogoutService"),
            None,
            "metadata_invalid/single_sign_on",
        ),
        ("location-with-query", at("https://idp.example.com/sso?idpid=a&amp;b=c"), None, "ok"),
        ("location-on-this-machine", at("http://127.0.0.1:7100/sso"), None, "ok"),
        ("location-by-http", at("http://idp.example.com/sso"), None, "metadata_invalid/location"),
        ("location-relative", at("/sso"), None, "metadata_invalid/location"),
        ("location-empty", at(""), None, "metadata_invalid/location"),
        ("location-of-a-script", at("javascript:alert(1)"), None, "metadata_invalid/location"),
        ("location-with-user", at("https://idp.example.com@evil.example/"), None, "metadata_invalid/location"),
        ("location-with-fragment", at("https://idp.example.com/sso#x"), None, "metadata_invalid/location"),
        ("location-of-soap-by-http", with(&[&key("signing", RSA), &sso(SOAP, "http://idp.example.com/"), &sign_in]), None, "ok"),
        // dates: those that are past refuse nothing, see `what_has_run_out`
        ("valid-until-past", honest().replace("entityID", "validUntil=\"2001-01-01T00:00:00Z\" entityID"), None, "ok"),
        (
            "valid-until-no-time",
            honest().replace("entityID", "validUntil=\"soon\" entityID"),
            None,
            "metadata_invalid/valid_until",
        ),
        (
            "valid-until-with-offset",
            honest().replace("entityID", "validUntil=\"2026-06-01T12:00:00+02:00\" entityID"),
            None,
            "metadata_invalid/valid_until",
        ),
        // the text
        (
            "comments-and-declaration",
            ["<?xml version=\"1.0\"?><!-- a -->", &honest().replace("<md:IDP", "<!-- b --><md:IDP"), "<!-- c -->"].concat(),
            None,
            "ok",
        ),
        ("byte-order-mark", ["\u{feff}", &honest()].concat(), None, "ok"),
        ("doctype", ["<!DOCTYPE md:EntityDescriptor>", &honest()].concat(), None, "metadata_invalid/doctype"),
        (
            "entity",
            ["<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>", &honest().replace(IDP, "&e;")].concat(),
            None,
            "metadata_invalid/doctype",
        ),
        ("style-sheet", ["<?xml-stylesheet href=\"a\"?>", &honest()].concat(), None, "metadata_invalid/processing_instruction"),
        ("not-closed", honest().replace("</md:EntityDescriptor>", ""), None, "metadata_invalid/malformed"),
        ("an-html-page", "<!DOCTYPE html><html></html>".into(), None, "metadata_invalid/doctype"),
        ("json", "{}".into(), None, "metadata_invalid/malformed"),
        ("empty", String::new(), None, "metadata_invalid/malformed"),
        ("too-large", [&honest(), &*" ".repeat(xml::MAX_BYTES)].concat(), None, "metadata_invalid/too_large"),
        // of the identity providers that we know
        ("iam-identity-center", identity_center(), None, "ok"),
        ("zitadel", zitadel(), None, "ok"),
    ]
}

/// A roll-over in one PEM file, as consoles and administrators hand it over.
#[test]
fn every_certificate_of_a_pem_file_signs() {
    let both = ["# old\n", &certificate(RSA), "# new\n", &certificate("idp2-rsa2048")].concat();
    let idp = Idp::by_hand(IDP, "https://idp.example.com/sso", &[both]).unwrap();
    assert_eq!(idp.keys.len(), 2);
    let broken = [&certificate(RSA), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"].concat();
    assert_eq!(verdict(Idp::by_hand(IDP, "https://idp.example.com/sso", &[broken])), "metadata_invalid/certificate");
}

/// What stands behind a certificate is its chain: an authority's key signs no messages.
#[test]
fn only_the_first_certificate_of_a_chain_signs() {
    let chain =
        ["</ds:X509Certificate><ds:X509Certificate>", &body("idp2-rsa2048"), "</ds:X509Certificate></ds:X509Data>"].concat();
    let sign_in = sso(REDIRECT, "https://idp.example.com/sso");
    let chained = key("signing", RSA).replace("</ds:X509Certificate></ds:X509Data>", &chain);
    let idp = Idp::from_metadata(&entity(IDP, &descriptor(&[&chained, &sign_in])), None).unwrap();
    assert_eq!(idp.keys, [certificate::read(&body(RSA)).unwrap().key]);
}

#[test]
fn metadata_in() {
    for (name, text, entity_id, expected) in table() {
        assert_eq!(verdict(Idp::from_metadata(&text, entity_id)), expected, "{name}");
    }
}

#[test]
fn what_metadata_say() {
    let idp = Idp::from_metadata(&identity_center(), None).unwrap();
    let url = "https://portal.sso.eu-central-1.amazonaws.com/saml/assertion/MTIzX2lucy1hYmM";
    assert_eq!((idp.entity_id.as_str(), idp.sso_redirect.as_str(), idp.sso_post.as_str()), (url, url, url));
    assert_eq!(idp.slo_redirect, url.replace("/assertion/", "/logout/"));
    assert_eq!((idp.slo_response.as_str(), idp.wants_signed_requests, idp.keys.len(), idp.valid_until), ("", false, 1, None));

    let idp = Idp::from_metadata(&zitadel(), None).unwrap();
    assert_eq!(idp.entity_id, "https://login.example.com/saml/v2/metadata");
    assert_eq!(idp.slo_response, "https://login.example.com/saml/v2/SLO/return");
    assert!(idp.wants_signed_requests);
    assert_eq!(idp.valid_until, time::parse("2026-06-01T12:05:00Z"));

    // Of each binding the first endpoint.
    let endpoints: Vec<String> = [(POST, "p/1"), (POST, "p/2"), (REDIRECT, "r/1"), (REDIRECT, "r/2")]
        .map(|(binding, path)| sso(binding, &format!("https://idp.example.com/{path}")))
        .into();
    let idp = Idp::from_metadata(&entity(IDP, &descriptor(&[&key("", RSA), &endpoints.concat()])), None).unwrap();
    assert_eq!((&*idp.sso_post, &*idp.sso_redirect), ("https://idp.example.com/p/1", "https://idp.example.com/r/1"));
    assert_eq!((&*idp.slo_redirect, &*idp.slo_response), ("", ""));
}

/// Before, while and after the identity provider changes its key: any key of the metadata will do.
#[test]
fn roll_over() {
    let text = fixture("accepted/assertion-signed-rsa-sha256.xml");
    for (keys, expected) in [
        (&[RSA][..], "ok"),
        (&[RSA, "idp2-rsa2048"], "ok"),
        (&["idp2-rsa2048", RSA], "ok"),
        (&["idp2-rsa2048", "idp-p256", RSA], "ok"),
        (&["idp2-rsa2048"], "signature_invalid/signature"),
        (&["idp-p256"], "signature_invalid/key"),
    ] {
        let described: String = keys.iter().map(|name| key("signing", name)).collect();
        let metadata =
            entity(IDP, &descriptor(&[&described, &key("encryption", RSA), &sso(POST, "https://idp.example.com/sso")]));
        let mut page = Page::with_keys(&[RSA]);
        page.idp = Idp::from_metadata(&metadata, Some(IDP)).unwrap();
        assert_eq!(verdict(page.judge(&text)), expected, "{keys:?}");
    }
}

/// Of all dates the earliest; at that second it has run out.
#[test]
fn what_has_run_out() {
    let expired = |idp: &Idp, now: &str| idp.expired(time::parse(now).unwrap()).collect::<Vec<_>>();
    let by_hand = |keys: &[&str]| Page::with_keys(keys).idp;
    assert!(expired(&by_hand(&["idp-expired"]), "2026-11-23T04:12:00Z").is_empty());
    assert_eq!(expired(&by_hand(&["idp-expired"]), "2026-11-23T04:12:01Z"), ["certificate"]);
    assert_eq!(expired(&by_hand(&[RSA, "idp-expired"]), "2027-01-01T00:00:00Z"), ["certificate"]);
    assert_eq!(expired(&by_hand(&["idp-expired", RSA]), "2027-01-01T00:00:00Z"), ["certificate"]);
    assert!(expired(&by_hand(&[RSA]), "2027-01-01T00:00:00Z").is_empty());

    let idp = Idp::from_metadata(&zitadel(), None).unwrap();
    assert!(expired(&idp, "2026-06-01T12:04:59Z").is_empty());
    assert_eq!(expired(&idp, "2026-06-01T12:05:00Z"), ["metadata"]);
    assert_eq!(expired(&idp, "2200-01-01T00:00:00Z"), ["metadata", "certificate"]);

    let dated = |until: &str| {
        entity(IDP, &descriptor(&[&key("", RSA), &sso(POST, "https://idp.example.com/sso")]))
            .replace("entityID", &format!("validUntil=\"{until}\" entityID"))
    };
    let all = entities("validUntil=\"2026-07-01T00:00:00Z\"", &[&dated("2026-08-01T00:00:00Z")]);
    assert_eq!(Idp::from_metadata(&all, None).unwrap().valid_until, time::parse("2026-07-01T00:00:00Z"));
    let all = entities("validUntil=\"2026-07-01T00:00:00Z\"", &[&dated("2026-06-01T00:00:00.5Z")]);
    assert_eq!(Idp::from_metadata(&all, None).unwrap().valid_until, time::parse("2026-06-01T00:00:00Z"));
}

#[test]
fn by_hand() {
    let pem = certificate(RSA);
    let foreign = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----".to_owned();
    for (name, entity_id, url, certificates, expected) in [
        ("honest", IDP, "https://idp.example.com/sso", vec![pem.clone()], "ok"),
        ("urn", "urn:test:idp", "https://idp.example.com/sso", vec![body(RSA)], "ok"),
        ("no-certificate", IDP, "https://idp.example.com/sso", vec![], "metadata_invalid/no_key"),
        ("entity-id-empty", "", "https://idp.example.com/sso", vec![pem.clone()], "metadata_invalid/entity_id"),
        (
            "entity-id-with-line-break",
            "urn:test\n",
            "https://idp.example.com/sso",
            vec![pem.clone()],
            "metadata_invalid/entity_id",
        ),
        ("url-by-http", IDP, "http://idp.example.com/sso", vec![pem.clone()], "metadata_invalid/location"),
        ("url-empty", IDP, "", vec![pem.clone()], "metadata_invalid/location"),
        ("certificate-empty", IDP, "https://idp.example.com/sso", vec![String::new()], "metadata_invalid/certificate"),
        ("private-key", IDP, "https://idp.example.com/sso", vec![foreign.clone()], "metadata_invalid/private_key"),
        (
            "private-key-too",
            IDP,
            "https://idp.example.com/sso",
            vec![[pem.as_str(), &foreign].concat()],
            "metadata_invalid/private_key",
        ),
        ("second-garbage", IDP, "https://idp.example.com/sso", vec![pem.clone(), "AAAA".into()], "metadata_invalid/certificate"),
    ] {
        assert_eq!(verdict(Idp::by_hand(entity_id, url, &certificates)), expected, "{name}");
    }
    let idp = Idp::by_hand(IDP, "https://idp.example.com/sso", &[pem]).unwrap();
    assert_eq!(
        (idp.sso_redirect.as_str(), idp.sso_post.as_str()),
        ("https://idp.example.com/sso", "https://idp.example.com/sso")
    );
}

/// Key, curve, bytes of its signatures, `notBefore`, `notAfter` as `openssl x509 -dates` has them.
const CERTIFICATES: &[(&str, Option<Curve>, usize, &str, &str)] = &[
    ("attacker-rsa2048", None, 256, "2026-11-22T04:11:52Z", "2126-10-29T04:11:52Z"),
    ("idp-expired", None, 256, "2026-11-22T04:12:01Z", "2026-11-23T04:12:01Z"),
    ("idp-p256", Some(Curve::P256), 64, "2026-11-22T04:12:00Z", "2126-10-29T04:12:00Z"),
    ("idp-p384", Some(Curve::P384), 96, "2026-11-22T04:12:00Z", "2126-10-29T04:12:00Z"),
    ("idp-p521", Some(Curve::P521), 132, "2026-11-22T04:12:00Z", "2126-10-29T04:12:00Z"),
    ("idp-rsa2048", None, 256, "2026-11-22T04:11:52Z", "2126-10-29T04:11:52Z"),
    ("idp-rsa4096", None, 512, "2026-11-22T04:12:00Z", "2126-10-29T04:12:00Z"),
    ("idp2-rsa2048", None, 256, "2026-11-22T04:11:52Z", "2126-10-29T04:11:52Z"),
    ("sp-p256", Some(Curve::P256), 64, "2026-11-22T04:12:00Z", "2126-10-29T04:12:00Z"),
    ("sp-rsa2048", None, 256, "2026-11-22T04:12:00Z", "2126-10-29T04:12:00Z"),
];

#[test]
fn certificates() {
    for (name, curve, bytes, not_before, not_after) in CERTIFICATES {
        let read = certificate::read(&certificate(name)).unwrap();
        let PublicKey::Spki { der, curve: found, signature_bytes } = &read.key else { panic!("{name}: no SPKI") };
        assert_eq!((found, signature_bytes), (curve, bytes), "{name}");
        assert_eq!((Some(read.not_before), Some(read.not_after)), (time::parse(not_before), time::parse(not_after)), "{name}");
        let whole = STANDARD.decode(body(name).replace('\n', "")).unwrap();
        assert!(whole.windows(der.len()).any(|part| part == der), "{name}");
        for text in [body(name), certificate(name).replace('\n', "\r\n"), ["subject=CN = x\n", &certificate(name)].concat()] {
            assert_eq!(certificate::read(&text).as_ref(), Ok(&read), "{name}");
        }
    }
}

#[test]
fn certificates_that_are_refused() {
    let pem = certificate(RSA);
    for (name, text, expected) in [
        ("rsa-1024", certificate("idp-rsa1024"), "key_size"),
        ("rsa-2047", certificate("other-rsa2047"), "key_size"),
        ("rsa-for-pss-only", certificate("other-rsapss"), "key_kind"),
        ("ed25519", certificate("other-ed25519"), "key_kind"),
        ("secp256k1", certificate("other-secp256k1"), "key_kind"),
        ("empty", String::new(), "certificate"),
        ("no-base64", "certificate".into(), "certificate"),
        ("url-alphabet", body(RSA).replace(['+', '/'], "-"), "certificate"),
        ("pem-without-end", pem.split("-----END").next().unwrap().into(), "certificate"),
        ("pem-of-a-public-key", pem.replace("CERTIFICATE", "PUBLIC KEY"), "certificate"),
        ("private-key", pem.replace("CERTIFICATE", "PRIVATE KEY"), "private_key"),
        ("rsa-private-key", pem.replace("CERTIFICATE", "RSA PRIVATE KEY"), "private_key"),
        ("encrypted-private-key", pem.replace("CERTIFICATE", "ENCRYPTED PRIVATE KEY"), "private_key"),
        ("too-long", "A".repeat(32 * 1024 + 4), "certificate"),
        ("public-key-alone", STANDARD.encode(spki(RSA)), "certificate"),
    ] {
        assert_eq!(certificate::read(&text).unwrap_err(), expected, "{name}");
    }
}

/// Cut off anywhere it is no certificate; with any byte changed it is one or none, and nothing panics.
#[test]
fn certificates_that_are_broken() {
    for (name, ..) in CERTIFICATES {
        let der = STANDARD.decode(body(name).replace('\n', "")).unwrap();
        for length in 0..der.len() {
            assert_eq!(certificate::read(&STANDARD.encode(&der[..length])), Err("certificate"), "{name} {length}");
        }
        for at in 0..der.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut changed = der.clone();
                changed[at] ^= change;
                let _ = certificate::read(&STANDARD.encode(changed));
            }
        }
    }
}

#[test]
fn metadata_out() {
    let sp = Sp {
        entity_id: SP.into(),
        acs_url: "https://sp.example.com/saml/acs?a=\"b\"&c=<d>".into(),
        acs_index: Some("2".into()),
        slo_url: "https://sp.example.com/saml/slo".into(),
        certificate: "MIIB+/==".into(),
        signs_requests: true,
    };
    let text = "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"https://sp.example.com/metadata\">\
        <md:SPSSODescriptor AuthnRequestsSigned=\"true\" WantAssertionsSigned=\"true\" protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
        <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>MIIB+/==</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
        <md:SingleLogoutService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://sp.example.com/saml/slo\"></md:SingleLogoutService>\
        <md:AssertionConsumerService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"https://sp.example.com/saml/acs?a=&quot;b&quot;&amp;c=&lt;d>\" index=\"2\" isDefault=\"true\"></md:AssertionConsumerService>\
        </md:SPSSODescriptor></md:EntityDescriptor>";
    assert_eq!(sp.metadata(), text);

    for sp in [sp, Sp { entity_id: SP.into(), acs_url: ACS.into(), ..Sp::default() }] {
        let text = sp.metadata();
        let document = xml::parse(&text, Comments::Refused).unwrap();
        let root = document.root();
        assert!(root.is(METADATA, "EntityDescriptor"));
        assert_eq!(root.attribute("entityID"), Some(sp.entity_id.as_str()));
        let role = root.only(METADATA, "SPSSODescriptor").unwrap();
        assert_eq!(role.attribute("protocolSupportEnumeration"), Some(PROTOCOL));
        assert_eq!(role.attribute("AuthnRequestsSigned"), Some(if sp.signs_requests { "true" } else { "false" }));
        let acs = role.only(METADATA, "AssertionConsumerService").unwrap();
        assert_eq!((acs.attribute("Binding"), acs.attribute("Location")), (Some(POST), Some(sp.acs_url.as_str())));
        assert_eq!(acs.attribute("index"), Some(sp.acs_index.as_deref().unwrap_or("0")));
        let slo = role.only(METADATA, "SingleLogoutService").and_then(|slo| slo.attribute("Location"));
        assert_eq!(slo.unwrap_or_default(), sp.slo_url);
        let certificate = document.elements().find(|element| element.is(DSIG, "X509Certificate")).and_then(|e| e.text());
        assert_eq!(certificate.unwrap_or_default(), sp.certificate);
        assert!(!document.elements().any(|element| element.namespace() == ASSERTION));
        // The schema wants keys, then logout services, then consumers.
        let order: Vec<&str> = role.children().map(|child| child.local()).collect();
        assert!(order.is_sorted_by_key(|name| ORDER.iter().position(|known| known == name).unwrap()), "{order:?}");
        assert_eq!(verdict(Idp::from_metadata(&text, None)), "metadata_invalid/entity");
    }
}

const ORDER: [&str; 3] = ["KeyDescriptor", "SingleLogoutService", "AssertionConsumerService"];

/// Everything that a refusal of metadata may say.
const RULES: [&str; 15] = [
    "certificate",
    "comment",
    "doctype",
    "encoding",
    "entity",
    "entity_id",
    "key_kind",
    "key_size",
    "location",
    "malformed",
    "namespace",
    "no_key",
    "processing_instruction",
    "single_sign_on",
    "valid_until",
];

/// The metadata of other projects, where they are at hand: read, or refused by a rule.
#[test]
fn metadata_of_others() {
    let Some(corpus) = Corpus::open() else { return };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in corpus.rows() {
        let Some(text) = row.text.filter(|text| text.contains("EntityDescriptor")) else { continue };
        let result = Idp::from_metadata(&text, None);
        if let Err(error) = &result {
            assert!(RULES.contains(&error.rule), "{}: {error}", row.file);
        }
        *counts.entry(verdict(result)).or_default() += 1;
    }
    for (verdict, times) in &counts {
        println!("{times:4}  {verdict}");
    }
    assert!(counts["ok"] > 0);
}

fn entity(entity_id: &str, inside: &str) -> String {
    format!(
        "<md:EntityDescriptor xmlns:md=\"{METADATA}\" xmlns:ds=\"{DSIG}\" entityID=\"{entity_id}\">{inside}</md:EntityDescriptor>"
    )
}

fn entities(attributes: &str, all: &[&str]) -> String {
    format!("<md:EntitiesDescriptor xmlns:md=\"{METADATA}\" {attributes}>{}</md:EntitiesDescriptor>", all.concat())
}

fn descriptor(parts: &[&str]) -> String {
    format!("<md:IDPSSODescriptor protocolSupportEnumeration=\"{PROTOCOL}\">{}</md:IDPSSODescriptor>", parts.concat())
}

fn service_provider() -> String {
    format!("<md:SPSSODescriptor protocolSupportEnumeration=\"{PROTOCOL}\">{}</md:SPSSODescriptor>", key("signing", "sp-rsa2048"))
}

/// Without `usage` the key is for everything.
fn key(usage: &str, name: &str) -> String {
    let usage = if usage.is_empty() { String::new() } else { format!(" use=\"{usage}\"") };
    format!(
        "<md:KeyDescriptor{usage}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
        body(name)
    )
}

/// So many keys, made of one by changing its modulus.
fn keys(count: u8) -> String {
    let der = STANDARD.decode(body(RSA).replace('\n', "")).unwrap();
    let spki = spki(RSA);
    let modulus = der.windows(spki.len()).position(|part| part == spki).unwrap() + 100;
    (0..count)
        .map(|i| {
            let mut changed = der.clone();
            changed[modulus] = i;
            key("signing", RSA).replace(&body(RSA), &STANDARD.encode(changed))
        })
        .collect()
}

fn sso(binding: &str, location: &str) -> String {
    format!("<md:SingleSignOnService Binding=\"{binding}\" Location=\"{location}\"/>")
}

/// As the console of IAM Identity Center hands it out, of an application without a mapping for the subject.
fn identity_center() -> String {
    let url = "https://portal.sso.eu-central-1.amazonaws.com/saml/assertion/MTIzX2lucy1hYmM";
    let slo = url.replace("/assertion/", "/logout/");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{url}\">\n  \
        <md:IDPSSODescriptor WantAuthnRequestsSigned=\"false\" protocolSupportEnumeration=\"{PROTOCOL}\">\n    \
        <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"{DSIG}\"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\n    \
        <md:SingleLogoutService Binding=\"{POST}\" Location=\"{slo}\"/>\n    <md:SingleLogoutService Binding=\"{REDIRECT}\" Location=\"{slo}\"/>\n    \
        <md:NameIDFormat/>\n    {}\n    {}\n  </md:IDPSSODescriptor>\n</md:EntityDescriptor>\n",
        body(RSA),
        sso(POST, url),
        sso(REDIRECT, url)
    )
}

/// As ZITADEL publishes it, for five minutes.
fn zitadel() -> String {
    let url = "https://login.example.com/saml/v2";
    let role = |name: &str, inside: &str| {
        format!(
            "<{name} xmlns=\"{METADATA}\" protocolSupportEnumeration=\"{PROTOCOL}\" WantAuthnRequestsSigned=\"true\" validUntil=\"2026-06-01T12:05:00Z\">\
            <KeyDescriptor use=\"signing\"><KeyInfo xmlns=\"{DSIG}\"><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>{inside}</{name}>",
            body(RSA)
        )
    };
    let endpoints = format!(
        "<SingleLogoutService Binding=\"{REDIRECT}\" Location=\"{url}/SLO\" ResponseLocation=\"{url}/SLO/return\"/><SingleLogoutService Binding=\"{POST}\" Location=\"{url}/SLO\"/>\
        <NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>\
        <SingleSignOnService Binding=\"{REDIRECT}\" Location=\"{url}/SSO\"/><SingleSignOnService Binding=\"{POST}\" Location=\"{url}/SSO\"/>"
    );
    let attribute_service = format!("<AttributeService Binding=\"{SOAP}\" Location=\"{url}/attribute\"/>");
    format!(
        "<EntityDescriptor xmlns=\"{METADATA}\" ID=\"_1\" entityID=\"{url}/metadata\" validUntil=\"2026-06-01T12:05:00Z\">{}{}</EntityDescriptor>",
        role("IDPSSODescriptor", &endpoints),
        role("AttributeAuthorityDescriptor", &attribute_service)
    )
}

/// The base64 of a certificate, in its lines.
fn body(name: &str) -> String {
    certificate(name).lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n")
}

fn spki(name: &str) -> Vec<u8> {
    let PublicKey::Spki { der, .. } = certificate::read(&certificate(name)).unwrap().key else { panic!("{name}: no SPKI") };
    der
}
