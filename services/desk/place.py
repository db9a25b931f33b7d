"""Where in the inbox somebody is: the view, the page and the filter, in the address of every page and of what it fetches.

A list has a state, which changes exactly when what it shows does; lists are fetched again only then.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request

from services.desk.domain.beside import LEADS
from services.desk.domain.filters import NO_FILTER, Filter, read_filter
from services.desk.domain.inbox import VIEWS, View, ViewPage
from services.desk.readmodel import ReadModel
from services.runtime.web.identity import Identity


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks at a team's inbox: their account's `name`, and on whose `shelf` their own work is."""

    name: str
    shelf: str


def reader_of(model: ReadModel, identity: Identity, team: str) -> Reader:
    """A lead who is not in the roster can own nothing: their work is what the leads are told."""
    outside = identity.name not in model.roster(team) and identity.may(team, "lead", "read")
    return Reader(identity.name, LEADS if outside else identity.name)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of a view of a team, as a filter leaves it."""

    team: str
    view: View = "mine"
    page: int = 1
    chosen: Filter = NO_FILTER

    def query(self, *, page: int | None = None, chosen: Filter | None = None, view: View | None = None) -> str:
        """The query of this place's address, or of one that differs in what is given."""
        shown = self.chosen if chosen is None else chosen
        first = [("team", self.team), ("view", view or self.view), ("page", str(page or self.page))]
        return urlencode([*first, *shown.pairs()])


def asked_place(request: Request, team: str) -> Place:
    """The place that a request is about: by its own address, else by that of the page that htmx is on."""
    pairs = request.query_params.multi_items()
    if not any(name == "view" for name, _ in pairs):
        pairs = parse_qsl(urlsplit(request.headers.get("HX-Current-URL", "")).query)
    told = dict(pairs)
    view: View = next((one for one in VIEWS if one == told.get("view")), "mine")
    page = told.get("page", "")
    return Place(team, view, max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1, read_filter(pairs))


def state_of(found: ViewPage, others: Iterable[object] = ()) -> str:
    """A short name for what a list shows: its cases as they are, its pages, and what else it depends on (`others`)."""
    shown = [(case.id, case.revision) for case in found.cases]
    told = repr((found.page, found.pages, found.total, shown, *others))
    return hashlib.blake2s(told.encode(), digest_size=9).hexdigest()
