"""The lines that are imported under faults and in the bench: real texts where there are any, else the demo's."""

import json
from collections.abc import Iterator
from itertools import chain, cycle, islice, zip_longest
from pathlib import Path

ROOT = Path(__file__).parents[2]
BESIDE = ROOT.parent / "shared" / "data"
"""Texts for development, which are not part of the repository; beside the checkout where they are at all."""
DEMO = ROOT / "deploy" / "demo" / "mentions"


def texts() -> Iterator[str]:
    """Texts without end, from all files in turn, so that languages and subjects are mixed."""
    files = sorted(BESIDE.glob("*.ndjson")) or sorted(DEMO.glob("*.ndjson"))
    turns = zip_longest(*(_texts_of(path) for path in files))
    yield from cycle([text for text in chain.from_iterable(turns) if text and text.strip()])


def _texts_of(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)["text"]


def write_lines(path: Path, count: int) -> Path:
    """An NDJSON file of `count` mentions, each with an id and an author of its own."""
    with path.open("w", encoding="utf-8") as file:
        for number, text in enumerate(islice(texts(), count)):
            line = {"source_id": f"line-{number}", "author": {"id": f"author-{number}"}, "text": text}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path
