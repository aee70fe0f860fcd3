"""Holds our answer against libxml2's: equal, refused by both, refused by a rule, or different.

    (Job, our answer) ─> Verdict(kind, detail)
"""

from typing import NamedTuple

import libxml2

EQUAL, BOTH, RULE, SKIPPED, DIFFERENT = "equal", "refused by both", "refused by", "not compared", "DIFFERENT"


class Verdict(NamedTuple):
    kind: str
    detail: str = ""


def judge(job, answer):
    """The verdict on one job. An apex out of range is a mistake of the caller."""
    mark, said = answer
    if mark == "!":
        return Verdict(DIFFERENT, f"no answer: {said}")
    root = libxml2.read(job.document)
    if root is None:
        if mark == "-":
            return Verdict(BOTH, said)
        if libxml2.only_its_uri_is_odd(job.document):
            return Verdict(SKIPPED, "a namespace name that is no URI to libxml2")
        return Verdict(DIFFERENT, "we accept what libxml2 refuses")
    grounds = libxml2.grounds(job.document, root, job.comments)
    theirs = b"" if grounds else libxml2.canonical(root, job.prefixes, job.apex, job.without)
    if len(theirs) > libxml2.MAX_TEXT:
        grounds = {"too_long"}
    if mark == "-":
        if said in grounds:
            return Verdict(RULE, said)
        return Verdict(DIFFERENT, f"we refuse by {said}, libxml2 accepts, grounds: {', '.join(sorted(grounds)) or 'none'}")
    if grounds:
        return Verdict(DIFFERENT, f"we accept what has grounds to be refused: {', '.join(sorted(grounds))}")
    if any("&" in uri for uri in libxml2.uris(libxml2.elements(root))):
        return Verdict(SKIPPED, "& in a namespace name, which libxml2 writes unescaped")
    if said == theirs:
        return Verdict(EQUAL)
    return Verdict(DIFFERENT, f"texts\n      ours    {said!r}\n      libxml2 {theirs!r}")
