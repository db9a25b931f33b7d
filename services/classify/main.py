"""The process `classify`: reads `mentions.raw`, writes `mentions.classified`, in transactions, until told to stop."""

import threading

from services.classify.domain.reader import build_reader
from services.classify.settings import ClassifySettings
from services.classify.worker import transform
from services.contracts.topics import MENTIONS_RAW
from services.runtime.health import Health, HealthServer
from services.runtime.worker import run_stateless


def run(settings: ClassifySettings, stop: threading.Event) -> None:
    """Work until `stop` is set.

    Raises:
        WorkerStoppedError: Kafka refused a transaction or its outcome is unknown; start again.
        CircuitOpenError: too many records had to be refused.
    """
    health = Health()
    with HealthServer(settings.metrics_host, settings.classify_metrics_port, health):
        run_stateless(settings, "classify", MENTIONS_RAW, transform(build_reader()), stop, health)
