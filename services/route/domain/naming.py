"""Who a note names with an `@`: people of the roster, by id, name or first name. Used by `case_rules.py`."""

import re
from collections import Counter
from collections.abc import Iterable

from services.contracts.names import plain
from services.contracts.teams import Person

_AT = re.compile(r"(?<![\w@.])@(?=\w)")
_WORD_GOES_ON = re.compile(r"[\w]")


def named(text: str, people: Iterable[Person]) -> tuple[str, ...]:
    """The ids of those who are named, each once, in the order of the text.

    Capitals and accents do not matter; the longest name counts (`@Anna Maria` is not `@Anna`), and a name or a first
    name that several have names nobody: an id always names one. An address (`info@…`) names nobody.
    """
    if "@" not in text:
        return ()
    known, said = _names(people), plain(text)
    found = (_longest(said, hit.end(), known) for hit in _AT.finditer(said))
    return tuple(dict.fromkeys(one for one in found if one))


def _names(people: Iterable[Person]) -> dict[str, str]:
    """Whom each name names, nobody where several have it; an id goes before a name, a name before a first name.

    A name of several stands here too: `@Jan Smit` of two is nobody, and not the one whose first name is Jan.
    """
    listed = list(people)
    firsts = _theirs((first, one.id) for one in listed for first in plain(one.name).split()[:1])
    names = _theirs((plain(one.name), one.id) for one in listed if one.name)
    return firsts | names | {one.id: one.id for one in listed}


def _theirs(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    listed = list(pairs)
    having = Counter(name for name, _ in listed)
    return {name: person if having[name] == 1 else "" for name, person in listed}


def _longest(text: str, start: int, known: dict[str, str]) -> str | None:
    fitting = [name for name in known if text.startswith(name, start) and _ends(text, start + len(name))]
    return known[max(fitting, key=len)] if fitting else None


def _ends(text: str, end: int) -> bool:
    """Whether a name ends here: no letter follows, nor a hyphen with one."""
    rest = text[end : end + 2]
    return not rest or not (_WORD_GOES_ON.match(rest) or (rest[0] == "-" and _WORD_GOES_ON.match(rest[1:])))
