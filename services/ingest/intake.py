"""From what a request holds to messages for `mentions.raw`: all of it, or nothing. Pure, but for the refusal's form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.contracts.mentions import Mention
from services.contracts.topics import MENTIONS_RAW
from services.ingest.domain.given import NotAMentionError
from services.ingest.domain.given import Problem as FieldProblem
from services.ingest.domain.normalise import Defaults, normalise
from services.runtime.headers import TRACEPARENT
from services.runtime.messages import Outgoing

MOST_MENTIONS = 1_000
MOST_ERRORS = 100
"""Errors that a refusal lists; `error_count` says how many mentions are wrong."""

Admit = Callable[[Mention], FieldProblem | None]
"""What a way in has against a mention that is otherwise good: its team, its source."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused as a whole: `errors` of {`index`, `field`, `message`, `code`}; `count` mentions are wrong."""

    errors: list[dict[str, Any]]
    count: int


def take_in(raws: Sequence[Any], defaults: Defaults, admit: Admit) -> list[Mention] | Refusal:
    """All of `raws` as mentions, or why not."""
    mentions: list[Mention] = []
    errors: list[dict[str, Any]] = []
    count = 0
    for index, raw in enumerate(raws):
        problems: Sequence[FieldProblem]
        try:
            mention = normalise(raw, defaults)
            against = admit(mention)
            problems = (against,) if against else ()
            mentions.append(mention)
        except NotAMentionError as error:
            problems = error.problems
        count += bool(problems)
        errors += [{"index": index, "field": one.field, "message": one.message, "code": one.code} for one in problems]
    return Refusal(errors[:MOST_ERRORS], count) if errors else mentions


def to_send(mentions: Sequence[Mention], trace: str) -> list[Outgoing]:
    """The messages for `mentions`, all of one trace. What is named twice is sent once, as it was named last."""
    latest = {mention.id: mention for mention in mentions}
    return [Outgoing(MENTIONS_RAW, one.conversation, one, headers={TRACEPARENT: trace}) for one in latest.values()]


def team_admit(known: frozenset[str], allowed: frozenset[str]) -> Admit:
    """Admits what is for a team that exists and that the giver may write for."""

    def admit(mention: Mention) -> FieldProblem | None:
        if mention.team not in allowed:
            return FieldProblem("team", "is not a team that you may write for")
        if mention.team not in known:
            return FieldProblem("team", "is not a team here; configure it first, or check its name", "unknown_team")
        return None

    return admit
