"""Lets kept searches sound: in the process `sink`, beside the writing, every few seconds and only where mentions came.

One `_msearch` for all searches of the teams that something arrived for, whatever their number and however much arrived: not
a query per mention and search. (A percolator would need its module, which the engine from packages does not have, an index
of queries that follows theirs of documents, and counting all the same.) What sounded is remembered in the index
`webcare-meta`, which outlives rebuilds. An alert is sent before it is remembered, and has the same id when it is sent again.
"""

import logging
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.base import Model
from services.contracts.mentions import ClassifiedMention
from services.contracts.searches import AlertRule, SavedSearch, SearchAlert
from services.contracts.topics import SIGNALS
from services.report.domain.alerts import Sounded, alert_body, judge, quiet, sounded
from services.report.domain.hits import total_of
from services.report.domain.indices import Names
from services.report.elastic import Elastic, ElasticRefusedError, ElasticUnavailableError
from services.runtime.messages import Outgoing, Received
from services.runtime.metrics import SIGNALS_SENT
from services.runtime.producer import Sender

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=10)
"""Between two looks."""
VISIBLE = timedelta(seconds=3)
"""What was written is found this much later, at most; until then its team is looked at once more."""
TOGETHER = 200
"""Searches asked in one request."""
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class KnownSearches:
    """The kept searches that may sound, fed by the follower of `desk.teams` in its own thread."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], SavedSearch] = {}
        self._new: set[str] = set()
        self._lock = threading.Lock()

    def fold(self, key: str, message: Model | None) -> None:
        """Take one record of `desk.teams`."""
        if isinstance(message, SavedSearch):
            with self._lock:
                self._known[message.team, message.id] = message
                self._new.add(message.team)
        elif message is None and key.count(":") == 2:
            team, kind, search = key.split(":")
            if kind == "search":
                with self._lock:
                    self._known.pop((team, search), None)

    def of(self, teams: Iterable[str]) -> list[tuple[SavedSearch, AlertRule]]:
        """Those of some teams that may sound, each with its rule."""
        wanted = set(teams)
        with self._lock:
            return [(one, one.alert) for one in self._known.values() if one.team in wanted and one.alert]

    def take_new(self) -> set[str]:
        """The teams with searches that came or changed since this was asked last: at first all that keep any."""
        with self._lock:
            new, self._new = self._new, set()
            return new


class Alerts:
    """Not for several threads; several processes may do the same at once, which gives the same alerts."""

    def __init__(self, elastic: Elastic, names: Names, known: KnownSearches, sender: Sender, zone: str) -> None:
        self._elastic, self._names, self._known, self._sender, self._zone = elastic, names, known, sender, zone
        self._arrived: dict[str, datetime] = {}
        self._next: datetime | None = None

    def arrived(self, records: Iterable[Received[Any]], now: datetime) -> None:
        """Records were written at `now`; the teams of the mentions among them are to be looked at."""
        teams = {one.message.team for one in records if isinstance(one.message, ClassifiedMention)}
        self._arrived.update(dict.fromkeys(teams, now))

    def run(self, now: datetime) -> int:
        """Look, if it is time. Returns the alerts sent; while Elasticsearch is away they come later.

        A search that is new here is looked at whatever came: so is every one at the start of a process, since something may
        have been written and not looked at when the last one ended.

        Raises:
            SendError: an alert was not acknowledged.
        """
        for team in self._known.take_new():
            self._arrived.setdefault(team, LONG_AGO)
        if not self._arrived or (self._next is not None and now < self._next):
            return 0
        self._next = now + EVERY
        looked, sent, waiting = dict(self._arrived), 0, set[str]()
        searches = self._known.of(looked)
        try:
            for n in range(0, len(searches), TOGETHER):
                alerts, quiet_teams = self._look(searches[n : n + TOGETHER], now)
                sent += alerts
                waiting |= quiet_teams
        except ElasticUnavailableError as error:
            log.warning("kept searches are looked at later: %s", error)
            return sent
        for team, at in looked.items():
            if at < now - VISIBLE and team not in waiting and self._arrived.get(team) == at:
                del self._arrived[team]
        return sent

    def _look(self, searches: list[tuple[SavedSearch, AlertRule]], now: datetime) -> tuple[int, set[str]]:
        """The number of alerts sent, and the teams with searches that are quiet for now."""
        lasts = self._remembered([one.id for one, _ in searches])
        due = [(one, rule, lasts[one.id]) for one, rule in searches if not quiet(rule, lasts[one.id], now)]
        waiting = {one.team for one, rule in searches if quiet(rule, lasts[one.id], now)}
        if not due:
            return 0, waiting
        index = self._names.alias("mentions")
        bodies = [(index, alert_body(one, rule, last, now, self._zone)) for one, rule, last in due]
        made: list[tuple[SearchAlert, Sounded]] = []
        for (one, rule, last), answer in zip(due, self._elastic.searches(bodies), strict=True):
            hits = [hit["_source"] for hit in answer["hits"]["hits"]]
            if found := judge(one, rule, last, total_of(answer), hits, now):
                made.append(found)
        self._sender.send([Outgoing(SIGNALS, alert.team, alert) for alert, _ in made])
        for alert, after in made:
            path = f"/{self._names.meta}/_doc/{_id(alert.search)}"
            self._elastic.request("PUT", path, after.source())
            SIGNALS_SENT.labels(alert.team, "search").inc()
        return len(made), waiting

    def _remembered(self, ids: list[str]) -> dict[str, Sounded]:
        if not ids:
            return {}
        try:
            body = {"ids": [_id(one) for one in ids]}
            docs = self._elastic.request("POST", f"/{self._names.meta}/_mget", body)["docs"]
        except ElasticRefusedError as refused:
            raise ElasticUnavailableError(f"what sounded is not known: {refused}") from refused
        return {one: sounded(doc.get("_source")) for one, doc in zip(ids, docs, strict=True)}


def _id(search: str) -> str:
    return f"alert-{search}"
