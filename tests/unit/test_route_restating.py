"""Agreements that are stated anew (`ConfigureTeam`): what has been stays, and so does what lives and was not taken out."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.contracts.commands import (
    AddShift,
    AnswerStandIn,
    AskLeave,
    AskStandIn,
    CallInSick,
    ConfigureTeam,
    DecideLeave,
    EditShift,
    OfferSwap,
    ReportCalendar,
    ReportWell,
    TakeSwap,
)
from services.contracts.events import CommandRejected, Event
from services.contracts.rota import CalendarStatus
from services.contracts.teams import CalendarFeed, Leave, Person, Rotation, Shift, TeamConfig
from services.rota.rota import Rota
from services.route.domain.imported_shifts import shift_id
from tests.support.route import Desk, agreed_by, at, away, config, types
from tests.support.route_machine import on_duty

PEOPLE = (
    Person(id="noor", name="Noor", languages=("nl",), lead=True),
    Person(id="jeroen", name="Jeroen", languages=("nl",)),
    Person(id="aisha", name="Aisha", languages=("nl", "en")),
    Person(id="tom", name="Tom", languages=("nl",)),
)
FILE = config(people=PEOPLE)


def desk(now: datetime = at(10), **changes: Any) -> Desk:
    return Desk(FILE.model_copy(update=changes), now=now)


def revision(team: Desk) -> int:
    assert team.state.agreement is not None
    return team.state.agreement.revision


def load(team: Desk, file: TeamConfig, based_on: int | None = None) -> list[Event]:
    return team.do(ConfigureTeam, "lead:els", config=file, based_on=based_on)


def on(team: Desk, moment: datetime) -> set[str]:
    assert team.state.agreement is not None
    return set(team.state.agreement.rota.on_shift(moment))


def without(file: TeamConfig, shift: str) -> TeamConfig:
    return file.model_copy(update={"shifts": tuple(one for one in file.shifts if one.id != shift)})


# -- what the file is based on -----------------------------------------------------------------------------------------


def test_a_file_that_is_based_on_what_was_changed_since_is_refused() -> None:
    team = desk()
    exported, known = agreed_by(team), revision(team)
    team.do(CallInSick, "jeroen")
    (refused,) = load(team, exported.model_copy(update={"name": "Nieuw"}), known)
    assert isinstance(refused, CommandRejected)
    assert (refused.code, refused.reason) == (
        "agreements_changed",
        "based on revision 1, and the agreements are at 2 now",
    )
    assert on(team, at(11)) == {"noor"}
    assert types(load(team, agreed_by(team).model_copy(update={"name": "Nieuw"}), 2)) == ["TeamConfigured"]
    assert types(load(team, agreed_by(team), 1)) == ["CommandAccepted"], "it is so already"


def test_a_team_without_agreements_is_at_revision_nought() -> None:
    assert types(load(Desk(), FILE, 0)) == ["TeamConfigured"]
    assert types(load(Desk(), FILE, 3)) == ["CommandRejected"]


def test_what_people_did_since_the_file_was_written_stays() -> None:
    team = desk()
    exported = agreed_by(team)
    team.do(OfferSwap, "jeroen", shift="day", start=at(9, 1), end=at(17, 1))
    team.do(TakeSwap, "tom", swap=agreed_by(team).swaps[0].id)
    team.do(AskLeave, "aisha", start=at(0, 2), end=at(24, 2))
    team.do(DecideLeave, "noor", leave=agreed_by(team).leave[0].id, approve=True)
    team.do(CallInSick, "jeroen", until=at(24))
    team.do(AskStandIn, "noor", for_person="jeroen", person="tom", start=at(10), end=at(17))
    team.do(AnswerStandIn, "tom", stand_in=agreed_by(team).stand_ins[0].id, accept=True)
    before = agreed_by(team)
    assert types(load(team, exported.model_copy(update={"name": "Nieuw"}))) == ["TeamConfigured"]
    assert agreed_by(team) == before.model_copy(update={"name": "Nieuw"})
    assert on(team, at(11)) == {"noor", "tom"}
    assert on(team, at(11, 1)) == {"noor", "tom"}
    assert on(team, at(18, 2)) == set()


def test_nobody_is_given_work_because_an_old_file_was_loaded() -> None:
    team = desk(now=at(9))
    exported = agreed_by(team)
    team.do(CallInSick, "noor")
    load(team, exported.model_copy(update={"name": "Nieuw"}))
    team.say("vraag")
    assert team.case("vraag").owner == "jeroen"


def test_who_was_well_again_is_not_made_sick_by_an_old_file() -> None:
    team = desk()
    team.do(CallInSick, "jeroen")
    exported = agreed_by(team)
    team.now = at(11)
    team.do(ReportWell, "jeroen")
    load(team, exported.model_copy(update={"name": "Nieuw"}))
    assert on(team, at(12)) == {"noor", "jeroen", "aisha"}


def test_what_was_answered_is_not_asked_again_by_an_old_file() -> None:
    team = desk()
    team.do(AskLeave, "aisha", start=at(0, 2), end=at(24, 2))
    team.do(OfferSwap, "jeroen", shift="day", start=at(9, 1), end=at(17, 1))
    exported = agreed_by(team)
    team.do(DecideLeave, "noor", leave=agreed_by(team).leave[0].id, approve=True)
    team.do(TakeSwap, "tom", swap=agreed_by(team).swaps[0].id)
    load(team, exported.model_copy(update={"name": "Nieuw"}))
    assert (agreed_by(team).leave[0].state, agreed_by(team).swaps[0].state) == ("approved", "taken")


def test_what_is_not_in_a_file_that_knows_all_was_taken_out_from_now_on() -> None:
    team = desk(leave=(away("noor", at(0), at(24, 4)), away("aisha", at(0, 2), at(24, 2))), now=at(8))
    team.now = at(12)
    load(team, agreed_by(team).model_copy(update={"leave": ()}), revision(team))
    assert agreed_by(team).leave == (away("noor", at(0), at(12)),)
    assert (on(team, at(11)), on(team, at(13))) == ({"jeroen"}, {"noor", "jeroen", "aisha"})


def test_a_row_that_bears_another_ones_number_is_told_from_it() -> None:
    """A file that gives its leave no ids numbers the rows; a row that is taken out moves the rest up."""
    rows = [
        {"person": "noor", "start": at(0, 1), "end": at(24, 1)},
        {"person": "aisha", "start": at(0, 2), "end": at(24, 2)},
    ]
    first = tuple(Leave(id=f"leave-{number}", **row) for number, row in enumerate(rows, start=1))
    team = desk(leave=first)
    load(team, FILE.model_copy(update={"leave": (Leave(id="leave-1", **rows[1]),)}))
    assert agreed_by(team).leave == first, "none is lost, and none is there twice"
    load(team, FILE.model_copy(update={"leave": (Leave(id="leave-1", **rows[1]),)}), revision(team))
    assert agreed_by(team).leave == first[1:]


def test_leave_that_is_stated_for_a_time_that_has_been_counts_from_now() -> None:
    team = desk(now=at(12.5))
    file = FILE.model_copy(update={"leave": (away("jeroen", at(0, -1), at(24)), away("noor", at(0, -3), at(24, -2)))})
    load(team, file)
    assert agreed_by(team).leave == (away("jeroen", at(12.5), at(24)),)
    team.now = at(13)
    assert types(load(team, file)) == ["CommandAccepted"], "the same file twice changes nothing"


# -- shifts ------------------------------------------------------------------------------------------------------------


def test_a_shift_that_has_begun_and_differs_ends_and_is_replaced() -> None:
    team = desk()
    other = agreed_by(team).shifts[0].model_copy(update={"people": ("tom",)})
    load(team, FILE.model_copy(update={"shifts": (other, *FILE.shifts[1:])}))
    assert (on(team, at(9.5)), on(team, at(11))) == ({"noor", "jeroen"}, {"tom"})
    assert [(one.id, one.replaces, one.since, one.ended_at) for one in agreed_by(team).shifts] == [
        ("day", None, None, at(10)),
        ("day-2", "day", at(10), None),
        ("late", None, None, None),
    ]


def test_a_file_that_is_loaded_again_changes_nothing_though_its_shifts_have_other_names_by_now() -> None:
    team = desk()
    other = FILE.shifts[0].model_copy(update={"people": ("tom",)})
    file = FILE.model_copy(update={"shifts": (other, *FILE.shifts[1:])})
    load(team, file)
    team.now = at(12)
    assert types(load(team, file)) == ["CommandAccepted"]
    load(team, FILE)
    assert [one.id for one in agreed_by(team).shifts] == ["day", "day-2", "day-3", "late"]
    assert (on(team, at(11)), on(team, at(13))) == ({"tom"}, {"noor", "jeroen", "aisha"})


def test_a_shift_that_is_not_in_the_file_ends_now() -> None:
    team = desk()
    load(team, without(FILE, "day"))
    assert (on(team, at(9.5)), on(team, at(11)), on(team, at(13))) == ({"noor", "jeroen"}, set(), {"aisha"})


def test_a_swap_stays_with_what_goes_on_instead_of_its_shift() -> None:
    team = desk()
    team.do(OfferSwap, "jeroen", shift="day", start=at(9, 1), end=at(17, 1))
    team.do(TakeSwap, "tom", swap=agreed_by(team).swaps[0].id)
    longer = FILE.shifts[0].model_copy(update={"minutes": 540})
    load(team, FILE.model_copy(update={"shifts": (longer, *FILE.shifts[1:])}))
    assert on(team, at(10, 1)) == {"noor", "tom"}


def test_a_new_shift_counts_from_now_and_one_that_is_over_is_no_news() -> None:
    team = desk(now=at(10))
    weekly = Shift(id="extra", people=("tom",), start="2026-01-05T09:00", minutes=480, rule="FREQ=WEEKLY;BYDAY=MO")
    gone = Shift(id="gisteren", people=("tom",), start="2026-03-01T09:00", minutes=480)
    load(team, FILE.model_copy(update={"shifts": (*FILE.shifts, weekly, gone)}))
    assert "gisteren" not in [one.id for one in agreed_by(team).shifts]
    assert (on(team, at(9.5)), on(team, at(11))) == ({"noor", "jeroen"}, {"noor", "jeroen", "tom"})
    assert on(team, at(12, -1)) == set()


def test_turns_are_counted_as_the_file_says() -> None:
    turns = Rotation(groups=(("noor",), ("tom",)), counted_from=date(2026, 1, 5))
    shift = FILE.shifts[0].model_copy(update={"people": (), "rotation": turns})
    team = desk(shifts=(shift,))
    assert on(team, at(11)) == {"noor"}
    later = turns.model_copy(update={"counted_from": date(2026, 1, 12)})
    load(team, FILE.model_copy(update={"shifts": (shift.model_copy(update={"rotation": later}),)}))
    assert (on(team, at(9.5)), on(team, at(11))) == ({"noor"}, {"tom"})


def test_a_shift_that_somebody_edited_to_change_later_is_known_by_its_first_name() -> None:
    team = desk()
    soon = FILE.shifts[0].model_copy(update={"start": datetime(2026, 3, 5, 9), "people": ("tom",)})  # noqa: DTZ001
    team.do(EditShift, "noor", shift="day", new=soon)
    file = FILE.model_copy(update={"shifts": (soon, *FILE.shifts[1:])})
    assert types(load(team, file)) == ["CommandAccepted"]
    assert (on(team, at(11, 1)), on(team, at(11, 3))) == ({"noor", "jeroen"}, {"tom"})


def test_a_team_that_moves_to_another_time_zone_has_been_on_when_it_was() -> None:
    team = desk()
    assert team.state.agreement is not None
    start, was = at(0, -7), on_duty(team.state.agreement.rota, at(0, -7), at(10))
    load(team, FILE.model_copy(update={"time_zone": "Asia/Tokyo"}))
    assert on_duty(Rota(agreed_by(team)), start, at(10)) == was
    assert on(team, at(11)) == {"aisha"}, "it is 19:00 there"
    assert on(team, at(2, 1)) == {"noor", "jeroen"}


def test_what_a_calendar_keeps_no_file_takes_out() -> None:
    feed = CalendarFeed(id="agenda", url="https://agenda.example/a.ics")
    team = desk(calendars=(feed,))
    name = shift_id("agenda", "een")
    shift = Shift(id=name, people=("tom",), start="2026-03-03T18:00", minutes=120)
    status = CalendarStatus(calendar="agenda", tried_at=at(10), read_at=at(10), entries=1)
    team.do(ReportCalendar, "system:ticker", status=status, shifts=(shift,))
    load(team, FILE.model_copy(update={"calendars": (feed,), "name": "Nieuw"}), revision(team))
    assert name in [one.id for one in agreed_by(team).shifts]
    load(team, FILE.model_copy(update={"name": "Nieuw"}))
    assert name not in [one.id for one in agreed_by(team).shifts]


# -- who has left ------------------------------------------------------------------------------------------------------


def test_who_has_left_has_been_on_until_then() -> None:
    team = desk(leave=(away("jeroen", at(0, -3), at(24, -3)),), now=at(10))
    team.do(AddShift, "noor", shift=Shift(id="eens", people=("jeroen",), start="2026-03-02T10:00", minutes=60))
    team.now = at(12)
    left = FILE.shifts[0].model_copy(update={"people": ("noor",)})
    file = FILE.model_copy(update={"people": (PEOPLE[0], *PEOPLE[2:]), "shifts": (left, *FILE.shifts[1:])})
    assert types(load(team, file, revision(team))) == ["TeamConfigured"]
    assert (on(team, at(9.5)), on(team, at(12.5))) == ({"noor", "jeroen"}, {"noor", "aisha"})
    assert on(team, at(11, -3)) == {"noor"}, "on that Friday they were on leave"
    assert [(one.id, one.at) for one in agreed_by(team).former] == [("jeroen", at(12))]
    assert agreed_by(team).leave == (away("jeroen", at(0, -3), at(24, -3)),)
    team.now = at(13)
    load(team, FILE, revision(team))
    assert agreed_by(team).former == ()
    assert (on(team, at(9.5)), on(team, at(12.5)), on(team, at(14))) == (
        {"noor", "jeroen"},
        {"noor", "aisha"},
        {"noor", "jeroen", "aisha"},
    )


def test_a_shift_that_is_still_to_end_may_not_name_who_has_left() -> None:
    team = desk()
    ends = FILE.shifts[0].model_copy(update={"ended_at": at(24, 2)})
    file = FILE.model_copy(update={"people": (PEOPLE[0], *PEOPLE[2:]), "shifts": (ends, *FILE.shifts[1:])})
    (refused,) = load(team, file)
    assert isinstance(refused, CommandRejected)
    assert refused.reason == "shift 'day', which is still to end, names unknown people: ['jeroen']"


def test_who_worked_a_shift_once_can_leave_when_it_is_over() -> None:
    """The rows of such shifts are many in a team that plans: nobody has to take them out of the file."""
    once = Shift(id="eens", people=("tom",), start="2026-03-02T09:00", minutes=60)
    team = desk(now=at(8), shifts=(*FILE.shifts, once))
    gone = {"people": PEOPLE[:3]}
    with pytest.raises(ValueError, match="shift 'eens' names unknown people"):
        TeamConfig(**dict(agreed_by(team)) | gone)
    team.now = at(11)
    team.do(CallInSick, "aisha")
    assert next(one for one in agreed_by(team).shifts if one.id == "eens").ended_at == at(10)
    load(team, TeamConfig(**dict(agreed_by(team)) | gone), revision(team))
    assert (on(team, at(9.5)), [one.id for one in agreed_by(team).former]) == ({"noor", "jeroen", "tom"}, ["tom"])


def test_who_left_longer_ago_than_is_kept_is_forgotten_with_what_they_worked() -> None:
    team = desk(now=at(12))
    load(team, TeamConfig(**dict(FILE) | {"people": PEOPLE[:3]}))
    assert [one.id for one in agreed_by(team).former] == ["tom"]
    team.now = at(12) + timedelta(days=401)
    team.do(CallInSick, "aisha")
    assert agreed_by(team).former == ()
