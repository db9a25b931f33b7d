"""The first page on a line that is throttled: the login and a full inbox with a cold cache, until a key acts.

`python -m tests.bench.first_page`. The server is that of `inbox.py`; Chromium throttles itself, as its developer tools do.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Browser, StorageState, sync_playwright

from tests.bench.figures import table
from tests.bench.inbox import server
from tests.browser.desk_backend import PASSWORD
from tests.support.chromium import launch
from tests.support.first_visit import prepare

NOTE = """Chromium throttles itself: the answer to each request comes so much later, and all share the rate. This team
has 200 people, who are all in the menus of the inbox; with a usual team a test holds the page under 150 kB."""
TIMES = 9


@dataclass(frozen=True, slots=True)
class Line:
    """A line as Chromium imitates it: Mbit/s each way, and milliseconds that each answer comes later."""

    name: str
    down: float
    up: float
    latency: float

    def __str__(self) -> str:
        return f"{self.name} ({self.down:g} Mbit/s down, {self.up:g} up, {self.latency:g} ms)"

    def conditions(self) -> dict[str, float | bool]:
        """As the protocol has it: bytes a second."""
        rates = {"downloadThroughput": self.down * 125_000, "uploadThroughput": self.up * 125_000}
        return {"offline": False, "latency": self.latency} | rates


LINES = (
    Line("4G", 9, 1.5, 60),
    Line("Fast 4G of Chrome's DevTools", 8.1, 1.35, 165),
    Line("3G of Chrome's DevTools", 0.4, 0.4, 2_000),
)
"""The last two are what its list of presets does to each request: a request there waits for several turns of the line."""

# Presses until something comes of it: in the inbox the help that opens, on the login what is typed into its first field.
_PRESS = """window.acts = new Promise((done) => {
  const acted = () => document.querySelector("#help[open]") || document.activeElement?.id === "name";
  const press = setInterval(() => {
    document.body?.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true }));
    if (!acted()) return;
    clearInterval(press);
    done(performance.now());
  }, 5);
})"""
_FIGURES = """async () => [
  await new Promise((done) => new PerformanceObserver((list) => {
    const first = list.getEntriesByName("first-contentful-paint")[0];
    if (first) done(first.startTime);
  }).observe({ type: "paint", buffered: true })),
  performance.getEntriesByType("navigation")[0].domInteractive,
  await window.acts,
]"""


def first_visit(browser: Browser, url: str, path: str, line: Line, state: StorageState | None) -> tuple[float, ...]:
    """Milliseconds from the start until the first paint, until the document is whole, until a key acts; and the bytes."""
    visit = prepare(browser, url, state)
    try:
        visit.line.send("Network.emulateNetworkConditions", line.conditions())
        visit.page.add_init_script(_PRESS)
        visit.page.goto(path, wait_until="load")
        figures: list[float] = visit.page.evaluate(_FIGURES)
        return (*figures, visit.bytes)
    finally:
        visit.page.context.close()


def inside(browser: Browser, url: str) -> StorageState:
    """The cookies of somebody who has logged in."""
    visit = prepare(browser, url)
    visit.page.goto("/login?next=/inbox?view=team")
    visit.page.fill("#name", "agent0")
    visit.page.fill("#password", PASSWORD)
    visit.page.click("form.login button")
    visit.page.wait_for_selector("#list .row")
    state = visit.page.context.storage_state()
    visit.page.context.close()
    return state


def row(name: str, figures: Sequence[tuple[float, ...]]) -> tuple[str, ...]:
    """The median of each figure, and the slowest until a key acts."""
    paint, whole, acts, size = (median(column) for column in zip(*figures, strict=True))
    slowest = max(one[2] for one in figures)
    return (name, f"{size / 1000:.0f} kB", *(f"{one:.0f} ms" for one in (paint, whole, acts, slowest)))


def measure() -> str:
    """The table, as it stands in `docs/benchmarks.md`."""
    with server() as (url, _, _), sync_playwright() as playwright:
        browser = launch(playwright)
        pages = (("login", "/login", None), ("inbox, 50 rows", "/inbox?view=team", inside(browser, url)))
        rows = [
            row(f"{name}, {line}", [first_visit(browser, url, path, line, state) for _ in range(TIMES)])
            for line in LINES
            for name, path, state in pages
        ]
        browser.close()
    head = (f"first visit, cold cache; median of {TIMES}", "bytes", "first paint", "whole", "a key acts", "slowest")
    return table(head, rows)


if __name__ == "__main__":
    sys.stdout.write(f"{measure()}\n")
