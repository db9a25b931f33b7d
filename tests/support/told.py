"""Two teams with somebody in both, for the tests of what the desk tells them of each other."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from services.contracts.teams import Leave, TeamConfiguration
from services.desk.accounts.people import Account
from services.desk.accounts.store import Accounts
from services.desk.domain.rota_told import Told
from services.desk.readmodel import ReadModel
from services.desk.rota.telling import Telling
from tests.browser.desk_backend import KEY, PASSWORD, QUICK, Backend
from tests.support.route import at, config

NOW = at(10)
ONE, TWO, THREE = "eerste", "tweede", "derde"
BOTH = {"noor": {ONE: "agent", TWO: "agent"}}
MINUTE = timedelta(minutes=1)


def holiday(name: str = "vakantie", person: str = "noor", **more: Any) -> Leave:
    return Leave(id=name, person=person, **({"start": at(9, 3), "end": at(17, 3)} | more))


def agreed(*leave: Leave, team: str = ONE, revision: int = 1, **more: Any) -> TeamConfiguration:
    made = config(team=team, leave=leave, **more)
    return TeamConfiguration(team=team, revision=revision, at=NOW, config=made)


def teams(*given: TeamConfiguration) -> dict[str, TeamConfiguration]:
    return {one.team: one for one in given}


class Web:
    """Two teams on route's real domain, accounts, and a clock that a test moves."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.model = ReadModel()
        self.backend = Backend(self.model, lambda: self.now)
        self.accounts = Accounts(f"sqlite:///{folder / 'accounts.db'}", KEY, hasher=QUICK, clock=lambda: self.now)
        self.accounts.open()
        self.accounts.save(Account("noor", "Noor", {ONE: "agent", TWO: "agent"}), PASSWORD)
        self.telling = self.another()

    def another(self, **more: Any) -> Telling:
        return Telling(self.model, self.accounts, self.backend, lambda: self.now, **more)

    def look(self) -> list[Told]:
        """The look of the next minute."""
        self.now += MINUTE
        return self.telling.look()

    def configure(self, team: str, *leave: Leave) -> None:
        self.backend.configure(config(team=team, leave=leave))

    def leave(self, team: str) -> tuple[Leave, ...]:
        found = self.model.config(team)
        assert found is not None
        return found.leave
