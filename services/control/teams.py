"""Tells route what teams have agreed, for `webcare rota load` and the demo."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from services.contracts.codec import encode
from services.contracts.commands import ConfigureTeam
from services.contracts.teams import TeamConfig
from services.contracts.topics import DESK_COMMANDS
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer
from services.runtime.settings import Settings


def configure(settings: Settings, teams: Iterable[TeamConfig], actor: str) -> None:
    """Send one `ConfigureTeam` for each team. The same agreements twice in a minute are one command.

    Raises:
        SendError: Kafka has not acknowledged.
    """
    now = datetime.now(UTC)
    commands = [
        ConfigureTeam(
            id=str(uuid5(NAMESPACE_URL, f"{now:%Y-%m-%dT%H:%M}:{encode(team).decode()}")),
            team=team.team,
            at=now,
            actor=actor,
            config=team,
        )
        for team in teams
    ]
    with Producer(settings, "control") as producer:
        producer.send([Outgoing(DESK_COMMANDS, command.team, command) for command in commands])
