"""How a rota meets what is wanted, how it is shared, and who could stand in: each rule by an example."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from services.contracts.teams import Demand, HolidayCalendar, Person, Shift, StandInRequest, TeamConfig
from services.rota.coverage import Coverage, NeedCovered, coverage
from services.rota.fairness import Fairness, balance, fairness, far_above_contract
from services.rota.needs import Fit, Wanted, levelled
from services.rota.opening_hours import OpeningHours
from services.rota.rota import Rota
from services.rota.stand_ins import StandIns, stand_ins
from services.route.check import report
from services.route.public_holidays import HolidayError, filled
from tests.support.route import at, away, config


def covered(agreed: TeamConfig, days: int = 1) -> Coverage:
    return coverage(agreed, Rota(agreed), OpeningHours(agreed), at(0), at(0, day=days))


def need(agreed: TeamConfig, name: str, days: int = 1) -> NeedCovered:
    return next(one for one in covered(agreed, days).needs if one.name == name)


def people(**changes: dict[str, Any]) -> tuple[Person, ...]:
    """The usual three, changed."""
    return tuple(person.model_copy(update=changes.get(person.id, {})) for person in config().people)


def wanted(start: int, end: int, count: int = 1, **fields: Any) -> Demand:
    return Demand(days=tuple(range(7)), start=time(start), end=time(end), people=count, **fields)


# -- coverage ----------------------------------------------------------------------------------------------------------


def test_without_demand_somebody_is_wanted_in_opening_hours() -> None:
    one = need(config(leave=(away("aisha", at(0), at(24)),)), "anybody")
    assert (one.required, one.wanted_hours, one.covered_hours, one.percent) == (True, 11, 8, 72.7)
    assert [(gap.start, gap.end, gap.wanted, gap.on) for gap in one.gaps] == [(at(17), at(20), 1, 0)]


def test_demand_counts_people() -> None:
    one = need(config(demand=(wanted(9, 17, 2), wanted(12, 13, 4))), "anybody")
    assert [(gap.start, gap.end, gap.wanted, gap.on) for gap in one.gaps] == [(at(12), at(13), 4, 3)]
    assert (one.wanted_hours, one.covered_hours) == (18, 17)


def test_skills_languages_and_channels_are_measured() -> None:
    agreed = config(
        people=people(noor={"skills": ("refund",)}, jeroen={"channels": ("email",)}, aisha={"channels": ("post",)}),
        demand=(wanted(9, 20, skill="refund"), wanted(9, 12, language="en", channel="post")),
    )
    assert [(gap.start, gap.end) for gap in need(agreed, "refund").gaps] == [(at(17), at(20))]
    assert need(agreed, "en, post").percent == 0
    assert [(one.name, one.required) for one in covered(agreed).needs] == [
        ("refund", True), ("en, post", True), ("anybody", True), ("nl", True),
        ("en", False), ("email", False), ("post", False),
    ]  # fmt: skip
    assert need(agreed, "email").percent == 72.7


def test_a_shift_asks_for_its_skills_while_it_lasts() -> None:
    day, late = config().shifts
    agreed = config(shifts=(day, late.model_copy(update={"skills": ("refund",)})))
    assert [(gap.start, gap.end) for gap in need(agreed, "refund").gaps] == [(at(12), at(20))]


def test_on_a_holiday_nobody_is_wanted_unless_the_team_is_always_open() -> None:
    agreed = config(demand=(wanted(9, 17, 5),), holidays=(at(12).date(),))
    assert need(agreed, "anybody").wanted_hours == 0
    assert need(agreed, "anybody").percent == 100
    assert need(agreed.model_copy(update={"opening_hours": ()}), "anybody").wanted_hours == 40


def test_eight_weeks_are_looked_at_and_the_clocks_change_in_them() -> None:
    agreed = config()
    whole = coverage(agreed, Rota(agreed), OpeningHours(agreed), at(0))
    assert whole.end - whole.start == timedelta(weeks=8)
    assert whole.percent == 100
    assert whole.needs[0].wanted_hours == 8 * 5 * 11


def test_stretches_that_overlap_want_the_most_of_them() -> None:
    given = [Wanted(at(9), at(12), 1), Wanted(at(10), at(11), 3), Wanted(at(12), at(13), 1), Wanted(at(15), at(16), 1)]
    assert [(one.start, one.end, one.people) for one in levelled(given)] == [
        (at(9), at(10), 1),
        (at(10), at(11), 3),
        (at(11), at(13), 1),
        (at(15), at(16), 1),
    ]


# -- fairness ----------------------------------------------------------------------------------------------------------


def shared(agreed: TeamConfig, weeks: int = 1, start: datetime = at(0)) -> Fairness:
    return fairness(agreed, Rota(agreed), start, start + timedelta(weeks=weeks))


def far_above(agreed: TeamConfig) -> frozenset[str]:
    return far_above_contract(agreed, Rota(agreed), at(0), at(0) + timedelta(weeks=1))


def test_hours_evenings_nights_weekends_and_holidays_are_counted_in_local_time() -> None:
    nights = Shift(id="n", people=("noor",), start="2026-03-27T16:00", minutes=16 * 60, rule="FREQ=DAILY")
    agreed = config(shifts=(nights,), holidays=(date(2026, 3, 30),))
    (share,) = shared(agreed, start=at(15, day=25)).people  # a week from Friday 15:00; the clocks change on Sunday
    assert share.hours == 7 * 16 - 1  # the night of the change is an hour short
    assert (share.evening_hours, share.weekend_hours, share.holiday_hours) == (42, 31, 16)
    assert share.night_hours == 41


def test_a_person_abroad_has_their_own_evenings() -> None:
    agreed = config(people=people(aisha={"time_zone": "Asia/Kolkata"}))
    evening = {share.person: share.evening_hours for share in shared(agreed).people}
    assert evening == {"noor": 0, "jeroen": 0, "aisha": 30}  # 12:00 to 20:00 in Amsterdam is 16:30 to 00:30 there


def test_load_is_against_the_contract() -> None:
    agreed = config(people=people(noor={"contract_hours": 40.0}, jeroen={"contract_hours": 20.0}))
    noor, jeroen, aisha = shared(agreed).people
    assert (noor.over_contract, jeroen.over_contract, aisha.over_contract) == (0, 20, None)
    assert (noor.over_average, jeroen.over_average, aisha.over_average) == (-30.8, 38.5, -7.7)
    assert [share.person for share in shared(agreed).overloaded] == ["jeroen"]
    assert shared(agreed).balance.hours == 0.6389  # loads 1, 2 and 1⅓; the same hours without contracts are 1
    assert shared(config()).balance.hours == 1


def test_who_is_away_is_not_expected_to_work() -> None:
    agreed = config(people=people(noor={"contract_hours": 40.0}), leave=(away("noor", at(0), at(12, day=3)),))
    noor = shared(agreed).people[0]
    assert (noor.hours, noor.contract_hours) == (13, 20)
    gone = config(leave=(away("noor", at(0), at(0, day=7)),))
    assert shared(gone).people[0].over_average is None
    assert shared(gone).balance.hours == 1


def test_work_by_agreement_and_those_without_shifts_are_not_compared() -> None:
    extra = Person(id="zoe", name="Zoë")
    agreed = config(people=(*people(aisha={"contract_hours": 0.0}), extra))
    assert [(share.person, share.over_average) for share in shared(agreed).people] == [
        ("noor", 0),
        ("jeroen", 0),
        ("aisha", None),
    ]


@pytest.mark.parametrize(
    ("contract", "far"), [(40.0, False), (34.0, False), (33.0, True), (16.0, True), (0.0, False), (None, False)]
)
def test_far_above_the_contract_is_a_fifth_of_it(contract: float | None, far: bool) -> None:
    agreed = config(people=people(noor={"contract_hours": contract}))  # 40 hours are planned
    assert far_above(agreed) == ({"noor"} if far else set())


def test_as_much_as_the_planner_may_plan_is_not_far_above_a_small_contract() -> None:
    short = config().shifts[0].model_copy(update={"people": ("noor",), "minutes": 120})  # 10 hours a week
    for contract, far in ((6.0, False), (5.9, True)):
        agreed = config(people=people(noor={"contract_hours": contract}), shifts=(short,))
        assert bool(far_above(agreed)) is far


def test_a_shift_in_a_week_that_is_nearly_all_leave_is_not_far_above_the_contract() -> None:
    off = (away("noor", at(18), at(0, day=7)),)  # after Monday
    agreed = config(people=people(noor={"contract_hours": 28.0}), leave=off)
    (noor, *_) = shared(agreed).people
    assert (noor.hours, noor.contract_hours, noor.over_contract) == (8, 3, 5)
    assert far_above(agreed) == set()


@pytest.mark.parametrize(("loads", "expected"), [([], 1), ([5], 1), ([2, 4], 0.5), ([0, 0], 1), ([0, 4, 4], 0.3333)])
def test_balance_is_the_mean_over_pairs(loads: list[float], expected: float) -> None:
    assert balance(loads) == expected


# -- stand-ins ---------------------------------------------------------------------------------------------------------


def found(agreed: TeamConfig, absent: str = "noor", **wants: Any) -> StandIns:
    return stand_ins(agreed, Rota(agreed), absent, at(9), at(12), **wants)


def test_the_best_rested_come_first_with_their_reasons() -> None:
    week = "FREQ=WEEKLY;BYDAY=SU"
    extra = Person(id="zoe", name="Zoë", languages=("nl",), contract_hours=2.0)
    sunday = Shift(id="sun", people=("zoe",), start="2026-03-01T13:00", minutes=180, rule=week)
    agreed = config(people=(*config().people, extra), shifts=(*config().shifts, sunday))
    proposals = found(agreed).proposals
    assert [(one.person, one.rest_hours, one.short_rest) for one in proposals] == [
        ("zoe", 17, False),
        ("aisha", 0, True),
    ]
    assert [(one.code, one.detail) for one in proposals[0].reasons] == [
        ("rested", "17"), ("speaks", "nl"), ("over_contract", "4"),
    ]  # fmt: skip
    assert (proposals[0].since_last_hours, proposals[1].to_next_hours) == (17, 0)


def test_who_cannot_is_excluded_with_why() -> None:
    names = ("vrij", "ziek", "weg", "gevraagd", "engels", "leeg")
    changes: dict[str, dict[str, Any]] = {"engels": {"languages": ("en",)}, "leeg": {"capacity": 0}}
    extra = tuple(Person(id=name, name=name, **changes.get(name, {})) for name in names)
    agreed = config(
        people=(*config().people, *extra),
        leave=(away("ziek", at(11), at(20), "sick"), away("weg", at(0), at(9.5))),
        stand_ins=(StandInRequest(id="x", for_person="aisha", person="gevraagd", start=at(11), end=at(13)),),
    )
    result = found(agreed)
    assert [one.person for one in result.proposals] == ["vrij", "aisha"]
    assert [(one.person, one.code, one.detail) for one in result.excluded] == [
        ("engels", "no_language", "nl"),
        ("gevraagd", "asked_already", "aisha"),
        ("jeroen", "on_shift", "day"),
        ("leeg", "no_capacity", ""),
        ("weg", "leave", ""),
        ("ziek", "sick", ""),
    ]


def test_the_skills_of_the_shift_are_asked_and_more_when_it_is_said() -> None:
    day, late = config().shifts
    agreed = config(
        people=people(aisha={"skills": ("refund",), "channels": ("post",)}),
        shifts=(day.model_copy(update={"skills": ("refund",)}), late),
    )
    assert [reason.code for reason in found(agreed).proposals[0].reasons] == ["short_rest", "has_skill", "speaks"]
    assert [one.code for one in found(agreed, "aisha").excluded] == ["on_shift", "on_shift"]
    by_mail = found(agreed, wanted=[Fit(channel="email")])
    assert [(one.code, one.detail) for one in by_mail.excluded if one.person == "aisha"] == [("no_channel", "email")]


def test_who_stands_by_in_a_layer_below_is_free() -> None:
    high = config().shifts[0].model_copy(update={"people": ("noor",), "layer": 1})
    low = config().shifts[0].model_copy(update={"id": "low", "people": ("jeroen",)})
    agreed = config(shifts=(high, low))
    assert {one.person for one in found(agreed).proposals} == {"jeroen", "aisha"}


# -- holidays, and the report of it all --------------------------------------------------------------------------------


def test_public_holidays_are_filled_in_by_country_and_region() -> None:
    agreed = filled(config(holiday_calendar=HolidayCalendar(country="DE", region="BY")), date(2026, 3, 2))
    assert {date(2026, 1, 6), date(2025, 12, 25), date(2030, 1, 1)} <= agreed.all_holidays
    other = filled(config(holiday_calendar=HolidayCalendar(country="DE")), date(2026, 3, 2))
    assert date(2026, 1, 6) not in other.all_holidays
    assert not OpeningHours(agreed).seconds(
        datetime.fromisoformat("2026-04-06T00:00Z"), datetime.fromisoformat("2026-04-06T20:00Z")
    )
    assert filled(config(), date(2026, 3, 2)) == config()


@pytest.mark.parametrize(("country", "region"), [("XX", None), ("DE", "ZZ")])
def test_a_calendar_that_nobody_knows_is_refused(country: str, region: str | None) -> None:
    with pytest.raises(HolidayError, match="no holidays are known"):
        filled(config(holiday_calendar=HolidayCalendar(country=country, region=region)), date(2026, 3, 2))


def test_the_report_names_what_a_lead_should_do() -> None:
    agreed = config(
        people=people(noor={"contract_hours": 40.0}, jeroen={"contract_hours": 10.0}),
        demand=(wanted(9, 10, 3), wanted(9, 10, skill="refund"), wanted(9, 10, channel="review"), wanted(18, 21)),
        holiday_calendar=HolidayCalendar(country="NL"),
    )
    said = {finding.code: finding.text for finding in reversed(report(agreed, at(0)).findings)}
    assert said["too_few"] == "only 2 of the 3 who are wanted are on from Mon 02 Mar 09:00 to 10:00"
    assert said["gap"] == "nobody is on from Mon 02 Mar 20:00 to 21:00"
    assert said["skill_gap"] == "nobody who is on from Mon 02 Mar 09:00 to 10:00 is for refund"
    assert {"gap", "too_few", "skill_gap", "overloaded", "holidays_unknown"} <= set(said)
    assert "channel_gap" not in said
