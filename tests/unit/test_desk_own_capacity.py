"""How much somebody takes by their own word: on their page beside what they have, for a while, and back as agreed."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.contracts.base import Model
from services.contracts.commands import SetOwnCapacity, SnoozeCase
from services.contracts.events import OwnCapacityChanged
from services.contracts.memory import OwnCapacity
from services.contracts.teams import Person
from services.contracts.topics import DESK_TEAMS
from services.desk.domain.own_capacity import OwnCapacities, my_room
from tests.browser.desk_backend import SPOOR, TestDesk
from tests.browser.desk_scene import play
from tests.support.desk import enter
from tests.support.route import uuid
from tests.unit.conftest import OpenDesk
from tests.unit.test_desk_domain import a_case

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


def record(capacity: int, minutes: int = 0) -> OwnCapacity:
    at = NOW + timedelta(minutes=minutes)
    return OwnCapacity(team="t", person="me", capacity=capacity, until=LATER, at=at)


def event(capacity: int | None, minutes: int = 0) -> OwnCapacityChanged:
    until = None if capacity is None else LATER
    facts: dict[str, Any] = {"team": "t", "at": NOW + timedelta(minutes=minutes), "actor": "me", "person": "me"}
    return OwnCapacityChanged(id=uuid("e"), cause=uuid("c"), sequence=1, of=1, capacity=capacity, until=until, **facts)


def folded(*messages: Model | None) -> OwnCapacities:
    found = OwnCapacities()
    for message in messages:
        found.fold("t:capacity:me", message)
    return found


def test_the_latest_word_counts_whichever_of_its_record_and_event_comes_first() -> None:
    for order in permutations((record(3), event(3), record(5, 1), event(5, 1))):
        found = folded(*order).of("t", "me", NOW)
        assert found is not None
        assert found.capacity == 5


@pytest.mark.parametrize("gone", [None, event(None, 1)])
def test_back_to_what_was_agreed_is_a_tombstone_and_an_event(gone: Model | None) -> None:
    assert folded(record(3), gone).of("t", "me", NOW) is None


def test_it_holds_until_its_moment_and_for_its_person_alone() -> None:
    found = folded(record(3))
    assert found.of("t", "me", LATER - timedelta(seconds=1)) is not None
    assert found.of("t", "me", LATER) is None, "also before route has said that it is over"
    assert found.of("t", "you", NOW) is None
    found.fold("t:capacity:you", None)
    found.fold("t:gap:me", None)
    assert found.of("t", "me", NOW) is not None


def test_what_awaits_the_customer_or_sleeps_takes_nothing() -> None:
    cases = (
        a_case("a", owner="me", weight=2),
        a_case("b", owner="me", weight=3, awaiting_us=False),
        a_case("c", owner="me", weight=1, snoozed_until=LATER),
    )
    room = my_room(Person(id="me", name="Me", capacity=8), None, cases)
    assert (room.load, room.waiting, room.capacity) == (2, 2, 8)
    assert my_room(Person(id="me", name="Me", capacity=8), record(3), ()).capacity == 3


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(clock=lambda: NOW, desk_answer_seconds=0.3)
    play(made.backend)
    return made


def told(client: TestClient, **data: str) -> str:
    answer = client.post(f"/rota/capacity?team={SPOOR}", data=data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("told=")[2].partition("&")[0]


def card(client: TestClient) -> str:
    page: str = client.get(f"/rota/mine?team={SPOOR}").text
    return page.partition('id="capacity"')[2].partition("</section>")[0]


def test_it_stands_beside_the_present_load_as_route_counts_it(desk: TestDesk) -> None:
    client, state = enter(desk), desk.backend.states[SPOOR]
    assert state.load("youssef") > 0
    assert f"{state.load('youssef')} van 8 punten bezet" in card(client)
    case = desk.model.owned(SPOOR, "youssef")[0]
    desk.backend.do(SnoozeCase, SPOOR, "youssef", NOW, case=case.id, until=LATER)
    assert f"{state.load('youssef')} van 8 punten bezet" in card(client)
    assert "neemt nu niets" in card(client) or "nemen nu niets" in card(client)


def test_it_is_taken_until_a_moment_and_put_back(desk: TestDesk) -> None:
    client, person = enter(desk), Person(id="youssef", name="Youssef")
    assert "Weer zoals afgesproken" not in card(client)
    assert told(client, points="3", until="2026-11-25T12:00") == "rota.told.capacity"
    sent = desk.backend.sent[-1]
    assert isinstance(sent, SetOwnCapacity)
    assert (sent.capacity, sent.until) == (3, LATER)
    assert "van 3 punten bezet" in card(client), "at once, before its record comes"
    assert "Afgesproken is 8." in card(client)
    assert desk.backend.states[SPOOR].capacity(person) == 3
    assert "van 2 punten bezet" in card(enter(desk, "marit")), "a colleague's is as it was"
    assert told(client, reset="yes") == "rota.told.capacity_reset"
    assert "van 8 punten bezet" in card(client)
    assert told(client, points="0", until="2026-11-25T12:00") == "rota.told.capacity", "nothing new is a choice"


@pytest.mark.parametrize(
    ("points", "until", "wanted"),
    [
        ("veel", "2026-11-25T12:00", "rota.wrong.points"),
        ("-1", "2026-11-25T12:00", "rota.wrong.points"),
        ("1001", "2026-11-25T12:00", "rota.wrong.points"),
        ("4", "", "rota.wrong.time"),
        ("4", "2026-11-25T09:00", "rota.wrong.past"),
    ],
)
def test_a_wrong_form_says_why_and_comes_back_filled_in(desk: TestDesk, points: str, until: str, wanted: str) -> None:
    client = enter(desk)
    answer = client.post(f"/rota/capacity?team={SPOOR}", data={"points": points, "until": until})
    assert f"told={wanted}" in answer.headers["location"]
    page = client.get(answer.headers["location"]).text
    assert f'value="{points}"' in page
    assert not desk.backend.sent


def test_who_only_looks_cannot_change_it_and_who_is_not_in_the_rota_has_none(desk: TestDesk) -> None:
    assert enter(desk, "vera").post(f"/rota/capacity?team={SPOOR}", data={"reset": "yes"}).status_code == 403
    assert told(enter(desk, "lena"), points="3", until="2026-11-25T12:00") == "rejected.not_a_member"


def test_a_record_that_was_there_before_is_known(desk: TestDesk) -> None:
    one = record(4).model_copy(update={"team": SPOOR, "person": "youssef"})
    desk.model.apply(DESK_TEAMS, f"{SPOOR}:capacity:youssef", one, 0, 1)
    assert "van 4 punten bezet" in card(enter(desk))
    desk.model.apply(DESK_TEAMS, f"{SPOOR}:capacity:youssef", None, 0, 2)
    assert "van 8 punten bezet" in card(enter(desk))
