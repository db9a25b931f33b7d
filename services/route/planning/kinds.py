"""What of a stretch of work is shared fairly: all of it, evenings, nights, weekends; in minutes, where the person lives.

Evenings and nights are those of `domain/fairness.py`, which measures what came of it.
"""

from datetime import time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.rota.fairness import EVENING, NIGHT_ENDS
from services.rota.opening_hours import Interval
from services.rota.wall_clock import local_span

KINDS = ("hours", "evenings", "nights", "weekends")
_MIDNIGHT = time()
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@lru_cache(maxsize=20_000)
def kinds(stretch: Interval, zone: ZoneInfo) -> tuple[int, ...]:
    """The minutes of each of `KINDS` in the stretch."""
    totals = [timedelta()] * len(KINDS)
    day = stretch[0].astimezone(zone).date()
    while (whole := local_span(day, _MIDNIGHT, _MIDNIGHT, zone))[0] < stretch[1]:
        parts = (
            _common(stretch, whole),
            _common(stretch, local_span(day, EVENING, _MIDNIGHT, zone)),
            _common(stretch, local_span(day, _MIDNIGHT, NIGHT_ENDS, zone)),
            _common(stretch, whole) if day.weekday() >= 5 else timedelta(),
        )
        totals = [total + part for total, part in zip(totals, parts, strict=True)]
        day += _DAY
    return tuple(total // _MINUTE for total in totals)


def _common(one: Interval, other: Interval) -> timedelta:
    return max(min(one[1], other[1]) - max(one[0], other[0]), timedelta())
