"""One heap for all threads, as glibc itself tells how many it has made."""

import ctypes
import os
import subprocess
import sys

GLIBC = hasattr(ctypes.CDLL(None), "gnu_get_libc_version")
SCRIPT = """
import ctypes, sys, threading
from services.runtime.heap import one_heap
libc = ctypes.CDLL(None)
glibc = hasattr(libc, "gnu_get_libc_version")
if sys.argv[1] == "with":
    assert one_heap() is glibc
if not glibc:
    sys.exit()
together, kept = threading.Barrier(16), []
def take():
    together.wait(20)
    kept.append([bytes(5_000) for _ in range(200)])
threads = [threading.Thread(target=take) for _ in range(16)]
[one.start() for one in threads], [one.join() for one in threads]
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fflush.argtypes = [ctypes.c_void_p]
out = libc.fdopen(1, b"w")
libc.malloc_info(0, out)
libc.fflush(out)
"""


def test_threads_share_one_heap_where_glibc_is() -> None:
    """In processes of their own: it holds for all of one. Sixteen threads take memory at once."""
    assert heaps("with") <= 1


def test_without_it_there_are_more() -> None:
    """Else the other test would show nothing."""
    assert heaps("without") > 1 or not GLIBC


def test_who_says_otherwise_in_the_environment_has_it_so() -> None:
    script = "from services.runtime.heap import one_heap; print(one_heap())"
    assert output(script, MALLOC_ARENA_MAX="4") == "False\n"


def heaps(how: str) -> int:
    """How many glibc has made in the end; 0 where it is another library."""
    return output(SCRIPT, how).count("<heap nr=")


def output(script: str, *more: str, **environment: str) -> str:
    known = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    called = [sys.executable, "-c", script, *more]
    return subprocess.run(
        called, check=True, capture_output=True, text=True, timeout=60, env=known | environment
    ).stdout
