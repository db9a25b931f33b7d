"""What people and integrations do with a case: note, tag, close, reopen, report a delivery.

Who has it is in `hand_overs.py`, when it sleeps in `snoozes.py`; replies are in `replies.py` and `approvals.py`.
"""

from datetime import datetime

from services.contracts.cases import Case, CaseMessage
from services.contracts.commands import AddNote, CloseCase, ReopenCase, ReportDelivery, TagCase, UntagCase
from services.contracts.events import (
    CaseClosed,
    CaseReopened,
    CaseTagged,
    CaseUntagged,
    NoteAdded,
    ReplyDelivered,
    ReplyFailed,
)
from services.route.domain import clocks
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft, case_draft, changed, closed, with_message
from services.route.domain.made import made
from services.route.domain.naming import named
from services.route.domain.rights import touched_by

MOST_TAGS = 50


def note(agreed: Agreement, case: Case, command: AddNote, now: datetime) -> list[Draft]:
    """A note, on a closed case too; by the owner it is work on the case."""
    mentioned = named(command.text, agreed.config.people)
    fields = {"kind": "note", "id": command.id, "at": now, "author": command.actor, "text": command.text}
    whole = made(CaseMessage, fields | {"mentioned": mentioned})
    after = changed(case, messages=with_message(case, whole), **touched_by(case, command.actor))
    return [case_draft(NoteAdded, after, now, command.actor, note=whole, mentioned=mentioned)]


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


def close(agreed: Agreement, case: Case, command: CloseCase, now: datetime) -> list[Draft]:
    """Nothing more to do; an open promise no longer holds. The owner stays, and gets it again when it reopens."""
    if case.status == "closed":
        return []
    if any(one.state != "leaving" for one in case.pending):
        raise Refusal("reply_pending", "a reply waits for approval; withdraw it first, or wait until it has left")
    after = closed(clocks.ended(agreed, case, now), command.actor, now)
    return [case_draft(CaseClosed, after, now, command.actor)]


def reopen(agreed: Agreement, case: Case, command: ReopenCase, now: datetime) -> list[Draft]:
    """There is more to do after all; it is given out again, first of all to whoever had it."""
    if case.status == "open":
        return []
    if case.merged_into:
        raise Refusal("merged", f"the case goes on in {case.merged_into.case}")
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
    if known.state not in ("approved", "delivered", "failed"):
        raise Refusal("invalid", "the reply has not left")
    if known.state in ("delivered", command.outcome):
        return []
    told = {} if known.erased else {"url": command.url or known.url, "detail": command.detail}
    update = {"state": command.outcome, **told}
    reported = known.model_copy(update=update)
    after = changed(case, messages=tuple(reported if one is known else one for one in case.messages))
    if command.outcome == "delivered":
        return [case_draft(ReplyDelivered, after, now, command.actor, reply=known.id, url=command.url)]
    after = clocks.adjusted(agreed, changed(after, awaiting_us=case.status == "open"), now)
    return [case_draft(ReplyFailed, after, now, command.actor, command.detail, reply=known.id, detail=command.detail)]
