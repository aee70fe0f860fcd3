//! Text → tree: tags, namespaces, the limits (XML 1.0, Namespaces in XML 1.0).

use super::characters::{Place, find, is_absolute, is_char, is_space, name_length, starts_name, unescape};
use super::{Attribute, Comments, Document, Element, Kind, Namespace, Node, Tag, XML_NAMESPACE};
use crate::text::split_at_mark;
use std::borrow::Cow;
use std::ops::Range;

/// Reads a document of any size.
pub(super) fn read(text: &str, comments: Comments) -> Result<Document<'_>, &'static str> {
    let mut parser = Parser {
        rest: text.strip_prefix('\u{feff}').unwrap_or(text),
        comments,
        open: Vec::new(),
        scope: Vec::new(),
        document: Document {
            nodes: Vec::new(),
            attributes: Vec::new(),
            namespaces: vec![
                Namespace { prefix: "", uri: Cow::Borrowed("") },
                Namespace { prefix: "xml", uri: Cow::Borrowed(XML_NAMESPACE) },
            ],
        },
    };
    parser.declaration()?;
    parser.document()?;
    Ok(parser.document)
}

struct Parser<'a> {
    rest: &'a str,
    comments: Comments,
    /// The open elements, with the length of `scope` outside of each.
    open: Vec<(usize, usize)>,
    /// The declarations in force, the innermost last.
    scope: Vec<usize>,
    document: Document<'a>,
}

impl<'a> Parser<'a> {
    /// `<?xml version="1.0" encoding="UTF-8"?>` (XML 1.0 §2.8).
    fn declaration(&mut self) -> Result<(), &'static str> {
        let Some(rest) = self.rest.strip_prefix("<?xml").filter(|rest| rest.bytes().next().is_some_and(is_space)) else {
            return Ok(());
        };
        self.rest = rest;
        if self.pseudo_attribute("version")? != Some("1.0") {
            return Err(MALFORMED);
        }
        if self.pseudo_attribute("encoding")?.is_some_and(|name| !name.eq_ignore_ascii_case("utf-8")) {
            return Err("encoding");
        }
        if self.pseudo_attribute("standalone")?.is_some_and(|value| !matches!(value, "yes" | "no")) {
            return Err(MALFORMED);
        }
        self.space();
        self.expect("?>")
    }

    fn pseudo_attribute(&mut self, name: &str) -> Result<Option<&'a str>, &'static str> {
        let before = self.rest;
        if !self.space() || !self.eat(name) {
            self.rest = before;
            return Ok(None);
        }
        self.equals()?;
        self.quoted().map(Some)
    }

    fn document(&mut self) -> Result<(), &'static str> {
        self.outside()?;
        self.expect("<")?;
        self.start_tag()?;
        while !self.open.is_empty() {
            match self.rest.as_bytes() {
                [b'<', b'/', ..] => {
                    self.split(2);
                    self.end_tag()?;
                }
                [b'<', b'!', ..] if self.eat("<![CDATA[") => {
                    let raw = self.until("]]>")?;
                    let text = unescape(raw, Place::CharacterData)?;
                    self.text(text)?;
                }
                [b'<', b'!' | b'?', ..] => self.comment()?,
                [b'<', ..] => {
                    self.split(1);
                    self.start_tag()?;
                }
                bytes => {
                    let raw = self.split(find(bytes, |b| b == b'<').ok_or(MALFORMED)?);
                    if raw.as_bytes().contains(&b'>') && split_at_mark(raw, "]]>").is_some() {
                        return Err(MALFORMED);
                    }
                    let text = unescape(raw, Place::Content)?;
                    self.text(text)?;
                }
            }
        }
        self.outside()?;
        if self.rest.is_empty() { Ok(()) } else { Err(MALFORMED) }
    }

    /// White space and comments around the root.
    fn outside(&mut self) -> Result<(), &'static str> {
        self.space();
        while self.rest.starts_with("<!") || self.rest.starts_with("<?") {
            self.comment()?;
            self.space();
        }
        Ok(())
    }

    /// A comment, the one thing that `<!` or `<?` may begin here.
    fn comment(&mut self) -> Result<(), &'static str> {
        if self.rest.starts_with("<?") {
            return Err("processing_instruction");
        }
        if self.rest.starts_with("<!DOCTYPE") {
            return Err("doctype");
        }
        self.expect("<!--")?;
        if self.comments == Comments::Refused {
            return Err("comment");
        }
        let text = self.until("--")?;
        if !text.chars().all(is_char) {
            return Err(MALFORMED);
        }
        self.expect(">")
    }

    fn start_tag(&mut self) -> Result<(), &'static str> {
        if self.open.len() >= MAX_DEPTH {
            return Err("too_deep");
        }
        let (prefix, local) = self.name()?;
        let (first_attribute, first_declared) = (self.document.attributes.len(), self.document.namespaces.len());
        let outside = self.scope.len();
        let is_empty = loop {
            let spaced = self.space();
            match self.rest.as_bytes().first() {
                Some(b'>') => {
                    self.split(1);
                    break false;
                }
                Some(b'/') => {
                    self.expect("/>")?;
                    break true;
                }
                _ if !spaced => return Err(MALFORMED),
                _ => self.attribute(first_attribute, first_declared)?,
            }
        };
        let attributes = first_attribute..self.document.attributes.len();
        self.resolve_attributes(attributes.clone())?;
        let tag = Tag {
            prefix,
            local,
            namespace: self.resolve(prefix)?,
            attributes,
            declared: first_declared..self.document.namespaces.len(),
        };
        let index = self.add(Kind::Tag(tag))?;
        self.open.push((index, outside));
        if is_empty { self.close() } else { Ok(()) }
    }

    fn attribute(&mut self, first_attribute: usize, first_declared: usize) -> Result<(), &'static str> {
        let (prefix, local) = self.name()?;
        self.equals()?;
        let value = unescape(self.quoted()?, Place::Attribute)?;
        match (prefix, local) {
            ("", "xmlns") => self.declare("", value, first_declared),
            ("xmlns", local) => self.declare(local, value, first_declared),
            _ => {
                if self.document.attributes.len() - first_attribute >= MAX_ATTRIBUTES {
                    return Err("too_many");
                }
                self.document.attributes.push(Attribute { prefix, local, value, namespace: 0 });
                Ok(())
            }
        }
    }

    /// Namespaces in XML §2.2, §3, §5.
    fn declare(&mut self, prefix: &'a str, uri: Cow<'a, str>, first: usize) -> Result<(), &'static str> {
        let own = self.document.namespaces.get(first..).unwrap_or_default();
        let allowed = if uri.is_empty() { prefix.is_empty() } else { is_absolute(&uri) };
        let of_xml = (prefix == "xml") != (uri == XML_NAMESPACE); // each only with the other
        let reserved = of_xml || prefix == "xmlns" || uri == "http://www.w3.org/2000/xmlns/";
        if reserved || !allowed || own.iter().any(|known| known.prefix == prefix) {
            return Err("namespace");
        }
        if self.scope.len() >= MAX_SCOPE {
            return Err("too_many");
        }
        self.scope.push(self.document.namespaces.len());
        self.document.namespaces.push(Namespace { prefix, uri });
        Ok(())
    }

    fn resolve(&self, prefix: &str) -> Result<usize, &'static str> {
        if prefix == "xml" {
            return Ok(1);
        }
        let declared = self.scope.iter().rev().find(|i| self.document.namespace(**i).prefix == prefix);
        match declared {
            Some(index) => Ok(*index),
            None if prefix.is_empty() => Ok(0),
            None => Err("namespace"),
        }
    }

    /// Attributes without prefix are in no namespace; no expanded name may stand twice (§6.3).
    fn resolve_attributes(&mut self, own: Range<usize>) -> Result<(), &'static str> {
        for index in own.clone() {
            let Some(Attribute { prefix, local, .. }) = self.document.attributes.get(index) else { return Err(MALFORMED) };
            let namespace = if prefix.is_empty() { 0 } else { self.resolve(prefix)? };
            let uri = &self.document.namespace(namespace).uri;
            let earlier = self.document.attributes.get(own.start..index).unwrap_or_default();
            if earlier.iter().any(|a| a.local == *local && self.document.namespace(a.namespace).uri == *uri) {
                return Err(MALFORMED);
            }
            if let Some(attribute) = self.document.attributes.get_mut(index) {
                attribute.namespace = namespace;
            }
        }
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), &'static str> {
        let name = self.name()?;
        self.space();
        self.expect(">")?;
        let open = self.open.last().map_or(0, |(index, _)| *index);
        let tag = Element { document: &self.document, index: open }.tag();
        if name != (tag.prefix, tag.local) {
            return Err(MALFORMED);
        }
        self.close()
    }

    fn close(&mut self) -> Result<(), &'static str> {
        let (index, outside) = self.open.pop().ok_or(MALFORMED)?;
        self.scope.truncate(outside);
        let end = self.document.nodes.len();
        if let Some(node) = self.document.nodes.get_mut(index) {
            node.end = end;
        }
        Ok(())
    }

    /// Text goes on where it stopped before a comment or a CDATA section.
    fn text(&mut self, more: Cow<'a, str>) -> Result<(), &'static str> {
        if more.is_empty() {
            return Ok(());
        }
        let parent = self.open.last().map(|(index, _)| *index);
        if let Some(Node { kind: Kind::Text(text), parent: of, .. }) = self.document.nodes.last_mut()
            && Some(*of) == parent
        {
            text.to_mut().push_str(&more);
            return Ok(());
        }
        self.add(Kind::Text(more)).map(drop)
    }

    fn add(&mut self, kind: Kind<'a>) -> Result<usize, &'static str> {
        let index = self.document.nodes.len();
        if index >= MAX_NODES {
            return Err("too_many");
        }
        let parent = self.open.last().map_or(0, |(index, _)| *index);
        self.document.nodes.push(Node { parent, end: index + 1, kind });
        Ok(index)
    }

    /// Prefix and local name (Namespaces in XML §4).
    fn name(&mut self) -> Result<(&'a str, &'a str), &'static str> {
        let first = self.nc_name()?;
        if self.eat(":") { Ok((first, self.nc_name()?)) } else { Ok(("", first)) }
    }

    fn nc_name(&mut self) -> Result<&'a str, &'static str> {
        let name = self.split(name_length(self.rest));
        if starts_name(name) { Ok(name) } else { Err(MALFORMED) }
    }

    fn equals(&mut self) -> Result<(), &'static str> {
        self.space();
        self.expect("=")?;
        self.space();
        Ok(())
    }

    fn quoted(&mut self) -> Result<&'a str, &'static str> {
        let Some((quote @ (b'"' | b'\''), after)) = self.rest.as_bytes().split_first() else { return Err(MALFORMED) };
        let length = find(after, |b| b == *quote).ok_or(MALFORMED)?;
        self.split(1);
        let text = self.split(length);
        self.split(1);
        Ok(text)
    }

    /// Up to `mark`, which is passed over.
    fn until(&mut self, mark: &str) -> Result<&'a str, &'static str> {
        let (text, rest) = split_at_mark(self.rest, mark).ok_or(MALFORMED)?;
        self.rest = rest;
        Ok(text)
    }

    fn split(&mut self, at: usize) -> &'a str {
        let (text, rest) = self.rest.split_at_checked(at).unwrap_or_default();
        self.rest = rest;
        text
    }

    fn space(&mut self) -> bool {
        let length = find(self.rest.as_bytes(), |b| !is_space(b)).unwrap_or(self.rest.len());
        self.split(length);
        length > 0
    }

    fn eat(&mut self, mark: &str) -> bool {
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, mark: &str) -> Result<(), &'static str> {
        if self.eat(mark) { Ok(()) } else { Err(MALFORMED) }
    }
}

const MALFORMED: &str = "malformed";
/// Elements inside each other. A signed assertion needs 8.
const MAX_DEPTH: usize = 64;
/// Elements and texts of a document.
const MAX_NODES: usize = 100_000;
/// Attributes of one element.
const MAX_ATTRIBUTES: usize = 256;
/// Namespace declarations in force at one place.
const MAX_SCOPE: usize = 64;
