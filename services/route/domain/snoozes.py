"""Cases that sleep: put to sleep by a person, woken by time, their customer, a promise that nears, or a person."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from services.contracts.cases import Case
from services.contracts.commands import SnoozeCase, WakeCase
from services.contracts.events import CaseSnoozed, CaseWoken
from services.route.domain import clocks
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed
from services.route.domain.releases import must_go, release_draft
from services.route.domain.rights import may_direct, still_open
from services.route.domain.state import TeamState

LONGEST = timedelta(days=90)
AT_A_TIME = 500
"""At most this many are woken in one tick; the rest at the next."""


def snooze(agreed: Agreement, case: Case, command: SnoozeCase, now: datetime) -> list[Draft]:
    """Nothing to do before `until`: it weighs nothing, is given to nobody, and its resolution clock stands still."""
    still_open(case)
    may_direct(agreed, case, command.actor)
    if not now < command.until <= now + LONGEST:
        raise Refusal("invalid", "a case is snoozed until a moment that is ahead, at most 90 days")
    if case.snoozed_until == command.until:
        return []
    touched = case.touched or case.owner == command.actor
    asleep = changed(
        case,
        snoozed_until=command.until,
        waiting=None,
        touched=touched,
        handed_over=case.handed_over and not touched,
    )
    told = command.until.isoformat()
    after = clocks.adjusted(agreed, asleep, now)
    return [case_draft(CaseSnoozed, after, now, command.actor, told, until=command.until)]


def wake(agreed: Agreement, case: Case, command: WakeCase, now: datetime) -> list[Draft]:
    """It is to be worked on again now."""
    still_open(case)
    may_direct(agreed, case, command.actor)
    return [woken(agreed, case, "person", now, command.actor)] if case.snoozed_until else []


def woken(
    agreed: Agreement | None,
    case: Case,
    reason: Literal["time", "customer", "deadline", "person"],
    now: datetime,
    actor: str = ROUTER,
) -> Draft:
    """The case awake."""
    after = clocks.adjusted(agreed, changed(case, snoozed_until=None), now)
    return case_draft(CaseWoken, after, now, actor, reason, reason=reason)


def wakes(state: TeamState, now: datetime) -> Iterator[Draft]:
    """What was to sleep until now: back to its owner when they are on, else to the queue."""
    for case in [case.id for case in islice(state.wakes_until(now), AT_A_TIME)]:
        yield woken(state.agreement, state.cases[case], "time", now)
        if reason := must_go(state, state.cases[case], now):
            yield release_draft(state.cases[case], reason, now)
