"""What a new or an edited shift would do, before a lead saves it: when it comes next, and the cover with it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.contracts.teams import Shift, TeamConfig
from services.desk.domain.rota import TeamRota
from services.desk.domain.rota_decide import Effect, effect
from services.rota.rota import LOOK_AHEAD
from services.rota.shift_history import add_shift, edit_shift
from services.rota.wall_clock import localise

MOST = 8


@dataclass(frozen=True, slots=True)
class Turn:
    """One time that the shift comes, and whose it is then."""

    start: datetime
    end: datetime
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first times that it comes, and what it does to the cover of 8 weeks: from now, or from its first day."""

    turns: tuple[Turn, ...]
    effect: Effect


def preview(config: TeamConfig, new: Shift, old: str | None, now: datetime) -> Preview:
    """What saving `new` would do: as one more shift, or in the place of `old`. Worked out as route does it.

    Raises:
        RotaError: route would refuse it.
        ValueError: it contradicts the rest of the agreements.
    """
    changed = add_shift(config, new, now) if old is None else edit_shift(config, old, new, now)
    after = TeamConfig(**dict(changed))
    team = TeamRota(after)
    fresh = [one for one in after.shifts if one not in config.shifts and one.ended_at is None]
    starts = [localise(one.start, team.zone) for one in fresh]
    start = max(now, *starts) if starts else now
    names = {one.id for one in fresh}
    people: dict[tuple[datetime, datetime], set[str]] = {}
    for span in team.rota.spans(start, start + LOOK_AHEAD):
        if span.shift in names:
            people.setdefault((span.start, span.end), set()).add(span.person)
    turns = (Turn(begins, ends, team.ordered(found)) for (begins, ends), found in sorted(people.items())[:MOST])
    return Preview(tuple(turns), effect(config, after, start, start + LOOK_AHEAD))
