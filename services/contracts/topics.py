"""Every topic, declared once: creation, AsyncAPI, the diagram and the tests derive from this registry.

A topic's name as a string anywhere else is a defect, and a test says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.contracts.base import Model
from services.contracts.canned import CannedReply
from services.contracts.cases import Case
from services.contracts.commands import COMMANDS
from services.contracts.erasure import ErasedAuthor
from services.contracts.events import EVENTS
from services.contracts.figures import DailyFigures
from services.contracts.goals import GoalsRecord
from services.contracts.handbook import AgreementRecord, GuidelineRecord, SuggestionRecord
from services.contracts.memory import (
    AnsweredCommand,
    CorrectedMention,
    HandledMentions,
    KnownCalendar,
    KnownGap,
    OwnCapacity,
)
from services.contracts.mentions import ClassifiedMention, Mention
from services.contracts.outbox import OutboxItem
from services.contracts.questions import IDEA_KEPT_DAYS, Idea
from services.contracts.rejected import RejectedRecord
from services.contracts.searches import SavedSearch, SearchAlert
from services.contracts.signals import ApprovalWaits, CoverGapSignal, Signal
from services.contracts.teams import TeamConfiguration


@dataclass(frozen=True)
class Topic:
    """One topic. `partitions` names the setting that counts them; `retention_days` of `None` follows the setting."""

    name: str
    description: str
    key: str
    values: tuple[type[Model], ...]
    partitions: Literal["mentions", "team"]
    cleanup: Literal["delete", "compact", "compact,delete"]
    retention_days: int | None
    written_by: tuple[str, ...]
    read_by: tuple[str, ...]
    partitioned_by: str = ""
    """What decides the partition, where that is not the key."""

    def retention_ms(self, setting_days: int) -> int:
        """How long records stay, in milliseconds; -1 is for ever (a compacted topic without a retention)."""
        if self.cleanup == "compact":
            return -1
        return (self.retention_days or setting_days) * 86_400_000


MENTIONS_RAW = Topic(
    name="mentions.raw",
    description="Normalised mentions as they were collected.",
    key="conversation",
    values=(Mention,),
    partitions="mentions",
    cleanup="delete",
    retention_days=30,
    written_by=("ingest",),
    read_by=("classify",),
)
MENTIONS_CLASSIFIED = Topic(
    name="mentions.classified",
    description="Mentions with language, sentiment, urgency, intent and topics, with reasons.",
    key="team",
    values=(ClassifiedMention,),
    partitions="team",
    cleanup="delete",
    retention_days=None,
    written_by=("classify", "reread"),
    read_by=("route", "sink", "trends", "reread", "integrations"),
)
MENTIONS_REJECTED = Topic(
    name="mentions.rejected",
    description="What could not be read, with its reason and origin.",
    key="source",
    values=(RejectedRecord,),
    partitions="team",
    cleanup="delete",
    retention_days=90,
    written_by=("ingest", "classify", "reread", "route", "sink"),
    read_by=("operators",),
)
DESK_COMMANDS = Topic(
    name="desk.commands",
    description="What people, timers and integrations ask.",
    key="team",
    values=COMMANDS,
    partitions="team",
    cleanup="delete",
    retention_days=30,
    written_by=("desk", "ingest", "ticker", "reread", "route", "integrations"),
    read_by=("route",),
)
DESK_EVENTS = Topic(
    name="desk.events",
    description="What happened; the audit trail.",
    key="team",
    values=EVENTS,
    partitions="team",
    cleanup="delete",
    retention_days=None,
    written_by=("route",),
    read_by=("desk", "sink", "reread", "integrations"),
)
DESK_CASES = Topic(
    name="desk.cases",
    description="The current state of each case with its recent messages; a tombstone once archived.",
    key="team:case",
    values=(Case,),
    partitions="team",
    cleanup="compact,delete",
    retention_days=None,
    written_by=("route",),
    read_by=("desk", "route"),
    partitioned_by="team",
)
DESK_TEAMS = Topic(
    name="desk.teams",
    description="What each team has agreed, and what route must remember of it.",
    key="team:kind:id",
    values=(
        TeamConfiguration,
        AnsweredCommand,
        HandledMentions,
        OwnCapacity,
        CorrectedMention,
        KnownGap,
        KnownCalendar,
        CannedReply,
        GuidelineRecord,
        AgreementRecord,
        SuggestionRecord,
        GoalsRecord,
        SavedSearch,
        ErasedAuthor,
    ),
    partitions="team",
    cleanup="compact",
    retention_days=None,
    written_by=("route",),
    read_by=("desk", "report", "ingest", "classify", "reread", "route", "ticker", "sink"),
    partitioned_by="team",
)
DESK_IDEAS = Topic(
    name="desk.ideas",
    description="What colleagues sent to the box of a team, and what it said to that; a tombstone once it is too old.",
    key="team:idea",
    values=(Idea,),
    partitions="team",
    cleanup="compact,delete",
    retention_days=IDEA_KEPT_DAYS,
    written_by=("route",),
    read_by=("desk", "route"),
    partitioned_by="team",
)
OUTBOX_APPROVED = Topic(
    name="outbox.approved",
    description="What may leave the building.",
    key="case",
    values=(OutboxItem,),
    partitions="team",
    cleanup="delete",
    retention_days=30,
    written_by=("route",),
    read_by=("ingest",),
    partitioned_by="team",
)
FIGURES_DAILY = Topic(
    name="figures.daily",
    description="Daily roll-ups without personal data.",
    key="team:day",
    values=(DailyFigures,),
    partitions="team",
    cleanup="compact",
    retention_days=None,
    written_by=("report",),
    read_by=("report", "integrations"),
    partitioned_by="team",
)
SIGNALS = Topic(
    name="signals",
    description="Spikes and trends of the stream, kept searches that sound, approvals that wait, gaps in the cover.",
    key="team",
    values=(Signal, SearchAlert, ApprovalWaits, CoverGapSignal),
    partitions="team",
    cleanup="delete",
    retention_days=90,
    written_by=("trends", "sink", "route"),
    read_by=("desk", "integrations"),
)

TOPICS: tuple[Topic, ...] = (
    MENTIONS_RAW,
    MENTIONS_CLASSIFIED,
    MENTIONS_REJECTED,
    DESK_COMMANDS,
    DESK_EVENTS,
    DESK_CASES,
    DESK_TEAMS,
    DESK_IDEAS,
    OUTBOX_APPROVED,
    FIGURES_DAILY,
    SIGNALS,
)
BY_NAME: Mapping[str, Topic] = {topic.name: topic for topic in TOPICS}


TeamRecord = Literal[
    "config",
    "answered",
    "handled",
    "capacity",
    "corrected",
    "gap",
    "calendar",
    "canned",
    "guideline",
    "agreement",
    "suggestion",
    "goals",
    "search",
    "erased",
]
"""The kinds of records on `desk.teams`."""


def case_key(team: str, case: str) -> str:
    """The key on `desk.cases`."""
    return f"{team}:{case}"


def idea_key(team: str, idea: str) -> str:
    """The key on `desk.ideas`."""
    return f"{team}:{idea}"


def team_key(team: str, kind: TeamRecord, record: str) -> str:
    """The key on `desk.teams`; `config` has the one record `current`."""
    return f"{team}:{kind}:{record}"
