"""Looks whether the conditions of processes are met, in a thread of its own, because looking may take seconds.

Used by `supervisor`, whose loop never waits for a condition.
"""

import queue
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.control.processes import Condition

LOOK_EVERY_SECONDS = 0.15

Child = subprocess.Popen[bytes]
Open = Mapping[str, tuple[Child | None, Condition]]
"""Conditions to look at, by process, with the child that runs at the time."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What each condition still misses, by process, with the child that ran when it was asked."""

    missing: Mapping[str, tuple[Child | None, str | None]]


@dataclass(frozen=True, slots=True)
class LookFailed:
    """A condition raised, which is a mistake in it."""

    problem: BaseException


class Looker:
    """Looks in rounds, one at a time, with a pause between them; each answer goes to `answer`, from its thread.

    All else is called from one thread, which tells it with `rest` that it has taken an answer.
    """

    def __init__(self, answer: Callable[[Looked | LookFailed], None]) -> None:
        self._answer = answer
        self._rounds: queue.SimpleQueue[Open | None] = queue.SimpleQueue()
        self._busy = False
        self._next = 0.0
        threading.Thread(target=self._run, name="conditions", daemon=True).start()

    def ask(self, conditions: Open) -> None:
        """Begin a round with these, unless there are none, one is under way or the pause is not over."""
        if conditions and not self._busy and time.monotonic() >= self._next:
            self._busy = True
            self._rounds.put(conditions)

    def rest(self) -> None:
        """An answer was taken: the next round may begin after the pause."""
        self._busy, self._next = False, time.monotonic() + LOOK_EVERY_SECONDS

    def next_round(self) -> float | None:
        """When (monotonic) a round may begin; None while one is under way."""
        return None if self._busy else self._next

    def close(self) -> None:
        """End the thread once it is done with its round."""
        self._rounds.put(None)

    def _run(self) -> None:
        while (conditions := self._rounds.get()) is not None:
            try:
                self._answer(Looked({name: (child, met()) for name, (child, met) in conditions.items()}))
            except BaseException as problem:  # noqa: BLE001  handed over, and raised in the thread that asked
                self._answer(LookFailed(problem))
