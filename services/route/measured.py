"""A partition that tells Prometheus and the log what it does. Used by `main.py`."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from prometheus_client import Gauge

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
from services.rota.fairness import Balance
from services.route.domain.cover_figures import CoverFigures
from services.route.partition import RoutePartition, outcome
from services.runtime.garbage import keep_for_good
from services.runtime.headers import trace_id
from services.runtime.messages import Outgoing, Received
from services.runtime.metrics import (
    ABOVE_CONTRACT,
    APPROVALS,
    APPROVALS_LATE,
    APPROVALS_SINCE,
    CASES,
    COMMANDS,
    COVER_GAPS,
    COVERAGE,
    DEADLINES,
    ESCALATIONS,
    GAP_HOURS,
    NEXT_GAP,
    ROTA_BALANCE,
    SIGNALS_SENT,
)

log = logging.getLogger(__name__)

STATES = ("owned", "waiting", "snoozed", "closed")
"""What a case can be, for the metrics."""


class MeasuredPartition(RoutePartition):
    """A `RoutePartition` with metrics; a batch that is worked on again after a failure is counted again."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self._shown: dict[str, CoverFigures] = {}

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
            _show_moment(APPROVALS_SINCE, team, None)
            _show_moment(NEXT_GAP, team, None)
            _show_cover(team, None, self._shown.pop(team, None))

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
        self._show_covers()
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
            _show_moment(APPROVALS_SINCE, team, figures.approvals_since)
            _show_moment(NEXT_GAP, team, figures.next_gap)

    def _show_covers(self) -> None:
        """The cover of those teams for which it was looked at again, also when that told nothing new."""
        for team, cover in self.covers():
            if cover is not self._shown.get(team):
                _show_cover(team, cover, self._shown.get(team))
                self._shown[team] = cover


def _show_moment(gauge: Gauge, team: str, moment: datetime | None) -> None:
    """No figure at all while there is no such moment: any other would have an age."""
    if moment is None:
        gauge.remove(team)
    else:
        gauge.labels(team).set(moment.timestamp())


def _show_cover(team: str, cover: CoverFigures | None, before: CoverFigures | None) -> None:
    """Say these figures in the place of those before; of a team that is not ours any more, none."""
    for need in (before.gap_hours.keys() if before else set()) - (cover.gap_hours.keys() if cover else set()):
        GAP_HOURS.remove(team, need)
    if cover is None:
        for gauge in (COVERAGE, ABOVE_CONTRACT):
            gauge.remove(team)
        for kind in Balance.model_fields:
            ROTA_BALANCE.remove(team, kind)
        return
    for need, hours in cover.gap_hours.items():
        GAP_HOURS.labels(team, need).set(hours)
    COVERAGE.labels(team).set(cover.percent)
    ABOVE_CONTRACT.labels(team).set(cover.above_contract)
    for kind, value in cover.balance:
        ROTA_BALANCE.labels(team, kind).set(value)


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
