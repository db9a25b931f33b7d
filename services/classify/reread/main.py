"""The process `reread`: writes corrected mentions again, and has a second reader look at what the first was unsure of.

Corrections (`worker.py`) are transactional: reads `desk.events`, writes `mentions.classified`; it follows `desk.teams` for
who was erased. The second reader (`deep.py`) runs beside them in a thread of its own, where it is installed and wanted.
Nothing waits for this process.
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
from services.classify.teams import follow_erasures
from services.contracts.erasure import Erasures
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED
from services.runtime.clock import Clock, system_clock
from services.runtime.health import Health, HealthServer
from services.runtime.topics import require_equal_partitions
from services.runtime.worker import run_stateless

log = logging.getLogger(__name__)

NAME = "reread"
_A_MOMENT = 0.2
"""Seconds between two looks at whether it is known who was erased."""


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
        deep = DeepReader(settings, partial(_second, settings), _rules(settings), stop, clock)
        health.add("second reader", deep.check)
        erasures = Erasures()
        teams = follow_erasures(settings, erasures)
        health.add("teams", teams.check)
        deep.start()
        teams.start()
        try:
            while not stop.is_set() and not teams.caught_up.wait(_A_MOMENT):
                health.beat()
            archive.advance(range(settings.partitions_team))  # before it joins the group, which would not wait for it
            log.info("can find %d mentions again", archive.known())
            run_stateless(settings, NAME, DESK_EVENTS, Corrections(archive, erasures), stop, health, clock, wants)
        finally:
            stop.set()
            deep.join()
            teams.stop()
            archive.close()


def _rules(settings: ClassifySettings) -> Rules:
    return Rules(settings.reread_uncertain, settings.reread_sure, timedelta(minutes=settings.reread_patience_minutes))


def _second(settings: ClassifySettings) -> SecondReader | None:
    """The second reader, where it is wanted and installed."""
    if not settings.reread_deep:
        return None
    try:
        return build_second_reader()
    except (SecondReaderMissingError, WeightsError) as error:
        log.warning("only people correct the reader: %s", error)
        return None
