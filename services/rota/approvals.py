"""Who is asked to approve a reply, by the rota. Route asks it when a reply waits, the desk before the reply is sent.

Who may approve at all is in `services/contracts/mandates.py`.
"""

from datetime import datetime
from typing import NamedTuple

from services.rota.rota import Rota


class Asked(NamedTuple):
    """Who is asked to approve: those on shift `now`; without any, who comes on first, and when."""

    now: tuple[str, ...]
    next: tuple[str, ...] = ()
    cover_begins: datetime | None = None


def asked(rota: Rota, able: frozenset[str], now: datetime) -> Asked:
    """Who of those who may approve is asked at `now`."""
    on = able & rota.on_shift(now)
    if on or not able:
        return Asked(tuple(sorted(on)))
    begins = rota.next_cover(now, able)
    if begins is None:
        return Asked(())
    return Asked((), tuple(sorted(able & rota.on_shift(begins))), begins)
