"""Live events: what a client gets, where it resumes, when it must load again; and the read model that feeds it."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.contracts.events import CaseEvent
from services.contracts.topics import DESK_CASES, case_key
from services.desk import streams
from services.desk.live import Entry, Hub, format_vector, parse_vector
from services.desk.readmodel import ReadModel
from tests.browser.desk_backend import SPOOR, Backend, team_config
from tests.browser.desk_scene import play

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOTH = frozenset({"a", "b"})


def entry(offset: int, team: str = "a", stream: str = "0") -> Entry:
    return Entry(stream, offset, team, team_config(team))


def offsets(entries: list[Entry]) -> list[int]:
    return [one.offset for one in entries]


@pytest.mark.parametrize("text", ["0:123,3:88,s1:5", "-"])
def test_a_vector_reads_back(text: str) -> None:
    vector = parse_vector(text)
    assert vector is not None
    assert format_vector(vector) == text


@pytest.mark.parametrize("text", ["", "x", "0", "0:", "0:-1", "0:1,", "0:1;1:2", ":1", "0:" + "9" * 30, "é:1"])
def test_a_vector_that_is_not_ours_is_none(text: str) -> None:
    assert parse_vector(text) is None


def run(hub: Hub, since: str | None, teams: frozenset[str] = BOTH) -> tuple[bool, list[int]]:
    """Whether a client must load again, and what it gets at once."""

    async def go() -> tuple[bool, list[int]]:
        client, _ = hub.subscribe(teams, parse_vector(since) if since else None)
        return client.take_reset(), offsets(await client.take(0.01))

    return asyncio.run(go())


def filled(ring: int = 4, count: int = 3) -> Hub:
    hub = Hub(ring)
    for number in range(count):
        hub.publish(entry(100 + 2 * number))
    return hub


def test_a_new_client_begins_now() -> None:
    assert run(filled(), None) == (False, [])


def test_a_client_resumes_after_what_it_had() -> None:
    assert run(filled(), "0:102") == (False, [104])
    assert run(filled(), "0:103") == (False, [104]), "offsets have holes"
    assert run(filled(), "0:104") == (False, [])


def test_too_old_or_unknown_means_load_again() -> None:
    assert run(filled(ring=2, count=5), "0:100") == (True, [])
    assert run(filled(), "0:98") == (True, []), "before this process began"
    assert run(filled(), "0:104,7:3") == (True, []), "a partition that this process has not seen"
    assert run(filled(), "-") == (True, [])


def test_a_client_gets_its_own_teams_only() -> None:
    hub = filled()
    hub.publish(entry(106, "b"))
    assert run(hub, "0:104", frozenset({"a"})) == (False, [])


def test_a_repeat_is_not_told_twice() -> None:
    hub = filled()
    hub.publish(entry(104))
    hub.publish(entry(102))
    assert run(hub, "0:100") == (False, [102, 104])


def test_a_slow_client_is_told_to_load_again_and_goes_on() -> None:
    async def go() -> None:
        hub = Hub(queue=3)
        client, _ = hub.subscribe(BOTH)
        for number in range(5):
            hub.publish(entry(number))
        assert client.take_reset()
        assert len(await client.take(1)) <= 3
        hub.publish(entry(9))
        await asyncio.sleep(0)
        assert offsets(await client.take(1))[-1:] in ([9], [])
        assert not client.take_reset()
        hub.unsubscribe(client)
        assert hub.clients() == 0

    asyncio.run(go())


def test_entries_from_another_thread_arrive() -> None:
    async def go() -> list[int]:
        hub = Hub()
        client, _ = hub.subscribe(BOTH)

        def publish() -> None:
            for number in range(200):
                hub.publish(entry(number))

        thread = threading.Thread(target=publish)
        thread.start()
        found: list[int] = []
        while len(found) < 200:
            taken = offsets(await client.take(5))
            found += taken
        thread.join()
        return found

    assert asyncio.run(go()) == list(range(200))


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def first(stream: AsyncIterator[bytes], count: int) -> str:
    """What `count` chunks of a stream say."""
    try:
        return b"".join([await anext(stream) for _ in range(count)]).decode()
    finally:
        await stream.aclose()  # type: ignore[attr-defined]  # the streams are generators


def test_the_api_stream_says_where_it_begins_and_each_place_after() -> None:
    async def go() -> str:
        backend = Backend(ReadModel())
        backend.configure(team_config())
        stream = streams.events_stream(backend.model.hub, frozenset({SPOOR}), None, yes)
        begin = await anext(stream)
        backend.mention("Waar blijft de trein?", datetime.now(UTC))
        return begin.decode() + await first(stream, 1)

    said = asyncio.run(go())
    assert "id: 0:2\nevent: hello" in said
    assert "id: 0:4\nevent: CaseOpened" in said
    data = next(line for line in said.splitlines() if line.startswith("data: {") and "CaseOpened" in line)
    assert json.loads(data.removeprefix("data: "))["case"]["team"] == SPOOR


def test_the_page_stream_names_the_list_once_and_each_case_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "COALESCE_SECONDS", 0.01)

    async def go() -> tuple[str, str]:
        backend = Backend(ReadModel())
        tunnel = play(backend)
        stream = streams.page_stream(backend.model.hub, SPOOR, backend.model.hub.heads() | {"0": 2}, yes)
        return await first(stream, 2), tunnel

    said, tunnel = asyncio.run(go())
    assert said.count("event: list\n") == 1
    assert said.count(f"event: case-{tunnel}\n") == 1


@pytest.mark.parametrize("still", [yes, no])
def test_a_stream_beats_while_one_is_in_and_ends_when_one_is_out(
    monkeypatch: pytest.MonkeyPatch, still: streams.StillIn
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.01)

    async def go() -> str:
        stream = streams.page_stream(Hub(), SPOOR, None, still)
        return await first(stream, 2)

    assert ("heartbeat" if still is yes else "event: ended") in asyncio.run(go())


def test_state_and_events_in_whatever_order_give_the_same_inbox() -> None:
    source = Backend(ReadModel())
    play(source)
    hub = source.model.hub
    events = [one.message for ring in hub._rings.values() for one in ring.entries if isinstance(one.message, CaseEvent)]
    for order in (events, events[::-1]):
        other = ReadModel()
        for event in order:
            other.apply(DESK_CASES, case_key(event.team, event.case.id), event.case, 0, 0)
        assert other.page(SPOOR, "team", "youssef", 1) == source.model.page(SPOOR, "team", "youssef", 1)


def test_a_tombstone_forgets_a_case() -> None:
    backend = Backend(ReadModel())
    tunnel = play(backend)
    backend.model.apply(DESK_CASES, case_key(SPOOR, tunnel), None, 0, 999)
    assert backend.model.case(tunnel) is None
