"""What an engine is to whoever runs it: a command line, a log and a way to tell that it is ready.

Made by `kafka` and `elasticsearch`; run by `running` (developers, tests) or by the supervisor of `webcare up`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Report = Callable[[str], None]
"""Takes one readable line about what is going on."""


class EngineError(Exception):
    """Why an engine cannot be prepared or run, as one line that says what to do about it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine, prepared and not yet started.

    `env` is added to the environment of whoever starts it; `ready` gives None once the engine answers, else what is
    still missing; `ports` are those on which others reach it.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    log: Path
    ready: Callable[[], str | None]
    ports: tuple[int, ...]
