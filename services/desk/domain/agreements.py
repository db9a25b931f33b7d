"""What a team has agreed about answering, gathered for the page that says it in words (`handbook/agreements.py`). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from services.contracts.mentions import UrgencyLabel
from services.contracts.teams import TeamConfig

_LIMITS: tuple[UrgencyLabel | None, ...] = (*reversed(get_args(UrgencyLabel)), None)
"""How far somebody sends alone: the furthest first, nothing at all last."""


@dataclass(frozen=True, slots=True)
class Alone:
    """Who sends alone up to the same urgency; `None` is nothing without approval. Ids, in the order of the roster."""

    limit: UrgencyLabel | None
    people: tuple[str, ...]


def sends_alone(config: TeamConfig) -> tuple[Alone, ...]:
    """Everybody in the roster, by how far they send alone."""
    limits = {person.id: config.sends_alone_up_to(person) for person in config.people}
    groups = (Alone(limit, _those(limits.items(), limit)) for limit in _LIMITS)
    return tuple(group for group in groups if group.people)


def _those(limits: Iterable[tuple[str, UrgencyLabel | None]], limit: UrgencyLabel | None) -> tuple[str, ...]:
    return tuple(person for person, found in limits if found == limit)


def approvers(config: TeamConfig) -> tuple[str, ...]:
    """Who of the roster approves what others write."""
    return tuple(person.id for person in config.people if person.mandate.approve)


def agency_limit(config: TeamConfig) -> UrgencyLabel | None:
    """How far agency staff send alone where their own mandate does not say; `None` where there are none."""
    return config.agency.alone_up_to if any(one.employment == "agency" for one in config.people) else None
