"""What changed between two versions of a text, word by word. Pure; used by the page of who approves."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
MANY = 2_000
"""Of more words, those that come again and again are passed over: 10,000 times the same sign would take seconds."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of both texts, of the old one alone (`removed`) or of the new one alone (`added`)."""

    kind: Literal["same", "added", "removed"]
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces in reading order: without `added` they are `before`, without `removed` they are `after`."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, old, new, autojunk=len(new) > MANY)
    for code, begin, end, first, last in matcher.get_opcodes():
        if code == "equal":
            pieces.append(Piece("same", "".join(old[begin:end])))
            continue
        if begin < end:
            pieces.append(Piece("removed", "".join(old[begin:end])))
        if first < last:
            pieces.append(Piece("added", "".join(new[first:last])))
    return tuple(pieces)
