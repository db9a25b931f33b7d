"""The process `classify`: reads `mentions.raw`, writes `mentions.classified`, in transactions, until told to stop.

It begins once it knows what every team has agreed and who was erased (`teams.py`), and follows both as they change; it reads
by what a team has taught it (`readers.py`).
"""

import threading

from services.classify.domain.reader import build_reader
from services.classify.readers import TeamReaders
from services.classify.settings import ClassifySettings
from services.classify.teams import TeamAgreements, follow_teams
from services.classify.worker import transform
from services.contracts.erasure import Erasures
from services.contracts.topics import MENTIONS_RAW
from services.runtime.health import Health, HealthServer
from services.runtime.worker import run_stateless

_A_MOMENT = 0.2
"""Seconds between two looks at whether the teams are known."""


def run(settings: ClassifySettings, stop: threading.Event) -> None:
    """Work until `stop` is set.

    Raises:
        WorkerStoppedError: Kafka refused a transaction or its outcome is unknown; start again.
        CircuitOpenError: too many records had to be refused.
    """
    health = Health(awaits=("partitions",))
    with HealthServer(settings.metrics_host, settings.classify_metrics_port, health):
        reader = build_reader()
        agreements, erasures = TeamAgreements(reader.rarity), Erasures()
        teams = follow_teams(settings, agreements, erasures)
        readers = TeamReaders(reader, settings.data)
        work = transform(reader, agreements.taxonomy_of, readers.at, agreements.terms_of, erasures)
        health.add("teams", teams.check)
        teams.start()
        try:
            while not stop.is_set() and not teams.caught_up.wait(_A_MOMENT):
                health.beat()
            run_stateless(settings, "classify", MENTIONS_RAW, work, stop, health)
        finally:
            teams.stop()
