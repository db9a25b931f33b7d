"""Who could stand in for somebody: those who are free and fit, the best rested first, and why the others cannot. Pure.

Best rested is the greatest min(time since the last shift, time to the next), as LinkedIn's Oncall does; unlike there,
conflicts and leave are always checked. Used when somebody calls in sick, and by a lead who looks for a replacement.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.contracts.base import Model
from services.contracts.teams import Person, TeamConfig
from services.rota.fairness import fairness
from services.rota.needs import Fit, fits_of
from services.rota.rota import LOOK_AHEAD, Rota
from services.rota.swaps import leave_of, overlapping

REST = timedelta(hours=11)
"""Daily rest (directive 2003/88/EC, article 3); somebody who would have less is proposed, and it is said."""
_WEEK = timedelta(weeks=1)
_HOUR = timedelta(hours=1)

ReasonCode = Literal["rested", "short_rest", "has_skill", "speaks", "within_contract", "over_contract"]
ExclusionCode = Literal[
    "leave", "sick", "on_shift", "asked_already", "no_skill", "no_language", "no_channel", "no_capacity"
]


class Reason(Model):
    """Why somebody is proposed where they are: `detail` is hours, a skill or a language."""

    code: ReasonCode
    detail: str


class Proposal(Model):
    """Somebody who could stand in. `rest_hours` is what counts; without any shift near, the 8 weeks looked at."""

    person: str
    rest_hours: float
    since_last_hours: float
    to_next_hours: float
    short_rest: bool
    reasons: tuple[Reason, ...]


class Exclusion(Model):
    """Somebody who could not, with why; `detail` is the shift, skill, language or channel."""

    person: str
    code: ExclusionCode
    detail: str = ""


class StandIns(Model):
    """The proposals for one absence, the best first, and who is excluded, by id."""

    person: str
    start: datetime
    end: datetime
    proposals: tuple[Proposal, ...]
    excluded: tuple[Exclusion, ...]


def stand_ins(
    config: TeamConfig, rota: Rota, absent: str, start: datetime, end: datetime, wanted: Iterable[Fit] | None = None
) -> StandIns:
    """Who could take the place of `absent` from `start` up to `end`.

    `wanted` is what they must have; when absent, the skills of the shifts that `absent` would miss, and the team's language
    if `absent` speaks it.
    """
    fits = list(wanted) if wanted is not None else missed(config, rota, absent, start, end)
    around = _around(config, rota, start, end)
    proposals, excluded = [], []
    for person in config.people:
        if person.id == absent:
            continue
        if exclusion := _excluded(config, around, person, fits):
            excluded.append(exclusion)
        else:
            proposals.append(_proposal(around, person, fits))
    return StandIns(
        person=absent,
        start=start,
        end=end,
        proposals=tuple(sorted(proposals, key=lambda one: (-one.rest_hours, one.person))),
        excluded=tuple(sorted(excluded, key=lambda one: one.person)),
    )


def missed(config: TeamConfig, rota: Rota, absent: str, start: datetime, end: datetime) -> list[Fit]:
    """What a team misses without `absent` in that time."""
    shifts = {span.shift for span in rota.spans(start, end) if span.person == absent}
    asked = {fit for shift in config.shifts if shift.id in shifts for fit in fits_of(shift)}
    speaks = any(config.language in person.languages for person in config.people if person.id == absent)
    return [*sorted(asked, key=str), *([Fit(language=config.language)] if speaks else ())]


@dataclass(frozen=True, slots=True)
class _Around:
    """What everybody does in the stretch and around it: by person."""

    start: datetime
    end: datetime
    busy: Mapping[str, str]
    """The shift that they are on in the stretch; who stands by is free."""
    last: Mapping[str, datetime]
    """When what they worked before it ended."""
    following: Mapping[str, datetime]
    """When what they work after it starts."""
    week_hours: Mapping[str, float]
    """What they work in the week around it."""


def _around(config: TeamConfig, rota: Rota, start: datetime, end: datetime) -> _Around:
    last, following = dict[str, datetime](), dict[str, datetime]()
    for stint in rota.stints(start - LOOK_AHEAD, end + LOOK_AHEAD):
        if stint.end <= start:
            last[stint.person] = max(last.get(stint.person, stint.end), stint.end)
        elif stint.start >= end:
            following.setdefault(stint.person, stint.start)
    middle = start + (end - start) / 2
    shares = fairness(config, rota, middle - _WEEK / 2, middle + _WEEK / 2).people
    busy = {stint.person: stint.shift for stint in reversed(overlapping(rota.stints(start, end), start, end))}
    return _Around(start, end, busy, last, following, {share.person: share.hours for share in shares})


def _excluded(config: TeamConfig, around: _Around, person: Person, fits: list[Fit]) -> Exclusion | None:
    if away := leave_of(config, person.id, around.start, around.end):
        return Exclusion(person=person.id, code=away.kind)
    if person.id in around.busy:
        return Exclusion(person=person.id, code="on_shift", detail=around.busy[person.id])
    for request in config.stand_ins:
        overlaps = request.start < around.end and request.end > around.start
        if request.person == person.id and request.state == "asked" and overlaps:
            return Exclusion(person=person.id, code="asked_already", detail=request.for_person)
    if person.capacity == 0:
        return Exclusion(person=person.id, code="no_capacity")
    return next((_lack(person, fit) for fit in fits if not fit.met_by(person)), None)


def _lack(person: Person, fit: Fit) -> Exclusion:
    if fit.skill is not None and fit.skill not in person.skills:
        return Exclusion(person=person.id, code="no_skill", detail=fit.skill)
    if fit.language is not None and fit.language not in person.languages:
        return Exclusion(person=person.id, code="no_language", detail=fit.language)
    return Exclusion(person=person.id, code="no_channel", detail=fit.channel or "")


def _proposal(around: _Around, person: Person, fits: list[Fit]) -> Proposal:
    last, following = around.last.get(person.id), around.following.get(person.id)
    since = around.start - last if last else LOOK_AHEAD
    until = following - around.end if following else LOOK_AHEAD
    rest = min(since, until)
    return Proposal(
        person=person.id,
        rest_hours=round(rest / _HOUR, 2),
        since_last_hours=round(since / _HOUR, 2),
        to_next_hours=round(until / _HOUR, 2),
        short_rest=rest < REST,
        reasons=(
            Reason(code="short_rest" if rest < REST else "rested", detail=f"{rest / _HOUR:g}"),
            *(Reason(code="has_skill", detail=fit.skill) for fit in fits if fit.skill),
            *(Reason(code="speaks", detail=fit.language) for fit in fits if fit.language),
            *_contract(around, person),
        ),
    )


def _contract(around: _Around, person: Person) -> list[Reason]:
    """The hours over or left of the contract in the week around it, with this stretch."""
    if person.contract_hours is None:
        return []
    hours = around.week_hours.get(person.id, 0.0) + (around.end - around.start) / _HOUR
    over = hours - person.contract_hours
    return [Reason(code="over_contract" if over > 0 else "within_contract", detail=f"{abs(over):g}")]
