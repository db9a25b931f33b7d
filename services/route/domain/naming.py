"""Who a note names with an `@`: people of the roster, by id, name or first name. Used by `case_rules.py`."""

import re
from collections.abc import Iterable

from services.contracts.names import plain
from services.contracts.teams import Person

_AT = re.compile(r"(?<![\w@.])@(?=\w)")
_WORD_GOES_ON = re.compile(r"[\w]")


def named(text: str, people: Iterable[Person]) -> tuple[str, ...]:
    """The ids of those who are named, each once, in the order of the text.

    Capitals and accents do not matter; the longest name counts (`@Anna Maria` is not `@Anna`), and a first name that
    several have names nobody. An address (`info@…`) names nobody.
    """
    if "@" not in text:
        return ()
    known, said = _names(people), plain(text)
    found = (_longest(said, hit.end(), known) for hit in _AT.finditer(said))
    return tuple(dict.fromkeys(one for one in found if one))


def _names(people: Iterable[Person]) -> dict[str, str]:
    listed = list(people)
    firsts = [(plain(one.name).split() or [""])[0] for one in listed]
    known = {first: one.id for first, one in zip(firsts, listed, strict=True) if first and firsts.count(first) == 1}
    return known | {plain(one.name): one.id for one in listed if one.name} | {one.id: one.id for one in listed}


def _longest(text: str, start: int, known: dict[str, str]) -> str | None:
    fitting = [name for name in known if text.startswith(name, start) and _ends(text, start + len(name))]
    return known[max(fitting, key=len)] if fitting else None


def _ends(text: str, end: int) -> bool:
    """Whether a name ends here: no letter follows, nor a hyphen with one."""
    rest = text[end : end + 2]
    return not rest or not (_WORD_GOES_ON.match(rest) or (rest[0] == "-" and _WORD_GOES_ON.match(rest[1:])))
