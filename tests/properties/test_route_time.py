"""Time against a minute-by-minute count: opening hours and duty, across clock changes, midnight and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.teams import OpeningSpan, ServiceLevel, Shift, TeamConfig
from services.rota.opening_hours import OpeningHours
from services.rota.rota import Rota
from services.route.domain.service_levels import first_response
from tests.support.route import away, config, examples

MINUTE = timedelta(minutes=1)
ZONES = ("Europe/Amsterdam", "America/New_York", "UTC", "Australia/Lord_Howe")
CHANGES = tuple(
    datetime(2026, month, day, tzinfo=UTC) - timedelta(days=1)
    for month, day in ((3, 29), (10, 25), (3, 8), (11, 1), (4, 5), (10, 4))
)
"""The days before the clocks change in 2026: in Amsterdam, in New York and on Lord Howe."""

times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
spans = st.builds(OpeningSpan, day=st.integers(0, 6), start=times, end=times)
moments = st.builds(lambda base, minutes: base + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-1440, 4320))


@st.composite
def calendars(draw: st.DrawFn) -> TeamConfig:
    return config(
        time_zone=draw(st.sampled_from(ZONES)),
        opening_hours=tuple(draw(st.lists(spans, min_size=1, max_size=8))),
        holidays=tuple(
            draw(
                st.lists(
                    st.dates(date(2026, 3, 27), date(2026, 3, 31)) | st.dates(date(2026, 10, 3), date(2026, 10, 6)),
                    max_size=2,
                )
            )
        ),
    )


def instant(day: date, wall_clock: time, zone: ZoneInfo) -> datetime:
    """A local time by searching for it: the first moment that shows it, or, skipped, as long after as it was missed."""
    naive = datetime.combine(day, wall_clock)
    start = naive.replace(tzinfo=UTC) - timedelta(hours=15)
    for minutes in range(30 * 60):
        moment = start + minutes * MINUTE
        shown = moment.astimezone(zone).replace(tzinfo=None)
        if shown == naive:
            return moment
    before = zone.utcoffset(naive - timedelta(hours=4))
    assert before is not None
    return (naive - before).replace(tzinfo=UTC)


def open_minutes(agreed: TeamConfig, first: date, days: int) -> set[datetime]:
    """Every open minute of some days, counted one by one."""
    zone, found = ZoneInfo(agreed.time_zone), set()
    for offset in range(days):
        day = first + timedelta(days=offset)
        for span in agreed.opening_hours:
            if span.day == day.weekday() and day not in agreed.holidays:
                last = day + timedelta(days=1) if span.end <= span.start else day
                moment, end = instant(day, span.start, zone), instant(last, span.end, zone)
                while moment < end:
                    found.add(moment)
                    moment += MINUTE
    return found


@settings(max_examples=examples(60), deadline=None)
@given(calendars(), moments, st.integers(0, 3 * 1440))
def test_business_seconds_are_the_open_minutes(agreed: TeamConfig, start: datetime, length: int) -> None:
    end = start + length * MINUTE
    counted = open_minutes(agreed, start.date() - timedelta(days=3), length // 1440 + 8)
    assert OpeningHours(agreed).seconds(start, end) == 60 * sum(start <= minute < end for minute in counted)


@settings(max_examples=examples(100), deadline=None)
@given(calendars(), moments, st.integers(1, 3000))
def test_a_deadline_is_the_first_moment_by_which_the_time_has_passed(
    agreed: TeamConfig, start: datetime, target: int
) -> None:
    hours = OpeningHours(agreed)
    deadline = first_response(hours, ServiceLevel(id="x", first_response_minutes=target), start)
    if deadline.due_at < start + timedelta(days=399):
        assert hours.seconds(start, deadline.due_at) == target * 60
        assert hours.seconds(start, deadline.due_at - timedelta(seconds=1)) == target * 60 - 1
    assert start <= deadline.warn_at <= deadline.due_at


@settings(max_examples=examples(50), deadline=None)
@given(calendars(), moments, st.integers(0, 5000), st.integers(0, 5000))
def test_business_time_adds_up(agreed: TeamConfig, start: datetime, one: int, other: int) -> None:
    hours, middle, end = OpeningHours(agreed), start + one * MINUTE, start + (one + other) * MINUTE
    assert hours.seconds(start, end) == hours.seconds(start, middle) + hours.seconds(middle, end)


shifts = st.builds(
    lambda start, minutes, rule, people: (start, minutes, rule, people),
    st.datetimes(datetime(2025, 12, 1), datetime(2026, 4, 10)),  # noqa: DTZ001  # wall-clock
    st.integers(1, 3 * 1440),
    st.sampled_from(
        (
            None,
            "FREQ=DAILY",
            "FREQ=WEEKLY;BYDAY=SA,SU",
            "FREQ=DAILY;INTERVAL=2;COUNT=90",
            "FREQ=MONTHLY",
            "FREQ=DAILY;BYDAY=MO,SU;BYMONTH=3,4",
        )
    ),
    st.sampled_from((("noor",), ("jeroen",), ("noor", "aisha"))),
)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(shifts, max_size=4), st.sampled_from(ZONES), moments, moments, st.data())
def test_duty_is_the_spans_without_leave(
    chosen: list[tuple[datetime, int, str | None, tuple[str, ...]]],
    zone: str,
    leave_start: datetime,
    moment: datetime,
    data: st.DataObject,
) -> None:
    agreed = config(
        time_zone=zone,
        shifts=tuple(
            Shift(
                id=f"s{number}", people=people, start=start.replace(second=0, microsecond=0), minutes=minutes, rule=rule
            )
            for number, (start, minutes, rule, people) in enumerate(chosen)
        ),
        leave=(away("noor", leave_start, leave_start + timedelta(hours=data.draw(st.integers(1, 60)))),),
    )
    rota = Rota(agreed)
    on = {span.person for span in Rota(agreed).spans(moment, moment + MINUTE) if span.start <= moment < span.end}
    gone = {leave.person for leave in agreed.leave if leave.start <= moment < leave.end}
    assert rota.on_shift(moment) == on - gone
    duties = list(rota.duties(moment, moment + timedelta(days=9)))
    assert all(one.end == other.start for one, other in pairwise(duties))
    people = frozenset({"noor"})
    begins = rota.next_cover(moment, people)
    seen = next(
        (max(one.start, moment) for one in rota.duties(moment, moment + timedelta(weeks=7)) if "noor" in one.on), None
    )
    assert seen is None or begins == seen
