"""Makes a difference small: pieces are cut out of the document as long as there still is one of the same sort."""

import re

import libxml2
from program import ask
from verdict import DIFFERENT, judge

TOKEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^>]*>|[^<]+", re.DOTALL)
AT_ONCE = 50


def shrunk(job, verdict):
    """A job about less, and the verdict on it."""
    sort = sort_of(verdict)
    for plainer in ({"comments": "dropped"}, {"without": None}, {"prefixes": ()}, {"apex": 0, "without": None}):
        job, verdict = first([job._replace(**plainer)], sort) or (job, verdict)
    for cuts in (tag_cuts, byte_cuts):
        while found := first([job._replace(document=shorter) for shorter in cuts(job.document)], sort):
            job, verdict = found
    return job, verdict


def sort_of(verdict):
    return verdict.detail.partition("\n")[0]


def first(jobs, sort):
    """The first of the jobs that still shows the difference."""
    jobs = [job for job in jobs if inside(job)]
    for start in range(0, len(jobs), AT_ONCE):
        some = jobs[start : start + AT_ONCE]
        for job, answer in zip(some, ask(some), strict=True):
            verdict = judge(job, answer)
            if verdict.kind == DIFFERENT and sort_of(verdict) == sort:
                return job, verdict
    return None


def inside(job):
    root = libxml2.read(job.document)
    return max(job.apex, job.without or 0) < (1 if root is None else len(libxml2.elements(root)))


def tag_cuts(document):
    """Without one element, or without its tags, or without what stands between two."""
    tokens, open_tags = TOKEN.findall(document), []
    for at, token in enumerate(tokens):
        if token.startswith(b"</") and open_tags:
            start = open_tags.pop()
            yield b"".join(tokens[:start] + tokens[at + 1 :])
            yield b"".join(tokens[:start] + tokens[start + 1 : at] + tokens[at + 1 :])
        elif token.startswith(b"<") and not token.startswith((b"<!", b"<?")) and not token.endswith(b"/>"):
            open_tags.append(at)
        else:
            yield b"".join(tokens[:at] + tokens[at + 1 :])


def byte_cuts(document):
    size = len(document) // 2
    while size:
        for at in range(0, len(document), max(1, size // 2)):
            yield document[:at] + document[at + size :]
        size //= 2
