"""How a feed is declared."""

from typing import Literal

from pydantic import Field, HttpUrl

from services.ingest.sources.declared import DeclaredSource


class FeedSource(DeclaredSource):
    """An RSS or Atom feed at `url`, read every `every_seconds`. Its mentions are all for `team`."""

    kind: Literal["feed"]
    url: HttpUrl
    every_seconds: int = Field(default=300, ge=1, le=7 * 86_400)
    max_bytes: int = Field(default=5_000_000, ge=1_000, le=50_000_000)
    timeout_seconds: float = Field(default=20.0, gt=0, le=120)
