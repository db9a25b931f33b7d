"""What is asked of the alias `mentions` when people search: a request becomes one Elasticsearch body. Pure.

The query language is that of `simple_query_string`: words that must all occur, `"a phrase"`, `-not`, `begin*`,
`one | other`, `(groups)`. Nothing that a person types is an error. Words are looked up as written (without accents), by
their Dutch stem and by their English stem.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from services.report.domain.mappings import Json

Sort = Literal["relevance", "newest", "oldest", "reach", "urgency"]
SORTS: tuple[Sort, ...] = get_args(Sort)
Facet = Literal["team", "source", "kind", "sentiment", "urgency", "language", "topic"]
FACETS: Mapping[Facet, str] = {
    "team": "team",
    "source": "source",
    "kind": "kind",
    "sentiment": "classification.sentiment.label",
    "urgency": "classification.urgency.label",
    "language": "classification.language.code",
    "topic": "classification.topics",
}
"""Each filter that shows counts, and its field."""

NONE = "-"
"""As a value of a facet: what has none, for example a mention without a topic."""
MARK, UNMARK = "\ue000", "\ue001"
"""Around a hit in a highlighted text: private-use characters, which mean nothing in any page."""
MAX_QUERY, MAX_WORDS, MAX_SIZE = 400, 40, 100
FACET_SIZE = 25

_LAST: Json = {"created_at": "desc"}
_TIE: Json = {"id": "asc"}
_ORDERS: Mapping[Sort, list[Json]] = {
    "relevance": [{"_score": "desc"}, _LAST, _TIE],
    "newest": [_LAST, _TIE],
    "oldest": [{"created_at": "asc"}, _TIE],
    "reach": [{"author.followers": {"order": "desc", "missing": "_last"}}, _LAST, _TIE],
    "urgency": [{"classification.urgency.score": {"order": "desc", "missing": "_last"}}, _LAST, _TIE],
}
FIELDS = ["text", "text.nl", "text.en", "title^2", "title.nl^2", "title.en^2", "author.name", "author.handle"]
_PHRASE = re.compile(r'(?<!\S)"([^"]+)"(?!\S)')
_LONELY = re.compile(r"(?<!\S)[-+~*]+(?!\S)")


class CursorError(ValueError):
    """The cursor is not one that this search gave."""


@dataclass(frozen=True)
class SearchRequest:
    """One search. `teams` are those the asker may read; `chosen` the filters (several values of one mean "or").

    `since` ≤ written < `until`. `after` is the cursor of the page before.
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

    @property
    def order(self) -> Sort:
        """The sort that was asked for; else the best match first when there is a query, the newest when there is none."""
        return self.sort or ("relevance" if clean(self.q) else "newest")


def clean(q: str) -> str:
    """What a person typed without what no index knows: control characters, lonely operators, endless length."""
    printable = "".join(c if c.isprintable() else " " for c in q[:MAX_QUERY])
    return " ".join(_LONELY.sub(" ", printable).split()[:MAX_WORDS])


def search_body(request: SearchRequest) -> Json:
    """The body of the search; each facet counts what there would be without its own filter."""
    chosen = {name: _one_of(FACETS[name], values) for name, values in request.chosen.items() if values}
    body: Json = {
        "size": min(max(request.size, 1), MAX_SIZE),
        "track_total_hits": True,
        "query": {"bool": {"must": [_text(request.q)], "filter": _scope(request)}},
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


def _one_of(path: str, values: tuple[str, ...]) -> Json:
    either: list[Json] = [{"terms": {path: list(values)}}]
    if NONE in values:
        either.append({"bool": {"must_not": {"exists": {"field": path}}}})
    return {"bool": {"should": either, "minimum_should_match": 1}}


def _text(q: str) -> Json:
    words = clean(q)
    if not words:
        return {"match_all": {}}
    loose: Json = {
        "simple_query_string": {"query": words, "fields": FIELDS, "default_operator": "and", "lenient": True}
    }
    phrases = [] if "|" in words else _PHRASE.findall(words)
    return {"bool": {"must": [loose, *(_literal(phrase) for phrase in phrases)]}} if phrases else loose


def _literal(phrase: str) -> Json:
    """What stands in quotes is meant word for word, also the small words that stems leave out."""
    fields = ["text", "title", "author.name"]
    return {"multi_match": {"query": phrase, "type": "phrase", "fields": fields, "zero_terms_query": "all"}}


def _scope(request: SearchRequest) -> list[Json]:
    scope: list[Json] = [{"terms": {"team": list(request.teams)}}]
    span = {"gte": request.since, "lt": request.until}
    if limits := {name: moment.isoformat() for name, moment in span.items() if moment}:
        scope.append({"range": {"created_at": limits}})
    if request.needs_person is not None:
        scope.append({"term": {"classification.needs_person": request.needs_person}})
    if request.conversation:
        scope.append({"term": {"conversation": request.conversation}})
    if author := request.author.strip()[:MAX_QUERY]:
        either: list[Json] = [
            {"term": {"author.id": author}},
            {"match": {"author.name": {"query": author, "operator": "and"}}},
            {"match": {"author.handle": {"query": author, "operator": "and"}}},
        ]
        scope.append({"bool": {"should": either, "minimum_should_match": 1}})
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
