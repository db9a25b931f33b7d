"""How much one team's routing takes, by the number of its open cases: `python -m tests.bench.bench_route [n ...]`.

A team of 50 people (33 on shift, two languages, a topic that asks a skill, three clocks) has n open cases: most wait for the
customer or sleep, the others are worked on or wait. Then a mix of commands and mentions goes through `handle`: decide,
evolve, settle, with explanations and numbered events. CPU time of one process; no codec, no Kafka.
"""

import gc
import math
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.contracts.commands import (
    AddNote,
    ClaimCase,
    CloseCase,
    ConfigureTeam,
    HandOver,
    SnoozeCase,
    SubmitReply,
    TagCase,
)
from services.contracts.ids import case_id
from services.contracts.mentions import Classification, ClassifiedMention, Reason
from services.contracts.teams import Person, ServiceLevel, Shift, TeamConfig
from services.route.domain.decide import Input
from services.route.domain.handle import handle
from services.route.domain.state import TeamState
from tests.bench.figures import table
from tests.support.route import TEAM, at, config, mention, uuid

SIZES = (100, 1_000, 5_000, 20_000, 100_000)
STEPS = 10_000
PEOPLE, ON_SHIFT = 50, 33
CAPACITY = 12
MIX = {
    "claim": 15,
    "note": 20,
    "reply": 20,
    "close": 10,
    "hand over": 5,
    "snooze": 5,
    "tag": 5,
    "mention that joins": 10,
    "mention that opens": 10,
}
"""What is asked, in percent."""
REASONS = tuple(
    Reason.model_validate(
        {"label": label, "value": value, "code": code, "evidence": words}
        | ({"start": 0, "end": len(words)} if words else {})
    )
    for label, value, code, words in (
        ("language", "nl", "language-identified", ""),
        ("sentiment", "negative", "sentiment-word", "schandalig"),
        ("sentiment", "negative", "sentiment-word", "weer niet"),
        ("urgency", "outage_single", "urgency-signal", "doet het niet"),
        ("urgency", "repeat_contact", "urgency-signal", "derde keer"),
        ("intent", "complaint", "intent-complaint", "doet het niet"),
        ("topic", "billing", "topic-word", "rekening"),
        ("needs_person", "yes", "person-complaint", ""),
    )
)
"""What classify says of a usual complaint."""


NOTE = """`python -m tests.bench.bench_route [n …]`: `handle` alone (decide, evolve, settle, explanations, numbered
events), inputs a second of CPU time of one process. 50 people, 33 on shift, two languages, a topic that asks a skill,
three clocks; of the open cases 7 in 10 wait for their customer and 1 in 10 sleeps. "All" is the whole mix: 80 %
commands, 10 % mentions that join a case, 10 % that open one."""


def main() -> None:
    """Print the table."""
    sys.stdout.write(curve([int(one) for one in sys.argv[1:]] or SIZES) + "\n")


def curve(sizes: Sequence[int] = SIZES) -> str:
    """Inputs a second by the number of open cases, and how the cost of one grows with it; the numbers ascend."""
    rows = [measure(size) for size in sizes]
    names = ["all", "commands", *MIX]
    head = ("open cases", *names)
    lines = [(f"{size:,}", *(f"{row[name]:,.0f}" for name in names)) for size, row in zip(sizes, rows, strict=True)]
    return f"{table(head, lines)}\n\n{growth(sizes[0], sizes[-1], rows[0]['all'] / rows[-1]['all'])}"


def growth(fewest: int, most: int, times: float) -> str:
    """How much more an input costs with the most cases than with the fewest, in a sentence."""
    logarithm = math.log(most) / math.log(fewest)
    return f"{most / fewest:,.0f} times as many cases cost {times:.1f} times as much; log n would be {logarithm:.1f} times."


def measure(size: int, steps: int = STEPS) -> dict[str, float]:
    """Inputs a second, of all and of each kind, on a team with `size` open cases."""
    bench = Bench(size)
    bench.fill()
    given = [bench.next(kind) for kind in bench.kinds(steps)]
    spent: dict[str, float] = defaultdict(float)
    count: dict[str, int] = defaultdict(int)
    gc.collect()
    gc.freeze()
    for kind, make in given:
        one = make()
        began = time.process_time_ns()
        bench.give(one)
        spent[kind] += (time.process_time_ns() - began) / 1e9
        count[kind] += 1
    gc.unfreeze()
    rates = {kind: count[kind] / spent[kind] for kind in MIX}
    commands = [kind for kind in MIX if not kind.startswith("mention")]
    rates["commands"] = sum(count[kind] for kind in commands) / sum(spent[kind] for kind in commands)
    return rates | {"all": sum(count.values()) / sum(spent.values())}


def team() -> TeamConfig:
    """50 people, two thirds of them on all day; the others at night."""
    people = tuple(
        Person(
            id=f"p{number:02}",
            name=f"Person {number}",
            languages=("nl", "en") if number % 3 else ("nl",),
            skills=("billing",) if number % 4 == 0 else (),
            capacity=CAPACITY,
            lead=number == 0,
        )
        for number in range(PEOPLE)
    )
    names = tuple(person.id for person in people)
    begin = datetime(2026, 1, 5, 6)  # noqa: DTZ001  # wall-clock
    levels = (
        ServiceLevel(id="urgent", urgency=("high", "critical"), first_response_minutes=600, resolution_minutes=6000),
        ServiceLevel(id="usual", first_response_minutes=2400, next_response_minutes=1200, resolution_minutes=9000),
    )
    return config(
        people=people,
        shifts=(
            Shift(id="day", people=names[:ON_SHIFT], start=begin, minutes=960, rule="FREQ=DAILY"),
            Shift(id="night", people=names[ON_SHIFT:], start=begin.replace(hour=22), minutes=480, rule="FREQ=DAILY"),
        ),
        service_levels=levels,
        skills_for_topics={"billing": "billing"},
    )


class Bench:
    """A team with many cases, and inputs for it at random, the same each time."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.state = TeamState(TEAM)
        self.now = at(7)
        self.random = random.Random(size)
        self.number = 0
        self.open: list[str] = []

    def give(self, one: Input) -> None:
        """One input, a moment after the one before."""
        self.now += timedelta(milliseconds=20)
        handle(self.state, one, self.now)

    def fill(self) -> None:
        """`size` open cases: seven in ten wait for the customer, one in ten sleeps."""
        self.configure()
        for _ in range(self.size):
            self.open_case()

    def configure(self) -> None:
        """What the team has agreed."""
        self.give(self._command(ConfigureTeam, "system:bench", config=team()))

    def open_case(self) -> None:
        """One case more, and what becomes of it at first."""
        self.give(self._mention())
        case = self.open[-1]
        fate = self.random.random()
        if fate < 0.7:
            self.give(self._command(SubmitReply, self._person(), case=case, text="Welke straat is het?"))
        elif fate < 0.8:
            until = self.now + timedelta(days=2)
            self.give(self._command(SnoozeCase, "lead:els", case=case, until=until))

    def kinds(self, steps: int) -> Iterator[str]:
        """What is asked, in the proportions of the mix."""
        kinds, weights = list(MIX), list(MIX.values())
        yield from (self.random.choices(kinds, weights)[0] for _ in range(steps))

    def next(self, kind: str) -> tuple[str, Callable[[], Input]]:
        """The kind, and how to make one just before it is given."""
        return kind, lambda: self._make(kind)

    def _make(self, kind: str) -> Any:
        if kind == "mention that opens":
            return self._mention()
        if kind == "mention that joins":
            return self._mention(self.state.cases[self._case()].conversation)
        kinds: dict[str, tuple[Any, dict[str, Any]]] = {
            "claim": (ClaimCase, {}),
            "note": (AddNote, {"text": "Gebeld, komt morgen terug."}),
            "reply": (SubmitReply, {"text": "Dank voor uw bericht, we zoeken het uit."}),
            "close": (CloseCase, {}),
            "hand over": (HandOver, {"to": self._person(), "note": "jij kent haar"}),
            "snooze": (SnoozeCase, {"until": self.now + timedelta(days=1)}),
            "tag": (TagCase, {"tag": f"t{self.random.randrange(40)}"}),
        }
        made, fields = kinds[kind]
        case = self._case(kind == "close")
        actor = "lead:els" if kind in ("hand over", "snooze", "close") else self._person()
        return self._command(made, actor, case=case, **fields)

    def _case(self, last_time: bool = False) -> str:
        place = self.random.randrange(len(self.open))
        if last_time:
            self.open[place], self.open[-1] = self.open[-1], self.open[place]
            return self.open.pop()
        return self.open[place]

    def _person(self) -> str:
        return f"p{self.random.randrange(ON_SHIFT):02}"

    def _command(self, kind: Any, actor: str, **fields: Any) -> Any:
        self.number += 1
        return kind(id=uuid(f"command {self.number}"), team=TEAM, at=self.now, actor=actor, **fields)

    def _mention(self, conversation: str | None = None) -> ClassifiedMention:
        self.number += 1
        said = mention(
            f"m{self.number}",
            self.now,
            conversation=conversation,
            urgency=self.random.choice(("low", "normal", "normal", "high", "critical")),
            language=self.random.choice(("nl", "nl", "en")),
        )
        topics = ("billing",) if self.random.random() < 0.1 else ()
        read: Classification = said.classification.model_copy(update={"topics": topics, "reasons": REASONS})
        said = said.model_copy(update={"classification": read})
        if conversation is None:
            self.open.append(case_id(TEAM, said.id))
        return said


if __name__ == "__main__":
    main()
