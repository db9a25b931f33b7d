"""What a plan is asked for: the team, the period, what is wanted when, the shifts that may be given, and the rules.

Only the shifts of one layer are planned; those of layers above it, overrides, and `fixed` shifts stay and count.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field

from services.contracts.base import Model, Slug
from services.contracts.teams import Shift, TeamConfig
from services.rota.needs import Need, needs
from services.rota.opening_hours import OpeningHours
from services.rota.recurrence import parse
from services.rota.rota import Rota
from services.rota.spans import occurrences
from services.rota.wall_clock import localise

MOST_WEEKS = 13
_DAY = timedelta(days=1)
_USUAL_MINUTES = 480
_ALL_DAYS = tuple(range(7))


class PlanError(ValueError):
    """A plan cannot be asked so; one line for people."""


class Pattern(Model):
    """A shift that may be given: from `start` on the team's clock, so many minutes, on these days (0 is Monday)."""

    name: Slug
    start: time
    minutes: int = Field(gt=0, le=24 * 60)
    days: tuple[int, ...] = _ALL_DAYS


class Rules(Model):
    """What no proposal breaks. The defaults follow directive 2003/88/EC (articles 3, 5 and 6) and a twelve-hour day."""

    rest_hours: float = Field(default=11, ge=11, le=48)
    """Between the end of a shift and the start of the next."""
    days_in_a_row: int = Field(default=6, ge=1, le=14)
    day_hours: float = Field(default=12, gt=0, le=24)
    week_hours: float = Field(default=48, ge=0, le=168)
    """For people without a contract; for the others it is their contract."""
    tolerance_hours: float = Field(default=4, ge=0, le=168)
    """A week may be so much longer than the contract, never more; so much shorter as well, where the rest allows it."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """A plan for `weeks` weeks from the local midnight of `start`. Leave and sickness are those of `config`."""

    config: TeamConfig
    start: date
    weeks: int
    demand: tuple[Need, ...]
    patterns: tuple[Pattern, ...]
    layer: int
    fixed: frozenset[str] = frozenset()
    """Ids of shifts of the layer that stay as they are."""
    rules: Rules = field(default_factory=Rules)

    @property
    def end(self) -> date:
        """The first day after the period."""
        return self.start + timedelta(weeks=self.weeks)

    @property
    def days(self) -> list[date]:
        """The days of the period."""
        return [self.start + number * _DAY for number in range(7 * self.weeks)]

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The period as instants."""
        zone = ZoneInfo(self.config.time_zone)
        first, last = (localise(datetime.combine(day, time()), zone) for day in (self.start, self.end))
        return first, last


def ask(
    config: TeamConfig,
    start: date,
    weeks: int,
    demand: Iterable[Need] | None = None,
    patterns: Iterable[Pattern] | None = None,
    fixed: Iterable[str] = (),
    rules: Rules | None = None,
) -> PlanRequest:
    """The request with what is not given worked out: the highest layer in use, its own shifts as patterns, agreed demand.

    Raises:
        PlanError: the period is too long, a name is unknown, or there is nothing to make shifts of.
        RotaError: a shift's rule cannot be worked out.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise PlanError(f"a plan is for 1 to {MOST_WEEKS} weeks, not {weeks}")
    if unknown := sorted(set(fixed) - {shift.id for shift in config.shifts}):
        raise PlanError(f"there is no shift {unknown[0]!r} to leave as it is")
    rules = rules or Rules()
    bare = PlanRequest(config, start, weeks, (), (), 0, frozenset(fixed), rules)
    running = _running(bare)
    layer = max((shift.layer for shift in running), default=0)
    mine = [shift for shift in running if shift.layer == layer]
    found = tuple(patterns) if patterns is not None else _patterns(config, mine)
    possible = tuple(one for one in found if one.minutes <= 60 * rules.day_hours)
    if not possible:
        raise PlanError(f"no shift pattern is {rules.day_hours:g} hours or shorter: give some")
    kept = PlanRequest(config, start, weeks, (), possible, layer, frozenset(fixed), rules)
    asked = tuple(demand) if demand is not None else agreed_demand(kept)
    return PlanRequest(config, start, weeks, asked, possible, layer, frozenset(fixed), rules)


def replaced(request: PlanRequest) -> list[Shift]:
    """The shifts that the plan is to take the place of, in its period."""
    return [
        shift for shift in _running(request) if shift.layer == request.layer and shift.id not in request.fixed
    ]  # fmt: skip


def agreed_demand(request: PlanRequest) -> tuple[Need, ...]:
    """What the team has agreed to want in the period, and what its opening hours ask; not what its own shifts ask."""
    start, end = request.bounds
    gone = {shift.id for shift in replaced(request)}
    left = tuple(shift for shift in request.config.shifts if shift.id not in gone)
    config = request.config.model_copy(update={"shifts": left, "swaps": (), "stand_ins": ()})
    found = needs(config, Rota(config), OpeningHours(config), start, end)
    return tuple(need for need in found if need.required and need.stretches)


def _running(request: PlanRequest) -> list[Shift]:
    """The shifts that start within the period, one-off or again."""
    start, end = request.bounds
    found = []
    for shift in request.config.shifts:
        starts = (at.date() for _, _, at in occurrences(shift, parse(shift), request.config, start - _DAY, end + _DAY))
        if any(request.start <= day < request.end for day in starts):
            found.append(shift)
    return found


def _patterns(config: TeamConfig, shifts: Iterable[Shift]) -> tuple[Pattern, ...]:
    """The times of the shifts that there are; without any, eight hours from opening and eight up to closing."""
    found: dict[tuple[time, int], Pattern] = {}
    for shift in shifts:
        if shift.minutes <= 24 * 60:
            key = shift.start.time(), shift.minutes
            found.setdefault(key, Pattern(name=shift.id[:40], start=key[0], minutes=key[1]))
    return tuple(found.values()) or _of_opening_hours(config)


def _of_opening_hours(config: TeamConfig) -> tuple[Pattern, ...]:
    spans = config.opening_hours
    if not spans:
        starts = (("early", time(7)), ("late", time(15)), ("night", time(23)))
        return tuple(Pattern(name=name, start=start, minutes=_USUAL_MINUTES) for name, start in starts)
    opens = min(span.start for span in spans)
    closes = max(_minute(span.end) or 24 * 60 for span in spans)
    length = min(_USUAL_MINUTES, max(closes - _minute(opens), 60))
    latest = max(closes - length, 0)
    early = Pattern(name="early", start=opens, minutes=length)
    late = Pattern(name="late", start=time(latest // 60, latest % 60), minutes=length)
    return (early,) if late.start <= early.start else (early, late)


def _minute(at: time) -> int:
    return 60 * at.hour + at.minute
