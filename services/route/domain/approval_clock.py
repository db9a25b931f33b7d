"""What time brings to replies that wait for approval: reminders, warnings, waiting too long, others who are asked.

Reminders are told outside the desk as well, as signals.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from services.contracts.approvals import PendingReply
from services.contracts.cases import Case
from services.contracts.events import ApprovalBreached, ApprovalReminded, ApprovalWarned, Event
from services.contracts.ids import signal_id
from services.contracts.signals import ApprovalWaits
from services.route.domain import mandate
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed
from services.route.domain.made import remade
from services.route.domain.places import next_approval_alarm
from services.route.domain.replies import asking, held_reply
from services.route.domain.state import TeamState

AT_A_TIME = 500
"""At most this many cases in one tick; the rest at the next."""


def approval_alarms(state: TeamState, now: datetime) -> Iterator[Draft]:
    """What is to be reminded of and warned of, and what has waited too long: each once for a text."""
    for case_id in [case.id for case in islice(state.approval_alarms_until(now), AT_A_TIME)]:
        for reply in [one.reply for one in state.cases[case_id].pending]:
            while draft := _alarm(state, state.cases[case_id], held_reply(state.cases[case_id], reply), now):
                yield draft


def _alarm(state: TeamState, case: Case, one: PendingReply, now: datetime) -> Draft | None:
    """The next that is due of a reply. When it has waited too long, the leads are brought in beside the case's owner."""
    moment = next_approval_alarm(one)
    if moment is None or moment > now or one.due_at is None:
        return None
    told: dict[str, Any] = {"reply": one.reply, "due_at": one.due_at}
    if one.remind_at is not None and one.reminded_at is None and one.warned_at is None:
        return case_draft(ApprovalReminded, _with(case, one, reminded_at=now), now, ROUTER, **told)
    if one.due_at > now:
        return case_draft(ApprovalWarned, _with(case, one, warned_at=now), now, ROUTER, **told)
    leads = state.agreement.leads if state.agreement else ()
    beside = tuple(lead for lead in leads if lead not in (case.owner, *case.escalated_to))
    after = changed(_with(case, one, breached_at=now), escalated_to=(*case.escalated_to, *beside))
    return case_draft(ApprovalBreached, after, now, ROUTER, to=leads, **told)


def waits_signals(events: Iterable[Event]) -> Iterator[ApprovalWaits]:
    """What is told outside the desk of the reminders among some events: a signal for each, without any text."""
    for event in events:
        if isinstance(event, ApprovalReminded):
            one = held_reply(event.case, event.reply)
            yield ApprovalWaits(
                id=signal_id("approval", one.reply, str(one.version)),
                team=event.team,
                case=event.case.id,
                reply=one.reply,
                reply_version=one.version,
                author=one.author,
                asked=one.asked,
                next_asked=one.next_asked,
                cover_begins=one.cover_begins,
                since=one.submitted_at,
                due_at=event.due_at,
                at=event.at,
            )


def asked_anew(state: TeamState, now: datetime) -> Iterator[Draft]:
    """Who is asked follows the rota: said again where it is somebody else than before."""
    agreed = state.agreement
    if agreed is None:
        return
    for _, case_id in list(state.approvals.of()):
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
