"""What the second reader looks at, and what it says of it: a correction, or nothing. Pure; used by `reread/deep.py`.

It never speaks against a person, never takes a mention away from people, and says one thing at most about a revision. What
the first reader calls high or critical it does not call less: of 30 such messages of the test set 25 were less, but 4 were
critical, and a false alarm costs less than one that is not heard.

Whether somebody must see what it reads otherwise is for the team's own rules to say, of the reading as it is then: it calls
a person only where they do, so that it never speaks against a rule. (A rule against a case that names no urgency does not
hold of what is high or critical, whoever says so: that is part of the rule.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from services.classify.domain.look import Text
from services.contracts.commands import CorrectClassification
from services.contracts.ids import reread_id
from services.contracts.mentions import Classification, ClassifiedMention, UrgencyLabel
from services.contracts.needs import Terms, terms_of

ACTOR = "system:reread"
GRAVE: frozenset[UrgencyLabel] = frozenset({"high", "critical"})
_USUAL = terms_of(None)


class Second(Protocol):
    """The second reader (`services/classify/second.py`)."""

    def reread(self, texts: Sequence[Text], first: Sequence[Classification]) -> list[Classification]:
        """How it understands texts that the first reader has read, in order."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When a mention is worth a second look, and when the second word counts."""

    uncertain: float
    sure: float
    patience: timedelta


def worth(mention: ClassifiedMention, rules: Rules) -> bool:
    """Whether to read it again: a person is needed, or the first reader was uncertain; and nobody has corrected it yet."""
    read = mention.classification
    if mention.corrections or read.spam >= 0.5 or mention.erased_at:
        return False
    doubts = (read.sentiment.confidence, 1.0 if read.urgency.confidence is None else read.urgency.confidence)
    return read.needs_person or min(doubts) < rules.uncertain


def in_time(appended: datetime, now: datetime, rules: Rules) -> bool:
    """Whether the second word still helps anybody."""
    return now - appended <= rules.patience


def correction(
    mention: ClassifiedMention, second: Classification, rules: Rules, now: datetime, terms: Terms = _USUAL
) -> CorrectClassification | None:
    """The correction that the second reader asks for, when it disagrees and is sure enough.

    Args:
        mention: as the first reader left it.
        second: how the second understands it.
        rules: when its word counts.
        now: when it is asked.
        terms: what the mention's team has agreed of what needs a person.
    """
    said = dict(_disagreements(mention.classification, second, rules))
    if not said:
        return None
    if _calls_a_person(mention, second, said, terms):
        said["needs_person"] = True
    return CorrectClassification(
        id=reread_id(mention.id, mention.revision),
        team=mention.team,
        at=now,
        actor=ACTOR,
        mention=mention.id,
        author="reread",
        model=second.model,
        reason=_reason(second, said),
        **said,
    )


def _disagreements(first: Classification, second: Classification, rules: Rules) -> Iterable[tuple[str, Any]]:
    sentiment, urgency = second.sentiment, second.urgency
    if sentiment.label != first.sentiment.label and _outweighs(sentiment.confidence, first.sentiment.confidence, rules):
        yield "sentiment", sentiment.label
        yield "sentiment_score", sentiment.score
    silences = first.urgency.label in GRAVE and urgency.label not in GRAVE
    outweighs = _outweighs(urgency.confidence or 0.0, first.urgency.confidence or 0.0, rules)
    if urgency.label != first.urgency.label and outweighs and not silences:
        yield "urgency", urgency.label
        yield "urgency_score", urgency.score


def _calls_a_person(mention: ClassifiedMention, second: Classification, said: Iterable[str], terms: Terms) -> bool:
    """Whether by the team's rules somebody must see the mention now that these labels are read otherwise."""
    first = mention.classification
    if first.needs_person:
        return False
    labels = {name: getattr(second, name) for name in ("sentiment", "urgency") if name in said}
    return terms.verdict(mention, first.model_copy(update=labels)).needs


def _outweighs(second: float, first: float, rules: Rules) -> bool:
    return second >= rules.sure and second > first


def _reason(second: Classification, said: Iterable[str]) -> str:
    """The words that told the second reader, else how sure it is."""
    labels = {"sentiment", "urgency"} & set(said)
    words = dict.fromkeys(one.evidence for one in second.reasons if one.label in labels and one.evidence)
    return ", ".join(words)[:500]
