"""Feeds become mentions; the cursor moves only after Kafka has acknowledged; a failing feed is waited out."""

import asyncio
import gzip
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from services.contracts.mentions import Mention
from services.ingest.board import Board, state_of
from services.ingest.sources.feed.collect import Feed
from services.ingest.sources.feed.entries import FeedError, read_feed
from services.ingest.sources.feed.settings import FeedSource
from services.ingest.sources.feed.text import plain_text
from services.ingest.store import Store
from services.runtime.backoff import retry_after
from services.runtime.messages import Outgoing
from services.runtime.producer import SendError

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ITEM = """<item><guid>{guid}</guid><title>Storing &amp; meer</title><link>https://news/{guid}</link>
<pubDate>Fri, 01 May 2026 11:00:00 +0200</pubDate>
<description>&lt;p&gt;De &lt;b&gt;trein&lt;/b&gt;&lt;/p&gt;
&lt;script&gt;alert(1)&lt;/script&gt;rijdt niet</description></item>"""


def rss(*guids: str) -> bytes:
    items = "".join(ITEM.format(guid=guid) for guid in guids)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Nieuws</title>{items}</channel></rss>'.encode()


ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><entry><id>urn:1</id>
<title type="html">A &lt;i&gt;b</title>
<updated>2027-01-01T00:00:00Z</updated><author><name>Ann</name></author><link href="javascript:alert(1)"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>one</p><p>two</p></div></content></entry></feed>"""


class World:
    """One feed with a source that answers as told and a Kafka."""

    def __init__(self, store: Store, answers: Callable[[httpx.Request], httpx.Response], **more: object) -> None:
        self.requests, self.sent, self.down = list[httpx.Request](), list[Mention](), False
        self.teams: frozenset[str] | None = frozenset({"care"})
        self.store, self.board = store, Board(store)

        def handle(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return answers(request)

        fields = {"kind": "feed", "name": "news", "team": "care", "url": "http://news/feed", "every_seconds": 60} | more
        self.source = FeedSource.model_validate(fields)
        client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
        self.feed = Feed(self.source, client, self, store, self.board, self, lambda: NOW, lambda: 0.0)

    def known(self) -> frozenset[str] | None:
        return self.teams

    def submit(self, messages: Sequence[Outgoing]) -> "Future[None]":
        future: Future[None] = Future()
        if self.down:
            future.set_exception(SendError("no broker"))
        else:
            self.sent += [one.message for one in messages if isinstance(one.message, Mention)]
            future.set_result(None)
        return future

    def step(self, failures: int = 0) -> tuple[int, float]:
        return asyncio.run(self.feed.step(failures))


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    return lambda answers, **more: World(Store(tmp_path), answers, **more)


def test_an_entry_becomes_an_article(world: Callable[..., World]) -> None:
    here = world(lambda _: httpx.Response(200, content=rss("n-1")), monitor="brand")
    assert here.step() == (0, 60)
    (mention,) = here.sent
    assert (mention.kind, mention.source, mention.team, mention.monitor) == ("article", "news", "care", "brand")
    assert (mention.source_id, mention.conversation, mention.url) == ("n-1", "n-1", "https://news/n-1")
    assert (mention.title, mention.author.name) == ("Storing & meer", "Nieuws")
    assert mention.text == "De trein\nrijdt niet"
    assert mention.created_at == datetime(2026, 5, 1, 9, tzinfo=UTC)


def test_only_what_is_new_is_sent_and_the_server_is_asked_for_changes_only(world: Callable[..., World]) -> None:
    bodies = iter([rss("n-1", "n-2"), rss("n-2", "n-3"), None])

    def answers(_: httpx.Request) -> httpx.Response:
        body = next(bodies)
        headers = {"ETag": '"v1"', "Last-Modified": "Fri, 01 May 2026 09:00:00 GMT"}
        return httpx.Response(304) if body is None else httpx.Response(200, content=body, headers=headers)

    here = world(answers)
    here.step()
    here.step()
    here.step()
    assert [one.source_id for one in here.sent] == ["n-1", "n-2", "n-3"]
    assert "if-none-match" not in here.requests[0].headers
    assert here.requests[2].headers["if-none-match"] == '"v1"'
    assert here.requests[2].headers["if-modified-since"] == "Fri, 01 May 2026 09:00:00 GMT"
    assert state_of(here.board.status("news")) == "ok"


def test_the_cursor_stays_until_kafka_has_acknowledged(world: Callable[..., World]) -> None:
    here = world(lambda _: httpx.Response(200, content=rss("n-1"), headers={"ETag": '"v1"'}))
    here.down = True
    assert here.step() == (1, 5)
    assert here.store.cursor("news") is None
    here.down = False
    here.step(1)
    assert [one.source_id for one in here.sent] == ["n-1"]
    assert here.store.cursor("news") == {"etag": '"v1"', "modified": "", "seen": ["n-1"]}


def test_a_feed_waits_for_its_team(world: Callable[..., World]) -> None:
    here = world(lambda _: httpx.Response(200, content=rss("n-1")))
    here.teams = None
    assert here.step() == (0, 1)
    assert state_of(here.board.status("news")) == "waiting"
    here.teams = frozenset({"press"})
    assert here.step() == (0, 10)
    assert "care is not a team here" in str(here.board.status("news").failure)
    assert here.requests == []


def test_failures_are_waited_out_longer_and_longer_up_to_an_hour(world: Callable[..., World]) -> None:
    here = world(lambda _: httpx.Response(500))
    waits = [here.step(failures)[1] for failures in (0, 1, 2, 20)]
    assert waits == [5, 10, 20, 3600]
    status = here.board.status("news")
    assert (state_of(status), status.failure) == ("failing", "HTTP 500")


@pytest.mark.parametrize(("value", "wait"), [("600", 600), ("Fri, 01 May 2026 12:15:00 GMT", 900), ("soon", 5)])
def test_a_server_that_says_when_is_left_alone_until_then(world: Callable[..., World], value: str, wait: float) -> None:
    here = world(lambda _: httpx.Response(503, headers={"Retry-After": value}))
    assert here.step() == (1, wait)


def test_what_is_no_feed_or_cannot_be_reached_is_a_failure(world: Callable[..., World]) -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("no", request=request)

    for answers, says in (
        (lambda _: httpx.Response(200, content=b"<html>no feed</html>"), "neither RSS nor Atom"),
        (unreachable, "ConnectTimeout"),
    ):
        here = world(answers)
        assert here.step()[0] == 1
        assert here.board.status("news").failure == says


def test_a_feed_that_is_too_large_is_cut_off_also_when_it_is_packed(world: Callable[..., World]) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    here = world(lambda _: httpx.Response(200, content=bomb, headers={"Content-Encoding": "gzip"}), max_bytes=100_000)
    here.step()
    assert here.board.status("news").failure == "larger than 100,000 bytes"


def test_an_atom_entry_of_the_future_is_of_now_and_its_text_is_plain() -> None:
    (entry,) = read_feed(ATOM, "application/atom+xml", NOW)
    assert entry.given["created_at"] == NOW
    assert (entry.given["title"], entry.given["text"], entry.given["url"]) == ("A b", "one\ntwo", "")
    assert entry.given["author"] == {"id": "Ann", "name": "Ann"}


def test_entities_that_point_to_files_or_explode_give_nothing() -> None:
    item = "<item><guid>1</guid><title>&x;</title></item>"
    doctype = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    evil = f'{doctype}<rss version="2.0"><channel>{item}</channel></rss>'.encode()
    entries = read_feed(evil, "application/xml", NOW)
    assert all("root:" not in str(entry.given) for entry in entries)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    with pytest.raises(FeedError):
        read_feed(f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]><r>&l11;</r>'.encode(), "application/xml", NOW)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
        ("<p>a</p><p>b<br>c</p>", "a\nb\nc"),
        ("a<script>x</script>b<style>y</style>c", "abc"),
        ("<img src=x onerror=alert(1)>hi", "hi"),
        ("&lt;script&gt;", "<script>"),
        ("a \n  b\u200b\x00", "a b"),
    ],
)
def test_html_is_read_as_a_reader_would(html: str, text: str) -> None:
    assert plain_text(html, 100) == text


def test_retry_after_is_understood_or_ignored() -> None:
    assert retry_after(None, NOW, 60) is None
    assert retry_after("-5", NOW, 60) is None
    assert retry_after("99999999999999999999", NOW, 60) == 60
    assert retry_after("Fri, 01 May 2020 12:00:00 GMT", NOW, 60) == 0
