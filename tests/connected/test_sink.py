"""The sink from Kafka to Elasticsearch: once for every record, whatever is repeated, and nothing lost when told to stop."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from services.contracts.base import Model
from services.contracts.erasure import Erasures
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED
from services.report.domain.documents import Document
from services.report.elastic import ElasticClient, ElasticUnavailableError
from services.report.erasing import Eraser
from services.report.generations import GenerationStore
from services.report.main import prepared_before
from services.report.retention import expire
from services.report.settings import ReportSettings
from services.report.sink import Sink
from services.report.writer import Writer
from services.runtime.clock import system_clock
from services.runtime.health import Health
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer
from services.runtime.reader import GroupReader
from services.runtime.topics import create_topics
from tests.support.engines import Engines
from tests.support.stack import until
from tests.unit.test_report_samples import (
    NOW,
    case_event,
    from_event,
    from_mention,
    from_message,
    indices,
    mention,
    refresh,
)

pytestmark = pytest.mark.engines

TOPICS = (MENTIONS_CLASSIFIED, DESK_EVENTS)


@pytest.fixture
def team() -> str:
    """A team of this test alone: the topics are shared."""
    return f"sink-{uuid4().hex[:10]}"


@pytest.fixture
def ready(engines: Engines, team: str) -> Iterator[tuple[ReportSettings, ElasticClient, GenerationStore]]:
    """Topics, and indices of this test alone."""
    with indices(engines.elasticsearch_url, f"{team}-", kafka_bootstrap=engines.bootstrap) as made:
        create_topics(made[0])
        yield made


@contextmanager
def sinking(settings: ReportSettings, store: GenerationStore, elastic: ElasticClient, group: str) -> Iterator[None]:
    """The sink of a group of its own, running in a thread."""
    stop = threading.Event()

    def work() -> None:
        with Producer(settings, group) as producer, GroupReader(settings, group, TOPICS, producer) as reader:
            writer, eraser = Writer(elastic, store), Eraser(elastic, store)
            sink = Sink(reader, store, writer, eraser, Erasures(), producer, system_clock, 200)
            while not stop.is_set():
                sink.step(stop)

    thread = threading.Thread(target=work, name=group)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def send(settings: ReportSettings, messages: list[Model], team: str) -> None:
    """Put messages on the topic that takes them, under the team's key."""
    with Producer(settings, "test") as producer:
        for one in messages:
            topic = MENTIONS_CLASSIFIED if getattr(one, "type", "") == "mention.classified" else DESK_EVENTS
            producer.send([Outgoing(topic, team, one)])


def counter(elastic: ElasticClient, store: GenerationStore, team: str) -> Callable[[str], int]:
    """Counts the team's documents under an alias, as readers see them; -1 while an index that was just made says that it
    cannot be searched yet, as it does on a busy machine."""

    def count(alias: str) -> int:
        body = {"size": 0, "track_total_hits": True, "query": {"term": {"team": team}}}
        try:
            refresh(elastic, store)
            return int(elastic.search(f"{store.names.prefix}{alias}", body)["hits"]["total"]["value"])
        except ElasticUnavailableError:
            return -1

    return count


def test_repeated_records_are_one_document_and_a_second_start_reads_on(
    ready: tuple[ReportSettings, ElasticClient, GenerationStore], team: str
) -> None:
    settings, elastic, store = ready
    count = counter(elastic, store, team)

    def versions() -> set[tuple[str, int]]:
        refresh(elastic, store)
        cases = elastic.search(f"{team}-cases", {"size": 100, "query": {"term": {"team": team}}})["hits"]["hits"]
        return {(one["_source"]["title"], one["_source"]["revision"]) for one in cases}

    send(settings, [mention(n, f"versie {v}", team=team, revision=v) for v in (1, 2) for n in range(30)], team)
    send(settings, [case_event(n, revision=v, team=team, title=f"v{v}") for n in range(10) for v in (2, 3, 1)], team)
    with sinking(settings, store, elastic, team):
        until(lambda: count("mentions") == 30 and count("cases") == 10, "everything is indexed", 60)
    with sinking(settings, store, elastic, team):
        send(settings, [mention(500, "na de herstart", team=team)], team)
        until(lambda: count("mentions") == 31, "the sink reads on", 60)
        until(lambda: versions() == {("v3", 3)}, "and has read the other topic to its end", 60)
    found = elastic.search(f"{team}-mentions", {"size": 100, "query": {"term": {"team": team}}})["hits"]["hits"]
    assert {one["_source"]["text"] for one in found} == {"versie 2", "na de herstart"}


def test_documents_that_come_in_the_wrong_order_leave_the_newest(
    ready: tuple[ReportSettings, ElasticClient, GenerationStore],
) -> None:
    _, elastic, store = ready
    writer = Writer(elastic, store)
    for version in (5, 9, 7, 9):
        refused, _ = writer.write([from_mention(mention(1, f"v{version}"), version)], (1,))
        assert refused == []
    answer = elastic.request("GET", f"/{store.names.index('mentions', '2026.11', 1)}/_doc/{mention(1).id}")
    assert (answer["_version"], answer["_source"]["text"]) == (10, "v9")


def test_a_document_that_elasticsearch_refuses_does_not_stop_the_others(
    ready: tuple[ReportSettings, ElasticClient, GenerationStore],
) -> None:
    _, elastic, store = ready
    good = from_mention(mention(1))
    bad = Document("mentions", good.part, "bad", 1, {"id": "bad", "rating": "vijf sterren van Jan"})
    refused, _ = Writer(elastic, store).write([bad, good], (1,))
    assert [one.document.id for one in refused] == ["bad"]
    assert refused[0].reason == "document_parsing_exception in field rating"


def test_retention_forgets_what_the_topic_has_forgotten_and_nothing_else(
    ready: tuple[ReportSettings, ElasticClient, GenerationStore],
) -> None:
    _, elastic, store = ready
    long_ago, archive = NOW - timedelta(days=500), mention(3, created_at="2019-05-01T10:00:00Z")
    documents = [
        from_mention(mention(1, created_at=long_ago.isoformat()), 1, at=long_ago),
        from_mention(mention(2), 2),
        from_mention(archive, 3),
        from_event(case_event(1), at=long_ago),
        from_event(case_event(2)),
        from_message(case_event(1, "NoteAdded", 2), at=long_ago),
        from_message(case_event(2, "ReplySubmitted", 2)),
    ]
    Writer(elastic, store).write(documents, (1,))
    store.create(store.names.index("mentions", "2026.10", 7))
    refresh(elastic, store)
    expire(elastic, store, 400, NOW)
    refresh(elastic, store)
    names = store.names
    assert set(store.aliases()) == {
        names.index("mentions", "2026.11", 1),
        names.index("mentions", "2019.05", 1),
        names.index("cases", "", 1),
        names.index("messages", "", 1),
    }
    left = elastic.search(names.alias("cases"), {"size": 10})["hits"]["hits"]
    assert [one["_id"] for one in left] == [case_event(2).case.id]
    written = elastic.search(names.alias("messages"), {"size": 10})["hits"]["hits"]
    assert [one["_source"]["type"] for one in written] == ["reply"]


def test_it_waits_for_elasticsearch_and_says_so() -> None:
    settings, stop, health = ReportSettings(elasticsearch_url="http://127.0.0.1:9"), threading.Event(), Health()
    with ElasticClient(settings) as elastic:
        waiting = threading.Thread(
            target=prepared_before, args=(GenerationStore(elastic, settings), health, stop), name="waiting"
        )
        waiting.start()
        until(lambda: any("ConnectionError" in one for one in health.missing()), "not ready, with the reason")
        stop.set()
        waiting.join(15)
        assert not waiting.is_alive()
