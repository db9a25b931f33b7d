"""Ctrl-C leaves nothing behind, and the same data is there the next time. Runs last: it stops the demo of the others."""

import secrets
from pathlib import Path
from typing import Any

import pytest

from tests.faults.people import a_case
from tests.support.stack import Stack, start, stop, until

pytestmark = [pytest.mark.engines, pytest.mark.faults, pytest.mark.timeout(600)]

TEAM = "waterveen"
AT_LEAST = 11
"""The supervisor, two engines, seven processes and the square."""


def processes_of(data: Path) -> dict[int, str]:
    """The processes that were started with this data folder, by their environment."""
    mark = f"WEBCARE_DATA={data}".encode()
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
            except OSError:
                continue  # it ended while we looked
    return found


def search(stack: Stack, word: str) -> list[str]:
    """The ids of the mentions with a word."""
    with stack.api() as client:
        answer = client.get("/api/v1/search", params={"q": word, "team": TEAM})
    return [hit["mention"]["id"] for hit in answer.json()["hits"]] if answer.status_code == 200 else []


def case_now(stack: Stack, case: str) -> dict[str, Any]:
    """What must be as it was: who has the case, and all that was said in it."""
    with stack.api() as client:
        shown = client.get(f"/api/v1/cases/{case}").json()
    return {name: shown[name] for name in ("id", "status", "title", "mentions", "messages")}


def test_ctrl_c_leaves_no_process_and_a_second_start_has_the_data_of_the_first(demo: Stack) -> None:
    word = f"kraan{secrets.token_hex(4)}"
    case = a_case(demo, TEAM, f"Waarom komt er bruin water uit de {word}?")
    with demo.log_in("noor") as noor:
        noted = noor.command({"type": "AddNote", "team": TEAM, "case": case, "text": f"Meting gevraagd {word}"})
    assert noted.status_code == 200, noted.text
    hits = until(lambda: search(demo, word), "the mention is searchable", 60)
    before = case_now(demo, case)
    assert [one["kind"] for one in before["messages"]] == ["mention", "note"]
    running = processes_of(demo.data)
    assert len(running) >= AT_LEAST, running

    stop(demo)
    assert demo.process is not None
    assert demo.process.returncode == 0
    assert processes_of(demo.data) == {}
    assert [pid for pid in running if Path(f"/proc/{pid}").exists()] == []

    (demo.data / "demo.log").rename(demo.data / "demo.first.log")
    again = start(demo.data)
    try:
        assert case_now(again, case) == before
        assert search(again, word) == hits
    finally:
        stop(again)
