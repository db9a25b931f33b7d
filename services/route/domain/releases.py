"""When a case is taken from its owner: off shift, on leave, sick, or no longer in the team."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Literal

from services.contracts.cases import Case
from services.contracts.events import CaseReleased
from services.rota import off_duty
from services.route.domain.agreement import Agreement
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed
from services.route.domain.state import TeamState

OffReason = Literal["shift_ended", "on_leave", "sick", "left_team"]

RELEASED = 500


def off_reason(state: TeamState, person: str, now: datetime) -> OffReason | None:
    """Why the person cannot go on with their cases now; `None` when they can."""
    agreed = state.agreement
    if agreed is None or person not in agreed.people:
        return "left_team"
    duty = agreed.rota.duty(now)
    if person in duty.on:
        return None
    if person in duty.away:
        return "sick" if duty.away[person] == "sick" else "on_leave"
    return "shift_ended"


def honoured(agreed: Agreement | None, case: Case, now: datetime) -> bool:
    """Whether a colleague's choice is kept although its owner is off (see `services/rota/off_duty.py`)."""
    return agreed is not None and off_duty.honoured(agreed.rota, agreed.people, case, now)


def _stays(agreed: Agreement | None, case: Case, now: datetime) -> bool:
    """Whether time alone does not take the case from an owner who is off (likewise)."""
    return agreed is not None and off_duty.stays(agreed.rota, agreed.people, case, now)


def must_go(state: TeamState, case: Case, now: datetime) -> OffReason | None:
    """Why the case cannot stay with its owner now that something is to be done with it; `None` when it can."""
    reason = off_reason(state, case.owner, now) if case.owner else None
    return None if reason and honoured(state.agreement, case, now) else reason


def released(case: Case) -> Case:
    """The case without its owner, whom it remembers."""
    return changed(case, owner=None, previous_owner=case.owner, touched=False, handed_over=False, waiting=None)


def release_draft(case: Case, reason: OffReason, now: datetime) -> Draft:
    """The case is taken from its owner."""
    return case_draft(CaseReleased, released(case), now, ROUTER, reason, person=case.owner, reason=reason)


def releases(state: TeamState, now: datetime) -> Iterator[Draft]:
    """What those who are off hold untouched, or was warned of; all of those who left the team.

    Work that its owner has touched stays until its deadline nears or its customer writes again (`mention_rules.py`). What a
    colleague gave to somebody who was off stays, and what somebody claimed off shift after the warning, until they have been
    on. At most `RELEASED` at a time; the rest at the next tick.
    """
    left = RELEASED
    for person in sorted(state.owned.groups()):
        reason = off_reason(state, person, now)
        if reason is not None:
            held = state.owned if reason == "left_team" else state.releasable
            going = (one for one in held.of(person) if not _stays(state.agreement, state.cases[one], now))
            for case in list(islice(going, left)):
                left -= 1
                yield release_draft(state.cases[case], reason, now)
