"""`webcare user` and `webcare token`: who may log in, and what integrations may do."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
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
    """Add and invite people; list, disable and mend accounts; read their log."""


@user.command()
@click.argument("name")
@click.option("--display-name", default="", help="The name that colleagues see; the login name by default.")
@click.option("--team", "teams", multiple=True, required=True, help="TEAM or TEAM:ROLE; may be given more than once.")
@click.option("--password-file", type=click.File(), help="Read the password from a file; without it, it is asked for.")
@click.option("--agency/--own-staff", default=None, help="Agency staff: agents at most, who never approve.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; after it the account has stopped.")
def add(
    name: str,
    display_name: str,
    teams: tuple[str, ...],
    password_file: click.utils.LazyFile | None,
    agency: bool | None,
    until: datetime | None,
) -> None:
    """Add an account. ROLE is viewer, agent (the default), lead or admin."""
    from services.desk.user_commands import add_user

    if password_file:
        password = str(password_file.read()).strip()
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        roles = dict(map(_team_and_role, teams))
        add_user(_desk_settings(), name, roles, password, display_name, agency=agency, ends=_end(until))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"added {name}")


@user.command()
@click.argument("name")
@click.option("--display-name", default="", help="The name that colleagues see; the login name by default.")
@click.option(
    "--team", "teams", multiple=True, help="TEAM or TEAM:ROLE, for a new account; may be given more than once."
)
@click.option("--agency", is_flag=True, help="Agency staff: agents at most, who never approve.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; after it the account has stopped.")
def invite(name: str, display_name: str, teams: tuple[str, ...], agency: bool, until: datetime | None) -> None:
    """Print a one-time link to choose a password, for somebody new or who forgot theirs."""
    from services.desk.user_commands import invite_user

    try:
        roles = dict(map(_team_and_role, teams))
        click.echo(invite_user(_desk_settings(), name, roles, display_name, agency, _end(until)))
    except ValueError as error:
        raise click.ClickException(str(error)) from error


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


@user.command()
@click.argument("name")
def enable(name: str) -> None:
    """Enable an account again."""
    from services.desk.user_commands import enable_user

    if not enable_user(_desk_settings(), name):
        raise click.ClickException(f"there is no account {name!r}")
    click.echo(f"enabled {name}")


@user.command("reset-second-factor")
@click.argument("name")
def reset_second_factor(name: str) -> None:
    """Take the second factor of who has lost it, and end their sessions."""
    from services.desk import user_commands

    if not user_commands.reset_second_factor(_desk_settings(), name):
        raise click.ClickException(f"{name!r} has no second factor")
    click.echo(f"{name} logs in without a second factor until they set one up")


@user.command("end-sessions")
@click.argument("name")
def end_sessions(name: str) -> None:
    """Log somebody out everywhere."""
    from services.desk import user_commands

    click.echo(f"ended {user_commands.end_sessions(_desk_settings(), name)} sessions of {name}")


@user.command("log")
@click.option("--person", default="", help="Only what is about somebody, or was done by them.")
@click.option("--page", default=1, type=click.IntRange(1), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def log_(person: str, page: int, as_json: bool) -> None:
    """Show who did what to accounts, the latest first."""
    from services.control.output import show
    from services.desk.user_commands import read_log

    lines, total = read_log(_desk_settings(), person, page)
    if as_json:
        show({"total": total, "lines": [asdict(one) for one in lines]})
        return
    for one in lines:
        facts = " ".join(filter(None, (one.about, one.team, one.detail, one.place and f"from {one.place}")))
        click.echo(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.actor or '-':<16} {one.action:<18} {facts}")


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


def _end(last_day: datetime | None) -> datetime | None:
    """The end of somebody's last day, by UTC."""
    return last_day.replace(tzinfo=UTC) + timedelta(days=1) if last_day else None


def _desk_settings() -> "DeskSettings":
    from services.control.tokens import keyed
    from services.desk.settings import DeskSettings

    return keyed(load(DeskSettings))
