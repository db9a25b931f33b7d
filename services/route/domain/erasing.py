"""Erasure of an author: what it does to the cases that are not archived. Used by `decide.py`.

In a case of the author everything goes that was said: their messages, our replies and notes about them, what is held, asked
and why it was corrected. A reply to another author whose case was merged into it, and what others wrote in the conversation,
stays. In a case of somebody else only what the author wrote goes, and what answers it. When, how often, by whom of the team
and how it was read stays. Who reads the topics makes what is archived the same (`services/report/erasing.py`).
"""

from datetime import datetime
from typing import Any

from services.contracts.cases import Case, CaseMessage, MergedCase
from services.contracts.commands import (
    AskColleague,
    Command,
    EraseAuthor,
    MergeCase,
    ReopenCase,
    SubmitReply,
    UnmergeCase,
)
from services.contracts.erasure import NOBODY
from services.contracts.events import AuthorErased, CaseErased
from services.contracts.mentions import Urgency
from services.route.domain import clocks
from services.route.domain.addressees import called
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft, case_draft, changed, closed
from services.route.domain.made import remade
from services.route.domain.state import TeamState

NEEDS_SOMEBODY = (AskColleague, MergeCase, ReopenCase, UnmergeCase)
"""What makes no sense when nobody is left who is answered."""
_TOLD_FREELY = {"ReplyFailed"}
"""Lines of history whose detail is in the words of the other side."""


def erase(state: TeamState, agreed: Agreement, command: EraseAuthor, now: datetime) -> list[Draft]:
    """The erasure itself, then each case in which the author wrote. Said again, it covers what they wrote since."""
    who = (command.source, command.author)
    cases = (_erased(agreed, case, who, command.actor, now) for case in state.cases.values())
    first = Draft(AuthorErased, {"source": command.source, "author": command.author})
    return [first, *(one for one in cases if one)]


def still_somebody(case: Case, command: Command) -> None:
    """Refuse what is for somebody who was erased, and for nobody else who wrote in the case."""
    alone = case.erased_at is not None and not case.answer_to
    if isinstance(command, SubmitReply) and command.to not in (None, case.id):
        gone = any(one.case == command.to and one.author == NOBODY and not one.answer_to for one in case.merged)
    elif isinstance(command, SubmitReply):
        gone = alone
    else:
        gone = isinstance(command, NEEDS_SOMEBODY) and alone and not _still_merged(case)
    if gone:
        raise Refusal("erased", "the author of the case was erased; there is nobody to answer")


Who = tuple[str, str]
"""A source, and an author's id on it."""


def _erased(agreed: Agreement, case: Case, who: Who, actor: str, now: datetime) -> Draft | None:
    """The case without them; `None` when they are not in it."""
    theirs = (case.source, case.author.id) == who
    entries = frozenset(one.case for one in case.merged if (one.source, one.author.id) == who)
    wrote = frozenset(one.id for one in case.messages if one.kind == "mention" and _writer(case, one) == who)
    if not theirs and not entries and not wrote:
        return None
    after = changed(case, **_without(case, theirs, entries, wrote))
    if theirs:
        after = changed(after, **_without_author(after, now))
    after = _left(after, theirs)
    if theirs and after.status == "open" and not after.answer_to and not _still_merged(after):
        # Nothing is left to answer, and what was promised is void.
        after = closed(clocks.ended(agreed, after, now), actor, now)
    return case_draft(CaseErased, after, now, actor)


def _writer(case: Case, message: CaseMessage) -> Who:
    """Who wrote a mention. One from before messages had `author_id` is taken to be of its conversation's author by name."""
    entry = next((one for one in case.merged if message.id in one.mentions), None)
    source, author = (entry.source, entry.author) if entry else (case.source, case.author)
    return source, message.author_id or (author.id if message.author == called(author) else "")


def _without(case: Case, theirs: bool, entries: frozenset[str], wrote: frozenset[str]) -> dict[str, Any]:
    """What changes in any case: `entries` are the merged cases of the author, `wrote` their messages."""

    def goes(addressee: str | None) -> bool:
        return theirs if addressee is None else addressee in entries

    def after(one: CaseMessage) -> CaseMessage:
        mine = one.id in wrote if one.kind == "mention" else goes(one.addressee.case if one.addressee else None)
        return _no_words(one) if mine else one

    gone = frozenset(one.reply for one in case.pending if goes(one.addressee.case if one.addressee else None))
    messages = tuple(
        remade(one, {"state": "withdrawn"}) if one.id in gone else one for one in map(after, case.messages)
    )
    said = " ".join(one.text for one in messages if one.kind == "mention").casefold()
    merged = (_entry(one, one.case in entries, said) for one in case.merged)
    return {
        "messages": messages,
        "pending": tuple(one for one in case.pending if one.reply not in gone),
        "merged": tuple(remade(one, {"pushed_out": tuple(map(after, one.pushed_out))}) for one in merged),
        "urgency": _quoting(case.urgency, said),
    }


def _no_words(one: CaseMessage) -> CaseMessage:
    author = "" if one.kind == "mention" else one.author
    empty: dict[str, Any] = {"text": "", "cut": False, "url": "", "source_id": "", "detail": "", "author_id": ""}
    return remade(
        one,
        empty | {"author": author, "reasons": (), "addressee": None, "mentioned": (), "versions": (), "erased": True},
    )


def _quoting(urgency: Urgency, said: str) -> Urgency:
    """What made it urgent, in the words that are still there."""
    kept = (
        one if one.evidence.casefold() in said else one.model_copy(update={"evidence": ""}) for one in urgency.signals
    )
    return remade(urgency, {"signals": tuple(kept)})


def _entry(one: MergedCase, theirs: bool, said: str) -> MergedCase:
    """The entry of a merged case; one of the author keeps what undoing takes, and nothing of them."""
    changes: dict[str, Any] = {"urgency": _quoting(one.urgency, said)}
    if theirs:
        changes |= {"author": NOBODY, "conversation": one.case, "answer_to": ""}
    return remade(one, changes)


def _without_author(case: Case, now: datetime) -> dict[str, Any]:
    """What else goes in a case of the author."""
    over = {"text": "", "quote": ""}
    return {
        "author": NOBODY,
        "title": "",
        "erased_at": now,
        "corrections": tuple(remade(one, {"reason": ""}) for one in case.corrections),
        "questions": tuple(
            remade(one, over | {"state": "expired" if one.state == "asked" else one.state}) for one in case.questions
        ),
        "history": tuple(remade(one, {"detail": ""}) if one.type in _TOLD_FREELY else one for one in case.history),
    }


def _left(case: Case, theirs: bool) -> Case:
    """Whom a reply answers from now on: the latest of those who are left; of an author's case nobody may be."""
    own = {one for entry in case.merged for one in entry.mentions}
    others = [one for one in case.messages if one.kind == "mention" and not one.erased and one.id not in own]
    if others:
        return changed(case, answer_to=others[-1].source_id or case.answer_to)
    return changed(case, conversation=case.id, answer_to="") if theirs else case


def _still_merged(case: Case) -> bool:
    """Whether the case goes on for somebody whose case was merged into it."""
    return any(one.author != NOBODY for one in case.merged)
