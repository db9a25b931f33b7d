"""What the pages of the ground rules (`rules.py`) share: showing a form and taking it, whatever kind of rule it is of.

What the change does is said before it can be saved. It goes to route as `ConfigureTeam`, based on the revision that was
looked at; a rule that somebody else has changed since is shown as it is now, with what was typed. What differs from one
kind of rule to another is a `RuleKind` (`rule_kinds.py`). Once it holds, the page that follows knows the `Way` back
(`rule_undo.py`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import uuid4

from fastapi import Request, Response
from pydantic import ValidationError

from services.contracts.base import Model
from services.contracts.rule_changes import Subject
from services.contracts.teams import TeamConfig
from services.desk.context import Desk, desk_of
from services.desk.domain.ground_rules import stamp
from services.desk.handbook.context import HandbookView, back, for_rules, send, show
from services.desk.handbook.rule_forms import Faults, Given, Wrong
from services.desk.handbook.rule_words import words_for
from services.desk.rota.sending import form_of
from services.runtime.web.identity import Identity
from services.runtime.web.problems import Problem

Thing = TypeVar("Thing", bound=Model)
Form = TypeVar("Form")
AGREEMENTS = "/handbook/agreements"
DONE = "handbook.told."
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


@dataclass(frozen=True, slots=True)
class Saved:
    """What was made to hold, and the sentence that says so."""

    config: TeamConfig
    told: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a change is undone: which rule, the revision before the change, and the stamp of what the change left (empty where
    it took the rule out). It goes through the address; whoever forges it can do no more than the forms let them."""

    subject: str = ""
    name: str = ""
    before: int = 0
    made: str = ""

    def fields(self) -> dict[str, str]:
        """For an address or a form."""
        return {"subject": self.subject, "name": self.name, "before": str(self.before), "made": self.made}


@dataclass(frozen=True, slots=True)
class Asked(Generic[Thing, Form]):
    """A form on its page: which rule, as it is and as it would be (`None`: there is none), what is typed, what is said."""

    name: str
    old: Thing | None
    new: Thing | None
    form: Form
    shown: Shown


class RuleKind(ABC, Generic[Thing, Form]):
    """One kind of ground rule. `name` is the rule's id, where a team has more than one of the kind (`many`); those come
    and go, and an empty name is a new one. All but `values` is pure."""

    subject: Subject
    template: str
    many: bool = False

    @abstractmethod
    def now(self, config: TeamConfig, name: str) -> Thing | None:
        """The rule as it is; `None` when there is none of this name."""

    @abstractmethod
    def shown(self, old: Thing | None, config: TeamConfig) -> Form:
        """The form of a rule that there is, or of a new one."""

    @abstractmethod
    def typed(self, given: Given) -> Form:
        """The form as it was sent."""

    @abstractmethod
    def checked(self, form: Form, old: Thing | None, config: TeamConfig) -> tuple[Thing | None, Faults]:
        """The rule that the form makes, or for each field that is wrong what."""

    @abstractmethod
    def agreed(self, config: TeamConfig, name: str, new: Thing | None, form: Form) -> TeamConfig:
        """The agreements with the new rule in the place of what has this name; without it where there is none.

        Raises:
            ValidationError: they would contradict themselves.
        """

    @abstractmethod
    def values(self, desk: Desk, view: HandbookView, asked: Asked[Thing, Form]) -> dict[str, Any]:
        """What its template shows beside `old`, `new` and `form`."""

    def stamp(self, config: TeamConfig, name: str) -> str:
        """The stamp of the rule as it is; empty for none."""
        return stamp(self.now(config, name))

    def called(self, name: str, _new: Thing | None) -> str:
        """The name under which the new rule is found."""
        return name

    def made(self, new: Thing | None, _form: Form) -> str:
        """The stamp of what the form makes."""
        return stamp(new)

    def topics(self, _form: Form) -> tuple[str, ...]:
        """The topics that are named in the form, also those that the team does not have."""
        return ()


def opened(
    request: Request, identity: Identity, kind: RuleKind[Thing, Form], name: str = "", begun: Form | None = None
) -> Response:
    """The form of a rule as it is, or of a new one, which may be `begun`."""
    view, _ = for_rules(request, identity)
    old = kind.now(view.config, name)
    if old is None and (name or not kind.many):
        raise Problem(404, "not_found", "There is no such rule.")
    form = kind.shown(old, view.config) if old is not None or begun is None else begun
    return _page(request, view, kind, Asked(name, old, old, form, Shown()))


async def taken(request: Request, identity: Identity, kind: RuleKind[Thing, Form], name: str = "") -> Response:
    """Look at the change, make it, or take the rule out; back to the agreements when it is done."""
    view, revision = for_rules(request, identity)
    given = await form_of(request)
    turn, form, old = turn_of(given), kind.typed(given), kind.now(view.config, name)
    if old is None and not kind.many:
        raise Problem(404, "not_found", "There is no such rule.")
    removes = kind.many and turn.removes
    new, wrong = (None, {}) if removes else kind.checked(form, old, view.config)

    def agreed(config: TeamConfig) -> TeamConfig:
        return kind.agreed(config, name, new, form)

    made = REMOVED if removes else kind.made(new, form)
    answer = await done(request, view, revision, turn, Change(kind.stamp(view.config, name), made, wrong, agreed))
    if isinstance(answer, Shown):
        return _page(request, view, kind, Asked(name, old, new, form, answer))
    return told_with_way(view, revision, kind, kind.called(name, new), answer)


async def done(request: Request, view: HandbookView, revision: int, turn: Turn, change: Change) -> Saved | Shown:
    """What was saved; else what the page says beside the form."""
    moved, wrong = turn.based_on != change.now, dict(change.wrong)
    if wrong:
        return Shown(turn, wrong, moved=moved)
    try:
        config = change.agreed(view.config)
    except ValidationError:
        return Shown(turn, {"form": Wrong("ground.wrong.form")}, moved=moved)
    if moved or not turn.saves(change.made):
        return Shown(turn, moved=moved, looked_at=change.made)
    told = await stated(request, view, revision, REMOVED if turn.removes else "agreed_anew", turn.key, config)
    if told.startswith(DONE):
        return Saved(config, told)
    again = turn if told == "told.pending" else Turn(turn.do, turn.seen, turn.based_on)
    return Shown(again, told=told, looked_at=change.made)


async def stated(request: Request, view: HandbookView, revision: int, what: str, key: str, config: TeamConfig) -> str:
    """Make these agreements hold in the place of those of the revision; the key of the sentence that says what came of
    it."""
    command = {"type": "ConfigureTeam", "config": config.model_dump(mode="json"), "based_on": revision}
    return await send(request, view, what, key, command)


def told_with_way(view: HandbookView, revision: int, kind: RuleKind[Thing, Form], name: str, saved: Saved) -> Response:
    """To the agreements, which say what was done and offer the way back, where anything was changed."""
    made = kind.stamp(saved.config, name)
    way = Way(kind.subject, name, revision, made) if made != kind.stamp(view.config, name) else Way()
    return back(view, AGREEMENTS, saved.told, way.fields() if way.subject else {})


def _page(request: Request, view: HandbookView, kind: RuleKind[Thing, Form], asked: Asked[Thing, Form]) -> Response:
    words = words_for(request, view)
    known = {"a": words, "topics": list(dict.fromkeys((*words.w.known_topics(), *kind.topics(asked.form))))}
    known |= {"old": asked.old, "new": asked.new, "form": asked.form}
    values = kind.values(desk_of(request), view, asked) | asked.shown.values(kind.stamp(view.config, asked.name))
    return show(request, view, kind.template, asked.shown.told, **(known | values))


def turn_of(given: Given) -> Turn:
    def one(name: str) -> str:
        return (given.get(name) or [""])[0][:64]

    return Turn(one("do"), one("seen"), one("based_on"), one("key"))
