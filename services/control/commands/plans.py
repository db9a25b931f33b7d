"""`webcare rota plan`: proposes a rota, says what it changes and what cannot be met, and changes nothing itself."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from services.contracts.teams import TeamConfig
from services.control.arrivals import demand_of
from services.control.commands.rotas import file_of
from services.control.output import show
from services.rota.needs import Fit, Need
from services.route.planning.request import MOST_WEEKS, PlanError, PlanRequest, ask

_MONDAY = 7


@click.command()
@click.argument("team", metavar="TEAM|FILE")
@click.option("--weeks", type=click.IntRange(1, MOST_WEEKS), default=4, show_default=True, help="How many weeks.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="The first day; the coming Monday if not given.")
@click.option("--keep", multiple=True, metavar="SHIFT", help="A shift that stays as it is; can be given again.")
@click.option(
    "--history", type=click.Path(exists=True, dir_okay=False), help="Mentions (NDJSON) to forecast demand from."
)
@click.option(
    "--minutes", type=float, default=6, show_default=True, help="Minutes that an answer takes, for --history."
)
@click.option("--baseline", is_flag=True, help="Quick and rough, without OR-tools.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
@click.option("--write", type=click.Path(dir_okay=False, writable=True), help="Write a team file with the plan in it.")
def plan(
    team: str,
    weeks: int,
    start: datetime | None,
    keep: tuple[str, ...],
    history: str | None,
    minutes: float,
    baseline: bool,
    as_json: bool,
    write: str | None,
) -> None:
    """Propose a rota for a TEAM or team FILE, beside the one that there is.

    Nothing is published: a lead accepts the proposal, whole or by week, or loads the file of --write.
    """
    from services.control.plan_report import lines
    from services.rota.recurrence import RotaError
    from services.route.planning import plan as planner
    from services.route.planning.compare import accept, compare

    (config, revision), now = file_of(team, fill=True), datetime.now(UTC)
    first = start.date() if start else _coming_monday(now.astimezone(ZoneInfo(config.time_zone)).date())
    try:
        request = ask(config, first, weeks, fixed=keep)
        if history:
            request = ask(config, first, weeks, demand=_demand(request, history, minutes), fixed=keep)
        proposal = planner.baseline(request) if baseline else planner.plan(request)
        comparison, accepted = compare(config, proposal), accept(config, proposal, now)
        if write:
            _write(config, revision, proposal.start, accepted, write, now)
    except (PlanError, RotaError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        parts = {"add": [one.model_dump(mode="json") for one in accepted.add], "remove": list(accepted.remove)}
        weeks_of = comparison.model_dump(mode="json")["weeks"]
        show({"proposal": proposal.model_dump(mode="json"), "weeks": weeks_of, "accept": parts})
    else:
        for line in lines(request, proposal, comparison):
            click.echo(line)
        if write:
            click.echo(f"written: {write}; `webcare rota load {write}` makes it the rota")


def _coming_monday(today: date) -> date:
    return today + timedelta(days=_MONDAY - today.weekday())


def _demand(request: PlanRequest, path: str, minutes: float) -> list[Need]:
    """What the mentions of a file want in the period: each with `created_at`, and its `classification` where it has one."""
    past = list(_mentions(Path(path), {code for one in request.config.people for code in one.languages}))
    if not past:
        raise PlanError(f"{path} has no mentions that need a person")
    return demand_of(request, past, minutes)


def _mentions(path: Path, spoken: set[str]) -> Iterator[tuple[datetime, Fit]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    row = json.loads(line)
                    moment = datetime.fromisoformat(row["created_at"])
                    read: dict[str, Any] = row.get("classification") or {}
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    raise PlanError(f"{path}, line {number}: not a mention with created_at") from error
                if moment.tzinfo is None:
                    raise PlanError(f"{path}, line {number}: created_at has no offset")
                language = (read.get("language") or {}).get("code")
                if read.get("needs_person", True):
                    yield moment, Fit(language=language) if language in spoken else Fit()


def _write(config: TeamConfig, revision: int | None, start: date, accepted: Any, path: str, now: datetime) -> None:
    """The team as it would be once the plan is accepted, by the rule of the command `AcceptPlan`."""
    from services.contracts.commands import AcceptPlan
    from services.contracts.ids import mention_id
    from services.route.domain.agreement import agreement
    from services.route.domain.answers import Refusal
    from services.route.domain.shift_rules import accept_plan
    from services.route.rota_text import render

    command = AcceptPlan(
        id=mention_id(config.team, "plan", start.isoformat()),
        team=config.team,
        at=now,
        actor="lead:plan",
        plan=f"from {start}",
        add=accepted.add,
        remove=accepted.remove,
    )
    try:
        drafts = accept_plan(agreement(config, 1, now), command, now)
    except Refusal as error:
        raise PlanError(f"the plan cannot be accepted: {error}") from error
    after = drafts[0].fields["config"] if drafts else config
    Path(path).write_text(render(after, revision), encoding="utf-8")
