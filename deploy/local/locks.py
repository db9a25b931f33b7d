"""Locks between processes: an exclusive `flock` on a file, which the system releases when its holder dies.

Used while the cache is filled, for the data folder of the engines, and by the supervisor for its own.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.engine import EngineError

_INSTANT_SECONDS = 0.1


class LockTakenError(Exception):
    """Another process holds the lock."""


@contextmanager
def held(path: Path, *, waiting: Callable[[], None] | None = None) -> Iterator[int]:
    """Hold the lock on `path` (made if absent) and give its file descriptor.

    When another process has it: calls `waiting` and waits, or raises `LockTakenError` if there is no `waiting`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if not _taken_soon(descriptor):
            if waiting is None:
                raise LockTakenError(str(path))
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock on `path`, which exists. To ask takes it for an instant, shared by all who ask."""
    with path.open("rb") as file:
        return not _try(file.fileno(), fcntl.LOCK_SH)


@contextmanager
def data_lock(data: Path) -> Iterator[None]:
    """Keep a data folder to one pair of engines for as long as they run; raises EngineError if it is in use."""
    try:
        with held(data / "engines.lock"):
            yield
    except LockTakenError as problem:
        raise EngineError(_in_use(data)) from problem


def require_unused(data: Path, lock: Path) -> None:
    """Raise EngineError if an engine that works in `data` has locked the file `lock`, whoever started it.

    Java locks by record (POSIX), so this asks in the same way.
    """
    if not lock.exists():
        return
    with lock.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise EngineError(_in_use(data)) from problem


def _in_use(data: Path) -> str:
    return f"{data} is in use by engines that already run: stop those or choose another data folder"


def _taken_soon(descriptor: int) -> bool:
    """Take the lock, now or after an instant: somebody may just be asking whether it is held."""
    if _try(descriptor, fcntl.LOCK_EX):
        return True
    threading.Event().wait(_INSTANT_SECONDS)
    return _try(descriptor, fcntl.LOCK_EX)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
