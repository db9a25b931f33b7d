"""A search with its filters as one text of the query language, so that it can be kept, read and changed. Pure."""

from services.report.domain.query_fields import read_value
from services.report.domain.query_tree import Field, Node, all_of, normal
from services.report.domain.search import NONE, Facet, SearchRequest

_FIELDS: dict[Facet, str] = {
    "source": "source",
    "kind": "kind",
    "sentiment": "sentiment",
    "urgency": "urgency",
    "language": "lang",
    "topic": "topic",
    "status": "status",
    "is": "is",
}
"""The field of the language that each filter is; the team is where a search is kept."""


def as_query(request: SearchRequest) -> str:
    """The query and the filters together, in the normal spelling. Values that the language has no word for are left out."""
    parts: list[Node] = list(request.query.parts)
    for facet, field in _FIELDS.items():
        given = (read_value(field, one) for one in request.chosen.get(facet, ()) if one != NONE)
        if values := tuple(one for one in given if one):
            parts.append(Field(field, values))
    if request.author and (author := read_value("author", request.author.replace('"', " "))):
        parts.append(Field("author", (author,)))
    for field, moment in (("after", request.since), ("before", request.until)):
        if moment:
            parts.append(Field(field, (moment.date().isoformat(),)))
    return normal(all_of(parts))
