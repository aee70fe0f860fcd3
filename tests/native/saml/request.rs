//! The AuthnRequest: its XML to the letter, and how it travels (SAML core §3.4.1, SAML bindings §3.4, §3.5).

use super::oracle;
use super::service::*;
use super::signer::{DSIG, ENVELOPED, EXC_C14N, FOREIGN, NOW, P256, P384, P521, Pen, RSA, RSA_NEXT};
use crate::support::{Key, verdict};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass::saml::bindings::{Binding, Departure, Form, Message};
use gatepass::saml::certificate;
use gatepass::saml::config::Config;
use gatepass::saml::deflate::deflate;
use gatepass::saml::policy::Policy;
use gatepass::saml::request::{Entropy, begin};
use gatepass::saml::sign_in::SignIn;
use gatepass::saml::signature;
use gatepass::saml::xml::{self, Comments, is_nc_name};
use gatepass::wire::{Algorithm, PublicKey, Redirect};
use p521::ecdsa::signature::Verifier;
use ring::digest::{SHA256, digest};
use ring::signature::{self as by, KeyPair, UnparsedPublicKey, VerificationAlgorithm};
use serde_json::{Value, json};

const DEFAULT: &str = "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
    xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\" Version=\"2.0\" \
    IssueInstant=\"2026-06-01T12:00:00Z\" Destination=\"https://idp.example.com/sso\" \
    ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
    AssertionConsumerServiceURL=\"https://app.example/saml/acs\"><saml:Issuer>https://app.example/saml</saml:Issuer>\
    </samlp:AuthnRequest>";
const RELAY_STATE: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";

fn entropy() -> Entropy {
    Entropy { id: [1; 32], relay_state: [2; 32] }
}

fn begun(config: &Config, options: &str) -> Message {
    begin(config, &SignIn::parse(options).unwrap(), &entropy(), NOW).0
}

fn address(departure: Departure) -> String {
    let Departure::Redirect(Redirect(address)) = departure else { panic!("a form") };
    address
}

fn form(departure: Departure) -> Form {
    let Departure::Form(form) = departure else { panic!("an address") };
    form
}

/// Every algorithm: its name, a key for it, and who verifies.
fn algorithms() -> Vec<(&'static str, Algorithm, &'static Pen, &'static dyn VerificationAlgorithm)> {
    vec![
        ("2001/04/xmldsig-more#rsa-sha256", Algorithm::Rs256, &RSA, &by::RSA_PKCS1_2048_8192_SHA256),
        ("2001/04/xmldsig-more#rsa-sha384", Algorithm::Rs384, &RSA, &by::RSA_PKCS1_2048_8192_SHA384),
        ("2001/04/xmldsig-more#rsa-sha512", Algorithm::Rs512, &RSA, &by::RSA_PKCS1_2048_8192_SHA512),
        ("2007/05/xmldsig-more#sha256-rsa-MGF1", Algorithm::Ps256, &RSA, &by::RSA_PSS_2048_8192_SHA256),
        ("2007/05/xmldsig-more#sha384-rsa-MGF1", Algorithm::Ps384, &RSA, &by::RSA_PSS_2048_8192_SHA384),
        ("2007/05/xmldsig-more#sha512-rsa-MGF1", Algorithm::Ps512, &RSA, &by::RSA_PSS_2048_8192_SHA512),
        ("2001/04/xmldsig-more#ecdsa-sha256", Algorithm::Es256, &P256, &by::ECDSA_P256_SHA256_FIXED),
        ("2001/04/xmldsig-more#ecdsa-sha384", Algorithm::Es384, &P384, &by::ECDSA_P384_SHA384_FIXED),
        ("2001/04/xmldsig-more#ecdsa-sha512", Algorithm::Es512, &P521, &by::ECDSA_P256_SHA256_FIXED),
    ]
}

fn verifies(pen: &Pen, algorithm: &'static dyn VerificationAlgorithm, text: &str, signature: &[u8]) -> bool {
    let key = match pen {
        Pen::Ring(Key::Rsa(pair)) => pair.public_key().as_ref().to_vec(),
        Pen::Ring(Key::Ec(pair, _)) => pair.public_key().as_ref().to_vec(),
        Pen::P521(key) => {
            let signature = p521::ecdsa::Signature::from_slice(signature).unwrap();
            return key.verifying_key().verify(text.as_bytes(), &signature).is_ok();
        }
    };
    UnparsedPublicKey::new(algorithm, key).verify(text.as_bytes(), signature).is_ok()
}

/// Name, options of the sign-in, of the configuration, what is otherwise in the XML.
#[test]
fn the_request_to_the_letter() {
    const ACS: &str = " ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
        AssertionConsumerServiceURL=\"https://app.example/saml/acs\"";
    const END: &str = "</samlp:AuthnRequest>";
    let no = Vec::new;
    let two =
        [("SingleSignOn", "POST", "https://idp.example.com/post"), ("SingleSignOn", "Redirect", "https://idp.example.com/get")];
    let table: &[(&str, Value, Vec<(&str, Value)>, &[(&str, &str)])] = &[
        ("nothing", json!({}), no(), &[]),
        ("return-to-stays-here", json!({ "returnTo": "/deep" }), no(), &[]),
        ("force", json!({ "forceAuthn": true }), no(), &[("\" ProtocolB", "\" ForceAuthn=\"true\" ProtocolB")]),
        ("force-not", json!({ "forceAuthn": false }), no(), &[]),
        ("passive", json!({ "isPassive": true }), no(), &[("\" ProtocolB", "\" IsPassive=\"true\" ProtocolB")]),
        ("passive-not", json!({ "isPassive": false }), no(), &[]),
        (
            "passive-and-force-not",
            json!({ "isPassive": true, "forceAuthn": false }),
            no(),
            &[("\" ProtocolB", "\" IsPassive=\"true\" ProtocolB")],
        ),
        (
            "name-id-format",
            json!({ "nameIdFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" }),
            no(),
            &[(
                END,
                "<samlp:NameIDPolicy Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" AllowCreate=\"true\">\
                 </samlp:NameIDPolicy></samlp:AuthnRequest>",
            )],
        ),
        ("no-contexts", json!({ "authnContext": [] }), no(), &[]),
        (
            "one-context",
            json!({ "authnContext": ["urn:a"] }),
            no(),
            &[(
                END,
                "<samlp:RequestedAuthnContext Comparison=\"exact\"><saml:AuthnContextClassRef>urn:a</saml:AuthnContextClassRef>\
                 </samlp:RequestedAuthnContext></samlp:AuthnRequest>",
            )],
        ),
        (
            "format-and-two-contexts-in-the-order-of-the-schema",
            json!({ "authnContext": ["urn:b", "urn:a"], "nameIdFormat": "urn:f" }),
            no(),
            &[(
                END,
                "<samlp:NameIDPolicy Format=\"urn:f\" AllowCreate=\"true\"></samlp:NameIDPolicy>\
                 <samlp:RequestedAuthnContext Comparison=\"exact\"><saml:AuthnContextClassRef>urn:b</saml:AuthnContextClassRef>\
                 <saml:AuthnContextClassRef>urn:a</saml:AuthnContextClassRef></samlp:RequestedAuthnContext></samlp:AuthnRequest>",
            )],
        ),
        ("acs-by-index", json!({}), vec![("saml.sp.acsIndex", json!(0))], &[(ACS, " AssertionConsumerServiceIndex=\"0\"")]),
        (
            "acs-by-a-large-index",
            json!({}),
            vec![("saml.sp.acsIndex", json!(65_535))],
            &[(ACS, " AssertionConsumerServiceIndex=\"65535\"")],
        ),
        (
            "acs-otherwise",
            json!({}),
            vec![("saml.sp.acsUrl", json!("https://app.example/acs?tenant=a"))],
            &[("https://app.example/saml/acs", "https://app.example/acs?tenant=a")],
        ),
        ("destination-by-redirect", json!({}), vec![("saml.idp", idp_with("", &two))], &[("example.com/sso", "example.com/get")]),
        (
            "destination-by-post",
            json!({}),
            vec![("saml.idp", idp_with("", &two)), ("saml.binding", json!("post"))],
            &[("example.com/sso", "example.com/post")],
        ),
        ("entity", json!({}), vec![("saml.sp.entityId", json!("urn:us"))], &[(">https://app.example/saml<", ">urn:us<")]),
        (
            "signed-or-not-is-one",
            json!({}),
            vec![("saml.sp.sign", json!(true)), ("saml.sp.certificate", json!(RSA.certificate()))],
            &[],
        ),
    ];
    for (name, options, changes, edits) in table {
        let mut expected = DEFAULT.to_owned();
        for (from, to) in *edits {
            assert!(expected.contains(from), "{name}");
            expected = expected.replacen(from, to, 1);
        }
        assert_eq!(begun(&config_with(changes), &options.to_string()).xml(), expected, "{name}");
    }
    println!("AuthnRequest rows: {}", table.len());
}

#[test]
fn every_value_is_escaped_and_read_back() {
    let odd = "a&b<c>\"d'e ]]> <!-- é \u{1f600}";
    let acs = "https://app.example/acs?a='&b=\"<&amp;";
    let sso = "https://idp.example.com/sso?x=\"'&y=<>";
    let config =
        config_with(&[("saml.sp.entityId", json!(odd)), ("saml.sp.acsUrl", json!(acs)), ("saml.idp.singleSignOn", json!(sso))]);
    let message = begun(&config, &json!({ "nameIdFormat": odd, "authnContext": [odd, "b"] }).to_string());
    let document = xml::parse(message.xml(), Comments::Refused).unwrap();
    let root = document.root();
    assert_eq!(root.attribute("AssertionConsumerServiceURL"), Some(acs));
    assert_eq!(root.attribute("Destination"), Some(sso));
    let [issuer, policy, contexts] = root.children().collect::<Vec<_>>()[..] else { panic!("{}", message.xml()) };
    assert_eq!(issuer.text(), Some(odd));
    assert_eq!(policy.attribute("Format"), Some(odd));
    assert_eq!(contexts.children().map(|class| class.text().unwrap()).collect::<Vec<_>>(), [odd, "b"]);
    assert!(message.xml().contains("a&amp;b&lt;c&gt;\"d'e ]]&gt; &lt;!-- é \u{1f600}</saml:Issuer>"));
    assert!(message.xml().contains("Format=\"a&amp;b&lt;c>&quot;d'e ]]> &lt;!-- é \u{1f600}\""));
}

#[test]
fn random_values() {
    let made = |change: fn(&mut Entropy)| {
        let mut entropy = entropy();
        change(&mut entropy);
        let (message, transaction) = begin(&config(), &SignIn::default(), &entropy, NOW);
        let document = xml::parse(message.xml(), Comments::Refused).unwrap();
        assert_eq!(document.root().attribute("ID"), Some(transaction.id.as_str()));
        assert!(address(message.unsigned()).ends_with(&["&RelayState=", &transaction.relay_state].concat()));
        (transaction.id, transaction.relay_state)
    };
    let (id, relay_state) = made(|_| {});
    assert!(is_nc_name(&id) && id.len() == 44, "{id}");
    assert_eq!(relay_state.len(), 43);
    assert!(relay_state.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "{relay_state}");
    for bytes in [[0; 32], [0xff; 32], [0xfb; 32], [0x35; 32]] {
        let (_, transaction) = begin(&config(), &SignIn::default(), &Entropy { id: bytes, relay_state: bytes }, NOW);
        assert!(is_nc_name(&transaction.id) && transaction.id.starts_with('_'), "{}", transaction.id);
    }
    assert_eq!(made(|e| e.relay_state[0] ^= 1).0, id);
    assert_eq!(made(|e| e.id[0] ^= 1).1, relay_state);
    for changed in [made(|e| e.id[0] ^= 0x80).0, made(|e| e.id[31] ^= 1).0] {
        assert_ne!(changed, id);
    }
    for changed in [made(|e| e.relay_state[0] ^= 0x80).1, made(|e| e.relay_state[31] ^= 1).1] {
        assert_ne!(changed, relay_state);
    }
}

#[test]
fn options_that_cannot_be_sent() {
    let table: &[(&str, Value, &str, &str)] = &[
        ("unknown", json!({ "prompt": "login" }), "prompt", "unknown"),
        ("unknown-in-another-case", json!({ "ForceAuthn": true }), "ForceAuthn", "unknown"),
        ("return-to-not-a-text", json!({ "returnTo": 1 }), "returnTo", "type"),
        ("return-to-null", json!({ "returnTo": null }), "returnTo", "type"),
        ("format-a-list", json!({ "nameIdFormat": ["urn:f"] }), "nameIdFormat", "type"),
        ("format-null", json!({ "nameIdFormat": null }), "nameIdFormat", "type"),
        ("force-a-text", json!({ "forceAuthn": "true" }), "forceAuthn", "type"),
        ("force-a-number", json!({ "forceAuthn": 1 }), "forceAuthn", "type"),
        ("force-null", json!({ "forceAuthn": null }), "forceAuthn", "type"),
        ("passive-a-text", json!({ "isPassive": "true" }), "isPassive", "type"),
        ("format-of-nothing", json!({ "nameIdFormat": "" }), "nameIdFormat", "malformed"),
        ("format-with-control", json!({ "nameIdFormat": "a\u{1}b" }), "nameIdFormat", "malformed"),
        ("format-no-xml", json!({ "nameIdFormat": "a\u{ffff}" }), "nameIdFormat", "malformed"),
        ("a-context-with-a-line", json!({ "authnContext": ["urn:a", "urn:b\n"] }), "authnContext", "malformed"),
        ("contexts-a-text", json!({ "authnContext": "urn:a" }), "authnContext", "type"),
        ("contexts-with-a-number", json!({ "authnContext": ["urn:a", 1] }), "authnContext", "type"),
        ("contexts-an-object", json!({ "authnContext": {} }), "authnContext", "type"),
        ("a-context-of-nothing", json!({ "authnContext": ["urn:a", ""] }), "authnContext", "malformed"),
        ("passive-and-force", json!({ "forceAuthn": true, "isPassive": true }), "isPassive", "conflict"),
        ("not-an-object", json!([]), "options", "type"),
        ("null", Value::Null, "options", "type"),
    ];
    for (name, options, option, rule) in table {
        let error = SignIn::parse(&options.to_string()).expect_err(name);
        assert_eq!((error.code.as_str(), error.option(), error.rule), ("request_invalid", Some(*option), *rule), "{name}");
    }
    for text in ["", "{", r#"{"forceAuthn":true,"forceAuthn":false}"#] {
        assert_eq!(verdict(SignIn::parse(text)), "request_invalid/type", "{text}");
    }
    println!("SAML sign-in options refused: {}", table.len());
}

#[test]
fn return_to_is_of_this_origin() {
    let stored = |sign_in: &SignIn| begin(&config(), sign_in, &entropy(), NOW).1.return_to;
    let asked = |path: &str| SignIn::parse(&json!({ "returnTo": path }).to_string()).unwrap();
    for (path, expected) in [
        ("/a?b#c", "/a?b#c"),
        ("https://app.example/a?b", "/a?b"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("https://app.example.evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        assert_eq!(stored(&asked(path)), expected, "{path}");
    }
    assert_eq!(stored(&SignIn::default()), "/");
    assert_eq!(stored(&SignIn::default().or_return_to("/here")), "/here");
    assert_eq!(stored(&SignIn::default().or_return_to("//evil.example")), "/");
    assert_eq!(stored(&asked("/there").or_return_to("/here")), "/there");
    let (_, transaction) = begin(&config_with(&[("name", json!("admin"))]), &SignIn::default(), &entropy(), NOW);
    assert_eq!((transaction.client.as_str(), transaction.issuer.as_str()), ("admin", super::signer::IDP));
    assert_eq!(transaction.created, NOW);
}

/// Query, where the person is afterwards or why the link is refused.
#[test]
fn links_that_start_a_sign_in() {
    let table: &[(&str, &str, &str)] = &[
        ("nothing", "", "/"),
        ("kept", "target_link_uri=%2Fdeep%3Fa%3Db%23c", "/deep?a=b#c"),
        ("kept-in-full", "target_link_uri=https%3A%2F%2Fapp.example%2Fdeep", "/deep"),
        ("of-nothing", "target_link_uri=", "/"),
        ("without-value", "target_link_uri", "/"),
        ("elsewhere", "target_link_uri=https%3A%2F%2Fevil.example%2F", "/"),
        ("elsewhere-protocol-relative", "target_link_uri=%2F%2Fevil.example", "/"),
        ("elsewhere-by-backslash", "target_link_uri=%2F%5Cevil.example", "/"),
        ("script", "target_link_uri=javascript:alert(1)", "/"),
        ("issuer", "iss=https%3A%2F%2Fidp.example.com%2Fmetadata", "/"),
        ("issuer-and-kept", "iss=https%3A%2F%2Fidp.example.com%2Fmetadata&target_link_uri=%2Fdeep", "/deep"),
        ("issuer-twice", "iss=https://idp.example.com/metadata&iss=https://idp.example.com/metadata", "/"),
        ("another-issuer", "iss=https%3A%2F%2Fevil.example", "request_invalid/iss iss"),
        ("issuer-of-nothing", "iss=", "request_invalid/iss iss"),
        ("issuer-with-slash", "iss=https%3A%2F%2Fidp.example.com%2Fmetadata%2F", "request_invalid/iss iss"),
        ("issuer-then-another", "iss=https://idp.example.com/metadata&iss=b", "request_invalid/iss iss"),
        ("another-issuer-after-all", "target_link_uri=%2Fdeep&iss=b", "request_invalid/iss iss"),
        ("repeated", "target_link_uri=%2Fa&target_link_uri=%2Fb", "request_invalid/repeated returnTo"),
        ("repeated-alike", "target_link_uri=%2Fa&target_link_uri=%2Fa", "request_invalid/repeated returnTo"),
        ("repeated-nothing", "target_link_uri=&target_link_uri=", "request_invalid/repeated returnTo"),
        // What a link does not decide.
        ("unknown", "login_hint=ada&x=y&x=z", "/"),
        ("options", "returnTo=%2Fdeep&forceAuthn=true&isPassive=true&nameIdFormat=a&authnContext=b", "/"),
        ("relay-state", "RelayState=%2Fdeep", "/"),
        ("in-another-case", "Target_Link_Uri=%2Fdeep&ISS=b", "/"),
    ];
    for (name, query, expected) in table {
        let found = match SignIn::from_link(query, super::signer::IDP) {
            Ok(sign_in) => {
                let (message, transaction) = begin(&config(), &sign_in, &entropy(), NOW);
                assert_eq!(message.xml(), DEFAULT, "{name}: nothing else is asked for");
                transaction.return_to
            }
            Err(error) => format!("{}/{} {}", error.code.as_str(), error.rule, error.option().unwrap_or("-")),
        };
        assert_eq!(found, *expected, "{name}");
    }
    println!("links that start a SAML sign-in: {}", table.len());
}

#[test]
fn unsigned_by_redirect() {
    for (endpoint, before) in [
        (SSO, "https://idp.example.com/sso?"),
        ("https://idp.example.com/sso?tenant=a&b=c", "https://idp.example.com/sso?tenant=a&b=c&"),
        ("https://idp.example.com", "https://idp.example.com?"),
    ] {
        let config = config_with(&[("saml.idp.singleSignOn", json!(endpoint))]);
        let message = begun(&config, r#"{"forceAuthn":true}"#);
        let xml = message.xml().to_owned();
        let sent = address(message.unsigned());
        let query = sent.strip_prefix(before).unwrap();
        let (request, relay_state) = query.strip_prefix("SAMLRequest=").unwrap().split_once("&RelayState=").unwrap();
        assert_eq!(relay_state, RELAY_STATE);
        let text = unescape(request);
        assert!(!text.contains(char::is_whitespace));
        assert_eq!(inflate(&STANDARD.decode(text).unwrap()), xml.as_bytes());
    }
}

/// SAML bindings §3.4.4.1: what is signed is what is sent.
#[test]
fn signed_by_redirect() {
    for (name, algorithm, pen, verifier) in algorithms() {
        let config = config_with(&[("saml.idp.singleSignOn", json!("https://idp.example.com/sso?tenant=a"))]);
        let message = begun(&config, "{}");
        let xml = message.xml().to_owned();
        let signable = message.to_sign(algorithm).unwrap();
        let octets = std::str::from_utf8(signable.octets()).unwrap().to_owned();
        let signature = pen.sign(algorithm, &octets);
        let sent = address(signable.sign(&signature));

        let query = sent.strip_prefix("https://idp.example.com/sso?tenant=a&").unwrap();
        let (signed, value) = query.split_once("&Signature=").unwrap();
        assert_eq!(signed, octets);
        let pairs: Vec<(&str, String)> =
            signed.split('&').map(|pair| pair.split_once('=').unwrap()).map(|(n, v)| (n, unescape(v))).collect();
        assert_eq!(pairs.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["SAMLRequest", "RelayState", "SigAlg"]);
        assert_eq!(inflate(&STANDARD.decode(&pairs[0].1).unwrap()), xml.as_bytes());
        assert_eq!(pairs[1].1, RELAY_STATE);
        assert_eq!(pairs[2].1, format!("http://www.w3.org/{name}"));
        assert_eq!(unescape(value), STANDARD.encode(&signature), "no line breaks");
        assert!(verifies(pen, verifier, signed, &STANDARD.decode(unescape(value)).unwrap()), "{name}");
        assert!(!verifies(pen, verifier, &signed.replace("RelayState=A", "RelayState=B"), &signature), "{name}");
    }
}

fn by_post(more: &[(&str, Value)]) -> Config {
    config_with(&[&[("saml.binding", json!("post"))], more].concat())
}

fn fields(form: &Form) -> Vec<(&str, &str)> {
    form.fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[test]
fn unsigned_by_post() {
    let endpoint = "https://idp.example.com/sso?tenant=a&b";
    let sent = form(begun(&by_post(&[("saml.idp.singleSignOn", json!(endpoint))]), "{}").unsigned());
    assert_eq!(sent.action, endpoint);
    let xml = DEFAULT.replace("example.com/sso", "example.com/sso?tenant=a&amp;b");
    assert_eq!(fields(&sent), [("SAMLRequest", STANDARD.encode(xml).as_str()), ("RelayState", RELAY_STATE)]);
}

/// [`DEFAULT`] as Exclusive XML Canonicalization writes it.
const CANONICAL: &str = "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
    AssertionConsumerServiceURL=\"https://app.example/saml/acs\" Destination=\"https://idp.example.com/sso\" \
    ID=\"_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\" IssueInstant=\"2026-06-01T12:00:00Z\" \
    ProtocolBinding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Version=\"2.0\">\
    <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">https://app.example/saml</saml:Issuer></samlp:AuthnRequest>";

/// XML Signature 1.1 §4.4: these octets are what was verified by hand with libxml2 and OpenSSL.
#[test]
fn signed_by_post() {
    for (name, algorithm, pen, verifier) in algorithms() {
        for certificate in [Value::Null, json!(pen.certificate())] {
            let config = by_post(&[("saml.sp.certificate", certificate.clone())]);
            let signable = begun(&config, "{}").to_sign(algorithm).unwrap();
            let octets = std::str::from_utf8(signable.octets()).unwrap().to_owned();
            let digest_value = STANDARD.encode(digest(&SHA256, CANONICAL.as_bytes()));
            let expected = format!(
                "<ds:SignedInfo xmlns:ds=\"{DSIG}\"><ds:CanonicalizationMethod Algorithm=\"{EXC_C14N}\"></ds:CanonicalizationMethod>\
                 <ds:SignatureMethod Algorithm=\"http://www.w3.org/{name}\"></ds:SignatureMethod>\
                 <ds:Reference URI=\"#_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\"><ds:Transforms>\
                 <ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform><ds:Transform Algorithm=\"{EXC_C14N}\"></ds:Transform></ds:Transforms>\
                 <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod>\
                 <ds:DigestValue>{digest_value}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
            );
            assert_eq!(octets, expected);
            let signature = pen.sign(algorithm, &octets);
            assert!(verifies(pen, verifier, &octets, &signature), "{name}");
            let sent = form(signable.sign(&signature));
            let key_info = certificate.as_str().map_or(String::new(), |body| {
                format!("<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>")
            });
            let value = STANDARD.encode(&signature);
            let enveloped = format!(
                "</saml:Issuer><ds:Signature xmlns:ds=\"{DSIG}\">{octets}<ds:SignatureValue>{value}</ds:SignatureValue>{key_info}</ds:Signature>"
            );
            let xml = DEFAULT.replacen("</saml:Issuer>", &enveloped, 1);
            assert_eq!(sent.action, SSO);
            assert_eq!(fields(&sent), [("SAMLRequest", STANDARD.encode(&xml).as_str()), ("RelayState", RELAY_STATE)], "{name}");
            assert_eq!(opened(&xml, pen), "ok", "{name}");
            assert_eq!(
                opened(&xml, if algorithm == Algorithm::Es512 { &FOREIGN } else { &RSA_NEXT }),
                if matches!(pen, Pen::Ring(Key::Rsa(_))) { "signature_invalid/signature" } else { "signature_invalid/key" }
            );
            assert_eq!(opened(&xml.replacen("saml/acs", "saml/bcs", 1), pen), "signature_invalid/digest");
        }
    }
}

fn opened(xml: &str, pen: &Pen) -> String {
    let document = xml::parse(xml, Comments::Refused).unwrap();
    let keys: Vec<PublicKey> = vec![certificate::read(&pen.certificate()).unwrap().key];
    verdict(signature::open(document.root(), &keys, &Policy::default()).and_then(|unproven| {
        let unproven = unproven.unwrap();
        let holds = unproven.checks().iter().any(oracle::holds);
        let element = unproven.settle(holds)?;
        assert_eq!(element.text(), CANONICAL);
        element.document().map(|_| ())
    }))
}

/// Values that are written otherwise than they are canonical, and the elements after the issuer.
#[test]
fn signed_by_post_with_everything() {
    let odd = "a&b<c>\"d'e";
    let config = by_post(&[("saml.sp.entityId", json!(odd)), ("saml.sp.acsUrl", json!("https://app.example/acs?a='&b=\"<"))]);
    assert_eq!(config.binding, Binding::Post);
    let options = json!({ "nameIdFormat": odd, "authnContext": [odd], "forceAuthn": true });
    let signable = begun(&config, &options.to_string()).to_sign(Algorithm::Rs256).unwrap();
    let signature = RSA.sign(Algorithm::Rs256, std::str::from_utf8(signable.octets()).unwrap());
    let sent = form(signable.sign(&signature));
    let xml = String::from_utf8(STANDARD.decode(&sent.fields[0].1).unwrap()).unwrap();
    let document = xml::parse(&xml, Comments::Refused).unwrap();
    let keys = [certificate::read(&RSA.certificate()).unwrap().key];
    let unproven = signature::open(document.root(), &keys, &Policy::default()).unwrap().unwrap();
    assert!(unproven.checks().iter().any(oracle::holds));
    let element = unproven.settle(true).unwrap();
    let names: Vec<&str> = document.root().children().map(|child| child.local()).collect();
    assert_eq!(names, ["Issuer", "Signature", "NameIDPolicy", "RequestedAuthnContext"], "the order of the schema");
    assert_eq!(element.document().unwrap().root().children().count(), 3);
}

/// RFC 1951 §3.2.4, read by another implementation.
#[test]
fn deflated_text_is_inflated() {
    for length in [0, 1, 2, 600, 65_534, 65_535, 65_536, 131_070, 131_071, 200_000] {
        let bytes: Vec<u8> = (0..length).map(|i: u32| i.to_le_bytes()[usize::from(i.is_multiple_of(7))]).collect();
        let deflated = deflate(&bytes);
        assert_eq!(inflate(&deflated), bytes, "{length}");
        let blocks = usize::try_from(length).unwrap().div_ceil(65_535).max(1);
        assert_eq!(deflated.len(), bytes.len() + 5 * blocks, "{length}");
    }
    assert_eq!(deflate(b""), [1, 0, 0, 0xff, 0xff]);
    assert_eq!(deflate(b"ab"), [1, 2, 0, 0xfd, 0xff, b'a', b'b']);
}
