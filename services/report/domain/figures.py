"""What Elasticsearch's answers to `queries.py` mean: typed figures. Pure."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from services.report.domain.hits import total_of
from services.report.domain.mappings import Json
from services.report.domain.periods import Period

Dimension = Literal["day", "source", "kind", "topic"]
DIMENSIONS: tuple[Dimension, ...] = ("day", "source", "kind", "topic")
FEW = 10
"""Fewer cases than this and a share or a percentile says little; pages show it in a lighter tone."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Mentions, and how many of each sentiment."""

    count: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0

    @property
    def negative_share(self) -> float | None:
        """0 to 1; `None` without mentions."""
        return self.negative / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Response:
    """First responses to cases. `kept` and `missed` are decided; the rest may still be answered in time.

    Seconds are on the clock of each case's service level.
    """

    cases: int = 0
    answered: int = 0
    median_seconds: float | None = None
    p90_seconds: float | None = None
    kept: int = 0
    missed: int = 0

    @property
    def share_kept(self) -> float | None:
        """Of the cases whose outcome is decided, those answered in time (0 to 1); `None` when none is."""
        decided = self.kept + self.missed
        return self.kept / decided if decided else None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a report: a day, a channel, a topic, or all."""

    key: str
    volume: Volume = Volume()
    response: Response = Response()


@dataclass(frozen=True)
class Overview:
    """The report `overview`, and the totals of the period before it."""

    team: str
    period: Period
    total: Line
    before: Line
    lines: Mapping[Dimension, tuple[Line, ...]]


def overview(team: str, period: Period, mentions: Json, cases: Json, old_mentions: Json, old_cases: Json) -> Overview:
    """Puts the four answers together. Every day of the period has a line, also one on which nothing happened."""
    lines: dict[Dimension, tuple[Line, ...]] = {}
    for dimension in DIMENSIONS:
        spoken = {one["key"]: volume(one["n"], one) for one in buckets(mentions, dimension)}
        worked = {one["key"]: response(one["n"], one) for one in buckets(cases, dimension)}
        keys = [day.isoformat() for day in period.days] if dimension == "day" else [*spoken, *worked]
        lines[dimension] = tuple(
            Line(key, spoken.get(key, Volume()), worked.get(key, Response())) for key in dict.fromkeys(keys)
        )
    return Overview(team, period, _all("total", mentions, cases), _all("before", old_mentions, old_cases), lines)


def buckets(answer: Json, name: str) -> list[Json]:
    """The buckets of an aggregation, each with `key` as text and `n`; none when the index is not made yet."""
    found: Iterable[Json] = answer.get("aggregations", {}).get(name, {}).get("buckets", ())
    return [{**one, "key": str(one.get("key_as_string", one["key"])), "n": int(one["doc_count"])} for one in found]


def volume(count: int, measures: Json) -> Volume:
    """The sentiment among `count` mentions."""
    labels = {one["key"]: int(one["doc_count"]) for one in measures.get("sentiment", {}).get("buckets", ())}
    return Volume(count, *(labels.get(label, 0) for label in ("negative", "neutral", "positive")))


def response(count: int, measures: Json) -> Response:
    """The first responses among `count` cases."""
    counted = {name: int(measures.get(name, {}).get("doc_count", 0)) for name in ("answered", "kept", "missed")}
    values = measures.get("seconds", {}).get("values", {})
    return Response(
        cases=count, median_seconds=_number(values.get("50.0")), p90_seconds=_number(values.get("90.0")), **counted
    )


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _all(key: str, mentions: Json, cases: Json) -> Line:
    return Line(
        key,
        volume(total_of(mentions), mentions.get("aggregations", {})),
        response(total_of(cases), cases.get("aggregations", {})),
    )


@dataclass(frozen=True)
class Wall:
    """What a wallboard shows: numbers only."""

    open: int
    waiting: int
    oldest_waiting: datetime | None
    opened_today: int
    closed_today: int
    today: Response
    hours: tuple[int, ...]
    """Mentions in each hour of the local day, 24 numbers."""
    now: Volume
    """The mentions of the last hour."""


def wall(cases: Json, mentions: Json) -> Wall:
    """Puts the two answers together."""
    work, talk = cases.get("aggregations", {}), mentions.get("aggregations", {})
    waiting, today, last = work.get("waiting", {}), work.get("today", {}), talk.get("now", {})
    oldest = waiting.get("oldest", {}).get("value")
    hours = [0] * 24
    for one in talk.get("today", {}).get("hour", {}).get("buckets", ()):
        hours[int(one["key_as_string"])] += int(one["doc_count"])
    return Wall(
        open=_count(work, "open"),
        waiting=_count(work, "waiting"),
        oldest_waiting=datetime.fromtimestamp(oldest / 1000, UTC) if oldest else None,
        opened_today=_count(work, "today"),
        closed_today=_count(work, "closed"),
        today=response(_count(work, "today"), today),
        hours=tuple(hours),
        now=volume(int(last.get("doc_count", 0)), last),
    )


def _count(answer: Json, name: str) -> int:
    return int(answer.get(name, {}).get("doc_count", 0))
