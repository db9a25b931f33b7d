"""What a linear model sees of a text: keys of words, pairs of words, pieces of words and facts. Used by `linear.py` and by
`learning/`, so that training and scoring see the same.

A key is a CRC-32 of a short text: stable on every machine, and nothing has to be stored to make one. Names of people and
brands, and words of gender and origin, are replaced by classes before anything is seen: swapping them changes nothing.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.classify.domain.tables import load
from services.classify.domain.text import Prepared, Words

NAME = "_name_"
"""Stands for a word with a first capital that the model does not know as a word."""
_NUMBER = "_number_"
_SHORTEST_PIECE, _LONGEST_PIECE = 3, 5
_LONGEST_WORD = 30
_LEAST_PART, _LONGEST_COMPOUND = 5, 60
"""A word that begins or ends with a known word of so many letters may be a word of its own."""
_SHORT_REST = 3
_SPREAD = 0x9E3779B1
"""Makes the key of a pair depend on the order of its words."""
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


class _Forms(dict[str, tuple[str, int, bool, bool]]):
    """How each word is shown, the number of that, whether a capital would make it a name, and whether it negates what
    follows: filled as words are met, a function of the word alone."""

    def __init__(self, form: Callable[[str], tuple[str, int, bool, bool]]) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, word: str) -> tuple[str, int, bool, bool]:
        found = self._form(word)
        if len(self) < 100_000 and len(word) <= _LONGEST_WORD:
            self[word] = found
        return found


class Sight:
    """How words are seen: the classes that replace them, and the negations of each language."""

    def __init__(self) -> None:
        table = load("sight")
        self._class_of = {word: f"_{name}_" for name, words in table["classes"].items() for word in words.split()}
        self._negators = frozenset(table["negators"].split())
        self._particles = frozenset(table["particles"].split())
        self._forms: dict[tuple[frozenset[str], bool], _Forms] = {}

    def see(self, prepared: Prepared, words: Words, known: frozenset[str], cased: bool = True) -> Seen:
        """What is seen of `words`, which are some or all of those of `prepared`.

        Args:
            known: the words that a model knows; of what is not known, what is capitalised is taken for a name.
            cased: whether capitals may tell; else what is made of no known word is taken for a name.
        """
        forms, whole, starts = self._forms_for(known, cased), prepared.whole, words.starts
        seen = Seen([], [], [], [], [])
        shown_words, places, negations, pairs, firsts = seen.words, seen.places, seen.negated, seen.pairs, seen.firsts
        clause, sentence, negated, before = -1, -1, False, 0
        for place, word, clause_now, sentence_now in zip(
            range(MOST_WORDS), words.words, words.clauses, words.sentences, strict=False
        ):
            if clause_now != clause:
                clause, negated = clause_now, False
            shown, number, may_be_name, negates = forms[word]
            if may_be_name and _is_titled(whole, starts[place]):
                shown, number = NAME, _NAME_NUMBER
            if sentence_now != sentence:
                sentence, before = sentence_now, _EDGE
            if shown == NAME and shown_words and before != _EDGE and self._goes_on(seen):
                before = number
                continue
            shown_words.append(shown)
            places.append(place)
            negations.append(negated)
            pairs.append((before * _SPREAD + number) & 0xFFFFFFFF)
            firsts.append(len(places) - (1 if before == _EDGE else 2))
            before = number
            negated = negated or negates
        return seen

    def _goes_on(self, seen: Seen) -> bool:
        """Whether a name goes on with the word after what was seen: names of several words are one, `Jo van Wad` too."""
        between = 0
        while between < min(2, len(seen.words) - 1) and seen.words[-1 - between] in self._particles:
            between += 1
        if seen.words[-1 - between] != NAME:
            return False
        for column in (seen.words, seen.places, seen.negated, seen.pairs, seen.firsts):
            del column[len(column) - between :]
        return True

    def _forms_for(self, known: frozenset[str], cased: bool) -> _Forms:
        forms = self._forms.get((known, cased))
        if forms is None:
            forms = self._forms[known, cased] = _Forms(lambda word: self._form(word, known, cased))
        return forms

    def _form(self, word: str, known: frozenset[str], cased: bool) -> tuple[str, int, bool, bool]:
        negates = word in self._negators or word.endswith("n't")
        shown = self._class_of.get(word)
        if shown is None and word[0].isdigit():
            shown = _NUMBER
        if shown is not None:
            return shown, _number_of(shown), False, negates
        is_known = word in known
        shown = word[:_LONGEST_WORD] if cased or is_known or _has_part(word, known) else NAME
        return shown, _number_of(shown), cased and not is_known, negates


def _is_titled(whole: str, start: int) -> bool:
    """Whether a word begins with a capital and goes on without: as names do, and shouting does not."""
    return whole[start].isupper() and not whole[start + 1 : start + 2].isupper()


def _has_part(word: str, known: frozenset[str]) -> bool:
    """Whether a word is a known one with a known rest or a short one, as compounds and most misspellings are."""
    cuts = range(_LEAST_PART, min(len(word), _LONGEST_COMPOUND))
    return any(
        (word[:cut] in known and _is_rest(word[cut:], known)) or (word[-cut:] in known and _is_rest(word[:-cut], known))
        for cut in cuts
    )


def _is_rest(part: str, known: frozenset[str]) -> bool:
    """Whether this can stand beside a known word: short, known, or known but for the letter that joins both."""
    return len(part) <= _SHORT_REST or part in known or part[:-1] in known


def _number_of(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


_EDGE, _NAME_NUMBER = _number_of("_edge_"), _number_of(NAME)


def word_keys(word: str, negated: bool) -> list[int]:
    """The keys of one word by itself: the word, and its pieces of three to five characters with its edges."""
    keys = [key("n" if negated else "w", word)]
    if word[0] == "_":
        return keys
    edged = f" {word} "
    for size in range(_SHORTEST_PIECE, _LONGEST_PIECE + 1):
        keys += [key("c", edged[at : at + size]) for at in range(len(edged) - size + 1)]
    return keys


def fact_keys(facts: Sequence[str]) -> list[int]:
    """The keys of facts that rules have found, such as `signal-safety`."""
    return [key("f", fact) for fact in facts]
