"""When which example is played. Pure: time is an argument, chance is the checksum of a key, so a restart agrees.

The history lies in the fourteen days before the first start, at hours when people write. The stream goes on at human
pace from then on; each crisis comes in at its own moment and runs at its own, faster pace.
"""

import zlib
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from deploy.demo.examples import Example, roots
from deploy.demo.square.model import Author, Post

ZONE = ZoneInfo("Europe/Amsterdam")
DAYS = 14
PACE = 10.0
"""Seconds between two posts of the stream, on average; other paces stretch or shrink the whole story."""
CRISIS_STARTS: Mapping[str, float] = {"spoorlijn": 120.0, "waterveen": 540.0}
"""Seconds after the start, by team, at `PACE`."""
HOURS = (2, 1, 1, 1, 1, 2, 6, 14, 16, 12, 11, 11, 12, 11, 10, 10, 12, 15, 14, 13, 14, 13, 9, 4)
"""How many write in each hour of the day, relative to each other."""
_HOUR_ENDS = tuple(accumulate(HOURS))


@dataclass(frozen=True, slots=True)
class Cue:
    """Play `example` at `at` seconds into the story."""

    at: float
    example: Example


def chance(seed: str) -> float:
    """A number in [0, 1) that is always the same for the same seed."""
    return zlib.crc32(seed.encode()) / 2**32


def timeline(examples: Sequence[Example], pace: float = PACE) -> tuple[Cue, ...]:
    """The cues of stream and crisis, earliest first; `pace` in seconds per post of the stream."""
    stretch = pace / PACE
    stream = [example for example in examples if example.scene == "stream"]
    gaps = (pace * (0.8 + 0.4 * chance(example.key)) for example in stream)
    cues = [Cue(at, example) for at, example in zip(accumulate(gaps), stream, strict=True)]
    cues += [
        Cue(stretch * (CRISIS_STARTS[example.team] + 60 * (example.minutes or 0)), example)
        for example in examples
        if example.scene == "crisis"
    ]
    return tuple(sorted(cues, key=lambda cue: cue.at))


def position(cues: Sequence[Cue], played: Collection[str]) -> float:
    """How many seconds into the story it is, judged by what was played; 0 at the beginning."""
    return max((cue.at for cue in cues if cue.example.key in played), default=0.0)


def remaining(cues: Sequence[Cue], played: Collection[str]) -> tuple[Cue, ...]:
    """What is still to be played."""
    return tuple(cue for cue in cues if cue.example.key not in played)


def backfill(examples: Sequence[Example], now: datetime) -> tuple[Post, ...]:
    """The history as posts of the fourteen days before `now`, oldest first."""
    history = [example for example in examples if example.scene == "history"]
    root_of = roots(history)
    lasts: dict[str, float] = {}
    for example in history:
        if example.in_reply_to is not None:
            root = root_of[example.key]
            lasts[root] = max(lasts.get(root, 0.0), example.minutes or 0.0)
    begins = {
        example.key: _begin(example, now, timedelta(minutes=lasts.get(example.key, 0.0)))
        for example in history
        if example.in_reply_to is None
    }
    posts = [
        as_post(example, root_of[example.key], _moment(example, begins[root_of[example.key]])) for example in history
    ]
    return tuple(sorted(posts, key=lambda post: post.created_at))


def _moment(example: Example, begin: datetime) -> datetime:
    return begin if example.in_reply_to is None else begin + timedelta(minutes=example.minutes or 0.0)


def _begin(example: Example, now: datetime, lasts: timedelta) -> datetime:
    """When a thread of the history begins, early enough that its last post lies before `now`.

    The day comes from the author, so that what one person writes on one day stays together.
    """
    minute = int(example.minutes) if example.minutes is not None else _minute_of_day(chance(example.key))
    today = now.astimezone(ZONE).date()
    days = int(chance(f"day {example.author.id}") * DAYS)
    clock = time(minute // 60, minute % 60, int(60 * chance(f"second {example.key}")), tzinfo=ZONE)
    for back in range(days, days + 4):
        begin = datetime.combine(today - timedelta(days=back), clock)
        if begin + lasts < now:
            return begin
    raise ValueError(f"{example.key}: its thread lasts more than three days")


def _minute_of_day(share: float) -> int:
    """The minute before which `share` of a day's posts were written."""
    written = share * _HOUR_ENDS[-1]
    hour = bisect_right(_HOUR_ENDS, written)
    return hour * 60 + int(60 * (1 - (_HOUR_ENDS[hour] - written) / HOURS[hour]))


def as_post(example: Example, conversation: str, at: datetime) -> Post:
    """The example as a post of the square; its key is the post's id."""
    author = example.author
    return Post(
        source_id=example.key,
        kind=example.kind,
        monitor=example.monitor,
        conversation=conversation,
        in_reply_to=example.in_reply_to,
        author=Author(author.id, author.name, author.handle, author.followers),
        text=example.text,
        created_at=at,
        rating=example.rating,
        private=example.kind == "direct_message",
    )
