"""When a shift recurs, against two libraries: dateutil, and recurring-ical-events on the same shift written as a calendar.

Both clock changes of 2026, in Amsterdam, New York and on Lord Howe, where they are half an hour.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from services.contracts.teams import Person, ServiceLevel, Shift, TeamConfig
from services.rota.rota import Rota
from services.route.ical.read import read
from tests.support.rotas import CHANGES, rules, wall_clock_starts
from tests.support.route import examples

AROUND = timedelta(days=9)
zones = st.sampled_from(sorted(CHANGES))


@st.composite
def recurring(draw: st.DrawFn) -> tuple[Shift, datetime]:
    """A shift that starts on its own rule, as RFC 5545 asks of an event, and a day on which the clocks change."""
    zone = draw(zones)
    change = draw(st.sampled_from(CHANGES[zone]))
    start = datetime.combine(
        change - timedelta(days=draw(st.integers(0, 250))),
        draw(st.sampled_from((time(1, 30), time(2), time(2, 15), time(2, 45), time(3), time(22))) | st.times()),
    ).replace(second=0, microsecond=0, fold=0)
    rule = draw(rules())
    if rule is not None:
        start = next(iter(rrulestr(rule, dtstart=start)), start)
        assume(start.year < 2027 and (rule.count("UNTIL") == 0 or start < datetime(2026, 11, 4)))  # noqa: DTZ001
    minutes = draw(st.integers(1, 3 * 1440))
    shift = Shift(id="s", people=("noor",), start=start, minutes=minutes, rule=rule, time_zone=zone)
    return shift, datetime.combine(change, time(), UTC)


def team(*shifts: Shift, zone: str = "Europe/Amsterdam") -> TeamConfig:
    return TeamConfig(
        team="t",
        name="T",
        time_zone=zone,
        people=(Person(id="noor", name="Noor"),),
        shifts=shifts,
        service_levels=(ServiceLevel(id="x", first_response_minutes=60),),
    )


def written(shift: Shift, *more: str) -> bytes:
    """The shift as somebody's calendar would have it."""
    end = shift.start + timedelta(minutes=shift.minutes)
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", "BEGIN:VEVENT", "UID:one", "DTSTAMP:20260101T000000Z",
        f"DTSTART;TZID={shift.time_zone}:{shift.start:%Y%m%dT%H%M%S}", f"DTEND;TZID={shift.time_zone}:{end:%Y%m%dT%H%M%S}",
        "SUMMARY:Noor", *([f"RRULE:{in_utc(shift)}"] if shift.rule else []), *more, "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def in_utc(shift: Shift) -> str:
    """The rule with its end in UTC, as RFC 5545 (3.3.10) asks beside a start that has a zone; ours is on the wall clock."""
    rule, until, rest = str(shift.rule).partition(";UNTIL=")
    if not until:
        return rule
    last = datetime.strptime(rest, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(str(shift.time_zone))).astimezone(UTC)
    return f"{rule};UNTIL={last:%Y%m%dT%H%M%SZ}"


def by_library(data: bytes, start: datetime, end: datetime) -> set[tuple[datetime, datetime]]:
    found = recurring_ical_events.of(Calendar.from_ical(data)).between(start, end)
    spans = {(one["DTSTART"].dt.astimezone(UTC), one["DTEND"].dt.astimezone(UTC)) for one in found}
    return {(begins, ends) for begins, ends in spans if begins < ends and begins < end and ends > start}


@settings(max_examples=examples(100), deadline=None)
@given(recurring())
def test_shifts_recur_as_dateutil_says_and_keep_their_wall_clock(given_shift: tuple[Shift, datetime]) -> None:
    shift, change = given_shift
    zone, start, end = ZoneInfo(str(shift.time_zone)), change - AROUND, change + AROUND
    expected = set()
    for one in wall_clock_starts(shift):
        begins = one.replace(tzinfo=zone).astimezone(UTC)
        ends = (one + timedelta(minutes=shift.minutes)).replace(tzinfo=zone).astimezone(UTC)
        if begins < ends and begins < end and ends > start:
            expected.add((begins, ends))
    assert {(span.start, span.end) for span in Rota(team(shift)).spans(start, end)} == expected


@settings(max_examples=examples(60), deadline=None)
@given(recurring())
def test_shifts_recur_as_the_same_event_in_a_calendar(given_shift: tuple[Shift, datetime]) -> None:
    shift, change = given_shift
    start, end = change - AROUND, change + AROUND
    expected = by_library(written(shift), start, end)
    assert {(span.start, span.end) for span in Rota(team(shift)).spans(start, end)} == expected


@settings(max_examples=examples(60), deadline=None)
@given(recurring(), st.data())
def test_a_calendar_is_read_as_the_library_reads_it(given_shift: tuple[Shift, datetime], data: st.DataObject) -> None:
    shift, change = given_shift
    start, end = change - AROUND, change + AROUND
    starts = wall_clock_starts(shift)
    gone = data.draw(st.lists(st.sampled_from(starts), max_size=3, unique=True)) if shift.rule and starts else []
    excluded = [f"EXDATE;TZID={shift.time_zone}:{one:%Y%m%dT%H%M%S}" for one in gone]
    text = written(shift, *excluded)
    found = read(text, team(zone="UTC"), "c", start, end)
    assert found.problems == ()
    lengths = [(one.start.replace(tzinfo=UTC), timedelta(minutes=one.minutes)) for one in found.shifts]
    assert {(begins, begins + length) for begins, length in lengths} == by_library(text, start, end)
