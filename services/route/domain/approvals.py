"""What people do with a reply that has not left: change it, approve it, ask for a change, take it over, take it back.

Used by `decide.py`. Whoever comes second, with a reply that somebody has decided on or a text that has changed, is told so.
"""

from datetime import datetime
from typing import Any

from services.contracts.approvals import HELD_CHARACTERS, VERSIONS, PendingReply, ReplyVersion
from services.contracts.cases import MESSAGE_CHARACTERS, Case, CaseMessage
from services.contracts.commands import ApproveReply, RequestChange, ReviseReply, TakeOverReply, WithdrawReply
from services.contracts.events import CaseReopened, ChangeRequested, ReplyApproved, ReplyRevised, ReplyWithdrawn
from services.route.domain import clocks, mandate
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.case_rules import opened_again
from services.route.domain.drafts import Draft, case_draft, changed, shown
from services.route.domain.made import made, remade
from services.route.domain.replies import (
    NOT_WAITING,
    answering,
    decided,
    held_reply,
    leaving,
    message_of,
    stated,
    taken,
    with_pending,
    without,
)
from services.route.domain.rights import still_open


def revise(agreed: Agreement, case: Case, command: ReviseReply, now: datetime) -> list[Draft]:
    """Another text, by who wrote the present one or has the case; it is decided on anew, under their mandate."""
    one = _pending(case, command.reply)
    if command.actor not in (one.author, case.owner) and not agreed.is_lead(command.actor):
        raise Refusal("not_the_owner", "only its author, who has the case or a lead changes a reply")
    if one.state == "waiting_approval" and (one.author, one.text) == (command.actor, command.text):
        return []
    return _rewritten(agreed, case, one, command.actor, command.text, now)


def take_over(agreed: Agreement, case: Case, command: TakeOverReply, now: datetime) -> list[Draft]:
    """Who may approve makes case and reply their own; it leaves on their mandate, or waits for somebody else."""
    _may_decide(agreed, command.actor)
    one = _pending(case, command.reply)
    if one.author == command.actor:
        raise Refusal("own_reply", "it is your own reply; change it instead")
    return _rewritten(agreed, case, one, command.actor, command.text, now, taken_from=one.author)


def approve(agreed: Agreement, case: Case, command: ApproveReply, now: datetime) -> list[Draft]:
    """It may leave, after its moment of grace. Nobody approves what they wrote themselves, in whatever version."""
    if _decided_by(case, command.reply) == command.actor:
        return []
    one = _to_decide(agreed, case, command.actor, command.reply, command.reply_version)
    if agreed.config.grace_seconds:
        after = leaving(agreed, case, one, message_of(case, one), command.actor, now)
        how: dict[str, Any] = {"release_at": held_reply(after, one.reply).release_at}
    else:
        whole = stated(message_of(case, one), "approved", command.actor)
        gone = changed(without(case, one.reply), messages=shown(case, whole))
        after, how = answering(agreed, gone, now), {"leaves": whole}
    how |= {"reply": one.reply, "by": command.actor}
    return [case_draft(ReplyApproved, after, now, command.actor, command.actor, **how)]


def request_change(agreed: Agreement, case: Case, command: RequestChange, now: datetime) -> list[Draft]:
    """Its author is asked for another text."""
    known = next((one for one in case.pending if one.reply == command.reply), None)
    if known and (known.state, known.comment_by, known.comment) == ("change_asked", command.actor, command.comment):
        return []
    one = _to_decide(agreed, case, command.actor, command.reply, command.reply_version)
    update = {"state": "change_asked", "comment": command.comment, "comment_by": command.actor}
    asked = remade(one, NOT_WAITING | update)
    after = with_pending(case, asked, message_of(case, one))
    fields = {"reply": one.reply, "reply_version": one.version, "comment": command.comment}
    return [case_draft(ChangeRequested, after, now, command.actor, command.comment, **fields)]


def withdraw(agreed: Agreement, case: Case, command: WithdrawReply, now: datetime) -> list[Draft]:
    """It does not leave: taken back by who wrote it, approved it or has the case, or by a lead."""
    message = _message(case, command.reply)
    if message.state == "withdrawn":
        return []
    one = next((one for one in case.pending if one.reply == command.reply), None)
    if one is None:
        raise Refusal("already_decided", "the reply has left")
    if command.actor not in (*one.writers, one.approved_by, case.owner) and not agreed.is_lead(command.actor):
        raise Refusal(
            "not_the_owner", "only its author, who approved it, who has the case or a lead takes a reply back"
        )
    whole = stated(message_of(case, one), "withdrawn")
    back = changed(without(case, one.reply), messages=shown(case, whole))
    drafts = []
    other = next((other for other in back.pending if other.state == "leaving"), None)
    if one.answered_at is not None and other is not None:
        instead = remade(other, {"answered_at": one.answered_at})
        back = changed(back, pending=tuple(instead if known is other else known for known in back.pending))
    elif one.answered_at is not None:
        owed = _unanswered(agreed, back, one.answered_at, now)
        if case.status == "closed":
            again = changed(opened_again(owed), owner=case.owner, previous_owner=case.previous_owner, touched=True)
            owed = clocks.both(owed, clocks.reopened(agreed, again, now))
            drafts.append(case_draft(CaseReopened, owed, now, command.actor))
            owed = drafts[-1].case
        back = owed
    return [*drafts, case_draft(ReplyWithdrawn, back, now, command.actor, reply=whole)]


def _unanswered(agreed: Agreement, case: Case, answered_at: datetime, now: datetime) -> Case:
    """The customer waits for us again, as before the reply."""
    after = changed(clocks.unanswered(agreed, case, answered_at, now), awaiting_us=True)
    if case.first_response_at == answered_at:
        nothing = {"first_response_at": None, "first_response_seconds": None, "first_response_in_target": None}
        after = changed(after, **nothing)
    return clocks.adjusted(agreed, after, now)


def _rewritten(
    agreed: Agreement, case: Case, one: PendingReply, actor: str, text: str, now: datetime, taken_from: str = ""
) -> list[Draft]:
    """The reply with another text of `actor`, decided on anew."""
    still_open(case)
    if len(text) > HELD_CHARACTERS:
        raise Refusal("invalid", f"a reply that is held has at most {HELD_CHARACTERS} characters")
    drafts = taken(agreed, case, actor, now)
    case = drafts[-1].case if drafts else case
    before = made(
        ReplyVersion,
        {
            "version": one.version,
            "author": one.author,
            "at": one.submitted_at,
            "text": one.text[:MESSAGE_CHARACTERS],
            "comment": one.comment,
            "comment_by": one.comment_by,
        },
    )
    update = {
        "author": actor,
        "writers": (*one.writers, *(() if actor in one.writers else (actor,))),
        "version": one.version + 1,
        "text": text,
        "submitted_at": now,
        "reasons": mandate.reasons(agreed, actor, case),
        "comment": "",
        "comment_by": "",
    }
    fresh = remade(one, update)
    whole = message_of(case, fresh)
    whole = remade(whole, {"versions": (*whole.versions, before)[-VERSIONS:]})
    fields = {"reply_version": fresh.version, "taken_from": taken_from}
    return drafts + decided(agreed, case, fresh, whole, now, ReplyRevised, **fields)


def _pending(case: Case, reply: str) -> PendingReply:
    """A reply whose text may still change."""
    _message(case, reply)
    one = next((one for one in case.pending if one.reply == reply), None)
    if one is None or one.state == "leaving":
        raise Refusal("already_decided", _told(case, reply))
    return one


def _to_decide(agreed: Agreement, case: Case, actor: str, reply: str, version: int) -> PendingReply:
    """A reply that waits for approval, of which the actor has read this version and may decide."""
    _may_decide(agreed, actor)
    one = _pending(case, reply)
    if actor in one.writers:
        raise Refusal("own_reply", "nobody decides on a reply that they wrote themselves")
    if one.state != "waiting_approval":
        raise Refusal("already_decided", f"{one.comment_by} has asked for a change")
    if one.version != version:
        raise Refusal("changed", "the reply has another text since you read it; read it again")
    return one


def _may_decide(agreed: Agreement, actor: str) -> None:
    if not mandate.may_approve(agreed, actor):
        raise Refusal("no_mandate", f"{actor} has no mandate to approve replies")


def _message(case: Case, reply: str) -> CaseMessage:
    """The message of a reply; one that is held is never unknown."""
    held = next((one for one in case.pending if one.reply == reply), None)
    if held is not None:
        return stated(message_of(case, held), held.state, held.approved_by)
    known = next((one for one in case.messages if one.kind == "reply" and one.id == reply), None)
    if known is None:
        raise Refusal("unknown_reply", "the case has no such reply among its recent messages")
    return known


def _decided_by(case: Case, reply: str) -> str:
    """Who has approved it; empty for a reply that is withdrawn or not approved."""
    message = _message(case, reply)
    return message.approved_by if message.state != "withdrawn" else ""


def _told(case: Case, reply: str) -> str:
    by = _decided_by(case, reply)
    return f"{by} has approved it" if by else "it was taken back"
