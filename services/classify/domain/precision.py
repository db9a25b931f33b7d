"""What people make of the reader's labels: each is kept or corrected, so that its precision is known as it is lived. Pure.

Corrected is what a person says otherwise of a mention; kept is what a case still has when it is closed for the first time,
and what a person confirms. Only people are counted: the second reader corrects the first before anybody looks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from services.classify.domain.corrections import said
from services.contracts.events import CaseClosed, ClassificationCorrected
from services.contracts.mentions import ClassifiedMention, CorrectedField


@dataclass(frozen=True, slots=True)
class Verdict:
    """One label of one field, and what became of it."""

    team: str
    field: CorrectedField
    label: str
    outcome: Literal["kept", "corrected"]


def of_correction(before: ClassifiedMention, event: ClassificationCorrected) -> Iterator[Verdict]:
    """The verdicts of a person's correction on what the mention was read as before."""
    if event.author != "person":
        return
    for field in event.corrected:
        was, now = said(before.classification, field), getattr(event, field)
        if field == "topics":
            for topic in was:
                yield Verdict(event.team, field, topic, "kept" if topic in (now or ()) else "corrected")
        else:
            yield Verdict(event.team, field, _label(was), "kept" if was == now else "corrected")


def of_closed(event: CaseClosed) -> Iterator[Verdict]:
    """The verdicts of a person who closes a case: what nobody has corrected was right."""
    case = event.case
    if event.actor.startswith("system:") or case.reopened:
        return
    labels: dict[CorrectedField, tuple[Any, ...]] = {
        "language": (case.language,),
        "sentiment": (case.sentiment,),
        "urgency": (case.urgency.label,),
        "topics": case.topics,
    }
    for field, values in labels.items():
        if field not in case.corrected:
            for value in values:
                yield Verdict(event.team, field, _label(value), "kept")


def _label(value: Any) -> str:
    return str(value).lower()
