"""What people may have us fetch: public addresses, looked at once and connected to as they were looked at."""

import asyncio

import httpx
import pytest

from services.runtime.public_addresses import NotPublicError, PublicOnly, is_public, looked_up


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104  # an address to refuse, not one to listen on
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("2002:7f00:1::", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


class World:
    """Names with their addresses, and what was asked of whom."""

    def __init__(self, allowed: tuple[str, ...] = (), **addresses: list[str]) -> None:
        self.asked: list[httpx.Request] = []
        self.addresses = {name.replace("_", "."): found for name, found in addresses.items()}
        self.transport = PublicOnly(httpx.MockTransport(self.answer), allowed, self.lookup)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path == "/away":
            return httpx.Response(302, headers={"location": "http://inside.example/secret"})
        return httpx.Response(302, headers={"location": "/there"}) if request.url.path == "/" else httpx.Response(200)

    async def lookup(self, host: str, port: int) -> list[str]:
        if host not in self.addresses:
            raise OSError(f"{host}:{port}")
        return self.addresses[host]

    def get(self, url: str) -> httpx.Response:
        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=self.transport, follow_redirects=True) as client:
                return await client.get(url)

        return asyncio.run(asked())


def test_the_connection_goes_to_the_address_that_was_looked_at_under_the_name_that_was_asked() -> None:
    world = World(agenda_example=["93.184.216.34"])
    assert world.get("https://agenda.example/").url == "https://agenda.example/there"
    for request in world.asked:
        assert request.url.host == "93.184.216.34"
        assert request.headers["host"] == "agenda.example"
        assert request.extensions["sni_hostname"] == "agenda.example"


def test_one_address_inside_is_enough_to_refuse_also_after_a_redirect() -> None:
    world = World(agenda_example=["93.184.216.34"], inside_example=["93.184.216.34", "10.0.0.1"])
    for url in ("http://inside.example/", "https://agenda.example/away"):
        with pytest.raises(NotPublicError, match=r"inside\.example"):
            world.get(url)
    assert [one.url.path for one in world.asked] == ["/away"]


def test_a_host_without_an_address_cannot_be_connected_to() -> None:
    with pytest.raises(httpx.ConnectError):
        World().get("http://nowhere.example/")


def test_a_host_that_the_operator_allows_is_not_looked_at() -> None:
    world = World(allowed=("agenda.intern",))
    assert world.get("http://agenda.intern/there").status_code == 200
    assert world.asked[0].url.host == "agenda.intern"


def test_a_name_in_other_letters_is_looked_up_and_asked_as_dns_has_it() -> None:
    world = World()
    world.addresses["xn--bcher-kva.example"] = ["93.184.216.34"]
    assert world.get("https://bücher.example/there").status_code == 200
    assert world.asked[0].extensions["sni_hostname"] == world.asked[0].headers["host"] == "xn--bcher-kva.example"


def test_an_address_that_is_written_out_is_looked_at_too() -> None:
    transport = PublicOnly(httpx.MockTransport(lambda _: httpx.Response(200)))

    async def asked(url: str) -> int:
        async with httpx.AsyncClient(transport=transport) as client:
            return (await client.get(url)).status_code

    for url in ("http://[::1]:9/", "http://127.0.0.1:9/", "http://[::ffff:10.0.0.1]/", "http://2130706433/"):
        with pytest.raises(NotPublicError):
            asyncio.run(asked(url))
    assert asyncio.run(asked("http://[2606:2800:220:1:248:1893:25c8:1946]/")) == 200


def test_the_system_knows_the_addresses_of_a_name() -> None:
    assert set(asyncio.run(looked_up("localhost", 80))) <= {"127.0.0.1", "::1"}
