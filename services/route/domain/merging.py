"""Two cases become one, and two again. Used by `decide.py`; who is answered is in `addressees.py`.

The merged case is closed and keeps its own messages and history; its mentions, and those that come of its conversation, are
the other's. The entry in `merged` has what undoing takes. A reply answers one conversation that its author chose, and
nothing of a note ever leaves: a merge that was wrong exposes nothing.
"""

from datetime import datetime
from itertools import chain

from services.contracts.cases import RECENT_MESSAGES, Case, CaseMessage, Deadline, MergedCase, MergedInto
from services.contracts.commands import MergeCase, ReportDelivery, UnmergeCase
from services.contracts.events import CaseExtended, CaseMerged, CaseReduced, CaseUnmerged
from services.contracts.seen import since
from services.route.domain import clocks
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.case_rules import delivery
from services.route.domain.drafts import Draft, case_draft, changed, closed
from services.route.domain.labels import without
from services.route.domain.made import made
from services.route.domain.places import RANK, promises_of
from services.route.domain.rights import may_direct, still_open
from services.route.domain.state import TeamState

MOST = 20
"""So many cases go on in one at most."""
SPOKEN = frozenset(
    {
        "MentionJoined",
        "ReplySubmitted",
        "ReplyRevised",
        "ReplyApproved",
        "ReplyReleased",
        "ReplyWithdrawn",
        "ReplyFailed",
        "CaseClosed",
        "CaseReopened",
        "CaseReclassified",
        "CaseExtended",
        "MentionsSplitOff",
        "CaseErased",
    }
)
"""After one of these the other case is not what it was; then undoing leaves its urgency, promises and turn as they are."""


def merge(state: TeamState, agreed: Agreement, case: Case, command: MergeCase, now: datetime) -> list[Draft]:
    """`case` goes on in `into`, which takes the more urgent of both and of each promise the earlier."""
    into = state.cases.get(command.into)
    if into is None:
        raise Refusal("unknown_case", "the team has no such case to merge into, or it is archived")
    if case.merged_into and case.merged_into.case == into.id:
        return []
    _may_merge(agreed, case, into, command)
    entry = _entry(case, into, command.actor, now)
    return [_merged(case, into, command.actor, now), _extended(agreed, case, into, entry, now)]


def unmerge(state: TeamState, agreed: Agreement, case: Case, command: UnmergeCase, now: datetime) -> list[Draft]:
    """Both as they were, as far as nothing was said since: what was sent and noted since stays where it was said."""
    if case.merged_into is None:
        return []
    into = state.cases.get(case.merged_into.case)
    entry = next((one for one in into.merged if one.case == case.id), None) if into else None
    if into is None or entry is None:
        raise Refusal("unknown_case", "the case that it went on in is archived")
    may_direct(agreed, into, command.actor)
    return [
        _reduced(agreed, into, entry, command.actor, now),
        _unmerged(agreed, case, into, entry, command.actor, now),
    ]


def delivered(state: TeamState, agreed: Agreement, case: Case, command: ReportDelivery, now: datetime) -> list[Draft]:
    """What became of a reply, said wherever its message is: it may have left before the merge, or before its end."""
    others = [case.merged_into.case] if case.merged_into else [one.case for one in case.merged]
    known = [case, *(one for other in others if (one := state.cases.get(other)))]
    holding = [one for one in known if any(said.id == command.reply for said in one.messages)]
    return list(chain.from_iterable(delivery(agreed, one, command, now) for one in holding or [case]))


def _may_merge(agreed: Agreement, case: Case, into: Case, command: MergeCase) -> None:
    still_open(case)
    still_open(into)
    may_direct(agreed, case, command.actor)
    if case.id == into.id:
        raise Refusal("invalid", "a case cannot be merged into itself")
    if case.merged:
        raise Refusal("merged", "others were merged into this case; merge the other case into this one instead")
    if case.pending:
        raise Refusal("reply_pending", "a reply of the case has not left yet; decide on it, or take it back first")
    if len(into.merged) >= MOST:
        raise Refusal("invalid", f"at most {MOST} cases go on in one")
    if not command.other_author and (case.source, case.author.id) != (into.source, into.author.id):
        raise Refusal("other_author", "the cases are of different authors")


def _entry(case: Case, into: Case, actor: str, now: datetime) -> MergedCase:
    _, pushed_out = _together(case, into)
    fields = {
        name: getattr(case, name) for name in ("source", "kind", "conversation", "author", "answer_to", "mentions")
    }
    return made(
        MergedCase,
        fields
        | {
            "case": case.id,
            "at": now,
            "by": actor,
            "revision": into.revision + 1,
            "brought": len(case.mentions),
            "came": tuple(one.id for one in case.messages),
            "pushed_out": pushed_out,
            "urgency": into.urgency,
            "corrections": into.corrections,
            "awaiting_us": into.awaiting_us,
            "promises": promises_of(into),
        },
    )


def _together(case: Case, into: Case) -> tuple[tuple[CaseMessage, ...], tuple[CaseMessage, ...]]:
    """All messages in the order in which they were said: the latest, and those of `into` that are no longer among them."""
    whole = sorted((*into.messages, *case.messages), key=lambda one: one.at)
    cut = max(0, len(whole) - RECENT_MESSAGES)
    kept = {one.id for one in whole[cut:]}
    return tuple(whole[cut:]), tuple(one for one in into.messages if one.id not in kept)


def _merged(case: Case, into: Case, actor: str, now: datetime) -> Draft:
    fields = {"case": into.id, "at": now, "by": actor, "promises": promises_of(case)}
    kept = {name: getattr(case, name) for name in ("awaiting_us", "snoozed_until", "escalated_to")}
    into_it = made(MergedInto, fields | kept)
    after = closed(clocks.promising(case, ()), actor, now, merged_into=into_it, mentions=())
    return case_draft(CaseMerged, after, now, actor, into.id, into=into.id)


def _extended(agreed: Agreement, case: Case, into: Case, entry: MergedCase, now: datetime) -> Draft:
    urgent = RANK[case.urgency.label] > RANK[into.urgency.label]
    messages, _ = _together(case, into)
    after = changed(
        into,
        merged=(*into.merged, entry),
        mentions=(*into.mentions, *case.mentions),
        messages=messages,
        awaiting_us=into.awaiting_us or case.awaiting_us,
        urgency=case.urgency if urgent else into.urgency,
        corrections=without(into.corrections, "urgency") if urgent else into.corrections,
        weight=case.weight if urgent else into.weight,
        waiting=None if urgent else into.waiting,
    )
    after = clocks.promising(after, _earliest(promises_of(into), promises_of(case)))
    after = clocks.adjusted(agreed, after, now)
    return case_draft(CaseExtended, after, now, entry.by, case.id, merged=case.id)


def _earliest(ours: tuple[Deadline, ...], theirs: tuple[Deadline, ...]) -> list[Deadline]:
    """Of each kind one promise: the earliest that is not kept yet, else ours."""
    found: list[Deadline] = []
    for kind in clocks.ORDER:
        both = [one for one in (*ours, *theirs) if one.kind == kind]
        unmet = [one for one in both if one.met_at is None]
        if both:
            found.append(min(unmet, key=lambda one: one.due_at) if unmet else both[0])
    return found


def _reduced(agreed: Agreement, into: Case, entry: MergedCase, actor: str, now: datetime) -> Draft:
    """Without what it brought and what came of its conversation since."""
    gone = {*entry.came, *entry.mentions}
    messages = (*entry.pushed_out, *(one for one in into.messages if one.id not in gone))
    after = changed(
        into,
        merged=tuple(one for one in into.merged if one is not entry),
        mentions=tuple(one for one in into.mentions if one not in entry.mentions),
        messages=tuple(sorted(messages, key=lambda one: one.at))[-RECENT_MESSAGES:],
    )
    lines = since(into, entry.revision)
    known = len(lines) == into.revision - entry.revision  # else the history is cut, and something may have been said
    if known and not any(line.type in SPOKEN for line in lines):
        weight = agreed.weight_of(entry.urgency.label)
        waiting = into.waiting if (weight, entry.urgency) == (into.weight, into.urgency) else None
        after = changed(
            after,
            urgency=entry.urgency,
            corrections=entry.corrections,
            weight=weight,
            awaiting_us=entry.awaiting_us,
            waiting=waiting,
        )
        after = _promised_again(agreed, after, entry.promises, into, now)
    return case_draft(CaseReduced, after, now, actor, entry.case, unmerged=entry.case)


def _promised_again(agreed: Agreement, after: Case, promises: tuple[Deadline, ...], into: Case, now: datetime) -> Case:
    """With its promises of before the merge; what was warned of since is not warned of again."""
    return clocks.adjusted(agreed, clocks.promising(after, clocks.as_told(promises, promises_of(into))), now)


def _unmerged(agreed: Agreement, case: Case, into: Case, entry: MergedCase, actor: str, now: datetime) -> Draft:
    """As it was; what its author wrote since waits for us."""
    was = case.merged_into
    assert was is not None, "asked before"
    wrote = entry.mentions[entry.brought :]
    later = [one for one in into.messages if one.id in wrote]
    after = changed(
        clocks.promising(case, clocks.as_told(was.promises, promises_of(into))),
        merged_into=None,
        status="open",
        closed_at=None,
        closed_by=None,
        waiting=None,
        awaiting_us=was.awaiting_us or bool(wrote),
        snoozed_until=None if wrote or (was.snoozed_until and was.snoozed_until <= now) else was.snoozed_until,
        escalated_to=was.escalated_to,
        answer_to=entry.answer_to,
        mentions=entry.mentions,
        messages=(*case.messages, *later)[-RECENT_MESSAGES:],
    )
    if wrote:
        after = clocks.heard(agreed, after, now)
    return case_draft(CaseUnmerged, clocks.adjusted(agreed, after, now), now, actor, into.id, out_of=into.id)
