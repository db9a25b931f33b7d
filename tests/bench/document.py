"""`docs/benchmarks.md`: a section for each part of the bench, so that a part that is measured anew leaves the others be."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

_HEAD = re.compile(r"^## (.+)$", re.MULTILINE)
INTRODUCTION = """# Benchmarks

Written by `python -m tests.bench` (`make bench`); do not edit. Everything — Kafka, Elasticsearch, all processes, the demo's
stream and the measuring itself — ran on one machine. `python -m tests.bench NAME …` measures some parts anew: """


def sections(text: str) -> dict[str, str]:
    """What stands under each heading of the document as it is, by the heading."""
    found = _HEAD.split(text)[1:]
    return {heading: body.strip() for heading, body in zip(found[::2], found[1::2], strict=True)}


def measured(body: str, note: str, machine: str, day: date) -> str:
    """A section: its figures, what is to be known about them, and when and where they were measured."""
    parts = [body.strip(), note.strip(), f"*{day:%Y-%m-%d}, {machine}.*"]
    return "\n\n".join(part for part in parts if part)


def document(names: Mapping[str, str], known: Mapping[str, str]) -> str:
    """The whole of it.

    Args:
        names: the heading of each part by its name on the command line, in the order of the document.
        known: what stands under each heading; a part that was never measured is left out.
    """
    parts: Sequence[str] = [f"## {heading}\n\n{known[heading]}" for heading in names.values() if heading in known]
    listed = ", ".join(f"`{name}`" for name in names)
    return "\n\n".join([f"{INTRODUCTION}{listed}.", *parts]) + "\n"
