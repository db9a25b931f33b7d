"""What `webcare user add|list|disable` does; the composition root wires the command line to it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from pydantic import TypeAdapter

from services.contracts.base import Slug
from services.desk.accounts import Account, Accounts
from services.desk.settings import DeskSettings
from services.runtime.settings import signing_key
from services.runtime.web.identity import Role

_NAME: TypeAdapter[str] = TypeAdapter(Slug)


@contextmanager
def open_accounts(settings: DeskSettings) -> Iterator[Accounts]:
    """The accounts, with their tables made, and closed afterwards."""
    if settings.database_url.startswith("sqlite:///"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    lifetime = timedelta(hours=settings.desk_session_hours)
    accounts = Accounts(settings.database_url, signing_key(settings), lifetime)
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
) -> None:
    """Add somebody, or change their roles (and password, when given). `name` is their person id in a rota.

    Raises:
        ValueError: a name, role or password is not one (a pydantic `ValidationError` is a `ValueError`).
    """
    _NAME.validate_python(name)
    for team in teams:
        _NAME.validate_python(team)
    with open_accounts(settings) as accounts:
        accounts.save(Account(name, display_name or name, dict(teams), language), password)


def list_users(settings: DeskSettings) -> list[Account]:
    """Everybody who has an account, by name."""
    with open_accounts(settings) as accounts:
        return accounts.list()


def disable_user(settings: DeskSettings, name: str) -> bool:
    """Shut somebody out at once; `False` when there is nobody of that name."""
    with open_accounts(settings) as accounts:
        return accounts.disable(name)
