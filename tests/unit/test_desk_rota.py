"""What the desk makes of a rota, without pages: pieces, the picture, one's own side, decisions, absences, forms, words."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.contracts.teams import Demand, Leave, OpeningSpan, Override, Rotation, Shift, StandInRequest, Swap
from services.desk.app import PACKAGE as DESK
from services.desk.domain.rota import Clash, TeamRota, by_day, cover_at
from services.desk.domain.rota_absent import absent
from services.desk.domain.rota_cover import cover_ahead
from services.desk.domain.rota_decide import effect, leave_asked, swaps_seen
from services.desk.domain.rota_mine import mine, waits_for_me
from services.desk.domain.rota_picture import DAY, bounds, picture
from services.desk.domain.rota_shift import preview
from services.desk.rota import forms
from services.desk.rota.forms import WrongFormError
from services.desk.rota.shift_form import ShiftForm, checked, shown, typed
from services.desk.rota.words import RotaWords, plain_days, short_hour
from services.runtime.web.formats import Formats
from services.runtime.web.i18n import Catalogs
from services.runtime.web.layout import PACKAGE as FRAME
from tests.browser.rota_scene import rota_config

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday, 11:00 in Amsterdam
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MINUTE = timedelta(minutes=1)


def team(**changes: Any) -> TeamRota:
    return TeamRota(rota_config(NOW, **changes))


def local(day: int, hour: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=AMSTERDAM).astimezone(UTC)


def words(of: TeamRota, language: str = "nl", me: str = "youssef") -> RotaWords:
    t = Catalogs([DESK, FRAME]).translator(language)
    return RotaWords(t, Formats(language, of.config.time_zone), of.config, me)


def test_a_stretch_is_cut_into_the_days_of_the_wall_clock() -> None:
    found = list(by_day(local(25, 22), local(27, 6), AMSTERDAM))
    assert found == [(date(2026, 11, 25), 1320, DAY), (date(2026, 11, 26), 0, DAY), (date(2026, 11, 27), 0, 360)]


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_day_on_which_the_clocks_change_is_a_day_of_24_hours_in_the_picture(day: date) -> None:
    start = datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), AMSTERDAM).astimezone(UTC)
    assert list(by_day(start, end, AMSTERDAM)) == [(day, 0, DAY)]


def test_pieces_say_what_became_of_what_was_planned() -> None:
    away = Leave(id="x", person="youssef", start=local(25, 12), end=local(25, 14))
    over = Override(id="storm", people=("ilse",), start=local(25, 15), end=local(25, 16))
    found = team(leave=(away,), overrides=(over,)).pieces(local(25), local(26))
    mine_ = [
        (one.kind, one.start.astimezone(AMSTERDAM).hour, one.end.astimezone(AMSTERDAM).hour)
        for one in found
        if one.span.person == "youssef"
    ]
    assert mine_ == [("on", 8, 12), ("leave", 12, 14), ("on", 14, 15), ("standby", 15, 16), ("on", 16, 17)]


def test_two_shifts_of_one_person_at_once_are_one_in_the_picture() -> None:
    wall = datetime(2026, 11, 25, 9)  # noqa: DTZ001 - a wall-clock time
    low = Shift(id="low", people=("youssef",), start=wall, minutes=60)
    high = Shift(id="high", people=("youssef",), start=wall, minutes=60, layer=3)
    found = list(team(shifts=(low, high), swaps=(), overrides=()).pieces(local(25), local(26)))
    assert [(one.kind, one.span.shift) for one in found] == [("on", "high")]


def test_cover_says_until_when_and_who_is_next() -> None:
    cover = cover_at(rota_config(NOW), NOW)
    assert cover.people == ("youssef", "marit")
    assert cover.until == local(25, 17)
    assert cover.next_people == ("tom",)
    assert cover.next_at == local(25, 16) + 30 * MINUTE


def test_nobody_is_on_where_nothing_is_planned() -> None:
    cover = cover_at(rota_config(NOW, shifts=()), NOW)
    assert (cover.people, cover.until, cover.next_people, cover.next_at) == ((), None, (), None)


def test_the_picture_has_people_as_rows_and_gaps_of_their_own() -> None:
    found = picture(team(), date(2026, 11, 23), date(2026, 11, 30), NOW)
    assert [row.person.id for row in found.rows] == ["youssef", "marit", "sanne", "tom", "omar", "ilse"]
    assert (found.first, found.last, found.most) == (8, 23, 3)
    wednesday = found.days[2]
    assert wednesday.today
    assert [(one.start, one.end, one.lack.gap.on, one.lack.gap.wanted) for one in wednesday.holes] == [(540, 720, 2, 3)]
    assert [one.kind for one in found.rows[2].cells[2].blocks] == ["sick"]
    assert found.rows[1].hours == 45
    assert found.percent < 100


def test_wanted_and_present_by_the_minute() -> None:
    found = picture(team(), date(2026, 11, 25), date(2026, 11, 26), NOW).days[0].steps
    assert [(one.start, one.end, one.wanted, one.on) for one in found] == [
        (480, 540, 2, 2), (540, 720, 3, 2), (720, 990, 2, 2), (990, 1020, 2, 3), (1020, 1380, 1, 1)
    ]  # fmt: skip


def test_an_empty_week_is_said_and_shows_a_working_day() -> None:
    found = picture(team(shifts=(), demand=(), opening_hours=()), date(2026, 11, 23), date(2026, 11, 30), NOW)
    assert found.blank
    assert (found.first, found.last) == (0, 24)
    closed = picture(
        team(shifts=(), demand=(), opening_hours=(OpeningSpan(day=6, start=time(9), end=time(10)),), holidays=()),
        date(2026, 11, 23), date(2026, 11, 24), NOW,
    )  # fmt: skip
    assert (closed.first, closed.last) == (8, 18)


def test_a_day_away_without_a_shift_is_hatched_too() -> None:
    found = picture(team(), date(2026, 11, 30), date(2026, 12, 7), NOW)
    assert [cell.away for cell in found.rows[3].cells] == ["leave"] * 7


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert bounds("week", date(2026, 11, 29)) == (date(2026, 11, 23), date(2026, 11, 30))
    assert bounds("month", date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 1, 1))


def test_mine_has_four_weeks_by_day_with_who_is_on_with_me() -> None:
    found = mine(team(), "marit", NOW)
    assert [day.day for day in found.days[:3]] == [date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)]
    first, second = found.days[0].shifts[0], found.days[1].shifts[0]
    assert first.colleagues == ("youssef", "tom")
    assert (first.may_offer, second.may_offer) == (False, True), "what has begun is for a stand-in"
    assert found.hours == 6 + 19 * 9 + 3, "what is left of today, and of the last day"


def test_an_open_swap_says_why_one_cannot_take_it() -> None:
    swap = Swap(id="s", shift="weekdays", person="marit", start=local(26, 12), end=local(26, 17))
    of = team(swaps=(swap,))
    assert [one.clash for one in mine(of, "youssef", NOW).open_swaps] == [Clash("shift", "day")]
    assert [one.clash for one in mine(of, "omar", NOW).open_swaps] == [None]
    assert [one.clash for one in mine(of, "sanne", NOW).open_swaps] == [Clash("sick")]
    assert not mine(of, "marit", NOW).open_swaps
    assert mine(of, "marit", NOW).swaps == (swap,)
    offered = [one for day in mine(of, "marit", NOW).days for one in day.shifts if one.offered]
    assert [one.piece.start for one in offered] == [local(26, 8)]
    assert not offered[0].may_offer


def test_a_swap_whose_start_has_come_is_nobodys_any_more() -> None:
    swap = Swap(id="s", shift="weekdays", person="marit", start=local(25, 9), end=local(25, 17))
    of = team(swaps=(swap,))
    assert not mine(of, "omar", NOW).open_swaps
    assert [one.state for one in mine(of, "marit", NOW).swaps] == ["past_due"]


def test_what_is_asked_of_me_counts_until_it_is_over() -> None:
    request = StandInRequest(id="r", for_person="sanne", person="omar", start=local(26, 8), end=local(26, 13))
    of = team(stand_ins=(request,))
    assert waits_for_me(of.config, "omar", NOW) == 1
    assert waits_for_me(of.config, "omar", local(26, 13)) == 0
    assert waits_for_me(of.config, "marit", NOW) == 0
    asked = mine(of, "omar", NOW).asked
    assert [(one.stretches, one.clash) for one in asked] == [(((local(26, 8), local(26, 13)),), None)]


def test_leave_shows_the_gaps_that_it_would_make_and_who_else_is_away() -> None:
    asked = Leave(id="a", person="marit", state="asked", start=local(30), end=local(2, month=12))
    of = team(leave=(*rota_config(NOW).leave, asked))
    (found,) = leave_asked(of, "lena", NOW)
    assert found.others_away == ("tom",)
    assert len(found.missed) == 2
    assert found.effect.before > found.effect.after
    assert {(one.gap.wanted, one.gap.on) for one in found.effect.made} == {(2, 1), (3, 2)}
    assert not found.effect.closed
    assert not found.own


def test_ones_own_leave_is_for_another_lead() -> None:
    config = rota_config(NOW)
    people = tuple(one.model_copy(update={"lead": one.id in ("marit", "youssef")}) for one in config.people)
    asked = Leave(id="a", person="marit", state="asked", start=local(30), end=local(2, month=12))
    of = team(people=people, leave=(asked,))
    assert [one.own for one in leave_asked(of, "marit", NOW)] == [True]
    assert [one.own for one in leave_asked(of, "youssef", NOW)] == [False]


def test_a_change_that_closes_a_gap_says_which() -> None:
    before = rota_config(NOW)
    over = Override(id="o", people=("ilse", "omar", "tom"), start=local(26, 9), end=local(26, 12))
    found = effect(before, before.model_copy(update={"overrides": (over,)}), local(26, 8), local(26, 17))
    assert [one.gap.start for one in found.closed] == [local(26, 9)]
    assert not found.made


def test_a_taken_swap_is_measured_against_the_shift_as_it_was() -> None:
    swap = Swap(
        id="s", shift="weekdays", person="marit", taker="omar", state="taken", start=local(26, 8), end=local(26, 17)
    )
    opened = Swap(id="t", shift="weekdays", person="marit", start=local(27, 8), end=local(27, 17))
    taken, still = swaps_seen(team(swaps=(swap, opened)), NOW)
    assert taken.effect is not None
    assert taken.effect.before == taken.effect.after
    assert still.effect is None
    assert still.free == ("omar", "ilse")


def test_who_is_missed_comes_with_who_could_stand_in_until_somebody_does() -> None:
    found = absent(team(), NOW)
    assert [one.person for one in found.sick] == ["sanne"]
    assert [one.piece.start for one in found.missed] == [NOW, local(26, 8), local(27, 8)]
    assert found.missed[1].lacking
    assert [one.person for one in found.missed[1].advice.proposals][:1] == ["ilse"]
    accepted = StandInRequest(
        id="r", for_person="sanne", person="ilse", state="accepted", start=local(26, 8), end=local(26, 13)
    )
    after = absent(team(stand_ins=(accepted,)), NOW)
    assert [one.piece.start for one in after.missed] == [NOW, local(27, 8)]
    assert after.arranged == (accepted,)


def test_leave_that_leaves_no_gap_asks_for_no_stand_in() -> None:
    away = Leave(id="x", person="youssef", start=local(25), end=local(27))
    lone = team(leave=(away,), demand=(), opening_hours=(OpeningSpan(day=2, start=time(8), end=time(17)),))
    assert not absent(lone, NOW).missed
    assert absent(team(leave=(away,)), NOW).missed


def test_cover_ahead_is_week_by_week_and_the_first_is_what_is_left() -> None:
    found = cover_ahead(team(demand=(Demand(days=(2,), start=time(8), end=time(17), skill="refund"),)), NOW)
    assert found.weeks[0] == date(2026, 11, 23)
    assert len(found.weeks) == 8
    assert {row.need.skill for row in found.required} == {None, "refund"}
    refund = next(row for row in found.required if row.need.skill == "refund")
    assert set(refund.weeks) == {100}
    assert {row.need.language for row in found.known} >= {"de", "en"}


def test_forms_read_the_teams_wall_clock() -> None:
    of = team()
    assert forms.moment(of, "2026-07-01T09:00") == datetime(2026, 7, 1, 7, tzinfo=UTC)
    assert forms.moment(of, "2026-11-25T10:00:00+00:00") == NOW
    days = forms.whole_days(of, "2026-12-01", "2026-12-03", "", "", NOW)
    assert days == {"start": "2026-11-30T23:00:00+00:00", "end": "2026-12-03T23:00:00+00:00"}
    assert forms.whole_days(of, "2026-12-01", "", "13:00", "", NOW)["start"] == "2026-12-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("first", "last", "begins", "key"),
    [("2026-12-03", "2026-12-01", "", "order"), ("2026-11-20", "", "", "past"), ("x", "", "", "time"),
     ("2026-12-01", "", "noon", "time"), ("9999-12-31", "", "", "time")],
)  # fmt: skip
def test_a_form_that_is_wrong_says_what(first: str, last: str, begins: str, key: str) -> None:
    with pytest.raises(WrongFormError, match=f"rota.wrong.{key}"):
        forms.whole_days(team(), first, last, begins, "", NOW)


def form(**changes: list[str]) -> ShiftForm:
    usual = {"first": ["2026-12-01"], "begins": ["22:00"], "ends": ["06:00"], "layer": ["2"], "until": [""]}
    return typed(usual | {name.replace("_", "-"): values for name, values in changes.items()})


def made(given: ShiftForm, old: Shift | None) -> Shift:
    shift, wrong = checked(given, old, rota_config(NOW), NOW.date())
    assert (wrong, shift is None) == ({}, False)
    assert shift is not None
    return shift


def test_an_edited_shift_may_end_after_midnight_and_has_plain_days() -> None:
    old = rota_config(NOW).shifts[1]
    new = made(form(group_01=["marit", "omar"], days=["SU", "SA"]), old)
    assert (new.minutes, new.rule, new.layer, new.people) == (480, "FREQ=WEEKLY;BYDAY=SA,SU", 2, ("marit", "omar"))
    assert new.start == datetime(2026, 12, 1, 22)  # noqa: DTZ001 - a wall-clock time


def test_an_edited_rotation_keeps_what_the_form_does_not_say() -> None:
    rotation = Rotation(groups=(("tom",), ("omar",)), turn="month", every=2, counted_from=date(2026, 1, 1))
    wall = datetime(2026, 11, 25, 9)  # noqa: DTZ001 - a wall-clock time
    old = Shift(id="r", rotation=rotation, start=wall, minutes=60, rule="FREQ=MONTHLY", time_zone="Europe/Lisbon")
    groups = {"group_02": ["ilse"], "group_01": ["tom", "omar"]}
    new = made(form(keeps=["1"], turn=["month"], every=["2"], skills=["refund"], **groups), old)
    assert new.rotation == rotation.model_copy(update={"groups": (("tom", "omar"), ("ilse",))})
    assert (new.rule, new.skills, new.time_zone) == ("FREQ=MONTHLY", ("refund",), "Europe/Lisbon")


def test_what_is_shown_of_a_shift_and_sent_back_is_the_same_shift() -> None:
    for old in rota_config(NOW).shifts:
        again, wrong = checked(shown(old, old.start.date()), old, rota_config(NOW), old.start.date())
        assert wrong == {}
        assert again == old.model_copy(update={"since": None, "replaces": None, "ended_at": None})


def test_a_new_shift_is_named_by_what_somebody_calls_it_and_a_turn_may_be_nobodys() -> None:
    groups = {"group_01": ["tom"], "group_03": ["omar"], "group_05": []}
    new = made(form(name=["Zaterdag – één"], days=["SA"], every=["2"], channels=["post"], **groups), None)
    assert (new.id, new.rule, new.channels) == ("zaterdag_een", "FREQ=WEEKLY;BYDAY=SA", ("post",))
    assert new.rotation == Rotation(groups=(("tom",), (), ("omar",)), turn="week", every=2)


@pytest.mark.parametrize(
    ("changes", "field", "key"),
    [
        ({"name": ["…"]}, "name", "name"),
        ({"name": ["Day"]}, "name", "name_taken"),
        ({"days": []}, "days", "days"),
        ({"days": ["XX"]}, "days", "days"),
        ({"group_01": []}, "people", "nobody"),
        ({"begins": ["noon"]}, "begins", "time"),
        ({"first": [""]}, "first", "time"),
        ({"until": ["31-12"]}, "until", "time"),
        ({"until": ["2026-11-30"]}, "until", "order"),
        ({"first": ["2026-11-01"], "until": ["2026-11-02"]}, "until", "past"),
        ({"layer": ["10"]}, "layer", "layer"),
        ({"every": ["0"]}, "every", "every"),
        ({"turn": ["year"]}, "every", "every"),
        ({"group_01": ["Nobody Here"]}, "form", "form"),
    ],
)
def test_what_is_wrong_with_a_shift_is_said_at_its_field(changes: dict[str, list[str]], field: str, key: str) -> None:
    good = {"name": ["Avond"], "days": ["MO"], "group_01": ["tom"]}
    shift, wrong = checked(form(**(good | changes)), None, rota_config(NOW), NOW.date())
    assert shift is None
    assert wrong == {field: f"rota.wrong.{key}"}


def test_a_preview_says_when_it_comes_and_which_gaps_it_closes() -> None:
    config = rota_config(NOW)
    lone = config.model_copy(update={"shifts": config.shifts[:1]})
    new = made(form(name=["Nacht"], days=["TU", "WE"], group_01=["tom"], group_02=["marit"]), None)
    seen = preview(lone, new, None, NOW)
    assert [(one.people, one.start.isoformat()) for one in seen.turns[:3]] == [
        (("tom",), "2026-12-01T21:00:00+00:00"),
        (("tom",), "2026-12-02T21:00:00+00:00"),
        (("marit",), "2026-12-08T21:00:00+00:00"),
    ]
    assert seen.effect.after >= seen.effect.before
    ended = preview(config, config.shifts[0].model_copy(update={"until": NOW.date()}), config.shifts[0].id, NOW)
    assert ended.effect.after < ended.effect.before
    assert ended.effect.made


@pytest.mark.parametrize(
    ("rule", "days"),
    [("FREQ=DAILY", 7), ("FREQ=WEEKLY;BYDAY=MO,TU", 2), ("FREQ=WEEKLY", 1), ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", 0),
     ("FREQ=MONTHLY;BYDAY=1MO", 0), ("FREQ=DAILY;COUNT=3", 0), (None, 0)],
)  # fmt: skip
def test_only_plain_rules_are_ticked_by_day(rule: str | None, days: int) -> None:
    wall = datetime(2026, 11, 25, 9)  # noqa: DTZ001 - a wall-clock time
    assert len(plain_days(Shift(id="s", people=("a",), start=wall, minutes=60, rule=rule))) == days


def test_shifts_and_stretches_in_words() -> None:
    of = team()
    w, e = words(of), words(of, "en")
    assert [w.rule(shift) for shift in of.config.shifts[:2]] == ["elke dag 08:00–17:00", "ma–vr 08:00–17:00"]
    assert e.rule(of.config.shifts[4]) == "Sat and Sun 16:30–23:00"
    assert w.stretch(local(30), local(1, month=12)) == "ma 30 nov"
    assert w.stretch(local(30), local(2, month=12)) == "ma 30 nov – di 1 dec"
    assert w.stretch(local(30, 22), local(1, 6, month=12)) == "ma 30 nov 22:00–06:00"
    assert e.stretch(local(30, 22), local(2, 6, month=12)) == "Mon 30 Nov 22:00 – Wed 2 Dec 06:00"
    assert (short_hour(540), short_hour(990), short_hour(DAY)) == ("9", "16:30", "24")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_reason_and_every_clash_has_a_word(language: str) -> None:
    of = team()
    w = words(of, language)
    for one in absent(of, NOW).missed:
        assert all(w.reasons(proposal) for proposal in one.advice.proposals)
        assert all(w.excluded(other) for other in one.advice.excluded)
    for clash in (Clash("leave"), Clash("sick"), Clash("shift", "day")):
        assert w.clash(clash)
