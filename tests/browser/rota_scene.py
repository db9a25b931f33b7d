"""A team's rota with everything in it, around now: rotation, standby, leave, sickness, a gap, swaps, an override, demand."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.commands import AddOverride, AskLeave, OfferSwap
from services.contracts.teams import (
    Demand,
    Leave,
    OpeningSpan,
    Person,
    Rotation,
    ServiceLevel,
    Shift,
    TeamConfig,
)
from services.rota.wall_clock import localise
from tests.browser.desk_backend import SPOOR, Backend

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ALL_DAYS, WORKDAYS = tuple(range(7)), tuple(range(5))
WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"


def rota_config(now: datetime, **changes: Any) -> TeamConfig:
    """Youssef by day, Marit and Sanne on weekdays, Tom and Omar in turns in the evening; Ilse stands by at weekends."""
    today = now.astimezone(AMSTERDAM).date()
    monday = datetime.combine(today - timedelta(days=today.weekday() + 28), time(8))
    fields: dict[str, Any] = {
        "team": SPOOR,
        "name": "Spoorlijn",
        "time_zone": "Europe/Amsterdam",
        "people": (
            Person(id="youssef", name="Youssef", skills=("refund",), contract_hours=32),
            Person(id="marit", name="Marit", contract_hours=36, skills=("refund",)),
            Person(id="sanne", name="Sanne", languages=("nl",), contract_hours=24),
            Person(id="tom", name="Tom", languages=("nl",), contract_hours=28),
            Person(id="omar", name="Omar", contract_hours=28),
            Person(id="ilse", name="Ilse", languages=("nl", "en", "de"), employment="agency"),
        ),
        "shifts": (
            Shift(id="day", people=("youssef",), start=monday, minutes=540, rule="FREQ=DAILY", layer=1),
            Shift(id="weekdays", people=("marit",), start=monday, minutes=540, rule=WEEKDAYS, layer=1),
            Shift(
                id="mornings",
                people=("sanne",),
                start=monday,
                minutes=300,
                rule=WEEKDAYS,
                layer=1,
            ),
            Shift(
                id="evening",
                rotation=Rotation(groups=(("tom",), ("omar",)), turn="week"),
                start=monday + timedelta(hours=8, minutes=30),
                minutes=390,
                rule="FREQ=DAILY",
                layer=1,
            ),
            Shift(
                id="standby",
                people=("ilse",),
                start=monday + timedelta(hours=8, minutes=30),
                minutes=390,
                rule="FREQ=WEEKLY;BYDAY=SA,SU",
            ),
        ),
        "opening_hours": tuple(OpeningSpan(day=day, start=time(8), end=time(23)) for day in ALL_DAYS),
        "demand": (
            Demand(days=WORKDAYS, start=time(8), end=time(17), people=2),
            Demand(days=ALL_DAYS, start=time(8), end=time(23), people=1),
            Demand(days=WORKDAYS, start=time(9), end=time(12), people=3),
        ),
        "leave": (
            Leave(id="week-off", person="tom", start=at(now, 5), end=at(now, 12), note="Vakantie"),
            Leave(id="ill", person="sanne", kind="sick", start=now - timedelta(days=1), end=now + timedelta(days=2)),
        ),
        "service_levels": (ServiceLevel(id="usual", first_response_minutes=120),),
    }
    return TeamConfig(**(fields | changes))


def at(now: datetime, days: int, hour: int = 0) -> datetime:
    """A wall-clock hour of the team, so many days from today."""
    today = now.astimezone(AMSTERDAM).date()
    return localise(datetime.combine(today + timedelta(days=days), time(hour)), AMSTERDAM)


def weekday_from(now: datetime, days: int, wanted: tuple[int, ...] = WORKDAYS) -> int:
    """In how many days it is one of the wanted days of the week, `days` at least."""
    today = now.astimezone(AMSTERDAM).date()
    return next(one for one in range(days, days + 7) if (today + timedelta(days=one)).weekday() in wanted)


def play_rota(backend: Backend, **changes: Any) -> str:
    """Agree on the team, and what people ask of it; gives the team."""
    now = backend.clock()
    config = rota_config(now, **changes)
    backend.configure(config, now - timedelta(minutes=30))
    ago = now - timedelta(minutes=10)
    offered = weekday_from(now, 3)
    stretch = {"start": at(now, offered, 8), "end": at(now, offered, 17)}
    backend.do(OfferSwap, SPOOR, "marit", ago, shift="weekdays", note="Trouwerij", **stretch)
    backend.do(AskLeave, SPOOR, "marit", ago, start=at(now, 8), end=at(now, 10), note="Verhuizing")
    backend.do(
        AddOverride, SPOOR, "lead:lena", ago, people=("ilse",), start=at(now, 1, 9), end=at(now, 1, 13), reason="Storm"
    )
    return config.team
