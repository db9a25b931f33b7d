"""Who is on when: recurrence, wall clocks across both clock changes, leave, cover ahead, rules that are refused."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.contracts.teams import Shift, TeamConfig
from services.rota.recurrence import RotaError
from services.rota.rota import Rota, Span
from tests.support.route import at, away, config

SPRING = datetime(2026, 3, 29, tzinfo=UTC)
"""In Amsterdam 02:00 becomes 03:00."""
AUTUMN = datetime(2026, 10, 25, tzinfo=UTC)
"""In Amsterdam 03:00 becomes 02:00."""


def shift(start: str, minutes: int, rule: str | None = None, until: str | None = None, **fields: object) -> Shift:
    return Shift.model_validate(
        {"id": "s", "people": ["noor"], "start": start, "minutes": minutes, "rule": rule, "until": until, **fields}
    )


def team(*shifts: Shift, **changes: object) -> TeamConfig:
    return config(shifts=shifts, **changes)


def spans(one: Shift, day: datetime, days: int = 1) -> list[tuple[str, str]]:
    found = Rota(team(one)).spans(day, day + timedelta(days=days))
    return [(f"{span.start:%d %H:%M}", f"{span.end:%d %H:%M}") for span in found]


def test_a_weekly_shift_keeps_its_hour_when_the_clocks_change() -> None:
    daily = shift("2026-03-01T09:00", 480, "FREQ=DAILY")
    assert spans(daily, SPRING - timedelta(days=1), 2) == [("28 08:00", "28 16:00"), ("29 07:00", "29 15:00")]


@pytest.mark.parametrize(
    ("start", "minutes", "day", "expected"),
    [
        ("2026-03-28T22:00", 540, SPRING, ("28 21:00", "29 05:00")),  # 22:00-07:00, an hour short
        ("2026-10-24T22:00", 540, AUTUMN, ("24 20:00", "25 06:00")),  # an hour long
        ("2026-03-29T02:30", 60, SPRING, ("29 01:30", "29 01:30")),  # 02:30 is 03:30, as is its end: nothing is left
        ("2026-03-29T02:30", 120, SPRING, ("29 01:30", "29 02:30")),  # moved forward by the gap
        ("2026-10-25T02:30", 60, AUTUMN, ("25 00:30", "25 02:00")),  # the first of the two 02:30s, to 03:00 + 30
    ],
)
def test_nonexistent_times_move_forward_and_ambiguous_ones_are_the_first(
    start: str, minutes: int, day: datetime, expected: tuple[str, str]
) -> None:
    found = spans(shift(start, minutes), day - timedelta(days=1), 3)
    if expected[0] == expected[1]:
        assert found == []
    elif start == "2026-10-25T02:30":
        assert found == [("25 00:30", "25 02:30")]
    else:
        assert found == [expected]


def test_a_shift_in_its_own_time_zone() -> None:
    assert spans(shift("2026-03-02T09:00", 60, time_zone="America/New_York"), at(0)) == [("02 14:00", "02 15:00")]


def test_past_midnight_and_until_inclusive() -> None:
    night = shift("2026-03-02T22:00", 480, "FREQ=DAILY", until="2026-03-03")
    assert spans(night, at(0), 7) == [("02 21:00", "03 05:00"), ("03 21:00", "04 05:00")]
    rota = Rota(team(night))
    assert rota.on_shift(at(3, day=2)) == {"noor"}
    assert rota.on_shift(at(6, day=2)) == frozenset()


def test_a_count_counts_from_the_start_however_late_one_looks() -> None:
    thrice = shift("2026-03-02T09:00", 60, "FREQ=DAILY;COUNT=3")
    assert spans(thrice, at(0, day=1), 30) == [("03 08:00", "03 09:00"), ("04 08:00", "04 09:00")]


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5", "FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=DAILY;BYMONTH=13"]
)
def test_a_rule_that_never_matches_keeps_nobody_busy(rule: str) -> None:
    never = shift("2020-01-01T09:00", 60, rule)
    assert spans(never, at(0), 56) == []
    assert Rota(team(never)).next_cover(at(0), frozenset({"noor"})) is None


@pytest.mark.parametrize("rule", ["FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"])
def test_a_monthly_or_yearly_rule_that_never_matches_is_refused(rule: str) -> None:
    with pytest.raises(RotaError, match="it never happens"):
        Rota(team(shift("2020-01-01T09:00", 60, rule)))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;BYDAY=TU,WE;BYMONTH=3", ["03", "04", "10", "11"]),
        ("FREQ=DAILY;BYMONTHDAY=5,-20", ["05", "12"]),
        ("FREQ=DAILY;BYDAY=MO;COUNT=2", ["02", "09"]),
        ("FREQ=WEEKLY;BYDAY=FR;BYMONTH=3", ["06", "13"]),
    ],
)
def test_limits(rule: str, expected: list[str]) -> None:
    assert [start[:2] for start, _ in spans(shift("2026-03-02T09:00", 60, rule), at(0), 13)] == expected


@pytest.mark.parametrize(
    "rule", ["FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "FREQ=DAILY;INTERVAL=3", "FREQ=MONTHLY;BYDAY=1MO"]
)
def test_looking_late_gives_what_looking_from_the_start_gives(rule: str) -> None:
    rota = Rota(team(shift("2024-02-28T09:00", 60, rule)))
    whole = rota.spans(datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    late = datetime(2026, 4, 1, tzinfo=UTC)
    assert rota.spans(late, datetime(2026, 6, 1, tzinfo=UTC)) == [span for span in whole if span.end > late]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=HOURLY", "FREQ=DAILY;BYHOUR=9,10", "elke dag", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;INTERVAL=0", "BYDAY=MO",
     "FREQ=WEEKLY;BYDAY=2MO", "FREQ=DAILY;COUNT=x", "FREQ=DAILY;FREQ=WEEKLY",
     "FREQ=DAILY;UNTIL=20260101T000000Z", "FREQ=DAILY\nFREQ=DAILY", ""],
)  # fmt: skip
def test_a_bad_rule_names_its_shift(rule: str) -> None:
    with pytest.raises(RotaError, match="shift 's'"):
        Rota(team(shift("2026-03-02T09:00", 60, rule)))


def test_leave_takes_a_person_off_and_says_which() -> None:
    rota = Rota(config(leave=(away("noor", at(12), at(14)), away("jeroen", at(10), at(11), "sick"))))
    assert [rota.on_shift(at(hour)) for hour in (9, 10, 11, 12, 14)] == [
        {"noor", "jeroen"},
        {"noor"},
        {"noor", "jeroen"},
        {"jeroen", "aisha"},
        {"noor", "jeroen", "aisha"},
    ]
    assert rota.duty(at(10)).away == {"jeroen": "sick"}
    assert rota.duty(at(12)).away == {"noor": "leave"}


def test_overlapping_shifts_of_one_person_are_one_presence() -> None:
    double = (shift("2026-03-02T09:00", 120), shift("2026-03-02T10:00", 120).model_copy(update={"id": "t"}))
    rota = Rota(team(*double))
    assert [rota.on_shift(at(hour)) for hour in (9, 10.5, 11.5, 12)] == [{"noor"}, {"noor"}, {"noor"}, frozenset()]


def test_next_cover() -> None:
    rota = Rota(config(leave=(away("noor", at(0), at(9, day=1)),)))
    assert rota.next_cover(at(3), frozenset({"aisha"})) == at(12)
    assert rota.next_cover(at(13), frozenset({"aisha"})) == at(13)
    assert rota.next_cover(at(10), frozenset({"noor"})) == at(9, day=1)
    assert rota.next_cover(at(21, day=4), frozenset({"noor", "aisha"})) == at(9, day=7)
    assert rota.next_cover(at(10), frozenset({"niemand"})) is None


def test_cover_is_looked_for_eight_weeks_ahead() -> None:
    def once(day: date) -> Rota:
        return Rota(team(shift(f"{day}T09:00", 60)))

    assert once(date(2026, 4, 26)).next_cover(at(1), frozenset({"noor"})) is not None
    assert once(date(2026, 5, 10)).next_cover(at(1), frozenset({"noor"})) is None


def test_spans_are_in_order_and_name_their_shift() -> None:
    first = Rota(config()).spans(at(0), at(24))
    assert first == [
        Span(at(9), at(17), "jeroen", "day"),
        Span(at(9), at(17), "noor", "day"),
        Span(at(12), at(20), "aisha", "late"),
    ]
