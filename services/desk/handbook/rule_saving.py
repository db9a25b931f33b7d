"""What the forms of the ground rules (`rules.py`) share: what change was looked at, whether it may be saved, and saving it.

What the change does is said before it can be saved. It goes to route as `ConfigureTeam`, based on the revision that was
looked at; a rule that somebody else has changed since is shown as it is now, with what was typed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fastapi import Request, Response
from pydantic import ValidationError

from services.contracts.teams import TeamConfig
from services.desk.handbook.context import HandbookView, back, send, show
from services.desk.handbook.rule_forms import Faults, Given, Wrong
from services.desk.handbook.rule_words import words_for

AGREEMENTS = "/handbook/agreements"
REMOVED = "removed"
"""The stamp of what is looked at when a rule is taken out."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody does with a form: `do` is `look` or `save`, or `drop` and `remove` to take the rule out. `seen` is the
    stamp of what they were shown, `based_on` that of what the form was made from."""

    do: str = ""
    seen: str = ""
    based_on: str = ""
    key: str = ""

    @property
    def removes(self) -> bool:
        """Whether it is about taking the rule out."""
        return self.do in ("drop", "remove")

    def saves(self, looked_at: str) -> bool:
        """Whether it is to be done now: they were shown just this."""
        return self.do in ("save", "remove") and self.seen == looked_at


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page says beside its form: what is wrong, what was told, whether it moved meanwhile, what was looked at."""

    turn: Turn = field(default_factory=Turn)
    wrong: Faults = field(default_factory=dict)
    told: str = ""
    moved: bool = False
    looked_at: str = ""

    def values(self, based_on: str) -> dict[str, Any]:
        """For the template. Where the rule moved, the form is based on it as it is now: who saves after all has seen it."""
        return {
            "wrong": self.wrong,
            "moved": self.moved,
            "seen": self.looked_at,
            "removes": self.turn.removes,
            "based_on": based_on if self.moved or not self.turn.based_on else self.turn.based_on,
            "form_key": self.turn.key or uuid4().hex,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What a form asks: the stamp of what it changes as that is now, that of what it makes, what is wrong, and the
    agreements with it."""

    now: str
    made: str
    wrong: Faults
    agreed: Callable[[TeamConfig], TeamConfig]


async def done(request: Request, view: HandbookView, revision: int, turn: Turn, change: Change) -> Response | Shown:
    """Back to the agreements when it is saved; else what the page says beside the form."""
    moved, wrong = turn.based_on != change.now, dict(change.wrong)
    if wrong:
        return Shown(turn, wrong, moved=moved)
    try:
        config = change.agreed(view.config)
    except ValidationError:
        return Shown(turn, {"form": Wrong("ground.wrong.form")}, moved=moved)
    if moved or not turn.saves(change.made):
        return Shown(turn, moved=moved, looked_at=change.made)
    command = {"type": "ConfigureTeam", "config": config.model_dump(mode="json"), "based_on": revision}
    told = await send(request, view, REMOVED if turn.removes else "agreed_anew", turn.key, command)
    if told.startswith("handbook.told."):
        return back(view, AGREEMENTS, told)
    again = turn if told == "told.pending" else Turn(turn.do, turn.seen, turn.based_on)
    return Shown(again, told=told, looked_at=change.made)


def page(
    request: Request,
    view: HandbookView,
    template: str,
    shown: Shown,
    based_on: str,
    topics: tuple[str, ...],
    values: dict[str, Any],
) -> Response:
    words = words_for(request, view)
    known = {"a": words, "topics": list(dict.fromkeys((*words.w.known_topics(), *topics)))}
    return show(request, view, template, shown.told, **(known | shown.values(based_on) | values))


def turn_of(given: Given) -> Turn:
    def one(name: str) -> str:
        return (given.get(name) or [""])[0][:64]

    return Turn(one("do"), one("seen"), one("based_on"), one("key"))
