"""Who can be named with an `@` in a note, and by what: the shortest that names nobody else. Pure.

Who a note names is route's to say (`route/domain/naming.py`): an id (the name by which they log in), or a name or a first
name that one alone has, in any case and without accents. The list that helps to write it is `static/naming.js`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.contracts.names import plain
from services.contracts.teams import Person


@dataclass(frozen=True, slots=True)
class Nameable:
    """Somebody of the team; `handle` is what follows the `@`, `on` says that they are on now.

    `shared` says that others have the same whole name, so that only the id, which is then the handle, tells them apart.
    """

    id: str
    name: str
    handle: str
    on: bool
    shared: bool = False


def nameable(people: Iterable[Person], on: Collection[str]) -> tuple[Nameable, ...]:
    """Everybody of the roster: who is on first, then by name."""
    listed = list(people)
    known = _known(listed)
    having = Counter(plain(one.name) for one in listed)
    shared = {one.id for one in listed if having[plain(one.name)] > 1}
    found = (
        Nameable(one.id, one.name, one.id if one.id in shared else _handle(one, known), one.id in on, one.id in shared)
        for one in listed
    )
    return tuple(sorted(found, key=lambda one: (not one.on, one.name.casefold(), one.id)))


def _handle(person: Person, known: dict[str, str]) -> str:
    """The first name, else the whole name, else the id: the first of them that begins as a name does and is theirs alone."""
    candidates = (*person.name.split()[:1], person.name)
    fitting = (one for one in candidates if re.match(r"\w", plain(one)) and known.get(plain(one)) == person.id)
    return next(fitting, person.id)


def _known(people: list[Person]) -> dict[str, str]:
    """Whom each name names; an id goes before a name, a name before a first name, and what two have names nobody."""
    firsts = _theirs((plain(one.name).split()[:1], one.id) for one in people)
    names = _theirs(([plain(one.name)] if one.name else [], one.id) for one in people)
    return firsts | names | {one.id: one.id for one in people}


def _theirs(rows: Iterable[tuple[list[str], str]]) -> dict[str, str]:
    pairs = [(name, person) for names, person in rows for name in names]
    taken = [name for name, _ in pairs]
    return {name: person if taken.count(name) == 1 else "" for name, person in pairs}
