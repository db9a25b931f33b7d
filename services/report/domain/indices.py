"""The names and templates of the indices, and which generation of them is read and written.

Every index belongs to a generation (`mentions-2026.11-g1`, `cases-g1`, `messages-g1`); an alias of each family shows one. A
rebuild fills the next generation while the sink goes on (see `rebuild.py`). The record of both is one small document.

No index is ever made by a write: each template says `allow_auto_create: false`, so that a late write to a generation that
has gone fails loudly. Which generation gets its alias when an index is made is decided by the cluster, in the template
`...-current`, not by a process whose knowledge may be a moment old.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from services.report.domain.mappings import ANALYSIS, CASE, MENTION, MESSAGE, META, Json

Family = Literal["mentions", "cases", "messages"]
FAMILIES: tuple[Family, ...] = ("mentions", "cases", "messages")
WHOLE: tuple[Family, ...] = ("cases", "messages")
"""Families of one index; mentions have one for each month."""
MAPPINGS: dict[Family, Json] = {"mentions": MENTION, "cases": CASE, "messages": MESSAGE}
META_ID = "generations"
REFRESH = "1s"
"""What was written is found this much later, at most."""

FIRST_MONTH = datetime(2016, 1, 1, tzinfo=UTC)
"""What was written earlier shares one index. A fixed date, ten years before the first release, and not ten years before
now: a mention that is read again next month must not move to another index, where it would be found twice."""
OLD = "old"


def month_of(created_at: datetime) -> str:
    """The part of the family `mentions` that a moment belongs to: `2026.11` (in UTC), or `old`."""
    moment = created_at.astimezone(UTC)
    return OLD if moment < FIRST_MONTH else f"{moment:%Y.%m}"


@dataclass(frozen=True)
class Generations:
    """`current` is read and written; `building` is written by a rebuild and the sink; `retiring` still written too."""

    current: int = 1
    building: int | None = None
    retiring: int | None = None

    @property
    def written(self) -> tuple[int, ...]:
        """The generations that the sink writes each document to."""
        return tuple(sorted({g for g in (self.current, self.building, self.retiring) if g is not None}))

    def begin(self) -> "Generations":
        """A rebuild starts, on a number that was never used; one that was given up is left behind."""
        return Generations(self.current, max(self.written) + 1)

    def switch(self) -> "Generations":
        """The generation that was built is complete; the old one is written until nobody reads it."""
        if self.building is None:
            raise ValueError("no generation is being built")
        return Generations(self.building, retiring=self.current)

    def finish(self) -> "Generations":
        """Nobody reads the old generation any more."""
        return Generations(self.current)


class Names:
    """Every name in Elasticsearch, under one prefix."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.meta = f"{prefix}webcare-meta"
        month = rf"\d{{4}}\.\d\d|{OLD}"
        self._shape = re.compile(rf"^{re.escape(prefix)}(?:(mentions)-(?:{month})|(cases|messages))-g(\d+)$")

    def alias(self, family: Family) -> str:
        """What readers use."""
        return f"{self.prefix}{family}"

    def index(self, family: Family, part: str, generation: int) -> str:
        """One concrete index; `part` is the month of a mention and empty for the other families."""
        return f"{self.alias(family)}{f'-{part}' if part else ''}-g{generation}"

    def pattern(self, family: Family, generation: int | None = None) -> str:
        """All concrete indices of a family, of one generation or of all."""
        middle = "-*-g" if family == "mentions" else "-g"
        return f"{self.alias(family)}{middle}{'*' if generation is None else generation}"

    def parse(self, index: str) -> tuple[Family, int] | None:
        """The family and generation of a concrete index; `None` when it is not one of ours."""
        found = self._shape.match(index)
        if not found:
            return None
        family: Family = found.group(1) or found.group(2)  # type: ignore[assignment]  # the pattern has no other names
        return family, int(found.group(3))

    def template(self, name: str) -> str:
        """A template's own name."""
        return f"{self.prefix}webcare-{name}"


def component_templates(names: Names, shards: int, replicas: int) -> dict[str, Json]:
    """The building blocks by name: what all indices share, and each family's mapping with the analyzers that it names."""
    settings = {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "refresh_interval": REFRESH,
    }
    blocks: dict[str, Json] = {names.template("settings"): {"template": {"settings": {"index": settings}}}}
    for family, mapping in MAPPINGS.items():
        blocks[names.template(f"{family}-fields")] = {
            "template": {"settings": {"index": {"analysis": ANALYSIS}}, "mappings": mapping}
        }
    return blocks


def base_templates(names: Names) -> dict[str, Json]:
    """The index templates by name: how an index of any generation is made, without an alias, and never by itself."""
    return {
        names.template(family): {
            "index_patterns": [names.pattern(family)],
            "composed_of": [names.template("settings"), names.template(f"{family}-fields")],
            "priority": 400,
            "allow_auto_create": False,
        }
        for family in FAMILIES
    }


def current_templates(names: Names, generation: int) -> dict[str, Json]:
    """The same for the generation that is read: its new indices appear under the alias at once."""
    return {
        f"{name}-current": {
            **base,
            "index_patterns": [names.pattern(family, generation)],
            "priority": 500,
            "template": {"aliases": {names.alias(family): {}}},
        }
        for family, (name, base) in zip(FAMILIES, base_templates(names).items(), strict=True)
    }


def meta_template(names: Names) -> Json:
    """The index that holds the record of generations."""
    return {
        "index_patterns": [names.meta],
        "priority": 400,
        "allow_auto_create": False,
        "template": {"mappings": META, "settings": {"index": {"number_of_shards": 1, "number_of_replicas": 0}}},
    }


def alias_actions(names: Names, existing: list[str], generation: int) -> list[Json]:
    """One atomic change after which the aliases show `generation` and nothing else."""
    actions: list[Json] = []
    for index in sorted(existing):
        if parsed := names.parse(index):
            family, its_generation = parsed
            target: Json = {"index": index, "alias": names.alias(family)}
            if its_generation == generation:
                actions.append({"add": target})
            else:
                actions.append({"remove": {**target, "must_exist": False}})
    return actions
