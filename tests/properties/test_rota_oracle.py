"""The rota against a naive oracle, moment by moment, across clock changes: layers, rotations, swaps, leave and the rest."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.teams import TeamConfig
from services.rota.fairness import fairness
from services.rota.rota import Rota
from services.rota.shift_history import edit_shift, has_begun, remove_shift
from tests.support.rotas import PEOPLE, STEP, Naive, quarters, rules, shifts, teams
from tests.support.route import examples

DAYS = 3


def moments(first: datetime, days: int = DAYS) -> list[datetime]:
    return [first + count * STEP for count in range(days * 96)]


def on(config: TeamConfig, first: datetime) -> list[tuple[int | None, frozenset[str]]]:
    rota = Rota(config)
    return [(rota.duty(moment).layer, rota.duty(moment).on) for moment in moments(first)]


@settings(max_examples=examples(60), deadline=None)
@given(teams())
def test_duty_is_what_the_rules_say_at_every_moment(given_team: tuple[TeamConfig, datetime]) -> None:
    config, first = given_team
    naive = Naive(config, first, DAYS)
    assert on(config, first) == [naive.on(moment) for moment in moments(first)]


@settings(max_examples=examples(40), deadline=None)
@given(teams())
def test_stints_are_the_duty_and_standby_is_present_below_it(given_team: tuple[TeamConfig, datetime]) -> None:
    config, first = given_team
    rota, naive = Rota(config), Naive(config, first, DAYS)
    stints = rota.stints(first, first + timedelta(days=DAYS))
    for moment in moments(first)[::3]:
        duty = rota.duty(moment)
        assert duty.on == {one.person for one in stints if one.start <= moment < one.end}
        planned = naive.planned(moment)
        below = [
            planned[layer] - duty.away.keys() for layer in sorted(planned, reverse=True) if layer < (duty.layer or 0)
        ]
        assert [people - duty.on for people in below if people - duty.on] == [set(people) for people in duty.standby]
        assert duty.scheduled >= duty.on
        assert not duty.on & duty.away.keys()


@settings(max_examples=examples(30), deadline=None)
@given(teams())
def test_hours_of_fairness_are_the_moments_on_duty(given_team: tuple[TeamConfig, datetime]) -> None:
    config, first = given_team
    end = first + timedelta(days=DAYS)
    shares = {share.person: share for share in fairness(config, Rota(config), first, end).people}
    naive = Naive(config, first, DAYS)
    counted = dict.fromkeys(PEOPLE, 0)
    for moment in moments(first):
        for person in naive.on(moment)[1]:
            counted[person] += 1
    for person, count in counted.items():
        assert (shares[person].hours if person in shares else 0) == count / 4


@settings(max_examples=examples(40), deadline=None)
@given(teams(), st.data())
def test_editing_a_shift_into_itself_changes_nothing(
    given_team: tuple[TeamConfig, datetime], data: st.DataObject
) -> None:
    config, first = given_team
    now = data.draw(quarters(first, DAYS))
    shift = data.draw(st.sampled_from([one for one in config.shifts if one.ended_at is None]))
    edited = edit_shift(config, shift.id, shift.model_copy(update={"since": None, "replaces": None}), now)
    assert on(edited, first) == on(config, first)
    assert len(edited.shifts) == len(config.shifts) + has_begun(config, shift, now)


@settings(max_examples=examples(40), deadline=None)
@given(teams(), st.data())
def test_no_edit_and_no_removal_changes_what_has_been(
    given_team: tuple[TeamConfig, datetime], data: st.DataObject
) -> None:
    config, first = given_team
    now = data.draw(quarters(first, DAYS))
    shift = data.draw(st.sampled_from([one for one in config.shifts if one.ended_at is None]))
    new = data.draw(shifts("new", config.time_zone, rules()))
    before = [duty for moment, duty in zip(moments(first), on(config, first), strict=True) if moment < now]
    for changed in (edit_shift(config, shift.id, new, now), remove_shift(config, shift.id, now)):
        again = TeamConfig.model_validate(changed.model_dump())
        assert on(again, first)[: len(before)] == before
    removed = remove_shift(config, shift.id, now)
    assert not [span for span in Rota(removed).spans(now, now + timedelta(days=30)) if span.shift == shift.id]
