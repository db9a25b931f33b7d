"""After every input: give out what waits while somebody can take it, and say of the rest why it waits.

The cost does not grow with the number of waiting cases: cases that ask the same of a person share a queue, so that one
look at the head of each queue tells all. Drafts are given one by one, each on the state that the one before has made.
"""

import heapq
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from services.contracts.cases import Case
from services.contracts.events import CaseAssigned, CaseWaiting
from services.contracts.teams import Person
from services.route.domain import assign
from services.route.domain.agreement import Agreement
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed
from services.route.domain.explain import why_chosen, why_nobody
from services.route.domain.places import Requirement, requirement
from services.route.domain.state import TeamState

REFRESHED = 200
"""At most this many waiting cases are told of a new reason at a time; the rest at the next tick."""


def settle(state: TeamState, now: datetime) -> Iterator[Draft]:
    """The assignments that are possible now, then the reasons of those that newly wait."""
    agreed = state.agreement
    if agreed is not None and state.queues.size and state.notes.settled != _standing(state, agreed, now):
        yield from _assignments(state, agreed, now)
        state.notes.settled = _standing(state, agreed, now)
    while newcomer := state.unannounced.first():
        yield _announcement(state, state.cases[newcomer[1]], now)


def _standing(state: TeamState, agreed: Agreement, now: datetime) -> tuple[Any, ...]:
    """All that decides whether something can be given out; while it is the same there is nothing to look for."""
    return state.notes.version, state.notes.queued, agreed.revision, agreed.rota.duty(now).start


def refresh(state: TeamState, now: datetime) -> Iterator[Draft]:
    """New reasons for those whose waiting has another reason by now, or another moment when cover begins."""
    left = REFRESHED
    for known in state.announced.groups():
        current = assign.waiting(state, known.requirement, now, now)
        if (current.reason, current.cover_begins) != (known.reason, known.cover_begins):
            for case in list(islice(state.announced.of(known), left)):
                left -= 1
                yield _announcement(state, state.cases[case], now)


def _assignments(state: TeamState, agreed: Agreement, now: datetime) -> Iterator[Draft]:
    present = agreed.present(now)
    heads = [(state.queues.first(needed), needed) for needed in _possible(state, agreed, present)]
    heapq.heapify(heads)
    while heads:
        turn, needed = heapq.heappop(heads)
        people = assign.eligible(state, agreed, present, needed)
        if people:
            yield _assignment(state, agreed, state.cases[turn.case], people, now)
            if head := state.queues.first(needed):
                heapq.heappush(heads, (head, needed))


def _possible(state: TeamState, agreed: Agreement, present: list[Person]) -> list[Requirement]:
    """The queues that somebody present can take from; none at once when everybody is full."""
    needs: list[Requirement] = state.queues.groups()
    least = min(needed.weight for needed in needs)
    free = [person for person in present if state.figures(person).room >= least]
    return [needed for needed in needs if assign.anybody(state, agreed, free, needed)] if free else []


def _assignment(state: TeamState, agreed: Agreement, case: Case, people: list[Person], now: datetime) -> Draft:
    person, handled_before = assign.choose(state, case, people)
    rule: Literal["previous_handler", "least_loaded"] = "previous_handler" if handled_before else "least_loaded"
    explanation = why_chosen(state, agreed, requirement(case), person, rule, now)
    after = changed(
        case,
        owner=person.id,
        assigned_at=now,
        touched=False,
        given_back_by=None,
        handed_over=False,
        waiting=None,
        explanation=explanation,
    )
    return case_draft(CaseAssigned, after, now, ROUTER, person.id, person=person.id, explanation=explanation)


def _announcement(state: TeamState, case: Case, now: datetime) -> Draft:
    needed, since = requirement(case), case.waiting.since if case.waiting else now
    waiting, explanation = assign.waiting(state, needed, since, now), why_nobody(state, needed, now)
    after = changed(case, waiting=waiting, explanation=explanation)
    return case_draft(CaseWaiting, after, now, ROUTER, waiting.reason, waiting=waiting, explanation=explanation)
