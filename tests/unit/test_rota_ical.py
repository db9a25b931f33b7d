"""Calendars out and in: stable events, what vanished, whom an event is about, exceptions, and the last good copy."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from icalendar import Calendar

from services.contracts.teams import Override, Person, Shift, Swap, TeamConfig
from services.rota.publish import AHEAD, BACK, Publication, publish
from services.rota.rota import Rota
from services.rota.shift_history import edit_shift
from services.route.domain.imported_shifts import take_over
from services.route.ical.events import CalendarError
from services.route.ical.feed import Copy, refreshed
from services.route.ical.names import layer_of, named
from services.route.ical.read import Imported, read
from services.runtime.fetching import Fetched, FetchError
from tests.support.rotas import teams
from tests.support.route import at, away, config, examples

NOW = at(8)


def published(
    agreed: TeamConfig, person: str | None = None, now: datetime = NOW, last: Publication | None = None
) -> Publication:
    return publish(agreed, Rota(agreed), now, person, last.events if last else ())


def events(made: Publication) -> list[Any]:
    return list(Calendar.from_ical(made.text).walk("VEVENT"))


def text(*given_events: str, zone: str = "Europe/Amsterdam") -> bytes:
    """A calendar; each event is lines without BEGIN and END, `@` stands for the zone."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test"]
    for number, event in enumerate(given_events):
        own = [line.strip().replace("@", f";TZID={zone}:", 1) for line in event.strip().splitlines()]
        uid = [] if any(line.startswith("UID") for line in own) else [f"UID:{number}"]
        lines += ["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", *uid, *own, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def imported(data: bytes, agreed: TeamConfig | None = None) -> Imported:
    return read(data, agreed or config(), "werk", at(0))


DAY = "DTSTART@20260302T090000\nDTEND@20260302T170000\n"


# -- out ---------------------------------------------------------------------------------------------------------------


def test_a_persons_calendar_goes_from_fifteen_days_back_to_half_a_year_ahead() -> None:
    made = published(config(), "noor")
    assert {one.person for one in made.events} == {"noor"}
    assert min(one.end for one in made.events) > NOW - BACK
    assert NOW + AHEAD - timedelta(days=4) < max(one.start for one in made.events) < NOW + AHEAD
    assert len(made.events) == len(events(made)) == 140
    calendar = Calendar.from_ical(made.text)
    assert str(calendar["X-WR-CALNAME"]) == "Waterveen: Noor"


def test_a_teams_calendar_names_who_and_how_to_reach_them() -> None:
    people = tuple(one.model_copy(update={"email": f"{one.id}@x.example"}) for one in config().people)
    first = events(published(config(people=people)))[0]
    assert str(first["SUMMARY"]).startswith(("Noor (", "Jeroen ("))
    assert str(first["ATTENDEE"]).startswith("mailto:")
    assert first["DTSTART"].dt.tzinfo is not None


def test_the_same_again_is_the_same_and_changes_count() -> None:
    first = published(config())
    assert published(config(), last=first).events == first.events
    day, late = config().shifts
    longer = published(config(shifts=(day.model_copy(update={"minutes": 500}), late)), last=first)
    changed = {one.uid: one for one in longer.events if one.sequence}
    assert changed
    assert {one.uid for one in longer.events} == {one.uid for one in first.events}
    assert all(one.status == "CONFIRMED" and one.sequence == 1 for one in changed.values())


def test_an_event_that_vanished_stays_as_cancelled_until_it_is_out_of_sight() -> None:
    first = published(config(), "noor")
    sick = config(leave=(away("noor", at(0, day=1), at(0, day=2)),))
    second = published(sick, "noor", last=first)
    gone = [one for one in second.events if one.status == "CANCELLED"]
    assert [(one.start, one.end, one.sequence) for one in gone] == [(at(9, day=1), at(17, day=1), 1)]
    assert published(sick, "noor", last=second).events == second.events
    back = published(config(), "noor", last=second)
    assert [one.sequence for one in back.events if one.uid == gone[0].uid and one.status == "CONFIRMED"] == [2]
    later = published(sick, "noor", now=at(8, day=30), last=second)
    assert gone[0].uid not in {one.uid for one in later.events}


def test_an_edited_rotation_keeps_the_events_that_stay() -> None:
    agreed = config()
    first = published(agreed, "noor")
    edited = edit_shift(agreed, "day", agreed.shifts[0].model_copy(update={"minutes": 470}), at(12, day=2))
    second = published(edited, "noor", last=first)
    assert {one.uid for one in second.events if one.end < at(0, day=2)} <= {one.uid for one in first.events}
    assert {one.uid for one in second.events if one.start > at(0, day=3)} <= {one.uid for one in first.events}


def test_swaps_overrides_and_their_reasons_are_in_it() -> None:
    swap = Swap(id="r", shift="day", person="noor", taker="aisha", state="taken", start=at(9), end=at(11))
    override = Override(id="o", people=("aisha",), start=at(18), end=at(19), reason="Oefening")
    made = published(config(swaps=(swap,), overrides=(override,)), "aisha")
    monday = [(one.summary, one.description, one.start) for one in made.events if at(0) < one.start < at(24)]
    assert monday == [
        ("Waterveen: day", "In the place of Noor", at(9)),
        ("Waterveen: late", "", at(12)),
        ("Waterveen: Oefening", "", at(18)),
        ("Waterveen: late", "", at(19)),
    ]


@settings(max_examples=examples(20), deadline=None)
@given(teams())
def test_what_is_published_is_read_back(given_team: tuple[TeamConfig, datetime]) -> None:
    agreed, first = given_team
    people = tuple(one.model_copy(update={"email": f"{one.id}@x.example"}) for one in agreed.people)
    agreed = agreed.model_copy(update={"people": people})
    made = published(agreed, now=first)
    assert len({one.uid for one in made.events}) == len(made.events)
    found = read(made.text, agreed, "eigen", first, first + timedelta(days=5))
    assert (found.problems, [one for one in found.unknown if one.name in {p.name for p in people}]) == ((), [])
    then = agreed.model_copy(
        update={"shifts": found.shifts, "leave": (), "overrides": (), "swaps": (), "stand_ins": ()}
    )
    before, after = Rota(agreed), Rota(then)
    for quarter in range(0, 4 * 96, 7):
        moment = first + quarter * timedelta(minutes=15)
        assert after.on_shift(moment) == before.on_shift(moment)


# -- whom an event is about --------------------------------------------------------------------------------------------

ROSTER = (
    Person(id="noor", name="Noor"),
    Person(id="noor-v", name="Noor Visser", email="N.Visser@x.example"),
    Person(id="an", name="An de Boer", email="an@x.example"),
)


@pytest.mark.parametrize(
    ("summary", "attendees", "description", "expected"),
    [
        ("Noor", [], "", (("noor",), ())),
        ("NOOR VISSER", [], "", (("noor-v",), ())),
        ("Noor, Noor Visser en An de Boer", [], "", (("noor", "noor-v", "an"), ())),
        ("Dienst van An de Boer (vroeg)", [], "", (("an",), ())),
        ("Piet & Noor", [], "", (("noor",), ("Piet",))),
        ("Piet", [], "", ((), ("Piet",))),
        ("Dienst", [("n.visser@X.example", "")], "", (("noor-v",), ("Dienst",))),
        ("Dienst", [("iemand@x.example", "An de Boer")], "", (("an",), ("Dienst",))),
        ("Noor", [("iemand@x.example", "")], "", (("noor",), ("iemand@x.example",))),
        ("Dienst", [], "Wie: an@x.example", (("an",), ())),
        ("Noor", [], "ruilt met An de Boer", (("noor",), ())),
        ("Noorderlicht", [], "", ((), ("Noorderlicht",))),
        ("xan@x.example", [], "", ((), ("xan@x.example",))),
        ("", [], "", ((), ())),
    ],
)
def test_people_are_found_by_name_and_by_e_mail(
    summary: str, attendees: list[tuple[str, str]], description: str, expected: tuple[Any, Any]
) -> None:
    assert named(ROSTER, summary, attendees, description) == expected


@pytest.mark.parametrize(
    ("summary", "expected"), [("[L1] Noor", (1, "Noor")), (" [l9]Noor", (9, "Noor")), ("L1 Noor", (0, "L1 Noor"))]
)
def test_a_prefix_is_a_layer(summary: str, expected: tuple[int, str]) -> None:
    assert layer_of(summary) == expected


# -- in ----------------------------------------------------------------------------------------------------------------


def test_an_event_is_a_shift_that_happens_once() -> None:
    (shift,) = imported(text(DAY + "SUMMARY:[L2] Noor\nATTENDEE;CN=Aisha:mailto:x@y.example")).shifts
    assert (shift.people, shift.layer, shift.minutes, shift.rule) == (("noor", "aisha"), 2, 480, None)
    assert Rota(config(shifts=(shift,))).on_shift(at(16.9)) == {"noor", "aisha"}
    assert imported(text(DAY + "SUMMARY:[L2] Noor\nATTENDEE;CN=Aisha:mailto:x@y.example")).shifts == (shift,)


def test_names_of_windows_zones_are_known_and_others_are_said() -> None:
    good = imported(text(DAY + "SUMMARY:Noor", zone="W. Europe Standard Time"))
    assert (good.shifts[0].start, good.problems) == (datetime(2026, 3, 2, 8), ())  # noqa: DTZ001  # wall-clock
    odd = imported(text(DAY + "SUMMARY:Noor", zone="Klanten/Zone"))
    assert odd.shifts[0].start == good.shifts[0].start
    assert odd.problems == ("event 'Noor': the time zone 'Klanten/Zone' is unknown, taken as the team's",)


def test_recurrence_with_exceptions_changes_and_additions() -> None:
    weekly = DAY + (
        "UID:w\nSUMMARY:Noor\nRRULE:FREQ=DAILY;UNTIL=20260306T090000Z\nEXDATE@20260303T090000\nRDATE@20260310T090000"
    )
    moved = "UID:w\nRECURRENCE-ID@20260304T090000\nDTSTART@20260304T130000\nDTEND@20260304T150000\nSUMMARY:Jeroen"
    found = imported(text(weekly, moved)).shifts
    assert [(f"{one.start:%d %H}", one.minutes // 60, *one.people) for one in found] == [
        ("02 08", 8, "noor"),
        ("04 12", 2, "jeroen"),
        ("05 08", 8, "noor"),
        ("06 08", 8, "noor"),
        ("10 08", 8, "noor"),
    ]
    whole = imported(text(weekly)).shifts
    assert {one.id for one in found} == {one.id for one in whole}


def test_days_durations_long_and_cancelled_events() -> None:
    found = imported(
        text(
            "DTSTART;VALUE=DATE:20260302\nSUMMARY:Noor",
            "DTSTART@20260328T230000\nDURATION:PT6H\nSUMMARY:Jeroen",
            "DTSTART;VALUE=DATE:20260401\nDTEND;VALUE=DATE:20260411\nSUMMARY:Aisha",
            DAY + "STATUS:CANCELLED\nSUMMARY:Noor",
            "DTSTART@20260302T090000\nSUMMARY:Noor",
        )
    )
    assert [(*one.people, f"{one.start:%d %H}", one.minutes / 60) for one in found.shifts] == [
        ("noor", "01 23", 24),
        ("jeroen", "28 22", 6),
        ("aisha", "31 22", 168),
        ("aisha", "07 22", 72),
    ]


def test_unknown_names_are_reported_once_and_what_cannot_be_read_does_not_stop_the_rest() -> None:
    found = imported(
        text(
            DAY + "SUMMARY:Piet\nRRULE:FREQ=DAILY;COUNT=5",
            DAY + "SUMMARY:Noor\nRRULE:FREQ=HOURLY",
            "DTSTART:morgen\nSUMMARY:Noor",
            "SUMMARY:Noor",
            DAY + "DTEND@20260302T180000\nSUMMARY:Noor",
            "DTSTART:00010101T000000Z\nSUMMARY:Noor",
            DAY + "SUMMARY:Aisha",
        )
    )
    assert [one.people for one in found.shifts] == [("aisha",)]
    assert [(one.name, one.start) for one in found.unknown] == [("Piet", at(9))]
    assert len(found.problems) == 2
    assert found.problems[0] == "event 'Noor': its times cannot be read"
    assert "FREQ must be one of" in found.problems[1]


# -- taken over by a team ----------------------------------------------------------------------------------------------


def over(agreed: TeamConfig, now: datetime, *given_events: str) -> TeamConfig:
    taken = take_over(agreed, "werk", imported(text(*given_events)).shifts, now)
    return TeamConfig.model_validate(taken.model_dump())


def test_a_calendar_is_taken_over_and_again_without_change() -> None:
    daily = DAY + "SUMMARY:Aisha\nRRULE:FREQ=DAILY;COUNT=3"
    once = over(config(shifts=config().shifts[:1]), at(8), daily)
    assert len(once.shifts) == 4
    assert over(once, at(8, day=1), daily) == once


def test_what_has_been_stays_and_what_runs_goes_on_as_it_is_now_said() -> None:
    own: tuple[Shift, ...] = ()
    first = over(config(shifts=own), at(8), DAY + "SUMMARY:Noor\nRRULE:FREQ=DAILY;COUNT=3")
    second = over(first, at(12, day=1), DAY + "SUMMARY:Aisha\nRRULE:FREQ=DAILY;COUNT=2")
    rota = Rota(second)
    assert [sorted(rota.on_shift(at(hour, day=day))) for day, hour in ((0, 16), (1, 11), (1, 12), (2, 10))] == [
        ["noor"],
        ["noor"],
        ["aisha"],
        [],
    ]
    third = over(second, at(13, day=1), DAY + "SUMMARY:Aisha\nRRULE:FREQ=DAILY;COUNT=2")
    assert third == second
    gone = over(second, at(14, day=1))
    assert [sorted(Rota(gone).on_shift(at(hour, day=1))) for hour in (11, 13, 15)] == [["noor"], ["aisha"], []]


def test_an_event_of_the_past_is_not_made_up_afterwards() -> None:
    agreed = over(config(shifts=()), at(12), DAY + "SUMMARY:Noor")
    assert [sorted(Rota(agreed).on_shift(at(hour))) for hour in (11, 12)] == [[], ["noor"]]
    assert over(config(shifts=()), at(18), DAY + "SUMMARY:Noor").shifts == ()


def test_what_ended_long_ago_leaves_and_a_swap_about_what_will_not_be_goes_too() -> None:
    agreed = over(config(shifts=()), at(8), DAY + "SUMMARY:Noor\nRRULE:FREQ=DAILY;COUNT=40")
    names = [one.id for one in agreed.shifts]
    swaps = (
        Swap(id="oud", shift=names[0], person="noor", start=at(9), end=at(10), state="withdrawn"),
        Swap(id="nieuw", shift=names[39], person="noor", start=at(9, day=39), end=at(10, day=39)),
    )
    later = over(agreed.model_copy(update={"swaps": swaps}), at(8, day=38))
    assert [one.id for one in later.shifts] == names[:38]
    assert [one.id for one in later.swaps] == ["oud"]
    much_later = over(later, at(8, day=80))
    assert [one.id for one in much_later.shifts] == [names[0], *names[20:38]]


# -- fetched again and again -------------------------------------------------------------------------------------------

GOOD = text(DAY + "SUMMARY:Noor")


@pytest.mark.parametrize(
    "bad", [b"", b"<html>log in</html>", b"BEGIN:VCALENDAR\r\n", b"\xff", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n"]
)
def test_what_is_no_calendar_is_refused_with_or_without_a_copy(bad: bytes) -> None:
    for last in (None, refreshed(Fetched(GOOD), None, at(8))):
        with pytest.raises(CalendarError, match="not a calendar"):
            refreshed(Fetched(bad), last, at(9))


def test_what_has_not_changed_is_the_copy_confirmed_and_the_next_version_replaces_it() -> None:
    first = refreshed(Fetched(GOOD, etag="1", modified="ooit"), None, at(8))
    assert first == Copy(GOOD, at(8), "1", "ooit")
    same = refreshed(Fetched(None), first, at(9))
    assert same == Copy(GOOD, at(9), "1", "ooit")
    assert refreshed(Fetched(text()), same, at(10)) == Copy(text(), at(10))
    with pytest.raises(FetchError, match="never had"):
        refreshed(Fetched(None), None, at(10))


def test_an_empty_calendar_is_a_calendar() -> None:
    assert imported(text()).shifts == ()
