"""The baseline: day by day, whoever takes away the most of what is short, then whoever has had the least.

It knows no way back, so a solver should never do worse; it needs no library, and gives a solver its first idea.
"""

from services.contracts.teams import Person
from services.route.planning.kinds import KINDS
from services.route.planning.ledger import Ledger
from services.route.planning.problem import Problem


def greedy(of: Problem) -> list[tuple[str, int]]:
    """People with the groups that they are given; no rule is broken."""
    ledger, had = Ledger(of), {person.id: list(of.fixed_kinds[person.id]) for person in of.people}
    by_day: dict[object, list[int]] = {}
    for number, group in enumerate(of.groups):
        by_day.setdefault(group.day, []).append(number)
    for numbers in by_day.values():
        while best := _best(ledger, numbers, had):
            _, _, _, number, person = best
            ledger.give(person.id, number)
            for place, minutes in enumerate(of.kinds(person, number)):
                had[person.id][place] += minutes
    _up_to_contract(ledger)
    return ledger.chosen


def _best(ledger: Ledger, numbers: list[int], had: dict[str, list[int]]) -> tuple[int, float, str, int, Person] | None:
    of = ledger.problem
    found = None
    for person in of.people:
        for number in numbers:
            gain = ledger.gain(person.id, number)
            if gain and (found is None or -gain <= found[0]) and ledger.why_not(person.id, number) is None:
                turn = (-gain, _had(of, person, number, had[person.id]), person.id)
                if found is None or turn < found[:3]:
                    found = (*turn, number, person)
    return found


def _had(of: Problem, person: Person, number: int, had: list[int]) -> float:
    """How much the person has had of the kinds that this shift is of, against what they are compared by."""
    mine = of.kinds(person, number)
    parts = sum(had[place] for place in range(len(KINDS)) if mine[place])
    return parts / of.weights[person.id] if of.weights[person.id] else float("inf")


def _up_to_contract(ledger: Ledger) -> None:
    """Who is short of their contract is given the shifts with the fewest people, as far as the rules allow."""
    of = ledger.problem
    on = {number: sum(number in mine for mine in ledger.given.values()) for number in range(len(of.groups))}
    for (person, week), least in sorted(of.least.items()):
        while ledger.minutes[person, week] < least:
            free = [
                (on[number], number)
                for number, group in enumerate(of.groups)
                if group.week == week and useful(of, ledger, person, number) and ledger.why_not(person, number) is None
            ]
            if not free:
                break
            ledger.give(person, min(free)[1])
            on[min(free)[1]] += 1


def useful(of: Problem, ledger: Ledger, person: str, number: int) -> bool:
    """Whether something is wanted then that the person could do."""
    return any(person in of.fits[of.slots[place].need] for place in ledger.slots_of.get(number, ()))
