"""What a case carries of why it is taken for what it is: the reasons of its messages, and who corrected its labels. Pure.

Used by `mention_rules.py`, `solved.py`, `corrections.py` and `merging.py`; the desk shows it. It is bounded, since every
event of a case carries the case.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import get_args

from services.contracts.cases import (
    EVIDENCE_CHARACTERS,
    REASONS_PER_LABEL,
    Case,
    CorrectedField,
    LabelCorrection,
)
from services.contracts.commands import CorrectClassification
from services.contracts.mentions import Reason, Urgency
from services.route.domain.drafts import changed
from services.route.domain.made import made, remade

_SHOWN: tuple[CorrectedField, ...] = ("language", "sentiment", "urgency", "topics")
"""The labels of a case that a correction can change."""


def carried(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """The reasons of a mention that its message in a case carries: the first of each label, with short evidence."""
    number: dict[str, int] = {"spam": REASONS_PER_LABEL}
    kept: list[Reason] = []
    for one in reasons:
        before = number.get(one.label, 0)
        if before < REASONS_PER_LABEL:
            number[one.label] = before + 1
            kept.append(one if len(one.evidence) <= EVIDENCE_CHARACTERS else _short(one))
    return tuple(kept)


def _short(reason: Reason) -> Reason:
    end = None if reason.start is None else reason.start + EVIDENCE_CHARACTERS
    return remade(reason, {"evidence": reason.evidence[:EVIDENCE_CHARACTERS], "end": end})


def noted(before: Case, after: Case, command: CorrectClassification, now: datetime) -> tuple[LabelCorrection, ...]:
    """The corrections of a case after one more: of each field that it changed, or that a person settled by it."""
    fields = {"by": command.actor, "at": now, "reason": command.reason}
    new = {name: made(LabelCorrection, {"field": name, **fields}) for name in _SHOWN if _told(before, after, name)}
    known = {one.field: one for one in before.corrections} | new
    return tuple(known[name] for name in get_args(CorrectedField) if name in known)


def _told(before: Case, after: Case, name: CorrectedField) -> bool:
    settled = name in after.corrected and name not in before.corrected
    return settled or _value(before, name) != _value(after, name)


def _value(case: Case, name: CorrectedField) -> object:
    return case.urgency.label if name == "urgency" else getattr(case, name)


def without(corrections: tuple[LabelCorrection, ...], field: CorrectedField) -> tuple[LabelCorrection, ...]:
    """The corrections that hold when `field` is told anew by another message."""
    return tuple(one for one in corrections if one.field != field) if corrections else corrections


def taken_for(case: Case, urgency: Urgency, weight: int) -> Case:
    """The case with the urgency of a message that came later; who corrected it before spoke of another one."""
    return changed(case, urgency=urgency, weight=weight, corrections=without(case.corrections, "urgency"))
