"""Canned replies in the composer: which come first for a case, and their variables filled in. Route keeps the texts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.contracts.canned import CannedReply
from services.contracts.cases import Case

_VARIABLE = re.compile(r"\{\s*([^{}\n]{1,40}?)\s*\}")
NAMES: Mapping[str, tuple[str, ...]] = {
    "customer": ("naam", "klant", "name", "customer"),
    "first_name": ("voornaam", "first_name"),
    "agent": ("medewerker", "agent"),
    "team": ("team",),
    "link": ("link",),
    "case": ("zaak", "case"),
}
"""The variables, and how they may be called, in whichever language; the pages name these."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its variables filled in; those in `missing` stand in it as they were, for the writer to see."""

    text: str
    missing: tuple[str, ...] = ()


def values(case: Case, agent: str, team: str) -> dict[str, str]:
    """What the variables are for a case; empty where we do not know."""
    name = case.author.name.strip() or case.author.handle.strip()
    first = next((message for message in case.messages if message.kind == "mention"), None)
    return {
        "customer": name,
        "first_name": name.split()[0] if name and not name.startswith("@") else "",
        "agent": agent,
        "team": team,
        "link": first.url if first else "",
        "case": case.id[:8],
    }


def fill(text: str, known: Mapping[str, str]) -> Filled:
    """The text with every variable that has a value replaced by it."""
    missing: list[str] = []

    def put(found: re.Match[str]) -> str:
        called = found[1].lower()
        name = next((name for name, names in NAMES.items() if called in names), None)
        if name is not None and (value := known.get(name)):
            return value
        missing.append(found[0])
        return found[0]

    return Filled(_VARIABLE.sub(put, text), tuple(dict.fromkeys(missing)))


def unknown_variables(text: str) -> tuple[str, ...]:
    """The variables of a text that no case ever fills in."""
    known = {name for names in NAMES.values() for name in names}
    return tuple(dict.fromkeys(one[0] for one in _VARIABLE.finditer(text) if one[1].lower() not in known))


def ranked(canned: Iterable[CannedReply], topics: Sequence[str], language: str) -> list[CannedReply]:
    """Those in use, the fittest first: the customer's language, then shared topics, then those for any, then by use."""

    def fitness(one: CannedReply) -> tuple[bool, int, int, int, str]:
        shared = len(set(one.content.topics) & set(topics))
        about = 0 if shared else 1 if not one.content.topics else 2
        return (one.content.language != language, about, -shared, -one.used, one.content.title)

    return sorted((one for one in canned if not one.retired), key=fitness)
