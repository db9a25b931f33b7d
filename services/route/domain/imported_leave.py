"""Leave that a calendar says, in a team's agreements: taken over, and what has been stays as it was. Pure.

Of another team it is in `leave_elsewhere.py`.
"""

from collections.abc import Iterable
from datetime import datetime

from services.contracts.teams import Leave, TeamConfig
from services.rota.leave_elsewhere import replaced_from_now
from services.route.domain.imported_shifts import first_id, is_of


def take_over_leave(config: TeamConfig, calendar: str, leave: Iterable[Leave], now: datetime) -> TeamConfig:
    """The agreements with the leave that the calendar says from `now` on.

    See `replaced_from_now`.
    """

    def known_as(old: Leave) -> str | None:
        return first_id(calendar, old.id) if is_of(calendar, old.id) else None

    return config.model_copy(update={"leave": replaced_from_now(config.leave, leave, known_as, now)})
