"""What the commands of some clients have led to on `desk.events`, and what is wrong with that.

Works on the few fields of an event that tell it, so that the same judgement can be made of what a reader sees who does not
leave aborted transactions out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Heard:
    """One event. `told` are the events that a `CommandRepeated` names."""

    id: str
    type: str
    cause: str
    sequence: int = 1
    of: int = 1
    told: tuple[str, ...] = ()


def heard(event: Mapping[str, Any]) -> Heard:
    """What counts of an event as it is on the topic."""
    told = tuple(event["events"]) if event["type"] == "CommandRepeated" else ()
    return Heard(event["id"], event["type"], event["cause"], event["sequence"], event["of"], told)


def twice(events: Iterable[Heard]) -> list[str]:
    """The ids that come more than once."""
    return [ident for ident, times in Counter(one.id for one in events).items() if times > 1]


@dataclass(frozen=True, slots=True)
class Expected:
    """What must become of a command: the event that comes first, and how often it was sent."""

    effect: str
    sends: int


def problems(expected: Mapping[str, Expected], events: Iterable[Heard]) -> list[str]:
    """All that is wrong: events that come twice, commands with no effect, half a one, two, another, or a wrong repeat."""
    every = list(events)
    caused: dict[str, list[Heard]] = defaultdict(list)
    for one in every:
        caused[one.cause].append(one)
    found = [f"event {ident} comes twice" for ident in twice(every)]
    return found + [f"{command}: {what}" for command in expected for what in _wrong(expected[command], caused[command])]


def _wrong(wanted: Expected, events: list[Heard]) -> Iterable[str]:
    effect = [one for one in events if one.type != "CommandRepeated"]
    if not effect:
        yield "no effect"
        return
    if effect[0].type != wanted.effect:
        yield f"{effect[0].type} where {wanted.effect} was asked"
    if [one.sequence for one in effect] != list(range(1, effect[0].of + 1)) or {one.of for one in effect} != {
        len(effect)
    }:
        yield f"not one whole effect: {[(one.type, one.sequence, one.of) for one in effect]}"
    repeats = [one for one in events if one.type == "CommandRepeated"]
    if not min(1, wanted.sends - 1) <= len(repeats) <= wanted.sends - 1:  # repeats in one batch have one answer
        yield f"sent {wanted.sends} times, repeated {len(repeats)} times"
    if any(one.told != tuple(first.id for first in effect) for one in repeats):
        yield "a repeat names other events than those of the effect"
