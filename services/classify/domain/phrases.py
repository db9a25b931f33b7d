"""Phrases in a small language of their own, found in one pass over the words; bounded work, nothing to backtrack.

A phrase is words with a space between: `ruik|ruiken ..3 gas`. A word is one or more alternatives (`a|b`), each exact,
a beginning (`ontplof*`), an ending (`*lek`), `#` (anything that begins with a digit) or several words (`te_laat`).
`{name}` stands for a list of the table's `classes`, `^` for the beginning of a sentence, `$` for the end of a clause;
`..N` allows up to N other words in between. A phrase never runs over the end of a sentence.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from services.classify.domain.text import Words, plain

_KEY = 3
"""Beginnings and endings are at least this long, and are looked up by their first or last so many characters."""


_MOST_WAYS, _LONGEST_GAP = 1_000, 50
_MOST_KNOWN = 20_000
_LONGEST_KNOWN = 40
_DENIALS = frozenset({"niet", "not", "never", "nooit", "geen", "no"})


class PhraseError(ValueError):
    """A phrase in a table is malformed; the text repeats it."""


@dataclass(frozen=True, slots=True)
class Element:
    """One word of a phrase: what it may be, and how many words may stand before it."""

    exact: frozenset[str]
    beginnings: tuple[str, ...]
    endings: tuple[str, ...]
    digits: bool
    gap: int

    def matches(self, word: str) -> bool:
        """Whether `word` is one of the alternatives."""
        return (
            word in self.exact
            or (bool(self.beginnings) and word.startswith(self.beginnings))
            or (bool(self.endings) and word.endswith(self.endings))
            or (self.digits and word[0].isdigit())
        )


_Candidate = tuple["Phrase", frozenset[str] | None]
"""A phrase, and words of which the text must have one (`None`: not known beforehand)."""
_NONE: Sequence[_Candidate] = ()

CLAUSE_END = Element(frozenset(), (), (), False, 0)
"""Stands for no word: the clause ends here."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A compiled phrase and the name of what it stands for."""

    name: str
    elements: tuple[Element, ...]
    opens: bool
    """Whether it must begin its sentence."""
    may_skip: bool
    """Whether a "not" may stand before its last word and deny it; not when the phrase itself has one."""
    simple: bool
    """Whether it is one word, wherever that stands."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found at the words `[first, last]`, both included. `open`: a "not" before its last word denies it."""

    name: str
    first: int
    last: int
    open: bool = False


def compile_phrases(name: str, source: str, classes: Mapping[str, Sequence[str]]) -> list[Phrase]:
    """Read one line of a table; several phrases when an alternative has several words.

    Raises:
        PhraseError: an unknown class, a gap at an end or none at all, a beginning or ending that is too short, or too many
            ways to read it.
    """
    slots: list[list[tuple[Element, ...]]] = []
    gap = 0
    opens = source.startswith("^ ")
    for part in source.removeprefix("^ ").split():
        if part.startswith(".."):
            gap = _gap(source, part[2:])
            continue
        slots.append([(CLAUSE_END,)] if part == "$" else _alternatives(source, part, gap, classes))
        gap = 0
    if not slots or gap or slots[0][0][0].gap or slots[0][0][0] is CLAUSE_END:
        raise PhraseError(f"a phrase begins and ends with a word: {source!r}")
    if prod(map(len, slots)) > _MOST_WAYS:
        raise PhraseError(f"more than {_MOST_WAYS} ways to read {source!r}")
    return [_phrase(name, opens, tuple(element for slot in way for element in slot)) for way in product(*slots)]


def _gap(source: str, words: str) -> int:
    if not (words.isascii() and words.isdecimal() and len(words) <= 2) or int(words) > _LONGEST_GAP:
        raise PhraseError(f"a gap is ..1 to ..{_LONGEST_GAP}: {source!r}")
    return int(words)


def _phrase(name: str, opens: bool, elements: tuple[Element, ...]) -> Phrase:
    may_skip = elements[-1].gap > 0 and not any(one.exact & _DENIALS for one in elements)
    return Phrase(name, elements, opens, may_skip, len(elements) == 1 and not opens)


def _alternatives(source: str, part: str, gap: int, classes: Mapping[str, Sequence[str]]) -> list[tuple[Element, ...]]:
    """What may stand in one place: one element for all single words, and a row of elements for each of several words."""
    single: list[str] = []
    ways: list[tuple[Element, ...]] = []
    for one in part.split("|"):
        if one.startswith("{"):
            if one[1:-1] not in classes:
                raise PhraseError(f"unknown class {one} in {source!r}")
            single += classes[one[1:-1]]
        elif "_" in one:
            first, *rest = one.split("_")
            ways.append((_element(source, [first], gap), *(_element(source, [word], 0) for word in rest)))
        else:
            single.append(one)
    return [(_element(source, single, gap),), *ways] if single else ways


def _element(source: str, alternatives: Sequence[str], gap: int) -> Element:
    begin = tuple(one[:-1] for one in alternatives if one.endswith("*"))
    end = tuple(one[1:] for one in alternatives if one.startswith("*"))
    if any(len(one) < _KEY for one in begin + end) or not all(alternatives):
        raise PhraseError(f"a beginning or ending needs {_KEY} characters: {source!r}")
    exact = frozenset(plain(one) for one in alternatives if "*" not in one and one != "#")
    return Element(exact, begin, end, "#" in alternatives, gap)


class _Known(dict[str, Sequence[_Candidate]]):
    """What was looked up before, by word: bounded, and only ever what the tables say."""

    def __init__(self, look_up: Callable[[str], Sequence[_Candidate]]) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, word: str) -> Sequence[_Candidate]:
        found = self._look_up(word)
        if len(self) < _MOST_KNOWN and len(word) < _LONGEST_KNOWN:
            self[word] = found
        return found


class Matcher:
    """Many phrases, indexed by their first word."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._exact: dict[str, list[_Candidate]] = {}
        self._begin: dict[str, list[_Candidate]] = {}
        self._end: dict[str, list[_Candidate]] = {}
        self._digits: list[_Candidate] = []
        self._known = _Known(self._candidates)
        for phrase in phrases:
            candidate = _candidate(phrase)
            first = phrase.elements[0]
            for word in first.exact:
                self._exact.setdefault(word, []).append(candidate)
            for key in {one[:_KEY] for one in first.beginnings}:
                self._begin.setdefault(key, []).append(candidate)
            for key in {one[-_KEY:] for one in first.endings}:
                self._end.setdefault(key, []).append(candidate)
            if first.digits:
                self._digits.append(candidate)

    def find(self, words: Words) -> list[Hit]:
        """Every phrase at every place where it begins, at its shortest."""
        hits: list[Hit] = []
        present: set[str] | None = None
        for place, candidates in enumerate(map(self._known.__getitem__, words.words)):
            if not candidates:
                continue
            if present is None:
                present = set(words.words)
            for phrase, needed in candidates:
                if needed is None or not needed.isdisjoint(present):
                    last = place if phrase.simple else _extend(phrase, words, place)
                    if last >= 0:
                        hits.append(Hit(phrase.name, place, last, phrase.may_skip))
        return hits

    def _candidates(self, word: str) -> Sequence[_Candidate]:
        """The phrases that may begin with a word."""
        found = self._exact.get(word, _NONE)
        begin, end = self._begin.get(word[:_KEY]), self._end.get(word[-_KEY:])
        digits = self._digits if word[0].isdigit() else None
        if begin or end or digits:
            others = [one for group in (begin, end, digits) if group for one in group if one not in found]
            return [*found, *(one for one in others if one[0].elements[0].matches(word))]
        return found


def _candidate(phrase: Phrase) -> _Candidate:
    """With the fewest words that one of its later elements needs."""
    later = [
        one.exact for one in phrase.elements[1:] if one.exact and not (one.beginnings or one.endings or one.digits)
    ]
    return phrase, min(later, key=len, default=None)


def _extend(phrase: Phrase, words: Words, place: int) -> int:
    """The last word of the phrase that begins at `place`, or -1. All possible places are followed at once."""
    if phrase.opens and place and words.sentences[place - 1] == words.sentences[place]:
        return -1
    if len(phrase.elements) == 1:
        return place
    all_words, sentences = words.words, words.sentences
    sentence, count = sentences[place], len(all_words)
    places = [place]
    for element in phrase.elements[1:]:
        reached: list[int] = []
        if element is CLAUSE_END:
            places = [at for at in places if at + 1 == count or words.clauses[at + 1] != words.clauses[at]]
            if not places:
                return -1
            continue
        frontier = 0
        for after in places:
            for candidate in range(max(after + 1, frontier), min(after + 2 + element.gap, count)):
                frontier = candidate + 1
                if sentences[candidate] != sentence:
                    break
                if element.matches(all_words[candidate]):
                    reached.append(candidate)
        if not reached:
            return -1
        places = reached
    return places[0]
