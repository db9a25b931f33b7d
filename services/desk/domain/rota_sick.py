"""What happens when somebody calls in sick now, said before it is done: to their shifts, their cases and the cover. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.contracts.cases import Case
from services.contracts.teams import Leave, TeamConfig
from services.desk.domain.rota import Piece, TeamRota
from services.desk.domain.rota_decide import Effect, effect
from services.rota.off_duty import released
from services.rota.rota import LOOK_AHEAD
from services.rota.sickness import UNTIL_WELL

SOON = timedelta(days=7)
"""Without an end, what is looked at is the coming week."""


@dataclass(frozen=True, slots=True)
class IfSick:
    """What happens when somebody calls in sick now."""

    person: str
    end: datetime
    """What is looked at: from now until here."""
    named: bool
    """Whether that is the end that was named, and not the coming week."""
    ends: Piece | None
    """The shift that ends now."""
    remaining: tuple[str, ...]
    """Who is on without them."""
    missed: int
    """How many shifts of theirs until the end, also those on which they stand by."""
    effect: Effect
    """What it does to the cover until the end."""
    released: int
    """Cases that go back at once."""
    kept: int
    """Cases that stay until their customer writes again or their deadline nears."""


def if_sick(team: TeamRota, person: str, cases: Iterable[Case], now: datetime, until: datetime | None = None) -> IfSick:
    """What sickness from `now` until a moment does, or until they are well; `cases` are those that the person owns.

    It is worked out on the agreements as they would be, by the rules by which route takes cases from who is off.
    """
    after = TeamRota(_when_sick(team.config, person, now, until or now + UNTIL_WELL))
    end = min(until, now + LOOK_AHEAD) if until else now + SOON
    pieces = [one for one in team.pieces(now, end) if one.span.person == person and one.kind in ("on", "standby")]
    owned = list(cases)
    gone = released(after.rota, after.people, owned, now)
    return IfSick(
        person=person,
        end=end,
        named=until is not None,
        ends=next((one for one in pieces if one.kind == "on" and one.start <= now), None),
        remaining=after.ordered(after.rota.duty(now).on),
        missed=len({one.span for one in pieces}),
        effect=effect(team.config, after.config, now, end),
        released=len(gone),
        kept=len(owned) - len(gone),
    )


def _when_sick(config: TeamConfig, person: str, now: datetime, until: datetime) -> TeamConfig:
    ill = Leave(id="if-sick", person=person, kind="sick", start=now, end=until)
    return config.model_copy(update={"leave": (*config.leave, ill)})
