"""A mention was misread: what a person or the second reader says instead, and what that means for its case.

A person's word beats a model's, whichever comes first: what a person has corrected of a mention (`state.corrected`) or of a
case (`case.corrected`), a model no longer changes. A model alone makes a case of several mentions more urgent or wider in
topics, never less, because the other mentions still say what they said.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, get_args

from services.contracts.cases import Case, CaseMessage, CorrectedField
from services.contracts.commands import CorrectClassification
from services.contracts.events import CaseReclassified, ClassificationCorrected
from services.contracts.mentions import SentimentLabel, Urgency, UrgencyLabel, UrgencySignal
from services.route.domain import clocks
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft, case_draft, changed
from services.route.domain.labels import noted
from services.route.domain.made import remade
from services.route.domain.places import RANK
from services.route.domain.state import TeamState

URGENCY_SCORE: dict[UrgencyLabel, float] = {"low": 0.12, "normal": 0.4, "high": 0.7, "critical": 0.92}
"""The middle of each level's room, for who names a level without a score."""
SENTIMENT_SCORE: dict[SentimentLabel, float] = {"negative": -0.6, "neutral": 0.0, "positive": 0.6}


def correct(state: TeamState, agreed: Agreement, command: CorrectClassification, now: datetime) -> list[Draft]:
    """The correction of the mention, and then of the case that it is in, if that changes by it."""
    if (command.author == "reread") is not command.actor.startswith("system:"):
        raise Refusal("not_allowed", "a person corrects as a person, the second reader as a process")
    fields = _counting(state, command)
    if not fields:
        return []
    case = state.cases.get(state.case_of_mention.get(command.mention, ""))
    said = {name: getattr(command, name) for name in _said(fields)}
    corrected = {
        **said,
        "mention": command.mention,
        "author": command.author,
        "model": command.model,
        "corrected": fields,
        "reason": command.reason,
        "case_id": case.id if case else None,
    }
    drafts = [Draft(ClassificationCorrected, corrected)]
    after = _reclassified(agreed, case, command, fields, now) if case else None
    if case is not None and after is not None and after != case:
        told = ", ".join(fields)
        drafts.append(
            case_draft(CaseReclassified, after, now, command.actor, told, mention=command.mention, fields=fields)
        )
    return drafts


def _counting(state: TeamState, command: CorrectClassification) -> tuple[CorrectedField, ...]:
    """What of the correction counts: of a model's, not what a person has said otherwise."""
    fields = command.corrects()
    known = state.corrected.get(command.mention)
    if command.author == "person" or known is None:
        return fields
    return tuple(name for name in fields if name not in known.fields)


def _said(fields: Iterable[CorrectedField]) -> list[str]:
    scores = {"sentiment": ("sentiment", "sentiment_score"), "urgency": ("urgency", "urgency_score")}
    return [one for name in fields for one in scores.get(name, (name,))]


def _reclassified(
    agreed: Agreement, case: Case, command: CorrectClassification, fields: Iterable[CorrectedField], now: datetime
) -> Case:
    """The case as it is now taken for: what it asks, weighs and promises follows."""
    person = command.author == "person"
    free = [name for name in fields if person or name not in case.corrected]
    alone = person or len(case.mentions) == 1
    after = changed(case, **_changes(case, command, free, alone))
    if command.urgency and "urgency" in fields:
        read = tuple(_as_read(one, command, command.urgency, alone) for one in case.messages)
        after = changed(after, messages=read)
    if person:
        known = set(case.corrected) | set(free)
        after = changed(after, corrected=tuple(one for one in get_args(CorrectedField) if one in known))
    after = changed(
        after,
        weight=agreed.weight_of(after.urgency.label),
        skills=agreed.skills_for(after.topics),
        corrections=noted(case, after, command, now),
    )
    asks = (after.language, after.weight, after.skills) != (case.language, case.weight, case.skills)
    if after.owner is None and asks:
        after = changed(after, waiting=None)
    if after.urgency.label != case.urgency.label and after.status == "open":
        after = clocks.reconsidered(agreed, after, now)
    return after


def _changes(case: Case, command: CorrectClassification, free: Iterable[str], alone: bool) -> dict[str, Any]:
    """The case's fields that change. `alone`: the word holds for the whole case, else for one mention of several."""
    changes: dict[str, Any] = {}
    for name in free:
        if name == "language" and alone:
            changes["language"] = command.language
        elif name == "sentiment" and command.sentiment and (alone or command.mention == case.mentions[-1]):
            score = command.sentiment_score
            changes["sentiment"] = command.sentiment
            changes["sentiment_score"] = SENTIMENT_SCORE[command.sentiment] if score is None else score
        elif name == "urgency" and command.urgency and (alone or RANK[command.urgency] > RANK[case.urgency.label]):
            changes["urgency"] = _urgency(command, command.urgency)
        elif name == "topics" and command.topics is not None:
            topics = command.topics if alone else (*case.topics, *command.topics)
            changes["topics"] = tuple(dict.fromkeys(topics))
    return changes


def _as_read(message: CaseMessage, command: CorrectClassification, label: UrgencyLabel, alone: bool) -> CaseMessage:
    """The message with what it is taken for now, on which `solved.py` goes; what was not known of it stays unknown, and of
    one of several a model makes nothing less."""
    if message.id != command.mention or message.urgency is None:
        return message
    more = RANK[label] > RANK[message.urgency]
    return remade(message, {"urgency": label}) if alone or more else message


def _urgency(command: CorrectClassification, label: UrgencyLabel) -> Urgency:
    score = URGENCY_SCORE[label] if command.urgency_score is None else command.urgency_score
    signal = UrgencySignal(name="corrected", evidence=command.reason, weight=1)
    return Urgency(label=label, score=score, signals=(signal,) if command.reason else ())
