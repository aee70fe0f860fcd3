//! The reader of XML, its canonical form, and the reader of certificates (XML 1.0, Namespaces in XML, Exclusive XML
//! Canonicalization, RFC 5280 §4.1).

use super::signer::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass::saml::c14n::{MAX_BYTES, canonicalize};
use gatepass::saml::certificate;
use gatepass::saml::xml::{self, Comments, is_nc_name, parse, parse_bytes};
use gatepass::wire::{Curve, PublicKey};

/// Name, document, verdict.
#[test]
fn documents() {
    const TABLE: &[(&str, &str, &str)] = &[
        ("element", "<a/>", "ok"),
        ("element-with-an-end", "<a></a \n>", "ok"),
        ("name-with-everything", "<_a-b.c1\u{b7}\u{300}\u{203f}\u{e9}\u{10000}/>", "ok"),
        ("nothing", "", "malformed"),
        ("space", " ", "malformed"),
        ("text", "a", "malformed"),
        ("not-closed", "<a>", "malformed"),
        ("not-ended", "<a", "malformed"),
        ("bracket", "<", "malformed"),
        ("space-before-the-name", "< a/>", "malformed"),
        ("another-end", "<a></b>", "malformed"),
        ("end-of-another-prefix", "<a xmlns:x='urn:x'><x:b></b></a>", "malformed"),
        ("end-with-an-attribute", "<a></a b='c'>", "malformed"),
        ("end-too-many", "<a></a></a>", "malformed"),
        ("slash-and-space", "<a / >", "malformed"),
        ("two-roots", "<a/><b/>", "malformed"),
        ("text-before", "x<a/>", "malformed"),
        ("text-after", "<a/>x", "malformed"),
        ("cdata-after", "<a/><![CDATA[x]]>", "malformed"),
        ("spaces-around", " \t\r\n<a/> \t\r\n", "ok"),
        ("no-break-space-around", "\u{a0}<a/>", "malformed"),
        ("crossed", "<a><b></a></b>", "malformed"),
        // names
        ("name-with-a-digit-first", "<1a/>", "malformed"),
        ("name-with-a-hyphen-first", "<-a/>", "malformed"),
        ("name-with-a-dot-first", "<.a/>", "malformed"),
        ("name-with-a-middle-dot-first", "<\u{b7}a/>", "malformed"),
        ("name-with-an-accent-first", "<\u{300}a/>", "malformed"),
        ("name-with-an-accent-first-the-last-of-them", "<\u{36f}a/>", "malformed"),
        ("name-with-a-tie-first", "<\u{203f}a/>", "malformed"),
        ("name-with-another-tie-first", "<\u{2040}a/>", "malformed"),
        ("name-with-a-times-sign", "<a\u{d7}/>", "malformed"),
        ("name-with-a-division-sign", "<a\u{f7}/>", "malformed"),
        ("name-with-a-greek-question-mark", "<a\u{37e}/>", "malformed"),
        ("name-with-an-ogham-space", "<a\u{2000}/>", "malformed"),
        ("name-with-a-private-character", "<a\u{e000}/>", "malformed"),
        ("name-with-a-private-plane", "<a\u{f0000}/>", "malformed"),
        ("name-with-a-joiner", "<a\u{200d}/>", "ok"),
        ("name-with-an-at", "<a@/>", "malformed"),
        ("name-with-two-colons", "<a xmlns:b='urn:b'><b:c:d/></a>", "malformed"),
        ("name-with-a-colon-first", "<:a/>", "malformed"),
        ("name-with-a-colon-last", "<a xmlns:b='urn:b'><b:/></a>", "malformed"),
        ("local-name-with-a-digit-first", "<a xmlns:b='urn:b'><b:1/></a>", "malformed"),
        // attributes
        ("attributes", "<a b='c' d = \"e\"\n/>", "ok"),
        ("attribute-without-quotes", "<a b=c/>", "malformed"),
        ("attribute-without-a-value", "<a b/>", "malformed"),
        ("attribute-without-an-end", "<a b='c/>", "malformed"),
        ("attribute-with-two-quotes", "<a b='c\"/>", "malformed"),
        ("attributes-without-a-space", "<a b='c'd='e'/>", "malformed"),
        ("attribute-with-a-bracket", "<a b='<'/>", "malformed"),
        ("attribute-with-the-other-bracket", "<a b='>'/>", "ok"),
        ("attribute-with-an-ampersand", "<a b='&'/>", "malformed"),
        ("attribute-with-the-end-of-cdata", "<a b=']]>'/>", "ok"),
        ("attribute-twice", "<a b='c' b='c'/>", "malformed"),
        ("attribute-twice-by-another-prefix", "<a xmlns:x='urn:x' xmlns:y='urn:x' x:b='c' y:b='c'/>", "malformed"),
        ("attribute-of-two-namespaces", "<a xmlns:x='urn:x' xmlns:y='urn:y' x:b='c' y:b='c' b='c'/>", "ok"),
        ("attribute-and-its-element's-namespace", "<x:a xmlns='urn:x' xmlns:x='urn:x' b='c' x:b='c'/>", "ok"),
        // text
        ("references", "<a>&amp;&lt;&gt;&quot;&apos;&#x41;&#65;&#x10FFFF;</a>", "ok"),
        ("reference-unknown", "<a>&nbsp;</a>", "malformed"),
        ("reference-in-another-case", "<a>&AMP;</a>", "malformed"),
        ("reference-without-end", "<a>&amp</a>", "malformed"),
        ("reference-empty", "<a>&;</a>", "malformed"),
        ("reference-number-empty", "<a>&#;</a>", "malformed"),
        ("reference-hexadecimal-empty", "<a>&#x;</a>", "malformed"),
        ("reference-with-a-large-x", "<a>&#X41;</a>", "malformed"),
        ("reference-with-a-sign", "<a>&#+65;</a>", "malformed"),
        ("reference-hexadecimal-with-a-sign", "<a>&#x+41;</a>", "malformed"),
        ("reference-of-letters", "<a>&#4A;</a>", "malformed"),
        ("reference-spaced", "<a>&# 65;</a>", "malformed"),
        ("reference-to-nothing", "<a>&#0;</a>", "malformed"),
        ("reference-to-a-control", "<a>&#x1F;</a>", "malformed"),
        ("reference-to-a-surrogate", "<a>&#xD800;</a>", "malformed"),
        ("reference-to-no-character", "<a>&#xFFFE;</a>", "malformed"),
        ("reference-beyond-all", "<a>&#x110000;</a>", "malformed"),
        ("reference-far-beyond-all", "<a>&#4294967361;</a>", "malformed"),
        ("control", "<a>\u{1}</a>", "malformed"),
        ("control-in-an-attribute", "<a b='\u{1f}'/>", "malformed"),
        ("control-in-cdata", "<a><![CDATA[\u{b}]]></a>", "malformed"),
        ("control-in-a-comment", "<a><!--\u{c}--></a>", "malformed"),
        ("no-character", "<a>\u{fffe}</a>", "malformed"),
        ("no-character-either", "<a>\u{ffff}</a>", "malformed"),
        ("last-of-the-plane", "<a>\u{fffd}\u{7f}</a>", "ok"),
        ("end-of-cdata", "<a>]]></a>", "malformed"),
        ("end-of-cdata-in-pieces", "<a>]]<!-- x -->></a>", "ok"),
        ("end-of-cdata-escaped", "<a>]]&gt;</a>", "ok"),
        ("cdata", "<a><![CDATA[<&]]]]><![CDATA[>]]></a>", "ok"),
        ("cdata-empty", "<a><![CDATA[]]></a>", "ok"),
        ("cdata-not-ended", "<a><![CDATA[x</a>", "malformed"),
        ("cdata-in-another-case", "<a><![cdata[x]]></a>", "malformed"),
        ("cdata-at-the-root", "<![CDATA[x]]><a/>", "malformed"),
        // what is left out
        ("comment", "<!-- x --><a><!----></a><!-- - -->", "ok"),
        ("comment-with-two-hyphens", "<a><!-- -- --></a>", "malformed"),
        ("comment-with-three-hyphens", "<a><!-- x ---></a>", "malformed"),
        ("comment-not-ended", "<a><!-- x</a>", "malformed"),
        ("comment-in-a-tag", "<a <!-- x -->/>", "malformed"),
        ("instruction", "<a><?x?></a>", "processing_instruction"),
        ("instruction-before", "<?x?><a/>", "processing_instruction"),
        ("instruction-after", "<a/><?x?>", "processing_instruction"),
        ("declaration-inside", "<a><?xml version='1.0'?></a>", "processing_instruction"),
        ("doctype", "<!DOCTYPE a><a/>", "doctype"),
        ("doctype-inside", "<a><!DOCTYPE a></a>", "doctype"),
        ("doctype-after", "<a/><!DOCTYPE a>", "doctype"),
        ("doctype-after-a-comment", "<!-- x --><!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "doctype"),
        ("entity", "<!ENTITY a 'b'><a/>", "malformed"),
        // declaration
        ("declaration", "<?xml version=\"1.0\"?><a/>", "ok"),
        ("declaration-in-full", "<?xml version = '1.0' encoding = 'Utf-8' standalone = 'yes' ?><a/>", "ok"),
        ("declaration-standing-alone-not", "<?xml version='1.0' standalone='no'?><a/>", "ok"),
        ("declaration-standing-half", "<?xml version='1.0' standalone='x'?><a/>", "malformed"),
        ("declaration-of-1.1", "<?xml version='1.1'?><a/>", "malformed"),
        ("declaration-of-nothing", "<?xml ?><a/>", "malformed"),
        ("declaration-of-no-version", "<?xml encoding='utf-8'?><a/>", "malformed"),
        ("declaration-of-latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "encoding"),
        ("declaration-of-no-encoding", "<?xml version='1.0' encoding=''?><a/>", "encoding"),
        ("declaration-in-another-order", "<?xml version='1.0' standalone='no' encoding='utf-8'?><a/>", "malformed"),
        ("declaration-with-more", "<?xml version='1.0' x='y'?><a/>", "malformed"),
        ("declaration-without-a-space", "<?xml version='1.0'encoding='utf-8'?><a/>", "malformed"),
        ("declaration-without-end", "<?xml version='1.0'><a/>", "malformed"),
        ("declaration-twice", "<?xml version='1.0'?><?xml version='1.0'?><a/>", "processing_instruction"),
        ("declaration-late", " <?xml version='1.0'?><a/>", "processing_instruction"),
        ("declaration-alone", "<?xml version='1.0'?>", "malformed"),
        ("instruction-with-a-like-name", "<?xml-stylesheet href='x'?><a/>", "processing_instruction"),
        ("mark-of-byte-order", "\u{feff}<?xml version='1.0'?><a/>", "ok"),
        ("mark-of-byte-order-twice", "\u{feff}\u{feff}<a/>", "malformed"),
        // namespaces
        ("default-namespace", "<a xmlns='urn:a'><b xmlns=''/></a>", "ok"),
        ("prefix-declared-later", "<b:a c='d' b:e='f' xmlns:b='urn:b'/>", "ok"),
        ("prefix-undeclared", "<b:a/>", "namespace"),
        ("prefix-undeclared-of-an-attribute", "<a b:c='d'/>", "namespace"),
        ("prefix-of-a-sister", "<a><b xmlns:x='urn:x'/><x:c/></a>", "namespace"),
        ("prefix-of-a-daughter", "<a><b xmlns:x='urn:x'></b><c x:d='e'/></a>", "namespace"),
        ("prefix-taken-away", "<a xmlns:b='urn:b'><c xmlns:b=''/></a>", "namespace"),
        ("prefix-twice", "<a xmlns:b='urn:b' xmlns:b='urn:c'/>", "namespace"),
        ("default-twice", "<a xmlns='urn:b' xmlns='urn:b'/>", "namespace"),
        ("prefix-again-inside", "<a xmlns:b='urn:b'><b xmlns:b='urn:c'/></a>", "ok"),
        ("prefix-xml", "<a xml:lang='en'/>", "ok"),
        ("prefix-xml-declared", "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", "ok"),
        (
            "prefix-xml-declared-twice",
            "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
            "namespace",
        ),
        ("prefix-xml-of-another-namespace", "<a xmlns:xml='urn:x'/>", "namespace"),
        ("namespace-of-xml", "<a xmlns:b='http://www.w3.org/XML/1998/namespace'/>", "namespace"),
        ("default-namespace-of-xml", "<a xmlns='http://www.w3.org/XML/1998/namespace'/>", "namespace"),
        ("namespace-of-xmlns", "<a xmlns:b='http://www.w3.org/2000/xmlns/'/>", "namespace"),
        ("prefix-xmlns-declared", "<a xmlns:xmlns='urn:x'/>", "namespace"),
        ("prefix-xmlns-of-an-element", "<xmlns:a/>", "namespace"),
        ("declaration-of-no-prefix", "<a xmlns:='urn:x'/>", "malformed"),
        ("namespace-relative", "<a xmlns='a/b'/>", "namespace"),
        ("namespace-of-a-fragment", "<a xmlns:b='#b'/>", "namespace"),
        ("namespace-of-no-scheme", "<a xmlns:b=':b'/>", "namespace"),
        ("namespace-of-a-scheme-with-a-digit-first", "<a xmlns:b='1:b'/>", "namespace"),
        ("namespace-of-a-scheme-with-everything", "<a xmlns:b='a+1-.:b'/>", "ok"),
        ("namespace-of-a-scheme-with-more", "<a xmlns:b='a_b:b'/>", "namespace"),
        ("namespace-of-a-scheme-alone", "<a xmlns:b='a:'/>", "ok"),
        ("namespace-with-a-space", "<a xmlns:b='urn:a b'/>", "namespace"),
        ("namespace-with-a-line", "<a xmlns:b='urn:a&#10;b'/>", "namespace"),
        ("namespace-not-ascii", "<a xmlns:b='urn:\u{e9}'/>", "namespace"),
        ("namespace-with-a-quote", "<a xmlns:b='urn:\"'/>", "namespace"),
        ("namespace-with-a-bracket", "<a xmlns:b='urn:&lt;'/>", "namespace"),
        ("namespace-with-a-brace", "<a xmlns:b='urn:{'/>", "namespace"),
        ("namespace-with-a-backslash", "<a xmlns:b='urn:\\'/>", "namespace"),
        ("namespace-with-an-ampersand", "<a xmlns:b='urn:?a&amp;b'/>", "ok"),
    ];
    for (name, text, expected) in TABLE {
        assert_eq!(parse(text, Comments::Dropped).map_or_else(|rule| rule, |_| "ok"), *expected, "{name}");
        assert_eq!(parse_bytes(text.as_bytes(), Comments::Dropped).map_or_else(|rule| rule, |_| "ok"), *expected, "{name}");
    }
    assert_eq!(parse_bytes(b"<a>\xff</a>", Comments::Dropped).unwrap_err(), "encoding");
    assert_eq!(parse("<a><!-- x --></a>", Comments::Refused).unwrap_err(), "comment");
    assert_eq!(parse("<!-- x --><a/>", Comments::Refused).unwrap_err(), "comment");
    assert_eq!(parse("<a><!-- </a>", Comments::Refused).unwrap_err(), "comment");
}

/// What is made, how many are allowed, verdict of one more.
#[test]
fn limits() {
    let made: [(&str, fn(usize) -> String, usize, &str); 8] = [
        ("depth", |n| "<a>".repeat(n) + &"</a>".repeat(n), 64, "too_deep"),
        ("depth of empty elements", |n| "<a>".repeat(n - 1) + "<a/>" + &"</a>".repeat(n - 1), 64, "too_deep"),
        ("elements", |n| ["<a>", &"<b/>".repeat(n - 1), "</a>"].concat(), 100_000, "too_many"),
        ("texts", |n| ["<a>", &"x<b/>".repeat((n - 1) / 2), "x</a>"].concat(), 100_000, "too_many"),
        ("attributes", |n| format!("<a{}/>", (0..n).map(|i| format!(" a{i}='b'")).collect::<String>()), 256, "too_many"),
        (
            "declarations",
            |n| format!("<a{}/>", (0..n).map(|i| format!(" xmlns:a{i}='urn:b'")).collect::<String>()),
            64,
            "too_many",
        ),
        (
            "declarations over several elements",
            |n| {
                (0..n - 1).map(|i| format!("<a xmlns:a{i}='urn:b'>")).collect::<String>().replacen("<a ", "<a xmlns='urn:c' ", 1)
                    + &"</a>".repeat(n - 1)
            },
            64,
            "too_many",
        ),
        ("bytes", |n| ["<a>", &" ".repeat(n - 7), "</a>"].concat(), xml::MAX_BYTES, "too_large"),
    ];
    for (name, make, most, expected) in made {
        let verdict = |n| parse(&make(n), Comments::Dropped).map_or_else(|rule| rule, |_| "ok");
        let step = if name == "texts" { 2 } else { 1 };
        assert_eq!(verdict(most), "ok", "{name}");
        assert_eq!(verdict(most + step), expected, "{name}");
        if name == "bytes" {
            assert!(parse_bytes(make(most).as_bytes(), Comments::Dropped).is_ok());
            assert_eq!(parse_bytes(make(most + 1).as_bytes(), Comments::Dropped).unwrap_err(), expected);
        }
    }
    // What is closed counts no more; what is on one element does not count on the next.
    let sisters = (0..100).map(|i| format!("<b xmlns:a{i}='urn:b'/>")).collect::<String>();
    assert!(parse(&["<a>", &sisters, "</a>"].concat(), Comments::Dropped).is_ok());
    let attributes: String = (0..200).map(|i| format!(" a{i}='b'")).collect();
    assert!(parse(&format!("<a{attributes}><b{attributes}/></a>"), Comments::Dropped).is_ok());
}

#[test]
fn values() {
    let document = parse(
        "<a b=' c\td\r\ne\nf\rg&#9;&#10;&#13; ' xmlns:x='urn:x' x:b='y'>1\r\n2\r3&#13;<![CDATA[4\r\n5\r6&amp;]]>7<!-- x -->8<c>9</c>0<d/></a>",
        Comments::Dropped,
    )
    .unwrap();
    let root = document.root();
    assert_eq!(root.attribute("b"), Some(" c d e f g\t\n\r "));
    assert_eq!(root.attribute("x:b"), None);
    assert_eq!(root.attribute("xmlns"), None);
    assert_eq!(root.attributes().len(), 2);
    assert_eq!(root.all_text(), "1\n2\n3\r4\n5\n6&amp;7890");
    assert_eq!(root.text(), None);
    let children: Vec<_> = root.children().collect();
    assert_eq!(children.iter().map(|child| child.local()).collect::<Vec<_>>(), ["c", "d"]);
    assert_eq!(children[0].text(), Some("9"));
    assert_eq!(children[1].text(), Some(""));
    assert!(!root.has_only_elements() && children[1].has_only_elements() && !children[0].has_only_elements());
    assert_eq!(document.elements().count(), 3);
    assert_eq!(children[0].descendants_or_self().count(), 1);
    assert!(root.only("", "c").is_some() && root.only("", "e").is_none() && root.only("urn:x", "c").is_none());
    let twice = parse("<a xmlns='urn:a'><b/><c xmlns=''><b/></c><b/></a>", Comments::Dropped).unwrap();
    assert!(twice.root().only("urn:a", "b").is_none() && twice.root().only("", "c").is_some());
    assert!(twice.root().has_only_elements());
    for (text, expected) in [
        ("<a>x<b/></a>", None),
        ("<a><b/>x</a>", None),
        ("<a><b>x</b></a>", None),
        ("<a>x<!-- -->y</a>", Some("xy")),
        ("<a><!-- --></a>", Some("")),
        ("<a><![CDATA[]]></a>", Some("")),
        ("<a> <![CDATA[ ]]></a>", Some("  ")),
    ] {
        assert_eq!(parse(text, Comments::Dropped).unwrap().root().text(), expected, "{text}");
    }
    for (text, expected) in [
        ("_", true),
        ("a-.1", true),
        ("", false),
        ("1", false),
        ("a:b", false),
        ("a b", false),
        ("\u{e9}", true),
        ("a\u{37e}", false),
    ] {
        assert_eq!(is_nc_name(text), expected, "{text}");
    }
}

/// Document, PrefixList, canonical text; computed by hand from the specification.
#[test]
fn canonical() {
    const TABLE: &[(&str, &[&str], &str)] = &[
        ("<a />", &[], "<a></a>"),
        ("<?xml version='1.0'?> <!-- x --><a><!-- y -->z</a> ", &[], "<a>z</a>"),
        ("<a c='1' b=\"2\"/>", &[], "<a b=\"2\" c=\"1\"></a>"),
        ("<a b='&lt;&gt;&amp;&quot;&apos;&#9;&#10;&#13;'/>", &[], "<a b=\"&lt;>&amp;&quot;'&#x9;&#xA;&#xD;\"></a>"),
        ("<a>&lt;&gt;&amp;&quot;&apos;&#9;&#10;&#13;</a>", &[], "<a>&lt;&gt;&amp;\"'\t\n&#xD;</a>"),
        ("<a><![CDATA[<>&]]>]]&gt;</a>", &[], "<a>&lt;&gt;&amp;]]&gt;</a>"),
        ("<a xmlns:b='urn:b'><c/></a>", &[], "<a><c></c></a>"),
        (
            "<a xmlns:b='urn:b'><b:c><b:d/></b:c><b:e/></a>",
            &[],
            "<a><b:c xmlns:b=\"urn:b\"><b:d></b:d></b:c><b:e xmlns:b=\"urn:b\"></b:e></a>",
        ),
        ("<a xmlns:b='urn:b' b:c='d'/>", &[], "<a xmlns:b=\"urn:b\" b:c=\"d\"></a>"),
        (
            "<a xmlns='urn:a'><b xmlns=''><c xmlns=''/></b><d xmlns='urn:a'/></a>",
            &[],
            "<a xmlns=\"urn:a\"><b xmlns=\"\"><c></c></b><d></d></a>",
        ),
        (
            "<b:a xmlns:b='urn:b'><b:c xmlns:b='urn:c'/><b:d/></b:a>",
            &[],
            "<b:a xmlns:b=\"urn:b\"><b:c xmlns:b=\"urn:c\"></b:c><b:d></b:d></b:a>",
        ),
        ("<b:a xmlns:b='urn:b'><b:c xmlns:b='urn:b'/></b:a>", &[], "<b:a xmlns:b=\"urn:b\"><b:c></b:c></b:a>"),
        (
            "<z:a xmlns:z='urn:1' xmlns:y='urn:2' z:b='1' y:b='2' c='3'/>",
            &[],
            "<z:a xmlns:y=\"urn:2\" xmlns:z=\"urn:1\" c=\"3\" z:b=\"1\" y:b=\"2\"></z:a>",
        ),
        ("<a xml:lang='en' xml:b='c' b='d'/>", &[], "<a b=\"d\" xml:b=\"c\" xml:lang=\"en\"></a>"),
        ("<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", &["xml"], "<a></a>"),
        ("<a xmlns:b='urn:?c&amp;d'><b:e/></a>", &[], "<a><b:e xmlns:b=\"urn:?c&amp;d\"></b:e></a>"),
        ("<a xmlns:b='urn:b'><c/></a>", &["b"], "<a xmlns:b=\"urn:b\"><c></c></a>"),
        (
            "<a xmlns:b='urn:b'><c xmlns:b='urn:c'/><b:d/></a>",
            &["b"],
            "<a xmlns:b=\"urn:b\"><c xmlns:b=\"urn:c\"></c><b:d></b:d></a>",
        ),
        ("<a><c xmlns:b='urn:b'><d xmlns:b='urn:b'/></c></a>", &["b"], "<a><c xmlns:b=\"urn:b\"><d></d></c></a>"),
        (
            "<b:a xmlns='urn:a' xmlns:b='urn:b'><b:c/></b:a>",
            &["#default"],
            "<b:a xmlns=\"urn:a\" xmlns:b=\"urn:b\"><b:c></b:c></b:a>",
        ),
        (
            "<b:a xmlns='urn:a' xmlns:b='urn:b'><b:c xmlns=''/></b:a>",
            &["#default"],
            "<b:a xmlns=\"urn:a\" xmlns:b=\"urn:b\"><b:c xmlns=\"\"></b:c></b:a>",
        ),
        ("<a/>", &["b", "#default"], "<a></a>"),
    ];
    for (text, prefixes, expected) in TABLE {
        let document = parse(text, Comments::Dropped).unwrap();
        assert_eq!(canonicalize(document.root(), None, prefixes).as_deref(), Some(*expected), "{text}");
    }
    // A part of a document, with what is in force around it, and without a part of itself.
    let text = "<a xmlns='urn:a' xmlns:b='urn:b' xmlns:c='urn:c'><x/><d b:e='f'>1<g>2</g>3<b:h/></d>4</a>";
    let document = parse(text, Comments::Dropped).unwrap();
    let apex = document.root().only("urn:a", "d").unwrap();
    let hidden = apex.only("urn:a", "g");
    for (prefixes, without, expected) in [
        (&[][..], None, "<d xmlns=\"urn:a\" xmlns:b=\"urn:b\" b:e=\"f\">1<g>2</g>3<b:h></b:h></d>"),
        (&[], hidden, "<d xmlns=\"urn:a\" xmlns:b=\"urn:b\" b:e=\"f\">13<b:h></b:h></d>"),
        (&["c"], hidden, "<d xmlns=\"urn:a\" xmlns:b=\"urn:b\" xmlns:c=\"urn:c\" b:e=\"f\">13<b:h></b:h></d>"),
    ] {
        assert_eq!(canonicalize(apex, without, prefixes).as_deref(), Some(expected));
    }
    // As long as may be, and one byte more.
    let most = |more: usize| {
        let inside = MAX_BYTES - "<a></a>".len() + more;
        let (escaped, plain) = (inside / 5, inside % 5);
        assert!(escaped < xml::MAX_BYTES);
        ["<a><![CDATA[", &"&".repeat(escaped), "]]>", &"x".repeat(plain), "</a>"].concat()
    };
    for (more, holds) in [(0, true), (1, false)] {
        let text = most(more);
        let document = parse(&text, Comments::Dropped).unwrap();
        assert_eq!(canonicalize(document.root(), None, &[]).is_some(), holds, "{more}");
    }
}

#[test]
fn certificates() {
    let date = |text: &str| der(if text.len() == 13 { 0x17 } else { 0x18 }, text.as_bytes());
    let valid = |spki: &[u8]| certificate(spki, &date("250101000000Z"), &date("350101000000Z"));
    let read = |bytes: &[u8]| certificate::read(&STANDARD.encode(bytes));
    for (pen, of, bytes) in
        [(&RSA, None, 256), (&P256, Some(Curve::P256), 64), (&P384, Some(Curve::P384), 96), (&P521, Some(Curve::P521), 132)]
    {
        let certificate = read(&valid(&pen.spki())).unwrap();
        assert_eq!(certificate.key, PublicKey::Spki { der: pen.spki(), curve: of, signature_bytes: bytes });
        assert_eq!((certificate.not_before, certificate.not_after), (1_735_689_600, 2_051_222_400));
    }
    // Dates of two digits are of 1950 to 2049 (RFC 5280 §4.1.2.5.1).
    let dates = |from: &str, to: &str| super::signer::certificate(&P256.spki(), &date(from), &date(to));
    for (from, to, expected) in [
        ("500101000000Z", "491231235959Z", Some((-631_152_000, 2_524_607_999))),
        ("19700101000000Z", "99991231235959Z", Some((0, 253_402_300_799))),
        ("700101000000Z", "20500101000000Z", Some((0, 2_524_608_000))),
        ("7001010000Z", "350101000000Z", None),
        ("700101000000z", "350101000000Z", None),
        ("701301000000Z", "350101000000Z", None),
        ("700101000000Z", "3501010000+0Z", None),
        ("700101000000Z", "35010100000\u{e9}", None),
    ] {
        let read = read(&dates(from, to)).map(|c| (c.not_before, c.not_after));
        assert_eq!(read.ok(), expected, "{from} {to}");
    }
    let honest = valid(&RSA.spki());
    // RSA of which sizes.
    let rsa = |modulus: &[u8]| {
        let key = der(0x30, &[der(0x02, modulus), der(0x02, &[1, 0, 1])].concat());
        let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
        let algorithm = der(0x30, &[der(0x06, &oid), der(0x05, &[])].concat());
        valid(&der(0x30, &[algorithm, der(0x03, &[vec![0], key].concat())].concat()))
    };
    let modulus = |bytes: usize, first: &[u8]| [first, &vec![0xff; bytes - first.len()]].concat();
    for (name, modulus, expected) in [
        ("2048", modulus(257, &[0, 0x80]), Ok(256)),
        ("2047", modulus(256, &[0x7f]), Err("key_size")),
        ("2048, without its sign", modulus(256, &[0x80]), Ok(256)),
        ("2049", modulus(257, &[1]), Ok(257)),
        ("2056", modulus(258, &[0, 0xff]), Ok(257)),
        ("1024", modulus(129, &[0, 0xff]), Err("key_size")),
        ("4096", modulus(513, &[0, 0xff]), Ok(512)),
        ("none", vec![], Err("key_kind")),
        ("zero", vec![0], Err("key_kind")),
    ] {
        let read = read(&rsa(&modulus)).map(|certificate| match certificate.key {
            PublicKey::Spki { signature_bytes, .. } => signature_bytes,
            PublicKey::Jwk(_) => 0,
        });
        assert_eq!(read, expected, "{name}");
    }
    // Other kinds of keys.
    let replaced = |from: &[u8], to: &[u8]| {
        let spki = P256.spki();
        let at = spki.windows(from.len()).position(|window| window == from).unwrap();
        valid(&[&spki[..at], to, &spki[at + from.len()..]].concat())
    };
    for (name, bytes) in [
        ("another curve", replaced(&[0x3d, 3, 1, 7], &[0x3d, 3, 1, 1])),
        ("another algorithm", replaced(&[0x3d, 2, 1], &[0x3d, 2, 2])),
        ("no curve", replaced(&[0x06, 8], &[0x05, 8])),
        ("Ed25519", valid(&der(0x30, &[der(0x30, &der(0x06, &[0x2b, 0x65, 0x70])), der(0x03, &[0; 33])].concat()))),
        ("nothing", valid(&der(0x30, &[]))),
    ] {
        assert_eq!(read(&bytes).unwrap_err(), "key_kind", "{name}");
    }
    for (name, bytes) in [
        ("nothing", vec![]),
        ("cut off", honest[..honest.len() - 40].to_vec()),
        ("of another tag", [&[0x31], &honest[1..]].concat()),
        ("of a length of three bytes", [&[0x30, 0x83, 0, 2, 0], &honest[4..]].concat()),
        ("of no length", [&[0x30, 0x80], &honest[4..]].concat()),
        ("a key alone", RSA.spki()),
        ("a part too few", certificate(&[], &date("250101000000Z"), &date("350101000000Z"))),
        ("a date too few", certificate(&RSA.spki(), &date("250101000000Z"), &[])),
    ] {
        assert_eq!(read(&bytes).unwrap_err(), "certificate", "{name}");
    }
    // Of version 1: without one.
    let v1 = {
        let (at, version) = (honest.windows(5).position(|w| w == [0xa0, 3, 2, 1, 2]).unwrap(), 5);
        let tbs = [&honest[8..at], &honest[at + version..]].concat();
        der(0x30, &der(0x30, &tbs[..tbs.len() - 5]))
    };
    assert!(read(&v1).is_ok());

    let base64 = STANDARD.encode(&honest);
    let pem = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    for (name, text, expected) in [
        ("base64", base64.clone(), "ok"),
        ("lines", base64.replace('A', "\r\n A\t"), "ok"),
        ("pem", pem(&base64), "ok"),
        ("pem with words before", ["Subject: x\n", &pem(&base64)].concat(), "ok"),
        ("two", pem(&base64).repeat(2), "ok"),
        ("pem without end", pem(&base64).replace("END", "FIN"), "certificate"),
        ("pem without begin", pem(&base64).replace("BEGIN", "FIRST"), "certificate"),
        ("key beside it", [pem(&base64), "-----BEGIN PRIVATE KEY-----".into()].concat(), "private_key"),
        ("key", "-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----".into(), "private_key"),
        ("garbage", [&base64, "!"].concat(), "certificate"),
        ("empty", String::new(), "certificate"),
        ("empty pem", pem(""), "certificate"),
    ] {
        assert_eq!(certificate::read(&text).map_or_else(|rule| rule, |_| "ok"), expected, "{name}");
    }
    // What follows the certificate does not matter, as long as it is not too long.
    let padded = |length: usize| [&*honest, &vec![0; length / 4 * 3 - honest.len()]].concat();
    assert!(read(&padded(32 * 1024)).is_ok());
    assert_eq!(read(&padded(32 * 1024 + 4)).unwrap_err(), "certificate");
}
