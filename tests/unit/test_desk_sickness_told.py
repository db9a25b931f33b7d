"""Who is sick in one team and was never reported so in another is reported there; who is well there stays well."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.contracts.commands import CallInSick, ReportWell
from services.contracts.teams import Leave
from services.desk.accounts.people import Account
from services.desk.domain.rota_told import missing_sickness
from services.runtime.metrics import LEAVE_MISSING, LEAVE_TOLD
from tests.support.route import at
from tests.support.told import BOTH, NOW, ONE, THREE, TWO, Web, agreed, holiday, teams

SHARED = "0b0e7a52-0000-5000-8000-000000000001"


def sick(name: str = "griep", **more: Any) -> Leave:
    return holiday(name, kind="sick", **({"start": at(8), "end": at(9, 2)} | more))


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = Web(tmp_path)
    yield made
    made.accounts.close()


def in_teams(web: Web, **more: Any) -> Account:
    found = web.accounts.get("noor")
    assert found is not None
    return replace(found, teams={ONE: "agent", **more})


def test_sickness_of_a_file_is_reported_in_the_other_team_until_its_end() -> None:
    (told,) = missing_sickness(teams(agreed(sick()), agreed(team=TWO)), BOTH, NOW)
    assert (told.team, told.person, told.until, told.actor, told.also) == (TWO, "noor", at(9, 2), "system:desk", ())
    (again,) = missing_sickness(teams(agreed(sick()), agreed(team=TWO)), BOTH, NOW + timedelta(hours=1))
    assert (again.id, again.shared) == (told.id, told.shared)


def test_without_an_end_it_has_none_there_and_the_id_that_it_bears_here() -> None:
    (told,) = missing_sickness(teams(agreed(sick(f"sick-{SHARED}", until_well=True)), agreed(team=TWO)), BOTH, NOW)
    assert (told.until, told.shared) == (None, SHARED)


@pytest.mark.parametrize(
    "there",
    [
        sick("sick-x", start=at(9), end=at(9.5)),
        sick("sick-x", start=at(9), end=at(17, 20)),
        sick("sick-x", start=at(5), end=at(8.5)),
    ],
    ids=["well again", "sick until another day", "sick since before"],
)
def test_who_was_sick_there_meanwhile_stays_as_they_are(there: Leave) -> None:
    given = teams(agreed(sick(end=at(17, 20))), agreed(there, team=TWO))
    assert [one.team for one in missing_sickness(given, BOTH, NOW)] == []


@pytest.mark.parametrize(
    "there", [sick("sick-x", start=at(5), end=at(8)), sick("sick-x", start=at(9, 5), end=at(9, 6))]
)
def test_sickness_of_another_time_is_none_of_this(there: Leave) -> None:
    (told,) = missing_sickness(teams(agreed(sick()), agreed(there, team=TWO)), BOTH, NOW)
    assert told.team == TWO


@pytest.mark.parametrize("one", [sick(end=at(9)), sick(start=at(9, 1)), holiday(start=at(8)), sick(person="jeroen")])
def test_who_is_not_sick_now_or_has_no_work_in_both_is_left_alone(one: Leave) -> None:
    assert missing_sickness(teams(agreed(one), agreed(team=TWO)), BOTH, NOW) == []


def test_who_is_sick_in_two_teams_is_reported_once_in_the_third_for_the_longer_of_them() -> None:
    roles = {"noor": dict.fromkeys((ONE, TWO, THREE), "agent")}
    given = teams(agreed(sick(end=at(9, 1))), agreed(sick(end=at(9, 3)), team=TWO), agreed(team=THREE))
    (told,) = missing_sickness(given, roles, NOW)
    assert (told.team, told.until) == (THREE, at(9, 3))


def test_it_is_told_at_the_second_look_once_and_being_well_in_one_ends_it_in_both(web: Web) -> None:
    web.configure(ONE, sick())
    web.configure(TWO)
    before = LEAVE_TOLD.labels(TWO, "sickness")._value.get()
    assert web.look() == []
    assert LEAVE_MISSING.labels("sickness")._value.get() == 1
    assert [one.team for one in web.look()] == [TWO]
    assert LEAVE_TOLD.labels(TWO, "sickness")._value.get() == before + 1
    assert [(one.kind, one.start, one.end) for one in web.leave(TWO)] == [("sick", web.now, at(9, 2))]
    web.look()
    web.backend.do(ReportWell, TWO, "noor", also=(ONE,))
    assert [web.look() for _ in range(4)] == [[]] * 4
    assert [one.end <= web.now for team in (ONE, TWO) for one in web.leave(team)] == [True, True]


def test_who_joins_a_second_team_while_they_are_sick_is_sick_there(web: Web) -> None:
    web.accounts.save(in_teams(web), None)
    web.configure(ONE)
    web.configure(TWO)
    web.backend.do(CallInSick, ONE, "noor")
    assert (web.look(), web.look(), web.leave(TWO)) == ([], [], ())
    web.accounts.save(in_teams(web, **{TWO: "agent"}), None)
    web.look()
    web.look()
    (here,), (there,) = web.leave(ONE), web.leave(TWO)
    assert (there.id, there.until_well) == (here.id, True)


def test_sickness_that_was_told_too_late_is_made_up_for(web: Web) -> None:
    web.configure(ONE)
    web.configure(TWO)
    web.backend.away = {TWO}
    web.backend.do(CallInSick, ONE, "noor", also=(TWO,), shared=SHARED)
    web.now += timedelta(hours=25)
    web.backend.back()
    assert web.leave(TWO) == ()
    web.look()
    web.look()
    assert [one.id for one in web.leave(TWO)] == [one.id for one in web.leave(ONE)]


def test_who_reports_well_before_it_arrives_is_not_sick_again(web: Web) -> None:
    web.configure(ONE)
    web.configure(TWO)
    web.backend.away = {TWO}
    web.backend.do(CallInSick, ONE, "noor", also=(TWO,), shared=SHARED)
    web.backend.silent = True
    web.look()
    (told,) = web.look()
    web.backend.silent = False
    web.backend.back()
    web.now += timedelta(minutes=1)
    web.backend.do(ReportWell, TWO, "noor", also=(ONE,))
    web.now += timedelta(minutes=1)
    web.backend.give(told)
    assert [one.end <= web.now for one in web.leave(TWO)] == [True]
