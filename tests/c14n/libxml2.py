"""The oracle: libxml2, by lxml. What it reads, what it refuses, its exclusive canonical form.

Beside that, `grounds`: which of our documented refusals a document deserves, told from libxml2's tree and not
from our parser. A document is refused if and only if it has such a ground, and by the rule of one of them.
"""

import copy
import functools
import re

from lxml import etree

MAX_BYTES, MAX_DEPTH, MAX_NODES, MAX_ATTRIBUTES, MAX_SCOPE = 512 * 1024, 64, 100_000, 256, 64
MAX_TEXT = 4 * MAX_BYTES
ABSOLUTE = re.compile(r"""[A-Za-z][A-Za-z0-9+.\-]*:[!#-;=?-Z_a-z~]*\Z""")
DECLARATION = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml\s+version\s*=\s*["'](.*?)["'](?:\s+encoding\s*=\s*["'](.*?)["'])?""")


def ready():
    """lxml passes a prefix on only when some document has had that string in it: `#default` gets into its dictionary."""
    etree.fromstring("<a xmlns='#default'/>")
    known = written(etree.fromstring("<p:a xmlns='urn:x' xmlns:p='urn:y'/>"), ["#default"])
    assert known == b'<p:a xmlns="urn:x" xmlns:p="urn:y"></p:a>', known


def read(document):
    """The tree, or None when it is ill-formed or its namespaces are."""
    root, faults = parsed(document)
    return None if faults else root


def only_its_uri_is_odd(document):
    """Whether all that libxml2 says against it is that its reader of URIs cannot take a namespace name (`p://:`)."""
    return parsed(document)[1] == {etree.ErrorTypes.WAR_NS_URI}


@functools.lru_cache(maxsize=1)  # Jobs about one document follow each other.
def parsed(document):
    """The tree, if any, and the types of the errors. lxml looks at the last entry alone: a warning hides an error."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        root, last = None, {error.code}
    else:
        last = set()
    return root, last | {entry.type for entry in parser.error_log if entry.level >= etree.ErrorLevels.ERROR}


def elements(root):
    return list(root.iter(etree.Element))


def canonical(root, prefixes, apex, without):
    """Exclusive C14N without comments. Takes a copy when an element is left out."""
    if without is None:
        return written(elements(root)[apex], prefixes)
    if without == apex:
        return b""
    every = elements(copy.deepcopy(root.getroottree()).getroot())
    leave_out(every[without])
    return written(every[apex], prefixes)


def written(element, prefixes):
    return etree.tostring(
        element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=list(prefixes) or None
    )


def leave_out(element):
    """lxml takes the text behind an element away with it: it is moved first."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    if parent is None:
        return  # the root is above every apex, or it is the apex
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    parent.remove(element)


@functools.lru_cache(maxsize=1)
def grounds(document, root, comments):
    """The rules by which we have to refuse what libxml2 reads."""
    found = set()
    info, every = root.getroottree().docinfo, elements(root)
    version, encoding = declared(document)
    if version != b"1.0":
        found.add("malformed")
    if encoding.lower() != b"utf-8" or document[:2] in (b"\xff\xfe", b"\xfe\xff"):
        found.add("encoding")
    if info.internalDTD is not None:
        found.add("doctype")
    if root.xpath("boolean(//processing-instruction())"):
        found.add("processing_instruction")
    if comments == "refused" and root.xpath("boolean(//comment())"):
        found.add("comment")
    if not all(ABSOLUTE.match(uri) for uri in uris(every)):
        found.add("namespace")
    if len(document) > MAX_BYTES:
        found.add("too_large")
    if depth(root) > MAX_DEPTH:
        found.add("too_deep")
    if nodes(every) > MAX_NODES or max(len(e.attrib) for e in every) > MAX_ATTRIBUTES or scope(document) > MAX_SCOPE:
        found.add("too_many")
    return found


def declared(document):
    """Version and encoding as they stand in the document."""
    match = DECLARATION.match(document)
    return (match[1], match[2] or b"utf-8") if match else (b"1.0", b"utf-8")


def uris(every):
    """The namespace names that are declared; that of an undeclaration is empty."""
    return {uri for element in every for uri in element.nsmap.values() if uri}


def depth(element):
    deepest, level = 0, 0
    for event, _ in etree.iterwalk(element, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest


def nodes(every):
    """Elements and texts; a text goes on over comments."""
    if len(every) < MAX_NODES // 4:
        return 0
    texts = 0
    for element in every:
        pieces, filled = [element.text], False
        for child in element:
            if isinstance(child.tag, str):
                texts, pieces = texts + any(pieces), []
            pieces.append(child.tail)
        texts += any(pieces)
    return len(every) + texts


def scope(document):
    """The declarations in force where they are most, redeclared ones counted again."""
    if document.count(b"xmlns") <= MAX_SCOPE:
        return 0
    parser = etree.XMLPullParser(events=("start-ns", "end-ns"), resolve_entities=False)
    parser.feed(document)
    most, level = 0, 0
    for event, _ in parser.read_events():
        level += 1 if event == "start-ns" else -1
        most = max(most, level)
    return most


ready()
