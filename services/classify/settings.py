"""The settings of classify, its trends and reread."""

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
    reread_metrics_port: int = Field(default=9108, ge=0, le=65535)
    reread_days: int = Field(default=30, ge=1)
    """A correction finds a mention that was classified so long ago; route remembers as long what a person has said."""
    reread_deep: bool = True
    """Whether the second reader looks at what is uncertain; without the extra `deep` it never does."""
    reread_uncertain: float = Field(default=0.6, ge=0, le=1)
    """Below this confidence in sentiment or urgency a mention is read a second time: there about half of the labels are
    right, above it 84 to 90 in a hundred."""
    reread_sure: float = Field(default=0.55, ge=0, le=1)
    """So confident, and more than the first, the second reader must be to correct it. Of 1,000 messages they disagree
    then on the sentiment of 52 (the second is right 65 times in a hundred, the first 25) and on the urgency of 52 (71, 15).
    """
    reread_patience_minutes: float = Field(default=60.0, gt=0)
    """What was classified longer ago is not read a second time: by then a person has seen it, or the reader is too slow."""
