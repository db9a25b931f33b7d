"""Leave that the teams of a person have missed of each other is found and told: once it is surely missing, and no more."""

import logging
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from services.contracts.commands import AskLeave, DecideLeave, NoteLeave, WithdrawLeave
from services.contracts.teams import Leave, Person
from services.desk.accounts.people import Account
from services.desk.domain.rota_told import MOST_WAITED, Patience, missing_leave
from services.desk.rota.telling import Telling
from services.runtime.messages import Outgoing
from services.runtime.metrics import LEAVE_LOOKED_AT, LEAVE_MISSING, LEAVE_TOLD
from services.runtime.producer import SendError
from tests.support.route import at
from tests.support.told import BOTH, MINUTE, NOW, ONE, THREE, TWO, Web, agreed, holiday, teams

# -- what is missing -----------------------------------------------------------------------------------------------------


def test_leave_of_a_file_is_told_to_the_other_team_without_its_note() -> None:
    given = teams(agreed(holiday(note="naar zee")), agreed(team=TWO))
    (told,) = missing_leave(given, BOTH, NOW)
    assert (told.team, told.elsewhere, told.person, told.actor, told.at) == (TWO, ONE, "noor", "system:desk", NOW)
    assert told.leave == (holiday(),)


def test_the_same_is_the_same_command_and_other_agreements_make_another() -> None:
    first = missing_leave(teams(agreed(holiday()), agreed(team=TWO)), BOTH, NOW)
    later = missing_leave(teams(agreed(holiday()), agreed(team=TWO)), BOTH, NOW + MINUTE)
    assert [one.id for one in first] == [one.id for one in later]
    for changed in (
        teams(agreed(holiday(), revision=2), agreed(team=TWO)),
        teams(agreed(holiday()), agreed(team=TWO, revision=2)),
    ):
        assert [one.id for one in missing_leave(changed, BOTH, NOW)] != [one.id for one in first]


@pytest.mark.parametrize(
    "leave",
    [
        holiday(state="asked"),
        holiday(state="declined"),
        holiday(kind="sick"),
        holiday(elsewhere=THREE),
        holiday(start=at(8), end=NOW),
    ],
)
def test_what_is_not_granted_here_or_is_over_is_not_told(leave: Leave) -> None:
    assert missing_leave(teams(agreed(leave), agreed(team=TWO)), BOTH, NOW) == []


@pytest.mark.parametrize(
    "roles",
    [
        {},
        {"noor": {ONE: "agent"}},
        {"noor": {TWO: "agent"}},
        {"noor": {ONE: "agent", TWO: "viewer"}},
        {"jeroen": {ONE: "agent", TWO: "agent"}},
    ],
)
def test_who_has_no_work_in_both_is_left_alone_also_with_the_same_name(roles: dict[str, dict[str, str]]) -> None:
    assert missing_leave(teams(agreed(holiday()), agreed(team=TWO)), roles, NOW) == []


def test_who_is_not_in_the_roster_or_whose_team_is_not_known_is_left_alone() -> None:
    others = (Person(id="jeroen", name="Jeroen"),)
    assert missing_leave(teams(agreed(holiday()), agreed(team=TWO, people=others, shifts=())), BOTH, NOW) == []
    assert missing_leave(teams(agreed(holiday())), BOTH, NOW) == []


def test_what_a_team_has_from_one_that_is_not_known_stays_and_from_one_that_grants_nothing_goes() -> None:
    held = holiday(elsewhere=ONE)
    assert missing_leave(teams(agreed(held, team=TWO)), BOTH, NOW) == []
    for roles in (BOTH, {}):
        (told,) = missing_leave(teams(agreed(), agreed(held, team=TWO)), roles, NOW)
        assert (told.team, told.elsewhere, told.leave) == (TWO, ONE, ())


def test_more_than_a_command_holds_is_told_in_parts_the_soonest_first() -> None:
    many = [holiday(f"dag-{n}", start=at(0, n), end=at(1, n)) for n in range(1005, 0, -1)]
    (told,) = missing_leave(teams(agreed(*many), agreed(team=TWO)), BOTH, NOW)
    assert [one.id for one in told.leave] == [f"dag-{n}" for n in range(1, 1001)]


# -- when it is told -----------------------------------------------------------------------------------------------------


def note(ident: str, **more: Any) -> NoteLeave:
    fields = {"id": ident, "team": TWO, "at": NOW, "actor": "system:desk", "person": "noor", "elsewhere": ONE}
    return NoteLeave(**(fields | more))


def test_what_is_seen_once_is_not_told_and_what_stays_is_told_less_and_less_often() -> None:
    patience, told = Patience(MINUTE), []
    command = note("00000000-0000-5000-8000-000000000001")
    for minute in range(60 * 24 * 2):
        now = NOW + minute * MINUTE
        told += [(minute, times) for _, times in patience.due([command.model_copy(update={"at": now})], now)]
    assert told[:6] == [(1, 0), (2, 1), (4, 2), (8, 3), (16, 4), (32, 5)]
    waits = [later - earlier for (earlier, _), (later, _) in pairwise(told)]
    assert waits[-1] * MINUTE == MOST_WAITED
    assert len(told) < 20


def test_what_was_gone_in_between_or_is_other_by_now_begins_anew() -> None:
    patience = Patience(MINUTE)
    first, other = (
        note("00000000-0000-5000-8000-000000000001"),
        note("00000000-0000-5000-8000-000000000002", leave=(holiday(),)),
    )
    assert [len(patience.due([first], NOW + n * MINUTE)) for n in range(2)] == [0, 1]
    assert patience.due([other], NOW + 2 * MINUTE) == []
    assert patience.due([first], NOW + 3 * MINUTE) == []
    assert patience.due([], NOW + 4 * MINUTE) == []
    assert patience.due([first], NOW + 5 * MINUTE) == []
    assert patience.due([first], NOW + 6 * MINUTE) == [(first, 0)]


# -- looking and telling -------------------------------------------------------------------------------------------------


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = Web(tmp_path)
    yield made
    made.accounts.close()


def test_leave_of_a_file_reaches_the_other_team_at_the_second_look_and_is_told_once(web: Web) -> None:
    web.configure(ONE, holiday())
    web.configure(TWO)
    before = LEAVE_TOLD.labels(TWO, "leave")._value.get()
    assert web.look() == []
    assert LEAVE_MISSING.labels("leave")._value.get() == 1
    assert [one.team for one in web.look()] == [TWO]
    assert LEAVE_TOLD.labels(TWO, "leave")._value.get() == before + 1
    (kept,) = web.leave(TWO)
    assert (kept.person, kept.start, kept.end, kept.elsewhere) == ("noor", at(9, 3), at(17, 3), ONE)
    assert [web.look() for _ in range(4)] == [[]] * 4
    assert (LEAVE_MISSING.labels("leave")._value.get(), LEAVE_LOOKED_AT._value.get()) == (0, web.now.timestamp())
    assert web.leave(ONE) == (holiday(),), "nothing goes round"


def test_what_a_file_takes_out_again_and_brings_back_the_same_day_is_told_each_time(web: Web) -> None:
    web.configure(TWO)
    for leave in ((holiday(),), (), (holiday(),), ()):
        web.configure(ONE, *leave)
        for _ in range(3):
            web.look()
        assert [(one.start, one.end) for one in web.leave(TWO)] == [(one.start, one.end) for one in leave]


def test_who_joins_a_second_team_while_they_are_away_is_away_there_from_then_on(web: Web) -> None:
    web.configure(ONE, holiday(start=at(8), end=at(17, 2)))
    web.configure(TWO)
    web.accounts.save(Account("noor", "Noor", {ONE: "agent"}), None)
    assert (web.look(), web.look(), web.leave(TWO)) == ([], [], ())
    web.accounts.save(Account("noor", "Noor", {ONE: "agent", TWO: "agent"}), None)
    web.look()
    assert len(web.look()) == 1
    assert [(one.start, one.end) for one in web.leave(TWO)] == [(web.now, at(17, 2))]
    assert web.look() == []


def test_an_account_that_has_stopped_belongs_to_no_team(web: Web) -> None:
    web.configure(ONE, holiday())
    web.configure(TWO)
    web.accounts.disable("noor")
    assert (web.look(), web.look()) == ([], [])


def test_what_route_tells_itself_is_not_told_again(web: Web) -> None:
    web.configure(ONE)
    web.configure(TWO)
    web.backend.do(AskLeave, ONE, "noor", start=at(9, 3), end=at(17, 3))
    web.look()
    web.backend.away = {TWO}
    web.backend.do(DecideLeave, ONE, "lead:els", leave=web.leave(ONE)[0].id, approve=True, also=(TWO,))
    assert web.look() == [], "it is under way"
    web.backend.back()
    assert [web.look() for _ in range(3)] == [[]] * 3
    web.backend.do(WithdrawLeave, ONE, "noor", leave=web.leave(ONE)[0].id)
    assert (web.leave(TWO), web.look(), web.look()) == ((), [], [])


def test_a_command_that_came_later_than_a_day_is_made_up_for(web: Web) -> None:
    web.configure(ONE)
    web.configure(TWO)
    web.backend.do(AskLeave, ONE, "noor", start=at(9, 3), end=at(17, 3))
    web.backend.away = {TWO}
    web.backend.do(DecideLeave, ONE, "lead:els", leave=web.leave(ONE)[0].id, approve=True, also=(TWO,))
    web.now += timedelta(hours=25)
    web.backend.back()
    assert web.leave(TWO) == (), "it has expired"
    web.look()
    web.look()
    assert [one.end for one in web.leave(TWO)] == [at(17, 3)]


def test_two_processes_that_look_tell_it_once(web: Web) -> None:
    web.configure(ONE, holiday())
    web.configure(TWO)
    web.backend.silent = True
    other = web.another()
    for _ in range(2):
        web.look()
        other.look()
    first, second = web.backend.sent
    assert first.id == second.id
    web.backend.give(first)
    known = web.model.agreed(TWO)
    web.backend.give(second)
    assert web.model.agreed(TWO) == known


def test_a_team_that_refuses_is_asked_less_and_less_and_the_log_says_so_without_a_name(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    web.configure(ONE, holiday())
    web.configure(TWO)
    web.backend.silent = True
    caplog.set_level(logging.INFO, "services.desk.rota.telling")
    for _ in range(60):
        web.look()
    assert len(web.backend.sent) == 7
    assert "told tweede of leave in another team that it had missed" in caplog.text
    assert "tweede still does not know of leave in another team, told 5 times" in caplog.text
    assert {record.levelname for record in caplog.records} == {"INFO", "WARNING"}
    assert "noor" not in caplog.text


def test_when_kafka_does_not_take_it_it_is_told_later(web: Web) -> None:
    web.configure(ONE, holiday())
    web.configure(TWO)
    web.look()
    web.backend.broken = True
    with pytest.raises(SendError):
        web.look()
    web.backend.broken = False
    assert len(web.look()) == 1
    assert [one.elsewhere for one in web.leave(TWO)] == [ONE]


class Fails:
    """Fails once in each of two ways, then tells that it was asked once more."""

    def __init__(self) -> None:
        self.mistakes: list[Exception] = [SendError("no broker"), RuntimeError("a mistake")]
        self.asked = threading.Event()
        self.taken: list[Outgoing] = []

    def send(self, messages: Sequence[Outgoing]) -> None:
        if self.mistakes:
            raise self.mistakes.pop(0)
        self.taken += messages
        self.asked.set()


def test_the_thread_waits_until_the_desk_has_caught_up_and_goes_on_after_a_mistake(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    web.configure(ONE, holiday())
    web.configure(TWO)
    sender, waited = Fails(), threading.Event()
    asked: list[int] = []

    def ready() -> bool:
        asked.append(len(sender.mistakes))
        waited.set()
        return len(asked) > 3

    def clock() -> datetime:
        web.now += MINUTE
        return web.now

    telling = Telling(web.model, web.accounts, sender, clock, ready=ready, every=0.001)
    telling.start()
    try:
        assert sender.asked.wait(20)
    finally:
        telling.stop()
    assert asked[:3] == [2, 2, 2], "nothing is sent before"
    assert "could not be told of leave: no broker" in caplog.text
    assert "a mistake" in caplog.text


# -- who may -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", ["noor", "lead:els", "integration:robot", "guest:link"])
def test_no_person_and_no_program_can_say_what_another_team_has_granted(web: Web, actor: str) -> None:
    web.configure(ONE)
    web.configure(TWO)
    web.backend.do(NoteLeave, TWO, actor, person="noor", elsewhere=ONE, leave=(holiday(),))
    assert web.leave(TWO) == ()
    web.backend.do(NoteLeave, TWO, "system:desk", person="noor", elsewhere=ONE, leave=(holiday(),))
    assert len(web.leave(TWO)) == 1
