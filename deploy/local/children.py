"""Child processes that never outlive their parent, and the files they log to.

Used by `running` and by the supervisor.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

LOG_LIMIT_BYTES = 20 * 1024 * 1024
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def spawn(argv: Sequence[str], env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output appended to `log`, `env` added to our environment.

    On Linux the system kills it when the thread that called this ends, however that comes about: call it from the
    main thread. Raises OSError if the program cannot be started.
    """
    with open_log(log) as output:
        return subprocess.Popen(
            argv,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent(os.getpid()),  # noqa: PLW1509  nothing else asks Linux to do this
        )


def open_log(log: Path) -> BinaryIO:
    """The log to append to; one that has grown past 20 MB is first set aside as `<name>.log.1`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
    return log.open("ab")


def stop(child: subprocess.Popen[bytes], grace: float) -> None:
    """Ask the child to end, wait `grace` seconds, then kill it and all that it started."""
    child.terminate()
    try:
        child.wait(grace)
    except subprocess.TimeoutExpired:
        kill(child)
        child.wait()


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill the child, and all that it started, unless it has ended."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """What the child runs before the program: nothing on systems that cannot tie it to its parent."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    return tie
