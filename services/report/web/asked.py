"""From the parameters of an address to a search: shared by the API and the page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import Query, Request

from services.report.domain.periods import start_of
from services.report.domain.search import FACETS, Facet, SearchRequest, Sort
from services.report.web.context import report_of
from services.runtime.web.auth import Asking, require, teams_with
from services.runtime.web.layout import web_of
from services.runtime.web.problems import Problem

Many = Annotated[list[str], Query(default_factory=list, max_length=50)]
Short = Annotated[str, Query(max_length=500)]


@dataclass(frozen=True)
class Asked:
    """A search and the parameters that made it, for links that change one of them."""

    request: SearchRequest
    since: str
    until: str

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters, without the cursor."""
        one = self.request
        facets = [(name, value) for name in FACETS for value in one.chosen.get(name, ())]
        needs = "" if one.needs_person is None else str(one.needs_person).lower()
        plain = {"q": one.q, "author": one.author, "conversation": one.conversation, "needs_person": needs}
        plain["from"] = self.since
        return [
            *plain.items(),
            ("to", self.until),
            ("sort", one.sort or ""),
            ("fuzzy", "1" if one.fuzzy else ""),
            *facets,
        ]

    @property
    def filtered(self) -> bool:
        """Whether anything but the words limits it."""
        return any(value for name, value in self.pairs() if name not in ("q", "sort", "fuzzy"))

    def instead(self, request: SearchRequest) -> "Asked":
        """The same with another search; its period is kept as it was typed, if it is kept."""
        kept = (request.since, request.until) == (self.request.since, self.request.until)
        return Asked(request, self.since if kept else "", self.until if kept else "")

    def everything(self) -> "Asked":
        """The same of every kind of document."""
        return replace(self, request=replace(self.request, everything=True))


def asked(
    request: Request,
    identity: Asking,
    team: Many,
    source: Many,
    kind: Many,
    sentiment: Many,
    urgency: Many,
    language: Many,
    topic: Many,
    status: Many,
    is_: Annotated[list[str], Query(default_factory=list, max_length=50, alias="is")],
    q: Annotated[str, Query(max_length=2000)] = "",
    author: Short = "",
    conversation: Short = "",
    needs_person: Annotated[Literal["", "true", "false"], Query()] = "",
    since: Annotated[str, Query(alias="from", max_length=40)] = "",
    until: Annotated[str, Query(alias="to", max_length=40)] = "",
    sort: Annotated[Sort | str, Query(max_length=20)] = "",
    size: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[str, Query(max_length=2000)] = "",
    fuzzy: bool = False,
) -> Asked:
    """The search of a request. `from` and `to` are moments (RFC 3339) or whole days of the team's clock, `to` included.

    Raises:
        Problem: 403 for a team that may not be read, 422 for a moment or a sort order that is none.
    """
    for one in team:
        require(identity, one)
    chosen: Mapping[Facet, tuple[str, ...]] = {
        "team": _given(team),
        "source": _given(source),
        "kind": _given(kind),
        "sentiment": _given(sentiment),
        "urgency": _given(urgency),
        "language": _given(language),
        "topic": _given(topic),
        "status": _given(status),
        "is": _given(is_),
    }
    zone = report_of(request).zone(team[0] if team else "")
    found = SearchRequest(
        teams=teams_with(identity),
        q=q,
        chosen=chosen,
        author=author,
        conversation=conversation,
        needs_person=needs_person == "true" if needs_person else None,
        since=moment(since, zone, "from"),
        until=moment(until, zone, "to", end=True),
        size=size,
        after=after,
        notes=identity.session,
        fuzzy=fuzzy,
        now=web_of(request).clock(),
        zone=zone,
    )
    return Asked(replace(found, sort=_sort(sort)), since, until)


def moment(text: str, zone: str, name: str, *, end: bool = False) -> datetime | None:
    """A moment with its offset, or the start (or end) of a local day. Raises `Problem` 422 for anything else."""
    if not text:
        return None
    try:
        if len(text) == len("2026-11-22"):
            return start_of(date.fromisoformat(text) + timedelta(days=1 if end else 0), zone)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise Problem(422, "invalid", f"`{name}` is neither a day nor a moment (RFC 3339)") from error
    if found.tzinfo is None:
        raise Problem(422, "invalid", f"`{name}` has no offset from UTC")
    return found


def _given(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _sort(name: str) -> Sort | None:
    match name:
        case "":
            return None
        case "relevance" | "newest" | "oldest" | "reach" | "urgency":
            return name
        case _:
            raise Problem(422, "invalid", "`sort` is relevance, newest, oldest, reach or urgency")
