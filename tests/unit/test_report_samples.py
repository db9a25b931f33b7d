"""Sample mentions, cases and events for the tests of the report, varied from the golden examples; and that they are good."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from services.contracts.codec import decode, encode
from services.contracts.erasure import Erasures
from services.contracts.events import CaseEvent
from services.contracts.ids import case_id, event_id, mention_id
from services.contracts.mentions import ClassifiedMention
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED, Topic
from services.report.domain.documents import Document, documents_of
from services.report.domain.indices import FAMILIES
from services.report.elastic import ElasticClient
from services.report.generations import GenerationStore
from services.report.settings import ReportSettings
from services.runtime.messages import Received

EXAMPLES = Path(__file__).resolve().parents[2] / "services" / "contracts" / "examples"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEAM = "spoorlijn"


def example(name: str) -> dict[str, Any]:
    """A golden example as plain data."""
    data: dict[str, Any] = json.loads((EXAMPLES / f"{name}.v1.json").read_text(encoding="utf-8"))
    return data


def mention(
    number: int,
    text: str = "De trein staat stil.",
    *,
    sentiment: str = "neutral",
    urgency: str = "normal",
    language: str = "nl",
    topics: Sequence[str] = (),
    **changes: Any,
) -> ClassifiedMention:
    """The mention `number`, with its classification; `changes` are fields of the mention."""
    data = example("mention.classified")
    source, team = changes.get("source", "mastodon"), changes.get("team", TEAM)
    data |= {"source": source, "source_id": str(number), "conversation": str(number), "text": text, "team": team}
    data |= {"id": mention_id(team, source, str(number)), "url": f"https://mastodon.example/{number}", "media": []}
    data |= {"created_at": NOW.isoformat(), "collected_at": NOW.isoformat()} | changes
    kind = data["classification"]
    kind["language"]["code"], kind["sentiment"]["label"], kind["urgency"]["label"] = language, sentiment, urgency
    kind["topics"], kind["reasons"] = list(topics), []
    return ClassifiedMention.model_validate(data)


def case_event(
    number: int, name: str = "CaseOpened", revision: int = 1, *, event: Mapping[str, Any] | None = None, **changes: Any
) -> CaseEvent:
    """An event of the case `number`; `changes` are fields of the case, `event` those of the event itself."""
    data = example(name) | dict(event or {})
    team = changes.get("team", TEAM)
    mentions = [mention_id(team, "mastodon", str(number))]
    data["id"], data["team"] = event_id(mentions[0], revision), team
    data["case"] |= {"id": case_id(team, mentions[0]), "revision": revision, "mentions": mentions}
    data["case"] |= {"opened_at": NOW.isoformat(), "updated_at": NOW.isoformat(), "created_at": NOW.isoformat()}
    data["case"] |= {"deadline": None, "first_response_at": None, "first_response_seconds": None}
    data["case"] |= {"first_response_in_target": None, "status": "open", "closed_at": None} | changes
    made = decode(DESK_EVENTS, json.dumps(data).encode())
    assert isinstance(made, CaseEvent)
    return made


def received(topic: Topic, message: Any, offset: int = 0, at: datetime = NOW) -> Received[Any]:
    """A message as the sink polls it."""
    return Received(topic, 0, offset, at, message.team, message, {})


def from_mention(message: ClassifiedMention, offset: int = 0, at: datetime = NOW) -> Document:
    """The document of a mention that was read at `offset`."""
    [document] = documents_of(received(MENTIONS_CLASSIFIED, message, offset, at), Erasures())
    return document


def from_event(event: CaseEvent, at: datetime = NOW) -> Document:
    """The document of a case event."""
    return documents_of(received(DESK_EVENTS, event, 0, at), Erasures())[0]


def from_message(event: CaseEvent, at: datetime = NOW) -> Document:
    """The document of the reply or note that a case event is about."""
    return documents_of(received(DESK_EVENTS, event, 0, at), Erasures())[1]


@contextmanager
def indices(url: str, prefix: str, **settings: Any) -> Iterator[tuple[ReportSettings, ElasticClient, GenerationStore]]:
    """Prepared indices under a prefix of their own, which are gone afterwards."""
    mine = ReportSettings.model_validate(
        {"elasticsearch_url": url, "index_prefix": prefix, "elasticsearch_timeout_seconds": 60, **settings}
    )
    with ElasticClient(mine) as elastic:
        store = GenerationStore(elastic, mine)
        store.prepare()
        try:
            yield mine, elastic, store
        finally:
            store.drop([*store.aliases(), store.names.meta])
            for name in (*FAMILIES, *(f"{one}-current" for one in FAMILIES), "meta"):
                elastic.request("DELETE", f"/_index_template/{store.names.template(name)}")
            for name in ("settings", *(f"{one}-fields" for one in FAMILIES)):
                elastic.request("DELETE", f"/_component_template/{store.names.template(name)}")


def refresh(elastic: ElasticClient, store: GenerationStore) -> None:
    """Make what was written visible to searches now."""
    elastic.request("POST", f"/{store.names.prefix}*/_refresh")


def counts(facet: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """A facet of the API as value → count."""
    return {one["value"]: one["count"] for one in facet}


def test_samples_are_messages_that_every_reader_accepts() -> None:
    one = mention(1, sentiment="negative", created_at=(NOW - timedelta(days=1)).isoformat())
    assert decode(MENTIONS_CLASSIFIED, encode(one)) == one
    for kind in ("CaseOpened", "CaseAssigned", "CaseClosed", "CaseArchived"):
        event = case_event(1, kind, 3)
        assert decode(DESK_EVENTS, encode(event)) == event
