"""A promise is broken: the case goes to the next layer, then the team's leads are told. Each step once per promise.

The next layer is who was given the case since; else somebody of the nearest layer below the one on duty, who comes beside
its owner; else whoever on duty can take it and is not on it yet: what nobody works on becomes theirs, what its owner has
touched stays the owner's and they come beside. Most room first. With nobody who can, the leads are told at once.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.contracts.cases import Case, Deadline, DeadlineKind, EscalationStep
from services.contracts.events import CaseEscalated
from services.contracts.teams import Person
from services.route.domain import assign, clocks
from services.route.domain.agreement import Agreement
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed
from services.route.domain.explain import why_chosen, why_nobody
from services.route.domain.places import promises_of, requirement
from services.route.domain.state import TeamState


def escalate(state: TeamState, case: Case, kind: DeadlineKind, now: datetime) -> Iterator[Draft]:
    """The next step of a promise that is broken and not kept; none once the leads have been told."""
    agreed = state.agreement
    deadline = next((one for one in promises_of(case) if one.kind == kind), None)
    if agreed is None or deadline is None or "lead" in deadline.escalated:
        return
    if deadline.escalated:
        yield _to_leads(state, agreed, case, deadline, now)
    elif _new_owner(case, deadline):
        yield _with_owner(state, agreed, case, deadline, now)
    elif (person := _standby(state, agreed, case, now)) is not None:
        yield _to_next_layer(state, agreed, case, deadline, person, False, now)
    elif (person := _next_layer(state, agreed, case, now)) is not None:
        moved = case.owner is None or not case.touched
        yield _to_next_layer(state, agreed, case, deadline, person, moved, now)
    else:
        yield _to_leads(state, agreed, case, deadline, now)


def _new_owner(case: Case, deadline: Deadline) -> bool:
    since, given_at = deadline.breached_at, case.assigned_at
    return case.owner is not None and since is not None and given_at is not None and since <= given_at


def _with_owner(state: TeamState, agreed: Agreement, case: Case, deadline: Deadline, now: datetime) -> Draft:
    """Who was given the case since the promise was broken is the next layer."""
    why = case.explanation or why_nobody(state, requirement(case), now)
    step = _step(deadline, "next_layer", agreed.escalates_at(deadline, now))
    fields = {"to": (case.owner,), "moved": False, "explanation": why, "deadline": step, "step": "next_layer"}
    return case_draft(CaseEscalated, clocks.put(case, step), now, ROUTER, case.owner or "", **fields)


def _standby(state: TeamState, agreed: Agreement, case: Case, now: datetime) -> Person | None:
    """Somebody of the nearest layer below the one on duty, where there is one that can."""
    layers = (_most_room(state, agreed, case, people) for people in agreed.rota.duty(now).standby)
    return next((person for person in layers if person is not None), None)


def _next_layer(state: TeamState, agreed: Agreement, case: Case, now: datetime) -> Person | None:
    return _most_room(state, agreed, case, agreed.rota.on_shift(now))


def _most_room(state: TeamState, agreed: Agreement, case: Case, among: Iterable[str]) -> Person | None:
    on_it = {case.owner, *case.escalated_to}
    present = (agreed.people[person] for person in among if person in agreed.people and person not in on_it)
    people = assign.eligible(state, agreed, present, requirement(case))
    return min(people, key=lambda one: (-assign.room(state, one), assign.preference(state, one)), default=None)


def _to_next_layer(
    state: TeamState, agreed: Agreement, case: Case, deadline: Deadline, person: Person, moved: bool, now: datetime
) -> Draft:
    why = why_chosen(state, agreed, requirement(case), person, "most_room", now)
    after = changed(case, escalated_to=(*case.escalated_to, person.id))
    if moved:
        after = changed(
            after,
            owner=person.id,
            previous_owner=case.owner or case.previous_owner,
            assigned_at=now,
            given_back_by=None,
            handed_over=False,
            touched=False,
            waiting=None,
            explanation=why,
        )
    step = _step(deadline, "next_layer", agreed.escalates_at(deadline, now))
    fields = {"to": (person.id,), "moved": moved, "explanation": why, "deadline": step, "step": "next_layer"}
    return case_draft(CaseEscalated, clocks.put(after, step), now, ROUTER, person.id, **fields)


def _to_leads(state: TeamState, agreed: Agreement, case: Case, deadline: Deadline, now: datetime) -> Draft:
    """The case stays where it is. A team without leads is told all the same: the event is there for everybody."""
    leads = tuple(one for one in agreed.leads if one != case.owner)
    step = _step(deadline, "lead", None)
    beside = (*case.escalated_to, *(one for one in leads if one not in case.escalated_to))
    after = clocks.put(changed(case, escalated_to=beside), step)
    why = why_nobody(state, requirement(case), now)
    fields = {"to": leads, "moved": False, "explanation": why, "deadline": step, "step": "lead"}
    return case_draft(CaseEscalated, after, now, ROUTER, "lead", **fields)


def _step(deadline: Deadline, step: EscalationStep, next_at: datetime | None) -> Deadline:
    return deadline.model_copy(update={"escalated": (*deadline.escalated, step), "escalate_at": next_at})
