"""Rotations, layers, overrides and how edits leave history alone: each rule by an example. Times are Amsterdam's."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.contracts.teams import Override, Rotation, Shift, TeamConfig
from services.rota.recurrence import RotaError
from services.rota.rota import Rota
from services.rota.shift_history import edit_shift, remove_shift
from tests.support.route import at, away, config


def shift(name: str, people: str = "noor", layer: int = 0, **fields: Any) -> Shift:
    """Daily from 9 to 17, from Monday 2 March 2026 on."""
    who: dict[str, Any] = {} if "rotation" in fields else {"people": people.split()}
    usual = {"start": "2026-03-02T09:00", "minutes": 480, "rule": "FREQ=DAILY"}
    return Shift.model_validate({"id": name, "layer": layer, **usual, **who, **fields})


def rotation(*groups: str, **fields: Any) -> Rotation:
    return Rotation(groups=tuple(tuple(group.split()) for group in groups), **fields)


def team(*shifts: Shift, **changes: Any) -> TeamConfig:
    return config(shifts=shifts, **changes)


def by_day(agreed: TeamConfig, days: int, hour: float = 10) -> list[str]:
    """Who is on at an hour of each day."""
    rota = Rota(agreed)
    return [" ".join(sorted(rota.on_shift(at(hour, day)))) for day in range(days)]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (rotation("noor", "jeroen aisha", turn="occurrence"), ["noor", "aisha jeroen", "noor", "aisha jeroen"]),
        (rotation("noor", "jeroen", turn="occurrence", every=2), ["noor", "noor", "jeroen", "jeroen"]),
        (rotation("noor", "jeroen", turn="day", counted_from=date(2026, 3, 1)), ["jeroen", "noor", "jeroen", "noor"]),
        (rotation("noor", "jeroen", counted_from=date(2026, 2, 25)), ["noor", "noor", "jeroen", "jeroen"]),
        (rotation("noor", "", "jeroen", turn="day", done=1), ["", "jeroen", "noor", ""]),
    ],
)
def test_groups_take_turns(turns: Rotation, expected: list[str]) -> None:
    assert by_day(team(shift("s", rotation=turns)), 4) == expected


def test_a_turn_of_a_month_is_a_calendar_month() -> None:
    agreed = team(shift("s", rotation=rotation("noor", "jeroen", turn="month")))
    assert by_day(agreed, 31)[28:] == ["noor", "noor", "jeroen"]  # 30 and 31 March, 1 April


def test_a_shift_is_for_people_or_for_a_rotation() -> None:
    with pytest.raises(ValidationError, match="people or a rotation"):
        Shift.model_validate(shift("s").model_dump() | {"rotation": rotation("jeroen")})
    with pytest.raises(ValidationError, match="people or a rotation"):
        shift("s", people="")


def test_the_highest_layer_is_on_and_the_others_stand_by() -> None:
    duty = Rota(team(shift("a", "noor", 2), shift("b", "jeroen", 1), shift("c", "aisha"))).duty(at(10))
    assert duty.layer == 2
    assert duty.on == duty.scheduled == {"noor"}
    assert duty.standby == (frozenset({"jeroen"}), frozenset({"aisha"}))


def test_all_of_one_layer_are_on() -> None:
    assert by_day(team(shift("a", "noor", 1), shift("b", "jeroen", 1), shift("c", "aisha")), 1) == ["jeroen noor"]


def test_a_higher_shift_carves_a_hole_in_a_lower_one() -> None:
    agreed = team(shift("low", "jeroen"), shift("high", "noor", 3, start="2026-03-02T11:00", minutes=60))
    stints = [(one.person, one.start, one.end) for one in Rota(agreed).stints(at(0), at(20))]
    assert stints == [("jeroen", at(9), at(11)), ("noor", at(11), at(12)), ("jeroen", at(12), at(17))]


def test_the_layer_below_fills_in_while_a_whole_layer_is_away() -> None:
    agreed = team(shift("high", "noor", 1), shift("low", "jeroen"), leave=(away("noor", at(12), at(13), "sick"),))
    rota = Rota(agreed)
    assert [(rota.duty(at(hour)).layer, *rota.on_shift(at(hour))) for hour in (11, 12, 13)] == [
        (1, "noor"),
        (0, "jeroen"),
        (1, "noor"),
    ]
    assert rota.duty(at(12)).scheduled == {"noor", "jeroen"}
    assert rota.duty(at(12)).away == {"noor": "sick"}


def test_leave_that_is_asked_or_declined_blocks_nobody() -> None:
    for state in ("asked", "declined"):
        leave = away("noor", at(9), at(17)).model_copy(update={"state": state})
        assert by_day(team(shift("s"), leave=(leave,)), 1) == ["noor"]
    with pytest.raises(ValidationError, match="needs no approval"):
        type(leave).model_validate(leave.model_dump() | {"kind": "sick"})


def override(people: str, start: float, end: float) -> Override:
    return Override(id="o", people=tuple(people.split()), start=at(start), end=at(end), reason="exercise")


def test_an_override_beats_all_layers() -> None:
    agreed = team(shift("s", "noor", 9), overrides=(override("aisha", 10, 18),))
    rota = Rota(agreed)
    assert [sorted(rota.on_shift(at(hour))) for hour in (9, 10, 17, 18)] == [["noor"], ["aisha"], ["aisha"], []]


def test_an_override_of_somebody_who_is_away_is_nobody() -> None:
    agreed = team(shift("s"), overrides=(override("aisha", 10, 18),), leave=(away("aisha", at(0), at(24)),))
    assert by_day(agreed, 1) == ["noor"]


def test_people_who_have_left_may_stand_in_a_shift_that_has_ended_only() -> None:
    gone = shift("old", "piet", 5)
    with pytest.raises(ValidationError, match="unknown people"):
        team(gone, shift("new"))
    agreed = team(gone.model_copy(update={"ended_at": at(9, day=1)}), shift("new"))
    assert by_day(agreed, 2) == ["noor", "noor"]


# -- history -----------------------------------------------------------------------------------------------------------


def test_editing_a_running_shift_ends_it_and_links_the_new_one() -> None:
    agreed = edit_shift(team(shift("s")), "s", shift("s", "aisha"), at(12, day=2))
    old, new = agreed.shifts
    assert (old.id, old.ended_at) == ("s", at(12, day=2))
    assert (new.id, new.since, new.replaces) == ("s-2", at(12, day=2), "s")
    rota = Rota(agreed)
    assert [sorted(rota.on_shift(at(hour, day=2))) for hour in (11, 12, 16)] == [["noor"], ["aisha"], ["aisha"]]
    again = edit_shift(agreed, "s-2", shift("s", "jeroen"), at(12, day=3))
    assert [one.id for one in again.shifts] == ["s", "s-2", "s-3"]
    assert TeamConfig.model_validate(again.model_dump()) == again


def test_an_edit_that_starts_later_ends_the_old_one_then() -> None:
    agreed = edit_shift(team(shift("s")), "s", shift("s", "aisha", start="2026-03-05T09:00"), at(12))
    assert by_day(agreed, 5) == ["noor", "noor", "noor", "aisha", "aisha"]


def test_a_shift_that_has_not_begun_is_replaced_in_place() -> None:
    agreed = edit_shift(team(shift("s")), "s", shift("x", "aisha"), at(8))
    assert [(one.id, one.people, one.replaces) for one in agreed.shifts] == [("s", ("aisha",), None)]


@pytest.mark.parametrize("turn", ["occurrence", "day"])
def test_an_edited_rotation_goes_on_where_it_was(turn: Any) -> None:
    running = team(shift("s", rotation=rotation("noor", "jeroen", "aisha", turn=turn)))
    new = shift("s", rotation=rotation("noor", "jeroen", turn=turn), start="2026-03-02T08:00")
    assert by_day(edit_shift(running, "s", new, at(7, day=4)), 8) == [
        "noor", "jeroen", "aisha", "noor", "jeroen", "noor", "jeroen", "noor",
    ]  # fmt: skip


def test_from_days_to_occurrences_the_turn_stays_by_its_place() -> None:
    running = team(shift("s", rotation=rotation("noor", "jeroen", "aisha", turn="day")))
    new = shift("s", rotation=rotation("noor", "jeroen", "aisha", turn="occurrence", every=2))
    assert by_day(edit_shift(running, "s", new, at(7, day=4)), 8)[3:] == ["noor", "jeroen", "jeroen", "aisha", "aisha"]


def test_removing_keeps_what_has_been() -> None:
    agreed = remove_shift(team(shift("s")), "s", at(12, day=1))
    assert by_day(agreed, 3) == ["noor", "noor", ""]
    assert Rota(agreed).on_shift(at(12, day=1)) == frozenset()
    assert remove_shift(team(shift("s")), "s", at(8)).shifts == ()


def test_what_is_history_is_not_edited() -> None:
    agreed = remove_shift(team(shift("s")), "s", at(12))
    with pytest.raises(RotaError, match="is history"):
        edit_shift(agreed, "s", shift("s"), at(13))
    with pytest.raises(RotaError, match="is history"):
        remove_shift(agreed, "s", at(13))
    with pytest.raises(RotaError, match="there is no shift 't'"):
        remove_shift(agreed, "t", at(12))


def test_a_day_of_turns_does_not_count_hours() -> None:
    """A rotation counted for a year is as fast as one that begins."""
    old = shift("s", rotation=rotation("noor", "jeroen", turn="occurrence"), start=datetime(2016, 1, 1, 9))  # noqa: DTZ001
    rota = Rota(team(old))
    days = (at(10).date() - date(2016, 1, 1)).days
    assert rota.on_shift(at(10)) == {("noor", "jeroen")[days % 2]}
    assert rota.on_shift(at(10) + timedelta(days=1)) == {("noor", "jeroen")[(days + 1) % 2]}
