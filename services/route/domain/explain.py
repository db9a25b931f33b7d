"""Why a person got a case, or why nobody did: made when the decision is made. Used by `settle.py`.

Many cases that wait for the same reason share one list of candidates, and a candidate whose figures have not changed is
not made again: `state.notes` keeps them. That is a matter of speed alone.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Literal

from services.contracts.cases import CANDIDATES, Candidate, Exclusion, Explanation
from services.contracts.teams import Person
from services.rota.rota import Duty
from services.route.domain.agreement import Agreement
from services.route.domain.assign import who_is_able
from services.route.domain.made import made
from services.route.domain.notes import Figures
from services.route.domain.places import Requirement
from services.route.domain.state import TeamState

Rank = tuple[int, tuple[float, datetime, str]]
_STANDING = {"off_shift": "off_shift", "sick": "sick"}


def why_chosen(
    state: TeamState,
    agreed: Agreement,
    needed: Requirement,
    person: Person,
    rule: Literal["previous_handler", "least_loaded", "most_room"],
    now: datetime,
) -> Explanation:
    """Why `person` gets a case that asks this."""
    listed = _nearest(state, agreed, agreed.rota.duty(now), needed, person)
    return _explanation(rule, needed, listed, len(agreed.people) - len(listed), now, chosen=person.id)


def why_nobody(state: TeamState, needed: Requirement, now: datetime) -> Explanation:
    """Why nobody can take a case that asks this."""
    agreed = state.agreement
    listed = () if agreed is None else _excluded(state, agreed, agreed.rota.duty(now), needed)
    more = len(agreed.people) - len(listed) if agreed else 0
    return _explanation("nobody_eligible", needed, listed, more, now)


def _explanation(
    rule: str, needed: Requirement, listed: tuple[Candidate, ...], more: int, now: datetime, chosen: str | None = None
) -> Explanation:
    fields = {
        "rule": rule,
        "chosen": chosen,
        "needs_language": needed.language,
        "needs_skills": needed.skills,
        "weight": needed.weight,
        "candidates": listed,
        "more_candidates": more,
        "at": now,
    }
    return made(Explanation, fields)


def _excluded(state: TeamState, agreed: Agreement, duty: Duty, needed: Requirement) -> tuple[Candidate, ...]:
    key = (needed, duty.start, agreed.revision)
    version, listed = state.notes.lists.get(key, (-1, ()))
    if version != state.notes.version:
        listed = _nearest(state, agreed, duty, needed, None)
        state.notes.keep_list(key, listed)
    return listed


def _nearest(
    state: TeamState, agreed: Agreement, duty: Duty, needed: Requirement, chosen: Person | None
) -> tuple[Candidate, ...]:
    """Who was chosen, those on shift as they would be chosen, then the others in the order of the roster."""
    on = (agreed.people[one] for one in duty.on & agreed.people.keys() if chosen is None or one != chosen.id)
    fit = who_is_able(state, agreed, needed)
    ranked_on = sorted(on, key=lambda person: _rank(state, person, needed, fit))
    others = (person for person in agreed.config.people if person.id not in duty.on)
    first = [chosen] if chosen else []
    ranked = chain(first, ranked_on, others)
    return tuple(_candidate(state, duty, person, needed) for person, _ in zip(ranked, range(CANDIDATES), strict=False))


def _rank(state: TeamState, person: Person, needed: Requirement, fit: frozenset[str]) -> Rank:
    """Who can take it first, then who is full, then who is not able to."""
    figures = state.figures(person)
    blocked = 2 if person.id not in fit else 0 if figures.room >= needed.weight else 1
    return blocked, figures.preference


def _candidate(state: TeamState, duty: Duty, person: Person, needed: Requirement) -> Candidate:
    standing = duty.away.get(person.id) or ("" if person.id in duty.scheduled else "off_shift")
    figures = state.figures(person)
    known = state.notes.candidates.get((person.id, needed))
    if known is None or known[0] != standing or known[1] is not figures:
        excluded = tuple(_exclusions(standing, figures, needed))
        fields = {
            "person": person.id,
            "excluded": excluded,
            "load": figures.load,
            "capacity": figures.capacity,
            "agreed_capacity": person.capacity if person.id in state.capacities else None,
            "snoozed": figures.snoozed,
            "score": None if excluded else round(figures.preference[0], 3),
            "last_assigned_at": figures.last_assigned_at,
        }
        known = state.notes.candidates[person.id, needed] = standing, figures, made(Candidate, fields)
    return known[2]


def _exclusions(standing: str, figures: Figures, needed: Requirement) -> Iterator[Exclusion]:
    person = figures.person
    if standing:
        yield _exclusion(_STANDING.get(standing, "on_leave"))
    if needed.language and needed.language not in person.languages:
        yield _exclusion("language", needed.language)
    if lacking := [skill for skill in needed.skills if skill not in person.skills]:
        yield _exclusion("skill", ", ".join(lacking)[:500])
    if person.channels is not None and needed.kind not in person.channels:
        yield _exclusion("channel", needed.kind)
    if figures.room < needed.weight:
        yield _exclusion("full", f"{figures.load} + {needed.weight} > {figures.capacity}")


def _exclusion(code: str, detail: str = "") -> Exclusion:
    return made(Exclusion, {"code": code, "detail": detail})
