"""Settings: environment variables `WEBCARE_*`, or `webcare.toml`, or both (the environment wins), parsed once at the start.

Each service has one frozen class that extends `Settings`. A secret `X` may also come from the file that `WEBCARE_X_FILE`
names. What is malformed, or known to no service at all, stops the start with one line that names the setting.
"""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

PREFIX = "WEBCARE_"
KEY_FILE = "signing.key"
"""In the data folder."""
OUTSIDE = frozenset({"WEBCARE_CONFIG", "WEBCARE_CACHE", "WEBCARE_LEARNING_DATA"})
"""Variables that are read elsewhere: where the settings file is, where downloads are cached, what training reads."""
TESTS = "WEBCARE_TEST_"
"""Variables of the tests begin so; processes that the tests start inherit them."""


class SettingsError(ValueError):
    """A setting is wrong; the text is one line that names it."""


def _default_data() -> Path:
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").exists():
        return checkout / ".webcare"
    return Path.home() / ".local" / "share" / "webcare"


class Settings(BaseModel):
    """What every process needs. Field `x` is the variable `WEBCARE_X` and the key `x` of `webcare.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kafka_bootstrap: str = "127.0.0.1:9092"
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_security_mechanism: str | None = None
    kafka_security_username: str | None = None
    kafka_security_password: SecretStr | None = None
    kafka_security_cafile: Path | None = None
    kafka_replication: int = Field(default=1, ge=1)
    elasticsearch_url: str = "http://127.0.0.1:9200"
    elasticsearch_api_key: SecretStr | None = None
    elasticsearch_cafile: Path | None = None
    data: Path = Field(default_factory=_default_data)
    partitions_mentions: int = Field(default=8, ge=1, le=512)
    partitions_team: int = Field(default=4, ge=1, le=512)
    retention_days: int = Field(default=400, ge=1)
    signing_key: SecretStr | None = None
    """The key that signs sessions and tokens, shared by all processes; at least 32 characters. `webcare up` makes one."""
    metrics_host: str = "127.0.0.1"
    slot: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = "0"
    """Which of several workers of one kind this is: stable across restarts, part of its transactional id."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


S = TypeVar("S", bound=Settings)


def load(kind: type[S], known: Iterable[type[Settings]], env: Mapping[str, str], toml: Path | None = None) -> S:
    """Parse the settings of one service.

    Args:
        kind: the service's settings class.
        known: the classes of all services; a name that is in none of them is refused.
        env: the environment.
        toml: the settings file; `None` looks at `WEBCARE_CONFIG`, then for `webcare.toml` in the working folder.

    Raises:
        SettingsError: a name is unknown, or a value malformed; one line that names it.
    """
    classes: list[type[Settings]] = [kind, *known]
    every = {name for one in classes for name in one.model_fields}
    values = {name: value for name, value in _from_toml(env, toml, every).items() if name in kind.model_fields}
    values |= {name: value for name, value in _from_env(env, every).items() if name in kind.model_fields}
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"setting {PREFIX}{where.upper()} ({where} in webcare.toml): {first['msg']}") from error


def _from_toml(env: Mapping[str, str], path: Path | None, every: set[str]) -> dict[str, Any]:
    named = path or (Path(env["WEBCARE_CONFIG"]) if "WEBCARE_CONFIG" in env else None)
    found = named or Path("webcare.toml")
    if not found.exists():
        if named:
            raise SettingsError(f"settings file {named} does not exist")
        return {}
    try:
        values = tomllib.loads(found.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {found}: {error}") from error
    if unknown := sorted(set(values) - every):
        raise SettingsError(f"settings file {found}: unknown setting {unknown[0]!r}")
    return values


def _from_env(env: Mapping[str, str], every: set[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable, value in env.items():
        if not variable.startswith(PREFIX) or variable.startswith(TESTS) or variable in OUTSIDE:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in every:
            values[name] = value
        elif name.endswith("_file") and name.removesuffix("_file") in every:
            values[name.removesuffix("_file")] = _read_secret(variable, Path(value))
        else:
            raise SettingsError(f"unknown setting {variable}")
    return values


def _read_secret(variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"setting {variable}: cannot read {path}: {error.strerror}") from error


def signing_key(settings: Settings) -> str:
    """The key that signs sessions and tokens: from the settings, else from the data folder, where `webcare up` puts one.

    Raises:
        SettingsError: there is none, or it is too short to be safe.
    """
    path = settings.data / KEY_FILE
    if settings.signing_key is not None:
        key = settings.signing_key.get_secret_value()
    elif path.exists():
        key = path.read_text(encoding="ascii").strip()
    else:
        raise SettingsError("setting WEBCARE_SIGNING_KEY: missing; `webcare up` makes one in the data folder")
    if len(key) < 32:
        raise SettingsError("setting WEBCARE_SIGNING_KEY: at least 32 characters are needed")
    return key
