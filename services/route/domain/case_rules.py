"""What people and integrations do with a case: claim, release, note, reply, close, report a delivery."""

from datetime import datetime

from services.contracts.cases import MESSAGE_CHARACTERS, RECENT_MESSAGES, Case, CaseMessage, Explanation
from services.contracts.commands import AddNote, ClaimCase, CloseCase, ReleaseCase, ReportDelivery, SubmitReply
from services.contracts.events import (
    CaseClaimed,
    CaseClosed,
    CaseReleased,
    NoteAdded,
    ReplyApproved,
    ReplyDelivered,
    ReplyFailed,
    ReplySubmitted,
)
from services.contracts.ids import reply_id
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft, case_draft, changed
from services.route.domain.releases import released


def claim(agreed: Agreement, case: Case, command: ClaimCase, now: datetime) -> list[Draft]:
    """The actor takes the case, off shift and over capacity too. Taking up what one was given is a claim as well."""
    if command.actor not in agreed.people:
        raise Refusal("not_a_member", f"{command.actor} is not in the team's roster and cannot own a case")
    _still_open(case)
    if case.owner == command.actor and case.touched:
        return []
    return [_claimed(case, command.actor, now)]


def release(_agreed: Agreement, case: Case, command: ReleaseCase, now: datetime) -> list[Draft]:
    """The owner gives the case back; a lead or a system may do it for them."""
    _still_open(case)
    if case.owner is None:
        return []
    if ":" not in command.actor and command.actor != case.owner:
        raise Refusal("not_the_owner", f"the case is {case.owner}'s")
    after = changed(released(case), given_back_by=case.owner)
    return [case_draft(CaseReleased, after, now, command.actor, "by_person", person=case.owner, reason="by_person")]


def note(_agreed: Agreement, case: Case, command: AddNote, now: datetime) -> list[Draft]:
    """A note, on a closed case too; by the owner it is work on the case."""
    whole = CaseMessage(kind="note", id=command.id, at=now, author=command.actor, text=command.text)
    after = changed(case, messages=_with(case, whole), touched=case.touched or case.owner == command.actor)
    return [case_draft(NoteAdded, after, now, command.actor, note=whole)]


def reply(agreed: Agreement, case: Case, command: SubmitReply, now: datetime) -> list[Draft]:
    """The author takes the case, the reply keeps the promise, and leaves on its author's mandate."""
    _still_open(case)
    drafts = []
    if command.actor in agreed.people and case.owner != command.actor:
        drafts.append(_claimed(case, command.actor, now))
        case = drafts[-1].case
    whole = CaseMessage(
        kind="reply", id=reply_id(command.id), at=now, author=command.actor, text=command.text, state="approved"
    )
    answered = changed(
        _first_response(agreed, case, now),
        messages=_with(case, whole),
        awaiting_us=False,
        touched=case.touched or case.owner == command.actor,
    )
    drafts.append(case_draft(ReplySubmitted, answered, now, command.actor, reply=whole))
    drafts.append(
        case_draft(ReplyApproved, drafts[-1].case, now, command.actor, "mandate", reply=whole.id, by="mandate")
    )
    return drafts


def close(_agreed: Agreement, case: Case, command: CloseCase, now: datetime) -> list[Draft]:
    """Nothing more to do; an open promise no longer holds. The owner stays, and gets it again when it reopens."""
    if case.status == "closed":
        return []
    after = changed(
        case,
        status="closed",
        closed_at=now,
        closed_by=command.actor,
        awaiting_us=False,
        waiting=None,
        deadline=None,
    )
    return [case_draft(CaseClosed, after, now, command.actor)]


def delivery(_agreed: Agreement, case: Case, command: ReportDelivery, now: datetime) -> list[Draft]:
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
    after = changed(after, awaiting_us=case.status == "open")
    return [case_draft(ReplyFailed, after, now, command.actor, command.detail, reply=known.id, detail=command.detail)]


def _still_open(case: Case) -> None:
    if case.status == "closed":
        raise Refusal("case_closed", "the case is closed; it reopens when its conversation goes on")


def _claimed(case: Case, person: str, now: datetime) -> Draft:
    taken_from = case.owner if case.owner != person else None
    after = changed(
        case,
        owner=person,
        assigned_at=now,
        previous_owner=taken_from or case.previous_owner,
        given_back_by=None,
        touched=True,
        waiting=None,
        explanation=Explanation(rule="claimed", chosen=person, weight=case.weight, at=now),
    )
    return case_draft(CaseClaimed, after, now, person, person, person=person, taken_from=taken_from)


def _first_response(agreed: Agreement, case: Case, now: datetime) -> Case:
    """The promise is kept, or late; the figures are of the case's first response and stay."""
    deadline = case.deadline
    if case.first_response_at is not None:
        return changed(case, deadline=None)
    return changed(
        case,
        deadline=None,
        first_response_at=now,
        first_response_seconds=agreed.elapsed_seconds(deadline, now) if deadline else None,
        first_response_in_target=now <= deadline.due_at if deadline else None,
    )


def _with(case: Case, message: CaseMessage) -> tuple[CaseMessage, ...]:
    """The case's recent messages with one more, cut to length; the event carries it whole."""
    if len(message.text) > MESSAGE_CHARACTERS:
        message = message.model_copy(update={"text": message.text[:MESSAGE_CHARACTERS], "cut": True})
    return (*case.messages, message)[-RECENT_MESSAGES:]
