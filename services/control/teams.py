"""What teams have agreed: tells route (`webcare rota load`, the demo) and asks `desk.teams` (`check`, `export`).
`answer` hears what route says of any command (`erasing.py` uses it too).
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from kafka import TopicPartition

from services.contracts.codec import decode, encode
from services.contracts.commands import ConfigureTeam
from services.contracts.events import Event
from services.contracts.teams import TeamConfig, TeamConfiguration
from services.contracts.topics import DESK_COMMANDS, DESK_EVENTS, DESK_TEAMS, team_key
from services.desk.domain.answers import Answer, Collector
from services.runtime.kafka import open_consumer
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer
from services.runtime.settings import Settings


def configure(
    settings: Settings, teams: Iterable[TeamConfig], actor: str, based_on: int | None = None
) -> list[ConfigureTeam]:
    """Send one `ConfigureTeam` for each team, and give them. The same agreements twice in a minute are one command.

    Raises:
        SendError: Kafka has not acknowledged.
    """
    now = datetime.now(UTC)
    commands = [
        ConfigureTeam(
            id=str(uuid5(NAMESPACE_URL, f"{now:%Y-%m-%dT%H:%M}:{based_on}:{encode(team).decode()}")),
            team=team.team,
            at=now,
            actor=actor,
            config=team,
            based_on=based_on,
        )
        for team in teams
    ]
    with Producer(settings, "control") as producer:
        producer.send([Outgoing(DESK_COMMANDS, command.team, command) for command in commands])
    return commands


@contextmanager
def answer(settings: Settings, team: str, seconds: float) -> Iterator[Callable[[str], Answer | None]]:
    """Listens to route from now on; what it gives is the answer to a command of the team that is sent meanwhile, by the
    command's id, and `None` when there was none in that time.

    Raises:
        KafkaError: no broker answers.
        DecodeError: an event of the team cannot be read.
    """
    consumer = open_consumer(settings)
    try:
        assigned = [
            TopicPartition(DESK_EVENTS.name, one) for one in consumer.partitions_for_topic(DESK_EVENTS.name) or ()
        ]
        consumer.assign(assigned)
        consumer.seek_to_end(*assigned)
        for one in assigned:
            consumer.position(one)  # only then the end is known

        def told(command: str) -> Answer | None:
            until, collector = time.monotonic() + seconds, Collector()
            while time.monotonic() < until:
                for records in consumer.poll(500).values():
                    for record in (one for one in records if one.key == team.encode()):
                        event: Event = decode(DESK_EVENTS, record.value)
                        if event.cause == command and (found := collector.add(event)):
                            return found
            return None

        yield told
    finally:
        consumer.close()


def configuration(settings: Settings, team: str) -> TeamConfiguration | None:
    """What a team has agreed by now, with its revision; `None` when nothing.

    Raises:
        KafkaError: no broker answers.
        DecodeError: the team's record cannot be read.
    """
    key = team_key(team, "config", "current")
    record = latest_records(settings, {key}).get(key)
    latest: TeamConfiguration | None = decode(DESK_TEAMS, record) if record else None
    return latest


def latest_records(settings: Settings, keys: Collection[str]) -> dict[str, bytes]:
    """The latest records of these keys on `desk.teams`, as they are there now; without those that are gone.

    Raises:
        KafkaError: no broker answers.
    """
    consumer, wanted = open_consumer(settings), {key.encode(): key for key in keys}
    latest: dict[str, bytes] = {}
    try:
        assigned = [
            TopicPartition(DESK_TEAMS.name, one) for one in consumer.partitions_for_topic(DESK_TEAMS.name) or ()
        ]
        consumer.assign(assigned)
        consumer.seek_to_beginning(*assigned)
        ends = consumer.end_offsets(assigned)
        while any(consumer.position(one) < ends[one] for one in assigned):
            for records in consumer.poll(500).values():
                for record in (one for one in records if one.key in wanted):
                    latest.pop(wanted[record.key], None)
                    if record.value:
                        latest[wanted[record.key]] = record.value
    finally:
        consumer.close()
    return latest
