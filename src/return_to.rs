//! Where the person is sent after sign-in: this origin, or `/` (RFC 9700 §4.11, open redirectors).

use crate::form::decode_one;

/// `wanted` as a path of `origin`, query and fragment included, or `/` when it is anything else.
///
/// Accepts an absolute address of the very same origin too. Refuses, also percent-encoded up to
/// three times over: `//host`, `/\host`, backslashes, control characters, dot segments.
pub fn same_origin(wanted: &str, origin: &str) -> String {
    let path = wanted.strip_prefix(origin).filter(|rest| rest.starts_with('/')).unwrap_or(wanted);
    if is_safe(path) { path.to_owned() } else { "/".to_owned() }
}

fn is_safe(path: &str) -> bool {
    if path.len() > MAX_LENGTH || path.chars().any(char::is_control) {
        return false;
    }
    let mut only_path = path.split(['?', '#']).next().unwrap_or_default().to_owned();
    for _ in 0..MAX_ENCODINGS {
        if !is_plain_path(&only_path) {
            return false;
        }
        let decoded = decode_one(&only_path);
        if decoded == only_path {
            return true;
        }
        only_path = decoded;
    }
    false
}

fn is_plain_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|c: char| c == '\\' || c.is_control())
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Bytes. Longer addresses are not worth coming back to.
const MAX_LENGTH: usize = 2048;
/// Rounds of percent-decoding that are looked through.
const MAX_ENCODINGS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://app.example";

    #[test]
    fn keeps_paths_of_this_origin() {
        for path in [
            "/",
            "/a/b?c=d#e",
            "/a?next=//evil",
            "/a+b",
            "/caf%C3%A9",
            "/a%20b",
            "/view/https://b.example/",
            "/?q=%5C",
            "/a.b/..c",
        ] {
            assert_eq!(same_origin(path, ORIGIN), path);
        }
        assert_eq!(same_origin("https://app.example/a?b#c", ORIGIN), "/a?b#c");
    }

    #[test]
    fn everything_else_is_the_start_page() {
        for path in [
            "",
            "a",
            "?a",
            "#a",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "///evil.example",
            "/..//evil.example",
            "/.//evil.example",
            "/a/../..//evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://evil.example/",
            "https://app.example.evil.example/",
            "https://app.example@evil.example/",
            "https://app.example",
            "http://app.example/",
            "//app.example@evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\u{1}//evil.example",
            " //evil.example",
            "/%2Fevil.example",
            "/%5Cevil.example",
            "/%5cevil.example",
            "/%252Fevil.example",
            "/%25252Fevil.example",
            "/%2525252Fevil.example",
            "/%2e%2e//evil.example",
            "/%09/evil.example",
            "/a%0d%0aset-cookie:x",
            "%2F%2Fevil.example",
            "/a\\b",
            "/a%00b",
        ] {
            assert_eq!(same_origin(path, ORIGIN), "/", "{path:?}");
        }
        let long = |length: usize| format!("/{}", "a".repeat(length - 1));
        assert_eq!(same_origin(&long(MAX_LENGTH), ORIGIN), long(MAX_LENGTH));
        assert_eq!(same_origin(&long(MAX_LENGTH + 1), ORIGIN), "/");
    }
}
