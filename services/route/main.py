"""The process `route`: decides for the teams of its partitions until it is told to stop.

Reads `desk.commands` first and `mentions.classified`; state, events, replies and offsets are one Kafka transaction.
"""

import threading

from services.contracts.topics import DESK_COMMANDS, MENTIONS_CLASSIFIED
from services.route.measured import MeasuredPartition
from services.route.partition import STATE
from services.route.settings import RouteSettings
from services.runtime.clock import Clock, system_clock
from services.runtime.health import Health, HealthServer
from services.runtime.stateful import run_stateful
from services.runtime.topics import require_equal_partitions

NAME = "route"
READS = (DESK_COMMANDS, MENTIONS_CLASSIFIED)


def run(settings: RouteSettings, stop: threading.Event, clock: Clock = system_clock) -> None:
    """Work until `stop` is set.

    Raises:
        KafkaError: no broker answers, or the topics that are read together differ in their number of partitions.
        WorkerStoppedError: Kafka refused a transaction or its outcome is unknown; start again.
        CircuitOpenError: too many records had to be refused.
    """
    health = Health(awaits=("partitions",))
    with HealthServer(settings.metrics_host, settings.route_metrics_port, health):
        require_equal_partitions(settings, (*READS, *STATE))
        run_stateful(
            settings,
            NAME,
            reads=READS,
            state=STATE,
            make=MeasuredPartition,
            wants=MeasuredPartition.wants,
            stop=stop,
            health=health,
            clock=clock,
        )
