"""What a linear model sees of a text: keys of words, pairs of words, pieces of words and facts. Used by `linear.py` and by
`learning/`, so that training and scoring see the same.

A key is a CRC-32 of a short text: stable on every machine, and nothing has to be stored to make one. Names of people and
brands, and words of gender and origin, are replaced by classes before anything is seen: swapping them changes nothing.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.classify.domain.tables import load
from services.classify.domain.text import Prepared, Words

NAME = "_name_"
"""Stands for a word with a first capital that the model does not know as a word."""
_NUMBER = "_number_"
_SHORTEST_PIECE, _LONGEST_PIECE = 3, 5
_LONGEST_WORD = 30
_LEAST_PART = 4
"""A word that begins or ends with a known word of so many letters is taken for a word of its own."""
MOST_WORDS = 400
"""Of a longer text the first so many words are scored."""


@lru_cache(maxsize=100_000)
def key(kind: str, text: str) -> int:
    """The key of one feature; `kind` is a letter, so that a word and a piece of a word differ."""
    return zlib.crc32(f"{kind}:{text}".encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Seen:
    """The words of a text as a model sees them; `places` are their positions in the words that were read.

    `pairs` are the keys of two words that follow each other within a sentence (its beginning pairs with an edge), and
    `firsts` the index of the first word of each.
    """

    words: list[str]
    places: list[int]
    negated: list[bool]
    pairs: list[int]
    firsts: list[int]


class Sight:
    """How words are seen: the classes that replace them, and the negations of each language."""

    def __init__(self) -> None:
        table = load("sight")
        self._class_of = {word: f"_{name}_" for name, words in table["classes"].items() for word in words.split()}
        self._negators = frozenset(table["negators"].split())

    def see(self, prepared: Prepared, words: Words, known: frozenset[str], cased: bool = True) -> Seen:
        """What is seen of `words`, which are some or all of those of `prepared`.

        Args:
            known: the words that a model knows; of what is not known, what is capitalised is taken for a name.
            cased: whether capitals may tell; else what is made of no known word is taken for a name.
        """
        whole = prepared.whole
        seen = Seen([], [], [], [], [])
        clause, sentence, negated, before = -1, -1, False, 0
        for place, word in enumerate(words.words[:MOST_WORDS]):
            if words.clauses[place] != clause:
                clause, negated = words.clauses[place], False
            shown = self._class_of.get(word)
            if shown is None:
                shown = word[:_LONGEST_WORD]
                if word[0].isdigit():
                    shown = _NUMBER
                elif word not in known and (
                    _is_titled(whole, words.starts[place]) if cased else not _has_part(word, known)
                ):
                    shown = NAME
            if words.sentences[place] != sentence:
                sentence, before = words.sentences[place], _EDGE
            number = _number_of(shown)
            seen.words.append(shown)
            seen.places.append(place)
            seen.negated.append(negated)
            seen.pairs.append(pair_key(before, number))
            seen.firsts.append(place if before == _EDGE else place - 1)
            before = number
            negated = negated or word in self._negators or word.endswith("n't")
        return seen


def _is_titled(whole: str, start: int) -> bool:
    """Whether a word begins with a capital and goes on without: as names do, and shouting does not."""
    return whole[start].isupper() and not whole[start + 1 : start + 2].isupper()


@lru_cache(maxsize=100_000)
def _has_part(word: str, known: frozenset[str]) -> bool:
    """Whether a word begins or ends with a known one, as compounds and most misspellings do."""
    cuts = range(_LEAST_PART, len(word))
    return any(word[:cut] in known or word[-cut:] in known for cut in cuts)


@lru_cache(maxsize=100_000)
def _number_of(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


_EDGE = _number_of("_edge_")


def word_keys(word: str, negated: bool) -> list[int]:
    """The keys of one word by itself: the word, and its pieces of three to five characters with its edges."""
    keys = [key("n" if negated else "w", word)]
    if word[0] == "_":
        return keys
    edged = f" {word} "
    for size in range(_SHORTEST_PIECE, _LONGEST_PIECE + 1):
        keys += [key("c", edged[at : at + size]) for at in range(len(edged) - size + 1)]
    return keys


def pair_key(first: int, second: int) -> int:
    """The key of two words that follow each other, from their numbers; it depends on their order."""
    return (first * 0x9E3779B1 + second) & 0xFFFFFFFF


def fact_keys(facts: Sequence[str]) -> list[int]:
    """The keys of facts that rules have found, such as `signal-safety`."""
    return [key("f", fact) for fact in facts]
