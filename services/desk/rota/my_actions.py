"""What people do on their own page of the rota: leave, sick and well, swaps, stand-ins, how much
they take, their calendar's address.

Leave and sickness go to all of a person's teams (`everywhere.py`).
"""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.desk.context import desk_of
from services.desk.rota import forms
from services.desk.rota.context import RotaView, for_action
from services.desk.rota.everywhere import send_everywhere
from services.desk.rota.forms import WrongFormError
from services.desk.rota.sending import Key, Slug, Text, When, back, send, wrong
from services.rota.sickness import lapses
from services.runtime.web.auth import Asking
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/rota", include_in_schema=False)
MINE, STAND_INS, REQUESTS = "/rota/mine", "/rota/stand-ins", "/rota/requests"


def _page(view: RotaView, person: str, of_leads: str) -> str:
    """Where one goes on: a lead who did it for somebody else where they came from."""
    return of_leads if view.lead and person not in ("", view.me) else MINE


@router.post("/leave")
async def ask_leave(
    request: Request,
    identity: Asking,
    first: When,
    last: When = "",
    begins: When = "",
    ends: When = "",
    note: Text = "",
    key: Key = "",
) -> Response:
    """Ask for leave: whole days, or from and to a time on the first and the last."""
    view = for_action(request, identity)
    try:
        stretch = forms.whole_days(view.team, first, last, begins, ends, view.now)
    except WrongFormError as error:
        return wrong(view, MINE, error, first=first, last=last, begins=begins, ends=ends, note=note, open="leave")
    command = {"type": "AskLeave", "note": note.strip()} | stretch
    return back(view, MINE, **await send_everywhere(request, view, "leave", key, command, shared=True))


@router.post("/leave/{leave}/withdraw")
async def withdraw_leave(request: Request, identity: Asking, leave: str, key: Key = "") -> Response:
    """Leave that is not wanted any more."""
    view = for_action(request, identity)
    command = {"type": "WithdrawLeave", "leave": leave}
    if any(one.id == leave and one.person == view.me for one in view.team.config.leave):
        return back(view, MINE, **await send_everywhere(request, view, "leave_withdrawn", key, command))
    return back(view, MINE, await send(request, view, "leave_withdrawn", key, command))


@router.post("/sick")
async def sick(
    request: Request, identity: Asking, person: Slug = "", until: When = "", note: Text = "", key: Key = ""
) -> Response:
    """Sick now, oneself or somebody whom a lead names; until a day, or until they are well. Still sick is said so too."""
    view = for_action(request, identity)
    known = view.team.sickness(person or view.me, view.now)
    what = "still_sick" if known and not until and lapses(known, view.now) else "sick"
    command = {"type": "CallInSick", "person": person or None, "note": note.strip()}
    page, about = _page(view, person, STAND_INS), person
    try:
        if until:
            command |= {"until": forms.last_day(view.team, until, view.now).isoformat()}
    except WrongFormError as error:
        return wrong(view, page, error)
    return back(view, page, **await send_everywhere(request, view, what, key, command, shared=True), person=about)


@router.post("/well")
async def well(request: Request, identity: Asking, person: Slug = "", key: Key = "") -> Response:
    """Back, or it was a mistake."""
    view = for_action(request, identity)
    command = {"type": "ReportWell", "person": person or None}
    page = _page(view, person, STAND_INS)
    return back(view, page, **await send_everywhere(request, view, "well", key, command), person=person)


@router.post("/swaps")
async def offer_swap(
    request: Request, identity: Asking, shift: Slug, start: When, end: When, note: Text = "", key: Key = ""
) -> Response:
    """Ask to be relieved of a shift, or of a part of it."""
    view = for_action(request, identity)
    command = {"type": "OfferSwap", "shift": shift, "note": note.strip()}
    try:
        command |= forms.stretch(view.team, start, end, view.now)
    except WrongFormError as error:
        return wrong(view, MINE, error)
    return back(view, MINE, await send(request, view, "offered", key, command))


@router.post("/swaps/{swap}/take")
async def take_swap(request: Request, identity: Asking, swap: str, person: Slug = "", key: Key = "") -> Response:
    """Work what somebody wants to be relieved of; a lead may name who does."""
    view = for_action(request, identity)
    command = {"type": "TakeSwap", "swap": swap, "person": person or None}
    page = _page(view, person, REQUESTS)
    return back(view, page, await send(request, view, "taken", key, command))


@router.post("/swaps/{swap}/withdraw")
async def withdraw_swap(request: Request, identity: Asking, swap: str, page: Slug = "mine", key: Key = "") -> Response:
    """The swap does not count any more; a taken one is reverted."""
    view = for_action(request, identity)
    told = await send(request, view, "swap_withdrawn", key, {"type": "WithdrawSwap", "swap": swap})
    return back(view, REQUESTS if page == "requests" and view.lead else MINE, told)


@router.post("/stand-ins")
async def ask_stand_in(
    request: Request,
    identity: Asking,
    for_person: Slug,
    person: Slug,
    start: When,
    end: When,
    note: Text = "",
    key: Key = "",
) -> Response:
    """Ask somebody to take one's place, or, as a lead, another's.

    Raises:
        Problem: 403, it is another's place and they are no lead.
    """
    view = for_action(request, identity)
    if not view.lead and for_person != view.me:
        raise Problem(403, "forbidden", "Only a lead of the team asks this for somebody else.")
    page = _page(view, for_person, STAND_INS)
    command = {"type": "AskStandIn", "for_person": for_person, "person": person, "note": note.strip()}
    try:
        command |= forms.stretch(view.team, start, end, view.now)
    except WrongFormError as error:
        return wrong(view, page, error)
    return back(view, page, await send(request, view, "asked", key, command), person=for_person)


@router.post("/stand-ins/{request_id}/answer")
async def answer_stand_in(
    request: Request, identity: Asking, request_id: str, accept: Slug = "no", key: Key = ""
) -> Response:
    """Stand in for a colleague, or not."""
    view = for_action(request, identity)
    yes = accept == "yes"
    command = {"type": "AnswerStandIn", "stand_in": request_id, "accept": yes}
    return back(view, MINE, await send(request, view, "accepted" if yes else "declined", key, command))


@router.post("/capacity")
async def own_capacity(
    request: Request, identity: Asking, points: When = "", until: When = "", reset: Slug = "", key: Key = ""
) -> Response:
    """Take more or fewer points than agreed until a moment; with `reset`, what was agreed holds again."""
    view = for_action(request, identity)
    command: dict[str, Any] = {"type": "SetOwnCapacity"}
    if reset:
        return back(view, MINE, await send(request, view, "capacity_reset", key, command), open="capacity")
    try:
        command |= forms.own_capacity(view.team, points.strip(), until, view.now)
    except WrongFormError as error:
        return wrong(view, MINE, error, points=points, point_end=until, open="capacity")
    return back(view, MINE, await send(request, view, "capacity", key, command), open="capacity")


@router.post("/ical/renew")
def renew_calendar(request: Request, identity: Asking) -> Response:
    """A first address for one's calendar, or a new one; the one of before leads nowhere."""
    view = for_action(request, identity)
    desk_of(request).calendars.renew(view.me, view.name)
    return back(view, MINE, "rota.told.calendar", open="calendar")
