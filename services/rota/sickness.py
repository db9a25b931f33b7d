"""Sickness of which nobody has said the end: it lapses, and its person and the leads are told so in time. Pure.

Used by route, which tells, and by the desk, which shows it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.contracts.teams import Leave

UNTIL_WELL = timedelta(days=28)
"""Sickness without a known end is written down for so long; reporting well ends it, saying "still sick" makes it longer."""
TOLD_BEFORE = timedelta(days=1)
"""How long before it lapses that is told."""


def endless(leave: Leave) -> bool:
    """Whether it is sickness that goes on until they report well; before that was kept, its length said it."""
    return leave.kind == "sick" and (leave.until_well or leave.end - leave.start == UNTIL_WELL)


def lapses(leave: Leave, now: datetime) -> bool:
    """Whether it lapses within a day, unless somebody says that it goes on."""
    return endless(leave) and leave.end - TOLD_BEFORE <= now < leave.end and leave.start <= now


def lapsing(leave: Iterable[Leave], now: datetime) -> tuple[Leave, ...]:
    """The sickness that lapses within a day, the nearest first."""
    return tuple(sorted((one for one in leave if lapses(one, now)), key=lambda one: (one.end, one.person)))


def telling_due(leave: Leave, now: datetime) -> bool:
    """Whether that is still to be told; once for each end."""
    return lapses(leave, now) and (leave.reminded_at is None or leave.reminded_at < leave.end - TOLD_BEFORE)
