"""When mentions that need a person came in, by hour and language, out of Elasticsearch: what a rota is forecast from.

The planner's page asks `Arrivals`; `webcare rota plan --history` reads a file instead. Both make demand of it by
`demand_of`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from services.contracts.teams import TeamConfig
from services.report.domain.indices import Names
from services.rota.needs import Fit, Need
from services.rota.opening_hours import OpeningHours
from services.route.domain.forecast import Work, history_bounds, needs_of
from services.route.planning.request import PlanRequest

if TYPE_CHECKING:  # `webcare` loads this for each of its commands, and its client takes half a second
    from services.report.elastic import Elastic

WEEKS = 12
"""So far back is looked; what is older says little of what is ahead (`forecast.HALF_LIFE_WEEKS`)."""
_MOST_LANGUAGES = 20


@dataclass(frozen=True, slots=True)
class Arrived:
    """So many mentions of one language within the hour from `hour`."""

    hour: datetime
    language: str
    count: int


class Arrivals:
    """Reads them from the index of mentions."""

    def __init__(self, elastic: "Elastic", names: Names) -> None:
        self._elastic, self._index = elastic, names.alias("mentions")

    def of(self, team: str, until: datetime) -> list[Arrived]:
        """Those of the last weeks before `until`, by language and hour.

        Raises:
            ElasticUnavailableError, ElasticRefusedError: it cannot be told.
        """
        return list(arrived(self._elastic.search(self._index, query(team, until))))


def query(team: str, until: datetime) -> dict[str, Any]:
    """The search that counts them."""
    written = {"gte": (until - timedelta(weeks=WEEKS)).isoformat(), "lt": until.isoformat()}
    return {
        "size": 0,
        "query": {
            "bool": {
                "filter": [
                    {"term": {"team": team}},
                    {"term": {"classification.needs_person": True}},
                    {"range": {"created_at": written}},
                ]
            }
        },
        "aggs": {
            "languages": {
                "terms": {"field": "classification.language.code", "size": _MOST_LANGUAGES, "missing": "und"},
                "aggs": {
                    "hours": {"date_histogram": {"field": "created_at", "fixed_interval": "1h", "min_doc_count": 1}}
                },
            }
        },
    }


def arrived(answer: dict[str, Any]) -> Iterator[Arrived]:
    """What the answer to `query` says."""
    for language in answer.get("aggregations", {}).get("languages", {}).get("buckets", []):
        for hour in language["hours"]["buckets"]:
            moment = datetime.fromtimestamp(hour["key"] / 1000, UTC)
            yield Arrived(moment, language["key"], hour["doc_count"])


def moments(past: Sequence[Arrived], config: TeamConfig) -> list[tuple[datetime, Fit]]:
    """Each mention with what it asks of a person: its language, when somebody of the team speaks it."""
    spoken = {code for person in config.people for code in person.languages}
    return [
        (one.hour, Fit(language=one.language) if one.language in spoken else Fit())
        for one in past
        for _ in range(one.count)
    ]


def demand_of(request: PlanRequest, past: Sequence[tuple[datetime, Fit]], minutes: float) -> list[Need]:
    """What mentions like these want in the period of a plan, when an answer takes so many minutes.

    Raises:
        ValueError: they span less than a week.
    """
    config, zone = request.config, ZoneInfo(request.config.time_zone)
    since, until = history_bounds((moment for moment, _ in past), zone)
    work = Work(handling_minutes=minutes, target_minutes=config.service_levels[-1].first_response_minutes)
    opened = OpeningHours(config).intervals(*request.bounds)
    return needs_of(past, work, since, until, request.bounds, opened, zone, config.all_holidays)
