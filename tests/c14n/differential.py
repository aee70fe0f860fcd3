"""Differential fuzz: our parser and exclusive C14N against libxml2's, on probes and on random documents.

    differential.py [COUNT] [SEED]      2,000 documents, seed from the clock

Asked of each: the canonical text of the root, and of some element with a PrefixList, mostly with an element left
out; now and then with comments refused. Needs the example: cargo build --features saml --example canonicalize
"""

import collections
import sys
import time

import libxml2
import limits
import probes
from documents import PREFIXES, Documents
from mutations import mutated
from program import Job, ask
from shrink import shrunk
from verdict import BOTH, DIFFERENT, EQUAL, RULE, judge

BATCH, SHOWN, MUTATED = 1000, 5, 0.25
LISTS = [(), ("#default",), ("xs", "xsi"), ("a", "b"), ("a", "a", "#default"), ("none",), ("#default", *PREFIXES)]
RULES = {"doctype", "processing_instruction", "comment", "encoding", "namespace", "malformed"}
RULES |= {"too_large", "too_deep", "too_many", "too_long"}


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 1_000_000_000
    began = time.monotonic()
    tally, different = collections.Counter(), []
    failures = at_the_limits(tally, different)
    compare([Job(document) for document in probes.documents()], tally, different)
    made = Documents(seed)
    for start in range(0, count, BATCH):
        jobs = [job for _ in range(min(BATCH, count - start)) for job in asked(made)]
        compare(jobs, tally, different)
    seconds = time.monotonic() - began
    print(f"{count} random documents, seed {seed}, and the probes: {sum(tally.values())} comparisons in {seconds:.1f} s")
    for (kind, detail), number in sorted(tally.items()):
        print(f"  {number:8} {kind} {detail}".rstrip())
    for job, verdict in different[:SHOWN]:
        show(*shrunk(job, verdict))
    failures += thin(tally, count)
    for failure in failures:
        print(failure)
    sys.exit(bool(different or failures))


def asked(made):
    """The jobs about the next document."""
    document = made.document()
    if made.random() < MUTATED:
        document = mutated(made, document)
    root = libxml2.read(document)
    every = [] if root is None else libxml2.elements(root)
    apex = made.randrange(len(every) or 1)
    without = made.randrange(apex, len(every)) if every and made.random() < 0.7 else None
    yield Job(document)
    yield Job(document, made.choice(LISTS), apex, without)
    if made.random() < 0.1:
        yield Job(document, made.choice(LISTS), apex, without, "refused")


def compare(jobs, tally, different):
    for job, answer in zip(jobs, ask(jobs), strict=True):
        verdict = judge(job, answer)
        shared = verdict.kind in (BOTH, DIFFERENT)
        tally[verdict.kind, "" if shared else verdict.detail] += 1
        if verdict.kind == DIFFERENT:
            different.append((job, verdict))


def at_the_limits(tally, different):
    """The limits are ours: libxml2 has the text, `limits.py` the rule."""
    cases = list(limits.documents())
    jobs = [Job(document) for document, _ in cases]
    compare(jobs, tally, different)
    wrong = []
    for (document, rule), (mark, said) in zip(cases, ask(jobs), strict=True):
        given = said if mark == "-" else None
        if given != rule:
            wrong.append(f"limits: {document[:60]!r} of {len(document)} bytes: {given}, not {rule}")
    return wrong


def thin(tally, count):
    """What a run of some size must have seen, or it proves little."""
    missing = RULES - {detail for kind, detail in tally if kind == RULE}
    if count < 2000:
        return []
    faults = [f"no document was refused by {rule}" for rule in sorted(missing)]
    if tally[EQUAL, ""] < count:
        faults.append("fewer comparisons of texts than documents")
    if tally[BOTH, ""] < count // 10:
        faults.append("fewer than a tenth ill-formed")
    return faults


def show(job, verdict):
    print(f"DIFFERENT: {verdict.detail}")
    print(f"      document {job.document[:2000]!r}")
    print(f"      apex {job.apex}, left out {job.without}, PrefixList {list(job.prefixes)}, comments {job.comments}")


if __name__ == "__main__":
    main()
