"""Where each mention stands on a partition of `mentions.classified`: its latest offset, at 16 bytes a mention. Pure.

An id is known by its first 64 bits. Used by `reread/archive.py`, which looks at the whole id of what it reads.
"""

import numpy as np
import numpy.typing as npt

_MERGED_AT = 20_000


class Places:
    """Grows by `put`; of more than `most` mentions the ones that stand first are forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._keys: npt.NDArray[np.uint64] = np.zeros(0, np.uint64)
        self._offsets: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._recent: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._keys) + len(self._recent)

    def put(self, mention: str, offset: int) -> None:
        """A mention stands at `offset`, wherever it stood before."""
        self._recent[_key(mention)] = offset
        if len(self._recent) >= _MERGED_AT:
            self._merge()

    def find(self, mention: str) -> int | None:
        """The offset at which it stands."""
        key = _key(mention)
        if key in self._recent:
            return self._recent[key]
        at = int(np.searchsorted(self._keys, np.uint64(key)))
        return int(self._offsets[at]) if at < len(self._keys) and int(self._keys[at]) == key else None

    def _merge(self) -> None:
        recent = np.fromiter(self._recent.keys(), np.uint64, len(self._recent))
        kept = ~np.isin(self._keys, recent)
        keys = np.concatenate([self._keys[kept], recent])
        offsets = np.concatenate([self._offsets[kept], np.fromiter(self._recent.values(), np.int64, len(self._recent))])
        if len(keys) > self._most:
            latest = np.argpartition(offsets, len(offsets) - self._most)[-self._most :]
            keys, offsets = keys[latest], offsets[latest]
        order = np.argsort(keys)
        self._keys, self._offsets, self._recent = keys[order], offsets[order], {}


def _key(mention: str) -> int:
    return int(mention[:8] + mention[9:13] + mention[14:18], 16)
