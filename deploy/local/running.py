"""Engines running in the foreground of this process: for developers and tests.

`webcare up` has its supervisor instead, which also restarts what dies.
"""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deploy.local.children import spawn, stop
from deploy.local.engine import Engine, EngineError

READY_SECONDS = 180.0
GRACE_SECONDS = 20.0
_PROBE_EVERY_SECONDS = 0.1


@contextmanager
def running(engines: Sequence[Engine], grace: float = GRACE_SECONDS) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Start the engines, give their processes by name once all are ready, and stop them at the end.

    Each gets `grace` seconds to stop. Raises EngineError when one ends early or is not ready within three minutes.
    """
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for engine in engines:
            children[engine.name] = spawn(engine.argv, engine.env, engine.log)
        deadline = time.monotonic() + READY_SECONDS
        for engine in engines:
            _await_ready(engine, children[engine.name], deadline)
        yield children
    finally:
        for child in reversed(children.values()):
            stop(child, grace)


def _await_ready(engine: Engine, child: subprocess.Popen[bytes], deadline: float) -> None:
    while missing := engine.ready():
        if time.monotonic() > deadline:
            raise EngineError(f"{engine.name} is not ready after {READY_SECONDS:.0f} s: {missing}; see {engine.log}")
        try:
            code = child.wait(_PROBE_EVERY_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        raise EngineError(f"{engine.name} ended with code {code}; see {engine.log}")
