"""Who wrote that something is urgent writes that it is solved: the case falls back to what is still open in it. Pure.

Used by `mention_rules.py` when a mention joins an open case. The urgency of a case is that of what nobody has answered, so
a later message can lower it, but never quietly wrong: only when that message asks for nothing and the rules read in it that
it is over (mere thanks lower nothing), when its author wrote what made the case so urgent, and never below what another has
written and we have not answered. What is not known counts as open: messages that the case no longer carries, or that came
before it kept how urgent each is. A person's own word about the case stands, and so do self-harm and threats, which nobody
is rid of by a message. A later urgent message raises the case again, as any does.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.contracts.cases import Case, CaseMessage
from services.contracts.events import CaseReclassified
from services.contracts.mentions import ClassifiedMention, Urgency, UrgencyLabel, UrgencySignal
from services.contracts.needs import GRAVE, Verdict
from services.route.domain import clocks
from services.route.domain.agreement import Agreement
from services.route.domain.corrections import URGENCY_SCORE
from services.route.domain.drafts import ROUTER, Draft, case_draft, changed
from services.route.domain.labels import taken_for
from services.route.domain.places import RANK

SOLVED = "resolved"
"""The signal of a text that says that it is over by now."""
TOLD = "solved"
"""The detail of the line of history: the desk says why the case is less urgent."""
STANDING = frozenset({"self_harm", "threat"})
"""Signals of which a person decides that they are over."""
_COUNTS = frozenset({"urgency-signal", "urgency-told"})
_LEFT = frozenset({"approved", "delivered"})


def settled(
    agreed: Agreement | None, case: Case, mention: ClassifiedMention, found: Verdict, now: datetime
) -> Iterator[Draft]:
    """The draft that makes a case less urgent after `mention` joined it, if it does.

    Args:
        agreed: what the team has agreed, for the weight and the promises; without it both stay until there is.
        case: as it is with the mention in it.
        mention: what was written.
        found: whether somebody must see it.
        now: the moment.
    """
    urgency = _left(case, mention) if not found.needs and _says_solved(mention) else None
    if urgency is None or "urgency" in case.corrected or RANK[urgency.label] >= RANK[case.urgency.label]:
        return
    after = taken_for(case, urgency, agreed.weight_of(urgency.label) if agreed else case.weight)
    if agreed is not None:
        waiting = None if case.owner is None else case.waiting
        after = clocks.reconsidered(agreed, changed(after, waiting=waiting), now)
    yield case_draft(CaseReclassified, after, now, ROUTER, TOLD, mention=mention.id, fields=("urgency",))


def _says_solved(mention: ClassifiedMention) -> bool:
    urgency = mention.classification.urgency
    by_rules = any(one.name == SOLVED and one.told_by == "rules" for one in urgency.signals)
    return by_rules and urgency.label not in GRAVE


def _left(case: Case, mention: ClassifiedMention) -> Urgency | None:
    """The urgency of what is open once what this author wrote is solved; `None` where that is not known, or not theirs."""
    earlier = [one for one in case.messages if one.kind == "mention" and one.id != mention.id]
    own = [one for one in earlier if one.author_id and one.author_id == mention.author.id]
    if not _made_it_urgent(case, own) or any(map(_stands, own)) or _forgotten_open(case, earlier):
        return None
    others = [one for one in earlier if one not in own and not _answered(case, one)]
    known = [(one.urgency, one) for one in others if one.urgency is not None]
    if len(known) < len(others):
        return None
    last = mention.classification.urgency
    label, message = max(reversed(known), key=lambda pair: RANK[pair[0]], default=(last.label, None))
    return last if message is None or RANK[label] <= RANK[last.label] else _told_by(message, label)


def _told_by(message: CaseMessage, label: UrgencyLabel) -> Urgency:
    """The urgency of an earlier message, as far as the case still carries why; a level without a score is in its middle."""
    score = URGENCY_SCORE[label]
    signals = tuple(
        UrgencySignal(
            name=one.value,
            evidence=one.evidence,
            weight=score,
            told_by="model" if one.code == "urgency-told" else "rules",
        )
        for one in message.reasons
        if one.label == "urgency" and one.code in _COUNTS
    )
    return Urgency(label=label, score=score, signals=signals)


def _made_it_urgent(case: Case, own: Iterable[CaseMessage]) -> bool:
    return any(one.urgency is not None and RANK[one.urgency] >= RANK[case.urgency.label] for one in own)


def _stands(message: CaseMessage) -> bool:
    return any(one.label == "urgency" and one.code in _COUNTS and one.value in STANDING for one in message.reasons)


def _forgotten_open(case: Case, earlier: Iterable[CaseMessage]) -> bool:
    """Whether a mention that the case no longer carries may be unanswered: no reply to its conversation is known."""
    carried = {one.id for one in earlier} | {case.mentions[-1]}
    return any(_reply_after(case, one, -1) is None for one in case.mentions if one not in carried)


def _answered(case: Case, message: CaseMessage) -> bool:
    return _reply_after(case, message.id, case.messages.index(message)) is not None


def _reply_after(case: Case, mention: str, place: int) -> CaseMessage | None:
    """A reply that has left, to the conversation of a mention, after a place among the messages."""
    conversation = next((one.case for one in case.merged if mention in one.mentions), None)
    replies = (one for one in case.messages[place + 1 :] if one.kind == "reply" and one.state in _LEFT)
    return next((one for one in replies if (one.addressee.case if one.addressee else None) == conversation), None)
