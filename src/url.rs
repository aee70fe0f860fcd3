//! Just enough of a URL: an absolute http(s) address taken apart without normalising it.
//!
//! The `url` crate doubles the module. What this reader does not understand it refuses, so that no
//! second reader (the browser) sees another host than we did.

/// An absolute http or https address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url<'a> {
    /// Scheme, host and port as written: `https://example.com:8443`.
    pub origin: &'a str,
    /// Host without port, lower case as written.
    pub host: &'a str,
    /// Path as written; empty or starting with `/`.
    pub path: &'a str,
    /// Query without `?`; empty when there is none.
    pub query: &'a str,
    /// Fragment without `#`; `None` when there is no `#`.
    pub fragment: Option<&'a str>,
}

impl<'a> Url<'a> {
    /// Takes `text` apart. `None` for another scheme, userinfo, an empty or odd host, white space,
    /// a backslash or a control character anywhere.
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return None;
        }
        let (address, fragment) = match text.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (text, None),
        };
        let (address, query) = address.split_once('?').unwrap_or((address, ""));
        let after_scheme = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
        let authority = after_scheme.split('/').next()?;
        let path = after_scheme.strip_prefix(authority)?;
        let origin = address.strip_suffix(path)?;
        let (host, port) = split_port(authority)?;
        let port_holds = port.is_none_or(|p| p.parse::<u16>().is_ok_and(|n| n > 0));
        (is_host(host) && port_holds).then_some(Url { origin, host, path, query, fragment })
    }

    /// Whether the page may use it: https, or http on this very machine (RFC 8252 §8.3, Secure Contexts §3.1).
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://") || matches!(self.host, "localhost" | "127.0.0.1" | "[::1]")
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if let Some(rest) = authority.strip_prefix("[::1]") {
        let port = if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) };
        return Some(("[::1]", port));
    }
    Some(match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    })
}

fn is_host(host: &str) -> bool {
    let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    host == "[::1]" || host.split('.').all(label)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn takes_apart() {
        let url = Url::parse("https://a.example:8443/b/c?d=e?#f").unwrap();
        assert_eq!((url.origin, url.host, url.path), ("https://a.example:8443", "a.example", "/b/c"));
        assert_eq!((url.query, url.fragment), ("d=e?", Some("f")));
        assert_eq!(Url::parse("http://localhost").unwrap().path, "");
        assert_eq!(Url::parse("http://[::1]:80/").unwrap().origin, "http://[::1]:80");
    }

    #[test]
    fn refuses_what_browsers_read_otherwise() {
        for text in [
            "",
            "/callback",
            "//a.example",
            "ftp://a.example",
            "HTTPS://a.example",
            "https://",
            "https:///a",
            "https://A.example",
            "https://u@a.example",
            "https://u:p@a.example",
            "https://a.example:",
            "https://a.example:0",
            "https://a.example:99999",
            "https://a.example:80:80",
            "https://a..example",
            "https://a_b.example",
            "https://a.example\\b",
            "https://a.example/ b",
            "https://a.example/\n",
            "https://a.example/\u{1}",
            "https://a.example/\u{7f}",
            "https://[::2]/",
            "https://%61.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(Url::parse(text), None, "{text:?}");
        }
    }
}
