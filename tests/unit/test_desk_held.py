"""What the desk keeps in memory has a bound: counted after many more events than fit, never by the process's size."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from services.contracts.base import Model
from services.contracts.cases import Case, CaseMessage
from services.contracts.codec import decode, encode
from services.contracts.events import CaseArchived, CaseOpened, NoteAdded
from services.contracts.lean import lean
from services.contracts.topics import DESK_CASES, DESK_EVENTS, case_key
from services.desk.domain.filters import Filter
from services.desk.domain.inbox import FILTERS, REMEMBERED, Inbox
from services.desk.held import held, measure
from services.desk.live import Hub
from services.desk.readmodel import ReadModel
from services.desk.rows import RowCache
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.support.desk import enter
from tests.support.route import uuid
from tests.unit.test_desk_domain import a_case

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RING, QUEUE = 50, 20
EXAMPLE = Path(__file__).resolve().parents[2] / "services" / "contracts" / "examples"


class Stream:
    """Cases of a team that come and go, as the follower tells of them: events, then records."""

    def __init__(self, model: ReadModel) -> None:
        self._model, self._offset = model, 0
        self._numbers, self._open = itertools.count(), list[Case]()

    def tell(self, kind: Callable[..., Any], case: Case, **more: Any) -> None:
        self._offset += 2
        ident = f"{self._offset:08x}-0000-4000-8000-000000000000"
        facts = {"id": ident, "team": case.team, "at": NOW, "actor": "system:test", "cause": ident}
        event = kind(**facts, sequence=1, of=1, case=case, **more)
        self._model.apply(DESK_EVENTS, case.team, decode(DESK_EVENTS, encode(event)), 0, self._offset)
        record = None if kind is CaseArchived else decode(DESK_CASES, encode(case))
        self._model.apply(DESK_CASES, case_key(case.team, case.id), record, 0, self._offset)

    def come_and_go(self, count: int, open_at_once: int) -> None:
        """`count` more cases, each with a note; the last `open_at_once` of all stay."""
        for number in itertools.islice(self._numbers, count):
            case = a_case(f"n{number}", number % 300, owner=f"p{number % 7}")
            note = CaseMessage(kind="note", id=uuid(f"note{number}"), at=NOW, author="p1", text="Gezien.")
            self.tell(CaseOpened, case, mention=case.mentions[0])
            self._open.append(case.model_copy(update={"revision": 2, "messages": (note,)}))
            self.tell(NoteAdded, self._open[-1], note=note)
            if len(self._open) > open_at_once:
                self.tell(CaseArchived, self._open.pop(0).model_copy(update={"revision": 3}))


def test_whatever_comes_and_goes_only_what_is_there_is_kept() -> None:
    model = ReadModel(Hub(RING, QUEUE))
    stream, sizes = Stream(model), []
    for filtered in ("critical", "normal"):
        model.count("t", "team", "p1", Filter(frozenset({("urgency", filtered)})))
    for _ in range(3):
        stream.come_and_go(1_000, open_at_once=100)
        sizes.append(everything(model) | {"removed": 0})
    assert sizes[0]["cases"] == 100
    assert sizes[0]["recent"] == RING
    assert sizes[1:] == [sizes[0], sizes[0]]


def everything(model: ReadModel) -> dict[str, int]:
    """The size of each structure of the read model, those inside of it too."""
    inbox = model._inboxes["t"]
    shelves = [inbox._all, *inbox._filtered.values()]
    return {
        **model.held(),
        "places": len(inbox._places),
        "authors": len(inbox._authors),
        "values": len(inbox._values),
        "keys": sum(len(keys) for shelf in shelves for keys in shelf._keys.values()),
        "shelves": sum(len(shelf._keys) for shelf in shelves),
        "team_of": len(model._team_of),
        "waiting for answers": len(model.answers._waiting),
    }


def test_of_archived_cases_so_many_ids_are_remembered() -> None:
    inbox = Inbox()
    for number in range(REMEMBERED + 500):
        inbox.remove(str(number))
    assert inbox.held() == {"cases": 0, "removed": REMEMBERED, "filters": 0}


def test_so_many_filters_are_kept_in_order_and_their_shelves_hold_no_keys_of_their_own() -> None:
    inbox = Inbox()
    for number in range(20):
        inbox.put(a_case(f"n{number}", number, owner="p1"))
    for number in range(FILTERS + 50):
        chosen = Filter(frozenset({("urgency", "normal"), ("language", "nl"), ("language", f"x{number}")}))
        assert inbox.count("team", "p1", chosen) == 20
    inbox.put(a_case("n3", 400, revision=2, owner="p2"))
    inbox.put(a_case("late", 7, owner="p1"))
    assert inbox.held()["filters"] == FILTERS
    known = {id(key) for keys in inbox._all._keys.values() for key in keys}
    others = [key for shelf in inbox._filtered.values() for keys in shelf._keys.values() for key in keys]
    assert len(others) == FILTERS * 2 * 21
    assert {id(key) for key in others} <= known


def test_rows_of_a_minute_that_is_over_are_gone_and_a_minute_keeps_so_many() -> None:
    rows, rendered = RowCache(limit=3), list[tuple[str, int]]()

    def row(key: str, minute: int) -> str:
        def render() -> str:
            rendered.append((key, minute))
            return f"<{key}>"

        return rows.get(key, minute, render)

    for key in "abcdcd":
        assert row(key, 7) == f"<{key}>"
    assert len(rows) == 3
    assert [key for key, _ in rendered] == list("abcd")
    row("a", 8)
    assert len(rows) == 1
    row("z", 7)
    assert len(rows) == 1, "who is still at the last minute takes no room, and drops nothing"
    row("a", 8)
    row("a", 3)
    assert rendered[4:] == [("a", 8), ("z", 7), ("a", 3)], "a clock that was put back begins anew"


@pytest.mark.parametrize(
    "file", sorted([*EXAMPLE.glob("case.*.json"), *EXAMPLE.glob("Case*.json")]), ids=lambda one: one.stem
)
def test_a_lean_message_says_the_same_and_notes_nothing_by_itself(file: Path) -> None:
    topic = DESK_CASES if file.stem.startswith("case.") else DESK_EVENTS
    read, kept = decode(topic, file.read_bytes()), lean(decode(topic, file.read_bytes()))
    assert kept == read
    assert encode(kept) == encode(read)
    assert {id(one.__pydantic_fields_set__) for one in parts(kept)} == {
        id(one.__pydantic_fields_set__) for one in {type(one): one for one in parts(kept)}.values()
    }, "one set for all of a kind"
    changed = kept.model_copy(update={"team": "other"})
    assert changed.team == "other"
    assert changed.__pydantic_fields_set__ is not kept.__pydantic_fields_set__


def parts(message: Model) -> list[Model]:
    """A message and every message in it."""
    inner = [one for value in message.__dict__.values() for one in (value if isinstance(value, tuple) else (value,))]
    return [message, *(part for one in inner if isinstance(one, Model) for part in parts(one))]


def test_the_metric_tells_how_much_is_kept(desk: TestDesk) -> None:
    desk.backend.configure(team_config())
    for number in range(3):
        desk.backend.mention(f"De trein staat stil ({number})", desk.backend.clock() - timedelta(minutes=number))
    assert enter(desk).get(f"/inbox/list?team={SPOOR}&view=team").status_code == 200
    measure(desk.app.state.desk)
    found = held(desk.app.state.desk)
    assert found["cases"] == found["rows"] == 3
    told = generate_latest().decode()
    assert {kind: float(count) for kind, count in found.items()} == {
        kind: float(
            next(line.split()[1] for line in told.splitlines() if f'webcare_desk_held{{what="{kind}"}}' in line)
        )
        for kind in found
    }
