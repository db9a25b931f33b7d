"""Search on the real Elasticsearch, through the API: what people type, what they find, and what they must never see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.testclient import TestClient

from services.report.app import build_app
from services.report.elastic import ElasticRefusedError
from services.report.writer import Writer
from services.runtime.web.identity import Identity
from tests.support.engines import Engines
from tests.unit.test_report_samples import (
    NOW,
    TEAM,
    case_event,
    counts,
    from_event,
    from_mention,
    from_message,
    indices,
    mention,
    refresh,
)

pytestmark = pytest.mark.engines

TEXTS = {
    1: ("De treinen hadden weer vertraging bij Zoetermeer", "nl"),
    2: ("De trein reed vandaag op tijd, complimenten!", "nl"),
    3: ("The delayed trains were delaying everybody", "en"),
    4: ('<script>alert("x")</script> storing & <b>ellende</b> in de trein', "nl"),
    5: ("Wat kost een Café crème op het perron?", "nl"),
    6: ("C++ cursus 50% korting: zie https://example.org/a?b=c#d :-) 😡", "nl"),
    7: ("Mijn rugzak ligt nog in de bus naar Delft", "nl"),
    8: ("\ue000trein\ue001 met vreemde tekens", "nl"),
}
HIDDEN = 99
WRITTEN = {1: "Wij zoeken het uit, excuses", 2: "Klant is al drie keer gebeld", 3: "Dit blijft geheimzinnig gebeld"}


def said(number: int, name: str, text: str) -> dict[str, Any]:
    """A message of ours as an event carries it."""
    kind = "note" if name == "NoteAdded" else "reply"
    return {"kind": kind, "id": mention(900 + number).id, "at": NOW.isoformat(), "author": "anouk", "text": text}


class OneSession:
    """Everybody is the same person."""

    def __init__(self) -> None:
        self.identity = Identity("anouk", "Anouk", {TEAM: "lead", "bus": "agent"}, csrf="c" * 32, language="nl")

    def find(self, cookie: str, now: datetime) -> Identity | None:
        return self.identity if cookie == "good" and now else None


@pytest.fixture(scope="module")
def sessions() -> OneSession:
    return OneSession()


@pytest.fixture(scope="module")
def client(engines: Engines, sessions: OneSession) -> Iterator[TestClient]:
    with indices(engines.elasticsearch_url, f"search-{uuid4().hex[:8]}-", signing_key="k" * 40) as (
        settings,
        elastic,
        store,
    ):
        documents = [
            from_mention(
                mention(
                    n,
                    text,
                    language=language,
                    sentiment="negative" if n == 1 else "neutral",
                    topics=["delay"] if n in (1, 3) else [],
                    source="bluesky" if n == 3 else "mastodon",
                    created_at=(NOW - timedelta(hours=n)).isoformat(),
                ),
                n,
            )
            for n, (text, language) in TEXTS.items()
        ]
        documents.append(from_mention(mention(HIDDEN, "geheime trein", team="geheim"), 99))
        documents.append(from_mention(mention(50, "bus naar Delft", team="bus", created_at="2013-05-01T10:00:00Z"), 50))
        documents += [from_event(case_event(n, topics=[], title=f"Zaak {n}", tags=["vip"])) for n in (1, 2, 3)]
        for n, (name, team) in enumerate([("ReplySubmitted", TEAM), ("NoteAdded", TEAM), ("NoteAdded", "geheim")], 1):
            written = {"note" if name == "NoteAdded" else "reply": said(n, name, WRITTEN[n])}
            documents.append(from_message(case_event(n, name, 2, team=team, messages=[], event=written)))
        Writer(elastic, store).write(documents, store.read().generations.written)
        refresh(elastic, store)
        app = build_app(settings, sessions, lambda _team: None, clock=lambda: NOW, elastic=elastic)
        yield TestClient(app, cookies={"webcare_session": "good"})


def search(client: TestClient, q: str = "", **more: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/search", params={"q": q, "size": 100, **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def found(client: TestClient, q: str = "", **more: Any) -> set[int]:
    return {int(one["mention"]["source_id"]) for one in search(client, q, **more)["hits"]}


@pytest.mark.parametrize(
    ("q", "numbers"),
    [
        ("trein", {1, 2, 4, 8}),
        ("treinen", {1, 2, 4, 8}),
        ("TREIN", {1, 2, 4, 8}),
        ("vertraging trein", {1}),
        ("train", {3}),
        ("delay", {3}),
        ("cafe creme", {5}),
        ("Café", {5}),
        ('"op tijd"', {2}),
        ('"tijd op"', set()),
        ("trein -vertraging", {2, 4, 8}),
        ("-trein", {3, 5, 6, 7, 50}),
        ("vertrag*", {1}),
        ("rugzak | cursus", {6, 7}),
        ("rugzak OF cursus", {6, 7}),
        ("trein -(vertraging OR tijd)", {4, 8}),
        ("sentiment:negatief", {1}),
        ("bron:bluesky", {3}),
        ("taal:engels trains", {3}),
        ("onderwerp:delay -lang:en", {1}),
        ('auteur:"Noor" heeft:link', {6}),
        ("voor:1-1-2020", {50}),
        ("na:2u", {1, 2}),
        ("trein (vertraging", {1}),
        ("crèm*", {5}),
        ("zoek:trein", set()),
        ("bus", {7, 50}),
        ("Noor", {*TEXTS, 50}),
        ("xyzzy", set()),
    ],
)
def test_words_phrases_stems_and_exclusions(client: TestClient, q: str, numbers: set[int]) -> None:
    assert found(client, q) == numbers


HOSTILE = [
    *"\"'\\()+-|*?~^:{}[]/!",
    *(
        "((((((((((",
        "))))",
        '"""""',
        "--",
        "- -",
        "||",
        "**",
        "~2",
        "^2",
        "a:b",
        "text:*",
        "_exists_:team",
        "team:geheim",
    ),
    *("[1 TO *]", "/.*/", "//", "!!", "&&", "AND", "OR", "NOT", "AND AND", "a AND", "\\\\", '\\"', '"a', 'a"', '"a"~'),
    *('"a b"~99999999999999', "a~99999999999", "a~-1", "a^", "C++", "50%", "#ns", "@ns", "e-mail", "<b>", "&lt;", "😡"),
    *("\u202e", "\x00", "ＡＢＣ", "日本語", "\ue000", "%00", "${jndi:ldap://x}", "'; DROP TABLE mentions; --"),
    *('{"match_all":{}}', "(a | b) + (c -d", "-(-(-(a", "a* b* c* d*", "*a*", '"!!" trein', "a" * 2000, "a " * 1000),
    *(
        "(" * 300 + "a" + ")" * 300,
        "-" * 400,
        '"' * 399,
        "a~2 " * 60,
        "\n\r\t",
        " ",
        "0",
        "-1",
        "1e999",
        "null",
        "true",
    ),
]


@pytest.mark.parametrize("q", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_people_type_breaks_the_search_or_leaves_their_teams(client: TestClient, q: str) -> None:
    answer = client.get("/api/v1/search", params={"q": q, "size": 100})
    assert answer.status_code == 200, answer.text
    assert HIDDEN not in {int(one["mention"]["source_id"]) for one in answer.json()["hits"]}
    assert client.get("/search", params={"q": q}).status_code == 200


def test_a_hit_in_any_analyzer_is_highlighted_as_plain_pieces(client: TestClient) -> None:
    [one] = search(client, "ellende")["hits"]
    [passage] = one["highlights"]["text"]
    assert [piece["text"] for piece in passage if piece["hit"]] == ["ellende"]
    assert "".join(piece["text"] for piece in passage) == TEXTS[4][0]
    stemmed = next(one for one in search(client, "trein")["hits"] if one["mention"]["source_id"] == "1")
    assert {"text": "treinen", "hit": True} in stemmed["highlights"]["text"][0]


def test_the_page_escapes_what_people_wrote(client: TestClient) -> None:
    page = client.get("/search", params={"q": "ellende"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert '<mark class="hit">ellende</mark>' in page


def test_filters_and_their_counts(client: TestClient) -> None:
    page = search(client, source="mastodon", topic="delay")
    assert {one["mention"]["source_id"] for one in page["hits"]} == {"1"}
    assert counts(page["facets"]["source"]) == {"mastodon": 1, "bluesky": 1}, "as if the source were not chosen"
    assert counts(page["facets"]["sentiment"]) == {"negative": 1}
    assert found(client, topic=["delay", "-"]) == {*TEXTS, 50}
    assert found(client, sentiment="negative") == {1}
    assert found(client, language="en") == {3}
    assert found(client, author="noor@mastodon.example", team=TEAM) == set(TEXTS)


def test_a_period_is_of_whole_days_on_the_clock_or_of_moments(client: TestClient) -> None:
    assert found(client, **{"from": "2013-05-01", "to": "2013-05-01"}) == {50}
    assert found(client, to="2020-01-01") == {50}
    since = (NOW - timedelta(hours=2)).isoformat()
    assert found(client, **{"from": since}) == {1, 2}


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "reach", "urgency"])
@pytest.mark.parametrize("q", ["", "trein"])
def test_the_cursor_gives_every_mention_once(client: TestClient, sort: str, q: str) -> None:
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = client.get("/api/v1/search", params={"q": q, "sort": sort, "size": 3, "after": after}).json()
        seen += [one["mention"]["id"] for one in page["hits"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == search(client, q)["total"]


def test_what_is_not_theirs_is_not_there(client: TestClient, sessions: OneSession) -> None:
    hidden, mine = mention(HIDDEN, team="geheim").id, mention(1).id
    assert client.get(f"/api/v1/mentions/{hidden}").status_code == 404
    assert client.get(f"/api/v1/mentions/{mine}").json()["text"] == TEXTS[1][0]
    assert client.get("/api/v1/search", params={"team": "geheim"}).status_code == 403
    assert "geheim" not in counts(search(client)["facets"]["team"])
    assert client.get("/api/v1/reports/overview", params={"team": "geheim"}).status_code == 403
    before, sessions.identity = sessions.identity, replace(sessions.identity, teams={})
    try:
        assert found(client) == set()
    finally:
        sessions.identity = before


@pytest.mark.parametrize(
    "params",
    [{"after": "x"}, {"from": "gisteren"}, {"to": "2026-01-01T00:00:00"}, {"sort": "x"}, {"size": 0}, {"size": 1e9}],
)
def test_what_makes_no_sense_is_a_problem(client: TestClient, params: dict[str, Any]) -> None:
    answer = client.get("/api/v1/search", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_stranger_gets_nothing(client: TestClient) -> None:
    for path in ("/api/v1/search", "/api/v1/reports/overview", "/api/v1/mentions/x"):
        assert httpx.Client(transport=client._transport, base_url="http://test").get(path).status_code == 401


def test_the_report_counts_what_search_finds(client: TestClient) -> None:
    report = client.get("/api/v1/reports/overview", params={"team": TEAM, "days": 30}).json()
    assert report["total"]["volume"]["count"] == search(client, team=TEAM)["total"] == len(TEXTS)
    assert report["total"]["volume"]["negative"] == 1
    assert report["total"]["response"]["cases"] == 3
    assert {one["key"]: one["volume"]["count"] for one in report["by"]["topic"]} == {"-": 6, "delay": 2}
    rows = client.get("/api/v1/reports/cases", params={"team": TEAM, "size": 2}).json()
    assert (rows["total"], len(rows["cases"])) == (3, 2)
    more = client.get("/api/v1/reports/cases", params={"team": TEAM, "size": 2, "after": rows["next"]}).json()
    assert len({one["id"] for one in [*rows["cases"], *more["cases"]]}) == 3


def test_a_write_never_makes_an_index(engines: Engines) -> None:
    with indices(engines.elasticsearch_url, f"auto-{uuid4().hex[:8]}-") as (_, elastic, store):
        index = store.names.index("mentions", "2026.11", 1)
        with pytest.raises(ElasticRefusedError) as refused:
            elastic.request("PUT", f"/{index}/_doc/1", {"id": "1"})
        assert refused.value.kind == "index_not_found_exception"


def kinds(client: TestClient, q: str = "", **more: Any) -> list[tuple[str, str]]:
    """What is found of every kind: its kind, and its text or title."""
    every = {"is": ["mention", "case", "reply", "note"]} | more
    hits = search(client, q, **every)["hits"]
    return sorted((one["is"], one["document"].get("text") or one["document"]["title"]) for one in hits)


def test_replies_notes_and_cases_are_found_when_they_are_asked_for(client: TestClient) -> None:
    assert kinds(client, "gebeld") == [("note", WRITTEN[2])]
    assert kinds(client, "is:antwoord") == [("reply", WRITTEN[1])]
    assert kinds(client, "is:case tag:vip") == [("case", f"Zaak {n}") for n in (1, 2, 3)]
    assert kinds(client, "auteur:anouk") == [("note", WRITTEN[2]), ("reply", WRITTEN[1])]
    assert search(client, "gebeld")["total"] == 0, "who does not ask for them gets mentions, as before"
    assert search(client, "is:notitie")["hits"][0]["mention"] is None
    facets = client.get("/api/v1/search", params={"is": ["note", "case"]}).json()["facets"]
    assert counts(facets["is"]) == {"mention": 9, "case": 3, "reply": 1, "note": 1}
    assert counts(facets["status"]) == {"open": 3}


def test_nobody_finds_what_another_team_wrote(client: TestClient, sessions: OneSession) -> None:
    assert kinds(client, "geheimzinnig") == []
    before, sessions.identity = sessions.identity, replace(sessions.identity, teams={"geheim": "viewer"})
    try:
        assert kinds(client, "geheimzinnig") == [("note", WRITTEN[3])]
        assert kinds(client, "excuses") == []
    finally:
        sessions.identity = before


def test_a_token_reads_no_notes(client: TestClient, sessions: OneSession) -> None:
    before, sessions.identity = sessions.identity, replace(sessions.identity, session=False)
    try:
        assert kinds(client, "is:note OR is:reply") == [("reply", WRITTEN[1])]
    finally:
        sessions.identity = before


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "reach", "urgency"])
def test_the_cursor_gives_every_document_of_every_kind_once(client: TestClient, sort: str) -> None:
    every: dict[str, Any] = {"is": ["mention", "case", "reply", "note"], "sort": sort}
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = client.get("/api/v1/search", params=every | {"size": 4, "after": after}).json()
        seen += [one["document"]["id"] for one in page["hits"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == search(client, **every)["total"] == 14


def test_the_page_leads_to_the_case_at_the_message(client: TestClient) -> None:
    page = client.get("/search", params={"q": "gebeld"}).text
    assert f"#m-{mention(902).id}" in page
    assert "/inbox?team=spoorlijn&amp;case=" in page


def offers(client: TestClient, q: str, **more: Any) -> list[tuple[str, str, int]]:
    return [(one["kind"], one["about"], one["count"]) for one in search(client, q, **more)["offers"]]


def test_nothing_found_comes_with_what_would_find_something(client: TestClient) -> None:
    assert ("spelling", "vertraging", 1) in offers(client, "vertragign")
    assert ("without", "after:1h", 1) in offers(client, "rugzak na:1u")
    assert ("without", "source:bluesky", 1) in offers(client, "rugzak", source="bluesky")
    assert ("keyboard", "cursus", 1) not in offers(client, "cursus"), "what finds something offers nothing"
    assert ("keyboard", "wat kost", 1) in offers(client, "zqt kost")
    assert offers(client, "xyzzyplugh") == []
    page = client.get("/search", params={"q": "vertragign"}).text
    assert "Bedoelde je: vertraging" in page


def test_words_of_other_teams_are_never_offered(client: TestClient) -> None:
    assert offers(client, "geheimzinig", **{"is": ["note"]}) == []
    assert offers(client, "geheime trien") == [] or all(
        "geheim" not in one[1] for one in offers(client, "geheime trien")
    )


def test_what_was_understood_is_said(client: TestClient) -> None:
    answer = search(client, "bron:mastodon foo:bar (trein")
    assert answer["read_as"] == "source:mastodon foo:bar trein"
    assert [one["code"] for one in answer["hints"]] == ["unknown_field", "open_group"]
