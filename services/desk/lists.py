"""What the list of the inbox shows: a page of cases, its counts, its filter, and the rows, which are shared (`rows.py`)."""

from collections.abc import Callable, Container, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import Request
from markupsafe import Markup

from services.contracts.cases import Case
from services.desk.casework.marks import unread
from services.desk.context import Desk, desk_of
from services.desk.domain.beside import beside
from services.desk.domain.inbox import View, ViewPage
from services.desk.place import Place, Reader, asked_place, reader_of, state_of
from services.desk.saved import Saved
from services.desk.wording import clock_state, wording
from services.runtime.web.formats import DEFAULT_ZONE, Formats
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of

Row = Callable[[Case, str], Markup]
"""A case as a row; the second argument is the id of the case that is open."""


def list_values(request: Request, identity: Identity, team: str, view: View, page: int) -> dict[str, Any]:
    """What the list shows."""
    desk, place = desk_of(request), Place(team, view, page, asked_place(request, team).chosen)
    reader = reader_of(desk.model, identity, team)
    found = look(desk, reader, place)
    return {
        "found": found,
        "counts": counts_of(desk, team, reader, web_of(request).clock()),
        "here_view": view,
        "page": page,
        "place": place,
        "query": place.query(),
        "state": state(desk, reader, place, found),
        "row": rower(request, identity, reader, place, desk.drafts.cases(identity.name, team)),
    }


def counts_of(desk: Desk, team: str, reader: Reader, now: datetime) -> Mapping[str, int | str]:
    """What stands in the navigation: how many cases each view has, and kept searches that sounded; what is not worth a
    nought is empty."""
    counts: dict[str, int | str] = {str(view): count for view, count in desk.model.counts(team, reader.shelf).items()}
    return (
        counts
        | {view: counts[view] or "" for view in ("beside", "approval")}
        | {"search": len(desk.model.sounded(team, reader.name, now)) or ""}
        | {"mentioned": len(unread(desk.model, desk.marks, team, reader.name)) or ""}
    )


def tools_values(request: Request, identity: Identity, place: Place) -> dict[str, Any]:
    """What stands above the list: what it can be filtered by, and the filters that are kept, with their counts."""
    desk = desk_of(request)
    reader = reader_of(desk.model, identity, place.team)
    saved = desk.saved.of(place.team, identity.name)
    kept = next((one for one in saved if (one.view, one.chosen) == (place.view, place.chosen)), None)
    return {
        "choices": desk.model.choices(place.team),
        "saved": saved,
        "kept": kept,
        "may_drop": kept is not None and (kept.owner == identity.name or identity.may(place.team, "lead", "commands")),
        "may_share": identity.may(place.team, "lead", "commands"),
        "saved_counts": saved_counts(desk, reader, place.team, saved),
    }


def saved_counts(desk: Desk, reader: Reader, team: str, saved: tuple[Saved, ...]) -> Mapping[str, int]:
    """How many cases each kept filter has, by its id."""
    return {one.id: desk.model.count(team, one.view, reader.shelf, one.chosen) for one in saved}


def look(desk: Desk, reader: Reader, place: Place) -> ViewPage:
    """The cases of a place, for one reader."""
    return desk.model.page(place.team, place.view, reader.shelf, place.page, place.chosen)


def state(desk: Desk, reader: Reader, place: Place, found: ViewPage | None = None) -> str:
    """The state of a list: another one exactly when it is worth fetching again."""
    shown = look(desk, reader, place) if found is None else found
    return state_of(shown, (desk.model.revision(place.team),))


def rower(request: Request, identity: Identity, reader: Reader, place: Place, drafted: Container[str]) -> Row:
    """Makes the rows of a place for one reader, who has a draft in the cases `drafted`."""
    desk, web = desk_of(request), web_of(request)
    config, t, now = desk.model.config(place.team), web.pages.translator(request), web.clock()
    words, formats = (
        wording(t, identity.name, config),
        Formats(t.language, config.time_zone if config else DEFAULT_ZONE),
    )
    may_act = identity.may(place.team, "agent", "commands")
    agreed = desk.model.revision(place.team)
    seen, minute = (t.language, place.query(), may_act, agreed), _minute(now)
    template = web.pages.environment.get_template("row.html")
    facts: dict[str, Any] = {
        "t": t,
        "w": words,
        "f": formats,
        "now": now,
        "clock_state": clock_state,
        "may_act": may_act,
        "here_view": place.view,
        "query": place.query(),
    }

    def row(case: Case, selected: str = "") -> Markup:
        opened, begun, late = case.id == selected, case.id in drafted, beside(case, reader.shelf)
        mark = f"{case.revision}.{agreed}{'.d' if begun else ''}"  # the browser keeps a row that has the same
        render = partial(template.render, facts, one=case, selected=selected, drafted=begun, mark=mark, beside=late)
        return desk.rows.get((case.id, case.revision, opened, begun, late, *seen), minute, render)

    return row


def _minute(now: datetime) -> int:
    return int(now.timestamp() // 60)
