"""Why a case is taken for what it is: each label, what in the conversation made it so, who corrected it. Parts, not prose.

A label of a case comes from one of its messages: the mood from the latest, the urgency from the one that set it, a topic
from the one that named it. Its grounds are the reasons of that message; where it was corrected, what had been read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

from services.contracts.cases import Case, CaseMessage, LabelCorrection
from services.contracts.mentions import Reason, UrgencySignal
from services.desk.domain.reading import Segment

Field = Literal["urgency", "sentiment", "topics", "intent", "language", "needs_person"]
_STANDS = frozenset({"urgency-signal", "urgency-told"})
"""The codes of signals that count; the others say why one does not."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a message; where they stand in the conversation: the id of that place and its end, if they can be seen."""

    text: str
    place: str = ""
    until: int = 0


@dataclass(frozen=True, slots=True)
class Ground:
    """The reasons of one code that say one thing, with their words."""

    code: str
    value: str
    words: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """One thing that a case is taken for. Where somebody corrected it, the grounds are those of what was read before."""

    field: Field
    values: tuple[str, ...]
    grounds: tuple[Ground, ...]
    correction: LabelCorrection | None


def labels(case: Case) -> tuple[Label, ...]:
    """The labels of a case in the order in which they matter; that somebody is needed only where a message says why."""
    said = [one for one in reversed(case.messages) if one.kind == "mention"]
    by = {str(one.field): one for one in case.corrections}

    def label(field: Field, values: tuple[str, ...], grounds: tuple[Ground, ...]) -> Label:
        return Label(field, values, grounds, by.get(field))

    def spoken(field: Literal["sentiment", "intent", "language"], value: str, of: Sequence[CaseMessage]) -> Label:
        return label(field, (value,), _spoken(of, field, value) or (_read(said, field) if field in by else ()))

    needed = _spoken(said, "needs_person", "yes")
    return (
        label("urgency", (case.urgency.label,), _urgency(case, said)),
        spoken("sentiment", case.sentiment, said[:1]),
        label("topics", case.topics, _topics(case, said, every="topics" in by)),
        spoken("intent", case.intent, said),
        spoken("language", case.language, said),
        *((label("needs_person", ("yes",), needed),) if needed else ()),
    )


def pieces(message: CaseMessage, *, urgent: bool) -> tuple[Segment, ...]:
    """A message cut where the words of its reasons begin and end; those of urgency are marked in an `urgent` case."""
    placed = [one for one in message.reasons if _seen(message, one)]
    cuts = sorted({0, len(message.text), *(at for one in placed for at in _span(one))})
    return tuple(_piece(message, start, end, placed, urgent=urgent) for start, end in pairwise(cuts))


def _piece(message: CaseMessage, start: int, end: int, placed: Iterable[Reason], *, urgent: bool) -> Segment:
    over = [one for one in placed if _span(one)[0] <= start < _span(one)[1]]
    marked = urgent and any(one.code in _STANDS for one in over)
    return Segment(message.text[start:end], marked, _place(message, start) if over else "")


def _place(message: CaseMessage, at: int) -> str:
    """The id of the piece of a message that begins at `at`."""
    return f"e-{message.id}-{at}"


def _seen(message: CaseMessage, reason: Reason) -> bool:
    """Whether its words stand in the part of the text that the message has."""
    start, end = _span(reason)
    return 0 <= start < end <= len(message.text)


def _span(reason: Reason) -> tuple[int, int]:
    return (-1, -1) if reason.start is None or reason.end is None else (reason.start, reason.end)


def _spoken(said: Sequence[CaseMessage], label: str, value: str) -> tuple[Ground, ...]:
    """The grounds of a value in the latest message that has one."""
    found = (
        _grounds(one, [reason for reason in one.reasons if (reason.label, reason.value) == (label, value)])
        for one in said
    )
    return next(filter(None, found), ())


def _read(said: Sequence[CaseMessage], label: str) -> tuple[Ground, ...]:
    """What the latest message was read as."""
    return next((_grounds(one, [reason for reason in one.reasons if reason.label == label]) for one in said), ())


def _urgency(case: Case, said: Sequence[CaseMessage]) -> tuple[Ground, ...]:
    """Those of the message that set it, else the signals that the case itself carries."""
    signals = {one.name: one for one in case.urgency.signals if one.name != "corrected"}
    for message in said:
        found = [one for one in message.reasons if one.label == "urgency"]
        if found and (not signals or any(one.code in _STANDS and one.value in signals for one in found)):
            return _grounds(message, found)
    return tuple(_of_signal(one) for one in signals.values())


def _of_signal(signal: UrgencySignal) -> Ground:
    code = "urgency-told" if signal.told_by == "model" else "urgency-signal"
    return Ground(code, signal.name, (Words(signal.evidence),) if signal.evidence else ())


def _topics(case: Case, said: Sequence[CaseMessage], *, every: bool) -> tuple[Ground, ...]:
    """Of each topic of the case, in the latest message that named it; of `every` one also what it is not about any more."""
    found: dict[str, Ground] = {}
    for message in said:
        grounds = _grounds(message, (one for one in message.reasons if one.label == "topic"))
        found = {one.value: one for one in grounds} | found
    return tuple(one for name, one in found.items() if every or name in case.topics)


def _grounds(message: CaseMessage, reasons: Iterable[Reason]) -> tuple[Ground, ...]:
    """Reasons in groups of one code and value, each word once."""
    return tuple(
        Ground(code, value, tuple(dict.fromkeys(_words(message, one) for one in those if one.evidence)))
        for (code, value), those in groupby(reasons, key=lambda one: (one.code, one.value))
    )


def _words(message: CaseMessage, reason: Reason) -> Words:
    start, end = _span(reason)
    return Words(reason.evidence, _place(message, start), end) if _seen(message, reason) else Words(reason.evidence)
