"""What may be done with swaps and requests to stand in, and what time makes of them. Pure; commands and ticks call it.

A swap: open → taken, or past due at its start; withdrawn. A request: asked → accepted or declined, or expired at its
end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from services.contracts.teams import Leave, StandInRequest, Swap, TeamConfig
from services.rota.recurrence import RotaError
from services.rota.rota import Rota
from services.rota.spans import Span, lineages

REMINDERS = (
    *(timedelta(weeks=weeks) for weeks in (4, 3, 2, 1)),
    *(timedelta(days=days) for days in (3, 2, 1)),
    timedelta(hours=12),
)
"""How long before an open swap starts the team is reminded of it."""


class SwapError(RotaError):
    """It cannot be done; the text says why, for people."""


def take(config: TeamConfig, rota: Rota, swap_id: str, taker: str, now: datetime) -> TeamConfig:
    """`taker` works the stretch of an open swap.

    Raises:
        SwapError: it is not open any more, it is the taker's own, or the taker is away or on another shift.
    """
    swap = _swap(config, swap_id)
    if swap_as_of(swap, now).state != "open":
        raise SwapError(f"swap {swap_id!r} is {swap_as_of(swap, now).state.replace('_', ' ')} and cannot be taken")
    if taker == swap.person:
        raise SwapError(f"swap {swap_id!r} is {taker}'s own")
    if reason := _conflict_with(config, rota, taker, swap_parts(config, rota, swap)):
        raise SwapError(f"swap {swap_id!r} is not for {taker}: {reason}")
    return _put(config, swap, Swap(**swap.model_dump() | {"state": "taken", "taker": taker}))


def withdraw(config: TeamConfig, swap_id: str, now: datetime) -> TeamConfig:
    """The swap does not count any more. Of a taken one that is running, what has been worked stays as it was worked.

    Raises:
        SwapError: it is over, or withdrawn already.
    """
    swap = _swap(config, swap_id)
    if swap.state == "withdrawn" or (swap.state == "taken" and swap.end <= now):
        raise SwapError(f"swap {swap_id!r} is {'over' if swap.state == 'taken' else 'withdrawn already'}")
    running = swap.state == "taken" and swap.start < now
    return _put(config, swap, swap.model_copy(update={"end": now} if running else {"state": "withdrawn"}))


def answer(config: TeamConfig, rota: Rota, request_id: str, accepts: bool, now: datetime) -> TeamConfig:
    """The person who was asked to stand in accepts, from now on at the earliest, or declines.

    Raises:
        SwapError: the request is not open any more, or who accepts is away or on another shift.
    """
    request = next((one for one in config.stand_ins if one.id == request_id), None)
    if request is None:
        raise SwapError(f"there is no request {request_id!r}")
    if (state := request_as_of(request, now).state) != "asked":
        raise SwapError(f"request {request_id!r} is {state} and cannot be answered")
    if accepts and (reason := _conflict_with(config, rota, request.person, stand_in_parts(rota, request, now))):
        raise SwapError(f"request {request_id!r} is not for {request.person}: {reason}")
    counts = {"state": "accepted", "start": max(request.start, now)} if accepts else {"state": "declined"}
    answered = request.model_copy(update=counts)
    stand_ins = tuple(answered if one is request else one for one in config.stand_ins)
    return config.model_copy(update={"stand_ins": stand_ins})


def as_of(config: TeamConfig, now: datetime) -> TeamConfig:
    """The configuration with what time has made of open swaps and requests; itself when that is nothing."""
    swaps = tuple(swap_as_of(swap, now) for swap in config.swaps)
    stand_ins = tuple(request_as_of(request, now) for request in config.stand_ins)
    if (swaps, stand_ins) == (config.swaps, config.stand_ins):
        return config
    return config.model_copy(update={"swaps": swaps, "stand_ins": stand_ins})


def swap_as_of(swap: Swap, now: datetime) -> Swap:
    """Past due, when it is open and its start has come."""
    due = swap.state == "open" and swap.start <= now
    return swap.model_copy(update={"state": "past_due"}) if due else swap


def request_as_of(request: StandInRequest, now: datetime) -> StandInRequest:
    """Expired, when nobody has answered and its end has come: one who is sick can still be replaced half-way."""
    due = request.state == "asked" and request.end <= now
    return request.model_copy(update={"state": "expired"}) if due else request


def reminders(swap: Swap) -> Iterator[datetime]:
    """When the team is reminded of an open swap, from the moment it was asked."""
    moments = (swap.start - before for before in REMINDERS)
    return (moment for moment in moments if swap.asked_at is None or moment > swap.asked_at)


def reminder_due(swap: Swap, now: datetime) -> bool:
    """Whether a reminder's moment has come since the last one; those that were missed together are one."""
    last = max((moment for moment in reminders(swap) if moment <= now), default=None)
    if last is None or swap.state != "open" or swap.start <= now:
        return False
    return swap.reminded_at is None or swap.reminded_at < last


def swap_parts(config: TeamConfig, rota: Rota, swap: Swap) -> list[Span]:
    """What a swap is about: the parts of the person's shift that overlap it."""
    about = {name for name, ancestors in lineages(config.shifts, {swap.shift}).items() if ancestors}
    return [span for span in _parts(rota, swap.person, swap.start, swap.end) if span.shift in about]


def stand_in_parts(rota: Rota, request: StandInRequest, now: datetime) -> list[Span]:
    """What a request to stand in is still about at `now`."""
    return _parts(rota, request.for_person, max(request.start, now), request.end)


def conflict(config: TeamConfig, rota: Rota, person: str, part: Span) -> Leave | Span | None:
    """Why the person cannot take over `part`: the leave that they have then, or the shift; `None` when they can.

    Only what is worked clashes, not what stands by: neither a shift of theirs in a layer that stands by then, nor a `part`
    in one below that on which they are on duty.
    """
    if away := leave_of(config, person, part.start, part.end):
        return away
    worked = overlapping(rota.stints(part.start, part.end, person), part.start, part.end)
    return next((stint for stint in worked if stint.layer <= part.layer), None)


def told(found: Leave | Span) -> str:
    """A conflict in words."""
    if isinstance(found, Span):
        return f"on {found.shift} then"
    return "sick then" if found.kind == "sick" else "on leave then"


def overlapping(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """Those that overlap `[start, end)`: what is worked of a span may lie outside of it."""
    return [span for span in spans if span.start < end and span.end > start]


def leave_of(config: TeamConfig, person: str, start: datetime, end: datetime) -> Leave | None:
    """The leave or sickness of the person that overlaps `[start, end)`."""
    found = (one for one in config.leave if one.person == person and one.state == "approved")
    return next((one for one in found if one.start < end and one.end > start), None)


def _conflict_with(config: TeamConfig, rota: Rota, person: str, parts: list[Span]) -> str | None:
    if person not in {one.id for one in config.people}:
        return "not in the team"
    if not parts:
        return "there is no shift in that time any more"
    return next((told(found) for part in parts if (found := conflict(config, rota, person, part))), None)


def _parts(rota: Rota, person: str, start: datetime, end: datetime) -> list[Span]:
    mine = (span for span in rota.spans(start, end) if span.person == person)
    return [replace(span, start=max(span.start, start), end=min(span.end, end)) for span in mine]


def _swap(config: TeamConfig, swap_id: str) -> Swap:
    swap = next((one for one in config.swaps if one.id == swap_id), None)
    if swap is None:
        raise SwapError(f"there is no swap {swap_id!r}")
    return swap


def _put(config: TeamConfig, old: Swap, new: Swap) -> TeamConfig:
    return config.model_copy(update={"swaps": tuple(new if swap is old else swap for swap in config.swaps)})
