"""What the supervisor leaves on disk for other shells: `supervisor.json`, and the lock that proves it is running.

Written by `supervisor`; read by `webcare status` and `webcare down`.
"""

import json
import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict

from deploy.local.locks import LockTakenError, held, is_held
from services.control.processes import State

STOP_SECONDS = 70.0
"""Longer than all graces together (10 s for the services, 20 s for each of two engines)."""

_LOOK_EVERY_SECONDS = 0.1


class ProcessState(TypedDict):
    """One process in `supervisor.json`. `since` is when `state` began (RFC 3339); `detail` says what it waits for."""

    name: str
    pid: int | None
    state: State
    restarts: int
    since: str
    detail: str | None


class SupervisorError(Exception):
    """Why the supervisor cannot start or stop, as one line."""


@contextmanager
def sole_supervisor(data: Path) -> Iterator[None]:
    """Be the only supervisor of a data folder; raises SupervisorError if there is one."""
    try:
        with held(_lock(data)) as descriptor:
            os.pwrite(descriptor, f"{os.getpid():<20}".encode(), 0)  # of one width: replaces the last one's at once
            yield
    except LockTakenError as problem:
        raise SupervisorError(
            f"webcare already runs on {data} (pid {_pid(data)}): `webcare down` stops it"
        ) from problem


def write(data: Path, processes: list[ProcessState]) -> None:
    """Replace `supervisor.json` as a whole, so that a reader never sees half of it."""
    content = json.dumps({"pid": os.getpid(), "processes": processes}, indent=1, ensure_ascii=False)
    with tempfile.NamedTemporaryFile("w", dir=data, prefix=".supervisor-", delete=False, encoding="utf-8") as part:
        part.write(content)
    Path(part.name).replace(data / "supervisor.json")


def status(data: Path) -> dict[str, Any]:
    """`processes`: [{`name`, `pid`, `state`, `restarts`, `since`, `detail`}] and `problems`: [str]."""
    processes = _read(data)
    if not is_running(data):
        gone: list[ProcessState] = [{**one, "pid": None, "state": "stopped", "detail": None} for one in processes]
        return {"processes": gone, "problems": [f"webcare does not run on {data}"]}
    return {"processes": processes, "problems": [_problem(one) for one in processes if one["state"] != "ready"]}


def down(data: Path) -> str:
    """Stop the supervisor of a data folder, wait until it has gone, and say what was done.

    Raises SupervisorError if it still runs after 70 s. Only a process that holds the lock is ever signalled.
    """
    if not is_running(data):
        return f"nothing to stop: webcare does not run on {data}"
    pid = _pid(data)
    os.kill(pid, signal.SIGTERM)
    deadline, pause = time.monotonic() + STOP_SECONDS, threading.Event()
    while is_running(data):
        if time.monotonic() > deadline:
            raise SupervisorError(f"webcare (pid {pid}) still runs {STOP_SECONDS:.0f} s after it was asked to stop")
        pause.wait(_LOOK_EVERY_SECONDS)
    return f"stopped webcare (pid {pid})"


def is_running(data: Path) -> bool:
    """Whether a supervisor runs on this data folder."""
    return _lock(data).exists() and is_held(_lock(data))


def _lock(data: Path) -> Path:
    return data / "supervisor.lock"


def _pid(data: Path) -> int:
    """The pid that the holder of the lock wrote into it."""
    return int(_lock(data).read_text("ascii"))


def _read(data: Path) -> list[ProcessState]:
    file = data / "supervisor.json"
    if not file.exists():
        return []
    processes: list[ProcessState] = json.loads(file.read_text("utf-8"))["processes"]
    return processes


def _problem(process: ProcessState) -> str:
    return f"{process['name']} is in state {process['state']}" + (f": {process['detail']}" if process["detail"] else "")
