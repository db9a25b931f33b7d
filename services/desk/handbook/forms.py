"""What a lead types into the form of a guideline, kept as it was typed until it is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.contracts.handbook import GuidelineVersion, Suggestion

MOST_BODY = 10_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A guideline that is being written. `based_on` is the version that it changes; 0 is a new one."""

    id: str = ""
    based_on: int = 0
    kind: str = "guideline"
    title: str = ""
    body: str = ""
    language: str = "nl"
    topics: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    reason: str = ""
    suggestion: str = ""

    def text(self) -> dict[str, Any]:
        """The `text` of a `PublishGuideline`."""
        return {
            "kind": self.kind,
            "title": self.title.strip(),
            "body": self.body.replace("\r\n", "\n").strip(),
            "language": self.language,
            "topics": list(self.topics),
            "channels": list(self.channels),
        }


def draft_of(one: GuidelineVersion, suggestion: Suggestion | None = None) -> Draft:
    """The form of a guideline as it is now."""
    named = suggestion.id if suggestion else ""
    texts = {"kind": one.kind, "title": one.title, "body": one.body, "language": one.language}
    return Draft(id=one.id, based_on=one.version, topics=one.topics, channels=one.channels, suggestion=named, **texts)


def typed(given: Mapping[str, list[str]]) -> Draft:
    """The draft that a form says."""

    def one(name: str, most: int = 500) -> str:
        return given.get(name, [""])[0][:most]

    number = one("based_on", 9)
    return Draft(
        id=one("id"),
        based_on=int(number) if number.isascii() and number.isdigit() else 0,
        kind=one("kind"),
        title=one("title"),
        body=one("body", 100_000),
        language=one("language"),
        topics=tuple(given.get("topics", ())),
        channels=tuple(given.get("channels", ())),
        reason=one("reason"),
        suggestion=one("suggestion"),
    )
