"""The settings of the report: where its indices live, the sink's batches and metrics, the wallboard's links."""

from typing import Annotated

from pydantic import Field

from services.contracts.teams import TimeZone
from services.runtime.settings import Settings


class ReportSettings(Settings):
    """What the sink, the rebuild and the report's pages need."""

    index_prefix: Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]{0,40})?$")] = ""
    """Put before every index, alias and template, so that several installations can share a cluster."""
    index_shards: int = Field(default=1, ge=1, le=64)
    index_replicas: int = Field(default=0, ge=0, le=8)
    elasticsearch_timeout_seconds: float = Field(default=15, gt=0)
    sink_metrics_port: int = Field(default=9106, ge=0, le=65_535)
    sink_batch: int = Field(default=1000, ge=1, le=10_000)
    """At most this many records are polled, written and committed together."""
    report_time_zone: TimeZone = "Europe/Amsterdam"
    """Days are counted in the team's time zone; this one for a team that is not known yet."""
    wallboard_epoch: int = Field(default=1, ge=0)
    """Part of every wallboard link: raise it and all links made before stop working."""
    wallboard_days: int = Field(default=90, ge=1, le=3650)
    """A wallboard link works this long."""
