//! Exclusive XML Canonicalization 1.0, without comments: one text for what is one tree.
//!
//! A namespace is written where a name that is seen uses it and the element above did not already
//! write it; the prefixes of an `InclusiveNamespaces PrefixList` are written wherever they are in
//! force (§3). Held against libxml2 in `tests/`.

use super::xml::{Attribute, Element, Kind};

/// The canonical text of `apex` and all that is in it, except for `without` (the enveloped signature).
/// `inclusive` is the PrefixList, `#default` for the default namespace. `None`: it would be longer than
/// [`MAX_BYTES`], because a long declaration is written again and again.
pub fn canonicalize(apex: Element<'_, '_>, without: Option<Element<'_, '_>>, inclusive: &[&str]) -> Option<String> {
    let document = apex.document();
    let mut writer = Writer { out: String::new(), written: Vec::new() };
    let mut open: Vec<(Element<'_, '_>, usize)> = Vec::new();
    let mut index = apex.index();
    let end = document.node(index).end;
    loop {
        while let Some((element, outside)) = open.pop_if(|(element, _)| document.node(element.index()).end <= index) {
            writer.written.truncate(outside);
            writer.end_tag(element);
        }
        if writer.out.len() > MAX_BYTES {
            return None;
        }
        if index >= end {
            return Some(writer.out);
        }
        if without.is_some_and(|without| without.index() == index) {
            index = document.node(index).end;
            continue;
        }
        match &document.node(index).kind {
            Kind::Text(text) => writer.escape(text, false),
            Kind::Tag(_) => {
                let element = apex.at(index);
                open.push((element, writer.written.len()));
                writer.start_tag(element, index == apex.index(), inclusive);
            }
        }
        index += 1;
    }
}

struct Writer<'d> {
    out: String,
    /// Prefixes and namespaces of the elements that are open, the innermost last.
    written: Vec<(&'d str, &'d str)>,
}

impl<'d> Writer<'d> {
    fn start_tag(&mut self, element: Element<'d, '_>, is_apex: bool, inclusive: &[&str]) {
        self.out.push('<');
        self.name(element.tag().prefix, element.local());
        let outside = self.written.len();
        self.need(outside, element.tag().prefix, element.namespace());
        for attribute in element.attributes() {
            if !attribute.prefix.is_empty() {
                self.need(outside, attribute.prefix, element.namespace_of(attribute));
            }
        }
        for prefix in inclusive {
            let prefix = if *prefix == "#default" { "" } else { prefix };
            if let Some((prefix, uri)) = declared(element, prefix, is_apex) {
                self.need(outside, prefix, uri);
            }
        }
        for (prefix, uri) in self.written.get(outside..).unwrap_or_default() {
            self.out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.out.push_str(prefix);
            self.out.push_str("=\"");
            escape(&mut self.out, uri, true);
            self.out.push('"');
        }
        let mut sorted: Vec<&Attribute<'_>> = Vec::new();
        for attribute in element.attributes() {
            let key = (element.namespace_of(attribute), attribute.local);
            let at = sorted.iter().take_while(|a| (element.namespace_of(a), a.local) < key).count();
            sorted.insert(at, attribute);
        }
        for attribute in sorted {
            self.out.push(' ');
            self.name(attribute.prefix, attribute.local);
            self.out.push_str("=\"");
            self.escape(&attribute.value, true);
            self.out.push('"');
        }
        self.out.push('>');
    }

    fn end_tag(&mut self, element: Element<'_, '_>) {
        self.out.push_str("</");
        self.name(element.tag().prefix, element.local());
        self.out.push('>');
    }

    /// Notes a namespace that has to be written here, in the order of the prefixes (§2, Canonical XML §2.2).
    fn need(&mut self, outside: usize, prefix: &'d str, uri: &'d str) {
        let known = self.written.iter().rev().find(|(p, _)| *p == prefix).map_or("", |(_, uri)| uri);
        if known != uri && prefix != "xml" {
            let own = self.written.get(outside..).unwrap_or_default();
            let at = own.iter().take_while(|(p, _)| *p < prefix).count();
            self.written.insert(outside + at, (prefix, uri));
        }
    }

    fn name(&mut self, prefix: &str, local: &str) {
        if !prefix.is_empty() {
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(local);
    }

    fn escape(&mut self, text: &str, in_attribute: bool) {
        escape(&mut self.out, text, in_attribute);
    }
}

/// What `prefix` stands for, when that is said on `element`; for the apex, on any element above it too.
fn declared<'d>(element: Element<'d, '_>, prefix: &str, is_apex: bool) -> Option<(&'d str, &'d str)> {
    let mut at = Some(element);
    while let Some(here) = at {
        if let Some(namespace) = here.declarations().iter().find(|namespace| namespace.prefix == prefix) {
            return Some((namespace.prefix, &namespace.uri));
        }
        at = here.parent().filter(|_| is_apex);
    }
    None
}

/// Canonical XML 1.0 §2.3. Also how the messages that we make are written.
pub(super) fn escape(out: &mut String, text: &str, in_attribute: bool) {
    let mut rest = text;
    let special =
        |b: u8| matches!(b, b'&' | b'<' | b'\r') || if in_attribute { matches!(b, b'"' | b'\t' | b'\n') } else { b == b'>' };
    while let Some((plain, from)) = rest.as_bytes().iter().position(|b| special(*b)).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(plain);
        let mut after = from.chars();
        out.push_str(match after.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            Some('\t') => "&#x9;",
            Some('\n') => "&#xA;",
            _ => "&#xD;",
        });
        rest = after.as_str();
    }
    out.push_str(rest);
}

/// Bytes of a canonical text.
pub const MAX_BYTES: usize = 4 * super::xml::MAX_BYTES;
