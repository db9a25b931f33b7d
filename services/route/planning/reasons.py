"""Why something cannot be met: of everybody who could do it, what keeps them from it. Used by `proposal.py`.

What would keep them from it whatever the plan (leave, what stands fixed around it) comes before what this plan gave them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from services.contracts.base import Model
from services.contracts.mentions import MentionKind
from services.route.planning.ledger import Ledger
from services.route.planning.problem import Problem, Slot

Why = Literal[
    "nobody_has_it", "everybody_on", "no_pattern", "layer_above", "leave", "sick", "works_then", "works_that_day", "rest",
    "contract_full", "days_in_a_row",
]  # fmt: skip
_ORDER: tuple[Why, ...] = ("leave", "sick", "days_in_a_row", "rest", "contract_full", "works_that_day", "works_then")


class Reason(Model):
    """One reason, and the people whom it keeps away; of none when it is about the need itself."""

    code: Why
    people: tuple[str, ...] = ()


class Unmet(Model):
    """From `start` up to `end` fewer are proposed than the `wanted` of a need, and why not more."""

    start: datetime
    end: datetime
    need: str
    skill: str | None
    language: str | None
    channel: MentionKind | None
    wanted: int
    on: int
    reasons: tuple[Reason, ...]

    @property
    def hours(self) -> float:
        """The person-hours that are lacking."""
        return (self.end - self.start).total_seconds() / 3600 * (self.wanted - self.on)


def unmet(of: Problem, ledger: Ledger) -> Iterator[Unmet]:
    """All that is still short, in the order of needs and time; what touches and has the same reasons is one."""
    last: Unmet | None = None
    for slot, short in zip(of.slots, ledger.short, strict=True):
        if short <= 0:
            continue
        found = _unmet(of, ledger, slot, short)
        if last and (last.end, _rest(last)) == (found.start, _rest(found)):
            last = last.model_copy(update={"end": found.end})
            continue
        if last:
            yield last
        last = found
    if last:
        yield last


def _rest(one: Unmet) -> tuple[object, ...]:
    return one.need, one.wanted, one.on, one.reasons


def _unmet(of: Problem, ledger: Ledger, slot: Slot, short: int) -> Unmet:
    fit = of.request.demand[slot.need].fit
    return Unmet(
        start=slot.start,
        end=slot.end,
        need=str(fit),
        skill=fit.skill,
        language=fit.language,
        channel=fit.channel,
        wanted=slot.wanted,
        on=slot.wanted - short,
        reasons=tuple(_reasons(of, ledger, slot)),
    )


def _reasons(of: Problem, ledger: Ledger, slot: Slot) -> Iterator[Reason]:
    fit = of.fits[slot.need]
    if not fit:
        yield Reason(code="nobody_has_it")
        return
    if not slot.groups:
        yield Reason(code="layer_above" if _covered_by_pattern(of, slot) else "no_pattern")
        return
    alone, kept = Ledger(of), dict[Why, list[str]]()
    for person in sorted(fit):
        if not any(group in ledger.given[person] for group in slot.groups):
            codes = {
                code for group in slot.groups if (code := alone.why_not(person, group) or ledger.why_not(person, group))
            }  # fmt: skip
            if codes:
                kept.setdefault(min(codes, key=_ORDER.index), []).append(person)
    if not kept:
        yield Reason(code="everybody_on")
    yield from (Reason(code=code, people=tuple(kept[code])) for code in _ORDER if code in kept)


def _covered_by_pattern(of: Problem, slot: Slot) -> bool:
    return any(group.start <= slot.start and group.end >= slot.end for group in of.groups)
