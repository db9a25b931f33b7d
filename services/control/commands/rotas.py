"""`webcare rota`: check a team file, and make it what the team has agreed."""

import sys
from datetime import UTC, datetime
from typing import Any

import click

from services.control.settings import ControlSettings, load


def add_to(main: click.Group) -> None:
    """Add the commands to `webcare`."""
    main.add_command(rota)


@click.group()
def rota() -> None:
    """What a team has agreed: people, shifts, leave, opening hours, service levels."""


@rota.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def check(file: Any, as_json: bool) -> None:
    """Say what is wrong or missing in a team FILE (TOML): gaps in the coming week, people without shifts."""
    from services.control.output import show
    from services.route.check import check as findings_of
    from services.route.rota_file import RotaFileError, parse

    try:
        config = parse(file.read())
    except RotaFileError as error:
        raise click.ClickException(str(error)) from error
    findings = findings_of(config, datetime.now(UTC))
    if as_json:
        show([finding.model_dump(mode="json") for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{finding.level}: {finding.text}")
        click.echo(f"{config.name}: {len(config.people)} people, {len(config.shifts)} shifts, {len(findings)} findings")
    sys.exit(1 if any(finding.level == "problem" for finding in findings) else 0)


@rota.command("load")
@click.argument("file", type=click.File(encoding="utf-8"))
def load_(file: Any) -> None:
    """Make a team FILE (TOML) what the team has agreed from now on."""
    from services.control.teams import configure
    from services.route.rota_file import RotaFileError, parse

    try:
        config = parse(file.read())
    except RotaFileError as error:
        raise click.ClickException(str(error)) from error
    configure(load(ControlSettings), [config], "system:webcare")
    click.echo(f"{config.name}: sent to route")
