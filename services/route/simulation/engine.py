"""The simulation: mentions, commands, ticks and people's work in the order of time, each through the real `handle`.

Everything follows from the agreements, the profile, the start and the seed. Used by `webcare rota simulate` and by tests.
"""

import heapq
import time as stopwatch
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from uuid import NAMESPACE_OID, uuid5
from zoneinfo import ZoneInfo

from services.contracts.commands import ClaimCase, CloseCase, ConfigureTeam, SnoozeCase, SubmitReply, Tick
from services.contracts.events import Event
from services.contracts.mentions import ClassifiedMention
from services.contracts.teams import AgencyMandate, Mandate, TeamConfig
from services.rota.wall_clock import localise
from services.route.domain.decide import Input
from services.route.domain.handle import handle
from services.route.domain.state import TeamState
from services.route.simulation.absences import Told, absences
from services.route.simulation.clock import next_change, next_tick, tick_at
from services.route.simulation.outcome import Counted, Outcome
from services.route.simulation.people import Hours, Work, pick, sleeps, stretches
from services.route.simulation.profiles import Profile
from services.route.simulation.stream import mentions

SYSTEM = "system:simulation"
_ASLEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Done:
    """Somebody has finished a piece of work."""

    person: str
    work: Work


Coming = ClassifiedMention | Told | Done


def simulate(config: TeamConfig, profile: Profile, start: date, days: int, seed: int = 1) -> Outcome:
    """Play `days` days from the first midnight of `start`, on the team's clock."""
    begin = stopwatch.perf_counter()
    zone = ZoneInfo(config.time_zone)
    first, end = (localise(datetime.combine(start + timedelta(days=n), time()), zone) for n in (0, days))
    play = Play(config, profile, seed, first)
    for mention in mentions(config, profile, start, days, seed):
        play.expect(mention.collected_at, mention)
    for moment, told in absences(config, profile, start):
        play.expect(moment, told)
    play.until(end)
    return play.outcome(end, stopwatch.perf_counter() - begin)


def without_approvals(config: TeamConfig) -> TeamConfig:
    """The team as if everybody may send what they write, at once: what people approve, and when, is not played."""
    alone = [one.model_copy(update={"mandate": Mandate(approve=one.mandate.approve)}) for one in config.people]
    without = {"agency": AgencyMandate(alone_up_to="critical"), "approval_rules": (), "grace_seconds": 0}
    return config.model_copy(update={"people": tuple(alone), **without})


@dataclass
class Play:
    """A simulation while it runs. `every_tick` leaves no tick out, which changes nothing but how long it takes."""

    config: TeamConfig
    profile: Profile
    seed: int
    now: datetime
    every_tick: bool = False
    seen: Callable[[list[Event]], None] = lambda _events: None
    state: TeamState = field(init=False)
    counted: Counted = field(default_factory=Counted)
    deciding: float = 0.0
    inputs: int = 0
    events: int = 0
    mentions: int = 0
    _coming: list[tuple[datetime, int, Coming]] = field(default_factory=list)
    _busy: dict[str, Work] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = TeamState(self.config.team)
        self._start = self.now
        self._numbers, self._ids = count(), count()
        self._tick = tick_at(self.now)
        self._hours: Hours | None = None
        told = {"team": self.config.team, "at": self.now, "actor": SYSTEM}
        self.give(ConfigureTeam(id=self._id(), config=without_approvals(self.config), **told))

    def expect(self, moment: datetime, coming: Coming) -> None:
        """Something that comes at `moment`; of one moment, what was expected first comes first, and before its tick."""
        heapq.heappush(self._coming, (moment, next(self._numbers), coming))

    def until(self, end: datetime) -> None:
        """Play everything before `end`."""
        while (moment := self._next_moment()) < end:
            self.now = moment
            if self._coming and self._coming[0][0] <= self._tick:
                self._take(heapq.heappop(self._coming)[2])
            else:
                self._pass_time()
            self._start_work()
        self.counted.close(self.state.cases.values(), end)

    def give(self, given: Input) -> list[Event]:
        """One input, now."""
        begin = stopwatch.perf_counter()
        events = handle(self.state, given, self.now)
        self.deciding += stopwatch.perf_counter() - begin
        self.inputs += 1
        self.events += len(events)
        self.counted.see(events)
        self.seen(events)
        if events:
            self._tick = min(self._tick, next_tick(self.now)) if self._tick > self.now else next_tick(self.now)
        return events

    def outcome(self, end: datetime, seconds: float) -> Outcome:
        """What came out of it."""
        agreed = self.state.agreement
        assert agreed is not None, "the team is configured first of all"
        rota = agreed.rota
        people = sorted(person.id for person in self.config.people)
        return Outcome(
            team=self.config.team,
            zone=ZoneInfo(self.config.time_zone),
            profile=self.profile.name,
            start=self._start,
            end=end,
            seconds=seconds,
            deciding=self.deciding,
            inputs=self.inputs,
            events=self.events,
            mentions=self.mentions,
            counted=self.counted,
            people=people,
            shifts=[(one, stretch) for one in people for stretch in stretches(rota, one, self._start, end)],
            waiting=self.state.queues.size,
        )

    def _next_moment(self) -> datetime:
        return min(self._tick, self._coming[0][0]) if self._coming else self._tick

    def _take(self, coming: Coming) -> None:
        if isinstance(coming, ClassifiedMention):
            self.mentions += 1
            self.give(coming)
        elif isinstance(coming, Done):
            self._finish(coming)
        elif self.state.agreement and (command := coming(self.state.agreement.config, self._id(), self.now)):
            self.give(command)

    def _pass_time(self) -> None:
        events = self.give(Tick(id=self._id(), team=self.config.team, at=self.now, actor="system:ticker"))
        if not events:
            following = next_tick(self.now)
            self._tick = following if self.every_tick else max(following, tick_at(next_change(self.state, self.now)))

    def _start_work(self) -> None:
        """Whoever is on and has nothing in hand takes up something of theirs."""
        if self.state.agreement is None:
            return
        rota = self.state.agreement.rota
        if self._hours is None or self._hours.rota is not rota:
            self._hours = Hours(rota, {})
        hours = self._hours
        for person in sorted(rota.on_shift(self.now) - self._busy.keys()):
            shift = hours.stretch(person, self.now)
            if work := pick(self.state, self.profile, self.seed, person, shift, self.now):
                self._busy[person] = work
                self.expect(work.ends, Done(person, work))
                self.give(ClaimCase(id=self._id(), team=self.config.team, at=self.now, actor=person, case=work.case))

    def _finish(self, done: Done) -> None:
        """They answer and close it, unless they fell ill or somebody else has it by now."""
        del self._busy[done.person]
        agreed, case = self.state.agreement, self.state.cases.get(done.work.case)
        gone = agreed is None or done.person in agreed.rota.duty(self.now).away
        if gone or case is None or case.owner != done.person or case.status == "closed":
            return
        self.counted.worked(done.person, done.work)
        told = {"team": self.config.team, "at": self.now, "actor": done.person, "case": case.id}
        if case.awaiting_us:
            self.give(SubmitReply(id=self._id(), text="A simulated answer.", **told))
        if case.awaiting_us and sleeps(self.profile, self.seed, case):
            self.give(SnoozeCase(id=self._id(), until=self.now + _ASLEEP, **told))
        else:
            self.give(CloseCase(id=self._id(), **told))

    def _id(self) -> str:
        return str(uuid5(NAMESPACE_OID, f"{self.seed}:{self.profile.name}:{next(self._ids)}"))
