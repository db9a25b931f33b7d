"""The server of `inbox.py`: a desk with 5,000 open cases and 200 accounts, fed a steady stream of events by a thread.

As many cases are archived as are opened, so that what it holds is the same at the end as in the beginning; and what fills
with what has gone (`REMEMBERED` ids of archived cases, recent events) is full before anything is measured. Memory is set as
`services/control` sets it for the process `web`.
"""

import itertools
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID

import uvicorn

from services.contracts.cases import Case, CaseMessage, Deadline
from services.contracts.codec import decode, encode
from services.contracts.events import CaseArchived, CaseOpened
from services.contracts.lean import lean
from services.contracts.mentions import Author, Urgency
from services.contracts.teams import Person
from services.contracts.topics import DESK_EVENTS
from services.desk.accounts.people import Account
from services.desk.domain.inbox import REMEMBERED
from services.desk.held import held
from services.desk.readmodel import ReadModel
from services.runtime.garbage import collect_old_seldom, keep_for_good
from services.runtime.heap import one_heap
from tests.browser.desk_backend import PASSWORD, TestDesk, open_test_desk, team_config

TEAM = "spoorlijn"
CASES, AGENTS = 5_000, 200
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_TEXT = "De trein staat al een half uur stil en niemand zegt iets, mijn aansluiting haal ik zo niet meer. Wat nu?"


def serve(control: Connection) -> None:
    """Serve until told to stop; first says where. `("feed", rate)` begins to open and archive cases, `0` ends it; `held` is
    answered with how much the desk keeps."""
    one_heap()
    collect_old_seldom()
    with tempfile.TemporaryDirectory(prefix="webcare-bench-") as folder:
        desk = open_test_desk(Path(folder))
        people = tuple(Person(id=f"agent{number}", name=f"Agent {number}") for number in range(AGENTS))
        desk.backend.configure(team_config(people=people, shifts=(), leave=()))
        for person in people:
            desk.accounts.save(Account(person.id, person.name, {TEAM: "agent"}), PASSWORD)
        feeder = Feeder(desk.model)
        for _ in range(CASES):
            feeder.open()
        for _ in range(REMEMBERED):
            feeder.open()
            feeder.archive()
        keep_for_good()
        config = uvicorn.Config(desk.app, port=0, log_level="warning", timeout_graceful_shutdown=1)
        _run(desk, uvicorn.Server(config), config, feeder, control)


def _run(desk: TestDesk, server: uvicorn.Server, config: uvicorn.Config, feeder: "Feeder", control: Connection) -> None:
    socket = config.bind_socket()
    serving = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    feeding = threading.Thread(target=feeder.run, daemon=True)
    serving.start()
    feeding.start()
    control.send(f"http://127.0.0.1:{socket.getsockname()[1]}")
    while (order := control.recv())[0] != "stop":
        if order[0] == "held":
            control.send(held(desk.app.state.desk))
        else:
            feeder.rate = order[1]
    feeder.rate, server.should_exit = 0.0, True
    serving.join(10)
    socket.close()
    desk.accounts.close()


class Feeder:
    """Opens cases, each somebody's, and archives as many of the oldest, so that as many are open as before."""

    def __init__(self, model: ReadModel) -> None:
        self.rate = 0.0
        self._model, self._numbers, self._offsets = model, itertools.count(), itertools.count(1_000, 2)
        self._open: list[Case] = []

    def run(self) -> None:
        """Feed at `rate` for as long as the process lives."""
        tick = threading.Event()
        due = time.monotonic()
        while True:
            tick.wait(max(0.0, due - time.monotonic()))
            if self.rate <= 0:
                due = time.monotonic() + 0.1
                continue
            due += 1 / self.rate
            self.open()
            self.archive()

    def open(self) -> None:
        """A new case; its text says when, so that whoever sees it knows how long that took."""
        number = next(self._numbers)
        now = datetime.now(UTC)
        case = _case(number, now, f"{_TEXT} (gezegd op {time.monotonic():.4f} sec)")
        self._open.append(lean(case))
        self._tell(CaseOpened, case, now, mention=case.mentions[0])

    def archive(self) -> None:
        """The oldest case is gone."""
        self._tell(CaseArchived, self._open.pop(0), datetime.now(UTC))

    def _tell(self, kind: Any, case: Case, now: datetime, **more: Any) -> None:
        """An event as the follower reads it: with a case of its own."""
        offset = next(self._offsets)
        cause = str(UUID(int=offset))
        event = kind(
            id=cause, team=TEAM, at=now, actor="system:bench", cause=cause, sequence=1, of=1, case=case, **more
        )
        self._model.apply(DESK_EVENTS, TEAM, decode(DESK_EVENTS, encode(event)), 0, offset)


def _case(number: int, now: datetime, text: str) -> Case:
    urgency, minutes = ("critical", 15) if number % 5 == 0 else ("high", 60) if number % 5 == 1 else ("normal", 240)
    # a critical one goes before all that is there, and so changes the first page of the team: the worst for who looks there
    due = now + timedelta(minutes=minutes) if number % 5 else _EPOCH - timedelta(minutes=number)
    deadline = Deadline(
        kind="first_response", level="usual", target_minutes=minutes, started_at=now, due_at=due, warn_at=due
    )
    name = f"Klant {number}"
    message = CaseMessage(kind="mention", id=str(UUID(int=number)), at=now, author=name, text=text)
    fields: dict[str, Any] = {
        "source": ("mastodon", "bluesky", "email")[number % 3],
        "author": Author(id=f"a{number}", name=name),
        "urgency": Urgency(label=urgency, score=0.5),
        "topics": (("delay", "stranded", "refund")[number % 3],),
        "owner": f"agent{number % AGENTS}",
        "deadline": deadline,
        "messages": (message,),
    }
    return Case(
        id=str(UUID(int=number)), team=TEAM, revision=1, kind="post", conversation=str(number), title="", language="nl",
        sentiment="negative", sentiment_score=-0.5, intent="complaint", weight=1, opened_at=now, updated_at=now,
        created_at=now, mentions=(str(UUID(int=number)),), **fields,
    )  # fmt: skip
