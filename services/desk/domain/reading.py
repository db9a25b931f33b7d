"""How a case reads: its headline, the words that made it urgent, why it is with whom it is. Gives parts, not prose."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.contracts.cases import Case, Explanation
from services.contracts.mentions import Urgency

HEADLINE = 70
DOUBT = 0.6
"""Below this confidence a label is shown as doubtful."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, whether it is marked, and its id where it is evidence that something points at."""

    text: str
    marked: bool = False
    place: str = ""


def segments(text: str, evidence: Iterable[str]) -> tuple[Segment, ...]:
    """Cut a text where evidence stands in it, the longest first, whatever its case; the pieces together are the text."""
    wanted = sorted({one.strip() for one in evidence if one.strip()}, key=len, reverse=True)
    if not wanted:
        return (Segment(text),)
    pattern = re.compile("(" + "|".join(re.escape(one) for one in wanted) + ")", re.IGNORECASE)
    return tuple(Segment(piece, number % 2 == 1) for number, piece in enumerate(pattern.split(text)) if piece)


def found_words(urgency: Urgency) -> list[str]:
    """The words of the message that made it urgent; why somebody corrected it is not among them."""
    return [one.evidence for one in urgency.signals if one.name != "corrected"]


def is_unsure(urgency: Urgency) -> bool:
    """Whether the reader was in doubt about the label; a person's word leaves none."""
    return urgency.confidence is not None and urgency.confidence < DOUBT


def headline(case: Case) -> str:
    """The case's title, else the first words of what was asked; for the tab of the browser."""
    if case.title:
        return case.title
    first = next((message.text for message in case.messages if message.kind == "mention"), "")
    line = " ".join(first.split())
    if len(line) <= HEADLINE:
        return line or case.conversation
    return line[:HEADLINE].rsplit(" ", 1)[0] + "…"


def latest_words(case: Case) -> str:
    """What the other side said last, for the list."""
    said = [message.text for message in case.messages if message.kind == "mention"]
    return " ".join((said[-1] if said else case.title).split())[:300]


@dataclass(frozen=True, slots=True)
class Why:
    """An assignment in parts: the rule, the chosen one's load, and who could not, by reason in the order of the rules."""

    rule: str
    chosen: str | None
    language: str
    load: int
    capacity: int
    could_not: tuple[tuple[str, tuple[str, ...]], ...]
    busier: tuple[str, ...]


def why(explanation: Explanation) -> Why:
    """Sort an explanation for reading: each excluded person once, under their first reason."""
    could_not: dict[str, list[str]] = {}
    for one in explanation.candidates:
        if one.excluded and one.person != explanation.chosen:
            could_not.setdefault(one.excluded[0].code, []).append(one.person)
    chosen = next((one for one in explanation.candidates if one.person == explanation.chosen), None)
    order = ("full", "sick", "on_leave", "language", "skill", "channel", "off_shift")
    return Why(
        rule=explanation.rule,
        chosen=explanation.chosen,
        language=explanation.needs_language,
        load=chosen.load if chosen else 0,
        capacity=chosen.capacity if chosen else 0,
        could_not=tuple((code, tuple(could_not[code])) for code in order if code in could_not),
        busier=tuple(
            one.person for one in explanation.candidates if not one.excluded and one.person != explanation.chosen
        ),
    )
