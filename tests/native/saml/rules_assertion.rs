//! The assertion: every rule of the browser profile, at its boundary (SAML core §2.3–2.7, SAML profiles §4.1.4), and
//! what is read from one that holds.

use super::signer::*;
use crate::support::verdict;
use gatepass::saml::assertion::{Assertion, Attribute, NameId, SignedPart};

/// The rules hold whichever element is signed.
fn check_all(table: &[Row]) {
    for signed in [ASSERTION, RESPONSE_ONLY, BOTH] {
        check(signed, table);
    }
}

#[test]
fn shape() {
    check_all(&[
        ("version", |w| w.set("saml:Assertion", "Version", "1.1"), "message_invalid/version"),
        ("version-missing", |w| w.unset("saml:Assertion", "Version"), "message_invalid/version"),
        ("id-no-name", |w| w.set("saml:Assertion", "ID", "1"), "message_invalid/id"),
        ("issue-instant", |w| w.set("saml:Assertion", "IssueInstant", "2026-06-01"), "message_invalid/issue_instant"),
        ("issue-instant-missing", |w| w.unset("saml:Assertion", "IssueInstant"), "message_invalid/issue_instant"),
        ("issue-instant-in-the-future", |w| w.set("saml:Assertion", "IssueInstant", "2036-06-01T12:00:00Z"), "ok"),
        ("text-between", |w| w.before("\n<saml:Subject>", "x"), "assertion_invalid/shape"),
        ("text-at-the-end", |w| w.before("\n</saml:Assertion>", "x"), "assertion_invalid/shape"),
        ("child-unknown", |w| w.before("\n<saml:Subject>", "<saml:Other></saml:Other>"), "assertion_invalid/shape"),
        ("child-unknown-at-the-end", |w| w.before("\n</saml:Assertion>", "<x></x>"), "assertion_invalid/shape"),
        (
            "child-of-another-namespace",
            |w| w.before("\n<saml:Subject>", "<x:Subject xmlns:x=\"urn:x\"></x:Subject>"),
            "assertion_invalid/shape",
        ),
        ("subject-after-conditions", |w| moved(w, "saml:Subject", "\n<saml:AuthnStatement"), "assertion_invalid/shape"),
        ("conditions-last", |w| moved(w, "saml:Conditions", "\n</saml:Assertion>"), "assertion_invalid/shape"),
        ("issuer-after-subject", |w| moved(w, "saml:Subject", "\n<saml:Issuer>"), "assertion_invalid/shape"),
        ("statement-first", |w| moved(w, "saml:AttributeStatement", "\n<saml:Subject>"), "assertion_invalid/shape"),
        ("statements-in-the-other-order", |w| moved(w, "saml:AttributeStatement", "\n<saml:AuthnStatement"), "ok"),
        ("subject-twice", |w| w.before("\n<saml:Conditions", "<saml:Subject></saml:Subject>"), "assertion_invalid/shape"),
        (
            "conditions-twice",
            |w| w.before("\n<saml:AuthnStatement", "<saml:Conditions></saml:Conditions>"),
            "assertion_invalid/shape",
        ),
        (
            "issuer-twice",
            |w| w.before("\n<saml:Subject>", "<saml:Issuer>https://idp.example.com/metadata</saml:Issuer>"),
            "assertion_invalid/shape",
        ),
        ("advice", |w| w.before("\n<saml:AuthnStatement", "<saml:Advice><x></x></saml:Advice>"), "ok"),
        (
            "advice-before-conditions",
            |w| w.before("\n<saml:Conditions", "<saml:Advice></saml:Advice>"),
            "assertion_invalid/shape",
        ),
        (
            "advice-twice",
            |w| w.before("\n<saml:AuthnStatement", "<saml:Advice></saml:Advice><saml:Advice></saml:Advice>"),
            "assertion_invalid/shape",
        ),
        (
            "decision-statement",
            |w| w.before("\n</saml:Assertion>", "<saml:AuthzDecisionStatement></saml:AuthzDecisionStatement>"),
            "ok",
        ),
        ("statement-of-another-kind", |w| w.before("\n</saml:Assertion>", "<saml:Statement></saml:Statement>"), "ok"),
        ("issuer-missing", |w| w.cut("saml:Issuer"), "assertion_invalid/issuer"),
        ("issuer-foreign", |w| w.edit("<saml:Issuer>https://idp", "<saml:Issuer>https://evil"), "assertion_invalid/issuer"),
        ("issuer-empty", |w| w.fill("saml:Issuer", ""), "assertion_invalid/issuer"),
        (
            "issuer-of-format-entity",
            |w| w.edit("<saml:Issuer>", "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">"),
            "ok",
        ),
        (
            "issuer-of-format-unspecified",
            |w| w.edit("<saml:Issuer>", "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">"),
            "assertion_invalid/issuer",
        ),
    ]);
    check(
        RESPONSE_ONLY,
        &[
            ("id-missing", |w| w.unset("saml:Assertion", "ID"), "message_invalid/id"),
            ("id-empty", |w| w.set("saml:Assertion", "ID", ""), "message_invalid/id"),
        ],
    );
}

#[test]
fn subject() {
    check_all(&[
        ("missing", |w| w.cut("saml:Subject"), "assertion_invalid/subject"),
        ("empty", |w| w.fill("saml:Subject", ""), "assertion_invalid/name_id"),
        ("name-id-missing", |w| w.cut("saml:NameID"), "assertion_invalid/name_id"),
        ("name-id-empty", |w| w.fill("saml:NameID", ""), "assertion_invalid/name_id"),
        ("name-id-blank", |w| w.fill("saml:NameID", " \n\t"), "assertion_invalid/name_id"),
        ("name-id-with-an-element", |w| w.before("@example.com</saml:NameID>", "<x></x>"), "assertion_invalid/name_id"),
        ("name-id-twice", |w| w.before("<saml:NameID", "<saml:NameID>admin</saml:NameID>"), "assertion_invalid/name_id"),
        (
            "name-id-of-another-namespace",
            |w| w.put("saml:NameID", "<x:NameID xmlns:x=\"urn:x\">alice</x:NameID>"),
            "assertion_invalid/name_id",
        ),
        ("base-id", |w| w.put("saml:NameID", "<saml:BaseID></saml:BaseID>"), "assertion_invalid/name_id"),
        ("encrypted-id", |w| w.put("saml:NameID", "<saml:EncryptedID></saml:EncryptedID>"), "assertion_encrypted/name_id"),
        (
            "encrypted-id-beside-it",
            |w| w.before("<saml:NameID", "<saml:EncryptedID></saml:EncryptedID>"),
            "assertion_encrypted/name_id",
        ),
        (
            "name-id-within-the-confirmation-alone",
            |w| w.cut("saml:NameID").before("<saml:SubjectConfirmationData", "<saml:NameID>alice</saml:NameID>"),
            "assertion_invalid/name_id",
        ),
        (
            "name-id-within-the-confirmation-too",
            |w| w.before("<saml:SubjectConfirmationData", "<saml:NameID>admin</saml:NameID>"),
            "ok",
        ),
    ]);
}

#[test]
fn confirmations() {
    check_all(&[
        ("missing", |w| w.cut("saml:SubjectConfirmation"), "assertion_invalid/confirmation"),
        (
            "of-another-namespace",
            |w| {
                w.rewrite(|t| {
                    t.replace("saml:SubjectConfirmation ", "x:SubjectConfirmation xmlns:x=\"urn:x\" ")
                        .replace("saml:SubjectConfirmation>", "x:SubjectConfirmation>")
                })
            },
            "assertion_invalid/confirmation",
        ),
        (
            "holder-of-key",
            |w| w.set("saml:SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
            "assertion_invalid/confirmation",
        ),
        (
            "sender-vouches",
            |w| w.set("saml:SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"),
            "assertion_invalid/confirmation",
        ),
        (
            "bearer-of-saml-1",
            |w| w.set("saml:SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:1.0:cm:bearer"),
            "assertion_invalid/confirmation",
        ),
        ("method-missing", |w| w.unset("saml:SubjectConfirmation", "Method"), "assertion_invalid/confirmation"),
        ("data-missing", |w| w.cut("saml:SubjectConfirmationData"), "assertion_invalid/confirmation"),
        (
            "data-twice",
            |w| w.before("<saml:SubjectConfirmationData", "<saml:SubjectConfirmationData></saml:SubjectConfirmationData>"),
            "assertion_invalid/confirmation",
        ),
        ("not-before", |w| data(w, "NotBefore=\"2026-06-01T11:00:00Z\" NotOnOrAfter"), "assertion_invalid/bearer_not_before"),
        ("not-before-empty", |w| data(w, "NotBefore=\"\" NotOnOrAfter"), "assertion_invalid/bearer_not_before"),
        ("no-end", |w| w.unset("saml:SubjectConfirmationData", "NotOnOrAfter"), "assertion_invalid/bearer_not_on_or_after"),
        (
            "end-in-a-zone",
            |w| w.set("saml:SubjectConfirmationData", "NotOnOrAfter", "2026-06-01T12:05:00+00:00"),
            "assertion_invalid/bearer_not_on_or_after",
        ),
        ("end-empty", |w| w.set("saml:SubjectConfirmationData", "NotOnOrAfter", ""), "assertion_invalid/bearer_not_on_or_after"),
        ("end-with-a-fraction", |w| w.set("saml:SubjectConfirmationData", "NotOnOrAfter", "2026-06-01T12:05:00.0000001Z"), "ok"),
        ("recipient-missing", |w| w.unset("saml:SubjectConfirmationData", "Recipient"), "assertion_invalid/recipient"),
        (
            "recipient-foreign",
            |w| w.set("saml:SubjectConfirmationData", "Recipient", "https://evil.example/acs?a=b&amp;c=%2F"),
            "assertion_invalid/recipient",
        ),
        (
            "recipient-without-the-query",
            |w| w.set("saml:SubjectConfirmationData", "Recipient", "https://sp.example.com/acs"),
            "assertion_invalid/recipient",
        ),
        (
            "recipient-unescaped",
            |w| w.set("saml:SubjectConfirmationData", "Recipient", "https://sp.example.com/acs?a=b&amp;c=/"),
            "assertion_invalid/recipient",
        ),
        (
            "recipient-escaped-in-another-case",
            |w| w.set("saml:SubjectConfirmationData", "Recipient", "https://sp.example.com/acs?a=b&amp;c=%2f"),
            "assertion_invalid/recipient",
        ),
        (
            "recipient-in-another-case",
            |w| w.set("saml:SubjectConfirmationData", "Recipient", "https://SP.example.com/acs?a=b&amp;c=%2F"),
            "assertion_invalid/recipient",
        ),
        (
            "recipient-is-the-entity-id",
            |w| w.set("saml:SubjectConfirmationData", "Recipient", "https://sp.example.com/metadata"),
            "assertion_invalid/recipient",
        ),
        ("address", |w| w.edit("<saml:SubjectConfirmationData ", "<saml:SubjectConfirmationData Address=\"192.0.2.1\" "), "ok"),
    ]);
    // Several: one that fits is enough, and the last refusal is told where none does.
    check_all(&[
        ("another-method-before", |w| w.before("<saml:SubjectConfirmation ", KEY), "ok"),
        ("another-method-after", |w| w.before("\n</saml:Subject>", KEY), "ok"),
        ("expired-before", |w| w.before("<saml:SubjectConfirmation ", EXPIRED), "ok"),
        ("expired-after", |w| w.before("\n</saml:Subject>", EXPIRED), "ok"),
        ("for-another-before", |w| w.before("<saml:SubjectConfirmation ", FOR_ANOTHER), "ok"),
        (
            "for-another-and-expired",
            |w| w.cut("saml:SubjectConfirmation").before("\n</saml:Subject>", FOR_ANOTHER).before("\n</saml:Subject>", EXPIRED),
            "assertion_invalid/bearer_expired",
        ),
        (
            "expired-and-for-another",
            |w| w.cut("saml:SubjectConfirmation").before("\n</saml:Subject>", EXPIRED).before("\n</saml:Subject>", FOR_ANOTHER),
            "assertion_invalid/recipient",
        ),
        (
            "for-another-and-another-method",
            |w| w.cut("saml:SubjectConfirmation").before("\n</saml:Subject>", FOR_ANOTHER).before("\n</saml:Subject>", KEY),
            "assertion_invalid/recipient",
        ),
        (
            "points-met-by-two-together",
            |w| w.set("saml:SubjectConfirmationData", "Recipient", "https://evil.example").before("\n</saml:Subject>", EXPIRED),
            "assertion_invalid/bearer_expired",
        ),
    ]);
}

#[test]
fn conditions() {
    check_all(&[
        ("missing", |w| w.cut("saml:Conditions"), "assertion_invalid/conditions"),
        ("empty", |w| w.fill("saml:Conditions", ""), "assertion_invalid/audience"),
        (
            "start-in-a-zone",
            |w| w.set("saml:Conditions", "NotBefore", "2026-06-01T11:55:00+00:00"),
            "assertion_invalid/conditions",
        ),
        ("start-empty", |w| w.set("saml:Conditions", "NotBefore", ""), "assertion_invalid/conditions"),
        (
            "end-in-a-zone",
            |w| w.set("saml:Conditions", "NotOnOrAfter", "2026-06-01T14:10:00+02:00"),
            "assertion_invalid/conditions",
        ),
        ("no-start", |w| w.unset("saml:Conditions", "NotBefore"), "ok"),
        ("no-end", |w| w.unset("saml:Conditions", "NotOnOrAfter"), "ok"),
        ("no-times", |w| w.unset("saml:Conditions", "NotBefore").unset("saml:Conditions", "NotOnOrAfter"), "ok"),
        (
            "ends-when-it-begins",
            |w| {
                w.set("saml:Conditions", "NotBefore", "2026-06-01T12:00:10Z").set(
                    "saml:Conditions",
                    "NotOnOrAfter",
                    "2026-06-01T12:00:10Z",
                )
            },
            "assertion_invalid/not_on_or_after",
        ),
        (
            "ends-before-it-begins",
            |w| {
                w.set("saml:Conditions", "NotBefore", "2026-06-01T12:00:10Z").set(
                    "saml:Conditions",
                    "NotOnOrAfter",
                    "2026-06-01T12:00:09Z",
                )
            },
            "assertion_invalid/not_on_or_after",
        ),
        (
            "ends-a-second-after",
            |w| {
                w.set("saml:Conditions", "NotBefore", "2026-06-01T12:00:10Z").set(
                    "saml:Conditions",
                    "NotOnOrAfter",
                    "2026-06-01T12:00:11Z",
                )
            },
            "ok",
        ),
        ("text-between", |w| w.before("\n</saml:Conditions>", "x"), "assertion_invalid/conditions"),
        ("one-time-use", |w| w.before("\n</saml:Conditions>", "<saml:OneTimeUse></saml:OneTimeUse>"), "ok"),
        (
            "proxy-restriction",
            |w| w.before("\n</saml:Conditions>", "<saml:ProxyRestriction Count=\"0\"></saml:ProxyRestriction>"),
            "ok",
        ),
        ("unknown", |w| w.before("\n</saml:Conditions>", "<saml:Condition></saml:Condition>"), "assertion_invalid/condition"),
        (
            "unknown-first",
            |w| w.before("\n<saml:AudienceRestriction>", "<x:Condition xmlns:x=\"urn:x\"></x:Condition>"),
            "assertion_invalid/condition",
        ),
        (
            "one-time-use-of-another-namespace",
            |w| w.before("\n</saml:Conditions>", "<x:OneTimeUse xmlns:x=\"urn:x\"></x:OneTimeUse>"),
            "assertion_invalid/condition",
        ),
        (
            "audience-of-another-namespace",
            |w| w.before("\n</saml:Conditions>", "<x:AudienceRestriction xmlns:x=\"urn:x\"></x:AudienceRestriction>"),
            "assertion_invalid/condition",
        ),
        (
            "restriction-missing",
            |w| w.put("saml:AudienceRestriction", "<saml:OneTimeUse></saml:OneTimeUse>"),
            "assertion_invalid/audience",
        ),
        ("restriction-empty", |w| w.fill("saml:AudienceRestriction", ""), "assertion_invalid/audience"),
        ("audience-foreign", |w| w.fill("saml:Audience", "https://other.example.com/metadata"), "assertion_invalid/audience"),
        ("audience-empty", |w| w.fill("saml:Audience", ""), "assertion_invalid/audience"),
        ("audience-spaced", |w| w.fill("saml:Audience", " https://sp.example.com/metadata"), "assertion_invalid/audience"),
        ("audience-with-a-slash", |w| w.fill("saml:Audience", "https://sp.example.com/metadata/"), "assertion_invalid/audience"),
        ("audience-cut-short", |w| w.fill("saml:Audience", "https://sp.example.com/metadat"), "assertion_invalid/audience"),
        (
            "audience-in-another-case",
            |w| w.fill("saml:Audience", "https://sp.example.com/Metadata"),
            "assertion_invalid/audience",
        ),
        ("audience-with-an-element", |w| w.before("</saml:Audience>", "<x></x>"), "assertion_invalid/audience"),
        (
            "audience-in-an-element",
            |w| w.put("saml:Audience", "<x><saml:Audience>https://sp.example.com/metadata</saml:Audience></x>"),
            "assertion_invalid/audience",
        ),
        (
            "audience-by-another-name",
            |w| w.put("saml:Audience", "<saml:Other>https://sp.example.com/metadata</saml:Other>"),
            "assertion_invalid/audience",
        ),
        (
            "audience-among-several",
            |w| w.before("<saml:Audience>", "<saml:Audience>https://other.example.com</saml:Audience>"),
            "ok",
        ),
        (
            "audience-before-others",
            |w| w.before("</saml:AudienceRestriction>", "<saml:Audience>https://other.example.com</saml:Audience>"),
            "ok",
        ),
        ("two-restrictions-both-ours", |w| w.before("<saml:AudienceRestriction>", OURS), "ok"),
        ("two-restrictions-first-foreign", |w| w.before("<saml:AudienceRestriction>", THEIRS), "assertion_invalid/audience"),
        ("two-restrictions-last-foreign", |w| w.before("\n</saml:Conditions>", THEIRS), "assertion_invalid/audience"),
    ]);
}

/// Seconds of skew, what is set, the last or first second that is accepted, its neighbour's verdict.
#[test]
fn clock() {
    const END: i64 = NOW + 300; // SubjectConfirmationData
    let far: fn(World) -> World = |w| w.set("saml:SubjectConfirmationData", "NotOnOrAfter", "2027-01-01T00:00:00Z");
    let long: fn(World) -> World = |w| {
        w.set("saml:SubjectConfirmationData", "NotOnOrAfter", "2027-01-01T00:00:00Z").set(
            "saml:Conditions",
            "NotOnOrAfter",
            "2027-01-01T00:00:00Z",
        )
    };
    let same: fn(World) -> World = |w| w;
    for skew in [0, 1, 60, 600] {
        for (name, change, good, bad, expected) in [
            ("confirmation ends", same, END + skew - 1, END + skew, "assertion_invalid/bearer_expired"),
            ("conditions end", far, NOW + 600 + skew - 1, NOW + 600 + skew, "assertion_invalid/not_on_or_after"),
            ("conditions begin", far, NOW - 300 - skew, NOW - 300 - skew - 1, "assertion_invalid/not_before"),
            ("session ends", long, NOW + 8 * 3600 + skew - 1, NOW + 8 * 3600 + skew, "assertion_invalid/session_expired"),
        ] {
            for (now, expected) in [(good, "ok"), (bad, expected)] {
                for signed in [ASSERTION, RESPONSE_ONLY] {
                    let mut world = change(World::honest(signed));
                    (world.policy.skew, world.now) = (skew, now);
                    assert_eq!(verdict(world.judge()), expected, "{name}, skew {skew}, {now}");
                }
            }
        }
    }
    // Clocks that are out of their mind.
    for (now, expected) in [
        (i64::MAX, "assertion_invalid/bearer_expired"),
        (i64::MIN, "assertion_invalid/not_before"),
        (0, "assertion_invalid/not_before"),
    ] {
        let mut world = World::honest(ASSERTION);
        world.now = now;
        assert_eq!(verdict(world.judge()), expected);
    }
}

#[test]
fn authentication() {
    check_all(&[
        ("statement-missing", |w| w.cut("saml:AuthnStatement"), "assertion_invalid/authn_statement"),
        ("instant-missing", |w| w.unset("saml:AuthnStatement", "AuthnInstant"), "assertion_invalid/authn_instant"),
        (
            "instant-in-a-zone",
            |w| w.set("saml:AuthnStatement", "AuthnInstant", "2026-06-01T11:50:00+00:00"),
            "assertion_invalid/authn_instant",
        ),
        ("instant-long-ago", |w| w.set("saml:AuthnStatement", "AuthnInstant", "2020-01-01T00:00:00Z"), "ok"),
        ("session-without-end", |w| w.unset("saml:AuthnStatement", "SessionNotOnOrAfter"), "ok"),
        (
            "session-ended",
            |w| w.set("saml:AuthnStatement", "SessionNotOnOrAfter", "2026-06-01T11:00:00Z"),
            "assertion_invalid/session_expired",
        ),
        (
            "session-end-in-a-zone",
            |w| w.set("saml:AuthnStatement", "SessionNotOnOrAfter", "2026-06-01T20:00:00+00:00"),
            "assertion_invalid/session_expired",
        ),
        ("session-end-empty", |w| w.set("saml:AuthnStatement", "SessionNotOnOrAfter", ""), "assertion_invalid/session_expired"),
        ("context-missing", |w| w.cut("saml:AuthnContext"), "assertion_invalid/authn_context"),
        (
            "context-twice",
            |w| w.before("<saml:AuthnContext>", "<saml:AuthnContext></saml:AuthnContext>"),
            "assertion_invalid/authn_context",
        ),
        ("context-empty", |w| w.fill("saml:AuthnContext", ""), "ok"),
        (
            "context-by-declaration",
            |w| w.fill("saml:AuthnContext", "<saml:AuthnContextDeclRef>urn:x</saml:AuthnContextDeclRef>"),
            "ok",
        ),
        ("second-statement", |w| w.before("\n</saml:Assertion>", SECOND), "ok"),
        (
            "second-statement-ended",
            |w| w.rewrite(|t| t.replace("\n</saml:Assertion>", &[&SECOND.replace("T19", "T11"), "</saml:Assertion>"].concat())),
            "assertion_invalid/session_expired",
        ),
        (
            "second-statement-without-instant",
            |w| {
                w.rewrite(|t| {
                    t.replace(
                        "\n</saml:Assertion>",
                        &[&SECOND.replace("AuthnInstant", "AuthnInstance"), "</saml:Assertion>"].concat(),
                    )
                })
            },
            "assertion_invalid/authn_instant",
        ),
        (
            "second-statement-without-context",
            |w| {
                w.before(
                    "\n</saml:Assertion>",
                    "<saml:AuthnStatement AuthnInstant=\"2026-06-01T11:50:00Z\"></saml:AuthnStatement>",
                )
            },
            "assertion_invalid/authn_context",
        ),
        // asked for
        ("asked", |w| asking(w, &[PASSWORD]), "ok"),
        ("asked-among-several", |w| asking(w, &["urn:x", PASSWORD]), "ok"),
        ("asked-another", |w| asking(w, &["urn:x"]), "assertion_invalid/authn_context"),
        (
            "asked-part-of-it",
            |w| asking(w, &["urn:oasis:names:tc:SAML:2.0:ac:classes:Password"]),
            "assertion_invalid/authn_context",
        ),
        ("asked-and-none-said", |w| asking(w, &[PASSWORD]).fill("saml:AuthnContext", ""), "assertion_invalid/authn_context"),
        ("asked-empty-and-none-said", |w| asking(w, &[""]).fill("saml:AuthnContext", ""), "assertion_invalid/authn_context"),
        (
            "asked-and-spaced",
            |w| asking(w, &[PASSWORD]).before("</saml:AuthnContextClassRef>", " "),
            "assertion_invalid/authn_context",
        ),
        ("asked-and-in-the-second", |w| asking(w, &["urn:second"]).before("\n</saml:Assertion>", SECOND), "ok"),
        ("asked-and-in-the-first", |w| asking(w, &[PASSWORD]).before("\n</saml:Assertion>", SECOND), "ok"),
        (
            "asked-and-in-neither",
            |w| asking(w, &["urn:x"]).before("\n</saml:Assertion>", SECOND),
            "assertion_invalid/authn_context",
        ),
        // ForceAuthn, with a skew of 60 s; the person was seen at NOW - 600
        ("forced-before", |w| w.with(|w| w.authn_since = Some(NOW - 600)), "ok"),
        ("forced-within-the-skew", |w| w.with(|w| w.authn_since = Some(NOW - 540)), "ok"),
        ("forced-a-second-later", |w| w.with(|w| w.authn_since = Some(NOW - 539)), "assertion_invalid/authn_instant"),
        ("forced-without-skew", |w| w.with(|w| (w.policy.skew, w.authn_since) = (0, Some(NOW - 600))), "ok"),
        (
            "forced-without-skew-a-second-later",
            |w| w.with(|w| (w.policy.skew, w.authn_since) = (0, Some(NOW - 599))),
            "assertion_invalid/authn_instant",
        ),
        (
            "forced-and-second-is-old",
            |w| w.with(|w| w.authn_since = Some(NOW - 600)).before("\n</saml:Assertion>", SECOND),
            "assertion_invalid/authn_instant",
        ),
    ]);
}

#[test]
fn honest() {
    let expected = |signed| Assertion {
        id: "_assertion".into(),
        issuer: IDP.into(),
        name_id: NameId { value: "alice@example.com".into(), format: Some(EMAIL.into()), ..NameId::default() },
        attributes: vec![
            Attribute {
                name: "urn:oid:0.9.2342.19200300.100.1.3".into(),
                name_format: Some("urn:oasis:names:tc:SAML:2.0:attrname-format:uri".into()),
                friendly_name: Some("mail".into()),
                values: vec![Some("alice@example.com".into())],
            },
            attribute("groups", &[Some("staff"), Some("buyers")]),
        ],
        session_index: Some("_session".into()),
        authn_context: Some(PASSWORD.into()),
        authn_instant: NOW - 600,
        session_not_on_or_after: Some(NOW + 8 * 3600),
        not_on_or_after: NOW + 600,
        one_time_use: false,
        signed,
    };
    assert_eq!(World::honest(ASSERTION).judge(), Ok(expected(SignedPart::Assertion)));
    assert_eq!(World::honest(RESPONSE_ONLY).judge(), Ok(expected(SignedPart::Response)));
    assert_eq!(World::honest(BOTH).judge(), Ok(expected(SignedPart::Response)));
    assert_eq!(World::honest(ASSERTION).unasked().judge(), Ok(expected(SignedPart::Assertion)));
}

#[test]
fn name_ids() {
    let read = |world: World| world.judge().unwrap().name_id;
    let alice = || NameId { value: "alice@example.com".into(), format: Some(EMAIL.into()), ..NameId::default() };
    for format in [
        "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
        "urn:example:our-own",
        "",
    ] {
        assert_eq!(
            read(World::honest(ASSERTION).set("saml:NameID", "Format", format)),
            NameId { format: Some(format.into()), ..alice() }
        );
    }
    assert_eq!(read(World::honest(ASSERTION).unset("saml:NameID", "Format")), NameId { format: None, ..alice() });
    let all = |w: World| w.edit(EMAIL, "f\" NameQualifier=\"n\" SPNameQualifier=\"s\" SPProvidedID=\"p");
    let qualified = NameId {
        format: Some("f".into()),
        name_qualifier: Some("n".into()),
        sp_name_qualifier: Some("s".into()),
        sp_provided_id: Some("p".into()),
        ..alice()
    };
    // SPNameQualifier and SPProvidedID sort before neither: they are written in canonical order as they stand.
    assert_eq!(read(all(World::honest(ASSERTION))), qualified);
    // Neither trimmed nor folded: it is compared to the letter by whoever keeps accounts.
    for value in [" alice ", "Alice", "a\nb", "é&amp;&lt;", "\u{1f600}"] {
        let world = World::honest(ASSERTION).rewrite(move |t| fill(&t, "saml:NameID", value));
        assert_eq!(read(world).value, value.replace("&amp;", "&").replace("&lt;", "<"));
    }
    // Of a confirmation's own name nothing is read.
    let world = World::honest(ASSERTION).before("<saml:SubjectConfirmationData", "<saml:NameID>admin</saml:NameID>");
    assert_eq!(read(world), alice());
}

#[test]
fn attributes() {
    const XSI: &str = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let read = |statements: &str| {
        let statements = statements.replace("XSI", XSI);
        let world = World::honest(ASSERTION).rewrite(move |t| {
            let (from, to) = element_in(&t, "saml:AttributeStatement");
            [&t[..from], &statements, &t[to..]].concat()
        });
        world.judge().map(|assertion| assertion.attributes)
    };
    let statement = |inside: &str| ["<saml:AttributeStatement>", inside, "</saml:AttributeStatement>"].concat();
    let values = |inside: &str| {
        let read = read(&statement(&["<saml:Attribute Name=\"a\">", inside, "</saml:Attribute>"].concat()));
        read.unwrap().pop().unwrap().values
    };
    assert_eq!(read(""), Ok(vec![]));
    assert_eq!(read(&statement("")), Ok(vec![]));
    assert_eq!(read(&statement("\n").repeat(2)), Ok(vec![]));
    // A name may stand twice, in one statement or in two; nothing is merged.
    let one = "<saml:Attribute Name=\"a\"><saml:AttributeValue>1</saml:AttributeValue></saml:Attribute>";
    let twice = vec![attribute("a", &[Some("1")]), attribute("a", &[Some("1")])];
    assert_eq!(read(&statement(&one.repeat(2))), Ok(twice.clone()));
    assert_eq!(read(&statement(one).repeat(2)), Ok(twice));

    for (inside, expected) in [
        ("", vec![]),
        ("<saml:AttributeValue></saml:AttributeValue>", vec![Some("")]),
        ("<saml:AttributeValue> x\n</saml:AttributeValue>", vec![Some(" x\n")]),
        ("<saml:AttributeValue>1</saml:AttributeValue><saml:AttributeValue>1</saml:AttributeValue>", vec![Some("1"), Some("1")]),
        ("<saml:AttributeValue XSI xsi:nil=\"true\"></saml:AttributeValue>", vec![None]),
        ("<saml:AttributeValue XSI xsi:nil=\"1\"></saml:AttributeValue>", vec![None]),
        ("<saml:AttributeValue XSI xsi:nil=\"false\"></saml:AttributeValue>", vec![Some("")]),
        ("<saml:AttributeValue XSI xsi:nil=\"0\"></saml:AttributeValue>", vec![Some("")]),
        ("<saml:AttributeValue nil=\"true\"></saml:AttributeValue>", vec![Some("")]),
        ("<saml:AttributeValue xmlns:x=\"urn:x\" x:nil=\"true\"></saml:AttributeValue>", vec![Some("")]),
        ("<saml:AttributeValue XSI xsi:type=\"true\"></saml:AttributeValue>", vec![Some("")]),
        ("<saml:AttributeValue XSI nil=\"true\" xsi:nil=\"false\">x</saml:AttributeValue>", vec![Some("x")]),
        ("<saml:AttributeValue><x>1<y>2</y></x>3</saml:AttributeValue>", vec![Some("123")]),
        ("<saml:AttributeValue>a&amp;b</saml:AttributeValue><saml:Other>c</saml:Other>", vec![Some("a&b")]),
        ("<AttributeValue>c</AttributeValue>", vec![]),
    ] {
        let expected: Vec<Option<String>> = expected.into_iter().map(|value| value.map(String::from)).collect();
        assert_eq!(values(inside), expected, "{inside}");
    }
    for (inside, expected) in [
        ("<saml:EncryptedAttribute></saml:EncryptedAttribute>", "assertion_encrypted/attribute"),
        ("<saml:Attribute></saml:Attribute>", "assertion_invalid/attribute"),
        ("<saml:Attribute saml:Name=\"a\"></saml:Attribute>", "assertion_invalid/attribute"),
        ("<saml:Attribute Name=\"\"></saml:Attribute>", "assertion_invalid/attribute"),
        ("<saml:Other Name=\"a\"></saml:Other>", "assertion_invalid/attribute"),
        ("<Attribute Name=\"a\"></Attribute>", "assertion_invalid/attribute"),
    ] {
        assert_eq!(verdict(read(&statement(inside))), expected, "{inside}");
        assert_eq!(verdict(read(&statement(&[one, inside].concat()))), expected, "{inside}");
    }
}

#[test]
fn what_is_read_of_several() {
    let read = |change: fn(World) -> World| change(World::honest(ASSERTION)).judge().unwrap();
    // The first statement that says it, and the earliest end.
    let both = read(|w| w.before("\n</saml:Assertion>", SECOND));
    assert_eq!(both.session_index.as_deref(), Some("_session"));
    assert_eq!(both.authn_context.as_deref(), Some(PASSWORD));
    assert_eq!(both.authn_instant, NOW - 600);
    assert_eq!(both.session_not_on_or_after, Some(NOW + 7 * 3600));
    let second = read(|w| {
        let w = w.before("\n</saml:Assertion>", SECOND).unset("saml:AuthnStatement", "SessionIndex");
        w.unset("saml:AuthnStatement", "SessionNotOnOrAfter").fill("saml:AuthnContext", "")
    });
    assert_eq!(second.session_index.as_deref(), Some("_second"));
    assert_eq!(second.authn_context.as_deref(), Some("urn:second"));
    assert_eq!(second.authn_instant, NOW - 600);
    assert_eq!(second.session_not_on_or_after, Some(NOW + 7 * 3600));
    let none = read(|w| {
        w.unset("saml:AuthnStatement", "SessionIndex")
            .unset("saml:AuthnStatement", "SessionNotOnOrAfter")
            .fill("saml:AuthnContext", "")
    });
    assert_eq!((none.session_index, none.authn_context, none.session_not_on_or_after), (None, None, None));
    // A replay is possible until the later of the two ends.
    assert_eq!(read(|w| w.unset("saml:Conditions", "NotOnOrAfter")).not_on_or_after, NOW + 300);
    assert_eq!(read(|w| w.set("saml:Conditions", "NotOnOrAfter", "2026-06-01T12:01:00Z")).not_on_or_after, NOW + 300);
    assert_eq!(read(|w| w.set("saml:Conditions", "NotOnOrAfter", "2026-06-01T12:05:01Z")).not_on_or_after, NOW + 301);
    let two = read(|w| w.unset("saml:Conditions", "NotOnOrAfter").before("<saml:SubjectConfirmation ", EXPIRED));
    assert_eq!(two.not_on_or_after, NOW + 300);
    assert!(read(|w| w.before("\n</saml:Conditions>", "<saml:OneTimeUse></saml:OneTimeUse>")).one_time_use);
    assert!(!read(|w| w.before("\n</saml:Conditions>", "<saml:ProxyRestriction></saml:ProxyRestriction>")).one_time_use);
}

/// What is said about the response is read from the verified bytes too, and what stands around a signed assertion is not.
#[test]
fn nothing_unsigned_is_read() {
    let genuine = World::honest(ASSERTION).judge().unwrap();
    for (from, to) in [
        (
            "<samlp:Status>",
            "<samlp:Extensions><saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">admin</saml:NameID></samlp:Extensions><samlp:Status>",
        ),
        ("_response", "_another"),
        ("11:59:58Z", "11:59:57Z"),
        ("<samlp:Response ", "<samlp:Response Consent=\"urn:x\" "),
        ("<samlp:Response ", "<samlp:Response xmlns:xs=\"urn:x\" "),
    ] {
        assert_eq!(World::honest(ASSERTION).tamper(from, to).judge().as_ref(), Ok(&genuine), "{to}");
        let expected = if to.contains("xmlns:xs") { "ok" } else { "signature_invalid" };
        assert!(verdict(World::honest(RESPONSE_ONLY).tamper(from, to).judge()).starts_with(expected), "{to}");
    }
}

const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const SECOND: &str = "<saml:AuthnStatement AuthnInstant=\"2026-06-01T11:00:00Z\" SessionIndex=\"_second\" SessionNotOnOrAfter=\"2026-06-01T19:00:00Z\"><saml:AuthnContext><saml:AuthnContextClassRef>urn:second</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>";
/// Each confirmation may let the assertion in once more: it is remembered until the last has ended, and the
/// conditions (ten minutes here).
#[test]
fn remembered_until_every_confirmation_has_ended() {
    const TABLE: &[(&str, fn(World) -> World, i64)] = &[
        ("one", |w| w, NOW + 600),
        ("one-that-has-ended", |w| w.before("\n</saml:Subject>", EXPIRED), NOW + 600),
        ("one-more-that-ends-later", |w| w.before("\n</saml:Subject>", LATER), NOW + 3600),
        ("one-more-that-does-not-hold", |w| w.before("\n</saml:Subject>", LATER_FOR_ANOTHER), NOW + 3600),
    ];
    for (name, change, until) in TABLE {
        let assertion = change(World::honest(ASSERTION)).judge().unwrap();
        assert_eq!(assertion.not_on_or_after, *until, "{name}");
    }
}

const LATER: &str = "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData InResponseTo=\"_request\" NotOnOrAfter=\"2026-06-01T13:00:00Z\" Recipient=\"https://sp.example.com/acs?a=b&amp;c=%2F\"></saml:SubjectConfirmationData></saml:SubjectConfirmation>";
const LATER_FOR_ANOTHER: &str = "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData InResponseTo=\"_request\" NotOnOrAfter=\"2026-06-01T13:00:00Z\" Recipient=\"https://other.example.com/acs\"></saml:SubjectConfirmationData></saml:SubjectConfirmation>";
const KEY: &str = "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:holder-of-key\"></saml:SubjectConfirmation>";
const EXPIRED: &str = "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData InResponseTo=\"_request\" NotOnOrAfter=\"2026-06-01T11:00:00Z\" Recipient=\"https://sp.example.com/acs?a=b&amp;c=%2F\"></saml:SubjectConfirmationData></saml:SubjectConfirmation>";
const FOR_ANOTHER: &str = "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData InResponseTo=\"_request\" NotOnOrAfter=\"2026-06-01T12:05:00Z\" Recipient=\"https://other.example.com/acs\"></saml:SubjectConfirmationData></saml:SubjectConfirmation>";
const OURS: &str =
    "<saml:AudienceRestriction><saml:Audience>https://sp.example.com/metadata</saml:Audience></saml:AudienceRestriction>";
const THEIRS: &str =
    "<saml:AudienceRestriction><saml:Audience>https://other.example.com</saml:Audience></saml:AudienceRestriction>";

fn attribute(name: &str, values: &[Option<&str>]) -> Attribute {
    let values = values.iter().map(|value| value.map(String::from)).collect();
    Attribute { name: name.into(), name_format: None, friendly_name: None, values }
}

/// The first `element` moved in front of `mark`.
fn moved(world: World, element: &'static str, mark: &'static str) -> World {
    world.rewrite(move |t| {
        let (from, to) = element_in(&t, element);
        [&t[..from], &t[to..]].concat().replacen(mark, &[&t[from..to], mark].concat(), 1)
    })
}

fn data(world: World, attributes: &'static str) -> World {
    world.edit("NotOnOrAfter", attributes)
}

fn asking(world: World, contexts: &[&str]) -> World {
    let mut world = world;
    world.authn_contexts = contexts.iter().copied().map(String::from).collect();
    world
}
