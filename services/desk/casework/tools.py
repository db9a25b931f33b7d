"""What the page of a case shows beside the conversation: what can be done with it, the author's other cases, who is there.

Made for `pages.case_values`; the routes of the forms are in `actions.py`.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import Request

from services.contracts.cases import Case, CaseMessage, HistoryLine
from services.contracts.seen import changed_since
from services.contracts.teams import TeamConfig
from services.desk.casework.presence_web import presence_values
from services.desk.commands import actor_of
from services.desk.context import desk_of
from services.desk.domain.snoozing import choices
from services.desk.wording import Wording
from services.runtime.web.identity import Identity
from services.runtime.web.layout import web_of

EARLIER = 10
"""So many other cases of the author are listed, the latest."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody to hand the case to; `on` says that they are on now."""

    id: str
    name: str
    on: bool


def case_tools(request: Request, identity: Identity, case: Case, words: Wording) -> dict[str, Any]:
    """What the templates `case_tools.html`, `reasons.html` and `presence.html` know."""
    model, now = desk_of(request).model, web_of(request).clock()
    config = model.config(case.team)
    theirs = model.of_author(case)
    return {
        "directs": _directs(identity, case, config),
        "colleagues": _colleagues(request, case, config),
        "snoozes": choices(config, now),
        "earlier_cases": theirs[:EARLIER],
        "splittable": _splittable(case),
        "mergeable": [one for one in theirs if one.status == "open"][:EARLIER],
        "goes_on": model.case(case.merged_into.case) if case.merged_into else None,
        "topic_choices": list(dict.fromkeys((*case.topics, *words.known_topics()))),
        "language_choices": _languages(case, config),
        "others_merged": any(is_other(case, one.source, one.author.id) for one in case.merged),
    } | presence_values(request, identity, case)


def changes(request: Request, identity: Identity, case: Case, seen: int | None) -> tuple[HistoryLine, ...]:
    """What others did since the reader saw the case at revision `seen`, as far as it matters for what they do."""
    if seen is None:
        return ()
    return changed_since(case, seen, actor_of(identity, case.team, desk_of(request).model.roster(case.team)))


def is_other(case: Case, source: str, author: str) -> bool:
    """Whether somebody is another author than that of the case."""
    return (case.source, case.author.id) != (source, author)


def _directs(identity: Identity, case: Case, config: TeamConfig | None) -> bool:
    """Whether route lets them decide on the case: its owner, a lead, and anybody while it is nobody's."""
    me = next((one for one in config.people if one.id == identity.name), None) if config else None
    return case.owner in (None, identity.name) or (me.lead if me else identity.may(case.team, "lead", "commands"))


def _colleagues(request: Request, case: Case, config: TeamConfig | None) -> list[Colleague]:
    if config is None:
        return []
    cover = desk_of(request).model.cover(case.team, web_of(request).clock())
    on = set(cover.people) if cover else set()
    found = [Colleague(one.id, one.name, one.id in on) for one in config.people if one.id != case.owner]
    return sorted(found, key=lambda one: (not one.on, one.name.casefold()))


def _splittable(case: Case) -> list[CaseMessage]:
    """The messages of its own conversation that can become another case; none while there is only one."""
    theirs = {one for entry in case.merged for one in entry.mentions}
    found = [one for one in case.messages if one.kind == "mention" and one.id not in theirs]
    return found if len(found) > 1 else []


def _languages(case: Case, config: TeamConfig | None) -> list[str]:
    """The case's own, the team's, and what its people speak."""
    spoken = sorted({one for person in config.people for one in person.languages}) if config else []
    return list(dict.fromkeys((case.language, *([config.language] if config else []), *spoken)))
