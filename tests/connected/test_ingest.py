"""Ingest as it runs, on a real Kafka: in by token, webhook and feed; out to a source, and the report of it."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.local import free_ports
from services.contracts.commands import ReportDelivery
from services.contracts.ids import delivery_id, mention_id
from services.contracts.outbox import OutboxItem
from services.contracts.teams import Person, ServiceLevel, TeamConfig, TeamConfiguration
from services.contracts.topics import DESK_COMMANDS, DESK_TEAMS, MENTIONS_RAW, OUTBOX_APPROVED, Topic, team_key
from services.ingest.main import run
from services.ingest.settings import IngestSettings
from services.runtime.follow import Followed, Follower
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer
from services.runtime.topics import create_topics
from services.runtime.web.identity import SCOPES, issue_token
from services.runtime.webhooks import signed_headers, verify

pytestmark = pytest.mark.engines

KEY = "k" * 40
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FEED = b"""<rss version="2.0"><channel><title>Nieuws</title><item><guid>n-1</guid><title>Storing</title>
<pubDate>Fri, 01 May 2026 11:00:00 GMT</pubDate><description>De trein rijdt niet</description></item></channel></rss>"""


class Outside:
    """The outside world: serves a feed, takes replies and keeps them."""

    def __init__(self) -> None:
        self.replies: Queue[tuple[dict[str, str], bytes]] = Queue()
        self.statuses = [200]
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer(200, FEED)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outside.replies.put(({name.lower(): value for name, value in self.headers.items()}, body))
                left = outside.statuses
                self.answer(left.pop(0) if len(left) > 1 else left[0], b'{"url": "https://square/1"}')

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


class Ingest:
    """The service in a thread, for a team of its own."""

    def __init__(self, bootstrap: str, data: Path, outside: Outside) -> None:
        self.team = f"team-{uuid4().hex[:12]}"
        self.square, self.feed = f"square-{uuid4().hex[:8]}", f"news-{uuid4().hex[:8]}"
        ports = free_ports(2)
        self.url = f"http://127.0.0.1:{ports[0]}"
        sources = [
            {
                "kind": "webhook", "name": self.square, "team": self.team, "secret": SECRET,
                "deliver_url": outside.url + "/replies",
            },
            {"kind": "feed", "name": self.feed, "team": self.team, "url": outside.url + "/feed", "every_seconds": 1},
        ]  # fmt: skip
        self.settings = IngestSettings.model_validate(
            {
                "kafka_bootstrap": bootstrap,
                "data": data,
                "signing_key": KEY,
                "slot": uuid4().hex[:8],
                "ingest_port": ports[0],
                "ingest_metrics_port": ports[1],
                "ingest_sources": sources,
            }
        )
        token = issue_token(KEY, "crm", {self.team: "agent"}, frozenset(SCOPES), datetime.now(UTC), timedelta(hours=1))
        self.http = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        self.stop, self.failure = threading.Event(), Queue[BaseException]()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            run(self.settings, self.stop)
        except BaseException as error:  # noqa: BLE001 - not swallowed: `end` raises it
            self.failure.put(error)

    def end(self) -> None:
        self.stop.set()
        self.thread.join(5)
        assert not self.thread.is_alive()
        assert self.failure.empty(), self.failure.get()


class Topics:
    """What arrives on some topics, from their beginning, to be awaited."""

    def __init__(self, settings: IngestSettings, *topics: Topic) -> None:
        self.records: list[Followed] = []
        self.news = threading.Condition()
        self.follower = Follower(settings, dict.fromkeys(topics, "beginning"), self.take)
        self.follower.start()

    def take(self, record: Followed) -> None:
        with self.news:
            self.records.append(record)
            self.news.notify_all()

    def awaiting(self, wanted: Callable[[Any], bool], seconds: float = 30) -> Followed:
        with self.news:
            assert self.news.wait_for(lambda: any(wanted(one.message) for one in self.records), seconds)
            return next(one for one in self.records if wanted(one.message))


def configuration(team: str) -> TeamConfiguration:
    level = ServiceLevel(id="all", first_response_minutes=60)
    config = TeamConfig(team=team, name="Care", people=(Person(id="bo", name="Bo"),), service_levels=(level,))
    return TeamConfiguration(team=team, revision=1, at=datetime.now(UTC), config=config)


def until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    pause = threading.Event()
    for _ in range(int(seconds / 0.1)):
        if condition():
            return
        pause.wait(0.1)
    pytest.fail(f"not in time: {what}")


def is_ready(ingest: Ingest) -> bool:
    try:
        return ingest.http.get("/health/ready").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    world = Outside()
    yield world
    world.server.shutdown()
    world.server.server_close()


@pytest.fixture(scope="module")
def ingest(engines: Any, outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingest]:
    service = Ingest(engines.bootstrap, tmp_path_factory.mktemp("ingest"), outside)
    create_topics(service.settings)
    with Producer(service.settings, "test") as producer:
        team = configuration(service.team)
        producer.send([Outgoing(DESK_TEAMS, team_key(service.team, "config", "current"), team)])
    service.thread.start()
    until(lambda: is_ready(service), "ingest is ready")
    yield service
    service.end()


@pytest.fixture(scope="module")
def topics(ingest: Ingest) -> Iterator[Topics]:
    seen = Topics(ingest.settings, MENTIONS_RAW, DESK_COMMANDS)
    yield seen
    seen.follower.stop()


def a_mention(source_id: str) -> dict[str, Any]:
    return {"source_id": source_id, "author": {"id": "ann"}, "text": "Hoi", "created_at": "2026-05-01T09:30:00Z"}


def test_a_mention_is_on_the_topic_once_it_is_answered(ingest: Ingest, topics: Topics) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    response = ingest.http.post(
        "/v1/mentions", json=a_mention("t-1"), headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    )
    assert response.status_code == 202
    (ident,) = response.json()["ids"]
    record = topics.awaiting(lambda message: message.id == ident)
    assert (record.topic, record.key) == (MENTIONS_RAW, "t-1")
    assert record.headers["traceparent"].split("-")[1] == trace
    assert record.headers["ce_id"] == ident


def test_a_signed_webhook_and_a_feed_are_on_the_topic_too(ingest: Ingest, topics: Topics) -> None:
    body = json.dumps({"mentions": [a_mention("w-1")]}).encode()
    headers = signed_headers(SECRET, "m-1", int(datetime.now(UTC).timestamp()), body)
    response = httpx.post(f"{ingest.url}/v1/hooks/{ingest.square}", content=body, headers=headers, timeout=30)
    assert response.status_code == 202
    for source, source_id in ((ingest.square, "w-1"), (ingest.feed, "n-1")):
        wanted = mention_id(ingest.team, source, source_id)
        assert topics.awaiting(lambda message, wanted=wanted: message.id == wanted).key == source_id  # type: ignore[misc]
    views = {one["name"]: one for one in ingest.http.get("/v1/sources").json()["sources"]}
    assert views[ingest.square]["state"] == views[ingest.feed]["state"] == "ok"


def test_an_approved_reply_is_delivered_after_a_failure_and_reported(
    ingest: Ingest, outside: Outside, topics: Topics
) -> None:
    outside.statuses = [503, 200]
    item = OutboxItem(
        id=str(uuid4()), team=ingest.team, case=str(uuid4()), source=ingest.square, conversation="w-1",
        in_reply_to="w-1", text="Beste Ann", sender="Care", person="bo", approved_by="bo", at=datetime.now(UTC),
    )  # fmt: skip
    with Producer(ingest.settings, "test") as producer:
        producer.send([Outgoing(OUTBOX_APPROVED, item.case, item)])
    first, second = (outside.replies.get(timeout=30) for _ in range(2))
    assert first[1] == second[1]
    assert json.loads(second[1])["text"] == "Beste Ann"
    assert second[0]["idempotency-key"] == item.id
    verify([SECRET], second[0], second[1], int(datetime.now(UTC).timestamp()))
    report = topics.awaiting(lambda message: message.id == delivery_id(item.id, "delivered"))
    assert isinstance(report.message, ReportDelivery)
    assert (report.key, report.message.url, report.message.case) == (ingest.team, "https://square/1", item.case)


@pytest.mark.parametrize("chunked", [True, False])
def test_twenty_megabytes_are_cut_off(ingest: Ingest, chunked: bool) -> None:
    host, port = ingest.url.removeprefix("http://").split(":")
    length = "Transfer-Encoding: chunked" if chunked else "Content-Length: 20000000"
    token = f"Authorization: {ingest.http.headers['authorization']}"
    head = f"POST /v1/mentions HTTP/1.1\r\nHost: x\r\n{token}\r\n{length}\r\n\r\n"
    piece = b"x" * 100_000
    wire = f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if chunked else piece
    taken = 0
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(head.encode())
        try:
            for _ in range(200):
                connection.sendall(wire)
                taken += 1
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        try:
            answer = connection.recv(4096)
        except OSError:
            answer = b""
    assert taken < 150
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413")


def test_concurrent_requests_share_their_sends(ingest: Ingest) -> None:
    def post(number: int) -> int:
        return ingest.http.post("/v1/mentions", json=a_mention(f"c-{number}")).status_code

    results: Queue[int] = Queue()
    threads = [threading.Thread(target=lambda n=n: results.put(post(n))) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [results.get() for _ in threads] == [202] * 30


def test_without_kafka_it_lives_says_what_is_missing_and_stops(tmp_path: Path, outside: Outside) -> None:
    (nobody,) = free_ports(1)
    service = Ingest(f"127.0.0.1:{nobody}", tmp_path, outside)
    service.thread.start()

    def answers() -> bool:
        try:
            return service.http.get("/health/live").status_code == 200
        except httpx.TransportError:
            return False

    until(answers, "it answers")
    missing = service.http.get("/health/ready").json()["missing"]
    assert any(one.startswith("teams") for one in missing)
    response = service.http.post("/v1/mentions", json=a_mention("t-1"))
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    service.end()
