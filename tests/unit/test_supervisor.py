"""The supervisor with real small child processes, and its rules as pure functions."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.control.processes import ProcessSpec, backoff_seconds, check, failures_after, may_start, stop_waves
from services.control.state import down, is_running, sole_supervisor, status
from services.control.supervisor import Supervisor, supervise

WAITS = "import signal; signal.pause()"
STUBBORN = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: None)
open(sys.argv[1], "w").close()
while True:
    signal.pause()
"""
SAYS_WHEN_STOPPED = """
import os, signal, sys
def stop(*_):
    with open(sys.argv[1], "a") as file:
        file.write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
open(sys.argv[3], "w").close()
while True:
    signal.pause()
"""
DRIVER = f"""
import sys
from pathlib import Path
from services.control.supervisor import ProcessSpec, supervise
data = Path(sys.argv[1])
argv = (sys.executable, "-c", {WAITS!r})
specs = [ProcessSpec(name, argv, data / (name + ".log"), lambda: None) for name in ("one", "two")]
sys.exit(supervise(data, specs, report=lambda line: None, on_ready=(data / "all-ready").touch))
"""


def until(condition: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """Await a condition and give what it gave."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        pause.wait(0.02)
    return found


def ignore(_line: str) -> None:
    """Nobody reads this."""


def always() -> None:
    """A condition that is met."""


def python(name: str, data: Path, code: str = WAITS, *arguments: str, **fields: Any) -> ProcessSpec:
    """A process that runs some Python."""
    argv = (sys.executable, "-c", code, *arguments)
    return ProcessSpec(name, argv, data / "logs" / f"{name}.log", **{"ready": always, **fields})


def exists(file: Path) -> Callable[[], str | None]:
    return lambda: None if file.exists() else f"{file.name} is missing"


def shown(data: Path) -> dict[str, dict[str, Any]]:
    """What other shells see, by process."""
    return {one["name"]: one for one in status(data)["processes"]}


def state(data: Path, name: str) -> str | None:
    found = shown(data).get(name)
    return str(found["state"]) if found else None


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Supervised:
    """A supervisor in a thread of this process."""

    def __init__(self, data: Path, specs: list[ProcessSpec]) -> None:
        self.data, self.said, self.ready = data, list[str](), threading.Event()
        self.supervisor = Supervisor(data, specs, self.said.append, self.ready.set)

    def __enter__(self) -> "Supervised":
        self._held = sole_supervisor(self.data)
        self._held.__enter__()
        self._thread = threading.Thread(target=self.supervisor.run)
        self._thread.start()
        return self

    def stop(self) -> None:
        self.supervisor.stop()
        self.join()

    def join(self) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive(), "the supervisor still runs"

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()
        self.join()
        self._held.__exit__(None, None, None)


@contextmanager
def driver(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor in a process of its own, once its two children are ready."""
    with subprocess.Popen([sys.executable, "-c", DRIVER, str(data)], cwd=Path(__file__).parents[2]) as child:
        try:
            until((data / "all-ready").exists, "both children ready")
            yield child
        finally:
            if child.poll() is None:
                child.kill()


# Rules


def test_the_backoff_doubles_from_one_second_to_thirty() -> None:
    assert [backoff_seconds(failures) for failures in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff_seconds(10_000) == 30


def test_a_minute_of_running_forgives_earlier_failures() -> None:
    assert failures_after(4, 59.9) == 4
    assert failures_after(4, 60.0) == 0


def test_a_process_may_start_when_all_before_it_are_ready(tmp_path: Path) -> None:
    spec = python("route", tmp_path, after=("kafka", "elasticsearch"))
    assert not may_start(spec, {"kafka"})
    assert may_start(spec, {"kafka", "elasticsearch", "web"})


def test_services_stop_together_and_engines_after_them_last_first(tmp_path: Path) -> None:
    specs = [python(name, tmp_path, engine=name.startswith("engine")) for name in ("engine1", "engine2", "a", "b")]
    assert stop_waves(specs) == [["a", "b"], ["engine2"], ["engine1"]]
    assert stop_waves(specs[2:]) == [["a", "b"]]


def test_engines_get_longer_to_stop(tmp_path: Path) -> None:
    assert (python("web", tmp_path).grace, python("kafka", tmp_path, engine=True).grace) == (10, 20)


@pytest.mark.parametrize("after", [{"a": ("b",), "b": ("a",)}, {"a": (), "b": ("missing",)}])
def test_processes_that_could_never_start_are_refused(tmp_path: Path, after: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="could never start"):
        check([python(name, tmp_path, after=names) for name, names in after.items()])


def test_two_processes_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="more than one process is called web"):
        check([python("web", tmp_path), python("web", tmp_path)])


# Starting


def test_a_process_starts_once_those_before_it_are_ready(tmp_path: Path) -> None:
    go = tmp_path / "go"
    specs = [python("second", tmp_path, after=("first",)), python("first", tmp_path, ready=exists(go))]
    with Supervised(tmp_path, specs) as running:
        until(lambda: (shown(tmp_path).get("first") or {}).get("detail") == "go is missing", "what is missing is shown")
        second = shown(tmp_path)["second"]
        assert (second["state"], second["pid"], second["detail"]) == ("starting", None, "waits for first")
        assert not running.ready.is_set()
        go.touch()
        assert running.ready.wait(20)
        assert status(tmp_path)["problems"] == []
        assert is_alive(shown(tmp_path)["second"]["pid"])


def test_a_process_starts_once_its_own_condition_is_met(tmp_path: Path) -> None:
    topics = tmp_path / "topics"
    with Supervised(tmp_path, [python("route", tmp_path, before_start=exists(topics))]) as running:
        until(
            lambda: (shown(tmp_path).get("route") or {}).get("detail") == "topics is missing", "the condition is shown"
        )
        assert shown(tmp_path)["route"]["pid"] is None
        topics.touch()
        assert running.ready.wait(20)


def test_the_environment_is_added_and_the_output_logged(tmp_path: Path) -> None:
    code = f"import os; print(os.environ['GIVEN'], os.environ['PATH'] != '', flush=True)\n{WAITS}"
    spec = python("web", tmp_path, code, env={"GIVEN": "yes"})
    with Supervised(tmp_path, [spec]):
        until(lambda: spec.log.exists() and spec.log.read_text() == "yes True\n", "the log")


# Restarting


def test_a_killed_process_is_started_again(tmp_path: Path) -> None:
    with Supervised(tmp_path, [python("web", tmp_path)]) as running:
        assert running.ready.wait(20)
        before = shown(tmp_path)["web"]["pid"]
        os.kill(before, signal.SIGKILL)
        until(lambda: state(tmp_path, "web") == "backoff", "the pause before the next start")
        assert status(tmp_path)["problems"] == [
            "web is in state backoff: was ended by SIGKILL; starts again in 1 s",
        ]
        until(lambda: state(tmp_path, "web") == "ready", "ready again")
        assert shown(tmp_path)["web"]["pid"] != before
        assert shown(tmp_path)["web"]["restarts"] == 1


def test_a_process_that_fails_again_waits_longer(tmp_path: Path) -> None:
    with Supervised(tmp_path, [python("web", tmp_path, "raise SystemExit(3)", ready=exists(tmp_path / "never"))]) as it:
        until(lambda: len(it.said) == 2, "two ends")
    assert [line.partition(";")[0] for line in it.said] == ["web ended with code 3"] * 2
    assert ["in 1 s" in it.said[0], "in 2 s" in it.said[1]] == [True, True]
    assert not it.ready.is_set()


def test_a_program_that_does_not_exist_is_tried_again(tmp_path: Path) -> None:
    spec = ProcessSpec("web", ("/does/not/exist",), tmp_path / "web.log", always)
    with Supervised(tmp_path, [spec]):
        until(lambda: state(tmp_path, "web") == "backoff", "the pause before the next start")
        assert "cannot be started" in shown(tmp_path)["web"]["detail"]


def test_others_go_on_while_one_fails(tmp_path: Path) -> None:
    with Supervised(tmp_path, [python("bad", tmp_path, "raise SystemExit(1)"), python("good", tmp_path)]):
        until(lambda: state(tmp_path, "bad") == "backoff" and state(tmp_path, "good") == "ready", "one of each")


def test_a_condition_that_raises_ends_all(tmp_path: Path) -> None:
    def broken() -> str | None:
        raise LookupError("a mistake")

    specs = [python("good", tmp_path), python("bad", tmp_path, ready=broken)]
    supervisor = Supervisor(tmp_path, specs, ignore, always)
    with pytest.raises(LookupError, match="a mistake"):
        supervisor.run()
    written = json.loads((tmp_path / "supervisor.json").read_text())["processes"]
    assert [(one["pid"], one["state"]) for one in written] == [(None, "stopped")] * 2


# Stopping


def test_services_are_stopped_before_engines(tmp_path: Path) -> None:
    order = tmp_path / "order"
    names = ["kafka", "elasticsearch", "route"]

    def spec(name: str) -> ProcessSpec:
        up = tmp_path / f"{name}.up"
        arguments = (str(order), name, str(up))
        return python(name, tmp_path, SAYS_WHEN_STOPPED, *arguments, ready=exists(up), engine=name != "route")

    with Supervised(tmp_path, [spec(name) for name in names]) as running:
        assert running.ready.wait(20)
        running.stop()
    assert order.read_text().split() == ["route", "elasticsearch", "kafka"]


def test_what_does_not_stop_is_killed_when_its_grace_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProcessSpec, "grace", property(lambda _spec: 0.3))
    up = tmp_path / "up"
    with Supervised(tmp_path, [python("web", tmp_path, STUBBORN, str(up), ready=exists(up))]) as running:
        assert running.ready.wait(20)
        pid = shown(tmp_path)["web"]["pid"]
        running.stop()
        assert running.said[-1] == "web does not stop by itself and is killed"
        assert not is_alive(pid)


def test_asking_twice_takes_away_the_grace(tmp_path: Path) -> None:
    up = tmp_path / "up"
    began = time.monotonic()
    with Supervised(tmp_path, [python("web", tmp_path, STUBBORN, str(up), ready=exists(up))]) as running:
        assert running.ready.wait(20)
        running.supervisor.stop()
        running.stop()
    assert time.monotonic() - began < 10


def test_stopping_while_a_process_waits_to_start_again_starts_nothing(tmp_path: Path) -> None:
    with Supervised(tmp_path, [python("bad", tmp_path, "raise SystemExit(1)")]) as running:
        until(lambda: state(tmp_path, "bad") == "backoff", "the pause before the next start")
        running.stop()
        assert (shown(tmp_path)["bad"]["state"], shown(tmp_path)["bad"]["pid"]) == ("stopped", None)


# From another shell


def test_down_stops_the_supervisor_and_its_children(tmp_path: Path) -> None:
    with driver(tmp_path) as running:
        pids = [one["pid"] for one in status(tmp_path)["processes"]]
        assert all(is_alive(pid) for pid in pids)
        assert down(tmp_path) == f"stopped webcare (pid {running.pid})"
        assert running.wait(10) == 0
        assert not any(is_alive(pid) for pid in pids)
    assert status(tmp_path)["problems"] == [f"webcare does not run on {tmp_path}"]


def test_ctrl_c_ends_in_success(tmp_path: Path) -> None:
    with driver(tmp_path) as running:
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0


def test_a_second_supervisor_on_the_same_data_is_refused_with_one_line(tmp_path: Path) -> None:
    said: list[str] = []
    with driver(tmp_path) as running:
        assert supervise(tmp_path, [python("web", tmp_path)], report=said.append, on_ready=pytest.fail) == 1
        assert said == [f"webcare already runs on {tmp_path} (pid {running.pid}): `webcare down` stops it"]
        assert set(shown(tmp_path)) == {"one", "two"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to the life of its parent")
def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with driver(tmp_path) as running:
        pids = [one["pid"] for one in status(tmp_path)["processes"]]
        running.kill()
        running.wait()
        until(lambda: not any(is_alive(pid) for pid in pids), "the children are gone")
    assert {one["state"] for one in status(tmp_path)["processes"]} == {"stopped"}


def test_a_pid_that_a_killed_supervisor_left_is_never_signalled(tmp_path: Path) -> None:
    (tmp_path / "supervisor.lock").write_text(str(os.getpid()))
    assert not is_running(tmp_path)
    assert down(tmp_path) == f"nothing to stop: webcare does not run on {tmp_path}"


def test_where_nothing_ever_ran_status_says_so(tmp_path: Path) -> None:
    assert status(tmp_path) == {"processes": [], "problems": [f"webcare does not run on {tmp_path}"]}
    assert list(tmp_path.iterdir()) == []
