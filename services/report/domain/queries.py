"""What is asked of the aliases `mentions` and `cases` for figures: pure bodies, counted by days of the team's clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.report.domain.mappings import Json
from services.report.domain.periods import Period, local_day, start_of
from services.report.domain.search import NONE

CASE_DAY = "created_at"
"""What a case is counted by: when its first mention was written, as mentions are. Where they arrive at once that is when
it was opened; history that was imported lies on its own days."""
TOPICS = 15
CHANNELS = 20

SENTIMENT: Json = {"sentiment": {"terms": {"field": "classification.sentiment.label", "size": 3}}}
RESPONSE: Json = {
    "answered": {"filter": {"exists": {"field": "first_response_seconds"}}},
    "kept": {"filter": {"term": {"in_target": True}}},
    "missed": {"filter": {"term": {"in_target": False}}},
    "seconds": {"percentiles": {"field": "first_response_seconds", "percents": [50, 90]}},
}


def mention_figures(team: str, period: Period) -> Json:
    """Volume and sentiment of the mentions written in a period: in all, by day, channel and topic."""
    return _figures(team, period, "created_at", SENTIMENT, "classification.topics")


def case_figures(team: str, period: Period) -> Json:
    """First responses to the cases of a period: in all, by day, channel and topic."""
    return _figures(team, period, CASE_DAY, RESPONSE, "topics")


def totals(team: str, period: Period, moment: str, measures: Json) -> Json:
    """The same measures in all, for the period before."""
    return {"size": 0, "track_total_hits": True, "query": within(team, period, moment), "aggs": measures}


def within(team: str, period: Period, moment: str, *more: Json) -> Json:
    """The condition: this team, `moment` in this period, and `more`."""
    span = {"gte": period.since.isoformat(), "lt": period.until.isoformat()}
    return {"bool": {"filter": [{"term": {"team": team}}, {"range": {moment: span}}, *more]}}


def _figures(team: str, period: Period, moment: str, measures: Json, topics: str) -> Json:
    days = {
        "field": moment,
        "calendar_interval": "day",
        "time_zone": period.zone,
        "format": "yyyy-MM-dd",
        "min_doc_count": 1,
    }
    by_terms = {
        "source": {"field": "source", "size": CHANNELS},
        "kind": {"field": "kind", "size": CHANNELS},
        "topic": {"field": topics, "size": TOPICS, "missing": NONE},
    }
    return totals(team, period, moment, measures) | {
        "aggs": {
            **measures,
            "day": {"date_histogram": days, "aggs": measures},
            **{name: {"terms": terms, "aggs": measures} for name, terms in by_terms.items()},
        }
    }


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases stand behind a number. `target`: `kept`, `missed`, or the cases still `open` within it."""

    source: str = ""
    kind: str = ""
    topic: str = ""
    target: str = ""
    answered: bool = False


def case_rows(team: str, period: Period, which: CaseFilter, size: int, after: list[Any] | None = None) -> Json:
    """The cases behind a number, newest first."""
    more: list[Json] = [{"term": {name: value}} for name in ("source", "kind") if (value := getattr(which, name))]
    missing = [{"bool": {"must_not": {"exists": {"field": "topics"}}}}]
    if which.topic:
        more += missing if which.topic == NONE else [{"term": {"topics": which.topic}}]
    if which.target in ("kept", "missed"):
        more.append({"term": {"in_target": which.target == "kept"}})
    if which.target == "open":
        more.append({"bool": {"must_not": {"exists": {"field": "in_target"}}}})
    if which.answered:
        more.append({"exists": {"field": "first_response_seconds"}})
    body: Json = {
        "size": size,
        "track_total_hits": True,
        "query": within(team, period, CASE_DAY, *more),
        "sort": [{CASE_DAY: "desc"}, {"id": "asc"}],
    }
    return body | ({"search_after": after} if after else {})


def cases_of_mentions(mentions: Sequence[str], teams: Sequence[str]) -> Json:
    """The cases that the desk still has and that these mentions belong to."""
    belongs: list[Json] = [{"terms": {"mentions": list(mentions)}}, {"terms": {"team": list(teams)}}]
    kept = {"bool": {"filter": belongs, "must_not": [{"term": {"archived": True}}]}}
    return {"size": len(mentions), "_source": ["id", "team", "mentions"], "query": kept}


def wall_cases(team: str, now: datetime, zone: str) -> Json:
    """The cases of now and of today, without anything of anybody."""
    today = start_of(local_day(now, zone), zone).isoformat()
    opened_today = {"range": {"opened_at": {"gte": today}}}
    waiting = {"bool": {"filter": [{"term": {"status": "open"}}], "must_not": [{"exists": {"field": "owner"}}]}}
    return {
        "size": 0,
        "query": {"bool": {"filter": [{"term": {"team": team}}]}},
        "aggs": {
            "open": {"filter": {"term": {"status": "open"}}},
            "waiting": {"filter": waiting, "aggs": {"oldest": {"min": {"field": "opened_at"}}}},
            "today": {"filter": opened_today, "aggs": RESPONSE},
            "closed": {"filter": {"range": {"closed_at": {"gte": today}}}},
        },
    }


def wall_mentions(team: str, now: datetime, zone: str) -> Json:
    """Today's mentions by hour and the mood of the last hour."""
    today = start_of(local_day(now, zone), zone)
    start = min(today, now - timedelta(hours=1))
    hours = {"field": "created_at", "calendar_interval": "hour", "time_zone": zone, "format": "HH", "min_doc_count": 1}
    span = {"range": {"created_at": {"gte": today.isoformat()}}}
    hour = {"range": {"created_at": {"gte": (now - timedelta(hours=1)).isoformat(), "lte": now.isoformat()}}}
    return {
        "size": 0,
        "query": {
            "bool": {"filter": [{"term": {"team": team}}, {"range": {"created_at": {"gte": start.isoformat()}}}]}
        },
        "aggs": {
            "today": {"filter": span, "aggs": {"hour": {"date_histogram": hours}}},
            "now": {"filter": hour, "aggs": SENTIMENT},
        },
    }
