"""`webcare run NAME`: starts one process and stops it cleanly on SIGINT and SIGTERM."""

import importlib
import logging
import os
import signal
import threading
from dataclasses import dataclass
from types import FrameType

from services.control.settings import KNOWN, load
from services.runtime import logs
from services.runtime.garbage import collect_old_seldom
from services.runtime.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Process:
    """One kind of process: the module and function that run it, its settings class, and the setting of its port.

    Modules are named, not imported: each process loads only what it needs.
    """

    module: str
    settings: str
    metrics_port: str
    function: str = "run"
    niceness: int = 0
    """So much it lets the others go first on a busy machine, as `nice` counts."""


PROCESSES: dict[str, Process] = {
    "ingest": Process("services.ingest.main", "IngestSettings", "ingest_metrics_port"),
    "classify": Process("services.classify.main", "ClassifySettings", "classify_metrics_port"),
    "reread": Process("services.classify.reread.main", "ClassifySettings", "reread_metrics_port", niceness=10),
    "trends": Process("services.classify.trends.main", "ClassifySettings", "trends_metrics_port"),
    "route": Process("services.route.main", "RouteSettings", "route_metrics_port"),
    "ticker": Process("services.route.ticker", "RouteSettings", "ticker_metrics_port", "run_ticker"),
    "sink": Process("services.report.main", "ReportSettings", "sink_metrics_port"),
    "web": Process("services.control.web", "WebSettings", "web_metrics_port"),
}


def settings_of(process: Process) -> Settings:
    """The settings of one process. Raises `SettingsError`."""
    return load(next(kind for kind in KNOWN if kind.__name__ == process.settings))


def run_process(name: str) -> int:
    """Run one process until it is told to stop, and give its exit status: 0 when told to, 1 when it could not go on."""
    process = PROCESSES[name]
    settings = settings_of(process)
    logs.configure(name, settings.log_level)
    collect_old_seldom()
    os.nice(process.niceness)
    stop = threading.Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        log.info("stopping on signal %s", signal.Signals(number).name)
        stop.set()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    try:
        getattr(importlib.import_module(process.module), process.function)(settings, stop)
    except Exception:
        log.exception("%s cannot go on", name)
        return 1
    return 0
