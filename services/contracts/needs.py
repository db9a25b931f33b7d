"""Whether a mention needs a person, by how it is understood and what its team has agreed. Pure.

Route decides by it what becomes a case (`services/route/domain/mention_rules.py`); classify says it in the mention and in
the header by which route passes over the rest (`services/classify/worker.py`). The rules are in `docs/rota-and-routing.md`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from services.contracts.case_rules import CaseRule
from services.contracts.mentions import Author, Classification, Intent, MentionBody, MentionKind, Reason, UrgencyLabel
from services.contracts.teams import TeamConfig

ASKING: frozenset[Intent] = frozenset({"question", "complaint", "request"})
GRAVE: frozenset[UrgencyLabel] = frozenset({"high", "critical"})
TO_THE_TEAM: frozenset[MentionKind] = frozenset({"email", "form", "direct_message"})
"""What is sent to the team itself, not said in public."""
SPAM_FROM = 0.75
"""At this score it is treated as spam."""
USUAL_REACH = 10_000
"""The reach threshold of a team that has agreed nothing yet."""
READ_CHARACTERS = 10_000
"""So much of a text is looked at for words and handles, as the reader does."""
_SOLVED = "resolved"
"""The signal of a text that says that it is over by now."""
_WORD = re.compile(r"\w+")
_ADDRESSED = ("person-addressed", "person-handle")


class Verdict(NamedTuple):
    """Whether somebody must see it, and the code of why (not): `reason.*` in the desk's texts. Without a code it is what
    the mention itself says. `told` is the rule's name, or the handle."""

    needs: bool
    code: str
    told: str = ""

    @property
    def only_addressed(self) -> bool:
        """It asks for nothing, but was said to the team."""
        return self.code in _ADDRESSED


def of_text(intent: Intent, urgency: UrgencyLabel, spam: float) -> Verdict:
    """Whether the text alone needs a person, whoever wrote it to whom."""
    if urgency in GRAVE:
        return Verdict(True, "person-urgent")
    if spam >= SPAM_FROM or intent == "spam":
        return Verdict(False, "nobody-spam")
    if intent in ASKING:
        return Verdict(True, f"person-{intent}")
    return Verdict(False, f"nobody-{intent}")


class Terms:
    """What a team has agreed of what becomes a case, made ready to ask. Without a team: what holds for everybody."""

    def __init__(self, rules: Iterable[CaseRule] = (), handles: Iterable[str] = (), reach: int = USUAL_REACH) -> None:
        self._rules = [_Ready(one) for one in rules]
        self._handles = _handles(handles)
        self._reads_words = any(one.words for one in self._rules)
        self._reach = reach

    def verdict(self, mention: MentionBody, read: Classification) -> Verdict:
        """Whether somebody must see it: the first that holds, as `docs/rota-and-routing.md` has them."""
        text = of_text(read.intent, read.urgency.label, read.spam)
        if text.code == "nobody-spam":
            return text
        spoken = _spoken(mention.title) + _spoken(mention.text) if self._reads_words else ""
        rule = next((one for one in self._rules if one.fits(mention, read, spoken)), None)
        if rule is not None:
            return rule.verdict
        if text.needs:
            return text
        if (mention.author.followers or 0) >= self._reach:
            return Verdict(True, "person-reach")
        addressed = self._addressed(mention)
        if addressed and not any(one.name == _SOLVED for one in read.urgency.signals):
            return addressed
        if read.needs_person:
            return Verdict(True, "")
        return Verdict(False, "nobody-resolved") if addressed else text

    def _addressed(self, mention: MentionBody) -> Verdict | None:
        if mention.kind in TO_THE_TEAM:
            return Verdict(True, "person-addressed")
        named = self._handles.search(mention.text[:READ_CHARACTERS]) if self._handles else None
        return Verdict(True, "person-handle", named.group()) if named else None


def terms_of(config: TeamConfig | None) -> Terms:
    """The terms of a team; of one that has agreed nothing yet, those that hold for everybody."""
    return Terms(config.case_rules, config.handles, config.reach_threshold) if config else Terms()


def explained(read: Classification, verdict: Verdict) -> Classification:
    """The classification that says what was concluded, and why."""
    if not verdict.code or (read.needs_person == verdict.needs and _reason(*verdict) in read.reasons):
        return read
    return read.model_copy(update={"needs_person": verdict.needs, "reasons": with_verdict(read.reasons, verdict)})


def with_verdict(reasons: tuple[Reason, ...], verdict: Verdict) -> tuple[Reason, ...]:
    """The reasons of a mention with why somebody is needed, or not."""
    if not verdict.code:
        return reasons
    return (*(one for one in reasons if one.label != "needs_person"), _reason(*verdict))


@lru_cache(maxsize=2_000)
def _reason(needs: bool, code: str, told: str) -> Reason:
    """It is frozen, so that mentions may share it."""
    return Reason(label="needs_person", value="yes" if needs else "no", code=code, evidence=told)


class _Ready:
    """A rule with its words and authors made ready."""

    def __init__(self, rule: CaseRule) -> None:
        self._rule = rule
        self.words = tuple(_spoken(one).removesuffix(" " if one.endswith("*") else "") for one in rule.words or ())
        self._authors = frozenset(map(_account, rule.authors or ()))
        needs = rule.then == "case"
        self.verdict = Verdict(needs, "person-rule" if needs else "nobody-rule", rule.name or rule.id)

    def fits(self, mention: MentionBody, read: Classification, spoken: str) -> bool:
        """Whether all that the rule names holds; `spoken` is its title and text, each as `_spoken` gives it."""
        rule, urgency = self._rule, read.urgency.label
        if rule.urgency is None and rule.then == "no_case" and urgency in GRAVE:
            return False
        return (
            (rule.kinds is None or mention.kind in rule.kinds)
            and (rule.sources is None or mention.source in rule.sources)
            and (rule.monitors is None or mention.monitor in rule.monitors)
            and (rule.topics is None or not set(rule.topics).isdisjoint(read.topics))
            and (rule.languages is None or read.language.code in rule.languages)
            and (rule.reach is None or (mention.author.followers or 0) >= rule.reach)
            and (rule.sentiment is None or read.sentiment.label in rule.sentiment)
            and (rule.intent is None or read.intent in rule.intent)
            and (rule.urgency is None or urgency in rule.urgency)
            and (rule.authors is None or self._wrote(mention.author))
            and (rule.words is None or any(one in spoken for one in self.words))
        )

    def _wrote(self, author: Author) -> bool:
        return bool(self._authors.intersection(map(_account, filter(None, (author.handle, author.id)))))


def _account(name: str) -> str:
    return name.removeprefix("@").casefold()


def _spoken(text: str) -> str:
    """The words of a text in lower case, each with a space before and after."""
    return f" {' '.join(_WORD.findall(text[:READ_CHARACTERS].casefold()))} "


def _handles(handles: Iterable[str]) -> re.Pattern[str] | None:
    """`@handle`, where it is neither part of an address nor the beginning of another handle."""
    names = "|".join(re.escape(one.removeprefix("@")) for one in handles)
    return re.compile(rf"(?<![\w@.])@(?:{names})(?![\w@-])(?!\.\w)", re.IGNORECASE) if names else None
