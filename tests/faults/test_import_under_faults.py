"""A file is imported while everything is killed and frozen: nothing is lost, nothing doubles, agents get their answers.

`WEBCARE_TEST_FAULT_LINES` says how many lines (2,000 when it is absent; `make faults` takes 50,000).
"""

import os
import secrets
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.contracts.cases import Case
from services.contracts.events import NoteAdded
from services.contracts.ids import mention_id
from services.contracts.topics import DESK_EVENTS, MENTIONS_CLASSIFIED, MENTIONS_RAW
from tests.faults.found import Found, found, indexed, left_over
from tests.faults.lines import write_lines
from tests.faults.people import Agent, Importer, a_case, agent_at_work
from tests.support.stack import Stack, until
from tests.support.topics import count, everything

LINES = int(os.environ.get("WEBCARE_TEST_FAULT_LINES", "2000"))
LONG = LINES > 10_000
IMPORT_SECONDS = 1_200 if LONG else 600
"""How long the import would take at its pace: longer than all the faults, so that each falls in the middle of it."""
PATIENCE = 900 if LONG else 180
"""Seconds until all is done, after the last fault."""
FREEZE_SECONDS = 15
"""Longer than a member of a group may be silent, and than a transaction may stay open."""
TEAM = "waterveen"
WORKERS, OTHERS = ("classify", "route", "sink"), ("ingest", "trends", "ticker", "web")
FREEZES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        (("classify",), ("web",)),
        (("route",), ("ingest", "ticker")),
        (("sink",), ("trends",)),
        *(((name,), ()) for name in OTHERS),
    )
    if LONG
    else ((WORKERS, OTHERS), (OTHERS, ()))
)
"""Who stands still together, and who is killed meanwhile: one at a time in the long form, in two groups in the short one."""
READERS = {"classify": MENTIONS_RAW, "route": MENTIONS_CLASSIFIED, "sink": MENTIONS_CLASSIFIED}

pytestmark = [pytest.mark.engines, pytest.mark.faults, pytest.mark.timeout(3_600 if LONG else 900)]


@dataclass(frozen=True)
class Imported:
    """What the faults left behind, for the tests to look at."""

    source: str
    path: Path
    expected: frozenset[str]
    after: Found
    searchable: int
    agent: Agent
    planted: frozenset[str]
    """Events that were on the topic twice before the import: other tests of the same demo write some again on purpose."""


@pytest.fixture(scope="module")
def imported(demo: Stack, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """The import, all the faults in the middle of it, and the quiet afterwards."""
    source = f"faults-{secrets.token_hex(4)}"
    path = write_lines(tmp_path_factory.mktemp("lines") / "lines.ndjson", LINES)
    planted = twice(demo)
    case = a_case(demo, TEAM, "Waar kan ik mijn watermeter laten ijken?")
    with agent_at_work(demo, "noor", TEAM, case) as agent:
        with Importer(demo, path, TEAM, source, LINES / IMPORT_SECONDS) as importer:
            cause_faults(demo, importer)
            assert importer.finish(PATIENCE)["resumed_after_line"] > 0
        await_quiet(demo, source, PATIENCE)
    tell(f"the importer ended early: {importer.ended_early}")
    expected = frozenset(mention_id(TEAM, source, f"line-{number}") for number in range(LINES))
    return Imported(source, path, expected, found(demo, source), indexed(demo, source), agent, planted)


def cause_faults(stack: Stack, importer: Importer) -> None:
    """Each process killed, engines killed, processes frozen, the importer killed: all before the import is finished."""
    for names in [(one,) for one in WORKERS] if LONG else [WORKERS]:
        stack.kill(*names)
    stack.kill("kafka")
    await_all_ready(stack)
    for frozen, killed in FREEZES:
        freeze(stack, frozen, killed)
    stack.kill("elasticsearch")
    await_all_ready(stack)
    assert not importer.finished, "the import was finished before the last fault fell"
    importer.rate = None  # the next run goes as fast as it can
    importer.kill()
    stack.kill("route")


def freeze(stack: Stack, names: Sequence[str], meanwhile: Sequence[str]) -> None:
    """Stop processes where they stand, for longer than their groups and their transactions allow, and let them go on.

    Others are killed in the meantime.
    """
    pids = [until(lambda n=name: stack.is_ready(n) and stack.pid(n), f"{name} runs", 90) for name in names]  # type: ignore[misc]  # mypy cannot infer a lambda's defaults
    end = time.monotonic() + FREEZE_SECONDS
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        stack.kill(*meanwhile)
        threading.Event().wait(max(0.0, end - time.monotonic()))  # the passing of time is the fault
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    for name in names:
        until(lambda n=name: stack.is_ready(n), f"{name} goes on, or is started again", 90)  # type: ignore[misc]  # as above


def await_all_ready(stack: Stack) -> None:
    """Everybody is back."""
    until(lambda: not stack.status()["problems"], "all processes are ready", 180, every=1)


def await_quiet(stack: Stack, source: str, seconds: float) -> None:
    """Everything that was sent has been worked on by everybody, and can be searched."""
    for group, topic in READERS.items():
        until(lambda g=group, t=topic: left_over(stack, g, t) == 0, f"{group} has caught up", seconds, every=1)  # type: ignore[misc]  # mypy cannot infer a lambda's defaults
    until(lambda: indexed(stack, source) >= LINES, "all is searchable", 60, every=0.5)


def twice(stack: Stack) -> frozenset[str]:
    """The ids of the events that are on the topic more than once."""
    ids = count(stack.facts["kafka"], DESK_EVENTS)
    tell(f"{ids.total()} events")
    return frozenset(event for event, times in ids.items() if times > 1)


def tell(line: str) -> None:
    """A figure, for whoever reads the output of `make faults`."""
    sys.stdout.write(f"{line}\n")


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def test_every_line_is_on_every_topic_and_in_the_index(imported: Imported) -> None:
    assert set(imported.after.raw) == imported.expected
    assert set(imported.after.classified) == imported.expected
    assert imported.searchable == len(imported.expected)


def test_each_record_is_classified_exactly_once(imported: Imported) -> None:
    """The importer may send a line twice after it was killed; classify reads and writes in one transaction."""
    tell(f"{LINES} lines, {imported.after.raw.total()} sent")
    assert imported.after.classified == imported.after.raw


def test_each_correction_is_written_exactly_once(imported: Imported) -> None:
    """The second reader works beside the import; Kafka is killed under it."""
    tell(f"{imported.after.corrected.total()} corrections")
    assert [one for one, times in imported.after.corrected.items() if times > 1] == []


def test_no_event_is_written_twice(demo: Stack, imported: Imported) -> None:
    assert twice(demo) == imported.planted


def test_every_mention_that_needs_a_person_is_in_exactly_one_case(imported: Imported) -> None:
    assert imported.after.needing, "some of the texts need a person"
    held = Counter(mention for case in imported.after.cases for mention in case.mentions)
    tell(f"{len(imported.after.cases)} cases")
    assert set(held) == imported.after.needing
    assert set(held.values()) == {1}


def test_every_case_has_an_owner_or_waits_with_a_reason(imported: Imported) -> None:
    assert [case.id for case in imported.after.cases if not is_accounted_for(case)] == []


def is_accounted_for(case: Case) -> bool:
    """Closed, somebody's, or waiting for a reason that can be told."""
    return case.status == "closed" or (case.owner is None) == (case.waiting is not None)


def test_every_command_of_an_agent_is_answered_and_has_one_effect(demo: Stack, imported: Imported) -> None:
    agent = imported.agent
    assert agent.refused == []
    assert len(agent.seconds) == len(agent.written)
    noted = Counter(e.note.text for e in everything(demo.facts["kafka"], DESK_EVENTS) if isinstance(e, NoteAdded))
    tell(
        f"{len(agent.written)} commands in {agent.attempts} attempts, all answered: "
        f"p50 {percentile(agent.seconds, 0.5):.2f} s, p95 {percentile(agent.seconds, 0.95):.2f} s, "
        f"slowest {max(agent.seconds):.1f} s"
    )
    assert {text: noted[text] for text in agent.written} == dict.fromkeys(agent.written, 1)


def test_importing_the_file_again_doubles_nothing(demo: Stack, imported: Imported) -> None:
    with Importer(demo, imported.path, TEAM, imported.source) as importer:
        assert importer.finish(PATIENCE)["accepted"] == LINES
    await_quiet(demo, imported.source, PATIENCE)
    again = found(demo, imported.source)
    assert again.raw.total() == imported.after.raw.total() + LINES, "the lines were really sent again"
    assert set(again.raw) == set(again.classified) == imported.expected
    assert indexed(demo, imported.source) == len(imported.expected)
    assert {case.id: case.mentions for case in again.cases} == {c.id: c.mentions for c in imported.after.cases}
    test_no_event_is_written_twice(demo, imported)
