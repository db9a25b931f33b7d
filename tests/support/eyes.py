"""Four eyes by a way of its own: what may leave is worked out from the events alone, for the property tests of route."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.contracts.cases import Case
from services.contracts.events import (
    ApprovalReminded,
    CaseErased,
    Event,
    ReplyApproved,
    ReplyDelivered,
    ReplyReleased,
    ReplyRevised,
    ReplySubmitted,
    ReplyWithdrawn,
)
from services.contracts.outbox import OutboxItem
from services.contracts.signals import ApprovalWaits
from services.contracts.teams import ApprovalRule, Person, TeamConfig

URGENCIES = ("low", "normal", "high", "critical")


@dataclass
class Written:
    """A reply as it was written last: by whom, and whether that needed another pair of eyes."""

    text: str
    author: str
    writers: set[str]
    needs: bool
    approved_by: str = ""
    reminded: bool = False


@dataclass
class Eyes:
    """Sees every event once, and every item that leaves."""

    replies: dict[str, Written] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    left: dict[str, OutboxItem] = field(default_factory=dict)
    signals: dict[str, ApprovalWaits] = field(default_factory=dict)
    reminders: int = 0

    def see(self, event: Event, agreed: TeamConfig | None) -> None:
        """What an event means for a reply."""
        if isinstance(event, ReplySubmitted | ReplyRevised):
            assert agreed is not None
            reply = event.reply
            before = self.replies.get(reply.id)
            writers = {reply.author, *(before.writers if before else ())}
            needs = needs_approval(agreed, reply.author, event.case)
            self.replies[reply.id] = Written(reply.text, reply.author, writers, needs)
        elif isinstance(event, ReplyApproved):
            assert agreed is not None
            known = self.replies[event.reply]
            if event.by == "mandate":
                assert not known.needs, "it needed somebody else"
            else:
                assert event.by not in known.writers, "nobody approves their own"
                assert may_approve(agreed, event.by)
            assert not known.approved_by, "a text is approved once"
            known.approved_by = event.by
            assert (event.leaves is None) != (event.release_at is None)
        elif isinstance(event, ApprovalReminded):
            known = self.replies[event.reply]
            assert known.needs, "only what waits is reminded of"
            assert not known.approved_by, "only what waits is reminded of"
            assert not known.reminded, "once for a text"
            known.reminded = True
            self.reminders += 1
        elif isinstance(event, ReplyWithdrawn):
            assert event.reply.id not in self.left, "what has left is not taken back"
            assert event.reply.text == self.replies[event.reply.id].text, "the text comes back whole"
            self.withdrawn.add(event.reply.id)
        elif isinstance(event, CaseErased):
            erased = [one for one in event.case.messages if one.kind == "reply" and one.erased]
            assert not any(one.text or one.versions for one in erased)
            self.withdrawn |= {one.id for one in erased if one.state == "withdrawn"}
        elif isinstance(event, ReplyReleased):
            assert self.replies[event.reply.id].approved_by
        elif isinstance(event, ReplyDelivered):
            assert event.reply in self.left

    def leaves(self, item: OutboxItem) -> None:
        """An item is written to the outbox."""
        assert item.id not in self.left, "a reply leaves once"
        assert item.id not in self.withdrawn, "what was taken back does not leave"
        known = self.replies[item.id]
        assert known.approved_by, "nothing leaves without mandate or approval"
        assert (item.text, item.person, item.approved_by) == (known.text, known.author, known.approved_by)
        self.left[item.id] = item

    def told_outside(self, signal: ApprovalWaits) -> None:
        """A signal is written: of a text that waits, to people who may approve it, and once."""
        assert signal.id not in self.signals
        known = self.replies[signal.reply]
        assert (signal.author, known.needs, known.approved_by) == (known.author, True, "")
        assert not known.writers & {*signal.asked, *signal.next_asked}
        self.signals[signal.id] = signal

    def check(self, cases: Sequence[Case]) -> None:
        """No reply is lost: each of an open or closed case is held, on its way, withdrawn, or settled."""
        assert len(self.signals) == self.reminders, "what is reminded of is told outside the desk"
        held = {one.reply for case in cases for one in case.pending}
        assert not held & self.left.keys()
        assert not held & self.withdrawn
        for case in cases:
            for message in case.messages:
                if message.kind == "reply":
                    places = (message.id in held, message.id in self.left, message.id in self.withdrawn)
                    assert sum(places) == 1, (message, places)
                    assert (message.state in ("waiting_approval", "change_asked", "leaving")) == places[0]


def needs_approval(agreed: TeamConfig, author: str, case: Case) -> bool:
    """Whether the team wants somebody else to see this."""
    person = next((one for one in agreed.people if one.id == author), None)
    return (person is not None and not sends_alone(agreed, person, case)) or any(
        fits(rule, author, person, case) for rule in agreed.approval_rules
    )


def sends_alone(agreed: TeamConfig, person: Person, case: Case) -> bool:
    """Whether a person sends on this case unseen, where no rule fits: agency staff not beyond what the team says of them."""
    if not person.mandate.send_alone:
        return False
    allowed = set(URGENCIES)
    if person.employment == "agency":
        allowed = set(URGENCIES[: URGENCIES.index(agreed.agency.alone_up_to) + 1])
    if person.mandate.alone_up_to is not None:
        allowed = set(URGENCIES[: URGENCIES.index(person.mandate.alone_up_to) + 1])
    return case.urgency.label in allowed


def fits(rule: ApprovalRule, author: str, person: Person | None, case: Case) -> bool:
    """Whether all that a rule names holds."""
    return (
        (rule.people is None or author in rule.people)
        and (rule.employment is None or (person is not None and person.employment == rule.employment))
        and (rule.channels is None or case.kind in rule.channels)
        and (rule.urgency is None or URGENCIES.index(case.urgency.label) >= URGENCIES.index(rule.urgency))
        and (rule.topics is None or bool(set(rule.topics) & set(case.topics)))
        and (rule.reach is None or (case.author.followers or 0) >= rule.reach)
    )


def may_approve(agreed: TeamConfig, actor: str) -> bool:
    """Whether somebody may approve for the team."""
    person = next((one for one in agreed.people if one.id == actor), None)
    return person.mandate.approve if person else actor.startswith("lead:")
