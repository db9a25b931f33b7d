"""The small parts: settings, publisher, board, store, teams, trace."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from services.contracts.teams import Person, ServiceLevel, TeamConfig, TeamConfiguration
from services.contracts.topics import DESK_TEAMS, MENTIONS_RAW, team_key
from services.ingest.board import Board, state_of
from services.ingest.domain.trace import of_mention, traceparent
from services.ingest.publisher import Publisher
from services.ingest.settings import IngestSettings, all_secrets
from services.ingest.store import ImportPosition, Store
from services.ingest.teams import TeamDirectory
from services.runtime.follow import Followed
from services.runtime.messages import Outgoing
from services.runtime.producer import SendError
from services.runtime.settings import SettingsError, load, signing_key

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WEBHOOK = """[[ingest_sources]]
kind = "webhook"
name = "square"
team = "care"
"""


def from_toml(tmp_path: Path, text: str, env: Mapping[str, str] | None = None) -> IngestSettings:
    path = tmp_path / "webcare.toml"
    path.write_text(text, encoding="utf-8")
    return load(IngestSettings, [IngestSettings], env or {}, path)


def test_sources_are_declared_in_the_file_and_their_secrets_come_from_three_places(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    for line in (f'secret = "{SECRET}"', f'secret_file = "{secret}"', 'secret_env = "SQUARE_SECRET"'):
        settings = from_toml(tmp_path, WEBHOOK + line)
        assert all_secrets(settings, {"SQUARE_SECRET": SECRET}) == {"square": (SECRET,)}
        assert SECRET not in repr(settings)


def test_sources_may_be_json_in_the_environment(tmp_path: Path) -> None:
    feed = '[{"kind": "feed", "name": "news", "team": "care", "url": "https://news/feed"}]'
    (source,) = from_toml(tmp_path, "", {"WEBCARE_INGEST_SOURCES": feed}).ingest_sources
    assert (source.name, source.kind) == ("news", "feed")


@pytest.mark.parametrize(
    "text",
    [
        WEBHOOK,
        WEBHOOK + f'secret = "{SECRET}"\nsecret_env = "X"',
        WEBHOOK + f'secret = "{SECRET}"\ncolour = 1',
        2 * (WEBHOOK + f'secret = "{SECRET}"\n'),
        '[[ingest_sources]]\nkind = "pigeon"\nname = "x"\nteam = "care"',
        '[[ingest_sources]]\nkind = "feed"\nname = "x"\nteam = "care"\nurl = "file:///etc/passwd"',
        'ingest_port = "many"',
    ],
)
def test_what_is_wrong_stops_the_start_with_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        from_toml(tmp_path, text)
    assert "ingest_" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_json_in_the_environment_that_is_none_stops_the_start_with_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="INGEST_SOURCES"):
        from_toml(tmp_path, "", {"WEBCARE_INGEST_SOURCES": "[{"})


@pytest.mark.parametrize(
    "line", ['secret = "whsec_***"', 'secret = "whsec_QUJD"', 'secret_env = "NOT_THERE"', 'secret_file = "/nowhere"']
)
def test_a_secret_that_is_none_stops_the_start(tmp_path: Path, line: str) -> None:
    with pytest.raises(SettingsError, match="square"):
        all_secrets(from_toml(tmp_path, WEBHOOK + line), {})


def test_the_signing_key_is_set_or_lies_in_the_data_folder(tmp_path: Path) -> None:
    settings = IngestSettings(data=tmp_path)
    with pytest.raises(SettingsError, match="missing"):
        signing_key(settings)
    (tmp_path / "signing.key").write_text("k" * 40, encoding="ascii")
    assert signing_key(settings) == "k" * 40
    with pytest.raises(SettingsError, match="32"):
        signing_key(IngestSettings.model_validate({"signing_key": "short"}))


def message(number: int) -> Outgoing:
    return Outgoing(MENTIONS_RAW, str(number), None)


class Gate:
    """A Kafka that holds each send until let through, and fails when told."""

    def __init__(self) -> None:
        self.sends: list[list[str]] = []
        self.begun, self.open, self.fails = Event(), Event(), False

    def send(self, messages: Sequence[Outgoing]) -> None:
        self.sends.append([one.key for one in messages])
        self.begun.set()
        assert self.open.wait(10)
        if self.fails:
            raise SendError("no broker")


def test_whoever_comes_while_a_send_is_under_way_goes_with_the_next() -> None:
    kafka = Gate()
    with Publisher(kafka) as publisher:
        first = publisher.submit([message(1)])
        assert kafka.begun.wait(10)
        others = [publisher.submit([message(n), message(n)]) for n in (2, 3)]
        kafka.open.set()
        for future in (first, *others):
            future.result(10)
    assert kafka.sends == [["1"], ["2", "2", "3", "3"]]


def test_a_failure_reaches_everybody_who_waits_and_the_next_try_works() -> None:
    kafka = Gate()
    kafka.open.set()
    kafka.fails = True
    with Publisher(kafka) as publisher:
        with pytest.raises(SendError):
            publisher.submit([message(1)]).result(10)
        kafka.fails = False
        publisher.submit([message(2)]).result(10)


def test_too_much_waiting_is_refused_at_once_and_so_is_what_comes_after_the_close() -> None:
    kafka = Gate()
    with Publisher(kafka) as publisher:
        held = publisher.submit([message(1)] * 50_000)
        with pytest.raises(SendError, match="too much"):
            publisher.submit([message(2)]).result(10)
        kafka.open.set()
        held.result(10)
    with pytest.raises(SendError, match="closing"):
        publisher.submit([message(3)]).result(10)


def test_the_board_tells_the_last_thing_that_happened_and_survives(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        board = Board(store)
        assert state_of(board.status("news")) == "waiting"
        board.failed("news", "HTTP 500", NOW)
        assert state_of(board.status("news")) == "failing"
        board.succeeded("news", NOW + timedelta(seconds=1))
        assert state_of(board.status("news")) == "ok"
    with Store(tmp_path) as store:
        status = Board(store).status("news")
        assert (state_of(status), status.failure) == ("ok", "HTTP 500")


def test_the_store_keeps_positions_and_cursors(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        assert store.import_position("x") is None
        assert store.cursor("x") is None
        store.save_import("x", ImportPosition(NOW, 5, 4, 3, 2, True))
        store.save_cursor("x", {"seen": ["é"]})
    with Store(tmp_path) as store:
        assert store.import_position("x") == ImportPosition(NOW, 5, 4, 3, 2, True)
        assert store.cursor("x") == {"seen": ["é"]}


def test_the_store_is_used_by_several_threads_and_processes(tmp_path: Path) -> None:
    with Store(tmp_path) as one, Store(tmp_path) as other:
        threads = [
            Thread(target=lambda s=store, n=n: [s.save_cursor(f"{n}-{i}", {"i": i}) for i in range(20)])
            for n, store in enumerate((one, other, one, other))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(one.cursor(f"{n}-{i}") == {"i": i} for n in range(4) for i in range(20))


def test_teams_come_and_go_with_their_configuration() -> None:
    directory = TeamDirectory(IngestSettings())
    assert directory.known() is None
    level = ServiceLevel(id="all", first_response_minutes=60)
    config = TeamConfig(team="care", name="Care", people=(Person(id="bo", name="Bo"),), service_levels=(level,))

    def fold(message: Any, kind: Any = "config", record: str = "current") -> None:
        directory.fold(Followed(DESK_TEAMS, 0, 0, NOW, team_key("care", kind, record), message, {}))

    fold(TeamConfiguration(team="care", revision=1, at=NOW, config=config))
    fold(None, "answered", "x")
    directory._follower.caught_up.set()
    assert directory.known() == frozenset({"care"})
    fold(None)
    assert directory.known() == frozenset()


def test_a_trace_goes_on_or_begins() -> None:
    trace, span = "a" * 32, "b" * 16
    given = f"00-{trace}-{'c' * 16}-00"
    assert traceparent(given, span, "f" * 32) == f"00-{trace}-{span}-00"
    for bad in (None, "", "00-x", f"00-{'0' * 32}-{span}-01", f"00-{trace}-{'0' * 16}-01", f"ff-{trace}-{span}-01"):
        assert traceparent(bad, span, "f" * 32) == f"00-{'f' * 32}-{span}-01"
    assert (
        of_mention("123e4567-e89b-52d3-a456-426614174000") == "00-123e4567e89b52d3a456426614174000-a456426614174000-01"
    )
