"""The second reader: reads again, slowly and better, what the first was unsure of. Used by `webcare classify --deep` and by
the worker `reread`; the flow never waits for it. Needs the extra `webcare[deep]`.

A team that has taught the first reader is read by what it taught: the second weighs what the team's own weights say, and
leaves alone each label that they alone made, since people's corrections are behind it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from services.classify.domain.fusion import Elsewhere, FusedHead, Fusion, Hidden, blended, fused
from services.classify.domain.look import Text
from services.classify.domain.reader import Reader, build_reader
from services.classify.domain.urgency import ROOM
from services.classify.domain.weights import DAMAGED, FOLDER, WeightsError, shortened
from services.classify.embedding import Embeds, SecondReaderMissingError, load_embedding
from services.classify.readers import TeamReaders
from services.contracts.mentions import Classification, Reason
from services.contracts.needs import of_text, with_verdict
from services.runtime.clock import Clock, system_clock

__all__ = ["SecondReader", "SecondReaderMissingError", "build_second_reader"]

FILE = "deep.npz"
ELSEWHERE = "elsewhere"
CODE = "second-reader"
"""The code of a reason: the second reader said so, from the whole of the text."""
HEADS = ("sentiment", "urgency")
_NONE: frozenset[str] = frozenset()
_PARTS = ("coefficients", "bias", "mix", "mix_bias", "lean")
_LAYER = ("hidden", "hidden_bias")


class SecondReader:
    """Both readers together. Texts of languages without a model stay as the first reader left them."""

    def __init__(
        self, reader: Reader, embed: Embeds, fusion: Fusion, reading: Callable[[], Reader] | None = None
    ) -> None:
        """`reader` has the trained weights; `reading`, where there is one, gives the reader of now with the teams' own."""
        self._reader, self._embed, self._fusion = reader, embed, fusion
        self._reading = reading or (lambda: reader)

    def reread(self, texts: Sequence[Text], first: Sequence[Classification]) -> list[Classification]:
        """The classifications after a second reading, in order.

        Args:
            texts: what was read.
            first: what the first reader made of them; a copy of it is changed where the second knows better.
        """
        found = list(first)
        places = [
            at for at, one in enumerate(first) if one.language.code in self._fusion.means and texts[at].text.strip()
        ]
        if not places:
            return found
        vectors = self._embed([_whole(texts[at]) for at in places])
        centred = vectors - np.vstack([self._fusion.means[first[at].language.code] for at in places])
        reading = self._reading()
        chances = reading.chances([texts[at] for at in places])
        heads = {
            name: fused(head, np.array([one[name] for one in chances], np.float32), centred)
            for name, head in self._fusion.heads.items()
        }
        if self._fusion.elsewhere is not None:
            firsts = np.array([one["sentiment"] for one in chances], np.float32)
            codes = [first[at].language.code for at in places]
            moods = blended(heads["sentiment"][0], self._fusion.elsewhere, firsts, vectors, codes)
            heads["sentiment"] = moods, [self._labels("sentiment")[at] for at in moods.argmax(axis=1)]
        taught = self._taught(reading, texts, first, places)
        for row, at in enumerate(places):
            said = {name: (labels[row], probabilities[row]) for name, (probabilities, labels) in heads.items()}
            said["urgency"] = unsilenced(first[at].urgency.label, said["urgency"][0]), said["urgency"][1]
            found[at] = self._changed(texts[at], first[at], said, taught.get(at, _NONE))
        return found

    def _taught(
        self, reading: Reader, texts: Sequence[Text], first: Sequence[Classification], places: Sequence[int]
    ) -> dict[int, frozenset[str]]:
        """Which labels a team's own weights made: the trained weights alone would have read them otherwise."""
        own = [at for at in places if reading is not self._reader and reading.has_own(texts[at].team)]
        trained = self._reader.classify_batch([texts[at] for at in own]) if own else []
        return {
            at: frozenset(name for name in HEADS if getattr(one, name).label != getattr(first[at], name).label)
            for at, one in zip(own, trained, strict=True)
        }

    def _changed(
        self, text: Text, first: Classification, said: Mapping[str, tuple[str, Any]], taught: frozenset[str]
    ) -> Classification:
        """The first reading with the second's labels; a rating that came with a text still decides its sentiment, and what
        a team has taught is left alone."""
        (sentiment, moods), (urgency, levels) = said["sentiment"], said["urgency"]
        changes: dict[str, Any] = {"model": f"{first.model}+{self._fusion.version}"}
        reasons = list(first.reasons)
        if text.rating is None and "sentiment" not in taught:
            score = round(float(moods[2] - moods[0]), 4)
            confidence = round(float(moods[self._labels("sentiment").index(sentiment)]), 3)
            changes["sentiment"] = first.sentiment.model_copy(
                update={"label": sentiment, "score": score, "confidence": confidence}
            )
            if sentiment != first.sentiment.label:
                reasons.append(Reason(label="sentiment", value=sentiment, code=CODE))
        if "urgency" not in taught:
            share = float(levels[self._labels("urgency").index(urgency)])
            changes["urgency"] = first.urgency.model_copy(update={"confidence": round(share, 3)})
            if urgency != first.urgency.label:
                bottom, top = ROOM[urgency]  # type: ignore[index]  # the labels of the head are those of the contract
                score = round(bottom + (top - bottom) * share, 3)
                changes["urgency"] = changes["urgency"].model_copy(update={"label": urgency, "score": score})
                reasons.append(Reason(label="urgency", value=urgency, code=CODE))
                needed = of_text(first.intent, urgency, first.spam)  # type: ignore[arg-type]  # as above
                changes["needs_person"] = needed.needs
                reasons = [*with_verdict(tuple(reasons), needed)]
        return first.model_copy(update={**changes, "reasons": tuple(reasons)})

    def _labels(self, head: str) -> tuple[str, ...]:
        return self._fusion.heads[head].labels


def unsilenced(first: str, second: str) -> str:
    """How urgent a text is by the second reader: what the first took for critical somebody sees within the hour at least."""
    return "high" if first == "critical" and second in ("low", "normal") else second


def build_second_reader(
    reader: Reader | None = None, data: Path | None = None, clock: Clock = system_clock
) -> SecondReader:
    """Load the embedding and what was learnt with it (some seconds).

    Args:
        reader: the first reader; without one it is built.
        data: where the teams' own weights are kept; without it no team is read by its own.
        clock: says when to look whether a team has switched.

    Raises:
        SecondReaderMissingError: the extra is not installed.
        WeightsError: what was learnt is missing or damaged.
    """
    embed = load_embedding()
    first = reader or build_reader()
    teams = TeamReaders(first, data) if data else None
    return SecondReader(first, embed, load_fusion(), partial(_now, teams, clock) if teams else None)


def _now(teams: TeamReaders, clock: Clock) -> Reader:
    return teams.at(clock())


def load_fusion(folder: Path = FOLDER) -> Fusion:
    """What was learnt with the embedding.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    try:
        with np.load(folder / FILE, allow_pickle=False) as archive:
            arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
        about = json.loads(arrays["about"].tobytes())
        heads = {name: _head(name, labels, arrays) for name, labels in about["heads"].items()}
        means = _means("mean", about["languages"], arrays)
        elsewhere = _elsewhere(about, arrays) if ELSEWHERE in about else None
    except DAMAGED as error:
        raise WeightsError(f"{FILE}: not the weights of the second reader ({type(error).__name__})") from error
    return Fusion(about["version"], heads, means, elsewhere)


def _head(name: str, labels: Sequence[str], arrays: Mapping[str, Any]) -> FusedHead:
    parts = {part: arrays[f"{name}.{part}"].astype(np.float32) for part in _PARTS}
    layer = [arrays[f"{name}.{part}"].astype(np.float32) for part in _LAYER if f"{name}.{part}" in arrays]
    floor = float(arrays.get(f"{name}.floor", 1.0))
    adds = arrays[f"{name}.adds"].astype(np.float32) if f"{name}.adds" in arrays else None
    return FusedHead(name, tuple(labels), **parts, floor=floor, hidden=Hidden(*layer) if layer else None, adds=adds)


def _means(name: str, codes: Sequence[str], arrays: Mapping[str, Any]) -> dict[str, Any]:
    return {code: arrays[f"{name}.{code}"].astype(np.float32) for code in codes}


def _elsewhere(about: Mapping[str, Any], arrays: Mapping[str, Any]) -> Elsewhere:
    head = _head(ELSEWHERE, about[ELSEWHERE], arrays)
    gate = arrays[f"{ELSEWHERE}.gate"].astype(np.float32)
    return Elsewhere(
        head,
        _means(f"{ELSEWHERE}.mean", about["languages"], arrays),
        gate,
        np.float32(arrays[f"{ELSEWHERE}.gate_bias"]),
    )


def save_fusion(found: Fusion, folder: Path = FOLDER) -> Path:
    """Write what was learnt; the same is the same bytes."""
    about: dict[str, Any] = {
        "version": found.version,
        "heads": {name: head.labels for name, head in sorted(found.heads.items())},
        "languages": sorted(found.means),
    }
    if found.elsewhere is not None:
        about[ELSEWHERE] = found.elsewhere.head.labels
    arrays: dict[str, Any] = {"about": np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8)}
    for name, head in sorted(found.heads.items()):
        arrays |= _parts(name, head)
    arrays |= {f"mean.{code}": mean.astype(np.float32) for code, mean in sorted(found.means.items())}
    if found.elsewhere is not None:
        arrays |= _arrays(found.elsewhere)
    path = folder / FILE
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    return path


def _parts(name: str, head: FusedHead) -> dict[str, Any]:
    """What is kept of a head."""
    arrays: dict[str, Any] = {f"{name}.{part}": getattr(head, part).astype(np.float32) for part in _PARTS}
    arrays[f"{name}.floor"] = np.float32(head.floor)
    if head.hidden is not None:
        layer = zip(_LAYER, (head.hidden.coefficients, head.hidden.bias), strict=True)
        arrays |= {f"{name}.{part}": shortened(values) for part, values in layer}
        arrays[f"{name}.coefficients"] = shortened(head.coefficients)
    if head.adds is not None:
        arrays[f"{name}.adds"] = head.adds.astype(np.int8)
    return arrays


def _arrays(found: Elsewhere) -> dict[str, Any]:
    """What is kept of the judgement of other kinds of text."""
    arrays = _parts(ELSEWHERE, found.head)
    arrays |= {f"{ELSEWHERE}.mean.{code}": mean.astype(np.float32) for code, mean in sorted(found.means.items())}
    arrays |= {
        f"{ELSEWHERE}.gate": found.gate.astype(np.float32),
        f"{ELSEWHERE}.gate_bias": np.float32(found.gate_bias),
    }
    return arrays


def _whole(text: Text) -> str:
    return f"{text.title}\n{text.text}" if text.title and not text.text.startswith(text.title) else text.text
