//! What other projects test their SAML with: their responses, judged by signature, shape and profile alone.
//!
//! Their files are never copied here. The folder is the one that `GATEPASS_CORPUS` names, or
//! `../shared/corpus/saml` beside the repository; without it the test says so and is done. The key is the
//! certificate that `KeyInfo` brings along, and the world (issuer, audience, addresses, request, present) is
//! the document's own, so nothing is refused for being somebody else's or long past.

use super::fixtures::*;
use super::oracle;
use crate::support::verdict;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass::saml::c14n::canonicalize;
use gatepass::saml::certificate;
use gatepass::saml::names::{ASSERTION, DSIG, EXC_C14N, PROTOCOL};
use gatepass::saml::xml::{self, Comments, Document, Element};
use gatepass::time;
use gatepass::wire::{Algorithm, PublicKey, SignatureCheck};
use ring::digest;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a document has that explains a verdict.
enum Mark {
    Has(&'static str),
    Twice(&'static str),
    Lacks(&'static str),
    /// The root element is without this attribute.
    NoAttribute(&'static str),
    /// The children of the root begin like this.
    Children(&'static str),
}
use Mark::{Children, Has, Lacks, NoAttribute, Twice};

/// Where a file begins, the verdict, the mark, why. The signatures of these documents hold, says xmlsec;
/// they are refused nevertheless, and nothing else whose signatures hold is.
const REFUSED_ALTHOUGH_SIGNED: &[(&str, &str, Mark, &str)] = &[
    ("", "signature_invalid/signature_method", Has("#rsa-sha1\""), "SHA-1: no policy allows it"),
    ("", "signature_invalid/digest_method", Has("xmldsig#sha1\""), "SHA-1 as the digest of an ECDSA signature"),
    ("", "assertion_encrypted/assertion", Has("EncryptedAssertion"), "a page has no private key"),
    ("node-saml+", "message_invalid/issue_instant", Has("+00:00\""), "a time with an offset (core §1.3.3)"),
    ("Clever+saml2/test/data/", "message_invalid/issue_instant", NoAttribute("IssueInstant"), "required (core §3.2.2)"),
    (
        "russellhaering+gosaml2/providertests/testdata/saml.oktadev.com/",
        "signature_invalid/c14n_method",
        Has("2006/12/xml-c14n11\""),
        "inclusive canonicalization of SignedInfo: what surrounds the message would change it (core §5.4.3)",
    ),
    (
        "russellhaering+gosaml2/providertests/testdata/saml.oktadev.com/response_14",
        "provider_refused/status",
        Has("Value=\"Failure\""),
        "no success, and no status of the specification",
    ),
    (
        "russellhaering+gosaml2/providertests/testdata/saml.oktadev.com/response_15",
        "provider_refused/status",
        Has("status:Requester\""),
        "no success",
    ),
    (
        "russellhaering+gosaml2/providertests/testdata/saml.oktadev.com/response_7",
        "message_invalid/shape",
        Children("Status Signature Assertion"),
        "the signature stands out of its place (schema), and the Issuer is missing",
    ),
    (
        "russellhaering+gosaml2/providertests/testdata/auth0_response.xml",
        "message_invalid/shape",
        Children("Issuer Status Assertion Signature"),
        "the signature stands last, which the schema does not allow",
    ),
    (
        "tngan+samlify/test/misc/response_signed.xml",
        "message_invalid/shape",
        Children("Issuer Status Assertion Signature"),
        "the same",
    ),
    (
        "node-saml+xml-crypto/test/static/valid_saml_sha256_rsa_mgf1.xml",
        "message_invalid/shape",
        Children("Signature Issuer Status Assertion"),
        "the signature stands first, which the schema does not allow",
    ),
    (
        "russellhaering+gosaml2/providertests/testdata/onelogin/",
        "message_invalid/destination",
        NoAttribute("Destination"),
        "a signed response without Destination (bindings §3.5.5.2)",
    ),
    ("ory+saml20/test/assets/saml20.validResponse", "message_invalid/comment", Has("<!--"), "readers differ about comments"),
    ("SAML-Toolkits+", "message_invalid/assertion_count", Twice("</saml:Assertion>"), "the first of the two is not signed"),
    (
        "SAML-Toolkits+",
        "message_invalid/in_response_to",
        NoAttribute("InResponseTo"),
        "the assertion answers a request, the response none (profiles §4.1.4.3)",
    ),
    (
        "SAML-Toolkits+ruby-saml/",
        "message_invalid/issuer",
        Children("Signature Status Assertion"),
        "signed, no Issuer (profiles §4.1.4.2)",
    ),
    ("tngan+samlify/test/misc/response_signed_cert", "signature_invalid/reference_count", Twice("<ds:Reference "), "core §5.4.2"),
    (
        "njaremko+samael/test_vectors/multi_saml_response_signed_2.xml",
        "assertion_invalid/audience",
        Lacks("Audience"),
        "an assertion for nobody (profiles §4.1.4.2)",
    ),
];

/// File, what its test does with it, our verdict then. These are called refusals for what is done with
/// them; as they lie there, they are genuine.
const GENUINE: &[(&str, fn(&mut Page, &mut String), &str)] = &[
    (
        "crewjam+saml/testdata/TestSPRejectsInjectedComment_response",
        |_, text| *text = replaced(text, "ross@", "ross@<!-- and a comment -->"),
        "message_invalid/comment",
    ),
    (
        "crewjam+saml/testdata/TestSPRejectsMalformedResponse_response",
        |_, text| text.push_str("]]>"),
        "message_invalid/malformed",
    ),
    (
        "stytchauth+samlshield/test/contract/data/common_vulnerabilities/error_bad_audience/okta_personal_idp_initiated_response.xml",
        |page, _| page.sp.entity_id = SP.into(),
        "assertion_invalid/audience",
    ),
    (
        "stytchauth+samlshield/test/contract/data/common_vulnerabilities/not_after_already_passed/okta_personal_sp_initiated_groups_response.xml",
        |page, _| page.now += 24 * 60 * 60,
        "assertion_invalid/bearer_expired",
    ),
    (
        "stytchauth+samlshield/test/contract/data/common_vulnerabilities/not_before_already_passed/okta_personal_sp_initiated_groups_response.xml",
        |page, _| page.now -= 24 * 60 * 60,
        "assertion_invalid/not_before",
    ),
];

/// Files, signature, what xmlsec and we find. Two elements have the ID that is signed: xmlsec takes one of
/// them, we ask about the one that carries the signature. All are refused before that matters.
const OTHER_TARGETS: &[(&str, &str, &str)] = &[
    (
        "SAML-Toolkits+ruby-saml/test/responses/invalids/signature_wrapping_attack.xml.base64",
        "Response/rsa-sha1:invalid",
        "valid",
    ),
    (
        "SAML-Toolkits+python3-saml/tests/data/responses/invalids/signature_wrapping_attack.xml.base64",
        "Response/rsa-sha1:invalid",
        "valid",
    ),
    ("ory+saml20/test/assets/attacks/wrapping/saml20.wrapped.invalidExtensions1.xml", "Assertion/rsa-sha1:valid", "digest"),
];

#[test]
fn responses_of_others() {
    let Some(corpus) = Corpus::open() else { return };
    let mut explained = vec![0; REFUSED_ALTHOUGH_SIGNED.len()];
    let mut genuine = 0;
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut count = |expected: &str, verdict: &str| *counts.entry((expected.into(), verdict.into())).or_default() += 1;
    for row in corpus.rows() {
        let Some(text) = row.text.as_ref().filter(|text| is_response(text)) else {
            if let Some(text) = &row.text {
                assert_ne!(judge(text), "ok", "{}", row.file);
            }
            count("not applicable", if row.text.is_some() { "no Response" } else { "no XML" });
            continue;
        };
        let verdict = judge(text);
        count(&row.expected, &verdict);
        if row.expected == "dsig-valid (embedded cert)" {
            let explains = |(prefix, of, mark, _): &(&str, &str, Mark, &str)| {
                row.file.starts_with(prefix) && verdict == *of && mark.is_on(text)
            };
            if verdict != "ok" {
                let why = REFUSED_ALTHOUGH_SIGNED.iter().position(explains);
                explained[why.unwrap_or_else(|| panic!("{}: {verdict}, and nobody says why", row.file))] += 1;
            }
        } else if let Some((_, change, expected)) = GENUINE.iter().find(|(file, _, _)| *file == row.file) {
            assert_eq!(verdict, "ok", "{}", row.file);
            assert_eq!(judge_changed(text, *change), *expected, "{}", row.file);
            genuine += 1;
        } else {
            assert_ne!(verdict, "ok", "{}: {}", row.file, row.expected);
        }
    }
    for ((expected, verdict), times) in &counts {
        println!("{times:4}  {expected:32} {verdict}");
    }
    let of =
        |what: &str| counts.iter().filter(|((expected, _), _)| expected.starts_with(what)).map(|(_, times)| times).sum::<usize>();
    let accepted = counts[&("dsig-valid (embedded cert)".into(), "ok".into())];
    println!(
        "accepted {accepted}, refused and explained {}, refused as upstream has it {}, genuine {genuine}, not applicable {}",
        explained.iter().sum::<usize>(),
        of("reject") - genuine,
        of("not applicable")
    );
    for (entry, times) in REFUSED_ALTHOUGH_SIGNED.iter().zip(&explained) {
        assert!(*times > 0, "explains nothing: {} {}", entry.0, entry.1);
    }
    assert_eq!(genuine, GENUINE.len());
}

/// Digest and signature value of every signature, by our canonicalization and ring, against what xmlsec
/// found: SHA-1, weak keys, logout messages and metadata too.
#[test]
fn canonicalization_of_others() {
    let Some(corpus) = Corpus::open() else { return };
    let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut other_targets = 0;
    for row in corpus.rows() {
        let Some(text) = row.text else { continue };
        let theirs: Vec<&str> = row.found.rsplit(';').next().unwrap_or_default().split(',').collect();
        let proofs = proofs(&text);
        if proofs.len() != theirs.len() {
            continue; // An `unsigned` document, or one that is not XML to one of us.
        }
        for (ours, theirs) in proofs.iter().zip(theirs) {
            let Some((parent, state)) = theirs.split_once(':') else { continue };
            let ours = ours.unwrap_or("not in SAML's form, or without certificate");
            *counts.entry((state.into(), ours)).or_default() += 1;
            if OTHER_TARGETS.contains(&(&row.file, theirs, ours)) {
                other_targets += 1;
            } else if state != "nokey" && matches!(ours, "valid" | "digest" | "signature" | "both") {
                assert_eq!(state == "valid", ours == "valid", "{}: {parent} is {state} for xmlsec, for us {ours}", row.file);
            }
        }
    }
    for ((theirs, ours), times) in &counts {
        println!("{times:4}  {theirs:8} {ours}");
    }
    assert_eq!(other_targets, OTHER_TARGETS.len());
    assert!(counts[&("valid".into(), "valid")] > 200);
}

impl Mark {
    fn is_on(&self, text: &str) -> bool {
        let document = xml::parse(text, Comments::Dropped).unwrap();
        match self {
            Has(what) => text.contains(what),
            Twice(what) => text.matches(what).count() == 2,
            Lacks(what) => !text.contains(what),
            NoAttribute(name) => document.root().attribute(name).is_none(),
            Children(names) => document.root().children().map(Element::local).collect::<Vec<_>>().join(" ") == *names,
        }
    }
}

/// The corpus, where there is one.
pub struct Corpus(PathBuf);

/// A row of its manifest that is neither a raw vector nor a supporting file.
pub struct Row {
    pub file: String,
    pub expected: String,
    /// What xmlsec found: the root; the parent, algorithm and state of every signature.
    pub found: String,
    /// The XML in the file.
    pub text: Option<String>,
}

impl Corpus {
    pub fn open() -> Option<Corpus> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/saml");
        let folder = std::env::var_os("GATEPASS_CORPUS").map_or_else(beside, PathBuf::from);
        if !folder.join("MANIFEST.tsv").is_file() {
            eprintln!("skipped: no corpus of other projects in {}", folder.display());
            return None;
        }
        Some(Corpus(folder))
    }

    pub fn rows(&self) -> Vec<Row> {
        let manifest = std::fs::read_to_string(self.0.join("MANIFEST.tsv")).unwrap();
        let mut rows = Vec::new();
        for line in manifest.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let (file, expected, found) = (columns[0], columns[3], columns[4]);
            if file.starts_with("upstream/") && !matches!(expected, "c14n-vector" | "dsig-vector" | "support") {
                let text = decoded(&std::fs::read(self.0.join(file)).unwrap());
                let file = file.trim_start_matches("upstream/");
                rows.push(Row { file: file.into(), expected: expected.into(), found: found.into(), text });
            }
        }
        rows
    }
}

/// The XML of a file: as it is, in base64, or deflated in base64.
fn decoded(bytes: &[u8]) -> Option<String> {
    let is_xml = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').trim_start().starts_with('<');
    if is_xml(bytes) {
        return Some(String::from_utf8_lossy(bytes).into_owned());
    }
    let base64: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let plain = STANDARD.decode(base64).ok()?;
    let plain = if is_xml(&plain) { plain } else { miniz_oxide::inflate::decompress_to_vec(&plain).ok()? };
    is_xml(&plain).then(|| String::from_utf8_lossy(&plain).into_owned())
}

fn is_response(text: &str) -> bool {
    match xml::parse(text, Comments::Dropped) {
        Ok(document) => document.root().is(PROTOCOL, "Response"),
        Err(_) => text.contains(":Response") || text.contains("<Response"),
    }
}

/// The verdict; a key that is too weak only where nothing else is wrong.
pub fn judge(text: &str) -> String {
    judge_changed(text, |_, _| {})
}

fn judge_changed(text: &str, change: fn(&mut Page, &mut String)) -> String {
    let mut page = Page::with_keys(&[RSA]).unasked(true);
    page.idp.entity_id.clear();
    let mut too_weak = None;
    if let Ok(document) = xml::parse(text, Comments::Dropped) {
        describe(&document, &mut page);
        let (keys, rule) = embedded_keys(&document);
        if !keys.is_empty() {
            page.idp.keys = keys;
        }
        too_weak = rule;
    }
    let mut text = text.to_owned();
    change(&mut page, &mut text);
    match (page.judge_by(&text, holds), too_weak) {
        (Ok(_), Some(rule)) => format!("metadata_invalid/{rule}"),
        (result, _) => verdict(result),
    }
}

/// The world as the document has it.
fn describe(document: &Document<'_>, page: &mut Page) {
    let first = |namespace: &str, local: &str| document.elements().find(|e| e.is(namespace, local));
    let text = |namespace: &str, local: &str| first(namespace, local).and_then(Element::text).unwrap_or_default().to_owned();
    let root = document.root();
    let data = first(ASSERTION, "SubjectConfirmationData");
    let of_data = |name: &str| data.and_then(|data| data.attribute(name));
    page.idp.entity_id = text(ASSERTION, "Issuer");
    page.sp.entity_id = text(ASSERTION, "Audience");
    page.sp.acs_url = root.attribute("Destination").or(of_data("Recipient")).unwrap_or_default().into();
    page.in_response_to = root.attribute("InResponseTo").or(of_data("InResponseTo")).map(String::from);
    let from = first(ASSERTION, "Conditions").and_then(|conditions| conditions.attribute("NotBefore"));
    page.now = from.or(root.attribute("IssueInstant")).and_then(time::parse).unwrap_or(NOW);
}

/// The keys of the certificates that the document brings along, weak ones too; why one is too weak.
fn embedded_keys(document: &Document<'_>) -> (Vec<PublicKey>, Option<&'static str>) {
    let mut keys = Vec::new();
    let mut why = None;
    for element in document.elements().filter(|e| e.is(DSIG, "X509Certificate")) {
        match certificate::read(element.text().unwrap_or_default()) {
            Ok(read) => keys.push(read.key),
            Err(rule) => {
                why = Some(rule);
                keys.extend(rsa_of_any_size(element));
            }
        }
    }
    (keys, why)
}

fn rsa_of_any_size(certificate: Element<'_, '_>) -> Option<PublicKey> {
    let der = base64(certificate)?;
    let spki = spki(&der)?;
    let [algorithm, key] = der_parts(der_parts(spki).first()?.1)[..] else { return None };
    if der_parts(algorithm.1).first()?.1 != RSA_ENCRYPTION {
        return None;
    }
    let modulus = der_parts(der_parts(&key.1[1..]).first()?.1).first()?.1;
    Some(PublicKey::Spki { der: spki.to_vec(), curve: None, signature_bytes: modulus.len() - usize::from(modulus[0] == 0) })
}

/// `oracle`, for RSA keys of 1024 bits too.
fn holds(check: &SignatureCheck) -> bool {
    let PublicKey::Spki { der, curve: None, .. } = check.key() else { return oracle::holds(check) };
    let by = match check.algorithm() {
        Algorithm::Rs256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        Algorithm::Rs512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        _ => return oracle::holds(check),
    };
    verifies(der, by, check.signed(), check.signature()) == Some(true)
}

/// What our canonicalization and ring say about every signature of a document, in its order: `valid`, or
/// what does not hold. `None` where the signature is not in the form that SAML has (exclusive, enveloped, of
/// its parent), or brings no certificate.
pub fn proofs(text: &str) -> Vec<Option<&'static str>> {
    let Ok(document) = xml::parse(text, Comments::Dropped) else { return Vec::new() };
    let mut signatures = Vec::new();
    find_signatures(document.root(), &mut signatures);
    signatures.into_iter().map(|(parent, signature)| proof(parent, signature)).collect()
}

fn find_signatures<'d, 'a>(parent: Element<'d, 'a>, found: &mut Vec<(Element<'d, 'a>, Element<'d, 'a>)>) {
    for child in parent.children() {
        if child.is(DSIG, "Signature") {
            found.push((parent, child));
        }
        find_signatures(child, found);
    }
}

fn proof(parent: Element<'_, '_>, signature: Element<'_, '_>) -> Option<&'static str> {
    let info = signature.only(DSIG, "SignedInfo")?;
    let prefixes = exclusive(info.only(DSIG, "CanonicalizationMethod")?)?;
    let method = info.only(DSIG, "SignatureMethod")?.attribute("Algorithm")?;
    let reference = info.only(DSIG, "Reference")?;
    let target = reference.attribute("URI")?.strip_prefix('#')?;
    let transforms: Vec<Element<'_, '_>> = reference.only(DSIG, "Transforms")?.children().collect();
    let [enveloped, c14n] = transforms.as_slice() else { return None };
    if parent.attribute("ID") != Some(target) || enveloped.attribute("Algorithm")? != ENVELOPED {
        return None;
    }
    let digest = match reference.only(DSIG, "DigestMethod")?.attribute("Algorithm")? {
        "http://www.w3.org/2000/09/xmldsig#sha1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "http://www.w3.org/2001/04/xmlenc#sha256" => &digest::SHA256,
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => &digest::SHA384,
        "http://www.w3.org/2001/04/xmlenc#sha512" => &digest::SHA512,
        _ => return None,
    };
    let certificate = signature.descendants_or_self().find(|e| e.is(DSIG, "X509Certificate"))?;
    let certificate = base64(certificate)?;
    let signed = canonicalize(info, None, &prefixes)?;
    let value = base64(signature.only(DSIG, "SignatureValue")?)?;
    let signature_holds = verifies(spki(&certificate)?, method, signed.as_bytes(), &value)?;
    let canonical = canonicalize(parent, Some(signature), &exclusive(*c14n)?)?;
    let is_equal =
        Some(digest::digest(digest, canonical.as_bytes()).as_ref()) == base64(reference.only(DSIG, "DigestValue")?).as_deref();
    Some(match (is_equal, signature_holds) {
        (true, true) => "valid",
        (true, false) => "signature",
        (false, true) => "digest",
        (false, false) => "both",
    })
}

fn exclusive<'d>(method: Element<'d, '_>) -> Option<Vec<&'d str>> {
    let list = method.only(EXC_C14N, "InclusiveNamespaces").and_then(|list| list.attribute("PrefixList"));
    (method.attribute("Algorithm") == Some(EXC_C14N)).then(|| list.unwrap_or_default().split_ascii_whitespace().collect())
}

fn verifies(spki: &[u8], method: &str, signed: &[u8], value: &[u8]) -> Option<bool> {
    let by: &dyn VerificationAlgorithm = match method {
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1" => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => &signature::RSA_PKCS1_2048_8192_SHA384,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" => &signature::ECDSA_P256_SHA256_FIXED,
        _ => return None,
    };
    let key = der_parts(der_parts(spki).first()?.1).get(1).map(|part| &part.1[1..])?;
    Some(UnparsedPublicKey::new(by, key).verify(signed, value).is_ok())
}

/// The `SubjectPublicKeyInfo` of a certificate.
fn spki(certificate: &[u8]) -> Option<&[u8]> {
    let signed = der_parts(der_parts(certificate).first()?.1).first()?.1;
    der_parts(signed).into_iter().filter(|part| part.0 != 0xa0).nth(5).map(|part| part.2)
}

/// The elements that stand one after the other: tag, content, the whole.
fn der_parts(mut der: &[u8]) -> Vec<(u8, &[u8], &[u8])> {
    let mut parts = Vec::new();
    while let [tag, length, rest @ ..] = der {
        let digits = if *length < 128 { 0 } else { usize::from(length - 128) };
        let number = |digits: &[u8]| digits.iter().fold(0, |sum, digit| sum * 256 + usize::from(*digit));
        let Some((digits, rest)) = rest.split_at_checked(digits).filter(|(digits, _)| digits.len() < 4) else { break };
        let length = if digits.is_empty() { usize::from(*length) } else { number(digits) };
        let Some((content, rest)) = rest.split_at_checked(length) else { break };
        parts.push((*tag, content, &der[..der.len() - rest.len()]));
        der = rest;
    }
    parts
}

fn base64(element: Element<'_, '_>) -> Option<Vec<u8>> {
    let text: Vec<u8> = element.text()?.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(text).ok()
}

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
