"""A case: one conversation that needs a person, with its recent messages and why it is where it is (on `desk.cases`).

Every case event carries the case as it is afterwards, so that a reader needs nothing else, and `revision` orders them.
"""

from typing import Annotated, Literal

from pydantic import Field

from services.contracts.addressee import Addressee
from services.contracts.approvals import PendingReply, ReplyVersion
from services.contracts.base import Id, Instant, LongText, Model, ShortText, Slug
from services.contracts.handbook import MOST_USED, GuidelineRef
from services.contracts.mentions import Author, Intent, MentionKind, Reason, SentimentLabel, Urgency, UrgencyLabel, Url
from services.contracts.mentions import CorrectedField as CorrectedField
from services.contracts.questions import Question

CaseStatus = Literal["open", "closed"]
DeadlineKind = Literal["first_response", "next_response", "resolution"]
EscalationStep = Literal["next_layer", "lead"]
ReplyState = Literal["waiting_approval", "change_asked", "leaving", "withdrawn", "approved", "delivered", "failed"]
"""The first three are replies that have not left (`Case.pending`), `approved` is on its way."""

RECENT_MESSAGES = 40
"""A case carries this many of its latest messages; all of them are in the search index."""
RECENT_LINES = 60
"""A case carries this many of its latest history lines; all of them are events."""
CANDIDATES = 20
"""An explanation lists this many people, those nearest to being chosen."""
MESSAGE_CHARACTERS = 4_000
"""A message in a case is cut to this length (and says so); the mention itself is kept whole."""
REASONS_PER_LABEL = 4
"""A message in a case carries this many reasons of each label of its mention, the first; none of spam."""
EVIDENCE_CHARACTERS = 160
"""The evidence of such a reason is cut to this length, and its `end` with it."""


class CaseMessage(Model):
    """One message as the desk shows it: a mention from outside, a reply of ours or an internal note."""

    kind: Literal["mention", "reply", "note"]
    id: Id
    at: Instant
    author: ShortText
    """The author's name for a mention, the person's id for a reply or a note."""
    author_id: ShortText = ""
    """For a mention: the author's id at the source."""
    erased: bool = False
    """Its text is gone, since the author whom it is of, or whom it answers or is about, was erased."""
    text: LongText
    cut: bool = False
    url: Url = ""
    source_id: ShortText = ""
    """For a mention: its id at the source, which a reply answers to."""
    reasons: Annotated[tuple[Reason, ...], Field(max_length=6 * REASONS_PER_LABEL)] = ()
    """For a mention: why it was read as it was when it came; places in `text`, which may be cut before them."""
    urgency: UrgencyLabel | None = None
    """For a mention: how urgent it is taken for; `None` for one from before this was kept."""
    state: ReplyState | None = None
    """For a reply only."""
    detail: ShortText = ""
    """For a failed reply: why, in the words of the other side."""
    addressee: Addressee | None = None
    """For a reply: whom it answers, when that is not the case's own conversation."""
    mentioned: tuple[Slug, ...] = ()
    """For a note: the people of the team whom it names with an `@`."""
    guidelines: Annotated[tuple[GuidelineRef, ...], Field(max_length=MOST_USED)] = ()
    """For a reply: the guidelines of the handbook that stood beside it, in their order."""
    approved_by: ShortText = ""
    """For a reply that may leave: who approved it, or `mandate`."""
    versions: tuple[ReplyVersion, ...] = ()
    """For a reply that was changed before it left: its latest earlier versions."""


class HistoryLine(Model):
    """One line of what happened: an event's type, who, when, and a detail where one helps."""

    at: Instant
    type: ShortText
    actor: ShortText
    detail: ShortText = ""


class LabelCorrection(Model):
    """Who said what a case is taken for, and when. `reason` is why, in the words of who said so."""

    field: CorrectedField
    by: ShortText
    at: Instant
    reason: ShortText = ""


class Exclusion(Model):
    """Why a person could not be given the case: a code, and the figures for the client's sentence."""

    code: Literal["off_shift", "on_leave", "sick", "language", "skill", "channel", "full"]
    detail: ShortText = ""


class Candidate(Model):
    """One person considered. `load` and `capacity` in points; `score` is load ÷ capacity, lower is better."""

    person: Slug
    excluded: tuple[Exclusion, ...] = ()
    load: int = Field(ge=0)
    capacity: int = Field(ge=0)
    agreed_capacity: int | None = None
    """What was agreed, while the person's own `capacity` is in force."""
    snoozed: int = Field(default=0, ge=0)
    """How many cases of theirs are snoozed; those weigh nothing."""
    score: float | None = None
    last_assigned_at: Instant | None = None


class Explanation(Model):
    """Why this person, or why nobody. Made when the decision is made, never afterwards."""

    rule: Literal["previous_handler", "least_loaded", "claimed", "handed_over", "most_room", "nobody_eligible"]
    chosen: Slug | None = None
    needs_language: ShortText = ""
    needs_skills: tuple[Slug, ...] = ()
    weight: int = Field(ge=0)
    candidates: tuple[Candidate, ...] = ()
    """Who was chosen first, then those on shift, then the others; at most `CANDIDATES`."""
    more_candidates: int = 0
    """How many more people there are, who are not listed."""
    at: Instant


class Waiting(Model):
    """Nobody could be given the case: the main reason and when cover begins (`None`: none planned)."""

    reason: Literal["nobody_on_shift", "everybody_full", "no_skill", "no_team_rota"]
    since: Instant
    cover_begins: Instant | None = None


class Told(Model):
    """That a promise was warned of or broken `at` a moment, while it was due at `due_at`; the steps that were taken then."""

    due_at: Instant
    at: Instant
    escalated: tuple[EscalationStep, ...] = ()
    escalate_at: Instant | None = None


class Deadline(Model):
    """One promise: due, when to warn, and what became of it. Warned and breached at most once for each moment of `due_at`.

    Where that is moved ahead (other agreements, another urgency) and the moment to warn with it, it is neither warned of
    nor broken any more, and is told of anew when the later moment comes; not when it is moved back to what was told of.

    Its clock runs from `resumed_at` (else `started_at`) with `spent_seconds` used before, unless `paused_at` is set: then
    `due_at` and `warn_at` are what they were and count again, recalculated, when it goes on.
    """

    kind: DeadlineKind
    level: Slug
    """The service level that set it."""
    target_minutes: int
    started_at: Instant
    due_at: Instant
    warn_at: Instant
    warned_at: Instant | None = None
    breached_at: Instant | None = None
    met_at: Instant | None = None
    spent_seconds: int = Field(default=0, ge=0)
    """Seconds of its own clock before the present run; once it is met, all of them."""
    resumed_at: Instant | None = None
    paused_at: Instant | None = None
    escalated: tuple[EscalationStep, ...] = ()
    """The steps taken since it was broken, each once."""
    escalate_at: Instant | None = None
    """When the next step comes, if it is not met by then."""
    told_warned: Told | None = None
    """The warning that no longer holds, since it is due later: of the latest `due_at` that was warned of. Mostly absent."""
    told_breached: Told | None = None
    """Likewise of having been broken."""


class MergedCase(Model):
    """A case that was merged into this one, with what undoing that takes."""

    case: Id
    source: Slug
    kind: MentionKind
    conversation: ShortText
    author: Author
    answer_to: ShortText
    """The `source_id` of the latest mention of its conversation."""
    at: Instant
    by: ShortText
    revision: int = Field(ge=1)
    """That of this case, just after the merge."""
    mentions: tuple[Id, ...]
    """Those of its conversation: the ones it brought, and the ones that came since."""
    brought: int = Field(ge=1)
    """How many of them it brought; the others came since."""
    came: tuple[Id, ...]
    """The messages that it brought."""
    pushed_out: tuple[CaseMessage, ...] = ()
    """This case's messages that are no longer among the latest because of the merge."""
    urgency: Urgency
    """This case's, before; likewise what follows."""
    corrections: tuple[LabelCorrection, ...] = ()
    awaiting_us: bool
    promises: tuple[Deadline, ...] = ()


class MergedInto(Model):
    """Where a merged case goes on, and what it was when it was merged."""

    case: Id
    at: Instant
    by: ShortText
    awaiting_us: bool
    snoozed_until: Instant | None = None
    escalated_to: tuple[Slug, ...] = ()
    promises: tuple[Deadline, ...] = ()


class Case(Model):
    """The record `team:case` on `desk.cases`; a tombstone once it is closed and past the reopen window."""

    type: Literal["case"] = "case"
    version: Literal[1] = 1
    id: Id
    team: Slug
    revision: int = Field(ge=1)
    status: CaseStatus = "open"
    source: Slug
    kind: MentionKind
    monitor: Slug | None = None
    conversation: ShortText
    author: Author
    title: ShortText
    language: ShortText
    sentiment: SentimentLabel
    sentiment_score: float
    urgency: Urgency
    intent: Intent
    topics: tuple[Slug, ...] = ()
    skills: tuple[Slug, ...] = ()
    """What the topics ask of whoever takes it, in order (see `skills_for_topics` of the team)."""
    corrected: tuple[CorrectedField, ...] = ()
    """What a person has corrected; a model no longer changes it."""
    corrections: tuple[LabelCorrection, ...] = ()
    """The latest correction of each field that is still as it said, in the order of the fields."""
    tags: tuple[Slug, ...] = ()
    weight: int = Field(ge=0)
    opened_at: Instant
    updated_at: Instant
    created_at: Instant
    """When the first mention was written."""
    owner: Slug | None = None
    assigned_at: Instant | None = None
    previous_owner: Slug | None = None
    given_back_by: Slug | None = None
    """Who gave it back, until it has an owner again: somebody else gets it when anybody else can."""
    touched: bool = False
    """The owner has worked on it: a claim, a note or a reply. Untouched work is released when the shift ends."""
    handed_over: bool = False
    """Given to the owner by a colleague, and not worked on since: kept while they are off, until they have been on."""
    snoozed_until: Instant | None = None
    """Set while it is snoozed; it has its owner, but weighs nothing and is given to nobody."""
    escalated_to: tuple[Slug, ...] = ()
    """Who was brought in beside its owner since a promise was broken."""
    explanation: Explanation | None = None
    waiting: Waiting | None = None
    deadline: Deadline | None = None
    """The earliest unmet promise whose clock runs."""
    promises: tuple[Deadline, ...] = ()
    """The latest promise of each kind, met ones too; one that closing made void is gone."""
    answer_to: ShortText = ""
    """The `source_id` of the latest mention, which a reply answers."""
    awaiting_us: bool = True
    """The customer spoke last."""
    first_response_at: Instant | None = None
    first_response_seconds: int | None = None
    """From the first mention collected to our first reply, in seconds of the clock of its service level."""
    first_response_in_target: bool | None = None
    closed_at: Instant | None = None
    closed_by: ShortText | None = None
    reopened: int = 0
    merged_into: MergedInto | None = None
    """Set while it goes on in another case; then it is closed, and its mentions are that one's."""
    split_from: Id | None = None
    """The case whose mentions it was made of; what its conversation still brings goes there."""
    merged: tuple[MergedCase, ...] = ()
    """The cases that go on in this one, in the order in which they came."""
    mentions: tuple[Id, ...]
    """Every mention of the team is in one case at most; a case without any is merged into another."""
    messages: tuple[CaseMessage, ...] = ()
    pending: tuple[PendingReply, ...] = ()
    """Replies that have not left yet, in the order in which they were submitted."""
    questions: tuple[Question, ...] = ()
    """What was asked of colleagues outside the team: the latest questions."""
    erased_at: Instant | None = None
    """When its author was erased; then who that was and what was said to them and about them are gone."""
    history: tuple[HistoryLine, ...] = ()
