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
from services.route.domain.assign import able, has_room, preference, score
from services.route.domain.places import Requirement
from services.route.domain.state import TeamState


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
    return Explanation(
        rule=rule,
        chosen=person.id,
        needs_language=needed.language,
        needs_skills=needed.skills,
        weight=needed.weight,
        candidates=listed,
        more_candidates=len(agreed.people) - len(listed),
        at=now,
    )


def why_nobody(state: TeamState, needed: Requirement, now: datetime) -> Explanation:
    """Why nobody can take a case that asks this."""
    agreed = state.agreement
    listed = () if agreed is None else _excluded(state, agreed, agreed.rota.duty(now), needed)
    return Explanation(
        rule="nobody_eligible",
        needs_language=needed.language,
        needs_skills=needed.skills,
        weight=needed.weight,
        candidates=listed,
        more_candidates=len(agreed.people) - len(listed) if agreed else 0,
        at=now,
    )


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
    ranked_on = sorted(on, key=lambda person: _rank(state, person, needed))
    others = (person for person in agreed.config.people if person.id not in duty.on)
    first = [chosen] if chosen else []
    ranked = chain(first, ranked_on, others)
    return tuple(_candidate(state, duty, person, needed) for person, _ in zip(ranked, range(CANDIDATES), strict=False))


def _rank(state: TeamState, person: Person, needed: Requirement) -> tuple[int, tuple[float, datetime, str]]:
    """Who can take it first, then who is full, then who is not able to."""
    blocked = 2 if not able(person, needed) else 0 if has_room(state, person, needed) else 1
    return blocked, preference(state, person)


def _candidate(state: TeamState, duty: Duty, person: Person, needed: Requirement) -> Candidate:
    standing = duty.away.get(person.id) or ("" if person.id in duty.scheduled else "off_shift")
    last = state.last_assigned_at(person.id)
    capacity, snoozed = state.capacity(person), len(state.snoozed.of(person.id))
    key = (person, standing, state.load(person.id), last, capacity, snoozed)
    known = state.notes.candidates.get((person.id, needed))
    if known is None or known[0] != key:
        excluded = tuple(_exclusions(state, standing, person, needed))
        candidate = Candidate(
            person=person.id,
            excluded=excluded,
            load=state.load(person.id),
            capacity=capacity,
            agreed_capacity=person.capacity if person.id in state.capacities else None,
            snoozed=snoozed,
            score=None if excluded else round(score(state, person), 3),
            last_assigned_at=last,
        )
        known = state.notes.candidates[person.id, needed] = key, candidate
    return known[1]


def _exclusions(state: TeamState, standing: str, person: Person, needed: Requirement) -> Iterator[Exclusion]:
    if standing == "off_shift":
        yield Exclusion(code="off_shift")
    elif standing:
        yield Exclusion(code="sick" if standing == "sick" else "on_leave")
    if needed.language and needed.language not in person.languages:
        yield Exclusion(code="language", detail=needed.language)
    if lacking := [skill for skill in needed.skills if skill not in person.skills]:
        yield Exclusion(code="skill", detail=", ".join(lacking)[:500])
    if person.channels is not None and needed.kind not in person.channels:
        yield Exclusion(code="channel", detail=needed.kind)
    if not has_room(state, person, needed):
        yield Exclusion(code="full", detail=f"{state.load(person.id)} + {needed.weight} > {state.capacity(person)}")
