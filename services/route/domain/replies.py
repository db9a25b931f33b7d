"""A reply until it leaves: submitted, held for approval or for a moment of grace, released or taken back.

What may leave alone and who may approve is in `mandate.py`, what people do while it waits in `approvals.py`, what time
brings in `approval_clock.py`. The promise to the customer is kept when a reply is approved, not when it waits for that.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from services.contracts.approvals import HELD_CHARACTERS, MOST_PENDING, PendingReply
from services.contracts.cases import Case, CaseMessage, Deadline, ReplyState
from services.contracts.commands import SubmitReply
from services.contracts.events import ApprovalAsked, CaseEvent, ReplyApproved, ReplyReleased, ReplySubmitted
from services.contracts.ids import reply_id
from services.route.domain import clocks, mandate
from services.route.domain.addressees import addressee
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed, shown
from services.route.domain.hand_overs import claimed
from services.route.domain.made import made, remade
from services.route.domain.places import promises_of
from services.route.domain.rights import still_open, touched_by
from services.route.domain.state import TeamState

AT_A_TIME = 500
"""At most this many leave at a time; the rest right after."""


def submit(agreed: Agreement, case: Case, command: SubmitReply, now: datetime) -> list[Draft]:
    """The author takes the case; the reply leaves on their mandate, after its moment of grace, or waits for approval."""
    still_open(case)
    to = addressee(case, command)
    drafts = taken(agreed, case, command.actor, now)
    case = drafts[-1].case if drafts else case
    why = mandate.reasons(agreed, command.actor, case)
    ident = reply_id(command.id)
    fields = {"kind": "reply", "id": ident, "at": now, "author": command.actor, "text": command.text}
    whole = made(CaseMessage, fields | {"guidelines": command.guidelines, "addressee": to})
    if not why and not agreed.config.grace_seconds:
        return drafts + _at_once(agreed, case, whole, now, canned=command.canned)
    _bounded(case, command.text)
    one = PendingReply(
        reply=ident,
        state="waiting_approval",
        author=command.actor,
        writers=(command.actor,),
        text=command.text,
        addressee=to,
        submitted_at=now,
        reasons=why,
    )
    return drafts + decided(agreed, case, one, whole, now, ReplySubmitted, canned=command.canned)


def taken(agreed: Agreement, case: Case, person: str, now: datetime) -> list[Draft]:
    """Who writes a reply has the case; nothing when they have it, or are not in the roster."""
    return [claimed(agreed, case, person, now)] if person in agreed.people and case.owner != person else []


def decided(
    agreed: Agreement,
    case: Case,
    one: PendingReply,
    whole: CaseMessage,
    now: datetime,
    kind: type[CaseEvent],
    **more: Any,
) -> list[Draft]:
    """A held reply has a (new) text: it is announced as `kind`, and leaves on a mandate or waits for approval."""
    author = one.author
    base = changed(case, **touched_by(case, author))
    if one.reasons:
        one = waiting(agreed, base, one, now)
        after = with_pending(base, one, whole)
        first = case_draft(kind, after, now, author, reply=stated(whole, "waiting_approval"), **more)
        return [first, asking(first.case, one, now)]
    if agreed.config.grace_seconds:
        after = leaving(agreed, base, one, whole, mandate.MANDATE, now)
        told = stated(whole, "leaving", mandate.MANDATE)
        first = case_draft(kind, after, now, author, reply=told, **more)
        by = {"reply": one.reply, "by": mandate.MANDATE, "release_at": held_reply(after, one.reply).release_at}
        return [first, case_draft(ReplyApproved, first.case, now, author, mandate.MANDATE, **by)]
    return _at_once(agreed, without(base, one.reply), whole, now, kind, **more)


def waiting(agreed: Agreement, case: Case, one: PendingReply, now: datetime) -> PendingReply:
    """The reply as it waits for approval from now on."""
    who = mandate.asked(agreed, one.writers, now)
    times = agreed.approval_times(case.urgency.label, case.kind, now)
    update = {
        "state": "waiting_approval",
        "asked": who.now,
        "next_asked": who.next,
        "cover_begins": who.cover_begins,
        **times._asdict(),
        "reminded_at": None,
        "warned_at": None,
        "breached_at": None,
        "comment": "",
        "comment_by": "",
    }
    return remade(one, update)


def asking(case: Case, one: PendingReply, now: datetime) -> Draft:
    """That approval is asked, of whom and by when."""
    fields = {
        "reply": one.reply,
        "reasons": one.reasons,
        "asked": one.asked,
        "next_asked": one.next_asked,
        "cover_begins": one.cover_begins,
        "due_at": one.due_at,
    }
    return case_draft(ApprovalAsked, case, now, ROUTER, ", ".join(one.asked), **fields)


def leaving(agreed: Agreement, case: Case, one: PendingReply, whole: CaseMessage, by: str, now: datetime) -> Case:
    """The case with a reply that is approved and leaves after its moment of grace; the promise is kept by now."""
    update = {
        "state": "leaving",
        "approved_by": by,
        "approved_at": now,
        "release_at": now + timedelta(seconds=agreed.config.grace_seconds),
        "answered_at": now if case.awaiting_us else None,
    } | NOT_WAITING
    return answering(agreed, with_pending(case, remade(one, update), whole), now)


NOT_WAITING: dict[str, Any] = {
    "asked": (),
    "next_asked": (),
    "cover_begins": None,
    "due_at": None,
    "remind_at": None,
    "reminded_at": None,
    "warn_at": None,
    "warned_at": None,
    "breached_at": None,
}
"""What a reply no longer has once it does not wait for approval."""


def _at_once(
    agreed: Agreement,
    case: Case,
    whole: CaseMessage,
    now: datetime,
    kind: type[CaseEvent] = ReplySubmitted,
    **more: Any,
) -> list[Draft]:
    """It leaves with the next event, on its author's mandate."""
    whole = stated(whole, "approved", mandate.MANDATE)
    case = changed(case, messages=shown(case, whole), **touched_by(case, whole.author))
    first = case_draft(kind, answering(agreed, case, now), now, whole.author, reply=whole, **more)
    by = {"reply": whole.id, "by": mandate.MANDATE, "leaves": whole}
    return [first, case_draft(ReplyApproved, first.case, now, whole.author, mandate.MANDATE, **by)]


def releases(state: TeamState, now: datetime) -> Iterator[Draft]:
    """The replies whose moment of grace is over, earliest first."""
    for case_id in [case.id for case in islice(state.leaving_until(now), AT_A_TIME)]:
        for one in state.cases[case_id].pending:
            if one.release_at is not None and one.release_at <= now:
                case = state.cases[case_id]
                whole = stated(message_of(case, one), "approved", one.approved_by)
                after = changed(without(case, one.reply), messages=shown(case, whole))
                yield case_draft(ReplyReleased, after, now, ROUTER, one.author, reply=whole)


def message_of(case: Case, one: PendingReply) -> CaseMessage:
    """The reply whole, with the earlier versions and the guidelines that its message in the case has."""
    known = next((message for message in case.messages if message.id == one.reply), None)
    fields = {"kind": "reply", "id": one.reply, "at": one.submitted_at, "author": one.author, "text": one.text}
    kept = {"versions": known.versions, "guidelines": known.guidelines} if known else {}
    return made(CaseMessage, fields | kept | {"addressee": one.addressee})


def stated(whole: CaseMessage, state: ReplyState, by: str = "") -> CaseMessage:
    """The message in another state."""
    return remade(whole, {"state": state, "approved_by": by})


def with_pending(case: Case, one: PendingReply, whole: CaseMessage) -> Case:
    """The case with a held reply as it is now, and its message."""
    held = tuple(one if known.reply == one.reply else known for known in case.pending)
    if all(known.reply != one.reply for known in held):
        held = (*held, one)
    return changed(case, pending=held, messages=shown(case, stated(whole, one.state, one.approved_by)))


def without(case: Case, reply: str) -> Case:
    """The case without a held reply."""
    return changed(case, pending=tuple(one for one in case.pending if one.reply != reply))


def answering(agreed: Agreement, case: Case, now: datetime) -> Case:
    """The case answered: the promises are kept, or late; the figures are of its first response and stay."""
    first = next((one for one in promises_of(case) if one.kind == "first_response"), None)
    after = changed(clocks.answered(agreed, case, now), escalated_to=(), awaiting_us=False)
    if case.first_response_at is None:
        after = changed(
            after,
            first_response_at=now,
            first_response_seconds=_seconds(after, first),
            first_response_in_target=now <= first.due_at if first else None,
        )
    return clocks.adjusted(agreed, after, now)


def _seconds(after: Case, first: Deadline | None) -> int | None:
    """What the first response took, on the clock of its service level."""
    kept = (one.spent_seconds for one in after.promises if one.kind == "first_response")
    return next(kept, None) if first else None


def held_reply(case: Case, reply: str) -> PendingReply:
    """A reply of the case that is held."""
    return next(one for one in case.pending if one.reply == reply)


def _bounded(case: Case, text: str) -> None:
    if len(text) > HELD_CHARACTERS:
        raise Refusal("invalid", f"a reply that is held has at most {HELD_CHARACTERS} characters")
    if len(case.pending) >= MOST_PENDING:
        raise Refusal("reply_pending", f"the case has {MOST_PENDING} replies that have not left")
