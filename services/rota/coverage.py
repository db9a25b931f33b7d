"""How well a rota meets what is wanted: gaps and coverage per need, for the next 8 weeks. Pure.

Used by `webcare rota check`, the planner and whoever signals gaps before they come. What is wanted is in `needs.py`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from services.contracts.base import Model
from services.contracts.mentions import MentionKind
from services.contracts.teams import TeamConfig
from services.rota.needs import Need, Wanted, needs
from services.rota.opening_hours import OpeningHours
from services.rota.rota import LOOK_AHEAD, Rota


class Gap(Model):
    """From `start` up to `end` (UTC) fewer are on than the `wanted`; `on` are there who would do."""

    start: datetime
    end: datetime
    wanted: int
    on: int

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.end - self.start) / timedelta(hours=1)


class NeedCovered(Model):
    """One need. Hours are person-hours: two people wanted for an hour are two."""

    name: str
    skill: str | None
    language: str | None
    channel: MentionKind | None
    required: bool
    wanted_hours: float
    covered_hours: float
    percent: float
    """100 when nothing is wanted."""
    gaps: tuple[Gap, ...]

    @property
    def anybody(self) -> bool:
        """Whether anybody would do."""
        return self.skill is None and self.language is None and self.channel is None


class Coverage(Model):
    """All needs of a team in `[start, end)`, required ones first."""

    team: str
    start: datetime
    end: datetime
    percent: float
    """Of the required needs together."""
    needs: tuple[NeedCovered, ...]

    @property
    def gaps(self) -> Iterator[tuple[NeedCovered, Gap]]:
        """The gaps in required needs, by need and in order."""
        return ((need, gap) for need in self.needs if need.required for gap in need.gaps)


def coverage(
    config: TeamConfig, rota: Rota, hours: OpeningHours, start: datetime, end: datetime | None = None
) -> Coverage:
    """How the rota covers what is wanted in `[start, end)`; in 8 weeks when `end` is not given."""
    until = end or start + LOOK_AHEAD
    return coverage_of(config, rota, needs(config, rota, hours, start, until), start, until)


def coverage_of(config: TeamConfig, rota: Rota, wanted: Iterable[Need], start: datetime, end: datetime) -> Coverage:
    """How the rota covers these needs, which lie in `[start, end)`."""
    found = tuple(_covered(config, rota, need) for need in wanted)
    required = [need for need in found if need.required]
    asked, covered = sum(need.wanted_hours for need in required), sum(need.covered_hours for need in required)
    return Coverage(team=config.team, start=start, end=end, percent=_percent(covered, asked), needs=found)


def distinct_gaps(found: Coverage) -> Iterator[tuple[NeedCovered, Gap]]:
    """The gaps in required needs; what lacks everybody is said once, not again for each skill and language."""
    gaps = list(found.gaps)
    empty = {(gap.start, gap.end) for need, gap in gaps if need.anybody and gap.on == 0}
    return ((need, gap) for need, gap in gaps if need.anybody or (gap.start, gap.end) not in empty)


def _covered(config: TeamConfig, rota: Rota, need: Need) -> NeedCovered:
    fit = frozenset(person.id for person in config.people if need.fit.met_by(person))
    gaps: list[Gap] = []
    wanted = covered = timedelta()
    for stretch in need.stretches:
        for start, end, on in _counted(rota, stretch, fit):
            wanted += (end - start) * stretch.people
            covered += (end - start) * min(on, stretch.people)
            if on < stretch.people:
                _add(gaps, Gap(start=start, end=end, wanted=stretch.people, on=on))
    hour = timedelta(hours=1)
    return NeedCovered(
        name=str(need.fit),
        skill=need.fit.skill,
        language=need.fit.language,
        channel=need.fit.channel,
        required=need.required,
        wanted_hours=round(wanted / hour, 2),
        covered_hours=round(covered / hour, 2),
        percent=_percent(covered / hour, wanted / hour),
        gaps=tuple(gaps),
    )


def _counted(rota: Rota, stretch: Wanted, fit: frozenset[str]) -> Iterator[tuple[datetime, datetime, int]]:
    for duty in rota.duties(stretch.start, stretch.end):
        yield max(duty.start, stretch.start), min(duty.end, stretch.end), len(duty.on & fit)


def _add(gaps: list[Gap], gap: Gap) -> None:
    """Gaps that touch and lack the same are one."""
    last = gaps[-1] if gaps else None
    if last and last.end == gap.start and (last.wanted, last.on) == (gap.wanted, gap.on):
        gap = gap.model_copy(update={"start": gaps.pop().start})
    gaps.append(gap)


def _percent(part: float, whole: float) -> float:
    """Rounded down, so that 100 means all."""
    return int(1000 * part / whole + 1e-9) / 10 if whole else 100.0
