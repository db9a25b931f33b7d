"""Who gets a case, and why nobody does. Eligible: on shift, not away, has language, skills and channel, has room.

Used by `settle.py`; `explain.py` says why.
"""

from collections.abc import Iterable
from datetime import datetime

from services.contracts.cases import Case, Waiting
from services.contracts.teams import Person
from services.route.domain.agreement import Agreement
from services.route.domain.places import Requirement
from services.route.domain.state import TeamState

_KEPT = 500


def able(person: Person, needed: Requirement) -> bool:
    """Whether the person has the language, the skills and the channel, on shift or not."""
    speaks = not needed.language or needed.language in person.languages
    knows = all(skill in person.skills for skill in needed.skills)
    return speaks and knows and (person.channels is None or needed.kind in person.channels)


def who_is_able(state: TeamState, agreed: Agreement, needed: Requirement) -> frozenset[str]:
    """The people of the team who have it; worked out once for each revision of the agreements."""
    known = state.notes.able.get(needed)
    if known is None or known[0] != agreed.revision:
        if len(state.notes.able) >= _KEPT:
            state.notes.able.clear()
        fit = frozenset(person.id for person in agreed.config.people if able(person, needed))
        known = state.notes.able[needed] = agreed.revision, fit
    return known[1]


def has_room(state: TeamState, person: Person, needed: Requirement) -> bool:
    """Whether the case fits into what is left of the person's capacity."""
    return state.figures(person).room >= needed.weight


def eligible(state: TeamState, agreed: Agreement, present: Iterable[Person], needed: Requirement) -> list[Person]:
    """Those of the `present` (on shift, not away) who can take such a case now."""
    fit = who_is_able(state, agreed, needed)
    return [person for person in present if person.id in fit and has_room(state, person, needed)]


def anybody(state: TeamState, agreed: Agreement, present: Iterable[Person], needed: Requirement) -> bool:
    """Whether somebody of the `present` can take such a case now."""
    fit = who_is_able(state, agreed, needed)
    return any(person.id in fit and has_room(state, person, needed) for person in present)


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
    fit = who_is_able(state, agreed, needed)
    on = agreed.rota.on_shift(now)
    if fit & on:
        return Waiting(reason="everybody_full", since=since, cover_begins=_next(agreed, now, fit - on))
    return Waiting(
        reason="no_skill" if on or not fit else "nobody_on_shift",
        since=since,
        cover_begins=_next(agreed, now, fit),
    )


def _next(agreed: Agreement, now: datetime, people: frozenset[str]) -> datetime | None:
    return agreed.rota.next_cover(now, people) if people else None


def preference(state: TeamState, person: Person) -> tuple[float, datetime, str]:
    """Load for their capacity, when they last got a case, id: the lower, the sooner they are chosen."""
    return state.figures(person).preference


def room(state: TeamState, person: Person) -> int:
    """The points that are left of the person's capacity."""
    return state.figures(person).room
