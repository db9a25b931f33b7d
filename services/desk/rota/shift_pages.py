"""The page on which leads add a shift or edit one: a form that keeps what was typed, with what the shift would do beside it.

One address takes the form, to look (`do=look`, sent by the page itself while somebody types, or by its button) and to save.
What is wrong, or what route refuses, comes back in the form.
"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from services.contracts.teams import Shift, TeamConfig
from services.desk.domain.rota_shift import Preview, preview
from services.desk.rota.context import RotaView, for_lead, nothing, show
from services.desk.rota.lead_actions import SHIFTS, lead_view
from services.desk.rota.sending import back, form_of, send
from services.desk.rota.shift_form import CHANNELS, TURNS, ShiftForm, blank, checked, shown, typed
from services.rota.recurrence import RotaError
from services.runtime.web.auth import Asking
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/rota/shifts", include_in_schema=False)


@router.get("/new")
def new_shift(request: Request, identity: Asking) -> Response:
    """An empty form."""
    view = for_lead(request, identity)
    return nothing(request) if view is None else _page(request, view, None, blank(view.team, view.now))


@router.get("/{shift}/edit")
def edit_shift(request: Request, identity: Asking, shift: str) -> Response:
    """The form of a shift as it is."""
    view = for_lead(request, identity)
    if view is None:
        return nothing(request)
    old = _known(view, shift)
    if old is None:
        raise Problem(404, "unknown_shift", "There is no such shift.")
    return _page(request, view, old, shown(old, view.team.day(view.now)))


@router.post("/new")
async def add(request: Request, identity: Asking) -> Response:
    """Look at the shift, or add it."""
    return await _taken(request, lead_view(request, identity), None)


@router.post("/{shift}/edit")
async def save(request: Request, identity: Asking, shift: str) -> Response:
    """Look at the change, or make it; what has been stays."""
    view = lead_view(request, identity)
    old = _known(view, shift)
    return back(view, SHIFTS, "rota.invalid.edited") if old is None else await _taken(request, view, old)


def _known(view: RotaView, shift: str) -> Shift | None:
    return next((one for one in view.team.config.shifts if one.id == shift), None)


async def _taken(request: Request, view: RotaView, old: Shift | None) -> Response:
    given = await form_of(request)
    form, key = typed(given), (given.get("key") or [""])[0][:64]
    new, wrong = checked(form, old, view.team.config, view.team.day(view.now))
    seen: Preview | None = None
    if new is not None:
        seen, wrong = await run_in_threadpool(_looked, view.team.config, new, old, view.now)
    if (given.get("do") or [""])[0] == "look":
        return _page(request, view, old, form, seen=seen, wrong=wrong, key=key, looked=True)
    if new is None or wrong:
        return _page(request, view, old, form, wrong=wrong, key=key)
    shift = new.model_dump(mode="json")
    what = "edited" if old else "added"
    command = {"type": "EditShift", "shift": old.id, "new": shift} if old else {"type": "AddShift", "shift": shift}
    told = await send(request, view, what, key, command)
    if told == f"rota.told.{what}":
        return back(view, SHIFTS, told)
    return _page(request, view, old, form, told=told, seen=seen, key="" if told != "told.pending" else key)


def _looked(config: TeamConfig, new: Shift, old: Shift | None, now: datetime) -> tuple[Preview | None, dict[str, str]]:
    """What it would do, or why it cannot be."""
    try:
        return preview(config, new, old.id if old else None, now), {}
    except RotaError:
        return None, {"form": "rota.invalid.edited" if old else "rota.wrong.never"}
    except ValueError:
        return None, {"form": "rota.wrong.form"}


def _page(
    request: Request,
    view: RotaView,
    old: Shift | None,
    form: ShiftForm,
    *,
    told: str = "",
    seen: Preview | None = None,
    wrong: dict[str, str] | None = None,
    key: str = "",
    looked: bool = False,
) -> Response:
    """The form; the same key again, so that sending it twice is one command."""
    people = view.team.config.people
    values: dict[str, Any] = {
        "old": old,
        "form": form,
        "seen": seen,
        "wrong": wrong or {},
        "looked": looked,
        "form_key": key or uuid4().hex,
        "turns": TURNS,
        "channels": CHANNELS,
        "skills": sorted({skill for one in people for skill in one.skills} | set(form.skills)),
    }
    return show(request, view, "rota_shift.html", told, **values)
