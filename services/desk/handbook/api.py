"""The handbook's API: `GET /api/v1/team/{team}/handbook`. Reads only; commands are in `desk/api.py`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.contracts.handbook import GuidelineVersion
from services.contracts.mentions import MentionKind
from services.desk.context import desk_of
from services.desk.domain.handbook import fitting
from services.desk.rota.api import PAGE, Page, Paged
from services.runtime.web.auth import Asking, require

router = APIRouter(prefix="/api/v1/team/{team}", tags=["handbook"])


class HandbookPage(Paged):
    """The guidelines that hold, in the order of the contents; for a conversation, the most specific first."""

    guidelines: tuple[GuidelineVersion, ...]


@router.get("/handbook", summary="The guidelines that hold; with `channel`, those for such a conversation")
def handbook(
    request: Request,
    identity: Asking,
    team: str,
    channel: MentionKind | None = None,
    language: Annotated[str, Query(pattern="^[a-z]{2}$")] = "nl",
    topic: Annotated[list[str] | None, Query(max_length=50)] = None,
    page: Page = 1,
) -> HandbookPage:
    """`topic`, which may be given more than once, and `language` count together with `channel`."""
    require(identity, team)
    found = desk_of(request).model.handbooks.of(team).current()
    if channel is not None:
        found = fitting(found, topic or (), channel, language)
    start = (page - 1) * PAGE
    pages = max(1, -(-len(found) // PAGE))
    return HandbookPage(team=team, page=page, pages=pages, total=len(found), guidelines=found[start : start + PAGE])
