"""How a rota command becomes an event: who may, the configuration afterwards checked as a whole, and its next revision.

Used by `leave_rules.py`, `swap_rules.py`, `shift_rules.py` and `restating.py`, which say what each command changes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from services.contracts.events import RotaEvent
from services.contracts.rota import Leave, Override, StandInRequest, Swap
from services.contracts.teams import TeamConfig
from services.rota.recurrence import RotaError
from services.rota.shift_history import settled, without_old
from services.route.domain.agreement import Agreement, agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft

KEPT = timedelta(days=400)
"""As long as the events are kept by default."""
Entry = TypeVar("Entry", Leave, Override, Swap, StandInRequest)


def rota_draft(
    agreed: Agreement, config: TeamConfig, kind: type[RotaEvent], now: datetime, actor: str | None = None, **fields: Any
) -> list[Draft]:
    """The event of a new configuration; nothing when it is as it was.

    Raises:
        Refusal: the new configuration contradicts itself.
    """
    if config == agreed.config:
        return []
    config = _tidied(config, now)
    revision = agreed.revision + 1
    try:
        whole = TeamConfig(**dict(config))
        agreement(whole, revision, now)
    except ValidationError as error:
        raise Refusal("invalid", str(error.errors(include_url=False)[0]["msg"])) from error
    except RotaError as error:
        raise Refusal("invalid", str(error)) from error
    made: Any = kind
    return [Draft(made, {"revision": revision, "config": whole, **fields}, actor=actor)]


def _tidied(config: TeamConfig, now: datetime) -> TeamConfig:
    """Without what was over long ago, so that the agreements do not grow for ever; the events still tell of it."""
    before = now - KEPT
    names = ("leave", "overrides", "swaps", "stand_ins")
    kept = {name: tuple(one for one in getattr(config, name) if one.end > before) for name in names}
    former = tuple(one for one in config.former if one.at > before)
    return without_old(settled(config.model_copy(update=kept | {"former": former}), now), before)


def leads_only(agreed: Agreement, actor: str) -> None:
    """Refuse whoever is not a lead; a process or an integration may what its token allows, checked where it logs in."""
    if actor in agreed.people and not agreed.is_lead(actor):
        raise Refusal("not_allowed", f"{actor} is not a lead of the team")


def on_behalf(agreed: Agreement, actor: str, person: str | None) -> str:
    """The person that a command is about: the actor, or whom a lead names."""
    named = person or actor
    if named not in agreed.people:
        raise Refusal("unknown_person", f"{named} is not in the team's roster")
    if named != actor:
        leads_only(agreed, actor)
    return named


def found(entries: Iterable[Entry], what: str, name: str) -> Entry:
    """The entry of this id."""
    for entry in entries:
        if entry.id == name:
            return entry
    raise Refusal("not_found", f"there is no {what} {name!r}")


def ended(entries: tuple[Entry, ...], entry: Entry, now: datetime) -> tuple[Entry, ...]:
    """The entries without this one from now on: what has been of it stays."""
    if entry.end <= now:
        raise Refusal("invalid", f"{entry.id!r} is over, and history")
    if entry.start >= now:
        return tuple(one for one in entries if one is not entry)
    return replaced(entries, entry, entry.model_copy(update={"end": now}))


def replaced(entries: tuple[Entry, ...], old: Entry, new: Entry) -> tuple[Entry, ...]:
    """The entries with `new` in the place of `old`."""
    return tuple(new if one is old else one for one in entries)


def changed_config(agreed: Agreement, **changes: Any) -> TeamConfig:
    """The configuration with changes, not yet checked."""
    return agreed.config.model_copy(update=changes)


def ahead(end: datetime, now: datetime) -> None:
    """Refuse what is over before it begins."""
    if end <= now:
        raise Refusal("invalid", "this is over already")
