"""A simulated month: the acceptance case of three people with an hour each, determinism, and the figures of the command."""

import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from services.contracts.events import CaseEvent, CoverGapClosed, CoverGapFound, Event
from services.contracts.teams import TeamConfig
from services.control.cli import main
from services.rota.opening_hours import OpeningHours
from services.route.rota_file import parse
from services.route.simulation.engine import Play, simulate
from services.route.simulation.profiles import PROFILES
from services.route.simulation.stream import mentions
from tests.support.route import MONDAY, at, away, config

ROOT = Path(__file__).resolve().parents[2]
START = date(2026, 3, 2)
THREE = "three-by-one-hour"
FIELDS = {
    "seconds", "mentions", "answered_in_target", "over_hours", "assignments", "shifts", "waiting_p50_s", "waiting_p90_s",
    "breaches", "assigned_outside_shift", "load",
}  # fmt: skip


def small_team() -> TeamConfig:
    """The team of three."""
    return parse((ROOT / "services/route/simulation/three_by_one_hour.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("seed", "start"), [(1, START), (2, date(2026, 10, 5))])
def test_three_people_with_an_hour_each_answer_everything_in_time(seed: int, start: date) -> None:
    team = small_team()
    outcome = simulate(team, PROFILES[THREE], start, 28, seed)
    counted = outcome.counted
    assert outcome.mentions > 250
    assert len(counted.answers) > 120
    assert outcome.answered_in_target == 1
    assert counted.breaches == 0
    assert sum(counted.over.values(), timedelta()) == timedelta()
    by_day: defaultdict[tuple[str, date], timedelta] = defaultdict(timedelta)
    for person, (begins, ends) in outcome.shifts:
        by_day[person, begins.date()] += ends - begins
    assert set(by_day.values()) == {timedelta(hours=1)}
    assert outcome.outside_shift == []
    assert not {one.person for one in counted.assignments} - {"anna", "bram", "carla"}


def test_both_gaps_are_said_before_they_happen_and_sickness_when_it_is_known() -> None:
    outcome = simulate(small_team(), PROFILES[THREE], START, 28, 1)
    (person, known), gaps = outcome.counted.sick[0], outcome.counted.gaps
    leave, sick = gaps[:5], gaps[5:]
    assert all(one.at < one.gap.start for one in gaps)
    assert [one.gap.start for one in leave] == [at(12, 14 + day) for day in range(5)]
    assert {one.at for one in leave} == {at(12.5, 1) + timedelta(seconds=5)}
    assert person == "carla"
    assert [one.gap.start for one in sick] == [at(16, 8 + day) for day in range(3)]
    assert all(one.at - known <= timedelta(seconds=5) for one in sick)


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_no_profile_assigns_outside_shift(profile: str) -> None:
    sick = away("jeroen", at(13, 2), at(24, 3), "sick")
    outcome = simulate(config(leave=(sick,)), PROFILES[profile], START, 10 if profile == "crisis" else 3, 1)
    assert outcome.counted.assignments
    assert outcome.outside_shift == []
    assert not any(at(13, 2) <= one.at < at(24, 3) for one in outcome.counted.assignments if one.person == "jeroen")


def test_the_same_seed_is_the_same_month_and_another_is_another() -> None:
    one, same, other = (_figures(simulate(config(), PROFILES["normal"], START, 2, seed)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_profile_makes_its_month(profile: str) -> None:
    for seed in range(5):
        found = mentions(config(), PROFILES[profile], START, 28, seed)
        assert len({one.id for one in found}) == len(found) > 250
        assert all(one.created_at == one.collected_at for one in found)


def test_two_rotas_are_compared_on_the_same_mentions() -> None:
    fewer = config(shifts=config().shifts[:1])
    both = [mentions(team, PROFILES["busy"], START, 3, 5) for team in (config(), fewer)]
    assert both[0] == both[1]
    assert all(one.collected_at <= other.collected_at for one, other in zip(both[0], both[0][1:], strict=False))


def test_leaving_out_ticks_in_which_nothing_can_change_changes_nothing() -> None:
    every, some = _played(every_tick=True), _played(every_tick=False)
    assert every == some
    assert len(every) > 100


def test_too_few_people_shows_in_the_figures() -> None:
    alone = config(shifts=config().shifts[1:], opening_hours=())
    outcome = simulate(alone, PROFILES["busy"], START, 3, 1)
    assert outcome.answered_in_target < 0.9
    assert outcome.counted.breaches > 10
    assert outcome.load["aisha"] > 0.5
    assert outcome.load["noor"] == 0
    assert OpeningHours(alone).always_open


def test_the_command_prints_exactly_the_figures_that_scripts_rely_on() -> None:
    data = _json("--days", "1")
    assert set(data) == FIELDS
    assert set(data["over_hours"]) == set(data["load"]) >= {"marit", "youssef"}
    for row in data["assignments"]:
        assert set(row) == {"case", "person", "at"}
        assert any(
            one["start"] <= row["at"] < one["end"] for one in data["shifts"] if one["person"] == row["person"]
        )  # fmt: skip
    assert all(set(row) == {"person", "start", "end"} for row in data["shifts"])
    assert data["assigned_outside_shift"] == 0


def test_the_example_month_is_busy_enough() -> None:
    team = parse((ROOT / "deploy/demo/teams/spoorlijn.toml").read_text(encoding="utf-8"))
    assert all(len(mentions(team, PROFILES["normal"], START, 28, seed)) > 1100 for seed in range(3))


def test_the_command_compares_two_rotas_and_names_the_profiles() -> None:
    files = [str(ROOT / "deploy/demo/teams" / f"{name}.toml") for name in ("spoorlijn", "waterveen")]
    usual = ["rota", "simulate", *files, "--days", "1", "--start", "2026-03-02"]
    said = CliRunner().invoke(main, usual)
    assert said.exit_code == 0, said.output
    assert "spoorlijn" in said.output.splitlines()[2]
    assert "waterveen" in said.output.splitlines()[2]
    assert len(json.loads(CliRunner().invoke(main, [*usual, "--json"]).output)) == 2
    wrong = CliRunner().invoke(main, ["rota", "simulate", "--profile", "quiet"])
    assert wrong.exit_code == 1
    assert all(name in wrong.output for name in PROFILES)
    assert "at most two" in CliRunner().invoke(main, ["rota", "simulate", *files, files[0]]).output


def _json(*more: str) -> dict[str, Any]:
    said = CliRunner().invoke(main, ["rota", "simulate", *more, "--start", "2026-03-02", "--json"])
    assert said.exit_code == 0, said.output
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def _figures(outcome: Any) -> dict[str, Any]:
    return {name: value for name, value in outcome.figures().items() if name != "seconds"}


def _played(every_tick: bool) -> list[tuple[Any, ...]]:
    """What happened to cases in eight hours, by both ways of ticking."""
    seen: list[Event] = []
    team = config(leave=(away("noor", at(11), at(24), "sick"),))
    play = Play(team, PROFILES["busy"], 1, MONDAY + timedelta(hours=6), every_tick=every_tick, seen=seen.extend)
    for mention in mentions(team, PROFILES["busy"], START, 1, 1):
        if mention.collected_at >= play.now:
            play.expect(mention.collected_at, mention)
    play.until(datetime(2026, 3, 2, 14, tzinfo=UTC))
    told = (one for one in seen if not isinstance(one, CoverGapFound | CoverGapClosed))
    return [(one.type, one.at, one.actor, one.case.id if isinstance(one, CaseEvent) else "") for one in told]
