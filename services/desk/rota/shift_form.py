"""The form of a shift: what it shows of a shift, what somebody has typed into it, and the shift that this makes. Pure.

Simple choices for what RFC 5545 could say: days of the week, times, first and last day. A shift whose rule says more keeps
its rule. People are ticked by turn: with all of them in one turn they are on together, every time.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, get_args

from pydantic import ValidationError

from services.contracts.mentions import MentionKind
from services.contracts.rota import Turn
from services.contracts.teams import Shift, TeamConfig
from services.desk.domain.rota import TeamRota
from services.desk.rota.forms import WrongFormError, clock, day, weekly
from services.desk.rota.words import CODES, plain_days

Given = Mapping[str, Sequence[str]]
TURNS: tuple[Turn, ...] = get_args(Turn)
CHANNELS: tuple[MentionKind, ...] = get_args(MentionKind)
MOST_GROUPS, LEAST_GROUPS = 20, 3
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class ShiftForm:
    """The fields as text, as they are shown and typed. `days` of `None`: it is not for this form to say on which."""

    name: str = ""
    days: tuple[str, ...] | None = ()
    begins: str = ""
    ends: str = ""
    first: str = ""
    until: str = ""
    groups: tuple[tuple[str, ...], ...] = ()
    turn: str = "week"
    every: str = "1"
    layer: str = "0"
    skills: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    @property
    def columns(self) -> int:
        """How many turns to offer: one more than are used."""
        return min(max(LEAST_GROUPS, len(self.groups) + 1), MOST_GROUPS)

    def in_group(self, number: int, person: str) -> bool:
        """Whether somebody is ticked in a turn, counted from 0."""
        return number < len(self.groups) and person in self.groups[number]


def blank(team: TeamRota, now: datetime) -> ShiftForm:
    """The form of a new shift: working hours from tomorrow on, in the layer that most shifts are in."""
    layers = [shift.layer for shift in team.config.shifts]
    layer = max(set(layers), key=layers.count) if layers else 0
    tomorrow = team.day(now) + timedelta(days=1)
    return ShiftForm(begins="09:00", ends="17:00", first=tomorrow.isoformat(), layer=str(layer))


def shown(shift: Shift, today: date) -> ShiftForm:
    """The form of a shift that there is; what has been stays, so one that recurs changes from today on."""
    days = plain_days(shift)
    end = shift.start + timedelta(minutes=shift.minutes)
    first = max(shift.start.date(), today) if days else shift.start.date()
    return ShiftForm(
        name=shift.id.replace("_", " "),
        days=tuple(CODES[number] for number in days) if days else None,
        begins=f"{shift.start:%H:%M}",
        ends=f"{end:%H:%M}",
        first=first.isoformat(),
        until=shift.until.isoformat() if shift.until else "",
        groups=shift.rotation.groups if shift.rotation else (shift.people,),
        turn=shift.rotation.turn if shift.rotation else "week",
        every=str(shift.rotation.every) if shift.rotation else "1",
        layer=str(shift.layer),
        skills=shift.skills,
        channels=shift.channels,
    )


def typed(given: Given) -> ShiftForm:
    """The form as it was sent. Turns after the last one with somebody are left out."""

    def one(name: str) -> str:
        return (given.get(name) or [""])[0].strip()[:200]

    groups = [tuple(given.get(f"group-{number:02d}", ())) for number in range(1, MOST_GROUPS + 1)]
    while groups and not groups[-1]:
        groups.pop()
    return ShiftForm(
        name=one("name"),
        days=None if one("keeps") else tuple(given.get("days", ())),
        begins=one("begins"),
        ends=one("ends"),
        first=one("first"),
        until=one("until"),
        groups=tuple(groups),
        turn=one("turn") or "week",
        every=one("every") or "1",
        layer=one("layer") or "0",
        skills=tuple(given.get("skills", ())),
        channels=tuple(given.get("channels", ())),
    )


def checked(form: ShiftForm, old: Shift | None, config: TeamConfig, today: date) -> tuple[Shift | None, dict[str, str]]:
    """The shift that the form makes, or for each field that is wrong the text that says what."""
    wrong: dict[str, str] = {}
    fields: dict[str, Any] = {"skills": form.skills, "channels": form.channels}
    if old is None:
        fields["id"] = _named(form, config, wrong)
    else:
        kept = old.model_dump(exclude={"since", "replaces", "ended_at", "people", "rotation"})
        fields = kept | fields
    fields |= _times(form, today, wrong)
    fields |= _people(form, old, wrong)
    fields["layer"] = _number(form.layer, 0, 9, "layer", wrong)
    if form.days is not None:
        try:
            fields["rule"] = weekly(form.days)
        except WrongFormError as error:
            wrong["days"] = error.key
    if wrong:
        return None, wrong
    try:
        return Shift.model_validate(fields), {}
    except ValidationError:
        return None, {"form": "rota.wrong.form"}


def _named(form: ShiftForm, config: TeamConfig, wrong: dict[str, str]) -> str:
    """The id of a new shift, from what somebody calls it."""
    plain = unicodedata.normalize("NFKD", form.name).encode("ascii", "ignore").decode().lower()
    ident = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_NAME]
    if not ident:
        wrong["name"] = "rota.wrong.name"
    elif ident in {shift.id for shift in config.shifts}:
        wrong["name"] = "rota.wrong.name_taken"
    return ident


def _times(form: ShiftForm, today: date, wrong: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text, read in (("begins", form.begins, clock), ("ends", form.ends, clock), ("first", form.first, day)):
        try:
            found[name] = read(text)
        except WrongFormError as error:
            wrong[name] = error.key
    until: date | None = None
    try:
        until = day(form.until) if form.until else None
    except WrongFormError as error:
        wrong["until"] = error.key
    if until and "first" in found and until < found["first"]:
        wrong["until"] = "rota.wrong.order"
    elif until and until < today:
        wrong["until"] = "rota.wrong.past"
    if {"begins", "ends", "first"} - found.keys():
        return {}
    start, end = (datetime.combine(found["first"], found[name]) for name in ("begins", "ends"))
    length = end - start if end > start else end - start + timedelta(days=1)
    return {"start": start, "minutes": length // timedelta(minutes=1), "until": until}


def _people(form: ShiftForm, old: Shift | None, wrong: dict[str, str]) -> dict[str, Any]:
    """Everybody together when there is one turn, else the rotation; an edited one keeps how it counts."""
    if not any(form.groups):
        wrong["people"] = "rota.wrong.nobody"
    every = _number(form.every, 1, 366, "every", wrong)
    if form.turn not in TURNS:
        wrong["every"] = "rota.wrong.every"
    if len(form.groups) == 1:
        return {"people": form.groups[0]}
    counted = old.rotation.model_dump() if old and old.rotation else {}
    return {"rotation": counted | {"groups": form.groups, "turn": form.turn, "every": every}}


def _number(text: str, least: int, most: int, field: str, wrong: dict[str, str]) -> int:
    if text.isascii() and text.isdigit() and least <= int(text[:6]) <= most:
        return int(text)
    wrong[field] = f"rota.wrong.{field}"
    return least
