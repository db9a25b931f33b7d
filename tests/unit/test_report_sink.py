"""The sink on fakes: what it does when Elasticsearch is away, refuses, or loses an index under its hands."""

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from services.contracts.erasure import Erasures
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED
from services.report.domain.mappings import Json
from services.report.elastic import ElasticRefusedError, ElasticUnavailableError
from services.report.erasing import Eraser
from services.report.generations import GenerationStore
from services.report.settings import ReportSettings
from services.report.sink import Sink
from services.report.writer import Writer, chunks, latest, outcome_of, reason_of
from services.runtime.deadletters import CircuitOpenError
from services.runtime.messages import Outgoing, Received
from tests.unit.test_report_samples import NOW, case_event, from_event, from_mention, mention, received


class FakeElastic:
    """Takes bulk writes into a dictionary; can be away, lose an index, or refuse an id. Only what the sink asks."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, tuple[int, Any]]] = {}
        self.meta: dict[str, int | None] = {"current": 1, "building": None}
        self.away = 0
        self.refused: set[str] = set()
        self.log: list[str] = []
        self.on_bulk: Any = lambda: None

    def request(
        self, method: str, path: str, body: Json | bytes | None = None, params: Mapping[str, Any] | None = None
    ) -> Any:
        if self.away:
            self.away -= 1
            raise ElasticUnavailableError("away")
        if path == "/_bulk":
            assert isinstance(body, bytes)
            assert params
            self.log.append("bulk")
            self.on_bulk()
            return {"items": [{"index": one} for one in self._bulk(body)]}
        if path.endswith("/_doc/generations"):
            self.log.append("meta")
            return {"_source": dict(self.meta), "_seq_no": 1, "_primary_term": 1}
        if path.endswith("/_alias"):
            return {name: {"aliases": {}} for name in self.documents}
        assert method == "PUT"
        self.documents.setdefault(path.strip("/"), {})
        return {}

    def _bulk(self, body: bytes) -> list[Json]:
        lines = [json.loads(line) for line in body.splitlines()]
        return [self._index(action["index"], source) for action, source in zip(lines[::2], lines[1::2], strict=True)]

    def _index(self, action: Json, source: Json) -> Json:
        if action["_index"] not in self.documents:
            return {"status": 404, "error": {"type": "index_not_found_exception", "reason": "no such index"}}
        if action["_id"] in self.refused:
            reason = "failed to parse field [author.followers] of type [long]. Preview of field's value: 'secret'"
            return {"status": 400, "error": {"type": "document_parsing_exception", "reason": reason}}
        kept = self.documents[action["_index"]]
        if action["_id"] in kept and kept[action["_id"]][0] >= action["version"]:
            return {"status": 409, "error": {"type": "version_conflict_engine_exception"}}
        kept[action["_id"]] = (action["version"], source)
        return {"status": 201}

    def search(self, index: str, body: Json) -> Json:
        raise ElasticRefusedError(400, "unexpected", f"the sink does not search {index} for {body}")

    def searches(self, parts: list[tuple[str, Json]]) -> list[Json]:
        raise ElasticRefusedError(400, "unexpected", f"the sink does not search {parts}")


class FakeReader:
    """Hands out batches; remembers what was committed and whether it was paused."""

    def __init__(self, elastic: FakeElastic, *batches: list[Received[Any]]) -> None:
        self.batches = list(batches)
        self.elastic = elastic
        self.committed = 0
        self.paused = False

    def poll(self, timeout_ms: int = 300, max_records: int = 500) -> list[Received[Any]]:
        assert timeout_ms <= 1_000, "a stop is noticed within a second"
        assert max_records == 100
        self.elastic.log.append("poll")
        return [] if self.paused or not self.batches else self.batches.pop(0)

    def commit(self) -> None:
        self.elastic.log.append("commit")
        self.committed += 1

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


class Letters:
    """Collects dead letters."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def send(self, messages: Sequence[Outgoing]) -> None:
        self.sent += messages


class Impatient(threading.Event):
    """Waits no time at all."""

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        assert timeout <= 10, "Elasticsearch is asked again at least every ten seconds"
        return self.is_set()


def made(elastic: FakeElastic, *batches: list[Received[Any]]) -> tuple[Sink, FakeReader, Letters]:
    store = GenerationStore(elastic, ReportSettings())
    reader, letters = FakeReader(elastic, *batches), Letters()
    writer, eraser = Writer(elastic, store), Eraser(elastic, store)
    return Sink(reader, store, writer, eraser, Erasures(), letters, lambda: NOW, 100), reader, letters


def batch(*numbers: int) -> list[Received[Any]]:
    return [received(MENTIONS_CLASSIFIED, mention(n), n) for n in numbers]


MONTH = "mentions-2026.11-g"


def test_the_order_is_poll_then_generations_then_write_then_commit() -> None:
    elastic = FakeElastic()
    elastic.documents[f"{MONTH}1"] = {}
    sink, reader, _ = made(elastic, batch(1, 2))
    assert sink.step(Impatient()) == 2
    assert elastic.log == ["poll", "meta", "bulk", "commit"]
    assert len(elastic.documents[f"{MONTH}1"]) == 2
    assert reader.committed == 1


def test_while_a_rebuild_runs_both_generations_are_written() -> None:
    elastic = FakeElastic()
    elastic.meta = {"current": 1, "building": 2}
    made(elastic, batch(1))[0].step(Impatient())
    assert elastic.documents[f"{MONTH}1"] == elastic.documents[f"{MONTH}2"]
    assert list(elastic.documents) == [f"{MONTH}2", f"{MONTH}1"], "the newest first"


def test_nothing_is_committed_until_elasticsearch_has_it() -> None:
    elastic = FakeElastic()
    elastic.away = 3
    sink, reader, _ = made(elastic, batch(1))
    sink.step(Impatient())
    assert elastic.log[-1] == "commit"
    assert elastic.log.count("bulk") == 1
    assert len(elastic.documents[f"{MONTH}1"]) == 1
    assert not reader.paused
    assert sink.waiting_for is None


def test_told_to_stop_while_elasticsearch_is_away_it_commits_nothing() -> None:
    elastic, stop = FakeElastic(), Impatient()
    elastic.away = 10**6
    sink, reader, _ = made(elastic, batch(1))
    reader.pause = stop.set  # type: ignore[method-assign]  # stop during the wait
    sink.step(stop)
    assert reader.committed == 0
    assert sink.waiting_for == "away"


def test_partitions_that_come_while_it_waits_are_not_lost() -> None:
    elastic = FakeElastic()
    elastic.away = 1
    sink, reader, _ = made(elastic, batch(1), batch(2))
    reader.pause = lambda: None  # type: ignore[method-assign]  # a partition that just came is not paused yet
    sink.step(Impatient())
    assert len(elastic.documents[f"{MONTH}1"]) == 2


def test_a_generation_that_goes_while_it_writes_is_left_for_the_next() -> None:
    elastic = FakeElastic()
    elastic.documents[f"{MONTH}1"] = {}

    def rebuilt() -> None:
        if elastic.meta["current"] == 1:
            elastic.meta = {"current": 2, "building": None}
            del elastic.documents[f"{MONTH}1"]

    elastic.on_bulk = rebuilt
    sink, reader, _ = made(elastic, batch(1, 2))
    sink.step(Impatient())
    assert list(elastic.documents) == [f"{MONTH}2"]
    assert len(elastic.documents[f"{MONTH}2"]) == 2
    assert reader.committed == 1


def test_indices_that_never_stay_are_a_reason_to_wait_and_not_to_lose() -> None:
    elastic, stop = FakeElastic(), Impatient()
    elastic.on_bulk = elastic.documents.clear
    sink, reader, _ = made(elastic, batch(1))
    reader.pause = stop.set  # type: ignore[method-assign]  # stop during the wait
    sink.step(stop)
    assert reader.committed == 0


def test_a_refused_document_becomes_one_dead_letter_without_its_content() -> None:
    elastic = FakeElastic()
    elastic.meta = {"current": 1, "building": 2}
    bad = mention(2)
    elastic.refused = {bad.id}
    sink, reader, letters = made(elastic, batch(1, 2, 3))
    sink.step(Impatient())
    [letter] = [one.message for one in letters.sent]
    rejected: Any = letter
    assert (rejected.topic, rejected.offset, rejected.code) == ("mentions.classified", 2, "invalid")
    assert rejected.detail == "not indexed: document_parsing_exception in field author.followers"
    assert len(elastic.documents[f"{MONTH}1"]) == 2
    assert reader.committed == 1


def test_a_mention_from_the_future_becomes_a_dead_letter() -> None:
    ahead = received(MENTIONS_CLASSIFIED, mention(1, created_at="2027-01-01T00:00:00Z"))
    sink, _, letters = made(FakeElastic(), [ahead])
    sink.step(Impatient())
    assert len(letters.sent) == 1


def test_when_everything_is_refused_it_stops() -> None:
    elastic = FakeElastic()
    elastic.refused = {mention(n).id for n in range(1100)}
    sink, reader, _ = made(elastic, batch(*range(1100)))
    with pytest.raises(CircuitOpenError):
        sink.step(Impatient())
    assert reader.committed == 0


def test_of_several_versions_in_a_batch_only_the_newest_is_written() -> None:
    again = [from_event(case_event(1, "CaseAssigned", revision)) for revision in (2, 3, 1)]
    assert [one.version for one in latest([*again, from_mention(mention(1))])] == [3, 1]


def test_a_repeated_older_record_changes_nothing() -> None:
    elastic = FakeElastic()
    first = [received(DESK_EVENTS, case_event(1, revision=2, title="new"))]
    older = [received(DESK_EVENTS, case_event(1, revision=1, title="old"))]
    sink, _, letters = made(elastic, first, older)
    sink.step(Impatient())
    sink.step(Impatient())
    [(version, body)] = elastic.documents["cases-g1"].values()
    assert (version, body["title"], letters.sent) == (2, "new", [])


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        (201, "", "written"),
        (409, "version_conflict_engine_exception", "older"),
        (404, "index_not_found_exception", "gone"),
        (400, "document_parsing_exception", "refused"),
        (429, "es_rejected_execution_exception", "later"),
        (403, "cluster_block_exception", "later"),
        (503, "unavailable_shards_exception", "later"),
    ],
)
def test_what_an_answer_means(status: int, kind: str, outcome: str) -> None:
    assert outcome_of(status, kind) == outcome


def test_a_reason_names_the_field_and_never_the_value() -> None:
    error = {"type": "document_parsing_exception", "reason": "[1:2] failed to parse field [rating] value 'geheim'"}
    assert reason_of(error) == "document_parsing_exception in field rating"
    assert "geheim" not in reason_of({"type": "x", "reason": "geheim"})


def test_bulk_bodies_are_cut_to_size() -> None:
    big = [("i", from_mention(mention(n, "x" * 90_000))) for n in range(120)]
    parts = list(chunks(big, {id(one): json.dumps(one.body).encode() for _, one in big}))
    assert [one for held, _ in parts for one in held] == big
    assert len(parts) == 3
    assert all(len(body) < 6_000_000 for _, body in parts)
