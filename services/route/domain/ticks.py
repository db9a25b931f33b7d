"""What time brings to cases: warnings, breaches and escalations, own capacities that end, archiving. All is bounded."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from services.contracts.cases import Case, Deadline, DeadlineKind
from services.contracts.events import CaseArchived, DeadlineBreached, DeadlineWarned, OwnCapacityChanged
from services.route.domain import clocks
from services.route.domain.drafts import ROUTER, Draft, case_draft
from services.route.domain.escalations import escalate
from services.route.domain.places import unmet
from services.route.domain.snoozes import woken
from services.route.domain.state import TeamState

AT_A_TIME = 500
"""At most this many cases with alarms, and this many archived ones, in one tick; the rest at the next."""


def alarms(state: TeamState, now: datetime) -> Iterator[Draft]:
    """Promises to warn of, and promises that are broken: each once. What is broken is not warned of any more."""
    for case in [case.id for case in islice(state.alarms_until(now), AT_A_TIME)]:
        for kind in clocks.ORDER:
            yield from _alarm(state, case, kind, now)


def escalations(state: TeamState, now: datetime) -> Iterator[Draft]:
    """The next step for promises that are broken; after what could be given out was given out."""
    for case in [case.id for case in islice(state.alarms_until(now), AT_A_TIME)]:
        for kind in clocks.ORDER:
            deadline = _running(state.cases[case], kind)
            if deadline and deadline.escalate_at and deadline.escalate_at <= now:
                yield from escalate(state, state.cases[case], kind, now)


def archive(state: TeamState, now: datetime) -> Iterator[Draft]:
    """Closed cases that no mention can reopen any more, once their last reply has left."""
    if state.agreement is None:
        return
    before = now - timedelta(days=state.agreement.config.reopen_days)
    done = (case for case in state.closed_until(before) if not case.pending)
    for case in list(islice(done, AT_A_TIME)):
        yield case_draft(CaseArchived, case, now, ROUTER)


def capacities_end(state: TeamState, now: datetime) -> Iterator[Draft]:
    """People's own capacities whose time is over: what was agreed holds again."""
    for person in sorted(state.capacities):
        if state.capacities[person].until <= now:
            yield Draft(OwnCapacityChanged, {"person": person}, actor=ROUTER)


def _alarm(state: TeamState, case: str, kind: DeadlineKind, now: datetime) -> Iterator[Draft]:
    deadline = _running(state.cases[case], kind)
    if deadline is None or deadline.breached_at is not None:
        return
    if deadline.due_at <= now:
        after = deadline.model_copy(update={"breached_at": now, "escalate_at": now})
        yield _said(DeadlineBreached, state.cases[case], after, now)
        yield from _wake(state, case, now)
    elif deadline.warned_at is None and deadline.warn_at <= now:
        yield _said(DeadlineWarned, state.cases[case], deadline.model_copy(update={"warned_at": now}), now)
        yield from _wake(state, case, now)


def _running(case: Case, kind: DeadlineKind) -> Deadline | None:
    return next((one for one in unmet(case) if one.kind == kind), None)


def _wake(state: TeamState, case: str, now: datetime) -> Iterator[Draft]:
    if state.cases[case].snoozed_until is not None:
        yield woken(state.agreement, state.cases[case], "deadline", now)


def _said(kind: type[DeadlineBreached | DeadlineWarned], case: Case, deadline: Deadline, now: datetime) -> Draft:
    return case_draft(kind, clocks.put(case, deadline), now, ROUTER, deadline.kind, deadline=deadline)
