"""What the square is told at its start: arguments of the command, and the secret from the environment."""

import argparse
import base64
import binascii
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from deploy.demo.square.schedule import PACE

SECRET = "WEBCARE_SQUARE_SECRET"  # noqa: S105 - the name of the variable, not its value


class SettingsError(ValueError):
    """The square cannot start; the text is one line that says why."""


class SquareSettings(BaseModel):
    """`pace` in seconds per post of the stream; 0 plays nothing, for tests and for a quiet square."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8020, ge=0, le=65535)
    ingest: str = Field(default="http://127.0.0.1:8010", pattern=r"^https?://")
    data: Path
    public_url: str = Field(default="http://127.0.0.1:8020", pattern=r"^https?://")
    pace: float = Field(default=PACE, ge=0, le=3600)
    secret: SecretStr


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.demo.square",
        description="A tiny pretend social network for the demo of webcare.",
        epilog=f"The secret that signs webhooks both ways, whsec_ + base64, is read from {SECRET}.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8020)
    parser.add_argument("--ingest", default="http://127.0.0.1:8010", help="address of webcare's ingest")
    parser.add_argument("--data", type=Path, required=True, help="folder for the square's memory")
    parser.add_argument("--public-url", help="address that people open; default http://HOST:PORT")
    parser.add_argument("--pace", type=float, default=PACE, help="seconds between posts of the stream; 0 plays nothing")
    return parser


def parse(arguments: Sequence[str], env: Mapping[str, str]) -> SquareSettings:
    """The settings from the command line and the environment.

    Raises:
        SettingsError: the secret is missing or malformed, or a value is out of range.
    """
    given = _parser().parse_args(arguments)
    try:
        secret = env.get(SECRET, "")
        if not base64.b64decode(secret.removeprefix("whsec_"), validate=True):
            raise SettingsError(f"setting {SECRET} is missing: whsec_ followed by base64")
        public_url = (given.public_url or f"http://{given.host}:{given.port}").rstrip("/")
        return SquareSettings(**(vars(given) | {"public_url": public_url, "secret": SecretStr(secret)}))
    except binascii.Error as error:
        raise SettingsError(f"setting {SECRET}: whsec_ followed by base64") from error
    except SettingsError:
        raise
    except ValueError as error:
        raise SettingsError(" ".join(str(error).split())) from error
