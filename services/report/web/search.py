"""`GET /api/v1/search`, `GET /api/v1/mentions/{id}` and the page `/search`: what was said, found again."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from services.report.domain.hits import SearchPage, hit, page_json, search_page
from services.report.domain.queries import cases_of_mentions
from services.report.domain.search import CursorError, mention_body, search_body
from services.report.web.asked import Asked, asked
from services.report.web.context import Report, address, case_address, outside, report_of, thread_address
from services.runtime.web.auth import Asking, teams_with
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter()
Search = Annotated[Asked, Depends(asked)]


def find(report: Report, search: Asked) -> SearchPage:
    """One page of a search. Raises `Problem` 422 for a cursor that is not one."""
    try:
        body = search_body(search.request)
    except CursorError as error:
        raise Problem(422, "invalid", str(error)) from error
    return search_page(search.request, report.elastic.search(report.mentions, body))


def cases_behind(report: Report, search: Asked, page: SearchPage) -> dict[str, str]:
    """Where the desk shows the case of each mention on a page, for those that have one."""
    shown = [one.mention["id"] for one in page.hits]
    if not shown:
        return {}
    found = report.elastic.search(report.cases, cases_of_mentions(shown, search.request.teams))["hits"]["hits"]
    cases = [one["_source"] for one in found]
    return {mention: case_address(case["team"], case["id"]) for case in cases for mention in case["mentions"]}


@router.get("/api/v1/search", tags=["search"])
def search_api(request: Request, search: Search) -> dict[str, Any]:
    """Search the mentions of the teams one may read.

    `q`: words that must all occur, `"a phrase"`, `-not`, `begin*`, `one | other`. `next` is the value of `after` for the
    next page, `null` on the last. `highlights` are passages as pieces of plain text, `hit` where the search found it.
    """
    return page_json(find(report_of(request), search))


@router.get("/api/v1/mentions/{mention}", tags=["search"])
def mention_api(request: Request, identity: Asking, mention: str) -> dict[str, Any]:
    """One mention with its classification."""
    report = report_of(request)
    found = report.elastic.search(report.mentions, mention_body(mention, teams_with(identity)))["hits"]["hits"]
    if not found:
        raise Problem(404, "unknown_mention", "There is no such mention in the teams you may read.")
    return dict(hit(found[0]).mention)


@router.get("/search", include_in_schema=False)
def search_html(request: Request, search: Search) -> HTMLResponse:
    """The page; its results alone for htmx, and the next results alone for their "more"."""
    page = find(report_of(request), search)
    pairs = search.pairs()
    values: dict[str, Any] = {
        "page": page,
        "search": search,
        "more": address("/search", [*pairs, ("after", page.next)]) if page.next else "",
        "api": address("/api/v1/search", pairs),
        "cleared": address("/search", {"q": search.request.q}),
        "outside": outside,
        "thread": thread_address,
        "cases": cases_behind(report_of(request), search, page),
        "several_teams": len(search.request.teams) > 1,
    }
    template = "search.html"
    if "HX-Request" in request.headers and "HX-Boosted" not in request.headers:
        template = "search_hits.html" if search.request.after else "search_found.html"
    return web_of(request).pages.render(request, template, **values)
