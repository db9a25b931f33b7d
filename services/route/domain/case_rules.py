"""What people and integrations do with a case: note, tag, reply, close, reopen, report a delivery.

Who has it is in `hand_overs.py`, when it sleeps in `snoozes.py`.
"""

from datetime import datetime

from services.contracts.cases import Case, CaseMessage, Deadline
from services.contracts.commands import AddNote, CloseCase, ReopenCase, ReportDelivery, SubmitReply, TagCase, UntagCase
from services.contracts.events import (
    CaseClosed,
    CaseReopened,
    CaseTagged,
    CaseUntagged,
    NoteAdded,
    ReplyApproved,
    ReplyDelivered,
    ReplyFailed,
    ReplySubmitted,
)
from services.contracts.ids import reply_id
from services.route.domain import clocks
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft, case_draft, changed, with_message
from services.route.domain.hand_overs import claimed
from services.route.domain.made import made
from services.route.domain.places import promises_of
from services.route.domain.rights import still_open

MOST_TAGS = 50


def note(_agreed: Agreement, case: Case, command: AddNote, now: datetime) -> list[Draft]:
    """A note, on a closed case too; by the owner it is work on the case."""
    fields = {"kind": "note", "id": command.id, "at": now, "author": command.actor, "text": command.text}
    whole = made(CaseMessage, fields)
    after = changed(case, messages=with_message(case, whole), **_touched(case, command.actor))
    return [case_draft(NoteAdded, after, now, command.actor, note=whole)]


def tag(_agreed: Agreement, case: Case, command: TagCase, now: datetime) -> list[Draft]:
    """A tag is put on, on a closed case too."""
    if command.tag in case.tags:
        return []
    if len(case.tags) >= MOST_TAGS:
        raise Refusal("invalid", f"a case has at most {MOST_TAGS} tags")
    after = changed(case, tags=(*case.tags, command.tag))
    return [case_draft(CaseTagged, after, now, command.actor, command.tag, tag=command.tag)]


def untag(_agreed: Agreement, case: Case, command: UntagCase, now: datetime) -> list[Draft]:
    """A tag is taken off."""
    if command.tag not in case.tags:
        return []
    after = changed(case, tags=tuple(one for one in case.tags if one != command.tag))
    return [case_draft(CaseUntagged, after, now, command.actor, command.tag, tag=command.tag)]


def reply(agreed: Agreement, case: Case, command: SubmitReply, now: datetime) -> list[Draft]:
    """The author takes the case, the reply keeps the promise, and leaves on its author's mandate."""
    still_open(case)
    drafts = []
    if command.actor in agreed.people and case.owner != command.actor:
        drafts.append(claimed(agreed, case, command.actor, now))
        case = drafts[-1].case
    fields = {"kind": "reply", "id": reply_id(command.id), "at": now, "author": command.actor, "text": command.text}
    whole = made(CaseMessage, fields | {"state": "approved", "guidelines": command.guidelines})
    answered = changed(
        _answered(agreed, case, now),
        messages=with_message(case, whole),
        awaiting_us=False,
        **_touched(case, command.actor),
    )
    answered = clocks.adjusted(agreed, answered, now)
    drafts.append(case_draft(ReplySubmitted, answered, now, command.actor, reply=whole, canned=command.canned))
    drafts.append(
        case_draft(ReplyApproved, drafts[-1].case, now, command.actor, "mandate", reply=whole.id, by="mandate")
    )
    return drafts


def close(agreed: Agreement, case: Case, command: CloseCase, now: datetime) -> list[Draft]:
    """Nothing more to do; an open promise no longer holds. The owner stays, and gets it again when it reopens."""
    if case.status == "closed":
        return []
    after = changed(
        clocks.ended(agreed, case, now),
        status="closed",
        closed_at=now,
        closed_by=command.actor,
        awaiting_us=False,
        waiting=None,
        snoozed_until=None,
        escalated_to=(),
    )
    return [case_draft(CaseClosed, after, now, command.actor)]


def reopen(agreed: Agreement, case: Case, command: ReopenCase, now: datetime) -> list[Draft]:
    """There is more to do after all; it is given out again, first of all to whoever had it."""
    if case.status == "open":
        return []
    after = clocks.reopened(agreed, opened_again(case), now)
    return [case_draft(CaseReopened, after, now, command.actor)]


def opened_again(case: Case) -> Case:
    """A closed case as it is once it is open again: nobody's, awaiting us."""
    return changed(
        case,
        status="open",
        closed_at=None,
        closed_by=None,
        owner=None,
        previous_owner=case.owner or case.previous_owner,
        given_back_by=None,
        touched=False,
        handed_over=False,
        waiting=None,
        awaiting_us=True,
        reopened=case.reopened + 1,
    )


def delivery(agreed: Agreement, case: Case, command: ReportDelivery, now: datetime) -> list[Draft]:
    """What became of a reply. A failed one needs its owner again; what is delivered stays so."""
    known = next((one for one in case.messages if one.kind == "reply" and one.id == command.reply), None)
    if known is None:
        raise Refusal("unknown_reply", "the case has no such reply among its recent messages")
    if known.state in ("delivered", command.outcome):
        return []
    update = {"state": command.outcome, "url": command.url or known.url, "detail": command.detail}
    reported = known.model_copy(update=update)
    after = changed(case, messages=tuple(reported if one is known else one for one in case.messages))
    if command.outcome == "delivered":
        return [case_draft(ReplyDelivered, after, now, command.actor, reply=known.id, url=command.url)]
    after = clocks.adjusted(agreed, changed(after, awaiting_us=case.status == "open"), now)
    return [case_draft(ReplyFailed, after, now, command.actor, command.detail, reply=known.id, detail=command.detail)]


def _touched(case: Case, actor: str) -> dict[str, bool]:
    """Work by the owner makes the case theirs in earnest."""
    touched = case.touched or case.owner == actor
    return {"touched": touched, "handed_over": case.handed_over and not touched}


def _answered(agreed: Agreement, case: Case, now: datetime) -> Case:
    """The promises are kept, or late; the figures are of the case's first response and stay."""
    first = next((one for one in promises_of(case) if one.kind == "first_response"), None)
    after = changed(clocks.answered(agreed, case, now), escalated_to=())
    if case.first_response_at is not None:
        return after
    return changed(
        after,
        first_response_at=now,
        first_response_seconds=_seconds(after, first),
        first_response_in_target=now <= first.due_at if first else None,
    )


def _seconds(after: Case, first: Deadline | None) -> int | None:
    """What the first response took, on the clock of its service level."""
    kept = (one.spent_seconds for one in after.promises if one.kind == "first_response")
    return next(kept, None) if first else None
