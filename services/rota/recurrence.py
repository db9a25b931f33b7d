"""When a shift recurs: RFC 5545 rules worked out in naive wall-clock time. Used by `rota.py`, which localises after.

The library looks for a match until the year 9999 and respects an end only when it finds one: a rule that never matches
would keep route busy for a minute. So what merely limits a daily or weekly rule (`BYMONTH=2`) is applied here, to what the
library yields without it, and a monthly or yearly rule must have a first match.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice

from dateutil.rrule import rrule, rrulestr

from services.contracts.teams import Shift

_STEP = {"DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
_ANY_RULE = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH"}
_PARTS = {
    "DAILY": _ANY_RULE | {"BYMONTHDAY"},
    "WEEKLY": _ANY_RULE,
    "MONTHLY": _ANY_RULE | {"BYMONTHDAY", "BYSETPOS"},
    "YEARLY": _ANY_RULE | {"BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO", "BYEASTER"},
}
_LIMITS = {"DAILY": ("BYMONTH", "BYMONTHDAY", "BYDAY"), "WEEKLY": ("BYMONTH",)}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class RotaError(ValueError):
    """A rota cannot be worked out; the text is for people and names the shift."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A parsed rule. `count` and the `limits` (allowed values by part) are kept apart from `rule`.

    `step` is set when the start may be moved along the rule.
    """

    rule: rrule
    count: int | None
    step: timedelta | None
    limits: Mapping[str, frozenset[int]]

    def allows(self, start: datetime) -> bool:
        """Whether a start that the rule yields is within the limits."""
        return all(allowed & _values(name, start) for name, allowed in self.limits.items())


def parse(shift: Shift) -> Recurrence | None:
    """The recurrence of `shift`, `None` for one that happens once.

    Raises:
        RotaError: the rule is not an RFC 5545 rule, or recurs more often than daily.
    """
    if shift.rule is None:
        return None
    parts = _parts(shift)
    frequency = parts.get("FREQ", "")
    if frequency not in _PARTS:
        raise _error(shift, f"FREQ must be one of {', '.join(_PARTS)}, not {frequency or 'missing'}")
    if strange := sorted(set(parts) - _PARTS[frequency]):
        raise _error(shift, f"{strange[0]} is not for a {frequency.lower()} shift")
    if frequency == "WEEKLY" and "BYDAY" in parts:
        _limit(shift, "BYDAY", parts["BYDAY"])  # a week has no second Monday; the library would take it for any Monday
    limits = {name: _limit(shift, name, parts.pop(name)) for name in _LIMITS.get(frequency, ()) if name in parts}
    count = _positive(shift, parts.pop("COUNT")) if "COUNT" in parts else None
    rule = _rule(shift, ";".join(f"{name}={value}" for name, value in parts.items()))
    step = _STEP[frequency] * _positive(shift, parts.get("INTERVAL", "1")) if frequency in _STEP else None
    return Recurrence(rule=rule, count=count, step=None if count else step, limits=limits)


def starts(shift: Shift, recurrence: Recurrence | None, first: datetime, last: datetime) -> Iterator[datetime]:
    """The naive starts of `shift` from `first` up to and including `last`, its `until` (inclusive) respected."""
    if shift.until is not None:
        last = min(last, datetime.combine(shift.until, time.max))
    if recurrence is None:
        return iter([shift.start] if first <= shift.start <= last else [])
    found = (start for start in _bounded(shift, recurrence, first, last) if recurrence.allows(start))
    return (start for start in islice(found, recurrence.count) if first <= start <= last)


def _bounded(shift: Shift, recurrence: Recurrence, first: datetime, last: datetime) -> rrule:
    """The rule, from near `first` (whole steps after the shift's start keep its phase) to `last`."""
    start = shift.start
    if recurrence.step is not None and start < first:
        start += (first - start) // recurrence.step * recurrence.step
    ends = recurrence.rule._until  # type: ignore[attr-defined]  # no public way to read it
    until = last if ends is None else min(ends, last)
    return recurrence.rule.replace(dtstart=start, until=until)


def _parts(shift: Shift) -> dict[str, str]:
    text = (shift.rule or "").strip().removeprefix("RRULE:").upper()
    if not re.fullmatch(r"[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*", text):
        raise _error(shift, "it is not of the form NAME=VALUE;NAME=VALUE")
    pairs = [(name, value) for name, _, value in (part.partition("=") for part in text.split(";"))]
    if len(dict(pairs)) != len(pairs):
        raise _error(shift, "a part is given twice")
    return dict(pairs)


def _rule(shift: Shift, text: str) -> rrule:
    try:
        rule = rrulestr(text, dtstart=shift.start)
    except (ValueError, KeyError, AttributeError, TypeError, IndexError) as error:
        raise _error(shift, str(error) or type(error).__name__) from error
    if not isinstance(rule, rrule) or next(iter(rule), None) is None:
        raise _error(shift, "it never happens")
    return rule


def _limit(shift: Shift, name: str, text: str) -> frozenset[int]:
    values = text.split(",")
    if name == "BYDAY" and set(values) <= set(_DAYS):
        return frozenset(_DAYS.index(value) for value in values)
    if name != "BYDAY" and all(re.fullmatch(r"-?[0-9]{1,2}", value) for value in values):
        return frozenset(int(value) for value in values)
    raise _error(shift, f"{name}={text} is not understood")


def _values(name: str, start: datetime) -> frozenset[int]:
    if name == "BYMONTH":
        return frozenset({start.month})
    if name == "BYDAY":
        return frozenset({start.weekday()})
    days = monthrange(start.year, start.month)[1]
    return frozenset({start.day, start.day - days - 1})


def _positive(shift: Shift, text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= 10_000:
        raise _error(shift, f"{text!r} is not a number from 1 to 10000")
    return int(text)


def _error(shift: Shift, what: str) -> RotaError:
    return RotaError(f"shift {shift.id!r}: rule {shift.rule!r}: {what}")
