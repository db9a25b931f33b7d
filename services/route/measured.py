"""A partition that tells Prometheus and the log what it does. Used by `main.py`."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from services.contracts.events import (
    ApprovalReminded,
    CaseEscalated,
    CaseEvent,
    CoverGapClosed,
    CoverGapFound,
    DeadlineBreached,
    DeadlineWarned,
    Event,
)
from services.contracts.topics import DESK_COMMANDS, DESK_EVENTS
from services.route.partition import RoutePartition, outcome
from services.runtime.garbage import keep_for_good
from services.runtime.headers import trace_id
from services.runtime.messages import Outgoing, Received
from services.runtime.metrics import (
    APPROVALS,
    APPROVALS_LATE,
    APPROVALS_SINCE,
    CASES,
    COMMANDS,
    COVER_GAPS,
    DEADLINES,
    ESCALATIONS,
    SIGNALS_SENT,
)

log = logging.getLogger(__name__)

STATES = ("owned", "waiting", "snoozed", "closed")
"""What a case can be, for the metrics."""


class MeasuredPartition(RoutePartition):
    """A `RoutePartition` with metrics; a batch that is worked on again after a failure is counted again."""

    def restored(self) -> None:
        super().restored()
        keep_for_good()
        self._show_cases()

    def lost(self) -> None:
        """Say no more of its teams: whoever has them now does."""
        for team in self.figures():
            for state in STATES:
                CASES.remove(team, state)
            for gauge in (COVER_GAPS, APPROVALS, APPROVALS_LATE):
                gauge.remove(team)
            _show_oldest(team, None)

    def handle(self, batch: Sequence[Received[Any]], now: datetime) -> list[Outgoing]:
        return self._measured(super().handle(batch, now), batch)

    def wake(self, now: datetime) -> list[Outgoing]:
        return self._measured(super().wake(now), ())

    def _measured(self, output: list[Outgoing], batch: Sequence[Received[Any]]) -> list[Outgoing]:
        events: list[Any] = [one.message for one in output if one.topic is DESK_EVENTS]
        asked = {one.message.id: one.message.type for one in batch if one.topic is DESK_COMMANDS}
        _count(events, asked)
        if events:
            self._show_cases()
        for one in output:
            if one.topic is DESK_EVENTS and isinstance(one.message, CaseEvent):
                log.info(type(one.message).__name__, extra=_about(one.message, one))
        return output

    def _show_cases(self) -> None:
        for team, figures in self.figures().items():
            for state in STATES:
                CASES.labels(team, state).set(getattr(figures, state))
            COVER_GAPS.labels(team).set(figures.gaps)
            APPROVALS.labels(team).set(figures.approvals)
            APPROVALS_LATE.labels(team).set(figures.approvals_late)
            _show_oldest(team, figures.approvals_since)


def _show_oldest(team: str, since: datetime | None) -> None:
    """No figure at all while none waits: any other would have an age."""
    if since is None:
        APPROVALS_SINCE.remove(team)
    else:
        APPROVALS_SINCE.labels(team).set(since.timestamp())


def _about(event: CaseEvent, sent: Outgoing) -> dict[str, object]:
    """What a log line says of an event."""
    mention = getattr(event, "mention", None)
    return {"team": event.team, "case": event.case.id, "mention": mention, "trace": trace_id(sent.headers)}


def _count(events: Iterable[Event], asked: dict[str, str]) -> None:
    for event in events:
        if event.sequence == 1 and event.cause in asked:
            COMMANDS.labels(asked[event.cause], outcome(event)).inc()
        if isinstance(event, ApprovalReminded):
            SIGNALS_SENT.labels(event.team, "approval").inc()
        if isinstance(event, CoverGapFound | CoverGapClosed):
            SIGNALS_SENT.labels(event.team, "cover").inc()
        if isinstance(event, CaseEscalated):
            ESCALATIONS.labels(event.team, event.step).inc()
        if isinstance(event, DeadlineWarned | DeadlineBreached):
            DEADLINES.labels(event.team, "warned" if isinstance(event, DeadlineWarned) else "breached").inc()
