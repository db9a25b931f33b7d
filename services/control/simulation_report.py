"""A simulated month as lines for people, one rota or two side by side. Used by `webcare rota simulate`."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from services.route.simulation.outcome import Outcome, seconds

_LEFT = 38
_COLUMN = 18
_GAPS = 6
"""At most this many announced gaps are listed."""

Figure = Callable[[Outcome], str]


def lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The whole report; the columns are the rotas, in the order given."""
    first = outcomes[0]
    start, end = (moment.astimezone(first.zone) for moment in (first.start, first.end))
    yield f"{first.profile}: {start:%a %d %b} up to {end:%a %d %b %Y}, {first.mentions} mentions"
    yield ""
    yield _row("", [one.team for one in outcomes])
    for title, figure in _FIGURES:
        yield _row(title, [figure(one) for one in outcomes])
    yield ""
    for one in outcomes:
        yield f"Work of the time on duty, {one.team}"
        yield from _people(one)
        yield from _gaps(one)


def _people(outcome: Outcome) -> Iterator[str]:
    for person, load in outcome.load.items():
        over = outcome.counted.over.get(person, timedelta())
        late = f"  {over / timedelta(hours=1):.1f} h over" if over else ""
        yield f"  {person[:16]:<16} {100 * load:>5.1f} %{late}"


def _gaps(outcome: Outcome) -> Iterator[str]:
    found = outcome.counted.gaps
    if not found:
        return
    yield f"Gaps that were said before they happened, {outcome.team}"
    for one in found[:_GAPS]:
        gap, told, start = one.gap, one.at.astimezone(outcome.zone), one.gap.start.astimezone(outcome.zone)
        yield f"  on {told:%a %d %b %H:%M}: {gap.need}, {gap.on} of {gap.wanted} from {start:%a %d %b %H:%M}"
    if len(found) > _GAPS:
        yield f"  … and {len(found) - _GAPS} more"


def _row(title: str, figures: Sequence[str]) -> str:
    return f"{title:<{_LEFT}}" + "".join(f"{one:>{_COLUMN}}" for one in figures)


def _waits(share: float) -> Figure:
    return lambda one: _duration(seconds((answer.wait for answer in one.counted.answers), share))


def _duration(whole: int) -> str:
    hours, rest = divmod(whole, 3600)
    return f"{hours} h {rest // 60:02} min" if hours else f"{rest // 60} min {rest % 60:02} s"


_FIGURES: tuple[tuple[str, Figure], ...] = (
    ("answers", lambda one: f"{len(one.counted.answers)}"),
    ("answered in target", lambda one: f"{100 * one.answered_in_target:.1f} %"),
    ("customers waited, half of them under", _waits(0.5)),
    ("nine in ten under", _waits(0.9)),
    ("broken promises", lambda one: f"{one.counted.breaches}"),
    ("waiting at the end", lambda one: f"{one.waiting}"),
    ("assigned outside a shift", lambda one: f"{len(one.outside_shift)}"),
    ("hours over", lambda one: f"{sum(one.counted.over.values(), timedelta()) / timedelta(hours=1):.1f}"),
    ("decisions a second", lambda one: f"{one.inputs / one.deciding:,.0f}" if one.deciding else "–"),
)
