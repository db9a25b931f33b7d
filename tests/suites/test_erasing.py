"""Erasure on the real Elasticsearch: what is found of an author, what is left of it, and that a repeat changes nothing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.erasure import AuthorErased
from services.contracts.events import CaseErased
from services.contracts.ids import case_id, reply_id
from services.contracts.mentions import ClassifiedMention
from services.report.domain.documents import Document
from services.report.domain.erased import Wrote
from services.report.elastic import ElasticClient
from services.report.erasing import Eraser, Found, count
from services.report.generations import GenerationStore
from services.report.writer import Writer
from tests.support.engines import Engines
from tests.unit.test_report_samples import (
    NOW,
    TEAM,
    case_event,
    example,
    from_event,
    from_mention,
    from_message,
    indices,
    mention,
    refresh,
)

pytestmark = pytest.mark.engines

TRUUS = {"id": "t-17", "name": "Truus Jansen", "handle": "@truus", "url": "https://social.example/@truus"}
JAN = {"id": "j-1", "name": "Jan"}
LATER = NOW + timedelta(hours=1)
Ready = tuple[ElasticClient, GenerationStore]


@pytest.fixture
def ready(engines: Engines) -> Iterator[Ready]:
    with indices(engines.elasticsearch_url, f"erase-{uuid4().hex[:8]}-") as (_, elastic, store):
        yield elastic, store


def said(number: int, text: str, **more: Any) -> dict[str, Any]:
    ident = reply_id(f"{number} {text}")
    return {"kind": "note", "id": ident, "at": NOW.isoformat(), "author": "anouk", "text": text} | more


def by_truus(number: int, **more: Any) -> ClassifiedMention:
    months = ("2026-11-03", "2026-10-03", "2014-02-03")
    return mention(number, f"Truus zegt {number}", author=TRUUS, created_at=f"{months[number % 3]}T10:00:00Z", **more)


def noted(number: int, author: dict[str, Any], text: str, revision: int = 3, **case: Any) -> list[Document]:
    note = said(number, text, **({"addressee": case.pop("to")} if "to" in case else {}))
    event = case_event(
        number, "NoteAdded", revision, event={"note": note}, author=author, title=f"Zaak {number}", **case
    )
    return [from_event(event), from_message(event)]


def erasure(**changes: Any) -> AuthorErased:
    return AuthorErased.model_validate(example("AuthorErased") | {"at": NOW.isoformat(), "author": "t-17"} | changes)


def fill(store: GenerationStore, elastic: ElasticClient, generation: int = 1) -> None:
    """Truus: 1,200 mentions in three months, two cases with a note; Jan: a mention and a case with two notes."""
    other = case_id(TEAM, mention(1).id)
    to = {"case": other, "source": "mastodon", "conversation": "x", "author": "Truus", "answer_to": "x"}
    documents = [from_mention(by_truus(number), number) for number in range(1_200)]
    documents += noted(1, TRUUS, "Truus belde") + noted(2, TRUUS, "Truus mailde")
    documents += [from_mention(mention(5_000, "Jan zegt", author=JAN), 5_000), *noted(5_000, JAN, "Jan belde")]
    documents += noted(5_000, JAN, "Dag Truus", 4, to=to)
    Writer(elastic, store).write(documents, (generation,))
    refresh(elastic, store)


def everything(elastic: ElasticClient, store: GenerationStore) -> dict[str, tuple[int, Any]]:
    refresh(elastic, store)
    body = {"size": 5_000, "query": {"match_all": {}}, "version": True}
    hits = [
        hit
        for one in ("mentions", "cases", "messages")
        for hit in elastic.search(store.names.alias(one), body)["hits"]["hits"]
    ]
    return {hit["_id"]: (hit["_version"], hit["_source"]) for hit in hits}


def left(elastic: ElasticClient, store: GenerationStore) -> Found:
    refresh(elastic, store)
    return count(elastic, store.names, Wrote(TEAM, "mastodon", "t-17", NOW))


def test_all_of_an_author_goes_and_nothing_of_anybody_else(ready: Ready) -> None:
    elastic, store = ready
    fill(store, elastic)
    before = everything(elastic, store)
    assert left(elastic, store) == Found(1_200, 2, 3)
    assert Eraser(elastic, store).erase([erasure()], (1,)) == 1_205
    assert not left(elastic, store)
    after = everything(elastic, store)
    assert {ident: version for ident, (version, _) in after.items()} == {
        ident: version for ident, (version, _) in before.items()
    }
    assert [one for _, one in after.values() if "ruus" in str(one)] == []
    changed = {ident for ident in after if after[ident] != before[ident]}
    assert len(changed) == 1_205
    jan = [one["text"] for _, one in after.values() if one.get("type") == "note"]
    assert sorted(jan) == ["", "", "", "Jan belde"]


def test_a_repeat_changes_nothing_and_an_older_record_does_not_come_back(ready: Ready) -> None:
    elastic, store = ready
    fill(store, elastic)
    eraser = Eraser(elastic, store)
    eraser.erase([erasure()], (1,))
    before = everything(elastic, store)
    assert eraser.erase([erasure(), erasure(at=LATER.isoformat())], (1,)) == 0
    Writer(elastic, store).write([from_mention(by_truus(number), number) for number in range(1_200)], (1,))
    assert everything(elastic, store) == before, "the same records once more have the same versions"


def test_what_was_written_after_the_erasure_stays(ready: Ready) -> None:
    elastic, store = ready
    late = mention(7_000, "Truus weer", author=TRUUS, created_at=LATER.isoformat(), collected_at=LATER.isoformat())
    again = case_event(7_000, author=TRUUS, updated_at=LATER.isoformat())
    Writer(elastic, store).write([from_mention(late, 7_000, LATER), from_event(again, LATER)], (1,))
    refresh(elastic, store)
    assert Eraser(elastic, store).erase([erasure()], (1,)) == 0


def test_notes_of_a_case_go_although_the_case_itself_names_its_author_no_more(ready: Ready) -> None:
    """As route has rewritten it already when the sink comes to its replies and notes."""
    elastic, store = ready
    fill(store, elastic)
    event = case_event(1, "CaseErased", 9, event={"at": NOW.isoformat()})
    assert isinstance(event, CaseErased)
    Writer(elastic, store).write([from_event(event)], (1,))
    assert Eraser(elastic, store).erase([event], (1,)) == 2, "its own note, and the one that answers its conversation"
    assert Eraser(elastic, store).erase([erasure()], (1,)) == 1_202


def test_only_the_generations_that_are_named_are_changed(ready: Ready) -> None:
    elastic, store = ready
    fill(store, elastic)
    assert Eraser(elastic, store).erase([erasure()], (2,)) == 0, "one that does not exist has nothing"
    assert left(elastic, store) == Found(1_200, 2, 3)
