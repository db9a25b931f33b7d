"""How long to wait before trying again: exponential with jitter, and what `Retry-After` asks. Chance is an argument."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def delay(failures: int, first: float, longest: float, chance: float) -> float:
    """Seconds to wait after the n-th failure in a row (counted from 1).

    Doubles from `first` up to `longest`; `chance` in [0, 1) takes away up to half, so that many who failed together do not
    come back together.
    """
    full = min(longest, first * 2.0 ** min(max(failures, 1) - 1, 60))
    return full * (1 - chance / 2)


def retry_after(value: str | None, now: datetime, longest: float) -> float | None:
    """Seconds that a `Retry-After` header (RFC 9110 §10.2.3: seconds or a date) asks for, from 0 to `longest`.

    `None` when there is no header, or it says nothing that can be understood.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), longest)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), longest)
