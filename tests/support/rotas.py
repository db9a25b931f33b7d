"""Random rotas across the clock changes of 2026, and a naive way to say who is on: one moment at a time, from the rules.

The oracle shares nothing with `services/route/domain`: it lists every occurrence with dateutil and looks at each moment.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from hypothesis import strategies as st

from services.contracts.teams import (
    Leave,
    Override,
    Person,
    Rotation,
    ServiceLevel,
    Shift,
    StandInRequest,
    Swap,
    TeamConfig,
)

CHANGES = {
    "Europe/Amsterdam": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
}
"""The days of 2026 on which the clocks change; on Lord Howe by half an hour."""
PEOPLE = ("ada", "bob", "cleo", "dirk")
STEP = timedelta(minutes=15)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def quarters(first: datetime, days: int) -> st.SearchStrategy[datetime]:
    """Moments on the quarter of an hour, within some days of the first."""
    return st.integers(0, days * 96).map(lambda count: first + count * STEP)


def rules() -> st.SearchStrategy[str | None]:
    """Rules that a shift may have; `None` is once."""
    days = st.lists(st.sampled_from(_DAYS), min_size=1, max_size=4, unique=True).map(",".join)
    return st.one_of(
        st.none(),
        st.integers(1, 3).map(lambda every: f"FREQ=DAILY;INTERVAL={every}"),
        st.builds(lambda every, on: f"FREQ=WEEKLY;INTERVAL={every};BYDAY={on}", st.integers(1, 3), days),
        st.builds(
            lambda on, months: f"FREQ=DAILY;BYDAY={on};BYMONTH={months}", days, st.sampled_from(("3,4", "10,11"))
        ),
        st.builds(lambda on, n: f"FREQ=MONTHLY;BYDAY={n}{on}", st.sampled_from(_DAYS), st.sampled_from((1, 2, -1))),
        st.integers(1, 28).map(lambda day: f"FREQ=MONTHLY;BYMONTHDAY={day}"),
        st.integers(20, 300).map(lambda count: f"FREQ=DAILY;COUNT={count}"),
        st.builds(lambda on, count: f"FREQ=WEEKLY;BYDAY={on};COUNT={count}", days, st.integers(5, 60)),
        st.just("FREQ=DAILY;UNTIL=20261104T020000"),
    )


@st.composite
def shifts(draw: st.DrawFn, name: str, zone: str, rule: st.SearchStrategy[str | None] | None = None) -> Shift:
    """A shift that starts in the months before the changes, now and then in the hour that is skipped or repeated."""
    day = draw(st.dates(date(2026, 1, 1), date(2026, 4, 5)) | st.dates(date(2026, 9, 1), date(2026, 11, 1)))
    at = draw(st.sampled_from((time(1, 45), time(2, 0), time(2, 30))) | st.builds(time, st.integers(0, 23)))
    groups = st.lists(st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True).map(tuple), min_size=1, max_size=4)
    rotation = Rotation(
        groups=tuple(draw(groups)),
        turn=draw(st.sampled_from(("occurrence", "day", "week", "month"))),
        every=draw(st.integers(1, 3)),
        counted_from=draw(st.none() | st.dates(date(2025, 12, 1), date(2026, 1, 10))),
        done=draw(st.integers(0, 5)),
    )
    people = draw(st.none() | st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True).map(tuple))
    who: dict[str, Any] = {"people": people} if people else {"rotation": rotation}
    return Shift(
        id=name,
        start=datetime.combine(day, at),
        minutes=15 * draw(st.integers(1, 4 * 40)),
        rule=draw(rules() if rule is None else rule),
        until=draw(st.none() | st.dates(date(2026, 3, 1), date(2026, 11, 30))),
        time_zone=draw(st.sampled_from((None, None, *CHANGES))),
        layer=draw(st.integers(0, 2)),
        **who,
    )


@st.composite
def teams(draw: st.DrawFn) -> tuple[TeamConfig, datetime]:
    """A team with all that a rota can have, and the first of the three days that the clocks of its zone change in."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = draw(st.sampled_from(CHANGES[zone]))
    first = datetime.combine(change, time(), ZoneInfo(zone)).astimezone(UTC) - timedelta(days=1)
    made = [draw(shifts(f"s{number}", zone)) for number in range(draw(st.integers(1, 4)))]
    if len(made) > 1 and draw(st.booleans()):
        cut = draw(quarters(first, 2))
        made[0] = made[0].model_copy(update={"ended_at": cut})
        made[1] = made[1].model_copy(update={"replaces": "s0", "since": cut})
    stretch = st.tuples(quarters(first - timedelta(days=1), 4), st.integers(1, 150))
    person = st.sampled_from(PEOPLE)

    def spans(most: int) -> list[tuple[int, datetime, datetime]]:
        drawn = draw(st.lists(stretch, max_size=most))
        return [(number, start, start + count * STEP) for number, (start, count) in enumerate(drawn)]

    def two() -> tuple[str, str]:
        one, other = draw(st.permutations(PEOPLE))[:2]
        return one, other

    leave = [
        Leave(id=f"l{n}", person=draw(person), start=a, end=b, state=draw(st.sampled_from(("approved", "asked"))))
        for n, a, b in spans(3)
    ]
    overrides = [
        Override(id=f"o{n}", start=a, end=b, people=tuple(draw(st.sets(person, min_size=1, max_size=2))))
        for n, a, b in spans(2)
    ]
    swaps = []
    for n, a, b in spans(3):
        (one, other), state = two(), draw(st.sampled_from(("taken", "taken", "withdrawn", "open")))
        taker = other if state == "taken" else None
        name = draw(st.sampled_from([shift.id for shift in made]))
        swaps.append(Swap(id=f"w{n}", shift=name, person=one, taker=taker, state=state, start=a, end=b))
    stand_ins = []
    for n, a, b in spans(2):
        (one, other), answer = two(), draw(st.sampled_from(("accepted", "accepted", "asked", "declined")))
        stand_ins.append(StandInRequest(id=f"i{n}", for_person=one, person=other, state=answer, start=a, end=b))
    config = TeamConfig(
        team="t",
        name="T",
        time_zone=zone,
        people=tuple(Person(id=name, name=name.title()) for name in PEOPLE),
        shifts=tuple(made),
        leave=tuple(leave),
        overrides=tuple(overrides),
        swaps=tuple(swaps),
        stand_ins=tuple(stand_ins),
        service_levels=(ServiceLevel(id="x", first_response_minutes=60),),
    )
    return config, first


class Naive:
    """Who is on, one moment at a time, in the days from `first`."""

    def __init__(self, config: TeamConfig, first: datetime, days: int) -> None:
        self.config = config
        last = first + timedelta(days=days)
        self.listed = [
            (shift, [one for one in self._occurrences(shift) if one[0] < last and one[1] > first])
            for shift in config.shifts
        ]

    def on(self, moment: datetime) -> tuple[int | None, frozenset[str]]:
        """The layer on duty, and who is."""
        gone = {x.person for x in self.config.leave if x.state == "approved" and x.start <= moment < x.end}
        layers = self.planned(moment)
        for layer in range(10, -1, -1):
            present = layers.get(layer, set()) - gone
            if present:
                return layer, frozenset(present)
        return None, frozenset()

    def planned(self, moment: datetime) -> dict[int, set[str]]:
        """Who is planned in each layer, with swaps and stand-ins applied."""
        layers: dict[int, set[str]] = {}
        for shift, occurrences in self.listed:
            for begins, ends, people in occurrences:
                if begins <= moment < ends:
                    for person in people:
                        layers.setdefault(shift.layer, set()).add(
                            self._instead(self._swapped(person, shift, moment), moment)
                        )
        for override in self.config.overrides:
            if override.start <= moment < override.end:
                layers.setdefault(10, set()).update(self._instead(person, moment) for person in override.people)
        return layers

    def _occurrences(self, shift: Shift) -> Iterator[tuple[datetime, datetime, tuple[str, ...]]]:
        zone = ZoneInfo(shift.time_zone or self.config.time_zone)
        for number, start in enumerate(wall_clock_starts(shift)):
            begins = start.replace(tzinfo=zone).astimezone(UTC)
            ends = (start + timedelta(minutes=shift.minutes)).replace(tzinfo=zone).astimezone(UTC)
            if shift.since is not None:
                begins = max(begins, shift.since)
            if shift.ended_at is not None:
                ends = min(ends, shift.ended_at)
            yield begins, ends, self._turn(shift, number, start.date())

    def _turn(self, shift: Shift, number: int, day: date) -> tuple[str, ...]:
        """Step by step from the day that is counted from; that day may lie after the occurrence."""
        rotation = shift.rotation
        if rotation is None:
            return shift.people
        first = rotation.counted_from or shift.start.date()
        units = number
        if rotation.turn == "day":
            units = day.toordinal() - first.toordinal()
        elif rotation.turn == "week":
            units, monday = 0, first
            while monday + timedelta(days=7) <= day:
                units, monday = units + 1, monday + timedelta(days=7)
            while monday > day:
                units, monday = units - 1, monday - timedelta(days=7)
        elif rotation.turn == "month":
            units, month = 0, (first.year, first.month)
            while month < (day.year, day.month):
                units, month = units + 1, (month[0] + month[1] // 12, month[1] % 12 + 1)
        return rotation.groups[(rotation.done + units) // rotation.every % len(rotation.groups)]

    def _swapped(self, person: str, shift: Shift, moment: datetime) -> str:
        family, names = {shift.id}, {one.id: one.replaces for one in self.config.shifts}
        earlier = shift.replaces
        while earlier:
            family.add(earlier)
            earlier = names[earlier]
        for swap in self.config.swaps:
            if (
                swap.state == "taken"
                and swap.shift in family
                and swap.start <= moment < swap.end
                and swap.person == person
            ):
                person = str(swap.taker)
        return person

    def _instead(self, person: str, moment: datetime) -> str:
        for request in self.config.stand_ins:
            if request.state == "accepted" and request.start <= moment < request.end and request.for_person == person:
                person = request.person
        return person


def wall_clock_starts(shift: Shift) -> list[datetime]:
    """Every start of a shift before 2027, by dateutil alone."""
    if shift.rule is None:
        found = [shift.start]
    else:
        first, last = datetime(2025, 1, 1), datetime(2027, 1, 1)  # noqa: DTZ001  # wall-clock
        found = rrulestr(shift.rule, dtstart=shift.start).between(first, last, inc=True)
    return [start for start in found if shift.until is None or start.date() <= shift.until]
