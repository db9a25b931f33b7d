"""`webcare user` and `webcare token`: who may log in, and what integrations may do."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from services.control.settings import ControlSettings, load
from services.runtime.web.identity import RANK, SCOPES, Role, Scope

if TYPE_CHECKING:  # the desk is loaded only by the commands that need it
    from services.desk.settings import DeskSettings


def add_to(main: click.Group) -> None:
    """Add the commands to `webcare`."""
    main.add_command(user)
    main.add_command(token)


@click.group()
def user() -> None:
    """Add, list and disable accounts."""


@user.command()
@click.argument("name")
@click.option("--display-name", default="", help="The name that colleagues see; the login name by default.")
@click.option("--team", "teams", multiple=True, required=True, help="TEAM or TEAM:ROLE; may be given more than once.")
@click.option("--password-file", type=click.File(), help="Read the password from a file; without it, it is asked for.")
def add(name: str, display_name: str, teams: tuple[str, ...], password_file: click.utils.LazyFile | None) -> None:
    """Add an account. ROLE is viewer, agent (the default), lead or admin."""
    from services.desk.user_commands import add_user

    if password_file:
        password = str(password_file.read()).strip()
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        add_user(_desk_settings(), name, dict(map(_team_and_role, teams)), password, display_name)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"added {name}")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def list_(as_json: bool) -> None:
    """List the accounts."""
    from services.control.output import show
    from services.desk.user_commands import list_users

    users = list_users(_desk_settings())
    if as_json:
        show([asdict(one) for one in users])
        return
    for one in users:
        roles = ", ".join(f"{team}:{role}" for team, role in one.teams.items())
        click.echo(f"{one.name:<20} {one.display_name:<24} {roles}{'  (disabled)' if one.disabled else ''}")


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """Disable an account and end its sessions."""
    from services.desk.user_commands import disable_user

    if not disable_user(_desk_settings(), name):
        raise click.ClickException(f"there is no account {name!r}")
    click.echo(f"disabled {name}")


@click.command()
@click.argument("name")
@click.option("--team", "teams", multiple=True, required=True, help="A team it is for; may be given more than once.")
@click.option("--role", type=click.Choice(list(RANK)), default="agent", show_default=True)
@click.option(
    "--scope", "scopes", type=click.Choice(SCOPES), multiple=True, help="What it may do; everything by default."
)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3650), help="How long it works.")
def token(name: str, teams: tuple[str, ...], role: Role, scopes: tuple[Scope, ...], days: int) -> None:
    """Make a bearer token for an integration. It is shown once."""
    from services.control.tokens import make_token

    click.echo(make_token(load(ControlSettings), name, teams, role, scopes, days, datetime.now(UTC)))
    sys.stderr.write("Keep it secret: whoever has it can do what it may do.\n")


def _team_and_role(given: str) -> tuple[str, Role]:
    team, _, role = given.partition(":")
    known = {name: name for name in RANK}
    if (role or "agent") not in known:
        raise click.BadParameter(f"{role!r} is not a role; choose {', '.join(known)}")
    return team, known[role or "agent"]  # type: ignore[index]  # checked the line before


def _desk_settings() -> "DeskSettings":
    from services.control.tokens import keyed
    from services.desk.settings import DeskSettings

    return keyed(load(DeskSettings))
