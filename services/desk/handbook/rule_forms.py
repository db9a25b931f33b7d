"""What leads type into the forms of the ground rules, kept as it was typed, and the rule or style that it makes. Pure.

What is wrong is said for the field that it is in: a key of the texts, with what was typed there where that helps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from services.contracts.approvals import ApprovalRule
from services.contracts.base import Slug
from services.contracts.case_rules import MOST_CHARACTERS, MOST_NAMED, CaseRule, Handle, Word
from services.contracts.teams import TeamConfig
from services.desk.domain.ground_rules import FIRST, place_of
from services.desk.domain.handbook import slug_for

Given = Mapping[str, Sequence[str]]
MOST_RULES = 50
MOST_REACH = 1_000_000_000
LISTS: Mapping[str, tuple[str, TypeAdapter[Any]]] = {
    "words": ("ground.wrong.word", TypeAdapter(Word)),
    "authors": ("ground.wrong.author", TypeAdapter(Handle)),
    "monitors": ("ground.wrong.monitor", TypeAdapter(Slug)),
}
"""What is typed one to a line, what is said of a line that is none, and what each is."""
_LONGEST_TEXT, _LONGEST_NAME = 30_000, 100


class Wrong(NamedTuple):
    """What is wrong with a field: the text that says it, and the piece that it is about."""

    key: str
    what: str = ""


Faults = dict[str, Wrong]


@dataclass(frozen=True, slots=True)
class ApprovalForm:
    """The fields of an approval rule as text; of ticks, what is ticked. What is empty is not named by the rule."""

    name: str = ""
    people: tuple[str, ...] = ()
    employment: str = ""
    channels: tuple[str, ...] = ()
    urgency: str = ""
    topics: tuple[str, ...] = ()
    reach: str = ""


@dataclass(frozen=True, slots=True)
class CaseForm:
    """The fields of a case rule; `words`, `authors` and `monitors` one to a line, `after` the rule that it comes after."""

    name: str = ""
    then: str = "case"
    after: str = FIRST
    kinds: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sentiment: tuple[str, ...] = ()
    intent: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    words: str = ""
    authors: str = ""
    monitors: str = ""
    reach: str = ""


def approval_shown(rule: ApprovalRule | None) -> ApprovalForm:
    """The form of a rule that there is, or of a new one."""
    if rule is None:
        return ApprovalForm()
    return ApprovalForm(
        name=rule.name or rule.id,
        people=rule.people or (),
        employment=rule.employment or "",
        channels=rule.channels or (),
        urgency=rule.urgency or "",
        topics=rule.topics or (),
        reach=str(rule.reach or ""),
    )


def case_shown(rule: CaseRule | None, config: TeamConfig) -> CaseForm:
    """The form of a rule that there is, or of a new one, which is asked last."""
    if rule is None:
        return CaseForm(after=place_of(config.case_rules, ""))
    shown: dict[str, Any] = {name: getattr(rule, name) or () for name in _ticks(CaseForm)}
    shown |= {name: "\n".join(getattr(rule, name) or ()) for name in LISTS}
    shown |= {"name": rule.name or rule.id, "then": rule.then, "reach": str(rule.reach or "")}
    return CaseForm(after=place_of(config.case_rules, rule.id), **shown)


def approval_typed(given: Given) -> ApprovalForm:
    """The form as it was sent."""
    return ApprovalForm(**_typed(ApprovalForm, given))


def case_typed(given: Given) -> CaseForm:
    """The form as it was sent."""
    return CaseForm(**_typed(CaseForm, given))


def approval_checked(
    form: ApprovalForm, old: ApprovalRule | None, config: TeamConfig
) -> tuple[ApprovalRule | None, Faults]:
    """The rule that the form makes, or for each field that is wrong what."""
    wrong: Faults = {}
    taken = {one.id for one in config.approval_rules}
    said: dict[str, Any] = _named(form.name, old, taken, wrong)
    said |= {name: getattr(form, name) or None for name in ("people", "employment", "channels", "urgency", "topics")}
    said["reach"] = _reach(form.reach, wrong)
    _something(form, ("people", "employment", "channels", "urgency", "topics", "reach"), wrong)
    if wrong:
        return None, wrong
    try:
        return ApprovalRule.model_validate(said), {}
    except ValidationError:
        return None, {"form": Wrong("ground.wrong.form")}


def case_checked(form: CaseForm, old: CaseRule | None, config: TeamConfig) -> tuple[CaseRule | None, Faults]:
    """The rule that the form makes, or for each field that is wrong what."""
    wrong: Faults = {}
    others = [one for one in config.case_rules if one is not old]
    said: dict[str, Any] = _named(form.name, old, {one.id for one in config.case_rules}, wrong)
    said |= {"then": form.then} | {name: getattr(form, name) or None for name in _ticks(CaseForm)}
    said["reach"] = _reach(form.reach, wrong)
    said |= {name: lines_of(name, getattr(form, name), MOST_NAMED, wrong, *LISTS[name]) or None for name in LISTS}
    if form.after not in {FIRST, *(one.id for one in others)}:
        wrong["after"] = Wrong("ground.wrong.place")
    _something(form, (*_ticks(CaseForm), *LISTS, "reach"), wrong)
    if wrong:
        return None, wrong
    try:
        rule = CaseRule.model_validate(said)
    except ValidationError:
        return None, {"form": Wrong("ground.wrong.form")}
    if sum(one.characters() for one in others) + rule.characters() > MOST_CHARACTERS:
        return None, {"words": Wrong("ground.wrong.long")}
    return rule, {}


def _ticks(form: type[CaseForm]) -> tuple[str, ...]:
    """The fields of which several can be ticked."""
    return tuple(one.name for one in fields(form) if one.default == ())


def _typed(form: type[ApprovalForm | CaseForm], given: Given) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in fields(form):
        texts = given.get(one.name) or ()
        most = _LONGEST_TEXT if one.name in LISTS else 200
        found[one.name] = tuple(texts)[:500] if one.default == () else (texts[0] if texts else "").strip()[:most]
    return found


def _named(name: str, old: ApprovalRule | CaseRule | None, taken: set[str], wrong: Faults) -> dict[str, str]:
    """Id and name: a rule keeps its id, whatever it is called."""
    if not name:
        wrong["name"] = Wrong("ground.wrong.name")
    elif len(name) > _LONGEST_NAME:
        wrong["name"] = Wrong("ground.wrong.name_long")
    if old is None and len(taken) >= MOST_RULES:
        wrong["form"] = Wrong("ground.wrong.full")
    if old is not None:
        return {"id": old.id, "name": "" if not old.name and name == old.id else name}
    return {"id": slug_for(name, taken, "rule"), "name": name}


def _reach(text: str, wrong: Faults) -> int | None:
    """So many followers, at least."""
    found = whole(text, 1, MOST_REACH)
    if text and found is None:
        wrong["reach"] = Wrong("ground.wrong.reach", text[:40])
    return found


def whole(text: str, least: int, most: int) -> int | None:
    """A whole number as people write it (10.000 and 10,000); `None` for what is none, or is not within these."""
    plain = text.replace(".", "").replace(",", "").replace(" ", "")
    if not (plain.isascii() and plain.isdigit()) or len(plain) > len(str(most)):
        return None
    return int(plain) if least <= int(plain) <= most else None


def lines_of(name: str, text: str, most: int, wrong: Faults, key: str, adapter: TypeAdapter[Any]) -> tuple[str, ...]:
    """What is typed one to a line, each once; `key` says what is wrong with a line that is none of the adapter's kind."""
    found = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(found) > most:
        wrong[name] = Wrong("ground.wrong.many", str(most))
    for line in found:
        try:
            adapter.validate_python(line)
        except ValidationError:
            wrong.setdefault(name, Wrong(key, line[:60]))
    return found


def _something(form: ApprovalForm | CaseForm, names: Iterable[str], wrong: Faults) -> None:
    if not any(getattr(form, name) for name in names):
        wrong.setdefault("form", Wrong("ground.wrong.nothing"))
