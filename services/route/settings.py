"""The settings of route and its ticker."""

from pydantic import Field

from services.runtime.settings import Settings


class RouteSettings(Settings):
    """Where their metrics are, and how often time is told."""

    route_metrics_port: int = Field(default=9103, ge=0, le=65535)
    ticker_metrics_port: int = Field(default=9107, ge=0, le=65535)
    ticker_seconds: float = Field(default=5.0, gt=0, le=60)
