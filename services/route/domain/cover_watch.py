"""Gaps in the cover of the coming 8 weeks, said before they happen: found and closed, as the rota and time change them.

They are told outside the desk as well, as signals. How well the rota covers and shares what is ahead is noted with it
(`cover_figures.py`), for the metrics.

The look ahead costs something, so it is done at most once per hour, and after a change of the agreements. When it was done
last is not part of the state: after a restart it is done again, and finds the same.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

from services.contracts.events import CoverGapClosed, CoverGapFound, Event
from services.contracts.ids import gap_id, signal_id
from services.contracts.rota_events import CoverGap
from services.contracts.signals import CoverGapSignal
from services.rota.coverage import Coverage, Gap, NeedCovered, coverage, distinct_gaps
from services.rota.rota import LOOK_AHEAD
from services.route.domain.agreement import Agreement
from services.route.domain.cover_figures import cover_figures
from services.route.domain.drafts import ROUTER, Draft
from services.route.domain.state import TeamState

EVERY = timedelta(hours=1)
AT_A_TIME = 200
"""At most this many gaps are found, and this many closed, in one tick; the rest at the next."""
_DAY = timedelta(days=1)


def watch(state: TeamState, now: datetime) -> Iterator[Draft]:
    """What has changed in the gaps ahead since they were last looked at."""
    agreed = state.agreement
    if agreed is None or not _is_due(state, agreed, now):
        return
    until = horizon(now)
    found = coverage(agreed.config, agreed.rota, agreed.hours, now, until)
    state.notes.cover = cover_figures(agreed, found)
    gaps = list(_gaps(found, now))
    same = _matched(state.gaps.values(), gaps, now, until)
    gone = [gap for id_, gap in state.gaps.items() if id_ not in same]
    new = [gap for gap in gaps if gap.id not in set(same.values())]
    for gap in islice(gone, AT_A_TIME):
        yield Draft(CoverGapClosed, {"gap": gap, "reason": "past" if gap.end <= now else "covered"}, actor=ROUTER)
    for gap in islice(new, AT_A_TIME):
        yield Draft(CoverGapFound, {"gap": gap}, actor=ROUTER)
    if max(len(gone), len(new)) <= AT_A_TIME:
        state.notes.watched = agreed.revision, now


def horizon(now: datetime) -> datetime:
    """Until when is looked ahead: whole days, so that a gap without an end is another only once a day."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + LOOK_AHEAD + _DAY


def cover_signals(events: Iterable[Event]) -> Iterator[CoverGapSignal]:
    """What is told outside the desk of the gaps that some events find or close: a signal for each.

    Its id follows from the event's, so that doing it again gives the same, and a gap that comes back is another signal.
    """
    for event in events:
        if not isinstance(event, CoverGapFound | CoverGapClosed):
            continue
        gap, reason = event.gap, event.reason if isinstance(event, CoverGapClosed) else None
        yield CoverGapSignal(
            id=signal_id("cover", event.id),
            team=event.team,
            kind="closed" if reason else "found",
            gap=gap.id,
            need=gap.need,
            skill=gap.skill,
            language=gap.language,
            channel=gap.channel,
            start=gap.start,
            end=gap.end,
            wanted=gap.wanted,
            short=gap.wanted - gap.on,
            first_seen_at=gap.found_at or event.at,
            reason=reason,
            at=event.at,
        )


def _gaps(found: Coverage, now: datetime) -> Iterator[CoverGap]:
    """The gaps in required needs that are each worth a word."""
    for need, gap in distinct_gaps(found):
        yield _cover_gap(found.team, need, gap, now)


def _is_due(state: TeamState, agreed: Agreement, now: datetime) -> bool:
    watched = state.notes.watched
    return watched is None or watched[0] != agreed.revision or now >= watched[1] + EVERY


def _matched(known: Iterable[CoverGap], gaps: list[CoverGap], now: datetime, until: datetime) -> dict[str, str]:
    """The gaps that are known already, by their id then and their id now: one that runs, or reaches the horizon, is cut."""
    places: dict[tuple[object, ...], list[CoverGap]] = {}
    for gap in gaps:
        places.setdefault(_kind(gap), []).append(gap)
    same: dict[str, str] = {}
    for old in known:
        for gap in places.get(_kind(old), ()):
            starts = gap.start == old.start or (gap.start == now and old.start <= now < old.end)
            ends = gap.end == old.end or (gap.end == until and gap.start < old.end <= until)
            if starts and ends:
                same[old.id] = gap.id
    return same


def _kind(gap: CoverGap) -> tuple[object, ...]:
    return gap.need, gap.wanted, gap.on


def _cover_gap(team: str, need: NeedCovered, gap: Gap, now: datetime) -> CoverGap:
    bounds = (gap.start.isoformat(), gap.end.isoformat(), str(gap.wanted), str(gap.on))
    return CoverGap(
        id=gap_id(team, need.name, *bounds),
        need=need.name,
        skill=need.skill,
        language=need.language,
        channel=need.channel,
        start=gap.start,
        end=gap.end,
        wanted=gap.wanted,
        on=gap.on,
        found_at=now,
    )
