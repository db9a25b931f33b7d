"""Erases an author (`webcare erase`): counts what there is of them, asks route, and waits until search has nothing of them.

Writes `desk.commands`, follows `desk.events` for the answer, and counts in Elasticsearch before and after.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.contracts.codec import decode
from services.contracts.commands import EraseAuthor
from services.contracts.erasure import ErasedAuthor
from services.contracts.events import CaseErased
from services.contracts.ids import erasure_id
from services.contracts.topics import (
    DESK_CASES,
    DESK_COMMANDS,
    DESK_EVENTS,
    DESK_TEAMS,
    MENTIONS_CLASSIFIED,
    MENTIONS_RAW,
    MENTIONS_REJECTED,
    OUTBOX_APPROVED,
    Topic,
    team_key,
)
from services.control.teams import answer, latest_records
from services.desk.domain.answers import Answer
from services.report.domain.erased import Wrote
from services.report.domain.indices import Names
from services.report.elastic import ElasticClient
from services.report.erasing import Found, count
from services.report.settings import ReportSettings
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer
from services.runtime.settings import Settings

HOLDING: tuple[Topic, ...] = (
    MENTIONS_RAW,
    MENTIONS_CLASSIFIED,
    MENTIONS_REJECTED,
    DESK_COMMANDS,
    DESK_EVENTS,
    DESK_CASES,
    OUTBOX_APPROVED,
)
"""The topics on which what somebody wrote, or what was written to them, stays until its records expire."""
_ROUTE_SECONDS = 30.0
_SEARCH_SECONDS = 60.0
_EVERY = 0.5


class NotErasedError(RuntimeError):
    """It was not erased; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Who:
    """An author: their id on a source, as a team has collected it."""

    team: str
    source: str
    author: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did to the cases that are not archived, and whether search has nothing of the author any more."""

    cases: int
    closed: int
    searched: bool


def look(settings: ReportSettings, who: Who, until: datetime) -> Found:
    """What there is of an author that was written until a moment.

    Raises:
        ElasticUnavailableError: Elasticsearch does not answer.
    """
    with ElasticClient(settings) as elastic:
        return count(elastic, Names(settings.index_prefix), Wrote(who.team, who.source, who.author, until))


def erased_before(settings: Settings, who: Who) -> datetime | None:
    """When the author was erased last; `None` for never.

    Raises:
        KafkaError: no broker answers.
    """
    key = team_key(who.team, "erased", erasure_id(who.team, who.source, who.author))
    record = latest_records(settings, {key}).get(key)
    known: ErasedAuthor | None = decode(DESK_TEAMS, record) if record else None
    return known.at if known else None


def erase(settings: ReportSettings, who: Who, actor: str) -> Erased:
    """Erase an author now.

    Raises:
        NotErasedError: route refused, or has not answered in time.
        KafkaError, SendError, ElasticUnavailableError: an engine does not answer.
    """
    now = datetime.now(UTC)
    command = EraseAuthor(id=str(uuid4()), team=who.team, at=now, actor=actor, source=who.source, author=who.author)
    found = _answered(settings, command)
    if found is None:
        raise NotErasedError("route has not answered yet; it does so once it runs: run the same command again to see")
    if found.rejection:
        raise NotErasedError(found.rejection[1])
    cases = [one.case for one in found.events if isinstance(one, CaseErased)]
    searched = _in_time(lambda: not look(settings, who, now), _SEARCH_SECONDS)
    return Erased(len(cases), sum(one.closed_at == one.erased_at is not None for one in cases), searched)


def remains(settings: Settings, now: datetime) -> list[tuple[Topic, datetime]]:
    """Until when records from before `now` stay on each topic."""
    return [(one, now + timedelta(milliseconds=one.retention_ms(settings.retention_days))) for one in HOLDING]


def _answered(settings: Settings, command: EraseAuthor) -> Answer | None:
    """Send the command and give its answer; `None` when it does not come in time."""
    with answer(settings, command.team, _ROUTE_SECONDS) as told:
        with Producer(settings, "control") as producer:
            producer.send([Outgoing(DESK_COMMANDS, command.team, command)])
        return told(command.id)


def _in_time(condition: Callable[[], bool], seconds: float) -> bool:
    pause = threading.Event()
    for _ in range(int(seconds / _EVERY)):
        if condition():
            return True
        pause.wait(_EVERY)
    return condition()
