//! Times as SAML and STS write them: `xs:dateTime` in UTC, with a `Z` and nothing else (SAML core §1.3.3).

use crate::text::{decimal, whole_number};

/// Seconds since 1970; fractions of any length are cut off. `None`: not a time, or of another zone.
pub fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let days = days_before_month(year, month)?;
    let day_holds = (1..=days_before_month(year + month / 12, month % 12 + 1)? - days).contains(&day);
    if !day_holds || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some((((days + day - 1) * 24 + hour) * 60 + minute) * 60 + second)
}

/// `seconds` since 1970, which are between the years 1970 and 9999, as SAML writes them.
pub fn write(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // From an estimate downwards: at most two steps.
    let mut year = 1970 + days / 365;
    while days_before_month(year, 1).is_some_and(|first| first > days) {
        year -= 1;
    }
    let mut month = 12;
    while days_before_month(year, month).is_some_and(|first| first > days) {
        month -= 1;
    }
    let day = days - days_before_month(year, month).unwrap_or(0) + 1;
    let mut text = String::new();
    for (number, width, mark) in [
        (year, 4, "-"),
        (month, 2, "-"),
        (day, 2, "T"),
        (second / 3600, 2, ":"),
        (second / 60 % 60, 2, ":"),
        (second % 60, 2, "Z"),
    ] {
        let digits = decimal(number);
        text.extend(std::iter::repeat_n('0', usize::saturating_sub(width, digits.len())));
        text.push_str(&digits);
        text.push_str(mark);
    }
    text
}

/// Days from 1970 to the first of a month, by the Gregorian calendar.
fn days_before_month(year: i64, month: i64) -> Option<i64> {
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let in_year: i64 = *before.get(usize::try_from(month - 1).ok()?)?;
    let leaps = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let leap_day = if month > 2 { leaps(year) - leaps(year - 1) } else { 0 };
    Some((year - 1970) * 365 + leaps(year - 1) - leaps(1969) + in_year + leap_day)
}

/// Three numbers of fixed widths.
fn numbers(text: &str, mark: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(mark);
    let mut numbers = [0; 3];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let digits = parts.next().filter(|part| part.len() == width)?;
        *number = whole_number(digits)?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Seconds.
const DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2026-06-01T12:00:00Z", 1_780_315_200),
            ("2026-12-31T00:00:00Z", 1_798_675_200),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
            assert_eq!(write(seconds), text);
        }
        assert_eq!(parse("2026-06-01T12:00:00.9999999Z"), Some(1_780_315_200));
        for day in 0..60_000 {
            assert_eq!(parse(&write(day * DAY + 7)), Some(day * DAY + 7));
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "Z",
            "2026-06-01",
            "2026-06-01T12:00:00",
            "2026-06-01T12:00:00+00:00",
            "2026-06-01T12:00:00z",
            "2026-06-01 12:00:00Z",
            "2026-06-01T12:00Z",
            "2026-06-01T12:00:00.Z",
            "2026-06-01T12:00:00.1aZ",
            "26-06-01T12:00:00Z",
            "02026-06-01T12:00:00Z",
            "-026-06-01T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-00-01T12:00:00Z",
            "2026-06-31T12:00:00Z",
            "2026-02-29T12:00:00Z",
            "2100-02-29T12:00:00Z",
            "2026-06-00T12:00:00Z",
            "2026-06-01T24:00:00Z",
            "2026-06-01T12:60:00Z",
            "2026-06-01T12:00:60Z",
            " 2026-06-01T12:00:00Z",
            "2026-06-01T12:00:00Z ",
            "2026-06-01T12:00:00.000000000000000000000000000000000001ZZ",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
