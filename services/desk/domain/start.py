"""The first-run guide's rules: its steps, how far a team is, and the agreements that its answers make. Pure.

How far a team is follows from what there is, so that the guide can be left, resumed and done in any order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Literal, get_args

from services.contracts.cases import Case
from services.contracts.goals import TeamGoals
from services.contracts.rota import Rotation, Shift
from services.contracts.teams import AGENCY_AT_FIRST, Mandate, OpeningSpan, Person, ServiceLevel, TeamConfig

Step = Literal["why", "team", "people", "hours", "handbook", "source", "test"]
Turn = Literal["together", "week"]
STEPS: tuple[Step, ...] = get_args(Step)
TEST_SOURCE = "first-run"
"""The source of the guide's own test mentions."""
OURS = "open-"
"""The shifts that the guide makes are called so; others it leaves alone."""
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PROMISES = (
    ServiceLevel(id="critical", urgency=("critical",), first_response_minutes=15, warn_minutes=5, always_open=True),
    ServiceLevel(id="high", urgency=("high",), first_response_minutes=60),
    ServiceLevel(id="usual", first_response_minutes=480, warn_minutes=60),
)
"""What a team promises until it agrees otherwise: the table of the starter handbook."""
GRACE_SECONDS = 10
"""A reply can be taken back for so long, until the team agrees otherwise."""
WEEKDAYS = tuple(OpeningSpan(day=day, start=time(9), end=time(17)) for day in range(5))


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is of a team."""

    config: TeamConfig | None = None
    goals: TeamGoals | None = None
    guidelines: int = 0
    sources: frozenset[str] = frozenset()
    """Where its cases came from."""

    def done(self) -> Mapping[Step, bool]:
        """Which steps have been done, in whatever way."""
        config = self.config
        return {
            "why": bool(self.goals and self.goals.goals),
            "team": config is not None and config.name != config.team,
            "people": config is not None and bool(config.people),
            "hours": config is not None and any(shift.ended_at is None for shift in config.shifts),
            "handbook": self.guidelines > 0,
            "source": bool(self.sources - {TEST_SOURCE}),
            "test": TEST_SOURCE in self.sources,
        }

    def first_open(self) -> Step:
        """Where to go on; the last step when all is done."""
        done = self.done()
        return next((step for step in STEPS if not done[step]), STEPS[-1])


def after(step: Step) -> Step | None:
    """The step that follows."""
    following = STEPS[STEPS.index(step) + 1 :]
    return following[0] if following else None


def first_config(team: str, language: str) -> TeamConfig:
    """A team that nobody has agreed anything of: nobody in it yet, open on weekdays, plain promises, a moment of grace."""
    return TeamConfig(
        team=team,
        name=team,
        language=language,
        people=(),
        opening_hours=WEEKDAYS,
        service_levels=PROMISES,
        agency=AGENCY_AT_FIRST,
        grace_seconds=GRACE_SECONDS,
    )


def newcomer(ident: str, name: str, languages: Sequence[str], *, lead: bool) -> Person:
    """Somebody of the guide's form. A lead may approve what others write, so that somebody may when it is asked.

    Raises:
        pydantic.ValidationError: the id is not one.
    """
    return Person(id=ident, name=name, languages=tuple(languages), lead=lead, mandate=Mandate(approve=lead))


def with_person(config: TeamConfig, person: Person) -> TeamConfig:
    """With somebody more; the guide's own shifts are theirs too."""
    everybody = (*config.people, person)
    shifts = tuple(_joined(shift, person.id) if _is_ours(shift) else shift for shift in config.shifts)
    return TeamConfig(**dict(config) | {"people": everybody, "shifts": shifts})


def _is_ours(shift: Shift) -> bool:
    return shift.id.startswith(OURS) and shift.ended_at is None


def _joined(shift: Shift, person: str) -> Shift:
    if shift.rotation:
        groups = (*shift.rotation.groups, (person,))
        return shift.model_copy(update={"rotation": shift.rotation.model_copy(update={"groups": groups})})
    return shift.model_copy(update={"people": (*shift.people, person)})


def with_hours(config: TeamConfig, spans: Sequence[OpeningSpan], turn: Turn, today: date) -> TeamConfig:
    """Open at these hours, with everybody on in them: all together, or each a week in turn.

    Shifts that somebody made otherwise stay, and are then the rota; the guide adds none of its own to them.
    """
    others = tuple(shift for shift in config.shifts if not _is_ours(shift))
    fresh = () if any(shift.ended_at is None for shift in others) else _shifts(config, spans, turn, today)
    return TeamConfig(**dict(config) | {"opening_hours": tuple(spans), "shifts": (*others, *fresh)})


def _shifts(config: TeamConfig, spans: Sequence[OpeningSpan], turn: Turn, today: date) -> tuple[Shift, ...]:
    """One shift for all days that have the same hours."""
    if not config.people:
        return ()
    by_hours = sorted(spans, key=lambda span: (span.start, span.end, span.day))
    groups = groupby(by_hours, key=lambda span: (span.start, span.end))
    return tuple(
        _shift(f"{OURS}{number}", hours, [span.day for span in those], config.people, turn, today)
        for number, (hours, those) in enumerate(groups, start=1)
    )


def _shift(
    name: str, hours: tuple[time, time], days: Collection[int], people: Iterable[Person], turn: Turn, today: date
) -> Shift:
    first = next(day for day in (today + timedelta(days=ahead) for ahead in range(7)) if day.weekday() in days)
    names = tuple(person.id for person in people)
    begin, end = datetime.combine(first, hours[0]), datetime.combine(first, hours[1])
    length = end - begin if end > begin else end + timedelta(days=1) - begin
    monday = first - timedelta(days=first.weekday())
    return Shift(
        id=name,
        people=names if turn == "together" else (),
        rotation=Rotation(groups=tuple((one,) for one in names), counted_from=monday) if turn == "week" else None,
        start=begin,
        minutes=length // timedelta(minutes=1),
        rule=f"FREQ=WEEKLY;BYDAY={','.join(CODES[day] for day in sorted(days))}",
    )


def turn_of(config: TeamConfig) -> Turn:
    """How the guide's shifts are worked now."""
    return "week" if any(shift.rotation for shift in config.shifts if _is_ours(shift)) else "together"


def spans_of(given: Mapping[str, str]) -> tuple[OpeningSpan, ...]:
    """The opening hours of a form: `open-0` … `open-6` are ticked, with `from-0` and `to-0`.

    Raises:
        ValueError: an hour is not one, or no day is open.
    """
    days = [day for day in range(7) if given.get(f"open-{day}")]
    spans = tuple(
        OpeningSpan(day=day, start=time.fromisoformat(given[f"from-{day}"]), end=time.fromisoformat(given[f"to-{day}"]))
        for day in days
        if f"from-{day}" in given and f"to-{day}" in given
    )
    if not spans:
        raise ValueError("no day is open")
    return spans


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of the test mention; without a case it is still on its way."""

    case: Case | None
    state: Literal["travelling", "assigned", "waiting"]


def arrival(case: Case | None) -> Arrival:
    """How far it is."""
    if case is None or (case.owner is None and case.waiting is None and case.explanation is None):
        return Arrival(case, "travelling")
    return Arrival(case, "assigned" if case.explanation and case.explanation.chosen else "waiting")
