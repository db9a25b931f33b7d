"""What people type into the rota's forms, as instants and rules. A mistake is a `WrongForm` that names the text to show."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from services.desk.domain.rota import TeamRota
from services.desk.rota.words import CODES
from services.rota.wall_clock import localise

YEARS_AHEAD = timedelta(days=5 * 366)
MOST_POINTS = 1000
"""As many as a command takes."""


class WrongFormError(ValueError):
    """Something is not as it should be; `key` is the text that says what."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def moment(team: TeamRota, text: str) -> datetime:
    """A wall-clock time of the team, as a browser's `datetime-local` gives it."""
    try:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else localise(found, team.zone)
    except (ValueError, OverflowError) as error:
        raise WrongFormError("rota.wrong.time") from error


def day(text: str) -> date:
    """A date of this age, so that there is one after it."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise WrongFormError("rota.wrong.time") from error
    if not 2000 <= found.year <= 2999:
        raise WrongFormError("rota.wrong.time")
    return found


def stretch(team: TeamRota, start: str, end: str, now: datetime) -> dict[str, str]:
    """`start` and `end` of a command."""
    return _ordered(moment(team, start), moment(team, end), now)


def whole_days(team: TeamRota, first: str, last: str, begins: str, ends: str, now: datetime) -> dict[str, str]:
    """From the first day to the last, both included, or from and to a time on them."""
    start_day, end_day = day(first), day(last or first)
    start = moment(team, f"{start_day}T{begins or '00:00'}")
    end = moment(team, f"{end_day}T{ends}") if ends else moment(team, f"{end_day + timedelta(days=1)}T00:00")
    return _ordered(start, end, now)


def last_day(team: TeamRota, day_: str, now: datetime) -> datetime:
    """The end of a day of the team that has not passed, for what goes on until and including it."""
    return datetime.fromisoformat(whole_days(team, day_, "", "", "", now)["end"])


def own_capacity(team: TeamRota, points: str, until: str, now: datetime) -> dict[str, object]:
    """`capacity` and `until` of a command: so many points, until a moment that is ahead."""
    if not points.isdecimal() or len(points) > 4 or int(points) > MOST_POINTS:
        raise WrongFormError("rota.wrong.points")
    end = moment(team, until)
    if end <= now:
        raise WrongFormError("rota.wrong.past")
    return {"capacity": int(points), "until": _ordered(now, end, now)["end"]}


def _ordered(start: datetime, end: datetime, now: datetime) -> dict[str, str]:
    if end <= start:
        raise WrongFormError("rota.wrong.order")
    if end <= now:
        raise WrongFormError("rota.wrong.past")
    if end > now + YEARS_AHEAD:
        raise WrongFormError("rota.wrong.time")
    return {"start": start.isoformat(), "end": end.isoformat()}


def clock(text: str) -> time:
    """A time of the day."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise WrongFormError("rota.wrong.time") from error


def weekly(days: Iterable[str]) -> str:
    """The rule for these days of the week."""
    chosen = [code for code in CODES if code in set(days)]
    if not chosen:
        raise WrongFormError("rota.wrong.days")
    return "FREQ=DAILY" if len(chosen) == len(CODES) else f"FREQ=WEEKLY;BYDAY={','.join(chosen)}"
