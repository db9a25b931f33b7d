"""Mentions over HTTP: taken as a whole or refused as a whole, acknowledged only once Kafka has them."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.contracts.ids import mention_id
from services.contracts.topics import MENTIONS_RAW
from services.ingest.app import build_app
from services.ingest.board import Board
from services.ingest.http.context import Context
from services.ingest.settings import IngestSettings
from services.ingest.store import Store
from services.runtime.health import Health
from services.runtime.messages import Outgoing
from services.runtime.producer import SendError
from services.runtime.web.identity import SCOPES, Role, Scope, issue_token
from services.runtime.webhooks import signed_headers

NOW = datetime.now(UTC).replace(microsecond=0)
KEY = "k" * 40
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
MENTION = {"source_id": "t-1", "author": {"id": "ann"}, "text": "Hoi", "created_at": "2026-05-01T09:30:00Z"}


class Kafka:
    """Keeps what is sent; `down` makes it refuse."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.down = False

    def submit(self, messages: Sequence[Outgoing]) -> "Future[None]":
        future: Future[None] = Future()
        if self.down:
            future.set_exception(SendError("no broker"))
        else:
            self.sent += messages
            future.set_result(None)
        return future


class Teams:
    def __init__(self) -> None:
        self.names: frozenset[str] | None = frozenset({"care", "press"})

    def known(self) -> frozenset[str] | None:
        return self.names


class Ingest:
    """The app with fakes behind it."""

    def __init__(self, store: Store) -> None:
        self.kafka, self.teams, self.health = Kafka(), Teams(), Health()
        self.settings = IngestSettings.model_validate(
            {
                "ingest_max_body": 50_000,
                "ingest_sources": [
                    {
                        "kind": "webhook",
                        "name": "square",
                        "team": "care",
                        "teams": ["press"],
                        "secret": [SECRET, OLD_SECRET],
                        "monitor": "brand",
                        "deliver_url": "http://127.0.0.1:1/replies",
                    },
                    {"kind": "feed", "name": "news", "team": "press", "url": "http://127.0.0.1:1/feed"},
                ],
            }
        )
        secrets = {"square": (SECRET, OLD_SECRET)}
        context = Context(
            self.settings, KEY, secrets, self.kafka, self.teams, Board(store), store, self.health, lambda: NOW
        )
        self.app = build_app(context)
        self.client = TestClient(self.app)
        self.store = store

    def post(self, data: Any, token: str | None = None, **headers: str) -> Any:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        bearer = {"Authorization": f"Bearer {token or a_token()}"}
        return self.client.post("/v1/mentions", content=body, headers=bearer | headers)

    def hook(self, data: Any, secret: str = SECRET, at: datetime = NOW, source: str = "square") -> Any:
        body = json.dumps(data).encode()
        headers = signed_headers(secret, "msg-1", int(at.timestamp()), body)
        return self.client.post(f"/v1/hooks/{source}", content=body, headers=headers)


def a_token(teams: Sequence[str] = ("care",), scopes: Sequence[Scope] = SCOPES, key: str = KEY) -> str:
    held: dict[str, Role] = dict.fromkeys(teams, "agent")
    return issue_token(key, "crm", held, frozenset(scopes), NOW, timedelta(hours=1))


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    with Store(tmp_path) as store:
        yield Ingest(store)


def is_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    return body


def test_one_mention_is_answered_with_its_id_and_is_on_the_topic(ingest: Ingest) -> None:
    response = ingest.post(MENTION)
    assert response.status_code == 202
    assert response.json() == {"ids": [mention_id("care", "api", "t-1")]}
    (sent,) = ingest.kafka.sent
    assert (sent.topic, sent.key) == (MENTIONS_RAW, "t-1")


def test_a_list_is_answered_in_its_order_and_a_repeat_in_it_is_sent_once(ingest: Ingest) -> None:
    again = MENTION | {"text": "Hoi!"}
    response = ingest.post([MENTION, MENTION | {"source_id": "t-2"}, again])
    first, second = mention_id("care", "api", "t-1"), mention_id("care", "api", "t-2")
    assert response.json() == {"ids": [first, second, first]}
    assert {one.message.id: one.message.text for one in ingest.kafka.sent} == {first: "Hoi!", second: "Hoi"}  # type: ignore[union-attr]


def test_an_empty_list_is_nothing_to_do(ingest: Ingest) -> None:
    assert ingest.post([]).json() == {"ids": []}


def test_one_wrong_mention_refuses_all_and_each_error_says_where(ingest: Ingest) -> None:
    wrong = [
        MENTION,
        MENTION | {"created_at": "2026-05-01T09:30:00"},
        MENTION | {"version": 9},
        MENTION | {"team": "nope"},
    ]
    body = is_problem(ingest.post(wrong, a_token(["care", "nope"])), 422, "invalid")
    # The first names no team, and this token is for two.
    assert [(one["index"], one["field"], one["code"]) for one in body["errors"]] == [
        (0, "team", "invalid"),
        (1, "created_at", "invalid"),
        (2, "version", "unknown_version"),
        (3, "team", "unknown_team"),
    ]
    assert body["error_count"] == 4
    assert ingest.kafka.sent == []


def test_a_team_of_others_is_refused(ingest: Ingest) -> None:
    body = is_problem(ingest.post(MENTION | {"team": "press"}), 422, "invalid")
    assert body["errors"][0]["message"] == "is not a team that you may write for"


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ("nonsense", 401),
        (a_token(key="x" * 40), 401),
        (a_token(scopes=["read"]), 403),
        (a_token(teams=[]), 403),
    ],
)
def test_who_may_not_write_is_turned_away(ingest: Ingest, token: str, status: int) -> None:
    assert ingest.post(MENTION, token).status_code == status
    assert ingest.kafka.sent == []


def test_without_a_token_the_answer_says_how(ingest: Ingest) -> None:
    response = ingest.client.post("/v1/mentions", json=MENTION)
    is_problem(response, 401, "not_logged_in")
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_malformed_json_is_refused_with_its_place(ingest: Ingest) -> None:
    body = is_problem(ingest.post(b'[{"text": "a"},\n {"text": }]'), 400, "not_json")
    assert (body["line"], body["column"]) == (2, 11)
    assert "line 2 column 11" in body["detail"]


@pytest.mark.parametrize("body", [b"", b"NaN", b"[" * 5000, b'{"a":1}{"a":1}', b'"\\ud800"'])
def test_what_is_not_json_is_refused(ingest: Ingest, body: bytes) -> None:
    is_problem(ingest.post(body), 400, "not_json")


def test_invalid_utf8_is_refused_with_its_place(ingest: Ingest) -> None:
    assert is_problem(ingest.post(b'{"text": "\xff"}'), 400, "not_utf8")["position"] == 10


def test_more_than_a_thousand_mentions_are_too_many(ingest: Ingest) -> None:
    is_problem(ingest.post([0] * 1001), 422, "too_many")


def test_many_wrong_mentions_give_a_bounded_answer(ingest: Ingest) -> None:
    body = is_problem(ingest.post([0] * 1000), 422, "invalid")
    assert (len(body["errors"]), body["error_count"]) == (100, 1000)


def test_kafka_down_is_told_with_when_to_come_back(ingest: Ingest) -> None:
    ingest.kafka.down = True
    response = ingest.post(MENTION)
    is_problem(response, 503, "unavailable")
    assert response.headers["retry-after"] == "5"


def test_before_the_teams_are_known_nothing_is_taken(ingest: Ingest) -> None:
    ingest.teams.names = None
    response = ingest.post(MENTION)
    is_problem(response, 503, "starting")
    assert response.headers["retry-after"] == "5"


def test_a_body_that_says_it_is_too_large_is_refused_unread(ingest: Ingest) -> None:
    response = ingest.post(b"x" * 50_001)
    is_problem(response, 413, "too_large")
    assert response.headers["connection"] == "close"


def test_a_body_of_unsaid_length_is_cut_off(ingest: Ingest) -> None:
    """20 MB in chunks, without a length: no more is read than the limit and the chunk that went over it."""
    chunks = 0

    async def receive() -> dict[str, Any]:
        nonlocal chunks
        chunks += 1
        return {"type": "http.request", "body": b"x" * 10_000, "more_body": chunks < 2_000}

    started: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        started.append(message)

    headers = [(b"authorization", f"Bearer {a_token()}".encode()), (b"transfer-encoding", b"chunked")]
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "path": "/v1/mentions", "raw_path": b"/v1/mentions",
        "root_path": "", "scheme": "http", "query_string": b"", "headers": headers, "server": ("test", 80),
    }  # fmt: skip
    asyncio.run(ingest.app(scope, receive, send))  # type: ignore[arg-type]  # plain dicts are ASGI messages
    assert started[0]["status"] == 413
    assert chunks == 6


def test_the_callers_trace_goes_on(ingest: Ingest) -> None:
    ingest.post(MENTION, traceparent=TRACE)
    ingest.post(MENTION, traceparent="rubbish")
    mine, fresh = (one.headers["traceparent"] for one in ingest.kafka.sent)
    assert mine.split("-")[1] == TRACE.split("-")[1]
    assert mine != TRACE
    assert len(fresh) == 55
    assert TRACE.split("-")[1] not in fresh


def test_a_signed_webhook_is_taken_for_its_source_and_team(ingest: Ingest) -> None:
    response = ingest.hook({"mentions": [MENTION, MENTION | {"source_id": "t-2", "team": "press"}]})
    assert response.status_code == 202
    assert response.json()["ids"] == [mention_id("care", "square", "t-1"), mention_id("press", "square", "t-2")]
    assert {one.message.monitor for one in ingest.kafka.sent} == {"brand"}  # type: ignore[union-attr]


def test_a_webhook_may_be_one_mention_and_signed_with_the_old_secret(ingest: Ingest) -> None:
    assert ingest.hook(MENTION, OLD_SECRET).status_code == 202


@pytest.mark.parametrize(
    ("secret", "at"),
    [("whsec_" + "B" * 32, NOW), (SECRET, NOW - timedelta(minutes=6)), (SECRET, NOW + timedelta(minutes=6))],
)
def test_a_webhook_that_is_forged_or_old_is_refused(ingest: Ingest, secret: str, at: datetime) -> None:
    is_problem(ingest.hook(MENTION, secret, at), 401, "bad_signature")
    assert ingest.kafka.sent == []


def test_a_webhook_without_a_signature_or_source_is_refused(ingest: Ingest) -> None:
    is_problem(ingest.client.post("/v1/hooks/square", json=MENTION), 401, "bad_signature")
    is_problem(ingest.hook(MENTION, source="other"), 404, "unknown_source")
    is_problem(ingest.hook(MENTION, source="news"), 404, "unknown_source")


def test_a_webhook_speaks_for_itself_only(ingest: Ingest) -> None:
    ingest.teams.names = frozenset({"care", "press", "legal"})
    wrong = [MENTION | {"source": "other"}, MENTION | {"team": "legal"}]
    body = is_problem(ingest.hook(wrong), 422, "invalid")
    assert [one["field"] for one in body["errors"]] == ["source", "team"]


def test_sources_are_shown_to_their_teams_with_how_they_fare(ingest: Ingest) -> None:
    ingest.store.save_cursor("news", {"etag": '"1"', "modified": "", "seen": ["a", "b"]})
    ingest.hook(MENTION, "whsec_" + "B" * 32)

    def sources(token: str, query: str = "") -> Any:
        return ingest.client.get(f"/v1/sources{query}", headers={"Authorization": f"Bearer {token}"})

    both = sources(a_token(["care", "press"])).json()
    news, square = both["sources"]
    assert news["cursor"] == {"etag": '"1"', "modified": "", "seen": 2}
    assert (news["state"], news["last_success"]) == ("waiting", None)
    assert square["state"] == "failing"
    assert "does not match" in square["last_error"]["detail"]
    assert [one["name"] for one in sources(a_token(["care"])).json()["sources"]] == ["square"]
    first = sources(a_token(["press"]), "?limit=1").json()
    assert ([one["name"] for one in first["sources"]], first["next"]) == (["news"], "news")
    second = sources(a_token(["press"]), "?limit=1&after=news").json()
    assert ([one["name"] for one in second["sources"]], second["next"]) == (["square"], None)
    assert sources(a_token(scopes=["mentions:write"])).status_code == 403
    is_problem(sources(a_token(), "?limit=0"), 422, "invalid")
    ingest.hook(MENTION)
    assert sources(a_token()).json()["sources"][0]["state"] == "ok"


def test_health_says_what_is_missing(ingest: Ingest) -> None:
    assert ingest.client.get("/health/ready").json() == {"status": "ok"}
    ingest.health.add("teams", lambda: "still reading")
    response = ingest.client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["missing"] == ["teams: still reading"]
    assert ingest.client.get("/health/live").status_code == 200
    assert "webcare_mentions_collected_total" in ingest.client.get("/metrics").text


def test_what_is_not_there_is_a_problem_too(ingest: Ingest) -> None:
    is_problem(ingest.client.get("/nowhere"), 404, "not_found")
    is_problem(ingest.client.get("/v1/mentions"), 405, "method_not_allowed")


def test_the_openapi_document_resolves(ingest: Ingest) -> None:
    document = ingest.client.get("/openapi.json").json()
    text = json.dumps(document)
    assert set(document["paths"]) >= {"/v1/mentions", "/v1/hooks/{source}", "/v1/sources"}
    for reference in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert reference in document["components"]["schemas"]
