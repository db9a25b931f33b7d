"""From the tree of a search (`query.py`) to an Elasticsearch query of plain parts; never `query_string`. Pure.

Words are looked up as written (without accents), by their Dutch and by their English stem. Fields have the same path in
all three indices (mappings.py gives cases an alias where theirs is another), so that one query asks them all.
"""

import unicodedata
from datetime import UTC, date, datetime, timedelta

from services.report.domain.mappings import Json
from services.report.domain.periods import local_day, start_of
from services.report.domain.query_fields import RELATIVE
from services.report.domain.query_tree import All, Either, Field, Node, Not, Phrase, Word

FIELDS = ["text", "text.nl", "text.en", "title^2", "title.nl^2", "title.en^2", "author.name", "author.handle"]
LITERAL = ["text", "title", "author.name"]
"""What stands in quotes is meant word for word, also the small words that stems leave out."""
PATHS = {
    "source": "source",
    "lang": "classification.language.code",
    "sentiment": "classification.sentiment.label",
    "urgency": "classification.urgency.label",
    "topic": "classification.topics",
    "tag": "tags",
    "owner": "owner",
    "status": "status",
    "kind": "kind",
    "is": "type",
}
TYPES = {"mention": "mention.classified", "case": "case", "reply": "reply", "note": "note"}
"""What `is:` means by each of its values, in the field `type`."""
_HAS = {"topic": "classification.topics", "rating": "rating", "owner": "owner", "tag": "tags"}
_UNITS = {"h": timedelta(hours=1), "w": timedelta(weeks=1), "m": timedelta(days=30)}


def query_body(node: Node | None, now: datetime, zone: str, fuzzy: bool = False) -> Json:
    """The query; `now` and `zone` are what relative days count from, `fuzzy` takes similar words too."""
    match node:
        case None:
            return {"match_all": {}}
        case Word(text, prefix):
            return _prefix(text) if prefix else _word(text, fuzzy)
        case Phrase(text):
            return {"multi_match": {"query": text, "type": "phrase", "fields": LITERAL}}
        case Field():
            return _field(node, now, zone)
        case Not(inner):
            return {"bool": {"must_not": [query_body(inner, now, zone)]}}
        case All(parts):
            return {"bool": {"must": [query_body(one, now, zone, fuzzy) for one in parts]}}
        case Either(parts):
            return _any([query_body(one, now, zone, fuzzy) for one in parts])


def author_body(author: str) -> Json:
    """Whose id it is, or whose name or handle has all these words."""
    either: list[Json] = [
        {"term": {"author.id": author}},
        {"match": {"author.name": {"query": author, "operator": "and"}}},
        {"match": {"author.handle": {"query": author, "operator": "and"}}},
    ]
    return _any(either)


def _any(either: list[Json]) -> Json:
    return {"bool": {"should": either, "minimum_should_match": 1}}


def _word(text: str, fuzzy: bool) -> Json:
    query: Json = {"query": text.replace(":", " "), "fields": FIELDS, "operator": "and", "lenient": True}
    if fuzzy:
        query |= {"fuzziness": "AUTO", "prefix_length": 1, "fields": ["text", "title^2", "author.name"]}
    return {"multi_match": query}


def folded(text: str) -> str:
    """As the analyzer `folded` indexes a plain word: lower case, without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def _prefix(text: str) -> Json:
    plain = folded(text)
    if not plain.isalnum():
        return {"multi_match": {"query": text, "type": "phrase_prefix", "fields": LITERAL, "max_expansions": 200}}
    return {"dis_max": {"queries": [{"prefix": {name: {"value": plain}}} for name in (*LITERAL, "author.handle")]}}


def _field(one: Field, now: datetime, zone: str) -> Json:
    if one.name in ("before", "after"):
        edge = "lt" if one.name == "before" else "gte"
        return _any([{"range": {"created_at": {edge: moment(value, now, zone).isoformat()}}} for value in one.values])
    if one.name == "author":
        return author_body(one.values[0])
    if one.name == "has":
        return _any([_has(value) for value in one.values])
    values = [TYPES[value] for value in one.values] if one.name == "is" else list(one.values)
    return {"terms": {PATHS[one.name]: values}}


def _has(what: str) -> Json:
    return {"terms": {"text": ["http", "https"]}} if what == "link" else {"exists": {"field": _HAS[what]}}


def moment(value: str, now: datetime, zone: str) -> datetime:
    """The moment of a value of `before:` or `after:`: the start of a day of the team's clock, or so many hours ago."""
    relative = RELATIVE.fullmatch(value)
    try:
        if not relative:
            return start_of(date.fromisoformat(value), zone)
        if relative[2] == "d":
            return start_of(local_day(now, zone) - timedelta(days=int(relative[1])), zone)
        return now - int(relative[1]) * _UNITS[relative[2]]
    except OverflowError:
        return datetime(1, 1, 2, tzinfo=UTC)
