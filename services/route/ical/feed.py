"""A calendar that is fetched again and again: a fetch that fails, or gives no calendar, keeps the last good copy. Pure.

Grafana OnCall overwrites its cache with nothing then, and nobody is on duty. `calendar_reader.py` fetches.
"""

from dataclasses import dataclass
from datetime import datetime

from services.route.ical.events import parsed
from services.runtime.fetching import Fetched, FetchError


@dataclass(frozen=True, slots=True)
class Copy:
    """The last good text of a calendar, and what its server calls this version."""

    data: bytes
    fetched_at: datetime
    etag: str = ""
    modified: str = ""


def refreshed(fetched: Fetched, last: Copy | None, now: datetime) -> Copy:
    """The calendar as it is now; the `last` copy, confirmed, when its server says that nothing has changed.

    Raises:
        FetchError: nothing has changed since a copy that we do not have.
        CalendarError: what was fetched is no calendar.
    """
    if fetched.body is not None:
        parsed(fetched.body)
        return Copy(fetched.body, now, fetched.etag, fetched.modified)
    if last is None:
        raise FetchError("not changed, says the server, since what we never had", "not_changed")
    return Copy(last.data, now, last.etag, last.modified)
