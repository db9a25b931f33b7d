"""Sickness of which nobody has said the end: told a day before it lapses, once; gone on with, or over."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.contracts.commands import CallInSick, ReportWell
from services.contracts.events import Event, SickReminded, SickReported
from services.contracts.teams import Leave, Person
from services.rota.sickness import endless, lapses, lapsing, telling_due
from services.route.domain.agreement import agreement
from services.route.domain.state import TeamState
from services.route.rota_file import parse
from services.route.rota_text import render
from tests.support.route import Desk, at, away, config, types

DAY = timedelta(days=1)
PEOPLE = tuple(one.model_copy(update={"lead": one.id == "noor"}) for one in config().people)


def sick(start: datetime = at(10), days: float = 28, **fields: Any) -> Leave:
    return Leave(id="ill", person="jeroen", kind="sick", start=start, end=start + days * DAY, **fields)


def desk() -> Desk:
    return Desk(config(people=(*PEOPLE, Person(id="tom", name="Tom", languages=("nl",), capacity=4))))


def told(events: list[Event]) -> list[SickReminded]:
    return [one for one in events if isinstance(one, SickReminded)]


def leave_of(team: Desk) -> Leave:
    assert team.state.agreement is not None
    (only,) = team.state.agreement.config.leave
    return only


def test_what_has_no_end_says_so_and_what_was_written_before_by_its_length() -> None:
    assert endless(sick(until_well=True, days=3))
    assert endless(sick(days=28))
    assert not endless(sick(days=27))
    assert not endless(sick(days=40)), "somebody named that end"
    assert not endless(away("jeroen", at(0), at(0) + 28 * DAY))


@pytest.mark.parametrize(("before", "soon"), [(1.01, False), (1.0, True), (0.01, True), (0.0, False), (-1.0, False)])
def test_it_lapses_within_a_day(before: float, soon: bool) -> None:
    ill = sick(until_well=True)
    assert lapses(ill, ill.end - before * DAY) is soon
    assert telling_due(ill, ill.end - before * DAY) is soon
    assert not lapses(sick(days=3), at(10) + 2.5 * DAY), "an end that was named is no surprise"


def test_the_nearest_is_first_and_what_was_told_is_not_due_until_its_end_is_another() -> None:
    now = at(10) + 27.5 * DAY
    first, second = sick(until_well=True), away("aisha", at(8), at(8) + 28 * DAY, "sick")
    assert [one.person for one in lapsing((first, away("noor", at(0), at(9, day=28)), second), now)] == [
        "aisha",
        "jeroen",
    ]
    before = first.model_copy(update={"reminded_at": now})
    assert not telling_due(before, now)
    longer = before.model_copy(update={"end": now + 28 * DAY})
    assert not telling_due(longer, now + 26.9 * DAY)
    assert telling_due(longer, now + 27 * DAY)


def test_a_day_before_it_lapses_that_is_told_once_also_after_a_restart() -> None:
    team = desk()
    team.do(CallInSick, "jeroen", note="griep")
    end = leave_of(team).end
    assert leave_of(team).until_well
    assert told(team.tick(end - DAY - timedelta(seconds=1))) == []
    (event,) = told(team.tick(end - DAY))
    assert (event.leave.person, event.leave.end, event.leave.reminded_at) == ("jeroen", end, end - DAY)
    assert event.leave in event.config.leave
    assert event.actor == "system:route"
    assert told(team.tick(end - timedelta(hours=23))) == []
    heir = Desk(now=team.now)
    assert team.state.agreement is not None
    heir.state = TeamState(team.state.team)
    heir.state.agreement = agreement(team.state.agreement.config, team.state.agreement.revision, team.now)
    assert told(heir.tick(end - timedelta(hours=22))) == []
    team.tick(end)
    team.say("een")
    assert team.state.agreement.rota.duty(end).away == {}, "after that they are on again"


def test_an_end_that_somebody_named_is_not_told() -> None:
    team = desk()
    team.do(CallInSick, "jeroen", until=at(10, day=28) + timedelta(days=5))
    assert not leave_of(team).until_well
    for hours in range(0, 34 * 24, 6):
        assert told(team.tick(at(10) + timedelta(hours=hours))) == []


def test_who_is_still_sick_says_so_and_is_told_again_28_days_later() -> None:
    team = desk()
    team.do(CallInSick, "jeroen")
    end = leave_of(team).end
    team.now = end - 2 * DAY
    assert types(team.do(CallInSick, "jeroen")) == ["CommandAccepted"], "nothing lapses yet"
    team.tick(end - DAY)
    team.now = end - timedelta(hours=20)
    first = team.do(CallInSick, "jeroen")[0]
    assert isinstance(first, SickReported)
    assert leave_of(team).end == team.now + 28 * DAY
    assert leave_of(team).start == at(10), "it is one sickness"
    assert types(team.do(CallInSick, "jeroen")) == ["CommandAccepted"]
    assert told(team.tick(end)) == []
    assert team.state.agreement is not None
    assert team.state.agreement.rota.duty(end + DAY).away == {"jeroen": "sick"}
    assert len(told(team.tick(leave_of(team).end - DAY))) == 1


def test_a_lead_says_it_for_somebody_and_a_named_end_ends_the_telling() -> None:
    team = desk()
    team.do(CallInSick, "jeroen")
    end = leave_of(team).end
    team.tick(end - DAY)
    assert types(team.do(CallInSick, "aisha", person="jeroen")) == ["CommandRejected"]
    assert types(team.do(CallInSick, "noor", person="jeroen"))[0] == "SickReported"
    team.do(CallInSick, "noor", person="jeroen", until=end + DAY)
    assert not leave_of(team).until_well
    assert told(team.tick(end)) == []


def test_who_is_well_is_told_nothing() -> None:
    team = desk()
    team.do(CallInSick, "jeroen")
    end = leave_of(team).end
    team.now = at(12)
    team.do(ReportWell, "jeroen")
    assert told(team.tick(end - DAY)) == []


def test_a_team_file_keeps_that_no_end_is_known_and_what_was_told() -> None:
    ill = sick(until_well=True, reminded_at=at(11, day=27))
    text = render(config(leave=(ill,)))
    assert "until_well = true" in text
    assert parse(text).leave == (ill,)
