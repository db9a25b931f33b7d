"""Commands while workers of route are killed, join, leave, freeze and are fenced, and while clients lose answers.

Each command has exactly one effect, no reader sees an event twice, and work goes on in time.

`WEBCARE_TEST_FAULT_COMMANDS` says how many commands at least (500 when it is absent; `make faults` takes 5,000).
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import orjson
import pytest

from services.contracts.commands import SubmitReply
from services.contracts.ids import reply_id
from services.contracts.topics import DESK_EVENTS, OUTBOX_APPROVED
from services.route.domain.evolve import evolve
from services.route.domain.state import TeamState
from services.route.partition import STATE, RoutePartition
from services.runtime.owned import restore
from services.runtime.settings import Settings
from tests.faults.clients import EFFECTS, LOSE_EVERY, TEAMS, Asked, Clients
from tests.faults.effects import Expected, Heard, heard, problems, twice
from tests.support.route import contents
from tests.support.route_fleet import RouteFleet, kafka_alone
from tests.support.stack import until
from tests.support.topics import everything, payloads

COMMANDS = int(os.environ.get("WEBCARE_TEST_FAULT_COMMANDS", "500"))
LONG = COMMANDS > 2_000
CASES_EACH = 25 if LONG else 5
"""Cases of each team."""
A_SECOND = COMMANDS / 50
"""The faults take about three quarters of a minute, so that each falls in the middle of the commands."""
PATIENCE = 180
RESTART_SECONDS = 10
TAKE_OVER_SECONDS = 15

pytestmark = [pytest.mark.engines, pytest.mark.faults, pytest.mark.timeout(1_800 if LONG else 600)]


@dataclass
class Drill:
    """The workers, the clients, and how long it took each time until work went on everywhere."""

    fleet: RouteFleet
    clients: Clients
    restarts: dict[str, float] = field(default_factory=dict)
    take_overs: dict[str, float] = field(default_factory=dict)
    fenced: int | None = None
    """The exit status of the worker that was frozen while another came in its place."""

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Wait for a condition; who exits meanwhile is started again."""

        def tended() -> bool:
            self.fleet.tend()
            return bool(condition())

        until(tended, what, PATIENCE, every=0.01)

    def going_on(self, since: float) -> float:
        """Seconds from `since` until new commands, of every team and so on every partition, are answered."""
        asked = self.clients.probe()
        self.wait(lambda: all(one.done.is_set() for one in asked), "new commands are answered")
        return time.monotonic() - since


# -- the faults --------------------------------------------------------------------------------------------------------


def the_only_worker_is_killed(drill: Drill) -> None:
    killed = time.monotonic()
    drill.fleet.kill("0")
    drill.fleet.start("0")
    drill.restarts["the only worker, killed and started again"] = drill.going_on(killed)


def a_second_worker_joins(drill: Drill) -> None:
    joined = drill.fleet.start("1")
    drill.wait(joined.ready, "the second worker has partitions")
    drill.going_on(time.monotonic())
    drill.wait(lambda: shown(drill) == len(drill.clients.cases), "the metrics of both together count each case once")


def shown(drill: Drill) -> float:
    """How many cases the workers say that there are, once all of them are ready."""
    workers = drill.fleet.workers.values()
    return sum(one.metric("webcare_cases") for one in workers) if all(one.ready() for one in workers) else -1


def one_of_two_is_killed_for_good(drill: Drill) -> None:
    killed = time.monotonic()
    drill.fleet.kill("1")
    drill.take_overs["one of two, killed"] = drill.going_on(killed)


def one_that_joins_is_killed_between_sending_and_commit_for_good(drill: Drill) -> None:
    joined = drill.fleet.start("1", "kill", "2")
    until(lambda: joined.process.poll() is not None, "the trap", PATIENCE, every=0.01)
    killed = time.monotonic()
    drill.fleet.kill("1")
    drill.take_overs["one of two, killed in a transaction"] = drill.going_on(killed)


def one_that_joins_is_killed_between_sending_and_commit(drill: Drill) -> None:
    drill.fleet.start("1", "kill", "2")
    # The fleet starts it again, without a trap.
    drill.wait(lambda: ("1", -signal.SIGKILL) in drill.fleet.exits, "the trap")
    drill.restarts["one of two, killed in a transaction and started again"] = drill.going_on(time.monotonic())
    drill.wait(drill.fleet.workers["1"].ready, "it has partitions again")


def one_of_two_leaves(drill: Drill) -> None:
    told = time.monotonic()
    assert drill.fleet.leave("1") == 0
    drill.take_overs["one of two, asked to stop"] = drill.going_on(told)


def one_is_frozen_in_a_transaction_and_another_comes_in_its_place(drill: Drill) -> None:
    drill.fleet.leave("0")
    frozen = drill.fleet.start("0", "freeze", "2")
    drill.wait(frozen.is_stopped, "the freeze")
    started = time.monotonic()
    drill.fleet.start("0")
    drill.restarts["one that is frozen in a transaction, replaced"] = drill.going_on(started)
    os.kill(frozen.process.pid, signal.SIGCONT)
    drill.fenced = frozen.process.wait(PATIENCE)


FAULTS = (
    the_only_worker_is_killed,
    a_second_worker_joins,
    one_of_two_is_killed_for_good,
    one_that_joins_is_killed_between_sending_and_commit_for_good,
    one_that_joins_is_killed_between_sending_and_commit,
    one_of_two_leaves,
    one_is_frozen_in_a_transaction_and_another_comes_in_its_place,
)

# -- what they leave behind --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Left:
    """After it all: what was asked, what readers of committed and of all records see, and the state of each team."""

    settings: Settings
    drill: Drill
    asked: tuple[Asked, ...]
    committed: tuple[Heard, ...]
    uncommitted: tuple[Heard, ...]

    @property
    def expected(self) -> dict[str, Expected]:
        return {one.command.id: Expected(EFFECTS[one.command.type], one.sends) for one in self.asked}


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    """All the commands, with all the faults in the middle of them."""
    with kafka_alone(tmp_path_factory.mktemp("route")) as settings:
        with RouteFleet(settings) as fleet, Clients(settings, CASES_EACH, A_SECOND) as clients:
            fleet.start("0")
            drill = Drill(fleet, clients)
            drill.wait(clients.all_open, "the cases are open")
            for fault in FAULTS:
                fault(drill)
            clients.end_after(COMMANDS)
            drill.wait(clients.have_ended, "all commands are answered")
        yield Left(
            settings,
            drill,
            (*clients.asked, *clients.probes),
            tuple(heard(orjson.loads(one)) for one in payloads(settings.kafka_bootstrap, DESK_EVENTS)),
            tuple(heard(orjson.loads(one)) for one in payloads(settings.kafka_bootstrap, DESK_EVENTS, committed=False)),
        )


def tell(line: str) -> None:
    """A figure, for whoever reads the output of `make faults`."""
    sys.stdout.write(f"{line}\n")


def test_each_command_has_exactly_one_effect_and_every_repeat_is_told_which(left: Left) -> None:
    kinds = Counter(one.command.type for one in left.asked)
    sends = Counter(one.sends for one in left.asked)
    slowest = sorted(one.seconds for one in left.drill.clients.asked)
    tell(f"{kinds.total()} commands ({dict(kinds)}), by how often they were sent: {dict(sorted(sends.items()))}")
    tell(f"answered after {slowest[len(slowest) // 2]:.2f} s at the median, {slowest[-1]:.1f} s at most")
    assert len(left.drill.clients.asked) >= COMMANDS
    assert set(kinds) == set(EFFECTS)
    assert sum(times for often, times in sends.items() if often > 1) >= COMMANDS // LOSE_EVERY
    assert problems(left.expected, left.committed) == []


def test_no_reader_of_committed_records_sees_an_event_twice(left: Left) -> None:
    assert twice(left.committed) == []


def test_transactions_were_aborted_with_their_events_sent(left: Left) -> None:
    """What the tests above would say, if the aborted work were seen."""
    aborted = len(left.uncommitted) - len(left.committed)
    tell(f"{len(left.committed)} events, and {aborted} more in aborted transactions")
    assert aborted >= 3, "two workers were killed and one was frozen between sending and commit"
    assert twice(left.uncommitted), "what was aborted was done again"
    assert problems(left.expected, left.uncommitted)


def test_each_reply_leaves_once(left: Left) -> None:
    replies = [reply_id(one.command.id) for one in left.asked if isinstance(one.command, SubmitReply)]
    assert replies
    assert Counter(one.id for one in everything(left.settings.kafka_bootstrap, OUTBOX_APPROVED)) == Counter(replies)


class OpenPartition(RoutePartition):
    """A partition that shows its teams."""

    @property
    def teams(self) -> dict[str, TeamState]:
        return self._teams


def test_the_state_that_is_read_back_is_the_fold_of_the_events(left: Left) -> None:
    """Cases, agreements, answers, and all that is derived from them."""
    folded = {team: TeamState(team) for team in TEAMS}
    for event in everything(left.settings.kafka_bootstrap, DESK_EVENTS):
        evolve(folded[event.team], event)
    read_back = {number: OpenPartition(number) for number in range(left.settings.partitions_team)}
    restore(left.settings, STATE, read_back)
    assert all(one.teams for one in read_back.values()), "every partition has had work"
    found = {team: state for one in read_back.values() for team, state in one.teams.items()}
    assert found.keys() == folded.keys()
    for team in TEAMS:
        assert len(folded[team].cases) == CASES_EACH
        kept, told = contents(found[team]), contents(folded[team])
        assert [name for name in told if kept[name] != told[name]] == [], team


def test_work_goes_on_within_ten_seconds_of_a_restart_and_fifteen_when_another_takes_over(left: Left) -> None:
    for name, seconds in (left.drill.restarts | left.drill.take_overs).items():
        tell(f"{seconds:5.1f} s until new commands are answered: {name}")
    assert len(left.drill.restarts) == 3
    assert len(left.drill.take_overs) == 3
    assert {name: s for name, s in left.drill.restarts.items() if s > RESTART_SECONDS} == {}
    assert {name: s for name, s in left.drill.take_overs.items() if s > TAKE_OVER_SECONDS} == {}
    assert max(one.seconds for one in left.asked) <= TAKE_OVER_SECONDS, "no client waited longer, whenever it asked"


def test_who_was_frozen_while_another_came_in_its_place_stops_by_itself(left: Left) -> None:
    assert left.drill.fenced == 1
    tell(f"workers that ended and were started again: {left.drill.fleet.exits}")


# -- the judgement itself ----------------------------------------------------------------------------------------------

WHOLE = (Heard("a", "NoteAdded", "x", 1, 2), Heard("b", "CaseWaiting", "x", 2, 2))
REPEAT = Heard("c", "CommandRepeated", "x", told=("a", "b"))
AGAIN = (Heard("d", "NoteAdded", "x", 1, 2), Heard("e", "CaseWaiting", "x", 2, 2))


@pytest.mark.parametrize(
    ("sends", "events", "wrong"),
    [
        (1, WHOLE, ""),
        (2, (*WHOLE, REPEAT), ""),
        (1, (), "no effect"),
        (1, (*WHOLE, *WHOLE), "comes twice"),
        (1, (*WHOLE, *AGAIN), "not one whole effect"),
        (1, WHOLE[:1], "not one whole effect"),
        (1, (Heard("a", "CommandAccepted", "x"),), "CommandAccepted where NoteAdded was asked"),
        (2, WHOLE, "sent 2 times, repeated 0 times"),
        (1, (*WHOLE, REPEAT), "sent 1 times, repeated 1 times"),
        (2, (*WHOLE, Heard("c", "CommandRepeated", "x", told=("d", "e"))), "names other events"),
    ],
)
def test_a_planted_fault_is_found(sends: int, events: tuple[Heard, ...], wrong: str) -> None:
    found = " ".join(problems({"x": Expected("NoteAdded", sends)}, events))
    assert wrong in found
    assert bool(found) == bool(wrong)
