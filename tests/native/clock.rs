//! The clock rules: what is learnt, and what an expired token cannot talk its way past.

use crate::support::*;
use gatepass::oidc::clock::{Clock, Witness, learn};
use serde_json::json;

const HOUR: i64 = 3600;

/// Name; `iat` and `exp` against the page's clock; the access token's `iat` and the `Date` against
/// the page's clock; the drift that is learnt, or `None` for a refusal.
#[rustfmt::skip]
const TABLE: &[(&str, i64, i64, Option<i64>, Option<i64>, Option<i64>)] = &[
    // honest tokens
    ("clocks-agree",                            0,  HOUR, Some(0), None, Some(0)),
    ("clocks-agree-no-witness",                 0,  HOUR, None, None, Some(0)),
    ("page-two-hours-behind",            2 * HOUR, 3 * HOUR, Some(2 * HOUR), None, Some(2 * HOUR)),
    ("page-two-hours-behind-no-witness", 2 * HOUR, 3 * HOUR, None, None, Some(2 * HOUR)),
    ("page-two-hours-ahead",            -2 * HOUR,    -HOUR, Some(-2 * HOUR), None, Some(-2 * HOUR)),
    ("page-two-hours-ahead-by-date",    -2 * HOUR,    -HOUR, None, Some(-2 * HOUR), Some(-2 * HOUR)),
    ("page-two-hours-ahead-both",       -2 * HOUR,    -HOUR, Some(-2 * HOUR - 60), Some(-2 * HOUR + 60), Some(-2 * HOUR)),
    ("page-two-hours-ahead-no-witness", -2 * HOUR,    -HOUR, None, None, Some(-2 * HOUR)),
    ("page-ten-years-behind",       87_600 * HOUR, 87_601 * HOUR, Some(87_600 * HOUR), None, Some(87_600 * HOUR)),
    ("slightly-ahead-with-witness",         -HOUR / 2, HOUR / 2, Some(-HOUR / 2), None, Some(-HOUR / 2)),
    ("slightly-ahead-no-witness-unlearnt",  -HOUR / 2, HOUR / 2, None, None, Some(0)),
    // an old token, an honest clock
    ("expired-witness-is-honest",       -2 * HOUR,    -HOUR, Some(0), None, None),
    ("expired-date-is-honest",          -2 * HOUR,    -HOUR, None, Some(0), None),
    ("expired-witness-61-seconds-off",  -2 * HOUR,    -HOUR, Some(-2 * HOUR + 61), None, None),
    ("expired-one-of-two-disagrees",    -2 * HOUR,    -HOUR, Some(-2 * HOUR), Some(0), None),
    ("expired-a-day-and-a-second-long", -25 * HOUR - 1, -HOUR, None, None, None),
    ("expired-a-day-long",              -25 * HOUR,   -HOUR, None, None, Some(-25 * HOUR)),
    ("expired-this-second",                 -HOUR,        0, Some(0), None, None),
    ("old-but-alive-witness-is-honest", -HOUR / 2, HOUR / 2, Some(0), None, Some(0)),
    ("future-iat-witness-is-honest",         HOUR, 2 * HOUR, Some(0), None, Some(0)),
    // no life at all
    ("lives-no-second",                         0,        0, Some(0), None, None),
    ("lives-backwards",                         0,       -1, Some(0), None, None),
    ("lives-backwards-in-the-future",    2 * HOUR,     HOUR, Some(2 * HOUR), None, None),
    ("overflow",                         i64::MIN, i64::MAX, None, None, None),
];

#[test]
fn table() {
    for (name, iat, exp, access, date, drift) in TABLE {
        let witness = Witness { access_token_iat: access.map(|t| NOW + t), date: date.map(|t| NOW + t) };
        let learnt = learn(NOW.saturating_add(*iat), NOW.saturating_add(*exp), witness, NOW);
        assert_eq!(learnt, drift.map(|drift| Clock { drift }), "{name}");
    }
    println!("clock: {}", TABLE.len());
}

/// The page's clock is wrong, the tokens are honest: the person is in, and the session knows the time.
#[test]
fn wrong_page_clocks_sign_in() {
    for wrong in [-2 * HOUR, 2 * HOUR, -400 * 24 * HOUR, 400 * 24 * HOUR] {
        let answer = Answer { now: NOW + wrong, ..Answer::honest() };
        assert_eq!(answer.judge().unwrap().1.drift, -wrong);
        let session = answer.session();
        assert_eq!((session.since, session.lifetime), (answer.now, HOUR), "{wrong}");
    }
}

/// Nothing is learnt from a token that is not believed: the error comes, not a clock.
#[test]
fn never_learnt_without_signature_and_nonce() {
    let forged = Answer { now: NOW + 2 * HOUR, key: Key::foreign(), ..Answer::honest() };
    assert_eq!(verdict(forged.judge()), "id_token_invalid/signature");
    let mut replayed = Answer { now: NOW + 2 * HOUR, ..Answer::honest() };
    replayed.claims["nonce"] = json!("of another sign-in");
    assert_eq!(verdict(replayed.judge()), "id_token_invalid/nonce");
}

/// The access token is only a witness; one that is no JWT is none.
#[test]
fn the_access_token_as_witness() {
    let mut answer = Answer { now: NOW + 2 * HOUR, ..Answer::honest() };
    assert_eq!(answer.judge().unwrap().1.drift, -2 * HOUR);
    answer.access_token = jwt(&json!({ "alg": "RS256" }), &json!({ "iat": NOW + 2 * HOUR }).to_string(), &Key::pool_access());
    assert_eq!(verdict(answer.judge()), "id_token_invalid/exp");
    answer.access_token = "opaque".into();
    answer.date = Some(NOW + 2 * HOUR);
    assert_eq!(verdict(answer.judge()), "id_token_invalid/exp");
}
