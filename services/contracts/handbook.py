"""A team's handbook: guidelines in versions that never change, who has agreed to which, and suggestions (on `desk.teams`).

A guideline says for which topics, kinds of message and language it holds. Every version is a record of its own, with what
was changed and why; retiring one is a version too, so that the whole history reads as one list.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.contracts.base import Instant, Model, ShortText, Slug
from services.contracts.mentions import MentionKind
from services.contracts.rota import LanguageCode

GuidelineKind = Literal["guideline", "tone", "may_say", "mandate", "crisis"]
SuggestionState = Literal["open", "accepted", "declined"]

MOST_GUIDELINES = 200
"""A team has at most this many guidelines, retired ones too: no tome."""
MOST_VERSIONS = 200
MOST_OPEN_SUGGESTIONS = 200
MOST_USED = 50
"""A reply names at most this many guidelines."""

GuidelineTitle = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
GuidelineBody = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
SuggestionText = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]


class GuidelineRef(Model):
    """One version of a guideline, by name: what stood beside a reply."""

    id: Slug
    version: int = Field(ge=1)


class GuidelineText(Model):
    """What a guideline says and where it holds. `body` is CommonMark with tables; HTML in it is shown as text."""

    kind: GuidelineKind = "guideline"
    title: GuidelineTitle
    body: GuidelineBody
    language: LanguageCode = "nl"
    """The language that it is written in, and of the conversations that it is for."""
    topics: Annotated[tuple[Slug, ...], Field(max_length=50)] = ()
    """The topics that it is for; none is all."""
    channels: Annotated[tuple[MentionKind, ...], Field(max_length=10)] = ()
    """The kinds of message that it is for; none is all."""


class GuidelineVersion(GuidelineText):
    """One version; it never changes. The highest `version` of an `id` counts, unless that is `retired`."""

    id: Slug
    version: int = Field(ge=1)
    reason: ShortText = ""
    """Why it is otherwise than the version before."""
    by: ShortText
    suggested_by: ShortText = ""
    """Whose suggestion it was, where it was one."""
    at: Instant
    retired: bool = False

    def same_as(self, text: GuidelineText) -> bool:
        """Whether it says what `text` says."""
        return all(getattr(self, name) == getattr(text, name) for name in GuidelineText.model_fields)


class Agreement(Model):
    """A person has read a version and agrees; the latest such version of each guideline counts."""

    person: Slug
    guideline: Slug
    version: int = Field(ge=1)
    at: Instant


class Suggestion(Model):
    """What a colleague would change of a guideline, or add to the handbook when it names none."""

    id: Slug
    guideline: Slug | None = None
    text: SuggestionText
    by: ShortText
    at: Instant
    state: SuggestionState = "open"
    decided_by: ShortText = ""
    decided_at: Instant | None = None
    note: ShortText = ""
    """What the lead said to it."""

    def moment(self) -> datetime:
        """When it was decided, else made."""
        return self.decided_at or self.at


class GuidelineRecord(Model):
    """The record `team:guideline:<id>.<version>`."""

    type: Literal["team.guideline"] = "team.guideline"
    version: Literal[1] = 1
    team: Slug
    at: Instant
    guideline: GuidelineVersion


class AgreementRecord(Model):
    """The record `team:agreement:<person>.<guideline>`: the latest version that the person agreed to."""

    type: Literal["team.agreement"] = "team.agreement"
    version: Literal[1] = 1
    team: Slug
    at: Instant
    agreement: Agreement


class SuggestionRecord(Model):
    """The record `team:suggestion:<id>`; one that was decided on is removed after 90 days."""

    type: Literal["team.suggestion"] = "team.suggestion"
    version: Literal[1] = 1
    team: Slug
    at: Instant
    suggestion: Suggestion
