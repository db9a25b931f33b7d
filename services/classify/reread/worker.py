"""Corrections: reads `desk.events`, writes each corrected mention again on `mentions.classified`, with `revision` + 1.

A stateless worker (`services/runtime/worker.py`): the mention itself is found by the archive, and which corrections it has
in it is written on it, so that nothing has to be remembered and a repeat writes nothing. What was erased since is written
without its words; whether somebody must see it now is for the rules of its team. What people say of the reader's labels is
counted on the way (`domain/precision.py`).
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.classify.domain import precision
from services.classify.domain.corrections import corrected
from services.classify.reread.archive import Mentions
from services.classify.worker import TermsOf, usual
from services.contracts.erasure import Erasures
from services.contracts.events import CaseClosed, ClassificationCorrected
from services.contracts.mentions import ClassifiedMention
from services.contracts.topics import MENTIONS_CLASSIFIED, Topic
from services.runtime.headers import passed_on
from services.runtime.messages import NEEDS_PERSON, Outgoing, Received
from services.runtime.metrics import CORRECTIONS, LABELS_JUDGED

log = logging.getLogger(__name__)

_TYPES = frozenset({"webcare.ClassificationCorrected.v1", "webcare.CaseClosed.v1"})


def wants(_topic: Topic, headers: Mapping[str, str]) -> bool:
    """Whether an event is worth decoding; one without the header is looked at."""
    return headers.get("ce_type", "") in _TYPES or "ce_type" not in headers


@dataclass(frozen=True, slots=True)
class _Found:
    """A mention as it is, and where the record stands that it is or was made from."""

    partition: int
    offset: int
    mention: ClassifiedMention


class Corrections:
    """The transform of the worker."""

    def __init__(self, archive: Mentions, erasures: Erasures, terms_of: TermsOf = usual) -> None:
        self._archive, self._erasures, self._terms_of = archive, erasures, terms_of
        self._written: dict[str, _Found] = {}
        """What was written and has not been read back yet: a batch that failed is worked on one by one before a commit."""

    def __call__(self, records: Sequence[Received[Any]], _now: datetime) -> Iterable[Outgoing]:
        """What a batch of events makes; when it fails, nothing of it counts."""
        corrections = [one for one in records if isinstance(one.message, ClassificationCorrected)]
        self._read_back({one.partition for one in corrections})
        fresh: dict[str, _Found] = {}
        output = [made for one in corrections if (made := self._correct(one, fresh))]
        for one in records:
            if isinstance(one.message, CaseClosed):
                _count(precision.of_closed(one.message))
        self._written |= fresh
        return output

    def _read_back(self, partitions: set[int]) -> None:
        """Take in what is on the topic by now, our own writing too."""
        self._archive.advance(partitions | {one.partition for one in self._written.values()})
        self._written = {
            mention: one
            for mention, one in self._written.items()
            if self._archive.place(one.partition, mention) == one.offset
        }

    def _correct(self, one: Received[ClassificationCorrected], fresh: dict[str, _Found]) -> Outgoing | None:
        event = one.message
        found = fresh.get(event.mention) or self._written.get(event.mention) or self._find(one.partition, event.mention)
        if found is None:
            CORRECTIONS.labels(event.team, event.author, "unknown").inc()
            log.warning(
                "a correction of a mention that is not found", extra={"team": event.team, "mention": event.mention}
            )
            return None
        before = self._erasures.applied(found.mention)
        after = corrected(before, event, self._terms_of(before.team))
        CORRECTIONS.labels(event.team, event.author, "written" if after else "nothing_new").inc()
        if after is None:
            return None
        _count(precision.of_correction(before, event))
        fresh[event.mention] = _Found(found.partition, found.offset, after)
        # A rule of the team may hold now; there are few of them.
        headers = passed_on(one.headers) | {NEEDS_PERSON: "0" if after.erased_at else "1"}
        return Outgoing(MENTIONS_CLASSIFIED, after.team, after, partition=one.partition, headers=headers)

    def _find(self, partition: int, mention: str) -> _Found | None:
        offset = self._archive.place(partition, mention)
        if offset is None:
            return None
        try:
            found = self._archive.read(partition, offset)
        except LookupError:
            return None
        return _Found(partition, offset, found) if found.id == mention else None


def _count(verdicts: Iterable[precision.Verdict]) -> None:
    for one in verdicts:
        LABELS_JUDGED.labels(one.team, one.field, one.label, one.outcome).inc()
