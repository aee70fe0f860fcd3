//! Untrusted input of every kind, changed at random: an answer or a typed error, never a panic, and
//! never anything but the honest input accepted.

use crate::support::*;
use gatepass::json::Json;
use gatepass::oidc::config::Config;
use gatepass::oidc::sign_in::SignIn;
use gatepass::oidc::transaction::Transaction;
use gatepass::oidc::{callback, discovery, id_token, keys, tokens, userinfo};
use gatepass::return_to::same_origin;
use gatepass::secret::Secret;
use gatepass::session::Session;
use gatepass::url::Url;
use serde_json::json;

pub const ROUNDS: usize = 4_000;

#[test]
fn every_reader_survives_noise() {
    let answer = Answer::honest();
    let session = answer.session();
    let address = format!("{ORIGIN}/callback?code=c0de&state={}&iss={ISSUER}#x", begun().1.state);
    let metadata = json!({
        "issuer": "https://id.example", "authorization_endpoint": "https://id.example/a", "token_endpoint": "https://id.example/t",
        "jwks_uri": "https://id.example/k", "code_challenge_methods_supported": ["S256"],
    });
    let readers: Vec<(&str, String, fn(&str))> = vec![
        ("metadata", metadata.to_string(), |text| {
            let _ = discovery::read(&response(200, text), "https://id.example");
        }),
        ("userinfo", r#"{"sub":"ada","name":"Ada"}"#.into(), |text| {
            let _ = userinfo::read(&response(200, text), "ada");
        }),
        ("address", address, |text| {
            let _ = callback::parse(text);
        }),
        ("token", answer.id_token(), |text| {
            let _ = id_token::split(&Secret::new(text));
        }),
        ("token response", token_body(&answer).to_string(), |text| {
            let _ = tokens::read(&response(200, text));
        }),
        ("key set", answer.jwks.to_string(), |text| {
            let _ = keys::read(&response(200, text));
        }),
        ("configuration", config_json().to_string(), |text| {
            let _ = Config::parse(text, ORIGIN);
        }),
        ("options", r#"{"returnTo":"/a","extraParams":{"a":"b"}}"#.into(), |text| {
            let _ = SignIn::parse(text);
        }),
        ("transaction", begun().1.write(), |text| {
            let _ = Transaction::read(text);
        }),
        ("session", session.write(&config()), |text| {
            let _ = Session::read(text, &config());
        }),
        ("return", "/a/%2e%2F?b=c#d".into(), |text| assert!(same_origin(text, ORIGIN).starts_with('/'))),
        ("url", "https://user.example:8443/a?b#c".into(), |text| {
            let _ = Url::parse(text);
        }),
    ];
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    #[cfg(feature = "aws")]
    let readers = readers.into_iter().chain(crate::aws::readers());
    for (_, honest, read) in readers {
        for _ in 0..ROUNDS {
            read(&noise.change(&honest));
        }
    }
}

/// A token with any byte changed is not believed.
#[test]
fn no_changed_token_is_believed() {
    let honest = Answer::honest();
    let (_, transaction) = begun();
    let access_token = Secret::new(&honest.access_token);
    let keys = keys::read(&response(200, honest.jwks.to_string())).unwrap();
    let believe = |token: &str| {
        let check = id_token::split(&Secret::new(token))?.signature_check(&keys)?;
        let verdict = holds(&check);
        let valid = check.settle(verdict)?;
        let digest = digest(valid.algorithm(), access_token.expose());
        let companion = id_token::Companion { access_token: &access_token, digest: &digest };
        id_token::verify(&valid, &transaction, companion, None, NOW)
    };
    let token = honest.id_token();
    assert!(believe(&token).is_ok());
    let mut noise = Noise(0x2545_f491_4f6c_dd1d);
    for _ in 0..ROUNDS {
        let changed = noise.change(&token);
        if changed != token {
            assert_eq!(believe(&changed).unwrap_err().code.as_str(), "id_token_invalid", "{changed}");
        }
    }
}

/// Whatever `same_origin` lets through, the page's own URL rules keep on this origin.
#[test]
fn no_noise_leaves_the_origin() {
    let mut noise = Noise(0xda94_2042_e4dd_58b5);
    for seed in ["//evil.example", "/\\evil.example", "/%2F%2Fevil.example", "/..//evil.example", "https://app.example/x"] {
        for _ in 0..ROUNDS {
            let path = same_origin(&noise.change(seed), ORIGIN);
            assert!(!path.starts_with("//") && !path.starts_with("/\\"), "{path:?}");
            assert!(!path.chars().any(char::is_control), "{path:?}");
        }
    }
}

#[test]
fn json_reads_back_what_it_wrote() {
    let mut noise = Noise(0xbf58_476d_1ce4_e5b9);
    let honest = r#"{"a":[1,-2.5e3,"\u00e9\n\ud83d\ude00",null,true],"b":{"c":{}}}"#;
    for _ in 0..ROUNDS * 5 {
        let text = noise.change(honest);
        let ours = Json::parse(&text);
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        if let Ok(json) = &ours {
            assert_eq!(Json::parse(&json.write()).as_ref(), Ok(json), "{text}");
            let huge = text.contains(['e', 'E']); // serde_json refuses numbers that overflow f64
            assert!(theirs.is_ok() || huge, "{text}");
        } else if theirs.is_ok() {
            assert_eq!(ours, Err("json_duplicate"), "{text}");
        }
    }
}

/// xorshift64*: the same noise on every run.
pub struct Noise(pub u64);

impl Noise {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % limit
    }

    /// One to three changes: a character replaced, removed, doubled, or a stretch cut out.
    pub fn change(&mut self, text: &str) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        for _ in 0..=self.below(3) {
            let at = self.below(chars.len().max(1)).min(chars.len().saturating_sub(1));
            match self.below(4) {
                _ if chars.is_empty() => {}
                0 => chars[at] = ODD[self.below(ODD.len())],
                1 => drop(chars.remove(at)),
                2 => chars.insert(at, chars[at]),
                _ => {
                    let end = (at + self.below(8)).min(chars.len());
                    chars.drain(at..end);
                }
            }
        }
        chars.into_iter().collect()
    }
}

const ODD: [char; 32] = [
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '.',
    '-',
    '+',
    '/',
    '%',
    '#',
    '?',
    '&',
    '=',
    '@',
    '0',
    '9',
    'e',
    'A',
    '_',
    ' ',
    '\n',
    '\0',
    '\u{7f}',
    '\u{e9}',
    '\u{2028}',
    '\u{fffd}',
    '\u{1f600}',
    'u',
];
