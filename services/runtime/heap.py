"""How the C library keeps memory for a process with many threads (the process `web`). Used by `services/control/web.py`.

glibc gives threads heaps of their own, up to eight for each core, and what is freed in one of them serves no other. Pages
are made in a pool of dozens of threads and their pieces live for minutes: the holes they leave differ in every heap, and the
process grows though it holds no more than before. Python's threads take turns, so that one heap is enough for them.
"""

import ctypes
import os

ONE_HEAP = 1
_M_ARENA_MAX = -8
"""The name of that option in glibc's `malloc.h`."""


def one_heap() -> bool:
    """Keep one heap for all threads; call it before the first of them. `False` where that cannot be set, or is not ours to
    set: another C library, or `MALLOC_ARENA_MAX` in the environment, which says otherwise."""
    if "MALLOC_ARENA_MAX" in os.environ:
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_M_ARENA_MAX, ONE_HEAP) == 1
