//! ID tokens refused and accepted: OpenID Connect Core §3.1.3.7, RFC 8725 §3.

use crate::support::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};

type Row = (&'static str, fn(&mut Answer), &'static str);

/// Name, what is changed about an honest answer, the rule that must refuse it.
const REFUSED: &[Row] = &[
    ("iss-missing", |a| drop_claim(a, "iss"), "iss"),
    ("iss-of-another-pool", |a| set(a, "iss", json!("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other")), "iss"),
    ("iss-with-trailing-slash", |a| set(a, "iss", json!(format!("{ISSUER}/"))), "iss"),
    ("iss-in-another-case", |a| set(a, "iss", json!(ISSUER.to_uppercase())), "iss"),
    ("iss-not-a-string", |a| set(a, "iss", json!([ISSUER])), "iss"),
    ("aud-missing", |a| drop_claim(a, "aud"), "aud"),
    ("aud-of-another-client", |a| set(a, "aud", json!("other")), "aud"),
    ("aud-longer-by-a-letter", |a| set(a, "aud", json!(format!("{CLIENT_ID}x"))), "aud"),
    ("aud-array-without-us", |a| set(a, "aud", json!(["other"])), "aud"),
    ("aud-array-empty", |a| set(a, "aud", json!([])), "aud"),
    ("aud-object", |a| set(a, "aud", json!({ CLIENT_ID: true })), "aud"),
    ("aud-several-without-azp", |a| set(a, "aud", json!([CLIENT_ID, "other"])), "azp"),
    (
        "aud-several-with-foreign-azp",
        |a| {
            set(a, "aud", json!([CLIENT_ID, "other"]));
            set(a, "azp", json!("other"))
        },
        "azp",
    ),
    ("aud-alone-with-foreign-azp", |a| set(a, "azp", json!("other")), "azp"),
    ("azp-not-a-string", |a| set(a, "azp", json!([CLIENT_ID])), "azp"),
    ("token-use-access", |a| set(a, "token_use", json!("access")), "token_use"),
    ("token-use-not-a-string", |a| set(a, "token_use", json!(1)), "token_use"),
    ("sub-missing", |a| drop_claim(a, "sub"), "sub"),
    ("sub-empty", |a| set(a, "sub", json!("")), "sub"),
    ("sub-a-number", |a| set(a, "sub", json!(7)), "sub"),
    ("sub-256-characters", |a| set(a, "sub", json!("s".repeat(256))), "sub"),
    ("nonce-missing", |a| drop_claim(a, "nonce"), "nonce"),
    ("nonce-of-another-sign-in", |a| set(a, "nonce", json!("A".repeat(43))), "nonce"),
    ("nonce-empty", |a| set(a, "nonce", json!("")), "nonce"),
    ("exp-missing", |a| drop_claim(a, "exp"), "exp"),
    ("exp-as-text", |a| set(a, "exp", json!((NOW + 3600).to_string())), "exp"),
    ("exp-beyond-all-time", |a| a.payload = Some(a.claims.to_string().replace(&(NOW + 3600).to_string(), "9e99")), "exp"),
    ("exp-before-iat", |a| set(a, "exp", json!(NOW - 1)), "exp"),
    (
        "expired-by-an-honest-clock",
        |a| {
            set(a, "iat", json!(NOW - 7200));
            set(a, "exp", json!(NOW - 3600))
        },
        "exp",
    ),
    ("iat-missing", |a| drop_claim(a, "iat"), "iat"),
    ("iat-as-text", |a| set(a, "iat", json!(NOW.to_string())), "iat"),
    (
        "at-hash-of-another-token",
        |a| {
            let h = at_hash("another", 256);
            set(a, "at_hash", json!(h))
        },
        "at_hash",
    ),
    (
        "at-hash-whole-digest",
        |a| {
            let h = whole_hash(&a.access_token);
            set(a, "at_hash", json!(h))
        },
        "at_hash",
    ),
    ("at-hash-not-a-string", |a| set(a, "at_hash", json!(null)), "at_hash"),
    ("payload-an-array", |a| a.payload = Some("[]".into()), "payload"),
    ("payload-not-json", |a| a.payload = Some("{".into()), "payload"),
    ("payload-with-a-duplicate-sub", |a| a.payload = Some(a.claims.to_string().replacen('{', r#"{"sub":"eve","#, 1)), "payload"),
    (
        "payload-with-an-escaped-duplicate",
        |a| a.payload = Some(a.claims.to_string().replacen('{', r#"{"\u0061ud":"x","#, 1)),
        "payload",
    ),
    (
        "alg-none",
        |a| {
            header(a, "alg", json!("none"));
            a.tamper = |h, p, _| format!("{h}.{p}.")
        },
        "alg",
    ),
    ("alg-none-in-capitals", |a| header(a, "alg", json!("NONE")), "alg"),
    ("alg-hs256-with-the-public-key", |a| header(a, "alg", json!("HS256")), "alg"),
    ("alg-ps256-not-in-the-list", |a| header(a, "alg", json!("PS256")), "alg"),
    ("alg-unknown", |a| header(a, "alg", json!("XX256")), "alg"),
    (
        "alg-missing",
        |a| {
            a.header.as_object_mut().unwrap().remove("alg");
        },
        "alg",
    ),
    ("alg-not-a-string", |a| header(a, "alg", json!(["RS256"])), "alg"),
    ("crit-present", |a| header(a, "crit", json!(["exp"])), "crit"),
    ("header-with-a-duplicate-alg", |a| a.tamper = |h, p, s| [&wrap(h, r#"{"alg":"none","#), p, s].join("."), "header"),
    ("header-kid-a-number", |a| header(a, "kid", json!(7)), "header"),
    ("header-not-json", |a| a.tamper = |_, p, s| [B64.encode("hello").as_str(), p, s].join("."), "header"),
    ("kid-unknown", |a| header(a, "kid", json!("unknown")), "kid"),
    (
        "kid-missing-among-several-keys",
        |a| {
            a.header.as_object_mut().unwrap().remove("kid");
        },
        "kid",
    ),
    (
        "kid-twice-in-the-key-set",
        |a| {
            let k = Key::foreign().jwk(ID_KID);
            keys(a).push(k)
        },
        "kid",
    ),
    ("key-of-another-type", |a| header(a, "alg", json!("ES256")), "kty"),
    ("key-for-encryption", |a| keys(a)[0]["use"] = json!("enc"), "use"),
    ("key-ops-without-verify", |a| keys(a)[0]["key_ops"] = json!(["encrypt"]), "use"),
    ("key-bound-to-another-alg", |a| keys(a)[0]["alg"] = json!("RS512"), "key_alg"),
    ("key-of-1024-bits", |a| weak_key(a), "key"),
    (
        "key-without-modulus",
        |a| {
            keys(a)[0].as_object_mut().unwrap().remove("n");
        },
        "key",
    ),
    ("key-modulus-not-base64url", |a| keys(a)[0]["n"] = json!("+/+/"), "key"),
    (
        "key-curve-of-another-alg",
        |a| {
            a.key = Key::ec384();
            keys(a)[0] = a.key.jwk(ID_KID);
            header(a, "alg", json!("ES256"))
        },
        "kty",
    ),
    ("signed-by-the-access-key", |a| a.key = Key::pool_access(), "signature"),
    ("signed-by-a-key-of-another-issuer", |a| a.key = Key::foreign(), "signature"),
    ("signature-empty", |a| a.tamper = |h, p, _| format!("{h}.{p}."), "signature"),
    ("signature-of-another-payload", |a| a.tamper = |h, p, s| [h, &wrap(p, r#"{"x":1,"#), s].join("."), "signature"),
    (
        "signature-of-another-alg",
        |a| {
            header(a, "alg", json!("RS512"));
            keys(a)[0].as_object_mut().unwrap().remove("alg");
            a.tamper = other_alg
        },
        "signature",
    ),
    ("two-parts", |a| a.tamper = |h, p, _| [h, p].join("."), "parts"),
    ("four-parts", |a| a.tamper = |h, p, s| [h, p, s, s].join("."), "parts"),
    ("five-parts-encrypted", |a| a.tamper = |h, p, s| [h, p, s, s, s].join("."), "parts"),
    ("one-part", |a| a.tamper = |h, _, _| h.into(), "parts"),
    ("base64-with-padding", |a| a.tamper = |h, p, s| format!("{h}.{p}=.{s}"), "base64url"),
    ("base64-with-plus", |a| a.tamper = |h, p, s| format!("{h}.{p}.+{s}"), "base64url"),
    ("base64-with-white-space", |a| a.tamper = |h, p, s| format!("{h}.{p}\n.{s}"), "base64url"),
    ("base64-with-loose-bits", |a| a.tamper = |h, p, _| format!("{h}.{p}.AB"), "base64url"),
    ("header-not-utf-8", |a| a.tamper = |_, p, s| [B64.encode([0xff]).as_str(), p, s].join("."), "base64url"),
    ("one-mebibyte", |a| a.tamper = |h, p, _| format!("{h}.{p}.{}", "A".repeat(1 << 20)), "too_large"),
    ("one-mebibyte-of-dots", |a| a.tamper = |_, _, _| ".".repeat(1 << 20), "too_large"),
    ("nested-too-deep", |a| a.payload = Some("[".repeat(5000)), "payload"),
];

const ACCEPTED: &[(&str, fn(&mut Answer))] = &[
    ("honest", |_| {}),
    ("iss-in-its-updated-form", |a| set(a, "iss", json!(UPDATED_ISSUER))),
    ("aud-an-array-of-one", |a| set(a, "aud", json!([CLIENT_ID]))),
    ("aud-several-with-our-azp", |a| {
        set(a, "aud", json!([CLIENT_ID, "other"]));
        set(a, "azp", json!(CLIENT_ID))
    }),
    ("azp-ours", |a| set(a, "azp", json!(CLIENT_ID))),
    ("token-use-missing", |a| drop_claim(a, "token_use")),
    ("iat-in-the-future", |a| set(a, "iat", json!(NOW + 1800))),
    ("iat-with-a-fraction", |a| set(a, "iat", json!(1_800_000_000.25))),
    ("at-hash-holds", |a| {
        let h = at_hash(&a.access_token, 256);
        set(a, "at_hash", json!(h))
    }),
    ("escaped-slashes", |a| a.payload = Some(a.claims.to_string().replace('/', "\\/"))),
    ("kid-absent-and-one-key", |a| {
        a.header.as_object_mut().unwrap().remove("kid");
        keys(a).truncate(1)
    }),
    ("kid-absent-and-one-fitting-key", |a| {
        a.header.as_object_mut().unwrap().remove("kid");
        keys(a)[1]["use"] = json!("enc")
    }),
    ("same-kid-for-encryption", |a| {
        let mut k = Key::foreign().jwk(ID_KID);
        k["use"] = json!("enc");
        keys(a).push(k)
    }),
    ("key-without-use-and-alg", |a| {
        let k = keys(a)[0].as_object_mut().unwrap();
        k.remove("use");
        k.remove("alg");
    }),
    ("key-ops-verify", |a| keys(a)[0]["key_ops"] = json!(["verify"])),
    ("rs384", |a| algorithm(a, "RS384", 384)),
    ("rs512", |a| algorithm(a, "RS512", 512)),
    ("es256", |a| {
        a.key = Key::ec256();
        keys(a)[0] = a.key.jwk(ID_KID);
        header(a, "alg", json!("ES256"))
    }),
    ("es384", |a| {
        a.key = Key::ec384();
        keys(a)[0] = a.key.jwk(ID_KID);
        algorithm(a, "ES384", 384)
    }),
    ("unknown-claims-of-every-type", |a| set(a, "x", json!([1.5, null, { "y": [true] }, "\u{e9}\u{1f600}"]))),
    ("opaque-access-token", |a| a.access_token = "opaque".into()),
];

#[test]
fn refused() {
    for (name, change, rule) in REFUSED {
        let mut answer = Answer::honest();
        change(&mut answer);
        assert_eq!(verdict(answer.judge()), format!("id_token_invalid/{rule}"), "{name}");
    }
    println!("id_token refused: {}", REFUSED.len());
}

#[test]
fn accepted() {
    for (name, change) in ACCEPTED {
        let mut answer = Answer::honest();
        change(&mut answer);
        assert_eq!(verdict(answer.judge()), "ok", "{name}");
    }
    println!("id_token accepted: {}", ACCEPTED.len());
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = REFUSED.iter().map(|r| r.0).chain(ACCEPTED.iter().map(|r| r.0)).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

/// An honest access token in the ID token's place: same issuer, same pool, a key of the same set.
#[test]
fn access_token_in_its_place() {
    let mut answer = Answer::honest();
    answer.header = json!({ "alg": "RS256", "kid": ACCESS_KID });
    answer.key = Key::pool_access();
    answer.claims = json!({ "iss": ISSUER, "sub": "ada", "aud": CLIENT_ID, "token_use": "access", "client_id": CLIENT_ID,
        "nonce": begun().1.nonce, "iat": NOW, "exp": NOW + 3600 });
    assert_eq!(verdict(answer.judge()), "id_token_invalid/token_use");
}

#[test]
fn the_longest_token() {
    let of_length = |length: usize| {
        let mut text = "a".repeat(length);
        text.replace_range(1..2, ".");
        verdict(gatepass::oidc::id_token::split(&gatepass::secret::Secret::new(text)))
    };
    assert_eq!(of_length(64 * 1024), "id_token_invalid/parts");
    assert_eq!(of_length(64 * 1024 + 1), "id_token_invalid/too_large");
}

/// The whole allowlist; ring lacks P-521, so ES512's signatures are checked in `tests/browser.rs`.
#[test]
fn the_allowlist() {
    for alg in ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"] {
        assert!(gatepass::wire::Algorithm::from_name(alg).is_some(), "{alg}");
    }
    for alg in ["none", "HS256", "HS512", "PS256", "ES256K", "EdDSA", "rs256", "RS1", ""] {
        assert!(gatepass::wire::Algorithm::from_name(alg).is_none(), "{alg}");
    }
}

/// Keys rotate: a token that names a key the set lacks asks for a newer set, once.
#[test]
fn an_unknown_kid_wants_a_newer_key_set() {
    let newer = |change: fn(&mut Answer)| {
        let mut answer = Answer::honest();
        change(&mut answer);
        let jws = gatepass::oidc::id_token::split(&gatepass::secret::Secret::new(answer.id_token())).unwrap();
        jws.wants_newer(&gatepass::oidc::keys::read(&response(200, answer.jwks.to_string())).unwrap())
    };
    assert!(!newer(|_| {}));
    assert!(newer(|a| header(a, "kid", json!("unknown"))));
    assert!(!newer(|a| drop(a.header.as_object_mut().unwrap().remove("kid"))));
}

fn set(answer: &mut Answer, claim: &str, value: Value) {
    answer.claims[claim] = value;
}

fn drop_claim(answer: &mut Answer, claim: &str) {
    answer.claims.as_object_mut().unwrap().remove(claim).unwrap();
}

fn header(answer: &mut Answer, name: &str, value: Value) {
    answer.header[name] = value;
}

fn keys(answer: &mut Answer) -> &mut Vec<Value> {
    answer.jwks["keys"].as_array_mut().unwrap()
}

fn algorithm(answer: &mut Answer, alg: &str, bits: usize) {
    header(answer, "alg", json!(alg));
    keys(answer)[0]["alg"] = json!(alg);
    let hash = at_hash(&answer.access_token, bits);
    set(answer, "at_hash", json!(hash));
}

fn weak_key(answer: &mut Answer) {
    let n = B64.encode([0xc1; 128]);
    keys(answer)[0]["n"] = json!(n);
}

fn at_hash(token: &str, bits: usize) -> String {
    let algorithm = match bits {
        384 => &ring::digest::SHA384,
        512 => &ring::digest::SHA512,
        _ => &ring::digest::SHA256,
    };
    let digest = ring::digest::digest(algorithm, token.as_bytes());
    B64.encode(&digest.as_ref()[..bits / 16])
}

fn whole_hash(token: &str) -> String {
    B64.encode(ring::digest::digest(&ring::digest::SHA256, token.as_bytes()))
}

/// The JSON of a part with something written after its first brace.
fn wrap(part: &str, start: &str) -> String {
    let text = String::from_utf8(B64.decode(part).unwrap()).unwrap();
    B64.encode(text.replacen('{', start, 1))
}

/// A valid RS256 signature under a header that says RS512.
fn other_alg(header: &str, payload: &str, _: &str) -> String {
    let signed = [header, payload].join(".");
    let signature = Key::pool_id().sign("RS256", &signed);
    [signed, B64.encode(signature)].join(".")
}
