"""A kept search sounds: from the record of a team and mentions on Kafka, by the process `sink`, to an alert on `signals`."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.contracts.mentions import ClassifiedMention
from services.contracts.searches import AlertRule, SavedSearch, SearchAlert
from services.contracts.topics import DESK_TEAMS, MENTIONS_CLASSIFIED, SIGNALS, team_key
from services.report.main import run
from services.report.settings import ReportSettings
from services.runtime.follow import Followed, Follower
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer
from services.runtime.topics import create_topics
from tests.support.engines import Engines
from tests.support.stack import until
from tests.unit.test_report_samples import indices, mention

pytestmark = pytest.mark.engines


@pytest.fixture
def team() -> str:
    return f"alerts-{uuid4().hex[:10]}"


@pytest.fixture
def sink(engines: Engines, team: str) -> Iterator[ReportSettings]:
    """The whole process, on indices of this test alone."""
    made = indices(engines.elasticsearch_url, f"{team}-", kafka_bootstrap=engines.bootstrap, sink_metrics_port=0)
    with made as (settings, _, _):
        create_topics(settings)
        stop = threading.Event()
        thread = threading.Thread(target=run, args=(settings, stop), name="sink")
        thread.start()
        yield settings
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def test_a_search_sounds_once_in_its_window_and_tells_of_each_new_mention(sink: ReportSettings, team: str) -> None:
    alerts: list[SearchAlert] = []

    def on_record(one: Followed) -> None:
        if isinstance(one.message, SearchAlert) and one.message.team == team:
            alerts.append(one.message)

    follower = Follower(sink, {SIGNALS: "beginning"}, on_record)
    follower.start()
    now = datetime.now(UTC)

    def said(number: int, text: str, **changes: str) -> ClassifiedMention:
        moment = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        return mention(number, text, team=team, **{"created_at": moment, "collected_at": moment} | changes)

    def search(name: str, query: str, at_least: int, minutes: int) -> SavedSearch:
        rule = AlertRule(at_least=at_least, minutes=minutes)
        return SavedSearch(
            team=team, id=name, name=name, query=query, owner="anouk", alert=rule, at=now - timedelta(minutes=1)
        )

    try:
        with Producer(sink, "test") as producer:
            for one in (search("many", "storing -internet", 5, 60), search("each", "brug OR tunnel", 1, 1)):
                producer.send([Outgoing(DESK_TEAMS, team_key(team, "search", one.id), one)])
            old = {"created_at": "2019-05-01T10:00:00Z"}
            texts = [
                *(said(n, "Weer een storing") for n in range(5)),
                said(10, "storing internet"),
                said(11, "de brug"),
            ]
            archive = [said(20 + n, "een oude tunnel", **old) for n in range(3)]
            producer.send([Outgoing(MENTIONS_CLASSIFIED, team, one) for one in [*texts, *archive]])
            until(lambda: {one.search for one in alerts} == {"many", "each"}, "both sound", 90)
            assert {(one.search, one.count, one.person) for one in alerts} == {
                ("many", 5, "anouk"),
                ("each", 1, "anouk"),
            }
            producer.send([Outgoing(MENTIONS_CLASSIFIED, team, said(30 + n, "Nog een storing")) for n in range(6)])
            producer.send([Outgoing(MENTIONS_CLASSIFIED, team, said(40, "de tunnel is dicht"))])
            until(lambda: len({one.id for one in alerts}) == 3, "the new mention is told of, after a minute", 120)
            assert [one.search for one in alerts].count("many") == 1, "it is quiet for its window"
            assert [one.count for one in alerts if one.search == "each"] == [1, 1]
    finally:
        follower.stop()
