"""After the agreements changed: what they mean for the open cases, where it is something else than before."""

from collections.abc import Iterator
from datetime import datetime

from services.contracts.cases import Case
from services.contracts.events import CaseRequirementsChanged, DeadlineChanged
from services.contracts.teams import TeamConfig
from services.route.domain import clocks
from services.route.domain.agreement import Agreement
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed
from services.route.domain.places import promises_of
from services.route.domain.state import TeamState

PROMISED_BY = {"time_zone", "opening_hours", "holidays", "holiday_calendar", "service_levels"}
ASKED_BY = {"weights", "skills_for_topics"}


def reconsider(state: TeamState, before: TeamConfig | None, now: datetime) -> Iterator[Draft]:
    """The open cases whose promises, weight or skills are others under the new agreements than under those `before`."""
    agreed = state.agreement
    assert agreed is not None, "called once the team is configured"
    promises, asks = (before is None or _differ(before, agreed.config, names) for names in (PROMISED_BY, ASKED_BY))
    if not promises and not asks:
        return
    for case in [case.id for case in state.cases.values() if case.status == "open"]:
        if asks:
            yield from _requirements(agreed, state.cases[case], now)
        if promises:
            yield from _promises(agreed, state.cases[case], now)


def _differ(before: TeamConfig, after: TeamConfig, names: set[str]) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in names)


def _requirements(agreed: Agreement, case: Case, now: datetime) -> Iterator[Draft]:
    skills, weight = agreed.skills_for(case.topics), agreed.weight_of(case.urgency.label)
    if (skills, weight) != (case.skills, case.weight):
        after = changed(case, skills=skills, weight=weight, waiting=None if case.owner is None else case.waiting)
        yield case_draft(CaseRequirementsChanged, after, now, ROUTER, ", ".join(skills), skills=skills, weight=weight)


def _promises(agreed: Agreement, case: Case, now: datetime) -> Iterator[Draft]:
    after = clocks.reconsidered(agreed, case, now)
    if promises_of(after) != promises_of(case):
        level = after.deadline.level if after.deadline else ""
        yield case_draft(DeadlineChanged, after, now, ROUTER, level, deadline=after.deadline)
