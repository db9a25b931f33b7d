"""What of a team must outlive the process besides its cases: the records of `desk.teams` that some events change.

Used by `partition.py`, which writes them in the same transaction as the events. Each record is as it is after the batch.
"""

from collections.abc import Iterator, Mapping, Sequence

from services.contracts.base import Model
from services.contracts.erasure import ErasedAuthor
from services.contracts.events import (
    AuthorErased,
    CalendarReported,
    CannedReplyRetired,
    CannedReplySaved,
    CaseArchived,
    ClassificationCorrected,
    CoverGapClosed,
    CoverGapFound,
    Event,
    GoalsSet,
    GuidelineAgreed,
    GuidelinePublished,
    GuidelineRetired,
    GuidelineSuggested,
    OwnCapacityChanged,
    ReplySubmitted,
    RotaEvent,
    SearchDropped,
    SearchSaved,
    SuggestionDecided,
)
from services.contracts.goals import GoalsRecord
from services.contracts.handbook import AgreementRecord, GuidelineRecord, SuggestionRecord
from services.contracts.ids import erasure_id
from services.contracts.memory import KnownCalendar, KnownGap
from services.contracts.teams import TeamConfiguration
from services.contracts.topics import TeamRecord
from services.route.domain.state import TeamState

Record = tuple[str, TeamRecord, str, Model | None]
"""The team, the kind and the id of a record, and the record; `None` is a tombstone."""


def team_records(teams: Mapping[str, TeamState], events: Sequence[Event]) -> list[Record]:
    """Each record that the events change, once; of the events' team alone."""
    found = {record[:3]: record for event in events for record in _records(teams[event.team], event)}
    return list(found.values())


def _records(state: TeamState, event: Event) -> Iterator[Record]:
    team = state.team
    match event:
        case RotaEvent():
            yield team, "config", "current", _agreed(state)
        case CaseArchived():
            yield team, "handled", event.case.id, state.handled[event.case.id]
        case OwnCapacityChanged():
            yield team, "capacity", event.person, state.capacities.get(event.person)
        case ClassificationCorrected(author="person"):
            yield team, "corrected", event.mention, state.corrected[event.mention]
        case AuthorErased():
            erasure = erasure_id(team, event.source, event.author)
            yield team, "erased", erasure, ErasedAuthor(team=team, erasure=erasure, at=event.at)
        case CoverGapFound() | CoverGapClosed():
            gap = state.gaps.get(event.gap.id)
            yield team, "gap", event.gap.id, KnownGap(team=team, gap=gap, at=event.at) if gap else None
        case CalendarReported():
            yield team, "calendar", event.status.calendar, KnownCalendar(team=team, status=event.status, at=event.at)
        case CannedReplySaved() | CannedReplyRetired():
            yield team, "canned", event.canned, state.canned[event.canned]
        case ReplySubmitted():
            yield from ((team, "canned", one, state.canned[one]) for one in event.canned if one in state.canned)
        case GuidelinePublished(guideline=one) | GuidelineRetired(guideline=one):
            yield team, "guideline", f"{one.id}.{one.version}", GuidelineRecord(team=team, at=one.at, guideline=one)
        case GuidelineAgreed(agreement=one):
            known = state.handbook.agreements[one.person, one.guideline]
            record = AgreementRecord(team=team, at=known.at, agreement=known)
            yield team, "agreement", f"{one.person}.{one.guideline}", record
        case GuidelineSuggested(suggestion=one) | SuggestionDecided(suggestion=one):
            now = state.handbook.suggestions[one.id]
            yield team, "suggestion", one.id, SuggestionRecord(team=team, at=now.moment(), suggestion=now)
        case GoalsSet() if state.goals is not None:
            yield team, "goals", "current", GoalsRecord(team=team, at=event.at, goals=state.goals)
        case SearchSaved():
            yield team, "search", event.search.id, state.searches.get(event.search.id)
        case SearchDropped():
            yield team, "search", event.search, state.searches.get(event.search)
        case _:
            pass
    if event.sequence == 1 and (answer := state.answered.get(event.cause)):
        yield team, "answered", event.cause, answer


def _agreed(state: TeamState) -> TeamConfiguration:
    agreed = state.agreement
    assert agreed is not None, "the team was configured in this batch"
    return TeamConfiguration(team=state.team, revision=agreed.revision, at=agreed.at, config=agreed.config)
