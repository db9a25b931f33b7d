"""What kind of month it is: how many mentions when, how urgent, how much work they are, and who is away. Plain values.

`stream.py` makes the mentions of a profile, `absences.py` the commands, `people.py` does the work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Literal

from services.contracts.mentions import UrgencyLabel

_BY_DAY = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 9, 9, 9, 8, 8, 7, 7, 8, 8, 7, 4, 2)
"""Of an ordinary day, how much of it comes in each hour of the local clock, relative to each other."""


@dataclass(frozen=True, slots=True)
class Burst:
    """So many mentions beside the usual ones, from an hour of a day (0 is the first) on; half within `half_life` hours."""

    day: int
    hour: int
    mentions: int
    half_life: float
    urgency: Mapping[UrgencyLabel, float]


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody, by their place in the roster, is away for `days` from `day` on; it is told on `told_day` at `told_at`."""

    kind: Literal["leave", "sick"]
    person: int
    day: int
    days: int
    told_day: int
    told_at: time


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of month. Shares are from 0 to 1; minutes are what one answer costs one person, on average."""

    name: str
    about: str
    working_day: float
    """Mentions on a day from Monday to Friday."""
    weekend_day: float
    asks: float = 0.55
    """The share that needs a person."""
    urgency: Mapping[UrgencyLabel, float] = field(
        default_factory=lambda: {"low": 0.15, "normal": 0.67, "high": 0.15, "critical": 0.03}
    )
    other_language: float = 0.12
    follow_up: float = 0.2
    """The share of questions after which their author writes again."""
    sleeps: float = 0.08
    """The share of cases that are answered, and closed a day later only."""
    minutes: Mapping[UrgencyLabel, float] = field(
        default_factory=lambda: {"low": 3, "normal": 5, "high": 7, "critical": 10}
    )
    hours: tuple[int, ...] = _BY_DAY
    bursts: tuple[Burst, ...] = ()
    absences: tuple[Absence, ...] = ()


NORMAL = Profile(
    name="normal",
    about="an ordinary month of some 50 mentions a day",
    working_day=54,
    weekend_day=34,
)
BUSY = replace(
    NORMAL,
    name="busy",
    about="three times an ordinary month",
    working_day=160,
    weekend_day=100,
)
CRISIS = replace(
    NORMAL,
    name="crisis",
    about="an ordinary month with a day on which everybody writes at once",
    bursts=(
        Burst(day=9, hour=8, mentions=400, half_life=5, urgency={"normal": 0.35, "high": 0.5, "critical": 0.15}),
        Burst(day=10, hour=9, mentions=120, half_life=6, urgency={"normal": 0.6, "high": 0.35, "critical": 0.05}),
    ),
)
THREE_BY_ONE_HOUR = Profile(
    name="three-by-one-hour",
    about="a small company's month: three people with one hour per working day, one of them sick, one on leave for a week",
    working_day=14,
    weekend_day=4,
    urgency={"low": 0.2, "normal": 0.68, "high": 0.1, "critical": 0.02},
    other_language=0.1,
    sleeps=0.05,
    absences=(
        Absence(kind="leave", person=1, day=14, days=7, told_day=1, told_at=time(12, 20)),
        Absence(kind="sick", person=2, day=8, days=3, told_day=8, told_at=time(7, 50)),
    ),
)
PROFILES: Mapping[str, Profile] = {one.name: one for one in (NORMAL, BUSY, CRISIS, THREE_BY_ONE_HOUR)}
