"""The way back from a change of the ground rules: what was before is put back, as a new revision of the agreements.

Offered on the page of the agreements after something was saved, for as long as the rule is as that change left it. Only that
rule goes back: what was agreed of anything else since stays.
"""

from fastapi import Request, Response
from pydantic import ValidationError

from services.desk.context import desk_of
from services.desk.handbook.context import HandbookView, back, for_rules
from services.desk.handbook.rule_forms import Given
from services.desk.handbook.rule_kinds import KINDS
from services.desk.handbook.rule_saving import AGREEMENTS, DONE, Saved, Way, stated, told_with_way
from services.desk.rota.sending import form_of
from services.runtime.web.identity import Identity


def way_of(given: Given) -> Way:
    """The way that an address or a form names; without a subject where it names none."""

    def one(name: str) -> str:
        return (given.get(name) or [""])[0][:80]

    number = one("before")
    before = int(number) if number.isascii() and number.isdigit() else 0
    return Way(one("subject"), one("name"), before, one("made")) if one("subject") in KINDS else Way()


def offered(request: Request, view: HandbookView, way: Way) -> Way | None:
    """The way, if it can be gone now."""
    return None if not way.subject or _barred(request, view, way) else way


async def put_back(request: Request, identity: Identity) -> Response:
    """Go the way that the form names; back to the agreements, which say what came of it."""
    view, revision = for_rules(request, identity)
    given = await form_of(request)
    way = way_of(given)
    if barred := _barred(request, view, way):
        return back(view, AGREEMENTS, barred)
    kind, before = KINDS[way.subject], desk_of(request).model.agreed_before(view.team, way.before)
    assert before is not None, "it is barred"
    old = kind.now(before, way.name)
    try:
        config = kind.agreed(view.config, way.name, old, kind.shown(old, before))
    except ValidationError:
        return back(view, AGREEMENTS, "handbook.wrong.undo_cannot")
    key = (given.get("key") or [""])[0][:64]
    told = await stated(request, view, revision, "put_back", key, config)
    if told.startswith(DONE):
        return told_with_way(view, revision, kind, way.name, Saved(config, told))
    return back(view, AGREEMENTS, told)


def _barred(request: Request, view: HandbookView, way: Way) -> str:
    """The sentence that says why a way cannot be gone; empty when it can."""
    kind, before = KINDS.get(way.subject), desk_of(request).model.agreed_before(view.team, way.before)
    if kind is None or before is None or (kind.now(before, way.name) is None and not kind.many):
        return "handbook.wrong.undo_unknown"
    return "" if kind.stamp(view.config, way.name) == way.made else "handbook.wrong.undo_changed"
