"""How much was said that needs nobody: for the desk's navigation, which does not know the report and is handed this.

Such mentions are no cases, so only the index has them. Asked at most twice a minute per team; while Elasticsearch is away
the desk shows no number, and waits for none longer than `PATIENCE_SECONDS`.
"""

import logging
from datetime import datetime, timedelta

from services.report.domain.indices import Names
from services.report.domain.search import nobody_body
from services.report.elastic import Elastic, ElasticClient, ElasticRefusedError, ElasticUnavailableError
from services.report.settings import ReportSettings
from services.report.web.recent import Recent
from services.runtime.clock import Clock, system_clock

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0


class NobodyCounts:
    """Call it with a team and since when; `None` while it cannot be told."""

    def __init__(self, settings: ReportSettings, elastic: Elastic | None = None, clock: Clock = system_clock) -> None:
        self._elastic = elastic or ElasticClient(settings, PATIENCE_SECONDS)
        self._index, self._clock = Names(settings.index_prefix).alias("mentions"), clock
        self._recent: Recent[int | None] = Recent(timedelta(seconds=30), size=256)

    def __call__(self, team: str, since: datetime, /) -> int | None:
        """How many mentions of a team, written since then, need nobody."""
        return self._recent.get((team, since), self._clock(), lambda: self._ask(team, since))

    def _ask(self, team: str, since: datetime) -> int | None:
        try:
            found = self._elastic.search(self._index, nobody_body(team, since))
        except (ElasticUnavailableError, ElasticRefusedError) as error:
            log.warning("what needs nobody is not counted: %s", error)
            return None
        return int(found["hits"]["total"]["value"])
