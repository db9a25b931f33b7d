"""Health and metrics of a process, over HTTP: `/health/live`, `/health/ready` (says what is missing), `/metrics`.

Live means the process is worth keeping; ready means it does its work. The web apps mount the same answers as routes.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], str | None]
"""Gives `None` when all is well, else what is missing in a few words."""


class Health:
    """The checks of one process. A worker calls `beat()` in its loop; silence for `stuck_after` seconds is not live.

    `awaits` names checks that are added only later: until then they are missing, so that nobody is ready too early.
    """

    def __init__(self, stuck_after: float = 120.0, awaits: Iterable[str] = ()) -> None:
        self._stuck_after = stuck_after
        self._beat = time.monotonic()
        self._checks: dict[str, Check] = dict.fromkeys(awaits, lambda: "not begun yet")

    def beat(self) -> None:
        """The loop has come round."""
        self._beat = time.monotonic()

    def add(self, name: str, check: Check) -> None:
        """Add a condition of readiness, or put it in the place of one that is awaited."""
        self._checks[name] = check

    def live(self) -> list[str]:
        """Why the process should be replaced; empty when it should not."""
        silent = time.monotonic() - self._beat
        return [f"the loop has been silent for {silent:.0f} s"] if silent > self._stuck_after else []

    def missing(self) -> list[str]:
        """What readiness lacks; empty when ready."""
        found = ((name, check()) for name, check in self._checks.items())
        return self.live() + [f"{name}: {what}" for name, what in found if what]


def answer(problems: list[str]) -> tuple[int, bytes]:
    """A health answer: status and JSON body."""
    body = {"status": "unavailable", "missing": problems} if problems else {"status": "ok"}
    return (503 if problems else 200), json.dumps(body).encode()


class HealthServer:
    """Serves one process's health and metrics on a port (0 takes a free one) until closed."""

    def __init__(self, host: str, port: int, health: Health) -> None:
        self._server = ThreadingHTTPServer((host, port), _handler(health))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(health: Health) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?", 1)[0]
            if path == "/health/live":
                self._send(*answer(health.live()), "application/json")
            elif path == "/health/ready":
                self._send(*answer(health.missing()), "application/json")
            elif path == "/metrics":
                self._send(200, generate_latest(), CONTENT_TYPE_LATEST)
            else:
                self._send(404, b"try /health/live, /health/ready or /metrics\n", "text/plain")

        def _send(self, status: int, body: bytes, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Scrapes are not news."""

    return Handler
