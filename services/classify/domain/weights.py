"""The trained weights beside the code (NumPy archives, read without pickle): read once, when a reader is built."""

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from services.classify.domain.linear import Block, Floats, Head, Weights

FOLDER = Path(__file__).parent / "weights"
MODELS = ("voice", "matter")
BITS = 7
"""So many significant bits of each weight are kept."""
_KEY, _NUMBER = "<u4", "<f2"
DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error)
"""What reading a file that is missing or damaged may raise."""


@dataclass(frozen=True, slots=True)
class LanguageWeights:
    """The two models of a language. `version` changes when an answer may."""

    language: str
    version: str
    voice: Weights
    matter: Weights


class WeightsError(ValueError):
    """A file of weights is not one; the text says what is wrong."""


def load_weights(language: str, folder: Path = FOLDER) -> LanguageWeights:
    """The weights of a language.

    Raises:
        WeightsError: the file is missing or damaged.
    """
    path = folder / f"{language}.npz"
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays: dict[str, Any] = {name: archive[name] for name in archive.files}
        about = json.loads(arrays["about"].tobytes())
        models = {name: _weights(name, about[name], arrays) for name in MODELS}
    except DAMAGED as error:
        raise WeightsError(f"{path.name}: not the weights of a reader ({type(error).__name__})") from error
    return LanguageWeights(language, about["version"], models["voice"], models["matter"])


def fingerprint(languages: Iterable[str], folder: Path = FOLDER) -> str:
    """A short hash of the weights of languages: it changes whenever they do."""
    whole = b"".join((folder / f"{code}.npz").read_bytes() for code in languages)
    return hashlib.sha256(whole).hexdigest()[:12]


def save_weights(found: LanguageWeights, folder: Path = FOLDER) -> Path:
    """Write them; the same weights are the same bytes."""
    about: dict[str, Any] = {"version": found.version}
    arrays: dict[str, Any] = {}
    for name, model in (("voice", found.voice), ("matter", found.matter)):
        about[name] = [
            {
                "name": head.name,
                "labels": head.labels,
                "first": head.first,
                "bias": [round(float(one), 6) for one in head.bias],
                "temperature": round(head.temperature, 6),
                "lean": [round(float(one), 6) for one in head.lean],
                "floor": round(head.floor, 6),
            }
            for head in model.heads
        ]
        for part in ("words", "pieces", "facts"):
            block: Block = getattr(model, part)
            arrays[f"{name}.{part}.keys"] = _planes(block.keys, _KEY)
            arrays[f"{name}.{part}.weights"] = _planes(shortened(block.weights), _NUMBER)
            arrays[f"{name}.{part}.squares"] = _planes(block.squares, _NUMBER)
        arrays[f"{name}.known"] = _bytes("\n".join(sorted(model.known)))
    arrays["about"] = _bytes(json.dumps(about, sort_keys=True))
    path = folder / f"{found.language}.npz"
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    return path


def shortened(values: Floats) -> npt.NDArray[np.float16]:
    """Numbers with `BITS` significant bits: a file of them is a fifth smaller, and no reading changes."""
    mantissas, exponents = np.frexp(values.astype(np.float32))
    return np.asarray(np.ldexp(np.round(mantissas * 2**BITS) / 2**BITS, exponents), np.float16)


def _planes(values: npt.NDArray[Any], kind: str) -> npt.NDArray[np.uint8]:
    """The first bytes of all numbers, then the second ones…: alike ones together take a tenth less room in the file."""
    parts = values.astype(kind).view(np.uint8).reshape(*values.shape, -1)
    return np.ascontiguousarray(np.moveaxis(parts, -1, 0))


def _of_planes(planes: npt.NDArray[np.uint8], kind: str, axes: int) -> npt.NDArray[Any]:
    if planes.dtype != np.uint8 or planes.ndim != axes + 1 or len(planes) != np.dtype(kind).itemsize:
        raise ValueError(f"no planes of {kind}: {planes.dtype}, {planes.shape}")
    return np.asarray(np.ascontiguousarray(np.moveaxis(planes, 0, -1)).view(kind)[..., 0])


def _bytes(text: str) -> Any:
    return np.frombuffer(text.encode(), np.uint8)


def _weights(name: str, heads: Any, arrays: Any) -> Weights:
    return Weights(
        heads=tuple(
            Head(
                one["name"],
                tuple(one["labels"]),
                int(one["first"]),
                np.array(one["bias"], np.float32),
                float(one["temperature"]),
                np.array(one["lean"], np.float32),
                float(one["floor"]),
            )
            for one in heads
        ),
        words=_block(f"{name}.words", arrays),
        pieces=_block(f"{name}.pieces", arrays),
        facts=_block(f"{name}.facts", arrays),
        known=frozenset(arrays[f"{name}.known"].tobytes().decode().split("\n")),
    )


def _block(name: str, arrays: Any) -> Block:
    return Block(
        _of_planes(arrays[f"{name}.keys"], _KEY, 1).astype(np.uint32),
        _of_planes(arrays[f"{name}.weights"], _NUMBER, 2).astype(np.float32),
        _of_planes(arrays[f"{name}.squares"], _NUMBER, 1).astype(np.float32),
    )
