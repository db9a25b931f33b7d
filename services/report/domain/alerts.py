"""When a kept search sounds: which mentions count, whether they are enough, and what must be remembered of it. Pure.

What counts is when a mention was collected, which no correction changes; one that was written more than a day before its
window is an archive coming in and alarms nobody. After an alert its search is quiet for its window.

A rule of one mention tells of each: mentions do not come in the order of their collection, so it looks back a little
further than the newest it has told of, and leaves out by their ids those that it has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.contracts.ids import alert_id
from services.contracts.searches import AlertRule, SavedSearch, SearchAlert
from services.report.domain.mappings import Json
from services.report.domain.query import parse
from services.report.domain.query_body import query_body

LATE = timedelta(minutes=10)
"""A mention may come this much after one that was collected later."""
LONGEST_ABSENCE = timedelta(hours=1)
"""What was collected before this is not told one by one any more after the sink was away."""
ARCHIVE = timedelta(days=1)
MOST_TOLD = 1_000


@dataclass(frozen=True, slots=True)
class Sounded:
    """What is remembered of a search: its last alert, when it was, and the mentions that it told of one by one."""

    alert: str = ""
    at: datetime | None = None
    newest: datetime | None = None
    told: tuple[str, ...] = ()

    def source(self) -> Json:
        """As it is kept in Elasticsearch."""
        at, newest = (one.isoformat() if one else None for one in (self.at, self.newest))
        return {"alert": self.alert, "at": at, "newest": newest, "told": list(self.told)}


def sounded(source: Mapping[str, Any] | None) -> Sounded:
    """What was kept; nothing when there was nothing."""
    if not source:
        return Sounded()
    at, newest = (datetime.fromisoformat(source[name]) if source[name] else None for name in ("at", "newest"))
    return Sounded(source["alert"], at, newest, tuple(source["told"]))


def quiet(rule: AlertRule, last: Sounded, now: datetime) -> bool:
    """Whether it sounded so lately that it must not again yet."""
    return last.at is not None and now < last.at + timedelta(minutes=rule.minutes)


def window_start(search: SavedSearch, rule: AlertRule, last: Sounded, now: datetime) -> datetime:
    """From when on mentions count."""
    if rule.at_least > 1:
        return now - timedelta(minutes=rule.minutes)
    known = last.newest - LATE if last.newest else search.at
    return max(known, search.at, now - LONGEST_ABSENCE)


def alert_body(search: SavedSearch, rule: AlertRule, last: Sounded, now: datetime, zone: str) -> Json:
    """Counts the mentions of the search's team that match in its window, and names the latest of them."""
    start = window_start(search, rule, last, now)
    conditions: list[Json] = [
        {"term": {"team": search.team}},
        {"range": {"collected_at": {"gte": start.isoformat(), "lte": now.isoformat()}}},
        {"range": {"created_at": {"gte": (start - ARCHIVE).isoformat()}}},
        query_body(parse(search.query).node, now, zone),
    ]
    told = [{"terms": {"id": list(last.told)}}] if last.told else []
    return {
        "size": MOST_TOLD if rule.at_least == 1 else 1,
        "track_total_hits": True,
        "_source": ["id", "collected_at"],
        "sort": [{"collected_at": "desc"}, {"id": "asc"}],
        "query": {"bool": {"filter": conditions, "must_not": told}},
    }


def judge(
    search: SavedSearch, rule: AlertRule, last: Sounded, count: int, hits: Sequence[Json], now: datetime
) -> tuple[SearchAlert, Sounded] | None:
    """The alert and what to remember then; `None` when there is too little. `hits` are the latest mentions, newest first.

    The id of an alert follows from the one before, so that an alert that is sent again is the same one.
    """
    if count < rule.at_least:
        return None
    alert = SearchAlert(
        id=alert_id(search.id, last.alert),
        team=search.team,
        search=search.id,
        person=None if search.shared else search.owner,
        count=count,
        rule=rule,
        start=window_start(search, rule, last, now),
        end=now,
        at=now,
    )
    if rule.at_least > 1:
        return alert, Sounded(alert.id, now)
    newest = max([datetime.fromisoformat(hits[0]["collected_at"]), *([last.newest] if last.newest else [])])
    told = (*(one["id"] for one in hits), *last.told)[:MOST_TOLD]
    return alert, Sounded(alert.id, now, newest, told)
