"""The process `ticker`: tells every configured team that time has passed. Reads `desk.teams`, writes `desk.commands`.

It reads the teams' calendars as well (`calendar_reader.py`, in a thread of its own): it knows every team's agreements
already, lives beside the domain that understands them, and what it sends may be late or lost without harm. Ingest, which
fetches feeds, knows no agreements and must not stand still for somebody's calendar.
"""

import logging
import threading
from datetime import datetime
from uuid import uuid4

from services.contracts.commands import Tick
from services.contracts.teams import TeamConfig, TeamConfiguration
from services.contracts.topics import DESK_COMMANDS, DESK_TEAMS
from services.route.calendar_reader import Calendars
from services.route.settings import RouteSettings
from services.runtime.clock import Clock, system_clock
from services.runtime.follow import Followed, Follower
from services.runtime.health import Health, HealthServer
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer, Sender, SendError

log = logging.getLogger(__name__)

ACTOR = "system:ticker"


class KnownTeams:
    """The teams that have been configured, from `desk.teams`; a follower's thread adds, the ticker's threads read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._teams: dict[str, TeamConfig] = {}

    def on_record(self, one: Followed) -> None:
        """Take in one record."""
        if isinstance(one.message, TeamConfiguration):
            with self._lock:
                self._teams[one.message.team] = one.message.config

    def all(self) -> list[str]:
        """Their ids, in order."""
        with self._lock:
            return sorted(self._teams)

    def configs(self) -> list[TeamConfig]:
        """What each has agreed, in the order of their ids."""
        with self._lock:
            return [self._teams[team] for team in sorted(self._teams)]


def ticks(teams: list[str], now: datetime) -> list[Outgoing]:
    """A tick for each team."""
    made = [Tick(id=str(uuid4()), team=team, at=now, actor=ACTOR) for team in teams]
    return [Outgoing(DESK_COMMANDS, tick.team, tick) for tick in made]


def run_ticker(settings: RouteSettings, stop: threading.Event, clock: Clock = system_clock) -> None:
    """Tick until `stop` is set. A tick that cannot be sent is not sent later: the next one says the same.

    Raises:
        RuntimeError: `desk.teams` cannot be followed, or calendars not be read any more; start again.
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

        def agreed() -> list[TeamConfig]:
            return teams.configs() if follower.caught_up.is_set() else []

        calendars = Calendars(settings, agreed, producer, clock)
        health.add("calendars", calendars.check)
        calendars.start()
        try:
            while not stop.wait(settings.ticker_seconds):
                health.beat()
                if follower.error is not None:
                    raise RuntimeError("the teams cannot be followed any more") from follower.error
                if calendars.error is not None:
                    raise RuntimeError("the calendars cannot be read any more") from calendars.error
                _send(producer, ticks(teams.all(), clock()))
        finally:
            calendars.stop()
            follower.stop()


def _send(sender: Sender, messages: list[Outgoing]) -> None:
    try:
        sender.send(messages)
    except SendError as error:
        log.warning("a tick was not sent: %s", error)
