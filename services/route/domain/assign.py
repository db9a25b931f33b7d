"""Who gets a case, and why nobody does. Eligible: on shift, not away, has language, skills and channel, has room.

Used by `settle.py`; `explain.py` says why.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from services.contracts.cases import Case, Waiting
from services.contracts.teams import Person
from services.route.domain.agreement import Agreement
from services.route.domain.places import Requirement
from services.route.domain.state import TeamState

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def able(person: Person, needed: Requirement) -> bool:
    """Whether the person has the language, the skills and the channel, on shift or not."""
    speaks = not needed.language or needed.language in person.languages
    knows = all(skill in person.skills for skill in needed.skills)
    return speaks and knows and (person.channels is None or needed.kind in person.channels)


def has_room(state: TeamState, person: Person, needed: Requirement) -> bool:
    """Whether the case fits into what is left of the person's capacity."""
    return state.load(person.id) + needed.weight <= state.capacity(person)


def eligible(state: TeamState, present: Iterable[Person], needed: Requirement) -> list[Person]:
    """Those of the `present` (on shift, not away) who can take such a case now."""
    return [person for person in present if has_room(state, person, needed) and able(person, needed)]


def anybody(state: TeamState, present: Iterable[Person], needed: Requirement) -> bool:
    """Whether somebody of the `present` can take such a case now."""
    return any(able(person, needed) and has_room(state, person, needed) for person in present)


def choose(state: TeamState, case: Case, people: list[Person]) -> tuple[Person, bool]:
    """One of the eligible `people`, and whether it is the previous handler.

    First who handled the conversation before; else the least loaded for their capacity, then who got a case the longest
    ago, then by id. Who gave the case back gets it again only when there is nobody else.
    """
    others = [person for person in people if person.id != case.given_back_by] or people
    for person in others:
        if person.id == case.previous_owner and person.id != case.given_back_by:
            return person, True
    return min(others, key=lambda person: preference(state, person)), False


def waiting(state: TeamState, needed: Requirement, since: datetime, now: datetime) -> Waiting:
    """Why a case that asks this waits, and when somebody begins who could take it."""
    agreed = state.agreement
    if agreed is None:
        return Waiting(reason="no_team_rota", since=since)
    fit = {person.id for person in agreed.config.people if able(person, needed)}
    on = agreed.rota.on_shift(now)
    if fit & on:
        return Waiting(reason="everybody_full", since=since, cover_begins=_next(agreed, now, frozenset(fit - on)))
    return Waiting(
        reason="no_skill" if on or not fit else "nobody_on_shift",
        since=since,
        cover_begins=_next(agreed, now, frozenset(fit)),
    )


def _next(agreed: Agreement, now: datetime, people: frozenset[str]) -> datetime | None:
    return agreed.rota.next_cover(now, people) if people else None


def preference(state: TeamState, person: Person) -> tuple[float, datetime, str]:
    """Load for their capacity, when they last got a case, id: the lower, the sooner they are chosen."""
    return score(state, person), state.last_assigned_at(person.id) or _NEVER, person.id


def score(state: TeamState, person: Person) -> float:
    """Load ÷ capacity."""
    capacity = state.capacity(person)
    return state.load(person.id) / capacity if capacity else 0.0


def room(state: TeamState, person: Person) -> int:
    """The points that are left of the person's capacity."""
    return state.capacity(person) - state.load(person.id)
