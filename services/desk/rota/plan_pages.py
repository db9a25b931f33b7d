"""The planner's page, for leads: ask for a proposal, see what it changes, accept it whole or by week."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.concurrency import run_in_threadpool

from services.desk.context import desk_of
from services.desk.domain.rota_plan import NoPlanError, outdated
from services.desk.rota.context import for_lead, nothing, show
from services.desk.rota.forms import WrongFormError, day
from services.desk.rota.lead_actions import lead_view
from services.desk.rota.sending import Key, Slug, When, back, send, wrong
from services.runtime.web.auth import Asking

router = APIRouter(prefix="/rota/plan", include_in_schema=False)
PLAN = "/rota/plan"
MOST_WEEKS, USUAL_WEEKS = 6, 4
USUAL_MINUTES, MOST_MINUTES = 6, 240
"""What an answer costs, when a plan is for what may be expected."""
AHEAD = timedelta(days=366)
Weeks = Annotated[list[str], Form(max_length=MOST_WEEKS)]


@router.get("")
def plan(request: Request, identity: Asking, told: str = "", start: str = "", weeks: int = USUAL_WEEKS) -> Response:
    """What was asked last, and the form to ask. Asked again by the page itself while a plan is made."""
    view = for_lead(request, identity)
    if view is None:
        return nothing(request)
    planning = desk_of(request).planning
    job = planning.of(view.name)
    if job and job.state == "working" and request.headers.get("HX-Request"):
        return Response(status_code=204)
    today = view.team.day(view.now)
    return show(
        request,
        view,
        "rota_plan.html",
        told,
        job=job,
        missing=planning.missing,
        outdated=job is not None and outdated(job.config, view.team.config),
        given={
            "start": start or (today + timedelta(days=7 - today.weekday())).isoformat(),
            "weeks": weeks,
            "basis": "expected" if job and job.minutes else "agreed",
            "minutes": f"{job.minutes if job and job.minutes else USUAL_MINUTES:g}",
        },
        today=today.isoformat(),
        last=(today + AHEAD).isoformat(),
        most=MOST_WEEKS,
        most_minutes=MOST_MINUTES,
        a_day=timedelta(days=1),
    )


@router.post("")
async def ask_plan(
    request: Request, identity: Asking, start: When, weeks: Slug, basis: Slug = "agreed", minutes: Slug = ""
) -> Response:
    """Begin a plan, unless one is being made. With the basis `expected` an answer costs so many minutes."""
    view = lead_view(request, identity)
    today = view.team.day(view.now)
    try:
        first = day(start)
        if first < today:
            raise WrongFormError("rota.wrong.past")
        if first > today + AHEAD:
            raise WrongFormError("rota.wrong.time")
        if weeks not in map(str, range(1, MOST_WEEKS + 1)) or basis not in ("agreed", "expected"):
            raise WrongFormError("rota.wrong.form")
        each = minutes_of(minutes) if basis == "expected" else None
        planning = desk_of(request).planning
        if planning.missing:
            raise WrongFormError("rota.wrong.plan_missing")
        if not planning.begin(view.team.config, first, int(weeks), view.now, each):
            raise WrongFormError("rota.wrong.plan_busy")
    except WrongFormError as error:
        return wrong(view, PLAN, error, start=start)
    return back(view, PLAN, "")


def minutes_of(text: str) -> float:
    """What an answer costs, as it was filled in.

    Raises:
        WrongFormError: not a number of minutes above 0 and up to four hours.
    """
    try:
        minutes = float(text.replace(",", "."))
    except ValueError as error:
        raise WrongFormError("rota.wrong.minutes") from error
    if not 0 < minutes <= MOST_MINUTES:
        raise WrongFormError("rota.wrong.minutes")
    return minutes


@router.post("/accept")
async def accept_plan(request: Request, identity: Asking, plan: Slug, weeks: Weeks, key: Key = "") -> Response:
    """Make weeks of the plan the rota."""
    view = lead_view(request, identity)
    planning = desk_of(request).planning
    job = planning.of(view.name)
    try:
        if job is None or job.id != plan:
            raise NoPlanError("changed")
        chosen = sorted({date.fromisoformat(one) for one in weeks})
        parts = await run_in_threadpool(planning.parts, job, view.team.config, chosen, key, view.now)
    except (NoPlanError, ValueError):
        return back(view, PLAN, "rota.wrong.plan_changed")
    command = {
        "type": "AcceptPlan",
        "plan": f"{chosen[0]} – {chosen[-1] + timedelta(days=6)}",
        "add": [one.model_dump(mode="json") for one in parts.add],
        "remove": list(parts.remove),
    }
    told = await send(request, view, "planned", key, command)
    if told == "rota.told.planned":
        planning.accepted(view.name, job, chosen, parts)
    return back(view, PLAN, told)
