"""The way back: which commands undo what somebody did to a case, and whether they may still be sent. Pure.

What was done is undone by its opposite, as a new command: nothing is taken out of the history. It is only offered while
nobody else has changed the case since.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from services.contracts.base import Id, Instant, Model, Slug
from services.contracts.cases import Case, HistoryLine
from services.contracts.mentions import SentimentLabel, UrgencyLabel

Deed = Literal["claim", "release", "hand", "tag", "snooze", "close"]
HARMLESS = frozenset({"DeadlineChanged", "DeadlineWarned", "DeadlineBreached"})
"""What a clock says by itself changes nothing for whoever wants to go back."""


class Step(Model):
    """One command about the case, by the name of its type and its own fields."""

    type: Literal["ClaimCase", "ReleaseCase", "HandOver", "UntagCase", "WakeCase", "SnoozeCase", "ReopenCase"]
    to: Slug | None = None
    until: Instant | None = None
    tag: Slug | None = None

    def body(self, case: str) -> dict[str, Any]:
        """The command's body, but for its team."""
        return {"case": case} | self.model_dump(mode="json", exclude_none=True)


class Restore(Model):
    """A correction of a mention back to what its case was taken for."""

    type: Literal["CorrectClassification"] = "CorrectClassification"
    author: Literal["person"] = "person"
    mention: Id
    language: str | None = None
    sentiment: SentimentLabel | None = None
    sentiment_score: float | None = None
    urgency: UrgencyLabel | None = None
    urgency_score: float | None = None
    topics: tuple[Slug, ...] | None = None

    def body(self, _case: str) -> dict[str, Any]:
        """The command's body, but for its team: it is about the mention, wherever that is."""
        return self.model_dump(mode="json", exclude_none=True)


class WayBack(Model):
    """How to undo what was done to one case: the steps, and the revision that it left."""

    case: Id
    revision: int
    steps: tuple[Step | Restore, ...] = Field(min_length=1, max_length=3)


class WaysBack(Model):
    """What one toast undoes, written into its form. Whoever forges it can do no more than they could by themselves."""

    ways: tuple[WayBack, ...] = Field(min_length=1, max_length=500)


def way_back(deed: Deed, before: Case, after: Case, me: str, tag: str = "", *, outside: bool = False) -> WayBack | None:
    """How to undo a deed of `me`, who may be a lead `outside` the roster; `None` when it changed nothing."""
    if after.revision <= before.revision:
        return None
    steps = tuple(_steps(deed, before, me, tag, outside=outside))
    return WayBack(case=before.id, revision=after.revision, steps=steps) if steps else None


def correction_back(before: Case, after: Case) -> WayBack | None:
    """How to undo a correction of the latest mention; `None` when it changed nothing."""
    was: dict[str, Any] = {}
    if before.language != after.language:
        was["language"] = before.language
    if before.sentiment != after.sentiment:
        was |= {"sentiment": before.sentiment, "sentiment_score": before.sentiment_score}
    if before.urgency.label != after.urgency.label:
        was |= {"urgency": before.urgency.label, "urgency_score": before.urgency.score}
    if before.topics != after.topics:
        was["topics"] = before.topics
    if not was:
        return None
    return WayBack(case=before.id, revision=after.revision, steps=(Restore(mention=before.mentions[-1], **was),))


def _steps(deed: Deed, before: Case, me: str, tag: str, *, outside: bool) -> list[Step]:
    match deed:
        case "tag":
            return [Step(type="UntagCase", tag=tag)] if tag not in before.tags else []
        case "snooze":
            return [_sleep(before.snoozed_until)]
        case "close":
            mine = [Step(type="ClaimCase")] if before.owner == me else []  # else it goes to whoever had it, if they can
            return [Step(type="ReopenCase"), *mine, *_asleep_again(before)]
        case "claim" if before.owner == me:  # it was woken, or is now worked on in earnest
            return _asleep_again(before)
        case "claim" | "release" | "hand":
            return [*_back_to(before.owner, me, taken=deed == "claim" or outside), *_asleep_again(before)]


def _back_to(owner: str | None, me: str, *, taken: bool) -> list[Step]:
    """To who had it. Only an owner may give a case back to the team: whoever is not, nor a lead, takes it first."""
    if owner == me:
        return [Step(type="ClaimCase")]
    if owner is not None:
        return [Step(type="HandOver", to=owner)]
    return [Step(type="ReleaseCase")] if taken else [Step(type="ClaimCase"), Step(type="ReleaseCase")]


def _sleep(until: datetime | None) -> Step:
    return Step(type="SnoozeCase", until=until) if until else Step(type="WakeCase")


def _asleep_again(before: Case) -> list[Step]:
    return [Step(type="SnoozeCase", until=before.snoozed_until)] if before.snoozed_until else []


def changed_since(way: WayBack, now: Case) -> HistoryLine | None:
    """What happened to the case since the deed, the latest of it; `None` when nothing that matters did."""
    since = min(max(0, now.revision - way.revision), len(now.history))
    lines = now.history[len(now.history) - since :]
    return next((line for line in reversed(lines) if line.type not in HARMLESS), None)
