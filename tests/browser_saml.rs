//! The SAML handle in real engines: WebCrypto judges the signatures, values cross as they should. The
//! rules themselves are in `native/saml/`, every message in every engine in `engines/`.

use super::get;
use gatepass::browser::SamlClient;
use js_sys::{Array, JSON, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(module = "/pkg-template/spki.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn holds(question: JsValue) -> Result<JsValue, JsValue>;
}

macro_rules! fixture {
    ($path:literal) => {
        include_str!(concat!("fixtures/saml/", $path))
    };
}

const RSA: &str = fixture!("keys/idp-rsa2048.crt.pem");
const REQUEST: &str = "_req-4f9a2c7e11d04c0b";
/// 2026-06-01T12:00:00Z
const AT: f64 = 1_780_315_200.0;

#[wasm_bindgen_test]
async fn webcrypto_judges_the_signatures() {
    for (name, response, certificate, expected) in [
        ("RSA", fixture!("accepted/assertion-signed-rsa-sha256.xml"), RSA, "ok"),
        ("SHA-384", fixture!("accepted/assertion-signed-rsa-sha384-sha384-idp-rsa2048.xml"), RSA, "ok"),
        ("SHA-512", fixture!("accepted/assertion-signed-rsa-sha512-sha512-idp-rsa2048.xml"), RSA, "ok"),
        (
            "P-256",
            fixture!("accepted/assertion-signed-ecdsa-sha256-sha256-idp-p256.xml"),
            fixture!("keys/idp-p256.crt.pem"),
            "ok",
        ),
        (
            "P-521",
            fixture!("accepted/assertion-signed-ecdsa-sha512-sha512-idp-p521.xml"),
            fixture!("keys/idp-p521.crt.pem"),
            "ok",
        ),
        ("both", fixture!("accepted/both-signed-rsa-sha256.xml"), RSA, "ok"),
        ("another key", fixture!("rejected/attack/attacker-key-in-keyinfo.xml"), RSA, "signature_invalid/signature"),
        ("changed", fixture!("rejected/attack/tampered-nameid.xml"), RSA, "signature_invalid/digest"),
        ("wrapped", fixture!("rejected/attack/xsw7-extensions-same-id.xml"), RSA, "message_invalid/shape"),
        ("late", fixture!("rejected/policy/expired.xml"), RSA, "assertion_invalid/bearer_expired"),
    ] {
        let judged = judge(&client(certificate, ""), response, None).await;
        let seen = judged.as_ref().map_or_else(verdict, |_| "ok".into());
        assert_eq!(seen, expected, "{name}");
        if let Ok(begun) = judged {
            let user = user(&begun);
            assert_eq!((get(&user, "id").as_str(), get(&user, "email").as_str()), ("alice@example.com", "alice@example.com"));
        }
    }
}

#[wasm_bindgen_test]
async fn a_record_binds_the_answer_to_its_request() {
    let record = |id: &str, created: f64| {
        format!(
            r#"{{"v":1,"client":"default","relayState":"r","id":"{id}","issuer":"https://idp.example.com/metadata","returnTo":"/deep","created":{created},"signIn":{{}}}}"#
        )
    };
    let now = (js_sys::Date::now() / 1000.0).floor();
    let response = fixture!("accepted/response-signed-rsa-sha256.xml");
    let client = client(RSA, "");
    let begun = judge(&client, response, Some(record(REQUEST, now))).await.unwrap();
    let claims = Reflect::get(&user(&begun), &"claims".into()).unwrap();
    assert_eq!((get(&begun, "returnTo").as_str(), get(&claims, "signed").as_str()), ("/deep", "response"));
    for (record, expected) in [
        (record("_another", now), "message_invalid/in_response_to"),
        (record(REQUEST, now - 3601.0), "callback_invalid/transaction_expired"),
        (record(REQUEST, now).replace("idp.example.com", "evil.example.com"), "callback_invalid/issuer"),
        ("{}".into(), "internal/record"),
    ] {
        assert_eq!(verdict(&judge(&client, response, Some(record)).await.unwrap_err()), expected);
    }
}

#[wasm_bindgen_test]
fn requests_leave_by_address_or_by_form() {
    let departing = client(RSA, "").sign_in("{}", "/here").unwrap();
    assert!(departing.octets().is_none());
    assert_eq!(departing.state().unwrap().len(), 43);
    assert!(departing.record().unwrap().contains(r#""returnTo":"/here""#));
    let state = departing.state().unwrap();
    let url = get(&departing.leave(&[]), "url");
    assert!(
        url.starts_with("https://idp.example.com/sso?SAMLRequest=") && url.ends_with(&format!("&RelayState={state}")),
        "{url}"
    );

    let departing = client(RSA, r#","binding":"post""#).sign_in("{}", "/here").unwrap();
    let state = departing.state().unwrap();
    let form = departing.leave(&[]);
    let fields = Reflect::get(&form, &"fields".into()).unwrap();
    assert_eq!((get(&form, "action").as_str(), get(&fields, "RelayState")), ("https://idp.example.com/sso", state));
    assert!(get(&fields, "SAMLRequest").starts_with("PHNhbWxwOkF1dGhuUmVxdWVzdC")); // <samlp:AuthnRequest

    let signing = signing_client();
    let departing = signing.sign_in("{}", "/here").unwrap();
    let octets = String::from_utf8(departing.octets().map(|octets: Uint8Array| octets.to_vec()).unwrap()).unwrap();
    let url = get(&departing.leave(&[1, 2, 3]), "url");
    assert_eq!(url, format!("https://idp.example.com/sso?{octets}&Signature=AQID"));

    let refusal = client(RSA, "").sign_in(r#"{"prompt":"none"}"#, "/").map(|_| ()).unwrap_err();
    assert_eq!(verdict(&refusal), "request_invalid/unknown");
}

async fn judge(client: &SamlClient, response: &str, record: Option<String>) -> Result<JsValue, JsValue> {
    let encoded = base64(response);
    let encoded = encoded.as_bytes();
    let pending = match record {
        Some(record) => client.receive(encoded, Some(record))?,
        None => client.receive_answer(encoded, Some(REQUEST.into()), "")?,
    };
    let verdicts = Array::new();
    for signature in pending.questions().iter() {
        let mut any = false;
        for question in Array::from(&signature).iter() {
            any |= holds(question).await.unwrap().is_truthy();
        }
        verdicts.push(&any.into());
    }
    pending.begin(&verdicts, Some(AT))
}

fn user(begun: &JsValue) -> JsValue {
    let session = JSON::parse(&get(begun, "session")).unwrap();
    Reflect::get(&session, &"user".into()).unwrap()
}

fn client(certificate: &str, more: &str) -> SamlClient {
    make(certificate, r#"{"entityId":"https://sp.example.com/metadata","acsUrl":"https://sp.example.com/saml/acs"}"#, more)
}

fn signing_client() -> SamlClient {
    make(RSA, r#"{"entityId":"https://sp.example.com/metadata","acsUrl":"https://sp.example.com/saml/acs","sign":true}"#, "")
}

fn make(certificate: &str, sp: &str, more: &str) -> SamlClient {
    let certificate = certificate.replace('\n', "\\n");
    let idp = format!(
        r#"{{"entityId":"https://idp.example.com/metadata","singleSignOn":"https://idp.example.com/sso","certificates":"{certificate}"}}"#
    );
    let config = format!(r#"{{"saml":{{"idp":{idp},"sp":{sp}{more}}}}}"#);
    SamlClient::new(&config, "https://sp.example.com").unwrap_or_else(|e| panic!("{}", verdict(&e)))
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// The core's plain object, which `errors.js` has not seen.
fn verdict(thrown: &JsValue) -> String {
    [get(thrown, "code"), get(thrown, "rule")].join("/")
}
