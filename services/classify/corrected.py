"""Reads what a team's people corrected: `desk.events` for the corrections, then `mentions.classified` for their texts, but
for those of who was erased (`desk.teams`)."""

from collections.abc import Callable

from services.contracts.erasure import Erasures
from services.contracts.events import ClassificationCorrected
from services.contracts.mentions import ClassifiedMention
from services.contracts.topics import DESK_EVENTS, DESK_TEAMS, MENTIONS_CLASSIFIED, Topic
from services.runtime.follow import Followed, Follower
from services.runtime.settings import Settings


class CorrectionsUnavailableError(RuntimeError):
    """The topics could not be read in time; the text says which."""


def corrections_of(
    settings: Settings, team: str, seconds: float
) -> tuple[list[ClassificationCorrected], dict[str, ClassifiedMention]]:
    """The team's corrections by people, and the mentions they are about by id.

    Raises:
        CorrectionsUnavailableError: Kafka did not answer in `seconds`, or has no topics yet.
    """
    events: list[ClassificationCorrected] = []
    mentions: dict[str, ClassifiedMention] = {}
    erasures = Erasures()

    def event(one: Followed) -> None:
        if isinstance(one.message, ClassificationCorrected) and one.key == team and one.message.author == "person":
            events.append(one.message)

    def mention(one: Followed) -> None:
        if isinstance(one.message, ClassifiedMention) and one.message.id in wanted:
            mentions[one.message.id] = one.message

    _read(settings, DESK_EVENTS, event, seconds)
    wanted = {one.mention for one in events}
    if wanted:
        _read(settings, DESK_TEAMS, lambda one: erasures.fold(one.message), seconds)
        _read(settings, MENTIONS_CLASSIFIED, mention, seconds)
    return events, {ident: one for ident, one in mentions.items() if erasures.applied(one).erased_at is None}


def _read(settings: Settings, topic: Topic, on_record: Callable[[Followed], None], seconds: float) -> None:
    follower = Follower(settings, {topic: "beginning"}, on_record, name="learn")
    follower.start()
    try:
        if not follower.caught_up.wait(seconds):
            raise CorrectionsUnavailableError(
                f"{topic.name} could not be read at {settings.kafka_bootstrap}: does Kafka run, with its topics?"
            )
    finally:
        follower.stop()
