"""The starter handbook for teams that have none: told to route by the demo."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from services.contracts.codec import encode
from services.contracts.commands import PublishGuideline
from services.contracts.teams import TeamConfig
from services.contracts.topics import DESK_COMMANDS
from services.desk.domain.handbook import starter_languages
from services.desk.handbook.starter import starter
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer
from services.runtime.settings import Settings


def publish_starter(settings: Settings, teams: Iterable[TeamConfig], actor: str) -> None:
    """Send the starter guidelines of each team's languages. Route leaves what a team has published itself as it is.

    Raises:
        SendError: Kafka has not acknowledged.
    """
    commands = [command for team in teams for command in commands_for(team, actor, datetime.now(UTC))]
    with Producer(settings, "control") as producer:
        producer.send([Outgoing(DESK_COMMANDS, command.team, command) for command in commands])


def commands_for(team: TeamConfig, actor: str, now: datetime) -> list[PublishGuideline]:
    """A new guideline each; the same text for the same team is the same command."""
    return [
        PublishGuideline(
            id=str(uuid5(NAMESPACE_URL, f"{team.team}:{ident}:{encode(text).decode()}")),
            team=team.team,
            at=now,
            actor=actor,
            guideline=ident,
            text=text,
        )
        for language in starter_languages(team)
        for ident, text in starter(language)
    ]
