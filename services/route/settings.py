"""The settings of route and its ticker."""

import json
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from services.runtime.settings import Settings


def _from_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


class RouteSettings(Settings):
    """Where their metrics are, and how often time is told."""

    route_metrics_port: int = Field(default=9103, ge=0, le=65535)
    ticker_metrics_port: int = Field(default=9107, ge=0, le=65535)
    ticker_seconds: float = Field(default=5.0, gt=0, le=60)
    calendar_seconds: float = Field(default=900.0, ge=1, le=86_400)
    """How often a team's calendars are read."""
    calendar_private_hosts: Annotated[tuple[str, ...], BeforeValidator(_from_json, json_schema_input_type=Any)] = ()
    """Hosts inside the network that calendars may be on; every other must have a public address."""
