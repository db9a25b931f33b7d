"""How a webhook source is declared: its secrets come from the settings, a file or an environment variable."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, HttpUrl, SecretStr, model_validator

from services.ingest.sources.declared import DeclaredSource
from services.runtime.settings import SettingsError


def _listed(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


class WebhookSource(DeclaredSource):
    """Mentions arrive at `/v1/hooks/{name}`; approved replies are posted to `deliver_url`.

    Exactly one of `secret` (one, or several while a secret is rotated), `secret_file` and `secret_env` is given. All are
    accepted on the way in; the first signs on the way out.
    """

    kind: Literal["webhook"]
    secret: Annotated[tuple[SecretStr, ...], BeforeValidator(_listed)] = ()
    secret_file: Path | None = None
    secret_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    deliver_url: HttpUrl | None = None

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if sum((bool(self.secret), self.secret_file is not None, self.secret_env is not None)) != 1:
            raise ValueError(f"source {self.name!r} needs exactly one of secret, secret_file and secret_env")
        return self


def secrets_of(source: WebhookSource, env: Mapping[str, str]) -> tuple[str, ...]:
    """The secrets of a source, checked.

    Raises:
        SettingsError: a file or variable is missing, or a secret is not `whsec_` + base64 of at least 16 bytes.
    """
    if source.secret_file is not None:
        try:
            found = source.secret_file.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"source {source.name}: cannot read secret_file {source.secret_file}") from error
    elif source.secret_env is not None:
        found = env.get(source.secret_env, "").split()
    else:
        found = [secret.get_secret_value() for secret in source.secret]
    if not found:
        raise SettingsError(f"source {source.name}: its secret is empty or not there")
    for secret in found:
        _check(source.name, secret)
    return tuple(found)


def _check(name: str, secret: str) -> None:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SettingsError(f"source {name}: a secret is `whsec_` followed by base64") from error
    if len(key) < 16:
        raise SettingsError(f"source {name}: a secret is at least 16 bytes; 24 or more is usual")
