"""What time brings to replies that wait for approval: warnings, waiting too long, others who are asked as shifts change."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from services.contracts.approvals import PendingReply
from services.contracts.cases import Case
from services.contracts.events import ApprovalBreached, ApprovalWarned
from services.route.domain import mandate
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed
from services.route.domain.made import remade
from services.route.domain.places import next_approval_alarm
from services.route.domain.replies import asking
from services.route.domain.state import TeamState

AT_A_TIME = 500
"""At most this many cases in one tick; the rest at the next."""


def approval_alarms(state: TeamState, now: datetime) -> Iterator[Draft]:
    """What is to be warned of, and what has waited too long: each once. Then the leads are brought in beside its owner."""
    for case_id in [case.id for case in islice(state.approval_alarms_until(now), AT_A_TIME)]:
        for one in state.cases[case_id].pending:
            moment = next_approval_alarm(one)
            if moment is not None and moment <= now and one.due_at is not None:
                case = state.cases[case_id]
                told: dict[str, Any] = {"reply": one.reply, "due_at": one.due_at}
                if one.due_at <= now:
                    leads = state.agreement.leads if state.agreement else ()
                    beside = tuple(lead for lead in leads if lead not in (case.owner, *case.escalated_to))
                    after = changed(_with(case, one, breached_at=now), escalated_to=(*case.escalated_to, *beside))
                    yield case_draft(ApprovalBreached, after, now, ROUTER, to=leads, **told)
                else:
                    yield case_draft(ApprovalWarned, _with(case, one, warned_at=now), now, ROUTER, **told)


def asked_anew(state: TeamState, now: datetime) -> Iterator[Draft]:
    """Who is asked follows the rota: said again where it is somebody else than before."""
    agreed = state.agreement
    if agreed is None:
        return
    for case_id in list(state.approvals.of()):
        for one in state.cases[case_id].pending:
            if one.state == "waiting_approval":
                who = mandate.asked(agreed, one.writers, now)
                if who != (one.asked, one.next_asked, one.cover_begins):
                    update = {"asked": who.now, "next_asked": who.next, "cover_begins": who.cover_begins}
                    fresh = remade(one, update)
                    yield asking(_put(state.cases[case_id], fresh), fresh, now)


def _with(case: Case, one: PendingReply, **moments: datetime) -> Case:
    return _put(case, remade(one, moments))


def _put(case: Case, one: PendingReply) -> Case:
    return changed(case, pending=tuple(one if known.reply == one.reply else known for known in case.pending))
