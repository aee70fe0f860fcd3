//! The core's handle and the package's JavaScript around it in real engines (headless Chrome and
//! Firefox): WebCrypto, fetch, stores, conversion. The provider is `browser.js`, in the page; the rules
//! themselves are in `native/`, tabs and redirects in `e2e/`.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use gatepass::browser::Client;
use gatepass::oidc::config::Config;
use gatepass::oidc::request::{Entropy, authorize};
use gatepass::oidc::sign_in::SignIn;
use gatepass::oidc::transaction::Transaction;
use js_sys::{Array, Function, JSON, Reflect};
use std::cell::Cell;
use std::future::Future;
use std::task::Poll;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[cfg(feature = "saml")]
#[path = "browser_saml.rs"]
mod saml;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/browser.js")]
extern "C" {
    fn open(config: &str, core: &Closure<dyn Fn(String, String) -> JsValue>) -> JsValue;
    #[wasm_bindgen(catch)]
    async fn arrive(client: &JsValue, address: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn restore(client: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn leave(client: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = accessToken)]
    async fn access_token(client: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = minValidity)]
    async fn min_validity(client: &JsValue, seconds: u32) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = signOut)]
    fn sign_out(client: &JsValue);
    #[wasm_bindgen(catch)]
    async fn sign(alg: &str, claims: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = atHash)]
    async fn at_hash(alg: &str, text: &str) -> Result<JsValue, JsValue>;
    fn answer(answers: &Array) -> Array;
    fn text(body: &str, status: u16) -> JsValue;
    fn large(bytes: u32) -> JsValue;
    #[wasm_bindgen(js_name = notText)]
    fn not_text() -> JsValue;
    fn rejections() -> Array;
    fn timeout() -> JsValue;
    fn deny(name: &str) -> Function;
    #[wasm_bindgen(js_name = denyIdb)]
    fn deny_idb() -> Function;
    fn hurry() -> JsValue;
    #[wasm_bindgen(catch)]
    async fn tick() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = keyRequests)]
    async fn key_requests(uri: &str, steps: &str) -> Result<JsValue, JsValue>;
}

/// Brings the package's modules along, for `browser.js` to import.
macro_rules! package {
    ($($file:literal $name:ident),* $(,)?) => { $(
        #[wasm_bindgen(module = $file)]
        extern "C" {
            #[wasm_bindgen(thread_local_v2, js_name = $name)]
            #[allow(non_upper_case_globals)]
            static $name: JsValue;
        }
    )* };
}
package!(
    "/pkg-template/callback.js" makeCallback,
    "/pkg-template/client.js" makeClient,
    "/pkg-template/door-oidc.js" enter,
    "/pkg-template/errors.js" GatepassError,
    "/pkg-template/idb.js" idb,
    "/pkg-template/keys.js" keySet,
    "/pkg-template/locks.js" acquire,
    "/pkg-template/page.js" depart,
    "/pkg-template/popup.js" handOver,
    "/pkg-template/provider.js" makeProvider,
    "/pkg-template/records.js" makeRecords,
    "/pkg-template/renewal.js" makeRenewal,
    "/pkg-template/restart.js" allowRestart,
    "/pkg-template/session.js" makeSession,
    "/pkg-template/snapshot.js" makeSnapshot,
    "/pkg-template/stores.js" openStore,
    "/pkg-template/tabs.js" openTabs,
    "/pkg-template/vault.js" seal,
    "/pkg-template/web-storage.js" read,
    "/pkg-template/wire.js" send,
);

/// A pool of its own for each visit: key sets are kept by their address.
fn config(seed: u8) -> String {
    format!(r#"{{"cognito":{{"userPoolId":"eu-central-1_a{seed}","clientId":"c","domain":"d"}},"storage":"session"}}"#)
}

#[wasm_bindgen_test]
async fn signs_in_with_every_algorithm_and_refuses_a_changed_signature() {
    for alg in ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"] {
        let visit = Visit::begin();
        let at_hash = at_hash(alg, "opaque").await.unwrap().as_string().unwrap();
        let signed = sign(alg, &visit.claims(&format!(r#","at_hash":"{at_hash}""#))).await.unwrap();
        let (token, jwks) = (get(&signed, "token"), get(&signed, "jwks"));
        answer(&Array::of2(&token_answer(&token), &text(&jwks, 200)));
        let result = visit.back().await.unwrap_or_else(|e| panic!("{alg}: {}", verdict(&e)));
        let snapshot = Reflect::get(&result, &"snapshot".into()).unwrap();
        assert_eq!((get(&snapshot, "status").as_str(), get(&result, "returnTo").as_str()), ("signedIn", "/deep"), "{alg}");

        let visit = Visit::begin();
        let signed = sign(alg, &visit.claims("")).await.unwrap();
        let other = get(&sign(alg, &visit.claims("")).await.unwrap(), "jwks");
        answer(&Array::of2(&token_answer(&get(&signed, "token")), &text(&other, 200)));
        assert_eq!(visit.refusal().await, "id_token_invalid/signature", "{alg}");

        let visit = Visit::begin();
        let signed = sign(alg, &visit.claims(r#","at_hash":"AAAAAAAAAAAAAAAAAAAAAA""#)).await.unwrap();
        answer(&Array::of2(&token_answer(&get(&signed, "token")), &text(&get(&signed, "jwks"), 200)));
        assert_eq!(visit.refusal().await, "id_token_invalid/at_hash", "{alg}");
    }
}

#[wasm_bindgen_test]
async fn asks_simply_and_at_once() {
    let visit = Visit::begin();
    let signed = sign("ES256", &visit.claims("")).await.unwrap();
    let asked = answer(&Array::of2(&token_answer(&get(&signed, "token")), &text(&get(&signed, "jwks"), 200)));
    visit.back().await.unwrap();
    assert_eq!(asked.length(), 2);
    let (exchange, keys) = (asked.get(0), asked.get(1));
    assert_eq!((get(&exchange, "method").as_str(), get(&keys, "method").as_str()), ("POST", "GET"));
    for request in [&exchange, &keys] {
        assert_eq!(get(request, "credentials"), "omit");
        assert_eq!(get(request, "redirect"), "error");
        assert_eq!(get(request, "referrerPolicy"), "no-referrer");
    }
    // A CORS simple request: one safelisted header with a safelisted value.
    let headers = JSON::stringify(&Reflect::get(&exchange, &"headers".into()).unwrap()).unwrap();
    assert_eq!(String::from(headers), r#"[["content-type","application/x-www-form-urlencoded"]]"#);
    assert!(get(&exchange, "body").starts_with("grant_type=authorization_code&client_id=c&code=c0de&"));
    let headers = JSON::stringify(&Reflect::get(&keys, &"headers".into()).unwrap()).unwrap();
    assert_eq!(String::from(headers), "[]");
}

#[wasm_bindgen_test]
async fn an_unknown_kid_is_looked_up_once_more_past_the_cache() {
    let visit = Visit::begin();
    let signed = sign("ES256", &visit.claims("")).await.unwrap();
    let old = r#"{"keys":[{"kid":"old","kty":"EC"}]}"#;
    let answers = Array::of3(&token_answer(&get(&signed, "token")), &text(old, 200), &text(&get(&signed, "jwks"), 200));
    let asked = answer(&answers);
    visit.back().await.unwrap();
    assert_eq!(get(&asked.get(1), "cache"), "default");
    assert_eq!(get(&asked.get(2), "cache"), "reload");

    let visit = Visit::begin();
    let signed = sign("ES256", &visit.claims("")).await.unwrap();
    let answers = Array::of3(&token_answer(&get(&signed, "token")), &text(old, 200), &text(old, 200));
    let asked = answer(&answers);
    assert_eq!(visit.refusal().await, "id_token_invalid/kid");
    assert_eq!(asked.length(), 3, "one refetch, no flood");
}

/// Seconds that pass, whether the set is asked for past every cache, how many ask at once; requests made.
#[wasm_bindgen_test]
async fn key_sets_are_kept_an_hour_and_floods_are_stopped() {
    for (name, steps, expected) in [
        ("single-flight", "[[0,false,5]]", "[1]"),
        ("kept-an-hour", "[[0,false,1],[3599,false,1],[2,false,1]]", "[1,0,1]"),
        ("unknown-kid-right-away", "[[0,false,1],[0,true,1]]", "[1,1]"),
        ("a-flood-of-unknown-kids", "[[0,false,1],[0,true,9],[30,true,9],[29,true,1],[2,true,1]]", "[1,1,0,0,1]"),
        ("the-newer-one-counts", "[[0,false,1],[3000,true,1],[3000,false,1]]", "[1,1,0]"),
    ] {
        let counts = key_requests(&["https://keys.example/", name].concat(), steps).await.unwrap();
        assert_eq!(counts.as_string().as_deref(), Some(expected), "{name}");
    }
}

#[wasm_bindgen_test]
async fn a_fault_of_the_network_can_be_tried_again_in_the_same_page() {
    let rejections = rejections();
    let faults = rejections.iter().map(|rejection| (rejection, "network_failed"));
    for (fault, expected) in faults.chain([(timeout(), "request_timeout")]) {
        let visit = Visit::begin();
        let signed = sign("ES256", &visit.claims("")).await.unwrap();
        let keys = text(&get(&signed, "jwks"), 200);
        answer(&Array::of2(&fault, &keys));
        assert_eq!(visit.refusal().await, expected);
        answer(&Array::of2(&token_answer(&get(&signed, "token")), &keys));
        visit.back().await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn a_sign_out_between_two_tries_beats_the_second() {
    let visit = Visit::begin();
    let signed = sign("ES256", &visit.claims("")).await.unwrap();
    let keys = text(&get(&signed, "jwks"), 200);
    answer(&Array::of2(&timeout(), &keys));
    assert_eq!(visit.refusal().await, "request_timeout");
    sign_out(&visit.client);
    answer(&Array::of2(&token_answer(&get(&signed, "token")), &keys));
    assert_eq!(visit.refusal().await, "sign_in_required/signed_out");
    assert!(access_token(&visit.client).await.is_err());
}

/// Each fault of the token endpoint has its code. A retryable one leaves the sign-in where it was, any
/// other has used it up.
#[wasm_bindgen_test]
async fn every_fault_of_the_token_endpoint() {
    for (body, status, expected, retryable) in [
        ("<html>", 500, "provider_unavailable", true),
        ("", 503, "provider_unavailable", true),
        ("", 429, "rate_limited", true),
        ("", 200, "tokens_invalid/empty", false),
        ("<html>", 200, "tokens_invalid/not_json", false),
        ("<html>Request blocked", 403, "request_blocked", false),
        (r#"{"error":"invalid_grant"}"#, 400, "grant_refused", false),
        (r#"{"error":"unauthorized_client","error_description":"invalid_redirect"}"#, 400, "client_refused/redirect_uri", false),
        (r#"{"access_token":"a","id_token":"i","token_type":"DPoP"}"#, 200, "tokens_invalid/token_type", false),
        (r#"{"access_token":"a","token_type":"Bearer"}"#, 200, "tokens_invalid/id_token", false),
    ] {
        let visit = Visit::begin();
        let signed = sign("ES256", &visit.claims("")).await.unwrap();
        let keys = text(&get(&signed, "jwks"), 200);
        answer(&Array::of2(&text(body, status), &keys));
        assert_eq!(visit.refusal().await, expected);
        answer(&Array::of2(&token_answer(&get(&signed, "token")), &keys));
        match visit.back().await {
            Ok(_) => assert!(retryable, "{expected}"),
            Err(thrown) => assert_eq!((verdict(&thrown).as_str(), retryable), ("callback_invalid/state_unknown", false)),
        }
    }
}

#[wasm_bindgen_test]
async fn records_of_no_use_are_dropped_and_reported() {
    for (record, why) in [
        ("", "damaged"),
        ("{", "damaged"),
        ("[]", "version"),
        (r#"{"v":2}"#, "version"),
        (
            r#"{"v":1,"client":"default","clientId":"other","issuer":"https://evil.example","accessToken":"","idToken":"","subject":""}"#,
            "foreign",
        ),
        (r#"{"v":1,"clientId":"c"}"#, "damaged"),
    ] {
        let visit = Visit::begin();
        session_storage().set_item("gatepass:default:session", record).unwrap();
        assert_eq!(get(&restore(&visit.client).await.unwrap(), "status"), "signedOut", "{record}");
        assert_eq!(visit.events(), [["session_dropped: ", why].concat()], "{record}");
        assert!(session_storage().get_item("gatepass:default:session").unwrap().is_none());
    }
    for record in ["", "{", r#"{"v":2}"#] {
        let visit = Visit::begin();
        let key = ["gatepass:default:tx:", &visit.transaction.state].concat();
        session_storage().set_item(&key, record).unwrap();
        assert_eq!(visit.refusal().await, "callback_invalid/state_unknown", "{record}");
    }
}

#[wasm_bindgen_test]
async fn where_nothing_can_be_kept_the_page_does_not_leave() {
    let visit = Visit::begin();
    let allow = [deny("sessionStorage"), deny("localStorage"), deny_idb()];
    let result = leave(&visit.client).await;
    for allow in allow.into_iter().rev() {
        allow.call0(&JsValue::NULL).unwrap();
    }
    assert_eq!(verdict(&result.unwrap_err()), "storage_unavailable/transaction");
}

/// Tokens wait for keys about a minute, are seen by nobody meanwhile, and need no second exchange.
#[wasm_bindgen_test]
async fn tokens_wait_for_keys() {
    let visit = Visit::begin();
    let signed = sign("ES256", &visit.claims("")).await.unwrap();
    let answers = Array::of1(&token_answer(&get(&signed, "token")));
    for i in 0..7 {
        answers.push(&if i % 2 == 0 { rejections().get(0) } else { text("", 503) });
    }
    let asked = answer(&answers);
    let hurry = hurry();
    let refusal = visit.refusal().await;
    let stop: Function = Reflect::get(&hurry, &"stop".into()).unwrap().unchecked_into();
    stop.call0(&JsValue::NULL).unwrap();
    assert_eq!(refusal, "keys_unavailable");
    assert_eq!(asked.length(), 8, "one exchange, seven tries for the keys");
    let pauses: f64 = Array::from(&Reflect::get(&hurry, &"pauses".into()).unwrap()).iter().filter_map(|p| p.as_f64()).sum();
    assert_eq!(pauses, 60_000.0);
    assert!(access_token(&visit.client).await.is_err());
    assert!(session_storage().length().unwrap() == 0, "nothing unverified is stored");

    let asked = answer(&Array::of1(&text(&get(&signed, "jwks"), 200)));
    visit.back().await.unwrap();
    assert_eq!(asked.length(), 1);
    assert!(access_token(&visit.client).await.is_ok());
}

/// What began before a sign-out brings no session back, and its refresh token is ended.
#[wasm_bindgen_test]
async fn sign_out_beats_a_callback_under_way() {
    let visit = Visit::begin();
    let signed = sign("ES256", &visit.claims("")).await.unwrap();
    let body =
        format!(r#"{{"access_token":"a","id_token":"{}","refresh_token":"r","token_type":"Bearer"}}"#, get(&signed, "token"));
    let asked = answer(&Array::of3(&text(&body, 200), &text(&get(&signed, "jwks"), 200), &text("", 200)));
    let callback = visit.back();
    let sign_out = async {
        while asked.length() == 0 {
            tick().await.unwrap();
        }
        sign_out(&visit.client);
    };
    let (result, ()) = both(callback, sign_out).await;
    for _ in 0..100 {
        tick().await.unwrap(); // nobody waits for a revocation
    }
    assert_eq!(verdict(&result.unwrap_err()), "sign_in_required/signed_out");
    assert!(access_token(&visit.client).await.is_err());
    assert!(session_storage().get_item("gatepass:default:session").unwrap().is_none());
    let revocation = asked.get(2);
    assert!(get(&revocation, "url").ends_with("/oauth2/revoke"));
    assert_eq!(get(&revocation, "body"), "token=r&client_id=c");
}

#[wasm_bindgen_test]
async fn bodies_are_read_to_their_limit() {
    let visit = Visit::begin();
    answer(&Array::of2(&large(10 << 20), &text("", 500)));
    assert_eq!(visit.refusal().await, "tokens_invalid/too_large");

    let visit = Visit::begin();
    let signed = sign("ES256", &visit.claims("")).await.unwrap();
    answer(&Array::of2(&token_answer(&get(&signed, "token")), &large(1 << 20)));
    assert_eq!(visit.refusal().await, "keys_invalid/too_large");

    let visit = Visit::begin();
    answer(&Array::of2(&not_text(), &text("", 500)));
    assert_eq!(visit.refusal().await, "tokens_invalid/too_large", "what is not text is not read either");
}

#[wasm_bindgen_test]
async fn a_transaction_is_used_once_and_a_foreign_one_left_alone() {
    let visit = Visit::begin();
    answer(&Array::of2(&text(r#"{"error":"invalid_grant"}"#, 400), &text("", 500)));
    assert_eq!(visit.refusal().await, "grant_refused");
    assert_eq!(visit.refusal().await, "callback_invalid/state_unknown");

    let visit = Visit::begin();
    let key = ["gatepass:default:tx:", &visit.transaction.state].concat();
    let theirs = ["gatepass:other:tx:", &visit.transaction.state].concat();
    let store = session_storage();
    let record = store.get_item(&key).unwrap().unwrap();
    store.remove_item(&key).unwrap();
    store.set_item(&theirs, &record).unwrap();
    let asked = answer(&Array::new());
    visit.back().await.unwrap();
    assert_eq!(asked.length(), 0);
    assert!(store.get_item(&theirs).unwrap().is_some());
    store.remove_item(&theirs).unwrap();
}

#[wasm_bindgen_test]
async fn transactions_fall_back_to_indexed_db() {
    let records = idb.with(Clone::clone);
    let call = |method: &str, args: &Array| {
        let function: Function = Reflect::get(&records, &method.into()).unwrap().unchecked_into();
        let promise: js_sys::Promise = function.apply(&records, args).unwrap().unchecked_into();
        wasm_bindgen_futures::JsFuture::from(promise)
    };
    let visit = Visit::begin();
    let key = ["gatepass:default:tx:", &visit.transaction.state].concat();
    session_storage().remove_item(&key).unwrap();
    let kept = call("put", &Array::of2(&key.as_str().into(), &visit.transaction.write().into())).await.unwrap();
    assert_eq!(kept.as_string(), Some(visit.transaction.write()));
    let listed = call("list", &Array::of1(&"gatepass:default:tx:".into())).await.unwrap();
    assert_eq!(Array::from(&listed).length(), 1);
    let signed = sign("ES256", &visit.claims("")).await.unwrap();
    answer(&Array::of2(&token_answer(&get(&signed, "token")), &text(&get(&signed, "jwks"), 200)));
    visit.back().await.unwrap();
    let gone = call("take", &Array::of1(&key.as_str().into())).await.unwrap();
    assert!(gone.is_undefined(), "taken by the callback");
}

#[wasm_bindgen_test]
async fn a_full_store_leaves_the_session_in_memory() {
    let visit = Visit::begin();
    let signed = sign("ES256", &visit.claims("")).await.unwrap();
    answer(&Array::of2(&token_answer(&get(&signed, "token")), &text(&get(&signed, "jwks"), 200)));
    let allow = deny("sessionStorage");
    let result = visit.back().await;
    allow.call0(&JsValue::NULL).unwrap();
    assert_eq!(get(&Reflect::get(&result.unwrap(), &"snapshot".into()).unwrap(), "status"), "signedIn");
    assert!(visit.events().contains(&"session_in_memory: storage".into()));
    assert!(access_token(&visit.client).await.is_ok());
    assert!(session_storage().get_item("gatepass:default:session").unwrap().is_none());
}

#[wasm_bindgen_test]
async fn claims_are_plain_objects_with_exact_numbers() {
    let visit = Visit::begin();
    let extra =
        r#","n":[0.1,1e300,-0,12345678901234567],"o":{"__proto__":1,"p":null},"cognito:groups":["a"],"email_verified":true"#;
    let signed = sign("ES256", &visit.claims(extra)).await.unwrap();
    answer(&Array::of2(&token_answer(&get(&signed, "token")), &text(&get(&signed, "jwks"), 200)));
    let result = visit.back().await.unwrap();
    let user = Reflect::get(&Reflect::get(&result, &"snapshot".into()).unwrap(), &"user".into()).unwrap();
    let claims = Reflect::get(&user, &"claims".into()).unwrap();
    let shown = |name: &str| String::from(JSON::stringify(&Reflect::get(&claims, &name.into()).unwrap()).unwrap());
    assert_eq!(shown("n"), "[0.1,1e+300,0,12345678901234568]");
    assert_eq!(shown("o"), r#"{"__proto__":1,"p":null}"#);
    assert_eq!(Reflect::get(&user, &"emailVerified".into()).unwrap(), JsValue::TRUE);
    assert!(Array::is_array(&Reflect::get(&user, &"groups".into()).unwrap()));
}

#[wasm_bindgen_test]
async fn the_page_may_not_be_told_more_than_code_and_rule() {
    let visit = Visit::begin();
    answer(&Array::of2(&text(r#"{"error":"invalid_grant","error_description":"words"}"#, 400), &text("", 500)));
    let thrown = visit.back().await.unwrap_err();
    assert_eq!(get(&thrown, "code"), "grant_refused");
    assert!(!get(&thrown, "message").contains("words"));
    let details = Reflect::get(&thrown, &"details".into()).unwrap();
    assert_eq!(
        String::from(JSON::stringify(&details).unwrap()),
        r#"{"status":400,"provider":{"error":"invalid_grant","description":"words"}}"#
    );
}

/// A session whose tokens have no life left, and nothing to renew them with, is over.
#[wasm_bindgen_test]
async fn tokens_do_not_outlive_their_lifetime() {
    let visit = Visit::begin();
    let signed = sign("ES256", &visit.claims("")).await.unwrap();
    answer(&Array::of2(&token_answer(&get(&signed, "token")), &text(&get(&signed, "jwks"), 200)));
    visit.back().await.unwrap();
    assert!(min_validity(&visit.client, 50).await.is_ok(), "expires_in is 60");
    assert_eq!(verdict(&min_validity(&visit.client, 61).await.unwrap_err()), "sign_in_required/min_validity");
    let store = session_storage();
    let record = store.get_item("gatepass:default:session").unwrap().unwrap();
    let json = JSON::parse(&record).unwrap();
    Reflect::set(&json, &"since".into(), &(js_sys::Date::now() / 1000.0 - 3600.0).floor().into()).unwrap();
    store.set_item("gatepass:default:session", &String::from(JSON::stringify(&json).unwrap())).unwrap();
    let snapshot = restore(&visit.client).await.unwrap();
    assert_eq!((get(&snapshot, "status").as_str(), get(&snapshot, "reason").as_str()), ("signedOut", "expired"));
    assert!(store.get_item("gatepass:default:session").unwrap().is_none());
}

/// One sign-in that has left this page and is about to come back.
struct Visit {
    transaction: Transaction,
    issuer: String,
    client: JsValue,
    _core: Closure<dyn Fn(String, String) -> JsValue>,
}

thread_local! {
    static VISITS: Cell<u8> = const { Cell::new(0) };
}

impl Visit {
    /// Its state and its pool are no other visit's.
    fn begin() -> Visit {
        let seed = VISITS.get() + 1;
        VISITS.set(seed);
        let store = session_storage();
        store.clear().unwrap();
        web_sys::window().unwrap().local_storage().unwrap().unwrap().clear().unwrap();
        let origin = web_sys::window().unwrap().location().origin().unwrap();
        let text = config(seed);
        let config = Config::parse(&text, &origin).unwrap();
        let entropy = Entropy { state: [seed; 32], nonce: [2; 32], verifier: [3; 32] };
        let sign_in = SignIn::parse(r#"{"returnTo":"/deep"}"#).unwrap();
        let (_, transaction) = authorize(&config, &sign_in, &entropy, now());
        store.set_item(&["gatepass:default:tx:", &transaction.state].concat(), &transaction.write()).unwrap();
        let core = Closure::new(|text: String, origin: String| Client::new(&text, &origin).unwrap().into());
        Visit { transaction, issuer: config.provider.issuer().into(), client: open(&text, &core), _core: core }
    }

    fn claims(&self, extra: &str) -> String {
        let now = now();
        let (nonce, issuer) = (&self.transaction.nonce, &self.issuer);
        let exp = now + 3600;
        format!(r#"{{"iss":"{issuer}","sub":"s","aud":"c","token_use":"id","nonce":"{nonce}","iat":{now},"exp":{exp}{extra}}}"#)
    }

    fn address(&self) -> String {
        format!("{}?code=c0de&state={}", "https://x.example/callback", self.transaction.state)
    }

    async fn back(&self) -> Result<JsValue, JsValue> {
        arrive(&self.client, &self.address()).await
    }

    async fn refusal(&self) -> String {
        verdict(&self.back().await.expect_err("it must be refused"))
    }

    fn events(&self) -> Vec<String> {
        Array::from(&Reflect::get(&self.client, &"events".into()).unwrap()).iter().filter_map(|e| e.as_string()).collect()
    }
}

/// Polls the first to its first pause before the second begins.
async fn both<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (std::pin::pin!(a), std::pin::pin!(b));
    let (mut first, mut second) = (None, None);
    std::future::poll_fn(|context| {
        if first.is_none()
            && let Poll::Ready(value) = a.as_mut().poll(context)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = b.as_mut().poll(context)
        {
            second = Some(value);
        }
        if first.is_some() && second.is_some() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    (first.unwrap(), second.unwrap())
}

fn token_answer(id_token: &str) -> JsValue {
    text(&format!(r#"{{"access_token":"opaque","id_token":"{id_token}","token_type":"Bearer","expires_in":60}}"#), 200)
}

fn verdict(thrown: &JsValue) -> String {
    let details = Reflect::get(thrown, &"details".into()).unwrap_or(JsValue::UNDEFINED);
    match (get(thrown, "code"), get(&details, "rule")) {
        (code, rule) if rule.is_empty() => code,
        (code, rule) => [code, rule].join("/"),
    }
}

fn get(object: &JsValue, name: &str) -> String {
    Reflect::get(object, &name.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
}

fn session_storage() -> web_sys::Storage {
    web_sys::window().unwrap().session_storage().unwrap().unwrap()
}

#[allow(clippy::as_conversions, clippy::cast_possible_truncation)]
fn now() -> i64 {
    (js_sys::Date::now() / 1000.0) as i64
}
