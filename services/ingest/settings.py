"""The settings of ingest. Sources are declared as `[[ingest_sources]]` in `webcare.toml`, or as JSON in the environment."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from services.ingest.sources.feed.settings import FeedSource
from services.ingest.sources.webhook.settings import WebhookSource, secrets_of
from services.runtime.settings import Settings

Source = Annotated[WebhookSource | FeedSource, Field(discriminator="kind")]


def _from_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _distinct(sources: tuple[Source, ...]) -> tuple[Source, ...]:
    names = [source.name for source in sources]
    if len(set(names)) != len(names):
        raise ValueError("two sources have the same name")
    return sources


class IngestSettings(Settings):
    """Where mentions are taken in, from whom, and how much at once."""

    ingest_host: str = "127.0.0.1"
    ingest_port: int = Field(default=8010, ge=0, le=65535)
    ingest_metrics_port: int = Field(default=9101, ge=0, le=65535)
    ingest_max_body: int = Field(default=5_000_000, ge=1_000)
    """Bytes of one request."""
    ingest_sources: Annotated[
        tuple[Source, ...], AfterValidator(_distinct), BeforeValidator(_from_json, json_schema_input_type=Any)
    ] = ()


def webhooks(settings: IngestSettings) -> dict[str, WebhookSource]:
    """The webhook sources by name."""
    return {source.name: source for source in settings.ingest_sources if isinstance(source, WebhookSource)}


def feeds(settings: IngestSettings) -> tuple[FeedSource, ...]:
    """The feeds."""
    return tuple(source for source in settings.ingest_sources if isinstance(source, FeedSource))


def all_secrets(settings: IngestSettings, env: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The secrets of every webhook source, by name. Raises `SettingsError`."""
    return {name: secrets_of(source, env) for name, source in webhooks(settings).items()}
