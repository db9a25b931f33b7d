"""Keeping a filter of the inbox, for oneself or as a lead for the team, and letting it go; that can be undone as well."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.desk.context import desk_of
from services.desk.domain.filters import saved_filter
from services.desk.domain.inbox import View
from services.desk.place import Place
from services.desk.saved import MAX_NAME
from services.runtime.web.auth import Asking, require

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=4_000)]


@router.post("/inbox/filters")
def keep(
    request: Request,
    identity: Asking,
    team: Annotated[str, Form(max_length=63)],
    view: Annotated[View, Form()],
    title: Annotated[str, Form(max_length=MAX_NAME)] = "",
    filter: Text = "",
    shared: Annotated[bool, Form()] = False,
) -> Response:
    """Keep the filter of a page under a name."""
    require(identity, team)
    if shared:
        require(identity, team, "lead", "commands")
    place, name = Place(team, view, chosen=saved_filter(filter)), " ".join(title.split())
    if not name or not place.chosen:
        return _to(place, "told.filter_missing")
    kept = desk_of(request).saved.save(team, identity.name, name, view, place.chosen, shared=shared)
    return _to(place, "told.filter_kept" if kept else "told.filters_full")


@router.post("/inbox/filters/{ident}/drop")
def drop(request: Request, identity: Asking, ident: str, team: Annotated[str, Form(max_length=63)]) -> Response:
    """Let a kept filter go. The page shows it still, unnamed: keeping it again undoes this."""
    require(identity, team)
    lead = identity.may(team, "lead", "commands")
    gone = desk_of(request).saved.drop(team, identity.name, ident, lead=lead)
    if gone is None:
        return _to(Place(team), "told.filter_unknown")
    return _to(Place(team, gone.view, chosen=gone.chosen), "told.filter_gone", was=gone.title)


def _to(place: Place, told: str, **more: str) -> Response:
    return RedirectResponse(f"/inbox?{place.query()}&{urlencode({'told': told} | more)}", 303)
