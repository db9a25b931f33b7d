"""What somebody wants to see of a view: values per field (one of them is enough), and words of the author's name.

A filter is written in the address of a page (`urgency=high&urgency=critical&author=jansen`) and kept like that when it is
saved. `-` is "none": no owner, no topic, no tag. Pure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import parse_qsl, urlencode

from services.contracts.cases import Case

Field = Literal["urgency", "sentiment", "topic", "language", "source", "kind", "tag", "owner"]
FIELDS: tuple[Field, ...] = get_args(Field)
AUTHOR = "author"
NONE = "-"
MAX_VALUES, MAX_TEXT = 20, 100
"""A filter takes so many values of one field, and so many characters of each and of the author's name."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a case must have: for each field one of its values, and every word of `author` in its author's name or handle."""

    chosen: frozenset[tuple[Field, str]] = frozenset()
    author: str = ""

    def __bool__(self) -> bool:
        return bool(self.chosen or self.author)

    def values(self, field: Field) -> tuple[str, ...]:
        """The values of a field, in their order."""
        return tuple(sorted(value for name, value in self.chosen if name == field))

    def matches(self, case: Case) -> bool:
        """Whether a case is one of those."""
        for field in {name for name, _ in self.chosen}:
            if not any((field, value) in self.chosen for value in _of(case, field) or (NONE,)):
                return False
        return not self.author or _named(case, self.author)

    def pairs(self) -> list[tuple[str, str]]:
        """As parameters of an address, always in the same order."""
        found: list[tuple[str, str]] = [(field, value) for field in FIELDS for value in self.values(field)]
        return [*found, (AUTHOR, self.author)] if self.author else found

    def query(self) -> str:
        """As the query of an address; also how it is saved."""
        return urlencode(self.pairs())

    def without(self, field: str, value: str) -> "Filter":
        """The filter with one condition less."""
        if field == AUTHOR:
            return Filter(self.chosen)
        return Filter(frozenset(one for one in self.chosen if one != (field, value)), self.author)


NO_FILTER = Filter()


def read_filter(pairs: Iterable[tuple[str, str]]) -> Filter:
    """The filter in the parameters of an address; what is empty, too long or of another field is left out."""
    chosen: dict[Field, dict[str, None]] = {}
    author = ""
    for name, value in pairs:
        text = " ".join(value.split())[:MAX_TEXT]
        field = next((one for one in FIELDS if one == name), None)
        if field is not None and text and len(chosen.setdefault(field, {})) < MAX_VALUES:
            chosen[field][text] = None
        elif name == AUTHOR:
            author = text
    return Filter(frozenset((field, value) for field, values in chosen.items() for value in values), author)


def saved_filter(query: str) -> Filter:
    """The filter that `Filter.query` wrote."""
    return read_filter(parse_qsl(query))


def values_of(case: Case) -> Iterator[tuple[Field, str]]:
    """Every field and value that a filter can find a case by, but for the author's name."""
    for field in FIELDS:
        for value in _of(case, field):
            yield field, value


def choices(found: Iterable[tuple[Field, str]]) -> Mapping[Field, tuple[str, ...]]:
    """The values of each field, in order, for the form; those that can be empty with `-` first."""
    sorted_values: dict[Field, list[str]] = {field: [] for field in FIELDS}
    for field, value in sorted(found):
        sorted_values[field].append(value)
    optional = ("topic", "tag", "owner")
    return {field: ((NONE,) if field in optional else ()) + tuple(some) for field, some in sorted_values.items()}


def _of(case: Case, field: Field) -> tuple[str, ...]:
    match field:
        case "urgency":
            return (case.urgency.label,)
        case "topic":
            return case.topics
        case "tag":
            return case.tags
        case "owner":
            return (case.owner,) if case.owner else ()
        case "sentiment":
            return (case.sentiment,)
        case "language":
            return (case.language,)
        case "source":
            return (case.source,)
        case "kind":
            return (case.kind,)


def _named(case: Case, words: str) -> bool:
    name = f"{case.author.name} {case.author.handle}".casefold()
    return all(word in name for word in words.casefold().split())
