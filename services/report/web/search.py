"""`GET /api/v1/search`, `GET /api/v1/mentions/{id}` and the page `/search`: what was said, found again."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from services.report.domain.hits import SearchPage, hit, page_json, search_page, total_of
from services.report.domain.offers import Offer, best, candidates, count_body, spellings, suggest_body, wanted
from services.report.domain.queries import cases_of_mentions
from services.report.domain.query_body import TYPES
from services.report.domain.search import CursorError, SearchRequest, mention_body, search_body
from services.report.web.asked import Asked, asked
from services.report.web.context import Report, address, case_address, report_of, thread_address
from services.report.web.saved import saved_values
from services.runtime.metrics import SEARCHES
from services.runtime.web.auth import Asking, teams_with
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

router = APIRouter()
Search = Annotated[Asked, Depends(asked)]


@dataclass(frozen=True)
class Found:
    """A page of a search, and what to try instead when it is empty."""

    page: SearchPage
    offers: tuple[Offer, ...] = ()


def find(report: Report, search: Asked) -> Found:
    """One page of a search. Raises `Problem` 422 for a cursor that is not one."""
    request = search.request
    try:
        body = search_body(request)
    except CursorError as error:
        raise Problem(422, "invalid", str(error)) from error
    page = search_page(request, report.elastic.search(report.index(request.families), body))
    SEARCHES.labels("found" if page.total else "nothing").inc()
    return Found(page, () if page.total or request.after else offers_for(report, request))


def offers_for(report: Report, request: SearchRequest) -> tuple[Offer, ...]:
    """What finds something where this search finds nothing: two requests more."""
    index, words = report.index(request.families), wanted(request.query.node)
    known = spellings(request, report.elastic.search(index, suggest_body(request))) if words else {}
    offers = candidates(request, known)
    if not offers:
        return ()
    answers = report.elastic.searches([(index, count_body(one.request)) for one in offers])
    return best(offers, [total_of(one) for one in answers])


def cases_behind(report: Report, search: Asked, page: SearchPage) -> dict[str, str]:
    """Where the desk shows each document on a page at its message, for mentions those that have a case."""
    places: dict[str, str] = {}
    for one in page.hits:
        document = one.document
        if one.kind == "case":
            places[document["id"]] = case_address(document["team"], document["id"])
        elif one.kind != "mention":
            places[document["id"]] = case_address(document["team"], document["case"], document["id"])
    shown = [one.document["id"] for one in page.hits if one.kind == "mention"]
    if not shown:
        return places
    found = report.elastic.search(report.cases, cases_of_mentions(shown, search.request.teams))["hits"]["hits"]
    cases = [one["_source"] for one in found]
    return places | {one: case_address(case["team"], case["id"], one) for case in cases for one in case["mentions"]}


@router.get("/api/v1/search", tags=["search"])
def search_api(request: Request, search: Search) -> dict[str, Any]:
    """Search what the teams one may read have collected and written.

    `q`: words that must all occur, `"a phrase"`, `-not`, `begin*`, `one OR other`, `field:value` (see docs/search.md).
    Mentions alone, unless `is` (mention, case, reply, note) or `is:` in the query names other kinds; notes are for people
    who are logged in. `next` is the value of `after` for the next page, `null` on the last. `highlights` are passages as
    pieces of plain text, `hit` where the search found it. `read_as` is how `q` was understood; `offers` what else finds
    something.
    """
    found = find(report_of(request), search)
    query = search.request.query
    return page_json(found.page) | {
        "read_as": query.normal,
        "hints": [{"code": one.code, "about": one.about} for one in query.hints],
        "offers": [
            {"kind": one.kind, "about": one.about, "q": one.request.q, "count": one.count} for one in found.offers
        ],
    }


@router.get("/api/v1/mentions/{mention}", tags=["search"])
def mention_api(request: Request, identity: Asking, mention: str) -> dict[str, Any]:
    """One mention with its classification."""
    report = report_of(request)
    found = report.elastic.search(report.mentions, mention_body(mention, teams_with(identity)))["hits"]["hits"]
    if not found:
        raise Problem(404, "unknown_mention", "There is no such mention in the teams you may read.")
    return dict(hit(found[0]).document)


@router.get("/search", include_in_schema=False)
def search_html(request: Request, identity: Asking, search: Search) -> HTMLResponse:
    """The page; its results alone for htmx, and the next results alone for their "more"."""
    search = search.everything()
    found = find(report_of(request), search)
    everything = [("is", one) for one in TYPES] if not search.request.chosen.get("is") else []
    page, pairs = found.page, search.pairs()
    query = search.request.query
    values: dict[str, Any] = {
        "page": page,
        "search": search,
        "more": address("/search", [*pairs, ("after", page.next)]) if page.next else "",
        "api": address("/api/v1/search", [*pairs, *everything]),
        "cleared": address("/search", {"q": search.request.q}),
        "thread": thread_address,
        "cases": cases_behind(report_of(request), search, page),
        "offers": [(one, address("/search", search.instead(one.request).pairs())) for one in found.offers],
        "read_as": query.normal if query.normal.split() != search.request.q.split() else "",
        "person": report_of(request).person,
        **saved_values(request, identity, search),
        "several_teams": len(search.request.teams) > 1,
    }
    template = "search.html"
    values["partial"] = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    if values["partial"]:
        template = "search_hits.html" if search.request.after else "search_found.html"
    return web_of(request).pages.render(request, template, **values)
