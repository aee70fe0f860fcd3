"""Vectors of exclusive C14N in the corpus: expected texts of libxml2's and Santuario's tests, digests in signatures.

Our interface takes an element with all below it. A vector that selects other node sets is not applicable; each
says why.
"""

import base64
import hashlib
import re
from typing import NamedTuple

from lxml import etree

import libxml2
from program import Job

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
SUBTREE = re.compile(r"(?:\(//\. \| //@\* \| //namespace::\*\) ?\[ ?)?ancestor-or-self::(?:[\w]+:)?(\w+) ?\]?")
EQUAL, WRONG, NODE_SET = "equal", "WRONG", "an XPath node set that is no whole element"

LIBXML2 = "upstream/GNOME+libxml2/test/c14n/exc-without-comments"
RESULTS = "upstream/GNOME+libxml2/result/c14n/exc-without-comments"
XMLSEC = "upstream/lsh123+xmlsec/tests"
SANTUARIO = "upstream/apache+santuario-xml-security-java/src/test/resources"
PAIRS = [  # document, apex, PrefixList, expected; the apexes are those of Santuario's own tests
    ("example2_2_1.xml", "elem2", (), "example2_2_c14nized_exclusive.xml"),
    ("example2_2_2.xml", "elem2", (), "example2_2_c14nized_exclusive.xml"),
    ("example2_2_3.xml", "p", (), "example2_2_3_c14nized_exclusive.xml"),
    ("example2_4.xml", "elem2", (), "example2_4_c14nized.xml"),
    ("plain-soap-1.1.xml", "Body", (), "plain-soap-c14nized.xml"),
]
INCLUSIVE = ["example2_2_1_c14nized.xml", "example2_2_2_c14nized.xml"]
SIGNATURES = [
    f"{XMLSEC}/merlin-exc-c14n-one/exc-signature.xml",
    f"{XMLSEC}/merlin-c14n-three/signature.xml",
    f"{XMLSEC}/phaos-xmldsig-three/signature-hmac-sha1-exclusive-c14n-enveloped.xml",
    f"{SANTUARIO}/ie/baltimore/merlin-examples/merlin-exc-c14n-one/exc-signature.xml",
    f"{SANTUARIO}/interop/c14n/Y1/exc-signature.xml",
    f"{SANTUARIO}/interop/c14n/Y2/signature-joseph-exc.xml",
    f"{SANTUARIO}/interop/c14n/Y3/signature.xml",
    f"{SANTUARIO}/interop/c14n/Y4/signature.xml",
    f"{SANTUARIO}/interop/c14n/Y4/signature-manifest.xml",
    f"{SANTUARIO}/interop/c14n/Y4/signatureStripped.xml",
    f"{SANTUARIO}/interop/c14n/Y5/signature.xml",
    f"{SANTUARIO}/interop/c14n/Y5/signatureCommented.xml",
]


class Vector(NamedTuple):
    """A job; the expected text or digest, and the rule by which we refuse the document instead, if we do."""

    name: str
    job: Job
    text: bytes | None
    digest: tuple | None
    rules: frozenset


class NotApplicable(NamedTuple):
    name: str
    reason: str
    detail: str = ""


def outcome(vector, answer):
    mark, said = answer
    if vector.rules:
        return f"refused by {said}" if mark == "-" and said in vector.rules else WRONG
    if mark != "+" or (vector.text is None and vector.digest is None):
        return WRONG
    if vector.text is not None and said != vector.text:
        return WRONG
    if vector.digest is not None and hashlib.new(vector.digest[0], said).digest() != vector.digest[1]:
        return WRONG
    return EQUAL


def vectors(folder):
    """Every vector that the corpus has."""
    yield from of_libxml2(folder)
    yield from of_santuario(folder)
    for signature in SIGNATURES:
        yield from of_signature(folder / signature, signature)


def vector(name, document, root, apex, prefixes=(), text=None, digest=None, without=None):
    rules = frozenset(libxml2.grounds(document, root, "dropped"))
    return Vector(name, Job(document, tuple(prefixes), apex, without), text, digest, rules)


def of_libxml2(folder):
    for path in sorted((folder / LIBXML2).glob("*.xml")):
        name, result, listed = f"{LIBXML2}/{path.name}", folder / RESULTS / path.stem, path.with_suffix(".ns")
        selected, note = expression(etree.parse(path.with_suffix(".xpath")).getroot())
        if not result.exists():
            yield NotApplicable(name, "no expected text in libxml2's tests")
        elif apex_name := subtree(selected):
            document = path.read_bytes()
            root = libxml2.read(document)
            prefixes = listed.read_text().split() if listed.exists() else ()
            yield vector(name, document, root, first(root, apex_name), prefixes, result.read_bytes())
        else:
            yield NotApplicable(name, NODE_SET, note or selected)


def of_santuario(folder):
    base = folder / SANTUARIO / "org/apache/xml/security/c14n/inExcl"
    for source, apex, prefixes, expected in PAIRS:
        document = (base / source).read_bytes()
        root = libxml2.read(document)
        yield vector(f"santuario inExcl/{source}", document, root, first(root, apex), prefixes, (base / expected).read_bytes())
    for expected in INCLUSIVE:
        yield NotApplicable(f"santuario inExcl/{expected}", "the expected text is that of inclusive C14N")


def of_signature(path, name):
    """The references, and SignedInfo, of a signature with its digests."""
    document = path.read_bytes()
    root = libxml2.read(document)
    every = libxml2.elements(root)
    references = list(root.iter(DS + "Reference"))
    for number, reference in enumerate(references):
        yield of_reference(f"{name} #{number}", document, root, every, reference)
    method, info = next(root.iter(DS + "CanonicalizationMethod")), next(root.iter(DS + "SignedInfo"))
    own = [r for r in references if r.getparent() is info]
    expected = path.parent / f"c14n-{len(own)}.txt"
    if method.get("Algorithm") != EXCLUSIVE:
        yield NotApplicable(f"{name} SignedInfo", "inclusive C14N")
    elif not expected.exists():
        yield NotApplicable(f"{name} SignedInfo", "no expected text beside the signature")
    else:
        yield vector(f"{name} SignedInfo", document, root, every.index(info), (), expected.read_bytes())


def of_reference(name, document, root, every, reference):
    transforms = list(reference.iter(DS + "Transform"))
    kinds = [transform.get("Algorithm") for transform in transforms]
    uri, apex, without, prefixes, listed = reference.get("URI"), None, None, (), None
    if EXCLUSIVE + "WithComments" in kinds:
        return NotApplicable(name, "C14N with comments")
    if EXCLUSIVE not in kinds:
        return NotApplicable(name, "inclusive C14N")
    for transform, kind in zip(transforms, kinds, strict=True):
        if kind == XPATH:
            selected, note = expression(transform.find(DS + "XPath"))
            apex_name = subtree(selected)
            if apex_name is None:
                return NotApplicable(name, NODE_SET, note or selected)
            apex = first(root, apex_name)
        elif kind == ENVELOPED:
            without = every.index(next(reference.iterancestors(DS + "Signature")))
        elif kind == EXCLUSIVE:
            listed = transform.find(f"{{{EXCLUSIVE}}}InclusiveNamespaces")
            prefixes = () if listed is None else listed.get("PrefixList").split()
        else:
            return NotApplicable(name, "another transform", kind)
    if uri:
        matching = re.fullmatch(r"#(?:xpointer\(id\('(.+)'\)\)|(.+))", uri)
        if matching is None:
            return NotApplicable(name, "signs another document", uri)
        named = [n for n, element in enumerate(every) if element.get("Id") == (matching[1] or matching[2])]
        (apex,) = named
    algorithm = reference.find(DS + "DigestMethod").get("Algorithm").rpartition("#")[2]
    digest = (algorithm, base64.b64decode(reference.findtext(DS + "DigestValue")))
    return vector(name, document, root, apex or 0, prefixes, None, digest, without)


def expression(xpath):
    """The expression on one line, and the comment in it, which says what it selects."""
    notes = [" ".join(note.text.split()) for note in xpath.iter(etree.Comment)]
    return " ".join("".join(xpath.xpath("text()")).split()), "; ".join(notes)


def subtree(selected):
    """The local name, when the expression selects an element with all below it."""
    matching = SUBTREE.fullmatch(selected)
    return matching and matching[1]


def first(root, local):
    return next(n for n, element in enumerate(libxml2.elements(root)) if element.tag.rpartition("}")[2] == local)
