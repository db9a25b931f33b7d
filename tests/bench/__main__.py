"""Measures everything and writes `docs/benchmarks.md`: `python -m tests.bench`, or `python -m tests.bench NAME …` for some.

What needs a demo gets one of its own; `WEBCARE_TEST_STACK` names the data folder of one that runs already, to be used
instead.
"""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.report.domain.indices import REFRESH
from tests.bench import (
    bench_classify,
    bench_planner,
    bench_route,
    bench_simulation,
    commands,
    end_to_end,
    first_page,
    inbox,
    parts,
    peers,
    recovery,
)
from tests.bench.document import document, measured, sections
from tests.bench.figures import machine
from tests.faults.lines import BESIDE, ROOT
from tests.support.stack import Stack, attach, start, stop

TARGET = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Part:
    """A part of the bench. One of `alone` and `on_demo` measures it and gives what is written down."""

    heading: str
    note: str = ""
    alone: Callable[[], str] | None = None
    on_demo: Callable[[Stack], str] | None = None


def quality() -> str:
    """What the classifier gets right on texts for development, where there are any."""
    if not BESIDE.exists():
        return "The texts for development are not beside this checkout: not measured."
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        bench_classify.main([])
    return f"```text\n{out.getvalue()}```"


PARTS = {
    "way": Part(
        "A mention's way",
        f"""Elasticsearch shows what was written after its next refresh (`refresh_interval` {REFRESH}): half of that at the
median, at best. One in {end_to_end.SAMPLED} mentions is looked for in Elasticsearch, every {end_to_end.LOOK_EVERY} s.""",
        on_demo=end_to_end.measure,
    ),
    "commands": Part(
        "Commands, and an import beside them",
        '"Has caught up" counts from the start of the import and includes what other processes took of the same cores.',
        on_demo=commands.measure,
    ),
    "inbox": Part("The inbox", inbox.NOTE, alone=inbox.measure),
    "first-page": Part("The first page", first_page.NOTE, alone=first_page.measure),
    "parts": Part("The parts", on_demo=parts.measure),
    "route": Part("Route decides", bench_route.NOTE, alone=bench_route.curve),
    "recovery": Part("Route comes back", recovery.NOTE, alone=recovery.measure),
    "planner": Part("The planner", bench_planner.NOTE, alone=bench_planner.measure),
    "simulation": Part("A simulated month", bench_simulation.NOTE, alone=bench_simulation.measure),
    "peers": Part("Beside other loops", peers.NOTE, on_demo=peers.compared),
    "classifier": Part(
        "The classifier on texts for development",
        "The tables were tuned on texts of these kinds: read these as regression figures, not as a promise for other texts.",
        alone=quality,
    ),
}


def main(names: Sequence[str]) -> int:
    """Measure, one thing after the other, and write each down as it is known."""
    if unknown := set(names) - set(PARTS):
        say(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
        return 2
    chosen = [name for name in PARTS if name in names or not names]
    for name in chosen:
        if alone := PARTS[name].alone:
            say(PARTS[name].heading)
            write(name, alone())
    wanted = [(name, on_demo) for name in chosen if (on_demo := PARTS[name].on_demo)]
    if wanted:
        with running() as stack:
            for name, on_demo in wanted:
                say(PARTS[name].heading)
                write(name, on_demo(stack))
    return 0


def write(name: str, body: str) -> None:
    """Put one part in the document."""
    known = sections(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    part = PARTS[name]
    known[part.heading] = measured(body, part.note, machine(), datetime.now(UTC).date())
    headings = {one: its.heading for one, its in PARTS.items()}
    TARGET.write_text(document(headings, known), encoding="utf-8")


@contextlib.contextmanager
def running() -> Iterator[Stack]:
    """The demo that is named, or one of our own."""
    if data := os.environ.get("WEBCARE_TEST_STACK"):
        yield attach(Path(data))
        return
    with tempfile.TemporaryDirectory(prefix="webcare-bench-") as folder:
        stack = start(Path(folder))
        try:
            yield stack
        finally:
            stop(stack)


def say(line: str) -> None:
    """Progress, on standard error."""
    sys.stderr.write(f"bench: {line}\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
