"""Whatever is asked of the planner, it breaks no rule, and says why whatever is not met is not."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from services.contracts.teams import TeamConfig
from services.rota.rota import Rota
from services.route.planning.compare import accept
from services.route.planning.plan import baseline, plan
from services.route.planning.proposal import Proposal, with_plan
from services.route.planning.request import PlanRequest
from services.route.planning.rules import violations
from tests.support.plans import requests
from tests.support.route import examples

USUAL = settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))


@USUAL
@given(requests())
def test_the_baseline_breaks_no_rule_and_explains_what_is_not_met(request_: PlanRequest) -> None:
    _holds(request_, baseline(request_))


@settings(USUAL, max_examples=examples(8))
@given(requests())
def test_the_solver_breaks_no_rule_and_is_never_worse(request_: PlanRequest) -> None:
    pytest.importorskip("ortools")
    proposal = plan(request_)
    _holds(request_, proposal)
    assert proposal.costs["total"] <= baseline(request_).costs["total"]


@USUAL
@given(requests())
def test_accepting_changes_the_weeks_that_are_accepted_and_nothing_else(request_: PlanRequest) -> None:
    proposal, config = baseline(request_), request_.config
    start, end = request_.bounds
    now = start - timedelta(days=20)
    weeks = [proposal.start]
    accepted = accept(config, proposal, now, weeks)
    assert len({shift.id for shift in accepted.add} | {one.id for one in config.shifts}) == len(accepted.add) + len(
        config.shifts
    )
    left = tuple(shift for shift in config.shifts if shift.id not in accepted.remove)
    after = config.model_copy(update={"shifts": (*left, *accepted.add)})
    planned = with_plan(request_, proposal.shifts)
    week = start + timedelta(days=7)
    margin = timedelta(hours=12)
    assert _who(after, start, week - margin) == _who(planned, start, week - margin)
    assert _who(after, start - timedelta(days=9), start) == _who(config, start - timedelta(days=9), start)
    later = end + margin if request_.weeks == 1 else week + margin
    assert _who(after, later, end + timedelta(days=9)) == _who(config, later, end + timedelta(days=9))


def _who(config: TeamConfig, start: datetime, end: datetime) -> set[tuple[datetime, datetime, str, int]]:
    spans = Rota(config).spans(start, end)
    return {(max(x.start, start), min(x.end, end), x.person, x.layer) for x in spans}


def _holds(request_: PlanRequest, proposal: Proposal) -> None:
    assert violations(request_, proposal) == []
    assert all(one.reasons for one in proposal.unmet)
    fit = {person.id for person in request_.config.people}
    assert all(set(reason.people) <= fit for one in proposal.unmet for reason in one.reasons)
