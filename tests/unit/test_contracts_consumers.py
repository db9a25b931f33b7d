"""Every golden example goes through every consumer that the registry names for its topic.

A new consumer gets a function in `CONSUMERS`; a reader that the registry names and that is not there yet stands in
`NOT_YET`, and one that is not a process of webcare in `OUTSIDE`. A test says when a name is in neither.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.classify.domain.second_look import Rules, worth
from services.classify.reread.worker import Corrections
from services.classify.teams import TeamAgreements
from services.classify.worker import transform
from services.contracts.asyncapi import EXAMPLES
from services.contracts.base import Model
from services.contracts.cases import Case
from services.contracts.codec import decode, encode
from services.contracts.commands import Tick
from services.contracts.erasure import ErasedAuthor, Erasures
from services.contracts.events import CaseArchived, CaseEvent
from services.contracts.mentions import ClassifiedMention
from services.contracts.schemas import message_name
from services.contracts.searches import SavedSearch
from services.contracts.signals import Signal
from services.contracts.teams import TeamConfiguration
from services.contracts.topics import (
    DESK_CASES,
    DESK_COMMANDS,
    DESK_EVENTS,
    DESK_TEAMS,
    FIGURES_DAILY,
    MENTIONS_CLASSIFIED,
    MENTIONS_RAW,
    OUTBOX_APPROVED,
    SIGNALS,
    TOPICS,
    Topic,
)
from services.desk.readmodel import ReadModel
from services.ingest.sources.webhook.deliver import Destination, attempt
from services.ingest.store import FinalOutcome
from services.ingest.teams import TeamDirectory
from services.report.alerts import KnownSearches
from services.report.sink import prepared
from services.route.partition import STATE, RoutePartition
from services.route.ticker import KnownTeams, ticks
from services.runtime.follow import Followed
from services.runtime.messages import Outgoing, Received
from services.runtime.settings import Settings
from tests.support.archived import Archived
from tests.support.fast_reader import fast_reader

TEAM = "spoorlijn"
AT = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)
"""After everything in the examples."""

OUTSIDE = {"operators", "integrations"}
NOT_YET = {
    ("trends", MENTIONS_CLASSIFIED.name),
    ("report", DESK_TEAMS.name),
    ("report", FIGURES_DAILY.name),
}


def example(topic: Topic, model: type[Model]) -> Any:
    return decode(topic, (EXAMPLES / f"{message_name(model)}.json").read_bytes())


def example_named(topic: Topic, name: str) -> Any:
    return decode(topic, (EXAMPLES / f"{name}.v1.json").read_bytes())


def received(topic: Topic, message: Model) -> Received[Any]:
    return Received(topic, 1, 7, AT, "key", message, {"traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"})


def followed(topic: Topic, message: Model) -> Followed:
    return Followed(topic, 1, 7, AT, "key", message, {})


def all_can_be_read(written: list[Outgoing]) -> None:
    """What a consumer writes can be read by those after it."""
    for one in written:
        if one.message is not None:
            assert decode(one.topic, encode(one.message)) == one.message


def classify(topic: Topic, message: Any) -> None:
    if topic is DESK_TEAMS:
        classify_teams(topic, message)
        return
    (written,) = transform(fast_reader())([received(topic, message)], AT)
    assert written.topic is MENTIONS_CLASSIFIED
    assert written.message is not None
    assert (written.key, getattr(written.message, "id", "")) == (message.team, message.id)
    all_can_be_read([written])


def folds_erasures(message: Any) -> None:
    erasures = Erasures()
    erasures.fold(message)
    noor = example_named(MENTIONS_CLASSIFIED, "mention.classified")
    assert (erasures.of_mention(noor) is not None) == isinstance(message, ErasedAuthor)


def classify_teams(topic: Topic, message: Any) -> None:
    folds_erasures(message)
    agreements = TeamAgreements(fast_reader().rarity)
    agreements.fold(followed(topic, message))
    assert (agreements.taxonomy_of(TEAM) is not None) == isinstance(message, TeamConfiguration)


def reread(topic: Topic, message: Any) -> None:
    if topic is DESK_TEAMS:
        folds_erasures(message)
        return
    mention = example_named(MENTIONS_CLASSIFIED, "mention.classified")
    if topic is MENTIONS_CLASSIFIED:
        worth(message, Rules(0.6, 0.8, timedelta(hours=1)))
        return
    written = list(Corrections(Archived(mention), Erasures())([received(topic, message)], AT))
    assert len(written) == 0, "the example of a mention has the example of a correction in it"
    all_can_be_read(written)


def route(topic: Topic, message: Any) -> None:
    partition = RoutePartition(1)
    for state in (example_named(DESK_TEAMS, "team.configuration"), example_named(DESK_CASES, "case")):
        partition.restore(DESK_CASES if isinstance(state, Case) else DESK_TEAMS, "key", state)
    if topic in STATE:
        partition.restore(topic, "key", message)
    partition.restored()
    if topic in (DESK_COMMANDS, MENTIONS_CLASSIFIED):
        written = partition.handle([received(topic, message)], AT)
        all_can_be_read(written)
        assert {one.partition for one in written if one.topic is not SIGNALS} <= {1}
        causes = [getattr(one.message, "cause", None) for one in written if one.topic is DESK_EVENTS]
        assert isinstance(message, Tick | ClassifiedMention) or message.id in causes


def sink(topic: Topic, message: Any) -> None:
    if topic is DESK_TEAMS:
        folds_erasures(message)
        known = KnownSearches()
        known.fold("key", message)
        assert known.take_new() == ({TEAM} if isinstance(message, SavedSearch) else set())
        return
    documents, letters = prepared([received(topic, message)], Erasures())
    assert letters == []
    families = {one.family for _, one in documents}
    assert ("mentions" in families) == isinstance(message, ClassifiedMention)
    assert ("cases" in families) == isinstance(message, CaseEvent)
    assert ("messages" in families) <= isinstance(message, CaseEvent)


def desk(topic: Topic, message: Any) -> None:
    model = ReadModel()
    model.apply(topic, "key", message, 1, 7)
    if isinstance(message, CaseEvent | Case) and not isinstance(message, CaseArchived):
        case = message if isinstance(message, Case) else message.case
        assert model.case(case.id) == case
    if isinstance(message, TeamConfiguration):
        assert model.config(TEAM) == message.config
    if isinstance(message, SavedSearch):
        assert model.kept_searches(TEAM, message.owner) == (message,)
    if isinstance(message, Signal):
        assert model.signals(TEAM, [message.topic], message.at) == [message]
    if topic is SIGNALS:
        assert model.hub.find([message.id]) == [message], "live clients are told"


def ticker(topic: Topic, message: Any) -> None:
    teams = KnownTeams()
    teams.on_record(followed(topic, message))
    assert teams.all() == ([TEAM] if isinstance(message, TeamConfiguration) else [])
    all_can_be_read(ticks(teams.all(), AT))


def ingest(topic: Topic, message: Any) -> None:
    if topic is OUTBOX_APPROVED:
        asyncio.run(_deliver(message))
    else:
        directory = TeamDirectory(Settings())
        directory.fold(followed(topic, message))


async def _deliver(message: Any) -> None:
    seen: list[httpx.Request] = []

    def source(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"url": "https://mastodon.example/@spoorlijn/1"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(source)) as client:
        outcome = await attempt(client, Destination("https://mastodon.example/in", "whsec_c2VjcmV0"), message, AT)
    assert isinstance(outcome, FinalOutcome)
    assert outcome.outcome == "delivered"
    assert seen[0].headers["idempotency-key"] == message.id


CONSUMERS: dict[str, Callable[[Topic, Any], None]] = {
    "classify": classify,
    "reread": reread,
    "route": route,
    "sink": sink,
    "desk": desk,
    "ticker": ticker,
    "ingest": ingest,
}

CASES = [
    pytest.param(topic, model, name, id=f"{message_name(model)}-{name}")
    for topic in TOPICS
    for model in topic.values
    for name in topic.read_by
    if name in CONSUMERS and (name, topic.name) not in NOT_YET
]


@pytest.mark.parametrize(("topic", "model", "name"), CASES)
def test_a_consumer_takes_every_message_of_its_topics(topic: Topic, model: type[Model], name: str) -> None:
    CONSUMERS[name](topic, example(topic, model))


def test_every_reader_of_the_registry_has_a_place_here() -> None:
    readers = {(name, topic.name) for topic in TOPICS for name in topic.read_by}
    missing = {one for one in readers if one[0] not in CONSUMERS.keys() | OUTSIDE} - NOT_YET
    assert not missing
    assert readers >= NOT_YET
    assert len(CASES) > 60
    assert any(case.values[0] is MENTIONS_RAW for case in CASES)
