"""The square: posts are kept, shown and sent signed; answers come back once; the story is played at its moments."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from deploy.demo.examples import Example, read_examples
from deploy.demo.square.app import build_app
from deploy.demo.square.live import Live
from deploy.demo.square.model import Author, PostError, checked, first_post, handle_of, mention
from deploy.demo.square.outbox import Outbox, backoff, delivery_of, is_final
from deploy.demo.square.player import Player
from deploy.demo.square.rendering import initials
from deploy.demo.square.schedule import CRISIS_STARTS, ZONE, backfill, position, remaining, timeline
from deploy.demo.square.settings import SECRET, SettingsError, SquareSettings, parse
from deploy.demo.square.square import Square
from deploy.demo.square.store import Store, View
from services.contracts.mentions import Mention
from services.runtime.web.i18n import LANGUAGES, read_catalog
from services.runtime.webhooks import signed_headers, verify

KEY = "whsec_c3F1YXJlLXRlc3Qtc2VjcmV0LTEyMw=="
NOW = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)
EXAMPLES = read_examples()
Handler = Callable[[httpx.Request], httpx.Response]
FORM = {"name": "Lotte Verbeek", "monitor": "spoorlijn", "text": "Waar blijft de trein?"}


class Clock:
    """A clock that stands still until told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Ingest:
    """Takes webhooks as webcare's ingest does, checking their signature; answers with `statuses`, then 202."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.requests: list[httpx.Request] = []
        self.taken: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        verify([KEY], request.headers, request.content, int(NOW.timestamp()), tolerance=3600)
        status = self.statuses.pop(0) if self.statuses else 202
        if status == 202:
            self.taken += json.loads(request.content)["mentions"]
        return httpx.Response(status, text="what was wrong")


def settings(folder: Path) -> SquareSettings:
    return SquareSettings(data=folder, secret=SecretStr(KEY), pace=0, ingest="http://ingest.test")


@contextmanager
def square_at(folder: Path, handler: Handler) -> Iterator[TestClient]:
    app = build_app(settings(folder), clock=Clock(), transport=httpx.MockTransport(handler))
    with TestClient(app, base_url="http://square.test") as client:
        yield client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with square_at(tmp_path, Ingest()) as client:
        yield client


@contextmanager
def parts(folder: Path, handler: Handler, clock: Clock) -> Iterator[Square]:
    """The square without its web app, so that a test steps through it."""
    store = Store(folder / "square.sqlite")
    outbox = Outbox(store, httpx.AsyncClient(transport=httpx.MockTransport(handler)), "http://ingest.test", KEY, clock)
    yield Square(store, Live(), outbox, "http://square.test")
    store.close()


def write(client: TestClient, **fields: str) -> str:
    answer = client.post("/posts", data=FORM | fields, headers={"accept": "application/json"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["source_id"])


def reply(client: TestClient, body: dict[str, Any], secret: str = KEY, message: str | None = None) -> httpx.Response:
    content = json.dumps(body).encode()
    headers = signed_headers(secret, message or str(body["id"]), int(NOW.timestamp()), content)
    answer: httpx.Response = client.post(
        "/replies", content=content, headers=headers | {"content-type": "application/json"}
    )
    return answer


def answer_to(post: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "reply-1",
        "kind": "reply",
        "team": "spoorlijn",
        "case": "case-1",
        "conversation": post,
        "in_reply_to": post,
        "text": "Hij vertrekt om 14.41 van spoor 3.",
        "sender": "Youssef van Spoorlijn",
        "at": "2026-05-20T14:29:00Z",
    } | more


# Writing


def test_a_post_appears_newest_first(client: TestClient) -> None:
    write(client, text="De eerste")
    write(client, text="De tweede")
    page = client.get("/").text
    assert page.index("De tweede") < page.index("De eerste")


def test_a_post_is_sent_signed_as_a_mention(tmp_path: Path) -> None:
    ingest, clock = Ingest(), Clock()
    post = first_post("p1", "winkelhof", Author("visitor-1", "Lotte", "lotte"), "Koud", False, NOW)
    with parts(tmp_path, ingest, clock) as square:
        square.publish([post])
        asyncio.run(square.outbox.step())
        assert square.store.counts() == {"waiting": 0, "delivered": 1, "refused": 0}
    assert str(ingest.requests[0].url) == "http://ingest.test/v1/hooks/square"
    sent = ingest.taken[0]
    assert (sent["team"], sent["monitor"], sent["conversation"]) == ("spoorlijn", "winkelhof", "p1")
    extra = {"id": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "source": "square", "collected_at": NOW}
    assert Mention.model_validate(sent | extra).created_at == NOW


def test_the_running_square_sends_by_itself(tmp_path: Path) -> None:
    ingest = Ingest()
    with square_at(tmp_path, ingest) as client:
        ident = write(client)
        client.get("/health/ready")
    with square_at(tmp_path, ingest):
        pass
    assert {one["source_id"] for one in ingest.taken} <= {ident}
    with parts(tmp_path, ingest, Clock()) as square:
        while square.store.next_delivery():
            asyncio.run(square.outbox.step())
    assert {one["source_id"] for one in ingest.taken} == {ident}


def test_a_form_without_script_leads_back_to_the_post(client: TestClient) -> None:
    answer = client.post("/posts", data=FORM, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/?view=all#p-")


def test_one_visitor_is_one_author(client: TestClient) -> None:
    write(client, text="Een")
    write(client, text="Twee", name="Iemand Anders")
    mine = client.get("/?view=mine").text
    assert "Een" in mine
    assert "Twee" in mine
    client.cookies.clear()
    assert "Twee" not in client.get("/?view=mine").text


def test_a_reaction_goes_under_the_post_with_its_conversation(tmp_path: Path) -> None:
    ingest = Ingest()
    with square_at(tmp_path, ingest) as client:
        root = write(client)
        first = client.post(f"/posts/{root}/replies", data={"name": "Henk", "text": "Hier ook"})
        assert first.status_code == 200
        assert "Hier ook" in client.get(f"/threads/{root}").text
    with parts(tmp_path, ingest, Clock()) as square:
        under = square.store.thread(root)[1]
        assert (under.kind, under.in_reply_to, under.monitor) == ("comment", root, "spoorlijn")
        assert mention(under, "http://x")["conversation"] == root


def test_private_messages_are_not_among_the_public_ones(client: TestClient) -> None:
    write(client, text="Alleen voor jullie", private="1")
    assert "Alleen voor jullie" not in client.get("/").text
    assert "Alleen voor jullie" not in client.get("/?view=spoorlijn").text
    assert "Alleen voor jullie" in client.get("/?view=private").text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"text": " \n "}, {"text"}),
        ({"text": "a" * 2001}, {"text"}),
        ({"name": "\x00\u202e"}, {"name"}),
        ({"name": "n" * 61, "text": ""}, {"name", "text"}),
        ({"monitor": "elsewhere"}, {"monitor"}),
    ],
)
def test_what_cannot_be_posted_is_said_by_field(client: TestClient, fields: dict[str, str], wrong: set[str]) -> None:
    answer = client.post("/posts", data=FORM | fields, headers={"accept": "application/json"})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == wrong
    page = client.post("/posts", data=FORM | fields)
    assert page.status_code == 422
    assert 'role="alert"' in page.text


def test_markup_is_shown_and_not_run(client: TestClient) -> None:
    write(client, name='"><img src=x onerror=alert(1)>', text="<script>alert(1)</script>")
    page = client.get("/").text
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_pages_allow_no_inline_script_or_style(client: TestClient) -> None:
    write(client)
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert " onclick=" not in page.text


def test_a_form_from_another_site_is_refused(client: TestClient) -> None:
    assert client.post("/posts", data=FORM, headers={"origin": "http://evil.test"}).status_code == 403
    assert client.post("/posts", data=FORM, headers={"origin": "http://square.test"}).status_code == 200


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    assert client.post("/posts", data=FORM | {"text": "a" * 300_000}).status_code == 413
    assert client.post("/replies", content=b"a" * 300_000).status_code == 413


# Delivery


def test_backoff_doubles_to_half_a_minute() -> None:
    assert [backoff(attempts) for attempts in (1, 2, 3, 4, 5, 6, 99)] == [1, 2, 4, 8, 16, 30, 30]


def test_what_is_not_taken_is_tried_again_in_order(tmp_path: Path) -> None:
    ingest, clock = Ingest(503, 429), Clock()
    author = Author("visitor-1", "Lotte", "lotte")
    with parts(tmp_path, ingest, clock) as square:
        for ident in ("p1", "p2"):
            square.publish([first_post(ident, "spoorlijn", author, "Hallo", False, NOW)])
        assert asyncio.run(square.outbox.step()) == 0
        assert asyncio.run(square.outbox.step()) == pytest.approx(1)
        clock.now += timedelta(seconds=1)
        asyncio.run(square.outbox.step())
        assert asyncio.run(square.outbox.step()) == pytest.approx(2)
        clock.now += timedelta(seconds=2)
        asyncio.run(square.outbox.step())
        asyncio.run(square.outbox.step())
    assert [one["source_id"] for one in ingest.taken] == ["p1", "p2"]
    assert len({request.headers["webhook-id"] for request in ingest.requests[:3]}) == 1


def test_an_ingest_that_is_away_loses_nothing_over_a_restart(tmp_path: Path) -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    clock, ingest = Clock(), Ingest()
    post = first_post("p1", "waterveen", Author("visitor-1", "Lotte", "lotte"), "Hallo", False, NOW)
    with parts(tmp_path, away, clock) as square:
        square.publish([post])
        asyncio.run(square.outbox.step())
    clock.now += timedelta(minutes=1)
    with parts(tmp_path, ingest, clock) as square:
        asyncio.run(square.outbox.step())
        assert square.store.get("p1") == post
    assert [one["source_id"] for one in ingest.taken] == ["p1"]


def test_what_is_refused_for_good_is_shown_and_can_be_tried_again(tmp_path: Path) -> None:
    with parts(tmp_path, Ingest(422), Clock()) as square:
        author = Author("visitor-1", "Lotte", "lotte")
        square.publish([first_post("p1", "spoorlijn", author, "Hallo", False, NOW)])
        asyncio.run(square.outbox.step())
        assert square.store.next_delivery() is None
        assert square.store.counts()["refused"] == 1
    with square_at(tmp_path, Ingest()) as client:
        assert "what was wrong" in client.get("/status").text
        assert client.post("/status/retry").status_code == 200
    with parts(tmp_path, Ingest(), Clock()) as square:
        assert square.store.counts()["refused"] == 0


def test_only_errors_of_the_request_are_final() -> None:
    assert [status for status in (301, 400, 401, 404, 408, 413, 422, 429, 500, 503) if is_final(status)] == [
        *(301, 400, 401, 404, 413, 422)
    ]


# Answers


def test_an_answer_shows_under_the_post_as_the_organisations(client: TestClient) -> None:
    post = write(client)
    answer = reply(client, answer_to(post))
    assert answer.status_code == 201
    assert answer.json()["url"].endswith(f"/posts/{post}#p-answer-reply-1")
    shown = client.get(f"/threads/{post}").text
    assert shown.index("Waar blijft de trein?") < shown.index("Hij vertrekt om 14.41")
    assert 'class="post ours"' in shown
    assert "Youssef van Spoorlijn" in shown


def test_a_repeated_answer_is_kept_once(client: TestClient) -> None:
    post = write(client)
    first, again = reply(client, answer_to(post)), reply(client, answer_to(post))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert client.get(f"/threads/{post}").text.count("Hij vertrekt om 14.41") == 1


def test_an_answer_can_answer_a_reaction(client: TestClient) -> None:
    post = write(client)
    client.post(f"/posts/{post}/replies", data={"name": "Henk", "text": "Hier ook"})
    answer = reply(client, answer_to(post))
    again = client.post(f"/posts/{answer.json()['source_id']}/replies", data={"name": "Lotte", "text": "Dank!"})
    assert again.status_code == 200
    assert "Dank!" in client.get(f"/threads/{post}").text


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [
        ({}, "whsec_YW5vdGhlci1zZWNyZXQ=", 401),
        ({"in_reply_to": "nowhere"}, KEY, 404),
        ({"team": "waterveen"}, KEY, 404),
        ({"text": ""}, KEY, 422),
        ({"text": "\x07"}, KEY, 422),
        ({"text": "a" * 10_001}, KEY, 422),
        ({"at": "yesterday"}, KEY, 422),
        ({"id": "../../etc"}, KEY, 422),
    ],
)
def test_an_answer_that_is_not_right_is_a_problem(
    client: TestClient, body: dict[str, Any], secret: str, status: int
) -> None:
    post = write(client)
    answer = reply(client, answer_to(post) | body, secret)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_an_unsigned_or_old_answer_is_401(client: TestClient) -> None:
    assert client.post("/replies", json=answer_to("x")).status_code == 401
    content = b"{}"
    old = signed_headers(KEY, "reply-1", int(NOW.timestamp()) - 301, content)
    assert client.post("/replies", content=content, headers=old).status_code == 401


def test_the_header_must_name_the_reply(client: TestClient) -> None:
    post = write(client)
    assert reply(client, answer_to(post), message="another").status_code == 422


# Reading


def test_the_page_speaks_the_readers_language(client: TestClient) -> None:
    assert "Schrijf als klant" in client.get("/", headers={"accept-language": "nl"}).text
    assert "Write as a customer" in client.get("/", headers={"accept-language": "en-GB,en;q=0.9"}).text
    assert "Write as a customer" in client.get("/?lang=en", headers={"accept-language": "nl"}).text


def test_both_languages_have_the_same_texts() -> None:
    package = Path("deploy/demo/square").resolve()
    keys = [set(read_catalog(package, language)) for language in LANGUAGES]
    assert keys[0] == keys[1]


def test_older_threads_are_on_further_pages(tmp_path: Path) -> None:
    with parts(tmp_path, Ingest(), Clock()) as square:
        square.publish(backfill(EXAMPLES, NOW))
        seen: list[str] = []
        page, more = square.store.threads(View())
        while page:
            seen += [thread[0].source_id for thread in page]
            page, more = square.store.threads(View(), more) if more else ([], None)
    public = [one.key for one in EXAMPLES if one.scene == "history" and one.in_reply_to is None]
    assert len(seen) == len(set(seen)) == len([key for key in public if _example(key).kind != "direct_message"])


def _example(key: str) -> Example:
    return next(one for one in EXAMPLES if one.key == key)


@pytest.mark.parametrize("path", ["/posts/none", "/threads/none", "/static/none", "/static/..%2Fapp.py", "/?before=x"])
def test_what_is_not_there_is_an_ordinary_error(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (404, 422)


def test_an_open_page_is_told_and_one_that_was_away_catches_up(tmp_path: Path) -> None:
    async def scene(square: Square) -> list[str]:
        author = Author("visitor-1", "Lotte", "lotte")
        square.publish([first_post("p1", "spoorlijn", author, "Gemist", False, NOW)])
        told = []
        async for event in square.live.follow(lambda: square.store.since(0)):
            told.append(event)
            if len(told) == 2:
                square.publish([first_post("p2", "spoorlijn", author, "Nieuw", False, NOW)])
            if len(told) == 3:
                square.live.close()
        return told

    with parts(tmp_path, Ingest(), Clock()) as square:
        told = asyncio.run(scene(square))
    assert [json.loads(event.split("data: ")[1])["id"] for event in told[1:]] == ["p1", "p2"]
    assert told[2].startswith("id: 2\n")


def test_health_says_ok(client: TestClient) -> None:
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").json() == {"status": "ok"}


# The story


def test_the_history_lies_in_the_past_fortnight_in_order() -> None:
    posts = backfill(EXAMPLES, NOW)
    assert len(posts) == sum(example.scene == "history" for example in EXAMPLES)
    moments = [post.created_at for post in posts]
    assert moments == sorted(moments)
    assert moments[-1] < NOW
    assert moments[0] > NOW - timedelta(days=14)
    assert len({moment.date() for moment in moments}) >= 12
    night = sum(moment.astimezone(ZONE).hour in (2, 3, 4) for moment in moments)
    assert night < len(moments) / 10


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_history_is_past_at_any_hour(hour: int) -> None:
    now = NOW.replace(hour=hour, minute=1)
    assert all(now - timedelta(days=14) < post.created_at < now for post in backfill(EXAMPLES, now))


def test_a_reply_is_never_played_before_what_it_answers() -> None:
    order = [post.source_id for post in backfill(EXAMPLES, NOW)] + [cue.example.key for cue in timeline(EXAMPLES)]
    place = {key: number for number, key in enumerate(order)}
    assert all(place[one.in_reply_to] < place[one.key] for one in EXAMPLES if one.in_reply_to)


def test_the_stream_lasts_twenty_minutes_at_eight_to_twelve_seconds() -> None:
    stream = [cue.at for cue in timeline(EXAMPLES) if cue.example.scene == "stream"]
    gaps = [after - before for before, after in zip([0.0, *stream], stream, strict=False)]
    assert all(8 <= gap <= 12 for gap in gaps)
    assert len(set(gaps)) > len(gaps) / 2
    assert stream[-1] >= 20 * 60


def test_each_crisis_begins_at_its_own_moment_and_is_faster_than_the_stream() -> None:
    cues = timeline(EXAMPLES)
    for team, start in CRISIS_STARTS.items():
        crisis = [cue for cue in cues if cue.example.scene == "crisis" and cue.example.team == team]
        assert crisis[0].at == start
    railway = [cue.at for cue in cues if cue.example.scene == "crisis" and cue.example.team == "spoorlijn"]
    assert sum(at <= CRISIS_STARTS["spoorlijn"] + 300 for at in railway) >= 12


def test_another_pace_stretches_the_whole_story() -> None:
    pairs = zip(timeline(EXAMPLES, 10), timeline(EXAMPLES, 5), strict=True)
    assert all(slow.example.key == fast.example.key and fast.at == pytest.approx(slow.at / 2) for slow, fast in pairs)


def test_a_restart_goes_on_where_the_story_was(tmp_path: Path) -> None:
    cues = timeline(EXAMPLES)
    clock = Clock()
    with parts(tmp_path, Ingest(), clock) as square:
        player = Player(square, EXAMPLES, 10, clock)
        player.prepare()
        for cue in cues[:7]:
            player.play(cue)
    with parts(tmp_path, Ingest(), clock) as square:
        Player(square, EXAMPLES, 10, clock).prepare()
        played = square.store.ids()
        assert len(played) == sum(one.scene == "history" for one in EXAMPLES) + 7
        assert position(cues, played) == cues[6].at
        assert remaining(cues, played) == cues[7:]


def test_the_history_travels_in_bulk(tmp_path: Path) -> None:
    ingest, clock = Ingest(), Clock()
    with parts(tmp_path, ingest, clock) as square:
        Player(square, EXAMPLES, 10, clock).prepare()
        while square.store.next_delivery():
            asyncio.run(square.outbox.step())
    history = sum(one.scene == "history" for one in EXAMPLES)
    assert len(ingest.requests) == -(-history // 100)
    assert len(ingest.taken) == history


def test_the_running_square_puts_the_history_there(tmp_path: Path) -> None:
    quiet = settings(tmp_path).model_copy(update={"pace": 3600.0})
    app = build_app(quiet, clock=Clock(), transport=httpx.MockTransport(Ingest()))
    with TestClient(app) as client:
        assert client.get("/").text.count('<article class="thread"') == 25


# Small things


def test_names_and_texts_are_tidied() -> None:
    assert checked("  Zoë \u202e de\tWit ", "Hoi\r\n\x00daar 👨‍👩‍👧 ") == ("Zoë de Wit", "Hoi\ndaar 👨‍👩‍👧")
    with pytest.raises(PostError):
        checked("", "x")


@pytest.mark.parametrize(("name", "handle"), [("Zoë de Wit", "zoe.de.wit"), ("李雷", "reiziger"), ("A" * 60, "a" * 40)])
def test_a_handle_is_made_from_a_name(name: str, handle: str) -> None:
    assert handle_of(name) == handle


@pytest.mark.parametrize(("name", "letters"), [("Lotte Verbeek", "LV"), ("kaatje", "K"), ("🙂 🙃", "?"), ("", "?")])
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_delivery_holds_all_its_posts() -> None:
    posts = backfill(EXAMPLES, NOW)[:3]
    delivery = delivery_of(posts, "http://x")
    assert [one["source_id"] for one in json.loads(delivery.body)["mentions"]] == [post.source_id for post in posts]


def test_the_start_needs_a_secret() -> None:
    assert parse(["--data", "x", "--port", "9"], {SECRET: KEY}).public_url == "http://127.0.0.1:9"
    for wrong in ({}, {SECRET: "whsec_%"}, {SECRET: "whsec_"}):
        with pytest.raises(SettingsError, match=SECRET):
            parse(["--data", "x"], wrong)
    with pytest.raises(SettingsError):
        parse(["--data", "x", "--ingest", "ftp://x"], {SECRET: KEY})
