"""Whatever people type into the search is a query: it is never refused, and its normal spelling means the same."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.report.domain.hits import passage
from services.report.domain.query import MAX_CHARACTERS, MAX_TERMS, parse
from services.report.domain.query_body import query_body
from services.report.domain.query_fields import NAMES
from services.report.domain.query_tree import leaves
from services.report.domain.search import MARK, UNMARK

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PIECES = st.sampled_from(
    [*'"()|-+*~:,„”\\/', " ", "OR", "OF", "NOT", "AND", "EN", "trein", "bus*", "7d", "9999d", "2026-11-01", "0001-01-01",
     "99-99-2026", "negatief", "link", "case", "9999-12-31", "😡", "\x00", "\ue000", *(f"{name}:" for name in NAMES)]
)  # fmt: skip
TYPED = st.one_of(st.text(max_size=80), st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=60).map("".join))
QUERIES = frozenset(
    {
        "bool",
        "multi_match",
        "prefix",
        "dis_max",
        "match_all",
        "terms",
        "range",
        "exists",
        "match",
        "term",
        "constant_score",
    }
)


def kinds(body: Any) -> set[str]:
    """The kinds of queries in a body; fails when it has another shape than one."""
    [(kind, inner)] = body.items()
    found = {kind}
    if kind == "bool":
        for name in ("must", "should", "must_not", "filter"):
            for one in inner.get(name, ()):
                found |= kinds(one)
    if kind == "dis_max":
        for one in inner["queries"]:
            found |= kinds(one)
    return found


@given(TYPED)
def test_any_text_is_a_query_that_elasticsearch_can_read(text: str) -> None:
    body = query_body(parse(text).node, NOW, "Europe/Amsterdam")
    assert kinds(body) <= QUERIES
    assert json.loads(json.dumps(body)) == body


@given(TYPED)
def test_the_normal_spelling_means_the_same_and_stays(text: str) -> None:
    query = parse(text)
    again = parse(query.normal)
    assert again.node == query.node
    assert again.normal == query.normal


@given(TYPED)
def test_a_query_has_an_end(text: str) -> None:
    found = list(leaves(parse(text * 40).node))
    assert len(found) <= MAX_TERMS
    assert sum(len(getattr(one, "text", "")) for one in found) <= MAX_CHARACTERS


@given(st.text(alphabet=st.sampled_from([MARK, UNMARK, "a", "<", "&", '"']), max_size=30))
def test_pieces_of_a_passage_are_its_text_without_the_marks(text: str) -> None:
    assert "".join(piece.text for piece in passage(text)) == text.replace(MARK, "").replace(UNMARK, "")
