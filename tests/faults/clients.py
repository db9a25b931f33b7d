"""Clients of route that lose answers: each asks one thing after another of a case of its own, and repeats under the same id.

Together they ask so many things a second. Some answers are lost on purpose, after they came; what has no answer in time is
asked again as well.
"""

import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any

import orjson
from kafka import TopicPartition

from services.contracts.commands import (
    AddNote,
    ClaimCase,
    CloseCase,
    Command,
    ConfigureTeam,
    HandOver,
    ReopenCase,
    SnoozeCase,
    SubmitReply,
    TagCase,
    Tick,
    UntagCase,
    WakeCase,
)
from services.contracts.ids import case_id
from services.contracts.mentions import ClassifiedMention
from services.contracts.topics import DESK_COMMANDS, DESK_EVENTS, MENTIONS_CLASSIFIED
from services.runtime.kafka import open_consumer
from services.runtime.messages import NEEDS_PERSON, Outgoing
from services.runtime.producer import Producer
from services.runtime.settings import Settings
from tests.support.route import config, mention, uuid

TEAMS = tuple(f"ploeg-{number}" for number in range(8))
"""By their names they are on all four partitions."""
LOSE_EVERY = 10
"""Every so many commands, a client loses the answer and asks again."""
AGAIN_SECONDS = 2.0
"""How long a client waits before it asks again what was not answered."""
TICK_SECONDS = 2.0

STEPS: tuple[tuple[type[Any], str, str, dict[str, Any]], ...] = (
    (ClaimCase, "CaseClaimed", "noor", {}),
    (AddNote, "NoteAdded", "noor", {"text": "Gebeld, komt morgen terug."}),
    (TagCase, "CaseTagged", "noor", {"tag": "lek"}),
    (SubmitReply, "ReplySubmitted", "noor", {"text": "Dank voor uw bericht, we zoeken het uit."}),
    (HandOver, "CaseHandedOver", "noor", {"to": "jeroen", "note": "jij kent haar"}),
    (SnoozeCase, "CaseSnoozed", "jeroen", {"until": timedelta(days=1)}),
    (WakeCase, "CaseWoken", "jeroen", {}),
    (UntagCase, "CaseUntagged", "jeroen", {"tag": "lek"}),
    (CloseCase, "CaseClosed", "jeroen", {}),
    (ReopenCase, "CaseReopened", "jeroen", {}),
)
"""What is asked of a case, in turn and round again: the command, the event that it must give first, who asks, and with what.

Each changes something after the one before: one that was lost, or done twice, would show as another event further on.
"""
EFFECTS = {kind.__name__: effect for kind, effect, _, _ in STEPS}


@dataclass(eq=False)
class Asked:
    """One command, and what has become of it. `seconds` is from the first sending to the first answer."""

    command: Command
    began: float
    sent_at: float = 0.0
    sends: int = 0
    seconds: float = 0.0
    loses: bool = False
    heard: set[int] = field(default_factory=set)
    done: threading.Event = field(default_factory=threading.Event)

    def hears(self, event: dict[str, Any]) -> bool:
        """Whether the event completes an answer."""
        if event["type"] == "CommandRepeated":
            return True
        self.heard.add(event["sequence"])
        return len(self.heard) == int(event["of"])


class Case:
    """One case of one team, with what is asked of it next."""

    def __init__(self, team: str, number: int) -> None:
        self.team, self.number, self.step = team, number, 0
        ident = uuid(f"mention {team} {number}")
        self.mention = mention(f"{team}-{number}", datetime.now(UTC), id=ident, team=team)
        self.id = case_id(team, self.mention.id)

    def next(self) -> Command:
        """The next command of its round."""
        kind, _, actor, fields = STEPS[self.step % len(STEPS)]
        self.step += 1
        now = datetime.now(UTC)
        given = {name: now + one if isinstance(one, timedelta) else one for name, one in fields.items()}
        ident = uuid(f"command {self.team} {self.number} {self.step}")
        return kind(id=ident, team=self.team, at=now, actor=actor, case=self.id, **given)  # type: ignore[no-any-return]  # one of the commands


class Clients:
    """All clients, on a thread of their own; they begin once all their cases are open, and go on until they are to end."""

    def __init__(self, settings: Settings, cases_each: int, a_second: float) -> None:
        self.cases = [Case(team, number) for number in range(cases_each) for team in TEAMS]
        self.asked: list[Asked] = []
        """What was asked of the cases, in the order of the first sending; `probes` are apart."""
        self.probes: list[Asked] = []
        self._settings, self._a_second = settings, a_second
        self._at_least = sys.maxsize
        self._began = 0.0
        self._unopened = {one.mention.id: one for one in self.cases}
        self._idle: deque[Case] = deque()
        self._waiting: dict[str, tuple[Asked, Case | None]] = {}
        self._new: SimpleQueue[Asked] = SimpleQueue()
        self._ticked = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Clients":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def all_open(self) -> bool:
        """Whether all cases are there."""
        assert self._thread.is_alive(), "the clients have stopped"
        return not self._unopened

    def end_after(self, at_least: int) -> None:
        """Ask nothing more once so many commands were asked."""
        self._at_least = at_least

    def have_ended(self) -> bool:
        """Whether enough was asked, and all of it is answered."""
        assert self._thread.is_alive(), "the clients have stopped"
        return len(self.asked) >= self._at_least and all(one.done.is_set() for one in self.asked)

    def probe(self) -> list[Asked]:
        """Ask a new command of every team, now; each is `done` once it is answered."""
        now, number = datetime.now(UTC), len(self.probes)
        notes = [
            AddNote(
                id=uuid(f"probe {number} {one.team}"), team=one.team, at=now, actor="lead:els", case=one.id, text="?"
            )
            for one in self.cases[: len(TEAMS)]
        ]
        made = [Asked(note, time.monotonic()) for note in notes]
        self.probes += made
        for one in made:
            self._new.put(one)
        return made

    # -- the thread ----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        reader = open_consumer(self._settings)
        reader.assign([TopicPartition(DESK_EVENTS.name, n) for n in range(self._settings.partitions_team)])
        with Producer(self._settings, "clients") as producer:
            producer.send([*_agreements(), *(_said(one.mention) for one in self.cases)])
            while not self._stop.is_set():
                producer.send([*self._due(), *self._ticks()])
                for records in reader.poll(20).values():
                    producer.send([out for one in records for out in self._hear(orjson.loads(one.value))])
        reader.close()

    def _due(self) -> Iterable[Outgoing]:
        """What is to be asked now: for the first time, or again."""
        now = time.monotonic()
        for asked, _ in self._waiting.values():
            if now - asked.sent_at > AGAIN_SECONDS:
                yield _send(asked)
        while len(self.asked) < min(self._at_least, self._due_by(now)) and self._idle:
            case = self._idle.popleft()
            asked = Asked(case.next(), now, loses=len(self.asked) % LOSE_EVERY == 0)
            self.asked.append(asked)
            self._waiting[asked.command.id] = asked, case
            yield _send(asked)
        while True:
            try:
                asked = self._new.get_nowait()
            except Empty:
                return
            self._waiting[asked.command.id] = asked, None
            yield _send(asked)

    def _due_by(self, now: float) -> float:
        """How many commands should have been asked by now."""
        if self._unopened:
            return 0
        self._began = self._began or now
        return (now - self._began) * self._a_second

    def _hear(self, event: dict[str, Any]) -> Iterable[Outgoing]:
        """One event: an answer, which may be lost, or the news of somebody else."""
        if opened := self._unopened.pop(event["cause"], None):
            self._idle.append(opened)
        asked, case = self._waiting.get(event["cause"], (None, None))
        if asked is None or not asked.hears(event):
            return
        asked.seconds = asked.seconds or time.monotonic() - asked.began
        if asked.loses:
            asked.loses = False
            yield _send(asked)
            return
        del self._waiting[event["cause"]]
        asked.done.set()
        if case is not None:
            self._idle.append(case)

    def _ticks(self) -> Sequence[Outgoing]:
        if time.monotonic() - self._ticked < TICK_SECONDS:
            return []
        self._ticked = time.monotonic()
        now = datetime.now(UTC)
        made = [Tick(id=uuid(f"{team} {self._ticked}"), team=team, at=now, actor="system:ticker") for team in TEAMS]
        return [Outgoing(DESK_COMMANDS, tick.team, tick) for tick in made]


def _send(asked: Asked) -> Outgoing:
    asked.sends += 1
    asked.sent_at = time.monotonic()
    return Outgoing(DESK_COMMANDS, asked.command.team, asked.command)


def _said(one: ClassifiedMention) -> Outgoing:
    return Outgoing(MENTIONS_CLASSIFIED, one.team, one, headers={NEEDS_PERSON: "1"})


def _agreements() -> Iterable[Outgoing]:
    """Everybody of every team is on at any hour, and has room."""
    now = datetime.now(UTC)
    agreed = config()
    people = tuple(person.model_copy(update={"capacity": 1_000}) for person in agreed.people)
    [day, *_] = agreed.shifts
    always = day.model_copy(update={"people": tuple(one.id for one in people), "minutes": 1_440, "rule": "FREQ=DAILY"})
    for team in TEAMS:
        own = config(team=team, name=team, people=people, shifts=(always,))
        command = ConfigureTeam(id=uuid(f"configure {team}"), team=team, at=now, actor="lead:els", config=own)
        yield Outgoing(DESK_COMMANDS, team, command)
