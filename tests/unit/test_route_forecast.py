"""What is expected, and how many people that wants."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.rota.needs import Fit, Wanted
from services.route.domain.forecast import Work, learn, needs_of, people_for, wanted

ZONE = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 1, 4, 23, tzinfo=UTC)
"""The midnight of a Monday in Amsterdam."""
WEEK = timedelta(weeks=1)
USUAL = Work(handling_minutes=6, target_minutes=60)


def month(per_hour: int = 4, weeks: int = 8, grows: int = 0) -> list[datetime]:
    """Mentions at noon on working days, and one on Sundays; `grows` more each week."""
    return [
        START + timedelta(days=day, hours=12, minutes=number)
        for day in range(7 * weeks)
        for number in range(1 if day % 7 == 6 else per_hour + grows * (day // 7) if day % 7 < 5 else 0)
    ]


def at_noon(days: int) -> tuple[datetime, datetime]:
    """The hour from noon in Amsterdam, days after the history of eight weeks."""
    start = (datetime(2026, 3, 2, 12, tzinfo=ZONE) + timedelta(days=days)).astimezone(UTC)
    return start, start + timedelta(hours=1)


def test_a_steady_history_is_expected_again_by_weekday_and_hour() -> None:
    forecast = learn(month(), START, START + 8 * WEEK, ZONE)
    assert [count for _, count in forecast.expected(*at_noon(0))] == pytest.approx([4])
    assert [count for _, count in forecast.expected(*at_noon(5))] == pytest.approx([0])
    assert [count for _, count in forecast.expected(*at_noon(6))] == pytest.approx([1])
    start, end = at_noon(0)
    assert [count for _, count in forecast.expected(start + timedelta(hours=3), end + timedelta(hours=3))] == [0]


def test_hours_are_those_of_the_wall_clock_when_the_clocks_change() -> None:
    forecast = learn(month(), START, START + 8 * WEEK, ZONE)
    noon = datetime(2026, 4, 6, 12, tzinfo=ZONE)
    assert [count for _, count in forecast.expected(noon, noon + timedelta(hours=1))] == pytest.approx([4])


def test_a_trend_goes_on_and_what_is_recent_counts_more() -> None:
    forecast = learn(month(grows=1), START, START + 8 * WEEK, ZONE)
    assert 0.05 < forecast.growth < 0.15
    expected = next(forecast.expected(*at_noon(0)))[1]
    assert 10 < expected < 13.5
    later = next(forecast.expected(*at_noon(28)))[1]
    assert later > expected
    far = next(forecast.expected(*at_noon(7 * 500)))[1]
    assert far <= 2 * expected + 0.01
    assert learn(month(grows=1, weeks=3), START, START + 3 * WEEK, ZONE).growth == 0


def test_a_holiday_is_as_a_sunday_behind_and_ahead() -> None:
    holidays = {date(2026, 3, 2), date(2026, 1, 12)}
    forecast = learn(month(), START, START + 8 * WEEK, ZONE, holidays)
    assert [count for _, count in forecast.expected(*at_noon(0))] == pytest.approx(
        [count for _, count in forecast.expected(*at_noon(6))]
    )
    assert [count for _, count in forecast.expected(*at_noon(1))] == pytest.approx([4])


def test_a_week_of_history_is_the_least() -> None:
    with pytest.raises(ValueError, match="a week"):
        learn([], START, START + timedelta(days=6), ZONE)
    assert [count for _, count in learn([], START, START + WEEK, ZONE).expected(*at_noon(0))] == [0]


def test_people_follow_from_work_and_target() -> None:
    assert people_for(0, USUAL) == 0
    assert people_for(0.1, USUAL) == 1
    assert people_for(7, USUAL) == 1
    assert people_for(9, USUAL) == 2
    # Erlang C for 100 calls an hour of 3 minutes, 80 % within 20 seconds: the textbook's 8.
    assert people_for(100, Work(handling_minutes=3, target_minutes=1 / 3)) == 8
    assert people_for(40, Work(6, 1)) > people_for(40, Work(6, 240))


def test_people_are_wanted_in_open_hours_and_for_each_language_that_asks() -> None:
    start, end = START + 8 * WEEK, START + 9 * WEEK
    opened = [(start + timedelta(hours=12, minutes=30), start + timedelta(hours=14))]
    forecast = learn(month(20), START, start, ZONE)
    assert wanted(forecast, USUAL, start, end, opened) == [Wanted(opened[0][0], start + timedelta(hours=13), 3)]
    history = [(moment, Fit(language="en") if number % 10 == 0 else Fit()) for number, moment in enumerate(month(20))]
    needs = needs_of(history, USUAL, START, start, (start, end), opened, ZONE)
    assert [(need.fit, [one.people for one in need.stretches]) for need in needs] == [
        (Fit(), [3]),
        (Fit(language="en"), [1]),
    ]


def test_only_what_needs_a_person_wants_people() -> None:
    forecast = learn(month(20), START, START + 8 * WEEK, ZONE)
    start, end = at_noon(0)
    half = Work(handling_minutes=6, target_minutes=60, needs_person=0.25)
    assert wanted(forecast, half, start, end, [(start, end)]) == [Wanted(start, end, 1)]
    assert time(12) == start.astimezone(ZONE).time()
