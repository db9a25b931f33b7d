"""A calendar that is fetched again and again: a fetch that fails, or gives no calendar, keeps the last good copy.

Grafana OnCall overwrites its cache with nothing then, and nobody is on duty. How to fetch is given by the caller.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from services.route.ical.events import CalendarError, parsed

Fetch = Callable[[], bytes]


class FetchError(OSError):
    """The calendar could not be fetched; the text says why, for people. Raised by a `Fetch`."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The last good text of a calendar. `failed_at` and `problem` say what went wrong since."""

    data: bytes
    fetched_at: datetime
    failed_at: datetime | None = None
    problem: str = ""


def refreshed(fetch: Fetch, last: Copy | None, now: datetime) -> Copy:
    """The calendar as it is now, or the `last` good copy with what went wrong.

    Raises:
        FetchError: it could not be fetched, and there is no copy yet.
        CalendarError: what was fetched is no calendar, and there is no copy yet.
    """
    try:
        data = fetch()
        parsed(data)
    except (FetchError, CalendarError) as error:
        if last is None:
            raise
        return replace(last, failed_at=now, problem=str(error))
    return Copy(data, now)
