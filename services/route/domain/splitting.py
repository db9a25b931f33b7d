"""Some mentions of a case become a case of their own: the customer asks two things at once. Used by `decide.py`.

What was read of the case, its owner and its promises are those of both; the conversation itself goes on in the first.
"""

from datetime import datetime

from services.contracts.cases import Case
from services.contracts.commands import SplitCase
from services.contracts.events import CaseSplitOff, MentionsSplitOff
from services.contracts.ids import split_id
from services.route.domain import clocks
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft, case_draft, changed
from services.route.domain.rights import may_direct, still_open


def split(agreed: Agreement, case: Case, command: SplitCase, now: datetime) -> list[Draft]:
    """The chosen mentions, which are among the recent messages, leave for a new case; at least one stays."""
    still_open(case)
    may_direct(agreed, case, command.actor)
    chosen = [one for one in case.messages if one.kind == "mention" and one.id in command.mentions]
    going = tuple(one.id for one in chosen)
    own = [one for one in case.messages if one.kind == "mention" and one not in chosen]
    if len(going) != len(set(command.mentions)):
        raise Refusal("not_found", "not all of these mentions are among the recent messages of the case")
    if any(one in entry.mentions for entry in case.merged for one in going):
        raise Refusal("merged", "mentions of a merged conversation leave when it is taken apart")
    theirs = {one for entry in case.merged for one in entry.mentions}
    staying = tuple(one for one in case.mentions if one not in going)
    if all(one in theirs for one in staying):
        raise Refusal("invalid", "at least one mention of its own stays with the case")
    new = split_id(command.id)
    left = [one for one in own if one.id not in theirs]
    after = changed(
        case,
        mentions=staying,
        messages=tuple(one for one in case.messages if one not in chosen),
        answer_to=left[-1].source_id if left else case.answer_to,
    )
    made = changed(
        case,
        id=new,
        revision=0,
        split_from=case.id,
        title=case.title if not left else "",
        opened_at=now,
        created_at=chosen[0].at,
        history=(),
        merged=(),
        pending=(),
        questions=(),
        mentions=going,
        messages=tuple(chosen),
        answer_to=chosen[-1].source_id,
        awaiting_us=True,
        snoozed_until=None,
        waiting=None,
        reopened=0,
    )
    made = clocks.adjusted(agreed, clocks.heard(agreed, made, now), now)
    return [
        case_draft(MentionsSplitOff, after, now, command.actor, new, into=new, mentions=going),
        case_draft(CaseSplitOff, made, now, command.actor, case.id, out_of=case.id),
    ]
