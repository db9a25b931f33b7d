"""The handbook's pages to read: the contents, all of it, one guideline with its versions and what changed, suggestions."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.contracts.handbook import GuidelineRef, GuidelineVersion
from services.desk.context import desk_of
from services.desk.domain.handbook import by_kind, matching, readers, word_diff
from services.desk.handbook.context import HandbookView, for_lead, handbook_view, latest, show
from services.runtime.web.auth import Asking
from services.runtime.web.problems import Problem

router = APIRouter(prefix="/handbook", include_in_schema=False)


@router.get("")
def contents(
    request: Request,
    identity: Asking,
    q: Annotated[str, Query(max_length=200)] = "",
    whole: bool = False,
    told: str = "",
) -> Response:
    """What holds, by kind; `whole` with every text, to read from beginning to end and to print."""
    view = handbook_view(request, identity)
    found = matching(view.book.current(), q)
    retired = () if q or whole else view.book.retired()
    goals = desk_of(request).model.goals(view.team)
    values: dict[str, Any] = {"groups": by_kind(found), "q": q, "whole": whole, "retired": retired, "goals": goals}
    values["languages"] = len({one.language for one in view.book.current()})
    return show(request, view, "handbook.html", told, **values)


@router.get("/suggestions")
def suggestions(request: Request, identity: Asking, told: str = "") -> Response:
    """What colleagues would have otherwise, and what became of it."""
    view = for_lead(request, identity)
    decided = [one for one in reversed(view.book.suggestions) if one.state != "open"]
    return show(request, view, "handbook_suggestions.html", told, waiting=view.book.waiting(), decided=decided)


@router.get("/{guideline}")
def guideline_page(
    request: Request,
    identity: Asking,
    guideline: str,
    version: Annotated[int | None, Query(ge=1)] = None,
    told: str = "",
) -> Response:
    """One guideline: the version that holds, or an older one with what it changed."""
    view = handbook_view(request, identity)
    last = latest(view, guideline)
    shown = _version(view, guideline, version or last.version)
    before = view.book.version(GuidelineRef(id=guideline, version=shown.version - 1)) if shown.version > 1 else None
    names = (identity.name, f"lead:{identity.name}")
    mine = [one for one in view.book.suggestions if one.guideline == guideline and one.by in names]
    return show(
        request,
        view,
        "handbook_guideline.html",
        told,
        one=shown,
        last=last,
        before=before,
        changes=word_diff(before.body, shown.body) if before else (),
        versions=tuple(reversed(view.book.versions[guideline])),
        readers=readers(view.book, last, view.config.people) if view.lead else None,
        mine=mine,
    )


def _version(view: HandbookView, guideline: str, number: int) -> GuidelineVersion:
    found = next((one for one in view.book.versions[guideline] if one.version == number), None)
    if found is None:
        raise Problem(404, "not_found", "There is no such version.")
    return found
