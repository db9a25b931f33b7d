"""Where a session is from, without keeping more of anybody than is needed: a network instead of an address, a browser
instead of its whole description. Pure."""

import ipaddress
import re

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def network(address: str) -> str:
    """The network of an address: `192.0.2.0/24`, `2001:db8::/48`; `loopback` for this machine; empty for none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if found.is_loopback:
        return "loopback"
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def source(address: str) -> str:
    """Whom attempts are counted for: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network(f"{found}/64", strict=False))
    return str(found)


def device(agent: str) -> str:
    """`Firefox, Linux` from a `User-Agent`; what is not known is left out."""
    browser = next((name for sign, name in _BROWSERS if re.search(rf"\b{sign}/", agent)), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return ", ".join(filter(None, (browser, system)))
