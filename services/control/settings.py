"""All settings classes, so that a name that no service knows is refused, and the settings of the process `web`."""

import os
from typing import TypeVar

from pydantic import Field

from services.classify.settings import ClassifySettings
from services.desk.settings import DeskSettings
from services.ingest.settings import IngestSettings
from services.report.settings import ReportSettings
from services.route.settings import RouteSettings
from services.runtime import settings as runtime
from services.runtime.settings import Settings


class WebSettings(Settings):
    """Where the pages and the API are served."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)
    web_metrics_port: int = Field(default=9104, ge=0, le=65535)


class ControlSettings(Settings):
    """What the `webcare` command itself needs."""

    square_port: int = Field(default=8020, ge=1, le=65535)
    """The demo's square."""


KNOWN: tuple[type[Settings], ...] = (
    IngestSettings,
    ClassifySettings,
    RouteSettings,
    DeskSettings,
    ReportSettings,
    WebSettings,
    ControlSettings,
)

S = TypeVar("S", bound=Settings)


def load(kind: type[S]) -> S:
    """The settings of one kind, from the environment and `webcare.toml`. Raises `SettingsError`."""
    return runtime.load(kind, KNOWN, os.environ)
