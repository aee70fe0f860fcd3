"""The corpus against libxml2: every document that is XML, and every vector of exclusive C14N (`vectors.py`).

    GATEPASS_CORPUS=../shared/corpus/saml corpus.py [-v]        -v names each vector and each refused document

Asked of each document: the canonical text of the root and of every Assertion, Response and SignedInfo, with three
PrefixLists; of every parent of a Signature without that Signature; and of the root with comments refused.
"""

import base64
import binascii
import collections
import os
import sys
import time
import zlib
from pathlib import Path

import libxml2
import vectors
from program import ROOT, Job, ask
from verdict import BOTH, DIFFERENT, EQUAL, RULE, judge

FOLDER = Path(os.environ.get("GATEPASS_CORPUS") or ROOT / "../shared/corpus/saml").resolve()
NAMES = {"Assertion", "Response", "SignedInfo"}
LISTS = [(), ("xs", "xsi"), ("#default",)]
BATCH = 200


def main():
    verbose = "-v" in sys.argv
    if not FOLDER.is_dir():
        print(f"skipped: no corpus at {FOLDER}")
        return
    began = time.monotonic()
    failed = tested_vectors(verbose)
    failed += swept(verbose)
    print(f"{time.monotonic() - began:.1f} s")
    for failure in failed:
        print(f"DIFFERENT: {failure}")
    sys.exit(bool(failed))


def tested_vectors(verbose):
    """Expected texts and digests of others, which libxml2 has no part in."""
    found = list(vectors.vectors(FOLDER))
    able = [vector for vector in found if isinstance(vector, vectors.Vector)]
    tally, failed = collections.Counter(), []
    for vector, answer in zip(able, ask([vector.job for vector in able]), strict=True):
        outcome = vectors.outcome(vector, answer)
        tally[outcome] += 1
        if outcome == vectors.WRONG:
            failed.append(f"{vector.name}: {answer}")
        elif verbose:
            print(f"  {outcome}: {vector.name}")
    reasons = collections.defaultdict(list)
    for vector in found:
        if isinstance(vector, vectors.NotApplicable):
            reasons[vector.reason].append(f"{vector.name}: {vector.detail}".removesuffix(": "))
    print(f"vectors of exclusive C14N: {len(found)}")
    for outcome, number in sorted(tally.items()):
        print(f"  {number:6} {outcome}")
    for reason, names in sorted(reasons.items()):
        print(f"  {len(names):6} not applicable: {reason}")
        for name in names if verbose else ():
            print(f"           {name}")
    return failed if tally[vectors.EQUAL] else [*failed, "no vector is equal"]


def swept(verbose):
    """Every document, against libxml2."""
    found, tally, refused, failed = documents(), collections.Counter(), collections.defaultdict(set), []
    for start in range(0, len(found), BATCH):
        asked = [(name, job) for name, document in found[start : start + BATCH] for job in jobs(document)]
        for (name, job), answer in zip(asked, ask([job for _, job in asked]), strict=True):
            verdict = judge(job, answer)
            rule = "" if verdict.kind == DIFFERENT else verdict.detail
            tally[verdict.kind, rule] += 1
            if verdict.kind == DIFFERENT:
                failed.append(f"{name}, {job._replace(document=b'')}: {verdict.detail[:2000]}")
            elif verdict.kind != EQUAL and job.comments == "dropped":
                refused[verdict.kind, rule].add(name)
            if name.startswith("own/valid/") and verdict.kind != EQUAL:
                failed.append(f"{name} is valid: {verdict}")
    print(f"documents: {len(found)}, comparisons: {sum(tally.values())}")
    for (kind, rule), number in sorted(tally.items()):
        names = sorted(refused[kind, rule])
        count = f"({len(names)} documents)" if names else ""
        print(f"  {number:6} {kind} {rule} {count}".rstrip())
        for name in names if verbose else ():
            print(f"           {name}")
    return failed if tally[EQUAL, ""] else [*failed, "no document is equal"]


def jobs(document):
    """The jobs about one document."""
    root = libxml2.read(document)
    yield Job(document, comments="refused")
    every = [] if root is None else libxml2.elements(root)
    numbers = {element: number for number, element in enumerate(every)}
    apexes = [n for n, element in enumerate(every) if n == 0 or local(element) in NAMES] or [0]
    for apex in apexes:
        for prefixes in LISTS:
            yield Job(document, prefixes, apex)
    for number, element in enumerate(every):
        if local(element) == "Signature" and number > 0:
            yield Job(document, (), numbers[element.getparent()], number)


def local(element):
    return element.tag.rpartition("}")[2]


def documents():
    """Names and bytes of everything that begins as XML does."""
    files = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    named = [(str(path.relative_to(FOLDER)), decoded(path.read_bytes())) for path in files]
    return [(name, document) for name, document in named if begins(document)]


def begins(content):
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or content[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<")


def decoded(content):
    """Out of base64 and deflate, when it is in them."""
    if begins(content):
        return content
    try:
        plain = base64.b64decode(b"".join(content.split()), validate=True)
    except binascii.Error:
        return content
    try:
        inflated = zlib.decompress(plain, -zlib.MAX_WBITS)
    except zlib.error:
        return plain
    return inflated if begins(inflated) else plain


if __name__ == "__main__":
    main()
