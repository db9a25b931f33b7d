"""Teams of the same people, with leave, sickness and what they have heard of each other at random.

Once the desk has looked until nothing is missing, each has what the others grant and nothing else, who is sick in one is or
was sick in all, and a look more tells nothing.
"""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.codec import decode, encode
from services.contracts.commands import AskLeave, CallInSick, DecideLeave, NoteLeave, ReportWell, WithdrawLeave
from services.contracts.rota import Leave
from services.contracts.teams import Person, TeamConfig
from services.contracts.topics import DESK_COMMANDS
from services.desk.domain.rota_told import Roles, Told, missing
from services.desk.readmodel import ReadModel
from services.rota.rota import Rota
from tests.browser.desk_backend import Backend
from tests.support.route import at, config, examples

TEAMS = ("een", "twee", "drie")
PEOPLE = ("noor", "jeroen", "aisha")
MINUTE = timedelta(minutes=1)
MOST_LOOKS = 3
"""What is told is taken in at once; only leave that runs there and begins later here takes one more."""

stretches = st.tuples(st.integers(-40, 60), st.integers(1, 60))
rosters = st.sets(st.sampled_from(PEOPLE), min_size=1)
memberships = st.dictionaries(
    st.sampled_from(PEOPLE), st.dictionaries(st.sampled_from(TEAMS), st.sampled_from(("agent", "lead", "viewer")))
)
happenings = st.lists(
    st.tuples(
        st.sampled_from(("file", "grant", "take back", "hear", "sick", "sick file", "well", "wait", "look")),
        st.sampled_from(TEAMS),
        st.sampled_from(PEOPLE),
        st.sampled_from(TEAMS),
        stretches,
    ),
    max_size=25,
)


def own_of(config: TeamConfig) -> list[Leave]:
    return [one for one in config.leave if one.elsewhere is None and one.kind == "leave"]


class World:
    """Three teams on route's real domain, which tell each other nothing by themselves."""

    def __init__(self, people: dict[str, set[str]], roles: Roles) -> None:
        self.now, self.roles, self.count = at(8), roles, 0
        self.model = ReadModel()
        self.backend = Backend(self.model, lambda: self.now)
        for team, names in people.items():
            there = tuple(Person(id=name, name=name) for name in sorted(names))
            self.backend.configure(config(team=team, people=there, shifts=()))

    def config(self, team: str) -> TeamConfig:
        found = self.model.config(team)
        assert found is not None
        return found

    def happen(self, what: str, team: str, person: str, other: str, stretch: tuple[int, int]) -> None:
        self.now += MINUTE
        self.count += 1
        start = self.now + timedelta(hours=stretch[0])
        leave = Leave(id=f"vrij-{self.count}", person=person, start=start, end=start + timedelta(hours=stretch[1]))
        there = person in self.model.roster(team)
        own = [one for one in own_of(self.config(team)) if one.end > self.now]
        if what == "wait":
            self.now += timedelta(hours=stretch[1])
        elif what == "look":
            self.look()
        elif what == "take back" and own:
            self.backend.do(WithdrawLeave, team, "lead:els", leave=own[stretch[1] % len(own)].id)
        elif what == "sick" and there:
            self.backend.do(
                CallInSick, team, person, until=max(leave.end, self.now + MINUTE) if stretch[1] % 2 else None
            )
        elif what == "well" and there:
            self.backend.do(ReportWell, team, person)
        elif what.endswith("file") and there:
            kind = {"kind": "sick"} if what == "sick file" else {}
            changed = (*own[stretch[1] % 2 :], leave.model_copy(update=kind))
            self.backend.configure(self.config(team).model_copy(update={"leave": changed}))
        elif what == "grant" and there:
            self.backend.do(AskLeave, team, "lead:els", person=person, start=leave.start, end=leave.end)
            for one in [one for one in self.config(team).leave if one.state == "asked"]:
                self.backend.do(DecideLeave, team, "lead:els", leave=one.id, approve=True)
        elif what == "hear" and there and other != team:
            mine = [one for one in own_of(self.config(other)) if one.person == person]
            moved = [one.model_copy(update={"start": one.start - 4 * MINUTE, "end": one.end + MINUTE}) for one in mine]
            self.backend.do(NoteLeave, team, "system:route", person=person, elsewhere=other, leave=(*moved, leave))

    def look(self) -> list[Told]:
        """What is missing, told as it comes over the topic."""
        self.now += MINUTE
        found = missing(self.model.all_agreed(), self.roles, self.now)
        assert len({one.id for one in found}) == len(found)
        for command in found:
            arrived: Any = decode(DESK_COMMANDS, encode(command))
            self.backend.give(arrived)
        return found


def must_know(world: World, team: str, other: str, person: str) -> bool:
    """Said anew: who works in the one and has a role in the other, and is in both rosters."""
    mine = world.roles.get(person, {})
    rosters = person in world.model.roster(team) and person in world.model.roster(other)
    return rosters and other in mine and mine.get(team) in ("agent", "lead")


def sick_now(world: World, team: str) -> list[Leave]:
    return [one for one in world.config(team).leave if one.kind == "sick" and one.start <= world.now < one.end]


@settings(max_examples=examples(100), deadline=None)
@given(people=st.fixed_dictionaries(dict.fromkeys(TEAMS, rosters)), roles=memberships, played=happenings)
def test_looked_until_nothing_is_missing_each_has_what_the_others_grant(
    people: dict[str, set[str]], roles: dict[str, dict[str, str]], played: list[Any]
) -> None:
    world = World(people, roles)
    for one in played:
        world.happen(*one)
    looks = 0
    while world.look():
        looks += 1
        assert looks <= MOST_LOOKS, "it comes to rest"
    for team in TEAMS:
        there = [one for one in world.config(team).leave if one.elsewhere and one.end > world.now]
        for other in set(TEAMS) - {team}:
            ours = [
                one
                for one in world.config(other).leave
                if (one.elsewhere, one.kind, one.state) == (None, "leave", "approved") and one.end > world.now
            ]
            held = {(one.person, one.end) for one in there if one.elsewhere == other}
            assert held <= {(one.person, one.end) for one in ours}, "nothing else"
            for one in ours:
                if must_know(world, team, other, one.person):
                    moment = max(one.start, world.now)
                    assert one.person in Rota(world.config(team)).duty(moment).away
            for one in sick_now(world, other):
                if must_know(world, team, other, one.person):
                    mine = [x for x in world.config(team).leave if x.kind == "sick" and x.person == one.person]
                    assert [x for x in mine if x.end > one.start], "who is sick in one is or was so in all"
    assert world.look() == [], "what is told is told once"
    world.now += timedelta(hours=7)
    assert not [one for one in world.look() if isinstance(one, NoteLeave)], "no leave is missing by time alone"
