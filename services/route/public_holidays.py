"""Public holidays of a country or a region, from the library `holidays`: fills a team's calendar when it is configured.

The domain stays pure: it reads the dates in the configuration. Used by `webcare rota` and by whoever sends `ConfigureTeam`.
"""

from datetime import date

import holidays

from services.contracts.teams import HolidayCalendar, TeamConfig

YEARS_BACK = 1
YEARS_AHEAD = 4


class HolidayError(ValueError):
    """There is no such calendar; the text is for people."""


def filled(config: TeamConfig, today: date) -> TeamConfig:
    """The configuration with the dates of its holiday calendar, from last year to four years ahead.

    Raises:
        HolidayError: the country or its region is not known.
    """
    if config.holiday_calendar is None:
        return config
    dates = public_holidays(config.holiday_calendar, range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1))
    calendar = config.holiday_calendar.model_copy(update={"dates": dates})
    return config.model_copy(update={"holiday_calendar": calendar})


def public_holidays(calendar: HolidayCalendar, years: range) -> tuple[date, ...]:
    """The public holidays of some years, in order.

    Raises:
        HolidayError: the country or its region is not known.
    """
    try:
        found = holidays.country_holidays(calendar.country, subdiv=calendar.region, years=years)
    except NotImplementedError as error:
        region = f", region {calendar.region}" if calendar.region else ""
        raise HolidayError(f"no holidays are known of country {calendar.country}{region}: {error}") from error
    return tuple(sorted(found))
