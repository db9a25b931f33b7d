"""What time brings: warnings, breaches, releases, new reasons for waiting, archiving. Every loop is bounded."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from services.contracts.cases import Case
from services.contracts.events import CaseArchived, DeadlineBreached, DeadlineWarned
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed
from services.route.domain.state import TeamState

AT_A_TIME = 500
"""At most this many alarms, and this many archived cases, in one tick; the rest at the next."""


def alarms(state: TeamState, now: datetime) -> list[Draft]:
    """Promises to warn of, and promises that are broken: each once. What is broken is not warned of any more."""
    return [_alarm(case, now) for case in islice(state.alarms_until(now), AT_A_TIME)]


def archive(state: TeamState, now: datetime) -> Iterator[Draft]:
    """Closed cases that no mention can reopen any more."""
    if state.agreement is None:
        return
    before = now - timedelta(days=state.agreement.config.reopen_days)
    for case in list(islice(state.closed_until(before), AT_A_TIME)):
        yield case_draft(CaseArchived, case, now, ROUTER)


def _alarm(case: Case, now: datetime) -> Draft:
    deadline = case.deadline
    assert deadline is not None, "a case without a promise has no alarm"
    broken = deadline.due_at <= now
    after = deadline.model_copy(update={"breached_at" if broken else "warned_at": now})
    kind = DeadlineBreached if broken else DeadlineWarned
    return case_draft(kind, changed(case, deadline=after), now, ROUTER, deadline.kind, deadline=after)
