"""What an answer to a search means: hits with their marked passages, facets, and the cursor of the next page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.report.domain.mappings import Json
from services.report.domain.search import FACETS, MARK, UNMARK, Facet, SearchRequest, make_cursor

Kind = Literal["mention", "case", "reply", "note"]
KINDS: Mapping[str, Kind] = {"mention.classified": "mention", "case": "case", "reply": "reply", "note": "note"}
"""What each `type` of document is called."""
LONGEST = 1_000
"""Characters of a passage. Elasticsearch cuts between words, so that a word of 100 kB would be one passage."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, `hit` when the search found it. Plain text: whoever shows it escapes it."""

    text: str
    hit: bool = False


Passage = tuple[Piece, ...]


@dataclass(frozen=True)
class Hit:
    """One document, what it is, and the passages of its `title` and `text` that matter to the search."""

    kind: Kind
    document: Mapping[str, Any]
    highlights: Mapping[str, tuple[Passage, ...]]


@dataclass(frozen=True)
class Count:
    """One value of a facet and how many documents have it."""

    value: str
    count: int


@dataclass(frozen=True)
class SearchPage:
    """One page of a search. `next` is the cursor of the page after it; `None` when this is the last."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[Facet, tuple[Count, ...]]
    next: str | None = None


def search_page(request: SearchRequest, answer: Json) -> SearchPage:
    """The page that `answer` holds; no page at all (the index is not made yet) is an empty one."""
    found = answer["hits"]["hits"]
    facets = {name: _counts(answer.get("aggregations", {}).get(name, {})) for name in FACETS}
    full = len(found) >= request.size
    cursor = make_cursor(request.order, found[-1]["sort"]) if full and found else None
    return SearchPage(total_of(answer), tuple(hit(one) for one in found), facets, cursor)


def total_of(answer: Json) -> int:
    """How many documents match."""
    total = answer["hits"]["total"]
    return int(total["value"] if isinstance(total, Mapping) else total)


def hit(one: Json) -> Hit:
    """One hit: a mention as it is on the topic, another document as it is indexed, and its passages."""
    document = {name: value for name, value in one["_source"].items() if name != "appended_at"}
    marked = one.get("highlight", {})
    return Hit(
        KINDS.get(str(document.get("type")), "case"),
        document,
        {name: tuple(passage(text) for text in texts) for name, texts in marked.items()},
    )


def passage(marked: str) -> Passage:
    """A marked text as pieces, `LONGEST` characters at most. Marks that were in the text itself cannot do harm: pieces are
    plain text."""
    pieces: list[Piece] = []
    for index, part in enumerate(marked[:LONGEST].split(MARK)):
        inside, _, after = part.partition(UNMARK) if index else ("", "", part)
        pieces += [Piece(inside, True)] if inside else []
        pieces += [Piece(after.replace(UNMARK, ""))] if after else []
    return tuple(pieces)


def page_json(page: SearchPage) -> Json:
    """The page as the API gives it."""
    return {
        "total": page.total,
        "hits": [_hit_json(one) for one in page.hits],
        "facets": {
            name: [{"value": c.value, "count": c.count} for c in counts] for name, counts in page.facets.items()
        },
        "next": page.next,
    }


def _hit_json(one: Hit) -> Json:
    mention = one.document if one.kind == "mention" else None
    return {"is": one.kind, "mention": mention, "document": one.document, "highlights": _highlights(one)}


def _highlights(one: Hit) -> Json:
    return {
        name: [[{"text": piece.text, "hit": piece.hit} for piece in pieces] for pieces in passages]
        for name, passages in one.highlights.items()
    }


def _counts(facet: Json) -> tuple[Count, ...]:
    buckets: Iterable[Json] = facet.get("values", {}).get("buckets", ())
    return tuple(Count(KINDS.get(one["key"], str(one["key"])), int(one["doc_count"])) for one in buckets)
