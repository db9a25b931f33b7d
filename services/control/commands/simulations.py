"""`webcare rota simulate`: how a rota would do in a month of mentions, without engines."""

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import click

from services.contracts.teams import TeamConfig
from services.control.commands.rotas import config_of
from services.control.output import show

EXAMPLE = Path(__file__).resolve().parents[3] / "deploy" / "demo" / "teams" / "spoorlijn.toml"
OWN_TEAM = "three-by-one-hour"
_MONDAY = 7


@click.command()
@click.argument("team", metavar="[TEAM|FILE]...", nargs=-1)
@click.option("--days", type=click.IntRange(1, 366), default=28, show_default=True, help="How many days.")
@click.option(
    "--profile", "name", default="normal", show_default=True, help="What kind of month; --profile help lists."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed is the same month.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help="The first day; the coming Monday if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts; of two, a list.")
def simulate(team: tuple[str, ...], days: int, name: str, seed: int, start: datetime | None, as_json: bool) -> None:
    """Play a month of mentions through the rota of a TEAM or team FILE, or of two side by side.

    Without any, the example team; with the profile three-by-one-hour, its own team of three.
    """
    from services.control.simulation_report import lines
    from services.route.simulation.engine import simulate as play
    from services.route.simulation.profiles import PROFILES

    if len(team) > 2:
        raise click.ClickException("at most two rotas are compared at a time")
    if name not in PROFILES:
        known = "\n".join(f"  {one.name:<18} {one.about}" for one in PROFILES.values())
        raise click.ClickException(f"there is no profile {name!r}; there are\n{known}")
    configs = [config_of(one, fill=True) for one in team] or [_example(name)]
    first = start.date() if start else _coming_monday(datetime.now(UTC).date())
    outcomes = [play(config, PROFILES[name], first, days, seed) for config in configs]
    if not as_json:
        for line in lines(outcomes):
            click.echo(line)
    elif len(outcomes) == 1:
        show(outcomes[0].figures())
    else:
        show([one.figures() for one in outcomes])


def _example(profile: str) -> TeamConfig:
    if profile != OWN_TEAM:
        return config_of(str(EXAMPLE), fill=True)
    return config_of(str(files("services.route.simulation") / "three_by_one_hour.toml"), fill=True)


def _coming_monday(today: date) -> date:
    return today + timedelta(days=_MONDAY - today.weekday())
