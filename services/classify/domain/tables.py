"""The tables beside the code (TOML): read once, when a reader is built."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.classify.domain.phrases import Matcher, Phrase, compile_phrases

_FOLDER = Path(__file__).parent / "tables"


def load(name: str) -> dict[str, Any]:
    """One table by the name of its file, without `.toml`."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def phrases(table: Mapping[str, Any], prefix: str = "") -> Iterator[Phrase]:
    """The phrases of a table: every list of strings outside `classes`, under its key (after `prefix`)."""
    classes: Mapping[str, list[str]] = {name: words.split() for name, words in table.get("classes", {}).items()}
    for name, sources in table.items():
        if name != "classes":
            for source in sources:
                yield from compile_phrases(prefix + name, source, classes)


def matcher(*parts: Iterator[Phrase]) -> Matcher:
    """One matcher over the phrases of several tables."""
    return Matcher(phrase for part in parts for phrase in part)
