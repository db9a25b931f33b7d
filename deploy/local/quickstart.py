"""Halves the engines' start: Java keeps what it worked out in one start (classes, profiles) in a file for the next.

That file is Java's ahead-of-time cache (JEP 514, from Java 25 on). It is made once, when asked for, by a start on empty
data, which costs as much as five starts; it belongs to the libraries and the Java that made it, and Java goes without
it if it does not fit.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deploy.local import java
from deploy.local.engine import Engine, Report
from deploy.local.running import running

_FIRST_JAVA = 25
_ASSEMBLE_SECONDS = 180.0
_SILENT = ("-Xlog:aot*=error",)
"""Java warns of each class that it cannot keep."""


def quick(engines: Sequence[Engine], cache: Path) -> list[Engine]:
    """The same engines, started with what an earlier start left in the cache, where it did."""
    files = [archive(engine, cache) for engine in engines]
    return [_with(one, "AOTCache", file) if file.exists() else one for one, file in zip(engines, files, strict=True)]


def is_trained(engines: Sequence[Engine], cache: Path) -> bool:
    """Whether the cache has the files for these engines, or this Java cannot make them."""
    return java.version() < _FIRST_JAVA or all(archive(engine, cache).exists() for engine in engines)


def train(engines: Sequence[Engine], cache: Path, scratch: Path, report: Report) -> None:
    """Start and stop `engines`, which have no data to lose, and leave in the cache what `quick` uses.

    Raises EngineError if they do not start.
    """
    report("starting the engines once on empty data, to make later starts quick (about 30 s, only this time)")
    made = {engine.name: scratch / f"{engine.name}.aot" for engine in engines}
    recording = [_with(engine, "AOTCacheOutput", made[engine.name]) for engine in engines]
    with running(recording, grace=_ASSEMBLE_SECONDS) as children:
        for child in children.values():
            child.terminate()  # all at once: each writes its file before it ends
    for engine in engines:
        _keep(made[engine.name], archive(engine, cache), report)


def archive(engine: Engine, cache: Path) -> Path:
    """Where the file of this engine is: its name changes with the libraries and the Java."""
    class_path = engine.argv[engine.argv.index("-cp") + 1]
    origin = f"{java.build()}\0{class_path}\0{java.QUIET}{java.UNSAFE}"
    return cache / f"{engine.name}-{hashlib.sha256(origin.encode()).hexdigest()[:12]}.aot"


def _keep(made: Path, target: Path, report: Report) -> None:
    if made.exists():
        made.replace(target)
    else:
        report(f"java left no {made.name}: starts stay slower")


def _with(engine: Engine, option: str, file: Path) -> Engine:
    program, *rest = engine.argv
    return replace(engine, argv=(program, f"-XX:{option}={file}", *_SILENT, *rest))
