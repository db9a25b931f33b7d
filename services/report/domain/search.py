"""What is asked of the indices when people search: a request becomes one Elasticsearch body. Pure.

What people type is read by `query.py` and turned into a query by `query_body.py`; here are the filters beside it, the
facets, the order, the highlights and the cursor. Whoever asks sees documents of their own teams, whatever they type.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Literal, get_args

from services.report.domain.indices import FAMILIES, Family
from services.report.domain.mappings import Json
from services.report.domain.query import Query, parse
from services.report.domain.query_body import PATHS, TYPES, author_body, query_body

Sort = Literal["relevance", "newest", "oldest", "reach", "urgency"]
SORTS: tuple[Sort, ...] = get_args(Sort)
Facet = Literal["is", "team", "source", "kind", "sentiment", "urgency", "language", "topic", "status"]
FACETS: Mapping[Facet, str] = {
    "is": PATHS["is"],
    "team": "team",
    "source": "source",
    "kind": "kind",
    "sentiment": "classification.sentiment.label",
    "urgency": "classification.urgency.label",
    "language": "classification.language.code",
    "topic": "classification.topics",
    "status": "status",
}
"""Each filter that shows counts, and its field."""

NONE = "-"
"""As a value of a facet: what has none, for example a mention without a topic."""
MARK, UNMARK = "\ue000", "\ue001"
"""Around a hit in a highlighted text: private-use characters, which mean nothing in any page."""
MAX_SIZE = 100
MAX_AUTHOR = 400
FACET_SIZE = 25

_LAST: Json = {"created_at": "desc"}
_TIE: Json = {"id": "asc"}
_ORDERS: Mapping[Sort, list[Json]] = {
    "relevance": [{"_score": "desc"}, _LAST, _TIE],
    "newest": [_LAST, _TIE],
    "oldest": [{"created_at": "asc"}, _TIE],
    "reach": [{"author.followers": {"order": "desc", "missing": "_last", "unmapped_type": "long"}}, _LAST, _TIE],
    "urgency": [
        {"classification.urgency.score": {"order": "desc", "missing": "_last", "unmapped_type": "float"}},
        _LAST,
        _TIE,
    ],
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CursorError(ValueError):
    """The cursor is not one that this search gave."""


@dataclass(frozen=True)
class SearchRequest:
    """One search. `teams` are those the asker may read; `chosen` the filters (several values of one mean "or").

    `since` ≤ written < `until`. `after` is the cursor of the page before. Without `everything` it is about mentions
    alone, unless the query or a filter names a kind of document; without `notes` internal notes do not exist. `now` and
    `zone` are what relative days in the query count from; `fuzzy` takes words that are spelled nearly so.
    """

    teams: tuple[str, ...]
    q: str = ""
    chosen: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    author: str = ""
    conversation: str = ""
    needs_person: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    sort: Sort | None = None
    size: int = 20
    after: str = ""
    everything: bool = False
    notes: bool = True
    fuzzy: bool = False
    now: datetime = EPOCH
    zone: str = "UTC"

    @cached_property
    def query(self) -> Query:
        """What was understood of `q`."""
        return parse(self.q)

    @property
    def families(self) -> tuple[Family, ...]:
        """The indices that it asks."""
        wide = self.everything or self.chosen.get("is") or "is" in self.query.names()
        return FAMILIES if wide else ("mentions",)

    @property
    def order(self) -> Sort:
        """The sort that was asked for; else the best match first when there is a query, the newest when there is none."""
        return self.sort or ("relevance" if self.query.node else "newest")


def search_body(request: SearchRequest) -> Json:
    """The body of the search; each facet counts what there would be without its own filter."""
    chosen = {name: _one_of(name, values) for name, values in request.chosen.items() if values}
    body: Json = {
        "size": min(max(request.size, 1), MAX_SIZE),
        "track_total_hits": True,
        "query": {"bool": {"must": [_text(request)], "filter": _scope(request)}},
        "sort": _ORDERS[request.order],
        "highlight": HIGHLIGHT,
        "aggs": {name: _facet(name, chosen) for name in FACETS},
    }
    if chosen:
        body["post_filter"] = {"bool": {"filter": list(chosen.values())}}
    if request.after:
        body["search_after"] = read_cursor(request.after, request.order)
    return body


def mention_body(mention: str, teams: tuple[str, ...]) -> Json:
    """The body that finds one mention by its id, in the teams that may be read."""
    return {"size": 1, "query": {"bool": {"filter": [{"term": {"id": mention}}, {"terms": {"team": list(teams)}}]}}}


def nobody_body(team: str, since: datetime) -> Json:
    """The body that counts what was said to a team since a moment and needs nobody."""
    request = SearchRequest((team,), needs_person=False, since=since)
    return {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": _scope(request)}}}


def _one_of(name: Facet, values: tuple[str, ...]) -> Json:
    path = FACETS[name]
    asked = [TYPES.get(one, one) for one in values] if name == "is" else list(values)
    either: list[Json] = [{"terms": {path: asked}}]
    if NONE in values:
        either.append({"bool": {"must_not": {"exists": {"field": path}}}})
    return {"bool": {"should": either, "minimum_should_match": 1}}


def _text(request: SearchRequest) -> Json:
    return query_body(request.query.node, request.now, request.zone, request.fuzzy)


def _scope(request: SearchRequest) -> list[Json]:
    scope: list[Json] = [{"terms": {"team": list(request.teams)}}]
    span = {"gte": request.since, "lt": request.until}
    if limits := {name: moment.isoformat() for name, moment in span.items() if moment}:
        scope.append({"range": {"created_at": limits}})
    if request.needs_person is not None:
        scope.append({"term": {"classification.needs_person": request.needs_person}})
    if request.conversation:
        scope.append({"term": {"conversation": request.conversation}})
    if author := request.author.strip()[:MAX_AUTHOR]:
        scope.append(author_body(author))
    if not request.notes:
        scope.append({"bool": {"must_not": [{"term": {"type": "note"}}]}})
    return scope


def _facet(name: Facet, chosen: Mapping[Facet, Json]) -> Json:
    missing = {"missing": NONE} if name == "topic" else {}
    others = [one for other, one in chosen.items() if other != name]
    return {
        "filter": {"bool": {"filter": others}},
        "aggs": {"values": {"terms": {"field": FACETS[name], "size": FACET_SIZE, **missing}}},
    }


HIGHLIGHT: Json = {
    "type": "unified",
    "pre_tags": [MARK],
    "post_tags": [UNMARK],
    "max_analyzed_offset": 100_000,
    "fields": {
        "title": {"matched_fields": ["title", "title.nl", "title.en"], "number_of_fragments": 0},
        "text": {
            "matched_fields": ["text", "text.nl", "text.en"],
            "fragment_size": 240,
            "number_of_fragments": 2,
            "no_match_size": 240,
        },
    },
}


def make_cursor(order: Sort, values: list[Any]) -> str:
    """The cursor after a hit, from its sort values."""
    return base64.urlsafe_b64encode(json.dumps([order, *values]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: Sort) -> list[Any]:
    """The sort values in a cursor.

    Raises:
        CursorError: it is not one of ours, or of another sort order.
    """
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise CursorError("the cursor is not one of ours") from error
    if not isinstance(found, list) or len(found) != len(_ORDERS[order]) + 1 or found[0] != order:
        raise CursorError("the cursor belongs to another search")
    if not all(isinstance(value, str | int | float) for value in found[1:-1]) or not isinstance(found[-1], str):
        raise CursorError("the cursor is not one of ours")
    return found[1:]
