"""Erasure of an author: the command, its event, what is remembered of it (on `desk.teams`), and what it leaves of a mention.

An erasure concerns all that an author wrote, on one source, for one team, until the moment at which it was decided. Topics
are append-only: their earlier records keep the text until they expire. Whoever makes something of a mention or of a case's
event that is to be seen (classify, reread, route, the sink, a rebuild) asks `Erasures` first; so a mention that comes again,
a correction of an old one and a rebuild bring nothing back. What the author writes afterwards is ordinary.
"""

import threading
from datetime import datetime
from typing import Annotated, Literal

from pydantic import StringConstraints

from services.contracts.base import Id, Instant, Model, ShortText, Slug
from services.contracts.envelopes import CommandBase, EventBase
from services.contracts.ids import erasure_id
from services.contracts.mentions import Author, Classification, ClassifiedMention

NOBODY = Author(id="")
"""The author of what was erased."""
AuthorId = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class EraseAuthor(CommandBase):
    """Erase what the author with this id on this source has written to the team until now, and who that was."""

    type: Literal["EraseAuthor"] = "EraseAuthor"
    source: Slug
    author: AuthorId


class AuthorErased(EventBase):
    """What the author wrote until `at` is erased; a `CaseErased` follows for each case that is not archived.

    Whoever keeps mentions or cases of their own erases them there as well; therefore it names the author.
    """

    type: Literal["AuthorErased"] = "AuthorErased"
    source: Slug
    author: ShortText


class ErasedAuthor(Model):
    """The record `team:erased:<erasure>`: somebody was erased at a moment. `erasure` is all that is kept of who it was."""

    type: Literal["team.erased"] = "team.erased"
    version: Literal[1] = 1
    team: Slug
    erasure: Id
    at: Instant


class Erasures:
    """Who was erased, and when. Fed with the records of `desk.teams`, by one thread; asked by others."""

    def __init__(self) -> None:
        self._at: dict[tuple[str, str], datetime] = {}
        self._teams: set[str] = set()
        self._lock = threading.Lock()

    def fold(self, message: Model | None) -> None:
        """Take in a record or an event; what is about something else is passed over."""
        if isinstance(message, ErasedAuthor):
            self._put(message.team, message.erasure, message.at)
        elif isinstance(message, AuthorErased):
            self._put(message.team, erasure_id(message.team, message.source, message.author), message.at)

    def _put(self, team: str, erasure: str, at: datetime) -> None:
        with self._lock:
            self._at[team, erasure] = max(at, self._at.get((team, erasure), at))
            self._teams.add(team)

    def of(self, team: str, source: str, author: str, moment: datetime) -> datetime | None:
        """When the author was erased, if that was at `moment` or later; `None` when what is of then stays."""
        if team not in self._teams:
            return None
        at = self._at.get((team, erasure_id(team, source, author)))
        return at if at is not None and moment <= at else None

    def contents(self) -> dict[tuple[str, str], datetime]:
        """All of it, by team and erasure, to compare."""
        return dict(self._at)

    def of_mention(self, mention: ClassifiedMention) -> datetime | None:
        """When the author of a mention was erased, if they had written it by then.

        The time that counts is when it was written, so that the same mention collected again is erased again.
        """
        written = min(mention.created_at, mention.collected_at)
        return self.of(mention.team, mention.source, mention.author.id, written)

    def applied(self, mention: ClassifiedMention) -> ClassifiedMention:
        """The mention, erased if its author is."""
        at = self.of_mention(mention)
        return mention if at is None else erased_mention(mention, at)


def erased_mention(mention: ClassifiedMention, at: datetime) -> ClassifiedMention:
    """What is left of a mention: when and where it was written, and how it was read, without a word of it.

    Its ids at the source go too, since they often name its author: it is its own thread from now on.
    """
    return mention.model_copy(
        update={
            "source_id": mention.id,
            "conversation": mention.id,
            "in_reply_to": None,
            "author": NOBODY,
            "title": "",
            "text": "",
            "url": "",
            "media": (),
            "extra": {},
            "classification": _without_words(mention.classification),
            "erased_at": at,
        }
    )


def _without_words(read: Classification) -> Classification:
    signals = tuple(one.model_copy(update={"evidence": ""}) for one in read.urgency.signals)
    return read.model_copy(update={"urgency": read.urgency.model_copy(update={"signals": signals}), "reasons": ()})
