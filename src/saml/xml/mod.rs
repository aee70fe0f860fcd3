//! XML as SAML needs it: one strict reader, a flat tree that keeps every prefix.
//!
//! ```text
//! text ─> declaration? ─> tags, texts, references ─> namespaces resolved ─> Document
//! ```
//!
//! XML 1.0 (Fifth Edition), Namespaces in XML 1.0 (Third Edition). UTF-8 only; no document type, no
//! processing instruction, and no comment either where [`Comments::Refused`]: two readers of one
//! message must not see two documents. Every limit is a constant; time is linear in the input times
//! those limits, and nothing recurses.

mod characters;
mod parser;

use characters::is_space;
pub use characters::{is_nc_name, is_xml_text};
use std::borrow::Cow;
use std::ops::Range;

/// A document, its nodes in document order.
#[derive(Debug)]
pub struct Document<'a> {
    nodes: Vec<Node<'a>>,
    attributes: Vec<Attribute<'a>>,
    namespaces: Vec<Namespace<'a>>,
}

/// An element of a document.
#[derive(Debug, Clone, Copy)]
pub struct Element<'d, 'a> {
    document: &'d Document<'a>,
    index: usize,
}

/// An attribute that is no namespace declaration.
#[derive(Debug)]
pub struct Attribute<'a> {
    /// The prefix as written, empty without one.
    pub prefix: &'a str,
    /// The local name.
    pub local: &'a str,
    /// The normalised value (XML 1.0 §3.3.3).
    pub value: Cow<'a, str>,
    namespace: usize,
}

/// A declaration; an empty address takes the default namespace away.
#[derive(Debug)]
pub(super) struct Namespace<'a> {
    pub(super) prefix: &'a str,
    pub(super) uri: Cow<'a, str>,
}

/// What comments are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// As if they were not there: the texts around them are one.
    Dropped,
    /// A reason to refuse the document.
    Refused,
}

#[derive(Debug)]
pub(super) struct Node<'a> {
    parent: usize,
    /// The index after the last descendant.
    pub(super) end: usize,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug)]
pub(super) enum Kind<'a> {
    Text(Cow<'a, str>),
    Tag(Tag<'a>),
}

#[derive(Debug)]
pub(super) struct Tag<'a> {
    pub(super) prefix: &'a str,
    local: &'a str,
    namespace: usize,
    attributes: Range<usize>,
    declared: Range<usize>,
}

/// Reads a document.
///
/// # Errors
/// The rule: `too_large`, `too_deep`, `too_many`, `encoding`, `doctype`, `processing_instruction`,
/// `comment`, `namespace`, `malformed`.
pub fn parse(text: &str, comments: Comments) -> Result<Document<'_>, &'static str> {
    if text.len() > MAX_BYTES { Err("too_large") } else { parse_any_size(text, comments) }
}

/// [`parse`] of a text that is ours, and may have grown by being made canonical.
pub(super) fn parse_any_size(text: &str, comments: Comments) -> Result<Document<'_>, &'static str> {
    parser::read(text, comments)
}

/// Reads a document from bytes: UTF-8 is the only encoding.
///
/// # Errors
/// As [`parse`].
pub fn parse_bytes(bytes: &[u8], comments: Comments) -> Result<Document<'_>, &'static str> {
    if bytes.len() > MAX_BYTES {
        return Err("too_large");
    }
    parse(std::str::from_utf8(bytes).map_err(|_| "encoding")?, comments)
}

impl<'a> Document<'a> {
    /// The root element.
    pub fn root(&self) -> Element<'_, 'a> {
        Element { document: self, index: 0 }
    }

    /// Every element, in document order.
    pub fn elements(&self) -> Elements<'_, 'a> {
        self.root().descendants_or_self()
    }

    pub(super) fn node(&self, index: usize) -> &Node<'a> {
        self.nodes.get(index).unwrap_or(&NOTHING)
    }

    pub(super) fn namespace(&self, index: usize) -> &Namespace<'a> {
        self.namespaces.get(index).unwrap_or(&NO_NAMESPACE)
    }
}

impl<'d, 'a> Element<'d, 'a> {
    /// Whether it has this expanded name.
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.local() == local && self.namespace() == namespace
    }

    /// The local name.
    pub fn local(self) -> &'a str {
        self.tag().local
    }

    /// The namespace name; empty without one.
    pub fn namespace(self) -> &'d str {
        &self.document.namespace(self.tag().namespace).uri
    }

    /// The value of the attribute `name` that is in no namespace.
    pub fn attribute(self, name: &str) -> Option<&'d str> {
        self.attributes().iter().find(|a| a.prefix.is_empty() && a.local == name).map(|a| &*a.value)
    }

    /// Its attributes as they are written.
    pub fn attributes(self) -> &'d [Attribute<'a>] {
        self.document.attributes.get(self.tag().attributes.clone()).unwrap_or_default()
    }

    /// The namespace name of one of its attributes.
    pub fn namespace_of(self, attribute: &Attribute<'a>) -> &'d str {
        &self.document.namespace(attribute.namespace).uri
    }

    /// Its child elements.
    pub fn children(self) -> Elements<'d, 'a> {
        Elements { document: self.document, next: self.index + 1, end: self.document.node(self.index).end, deep: false }
    }

    /// The one child of this name, when there is just one.
    pub fn only(self, namespace: &str, local: &str) -> Option<Element<'d, 'a>> {
        let mut named = self.children().filter(|child| child.is(namespace, local));
        named.next().filter(|_| named.next().is_none())
    }

    /// It and every element below it.
    pub fn descendants_or_self(self) -> Elements<'d, 'a> {
        Elements { document: self.document, next: self.index, end: self.document.node(self.index).end, deep: true }
    }

    /// Its text, references resolved; `None` when there is an element in it.
    pub fn text(self) -> Option<&'d str> {
        let inside = self.index + 1;
        match (self.document.node(self.index).end - inside, &self.document.node(inside).kind) {
            (0, _) => Some(""),
            (1, Kind::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Every text below it.
    pub fn all_text(self) -> String {
        let mut all = String::new();
        for index in self.index..self.document.node(self.index).end {
            if let Kind::Text(text) = &self.document.node(index).kind {
                all.push_str(text);
            }
        }
        all
    }

    /// Whether nothing but elements and white space is directly in it.
    pub fn has_only_elements(self) -> bool {
        let inside = self.index + 1..self.document.node(self.index).end;
        inside.map(|i| self.document.node(i)).filter(|node| node.parent == self.index).all(|node| match &node.kind {
            Kind::Text(text) => text.bytes().all(is_space),
            Kind::Tag(_) => true,
        })
    }

    pub(super) fn document(self) -> &'d Document<'a> {
        self.document
    }

    /// The element at another place of the same document.
    pub(super) fn at(self, index: usize) -> Element<'d, 'a> {
        Element { document: self.document, index }
    }

    pub(super) fn index(self) -> usize {
        self.index
    }

    pub(super) fn parent(self) -> Option<Element<'d, 'a>> {
        let parent = self.document.node(self.index).parent;
        (self.index > 0).then_some(Element { document: self.document, index: parent })
    }

    pub(super) fn tag(self) -> &'d Tag<'a> {
        match &self.document.node(self.index).kind {
            Kind::Tag(tag) => tag,
            Kind::Text(_) => &NO_TAG,
        }
    }

    /// The declarations that are written on it.
    pub(super) fn declarations(self) -> &'d [Namespace<'a>] {
        self.document.namespaces.get(self.tag().declared.clone()).unwrap_or_default()
    }
}

/// Elements in document order. A type of its own, for one copy of its loop instead of one for each use.
#[derive(Debug, Clone)]
pub struct Elements<'d, 'a> {
    document: &'d Document<'a>,
    next: usize,
    end: usize,
    /// Whether what is inside of an element counts too.
    deep: bool,
}

impl<'d, 'a> Iterator for Elements<'d, 'a> {
    type Item = Element<'d, 'a>;

    #[inline(never)]
    fn next(&mut self) -> Option<Element<'d, 'a>> {
        while self.next < self.end {
            let index = self.next;
            let node = self.document.node(index);
            self.next = if self.deep { index + 1 } else { node.end };
            if let Kind::Tag(_) = node.kind {
                return Some(Element { document: self.document, index });
            }
        }
        None
    }
}

/// The namespace of the prefix `xml`.
const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
static NO_NAMESPACE: Namespace<'static> = Namespace { prefix: "", uri: Cow::Borrowed("") };
static NO_TAG: Tag<'static> = Tag { prefix: "", local: "", namespace: 0, attributes: 0..0, declared: 0..0 };
static NOTHING: Node<'static> = Node { parent: 0, end: usize::MAX, kind: Kind::Text(Cow::Borrowed("")) };

/// Bytes of a document. Responses with hundreds of groups have been seen at 76 kB.
pub const MAX_BYTES: usize = 512 * 1024;
