"""Importing a file: nothing lost, bad lines set aside, resumed where Kafka acknowledged, in constant memory."""

import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from services.contracts.mentions import Mention
from services.contracts.rejected import RejectedRecord
from services.contracts.topics import MENTIONS_RAW, MENTIONS_REJECTED
from services.ingest.import_file import BATCH, ImportFileError, Progress, import_file
from services.ingest.sources.file.collect import Item, to_item
from services.ingest.sources.file.pipe import WAITING
from services.ingest.sources.file.records import Place, csv_records, ndjson_records, read_header
from services.ingest.sources.file.settings import ImportOptions
from services.ingest.store import Store
from services.runtime.messages import Outgoing
from services.runtime.producer import SendError

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Kafka:
    """Keeps what is sent, and refuses from the `breaks_at`-th send on."""

    def __init__(self, breaks_at: int | None = None) -> None:
        self.mentions: list[Mention] = []
        self.rejected: list[RejectedRecord] = []
        self.sends, self.breaks_at = 0, breaks_at

    def send(self, messages: Sequence[Outgoing]) -> None:
        self.sends += 1
        if self.breaks_at is not None and self.sends >= self.breaks_at:
            raise SendError("no broker")
        for one in messages:
            if isinstance(one.message, Mention):
                assert one.topic == MENTIONS_RAW
                self.mentions.append(one.message)
            else:
                assert isinstance(one.message, RejectedRecord)
                assert one.topic == MENTIONS_REJECTED
                self.rejected.append(one.message)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data") as opened:
        yield opened


def lines(count: int, start: int = 0) -> bytes:
    return b"".join(
        json.dumps({"id": f"tw-{n}", "text": f"tekst {n}"}).encode() + b"\n" for n in range(start, start + count)
    )


def write(tmp_path: Path, content: bytes, name: str = "in.ndjson") -> ImportOptions:
    path = tmp_path / name
    path.write_bytes(content)
    return ImportOptions(path, source="twitter", team="care")


def test_every_line_is_a_mention_of_the_source_and_team(tmp_path: Path, store: Store) -> None:
    kafka, seen = Kafka(), list[Progress]()
    options = write(tmp_path, b"\xef\xbb\xbf" + lines(3) + b"\r\n" + lines(1, 3).rstrip())
    summary = import_file(options, kafka, store, progress=seen.append)
    assert [one.source_id for one in kafka.mentions] == ["tw-0", "tw-1", "tw-2", "tw-3"]
    assert {(one.source, one.team) for one in kafka.mentions} == {("twitter", "care")}
    assert (summary.lines, summary.accepted, summary.rejected, summary.finished) == (4, 4, 0, True)
    size = options.path.stat().st_size
    assert seen[-1] == Progress(size, size, 4, 0)


def test_bad_lines_are_set_aside_with_their_number_and_reason(tmp_path: Path, store: Store) -> None:
    content = b"\n".join(
        (
            b'{"id": "1", "text": "a"}',
            b"{broken",
            b'{"id": "2", "text": "\xff"}',
            b"x" * 1_500_000,
            b'{"id": "3"}',
            b"[]",
            b'{"id": "4", "text": "b", "team": "nope"}',
            b'{"id": "5", "text": "c"}',
        )
    )
    kafka = Kafka()
    summary = import_file(write(tmp_path, content), kafka, store, known_teams=frozenset({"care"}))
    assert [one.source_id for one in kafka.mentions] == ["1", "5"]
    assert [(one.offset, one.code) for one in kafka.rejected] == [
        (2, "not_json"),
        (3, "not_utf8"),
        (4, "too_large"),
        (5, "invalid"),
        (6, "invalid"),
        (7, "unknown_team"),
    ]
    assert kafka.rejected[0].detail.startswith("line 2: not JSON at column")
    assert kafka.rejected[0].payload == b"{broken\n"
    assert len(kafka.rejected[2].payload) == 100_000
    assert [one.line for one in summary.refused] == [2, 3, 4, 5, 6, 7]
    assert (summary.accepted, summary.rejected) == (2, 6)


def test_what_kafka_did_not_acknowledge_is_sent_by_the_next_run(tmp_path: Path, store: Store) -> None:
    options = write(tmp_path, lines(BATCH * 3 + 5))
    kafka = Kafka(breaks_at=3)
    with pytest.raises(ImportFileError, match="Run it again"):
        import_file(options, kafka, store, clock=ticking())
    kafka.breaks_at = None
    summary = import_file(options, kafka, store, clock=ticking())
    assert [one.source_id for one in kafka.mentions] == [f"tw-{n}" for n in range(BATCH * 3 + 5)]
    assert summary.resumed_after_line == BATCH * 2
    assert (summary.accepted, summary.lines) == (BATCH * 3 + 5, BATCH * 3 + 5)
    assert {one.created_at for one in kafka.mentions} == {START}


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, store: Store) -> None:
    options, kafka, stop = write(tmp_path, lines(BATCH * 2 + 1)), Kafka(), Event()
    first = import_file(options, kafka, store, progress=lambda _: stop.set(), stop=stop)
    assert not first.finished
    assert first.lines == BATCH
    second = import_file(options, kafka, store)
    assert (second.resumed_after_line, second.finished) == (BATCH, True)
    assert len({one.id for one in kafka.mentions}) == len(kafka.mentions) == BATCH * 2 + 1


def test_a_finished_import_starts_over_and_gives_the_same_mentions(tmp_path: Path, store: Store) -> None:
    options, first, second = write(tmp_path, lines(3)), Kafka(), Kafka()
    import_file(options, first, store, clock=lambda: START)
    import_file(options, second, store, clock=lambda: START + timedelta(days=40))
    assert [(one.id, one.created_at) for one in first.mentions] == [(one.id, one.created_at) for one in second.mentions]


def test_another_file_or_team_is_another_import(tmp_path: Path, store: Store) -> None:
    options = write(tmp_path, lines(BATCH + 1))
    with pytest.raises(ImportFileError):
        import_file(options, Kafka(breaks_at=2), store, clock=ticking())
    kafka = Kafka()
    other = ImportOptions(options.path, source="twitter", team="press")
    assert import_file(other, kafka, store).resumed_after_line == 0
    again = ImportOptions(options.path, source="twitter", team="care", again=True)
    assert import_file(again, kafka, store).resumed_after_line == 0


def test_the_rate_is_kept(tmp_path: Path, store: Store) -> None:
    now = START
    waits: list[float] = []

    def pause(seconds: float) -> None:
        nonlocal now
        waits.append(seconds)
        now += timedelta(seconds=seconds)

    options = ImportOptions(write(tmp_path, lines(100)).path, team="care", rate=50)
    import_file(options, Kafka(), store, clock=lambda: now, pause=pause)
    assert sum(waits) == pytest.approx(2.0)
    assert max(waits) <= 0.2001


def test_what_cannot_begin_says_why(tmp_path: Path, store: Store) -> None:
    with pytest.raises(ImportFileError, match="No such file"):
        import_file(ImportOptions(tmp_path / "none"), Kafka(), store)
    with pytest.raises(ImportFileError, match="not a team here"):
        import_file(write(tmp_path, b""), Kafka(), store, known_teams=frozenset())
    with pytest.raises(ImportFileError, match="no column `text`"):
        import_file(write(tmp_path, b"a,b\n", "x.csv"), Kafka(), store)


def test_an_empty_file_is_an_import_of_nothing(tmp_path: Path, store: Store) -> None:
    assert import_file(write(tmp_path, b""), Kafka(), store).lines == 0


def test_csv_with_quotes_over_lines_semicolons_and_nested_columns(tmp_path: Path, store: Store) -> None:
    content = (
        "﻿id;text;author.id;author.followers;rating;created_at;lang\r\n"
        '1;"regel 1\r\nregel ""2""";ann;12;4.5;2026-04-01T10:00:00+02:00;nl\r\n'
        "\r\n"
        "2;kort;;;;;\r\n"
        "3;te;veel;cellen;1;2;3;4\r\n"
    )
    kafka = Kafka()
    summary = import_file(write(tmp_path, content.encode(), "in.csv"), kafka, store, clock=lambda: START)
    first, second = kafka.mentions
    assert first.text == 'regel 1\r\nregel "2"'
    assert (first.author.id, first.author.followers, first.rating, first.extra) == ("ann", 12, 4.5, {"lang": "nl"})
    assert (second.author.id, second.created_at) == ("unknown", START)
    assert [(one.line, one.reason) for one in summary.refused] == [(6, "has 8 cells, the header names 7 columns")]


def test_a_quote_that_is_never_closed_spoils_only_its_line() -> None:
    file = io.BytesIO(b'text\n"open\n' + b"goed\n" * 3)
    found = list(csv_records(file, Place(0, 0), read_header(file)))
    assert [(one.line, one.problem is None) for one in found] == [(2, False), (3, True), (4, True), (5, True)]


def test_reading_can_start_after_any_record() -> None:
    ndjson = io.BytesIO(b'{"a":1}\n\n{"b":\n' + b"y" * 1_200_000 + b'\n{"c":3}')
    table = io.BytesIO(b'id,text\n1,"a\nb"\n2,c\n\n3,"d""e"\n')
    columns = read_header(table)
    whole = list(ndjson_records(ndjson, Place(0, 0)))
    assert [one.line for one in whole] == [1, 3, 4, 5]
    for index, record in enumerate(whole):
        assert list(ndjson_records(ndjson, record.after)) == whole[index + 1 :]
    rows = list(csv_records(table, Place(0, 0), columns))
    assert [one.fields for one in rows] == [
        {"id": "1", "text": "a\nb"},
        {"id": "2", "text": "c"},
        {"id": "3", "text": 'd"e'},
    ]
    for index, record in enumerate(rows):
        assert list(csv_records(table, record.after, columns)) == rows[index + 1 :]


def test_the_reading_is_never_far_ahead_of_what_kafka_has(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that memory stays the same however long the file and however slow Kafka is."""
    part, parts = 50, 30
    read = 0

    def counted(*args: Any) -> Item:
        nonlocal read
        read += 1
        if read == part * parts:
            all_read.set()
        return to_item(*args)

    class SlowKafka:
        acknowledged, ahead = 0, 0

        def send(self, messages: Sequence[Outgoing]) -> None:
            if not self.acknowledged:
                all_read.wait(1)  # a reader that nothing holds back gets to the end
            self.ahead = max(self.ahead, read - self.acknowledged)
            self.acknowledged += len(messages)

    all_read, kafka = Event(), SlowKafka()
    monkeypatch.setattr("services.ingest.import_file.BATCH", part)
    monkeypatch.setattr("services.ingest.import_file.to_item", counted)
    import_file(write(tmp_path, lines(part * parts)), kafka, store)
    assert kafka.acknowledged == part * parts
    assert kafka.ahead <= (WAITING + 3) * part  # being sent, waiting, being handed over, being read


def ticking() -> "Ticking":
    return Ticking()


class Ticking:
    """Every reading of the clock is a second and a half later, so that each acknowledged part is written down."""

    def __init__(self) -> None:
        self.now = START - timedelta(seconds=1.5)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1.5)
        return self.now
