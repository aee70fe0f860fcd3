//! The response before anyone believes it: form field, shape, addressing, correlation, status
//! (SAML bindings §3.5, SAML core §3.2.2, SAML profiles §4.1.4).

use super::signer::*;
use crate::support::verdict;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass::saml::callback::{decode, receive};
use gatepass::saml::xml::MAX_BYTES;

#[test]
fn shape() {
    const TABLE: &[Row] = &[
        ("honest", |w| w, "ok"),
        // the root
        ("root-of-another-name", |w| renamed(w, "samlp:LogoutResponse"), "message_invalid/shape"),
        ("root-in-another-case", |w| renamed(w, "samlp:response"), "message_invalid/shape"),
        ("root-of-another-namespace", |w| w.edit("2.0:protocol\" Destination", "2.0:x\" Destination"), "message_invalid/shape"),
        ("root-of-saml-1", |w| w.edit("2.0:protocol\" Destination", "1.0:protocol\" Destination"), "message_invalid/shape"),
        ("root-is-the-assertion", |w| w.rewrite_sent(|t| assertion_of(&t).into()), "message_invalid/shape"),
        // the head
        ("version-2.1", |w| w.set("samlp:Response", "Version", "2.1"), "message_invalid/version"),
        ("version-1.1", |w| w.set("samlp:Response", "Version", "1.1"), "message_invalid/version"),
        ("version-spaced", |w| w.set("samlp:Response", "Version", " 2.0"), "message_invalid/version"),
        ("version-missing", |w| w.unset("samlp:Response", "Version"), "message_invalid/version"),
        ("version-in-a-namespace", |w| w.edit("Z\" Version=", "Z\" samlp:Version="), "message_invalid/version"),
        ("id-missing", |w| w.unset("samlp:Response", "ID"), "message_invalid/id"),
        ("id-empty", |w| w.set("samlp:Response", "ID", ""), "message_invalid/id"),
        ("id-with-a-digit-first", |w| w.set("samlp:Response", "ID", "1a"), "message_invalid/id"),
        ("id-with-a-hyphen-first", |w| w.set("samlp:Response", "ID", "-a"), "message_invalid/id"),
        ("id-with-a-colon", |w| w.set("samlp:Response", "ID", "a:b"), "message_invalid/id"),
        ("id-with-a-space", |w| w.set("samlp:Response", "ID", "a b"), "message_invalid/id"),
        ("id-of-one-character", |w| w.set("samlp:Response", "ID", "_"), "ok"),
        ("id-with-digits-later", |w| w.set("samlp:Response", "ID", "é.1-2"), "ok"),
        ("issue-instant-missing", |w| w.unset("samlp:Response", "IssueInstant"), "message_invalid/issue_instant"),
        (
            "issue-instant-in-a-zone",
            |w| w.set("samlp:Response", "IssueInstant", "2026-06-01T11:59:58+00:00"),
            "message_invalid/issue_instant",
        ),
        (
            "issue-instant-of-no-zone",
            |w| w.set("samlp:Response", "IssueInstant", "2026-06-01T11:59:58"),
            "message_invalid/issue_instant",
        ),
        ("issue-instant-long-ago", |w| w.set("samlp:Response", "IssueInstant", "1970-01-01T00:00:00Z"), "ok"),
        ("issue-instant-with-a-fraction", |w| w.set("samlp:Response", "IssueInstant", "2026-06-01T11:59:58.1234567Z"), "ok"),
        // the children
        ("extensions", |w| w.before("\n<samlp:Status>", "<samlp:Extensions></samlp:Extensions>"), "ok"),
        ("extensions-empty-element", |w| w.before("\n<samlp:Status>", "<samlp:Extensions/>"), "ok"),
        (
            "extensions-twice",
            |w| w.before("\n<samlp:Status>", "<samlp:Extensions></samlp:Extensions><samlp:Extensions></samlp:Extensions>"),
            "message_invalid/shape",
        ),
        (
            "extensions-after-status",
            |w| w.before("\n<saml:Assertion", "<samlp:Extensions></samlp:Extensions>"),
            "message_invalid/shape",
        ),
        (
            "extensions-of-another-namespace",
            |w| w.before("\n<samlp:Status>", "<x:Extensions xmlns:x=\"urn:x\"></x:Extensions>"),
            "message_invalid/shape",
        ),
        ("status-before-issuer", |w| status_moved(w, "\n<saml:Issuer xmlns"), "message_invalid/shape"),
        ("status-last", |w| status_moved(w, "\n</samlp:Response>"), "message_invalid/shape"),
        ("status-missing", |w| w.cut("samlp:Status"), "message_invalid/shape"),
        ("status-twice", |w| w.before("\n<saml:Assertion", SUCCESS), "message_invalid/shape"),
        ("status-code-missing", |w| w.fill("samlp:Status", ""), "message_invalid/shape"),
        (
            "status-code-twice",
            |w| w.before("<samlp:StatusCode", "<samlp:StatusCode Value=\"x\"></samlp:StatusCode>"),
            "message_invalid/shape",
        ),
        ("status-value-missing", |w| w.unset("samlp:StatusCode", "Value"), "message_invalid/shape"),
        ("issuer-twice", |w| w.before("\n<samlp:Status>", ISSUER), "message_invalid/shape"),
        ("child-unknown", |w| w.before("\n<samlp:Status>", "<samlp:Other></samlp:Other>"), "message_invalid/shape"),
        ("child-unknown-at-the-end", |w| w.before("</samlp:Response>", "<x></x>"), "message_invalid/shape"),
        ("text-between", |w| w.before("\n<samlp:Status>", "x"), "message_invalid/shape"),
        ("text-at-the-end", |w| w.before("</samlp:Response>", "x"), "message_invalid/shape"),
        ("text-as-cdata", |w| w.before("\n<samlp:Status>", "<![CDATA[x]]>"), "message_invalid/shape"),
        ("no-break-space-between", |w| w.before("\n<samlp:Status>", "\u{a0}"), "message_invalid/shape"),
        ("white-space-between", |w| w.before("\n<samlp:Status>", " \t\n<![CDATA[ ]]>&#32;&#13;"), "ok"),
        // how many assertions
        ("no-assertion", |w| w.rewrite_sent(|t| t.replace(assertion_of(&t), "")), "message_invalid/assertion_count"),
        ("another-assertion-before", |w| sent_with(w, "<saml:Assertion", evil()), "message_invalid/assertion_count"),
        ("another-assertion-after", |w| sent_with(w, "</samlp:Response>", evil()), "message_invalid/assertion_count"),
        ("an-encrypted-one-too", |w| sent_with(w, "</samlp:Response>", ENCRYPTED.into()), "message_invalid/assertion_count"),
        ("encrypted", |w| w.rewrite_sent(|t| t.replace(assertion_of(&t), ENCRYPTED)), "assertion_encrypted/assertion"),
        (
            "two-encrypted",
            |w| w.rewrite_sent(|t| t.replace(assertion_of(&t), &[ENCRYPTED, ENCRYPTED].concat())),
            "message_invalid/assertion_count",
        ),
        (
            "assertion-of-another-namespace",
            |w| w.rewrite_sent(|t| t.replace(assertion_of(&t), "<x:Assertion xmlns:x=\"urn:x\"></x:Assertion>")),
            "message_invalid/shape",
        ),
    ];
    check(ASSERTION, TABLE);
}

/// A Response, an Assertion or a Signature where none belongs, signed by the provider itself or put there on the way.
#[test]
fn places() {
    const TABLE: &[Row] = &[
        ("response-in-extensions", |w| extension(w, "<samlp:Response></samlp:Response>"), "message_invalid/shape"),
        (
            "response-in-advice",
            |w| advice(w, "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"></samlp:Response>"),
            "message_invalid/shape",
        ),
        (
            "response-in-a-value",
            |w| w.before("staff", "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"></samlp:Response>"),
            "message_invalid/shape",
        ),
        ("response-of-another-namespace-in-a-value", |w| w.before("staff", "<x:Response xmlns:x=\"urn:x\"></x:Response>"), "ok"),
        (
            "assertion-in-extensions",
            |w| sent_with(w, "\n<samlp:Status>", ["<samlp:Extensions>", &evil(), "</samlp:Extensions>"].concat()),
            "message_invalid/shape",
        ),
        (
            "assertion-in-status-detail",
            |w| sent_with(w, "</samlp:Status>", ["<samlp:StatusDetail>", &evil(), "</samlp:StatusDetail>"].concat()),
            "message_invalid/shape",
        ),
        ("assertion-in-advice", |w| advice(w, "<saml:Assertion></saml:Assertion>"), "message_invalid/shape"),
        ("assertion-in-a-value", |w| w.before("staff", "<saml:Assertion></saml:Assertion>"), "message_invalid/shape"),
        (
            "assertion-in-an-assertion",
            |w| w.before("\n</saml:Assertion>", "<saml:Assertion></saml:Assertion>"),
            "message_invalid/shape",
        ),
        (
            "encrypted-assertion-in-advice",
            |w| advice(w, "<saml:EncryptedAssertion></saml:EncryptedAssertion>"),
            "message_invalid/shape",
        ),
        ("assertion-of-another-namespace-in-advice", |w| advice(w, "<x:Assertion xmlns:x=\"urn:x\"></x:Assertion>"), "ok"),
        ("assertion-reference-in-advice", |w| advice(w, "<saml:AssertionIDRef>_other</saml:AssertionIDRef>"), "ok"),
        ("signature-in-extensions", |w| extension(w, SIGNATURE), "message_invalid/shape"),
        ("signature-in-status", |w| w.before("</samlp:Status>", SIGNATURE), "message_invalid/shape"),
        ("signature-in-advice", |w| advice(w, SIGNATURE), "message_invalid/shape"),
        ("signature-in-a-value", |w| w.before("staff", SIGNATURE), "message_invalid/shape"),
        (
            "signature-in-an-object",
            |w| w.tamper("</ds:Signature>", "<ds:Object><ds:Signature></ds:Signature></ds:Object></ds:Signature>"),
            "message_invalid/shape",
        ),
        (
            "signature-in-a-key-info",
            |w| w.tamper("</ds:Signature>", "<ds:KeyInfo><ds:Signature></ds:Signature></ds:KeyInfo></ds:Signature>"),
            "message_invalid/shape",
        ),
        ("signature-of-another-namespace-in-advice", |w| advice(w, "<x:Signature xmlns:x=\"urn:x\"></x:Signature>"), "ok"),
        (
            "signature-of-the-response-twice",
            |w| sent_with(w, "\n<samlp:Status>", [SIGNATURE, SIGNATURE].concat()),
            "message_invalid/shape",
        ),
        ("signature-of-the-response-last", |w| sent_with(w, "</samlp:Response>", SIGNATURE.into()), "message_invalid/shape"),
        ("signature-of-the-response-first", |w| sent_with(w, "\n<saml:Issuer xmlns", SIGNATURE.into()), "message_invalid/shape"),
    ];
    check(ASSERTION, TABLE);
}

/// The shapes of Somorovsky et al., "On Breaking SAML" (2012), and their like: the signed element is kept, another is read.
#[test]
fn wrapping() {
    const TABLE: &[Row] = &[
        (
            "genuine-response-in-a-signature",
            |w| wrapped(w, |evil, good| evil_response(evil, &inside_signature(good, good))),
            "message_invalid/shape",
        ),
        ("genuine-assertion-after", |w| sent_with(w, "<saml:Assertion", evil()), "message_invalid/assertion_count"),
        (
            "genuine-assertion-inside",
            |w| {
                wrapped(w, |evil, good| {
                    evil_response(&evil.replace("</saml:Assertion>", &[assertion_of(good), "</saml:Assertion>"].concat()), "")
                })
            },
            "message_invalid/shape",
        ),
        (
            "genuine-assertion-bare",
            |w| wrapped(w, |evil, good| evil_response(evil, &unsigned(assertion_of(good)))),
            "message_invalid/assertion_count",
        ),
        (
            "genuine-assertion-in-extensions",
            |w| {
                wrapped(w, |evil, good| {
                    evil_response(evil, "").replace(
                        "\n<samlp:Status>",
                        &["<samlp:Extensions>", assertion_of(good), "</samlp:Extensions><samlp:Status>"].concat(),
                    )
                })
            },
            "message_invalid/shape",
        ),
        (
            "genuine-assertion-in-a-signature",
            |w| wrapped(w, |evil, good| evil_response(&evil.replace("{}", &inside_signature(good, assertion_of(good))), "")),
            "message_invalid/shape",
        ),
        (
            "signature-moved-to-another",
            |w| wrapped(w, |evil, good| evil_response(&evil.replace("{}", signature_of(good)), "")),
            "signature_invalid/reference_uri",
        ),
        (
            "signature-moved-to-another-of-its-id",
            |w| {
                wrapped(w, |evil, good| evil_response(&evil.replace("{}", signature_of(good)).replace("_evil", "_assertion"), ""))
            },
            "signature_invalid/digest",
        ),
        (
            "signature-moved-to-the-response",
            |w| {
                wrapped(w, |evil, good| {
                    evil_response(&evil.replace("{}", ""), "")
                        .replace("\n<samlp:Status>", &[signature_of(good), "<samlp:Status>"].concat())
                })
            },
            "signature_invalid/reference_uri",
        ),
    ];
    check(ASSERTION, TABLE);
}

#[test]
fn ids() {
    const TABLE: &[Row] = &[
        ("assertion-of-the-response's-id", |w| w.set("saml:Assertion", "ID", "_response"), "message_invalid/id"),
        (
            "value-of-the-assertion's-id",
            |w| w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue ID=\"_assertion\">staff"),
            "message_invalid/id",
        ),
        (
            "two-others-alike",
            |w| {
                w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue ID=\"a\">staff")
                    .edit("<saml:AttributeValue>buyers", "<saml:AttributeValue ID=\"a\">buyers")
            },
            "message_invalid/id",
        ),
        (
            "two-others-unlike",
            |w| {
                w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue ID=\"a\">staff")
                    .edit("<saml:AttributeValue>buyers", "<saml:AttributeValue ID=\"b\">buyers")
            },
            "ok",
        ),
        (
            "Id-of-the-assertion",
            |w| w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue Id=\"_assertion\">staff"),
            "message_invalid/id",
        ),
        (
            "Id-of-the-response",
            |w| w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue Id=\"_response\">staff"),
            "message_invalid/id",
        ),
        ("Id-of-nothing", |w| w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue Id=\"_other\">staff"), "ok"),
        (
            "Id-twice",
            |w| {
                w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue Id=\"a\">staff")
                    .edit("<saml:AttributeValue>buyers", "<saml:AttributeValue Id=\"a\">buyers")
            },
            "ok",
        ),
        (
            "id-of-the-assertion",
            |w| w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue id=\"_assertion\">staff"),
            "message_invalid/id",
        ),
        (
            "iD-of-the-assertion",
            |w| w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue iD=\"_assertion\">staff"),
            "message_invalid/id",
        ),
        (
            "xml:id-of-the-assertion",
            |w| w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue xml:id=\"_assertion\">staff"),
            "message_invalid/id",
        ),
        ("xml:id-of-nothing", |w| w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue xml:id=\"_other\">staff"), "ok"),
        (
            "prefixed-ID-of-the-assertion",
            |w| w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue saml:ID=\"_assertion\">staff"),
            "message_invalid/id",
        ),
        (
            "prefixed-ID-of-nothing",
            |w| w.edit("<saml:AttributeValue>staff", "<saml:AttributeValue saml:ID=\"_other\">staff"),
            "ok",
        ),
        (
            "prefixed-ID-on-the-assertion-itself",
            |w| {
                w.edit(
                    "11:59:58Z\" Version=\"2.0\">\n<saml:Issuer>",
                    "11:59:58Z\" Version=\"2.0\" saml:ID=\"_assertion\">\n<saml:Issuer>",
                )
            },
            "message_invalid/id",
        ),
        (
            "Id-of-the-signature",
            |w| w.tamper("<ds:Signature xmlns", "<ds:Signature Id=\"_assertion\" xmlns"),
            "message_invalid/id",
        ),
        ("Id-of-a-key-info", |w| w.with(|w| w.key_info = "<ds:KeyInfo Id=\"_response\"></ds:KeyInfo>"), "message_invalid/id"),
        ("Id-of-a-SignedInfo", |w| w.info("<ds:SignedInfo", "<ds:SignedInfo Id=\"_assertion\""), "message_invalid/id"),
        ("on-the-status", |w| w.edit("<samlp:StatusCode", "<samlp:StatusCode ID=\"_assertion\""), "message_invalid/id"),
        ("of-another-attribute", |w| w.set("saml:AuthnStatement", "SessionIndex", "_assertion"), "ok"),
        ("as-many-as-may-be", |w| w.rewrite(|t| numbered(&t, 254)), "ok"),
        ("one-too-many", |w| w.rewrite(|t| numbered(&t, 255)), "message_invalid/id"),
    ];
    check(ASSERTION, TABLE);
}

#[test]
fn issuer_and_destination() {
    const ANY: &[Row] = &[
        ("issuer-foreign", |w| w.edit(">https://idp", ">https://evil"), "message_invalid/issuer"),
        ("issuer-in-another-case", |w| w.edit(">https://idp", ">https://IDP"), "message_invalid/issuer"),
        ("issuer-with-a-slash", |w| w.edit("metadata</saml:Issuer>", "metadata/</saml:Issuer>"), "message_invalid/issuer"),
        ("issuer-spaced", |w| w.edit(">https://idp", "> https://idp"), "message_invalid/issuer"),
        ("issuer-empty", |w| w.edit(">https://idp.example.com/metadata<", "><"), "message_invalid/issuer"),
        (
            "issuer-with-an-element",
            |w| w.edit("metadata</saml:Issuer>", "metadata<x></x></saml:Issuer>"),
            "message_invalid/issuer",
        ),
        (
            "issuer-of-format-entity",
            |w| w.edit("assertion\">https", "assertion\" Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">https"),
            "ok",
        ),
        (
            "issuer-of-format-persistent",
            |w| w.edit("assertion\">https", "assertion\" Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">https"),
            "message_invalid/issuer",
        ),
        ("issuer-of-no-format", |w| w.edit("assertion\">https", "assertion\" Format=\"\">https"), "message_invalid/issuer"),
        (
            "destination-foreign",
            |w| w.set("samlp:Response", "Destination", "https://evil.example/acs"),
            "message_invalid/destination",
        ),
        ("destination-empty", |w| w.set("samlp:Response", "Destination", ""), "message_invalid/destination"),
        (
            "destination-without-the-query",
            |w| w.set("samlp:Response", "Destination", "https://sp.example.com/acs"),
            "message_invalid/destination",
        ),
        (
            "destination-of-another-query",
            |w| w.set("samlp:Response", "Destination", "https://sp.example.com/acs?a=b&amp;c=/"),
            "message_invalid/destination",
        ),
        (
            "destination-escaped-in-another-case",
            |w| w.set("samlp:Response", "Destination", "https://sp.example.com/acs?a=b&amp;c=%2f"),
            "message_invalid/destination",
        ),
        (
            "destination-with-a-slash",
            |w| w.set("samlp:Response", "Destination", "https://sp.example.com/acs/?a=b&amp;c=%2F"),
            "message_invalid/destination",
        ),
        (
            "destination-spaced",
            |w| w.set("samlp:Response", "Destination", "https://sp.example.com/acs?a=b&amp;c=%2F "),
            "message_invalid/destination",
        ),
    ];
    const UNSIGNED: &[Row] = &[
        ("issuer-missing", |w| w.edit(ISSUER, ""), "ok"),
        ("destination-missing", |w| w.unset("samlp:Response", "Destination"), "ok"),
        ("issuer-as-cdata", |w| w.edit(">https://idp", "><![CDATA[https://idp]]>"), "ok"),
        ("issuer-by-references", |w| w.edit(">https://idp", ">&#104;ttps&#x3A;//idp"), "ok"),
    ];
    const SIGNED: &[Row] = &[
        ("issuer-missing", |w| w.edit(ISSUER, ""), "message_invalid/issuer"),
        ("destination-missing", |w| w.unset("samlp:Response", "Destination"), "message_invalid/destination"),
    ];
    for signed in [ASSERTION, RESPONSE_ONLY, BOTH] {
        check(signed, ANY);
        check(signed, if signed == ASSERTION { UNSIGNED } else { SIGNED });
    }
}

/// Solicited and not: `InResponseTo` of the Response, then that of the confirmation.
#[test]
fn correlation() {
    const RIGHT: Option<&str> = Some(REQUEST);
    const WRONG: Option<&str> = Some("_other");
    const TABLE: &[(&str, bool, Option<&str>, Option<&str>, Option<&str>, &str)] = &[
        ("asked, both right", false, RIGHT, RIGHT, RIGHT, "ok"),
        ("asked, confirmation wrong", false, RIGHT, RIGHT, WRONG, "assertion_invalid/in_response_to"),
        ("asked, confirmation without", false, RIGHT, RIGHT, None, "assertion_invalid/in_response_to"),
        ("asked, response wrong", false, RIGHT, WRONG, RIGHT, "message_invalid/in_response_to"),
        ("asked, both wrong", false, RIGHT, WRONG, WRONG, "message_invalid/in_response_to"),
        ("asked, response wrong, confirmation without", false, RIGHT, WRONG, None, "message_invalid/in_response_to"),
        ("asked, response without", false, RIGHT, None, RIGHT, "message_invalid/in_response_to"),
        ("asked, response without, confirmation wrong", false, RIGHT, None, WRONG, "message_invalid/in_response_to"),
        ("asked, both without", false, RIGHT, None, None, "message_invalid/in_response_to"),
        ("asked, both without, unsolicited allowed", true, RIGHT, None, None, "message_invalid/in_response_to"),
        ("asked, both right, unsolicited allowed", true, RIGHT, RIGHT, RIGHT, "ok"),
        ("asked, empty", false, RIGHT, Some(""), Some(""), "message_invalid/in_response_to"),
        ("unasked", false, None, None, None, "idp_initiated_refused"),
        ("unasked, confirmation with", false, None, None, RIGHT, "idp_initiated_refused"),
        ("unasked, answers", false, None, RIGHT, RIGHT, "message_invalid/in_response_to"),
        ("allowed", true, None, None, None, "ok"),
        ("allowed, both answer", true, None, RIGHT, RIGHT, "message_invalid/in_response_to"),
        ("allowed, response answers", true, None, RIGHT, None, "message_invalid/in_response_to"),
        ("allowed, response empty", true, None, Some(""), None, "message_invalid/in_response_to"),
        ("allowed, confirmation answers", true, None, None, RIGHT, "assertion_invalid/in_response_to"),
        ("allowed, confirmation empty", true, None, None, Some(""), "assertion_invalid/in_response_to"),
    ];
    for signed in [ASSERTION, RESPONSE_ONLY, BOTH] {
        for (name, allowed, asked, response, confirmation, expected) in TABLE {
            let mut world = World::honest(signed);
            (world.in_response_to, world.policy.allow_idp_initiated) = (*asked, *allowed);
            for (element, answers) in [("samlp:Response", response), ("saml:SubjectConfirmationData", confirmation)] {
                world = match answers {
                    Some(id) => world.set(element, "InResponseTo", id),
                    None => world.unset(element, "InResponseTo"),
                };
            }
            assert_eq!(verdict(world.judge()), *expected, "{name} {signed:?}");
        }
    }
}

/// Name, the status, verdict, what of the provider's words is passed on.
#[test]
fn status() {
    const LONG: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let long = format!("{{Responder}}<samlp:StatusMessage>{LONG}{LONG}x</samlp:StatusMessage>");
    let cut = [LONG, LONG].concat();
    let table: &[(&str, &str, &str, &str)] = &[
        ("success", "{Success}", "ok", ""),
        ("success-with-a-message", "{Success}<samlp:StatusMessage>fine</samlp:StatusMessage>", "ok", ""),
        ("success-with-a-second-code", "{Success|NoPassive}", "ok", ""),
        ("success-in-another-case", "{success}", "provider_refused/status", "{success}"),
        ("success-and-more", "{Success2}", "provider_refused/status", "{Success2}"),
        (
            "success-of-another-namespace",
            "<samlp:StatusCode Value=\"Success\"></samlp:StatusCode>",
            "provider_refused/status",
            "Success",
        ),
        ("success-one-level-down", "{Responder|Success}", "provider_refused/status", "{Success}"),
        ("empty", "<samlp:StatusCode Value=\"\"></samlp:StatusCode>", "provider_refused/status", ""),
        ("responder", "{Responder}", "provider_refused/status", "{Responder}"),
        ("requester", "{Requester}", "provider_refused/status", "{Requester}"),
        ("version-mismatch", "{VersionMismatch}", "provider_refused/status", "{VersionMismatch}"),
        ("authn-failed", "{Responder|AuthnFailed}", "access_denied/AuthnFailed", "{AuthnFailed}"),
        ("authn-failed-at-the-top", "{AuthnFailed}", "access_denied/AuthnFailed", "{AuthnFailed}"),
        ("request-denied", "{Responder|RequestDenied}", "access_denied/RequestDenied", "{RequestDenied}"),
        ("no-passive", "{Responder|NoPassive}", "login_required/NoPassive", "{NoPassive}"),
        ("name-id-policy", "{Requester|InvalidNameIDPolicy}", "provider_refused/InvalidNameIDPolicy", "{InvalidNameIDPolicy}"),
        ("no-authn-context", "{Responder|NoAuthnContext}", "provider_refused/NoAuthnContext", "{NoAuthnContext}"),
        ("other", "{Responder|PartialLogout}", "provider_refused/status", "{PartialLogout}"),
        (
            "of-another-namespace",
            "<samlp:StatusCode Value=\"{Responder}\"><samlp:StatusCode Value=\"urn:x:AuthnFailed\"></samlp:StatusCode></samlp:StatusCode>",
            "provider_refused/status",
            "urn:x:AuthnFailed",
        ),
        (
            "with-a-message",
            "{Responder|AuthnFailed}<samlp:StatusMessage>No such user</samlp:StatusMessage>",
            "access_denied/AuthnFailed",
            "{AuthnFailed} No such user",
        ),
        (
            "with-a-message-and-detail",
            "{Responder}<samlp:StatusMessage>Why</samlp:StatusMessage><samlp:StatusDetail><x></x></samlp:StatusDetail>",
            "provider_refused/status",
            "{Responder} Why",
        ),
        (
            "with-an-empty-message",
            "{Responder}<samlp:StatusMessage></samlp:StatusMessage>",
            "provider_refused/status",
            "{Responder} ",
        ),
        (
            "with-two-messages",
            "{Responder}<samlp:StatusMessage>a</samlp:StatusMessage><samlp:StatusMessage>b</samlp:StatusMessage>",
            "provider_refused/status",
            "{Responder}",
        ),
        ("with-a-long-message", &long, "provider_refused/status", &cut),
    ];
    for signed in [ASSERTION, RESPONSE_ONLY] {
        for (name, status, expected, words) in table {
            let spell = |text: &str| text.replace("{Success}", "urn:oasis:names:tc:SAML:2.0:status:Success");
            let status = codes(status);
            let honest = move || {
                let status = status.clone();
                World::honest(signed).rewrite(move |t| fill(&t, "samlp:Status", &status))
            };
            let world = honest();
            assert_eq!(verdict(world.judge()), *expected, "{name}");
            if let Err(error) = world.judge() {
                let provider = error.provider().expect(name);
                let said =
                    [provider.error.as_str()].into_iter().chain(provider.description.as_deref()).collect::<Vec<_>>().join(" ");
                let words = words.replace('{', "urn:oasis:names:tc:SAML:2.0:status:").replace('}', "");
                let words =
                    if words.len() == 256 { ["urn:oasis:names:tc:SAML:2.0:status:Responder ", &words].concat() } else { words };
                assert_eq!(said, spell(&words), "{name}");
                // What nobody asked for is not told.
                let unasked = honest().unasked().judge().unwrap_err();
                assert_eq!((unasked.code, unasked.rule, unasked.provider()), (error.code, error.rule, None), "{name}");
                let alone = honest().with(|w| w.signed = &[]).rewrite(|t| t.replace(assertion_of(&t), ""));
                assert_eq!(verdict(alone.judge()), *expected, "{name}");
            }
        }
    }
    let another = World::honest(ASSERTION).set("samlp:Response", "InResponseTo", "_other").edit("Success", "Responder");
    assert_eq!(verdict(another.judge()), "message_invalid/in_response_to");
}

/// What XML allows and a message has no use for, before and after it is signed.
#[test]
fn markup() {
    const MARKS: &[&str] = &[
        "<samlp:Response",
        "\n<saml:Issuer xmlns",
        "\n<samlp:Status>",
        "\n<saml:Assertion",
        "\n<saml:Subject>",
        "@example.com</saml:NameID>",
        "</saml:NameID>",
        "</saml:Audience>",
        "</saml:AttributeValue>",
        "\n</saml:Assertion>",
        "\n</samlp:Response>",
    ];
    const SIGNATURE_MARKS: &[&str] = &[
        "<ds:SignedInfo",
        "<ds:Reference",
        "<ds:Transform ",
        "</ds:Transform>",
        "</ds:DigestValue>",
        "</ds:SignatureValue>",
        "</ds:Signature>",
    ];
    const WHAT: &[(&str, &str)] = &[
        ("<!-- x -->", "message_invalid/comment"),
        ("<!---->", "message_invalid/comment"),
        ("<?x y?>", "message_invalid/processing_instruction"),
        ("<?xml version=\"1.0\"?>", "message_invalid/processing_instruction"),
        ("<!DOCTYPE samlp:Response>", "message_invalid/doctype"),
        ("<!DOCTYPE x [<!ENTITY a \"b\">]>", "message_invalid/doctype"),
        ("&a;", "message_invalid/malformed"),
        ("&#0;", "message_invalid/malformed"),
        ("\u{0}", "message_invalid/malformed"),
        ("\u{ffff}", "message_invalid/malformed"),
        ("<", "message_invalid/malformed"),
        ("]]>", "message_invalid/malformed"),
        ("<!x>", "message_invalid/malformed"),
        ("<x:a></x:a>", "message_invalid/namespace"),
    ];
    for (what, expected) in WHAT {
        for mark in MARKS.iter().chain(SIGNATURE_MARKS) {
            if (*mark, *what) == ("<samlp:Response", "<?xml version=\"1.0\"?>") {
                continue; // This is where it belongs.
            }
            // In front of the root only what may be there is told apart.
            let at_the_start =
                *mark == "<samlp:Response" && !what.starts_with("<!-") && !what.starts_with("<?") && !what.starts_with("<!D");
            let expected = if at_the_start { outside(what) } else { *expected };
            let tampered = World::honest(ASSERTION).rewrite_sent(move |t| t.replacen(mark, &[what, *mark].concat(), 1));
            assert_eq!(verdict(tampered.judge()), expected, "{what} before {mark}");
        }
        for mark in &MARKS[3..9] {
            let signed = World::honest(ASSERTION).before(mark, what);
            assert_eq!(verdict(signed.judge()), *expected, "{what} signed before {mark}");
        }
    }
    const AROUND: &[Row] = &[
        ("declaration", |w| w.tamper("<samlp:Response", "<?xml version=\"1.0\"?><samlp:Response"), "ok"),
        (
            "declaration-in-full",
            |w| w.tamper("<samlp:Response", "<?xml version='1.0' encoding='utf-8' standalone='no' ?>\r\n<samlp:Response"),
            "ok",
        ),
        (
            "declaration-after-a-space",
            |w| w.tamper("<samlp:Response", " <?xml version=\"1.0\"?><samlp:Response"),
            "message_invalid/processing_instruction",
        ),
        ("byte-order-mark", |w| w.tamper("<samlp:Response", "\u{feff}<samlp:Response"), "ok"),
        (
            "byte-order-mark-twice",
            |w| w.tamper("<samlp:Response", "\u{feff}\u{feff}<samlp:Response"),
            "message_invalid/malformed",
        ),
        (
            "of-another-encoding",
            |w| w.tamper("<samlp:Response", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><samlp:Response"),
            "message_invalid/encoding",
        ),
        (
            "of-utf-7",
            |w| w.tamper("<samlp:Response", "<?xml version=\"1.0\" encoding=\"UTF-7\"?><samlp:Response"),
            "message_invalid/encoding",
        ),
        (
            "of-version-1.1",
            |w| w.tamper("<samlp:Response", "<?xml version=\"1.1\"?><samlp:Response"),
            "message_invalid/malformed",
        ),
        ("lines-around", |w| w.tamper("<samlp:Response", "\r\n\t <samlp:Response").rewrite_sent(|t| t + "\r\n"), "ok"),
        ("comment-after", |w| w.rewrite_sent(|t| t + "<!-- x -->"), "message_invalid/comment"),
        ("instruction-after", |w| w.rewrite_sent(|t| t + "<?x?>"), "message_invalid/processing_instruction"),
        ("text-after", |w| w.rewrite_sent(|t| t + "x"), "message_invalid/malformed"),
        ("another-root", |w| w.rewrite_sent(|t| t.clone() + &t), "message_invalid/malformed"),
        ("cut-off", |w| w.rewrite_sent(|t| t[..t.len() - 1].into()), "message_invalid/malformed"),
        ("empty", |w| w.rewrite_sent(|_| String::new()), "message_invalid/malformed"),
        ("lines-of-another-system", |w| w.rewrite_sent(|t| t.replace('\n', "\r\n")), "ok"),
        ("single-quotes", |w| w.rewrite_sent(|t| t.replace('"', "'")), "ok"),
        (
            "attributes-in-another-order",
            |w| {
                w.tamper(
                    "InResponseTo=\"_request\" NotOnOrAfter=\"2026-06-01T12:05:00Z\"",
                    "NotOnOrAfter=\"2026-06-01T12:05:00Z\"  InResponseTo = \"_request\"",
                )
            },
            "ok",
        ),
        (
            "empty-elements-closed-at-once",
            |w| w.rewrite_sent(|t| t.replace("></saml:SubjectConfirmationData>", "/>").replace("></ds:Transform>", " />")),
            "ok",
        ),
        ("other-prefixes", |w| w.rewrite_sent(|t| t.replace("samlp:", "p:").replace("xmlns:samlp", "xmlns:p")), "ok"),
        (
            "declarations-at-the-root",
            |w| {
                w.tamper("<samlp:Response", "<samlp:Response xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" xmlns:x=\"urn:x\"")
            },
            "ok",
        ),
        ("values-by-references", |w| w.tamper("alice@", "&#97;lice&#x40;"), "ok"),
        ("values-as-cdata", |w| w.tamper("alice@", "<![CDATA[alice]]>@"), "ok"),
    ];
    check(ASSERTION, AROUND);
}

#[test]
fn form_field() {
    let honest = World::honest(ASSERTION).message();
    let field = STANDARD.encode(&honest);
    assert_eq!(decode(&field).unwrap(), honest);
    let lines: String = field.as_bytes().chunks(76).flat_map(|line| [std::str::from_utf8(line).unwrap(), "\r\n"]).collect();
    assert_eq!(decode(&lines).unwrap(), honest);
    for (name, field, expected) in [
        ("white-space", " P\tG\nE\r/ \u{c}", "ok"),
        ("no-padding", "PGEvPg", "message_invalid/base64"),
        ("too-much-padding", "PGEv====", "message_invalid/base64"),
        ("another-alphabet", "PGE_", "message_invalid/base64"),
        ("spaces-for-plus", "PGE/PGE PGE", "message_invalid/base64"),
        ("bits-left-over", "PGF=", "message_invalid/base64"),
        ("text-behind", "PGE=x", "message_invalid/base64"),
        ("not-ascii", "PGE\u{a0}", "message_invalid/base64"),
        ("not-utf-8", "//79", "message_invalid/encoding"),
        ("empty", "", "ok"),
    ] {
        assert_eq!(verdict(decode(field)), expected, "{name}");
    }
    assert_eq!(verdict(decode(&STANDARD.encode(vec![b' '; MAX_BYTES]))), "ok");
    assert_eq!(verdict(decode(&STANDARD.encode(vec![b' '; MAX_BYTES + 1]))), "message_invalid/too_large");
    let mut spaced = STANDARD.encode(vec![b' '; MAX_BYTES - 2]);
    assert_eq!(spaced.len(), MAX_BYTES / 3 * 4);
    spaced.push_str(&" ".repeat(32 * 1024));
    assert_eq!(verdict(decode(&spaced)), "ok");
    spaced.push(' ');
    assert_eq!(verdict(decode(&spaced)), "message_invalid/too_large");

    let world = World::honest(ASSERTION);
    let padded = |length: usize| [&honest, " ".repeat(length - honest.len()).as_str()].concat();
    assert_eq!(verdict(receive(&padded(MAX_BYTES), &world.expected())), "ok");
    assert_eq!(verdict(receive(&padded(MAX_BYTES + 1), &world.expected())), "message_invalid/too_large");
}

const SUCCESS: &str =
    "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode></samlp:Status>";
const ISSUER: &str =
    "<saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://idp.example.com/metadata</saml:Issuer>";
const ENCRYPTED: &str =
    "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:EncryptedAssertion>";
const SIGNATURE: &str = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"></ds:Signature>";

fn renamed(world: World, root: &'static str) -> World {
    world.rewrite(move |t| t.replace("samlp:Response", root))
}

fn status_moved(world: World, mark: &'static str) -> World {
    world.cut("samlp:Status").before(mark, SUCCESS)
}

fn extension(world: World, what: &'static str) -> World {
    world.rewrite(move |t| {
        t.replacen("\n<samlp:Status>", &["<samlp:Extensions>", what, "</samlp:Extensions><samlp:Status>"].concat(), 1)
    })
}

fn advice(world: World, what: &'static str) -> World {
    world.rewrite(move |t| {
        t.replacen("\n<saml:AuthnStatement", &["<saml:Advice>", what, "</saml:Advice><saml:AuthnStatement"].concat(), 1)
    })
}

fn sent_with(world: World, mark: &'static str, what: String) -> World {
    world.rewrite_sent(move |t| t.replacen(mark, &[&what, mark].concat(), 1))
}

/// The attacker's message, made of their own assertion and the genuine message.
fn wrapped(world: World, make: fn(&str, &str) -> String) -> World {
    world.rewrite_sent(move |good| make(&evil(), &good).replace("{}", ""))
}

/// An assertion that the attacker wrote; `{}` is where a signature stands.
fn evil() -> String {
    let text = World::honest(&[]).message();
    let issuer_end = "</saml:Issuer>\n<saml:Subject>";
    assertion_of(&text)
        .replace("_assertion", "_evil")
        .replace("alice", "admin")
        .replace(issuer_end, "</saml:Issuer>{}<saml:Subject>")
}

fn evil_response(assertion: &str, more: &str) -> String {
    let text = World::honest(&[]).message();
    text.replace(assertion_of(&text), &[assertion, more].concat()).replace("_response", "_evil-response")
}

fn assertion_of(text: &str) -> &str {
    let (from, to) = (text.find("<saml:Assertion").unwrap(), text.rfind("</saml:Assertion>").unwrap());
    &text[from..to + "</saml:Assertion>".len()]
}

fn signature_of(text: &str) -> &str {
    let (from, to) = element_in(text, "ds:Signature");
    &text[from..to]
}

fn unsigned(text: &str) -> String {
    text.replace(signature_of(text), "")
}

/// The genuine signature with something in an Object in it.
fn inside_signature(good: &str, what: &str) -> String {
    signature_of(good).replace("</ds:Signature>", &["<ds:Object>", what, "</ds:Object></ds:Signature>"].concat())
}

/// With so many more elements that have an `ID`.
fn numbered(text: &str, count: usize) -> String {
    let values: String = (0..count).map(|i| format!("<saml:AttributeValue ID=\"_{i}\"></saml:AttributeValue>")).collect();
    text.replacen("<saml:AttributeValue>staff", &[&values, "<saml:AttributeValue>staff"].concat(), 1)
}

/// `{a|b}` is a status code in a status code; in an attribute, `{a}` is its name.
fn codes(text: &str) -> String {
    let name = |name: &str| ["urn:oasis:names:tc:SAML:2.0:status:", name].concat();
    let Some((code, rest)) = text.strip_prefix('{').and_then(|t| t.split_once('}')) else {
        return text.replace("{Responder}", &name("Responder"));
    };
    let (top, inner) = code.split_once('|').map_or((code, None), |(top, inner)| (top, Some(inner)));
    let inner = inner.map(|inner| format!("<samlp:StatusCode Value=\"{}\"></samlp:StatusCode>", name(inner))).unwrap_or_default();
    format!("<samlp:StatusCode Value=\"{}\">{inner}</samlp:StatusCode>{rest}", name(top))
}

/// What is wrong with it where no text may be.
fn outside(what: &str) -> &'static str {
    match what {
        "<x:a></x:a>" => "message_invalid/namespace",
        _ => "message_invalid/malformed",
    }
}
