"""Bearer tokens for integrations, and the key that signs them and the sessions."""

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr

from services.runtime.settings import KEY_FILE, Settings, signing_key
from services.runtime.web.identity import SCOPES, Role, Scope, issue_token

S = TypeVar("S", bound=Settings)


def own_signing_key(data: Path) -> Path:
    """The file with this installation's signing key in the data folder; made, readable by its owner only, when absent."""
    path = data / KEY_FILE
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return path


def keyed(settings: S) -> S:
    """The same settings with the signing key in them, wherever it came from. Raises `SettingsError`."""
    return settings.model_copy(update={"signing_key": SecretStr(signing_key(settings))})


def make_token(
    settings: Settings,
    name: str,
    teams: tuple[str, ...],
    role: Role,
    scopes: tuple[Scope, ...],
    days: int,
    now: datetime,
) -> str:
    """A token for an integration: `role` in each of `teams`, with `scopes` (all of them when none is given)."""
    granted = frozenset(scopes or SCOPES)
    held: dict[str, Role] = dict.fromkeys(teams, role)
    return issue_token(signing_key(settings), name, held, granted, now, timedelta(days=days))
