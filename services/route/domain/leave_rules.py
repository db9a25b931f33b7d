"""Leave and sickness: asked, decided, withdrawn; sick now, still sick and well again. Each is one command and one event."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from services.contracts.commands import AskLeave, CallInSick, DecideLeave, ReportWell, WithdrawLeave
from services.contracts.events import (
    LeaveAsked,
    LeaveDecided,
    LeaveWithdrawn,
    SickReminded,
    SickReported,
    WellReported,
)
from services.contracts.rota import Leave
from services.contracts.rota_events import StandInAdvice
from services.rota.rota import Rota
from services.rota.sickness import UNTIL_WELL, lapses, telling_due
from services.rota.stand_ins import stand_ins
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import ROUTER, Draft
from services.route.domain.rota_changes import (
    ahead,
    changed_config,
    ended,
    found,
    leads_only,
    on_behalf,
    replaced,
    rota_draft,
)
from services.route.domain.state import TeamState

ADVISED_AHEAD = timedelta(days=7)
ADVISED_SHIFTS = 2
"""Stand-ins are proposed for so many of the shifts that are missed in that time; for later ones on request."""


def ask(agreed: Agreement, command: AskLeave, now: datetime) -> list[Draft]:
    """Leave that waits for a lead. What overlaps leave that is asked or approved is refused: withdraw that first."""
    person = on_behalf(agreed, command.actor, command.person)
    ahead(command.end, now)
    for one in agreed.config.leave:
        overlaps = one.start < command.end and one.end > command.start
        ours = one.kind == "leave" and one.state != "declined" and one.elsewhere is None
        if one.person == person and ours and overlaps:
            raise Refusal("invalid", f"{person} has {one.id!r} then, which is {one.state}")
    leave = Leave(
        id=f"leave-{command.shared or command.id}",
        person=person,
        start=command.start,
        end=command.end,
        state="asked",
        note=command.note or None,
    )
    return _leave_draft(agreed, (*agreed.config.leave, leave), LeaveAsked, now, leave=leave)


def decide(agreed: Agreement, command: DecideLeave, now: datetime) -> list[Draft]:
    """Approved or declined by a lead. Approved leave that has begun is withdrawn, not declined; and what has been worked by
    the time of the approval was worked: leave that was to have begun by then begins now. Their other teams hear of it."""
    leads_only(agreed, command.actor)
    leave = _ours(agreed, command.leave)
    if leave.kind == "sick":
        raise Refusal("invalid", "sickness is not decided on")
    if leave.person == command.actor and set(agreed.leads) - {command.actor}:
        raise Refusal("not_allowed", "another lead decides on one's own leave")
    ahead(leave.end, now)
    state = "approved" if command.approve else "declined"
    if leave.state == "approved" and state == "declined" and leave.start <= now:
        raise Refusal("invalid", "the leave has begun; withdraw what is left of it")
    begins = max(leave.start, now) if command.approve and leave.state != "approved" else leave.start
    also = set(leave.also).union(command.also if command.approve else ()) - {agreed.config.team}
    after = leave.model_copy(update={"state": state, "start": begins, "also": tuple(sorted(also))})
    leaves = replaced(agreed.config.leave, leave, after)
    return _leave_draft(agreed, leaves, LeaveDecided, now, leave=after, note=command.note)


def withdraw(agreed: Agreement, command: WithdrawLeave, now: datetime) -> list[Draft]:
    """Not wanted any more, by the person or a lead."""
    leave = _ours(agreed, command.leave)
    on_behalf(agreed, command.actor, leave.person)
    if leave.kind == "sick":
        raise Refusal("invalid", "sickness ends when its person reports well")
    return _leave_draft(agreed, ended(agreed.config.leave, leave, now), LeaveWithdrawn, now, leave=leave)


def call_in_sick(agreed: Agreement, command: CallInSick, now: datetime) -> list[Draft]:
    """Sick from now on; who is sick already can say until when, or that they still are, once that lapses within a day.

    The release of work follows from it (`releases.py`).
    """
    person = on_behalf(agreed, command.actor, command.person)
    until = command.until or now + UNTIL_WELL
    ahead(until, now)
    known = _sickness(agreed, person, now)
    if known is not None and (command.until == known.end or (command.until is None and not lapses(known, now))):
        return []
    if known is not None:
        leave = known.model_copy(update={"end": until, "until_well": command.until is None})
        leaves = replaced(agreed.config.leave, known, leave)
    else:
        leave = Leave(
            id=f"sick-{command.shared or command.id}",
            person=person,
            kind="sick",
            start=now,
            end=until,
            note=command.note or None,
            until_well=command.until is None,
        )
        leaves = (*agreed.config.leave, leave)
    advice = tuple(_advice(agreed, leaves, leave, now))
    return _leave_draft(agreed, leaves, SickReported, now, leave=leave, stand_ins=advice)


def report_well(agreed: Agreement, command: ReportWell, now: datetime) -> list[Draft]:
    """The sickness ends now."""
    person = on_behalf(agreed, command.actor, command.person)
    known = _sickness(agreed, person, now)
    if known is None:
        return []
    leaves = ended(agreed.config.leave, known, now)
    over = next((one for one in leaves if one.id == known.id), known)
    return _leave_draft(agreed, leaves, WellReported, now, leave=over)


def reminders(state: TeamState, now: datetime) -> Iterator[Draft]:
    """Sickness that lapses within a day, one event each; that it was told is part of the agreements."""
    for leave in state.agreement.config.leave if state.agreement else ():
        if state.agreement and telling_due(leave, now):
            told = leave.model_copy(update={"reminded_at": now})
            leaves = replaced(state.agreement.config.leave, leave, told)
            config = changed_config(state.agreement, leave=leaves)
            yield from rota_draft(state.agreement, config, SickReminded, now, ROUTER, leave=told)


def _ours(agreed: Agreement, name: str) -> Leave:
    """The leave of this name, which is for this team to say."""
    leave = found(agreed.config.leave, "leave", name)
    if leave.elsewhere is not None:
        raise Refusal("invalid", f"{leave.elsewhere} has granted this, and only {leave.elsewhere} changes it")
    return leave


def _sickness(agreed: Agreement, person: str, now: datetime) -> Leave | None:
    mine = (one for one in agreed.config.leave if one.person == person and one.kind == "sick")
    return next((one for one in mine if one.start <= now < one.end), None)


def _advice(agreed: Agreement, leaves: tuple[Leave, ...], leave: Leave, now: datetime) -> Iterator[StandInAdvice]:
    """Who could stand in on the first shifts that the sick person misses."""
    config = changed_config(agreed, leave=leaves)
    rota = Rota(config)
    until = min(leave.end, now + ADVISED_AHEAD)
    spans = [span for span in rota.spans(now, until) if span.person == leave.person]
    for span in spans[:ADVISED_SHIFTS]:
        found_for = stand_ins(config, rota, leave.person, max(span.start, now), min(span.end, leave.end))
        yield StandInAdvice.model_validate(found_for.model_dump())


def _leave_draft(agreed: Agreement, leaves: tuple[Leave, ...], kind: Any, now: datetime, **fields: Any) -> list[Draft]:
    return rota_draft(agreed, changed_config(agreed, leave=leaves), kind, now, **fields)
