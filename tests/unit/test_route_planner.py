"""The planner on small teams: the best there is, what cannot be met and why, what accepting means, and the command."""

import builtins
import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from services.contracts.commands import AcceptPlan
from services.contracts.events import PlanAccepted
from services.contracts.teams import Leave, Person, Shift
from services.control.cli import main
from services.rota.rota import Rota
from services.route.planning import solver
from services.route.planning.compare import accept, compare
from services.route.planning.cost import cost, scale
from services.route.planning.greedy import greedy
from services.route.planning.plan import baseline, plan
from services.route.planning.problem import problem
from services.route.planning.proposal import Proposal
from services.route.planning.request import Pattern, PlanError, PlanRequest, Rules, ask, replaced
from services.route.planning.rules import violations
from services.route.planning.solver import solve
from services.route.rota_text import render
from tests.bench import bench_planner
from tests.support.plans import EARLY, LATE, START, away, every_day, every_plan, team, wanted
from tests.support.route import Desk

BEFORE = datetime(2026, 3, 20, 12, tzinfo=UTC)


def day_team(**changes: Any) -> Any:
    """Three people on a rota of seven days a week, of which the week before the plan has none."""
    shifts = tuple(
        Shift(id=name, people=people, start=datetime(2026, 3, 23, hour), minutes=480, rule="FREQ=DAILY")  # noqa: DTZ001  # wall-clock
        for name, people, hour in (("vroeg", ("p0", "p1"), 7), ("laat", ("p2",), 15))
    )
    return team(3, **({"team": "waterveen", "shifts": shifts} | changes))


def test_the_solver_finds_the_best_of_all_plans() -> None:
    pytest.importorskip("ortools")
    request = ask(
        team(2, [wanted(1, 7, 23, (0, 1)), wanted(1, 7, 15, (0, 1, 2), language="nl")], contract=8),
        START,
        1,
        patterns=(Pattern(name="early", start=time(7), minutes=480, days=(0, 1, 2)),),
        rules=Rules(tolerance_hours=8),
    )
    of = problem(request)
    on = scale(of, greedy(of))
    best = min(cost(of, on, chosen)["total"] for chosen in every_plan(of))
    assert cost(of, on, solve(of, on, greedy(of)).chosen)["total"] == best


def test_what_the_solver_minimises_is_the_cost() -> None:
    pytest.importorskip("ortools")
    of = problem(ask(team(3, every_day(2)), START, 1, patterns=(EARLY, LATE)))
    on = scale(of, greedy(of))
    solved = solve(of, on, greedy(of))
    assert solved.status == "optimal"
    assert solved.bound <= cost(of, on, solved.chosen)["total"] <= cost(of, on, greedy(of))["total"]


def smaller(*leave: Leave) -> PlanRequest:
    """Eight people of the bench's team for two weeks, with what is wanted of them: enough that nothing must be traded."""
    bench = bench_planner.team()
    demand = (*every_day(1), *(wanted(2, 9, 17, skill=skill) for skill in bench_planner.SKILLS[:2]))
    config = bench.model_copy(update={"people": bench.people[:8], "demand": demand, "leave": leave})
    return ask(config, START, 2, patterns=bench_planner.PATTERNS)


@pytest.fixture(scope="module")
def proposed() -> tuple[Proposal, Proposal]:
    """The baseline and the solver's proposal."""
    pytest.importorskip("ortools")
    return baseline(smaller()), plan(smaller())


def test_the_proposal_covers_and_shares_no_less_than_the_baseline_and_breaks_no_rule(
    proposed: tuple[Proposal, Proposal],
) -> None:
    assert bench_planner.wrong(smaller(), *proposed) == []


def test_the_bench_fails_where_the_proposal_is_below_the_baseline_or_breaks_a_rule(
    proposed: tuple[Proposal, Proposal], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, best = proposed
    said = bench_planner.wrong(smaller(), best, first)
    assert said, "the other way round"
    assert all(" is " in one for one in said)
    against = bench_planner.wrong(smaller(away(best.planned[0].person, 0, 14)), first, best)
    assert any(one.startswith("the solver breaks a rule") for one in against)
    monkeypatch.setattr(bench_planner, "request", smaller)
    monkeypatch.setattr(bench_planner, "baseline", lambda _: first)
    monkeypatch.setattr(bench_planner, "plan", lambda _: best)
    assert "rules broken" in bench_planner.measure()
    monkeypatch.setattr(bench_planner, "baseline", lambda _: best)
    monkeypatch.setattr(bench_planner, "plan", lambda _: first)
    with pytest.raises(SystemExit, match="not good enough"):
        bench_planner.measure()


@pytest.mark.parametrize("whole", [10_000, 10])
def test_the_same_request_gives_the_same_plan(whole: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ortools")
    monkeypatch.setattr(solver, "WHOLE", whole)
    monkeypatch.setattr(solver, "WHOLE_EFFORT", 0.1)
    monkeypatch.setattr(solver, "PART_EFFORT", 0.02)
    request = ask(day_team(), START, 1)
    assert plan(request).planned == plan(request).planned


@pytest.mark.parametrize("make", [baseline, plan])
def test_what_cannot_be_met_is_explained(make: Any) -> None:
    pytest.importorskip("ortools")
    sick = away("p1", 0, 3, "sick")
    demand = [wanted(1, 7, 15, skill=skill) for skill in (None, "refund", "moving")]
    config = team(2, demand, leave=(sick, away("p0", 0, 7)))
    proposal = make(ask(config, START, 1, patterns=(EARLY,)))
    said = {(one.need, reason.code): reason.people for one in proposal.unmet for reason in one.reasons}
    assert said["moving", "nobody_has_it"] == ()
    assert said["refund", "sick"] == ("p1",)
    assert said["anybody", "leave"] == ("p0",)
    assert {one.start.date().isoformat() for one in proposal.unmet if one.need == "refund"} == {
        "2026-03-23", "2026-03-24", "2026-03-25",
    }  # fmt: skip


def test_a_full_contract_a_short_rest_and_a_time_without_a_shift_are_reasons() -> None:
    proposal = baseline(ask(team(1, contract=16), START, 1, patterns=(EARLY,), rules=Rules(tolerance_hours=0)))
    codes = {reason.code for one in proposal.unmet for reason in one.reasons}
    assert codes == {"contract_full", "no_pattern"}
    night = Shift(id="nacht", people=("p0",), start=datetime(2026, 3, 22, 22), minutes=480)  # noqa: DTZ001  # wall-clock
    rested = baseline(ask(team(1, contract=None, shifts=(night,)), START, 1, patterns=(EARLY, LATE), fixed=("nacht",)))
    first = rested.unmet[0]
    assert (first.start, [reason.code for reason in first.reasons]) == (
        rested.coverage.start + timedelta(hours=7),
        ["rest"],
    )


def test_more_than_there_are_people_for_says_that_everybody_is_on() -> None:
    config = team(2, [wanted(3, 7, 15, (0,))], contract=None)
    proposal = baseline(ask(config, START, 1, patterns=(EARLY,)))
    assert [reason.code for one in proposal.unmet if one.need == "anybody" for reason in one.reasons] == [
        "everybody_on"
    ]


def test_a_contract_is_filled_as_far_as_the_rules_allow() -> None:
    pytest.importorskip("ortools")
    config = team(3, [wanted(1, 7, 15)], contract=40)
    proposal = plan(ask(config, START, 1, patterns=(EARLY,)))
    assert {share.person: share.hours for share in proposal.fairness.people} == {"p0": 40, "p1": 40, "p2": 40}


def test_leave_lessens_the_contract_and_nobody_without_hours_is_planned() -> None:
    people = (Person(id="p0", name="P0", contract_hours=40), Person(id="p1", name="P1", contract_hours=0))
    config = team(2, [wanted(1, 7, 15)], people=people, leave=(away("p0", 0, 3),))
    proposal = baseline(ask(config, START, 1, patterns=(EARLY,)))
    assert [one.day.day for one in proposal.planned] == [26, 27, 28]
    assert all(one.person == "p0" for one in proposal.planned)


def test_shifts_that_are_there_give_the_patterns_and_are_replaced_but_for_those_that_stay() -> None:
    request = ask(day_team(), START, 1, fixed=("laat",))
    assert [pattern.name for pattern in request.patterns] == ["vroeg", "laat"]
    assert [shift.id for shift in replaced(request)] == ["vroeg"]
    proposal = baseline(request)
    assert violations(request, proposal) == []
    assert "p2" not in {one.person for one in proposal.planned}


def test_a_comparison_says_who_has_what_instead() -> None:
    config = day_team()
    proposal = baseline(ask(config, START, 2))
    comparison = compare(config, proposal)
    assert [week.start for week in comparison.weeks] == [START, START + timedelta(days=7)]
    for week in comparison.weeks:
        had, has = week.unchanged + week.count("removed") + week.count("changed"), 0
        has = sum(week.start <= one.day < week.start + timedelta(days=7) for one in proposal.planned)
        assert had == 21
        assert has == week.unchanged + week.count("added") + week.count("changed")


def test_route_accepts_a_week_of_a_plan_and_leaves_the_others() -> None:
    config = day_team()
    request = ask(config, START, 2)
    proposal = baseline(request)
    desk = Desk(config, now=BEFORE)
    second = START + timedelta(days=7)
    parts = accept(config, proposal, BEFORE, [second])
    events = desk.do(AcceptPlan, "lead:test", plan="april", add=parts.add, remove=parts.remove)
    assert isinstance(events[0], PlanAccepted)
    start, middle, end = (proposal.coverage.start + timedelta(days=days) for days in (0, 7, 14))
    rota = Rota(events[0].config)
    planned = {(one.person, one.start) for one in proposal.planned if one.day >= second}
    assert {(one.person, one.start) for one in rota.spans(middle, end - timedelta(hours=9))} >= planned - {
        one for one in planned if one[1] >= end - timedelta(hours=9)
    }  # fmt: skip
    assert len(rota.spans(start, middle - timedelta(hours=2))) == len(
        Rota(config).spans(start, middle - timedelta(hours=2))
    )
    assert [x.person for x in rota.spans(end + timedelta(hours=9), end + timedelta(hours=10))] == ["p0", "p1"]


def test_what_cannot_be_asked_is_said_in_words() -> None:
    with pytest.raises(PlanError, match="1 to 13 weeks"):
        ask(team(), START, 20)
    with pytest.raises(PlanError, match="no shift 'nacht'"):
        ask(team(), START, 1, fixed=("nacht",))
    with pytest.raises(PlanError, match="no shift pattern"):
        ask(team(), START, 1, patterns=(EARLY,), rules=Rules(day_hours=4))
    proposal = baseline(ask(day_team(), START, 1))
    with pytest.raises(PlanError, match="no week that starts"):
        accept(day_team(), proposal, BEFORE, [START + timedelta(days=1)])
    with pytest.raises(PlanError, match="plan again"):
        accept(team(), proposal, BEFORE)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = builtins.__import__

    def missing(name: str, *more: Any) -> Any:
        if name.startswith("ortools"):
            raise ImportError(name)
        return usual(name, *more)

    request = ask(day_team(), START, 1)
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(PlanError, match=r"webcare\[plan\]"):
        plan(request)


def test_the_command_proposes_in_words_and_as_data_and_writes_only_the_file_it_is_told(tmp_path: Path) -> None:
    pytest.importorskip("ortools")
    file, out = tmp_path / "klein.toml", tmp_path / "plan.toml"
    text = render(day_team(leave=(away("p0", 0, 7),)))
    file.write_text(text, encoding="utf-8")
    usual = ["rota", "plan", str(file), "--weeks", "1", "--start", "2026-03-23"]
    said = CliRunner().invoke(main, [*usual, "--write", str(out)])
    assert said.exit_code == 0, said.output
    for part in (
        "Week of Mon 23 Mar",
        "Coverage of what is wanted",
        "Cannot be met",
        "on leave",
        "Nothing has changed",
    ):
        assert part in said.output
    assert file.read_text(encoding="utf-8") == text
    assert CliRunner().invoke(main, ["rota", "export", str(out)]).exit_code == 0
    data = json.loads(CliRunner().invoke(main, [*usual, "--json", "--baseline"]).output)
    assert set(data) == {"proposal", "weeks", "accept"}
    assert set(data["accept"]) == {"add", "remove"}


def test_the_command_plans_for_what_history_makes_it_expect(tmp_path: Path) -> None:
    file, past = tmp_path / "klein.toml", tmp_path / "past.ndjson"
    file.write_text(render(day_team(demand=())), encoding="utf-8")
    moments = [
        datetime(2026, 2, 2, 9, tzinfo=UTC) + timedelta(days=day, minutes=n) for day in range(28) for n in range(30)
    ]
    past.write_text("\n".join(json.dumps({"created_at": one.isoformat()}) for one in moments), encoding="utf-8")
    usual = ["rota", "plan", str(file), "--weeks", "1", "--start", "2026-03-23", "--baseline", "--json"]
    data = json.loads(CliRunner().invoke(main, [*usual, "--history", str(past)]).output)
    need = data["proposal"]["coverage"]["needs"][0]
    assert need["wanted_hours"] == 7 * 4
    past.write_text("{}\n", encoding="utf-8")
    assert "line 1: not a mention" in CliRunner().invoke(main, [*usual, "--history", str(past)]).output
