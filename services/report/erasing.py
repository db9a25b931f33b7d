"""Erases an author from what is indexed already: called by the sink and by a rebuild with the events of `desk.events`.
Counts what there is of one, for `webcare erase`.

What is read later is erased before it is indexed (`domain/documents.py`). Documents are searched and written again under
their own version: without their text when nothing newer is there, and harmless to repeat. Replies and notes go before the
cases by which they are found.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson

from services.contracts.erasure import AuthorErased
from services.contracts.events import CaseErased
from services.report.domain.erased import Wrote, by_author, erased_body, of_cases
from services.report.domain.hits import total_of
from services.report.domain.indices import FAMILIES, Family, Names
from services.report.domain.mappings import Json
from services.report.elastic import Elastic, ElasticUnavailableError
from services.report.generations import GenerationStore
from services.report.writer import FILTER, outcome_of

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Documents in one search and one bulk request."""
CASES_AT_ONCE = 1_000
LOST_PASSES = 5
"""So many passes in which another writer was faster with all of it mean that something is wrong."""

BY_AUTHOR: tuple[Family, ...] = ("cases", "mentions")
Erasing = AuthorErased | CaseErased


@dataclass(frozen=True, slots=True)
class Found:
    """How much of an author is indexed and not erased. `messages` are replies and notes."""

    mentions: int
    cases: int
    messages: int

    def __bool__(self) -> bool:
        return bool(self.mentions or self.cases or self.messages)


def count(elastic: Elastic, names: Names, wrote: Wrote) -> Found:
    """What people can see of an author now.

    Raises:
        ElasticUnavailableError: Elasticsearch does not answer.
    """

    def total(family: Family, query: Json) -> int:
        body = {"size": 0, "track_total_hits": True, "query": query}
        return total_of(elastic.search(names.alias(family), body))

    cases = [hit["_source"]["id"] for hit in _all(elastic, names.alias("cases"), by_author("cases", wrote))]
    parts = _parts(cases, CASES_AT_ONCE)
    messages = sum(total("messages", of_cases(wrote.team, some, wrote.until)) for some in parts)
    return Found(total("mentions", by_author("mentions", wrote)), len(cases), messages)


def erasing_events(messages: Iterable[Any]) -> list[Erasing]:
    """Those of some messages that erase something of an index."""
    found = (one for one in messages if isinstance(one, AuthorErased | CaseErased))
    return [one for one in found if isinstance(one, AuthorErased) or one.case.erased_at is not None]


class Eraser:
    """Works on concrete generations, whatever their aliases show."""

    def __init__(self, elastic: Elastic, store: GenerationStore) -> None:
        self._elastic, self._store = elastic, store

    def erase(self, events: Sequence[Erasing], generations: Iterable[int]) -> int:
        """Erase from each of these generations what the events are about; gives how many documents were changed.

        Raises:
            ElasticUnavailableError: not all of it was done; do the same again.
        """
        changed = 0
        for generation in generations if events else ():
            self._refresh(generation)
            changed += self._cases([one for one in events if isinstance(one, CaseErased)], generation)
            changed += sum(self._author(one, generation) for one in events if isinstance(one, AuthorErased))
        if changed:
            log.info("erased %d documents", changed, extra={"team": events[0].team})
        return changed

    def _cases(self, events: Sequence[CaseErased], generation: int) -> int:
        """The replies and notes of cases that route has rewritten: those of one erasure together."""
        cases: dict[tuple[str, datetime], list[str]] = {}
        for one in events:
            cases.setdefault((one.team, one.at), []).append(one.case.id)
        return sum(self._messages(generation, team, found, at) for (team, at), found in cases.items())

    def _messages(self, generation: int, team: str, cases: Sequence[str], at: datetime) -> int:
        parts = _parts(cases, CASES_AT_ONCE)
        return sum(self._pass(generation, "messages", of_cases(team, some, at), at) for some in parts)

    def _author(self, event: AuthorErased, generation: int) -> int:
        wrote = Wrote(event.team, event.source, event.author, event.at)
        index = self._store.names.pattern("cases", generation)
        cases = [hit["_source"]["id"] for hit in _all(self._elastic, index, by_author("cases", wrote))]
        changed = self._messages(generation, event.team, cases, event.at)
        return changed + sum(self._pass(generation, one, by_author(one, wrote), event.at) for one in BY_AUTHOR)

    def _refresh(self, generation: int) -> None:
        """What was written a moment ago is found."""
        for family in FAMILIES:
            path = f"/{self._store.names.pattern(family, generation)}/_refresh"
            self._elastic.request("POST", path, params={"allow_no_indices": "true", "ignore_unavailable": "true"})

    def _pass(self, generation: int, family: Family, query: Json, at: datetime) -> int:
        """Erase until nothing is found any more."""
        index, changed, lost = self._store.names.pattern(family, generation), 0, 0
        while lost < LOST_PASSES:
            hits = _search(self._elastic, index, {"query": query, "version": True})
            if not hits:
                return changed
            written = self._write(hits, family, at)
            changed, lost = changed + written, 0 if written else lost + 1
        raise ElasticUnavailableError("documents to erase change as fast as they are found")

    def _write(self, hits: Sequence[Json], family: Family, at: datetime) -> int:
        """Write what is left of each; what has a newer version by now is looked at again."""
        lines: list[bytes] = []
        for hit in hits:
            place = {"_index": hit["_index"], "_id": hit["_id"], "version": hit["_version"]}
            lines.append(orjson.dumps({"index": place | {"version_type": "external_gte"}}))
            lines.append(orjson.dumps(erased_body(family, hit["_source"], at)))
        params = {"filter_path": FILTER, "refresh": "true"}
        answer = self._elastic.request("POST", "/_bulk", b"\n".join(lines) + b"\n", params)
        written = 0
        for item in answer["items"]:
            status, kind = int(item["index"]["status"]), str(item["index"].get("error", {}).get("type"))
            outcome = outcome_of(status, kind)
            if outcome in ("later", "refused"):
                raise ElasticUnavailableError(f"an erasure was not taken: {status} {kind}")
            written += outcome == "written"
        return written


def _search(elastic: Elastic, index: str, body: Json) -> list[Json]:
    hits: list[Json] = elastic.search(index, {"size": AT_ONCE, **body})["hits"]["hits"]
    return hits


def _all(elastic: Elastic, index: str, query: Json) -> Iterator[Json]:
    """Every hit of a query, by id."""
    body: Json = {"query": query, "_source": ["id"], "sort": [{"id": "asc"}]}
    while hits := _search(elastic, index, body):
        yield from hits
        body = body | {"search_after": hits[-1]["sort"]}


def _parts(values: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
