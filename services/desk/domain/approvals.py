"""A held reply as one reader sees it: what changed, and what they may do with it. Pure; route decides in the end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.contracts import mandates
from services.contracts.approvals import ApprovalReason, PendingReply, ReplyVersion
from services.contracts.cases import MESSAGE_CHARACTERS, Case
from services.contracts.events import ApprovalAsked, Event, ReplyApproved, ReplyWithdrawn
from services.contracts.teams import TeamConfig
from services.desk.domain.difference import Piece, difference
from services.rota.approvals import asked
from services.rota.rota import Rota


@dataclass(frozen=True, slots=True)
class Held:
    """One reply that has not left. `before` is its version before this one, `pieces` what changed since."""

    one: PendingReply
    before: ReplyVersion | None
    pieces: tuple[Piece, ...]
    may_approve: bool
    """Approve it, or ask for a change."""
    may_take_over: bool
    may_change: bool
    may_withdraw: bool
    wrote: bool
    """The reader wrote a version of it."""


@dataclass(frozen=True, slots=True)
class Beforehand:
    """What will become of a reply that is being written: why it would wait for approval, and who would be asked.

    Without `reasons` it leaves at once. The other three are as in a `PendingReply`.
    """

    reasons: tuple[ApprovalReason, ...] = ()
    asked: tuple[str, ...] = ()
    next_asked: tuple[str, ...] = ()
    cover_begins: datetime | None = None


def beforehand(config: TeamConfig, on: Collection[str], author: str, case: Case, now: datetime) -> Beforehand:
    """What route would decide of a reply of `author` now, by the same rules; `on` are those who are on now.

    Raises:
        ValueError: a recurrence rule of the rota is not one.
    """
    why = mandates.reasons(config, author, case)
    if not why:
        return Beforehand()
    able = mandates.approvers(config, (author,))
    if there := able.intersection(on):
        return Beforehand(why, tuple(sorted(there)))
    who = asked(Rota(config), able, now)
    return Beforehand(why, who.now, who.next, who.cover_begins)


def held_replies(
    case: Case, config: TeamConfig | None, me: str, *, acts: bool, decides: bool, leads: bool
) -> tuple[Held, ...]:
    """The held replies of a case for a reader who may act at all (`acts`), may decide on replies of others as far as their
    account goes (`decides`), and is a lead by their role (`leads`)."""
    return tuple(_held(case, one, config, me, acts, decides, leads) for one in case.pending)


def _held(
    case: Case, one: PendingReply, config: TeamConfig | None, me: str, acts: bool, decides: bool, leads: bool
) -> Held:
    message = next((message for message in case.messages if message.id == one.reply), None)
    before = message.versions[-1] if message and message.versions else None
    person = next((person for person in config.people if person.id == me), None) if config else None
    decides = decides and (person.mandate.approve if person else leads)
    lead = person.lead if person else leads
    author, open_ = one.author == me, one.state != "leaving"
    return Held(
        one=one,
        before=before,
        pieces=difference(before.text, one.text[:MESSAGE_CHARACTERS]) if before else (),
        may_approve=decides and me not in one.writers and one.state == "waiting_approval",
        may_take_over=decides and not author and open_,
        may_change=acts and open_ and (author or case.owner == me or (lead and not decides)),
        may_withdraw=acts and (me in (*one.writers, one.approved_by, case.owner) or lead),
        wrote=me in one.writers,
    )


def told_of(events: tuple[Event, ...], otherwise: str) -> str:
    """The sentence about a reply that was just sent or approved: it waits, or can be taken back for a moment."""
    for event in events:
        if isinstance(event, ApprovalAsked):
            return "told.reply_waits"
        if isinstance(event, ReplyApproved) and event.release_at is not None:
            return "told.reply_grace"
    return otherwise


def taken_back(events: tuple[Event, ...]) -> str:
    """The text of a reply that was withdrawn with these events, for the composer; empty when none was."""
    return next((event.reply.text for event in events if isinstance(event, ReplyWithdrawn)), "")
