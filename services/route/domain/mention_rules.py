"""What a mention does: nothing, join its conversation's case, reopen a closed one, or open a new one.

Whether it needs a person is in `services/contracts/needs.py`; here a person's own word about it goes before that.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.contracts.cases import MESSAGE_CHARACTERS, RECENT_MESSAGES, Case, CaseMessage
from services.contracts.events import CaseOpened, CaseReopened, MentionJoined
from services.contracts.ids import case_id
from services.contracts.mentions import Classification, ClassifiedMention, Urgency
from services.contracts.needs import Terms, Verdict, terms_of, with_verdict
from services.contracts.teams import UrgencyWeights
from services.route.domain import clocks
from services.route.domain.addressees import called, of_conversation, with_later
from services.route.domain.agreement import Agreement
from services.route.domain.case_rules import opened_again
from services.route.domain.drafts import Draft, case_draft, changed
from services.route.domain.labels import carried, taken_for, without
from services.route.domain.made import made
from services.route.domain.places import RANK
from services.route.domain.releases import must_go, release_draft
from services.route.domain.snoozes import woken
from services.route.domain.solved import settled
from services.route.domain.state import TeamState

USUAL_REOPEN = timedelta(days=7)
SOURCE = "source:{}"
"""The actor of an event that came from outside."""


_USUAL = terms_of(None)
_THANKS = Verdict(False, "nobody-thanks")


def verdict(mention: ClassifiedMention, agreed: Agreement | None) -> Verdict:
    """Whether somebody must see it: as a person has said of it, else by what the team has agreed."""
    read = mention.classification
    if any(one.author == "person" and "needs_person" in one.corrected for one in mention.corrections):
        return Verdict(read.needs_person, "corrected-person")
    terms: Terms = agreed.terms if agreed else _USUAL
    return terms.verdict(mention, read)


def in_conversation(mention: ClassifiedMention, found: Verdict) -> Verdict:
    """The same of a mention that goes on with a case: thanks for what we did asks for nothing more."""
    return _THANKS if found.only_addressed and _is_thanks(mention.classification) else found


def _is_thanks(read: Classification) -> bool:
    return read.intent == "praise" or read.sentiment.label == "positive"


def decide_mention(state: TeamState, mention: ClassifiedMention, now: datetime) -> list[Draft]:
    """The drafts of one mention; one that was seen before does nothing, wherever its case is by now.

    Neither does what somebody wrote before they were erased, when it comes (again) after that.
    """
    if mention.id in state.case_of_mention or mention.erased_at or state.erasures.of_mention(mention):
        return []
    case = state.latest_case((mention.source, mention.conversation))
    found = verdict(mention, state.agreement)
    if case is not None and case.status == "open":
        return list(_join(state, case, mention, in_conversation(mention, found), now))
    if not found.needs:
        return []
    if case is None or case.closed_at is None or now >= case.closed_at + _reopen_window(state.agreement):
        return [_open(state, mention, found, now)]
    after = in_conversation(mention, found)
    return [(_reopen if after.needs else _shown)(state, case, mention, after, now)]


def message(mention: ClassifiedMention, found: Verdict) -> CaseMessage:
    """The mention as a message of its case, with why somebody is needed."""
    fields = {
        "kind": "mention",
        "id": mention.id,
        "at": mention.created_at,
        "author": called(mention.author),
        "author_id": mention.author.id,
        "text": mention.text[:MESSAGE_CHARACTERS],
        "cut": len(mention.text) > MESSAGE_CHARACTERS,
        "url": mention.url,
        "source_id": mention.source_id,
        "reasons": carried(with_verdict(mention.classification.reasons, found)),
        "urgency": mention.classification.urgency.label,
    }
    return made(CaseMessage, fields)


def _open(state: TeamState, mention: ClassifiedMention, found: Verdict, now: datetime) -> Draft:
    read = mention.classification
    fields = {
        "id": case_id(state.team, mention.id),
        "team": state.team,
        "revision": 0,
        "source": mention.source,
        "kind": mention.kind,
        "monitor": mention.monitor,
        "conversation": mention.conversation,
        "author": mention.author,
        "title": mention.title,
        "language": read.language.code,
        "sentiment": read.sentiment.label,
        "sentiment_score": read.sentiment.score,
        "urgency": read.urgency,
        "intent": read.intent,
        "topics": read.topics,
        "skills": state.agreement.skills_for(read.topics) if state.agreement else (),
        "weight": _weight(state, read.urgency),
        "opened_at": now,
        "updated_at": now,
        "created_at": mention.created_at,
        "answer_to": mention.source_id,
        "mentions": (mention.id,),
        "messages": (message(mention, found),),
    }
    case = clocks.begun(state.agreement, made(Case, fields), min(mention.collected_at, now))
    return case_draft(CaseOpened, case, now, SOURCE.format(mention.source), mention=mention.id)


def _join(state: TeamState, case: Case, mention: ClassifiedMention, found: Verdict, now: datetime) -> Iterator[Draft]:
    """The conversation goes on. What needs nobody (thanks, a bystander) is shown, but does not ask for an answer; who writes
    that it is solved may make the case less urgent (`solved.py`)."""
    agreed, actor = state.agreement, SOURCE.format(mention.source)
    after = _with(case, mention, found)
    if found.needs:
        after = clocks.heard(agreed, _urgent(state, after, mention, now), min(mention.collected_at, now))
        after = clocks.adjusted(agreed, changed(after, awaiting_us=True), now)
    joined = case_draft(MentionJoined, after, now, actor, mention=mention.id)
    drafts = [joined, *settled(agreed, joined.case, mention, found, now)]
    yield from drafts
    draft = drafts[-1]
    if case.snoozed_until is not None and (found.needs or mention.author.id in _authors(case)):
        draft = woken(agreed, draft.case, "customer", now)
        yield draft
    reason = must_go(state, draft.case, now) if draft.case.awaiting_us else None
    if reason is not None and draft.case.snoozed_until is None:
        yield release_draft(draft.case, reason, now)


def _authors(case: Case) -> set[str]:
    return {case.author.id, *(one.author.id for one in case.merged)}


def _shown(_state: TeamState, case: Case, mention: ClassifiedMention, found: Verdict, now: datetime) -> Draft:
    """Thanks after the close stands in the case, which stays closed."""
    return case_draft(
        MentionJoined, _with(case, mention, found), now, SOURCE.format(mention.source), mention=mention.id
    )


def _reopen(state: TeamState, case: Case, mention: ClassifiedMention, found: Verdict, now: datetime) -> Draft:
    """A new promise, and back to whoever had it."""
    urgency = mention.classification.urgency
    after = taken_for(opened_again(_with(case, mention, found)), urgency, _weight(state, urgency))
    after = clocks.begun(state.agreement, after, min(mention.collected_at, now))
    return case_draft(CaseReopened, after, now, SOURCE.format(mention.source), mention=mention.id)


def _with(case: Case, mention: ClassifiedMention, found: Verdict) -> Case:
    """The case with one message more. One of a merged conversation is noted with it, and does not change whom we answer."""
    sentiment = mention.classification.sentiment
    entry = of_conversation(case, mention)
    return changed(
        case,
        mentions=(*case.mentions, mention.id),
        messages=(*case.messages, message(mention, found))[-RECENT_MESSAGES:],
        answer_to=case.answer_to if entry else mention.source_id,
        merged=with_later(case, entry, mention) if entry else case.merged,
        sentiment=sentiment.label,
        sentiment_score=sentiment.score,
        corrections=without(case.corrections, "sentiment"),
    )


def _urgent(state: TeamState, case: Case, mention: ClassifiedMention, now: datetime) -> Case:
    """A more urgent mention makes its case more urgent, and an open promise the earlier of the two."""
    urgency = mention.classification.urgency
    if RANK[urgency.label] <= RANK[case.urgency.label]:
        return case
    after = changed(taken_for(case, urgency, _weight(state, urgency)), waiting=None)
    return clocks.sharpened(state.agreement, after, min(mention.collected_at, now))


def _weight(state: TeamState, urgency: Urgency) -> int:
    if state.agreement is not None:
        return state.agreement.weight_of(urgency.label)
    points: int = getattr(UrgencyWeights(), urgency.label)
    return points


def _reopen_window(agreed: Agreement | None) -> timedelta:
    return timedelta(days=agreed.config.reopen_days) if agreed else USUAL_REOPEN
