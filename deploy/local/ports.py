"""Ports on this machine: is one free, and which is."""

import socket
from collections.abc import Collection

from deploy.local.engine import EngineError

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free to listen on
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(engine: str, port: int, remedy: str) -> None:
    """Raise EngineError, naming the port and what to set, unless `port` is free."""
    if not is_free(port):
        raise EngineError(f"{engine}: port {port} is taken by another program; stop that or set {remedy}")


def neighbour(port: int, taken: Collection[int]) -> int:
    """The first free port after `port` that is not in `taken`: for what only the engine itself connects to."""
    for candidate in range(port + 1, min(port + 200, 65536)):
        if candidate not in taken and is_free(candidate):
            return candidate
    raise EngineError(f"no free port between {port} and {port + 200}: stop some programs or choose another port")


def free_ports(count: int) -> list[int]:
    """Different ports that are free now, for tests: below the range from which outgoing connections take theirs."""
    found: list[int] = []
    with socket.socket() as seed:
        seed.bind((HOST, 0))
        port = 15000 + seed.getsockname()[1] % 15000
    while len(found) < count:
        port = neighbour(port, found)
        found.append(port)
    return found
