"""`webcare rota`: check what a team has agreed, write it as a file, and make a file what the team has agreed."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from services.contracts.teams import TeamConfig
from services.control.settings import ControlSettings, load

if TYPE_CHECKING:
    from services.contracts.teams import TeamConfiguration
    from services.route.rota_file import TeamFile

ANSWER_SECONDS = 20
"""How long `load` waits for what route says."""


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
    """Write what a TEAM has agreed, or what a team FILE says, as a team file (TOML) on standard output.

    The file says which revision of the agreements it is, so that `load` sees when they were changed since.
    """
    from services.control.output import show
    from services.rota.shift_history import settled
    from services.route.rota_text import render

    found = file_of(team, fill=False)
    if as_json:
        show(found.config.model_dump(mode="json"))
    else:
        click.echo(render(settled(found.config, datetime.now(UTC)), found.revision), nl=False)


@rota.command("load")
@click.argument("file", type=click.Path(allow_dash=True))
@click.option("--force", is_flag=True, help="Also when the agreements were changed since the file was exported.")
def load_(file: str, force: bool) -> None:
    """Make a team FILE (TOML) what the team has agreed from now on. Who was on before now stays so.

    A file that was exported is refused when the agreements were changed since. With --force, or when the file names no
    revision, the file counts, and leave, sickness, swaps, stand-ins and overrides that are not in it stay.
    """
    from services.control.teams import answer, configuration, configure

    config, revision = _of_file(file, fill=True)
    settings, based_on = load(ControlSettings), None if force else revision
    if based_on is not None:
        known = configuration(settings, config.team)
        based_on = _refuse_stale(known, based_on) if known else None
    with answer(settings, config.team, ANSWER_SECONDS) as told:
        (command,) = configure(settings, [config], "system:webcare", based_on)
        found = told(command.id)
    if found is None:
        click.echo(f"{config.name}: sent to route, which has not answered yet")
    elif found.rejection:
        raise click.ClickException(f"{config.name} is as it was: {found.rejection[1]}")
    else:
        click.echo(f"{config.name}: agreed")


def _refuse_stale(known: "TeamConfiguration", based_on: int) -> int:
    if based_on != known.revision:
        raise click.ClickException(
            f"what {known.config.name} has agreed was changed since this file was exported: it is revision {based_on}, "
            f"and the agreements are at {known.revision} now. Export them again and make your change in that; or "
            "load it with --force: then the file counts, and leave, sickness, swaps, stand-ins and overrides that are not "
            "in it stay."
        )
    return based_on


def config_of(team: str, fill: bool) -> TeamConfig:
    """What a file says; else, what the team of that name has agreed."""
    return file_of(team, fill).config


def file_of(team: str, fill: bool) -> "TeamFile":
    """As `config_of`, with the revision of the agreements."""
    from services.control.teams import configuration
    from services.route.rota_file import TeamFile

    if team == "-" or Path(team).exists():
        return _of_file(team, fill)
    if not team.isascii() or "/" in team or "." in team:
        raise click.ClickException(f"there is no file {team}")
    known = configuration(load(ControlSettings), team)
    if known is None:
        raise click.ClickException(f"there is no file {team}, and no team of that name has agreed anything")
    return TeamFile(known.config, known.revision)


def _of_file(file: str, fill: bool) -> "TeamFile":
    from services.route.public_holidays import HolidayError, filled
    from services.route.rota_file import RotaFileError, read

    try:
        with click.open_file(file, encoding="utf-8") as opened:
            found = read(opened.read())
        return found._replace(config=filled(found.config, datetime.now(UTC).date())) if fill else found
    except (RotaFileError, HolidayError) as error:
        raise click.ClickException(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} cannot be read: {error}") from error
