"""Swaps and requests to stand in, as commands and as what time makes of them; the rules are in `services/rota/swaps.py`."""

from collections.abc import Callable, Iterator
from datetime import datetime

from services.contracts.commands import AnswerStandIn, AskStandIn, OfferSwap, TakeSwap, WithdrawSwap
from services.contracts.events import (
    StandInAnswered,
    StandInAsked,
    StandInExpired,
    SwapOffered,
    SwapPastDue,
    SwapReminded,
    SwapTaken,
    SwapWithdrawn,
)
from services.contracts.rota import StandInRequest, Swap
from services.contracts.teams import TeamConfig
from services.rota import swaps
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import ROUTER, Draft
from services.route.domain.rota_changes import ahead, changed_config, found, on_behalf, replaced, rota_draft
from services.route.domain.state import TeamState


def offer(agreed: Agreement, command: OfferSwap, now: datetime) -> list[Draft]:
    """Open until somebody takes it; there must be something of that shift to be relieved of, and not offered yet."""
    person = on_behalf(agreed, command.actor, command.person)
    swap = Swap(
        id=f"swap-{command.id}",
        shift=command.shift,
        person=person,
        start=command.start,
        end=command.end,
        asked_at=now,
        note=command.note,
    )
    if swap.start <= now:
        raise Refusal("invalid", "a swap is offered before it begins; for now there is a stand-in")
    if swap.shift not in {shift.id for shift in agreed.config.shifts}:
        raise Refusal("not_found", f"there is no shift {swap.shift!r}")
    if not swaps.swap_parts(agreed.config, agreed.rota, swap):
        raise Refusal("invalid", f"{person} is not on {swap.shift} then")
    if any(one.state == "open" and _same_time(one, swap) for one in agreed.config.swaps):
        raise Refusal("invalid", f"{person} offers a swap then already")
    config = changed_config(agreed, swaps=(*agreed.config.swaps, swap))
    return rota_draft(agreed, config, SwapOffered, now, swap=swap)


def take(agreed: Agreement, command: TakeSwap, now: datetime) -> list[Draft]:
    """Somebody else works it; a partial overlap splits the shift."""
    taker = on_behalf(agreed, command.actor, command.person)
    known = found(agreed.config.swaps, "swap", command.swap)
    if known.state == "taken" and known.taker == taker:
        return []
    config = _allowed(lambda: swaps.take(agreed.config, agreed.rota, command.swap, taker, now))
    return rota_draft(agreed, config, SwapTaken, now, swap=found(config.swaps, "swap", command.swap))


def withdraw(agreed: Agreement, command: WithdrawSwap, now: datetime) -> list[Draft]:
    """By who asked for it, or a lead; a taken one is reverted."""
    swap = found(agreed.config.swaps, "swap", command.swap)
    on_behalf(agreed, command.actor, swap.person)
    if swap.state == "withdrawn":
        return []
    config = _allowed(lambda: swaps.withdraw(agreed.config, command.swap, now))
    return rota_draft(agreed, config, SwapWithdrawn, now, swap=found(config.swaps, "swap", command.swap))


def ask_stand_in(agreed: Agreement, command: AskStandIn, now: datetime) -> list[Draft]:
    """Somebody is asked to take another's place: there must be a shift to take over, and they must be free then."""
    on_behalf(agreed, command.actor, command.for_person)
    if command.person not in agreed.people:
        raise Refusal("unknown_person", f"{command.person} is not in the team's roster")
    if command.person == command.for_person:
        raise Refusal("invalid", "nobody stands in for themselves")
    ahead(command.end, now)
    request = StandInRequest(
        id=f"stand-in-{command.id}",
        for_person=command.for_person,
        person=command.person,
        start=max(command.start, now),
        end=command.end,
        asked_at=now,
        note=command.note,
    )
    parts = swaps.stand_in_parts(agreed.rota, request, now)
    if not parts:
        raise Refusal("invalid", f"{command.for_person} is not planned then")
    for part in parts:
        if clash := swaps.conflict(agreed.config, agreed.rota, command.person, part):
            raise Refusal("invalid", f"{command.person} is {swaps.told(clash)}")
    config = changed_config(agreed, stand_ins=(*agreed.config.stand_ins, request))
    return rota_draft(agreed, config, StandInAsked, now, stand_in=request)


def answer_stand_in(agreed: Agreement, command: AnswerStandIn, now: datetime) -> list[Draft]:
    """Who was asked accepts, and is on, or declines; a lead may answer for them."""
    request = found(agreed.config.stand_ins, "request", command.stand_in)
    on_behalf(agreed, command.actor, request.person)
    if request.state == ("accepted" if command.accept else "declined"):
        return []
    config = _allowed(lambda: swaps.answer(agreed.config, agreed.rota, command.stand_in, command.accept, now))
    answered = found(config.stand_ins, "request", command.stand_in)
    return rota_draft(agreed, config, StandInAnswered, now, stand_in=answered)


def time_passes(state: TeamState, now: datetime) -> Iterator[Draft]:
    """Open swaps whose start has come, and requests whose end has come, one event each."""
    agreed = state.agreement
    if agreed is None or swaps.as_of(agreed.config, now) is agreed.config:
        return
    for swap in agreed.config.swaps:
        if (due := swaps.swap_as_of(swap, now)) is not swap and state.agreement:
            config = changed_config(state.agreement, swaps=replaced(state.agreement.config.swaps, swap, due))
            yield from rota_draft(state.agreement, config, SwapPastDue, now, ROUTER, swap=due)
    for request in agreed.config.stand_ins:
        if (over := swaps.request_as_of(request, now)) is not request and state.agreement:
            stand_ins = replaced(state.agreement.config.stand_ins, request, over)
            config = changed_config(state.agreement, stand_ins=stand_ins)
            yield from rota_draft(state.agreement, config, StandInExpired, now, ROUTER, stand_in=over)


def reminders(state: TeamState, now: datetime) -> Iterator[Draft]:
    """Open swaps of which the team is to be reminded, one event each; that it was is part of the agreements."""
    for swap in state.agreement.config.swaps if state.agreement else ():
        if not swaps.reminder_due(swap, now):
            continue
        if state.agreement and swaps.swap_parts(state.agreement.config, state.agreement.rota, swap):
            reminded = swap.model_copy(update={"reminded_at": now})
            config = changed_config(state.agreement, swaps=replaced(state.agreement.config.swaps, swap, reminded))
            yield from rota_draft(state.agreement, config, SwapReminded, now, ROUTER, swap=reminded)


def _same_time(one: Swap, other: Swap) -> bool:
    mine = (one.person, one.shift) == (other.person, other.shift)
    return mine and one.start < other.end and one.end > other.start


def _allowed(change: Callable[[], TeamConfig]) -> TeamConfig:
    try:
        return change()
    except swaps.SwapError as error:
        raise Refusal("invalid", str(error)) from error
