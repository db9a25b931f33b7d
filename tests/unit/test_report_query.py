"""How what people type is understood: one line of the language each."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.report.domain.hits import search_page
from services.report.domain.offers import best, candidates, spellings, wanted
from services.report.domain.query import MAX_TERMS, parse
from services.report.domain.query_body import moment, query_body
from services.report.domain.saving import as_query
from services.report.domain.search import SearchRequest, search_body

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONE = "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  trein   vertraagd ", "trein vertraagd"),
        ("trein - bus", "trein bus"),
        ("--bus", "-bus"),
        ("NOT bus", "-bus"),
        ("e-mail", "e-mail"),
        ("* + ~", ""),
        ("a\x00b\nc\u202ed", "a b c d"),
        ("trein | bus", "trein OR bus"),
        ("trein OF bus EN tram", "trein OR bus tram"),
        ("OR trein OR", "trein"),
        ("a (b OR c) d", "a b OR c d"),
        ("(a b) OR c", "(a b) OR c"),
        ("-(a OR b)", "-(a OR b)"),
        ("„op tijd”", '"op tijd"'),
        ('"open', '"open"'),
        ("(a (b", "a b"),
        ("vertrag*", "vertrag*"),
        ("+trein", "trein"),
        ("bron:Mastodon", "source:mastodon"),
        ("source:mastodon,bluesky", "source:mastodon,bluesky"),
        ("Sentiment:NEGATIEF", "sentiment:negative"),
        ("urgentie:hoog,kritiek", "urgency:high,critical"),
        ("is:zaak", "is:case"),
        ("heeft:link", "has:link"),
        ('van:"Jan  de Vries"', 'author:"Jan de Vries"'),
        ("na:7d", "after:7d"),
        ("na:gisteren", "after:1d"),
        ("voor:1-11-2026", "before:2026-11-01"),
        ("sentiment:boos", "sentiment:boos"),
        ("https://ns.nl/a?b=c", "https://ns.nl/a?b=c"),
    ],
)
def test_what_people_type_is_read_as(typed: str, read: str) -> None:
    assert parse(typed).normal == read


@pytest.mark.parametrize(
    ("typed", "hints"),
    [
        ("trein", []),
        ("https://ns.nl", []),
        ("om 10:30", []),
        ("foo:bar", [("unknown_field", "foo")]),
        ("sentiment:boos", [("unknown_value", "sentiment:boos")]),
        ("na:99-99-2026", [("unknown_value", "na:99-99-2026")]),
        ("bron:", [("empty_field", "bron")]),
        ('"open', [("open_quote", "")]),
        ("(open", [("open_group", "")]),
        ("dicht)", [("extra_close", "")]),
        ("a " * (MAX_TERMS + 1), [("cut", "")]),
    ],
)
def test_what_was_read_otherwise_is_said(typed: str, hints: list[tuple[str, str]]) -> None:
    assert [(one.code, one.about) for one in parse(typed).hints] == hints


def test_days_are_those_of_the_teams_clock() -> None:
    assert moment("2026-11-01", NOW, ZONE).isoformat() == "2026-10-31T23:00:00+00:00"
    assert moment("0d", NOW, ZONE).isoformat() == "2026-11-21T23:00:00+00:00"
    assert moment("12h", NOW, ZONE).isoformat() == "2026-11-22T00:00:00+00:00"
    assert moment("9999w", NOW, ZONE) < datetime(1900, 1, 1, tzinfo=UTC)


def test_a_field_is_a_term_and_never_a_query_string() -> None:
    assert query_body(parse("taal:nl").node, NOW, ZONE) == {"terms": {"classification.language.code": ["nl"]}}
    assert query_body(parse("is:bericht").node, NOW, ZONE) == {"terms": {"type": ["mention.classified"]}}
    excluded = query_body(parse("-owner:anouk").node, NOW, ZONE)
    assert excluded == {"bool": {"must_not": [{"terms": {"owner": ["anouk"]}}]}}


def test_only_who_asks_for_more_than_mentions_gets_more() -> None:
    assert SearchRequest(teams=("a",), q="trein").families == ("mentions",)
    for wide in (
        SearchRequest(teams=("a",), q="is:case"),
        SearchRequest(teams=("a",), everything=True),
        SearchRequest(teams=("a",), chosen={"is": ("note",)}),
    ):
        assert set(wide.families) == {"mentions", "cases", "messages"}


def test_whoever_may_not_read_notes_excludes_them() -> None:
    scope = search_body(SearchRequest(teams=("a",), q="is:note", notes=False))["query"]["bool"]["filter"]
    assert {"bool": {"must_not": [{"term": {"type": "note"}}]}} in scope


def test_a_document_says_what_it_is() -> None:
    hits = [
        {"_source": {"id": kind, "type": kind}, "sort": [1, "x"]} for kind in ("mention.classified", "reply", "case")
    ]
    page = search_page(SearchRequest(teams=("a",)), {"hits": {"total": {"value": 3}, "hits": hits}})
    assert [one.kind for one in page.hits] == ["mention", "reply", "case"]


def test_offers_are_other_words_and_one_condition_less() -> None:
    request = SearchRequest(teams=("a",), q="vertragign sentiment:negatief", chosen={"source": ("rss",)})
    assert wanted(request.query.node) == ["vertragign"]
    answer: Any = {"suggest": {"0": [{"options": [{"text": "vertraging"}, {"text": "vertragingen"}]}]}}
    offers = candidates(request, spellings(request, answer))
    assert [(one.kind, one.about) for one in offers] == [
        ("spelling", "vertraging sentiment:negative"),
        ("spelling", "vertragingen sentiment:negative"),
        ("keyboard", "vertrqgign sentiment:negative"),
        ("similar", "vertragign sentiment:negative"),
        ("without", "vertragign"),
        ("without", "sentiment:negative"),
        ("without", "source:rss"),
    ]
    found = best(offers, [0, 0, 0, 2, 0, 31, 4])
    assert [(one.kind, one.count) for one in found] == [("similar", 2), ("without", 31), ("without", 4)]
    assert best(offers, [0] * 7) == ()


def test_what_is_excluded_is_not_spelled_otherwise() -> None:
    assert wanted(parse("trein -bus (tram OR metro) vertrag*").node) == ["trein", "tram", "metro"]


def test_a_search_is_kept_with_its_filters_as_one_text() -> None:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    request = SearchRequest(
        teams=("a",), q="trein", chosen={"sentiment": ("negative",), "topic": ("-",)}, author="Jan", since=since
    )
    kept = as_query(request)
    assert kept == 'trein sentiment:negative author:"Jan" after:2026-11-01'
    assert parse(kept).normal == kept
