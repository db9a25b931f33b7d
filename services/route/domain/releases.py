"""When a case is taken from its owner: off shift, on leave, sick, or no longer in the team."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Literal

from services.contracts.cases import Case
from services.contracts.events import CaseReleased
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


def released(case: Case) -> Case:
    """The case without its owner, whom it remembers."""
    return changed(case, owner=None, previous_owner=case.owner, touched=False, waiting=None)


def release_draft(case: Case, reason: OffReason, now: datetime) -> Draft:
    """The case is taken from its owner."""
    return case_draft(CaseReleased, released(case), now, ROUTER, reason, person=case.owner, reason=reason)


def releases(state: TeamState, now: datetime) -> Iterator[Draft]:
    """What those who are off hold untouched, or was warned of while they held it; all of those who left the team.

    Work that its owner has touched stays until its deadline nears or its customer writes again (`mention_rules.py`).
    At most `RELEASED` at a time; the rest at the next tick.
    """
    left = RELEASED
    for person in sorted(state.owned.groups()):
        reason = off_reason(state, person, now)
        if reason is not None:
            held = state.owned if reason == "left_team" else state.releasable
            for case in list(islice(held.of(person), left)):
                left -= 1
                yield release_draft(state.cases[case], reason, now)
