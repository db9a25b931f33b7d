"""How figures are written down: percentiles, rates, tables in Markdown, and the machine they were measured on."""

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("kafka-python", "aiokafka", "faust-streaming", "elasticsearch", "pydantic")


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values are; nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def milliseconds(values: Sequence[float]) -> tuple[str, str, str]:
    """How many, p50 and p95 of some durations in seconds."""
    if not values:
        return "0", "—", "—"
    return str(len(values)), f"{1000 * percentile(values, 0.5):.0f} ms", f"{1000 * percentile(values, 0.95):.0f} ms"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; the first column to the left, figures to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> str:
    """Cores, memory, Python and the libraries that matter here, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, {libraries}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
