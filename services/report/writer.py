"""Writes documents to generations of indices, in bulk, by external version. The sink and the rebuild share it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from services.report.domain.documents import Document
from services.report.elastic import Elastic, ElasticUnavailableError
from services.report.generations import MISSING, GenerationStore
from services.runtime.metrics import DOCUMENTS

CHUNK_BYTES = 5_000_000
"""One bulk request carries about this much."""
FILTER = "items.*.status,items.*.error.type,items.*.error.reason"
_FIELD = re.compile(r"field \[([\w.]{1,100})\]")


class IndexGoneError(RuntimeError):
    """An index that was there is not there any more: its generation was dropped, or its month."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Elasticsearch refuses a document for its content, whoever sends it again. `reason` repeats no content."""

    document: Document
    reason: str


class Writer:
    """Knows which indices exist, and makes those that do not."""

    def __init__(self, elastic: Elastic, store: GenerationStore) -> None:
        self._elastic = elastic
        self._store = store
        self._known: set[str] = set()

    def write(self, documents: Sequence[Document], generations: Sequence[int]) -> tuple[list[Refusal], bool]:
        """Write each document to each generation; of several versions of one id only the newest.

        The newest generation has it all before an older one gets any of it: what readers see of the older one is never
        missing in the newer when it takes over.

        Returns:
            What was refused for its content, and whether an index had to be made.

        Raises:
            IndexGoneError: an index has disappeared; ask again which generations are written.
            ElasticUnavailableError: not everything was taken; write the same again.
        """
        newest, names, made = latest(documents), self._store.names, False
        bodies = {id(one): orjson.dumps(one.body) for one in newest}
        refused: list[Refusal] = []
        for generation in sorted(generations, reverse=True):
            targets = [(names.index(one.family, one.part, generation), one) for one in newest]
            made = self._ensure({index for index, _ in targets}) or made
            for chunk, body in chunks(targets, bodies):
                answer = self._elastic.request("POST", "/_bulk", body, {"filter_path": FILTER})
                refused += self._judge(chunk, answer.get("items", ()))
        return refused, made

    def forget(self) -> None:
        """Believe nothing about which indices exist."""
        self._known.clear()

    def _ensure(self, indices: set[str]) -> bool:
        missing = sorted(indices - self._known)
        if missing and not self._known:
            self._known.update(self._store.aliases())
            missing = sorted(indices - self._known)
        for index in missing:
            self._store.create(index)
            self._known.add(index)
        return bool(missing)

    def _judge(self, chunk: Sequence[tuple[str, Document]], items: Iterable[Any]) -> list[Refusal]:
        refused: list[Refusal] = []
        for (index, document), item in zip(chunk, items, strict=True):
            status, error = int(item["index"]["status"]), item["index"].get("error", {})
            outcome = outcome_of(status, str(error.get("type")))
            if outcome == "gone":
                raise IndexGoneError(index)
            if outcome == "later":
                raise ElasticUnavailableError(f"bulk item: {status} {error.get('type')}")
            if outcome == "refused":
                refused.append(Refusal(document, reason_of(error)))
            DOCUMENTS.labels(document.family, outcome).inc()
        return refused


def latest(documents: Sequence[Document]) -> list[Document]:
    """Of several versions of one document the newest; otherwise in the order given."""
    newest: dict[tuple[str, str], Document] = {}
    for one in documents:
        key = (one.family, one.id)
        if key not in newest or newest[key].version < one.version:
            newest[key] = one
    return list(newest.values())


def outcome_of(status: int, kind: str) -> str:
    """What an item's answer means: `written`, `older` (a newer version is there), `gone`, `refused` or `later`."""
    if status < 300:
        return "written"
    if status == 409:
        return "older"
    if status == 404 and kind == MISSING:
        return "gone"
    return "refused" if status == 400 else "later"


def reason_of(error: Any) -> str:
    """Elasticsearch's error type and the field it names, never the value, which may be personal."""
    field = _FIELD.search(str(error.get("reason", "")))
    return f"{error.get('type')}{f' in field {field.group(1)}' if field else ''}"


def chunks(
    targets: Sequence[tuple[str, Document]], bodies: Mapping[int, bytes]
) -> Iterator[tuple[list[tuple[str, Document]], bytes]]:
    """Bulk bodies of about `CHUNK_BYTES`, each with the writes it holds; `bodies` are the documents by identity."""
    held: list[tuple[str, Document]] = []
    lines: list[bytes] = []
    size = 0
    for index, one in targets:
        action = {"index": {"_index": index, "_id": one.id, "version": one.version, "version_type": "external"}}
        body = bodies[id(one)]
        lines += (orjson.dumps(action), body)
        held.append((index, one))
        size += len(body) + 150
        if size > CHUNK_BYTES:
            yield held, b"\n".join(lines) + b"\n"
            held, lines, size = [], [], 0
    if held:
        yield held, b"\n".join(lines) + b"\n"
