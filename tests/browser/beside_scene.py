"""A promise that is about to be broken: Youssef works on a case, and Marit, who is on as well, has room."""

from datetime import timedelta
from uuid import uuid4

from services.contracts.commands import ClaimCase, Tick
from services.contracts.mentions import Author
from services.contracts.teams import Person
from tests.browser.desk_backend import SPOOR, Backend, team_config

PEOPLE = (
    Person(id="youssef", name="Youssef", capacity=8),
    Person(id="marit", name="Marit", capacity=8),
    Person(id="sanne", name="Sanne"),
    Person(id="tom", name="Tom"),
)


def play_beside(backend: Backend) -> str:
    """Feed it; gives the case. Its first answer was due 5 minutes ago, which nobody has noticed yet."""
    now = backend.clock()
    backend.configure(team_config(now=now, people=PEOPLE), now - timedelta(minutes=170))
    case = backend.mention(
        "Waar blijft mijn antwoord?",
        now - timedelta(minutes=125),
        author=Author(id="hedy", name="Hedy"),
        source="email",
    )
    backend.do(ClaimCase, SPOOR, "youssef", now - timedelta(minutes=100), case=case)
    return case


def time_passes(backend: Backend, minutes: int = 0) -> None:
    """A tick, now or so many minutes from now: the first brings somebody in, one 30 minutes later tells the leads."""
    moment = backend.clock() + timedelta(minutes=minutes)
    backend.give(Tick(id=str(uuid4()), team=SPOOR, at=moment, actor="system:ticker"), moment)
