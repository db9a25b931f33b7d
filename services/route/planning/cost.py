"""What a plan costs: the one scale on which the solver's proposal and the baseline are compared. Lower is better.

What is short weighs most by far, then contracts that are not filled, then an uneven share, then work that nobody asked for
and changes of what people had. All in person-minutes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import gcd

from services.route.planning.kinds import KINDS
from services.route.planning.ledger import Ledger
from services.route.planning.problem import Problem

SHORT, BELOW_CONTRACT, UNEVEN, WORKED, CHANGED = 1000, 20, 3, 1, 1
STEPS = (0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
"""Above each of these parts of a fair share, every minute costs `UNEVEN` more: the more uneven, the dearer."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a fair share is, by kind and person: `steps` in minutes, whole multiples of `unit`."""

    unit: int
    steps: Mapping[tuple[str, int], tuple[int, ...]]


def scale(of: Problem, chosen: Iterable[tuple[str, int]]) -> Scale:
    """Fair shares of as much work as this plan has."""
    had = worked(of, chosen)
    totals = [sum(mine[kind] for mine in had.values()) for kind in range(len(KINDS))]
    unit, whole = _unit(of), sum(of.weights.values())
    return Scale(
        unit,
        {
            (person, kind): tuple(int(totals[kind] * weight / whole * step) // unit * unit for step in STEPS)
            for person, weight in of.weights.items()
            for kind in range(len(KINDS))
            if whole and totals[kind]
        },
    )


def worked(of: Problem, chosen: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """The minutes of each person by kind, with what they work anyway."""
    people = {person.id: person for person in of.people}
    had = {name: list(of.fixed_kinds[name]) for name in people}
    for name, group in chosen:
        for kind, minutes in enumerate(of.kinds(people[name], group)):
            had[name][kind] += minutes
    return had


def changed(of: Problem, person: str, group: int) -> bool:
    """Whether the person did not have that shift before."""
    one = of.groups[group]
    return (person, one.start, one.end) not in of.current


def cost(of: Problem, on: Scale, chosen: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The parts of the cost, weighed, and their `total`."""
    given = list(chosen)
    ledger, had = Ledger(of, given), worked(of, given)
    parts = {
        "short": SHORT * sum(max(x, 0) * slot.minutes for x, slot in zip(ledger.short, of.slots, strict=True)),
        "below_contract": BELOW_CONTRACT * sum(max(0, x - ledger.minutes[key]) for key, x in of.least.items()),
        "uneven": UNEVEN * sum(max(0, had[who][kind] - x) for (who, kind), xs in on.steps.items() for x in xs),
        "worked": WORKED * sum(of.groups[group].minutes for _, group in given),
        "changed": CHANGED * sum(of.groups[group].minutes for one, group in given if changed(of, one, group)),
    }
    return {**parts, "total": sum(parts.values())}


def _unit(of: Problem) -> int:
    """What all lengths are multiples of."""
    lengths = {slot.minutes for slot in of.slots} | {group.minutes for group in of.groups}
    lengths |= {
        minutes for person in of.people for number in range(len(of.groups)) for minutes in of.kinds(person, number)
    }
    lengths |= {minutes for mine in of.fixed_kinds.values() for minutes in mine}
    return gcd(*lengths) or 1
