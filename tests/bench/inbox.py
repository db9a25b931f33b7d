"""The inbox with 5,000 open cases and 200 agents looking: pages, lists, the browser's swap, and how soon a change shows.

`python -m tests.bench.inbox --seconds 600` for the long run; `make bench` takes a short one into `docs/benchmarks.md`.
The server is a process of its own with real sessions and real pages; only Kafka is not there: events are given to its read
model where the follower would.
"""

import argparse
import asyncio
import multiprocessing
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import httpx
from playwright.sync_api import sync_playwright

from tests.bench.figures import milliseconds, percentile, table
from tests.bench.inbox_server import AGENTS, CASES, TEAM, serve
from tests.browser.desk_backend import PASSWORD
from tests.support.chromium import launch

SHORT = 60
RATE = 20
"""Mentions a second."""
ON_TEAM = 40
"""So many of the agents look at the team's list, which most changes touch; the others at their own work."""
NOTE = """The server is one process; the agents' side (200 clients) runs beside it on the same machine, and a
browser's swap of the list comes on top. `python -m tests.bench.inbox --seconds 600` measures ten minutes.

Memory is what Linux counts as resident (`/proc/PID/statm`), looked at every second; a minute's figure is the median of it.
The stream is steady: each mention opens a case and the oldest is archived at the same moment, so that 5,000 are held from
beginning to end; were they only closed, each would be held for `reopen_days` more. What fills with what has gone is full
before: 10,000 ids of archived cases and 2,000 recent events are there when the first agent logs in. Rows are those of the
running minute. The process is set as `webcare run web` is (its collector, one heap for all threads), and the stream keeps
its own list of what is open in it."""
TIMES = 100
KINDS = {"cases": "cases", "rows": "rows", "recent": "recent events", "removed": "ids of archived cases"}
"""What `services/desk/held.py` counts and is shown for each minute, by its last second."""
WARM = 15.0
"""Seconds in which everybody logs in and fetches a first time; not measured."""
_MARK = re.compile(rb"gezegd op ([0-9.]+) sec")


@contextmanager
def server() -> Iterator[tuple[str, Connection, int]]:
    """A desk with its cases and agents, in a process of its own; at the end it is stopped."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there,))
    process.start()
    there.close()
    try:
        yield here.recv(), here, process.pid or 0
    finally:
        if process.is_alive():
            here.send(("stop", 0.0))
        process.join(20)
        process.kill()


def pages(url: str) -> str:
    """What one page and one list cost, asked one after the other."""
    with httpx.Client(base_url=url, follow_redirects=False, timeout=30) as client:
        enter(client, "agent0")
        asked = {
            "a whole page of the team's list": "/inbox?view=team",
            "the list alone, its rows known": "/inbox/list?view=team",
            "the same, page 100 of 100": "/inbox/list?view=team&page=100",
            "the same, filtered by urgency and source": "/inbox/list?view=team&urgency=high&source=email",
        }
        rows = []
        for name, path in asked.items():
            client.get(path)
            rows.append((name, *milliseconds([seconds(lambda path=path: client.get(path)) for _ in range(TIMES)])))  # type: ignore[misc]  # mypy cannot infer a lambda's defaults
        tag = {"If-None-Match": client.get("/inbox/list?view=team").headers["etag"]}
        same = [seconds(lambda: client.get("/inbox/list?view=team", headers=tag)) for _ in range(TIMES)]
        rows.append(("the list when it shows the same (304)", *milliseconds(same)))
    return table((f"{CASES:,} open cases, one asker", "n", "p50", "p95"), rows)


def swap(url: str) -> str:
    """How long Chromium's main thread needs to put a list of 50 rows in another order, with its layout."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(base_url=url)
        page.goto("/login?next=/inbox?view=team")
        page.fill("#name", "agent0")
        page.fill("#password", PASSWORD)
        page.click("form.login button")
        page.wait_for_selector("#list .row")
        found: list[float] = page.evaluate(_SWAP)
        browser.close()
    halves = ("half of the rows new, the others in another order", "one row new")
    return table(
        ("the browser puts 50 rows in place, script and layout", "n", "p50", "p95"),
        [(name, *milliseconds([one / 1000 for one in found[begin::2]])) for begin, name in enumerate(halves)],
    )


_SWAP = """async () => {
  const html = await (await fetch("/inbox/list?view=team")).text(), times = [];
  const read = () => { const box = document.createElement("template"); box.innerHTML = html; return box.content; };
  for (let turn = 0; turn < 60; turn++) {
    const fresh = read(), rows = [...fresh.querySelectorAll(".row")];
    for (const [at, row] of rows.entries()) if (turn % 2 ? at === 0 : at % 2) row.dataset.revision = `${turn}`;
    if (turn % 2 === 0) for (const row of rows.reverse()) row.parentNode.append(row);
    const text = [...fresh.children].map((one) => one.outerHTML).join("");
    const begin = performance.now();
    htmx.swap("#list", text, { swapStyle: "rows-now", swapDelay: 0, settleDelay: 0 });
    document.querySelector("#list").getBoundingClientRect();
    times.push(performance.now() - begin);
    await new Promise(requestAnimationFrame);
  }
  return times;
}"""


async def agent(url: str, number: int, since: float, until: float, found: list[float], fetched: list[int]) -> None:
    """One browser, as far as the server can tell: listens, and fetches its list when it is told to, one at a time.

    What was said after `since` counts: before that, everybody logs in at the same moment.
    """
    view = "team" if number < ON_TEAM else "mine"
    async with httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(30, read=60)) as client:
        answer = await client.post("/login", data={"name": f"agent{number}", "password": PASSWORD})
        assert answer.status_code == 303, answer.status_code
        query, seen, tag = f"team={TEAM}&view={view}", set[bytes](), ""
        wanted = asyncio.Event()

        async def fetch() -> None:
            nonlocal tag
            while time.monotonic() < until:
                await asyncio.wait_for(wanted.wait(), 600)
                wanted.clear()
                listed = await client.get(f"/inbox/list?{query}", headers={"If-None-Match": tag})
                now = time.monotonic()
                fetched.append(listed.status_code)
                tag = listed.headers["etag"]
                marks = set(_MARK.findall(listed.content))
                found.extend(now - float(mark) for mark in marks - seen if float(mark) > since)
                seen.update(marks)

        wanted.set()
        fetching = asyncio.create_task(fetch())
        async with client.stream("GET", f"/inbox/live?{query}&since=-") as stream:
            async for line in stream.aiter_lines():
                if line == "event: list":
                    wanted.set()
                if time.monotonic() > until:
                    break
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)


async def _agents(url: str, since: float, until: float) -> tuple[list[float], list[int]]:
    found: list[float] = []
    fetched: list[int] = []
    await asyncio.gather(*(agent(url, number, since, until, found, fetched) for number in range(AGENTS)))
    return found, fetched


def fan_out(url: str, control: Connection, process: int, length: float) -> str:
    """Everybody connected while mentions come in: from event to list; memory and processor."""
    until = time.monotonic() + WARM + length
    sampled: list[Sample] = []
    stop = threading.Event()

    def sample() -> None:
        while not stop.wait(1):
            control.send(("held", 0.0))
            sampled.append(Sample(time.monotonic() - begun - WARM, megabytes_of(process), control.recv()))

    control.send(("feed", RATE))
    begun, used = time.monotonic(), processor_seconds(process)
    watching = threading.Thread(target=sample, daemon=True)
    watching.start()
    found, fetched = asyncio.run(_agents(url, begun + WARM, until))
    lasted, after = time.monotonic() - begun, processor_seconds(process)
    stop.set()
    watching.join()
    control.send(("feed", 0.0))
    busy = (after - used) / lasted
    figures = table(
        (f"{AGENTS} agents, {RATE} mentions/s for {length:.0f} s, {CASES:,} open cases", "n", "p50", "p95"),
        [("from the event to the changed list in the browser's hands", *milliseconds(found))],
    )
    return (
        f"{figures}\n\n{len(fetched) / lasted:.0f} lists a second were fetched, of which {fetched.count(304)} of "
        f"{len(fetched)} showed the same; the longest took {1000 * max(found):.0f} ms (p99 "
        f"{1000 * percentile(found, 0.99):.0f} ms). The server took {100 * busy:.0f} % of one core, and "
        f"{memory([one for one in sampled if one.at > 0])}"
    )


@dataclass(frozen=True, slots=True)
class Sample:
    """The server at a moment: seconds since it is measured, its memory in MB, and how much of each kind its desk keeps."""

    at: float
    megabytes: float
    held: Mapping[str, int]


def memory(samples: Sequence[Sample]) -> str:
    """Both thirds in a sentence, then each minute: whether it is flat can be seen."""
    third = max(1, len(samples) // 3)
    first, last = (median(one.megabytes for one in some) for some in (samples[:third], samples[-third:]))
    minutes = [[one for one in samples if one.at // 60 == minute] for minute in range(int(samples[-1].at // 60) + 1)]
    rows = [
        (str(number), f"{median(one.megabytes for one in some):.1f}", *(f"{some[-1].held[kind]:,}" for kind in KINDS))
        for number, some in enumerate(minutes, 1)
        if some
    ]
    told = table(("minute", "MB", *(f"{name} held" for name in KINDS.values())), rows)
    return f"{first:.0f} MB in the first third, {last:.0f} MB in the last.\n\n{told}"


def measure(length: float = SHORT) -> str:
    """All of it, as it stands in `docs/benchmarks.md`."""
    with server() as (url, control, process):
        parts = [pages(url), swap(url), fan_out(url, control, process, length)]
    return "\n\n".join(parts)


def megabytes_of(process: int) -> float:
    """The memory that a process has in use, as Linux tells."""
    resident = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return resident * os.sysconf("SC_PAGE_SIZE") / 2**20


def processor_seconds(process: int) -> float:
    """The time on a processor that a process has had, as Linux tells."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def enter(client: httpx.Client, name: str) -> None:
    """Log in."""
    answer = client.post("/login", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 303, answer.status_code


def seconds(work: Callable[[], httpx.Response]) -> float:
    """How long something takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SHORT)
    sys.stdout.write(f"{measure(parser.parse_args().seconds)}\n")
