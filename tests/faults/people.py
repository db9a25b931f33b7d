"""Who works while everything fails: an operator's import and an agent's commands, each in a thread of its own."""

import json
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from services.contracts.ids import case_id
from tests.support.stack import Desk, Stack, until

AGAIN_SECONDS = 1.0
"""How long people wait before they try again what did not work."""
REPEAT_EVERY = 5
"""Every so many commands, the agent's browser sends one twice."""


class Importer:
    """`webcare import` as an operator runs it: again, whenever it ended before the file was finished."""

    def __init__(self, stack: Stack, path: Path, team: str, source: str, rate: float | None = None) -> None:
        self.rate = rate
        self.ended_early: list[str] = []
        self.summary: dict[str, Any] | None = None
        self._command = [sys.executable, "-m", "services.control", "import", str(path)]
        self._command += ["--team", team, "--source", source, "--json"]
        self._env, self._stop = stack.env, threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Importer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._process is not None:
            self._process.kill()
        self._thread.join()

    @property
    def finished(self) -> bool:
        """Whether the whole file has been acknowledged."""
        return self.summary is not None

    def kill(self) -> None:
        """`kill -9`."""
        assert self._process is not None
        assert self._process.poll() is None, "it does not run"
        self._process.send_signal(signal.SIGKILL)

    def finish(self, seconds: float) -> dict[str, Any]:
        """Await the end, and give what the last run said."""
        return until(lambda: self.summary, "the import is finished", seconds)

    def _run(self) -> None:
        while not self._stop.is_set() and not self.finished:
            pace = ["--rate", f"{self.rate:.2f}"] if self.rate else []
            self._process = subprocess.Popen(
                self._command + pace, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            said, complained = self._process.communicate()
            if self._process.returncode == 0:
                self.summary = json.loads(said)
            else:
                self.ended_early.append(f"{self._process.returncode}: {complained.strip()[-200:]}")
                self._stop.wait(AGAIN_SECONDS)


class Agent:
    """Somebody who writes one note after another on a case, and repeats each, with its key, until it is answered."""

    def __init__(self, desk: Desk, team: str, case: str, every: float = 0.2) -> None:
        self.seconds: list[float] = []
        """From the first attempt to the answer, of each note."""
        self.written: list[str] = []
        self.refused: list[str] = []
        self.attempts = 0
        self._desk, self._team, self._case, self._every = desk, team, case, every
        self._run_id = secrets.token_hex(4)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Agent":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set() and not self.refused:
            text = f"notitie {self._run_id}-{len(self.written)}"
            began = time.monotonic()
            self.written.append(text)
            self._ask(text)
            self.seconds.append(time.monotonic() - began)
            if len(self.written) % REPEAT_EVERY == 0:
                self._ask(text)
            self._stop.wait(self._every)

    def _ask(self, text: str) -> None:
        """One note, until it is answered. Only no answer at all is a reason to ask again."""
        body = {"type": "AddNote", "team": self._team, "case": self._case, "text": text}
        while not self.refused:
            self.attempts += 1
            try:
                answer = self._desk.command(body, headers={"Idempotency-Key": text})
            except httpx.TransportError:
                threading.Event().wait(AGAIN_SECONDS)  # the passing of time itself: a person tries again
                continue
            if answer.status_code == 200:
                return
            if answer.status_code < 500 and answer.status_code != 202:
                self.refused.append(f"{answer.status_code} {answer.text[:300]}")
            threading.Event().wait(AGAIN_SECONDS)


@contextmanager
def agent_at_work(stack: Stack, name: str, team: str, case: str, every: float = 0.2) -> Iterator[Agent]:
    """An agent, logged in and writing notes."""
    with stack.log_in(name) as desk, Agent(desk, team, case, every) as agent:
        yield agent


def a_case(stack: Stack, team: str, text: str) -> str:
    """The id of a new case, made by a mention that needs a person."""
    source_id = secrets.token_hex(8)
    mention = {
        "team": team,
        "source": "people",
        "source_id": source_id,
        "author": {"id": source_id, "name": "Test Persoon"},
        "text": text,
        "created_at": datetime.now(UTC).isoformat(),
    }
    headers = {"Authorization": f"Bearer {stack.facts['api_token']}"}
    sent = httpx.post(f"{stack.ingest}/v1/mentions", json=mention, headers=headers, timeout=30)
    assert sent.status_code == 202, sent.text
    case = case_id(team, sent.json()["ids"][0])
    with stack.api() as client:
        until(lambda: client.get(f"/api/v1/cases/{case}").status_code == 200, "the mention is a case", 60)
    return case
