"""Periods of whole days in a team's time zone. Pure: today is an argument."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_DAYS = 400


class PeriodError(ValueError):
    """The period is not one."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the start of `first` up to the end of `last`, on the clocks of `zone`."""

    first: date
    last: date
    zone: str

    @property
    def since(self) -> datetime:
        """The first moment, in UTC."""
        return start_of(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after it, in UTC."""
        return start_of(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> tuple[date, ...]:
        """Its days in order."""
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))

    def before(self) -> "Period":
        """The period of the same length just before."""
        length = timedelta(days=len(self.days))
        return Period(self.first - length, self.last - length, self.zone)


def start_of(day: date, zone: str) -> datetime:
    """Midnight at the start of a local day, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The day that it is in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()


def last_days(count: int, now: datetime, zone: str) -> Period:
    """Today and the days before it, `count` in all."""
    today = local_day(now, zone)
    return Period(today - timedelta(days=count - 1), today, zone)


def period_of(first: date | None, last: date | None, days: int, now: datetime, zone: str) -> Period:
    """The period that was asked for: by its days when given, else the last `days`.

    Raises:
        PeriodError: it ends before it starts, or is longer than `LONGEST_DAYS`.
    """
    if first is None and last is None:
        return last_days(min(max(days, 1), LONGEST_DAYS), now, zone)
    end = last or local_day(now, zone)
    period = Period(first or end - timedelta(days=days - 1), end, zone)
    if period.last < period.first:
        raise PeriodError("the period ends before it starts")
    if len(period.days) > LONGEST_DAYS:
        raise PeriodError(f"at most {LONGEST_DAYS} days")
    return period
