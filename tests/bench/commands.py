"""How long an agent waits for the answer to a command, while nothing happens and while a file is imported; and how fast
that import goes through everything.
"""

import secrets
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from services.contracts.topics import MENTIONS_CLASSIFIED, MENTIONS_RAW, Topic
from tests.bench.figures import milliseconds, table
from tests.faults.found import left_over
from tests.faults.lines import write_lines
from tests.faults.people import Importer, a_case, agent_at_work
from tests.support.stack import Stack, until

TEAM = "waterveen"
LINES = 10_000
IDLE_SECONDS = 30
PATIENCE = 900
READERS: Mapping[str, Topic] = {"classify": MENTIONS_RAW, "route": MENTIONS_CLASSIFIED, "sink": MENTIONS_CLASSIFIED}


def measure(stack: Stack) -> str:
    """A table of answers and one of the import."""
    case = a_case(stack, TEAM, "Waar kan ik mijn watermeter laten ijken?")
    with agent_at_work(stack, "noor", TEAM, case, every=0.1) as idle:
        threading.Event().wait(IDLE_SECONDS)  # the passing of time is what is measured
    alone = _import(stack)
    with agent_at_work(stack, "noor", TEAM, case, every=0.1) as busy:
        _import(stack)
    assert not idle.refused + busy.refused
    answers = table(
        ("an agent's command, from sending to its answer", "n", "p50", "p95"),
        [
            ("nothing else happens", *milliseconds(idle.seconds)),
            (f"while {LINES:,} lines are imported and worked on", *milliseconds(busy.seconds)),
        ],
    )
    imported = table(
        (f"{LINES:,} lines imported, all processes at once", "seconds", "a second"),
        [(name, f"{seconds:.1f}", f"{LINES / seconds:,.0f}") for name, seconds in alone.items()],
    )
    return f"{answers}\n\n{imported}"


def _import(stack: Stack) -> dict[str, float]:
    """Seconds until the file was imported, and until each group had worked on all of it."""
    source, done = f"bench-{secrets.token_hex(4)}", {}
    with tempfile.TemporaryDirectory() as folder:
        path = write_lines(Path(folder) / "lines.ndjson", LINES)
        with Importer(stack, path, TEAM, source) as importer:
            importing = float(importer.finish(PATIENCE)["seconds"])
        begin, done["`webcare import`, as it says itself"] = time.monotonic() - importing, importing
        for group, topic in READERS.items():
            until(lambda g=group, t=topic: left_over(stack, g, t) == 0, f"{group} caught up", PATIENCE)  # type: ignore[misc]  # mypy cannot infer a lambda's defaults
            done[f"{group} has caught up"] = time.monotonic() - begin
    return done
