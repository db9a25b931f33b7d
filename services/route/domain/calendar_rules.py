"""What became of reading a calendar of the team: what it says is taken over, and how it fares is remembered."""

from collections.abc import Iterable
from datetime import datetime

from services.contracts.commands import ReportCalendar
from services.contracts.events import CalendarReported, CalendarTakenOver
from services.contracts.teams import CalendarFeed, Leave, Shift, TeamConfig
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft
from services.route.domain.imported_leave import take_over_leave
from services.route.domain.imported_shifts import take_over
from services.route.domain.rota_changes import rota_draft


def report(agreed: Agreement, command: ReportCalendar, now: datetime) -> list[Draft]:
    """Sent by a process alone. A calendar that is not agreed any more is not taken over."""
    if not command.actor.startswith("system:"):
        raise Refusal("not_allowed", "calendars are read by webcare itself")
    feed = next((one for one in agreed.config.calendars if one.id == command.status.calendar), None)
    if feed is None:
        raise Refusal("not_found", f"the team has no calendar {command.status.calendar!r}")
    config = agreed.config
    if command.shifts is not None or command.leave is not None:
        config = taken_over(config, feed, command.shifts or (), command.leave or (), now)
    taken = rota_draft(agreed, config, CalendarTakenOver, now, calendar=feed.id)
    return [*taken, Draft(CalendarReported, {"status": command.status})]


def taken_over(
    config: TeamConfig, feed: CalendarFeed, shifts: Iterable[Shift], leave: Iterable[Leave], now: datetime
) -> TeamConfig:
    """The agreements with what the calendar says; the reader asks this too, so as to send only what changes something."""
    if feed.holds == "shifts":
        return take_over(config, feed.id, shifts, now)
    return take_over_leave(config, feed.id, leave, now)


def without_gone(known: TeamConfig, config: TeamConfig, now: datetime) -> TeamConfig:
    """New agreements, without what is ahead of a calendar that `known` had and they have not."""
    still = {one.id for one in config.calendars}
    for feed in known.calendars:
        if feed.id not in still:
            config = taken_over(config, feed, (), (), now)
    return config
