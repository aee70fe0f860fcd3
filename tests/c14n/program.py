"""The program under test: canonicalize.rs, asked in batches.

    Job("<a/>", apex=0) ─> ("+", b"<a></a>")  or  ("-", "malformed")  or  ("!", "why it gave no answer")
"""

import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = TARGET / "debug" / "examples" / "canonicalize"


class Job(NamedTuple):
    """What is asked: elements are numbered in document order, from 0."""

    document: bytes
    prefixes: tuple = ()
    apex: int = 0
    without: int | None = None
    comments: str = "dropped"


def ask(jobs):
    """One answer for each job. A job that ends the program is answered with "!"; the rest are asked anew."""
    if not PROGRAM.exists():
        sys.exit(f"no program at {PROGRAM}: cargo build --features saml --example canonicalize")
    answers = []
    while len(answers) < len(jobs):
        rest = jobs[len(answers) :]
        run = subprocess.run([PROGRAM], input=b"".join(map(framed, rest)), capture_output=True)
        answers += unframed(run.stdout)
        if len(answers) < len(jobs):
            answers.append(("!", run.stderr.decode(errors="replace").strip() or f"exit code {run.returncode}"))
    return answers


def framed(job):
    without = "" if job.without is None else str(job.without)
    texts = (" ".join(job.prefixes), str(job.apex), without, job.comments)
    fields = (job.document, *(text.encode() for text in texts))
    return b"".join(struct.pack(">I", len(field)) + field for field in fields)


def unframed(output):
    answers, at = [], 0
    while at < len(output):
        (length,) = struct.unpack_from(">I", output, at)
        mark, rest = output[at + 4 : at + 5].decode(), output[at + 5 : at + 4 + length]
        answers.append((mark, rest if mark == "+" else rest.decode()))
        at += 4 + length
    return answers
