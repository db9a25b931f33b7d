"""HTTP to public addresses only, for addresses that people type in: nothing inside the network is reached through us.

Part of `httpx`, below redirects: every hop is looked up once, all of its addresses must be public, and the connection goes
to an address that was looked at, so that a name that changes in between leads nowhere else (OWASP: server-side request
forgery, DNS rebinding). Proxies of the environment are not used.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Collection

import httpx

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Lookup = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host and port; raises `OSError`."""


class NotPublicError(httpx.TransportError):
    """The address of `host` is inside a network; the text says so, for people."""

    def __init__(self, host: str, request: httpx.Request) -> None:
        super().__init__(f"{host} is not a public address", request=request)
        self.host = host


def is_public(address: str) -> bool:
    """Whether an IP address, and the IPv4 address that it may hold, is reachable by everybody."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


async def looked_up(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class PublicOnly(httpx.AsyncBaseTransport):
    """Refuses whatever is not public, but for the hosts named in `allowed`."""

    def __init__(
        self, inner: httpx.AsyncBaseTransport, allowed: Collection[str] = (), lookup: Lookup = looked_up
    ) -> None:
        self._inner, self._allowed, self._lookup = inner, frozenset(allowed), lookup

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, to an address that was looked at.

        Raises:
            NotPublicError: one of the host's addresses is not public.
            httpx.ConnectError: the host has no address.
        """
        url = request.url
        if url.host in self._allowed:
            return await self._inner.handle_async_request(request)
        host = url.raw_host.decode("ascii")
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = await self._lookup(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{url.host} has no address", request=request) from error
        if not addresses or not all(map(is_public, addresses)):
            raise NotPublicError(url.host, request)
        pinned = httpx.Request(
            request.method,
            url.copy_with(host=addresses[0]),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return await self._inner.handle_async_request(pinned)

    async def aclose(self) -> None:
        """Close what is below."""
        await self._inner.aclose()
