"""Where a team's own weights are kept: `<data>/readers/<team>/<version>.npz`, and in `current` which of them holds.

The pointer is replaced as a whole, so that a reader sees the one or the other. It remembers what held before, so that one
command goes back.
"""

import json
import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from services.classify.domain.delta import BLOCKS, HeadDelta, TeamDelta
from services.classify.domain.reader import LANGUAGES, Reader, TeamJudges
from services.classify.domain.weights import DAMAGED, WeightsError, fingerprint

log = logging.getLogger(__name__)

POINTER = "current"
LOOK_EVERY = timedelta(seconds=30)
_VERSION = re.compile(r"team-\d{4,}")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which version holds (none: the trained weights alone), and which held before, the latest last."""

    current: str = ""
    before: tuple[str, ...] = ()


class TeamFolder:
    """The versions of one team."""

    def __init__(self, data: Path, team: str) -> None:
        self.path = data / "readers" / team

    def pointer(self) -> Pointer:
        """Which version holds.

        Raises:
            WeightsError: the pointer is damaged.
        """
        path = self.path / POINTER
        if not path.exists():
            return Pointer()
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return Pointer(str(found["current"]), tuple(map(str, found["before"])))
        except (*DAMAGED, AttributeError) as error:
            raise WeightsError(f"{path} is damaged: remove it to read by the trained weights alone") from error

    def next_version(self) -> str:
        """The name of a version that is not there yet."""
        known = [int(one.stem.split("-")[1]) for one in self.path.glob("team-*.npz") if _VERSION.fullmatch(one.stem)]
        return f"team-{max(known, default=0) + 1:04d}"

    def write(self, delta: TeamDelta) -> Path:
        """Keep a version; it does not hold yet."""
        self.path.mkdir(parents=True, exist_ok=True)
        about = {
            "version": delta.version,
            "base": delta.base,
            "heads": {code: [one.head for one in heads] for code, heads in delta.heads.items()},
        }
        arrays: dict[str, Any] = {"about": np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8)}
        for code, heads in delta.heads.items():
            for one in heads:
                for block in BLOCKS:
                    arrays[f"{code}.{one.head}.{block}.keys"] = one.keys[block].astype(np.uint32)
                    arrays[f"{code}.{one.head}.{block}.added"] = one.added[block].astype(np.float16)
        path = self.path / f"{delta.version}.npz"
        with path.with_suffix(".part").open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)
        path.with_suffix(".part").replace(path)
        return path

    def read(self, version: str) -> TeamDelta:
        """One version.

        Raises:
            WeightsError: it is missing or damaged.
        """
        path = self.path / f"{version}.npz"
        try:
            with np.load(path, allow_pickle=False) as archive:
                arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
            about = json.loads(arrays["about"].tobytes())
            heads = {
                code: [_head(arrays, code, name) for name in names] for code, names in sorted(about["heads"].items())
            }
            return TeamDelta(about["version"], about["base"], heads)
        except DAMAGED as error:
            raise WeightsError(f"{path} is missing or damaged") from error

    def switch(self, version: str) -> None:
        """Let a version hold from now on."""
        now = self.pointer()
        self._point(Pointer(version, (*now.before, now.current)))

    def back(self) -> Pointer | None:
        """Let what held before hold again; nothing when nothing did."""
        now = self.pointer()
        if not now.before:
            return None
        there = Pointer(now.before[-1], now.before[:-1])
        self._point(there)
        return there

    def _point(self, pointer: Pointer) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        part = self.path / f"{POINTER}.{os.getpid()}.part"
        part.write_text(json.dumps({"current": pointer.current, "before": pointer.before}) + "\n", encoding="utf-8")
        part.replace(self.path / POINTER)


def _head(arrays: Mapping[str, Any], code: str, name: str) -> HeadDelta:
    return HeadDelta(
        name,
        {block: arrays[f"{code}.{name}.{block}.keys"] for block in BLOCKS},
        {block: arrays[f"{code}.{name}.{block}.added"].astype(np.float32) for block in BLOCKS},
    )


def team_judges(reader: Reader, delta: TeamDelta) -> TeamJudges:
    """The judges of a team.

    Raises:
        WeightsError: it was learnt on top of other trained weights than these.
    """
    if delta.base != fingerprint(LANGUAGES):
        raise WeightsError(f"{delta.version} was learnt on top of other trained weights: run `webcare learn` again")
    return TeamJudges(delta.version, reader.judges_with(delta.heads))


def pointers(data: Path) -> dict[str, str]:
    """The teams that have a version that holds, as far as their pointers can be read."""
    found = {}
    for path in sorted((data / "readers").glob(f"*/{POINTER}")):
        try:
            current = TeamFolder(data, path.parent.name).pointer().current
        except WeightsError:
            continue
        if current:
            found[path.parent.name] = current
    return found


class TeamReaders:
    """The reader with what every team has taught it; looks at most every half minute whether a team has switched."""

    def __init__(self, reader: Reader, data: Path) -> None:
        self._shipped, self._data = reader, data
        self._known: dict[str, str] = {}
        self._next: datetime | None = None
        self._reader = reader

    def at(self, now: datetime) -> Reader:
        """The reader of a moment."""
        if self._next is None or now >= self._next:
            self._next = now + LOOK_EVERY
            there = pointers(self._data)
            if there != self._known:
                self._known, self._reader = there, with_teams(self._shipped, self._data, there)
        return self._reader


def with_teams(reader: Reader, data: Path, versions: Mapping[str, str]) -> Reader:
    """A reader with these versions of teams. A version that cannot be used is passed over and said in the log."""
    found = {}
    for team, version in versions.items():
        try:
            found[team] = team_judges(reader, TeamFolder(data, team).read(version))
        except WeightsError as error:
            log.warning("read by the trained weights alone: %s", error, extra={"team": team})
    return reader.for_teams(found)
