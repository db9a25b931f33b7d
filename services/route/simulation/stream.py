"""The mentions of a simulated time, in the order in which they are collected: a pure function of profile, team and seed.

They do not depend on what the team does with them, so that two rotas are compared on the same mentions.
"""

import math
import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from services.contracts.ids import mention_id
from services.contracts.mentions import (
    Author,
    Classification,
    ClassifiedMention,
    Language,
    MentionKind,
    Sentiment,
    Urgency,
    UrgencyLabel,
)
from services.contracts.teams import TeamConfig
from services.rota.wall_clock import localise
from services.route.simulation.profiles import Burst, Profile

SOURCE = "simulation"
_KINDS: Mapping[MentionKind, float] = {"post": 0.4, "comment": 0.2, "email": 0.2, "direct_message": 0.2}
_PUBLIC: Mapping[MentionKind, float] = {"post": 0.67, "comment": 0.33}
"""Where people say what needs nobody: whatever is sent to the team needs somebody."""
_TOPIC = 0.4
"""The share of questions that are about a topic that asks a skill, in a team that has any."""
_SCORES: Mapping[UrgencyLabel, float] = {"low": 0.1, "normal": 0.35, "high": 0.7, "critical": 0.95}
_BACK_AFTER_HOURS = (1.0, 40.0)
_DAY = timedelta(days=1)

K = TypeVar("K")


def mentions(config: TeamConfig, profile: Profile, start: date, days: int, seed: int) -> list[ClassifiedMention]:
    """All mentions from the first midnight of `start` up to `days` later, on the team's clock."""
    dice = random.Random(f"{seed}:{profile.name}")  # noqa: S311  # nothing secret
    zone = ZoneInfo(config.time_zone)
    end = localise(datetime.combine(start + days * _DAY, time()), zone)
    arrivals = [
        *_usual(profile, start, days, zone, dice),
        *(moment for burst in profile.bursts for moment in _burst(burst, start, zone, dice)),
    ]
    arrivals.sort(key=lambda one: one[0])
    firsts = [_mention(config, profile, at, urgency, dice, str(n)) for n, (at, urgency) in enumerate(arrivals)]
    back = [_again(one, dice) for one in firsts if _asks(one) and dice.random() < profile.follow_up]
    return sorted((one for one in [*firsts, *back] if one.collected_at < end), key=lambda x: (x.collected_at, x.id))


def _usual(
    profile: Profile, start: date, days: int, zone: ZoneInfo, dice: random.Random
) -> Iterator[tuple[datetime, UrgencyLabel | None]]:
    whole = sum(profile.hours)
    for day in (start + number * _DAY for number in range(days)):
        expected = profile.weekend_day if day.weekday() >= 5 else profile.working_day
        for hour, part in enumerate(profile.hours):
            begins = localise(datetime.combine(day, time(hour)), zone)
            for _ in range(_poisson(expected * part / whole, dice)):
                yield _within_hour(begins, dice), None


def _burst(
    burst: Burst, start: date, zone: ZoneInfo, dice: random.Random
) -> Iterator[tuple[datetime, UrgencyLabel | None]]:
    begins = localise(datetime.combine(start + burst.day * _DAY, time(burst.hour)), zone)
    for _ in range(burst.mentions):
        after = dice.expovariate(math.log(2) / burst.half_life)
        urgency = _drawn(burst.urgency, dice)
        yield begins + timedelta(seconds=int(after * 3600)), urgency


def _mention(
    config: TeamConfig, profile: Profile, at: datetime, urgency: UrgencyLabel | None, dice: random.Random, name: str
) -> ClassifiedMention:
    asks = urgency is not None or dice.random() < profile.asks
    label: UrgencyLabel = "normal"
    if asks:
        label = urgency if urgency is not None else _drawn(profile.urgency, dice)
    topics = sorted(config.skills_for_topics)
    topic = dice.choice(topics) if topics and asks and dice.random() < _TOPIC else None
    return ClassifiedMention(
        id=mention_id(config.team, SOURCE, name),
        source=SOURCE,
        source_id=name,
        kind=_drawn(_KINDS if asks else _PUBLIC, dice),
        team=config.team,
        conversation=name,
        author=Author(id=f"author-{name}", name=f"Author {name}"),
        text=f"Simulated mention {name}",
        created_at=at,
        collected_at=at,
        classification=Classification(
            language=Language(code=_language(config, profile, dice), confidence=1),
            sentiment=Sentiment(label="negative" if asks else "neutral", score=-0.4 if asks else 0, confidence=1),
            urgency=Urgency(label=label, score=_SCORES[label]),
            intent="question" if asks else "chatter",
            topics=(topic,) if topic else (),
            spam=0,
            needs_person=asks,
            model="simulation",
        ),
    )


def _again(first: ClassifiedMention, dice: random.Random) -> ClassifiedMention:
    """Its author writes again; as often as not it is thanks, which asks for nothing."""
    asks, later = dice.random() < 0.5, timedelta(hours=dice.uniform(*_BACK_AFTER_HOURS))
    name, at = f"{first.source_id}-again", (first.collected_at + later).replace(microsecond=0)
    read = first.classification.model_copy(
        update={
            "needs_person": asks,
            "intent": "question" if asks else "praise",
            "urgency": Urgency(label="normal", score=_SCORES["normal"]),
        }
    )
    changes = {"id": mention_id(first.team, SOURCE, name), "source_id": name, "created_at": at, "collected_at": at}
    return first.model_copy(update=changes | {"in_reply_to": first.source_id, "classification": read})


def _asks(mention: ClassifiedMention) -> bool:
    return mention.classification.needs_person


def _language(config: TeamConfig, profile: Profile, dice: random.Random) -> str:
    """The team's own, or another that somebody in the team speaks."""
    others = sorted({code for person in config.people for code in person.languages} - {config.language})
    return dice.choice(others) if others and dice.random() < profile.other_language else config.language


def _within_hour(begins: datetime, dice: random.Random) -> datetime:
    return begins + timedelta(seconds=dice.randrange(3600))


def _poisson(expected: float, dice: random.Random) -> int:
    """How often something happens that is expected so often (Knuth)."""
    limit, count, product = math.exp(-expected), 0, dice.random()
    while product > limit:
        count, product = count + 1, product * dice.random()
    return count


def _drawn(shares: Mapping[K, float], dice: random.Random) -> K:
    return dice.choices(list(shares), weights=list(shares.values()))[0]
