"""The process `trends`: runs the faust app until it is told to stop."""

import asyncio
import logging
import threading

from services.classify.settings import ClassifySettings
from services.classify.trends.app import NAME, build_app
from services.runtime.health import Health, HealthServer

log = logging.getLogger(__name__)

STOP_SECONDS = 8.0


def run(settings: ClassifySettings, stop: threading.Event) -> None:
    """Work until `stop` is set.

    Raises:
        RuntimeError: the app crashed; start again.
    """
    for chatty in ("faust", "mode", "aiokafka"):
        logging.getLogger(chatty).setLevel(logging.WARNING)  # their debug records are built on the hot path
    health = Health(
        float("inf"), awaits=("partitions",)
    )  # a quiet topic is no reason to be replaced; a crash ends the process
    with HealthServer(settings.metrics_host, settings.trends_metrics_port, health):
        asyncio.run(_work(settings, stop, health))


async def _work(settings: ClassifySettings, stop: threading.Event, health: Health) -> None:
    (settings.data / NAME).mkdir(parents=True, exist_ok=True)
    app = build_app(settings, health)
    health.add("partitions", lambda: None if app.assignor.assigned_actives() else "none assigned yet")
    await app.start()
    try:
        while not stop.is_set() and not app.crashed:
            await asyncio.to_thread(stop.wait, 0.5)
    finally:
        await asyncio.wait_for(app.stop(), STOP_SECONDS)
    if app.crashed:
        raise RuntimeError(f"the stream app crashed: {app.crash_reason}")
