"""`webcare rota`: check what a team has agreed, write it as a file, and make a file what the team has agreed."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from services.contracts.teams import TeamConfig
from services.control.settings import ControlSettings, load


def add_to(main: click.Group) -> None:
    """Add the commands to `webcare`."""
    from services.control.commands.plans import plan
    from services.control.commands.simulations import simulate

    rota.add_command(plan)
    rota.add_command(simulate)
    main.add_command(rota)


@click.group()
def rota() -> None:
    """What a team has agreed: people, shifts, leave, opening hours, service levels."""


@rota.command()
@click.argument("team", metavar="TEAM|FILE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def check(team: str, as_json: bool) -> None:
    """Say what is wrong or missing in the rota of a TEAM, or of a team FILE (TOML; - is standard input).

    Gaps of the coming 8 weeks, coverage, how the work is shared, and words of topics that cannot be read. Exit status 1
    when there is a problem.
    """
    from services.control.output import show
    from services.control.rota_report import lines
    from services.route.check import report as report_of

    config, now = config_of(team, fill=True), datetime.now(UTC)
    report = _with_topics(report_of(config, now), config)
    if as_json:
        show(report.model_dump(mode="json"))
    else:
        for line in lines(report, len(config.people), len(config.shifts)):
            click.echo(line)
    sys.exit(1 if any(finding.level == "problem" for finding in report.findings) else 0)


def _with_topics(report: Any, config: TeamConfig) -> Any:
    """The report with what is malformed in the team's topics, which classify reads and route does not."""
    from services.classify.domain.team_topics import malformed
    from services.route.check import Finding

    found = [Finding(level="problem", code="topic", text=str(one)) for one in malformed(config.topics)]
    return report.model_copy(update={"findings": (*found, *report.findings)})


@rota.command()
@click.argument("team", metavar="TEAM|FILE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def export(team: str, as_json: bool) -> None:
    """Write what a TEAM has agreed, or what a team FILE says, as a team file (TOML) on standard output."""
    from services.control.output import show
    from services.route.rota_text import render

    config = config_of(team, fill=False)
    if as_json:
        show(config.model_dump(mode="json"))
    else:
        click.echo(render(config), nl=False)


@rota.command("load")
@click.argument("file", type=click.Path(allow_dash=True))
def load_(file: str) -> None:
    """Make a team FILE (TOML) what the team has agreed from now on."""
    from services.control.teams import configure

    config = _of_file(file, fill=True)
    configure(load(ControlSettings), [config], "system:webcare")
    click.echo(f"{config.name}: sent to route")


def config_of(team: str, fill: bool) -> TeamConfig:
    """What a file says; else, what the team of that name has agreed."""
    if team == "-" or Path(team).exists():
        return _of_file(team, fill)
    if not team.isascii() or "/" in team or "." in team:
        raise click.ClickException(f"there is no file {team}")
    from services.control.teams import agreed

    config = agreed(load(ControlSettings), team)
    if config is None:
        raise click.ClickException(f"there is no file {team}, and no team of that name has agreed anything")
    return config


def _of_file(file: str, fill: bool) -> TeamConfig:
    from services.route.public_holidays import HolidayError, filled
    from services.route.rota_file import RotaFileError, parse

    try:
        with click.open_file(file, encoding="utf-8") as opened:
            config = parse(opened.read())
        return filled(config, datetime.now(UTC).date()) if fill else config
    except (RotaFileError, HolidayError) as error:
        raise click.ClickException(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} cannot be read: {error}") from error
