"""Moments and durations in words, in a language and in the team's time zone. Pure: `now` is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_skeleton, format_timedelta
from babel.numbers import format_decimal

DEFAULT_ZONE = "Europe/Amsterdam"
_HOUR_SIGN = {"nl": "u", "en": "h"}


@dataclass(frozen=True, slots=True)
class Formats:
    """How one reader sees numbers and time."""

    language: str
    zone: str = DEFAULT_ZONE

    @property
    def hour_sign(self) -> str:
        """The short word for hours (`u`, `h`)."""
        return _HOUR_SIGN.get(self.language, "h")

    def local(self, moment: datetime) -> datetime:
        """The moment on the team's clock."""
        return moment.astimezone(ZoneInfo(self.zone))

    def time(self, moment: datetime) -> str:
        """`10:41`."""
        return self.local(moment).strftime("%H:%M")

    def day(self, moment: datetime) -> str:
        """`22 nov`."""
        return format_skeleton("MMMd", self.local(moment), locale=self.language)

    def full(self, moment: datetime) -> str:
        """`zondag 22 november 2026 om 10:41`, for a tooltip and for print."""
        return format_datetime(self.local(moment), "EEEE d MMMM y, HH:mm", locale=self.language)

    def moment(self, moment: datetime, now: datetime) -> str:
        """As short as is clear: the time today, the day and time this year, else the date."""
        local, today = self.local(moment), self.local(now)
        if local.date() == today.date():
            return self.time(moment)
        pattern = "EEE d MMM HH:mm" if local.year == today.year else "d MMM y HH:mm"
        return format_datetime(local, pattern, locale=self.language)

    def relative(self, moment: datetime, now: datetime) -> str:
        """`5 minuten geleden`, `over 2 uur`."""
        return format_timedelta(moment - now, add_direction=True, locale=self.language)

    def duration(self, span: timedelta) -> str:
        """A span to the minute, as clocks in the inbox show it: `6 min`, `1 u 20`, `2 d 3 u`, `−3 min` when negative."""
        minutes = int(abs(span.total_seconds()) // 60)
        sign = "−" if span.total_seconds() < 0 else ""
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        if days:
            return f"{sign}{days} d {hours} {self.hour_sign}"
        return f"{sign}{hours} {self.hour_sign} {rest:02d}" if hours else f"{sign}{rest} min"

    def number(self, value: float) -> str:
        """`1.840` in Dutch, `1,840` in English; at most two decimals."""
        return format_decimal(value, format="#,##0.##", locale=self.language).replace("-", "−")
