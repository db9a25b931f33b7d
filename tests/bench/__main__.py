"""Measures everything on a demo of its own and writes `docs/benchmarks.md`: `python -m tests.bench`.

`WEBCARE_TEST_STACK` names the data folder of a demo that runs already, to be used instead.
"""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from services.report.domain.indices import REFRESH
from tests.bench import bench_classify, commands, end_to_end, first_page, inbox, parts, peers, recovery
from tests.bench.figures import machine, table
from tests.faults.lines import BESIDE, ROOT
from tests.support.stack import Stack, attach, start, stop

TARGET = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, one thing after the other, and write the document."""
    say("the inbox, with everybody looking")
    desk = inbox.measure()
    say("the first page")
    visits = first_page.measure()
    with running() as stack:
        say("from POST to where people meet a mention")
        ways = end_to_end.measure(stack)
        say("commands, idle and during an import")
        answers = commands.measure(stack)
        say("the parts")
        mentions = parts.classified()
        bare, (cases, routed) = parts.classifier(), parts.route(mentions)
        sunk = parts.sink(stack.facts["elasticsearch"], mentions)
        say("the peers")
        compared, worker = peers.measure(stack.facts["kafka"])
    say("how long route takes to come back")
    back = recovery.measure()
    alone = table(
        ("each part by itself", "a second"),
        [
            ("classify, bare function: texts", f"{bare:,.0f}"),
            ("classify, worker on Kafka, exactly once: mentions", f"{worker:,.0f}"),
            (f"route, bare function: mentions that open a case ({cases:,} of them)", f"{routed:,.0f}"),
            ("sink, into Elasticsearch: mentions", f"{sunk:,.0f}"),
        ],
    )
    TARGET.write_text(document(ways, answers, desk, visits, alone, back, compared, quality()), encoding="utf-8")
    say(f"written: {TARGET}")


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


def quality() -> str:
    """What the classifier gets right on texts for development, where there are any."""
    if not BESIDE.exists():
        return "The texts for development are not beside this checkout: not measured."
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        bench_classify.main()
    return f"```text\n{out.getvalue()}```"


def document(ways: str, answers: str, desk: str, visits: str, alone: str, back: str, compared: str, read: str) -> str:
    """The whole of `docs/benchmarks.md`."""
    return f"""# Benchmarks

Written by `python -m tests.bench` (`make bench`) on {datetime.now(UTC):%Y-%m-%d}; do not edit. Everything — Kafka,
Elasticsearch, all processes, the demo's stream and the measuring itself — ran on one machine: {machine()}.

## A mention's way

{ways}

Elasticsearch shows what was written after its next refresh (`refresh_interval` {REFRESH}): half of that at the median, at
best. One in {end_to_end.SAMPLED} mentions is looked for in Elasticsearch, every {end_to_end.LOOK_EVERY} s.

## Commands, and an import beside them

{answers}

"Has caught up" counts from the start of the import and includes what other processes took of the same cores.

## The inbox

{desk}

The server is one process; the agents' side (200 clients) runs beside it on the same machine. `python -m tests.bench.inbox
--seconds 600` measures ten minutes.

## The first page

{visits}

`python -m tests.bench.first_page` measures this alone. Chromium throttles itself: the answer to each request comes so much
later, and all share the rate. This team has 200 people, who are all in the menus of the inbox; with a usual team a test
holds the page under 150 kB.

## The parts

{alone}

## Route comes back

{back}

{recovery.NOTE}

## Beside other loops

{compared}

Each loop is one process with the same messages, four partitions, lz4 and batches of 500, by turns in one run. Only those "in
transactions" write each record exactly once.

## The classifier on texts for development

The tables were tuned on texts of these kinds: read these as regression figures, not as a promise for other texts.

{read}
"""


def say(line: str) -> None:
    """Progress, on standard error."""
    sys.stderr.write(f"bench: {line}\n")


if __name__ == "__main__":
    main()
