"""Entry point of the square: `python -m deploy.demo.square --port 8020 --ingest http://127.0.0.1:8010 --data FOLDER`.

SIGINT and SIGTERM stop it within two seconds, also while pages are open: their streams are ended first.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from deploy.demo.square.app import build_app
from deploy.demo.square.live import Live
from deploy.demo.square.settings import SettingsError, SquareSettings, parse
from services.runtime.logs import configure

log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals to whoever calls `run`, and ends the live streams as it stops."""

    def __init__(self, config: uvicorn.Config, live: Live, stop: threading.Event) -> None:
        super().__init__(config)
        self._live, self._stop = live, stop

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second; true ends the server."""
        if self._stop.is_set():
            self._live.close()
            self.should_exit = True
        return await super().on_tick(counter)


def run(settings: SquareSettings, stop: threading.Event) -> int:
    """Serve until `stop` is set; the exit status, 1 when it could not start or a part of it broke."""
    live = Live()
    failed = threading.Event()

    def on_failure() -> None:
        failed.set()
        stop.set()

    config = uvicorn.Config(
        build_app(settings, live=live, on_failure=on_failure),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=15,
    )
    server = _Server(config, live, stop)
    server.run()
    return 1 if failed.is_set() or not server.started else 0


def main() -> None:
    """Parse, serve, and exit."""
    try:
        settings = parse(sys.argv[1:], os.environ)
    except SettingsError as error:
        sys.exit(str(error))
    configure("square", "INFO")
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    sys.exit(run(settings, stop))
