//! The signature: one element, one reference, one way to write it (XML Signature 1.1, SAML core §5.4).

use super::signer::*;
use crate::support::verdict;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass::saml::assertion::{self, SignedPart};
use gatepass::saml::callback::receive;
use gatepass::saml::policy::Signed;
use gatepass::saml::signature;
use gatepass::saml::xml::{Comments, parse};
use gatepass::wire::{Algorithm, PublicKey};
use ring::digest;

/// What is signed, what must be, verdict.
#[test]
fn what_is_signed() {
    let parts: [(&'static [&'static str], [&str; 4]); 4] = [
        (&[], ["signature_invalid/unsigned"; 4]),
        (ASSERTION, ["ok", "ok", "signature_invalid/unsigned", "signature_invalid/unsigned"]),
        (RESPONSE_ONLY, ["ok", "signature_invalid/unsigned", "signature_invalid/unsigned", "ok"]),
        (BOTH, ["ok"; 4]),
    ];
    for (signed, verdicts) in parts {
        for (asked, expected) in [Signed::Any, Signed::Assertion, Signed::Both, Signed::Response].into_iter().zip(verdicts) {
            let mut world = World::honest(signed);
            world.policy.signed = asked;
            assert_eq!(verdict(world.judge()), expected, "{signed:?} {asked:?}");
        }
    }
    let part = |signed| World::honest(signed).judge().unwrap().signed;
    assert_eq!(
        [part(ASSERTION), part(RESPONSE_ONLY), part(BOTH)],
        [SignedPart::Assertion, SignedPart::Response, SignedPart::Response]
    );
}

/// Whatever is signed is checked, asked for or not.
#[test]
fn of_two_both_must_hold() {
    const TABLE: &[Row] = &[
        ("honest", |w| w, "ok"),
        ("content-changed", |w| w.tamper("alice", "admin"), "signature_invalid/digest"),
        ("assertion's-value-resigned", |w| inner(w, |t| flip_value(&t)), "signature_invalid/signature"),
        ("assertion-changed-and-resigned", |w| inner(w, |t| t.replace("alice", "admin")), "signature_invalid/digest"),
        ("assertion-by-a-foreign-key", |w| inner(w, |t| by_foreign(&t, "")), "signature_invalid/signature"),
        ("response's-value", |w| w.rewrite_sent(|t| flip_value(&t)), "signature_invalid/signature"),
        ("response-changed", |w| w.tamper("11:59:58Z", "11:59:57Z"), "signature_invalid/digest"),
        ("response's-signature-taken-away", |w| w.rewrite_sent(|t| t.replacen(first_signature(&t), "", 1)), "ok"),
        (
            "assertion's-signature-taken-away",
            |w| w.rewrite_sent(|t| t.replace(last_signature(&t), "")),
            "signature_invalid/digest",
        ),
    ];
    check(BOTH, TABLE);
}

#[test]
fn parts() {
    const TABLE: &[Row] = &[
        (
            "twice",
            |w| w.rewrite_sent(|t| t.replace(first_signature(&t), &first_signature(&t).repeat(2))),
            "signature_invalid/count",
        ),
        (
            "twice-one-empty",
            |w| w.tamper("</ds:Signature>", "</ds:Signature><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>"),
            "signature_invalid/count",
        ),
        ("empty", |w| w.rewrite_sent(|t| fill(&t, "ds:Signature", "")), "signature_invalid/shape"),
        (
            "of-another-namespace",
            |w| w.rewrite_sent(|t| t.replace("2000/09/xmldsig#\"><ds:SignedInfo", "2009/xmldsig11#\"><ds:SignedInfo")),
            "signature_invalid/unsigned",
        ),
        ("with-an-Id", |w| w.tamper("<ds:Signature xmlns", "<ds:Signature Id=\"s\" xmlns"), "ok"),
        ("with-another-attribute", |w| w.tamper("<ds:Signature xmlns", "<ds:Signature x=\"s\" xmlns"), "signature_invalid/shape"),
        ("with-a-prefixed-Id", |w| w.tamper("<ds:Signature xmlns", "<ds:Signature ds:Id=\"s\" xmlns"), "signature_invalid/shape"),
        ("with-text", |w| w.tamper("<ds:SignedInfo", "x<ds:SignedInfo"), "signature_invalid/shape"),
        (
            "with-lines",
            |w| {
                w.rewrite_sent(|t| {
                    t.replace("<ds:SignedInfo", "\n <ds:SignedInfo").replace("</ds:Signature>", "\n</ds:Signature>")
                })
            },
            "ok",
        ),
        ("without-a-value", |w| w.rewrite_sent(|t| without(&t, "ds:SignatureValue")), "signature_invalid/shape"),
        (
            "value-twice",
            |w| w.tamper("</ds:Signature>", "<ds:SignatureValue></ds:SignatureValue></ds:Signature>"),
            "signature_invalid/shape",
        ),
        (
            "value-first",
            |w| w.tamper("<ds:SignedInfo", "<ds:SignatureValue></ds:SignatureValue><ds:SignedInfo"),
            "signature_invalid/shape",
        ),
        ("value-before-the-info", |w| w.rewrite_sent(|t| swapped(&t)), "signature_invalid/shape"),
        ("without-an-info", |w| w.rewrite_sent(|t| without(&t, "ds:SignedInfo")), "signature_invalid/shape"),
        (
            "info-twice",
            |w| w.rewrite_sent(|t| t.replacen("</ds:SignedInfo>", &["</ds:SignedInfo>", &info_of(&t)].concat(), 1)),
            "signature_invalid/shape",
        ),
        (
            "info-of-another-namespace",
            |w| {
                w.rewrite_sent(|t| {
                    t.replace("ds:SignedInfo>", "x:SignedInfo>").replace("<x:SignedInfo", "<x:SignedInfo xmlns:x=\"urn:x\"")
                })
            },
            "signature_invalid/shape",
        ),
        (
            "value-of-another-namespace",
            |w| {
                w.rewrite_sent(|t| {
                    t.replace("ds:SignatureValue>", "x:SignatureValue>")
                        .replace("<x:SignatureValue", "<x:SignatureValue xmlns:x=\"urn:x\"")
                })
            },
            "signature_invalid/shape",
        ),
        ("value-with-an-id", |w| w.tamper("<ds:SignatureValue>", "<ds:SignatureValue Id=\"y\">"), "ok"),
        (
            "value-with-an-attribute",
            |w| w.tamper("<ds:SignatureValue>", "<ds:SignatureValue x=\"y\">"),
            "signature_invalid/shape",
        ),
        ("key-info", |w| w.with(|w| w.key_info = "<ds:KeyInfo><ds:KeyName>x</ds:KeyName></ds:KeyInfo>"), "ok"),
        ("key-info-empty", |w| w.with(|w| w.key_info = "<ds:KeyInfo></ds:KeyInfo>"), "ok"),
        (
            "key-info-odd",
            |w| {
                w.with(|w| {
                    w.key_info =
                        "<ds:KeyInfo x=\"y\">z<ds:RetrievalMethod URI=\"https://evil.example\"></ds:RetrievalMethod></ds:KeyInfo>"
                })
            },
            "ok",
        ),
        (
            "key-info-twice",
            |w| w.with(|w| w.key_info = "<ds:KeyInfo></ds:KeyInfo><ds:KeyInfo></ds:KeyInfo>"),
            "signature_invalid/shape",
        ),
        ("key-info-first", |w| w.tamper("<ds:SignedInfo", "<ds:KeyInfo></ds:KeyInfo><ds:SignedInfo"), "signature_invalid/shape"),
        (
            "key-info-before-the-value",
            |w| w.tamper("<ds:SignatureValue", "<ds:KeyInfo></ds:KeyInfo><ds:SignatureValue"),
            "signature_invalid/shape",
        ),
        ("key-info-of-another-namespace", |w| w.with(|w| w.key_info = "<KeyInfo></KeyInfo>"), "signature_invalid/shape"),
        ("object", |w| w.tamper("</ds:Signature>", "<ds:Object></ds:Object></ds:Signature>"), "signature_invalid/shape"),
        (
            "key-info-and-object",
            |w| w.with(|w| w.key_info = "<ds:KeyInfo></ds:KeyInfo><ds:Object></ds:Object>"),
            "signature_invalid/shape",
        ),
    ];
    check(ASSERTION, TABLE);
}

/// Of an assertion it stands after the issuer; elsewhere the schema does not know it.
#[test]
fn place_in_the_assertion() {
    fn moved(world: World, mark: &'static str) -> World {
        let place = place_of("Assertion");
        world.rewrite(move |t| t.replace(place, "").replacen(mark, &[place, mark].concat(), 1))
    }
    const ANY: &[Row] = &[
        ("after-the-issuer", |w| moved(w, "\n<saml:Subject>"), "ok"),
        ("in-the-subject", |w| moved(w, "\n</saml:Subject>"), "message_invalid/shape"),
    ];
    const INSIDE: &[Row] = &[
        ("before-the-issuer", |w| moved(w, "\n<saml:Issuer>"), "assertion_invalid/shape"),
        ("after-the-subject", |w| moved(w, "\n<saml:Conditions"), "assertion_invalid/shape"),
        ("last", |w| moved(w, "\n</saml:Assertion>"), "assertion_invalid/shape"),
    ];
    check(ASSERTION, ANY);
    check(BOTH, ANY);
    check(BOTH, INSIDE);
    check(ASSERTION, INSIDE);
}

#[test]
fn canonicalization_method() {
    const TABLE: &[Row] = &[
        ("with-comments", |w| w.info("exc-c14n#", "exc-c14n#WithComments"), "signature_invalid/c14n_method"),
        ("inclusive", |w| w.info(EXC_C14N, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"), "signature_invalid/c14n_method"),
        (
            "inclusive-with-comments",
            |w| w.info(EXC_C14N, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
            "signature_invalid/c14n_method",
        ),
        ("inclusive-1.1", |w| w.info(EXC_C14N, "http://www.w3.org/2006/12/xml-c14n11"), "signature_invalid/c14n_method"),
        ("unknown", |w| w.info(EXC_C14N, "urn:x"), "signature_invalid/c14n_method"),
        ("empty", |w| w.info(EXC_C14N, ""), "signature_invalid/c14n_method"),
        ("without-the-hash", |w| w.info("exc-c14n#", "exc-c14n"), "signature_invalid/c14n_method"),
        (
            "none",
            |w| w.info("Method Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"", "Method"),
            "signature_invalid/c14n_method",
        ),
        ("in-a-namespace", |w| w.info("Method Algorithm", "Method ds:Algorithm"), "signature_invalid/c14n_method"),
        ("with-another-attribute", |w| w.info("c14n#\"></ds:C", "c14n#\" x=\"y\"></ds:C"), "signature_invalid/c14n_method"),
        ("with-text", |w| w.info("</ds:C", "x</ds:C"), "signature_invalid/c14n_method"),
        ("with-a-space", |w| w.info("</ds:C", " </ds:C"), "ok"),
        ("missing", |w| w.rewrite_info(|t| without(&t, "ds:CanonicalizationMethod")), "signature_invalid/c14n_method"),
        (
            "twice",
            |w| {
                w.info("<ds:SignatureMethod", "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:CanonicalizationMethod><ds:SignatureMethod")
            },
            "signature_invalid/shape",
        ),
        (
            "second",
            |w| {
                w.rewrite_info(|t| {
                    let (from, to) = element_in(&t, "ds:CanonicalizationMethod");
                    [&t[..from], &t[to..]].concat().replace("<ds:Reference", &[&t[from..to], "<ds:Reference"].concat())
                })
            },
            "signature_invalid/c14n_method",
        ),
        (
            "of-another-name",
            |w| w.rewrite_info(|t| t.replace("ds:CanonicalizationMethod", "ds:Transform")),
            "signature_invalid/c14n_method",
        ),
    ];
    check(ASSERTION, TABLE);
}

/// `InclusiveNamespaces` of the canonicalization method and of the transform: what stands in there.
#[test]
fn prefix_lists() {
    let long = |prefixes: usize| list(&vec!["x"; prefixes].join(" "));
    for (name, what, holds) in [
        ("one", list("xs"), true),
        ("several", list("xs xsi #default"), true),
        ("odd-spaces", list(" \txs\n x\r"), true),
        ("empty", list(""), true),
        ("as-many-as-may-be", long(32), true),
        ("one-too-many", long(33), false),
        ("none", list("xs").replace(" PrefixList=\"xs\"", ""), false),
        ("in-a-namespace", list("xs").replace(" PrefixList", " ec:PrefixList"), false),
        ("of-another-namespace", list("xs").replace(EXC_C14N, "urn:x"), false),
        ("of-the-signature's-namespace", list("xs").replace("ec:", "ds:"), false),
        ("of-another-name", list("xs").replace("InclusiveNamespaces", "Inclusive"), false),
        ("twice", list("xs").repeat(2), false),
        ("beside-another", list("xs") + "<ds:XPath></ds:XPath>", false),
        ("with-text", list("xs") + "x", false),
    ] {
        for (end, rule) in [("</ds:CanonicalizationMethod>", "c14n_method"), ("</ds:Transform></ds:Transforms>", "transforms")] {
            let what = what.clone();
            // As canonical text has it.
            let what = what.replace('\t', "&#x9;").replace('\n', "&#xA;").replace('\r', "&#xD;");
            let world = World::honest(ASSERTION).rewrite_info(move |t| t.replace(end, &[&what, end].concat()));
            let expected = if holds { "ok".into() } else { ["signature_invalid/", rule].concat() };
            assert_eq!(verdict(world.judge()), expected, "{name} {rule}");
        }
    }
}

/// A prefix that only a value uses: it is signed where it is listed, wherever it is declared.
#[test]
fn listed_prefixes() {
    const XS: &str = " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"";
    const ASSERTION_AT: &str = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"";
    const DECLARED: &str =
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"";
    const MOVED: &str = "<samlp:Response xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"";
    fn transform(world: World) -> World {
        world.rewrite_info(|t| {
            t.replace("</ds:Transform></ds:Transforms>", &[&list("xs"), "</ds:Transform></ds:Transforms>"].concat())
        })
    }
    fn method(world: World) -> World {
        world.rewrite_info(|t| t.replace("</ds:C", &[&list("xs"), "</ds:C"].concat()))
    }
    const TABLE: &[Row] = &[
        ("on-the-assertion", |w| transform(w.edit(ASSERTION_AT, DECLARED)), "ok"),
        ("on-the-assertion-not-listed", |w| w.edit(ASSERTION_AT, DECLARED), "signature_invalid/digest"),
        ("on-the-assertion-not-listed-not-signed", |w| w.tamper(ASSERTION_AT, DECLARED), "ok"),
        ("on-the-response", |w| transform(w.edit(ASSERTION_AT, DECLARED)).tamper(XS, "").tamper("<samlp:Response", MOVED), "ok"),
        ("nowhere", |w| transform(w.edit(ASSERTION_AT, DECLARED)).tamper(XS, ""), "signature_invalid/digest"),
        (
            "of-another-meaning",
            |w| transform(w.edit(ASSERTION_AT, DECLARED)).tamper("2001/XMLSchema\"", "2001/x\""),
            "signature_invalid/digest",
        ),
        ("for-the-info", |w| method(w.with(|w| w.info_scope = XS)).tamper("<samlp:Response", MOVED), "ok"),
        (
            "for-the-info-not-listed",
            |w| w.with(|w| w.info_scope = XS).tamper("<samlp:Response", MOVED),
            "signature_invalid/signature",
        ),
        ("for-the-info-not-signed", |w| method(w).tamper("<samlp:Response", MOVED), "signature_invalid/signature"),
    ];
    check(ASSERTION, TABLE);
}

#[test]
fn signature_methods() {
    const TABLE: &[Row] = &[
        ("rsa-sha1", |w| method(w, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"), NO_METHOD),
        ("rsa-md5", |w| method(w, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"), NO_METHOD),
        ("rsa-sha224", |w| method(w, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224"), NO_METHOD),
        ("dsa-sha1", |w| method(w, "http://www.w3.org/2000/09/xmldsig#dsa-sha1"), NO_METHOD),
        ("dsa-sha256", |w| method(w, "http://www.w3.org/2009/xmldsig11#dsa-sha256"), NO_METHOD),
        ("hmac-sha1", |w| method(w, "http://www.w3.org/2000/09/xmldsig#hmac-sha1"), NO_METHOD),
        ("hmac-sha256", |w| method(w, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"), NO_METHOD),
        ("ecdsa-sha1", |w| method(w, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1"), NO_METHOD),
        ("pss-with-parameters", |w| method(w, "http://www.w3.org/2007/05/xmldsig-more#rsa-pss"), NO_METHOD),
        ("pss-sha1", |w| method(w, "http://www.w3.org/2007/05/xmldsig-more#sha1-rsa-MGF1"), NO_METHOD),
        ("ed25519", |w| method(w, "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"), NO_METHOD),
        ("a-digest-method", |w| method(w, "http://www.w3.org/2001/04/xmlenc#sha256"), NO_METHOD),
        ("by-the-name-of-jws", |w| method(w, "RS256"), NO_METHOD),
        ("in-another-case", |w| method(w, "http://www.w3.org/2001/04/xmldsig-more#RSA-SHA256"), NO_METHOD),
        ("spaced", |w| method(w, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256 "), NO_METHOD),
        ("empty", |w| method(w, ""), NO_METHOD),
        (
            "no-algorithm",
            |w| w.info("Method Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"", "Method"),
            NO_METHOD,
        ),
        ("in-a-namespace", |w| w.info("SignatureMethod Algorithm", "SignatureMethod ds:Algorithm"), NO_METHOD),
        ("another-attribute", |w| w.info("rsa-sha256\"", "rsa-sha256\" x=\"y\""), NO_METHOD),
        (
            "length-of-hmac",
            |w| w.info("</ds:SignatureMethod>", "<ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>"),
            NO_METHOD,
        ),
        ("text", |w| w.info("</ds:SignatureMethod>", "x</ds:SignatureMethod>"), NO_METHOD),
        ("missing", |w| w.rewrite_info(|t| without(&t, "ds:SignatureMethod")), "signature_invalid/shape"),
        ("of-another-name", |w| w.rewrite_info(|t| t.replace("ds:SignatureMethod", "ds:Method")), "signature_invalid/shape"),
        ("changed-on-the-way", |w| w.tamper("rsa-sha256", "rsa-sha512"), "signature_invalid/signature"),
        ("to-another-kind-on-the-way", |w| w.tamper("rsa-sha256", "ecdsa-sha256"), "signature_invalid/key"),
    ];
    const NO_METHOD: &str = "signature_invalid/signature_method";
    check(ASSERTION, TABLE);

    let all = [
        (&RSA, Algorithm::Rs256),
        (&RSA, Algorithm::Rs384),
        (&RSA, Algorithm::Rs512),
        (&RSA, Algorithm::Ps256),
        (&RSA, Algorithm::Ps384),
        (&RSA, Algorithm::Ps512),
        (&P256, Algorithm::Es256),
        (&P384, Algorithm::Es384),
        (&P521, Algorithm::Es512),
    ];
    for (pen, algorithm) in all {
        let world = || World::honest(BOTH).pen(pen, algorithm);
        assert_eq!(verdict(world().judge()), "ok", "{algorithm:?}");
        assert_eq!(verdict(world().rewrite_sent(|t| flip_value(&t)).judge()), "signature_invalid/signature", "{algorithm:?}");
        // The policy may name this one only, or every other.
        let mut only = world();
        only.policy.algorithms = vec![algorithm];
        assert_eq!(verdict(only.judge()), "ok", "{algorithm:?}");
        let mut others = world();
        others.policy.algorithms.retain(|one| *one != algorithm);
        assert_eq!(others.policy.algorithms.len(), 8);
        assert_eq!(verdict(others.judge()), NO_METHOD, "{algorithm:?}");
        let mut none = world();
        none.policy.algorithms.clear();
        assert_eq!(verdict(none.judge()), NO_METHOD, "{algorithm:?}");
    }
}

#[test]
fn references() {
    const TABLE: &[Row] = &[
        ("missing", |w| w.rewrite_info(|t| without(&t, "ds:Reference")), "signature_invalid/shape"),
        ("twice", |w| w.rewrite_info(|t| doubled(&t, "ds:Reference")), "signature_invalid/reference_count"),
        (
            "with-a-stranger-after",
            |w| w.info("</ds:SignedInfo>", "<ds:Object></ds:Object></ds:SignedInfo>"),
            "signature_invalid/reference_count",
        ),
        (
            "with-a-stranger-before",
            |w| w.info("<ds:Reference", "<ds:Object></ds:Object><ds:Reference"),
            "signature_invalid/shape",
        ),
        ("of-another-name", |w| w.rewrite_info(|t| t.replace("ds:Reference", "ds:Manifest")), "signature_invalid/shape"),
        ("uri-missing", |w| w.info(" URI=\"#_assertion\"", ""), "signature_invalid/reference_uri"),
        ("uri-empty", |w| uri(w, ""), "signature_invalid/reference_uri"),
        ("uri-of-nothing", |w| uri(w, "#"), "signature_invalid/reference_uri"),
        ("uri-of-the-response", |w| uri(w, "#_response"), "signature_invalid/reference_uri"),
        ("uri-of-nobody", |w| uri(w, "#_other"), "signature_invalid/reference_uri"),
        ("uri-without-the-hash", |w| uri(w, "_assertion"), "signature_invalid/reference_uri"),
        ("uri-with-two-hashes", |w| uri(w, "##_assertion"), "signature_invalid/reference_uri"),
        ("uri-spaced", |w| uri(w, " #_assertion"), "signature_invalid/reference_uri"),
        ("uri-in-another-case", |w| uri(w, "#_ASSERTION"), "signature_invalid/reference_uri"),
        ("uri-percent-encoded", |w| uri(w, "#%5Fassertion"), "signature_invalid/reference_uri"),
        ("uri-and-more", |w| uri(w, "#_assertion2"), "signature_invalid/reference_uri"),
        ("uri-cut-short", |w| uri(w, "#_assertio"), "signature_invalid/reference_uri"),
        ("xpointer-of-the-root", |w| uri(w, "#xpointer(/)"), "signature_invalid/reference_uri"),
        ("xpointer-of-the-id", |w| uri(w, "#xpointer(id('_assertion'))"), "signature_invalid/reference_uri"),
        ("external", |w| uri(w, "https://idp.example.com/a#_assertion"), "signature_invalid/reference_uri"),
        ("in-a-namespace", |w| w.info(" URI=", " ds:URI="), "signature_invalid/shape"),
        ("type", |w| w.info("<ds:Reference", "<ds:Reference Type=\"http://www.w3.org/2000/09/xmldsig#Object\""), "ok"),
        ("id", |w| w.info("<ds:Reference", "<ds:Reference Id=\"r\""), "ok"),
        ("another-attribute", |w| w.info("#_assertion\"", "#_assertion\" x=\"y\""), "signature_invalid/shape"),
        ("text", |w| w.info("<ds:Transforms", "x<ds:Transforms"), "signature_invalid/shape"),
        ("info's-id", |w| w.info("<ds:SignedInfo", "<ds:SignedInfo Id=\"i\""), "ok"),
        ("info's-other-attribute", |w| w.info("<ds:SignedInfo", "<ds:SignedInfo x=\"i\""), "signature_invalid/shape"),
        ("info's-text", |w| w.info("<ds:Reference", "x<ds:Reference"), "signature_invalid/shape"),
        ("info-empty", |w| w.rewrite_info(|_| "<ds:SignedInfo></ds:SignedInfo>".into()), "signature_invalid/shape"),
        ("empty", |w| w.rewrite_info(|t| fill(&t, "ds:Reference", "")), "signature_invalid/shape"),
        ("lines-in-the-info", |w| w.rewrite_info(|t| t.replace("><", ">\n<")), "ok"),
        ("id-missing", |w| w.tamper(" ID=\"_assertion\"", ""), "signature_invalid/reference_uri"),
    ];
    check(ASSERTION, TABLE);
    // An empty ID is no ID.
    for id in ["", " "] {
        let world = World::honest(ASSERTION).set("saml:Assertion", "ID", id);
        let expected = if id.is_empty() { "signature_invalid/reference_uri" } else { "message_invalid/id" };
        assert_eq!(verdict(world.judge()), expected);
    }
}

#[test]
fn transforms() {
    const TABLE: &[Row] = &[
        ("missing", |w| w.rewrite_info(|t| without(&t, "ds:Transforms")), "signature_invalid/shape"),
        ("empty", |w| put(w, &[]), NO),
        ("enveloped-only", |w| put(w, &[ENVELOPED]), NO),
        ("c14n-only", |w| put(w, &[EXC_C14N]), NO),
        ("in-the-other-order", |w| put(w, &[EXC_C14N, ENVELOPED]), NO),
        ("enveloped-twice", |w| put(w, &[ENVELOPED, ENVELOPED]), NO),
        ("c14n-twice", |w| put(w, &[EXC_C14N, EXC_C14N]), NO),
        ("three", |w| put(w, &[ENVELOPED, EXC_C14N, EXC_C14N]), NO),
        ("three-with-xpath", |w| put(w, &[ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116", EXC_C14N]), NO),
        ("xpath", |w| put(w, &["http://www.w3.org/TR/1999/REC-xpath-19991116", EXC_C14N]), NO),
        ("xpath-filter", |w| put(w, &["http://www.w3.org/2002/06/xmldsig-filter2", EXC_C14N]), NO),
        ("xslt", |w| put(w, &[ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116"]), NO),
        ("base64", |w| put(w, &["http://www.w3.org/2000/09/xmldsig#base64", EXC_C14N]), NO),
        ("with-comments", |w| put(w, &[ENVELOPED, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"]), NO),
        ("inclusive", |w| put(w, &[ENVELOPED, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"]), NO),
        ("inclusive-1.1", |w| put(w, &[ENVELOPED, "http://www.w3.org/2006/12/xml-c14n11"]), NO),
        ("of-no-algorithm", |w| put(w, &["", EXC_C14N]), NO),
        ("enveloped-with-a-parameter", |w| w.info("</ds:Transform>", "<ds:XPath>1</ds:XPath></ds:Transform>"), NO),
        ("enveloped-with-text", |w| w.info("</ds:Transform>", "x</ds:Transform>"), NO),
        ("enveloped-with-an-attribute", |w| w.info("enveloped-signature\"", "enveloped-signature\" x=\"y\""), NO),
        (
            "enveloped-of-another-name",
            |w| w.info("<ds:Transform Algorithm", "<ds:Transforn Algorithm").info("</ds:Transform>", "</ds:Transforn>"),
            NO,
        ),
        (
            "c14n-of-another-name",
            |w| {
                w.info("</ds:Transform><ds:Transform ", "</ds:Transform><ds:Transforn ")
                    .info("</ds:Transform></ds:Transforms>", "</ds:Transforn></ds:Transforms>")
            },
            NO,
        ),
        (
            "enveloped-in-another-namespace",
            |w| {
                w.info("<ds:Transform Algorithm", "<x:Transform xmlns:x=\"urn:x\" Algorithm")
                    .info("</ds:Transform>", "</x:Transform>")
            },
            NO,
        ),
        (
            "with-a-parameter",
            |w| w.info("</ds:Transform></ds:Transforms>", "<ds:XPath>1</ds:XPath></ds:Transform></ds:Transforms>"),
            NO,
        ),
        ("text", |w| w.info("<ds:Transform ", "x<ds:Transform "), NO),
        ("attribute", |w| w.info("<ds:Transforms", "<ds:Transforms x=\"y\""), NO),
        ("a-stranger-behind", |w| w.info("</ds:Transforms>", "<x></x></ds:Transforms>"), NO),
        ("of-another-name", |w| w.rewrite_info(|t| t.replace("ds:Transforms", "ds:Transformz")), NO),
        (
            "of-another-namespace",
            |w| {
                w.rewrite_info(|t| {
                    t.replace("ds:Transforms>", "x:Transforms>").replace("<x:Transforms", "<x:Transforms xmlns:x=\"urn:x\"")
                })
            },
            NO,
        ),
    ];
    const NO: &str = "signature_invalid/transforms";
    fn put(world: World, algorithms: &'static [&str]) -> World {
        world.rewrite_info(|t| {
            let transforms: String =
                algorithms.iter().map(|a| format!("<ds:Transform Algorithm=\"{a}\"></ds:Transform>")).collect();
            fill(&t, "ds:Transforms", &transforms)
        })
    }
    check(ASSERTION, TABLE);
}

#[test]
fn digests() {
    const TABLE: &[Row] = &[
        ("sha-384", |w| w.with(|w| w.digest = &digest::SHA384), "ok"),
        ("sha-512", |w| w.with(|w| w.digest = &digest::SHA512), "ok"),
        ("sha-1", |w| digest_method(w, "http://www.w3.org/2000/09/xmldsig#sha1"), NO_METHOD),
        ("md5", |w| digest_method(w, "http://www.w3.org/2001/04/xmldsig-more#md5"), NO_METHOD),
        ("sha-224", |w| digest_method(w, "http://www.w3.org/2001/04/xmldsig-more#sha224"), NO_METHOD),
        ("sha3-256", |w| digest_method(w, "http://www.w3.org/2007/05/xmldsig-more#sha3-256"), NO_METHOD),
        ("sha-384-of-another-namespace", |w| digest_method(w, "http://www.w3.org/2001/04/xmlenc#sha384"), NO_METHOD),
        ("empty", |w| digest_method(w, ""), NO_METHOD),
        ("none", |w| w.info("DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"", "DigestMethod"), NO_METHOD),
        ("with-a-parameter", |w| w.info("</ds:DigestMethod>", "<x></x></ds:DigestMethod>"), NO_METHOD),
        ("with-text", |w| w.info("</ds:DigestMethod>", "x</ds:DigestMethod>"), NO_METHOD),
        ("with-an-attribute", |w| w.info("xmlenc#sha256\"", "xmlenc#sha256\" x=\"y\""), NO_METHOD),
        ("method-missing", |w| w.rewrite_info(|t| without(&t, "ds:DigestMethod")), "signature_invalid/shape"),
        ("method-twice", |w| w.rewrite_info(|t| doubled(&t, "ds:DigestMethod")), "signature_invalid/shape"),
        ("method-of-another-name", |w| w.rewrite_info(|t| t.replace("ds:DigestMethod", "ds:Method")), "signature_invalid/shape"),
        ("value-missing", |w| w.rewrite_info(|t| without(&t, "ds:DigestValue")), "signature_invalid/shape"),
        ("value-twice", |w| w.rewrite_info(|t| doubled(&t, "ds:DigestValue")), "signature_invalid/shape"),
        ("value-of-another-name", |w| w.rewrite_info(|t| t.replace("ds:DigestValue", "ds:Value")), "signature_invalid/shape"),
        (
            "value-before-the-method",
            |w| {
                w.rewrite_info(|t| {
                    let (from, to) = element_in(&t, "ds:DigestValue");
                    [&t[..from], &t[to..]].concat().replace("<ds:DigestMethod", &[&t[from..to], "<ds:DigestMethod"].concat())
                })
            },
            "signature_invalid/shape",
        ),
        ("longer-than-the-method's", |w| w.with(|w| w.digest = &digest::SHA512).info("xmlenc#sha512", "xmlenc#sha256"), NO),
        ("shorter-than-the-method's", |w| w.info("xmlenc#sha256", "xmlenc#sha512"), NO),
        (
            "of-another-text",
            |w| w.rewrite_info(|t| fill(&t, "ds:DigestValue", &"A".repeat(43)).replace("</ds:DigestV", "=</ds:DigestV")),
            NO,
        ),
        ("empty-value", |w| w.rewrite_info(|t| fill(&t, "ds:DigestValue", "")), NO),
        (
            "of-the-empty-text",
            |w| w.rewrite_info(|t| fill(&t, "ds:DigestValue", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")),
            NO,
        ),
        ("garbage", |w| w.info("</ds:DigestValue>", "!</ds:DigestValue>"), NO),
        ("without-padding", |w| w.info("=</ds:DigestValue>", "</ds:DigestValue>"), NO),
        ("bits-left-over", |w| w.rewrite_info(|t| loosened(&t, "ds:DigestValue")), NO),
        ("spaced", |w| w.rewrite_info(|t| fill(&t, "ds:DigestValue", &spaced(inside(&t, "ds:DigestValue")))), "ok"),
        ("with-an-element", |w| w.info("<ds:DigestValue>", "<ds:DigestValue><x></x>"), NO),
        ("with-an-attribute", |w| w.info("<ds:DigestValue>", "<ds:DigestValue x=\"y\">"), "signature_invalid/shape"),
        ("with-an-id", |w| w.info("<ds:DigestValue>", "<ds:DigestValue Id=\"y\">"), "signature_invalid/shape"),
        ("last-byte", |w| w.rewrite_info(|t| altered(&t, "ds:DigestValue", 31)), NO),
        ("first-byte", |w| w.rewrite_info(|t| altered(&t, "ds:DigestValue", 0)), NO),
        (
            "two-bytes-in-the-same-way",
            |w| w.rewrite_info(|t| altered(&altered(&t, "ds:DigestValue", 3), "ds:DigestValue", 30)),
            NO,
        ),
        ("changed-on-the-way", |w| w.rewrite_sent(|t| altered(&t, "ds:DigestValue", 7)), NO),
        ("content-changed", |w| w.tamper("alice", "admin"), NO),
        (
            "content-changed-digest-too",
            |w| {
                w.tamper("alice", "admin").rewrite_sent(|t| {
                    let good = World::honest(ASSERTION).edit("alice", "admin").message();
                    fill(&t, "ds:DigestValue", inside(&good, "ds:DigestValue"))
                })
            },
            "signature_invalid/signature",
        ),
        ("comment-in-the-value", |w| w.tamper("<ds:DigestValue>", "<ds:DigestValue><!--x-->"), "message_invalid/comment"),
    ];
    const NO: &str = "signature_invalid/digest";
    const NO_METHOD: &str = "signature_invalid/digest_method";
    fn digest_method(world: World, uri: &'static str) -> World {
        world.info("http://www.w3.org/2001/04/xmlenc#sha256", uri)
    }
    check(ASSERTION, TABLE);
}

#[test]
fn values() {
    const TABLE: &[Row] = &[
        ("first-byte", |w| w.rewrite_sent(|t| altered(&t, "ds:SignatureValue", 0)), "signature_invalid/signature"),
        ("last-byte", |w| w.rewrite_sent(|t| altered(&t, "ds:SignatureValue", 255)), "signature_invalid/signature"),
        ("all-zeros", |w| value(w, |bytes| bytes.fill(0)), "signature_invalid/signature"),
        ("one-byte-less", |w| value(w, |bytes| bytes.truncate(255)), NO),
        ("one-byte-more", |w| value(w, |bytes| bytes.push(0)), NO),
        ("one-byte-more-before", |w| value(w, |bytes| bytes.insert(0, 0)), NO),
        ("empty", |w| value(w, Vec::clear), NO),
        ("garbage", |w| w.tamper("</ds:SignatureValue>", "!</ds:SignatureValue>"), NO),
        ("without-padding", |w| w.tamper("==</ds:SignatureValue>", "</ds:SignatureValue>"), NO),
        ("bits-left-over", |w| w.rewrite_sent(|t| loosened(&t, "ds:SignatureValue")), NO),
        ("with-an-element", |w| w.tamper("<ds:SignatureValue>", "<ds:SignatureValue><x></x>"), NO),
        ("spaced", |w| w.rewrite_sent(|t| fill(&t, "ds:SignatureValue", &spaced(inside(&t, "ds:SignatureValue")))), "ok"),
        ("with-an-id", |w| w.tamper("<ds:SignatureValue", "<ds:SignatureValue Id=\"v\""), "ok"),
        (
            "of-another-message",
            |w| {
                w.rewrite_sent(|t| {
                    let other = World::honest(ASSERTION).edit("alice", "bob").message();
                    fill(&t, "ds:SignatureValue", inside(&other, "ds:SignatureValue"))
                })
            },
            "signature_invalid/signature",
        ),
        ("der-of-ecdsa", |w| value(w.pen(&P256, Algorithm::Es256), |bytes| *bytes = sequence(bytes)), NO),
        (
            "halves-of-ecdsa-swapped",
            |w| value(w.pen(&P256, Algorithm::Es256), |bytes| bytes.rotate_left(32)),
            "signature_invalid/signature",
        ),
    ];
    const NO: &str = "signature_invalid/signature_value";
    fn value(world: World, change: fn(&mut Vec<u8>)) -> World {
        world.rewrite_sent(move |t| {
            let mut bytes = STANDARD.decode(inside(&t, "ds:SignatureValue")).unwrap();
            change(&mut bytes);
            fill(&t, "ds:SignatureValue", &STANDARD.encode(bytes))
        })
    }
    fn sequence(fixed: &[u8]) -> Vec<u8> {
        der(0x30, &fixed.chunks(32).flat_map(|half| der(0x02, &[&[0], half].concat())).collect::<Vec<_>>())
    }
    check(ASSERTION, TABLE);
}

#[test]
fn keys() {
    const TABLE: &[Row] = &[
        ("foreign", |w| w.pen(&FOREIGN, Algorithm::Rs256).trusts(&[&RSA]), "signature_invalid/signature"),
        (
            "foreign-with-its-certificate",
            |w| w.pen(&FOREIGN, Algorithm::Rs256).trusts(&[&RSA]).rewrite_sent(|t| by_foreign(&t, "")),
            "signature_invalid/signature",
        ),
        ("next", |w| w.pen(&RSA_NEXT, Algorithm::Rs256).trusts(&[&RSA, &RSA_NEXT]), "ok"),
        ("previous", |w| w.trusts(&[&RSA, &RSA_NEXT]), "ok"),
        ("next-behind-another-kind", |w| w.pen(&RSA_NEXT, Algorithm::Rs256).trusts(&[&P256, &P521, &RSA, &RSA_NEXT]), "ok"),
        ("none-of-two", |w| w.pen(&FOREIGN, Algorithm::Rs256).trusts(&[&RSA, &RSA_NEXT]), "signature_invalid/signature"),
        ("of-another-kind-rsa", |w| w.pen(&P256, Algorithm::Es256).trusts(&[&RSA, &RSA_NEXT]), "signature_invalid/key"),
        ("of-another-kind-ec", |w| w.trusts(&[&P256, &P384, &P521]), "signature_invalid/key"),
        ("of-another-curve", |w| w.pen(&P256, Algorithm::Es256).trusts(&[&P384]), "signature_invalid/signature_value"),
        ("of-another-curve-beside-it", |w| w.pen(&P256, Algorithm::Es256).trusts(&[&P384, &P256]), "ok"),
        ("of-a-smaller-curve", |w| w.pen(&P384, Algorithm::Es384).trusts(&[&P256]), "signature_invalid/signature_value"),
        ("none", |w| w.with(|w| w.idp.keys.clear()), "signature_invalid/key"),
        ("of-the-other-door", |w| w.with(|w| w.idp.keys = vec![PublicKey::Jwk("{}".into())]), "signature_invalid/key"),
        (
            "of-the-other-door-for-ecdsa",
            |w| w.pen(&P256, Algorithm::Es256).with(|w| w.idp.keys = vec![PublicKey::Jwk("{}".into())]),
            "signature_invalid/key",
        ),
        (
            "attacker's-in-the-key-info",
            |w| w.rewrite_sent(|t| by_foreign(&t, &FOREIGN.certificate())),
            "signature_invalid/signature",
        ),
    ];
    check(ASSERTION, TABLE);
}

/// One check for each key of the kind and the length, all over the same bytes.
#[test]
fn one_check_for_each_key() {
    let world = World::honest(BOTH).trusts(&[&P256, &RSA, &RSA_NEXT, &P384]);
    let text = world.message();
    let received = receive(&text, &world.expected()).unwrap();
    let checks: Vec<_> = received.signatures().collect();
    assert_eq!(checks.iter().map(|checks| checks.len()).collect::<Vec<_>>(), [2, 2]);
    // The response's first: in the document and here.
    for (checks, id) in checks.iter().zip(["#_response", "#_assertion"]) {
        for (check, pen) in checks.iter().zip([&*RSA, &*RSA_NEXT]) {
            let PublicKey::Spki { der, curve: None, signature_bytes: 256 } = check.key() else { panic!("{:?}", check.key()) };
            assert_eq!(*der, pen.spki());
            assert_eq!(check.algorithm(), Algorithm::Rs256);
            assert_eq!(check.signature().len(), 256);
            let signed = std::str::from_utf8(check.signed()).unwrap();
            assert!(signed.starts_with("<ds:SignedInfo xmlns:ds=\"") && signed.contains(id), "{signed}");
        }
    }
}

/// Of the verdicts every one must hold, and none may be missing.
#[test]
fn verdicts() {
    for (signed, holds, expected) in [
        (ASSERTION, vec![true], "ok"),
        (ASSERTION, vec![false], "signature_invalid/signature"),
        (ASSERTION, vec![], "signature_invalid/signature"),
        (ASSERTION, vec![false, true], "signature_invalid/signature"),
        (ASSERTION, vec![true, false], "ok"),
        (RESPONSE_ONLY, vec![true], "ok"),
        (RESPONSE_ONLY, vec![], "signature_invalid/signature"),
        (RESPONSE_ONLY, vec![false, true], "signature_invalid/signature"),
        (BOTH, vec![true, true], "ok"),
        (BOTH, vec![true, false], "signature_invalid/signature"),
        (BOTH, vec![false, true], "signature_invalid/signature"),
        (BOTH, vec![true], "signature_invalid/signature"),
        (BOTH, vec![], "signature_invalid/signature"),
    ] {
        let world = World::honest(signed);
        let received = receive(&world.message(), &world.expected()).unwrap();
        let settled = received.settle(&holds).and_then(|verified| assertion::verify(&verified, &world.expected(), NOW));
        assert_eq!(verdict(settled), expected, "{signed:?} {holds:?}");
    }
}

/// What is read afterwards is the text that the provider signed, however it was written on the way.
#[test]
fn what_is_kept_is_what_was_signed() {
    for signed in [ASSERTION, RESPONSE_ONLY] {
        let world = World::honest(signed);
        let text = world.message();
        let sent = text.replace('"', "'").replace("alice", "&#x61;lice").replace("></saml:SubjectConfirmationData>", "\n/>");
        let document = parse(&sent, Comments::Refused).unwrap();
        let owner = document.elements().find(|element| element.local() == signed[0]).unwrap();
        let unproven = signature::open(owner, &world.idp.keys, &world.policy).unwrap().unwrap();
        assert_eq!(verdict(unproven.settle(false)), "signature_invalid/signature");
        let kept = signature::open(owner, &world.idp.keys, &world.policy).unwrap().unwrap().settle(true).unwrap();
        let whole = without(&text, "ds:Signature");
        assert_eq!(kept.text(), if signed == ASSERTION { assertion_of(&whole) } else { &whole });
        assert!(kept.document().unwrap().root().local() == signed[0]);
    }
}

/// A declaration that is written again and again makes a canonical text longer than its source.
#[test]
fn canonical_size() {
    let world = |values: usize| {
        let uri = "urn:".to_owned() + &"x".repeat(100_000);
        World::honest(ASSERTION).rewrite_sent(move |t| {
            let declared = t.replacen("<samlp:Response", &format!("<samlp:Response xmlns:x=\"{uri}\""), 1);
            declared.replacen(
                "<saml:AttributeValue>staff",
                &["<x:a/>".repeat(values).as_str(), "<saml:AttributeValue>staff"].concat(),
                1,
            )
        })
    };
    assert_eq!(verdict(world(19).judge()), "signature_invalid/digest");
    assert_eq!(verdict(world(22).judge()), "signature_invalid/too_large");
    // Of SignedInfo it is the shape.
    let info = World::honest(ASSERTION).rewrite_sent(|t| {
        let uri = "urn:".to_owned() + &"x".repeat(100_000);
        let declared = t.replacen("<samlp:Response", &format!("<samlp:Response xmlns:x=\"{uri}\""), 1);
        declared.replace("</ds:DigestMethod>", &[&"<x:a/>".repeat(22), "</ds:DigestMethod>"].concat())
    });
    assert_eq!(verdict(info.judge()), "signature_invalid/shape");
}

/// Every byte of a message, put in another's place: refused, or the very same assertion.
#[test]
fn no_byte_can_be_changed() {
    for signed in [ASSERTION, BOTH] {
        let world = World::honest(signed);
        let (text, genuine) = (world.message(), world.judge().unwrap());
        let mut accepted = 0;
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at].is_ascii_alphanumeric() { bytes[at] ^ 1 } else { b'x' };
            let changed = String::from_utf8(bytes).unwrap();
            if let Ok(assertion) = world.judge_text(&changed) {
                assert_eq!(assertion, genuine, "{at}: {changed}");
                accepted += 1;
            }
        }
        // What is around the signed assertion: the response's ID and time, an unused prefix.
        assert!(accepted < if signed == ASSERTION { 60 } else { 1 }, "{signed:?}: {accepted}");
    }
}

fn method(world: World, uri: &'static str) -> World {
    world.info("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", uri)
}

fn uri(world: World, uri: &'static str) -> World {
    world.info("#_assertion", uri)
}

fn list(prefixes: &str) -> String {
    format!("<ec:InclusiveNamespaces xmlns:ec=\"{EXC_C14N}\" PrefixList=\"{prefixes}\"></ec:InclusiveNamespaces>")
}

/// The assertion's signature changed before the response is signed.
fn inner(world: World, change: fn(String) -> String) -> World {
    let signed = World::honest(ASSERTION).message();
    world.with(|w| w.signed = RESPONSE_ONLY).rewrite(move |t| {
        // The genuine assertion in the unsigned one's place; the response's signature still to be made.
        let (genuine, unsigned) = (assertion_of(&signed), assertion_of(&t));
        t.replace(unsigned, &change(genuine.into()))
    })
}

fn assertion_of(text: &str) -> &str {
    let (from, to) = element_in(text, "saml:Assertion");
    &text[from..to]
}

fn first_signature(text: &str) -> &str {
    let (from, to) = element_in(text, "ds:Signature");
    &text[from..to]
}

fn last_signature(text: &str) -> &str {
    let from = text.rfind("<ds:Signature ").unwrap();
    first_signature(&text[from..])
}

fn info_of(text: &str) -> String {
    let (from, to) = element_in(text, "ds:SignedInfo");
    text[from..to].into()
}

fn without(text: &str, element: &str) -> String {
    let (from, to) = element_in(text, element);
    [&text[..from], &text[to..]].concat()
}

fn doubled(text: &str, element: &str) -> String {
    let (from, to) = element_in(text, element);
    [&text[..to], &text[from..]].concat()
}

/// SignatureValue before SignedInfo.
fn swapped(text: &str) -> String {
    let (from, to) = element_in(text, "ds:SignatureValue");
    let value = &text[from..to];
    text.replace(value, "").replace("<ds:SignedInfo", &[value, "<ds:SignedInfo"].concat())
}

fn flip_value(text: &str) -> String {
    altered(text, "ds:SignatureValue", 20)
}

/// Its base64 with one bit of one byte changed.
fn altered(text: &str, element: &str, at: usize) -> String {
    let mut bytes = STANDARD.decode(inside(text, element)).unwrap();
    bytes[at] ^= 1;
    fill(text, element, &STANDARD.encode(bytes))
}

/// Its base64 with a bit set that stands for nothing.
fn loosened(text: &str, element: &str) -> String {
    let value = inside(text, element);
    let kept = value.trim_end_matches('=');
    let (head, last) = kept.split_at(kept.len() - 1);
    let next = char::from(last.as_bytes()[0] + 1);
    assert!(last.as_bytes()[0].is_ascii_alphanumeric() && next.is_ascii_alphanumeric(), "{last}");
    fill(text, element, &[head, &next.to_string(), &value[kept.len()..]].concat())
}

fn spaced(text: &str) -> String {
    text.as_bytes().chunks(20).flat_map(|line| ["\n\t ", std::str::from_utf8(line).unwrap()]).collect::<String>() + "\n"
}

/// The attacker's own signature over the very same assertion, with what they say about their key.
fn by_foreign(text: &str, certificate: &str) -> String {
    let forged = World::honest(ASSERTION).pen(&FOREIGN, Algorithm::Rs256).message();
    let key_info = format!(
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    );
    let forged =
        first_signature(&forged).replace("</ds:Signature>", if certificate.is_empty() { "</ds:Signature>" } else { &key_info });
    text.replace(first_signature(text), &forged)
}
