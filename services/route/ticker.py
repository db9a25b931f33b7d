"""The process `ticker`: tells every configured team that time has passed. Reads `desk.teams`, writes `desk.commands`."""

import logging
import threading
from datetime import datetime
from uuid import uuid4

from services.contracts.commands import Tick
from services.contracts.teams import TeamConfiguration
from services.contracts.topics import DESK_COMMANDS, DESK_TEAMS
from services.route.settings import RouteSettings
from services.runtime.clock import Clock, system_clock
from services.runtime.follow import Followed, Follower
from services.runtime.health import Health, HealthServer
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer, Sender, SendError

log = logging.getLogger(__name__)

ACTOR = "system:ticker"


class KnownTeams:
    """The teams that have been configured, from `desk.teams`; a follower's thread adds, the ticker reads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._teams: set[str] = set()

    def on_record(self, one: Followed) -> None:
        """Take in one record."""
        if isinstance(one.message, TeamConfiguration):
            with self._lock:
                self._teams.add(one.message.team)

    def all(self) -> list[str]:
        """Their ids, in order."""
        with self._lock:
            return sorted(self._teams)


def ticks(teams: list[str], now: datetime) -> list[Outgoing]:
    """A tick for each team."""
    made = [Tick(id=str(uuid4()), team=team, at=now, actor=ACTOR) for team in teams]
    return [Outgoing(DESK_COMMANDS, tick.team, tick) for tick in made]


def run_ticker(settings: RouteSettings, stop: threading.Event, clock: Clock = system_clock) -> None:
    """Tick until `stop` is set. A tick that cannot be sent is not sent later: the next one says the same.

    Raises:
        RuntimeError: `desk.teams` cannot be followed any more; start again.
    """
    health, teams = Health(), KnownTeams()
    follower = Follower(settings, {DESK_TEAMS: "beginning"}, teams.on_record, "ticker")
    health.add("teams", follower.check)
    with (
        HealthServer(settings.metrics_host, settings.ticker_metrics_port, health),
        Producer(settings, "ticker") as producer,
    ):
        health.add("kafka", producer.check)
        follower.start()
        try:
            while not stop.wait(settings.ticker_seconds):
                health.beat()
                if follower.error is not None:
                    raise RuntimeError("the teams cannot be followed any more") from follower.error
                _send(producer, ticks(teams.all(), clock()))
        finally:
            follower.stop()


def _send(sender: Sender, messages: list[Outgoing]) -> None:
    try:
        sender.send(messages)
    except SendError as error:
        log.warning("a tick was not sent: %s", error)
