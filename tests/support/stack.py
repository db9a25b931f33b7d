"""The whole of webcare as a user starts it — `webcare demo` on free ports and a data folder of its own — for tests.

Started once per session by the fixture `stack`; tests of one mention's whole way, of faults and of the pages share it.
"""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

T = TypeVar("T")

PORTS = {
    "WEBCARE_HTTP_PORT": 0,
    "WEBCARE_INGEST_PORT": 0,
    "WEBCARE_SQUARE_PORT": 0,
    "WEBCARE_INGEST_METRICS_PORT": 0,
    "WEBCARE_CLASSIFY_METRICS_PORT": 0,
    "WEBCARE_ROUTE_METRICS_PORT": 0,
    "WEBCARE_WEB_METRICS_PORT": 0,
    "WEBCARE_TRENDS_METRICS_PORT": 0,
    "WEBCARE_SINK_METRICS_PORT": 0,
    "WEBCARE_TICKER_METRICS_PORT": 0,
    "WEBCARE_REREAD_METRICS_PORT": 0,
}


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def until(condition: Callable[[], T | bool | None], what: str, seconds: float = 30, every: float = 0.1) -> T:
    """Await a condition and give what it gave; fail with `what` when it does not come true in time."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while True:
        found = condition()
        if found:
            return found  # type: ignore[return-value]  # truthy, so it is a T
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds:.0f} s: {what}")
        pause.wait(every)


class Desk(httpx.Client):
    """Somebody who has logged in."""

    csrf: str = ""

    def command(self, body: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
        """One command, as their page would send it."""
        return self.post("/api/v1/commands", json=body, headers={"X-CSRF-Token": self.csrf} | (headers or {}))


@dataclass
class Stack:
    """A running demo. `facts` is its `demo.json`."""

    data: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return str(self.facts["url"])

    @property
    def ingest(self) -> str:
        return str(self.facts["ingest_url"])

    def api(self, **options: Any) -> httpx.Client:
        """A client of the API, with all scopes."""
        headers = {"Authorization": f"Bearer {self.facts['api_token']}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, **options)

    @contextlib.contextmanager
    def log_in(self, name: str) -> "Iterator[Desk]":
        """A browser's session without a browser."""
        [login] = [one for one in self.facts["logins"] if one["name"] == name]
        with Desk(base_url=self.url, timeout=30, follow_redirects=True) as desk:
            answer = desk.post("/login", data={"name": name, "password": login["password"]})
            assert answer.status_code == 200, answer.text
            [desk.csrf] = re.findall(r'name="csrf" value="([^"]+)"', answer.text)[:1]
            yield desk

    def webcare(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run the `webcare` command beside the stack."""
        command = [sys.executable, "-m", "services.control", *arguments]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=timeout)

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self.webcare("status", "--json").stdout))

    def pid(self, name: str) -> int | None:
        """The process id that the supervisor last gave `name`."""
        state = json.loads((self.data / "supervisor.json").read_text())
        found = {one["name"]: one for one in state["processes"]}[name]
        return int(found["pid"]) if found["pid"] else None

    def is_ready(self, name: str) -> bool:
        state = json.loads((self.data / "supervisor.json").read_text())
        return bool({one["name"]: one["state"] for one in state["processes"]}[name] == "ready")

    def kill(self, *names: str) -> None:
        """`kill -9` processes at once and await that the supervisor has them running and ready again."""
        pids = {name: self.pid(name) for name in names}
        assert all(pids.values()), f"not running: {[name for name, pid in pids.items() if not pid]}"
        for pid in filter(None, pids.values()):
            os.kill(pid, signal.SIGKILL)

        def is_back(name: str) -> bool:
            return self.pid(name) not in (pids[name], None) and self.is_ready(name)

        until(lambda: all(map(is_back, names)), f"{', '.join(names)} back after kill -9", 90)


def start(data: Path, **extra: str) -> Stack:
    """Start a demo and await its ready line."""
    ports = free_ports(len(PORTS) + 2)
    env = dict(os.environ)
    env |= {name: str(port) for name, port in zip(PORTS, ports, strict=False)}
    env |= {
        "WEBCARE_DATA": str(data),
        "WEBCARE_KAFKA_BOOTSTRAP": f"127.0.0.1:{ports[-1]}",
        "WEBCARE_ELASTICSEARCH_URL": f"http://127.0.0.1:{ports[-2]}",
    }
    # The second reader reads what needs a person, only what is most uncertain, and nothing that came in long ago: else it is
    # a fifth of all the work.
    env |= {"WEBCARE_REREAD_UNCERTAIN": "0.4", "WEBCARE_REREAD_PATIENCE_MINUTES": "0.5"} | extra
    command = [sys.executable, "-m", "services.control", "demo"]
    log = (data / "demo.log").open("ab")
    with log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)
    stack = Stack(data, env, process)
    try:
        await_ready(stack)
    except BaseException:
        stop(stack)
        raise
    return stack


def attach(data: Path) -> Stack:
    """A demo that runs already, on the default ports, with its data in `data`."""
    stack = Stack(data, dict(os.environ) | {"WEBCARE_DATA": str(data)}, None)
    stack.facts = json.loads((data / "demo.json").read_text())
    return stack


def await_ready(stack: Stack) -> None:
    """Await the ready line, and fail with the log when the demo ends before."""

    def ready() -> bool:
        text = (stack.data / "demo.log").read_text(errors="replace")
        if stack.process is None or stack.process.poll() is not None:
            pytest.fail(f"the demo ended with {stack.process and stack.process.returncode}:\n{text[-3000:]}")
        return "webcare is ready" in text

    try:
        until(ready, "the demo's ready line", seconds=420)
    except BaseException:
        sys.stderr.write((stack.data / "demo.log").read_text(errors="replace")[-5000:])
        raise
    stack.facts = json.loads((stack.data / "demo.json").read_text())


def stop(stack: Stack) -> None:
    """Ctrl-C, and await the end."""
    if stack.process and stack.process.poll() is None:
        stack.process.send_signal(signal.SIGINT)
        stack.process.wait(timeout=60)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running demo, shared by the session; `WEBCARE_TEST_STACK` names the data folder of one that runs already."""
    if running_data := os.environ.get("WEBCARE_TEST_STACK"):
        yield attach(Path(running_data))
        return
    running = start(tmp_path_factory.mktemp("stack"))
    yield running
    stop(running)
