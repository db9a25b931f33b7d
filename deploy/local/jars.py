"""Java libraries from Maven Central into the cache, each fetched once.

`jgo` works out which jars a coordinate needs; they are fetched here, several at a time, checked against the
checksums that the repository publishes, and named only once they are complete, so that a broken-off start leaves
nothing half. What a coordinate resolved to is remembered beside them: a warm start asks nobody.
"""

import hashlib
import json
import re
import tempfile
import urllib.request
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

from deploy.local.engine import EngineError, Report

_AT_ONCE = 6
_ATTEMPTS = 3
_TIMEOUT_SECONDS = 60


def jars(cache: Path, coordinates: Sequence[str], report: Report) -> list[list[Path]]:
    """The jars of each of the coordinates, in a stable order; fetches what the cache does not have.

    Raises EngineError when the repository cannot be reached or answers with something else.
    """
    try:
        resolved = _resolve(cache, coordinates, report)
        _fetch(cache, sorted({path for paths in resolved for path in paths}), report)
    except (OSError, HTTPException, RuntimeError) as problem:
        raise EngineError(f"cannot fetch the engines' libraries from {_repository()}: {problem}") from problem
    return [[cache / "jars" / path for path in paths] for paths in resolved]


def _repository() -> str:
    """The address of Maven Central, as jgo has it."""
    from jgo.constants import MAVEN_CENTRAL_URL  # here for the same reason as in `_ask`

    return str(MAVEN_CENTRAL_URL)


def _resolve(cache: Path, coordinates: Sequence[str], report: Report) -> list[list[str]]:
    """For each of the coordinates the places of its jars in a Maven repository."""
    files = [cache / "resolved" / _file_name(coordinate) for coordinate in coordinates]
    unknown = [(coordinate, file) for coordinate, file in zip(coordinates, files, strict=True) if not file.exists()]
    if unknown:
        report(f"working out which libraries the engines need ({len(unknown)} programs, about 20 s)")
        # jgo leaves half a description behind when it is broken off, so each resolution starts from nothing.
        with tempfile.TemporaryDirectory(prefix="poms-", dir=_made(cache)) as poms, ThreadPoolExecutor() as pool:
            answers = pool.map(lambda one: _ask(one[0], Path(poms) / one[1].stem), unknown)
            for (_, file), paths in zip(unknown, answers, strict=True):
                _write(file, json.dumps(paths, indent=1).encode())
    return [json.loads(file.read_bytes()) for file in files]


def _file_name(coordinate: str) -> str:
    return re.sub(r"[^\w.+-]", "_", coordinate) + ".json"


def _ask(coordinate: str, poms: Path) -> list[str]:
    import jgo  # here: an extra that only a first start needs, and half a second to import
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=poms, remote_repos={"central": _repository()})
    asked = [context.create_dependency(part) for part in jgo.parse.Endpoint.parse(coordinate).coordinates]
    named, needed = context.resolver.resolve(asked)
    artifacts = [one.artifact for one in [*named, *(one for one in needed if one.scope in {"compile", "runtime"})]]
    return sorted({f"{one.component.path_prefix.as_posix()}/{one.filename}" for one in artifacts})


def _fetch(cache: Path, paths: Iterable[str], report: Report) -> None:
    missing = [path for path in paths if not (cache / "jars" / path).exists()]
    if not missing:
        return
    report(f"fetching {len(missing)} libraries, about {len(missing)} MB, into {cache}")
    progress = _Progress(len(missing), report)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for size in pool.map(lambda path: _fetch_one(path, cache / "jars" / path), missing):
            progress.add(size)


def _fetch_one(path: str, target: Path) -> int:
    """Fetch one jar and give its size in bytes."""
    url = f"{_repository()}/{path}"
    content = _get(url)
    published = _get(f"{url}.sha1").decode("ascii").split()[0]
    # SHA-1 is what every artifact on Maven Central has; it tells a broken transfer, TLS tells who sent it.
    if hashlib.sha1(content, usedforsecurity=False).hexdigest() != published:
        raise RuntimeError(f"{url} does not match its checksum")
    _write(target, content)
    return len(content)


def _get(url: str) -> bytes:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310  always Maven Central, https
                content: bytes = answer.read()
                return content
        except (OSError, HTTPException):
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


def _write(target: Path, content: bytes) -> None:
    """Write so that the file is complete whenever it exists."""
    with tempfile.NamedTemporaryFile(dir=_made(target.parent), prefix=".part-", delete=False) as part:
        part.write(content)
    Path(part.name).chmod(0o644)
    Path(part.name).replace(target)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class _Progress:
    """Reports each tenth of the files."""

    def __init__(self, files: int, report: Report) -> None:
        self._files, self._report = files, report
        self._done, self._bytes, self._said = 0, 0, 0

    def add(self, size: int) -> None:
        self._done += 1
        self._bytes += size
        tenth = self._done * 10 // self._files
        if tenth > self._said:
            self._said = tenth
            self._report(f"fetched {self._done} of {self._files} libraries ({self._bytes / 1e6:.0f} MB)")
