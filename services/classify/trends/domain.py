"""Counts in hopping windows, and when a count is a signal. Pure: time and the state before are arguments.

The state of one (team, topic, sentiment) is a small JSON object, so that it can live in a changelog. A window keeps the ids
of what it has counted until it reaches the threshold: a mention that is read again counts once, and the state stays small.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypedDict

from services.contracts.ids import signal_id
from services.contracts.mentions import ClassifiedMention, SentimentLabel
from services.contracts.signals import Signal

STALE = timedelta(hours=1)
"""A mention that was written longer ago than this when it was collected says nothing about now."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`threshold` mentions within `window` are a signal; a window begins every `hop`."""

    threshold: int
    window: timedelta
    hop: timedelta


class Counts(TypedDict):
    """`windows`: the ids counted in each window, by its start in seconds since 1970; `quiet_until`: no signal before."""

    windows: dict[str, list[str]]
    quiet_until: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted."""

    team: str
    topic: str
    sentiment: SentimentLabel

    @property
    def key(self) -> str:
        """Its name in the state."""
        return f"{self.team}|{self.topic}|{self.sentiment}"


def nothing() -> Counts:
    """The state before the first mention."""
    return {"windows": {}, "quiet_until": 0}


def subjects(mention: ClassifiedMention) -> Iterator[Subject]:
    """What a mention counts for; nothing when it is old news."""
    if mention.collected_at - mention.created_at <= STALE:
        found = mention.classification
        for topic in dict.fromkeys(found.topics):
            yield Subject(mention.team, topic, found.sentiment.label)


def windows_of(at: datetime, rules: Rules) -> list[int]:
    """The starts of the windows that hold `at`, in seconds since 1970, earliest first."""
    hop, size, moment = int(rules.hop.total_seconds()), int(rules.window.total_seconds()), int(at.timestamp())
    latest = moment - moment % hop
    return list(range(latest, moment - size, -hop))[::-1]


def count(
    before: Counts, subject: Subject, mention_id: str, at: datetime, rules: Rules
) -> tuple[Counts, Signal | None]:
    """The state with one mention counted, and the signal that it sets off, if any.

    A signal is sent once: the windows that overlap the one that set it off are quiet.
    """
    current = windows_of(at, rules)
    windows = {start: ids for start, ids in before["windows"].items() if int(start) >= current[0]}
    crossed: int | None = None
    for start in current:
        ids = windows.get(str(start), [])
        if mention_id not in ids and len(ids) < rules.threshold:
            windows[str(start)] = [*ids, mention_id]
            if len(ids) + 1 == rules.threshold and start >= before["quiet_until"] and crossed is None:
                crossed = start
    if crossed is None:
        return {"windows": windows, "quiet_until": before["quiet_until"]}, None
    end = crossed + int(rules.window.total_seconds())
    return {"windows": windows, "quiet_until": end}, _signal(subject, crossed, end, rules.threshold, at)


def _signal(subject: Subject, start: int, end: int, threshold: int, at: datetime) -> Signal:
    return Signal(
        id=signal_id(subject.key, str(start)),
        team=subject.team,
        topic=subject.topic,
        sentiment=subject.sentiment,
        start=datetime.fromtimestamp(start, UTC),
        end=datetime.fromtimestamp(end, UTC),
        count=threshold,
        threshold=threshold,
        at=at,
    )
