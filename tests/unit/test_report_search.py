"""What is asked when people search, and what the answer means."""

from datetime import datetime
from typing import Any

import pytest

from services.report.domain.hits import LONGEST, Piece, page_json, passage, search_page
from services.report.domain.search import (
    FACETS,
    MARK,
    UNMARK,
    CursorError,
    SearchRequest,
    make_cursor,
    read_cursor,
    search_body,
)

REQUEST = SearchRequest(teams=("spoorlijn",))


def test_only_the_teams_that_may_be_read_are_searched() -> None:
    for request in (
        REQUEST,
        SearchRequest(teams=(), q="trein"),
        SearchRequest(teams=("a", "b"), chosen={"team": ("c",)}),
    ):
        assert {"terms": {"team": list(request.teams)}} in search_body(request)["query"]["bool"]["filter"]


def test_without_words_everything_is_shown_newest_first() -> None:
    body = search_body(REQUEST)
    assert body["query"]["bool"]["must"] == [{"match_all": {}}]
    assert body["sort"][0] == {"created_at": "desc"}
    assert search_body(SearchRequest(teams=("a",), q="trein"))["sort"][0] == {"_score": "desc"}


def test_a_facet_counts_what_there_would_be_without_its_own_filter() -> None:
    body = search_body(SearchRequest(teams=("a",), chosen={"source": ("mastodon",), "kind": ("post",)}))
    assert len(body["post_filter"]["bool"]["filter"]) == 2
    own = {name: len(body["aggs"][name]["filter"]["bool"]["filter"]) for name in FACETS}
    assert (own["source"], own["kind"], own["topic"]) == (1, 1, 2)


def test_the_period_ends_before_its_end() -> None:
    since, until = (
        datetime.fromisoformat("2026-11-01T00:00:00+01:00"),
        datetime.fromisoformat("2026-11-02T00:00:00+01:00"),
    )
    scope = search_body(SearchRequest(teams=("a",), since=since, until=until))["query"]["bool"]["filter"]
    assert {"range": {"created_at": {"gte": since.isoformat(), "lt": until.isoformat()}}} in scope


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = make_cursor("relevance", [1.5, 1793469939413, "abc"])
    assert read_cursor(cursor, "relevance") == [1.5, 1793469939413, "abc"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!",
        "é",
        make_cursor("newest", [1, "a"]),
        make_cursor("relevance", [1, 2]),
        make_cursor("relevance", [{}, 1, "a"]),
        make_cursor("relevance", [1, 2, 3]),
    ],
)
def test_a_cursor_that_is_not_ours_is_an_error(cursor: str) -> None:
    with pytest.raises(CursorError):
        read_cursor(cursor, "relevance")


def test_a_passage_is_plain_text_in_pieces() -> None:
    assert passage(f"de {MARK}trein{UNMARK} staat") == (Piece("de "), Piece("trein", True), Piece(" staat"))
    assert passage(f"{MARK}<b>{UNMARK}<script>") == (Piece("<b>", True), Piece("<script>"))


def test_a_word_without_an_end_is_cut() -> None:
    assert passage(f"a {MARK}{'x' * 100_000}{UNMARK}") == (Piece("a "), Piece("x" * (LONGEST - 3), True))


@pytest.mark.parametrize("text", [f"{UNMARK}a{MARK}", f"{MARK}{MARK}a{UNMARK}", MARK, UNMARK, f"a{UNMARK}{UNMARK}b"])
def test_marks_that_were_in_the_text_do_no_harm(text: str) -> None:
    joined = "".join(piece.text for piece in passage(text))
    assert joined == text.replace(MARK, "").replace(UNMARK, "")


def answer(count: int) -> dict[str, Any]:
    """A small answer of Elasticsearch 9.5, as captured."""
    hits = [
        {
            "_source": {
                "id": f"m{n}",
                "type": "mention.classified",
                "text": "trein",
                "appended_at": "2026-11-22T12:00:00Z",
            },
            "sort": [2.0, 1, f"m{n}"],
            "highlight": {"text": [f"de {MARK}trein{UNMARK}"]},
        }
        for n in range(count)
    ]
    facet = {"doc_count": 3, "values": {"buckets": [{"key": "mastodon", "doc_count": 2}, {"key": "-", "doc_count": 1}]}}
    return {"hits": {"total": {"value": 3, "relation": "eq"}, "hits": hits}, "aggregations": {"source": facet}}


def test_a_page_has_a_cursor_only_when_there_may_be_more() -> None:
    request = SearchRequest(teams=("a",), q="trein", size=2)
    full, last = search_page(request, answer(2)), search_page(request, answer(1))
    assert full.next is not None
    assert read_cursor(full.next, "relevance") == [2.0, 1, "m1"]
    assert last.next is None


def test_the_api_gives_the_mention_as_it_is_and_its_passages() -> None:
    page = page_json(search_page(SearchRequest(teams=("a",), size=2), answer(1)))
    assert page["total"] == 3
    assert page["hits"][0]["mention"] == {"id": "m0", "type": "mention.classified", "text": "trein"}
    assert page["hits"][0]["highlights"]["text"] == [[{"text": "de ", "hit": False}, {"text": "trein", "hit": True}]]
    assert page["facets"]["source"] == [{"value": "mastodon", "count": 2}, {"value": "-", "count": 1}]


def test_no_index_yet_is_an_empty_page() -> None:
    nothing = {"hits": {"total": {"value": 0, "relation": "eq"}, "hits": []}}
    page = search_page(REQUEST, nothing)
    assert (page.total, page.hits, page.next) == (0, (), None)
