"""When a kept search sounds, how often, and that nothing is told twice or forgotten."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.contracts.searches import AlertRule, SavedSearch, SearchAlert
from services.contracts.topics import MENTIONS_CLASSIFIED
from services.report.alerts import EVERY, Alerts, KnownSearches
from services.report.domain.alerts import LATE, Sounded, alert_body, judge, quiet, sounded, window_start
from services.report.domain.indices import Names
from services.report.domain.mappings import Json
from services.report.elastic import ElasticUnavailableError
from services.runtime.messages import Outgoing
from tests.unit.test_report_samples import NOW, TEAM, mention, received

EACH, TEN = AlertRule(at_least=1, minutes=1), AlertRule(at_least=10, minutes=60)
MINUTE = timedelta(minutes=1)


def search(rule: AlertRule | None, **changes: Any) -> SavedSearch:
    fields: dict[str, Any] = {"team": TEAM, "id": "search-1", "name": "Storing", "query": "storing", "owner": "anouk"}
    return SavedSearch(**fields | {"alert": rule, "at": NOW - timedelta(days=1)} | changes)


def hit(n: int, minutes: int = 0) -> Json:
    return {"id": f"m{n}", "collected_at": (NOW - minutes * MINUTE).isoformat()}


def test_it_sounds_from_its_number_on_and_is_quiet_for_its_window() -> None:
    one = search(TEN)
    assert judge(one, TEN, Sounded(), 9, [hit(1)], NOW) is None
    made = judge(one, TEN, Sounded(), 10, [hit(1)], NOW)
    assert made
    alert, after = made
    assert (alert.count, alert.person, alert.end - alert.start) == (10, "anouk", timedelta(hours=1))
    assert quiet(TEN, after, NOW + 59 * MINUTE)
    assert not quiet(TEN, after, NOW + 60 * MINUTE)


def test_an_alert_that_is_sent_again_is_the_same_and_the_next_is_another() -> None:
    first, again = (judge(search(TEN), TEN, Sounded(), 10, [hit(1)], NOW + n * MINUTE) for n in (0, 1))
    assert first
    assert again
    assert first[0].id == again[0].id
    following = judge(search(TEN), TEN, first[1], 10, [hit(1)], NOW + 61 * MINUTE)
    assert following
    assert following[0].id != first[0].id


def test_each_mention_is_told_of_once_also_when_it_comes_late() -> None:
    one = search(EACH)
    made = judge(one, EACH, Sounded(), 2, [hit(2), hit(1, 3)], NOW)
    assert made
    last = sounded(made[1].source())
    assert last == made[1]
    assert window_start(one, EACH, last, NOW + MINUTE) == NOW - LATE
    assert {"terms": {"id": ["m2", "m1"]}} in alert_body(one, EACH, last, NOW, "UTC")["query"]["bool"]["must_not"]
    later = judge(one, EACH, last, 1, [hit(3, 5)], NOW + MINUTE)
    assert later
    assert (later[1].newest, later[1].told) == (NOW, ("m3", "m2", "m1"))


def test_what_was_there_before_it_was_kept_is_not_told_of() -> None:
    assert window_start(search(EACH, at=NOW), EACH, Sounded(), NOW + MINUTE) == NOW


def test_a_search_of_the_team_names_nobody() -> None:
    made = judge(search(TEN, shared=True), TEN, Sounded(), 10, [hit(1)], NOW)
    assert made
    assert made[0].person is None


def test_only_mentions_of_its_team_count() -> None:
    assert {"term": {"team": TEAM}} in alert_body(search(TEN), TEN, Sounded(), NOW, "UTC")["query"]["bool"]["filter"]


class Engine:
    """Remembers what sounded, and finds as many mentions as it is told to."""

    def __init__(self, count: int) -> None:
        self.count, self.docs, self.asked, self.away = count, dict[str, Json](), 0, False

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        params: Mapping[str, Any] | None = None,  # noqa: ARG002  # the port's
    ) -> Any:
        if method == "PUT":
            self.docs[path.rsplit("/", 1)[1]] = body
            return {}
        return {"docs": [{"_source": self.docs[one]} if one in self.docs else {"found": False} for one in body["ids"]]}

    def search(self, index: str, body: Json) -> Json:
        raise AssertionError(f"one search at a time: {index} {body}")

    def searches(self, parts: list[tuple[str, Json]]) -> list[Json]:
        if self.away:
            raise ElasticUnavailableError("away")
        self.asked += 1
        hits = [{"_source": hit(n)} for n in range(min(self.count, 3))]
        return [{"hits": {"total": {"value": self.count}, "hits": hits}} for _ in parts]


class Sent:
    """What was sent."""

    def __init__(self) -> None:
        self.alerts: list[SearchAlert] = []

    def send(self, messages: Any) -> None:
        for one in messages:
            assert isinstance(one, Outgoing)
            assert isinstance(one.message, SearchAlert)
            self.alerts.append(one.message)


def made(*searches: SavedSearch, count: int = 12) -> tuple[Alerts, Engine, Sent]:
    known, engine, sent = KnownSearches(), Engine(count), Sent()
    for one in searches:
        known.fold(f"{one.team}:search:{one.id}", one)
    return Alerts(engine, Names(""), known, sent, "UTC"), engine, sent


def test_many_searches_are_one_request_and_without_mentions_there_is_none() -> None:
    alerts, engine, sent = made(*(search(TEN, id=f"search-{n}") for n in range(50)), count=0)
    for minute in range(5):
        assert alerts.run(NOW + (minute - 5) * MINUTE) == 0
    assert engine.asked == 1, "once, because they were new"
    engine.asked, engine.count = 0, 12
    alerts.arrived([received(MENTIONS_CLASSIFIED, mention(1))], NOW)
    assert alerts.run(NOW) == 50
    assert (engine.asked, len(sent.alerts)) == (1, 50)


def test_in_its_window_it_sounds_once_and_afterwards_again_without_a_new_mention() -> None:
    alerts, _, sent = made(search(TEN))
    alerts.arrived([received(MENTIONS_CLASSIFIED, mention(1))], NOW)
    for minute in range(60):
        alerts.run(NOW + minute * MINUTE)
    assert len(sent.alerts) == 1
    alerts.run(NOW + 60 * MINUTE)
    assert len(sent.alerts) == 2


def test_while_elasticsearch_is_away_nothing_is_lost() -> None:
    alerts, engine, sent = made(search(TEN))
    alerts.arrived([received(MENTIONS_CLASSIFIED, mention(1))], NOW)
    engine.away = True
    assert alerts.run(NOW) == 0
    engine.away = False
    assert alerts.run(NOW + EVERY) == 1
    assert len(sent.alerts) == 1


def test_a_new_process_and_a_new_search_are_looked_at_once() -> None:
    alerts, engine, _ = made(search(TEN), count=0)
    alerts.run(NOW)
    alerts.run(NOW + MINUTE)
    assert engine.asked == 1


def test_a_dropped_search_and_one_without_a_rule_are_silent() -> None:
    known = KnownSearches()
    known.fold(f"{TEAM}:search:search-1", search(TEN))
    known.fold(f"{TEAM}:search:search-2", search(None, id="search-2"))
    known.fold(f"{TEAM}:capacity:anouk", None)
    assert [one.id for one, _ in known.of([TEAM])] == ["search-1"]
    known.fold(f"{TEAM}:search:search-1", None)
    assert known.of([TEAM]) == []
