"""`/people-log`: who did what to the accounts that an administrator sees, with filters, in pages."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from services.desk.accounts.audit import ACTIONS, PAGE, Sought
from services.desk.accounts.people import administers, sees
from services.desk.accounts.web.people import Admin, show
from services.desk.context import desk_of

router = APIRouter(include_in_schema=False)
Word = Annotated[str, Query(max_length=63)]


@router.get("/people-log")
def log_page(
    request: Request,
    identity: Admin,
    person: Word = "",
    action: Word = "",
    first: Annotated[str, Query(max_length=10)] = "",
    last: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The latest lines first. Lines about another administrator's teams are not shown."""
    accounts = desk_of(request).accounts
    sought = Sought(
        names=frozenset(one.name for one in accounts.list() if sees(identity, one)),
        teams=administers(identity),
        person=person.strip().lower(),
        action=action if action in ACTIONS else "",
        start=_midnight(first, 0),
        end=_midnight(last, 1),
    )
    lines, total = accounts.log.page(sought, page)
    chosen = {"person": person, "action": sought.action, "first": first, "last": last}
    query = urlencode({name: value for name, value in chosen.items() if value})
    pages = max(1, -(-total // PAGE))
    return show(
        request,
        identity,
        "people_log.html",
        given=chosen,
        actions=ACTIONS,
        lines=lines,
        total=total,
        page=page,
        pages=pages,
        query=query,
    )


def _midnight(day: str, later: int) -> datetime | None:
    """The beginning of a day, by UTC; `None` for what is not one."""
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=later), time(), UTC)
    except (ValueError, OverflowError):
        return None
