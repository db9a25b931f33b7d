"""The indices made again from the topics while people read, the sink writes and records keep coming."""

import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.erasure import AuthorErased, ErasedAuthor
from services.contracts.events import CaseEvent, NoteAdded
from services.contracts.ids import erasure_id, reply_id
from services.contracts.topics import DESK_EVENTS, DESK_TEAMS, MENTIONS_CLASSIFIED, team_key
from services.report.domain.indices import FAMILIES, Generations
from services.report.elastic import ElasticClient, ElasticUnavailableError
from services.report.generations import GenerationStore, SupersededError
from services.report.rebuild import RebuildStoppedError, rebuild
from services.report.settings import ReportSettings
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer
from services.runtime.topics import create_topics
from tests.connected.test_sink import counter, send, sinking
from tests.support.engines import Engines
from tests.support.stack import until
from tests.unit.test_report_samples import NOW, case_event, example, indices, mention

pytestmark = pytest.mark.engines

Ready = tuple[ReportSettings, ElasticClient, GenerationStore]


@pytest.fixture
def team() -> str:
    return f"rebuild-{uuid4().hex[:10]}"


@pytest.fixture
def ready(engines: Engines, team: str) -> Iterator[Ready]:
    with indices(engines.elasticsearch_url, f"{team}-", kafka_bootstrap=engines.bootstrap) as made:
        create_topics(made[0])
        yield made


def written(number: int, name: str, team: str) -> CaseEvent:
    """A note or a reply to the case `number`, after its first two events."""
    kind, revision = ("note", 3) if name == "NoteAdded" else ("reply", 4)
    message = {
        "kind": kind,
        "id": reply_id(f"{team} {kind} {number}"),
        "at": NOW.isoformat(),
        "author": "anouk",
        "text": name,
    }
    return case_event(number, name, revision, team=team, messages=[message], event={kind: message})


def everything(elastic: ElasticClient, store: GenerationStore, team: str, alias: str) -> dict[str, Any]:
    """The team's documents as readers see them; fails when one is seen twice."""
    elastic.request("POST", f"/{store.names.prefix}*/_refresh")
    body = {"size": 10_000, "track_total_hits": True, "query": {"term": {"team": team}}, "version": True}
    answer = elastic.search(f"{store.names.prefix}{alias}", body)
    hits = answer["hits"]["hits"]
    assert len(hits) == answer["hits"]["total"]["value"], "more than one answer holds"
    found = {one["_id"]: (one["_version"], one["_source"]) for one in hits}
    assert len(found) == len(hits), "a document is seen twice"
    return found


def test_a_rebuild_gives_the_same_answers_as_before(ready: Ready, team: str) -> None:
    settings, elastic, store = ready
    count = counter(elastic, store, team)
    months = ("2026-11-03", "2026-10-03", "2014-02-03")
    send(settings, [mention(n, team=team, created_at=f"{months[n % 3]}T10:00:00Z") for n in range(90)], team)
    send(settings, [case_event(n, revision=r, team=team) for n in range(20) for r in (1, 2)], team)
    send(settings, [written(n, name, team) for n in range(20) for name in ("NoteAdded", "ReplySubmitted")], team)
    with sinking(settings, store, elastic, team):
        until(
            lambda: (count("mentions"), count("cases"), count("messages")) == (90, 20, 40), "everything is indexed", 60
        )
    before = {alias: everything(elastic, store, team, alias) for alias in FAMILIES}
    steps: list[tuple[int, int]] = []
    rebuilt = rebuild(settings, lambda done, total: steps.append((done, total)))
    assert {alias: everything(elastic, store, team, alias) for alias in FAMILIES} == before
    assert rebuilt.generation == 2
    assert steps[-1][0] == steps[-1][1] >= 130
    assert store.read().generations == Generations(2)
    assert {its[1] for index in store.aliases() if (its := store.names.parse(index))} == {2}
    assert all(len(aliases) == 1 for aliases in store.aliases().values())


def test_a_rebuild_beside_the_sink_loses_and_doubles_nothing(ready: Ready, team: str) -> None:
    """Two rebuilds while mentions, corrections and case events keep coming; readers never see less than before."""
    settings, elastic, store = ready
    stop, sent = threading.Event(), [0]
    seen: list[int] = []
    doubled: list[str] = []

    def keep_sending() -> None:
        with Producer(settings, "test") as producer:
            while not stop.wait(0.01):
                n = sent[0]
                month = 1 + n % 12
                one = mention(n, team=team, created_at=f"2025-{month:02d}-03T10:00:00Z")
                again = mention(
                    n // 2, "gecorrigeerd", team=team, created_at=f"2025-{1 + n // 2 % 12:02d}-03T10:00:00Z"
                )
                producer.send([Outgoing(MENTIONS_CLASSIFIED, team, one), Outgoing(MENTIONS_CLASSIFIED, team, again)])
                producer.send([Outgoing(DESK_EVENTS, team, case_event(n % 40, revision=1 + n // 40, team=team))])
                sent[0] += 1

    def keep_reading() -> None:
        body = {"size": 0, "track_total_hits": True, "query": {"term": {"team": team}}}
        # Not `cardinality`: it counts hashes, and of a few thousand ids it now and then takes two for one.
        body["aggs"] = {"ids": {"terms": {"field": "id", "size": 1, "shard_size": 40_000, "min_doc_count": 2}}}
        while not stop.wait(0.02):
            try:
                answer = elastic.search(f"{team}-mentions", body)
            except ElasticUnavailableError:  # says so; what must not happen is a wrong answer
                continue
            seen.append(answer["hits"]["total"]["value"])
            doubled.extend(one["key"] for one in answer.get("aggregations", {}).get("ids", {}).get("buckets", []))

    with sinking(settings, store, elastic, team):
        threads = [threading.Thread(target=keep_sending), threading.Thread(target=keep_reading)]
        for one in threads:
            one.start()
        try:
            until(lambda: sent[0] > 50, "records flow", 60)
            generations = [rebuild(settings).generation for _ in range(2)]
        finally:
            stop.set()
            for one in threads:
                one.join()
        newest, case = 1 + (sent[0] - 1) // 40, case_event(0, team=team).case.id
        until(lambda: everything(elastic, store, team, "cases")[case][0] == newest, "the last event arrives", 60)
        last = mention(10**6, "de laatste", team=team)
        send(settings, [last], team)
        until(lambda: last.id in everything(elastic, store, team, "mentions"), "the last record arrives", 60)
    assert generations == [2, 3]
    found = everything(elastic, store, team, "mentions")
    assert set(found) == {mention(n, team=team).id for n in range(sent[0])} | {last.id}
    corrected = {mention(n, team=team).id for n in range((sent[0] - 1) // 2 + 1)}
    assert all(found[one][1]["text"] == "gecorrigeerd" for one in corrected - {mention(0, team=team).id})
    assert len(everything(elastic, store, team, "cases")) == 40
    assert seen == sorted(seen), "readers saw fewer documents than a moment before"
    assert doubled == [], "readers saw a document twice"


def test_a_rebuild_that_stops_leaves_what_was_and_the_next_one_clears_up(ready: Ready, team: str) -> None:
    settings, elastic, store = ready
    count = counter(elastic, store, team)
    send(settings, [mention(n, team=team) for n in range(20)], team)
    with sinking(settings, store, elastic, team):
        until(lambda: count("mentions") == 20, "everything is indexed", 60)
    stop = threading.Event()
    stop.set()
    with pytest.raises(RebuildStoppedError):
        rebuild(settings, stop=stop)
    assert store.read().generations == Generations(1, building=2)
    assert count("mentions") == 20
    assert rebuild(settings).generation == 3
    assert count("mentions") == 20
    assert {its[1] for index in store.aliases() if (its := store.names.parse(index))} == {3}


def test_of_two_rebuilds_the_later_wins(ready: Ready) -> None:
    _, _, store = ready
    first = store.read()
    saved = store.save(first, first.generations.begin(), "one")
    assert store.save(first, first.generations.begin(), "one") == saved, "its answer was lost, so it asks again"
    with pytest.raises(SupersededError):
        store.save(first, first.generations.begin(), "another")


def test_a_switch_that_died_half_way_is_finished_by_the_next_start(ready: Ready, team: str) -> None:
    settings, elastic, store = ready
    send(settings, [mention(n, team=team) for n in range(5)], team)
    rebuild(settings)
    before = store.read()
    store.create(store.names.index("cases", "", 3))
    store.save(before, Generations(3, retiring=2), "one")
    assert store.prepare().current == 3
    shown = {index for index, aliases in store.aliases().items() if aliases}
    assert shown == {store.names.index("cases", "", 3), store.names.index("messages", "", 3)}
    assert elastic.search(store.names.alias("cases"), {"size": 0})["_shards"]["total"] == 1


# -- erasure -----------------------------------------------------------------------------------------------------------

TRUUS = {"id": "t-17", "name": "Truus Jansen", "handle": "@truus", "url": "https://social.example/@truus"}


def erased(team: str) -> AuthorErased:
    return AuthorErased.model_validate(
        example("AuthorErased") | {"team": team, "author": "t-17", "at": NOW.isoformat()}
    )


def tell(settings: ReportSettings, event: AuthorErased) -> None:
    """As route does, but for the transaction: what is remembered, and the event."""
    erasure = erasure_id(event.team, event.source, event.author)
    record = ErasedAuthor(team=event.team, erasure=erasure, at=event.at)
    with Producer(settings, "test") as producer:
        producer.send([Outgoing(DESK_TEAMS, team_key(event.team, "erased", erasure), record)])
        producer.send([Outgoing(DESK_EVENTS, event.team, event)])


def of_truus(team: str, count: int = 30) -> list[Any]:
    """Her mentions, and two cases with a note each; and a mention of somebody else."""
    by: dict[str, Any] = {"team": team, "author": TRUUS, "title": "Truus Jansen vraagt"}
    noted = [written(n, "NoteAdded", team).model_dump(mode="json") for n in range(2)]
    for one in noted:
        one["case"] |= by
        one["note"]["text"] = "Truus belde"
        one["at"] = NOW.isoformat()
    events = [NoteAdded.model_validate(one) for one in noted]
    return [*(mention(n, f"Truus zegt {n}", **by) for n in range(count)), mention(99, "Jan zegt", team=team), *events]


def words(elastic: ElasticClient, store: GenerationStore, team: str) -> list[str]:
    """The ids of all that names her."""
    return [
        ident
        for alias in FAMILIES
        for ident, (_, body) in everything(elastic, store, team, alias).items()
        if "ruus" in str(body) or "t-17" in str(body)
    ]


def test_what_the_sink_has_erased_a_rebuild_does_not_bring_back(ready: Ready, team: str) -> None:
    settings, elastic, store = ready
    count = counter(elastic, store, team)
    send(settings, of_truus(team), team)
    with sinking(settings, store, elastic, team):
        until(lambda: (count("mentions"), count("messages")) == (31, 2), "everything is indexed", 120)
        assert len(words(elastic, store, team)) == 34
        tell(settings, erased(team))
        until(lambda: not words(elastic, store, team), "all of it is erased", 60)
        send(settings, of_truus(team, 5), team)
        last = mention(100, "Tot slot", team=team)
        send(settings, [last], team)
        until(lambda: last.id in everything(elastic, store, team, "mentions"), "the same mentions came again", 60)
        assert words(elastic, store, team) == []
    before = {alias: everything(elastic, store, team, alias) for alias in FAMILIES}
    rebuild(settings)
    assert {alias: everything(elastic, store, team, alias) for alias in FAMILIES} == before
    assert len(before["mentions"]) == 32


def test_what_is_erased_while_a_rebuild_reads_is_erased_in_it(ready: Ready, team: str) -> None:
    """The rebuild has noted where the topics end and who was erased by then; the sink is away."""
    settings, elastic, store = ready
    send(settings, of_truus(team), team)
    told: list[int] = []

    def at_its_beginning(done: int, _total: int) -> None:
        if not told:
            tell(settings, erased(team))
        told.append(done)

    rebuild(settings, at_its_beginning)
    assert told[0] == 0
    assert words(elastic, store, team) == []
    assert len(everything(elastic, store, team, "mentions")) == 31
