"""Breaks a document, mostly so that it is no longer well-formed, always in a way that a careless reader may miss."""

TOKENS = [
    "<", ">", "&", '"', "'", "/", "=", ":", "]", "]]>", "-", "--", "<!--", "-->", "<![CDATA[", "<a>", "</a>", "<a/>", "<a:b/>",
    "<a:b:c/>", "<:a/>", "<a:/>", "<a:1/>", "<1/>", "<-a/>", "<a\u0300/>", "<\u0300/>", "<a\u00d7/>", "<xmlns:a/>", "<xml:a/>",
    "<xmlnsa/>", "</>", "< a/>", "<a / >", "<a b/>", "<a b=c/>", "<a b='<'/>", "<a b='&'/>", "<a b='1'c='2'/>",
    "<a b='1' b='2'/>", "<a xmlns='urn:x' xmlns='urn:x'/>", "<a xmlns:p=''/>", "<a xmlns:xml='urn:x'/>",
    "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
    "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", "<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>",
    "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", "<a xmlns='http://www.w3.org/2000/xmlns/'/>", "<a xmlns:='urn:x'/>",
    "<a xmlns:p='urn:x' xmlns:q='urn:x' p:i='1' q:i='2'/>", "<a xmlns:p='urn:x' p:i='1' i='2'/>", "<a xml:lang=''/>",
    "<a xmlns='&#117;rn:x'/>", "<a xmlns=' urn:x'/>", "<a xmlns='urn:x&#10;'/>", "<a p:b='1'/>", "<a:b xmlns:a='urn:x'></a:b>",
    "<a:b xmlns:a='urn:x'><c:b xmlns:c='urn:x'></a:b></c:b>", "&#0;", "&#1;", "&#x8;", "&#xD800;", "&#xDFFF;", "&#xFFFE;",
    "&#xFFFF;", "&#x110000;", "&#x100000041;", "&#4294967361;", "&#;", "&#x;", "&#X41;", "&#+65;", "&#-1;", "&# 65;",
    "&#65", "&#a;",
    "&nbsp;", "&AMP;", "&amp", "& amp;", "&;", "<?p?>", "<?xml version='1.0'?>", "<?XML?>", "<!DOCTYPE a>", "<!doctype a>",
    "<!ENTITY a 'b'>", "<!ELEMENT a ANY>", "\0", "\x01", "\x0b", "\x0c", "\x1f", "\ufeff", "\ufffe", "\uffff", "\u00a0", "\u0085",
]  # fmt: skip
BYTES = [b"\xff", b"\xc0\x80", b"\xc1\xbf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80", b"\xf8\x88"]


def mutated(random, document):
    """The document with one fault or two."""
    for _ in range(random.choice([1, 1, 1, 2])):
        document = random.choice(KINDS)(random, document)
    return document


def insert(random, document):
    at = random.randint(0, len(document))
    return document[:at] + random.choice(TOKENS).encode() + document[at:]


def insert_in_content(random, document):
    ends = [at for at in range(len(document)) if document[at : at + 1] in (b">", b"<")]
    at = random.choice(ends or [0])
    at += document[at : at + 1] == b">"
    return document[:at] + random.choice(TOKENS).encode() + document[at:]


def insert_bytes(random, document):
    at = random.randint(0, len(document))
    return document[:at] + random.choice(BYTES) + document[at:]


def delete(random, document):
    at = random.randrange(len(document) or 1)
    return document[:at] + document[at + random.choice([1, 1, 1, 2, 5]) :]


def delete_mark(random, document):
    """One of the characters that hold a document together."""
    marks = [at for at in range(len(document)) if document[at] in b"<>/\"'=&;:! ?-["]
    at = random.choice(marks or [0])
    return document[:at] + document[at + 1 :]


def repeat(random, document):
    at = random.randrange(len(document) or 1)
    end = at + random.randint(1, 20)
    return document[:end] + document[at:end] + document[end:]


def swap(random, document):
    at = random.randrange(len(document) or 1)
    return document[:at] + document[at + 1 : at + 2] + document[at : at + 1] + document[at + 2 :]


def truncate(random, document):
    return document[: random.randrange(len(document) or 1)]


KINDS = [insert] * 2 + [insert_in_content] * 3 + [delete_mark] * 2 + [insert_bytes, delete, repeat, swap, truncate]
