"""The settings of classify and its trends."""

from pydantic import Field

from services.runtime.settings import Settings


class ClassifySettings(Settings):
    """Where their metrics are, and when more of something is a signal."""

    classify_metrics_port: int = Field(default=9102, ge=0, le=65535)
    trends_metrics_port: int = Field(default=9105, ge=0, le=65535)
    trends_threshold: int = Field(default=10, ge=2)
    """So many mentions of one topic and sentiment within a window are a signal."""
    trends_window_minutes: int = Field(default=15, ge=1, le=24 * 60)
    trends_hop_minutes: int = Field(default=5, ge=1, le=24 * 60)
