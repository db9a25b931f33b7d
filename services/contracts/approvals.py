"""Four eyes: which replies need somebody else's approval, and a reply between its author and the outside (in a `Case`).

A team's rules are in its configuration (`teams.py`); `mandates.py` asks them. A reply that is held,
for approval or for its moment of grace, is a `PendingReply` of its case until it leaves or is withdrawn.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from services.contracts.addressee import Addressee
from services.contracts.base import Id, Instant, Model, ShortText, Slug
from services.contracts.mentions import MentionKind, UrgencyLabel

HELD_CHARACTERS = 20_000
"""A reply that is held is at most this long: its case carries it whole until it leaves."""
MOST_PENDING = 3
"""So many replies of one case are held at a time."""
VERSIONS = 5
"""So many earlier versions of a reply are kept, the latest, each cut to the length of a message in a case."""

HeldText = Annotated[str, StringConstraints(min_length=1, max_length=HELD_CHARACTERS)]
Comment = Annotated[str, StringConstraints(max_length=2_000)]
PendingState = Literal["waiting_approval", "change_asked", "leaving"]
Employment = Literal["in_house", "agency"]
Condition = Literal["mandate", "people", "channel", "urgency", "topic", "reach", "employment", "alone_up_to"]


class ApprovalRule(Model):
    """A reply needs approval where all that the rule names holds; it names at least one thing."""

    id: Slug
    name: ShortText = ""
    """What people call it; the id when empty."""
    people: tuple[Slug, ...] | None = None
    """Who writes it."""
    employment: Employment | None = None
    """How whoever writes it is employed; who is not in the roster is neither."""
    channels: tuple[MentionKind, ...] | None = None
    urgency: UrgencyLabel | None = None
    """The case is at least this urgent."""
    topics: tuple[Slug, ...] | None = None
    """The case is about one of them."""
    reach: int | None = Field(default=None, ge=1)
    """The author of the case has at least this many followers."""

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        conditions = (self.people, self.employment, self.channels, self.urgency, self.topics, self.reach)
        if all(one is None for one in conditions):
            raise ValueError("an approval rule names people, employment, channels, urgency, topics or reach")
        return self


class RuleCondition(Model):
    """One thing that held: `value` is the case's or the author's, `limit` the rule's or the mandate's where that differs."""

    kind: Condition
    value: ShortText = ""
    limit: ShortText = ""


class ApprovalReason(Model):
    """Why a reply needs approval: a rule of the team with what held of it, or (`rule` is empty) its author's mandate.

    Of a mandate the first condition names the author; `employment` and `alone_up_to` follow where it ends at an urgency.
    """

    rule: ShortText = ""
    """The rule's name, as it was then."""
    conditions: tuple[RuleCondition, ...]


class ReplyVersion(Model):
    """An earlier version of a reply, and what an approver said to it."""

    version: int = Field(ge=1)
    author: ShortText
    at: Instant
    text: Annotated[str, StringConstraints(max_length=4_000)]
    comment: Comment = ""
    comment_by: ShortText = ""


class PendingReply(Model):
    """A reply that has not left: it waits for approval, for its author to change it, or for its moment of grace to pass."""

    reply: Id
    state: PendingState
    version: int = Field(default=1, ge=1)
    author: ShortText
    """Who wrote this version."""
    writers: tuple[ShortText, ...]
    """Everybody who wrote a version; none of them may approve it."""
    text: HeldText
    addressee: Addressee | None = None
    """Whom it answers, when that is not the case's own conversation."""
    submitted_at: Instant
    reasons: tuple[ApprovalReason, ...] = ()
    """Why it needs approval; empty when it leaves on its author's mandate."""
    asked: tuple[Slug, ...] = ()
    """Who may approve it and is on shift now."""
    next_asked: tuple[Slug, ...] = ()
    """When nobody is: who comes on first, at `cover_begins` (`None`: nobody who may approve is planned)."""
    cover_begins: Instant | None = None
    due_at: Instant | None = None
    """By when it is to be decided, while it waits for approval."""
    remind_at: Instant | None = None
    """When half of its time is over, and those who may approve are told outside the desk too."""
    reminded_at: Instant | None = None
    warn_at: Instant | None = None
    warned_at: Instant | None = None
    breached_at: Instant | None = None
    comment: Comment = ""
    """What is to be changed, while a change is asked."""
    comment_by: ShortText = ""
    approved_by: ShortText = ""
    """Once it is leaving: who approved it, or `mandate`."""
    approved_at: Instant | None = None
    release_at: Instant | None = None
    """When its moment of grace is over and it leaves."""
    answered_at: Instant | None = None
    """When it answered somebody who waited for us; when it is taken back, they wait again. `None`: nobody waited."""
