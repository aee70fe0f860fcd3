//! What is too much: documents that are small on the way and large, deep or many inside. Each is refused
//! by its rule, what is just below a limit is not, and a canonical text has an end.

use super::fixtures::*;
use crate::support::verdict;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass::saml::c14n::{self, canonicalize};
use gatepass::saml::callback;
use gatepass::saml::xml::{self, Comments};

/// Name, document, verdict. `inside` puts something into the part that nobody signed, `signed` into the
/// signed assertion, `other` replaces a part of the honest message.
fn table() -> Vec<(&'static str, String, &'static str)> {
    let nested = |times: usize| inside(&["<a>".repeat(times), "</a>".repeat(times)].concat());
    let attributes = |times| inside(&format!("<a {}/>", numbered(times, |i| format!("a{i}=\"\" "))));
    let declared = |times| inside(&format!("<a {}/>", numbered(times, |i| format!("xmlns:n{i}=\"u:{i}\" "))));
    let ids = |times| inside(&numbered(times, |i| format!("<a ID=\"i{i}\"/>")));
    let sized = |bytes: usize| inside(&["<a>", &"x".repeat(bytes - inside("<a></a>").len()), "</a>"].concat());
    let internal = |subset: &str| [&format!("<!DOCTYPE r [{subset}]>"), &*honest()].concat();
    let prefixes = |times| numbered(times, |i| format!("p{i} "));
    let long = "x".repeat(100_000);
    vec![
        ("nothing-added", inside(""), "ok"),
        // depth, from the Response on
        ("elements-64-deep", nested(62), "ok"),
        ("elements-65-deep", nested(63), "message_invalid/too_deep"),
        ("elements-20000-deep", nested(20_000), "message_invalid/too_deep"),
        ("elements-20000-deep-never-closed", inside(&"<a>".repeat(20_000)), "message_invalid/too_deep"),
        // breadth
        ("attributes-256", attributes(256), "ok"),
        ("attributes-257", attributes(257), "message_invalid/too_many"),
        ("attributes-20000", attributes(20_000), "message_invalid/too_many"),
        ("declarations-64", declared(63), "ok"),
        ("declarations-65", declared(64), "message_invalid/too_many"),
        ("declarations-20000", declared(20_000), "message_invalid/too_many"),
        ("nodes-99000", inside(&"<a/>".repeat(99_000)), "ok"),
        ("nodes-120000", inside(&"<a/>".repeat(120_000)), "message_invalid/too_many"),
        ("texts-30000-of-cdata", inside(&["<a>", &"<![CDATA[x]]>".repeat(30_000), "</a>"].concat()), "ok"),
        // size
        ("512-kib", sized(xml::MAX_BYTES), "ok"),
        ("512-kib-and-one", sized(xml::MAX_BYTES + 1), "message_invalid/too_large"),
        ("text-of-5-mib", sized(5 * 1024 * 1024), "message_invalid/too_large"),
        ("attribute-of-5-mib", inside(&format!("<a a=\"{}\"/>", "x".repeat(5 * 1024 * 1024))), "message_invalid/too_large"),
        // entities
        ("billion-laughs", internal(&laughs(10)), "message_invalid/doctype"),
        ("quadratic-entity", internal(&format!("<!ENTITY a \"{long}\">")), "message_invalid/doctype"),
        ("entities-20000", internal(&numbered(20_000, |i| format!("<!ENTITY e{i} \"\">"))), "message_invalid/doctype"),
        ("entities-100000", internal(&numbered(100_000, |i| format!("<!ENTITY e{i} \"\">"))), "message_invalid/too_large"),
        ("references-100000-undeclared", inside(&["<a>", &"&e;".repeat(100_000), "</a>"].concat()), "message_invalid/malformed"),
        ("references-100000-predefined", inside(&["<a>", &"&lt;".repeat(100_000), "</a>"].concat()), "ok"),
        ("reference-of-100000", inside(&format!("<a>&{long};</a>")), "message_invalid/malformed"),
        // IDs, those of the response and the assertion among them
        ("ids-256", ids(254), "ok"),
        ("ids-257", ids(255), "message_invalid/id"),
        ("ids-20000", ids(20_000), "message_invalid/id"),
        ("ids-50000", ids(50_000), "message_invalid/too_large"),
        (
            "assertions-5000",
            other(
                "<saml2:Assertion ",
                &["<Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>".repeat(5_000), "<saml2:Assertion ".into()]
                    .concat(),
            ),
            "message_invalid/assertion_count",
        ),
        // what grows by being made canonical: a declaration that is written again for everyone who uses it
        (
            "namespace-of-100000-for-20000",
            signed(&format!("xmlns:p=\"u:{long}\""), &"<p:a/>".repeat(20_000)),
            "signature_invalid/too_large",
        ),
        (
            "namespaces-60-for-700",
            signed(
                &numbered(60, |i| format!("xmlns:n{i}=\"u:{}{i}\" ", "x".repeat(1_000))),
                &format!("<a {}/>", numbered(60, |i| format!("n{i}:x=\"\" "))).repeat(600),
            ),
            "signature_invalid/too_large",
        ),
        ("quotes-500000", signed("", &format!("<a a='{}'/>", "\"".repeat(500_000))), "signature_invalid/too_large"),
        ("brackets-500000", signed("", &format!("<a>{}</a>", ">".repeat(500_000))), "signature_invalid/digest"),
        // signatures
        ("prefixes-32-in-the-method", method(&prefixes(32)), "signature_invalid/signature"),
        ("prefixes-33-in-the-method", method(&prefixes(33)), "signature_invalid/c14n_method"),
        ("prefixes-10000-in-the-method", method(&prefixes(10_000)), "signature_invalid/c14n_method"),
        ("prefixes-32-in-the-transform", transform(&prefixes(32)), "signature_invalid/signature"),
        ("prefixes-33-in-the-transform", transform(&prefixes(33)), "signature_invalid/transforms"),
        ("prefixes-10000-in-the-transform", transform(&prefixes(10_000)), "signature_invalid/transforms"),
        (
            "references-10000",
            other("<ds:Reference ", &["<ds:Reference/>".repeat(10_000), "<ds:Reference ".into()].concat()),
            "signature_invalid/reference_count",
        ),
        (
            "transforms-10000",
            other("</ds:Transforms>", &["<ds:Transform/>".repeat(10_000), "</ds:Transforms>".into()].concat()),
            "signature_invalid/transforms",
        ),
        (
            "signatures-5000",
            other(
                "<ds:Signature ",
                &["<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>".repeat(5_000), "<ds:Signature ".into()].concat(),
            ),
            "signature_invalid/count",
        ),
        (
            "signature-value-of-400000",
            other("<ds:SignatureValue>", &["<ds:SignatureValue>", &"AAAA".repeat(100_000)].concat()),
            "signature_invalid/signature_value",
        ),
        (
            "digest-value-of-400000",
            other("<ds:DigestValue>", &["<ds:DigestValue>", &"AAAA".repeat(100_000)].concat()),
            "signature_invalid/digest",
        ),
        // KeyInfo is in the signature, which the digest leaves out, and nobody reads it
        (
            "certificate-of-400000",
            other("<ds:X509Certificate>", &["<ds:X509Certificate>", &"AAAA".repeat(100_000)].concat()),
            "ok",
        ),
    ]
}

#[test]
fn what_is_too_much() {
    let page = Page::with_keys(&[RSA]);
    for (name, document, expected) in table() {
        assert_eq!(verdict(page.judge(&document)), expected, "{name}");
    }
}

/// Name, form field, verdict of the decoder.
#[test]
fn form_fields() {
    let field = |bytes: usize| STANDARD.encode("x".repeat(bytes));
    for (name, field, expected) in [
        ("empty", String::new(), "ok"),
        ("512-kib", field(xml::MAX_BYTES), "ok"),
        ("512-kib-in-lines", lines(&field(xml::MAX_BYTES)), "ok"),
        ("512-kib-and-one", field(xml::MAX_BYTES + 1), "message_invalid/too_large"),
        ("5-mib", field(5 * 1024 * 1024), "message_invalid/too_large"),
        ("white-space-of-5-mib", " \r\n\t".repeat(5 * 256 * 1024), "message_invalid/too_large"),
    ] {
        assert_eq!(verdict(callback::decode(&field)), expected, "{name}");
    }
}

/// Exactly the limits of the reader.
#[test]
fn nodes_of_a_document() {
    let nodes = |times: usize| ["<r>", &"<a/>".repeat(times), "</r>"].concat();
    assert!(xml::parse(&nodes(99_999), Comments::Refused).is_ok());
    assert_eq!(xml::parse(&nodes(100_000), Comments::Refused).unwrap_err(), "too_many");
}

/// A canonical text ends before it is much longer than [`c14n::MAX_BYTES`].
#[test]
fn canonical_texts_have_an_end() {
    let length = |text: &str| {
        let document = xml::parse(text, Comments::Refused).unwrap();
        canonicalize(document.root(), None, &[]).map(|canonical| canonical.len())
    };
    let uses = |times: usize| format!("<r xmlns:p=\"u:{}\">{}</r>", "x".repeat(100_000), "<p:a/>".repeat(times));
    let one = uses(1).len() - uses(0).len() + " xmlns:p=\"u:\"".len() + 100_000 + "<p:a></p:a>".len() - "<p:a/>".len();
    assert_eq!(length(&uses(10)), Some("<r></r>".len() + 10 * one));
    assert_eq!(length(&uses(20)), Some("<r></r>".len() + 20 * one));
    assert!(20 * one < c14n::MAX_BYTES && 21 * one > c14n::MAX_BYTES);
    assert_eq!(length(&uses(21)), None);
    assert_eq!(length(&uses(20_000)), None);
    let text = |times: usize, c: &str| format!("<r>{}</r>", c.repeat(times));
    assert_eq!(length(&text(520_000, ">")), Some(4 * 520_000 + "<r></r>".len()));
    assert_eq!(length(&text(130_000, "&gt;")), Some(4 * 130_000 + "<r></r>".len()));
}

fn honest() -> String {
    fixture("accepted/assertion-signed-rsa-sha256.xml").split_once("?>").unwrap().1.to_owned()
}

fn other(old: &str, new: &str) -> String {
    replaced(&honest(), old, new)
}

fn inside(what: &str) -> String {
    other("<saml2p:Status ", &["<saml2p:Extensions>", what, "</saml2p:Extensions><saml2p:Status "].concat())
}

fn signed(declarations: &str, what: &str) -> String {
    let text = other("<saml2:Assertion ", &["<saml2:Assertion ", declarations, " "].concat());
    replaced(&text, ">Everyone<", &[">", what, "Everyone<"].concat())
}

fn method(prefixes: &str) -> String {
    with_prefixes("CanonicalizationMethod", prefixes)
}

fn transform(prefixes: &str) -> String {
    with_prefixes("Transform", prefixes)
}

fn with_prefixes(element: &str, prefixes: &str) -> String {
    let start = format!("<ds:{element} Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"");
    let list = format!("<i:InclusiveNamespaces xmlns:i=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{prefixes}\"/>");
    other(&[&start, "/>"].concat(), &[&start, ">", &list, "</ds:", element, ">"].concat())
}

fn numbered(times: usize, one: impl Fn(usize) -> String) -> String {
    (0..times).map(one).collect()
}

fn laughs(times: usize) -> String {
    let one = |i: usize| format!("<!ENTITY l{} \"{}\">", i + 1, format!("&l{i};").repeat(10));
    ["<!ENTITY l0 \"lol\">".into(), numbered(times, one)].concat()
}

fn lines(base64: &str) -> String {
    base64.as_bytes().chunks(76).map(|line| [std::str::from_utf8(line).unwrap(), "\r\n"].concat()).collect()
}
