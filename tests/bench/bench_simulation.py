"""A month of each profile, played through a rota by the code that decides: `python -m tests.bench.bench_simulation`."""

import json
import sys
from typing import Any

from click.testing import CliRunner

from services.control.cli import main as webcare
from services.route.simulation.profiles import PROFILES
from tests.bench.figures import table

START = "2026-03-02"
NOTE = f"""`webcare rota simulate --profile NAME --start {START}` gives these and more: 28 days of the example team,
or of a team of its own for `three-by-one-hour`. Waits are on the calendar, nights and weekends included; targets are
on the clock of opening hours."""


def measure() -> str:
    """The table, a row for each profile."""
    head = (
        "profile", "mentions", "answered in target", "broken promises", "wait, half under", "nine in ten under",
        "assigned outside a shift", "seconds",
    )  # fmt: skip
    return table(head, [_row(name) for name in PROFILES])


def _row(name: str) -> tuple[str, ...]:
    run = CliRunner().invoke(webcare, ["rota", "simulate", "--profile", name, "--start", START, "--json"])
    if run.exception:
        raise run.exception
    found: dict[str, Any] = json.loads(run.stdout)
    return (
        f"`{name}`",
        f"{found['mentions']:,}",
        f"{100 * found['answered_in_target']:.1f} %",
        f"{found['breaches']:,}",
        _minutes(found["waiting_p50_s"]),
        _minutes(found["waiting_p90_s"]),
        f"{found['assigned_outside_shift']:,}",
        f"{found['seconds']:.1f}",
    )


def _minutes(seconds: float) -> str:
    hours, rest = divmod(int(seconds) // 60, 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"


if __name__ == "__main__":
    sys.stdout.write(measure() + "\n")
