"""What people do with the handbook: publish, revise and retire guidelines, agree to them, suggest and decide.

A version never changes; who wants another one says which version they had before them, so that two leads who write at the
same time do not undo each other's work unread.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.contracts.commands import (
    AgreeGuideline,
    DecideSuggestion,
    HandbookCommand,
    PublishGuideline,
    RetireGuideline,
    SuggestGuideline,
)
from services.contracts.events import (
    GuidelineAgreed,
    GuidelinePublished,
    GuidelineRetired,
    GuidelineSuggested,
    SuggestionDecided,
)
from services.contracts.handbook import (
    MOST_GUIDELINES,
    MOST_OPEN_SUGGESTIONS,
    MOST_VERSIONS,
    Agreement,
    GuidelineRef,
    GuidelineText,
    GuidelineVersion,
    Suggestion,
)
from services.route.domain.agreement import Agreement as Agreed
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft
from services.route.domain.handbook_state import Handbook
from services.route.domain.rights import in_roster
from services.route.domain.rota_changes import leads_only

DECIDED_KEPT = timedelta(days=90)
"""A suggestion that was decided on is shown for so long; its events stay."""


def decide_handbook(handbook: Handbook, agreed: Agreed, command: HandbookCommand, now: datetime) -> list[Draft]:
    """The drafts that answer a command about the handbook; none when it is so already.

    Raises:
        Refusal: who asks may not, or what it is about is not there or has changed.
    """
    return _RULES[type(command)](handbook, agreed, command, now)


def known(handbook: Handbook, refs: Iterable[GuidelineRef]) -> None:
    """Refuse a version that never was."""
    if unknown := [f"{one.id} {one.version}" for one in refs if not handbook.has(one)]:
        raise Refusal("invalid", f"the handbook has no such versions: {', '.join(unknown)}"[:500])


def _publish(handbook: Handbook, agreed: Agreed, command: PublishGuideline, now: datetime) -> list[Draft]:
    leads_only(agreed, command.actor)
    latest = handbook.latest(command.guideline)
    suggestion = _open(handbook, command.suggestion) if command.suggestion else None
    if latest and not latest.retired and latest.same_as(command.text):
        return []
    _may_follow(handbook, latest, command)
    extra = {"suggested_by": suggestion.by if suggestion else "", "reason": command.reason.strip()}
    made = _version(command.text, latest, command.guideline, command.actor, now, **extra)
    drafts = [Draft(GuidelinePublished, {"guideline": made})]
    return drafts + ([_decided(suggestion, command.actor, now, accept=True)] if suggestion else [])


def _may_follow(handbook: Handbook, latest: GuidelineVersion | None, command: PublishGuideline) -> None:
    there = latest.version if latest else 0
    if command.based_on != there:
        raise Refusal("invalid", f"version {there} is the latest, not {command.based_on}: look at what changed first")
    if latest and not command.reason.strip():
        raise Refusal("invalid", "a change needs a reason")
    if there >= MOST_VERSIONS or (latest is None and len(handbook.versions) >= MOST_GUIDELINES):
        raise Refusal("invalid", f"a handbook has {MOST_GUIDELINES} guidelines of {MOST_VERSIONS} versions at most")


def _version(
    text: GuidelineText, latest: GuidelineVersion | None, guideline: str, actor: str, now: datetime, **more: Any
) -> GuidelineVersion:
    said = {name: getattr(text, name) for name in GuidelineText.model_fields}
    return GuidelineVersion(**said, id=guideline, version=latest.version + 1 if latest else 1, by=actor, at=now, **more)


def _retire(handbook: Handbook, agreed: Agreed, command: RetireGuideline, now: datetime) -> list[Draft]:
    leads_only(agreed, command.actor)
    latest = _latest(handbook, command.guideline)
    if latest.retired:
        return []
    made = _version(latest, latest, latest.id, command.actor, now, reason=command.reason, retired=True)
    return [Draft(GuidelineRetired, {"guideline": made})]


def _agree(handbook: Handbook, agreed: Agreed, command: AgreeGuideline, now: datetime) -> list[Draft]:
    in_roster(agreed, command.actor)
    latest = _latest(handbook, command.guideline)
    if latest.retired or command.guideline_version != latest.version:
        raise Refusal("invalid", f"version {latest.version} is what holds; read that one")
    before = handbook.agreements.get((command.actor, latest.id))
    if before and before.version == latest.version:
        return []
    made = Agreement(person=command.actor, guideline=latest.id, version=latest.version, at=now)
    return [Draft(GuidelineAgreed, {"agreement": made})]


def _suggest(handbook: Handbook, _agreed: Agreed, command: SuggestGuideline, now: datetime) -> list[Draft]:
    if command.guideline is not None:
        _latest(handbook, command.guideline)
    if handbook.open_suggestions() >= MOST_OPEN_SUGGESTIONS:
        raise Refusal("invalid", f"{MOST_OPEN_SUGGESTIONS} suggestions wait already; decide on those first")
    if not command.text.strip():
        raise Refusal("invalid", "the suggestion is empty")
    ident = f"suggestion-{command.id}"
    made = Suggestion(id=ident, guideline=command.guideline, text=command.text.strip(), by=command.actor, at=now)
    return [Draft(GuidelineSuggested, {"suggestion": made})]


def _decide(handbook: Handbook, agreed: Agreed, command: DecideSuggestion, now: datetime) -> list[Draft]:
    leads_only(agreed, command.actor)
    there = handbook.suggestions.get(command.suggestion)
    if there and there.state == ("accepted" if command.accept else "declined"):
        return []
    suggestion = _open(handbook, command.suggestion)
    return [_decided(suggestion, command.actor, now, accept=command.accept, note=command.note)]


def _decided(suggestion: Suggestion, actor: str, now: datetime, *, accept: bool, note: str = "") -> Draft:
    state = "accepted" if accept else "declined"
    update = {"state": state, "decided_by": actor, "decided_at": now, "note": note}
    return Draft(SuggestionDecided, {"suggestion": suggestion.model_copy(update=update)})


def _latest(handbook: Handbook, guideline: str) -> GuidelineVersion:
    latest = handbook.latest(guideline)
    if latest is None:
        raise Refusal("not_found", f"there is no guideline {guideline!r}")
    return latest


def _open(handbook: Handbook, name: str) -> Suggestion:
    found = handbook.suggestions.get(name)
    if found is None:
        raise Refusal("not_found", f"there is no suggestion {name!r}")
    if found.state != "open":
        raise Refusal("invalid", f"the suggestion was {found.state} already")
    return found


_RULES: Mapping[type[HandbookCommand], Callable[[Handbook, Agreed, Any, datetime], list[Draft]]] = {
    PublishGuideline: _publish,
    RetireGuideline: _retire,
    AgreeGuideline: _agree,
    SuggestGuideline: _suggest,
    DecideSuggestion: _decide,
}
