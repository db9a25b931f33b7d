"""The process `reread`: writes corrected mentions again, and has a second reader look at what the first was unsure of.

Corrections (`worker.py`) are transactional: reads `desk.events`, writes `mentions.classified`. The second reader (`deep.py`)
runs beside them in a thread of its own, where it is installed and wanted. Both follow `desk.teams` for what each team has
agreed and who was erased, and begin once that is known. Nothing waits for this process.
"""

import logging
import threading
from datetime import timedelta
from functools import partial

from services.classify.domain.second_look import Rules
from services.classify.domain.weights import WeightsError
from services.classify.reread.archive import Archive
from services.classify.reread.deep import DeepReader
from services.classify.reread.worker import Corrections, wants
from services.classify.second import SecondReader, SecondReaderMissingError, build_second_reader
from services.classify.settings import ClassifySettings
from services.classify.teams import TeamAgreements, follow_teams
from services.contracts.erasure import Erasures
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED
from services.runtime.clock import Clock, system_clock
from services.runtime.health import Health, HealthServer
from services.runtime.topics import require_equal_partitions
from services.runtime.worker import run_stateless

log = logging.getLogger(__name__)

NAME = "reread"
_A_MOMENT = 0.2
"""Seconds between two looks at whether the teams are known."""


def run(settings: ClassifySettings, stop: threading.Event, clock: Clock = system_clock) -> None:
    """Work until `stop` is set.

    Raises:
        KafkaError: no broker answers, or the topics that are read together differ in their number of partitions.
        WorkerStoppedError: Kafka refused a transaction or its outcome is unknown; start again.
        CircuitOpenError: too many records had to be refused.
    """
    health = Health(awaits=("partitions",))
    with HealthServer(settings.metrics_host, settings.reread_metrics_port, health):
        require_equal_partitions(settings, (DESK_EVENTS, MENTIONS_CLASSIFIED))
        archive = Archive(settings, clock() - timedelta(days=settings.reread_days), health.beat)
        agreements, erasures = TeamAgreements(rarity=None), Erasures()
        teams = follow_teams(settings, agreements, erasures, name="reread-teams")
        health.add("teams", teams.check)
        second = partial(_second, settings, clock)
        deep = DeepReader(settings, second, _rules(settings), stop, clock, agreements.terms_of)
        health.add("second reader", deep.check)
        teams.start()
        try:
            while not stop.is_set() and not teams.caught_up.wait(_A_MOMENT):
                health.beat()
            deep.start()
            archive.advance(range(settings.partitions_team))  # before it joins the group, which would not wait for it
            log.info("can find %d mentions again", archive.known())
            corrections = Corrections(archive, erasures, agreements.terms_of)
            run_stateless(settings, NAME, DESK_EVENTS, corrections, stop, health, clock, wants)
        finally:
            stop.set()
            deep.join()
            teams.stop()
            archive.close()


def _rules(settings: ClassifySettings) -> Rules:
    return Rules(settings.reread_uncertain, settings.reread_sure, timedelta(minutes=settings.reread_patience_minutes))


def _second(settings: ClassifySettings, clock: Clock) -> SecondReader | None:
    """The second reader, where it is wanted and installed, with what the teams have taught."""
    if not settings.reread_deep:
        return None
    try:
        return build_second_reader(data=settings.data, clock=clock)
    except (SecondReaderMissingError, WeightsError) as error:
        log.warning("only people correct the reader: %s", error)
        return None
