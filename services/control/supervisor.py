"""Starts processes in order, restarts what dies, and stops all of them: the heart of `webcare up` and the demo.

One loop in the main thread owns all state and waits on one queue. What puts events there: a thread for each child,
which waits for its end; one thread that looks whether conditions are met; the signal handlers. The rules are in
`processes`, what other shells read is in `state`.
"""

import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from deploy.local.children import kill, spawn
from services.control.conditions import Child, Looked, Looker, LookFailed, Open
from services.control.processes import (
    Condition,
    ProcessSpec,
    State,
    backoff_seconds,
    check,
    failures_after,
    may_start,
    stop_waves,
)
from services.control.state import ProcessState, SupervisorError, down, sole_supervisor, status, write

__all__ = ["ProcessSpec", "Supervisor", "SupervisorError", "down", "status", "supervise"]

Report = Callable[[str], None]


def supervise(data: Path, specs: Sequence[ProcessSpec], *, report: Report, on_ready: Callable[[], None]) -> int:
    """Keep `specs` running until SIGINT or SIGTERM, and give the exit status.

    `on_ready` is called once, when all are ready for the first time. Gives 1, with one line to `report`, when another
    supervisor has the data folder.
    """
    try:
        with sole_supervisor(data):
            Supervisor(data, specs, report, on_ready).run()
    except SupervisorError as problem:
        report(str(problem))
        return 1
    return 0


@dataclass(frozen=True, slots=True)
class _Ended:
    name: str
    child: Child


class _Stop:
    """Somebody asks for the end; the second time, without grace."""


_Event = _Ended | Looked | LookFailed | _Stop


@dataclass(slots=True)
class _Process:
    """One process as it is now. Times are of the monotonic clock, but for `since`, which is for people."""

    spec: ProcessSpec
    child: Child | None = None
    state: State = "starting"
    cleared: bool = False
    restarts: int = 0
    failures: int = 0
    started: float = 0.0
    due: float = 0.0
    detail: str | None = None
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def become(self, state: State, detail: str | None = None) -> None:
        if state != self.state:
            self.since = datetime.now(UTC)
        self.state, self.detail = state, detail

    def shown(self) -> ProcessState:
        return {
            "name": self.spec.name,
            "pid": self.child.pid if self.child else None,
            "state": self.state,
            "restarts": self.restarts,
            "since": self.since.isoformat(timespec="seconds"),
            "detail": self.detail,
        }


class Supervisor:
    """Keeps processes running in this process's main thread, from `run` until `stop` or a signal."""

    def __init__(self, data: Path, specs: Sequence[ProcessSpec], report: Report, on_ready: Callable[[], None]) -> None:
        check(specs)
        self._data, self._report, self._on_ready = data, report, on_ready
        self._processes = {spec.name: _Process(spec) for spec in specs}
        self._waves = stop_waves(specs)
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._looker = Looker(self._events.put)
        self._announced = False
        self._stopping = False
        self._written: list[ProcessState] = []

    def stop(self) -> None:
        """Ask for the end; may be called from any thread and from signal handlers."""
        self._events.put(_Stop())

    def run(self) -> None:
        """Keep the processes running until told to stop, then stop them all, whatever happens."""
        with self._signals():
            try:
                while not self._stopping:
                    self._start_what_may()
                    self._looker.ask(self._open_conditions())
                    self._show()
                    self._handle(self._next_event())
            finally:
                self._stop_all()
                self._looker.close()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM ask for the end while this runs; only a main thread may have them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def ask(_number: int, _frame: FrameType | None) -> None:
            self.stop()

        before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    # Starting

    def _start_what_may(self) -> None:
        ready = self._ready()
        for process in self._processes.values():
            if process.child is not None or process.due > time.monotonic():
                continue
            if not may_start(process.spec, ready):
                process.become("starting", f"waits for {', '.join(sorted(set(process.spec.after) - ready))}")
            elif process.spec.before_start is None or process.cleared:
                self._start(process)
            elif process.state == "backoff":
                process.become("starting")

    def _start(self, process: _Process) -> None:
        process.started = time.monotonic()
        try:
            child = spawn(process.spec.argv, process.spec.env, process.spec.log)
        except OSError as problem:
            self._try_again(process, f"cannot be started: {problem}")
            return
        process.child = child
        process.become("starting")
        watch = threading.Thread(target=self._watch, args=(process.spec.name, child), daemon=True)
        watch.start()

    def _watch(self, name: str, child: Child) -> None:
        child.wait()
        self._events.put(_Ended(name, child))

    def _try_again(self, process: _Process, why: str) -> None:
        """Plan the next start of a process that has ended or could not start."""
        process.child, process.cleared = None, False
        process.failures = failures_after(process.failures, time.monotonic() - process.started)
        pause = backoff_seconds(process.failures)
        process.due = time.monotonic() + pause
        process.failures += 1
        process.restarts += 1
        process.become("backoff", f"{why}; starts again in {pause:.0f} s")
        self._report(f"{process.spec.name} {why}; starts again in {pause:.0f} s; see {process.spec.log}")

    # Looking whether conditions are met

    def _ready(self) -> set[str]:
        return {name for name, process in self._processes.items() if process.state == "ready"}

    def _open_conditions(self) -> Open:
        ready = self._ready()
        found: dict[str, tuple[Child | None, Condition]] = {}
        for name, process in self._processes.items():
            spec = process.spec
            if process.child is not None and process.state == "starting":
                found[name] = (process.child, spec.ready)
            elif spec.before_start is not None and self._awaits_start(process) and may_start(spec, ready):
                found[name] = (None, spec.before_start)
        return found

    @staticmethod
    def _awaits_start(process: _Process) -> bool:
        return process.child is None and process.state == "starting" and not process.cleared

    def _take_looked(self, looked: Looked) -> None:
        self._looker.rest()
        for name, (child, missing) in looked.missing.items():
            process = self._processes[name]
            if process.child is not child or process.state != "starting":
                continue  # it ended while it was looked at
            if missing is not None:
                process.detail = missing
            elif child is None:
                process.cleared = True
            else:
                process.become("ready")
                self._report(f"{name} is ready ({time.monotonic() - process.started:.1f} s)")
        self._announce()

    def _announce(self) -> None:
        if not self._announced and all(process.state == "ready" for process in self._processes.values()):
            self._announced = True
            self._show()
            self._on_ready()

    # Events

    def _next_event(self) -> _Event | None:
        """The next event, or None when it is time to start or to look again."""
        now = time.monotonic()
        times = [process.due for process in self._processes.values() if process.state == "backoff"]
        if (look := self._looker.next_round()) is not None and self._open_conditions():
            times.append(look)
        return self._wait(max(min(times) - now, 0.0) if times else None)

    def _wait(self, seconds: float | None) -> _Event | None:
        try:
            return self._events.get(timeout=seconds)
        except queue.Empty:
            return None

    def _handle(self, event: _Event | None) -> None:
        match event:
            case _Ended(name, child):
                self._take_ended(name, child)
            case Looked():
                self._take_looked(event)
            case LookFailed(problem):
                raise problem
            case _Stop():
                self._stopping = True

    def _take_ended(self, name: str, child: Child) -> None:
        process = self._processes[name]
        if process.child is child:
            self._try_again(process, _how_it_ended(child.returncode))

    # Stopping

    def _stop_all(self) -> None:
        self._stopping = True
        for wave in self._waves:
            self._stop_wave([self._processes[name] for name in wave])
        self._show()

    def _stop_wave(self, wave: list[_Process]) -> None:
        """Ask all of the wave to end, and kill what has not when its grace is over or when asked a second time."""
        deadline = time.monotonic() + max(process.spec.grace for process in wave)
        for process in wave:
            if process.child is None:
                process.become("stopped")
            else:
                process.child.terminate()
        while any(process.child is not None for process in wave):
            event = self._wait(max(deadline - time.monotonic(), 0.0))
            if isinstance(event, _Ended):
                self._take_stopped(event)
            elif event is None or isinstance(event, _Stop):
                self._kill(wave)
                deadline = time.monotonic() + 60  # a killed process ends; the wait is for the event that says so
        self._show()

    def _take_stopped(self, event: _Ended) -> None:
        process = self._processes[event.name]
        if process.child is event.child:
            process.child = None
            process.become("stopped")

    def _kill(self, wave: list[_Process]) -> None:
        for process in wave:
            if process.child is not None:
                self._report(f"{process.spec.name} does not stop by itself and is killed")
                kill(process.child)

    def _show(self) -> None:
        """Write what other shells read, if it has changed."""
        shown = [process.shown() for process in self._processes.values()]
        if shown != self._written:
            write(self._data, shown)
            self._written = shown


def _how_it_ended(code: int) -> str:
    return f"ended with code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"
