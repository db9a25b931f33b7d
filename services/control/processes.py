"""What the supervisor is told about a process, and the rules for starting, restarting and stopping: all pure.

Used by `supervisor`; the specs themselves are made by `up` and `demo`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

Condition = Callable[[], str | None]
"""None when it is met, else what is missing, in words. May block for a few seconds; must not raise."""

State = Literal["starting", "ready", "backoff", "stopped"]

LONGEST_BACKOFF_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A process that was up this long did not fail at its start: its backoff begins anew."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process to keep running.

    `env` is added to the environment of the supervisor. It starts once all in `after` are ready and `before_start`,
    if any, is met, and counts as ready once `ready` is met. Engines stop last, and get longer to do so.
    """

    name: str
    argv: Sequence[str]
    log: Path
    ready: Condition
    env: Mapping[str, str] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    before_start: Condition | None = None
    engine: bool = False

    @property
    def grace(self) -> float:
        """Seconds between the request to stop and the kill."""
        return 20.0 if self.engine else 10.0

    def replaced(self, **changes: Any) -> "ProcessSpec":
        """The same process, with some fields changed."""
        return replace(self, **changes)


def backoff_seconds(failures: int) -> float:
    """How long to wait before the next start, after `failures` (0, 1, …) earlier ones in a row: 1, 2, 4 … 30 s."""
    return min(2.0 ** min(failures, 10), LONGEST_BACKOFF_SECONDS)


def failures_after(failures: int, up_seconds: float) -> int:
    """The failures that count when a process ends that was up for so long."""
    return 0 if up_seconds >= STEADY_SECONDS else failures


def may_start(spec: ProcessSpec, ready: Collection[str]) -> bool:
    """Whether everything that `spec` starts after is ready."""
    return set(spec.after) <= set(ready)


def stop_waves(specs: Sequence[ProcessSpec]) -> list[list[str]]:
    """Who stops together, and in which order: all services at once, then the engines one by one, last first."""
    services = [spec.name for spec in specs if not spec.engine]
    engines = [[spec.name] for spec in reversed(specs) if spec.engine]
    return [wave for wave in [services, *engines] if wave]


def check(specs: Sequence[ProcessSpec]) -> None:
    """Raise ValueError if two processes share a name, or one could never start."""
    names = [spec.name for spec in specs]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"more than one process is called {', '.join(doubled)}")
    startable: set[str] = set()
    while found := {spec.name for spec in specs if may_start(spec, startable)} - startable:
        startable |= found
    if stuck := [name for name in names if name not in startable]:
        raise ValueError(f"could never start, for want of those they start after: {', '.join(stuck)}")
