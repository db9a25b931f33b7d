"""Business time: how much of it lies between two moments, and when a given amount of it has passed.

Opening hours are several spans a day in local wall-clock time, also past midnight; a holiday's own spans fall away (a
span belongs to the day it starts on). Starts and ends are localised as in `wall_clock.py`. Without spans it is always open.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.contracts.teams import OpeningSpan, TeamConfig
from services.rota.wall_clock import local_span

HORIZON = timedelta(days=400)
"""A deadline that opening hours would put further away than this is put here."""
_DAY = timedelta(days=1)
_KEPT_DAYS = 1000
_LAST_DATE = date.max - 3 * _DAY

Interval = tuple[datetime, datetime]


class OpeningHours:
    """The opening hours of one team configuration."""

    def __init__(self, config: TeamConfig) -> None:
        self.always_open = not config.opening_hours
        self._zone = ZoneInfo(config.time_zone)
        self._holidays = config.all_holidays
        self._spans = tuple(config.opening_hours)
        self._days: dict[date, list[Interval]] = {}

    def intervals(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """The open stretches within `[start, end)`, in order and apart from each other."""
        if self.always_open:
            yield from [(start, end)] if start < end else []
            return
        cursor, day = start, start.astimezone(self._zone).date() - 2 * _DAY
        last = min(end.astimezone(self._zone).date() + _DAY, _LAST_DATE)
        while day <= last and cursor < end:
            for opens, closes in self._of(day):
                begins, ends = max(opens, cursor), min(closes, end)
                if begins < ends:
                    yield begins, ends
                    cursor = ends
            day += _DAY

    def seconds(self, start: datetime, end: datetime) -> int:
        """Whole open seconds between two moments; 0 when `end` is not after `start`."""
        return int(sum((ends - begins for begins, ends in self.intervals(start, end)), timedelta()).total_seconds())

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """The first moment by which `amount` of open time has passed since `start`; at most `HORIZON` away."""
        if self.always_open:
            return start + min(amount, HORIZON)
        for begins, ends in self.intervals(start, start + HORIZON):
            if amount <= ends - begins:
                return begins + amount
            amount -= ends - begins
        return start + HORIZON

    def _of(self, day: date) -> list[Interval]:
        if day not in self._days:
            if len(self._days) >= _KEPT_DAYS:
                self._days.clear()
            self._days[day] = self._localised(day)
        return self._days[day]

    def _localised(self, day: date) -> list[Interval]:
        if day in self._holidays:
            return []
        return sorted(self._interval(day, span) for span in self._spans if span.day == day.weekday())

    def _interval(self, day: date, span: OpeningSpan) -> Interval:
        return local_span(day, span.start, span.end, self._zone)
