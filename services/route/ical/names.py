"""Who an event of somebody's calendar is about: people by e-mail or name, without regard to case. Used by `read.py`.

The summary and the attendees count; the description only when they name nobody. `[L1]` in front of a summary is a layer.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from services.contracts.teams import Person

_LAYER = re.compile(r"\s*\[L(\d)\]\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:[,;&+/\n]|\ben\b|\band\b)\s*", re.IGNORECASE)


class Named(NamedTuple):
    """Ids of people, in the order of the roster, and names that nobody has."""

    people: tuple[str, ...]
    unknown: tuple[str, ...]


def layer_of(summary: str) -> tuple[int, str]:
    """The layer, 0 without a prefix, and the summary without it."""
    found = _LAYER.match(summary)
    return (int(found[1]), summary[found.end() :]) if found else (0, summary.strip())


def named(people: Iterable[Person], summary: str, attendees: Iterable[tuple[str, str]], description: str) -> Named:
    """The people that an event names. `attendees` are e-mail and name, each may be empty."""
    roster = list(people)
    found, unknown = _in_text(roster, summary)
    for email, name in attendees:
        ids = _in_text(roster, email)[0] or _in_text(roster, name)[0]
        found |= ids
        if not ids and (email or name):
            unknown.append(name or email)
    if not found:
        found, _ = _in_text(roster, description)
        unknown = [] if found else unknown
    return Named(tuple(person.id for person in roster if person.id in found), tuple(dict.fromkeys(unknown)))


def _in_text(roster: list[Person], text: str) -> tuple[set[str], list[str]]:
    """Who is named in a text, and the parts of it in which nobody is."""
    found: set[str] = set()
    unknown: list[str] = []
    for part in filter(None, _BETWEEN.split(text.strip())):
        ids = _in_part(roster, part)
        found |= ids
        if not ids:
            unknown.append(part)
    return found, unknown


def _in_part(roster: list[Person], part: str) -> set[str]:
    """Who is named as whole words; a name that is a part of another does not count where the other stands."""
    left, found = part.casefold(), set()
    handles = [
        (one.casefold(), person.id) for person in roster for one in (person.email, person.name, person.id) if one
    ]
    for handle, person in sorted(handles, key=lambda one: (-len(one[0]), one)):
        pattern = rf"(?<![\w@.-]){re.escape(handle)}(?![\w@-])"
        if handle.strip() and re.search(pattern, left):
            found.add(person)
            left = re.sub(pattern, "\0", left)
    return found
