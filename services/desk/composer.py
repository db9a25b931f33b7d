"""What the composer of a case shows: drafts, the check of the reply with its preview, canned replies with their variables.

Between the pure rules (`domain/tone.py`, `domain/formats.py`, `domain/canned.py`) and the pages; the routes that save and
check are in `composing.py`.
"""

import json
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from services.contracts.cases import Case
from services.contracts.teams import TeamConfig
from services.desk.context import desk_of
from services.desk.domain import canned as canned_rules
from services.desk.domain.formats import Format, Piece, format_of, length, preview
from services.desk.domain.nameable import Nameable, nameable
from services.desk.domain.tone import Context, Finding, apologises, apply, check, form_of
from services.desk.drafts import Draft, What
from services.runtime.web.i18n import Translator
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of

OFFERED = 60
"""So many canned replies are offered at a case, the fittest."""
PREVIEWED = 10_000
"""Characters that the preview shows."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding in words. `edits` is JSON, `[[start, end, text], …]` as browsers count; `id` names it for a form."""

    id: str
    rule: str
    text: str
    serious: bool
    quotes: tuple[str, ...]
    edits: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A text as the check and the channel see it."""

    findings: tuple[Shown, ...]
    posts: tuple[tuple[Piece, ...], ...]
    length: int
    channel: Format


@dataclass(frozen=True, slots=True)
class Offered:
    """A canned reply for this case, with its variables filled in."""

    id: str
    title: str
    text: str
    language: str
    missing: tuple[str, ...]


def composer_values(request: Request, identity: Identity, case: Case) -> dict[str, Any]:
    """What the templates of the composer know; without a draft and choices for who may not write."""
    if not identity.may(case.team, "agent", "commands"):
        return {"drafts": {}, "apart": {}, "checked": None, "offered": (), "channel": None, "nameable": ()}
    found = desk_of(request).drafts.of(identity.name, case.id)
    drafts: dict[What, Draft] = {}
    apart: dict[What, list[Draft]] = {"reply": [], "note": []}
    for one in found:
        if one.what in drafts:
            apart[one.what].append(one)
        else:
            drafts[one.what] = one
    reply = drafts.get("reply")
    return {
        "drafts": drafts,
        "apart": apart,
        "checked": checked(request, identity, case, reply.text) if reply else None,
        "offered": offered(request, identity, case),
        "channel": format_of(case.source, case.kind),
        "nameable": _nameable(request, case),
    }


def _nameable(request: Request, case: Case) -> tuple[Nameable, ...]:
    model = desk_of(request).model
    config, cover = model.config(case.team), model.cover(case.team, web_of(request).clock())
    return nameable(config.people, cover.people if cover else ()) if config else ()


def checked(request: Request, identity: Identity, case: Case, text: str) -> Checked:
    """A text of a reply, looked at for this case and this writer."""
    config = desk_of(request).model.config(case.team)
    found = check(text, tone_context(case, config, identity))
    t = web_of(request).pages.translator(request)
    channel = format_of(case.source, case.kind)
    shown = tuple(_shown(t, text, number, one) for number, one in enumerate(found))
    return Checked(shown, preview(text[:PREVIEWED], channel), length(text, channel), channel)


def applied(request: Request, identity: Identity, case: Case, text: str, which: str) -> str:
    """The text with the proposal of the finding `which` in it; unchanged when it is not found any more."""
    config = desk_of(request).model.config(case.team)
    found = check(text, tone_context(case, config, identity))
    return next((apply(text, one) for number, one in enumerate(found) if _id(number, one) == which), text)


def tone_context(case: Case, config: TeamConfig | None, identity: Identity) -> Context:
    """What a reply to the case is looked at by."""
    person = next((one for one in config.people if one.id == identity.name), None) if config else None
    lead = identity.may(case.team, "lead", "commands")
    house = config.house_style if config else None
    theirs = [message.text for message in case.messages if message.kind == "mention"]
    ours = [message.text for message in case.messages if message.kind == "reply"]
    address = house.address if house else "je"
    return Context(
        language=case.language,
        intent=case.intent,
        negative=case.sentiment == "negative",
        channel=format_of(case.source, case.kind),
        may_promise=(person.lead or person.mandate.approve) if person else lead,
        address=(form_of(theirs) or "je") if address == "follow" else address,
        avoid=house.avoid if house else {},
        apologised=any(apologises(text, case.language) for text in ours),
    )


def offered(request: Request, identity: Identity, case: Case) -> tuple[Offered, ...]:
    """The team's canned replies, the fittest first, with the variables of this case."""
    model = desk_of(request).model
    config = model.config(case.team)
    known = canned_rules.values(case, identity.display_name, config.name if config else case.team)
    found = canned_rules.ranked(model.canned(case.team), case.topics, case.language)[:OFFERED]
    return tuple(_offered(one.id, one.content.title, one.content.text, one.content.language, known) for one in found)


def _offered(ident: str, title: str, text: str, language: str, known: dict[str, str]) -> Offered:
    filled = canned_rules.fill(text, known)
    return Offered(ident, title, filled.text, language, filled.missing)


def _shown(t: Translator, text: str, number: int, found: Finding) -> Shown:
    edits = [
        [_utf16(text, one.start), _utf16(text, one.end), one.instead] for one in found.spans if one.instead is not None
    ]
    quotes = tuple(dict.fromkeys(_quote(text[one.start : one.end]) for one in found.spans))[:4]
    return Shown(
        id=_id(number, found),
        rule=t(f"tone.rule.{found.rule}"),
        text=t(found.key, **found.values),
        serious=found.serious,
        quotes=quotes if found.rule != "too_long" else (),
        edits=json.dumps(edits, ensure_ascii=False) if edits else "",
    )


def _id(number: int, found: Finding) -> str:
    return f"{number}:{found.key}"


def _quote(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


def _utf16(text: str, index: int) -> int:
    """An index in characters as the browser counts it."""
    return len(text[:index].encode("utf-16-le", "surrogatepass")) // 2
