"""What a webhook brings: its signature checked over the raw body, then one mention or `{"mentions": [...]}`. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.contracts.mentions import Mention
from services.ingest.domain.given import Problem
from services.ingest.intake import Admit, team_admit
from services.ingest.sources.webhook.settings import WebhookSource
from services.runtime.webhooks import verify


def check(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raise `SignatureError` unless one of `secrets` signed `body` within the last five minutes."""
    verify(secrets, headers, body, int(now.timestamp()))


def unwrap(data: Any) -> Any:
    """One mention or a list of them, out of what was posted."""
    return data["mentions"] if isinstance(data, dict) and "mentions" in data else data


def admits(source: WebhookSource, known: frozenset[str]) -> Admit:
    """Admits what is from this source and for one of its teams. `monitor` is filled in by the caller's defaults."""
    team = team_admit(known, source.allowed())

    def admit(mention: Mention) -> Problem | None:
        if mention.source != source.name:
            return Problem("source", f'must be "{source.name}" on this address, or left out')
        return team(mention)

    return admit
