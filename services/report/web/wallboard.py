"""`/wallboard/{token}`: how the team is doing, on a television, without a login and without anything of anybody."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from services.report.domain.wallboard import LinkError, make_link, read_link
from services.report.elastic import ElasticUnavailableError
from services.report.web.context import report_of
from services.report.web.figures import wall_of
from services.runtime.web.auth import Asking, require
from services.runtime.web.formats import Formats
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)


@router.post("/reports/wallboard")
def make_wallboard(request: Request, identity: Asking, team: Annotated[str, Form(max_length=100)]) -> HTMLResponse:
    """A new link to the wallboard of a team, for its leads."""
    require(identity, team, "lead")
    web, settings = web_of(request), report_of(request).settings
    token = make_link(web.signing_key, team, settings.wallboard_epoch, web.clock(), settings.wallboard_days)
    log.info("%s made a link to the wallboard", identity.name, extra={"team": team})
    template = "wallboard_link_part.html" if "HX-Request" in request.headers else "wallboard_link.html"
    url = str(request.url.replace(path=f"/wallboard/{token}", query=""))
    return web.pages.render(request, template, url=url, days=settings.wallboard_days, team=team)


@router.get("/wallboard/{token}")
def wallboard(request: Request, token: str) -> HTMLResponse:
    """The board; 404 for a link that is not, or no longer, one of ours; 503 with the reason on the board itself."""
    web, report = web_of(request), report_of(request)
    now = web.clock()
    try:
        team = read_link(web.signing_key, token, report.settings.wallboard_epoch, now)
    except LinkError as error:
        raise Problem(404, "unknown_wallboard", str(error)) from error
    config = report.teams(team)
    t = web.pages.catalogs.translator(config.language if config else None)
    values = {"t": t, "f": Formats(t.language, report.zone(team)), "name": report.team_name(team), "board": None}
    try:
        values["board"] = wall_of(request, team)
    except ElasticUnavailableError as error:
        log.warning("the wallboard has no figures: %s", error, extra={"team": team})
    status = 200 if values["board"] else 503
    return web.pages.render(request, "wallboard.html", status, headers={"Retry-After": "10"}, **values)
