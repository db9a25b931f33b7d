"""Swaps and requests to stand in: from being asked to being worked, split, given on, withdrawn and past due."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.contracts.teams import StandInRequest, Swap, TeamConfig
from services.rota.rota import Rota, Span
from services.rota.shift_history import edit_shift
from services.rota.swaps import REMINDERS, SwapError, answer, as_of, reminder_due, reminders, swap_as_of, take, withdraw
from tests.support.route import at, away, config


def swap(start: datetime, end: datetime, person: str = "noor", name: str = "ruil", **fields: Any) -> Swap:
    return Swap(id=name, shift="day", person=person, start=start, end=end, **fields)


def asked(start: datetime, end: datetime, **fields: Any) -> StandInRequest:
    usual = {"id": "vraag", "for_person": "noor", "person": "aisha", "start": start, "end": end}
    return StandInRequest(**usual | fields)


def day(agreed: TeamConfig) -> list[Span]:
    return [span for span in Rota(agreed).spans(at(0), at(24)) if span.shift == "day" and span.person != "jeroen"]


def taken(agreed: TeamConfig, taker: str, now: datetime, name: str = "ruil") -> TeamConfig:
    return take(agreed, Rota(agreed), name, taker, now)


def test_a_partial_overlap_splits_the_shift() -> None:
    agreed = taken(config(swaps=(swap(at(7), at(11)),)), "aisha", at(0))
    assert [(one.person, one.start, one.end, one.instead_of) for one in day(agreed)] == [
        ("aisha", at(9), at(11), "noor"),
        ("noor", at(11), at(17), ""),
    ]
    assert agreed.swaps[0].state == "taken"


def test_a_swap_in_the_middle_leaves_both_ends() -> None:
    agreed = taken(config(swaps=(swap(at(10), at(11)),)), "aisha", at(0))
    assert [(one.person, one.start, one.end) for one in day(agreed)] == [
        ("noor", at(9), at(10)),
        ("aisha", at(10), at(11)),
        ("noor", at(11), at(17)),
    ]


def test_an_open_swap_changes_nothing_and_is_past_due_at_its_start() -> None:
    agreed = config(swaps=(swap(at(9), at(17)),))
    assert [one.person for one in day(agreed)] == ["noor"]
    assert swap_as_of(agreed.swaps[0], at(8.9)).state == "open"
    late = as_of(agreed, at(9))
    assert late.swaps[0].state == "past_due"
    assert as_of(late, at(10)) is late
    with pytest.raises(SwapError, match="is past due"):
        taken(agreed, "aisha", at(9))


def test_withdrawing_a_taken_swap_reverts_it() -> None:
    agreed = withdraw(taken(config(swaps=(swap(at(9), at(11)),)), "aisha", at(0)), "ruil", at(1))
    assert [(one.person, one.start, one.end) for one in day(agreed)] == [("noor", at(9), at(17))]
    with pytest.raises(SwapError, match="withdrawn already"):
        withdraw(agreed, "ruil", at(2))


def test_of_a_running_one_what_was_worked_stays() -> None:
    running = taken(config(swaps=(swap(at(9), at(11)),)), "aisha", at(0))
    agreed = withdraw(running, "ruil", at(10))
    assert [(one.person, one.end) for one in day(agreed)] == [("aisha", at(10)), ("noor", at(17))]
    with pytest.raises(SwapError, match="is over"):
        withdraw(running, "ruil", at(11))


def test_who_may_take_a_swap() -> None:
    agreed = config(swaps=(swap(at(9), at(17)),), leave=(away("aisha", at(16), at(18)),))
    for taker, reason in (
        ("noor", "own"),
        ("jeroen", "on day then"),
        ("aisha", "on leave then"),
        ("piet", "not in the"),
    ):
        with pytest.raises(SwapError, match=reason):
            taken(agreed, taker, at(0))
    with pytest.raises(SwapError, match="there is no swap"):
        taken(agreed, "aisha", at(0), "andere")
    with pytest.raises(SwapError, match="no shift in that time"):
        taken(config(swaps=(swap(at(18), at(20)),)), "aisha", at(0))


def layered(**changes: Any) -> TeamConfig:
    """Noor by day, Aisha stands by then, Jeroen is on a shift of the same layer that overlaps."""
    day, late = config().shifts
    shifts = (
        day.model_copy(update={"people": ("noor",), "layer": 1}),
        late.model_copy(update={"people": ("jeroen",), "layer": 1}),
        day.model_copy(update={"id": "achter", "people": ("aisha",)}),
    )
    return config(**{"shifts": shifts} | changes)


def test_who_stands_by_is_free_to_take_what_is_worked() -> None:
    agreed = taken(layered(swaps=(swap(at(9), at(17)),)), "aisha", at(0))
    assert Rota(agreed).on_shift(at(10)) == {"aisha"}
    with pytest.raises(SwapError, match="on late then"):
        taken(layered(swaps=(swap(at(9), at(17)),)), "jeroen", at(0))


def test_who_is_on_duty_may_take_over_standing_by() -> None:
    standby = Swap(id="ruil", shift="achter", person="aisha", start=at(9), end=at(17))
    agreed = taken(layered(swaps=(standby,)), "noor", at(0))
    assert Rota(agreed).on_shift(at(10)) == {"noor"}


def test_who_fills_in_for_a_layer_above_is_on_duty_and_not_free() -> None:
    agreed = layered(swaps=(swap(at(9), at(12)),), leave=(away("noor", at(8), at(18)),))
    with pytest.raises(SwapError, match="on achter then"):
        taken(agreed, "aisha", at(0))


def test_a_swap_is_about_its_own_shift() -> None:
    late = config().shifts[1].model_copy(update={"people": ("noor",), "start": datetime(2026, 1, 5, 18)})  # noqa: DTZ001
    agreed = taken(config(shifts=(config().shifts[0], late), swaps=(swap(at(9), at(22)),)), "aisha", at(0))
    spans = Rota(agreed).spans(at(0), at(24))
    assert {one.person for one in spans if one.shift == "late"} == {"noor"}
    assert {one.person for one in spans if one.shift == "day"} == {"aisha", "jeroen"}


def test_only_the_overlap_is_checked_for_conflicts() -> None:
    whole_day = config(swaps=(swap(at(0), at(12)),))
    assert taken(whole_day, "aisha", at(-1)).swaps[0].taker == "aisha"  # aisha is on from 12


def test_what_was_taken_can_be_given_on() -> None:
    first = taken(config(swaps=(swap(at(9), at(12)),)), "aisha", at(0))
    second = first.model_copy(update={"swaps": (*first.swaps, swap(at(9), at(10), "aisha", "verder"))})
    agreed = taken(second, "noor", at(1), "verder")
    assert [(one.person, one.start, one.instead_of) for one in day(agreed)][:2] == [
        ("noor", at(9), ""),
        ("aisha", at(10), "noor"),
    ]


def test_a_swap_holds_for_what_replaced_its_shift() -> None:
    agreed = taken(config(swaps=(swap(at(9, day=1), at(12, day=1)),)), "aisha", at(0))
    edited = edit_shift(agreed, "day", agreed.shifts[0].model_copy(update={"minutes": 420}), at(12))
    tuesday = [one for one in Rota(edited).spans(at(0, day=1), at(11.5, day=1)) if one.shift == "day-2"]
    assert {one.person for one in tuesday} == {"aisha", "jeroen"}


def test_a_swap_has_a_taker_when_it_is_taken_and_only_then() -> None:
    for fields in ({"state": "taken"}, {"taker": "aisha"}, {"taker": "noor", "state": "taken"}):
        with pytest.raises(ValidationError):
            swap(at(9), at(17), **fields)
    with pytest.raises(ValidationError, match="unknown shift"):
        config(swaps=(swap(at(9), at(17)).model_copy(update={"shift": "nacht"}),))


def test_reminders_are_those_after_it_was_asked() -> None:
    start = at(9, day=30)
    moments = list(reminders(swap(start, start + timedelta(hours=8), asked_at=start - timedelta(days=2, hours=1))))
    assert [start - moment for moment in moments] == [timedelta(days=2), timedelta(days=1), timedelta(hours=12)]
    assert len(list(reminders(swap(start, start + timedelta(hours=8))))) == len(REMINDERS) == 8


# -- stand-ins ---------------------------------------------------------------------------------------------------------


def test_a_stand_in_takes_the_place_on_every_shift() -> None:
    agreed = config(stand_ins=(asked(at(10), at(12)),))
    accepted = answer(agreed, Rota(agreed), "vraag", True, at(9))
    assert [(one.person, one.start, one.instead_of) for one in day(accepted)] == [
        ("noor", at(9), ""),
        ("aisha", at(10), "noor"),
        ("noor", at(12), ""),
    ]
    assert [one.person for one in day(answer(agreed, Rota(agreed), "vraag", False, at(9)))] == ["noor"]


def test_a_request_is_answered_once_in_time_and_without_conflicts() -> None:
    agreed = config(stand_ins=(asked(at(10), at(13)),))
    with pytest.raises(SwapError, match="on late then"):
        answer(agreed, Rota(agreed), "vraag", True, at(9))
    with pytest.raises(SwapError, match="is expired"):
        answer(agreed, Rota(agreed), "vraag", False, at(13))
    declined = answer(agreed, Rota(agreed), "vraag", False, at(9))
    with pytest.raises(SwapError, match="is declined"):
        answer(declined, Rota(declined), "vraag", True, at(9))
    with pytest.raises(SwapError, match="there is no request"):
        answer(agreed, Rota(agreed), "andere", True, at(9))
    assert as_of(agreed, at(13)).stand_ins[0].state == "expired"


def test_nobody_stands_in_for_themselves() -> None:
    with pytest.raises(ValidationError, match="for themselves"):
        asked(at(10), at(12), person="noor")


def test_a_reminder_is_due_once_and_those_missed_together_are_one() -> None:
    start = at(9, day=10)
    open_one = swap(start, start + timedelta(hours=8), asked_at=start - timedelta(days=9))
    week = start - timedelta(weeks=1)
    assert not reminder_due(open_one, week - timedelta(seconds=1))
    assert reminder_due(open_one, week)
    reminded = open_one.model_copy(update={"reminded_at": week + timedelta(seconds=4)})
    assert not reminder_due(reminded, week + timedelta(days=3, hours=23))
    assert reminder_due(reminded, start - timedelta(days=2))  # of 3 and of 2 days, in one
    assert not reminder_due(open_one, start)
    assert not reminder_due(open_one.model_copy(update={"state": "withdrawn"}), week)
