"""What the commands under `webcare user` do; the composition root wires the command line to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import TypeAdapter

from services.contracts.base import Slug
from services.desk.accounts.audit import Line, Sought
from services.desk.accounts.people import COMMAND_LINE, Account
from services.desk.accounts.store import Accounts
from services.desk.settings import DeskSettings
from services.runtime.clock import system_clock
from services.runtime.settings import signing_key
from services.runtime.web.identity import Role

_NAME: TypeAdapter[str] = TypeAdapter(Slug)


@contextmanager
def open_accounts(settings: DeskSettings) -> Iterator[Accounts]:
    """The accounts, with their tables made, and closed afterwards."""
    if settings.database_url.startswith("sqlite:///"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    accounts = Accounts(
        settings.database_url,
        signing_key(settings),
        timedelta(hours=settings.desk_session_hours),
        longest=timedelta(hours=settings.desk_session_longest_hours),
        log_days=settings.desk_audit_days,
    )
    try:
        accounts.open()
        yield accounts
    finally:
        accounts.close()


def add_user(
    settings: DeskSettings,
    name: str,
    teams: Mapping[str, Role],
    password: str | None,
    display_name: str = "",
    language: str | None = None,
    agency: bool | None = None,
    ends: datetime | None = None,
) -> None:
    """Add somebody, or change their roles (and password, when given). `name` is their person id in a rota.

    `agency` and `ends` stay as they were unless they are given.

    Raises:
        ValueError: a name, role or password is not one (a pydantic `ValidationError` is a `ValueError`).
    """
    with open_accounts(settings) as accounts:
        before = accounts.get(name)
        if before is not None:
            agency, ends = before.agency if agency is None else agency, ends or before.ends
        accounts.save(_account(name, teams, display_name, language, bool(agency), ends), password)


def invite_user(
    settings: DeskSettings,
    name: str,
    teams: Mapping[str, Role],
    display_name: str = "",
    agency: bool = False,
    ends: datetime | None = None,
) -> str:
    """Add somebody without a password, or take somebody who is there as they are; the link to choose a password.

    Raises:
        ValueError: a name or role is not one, or the account is new and has no team.
    """
    with open_accounts(settings) as accounts:
        if accounts.get(name) is None:
            if not teams:
                raise ValueError(f"there is no account {name!r}; a new one needs a team")
            accounts.save(_account(name, teams, display_name, None, agency, ends), None, invited=True)
        lifetime = timedelta(hours=settings.desk_invitation_hours)
        word = accounts.invitations.make(name, system_clock(), lifetime, COMMAND_LINE)
    return f"{settings.address}/invitation/{word}"


def list_users(settings: DeskSettings) -> list[Account]:
    """Everybody who has an account, by name."""
    with open_accounts(settings) as accounts:
        return accounts.list()


def disable_user(settings: DeskSettings, name: str) -> bool:
    """Shut somebody out at once; `False` when there is nobody of that name."""
    with open_accounts(settings) as accounts:
        accounts.invitations.withdraw(name)
        return accounts.disable(name)


def enable_user(settings: DeskSettings, name: str) -> bool:
    """Let somebody in again; `False` when there is nobody of that name."""
    with open_accounts(settings) as accounts:
        return accounts.enable(name)


def reset_second_factor(settings: DeskSettings, name: str) -> bool:
    """Take somebody's second factor and end their sessions; `False` when they had none."""
    with open_accounts(settings) as accounts:
        had = accounts.factors.reset(name, COMMAND_LINE)
        if had:
            accounts.sessions.revoke(name, COMMAND_LINE)
        return had


def end_sessions(settings: DeskSettings, name: str) -> int:
    """End somebody's sessions; how many there were."""
    with open_accounts(settings) as accounts:
        return accounts.sessions.revoke(name, COMMAND_LINE)


def read_log(settings: DeskSettings, person: str = "", page: int = 1) -> tuple[list[Line], int]:
    """A page of the log of accounts, and how many lines there are in all."""
    with open_accounts(settings) as accounts:
        return accounts.log.page(Sought(person=person), page)


def _account(
    name: str,
    teams: Mapping[str, Role],
    display_name: str,
    language: str | None,
    agency: bool,
    ends: datetime | None,
) -> Account:
    _NAME.validate_python(name)
    for team in teams:
        _NAME.validate_python(team)
    return Account(name, display_name or name, dict(teams), language, agency=agency, ends=ends)
