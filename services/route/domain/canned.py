"""A team's canned replies: who may save and retire them, what they are afterwards, and that their use is counted.

The rules are reached from `decide.py`, the changes from `evolve.py`; the records go to `desk.teams` (`records.py`).
"""

from datetime import datetime

from services.contracts.canned import (
    MOST_CANNED,
    CannedReply,
    CannedReplyRetired,
    CannedReplySaved,
    RetireCannedReply,
    SaveCannedReply,
)
from services.contracts.events import ReplySubmitted
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft
from services.route.domain.rota_changes import leads_only
from services.route.domain.state import TeamState


def decide_canned(
    state: TeamState, agreed: Agreement, command: SaveCannedReply | RetireCannedReply, _now: datetime
) -> list[Draft]:
    """The event of a lead's change; nothing when it is so already."""
    leads_only(agreed, command.actor)
    if isinstance(command, SaveCannedReply):
        return _save(state, command)
    known = state.canned.get(command.canned)
    if known is None:
        raise Refusal("not_found", f"there is no canned reply {command.canned!r}")
    if known.retired:
        return []
    return [Draft(CannedReplyRetired, {"canned": known.id, "revision": known.revision + 1})]


def _save(state: TeamState, command: SaveCannedReply) -> list[Draft]:
    name = command.canned or f"canned-{command.id}"
    known = state.canned.get(name)
    if known is not None and not known.retired:
        if known.content == command.content:
            return []
    elif sum(not one.retired for one in state.canned.values()) >= MOST_CANNED:
        raise Refusal("invalid", f"a team has at most {MOST_CANNED} canned replies; retire some first")
    revision = known.revision + 1 if known else 1
    return [Draft(CannedReplySaved, {"canned": name, "revision": revision, "content": command.content})]


def saved(state: TeamState, event: CannedReplySaved) -> None:
    """It is in use with this content; its count goes on."""
    known = state.canned.get(event.canned)
    state.canned[event.canned] = CannedReply(
        team=event.team,
        id=event.canned,
        revision=event.revision,
        at=event.at,
        by=event.actor,
        content=event.content,
        used=known.used if known else 0,
        used_at=known.used_at if known else None,
    )


def retired(state: TeamState, event: CannedReplyRetired) -> None:
    """It is in use no longer."""
    _change(state, event.canned, revision=event.revision, at=event.at, by=event.actor, retired=True)


def used(state: TeamState, event: ReplySubmitted) -> None:
    """Each that the reply was made from is counted once; one that we do not know is passed over."""
    for name in set(event.canned) & state.canned.keys():
        known = state.canned[name]
        _change(state, name, revision=known.revision + 1, used=known.used + 1, used_at=event.at)


def _change(state: TeamState, name: str, **changes: object) -> None:
    state.canned[name] = state.canned[name].model_copy(update=changes)
