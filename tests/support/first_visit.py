"""A first visit as Chromium sees it: everything that was fetched, from where, and the bytes that came over the line."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, StorageState


@dataclass
class Visit:
    """A page with a cold cache, and what it fetched."""

    page: Page
    line: Any
    """The page's session of Chrome's DevTools protocol."""
    hosts: set[str] = field(default_factory=set)
    received: dict[str, int] = field(default_factory=dict)
    """Bytes by request, heads included, as they were sent: packed where they were packed."""
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """All that came over the line."""
        return sum(self.received.values())

    def by_size(self) -> list[tuple[int, str]]:
        """The bytes of each address, the most first."""
        return sorted(((size, self.addresses[one]) for one, size in self.received.items()), reverse=True)


def prepare(browser: Browser, url: str, state: StorageState | None = None) -> Visit:
    """A browser that was never here, but for the cookies in `state`; it has opened nothing yet."""
    context = browser.new_context(base_url=url, storage_state=state, locale="nl-NL", service_workers="block")
    page = context.new_page()
    visit = Visit(page, context.new_cdp_session(page))

    def sent(event: dict[str, Any]) -> None:
        address = urlsplit(event["request"]["url"])
        visit.addresses[event["requestId"]] = address.path or event["request"]["url"][:60]
        if address.scheme != "data":
            visit.hosts.add(address.netloc)

    def finished(event: dict[str, Any]) -> None:
        visit.received[event["requestId"]] = int(event["encodedDataLength"])

    visit.line.on("Network.requestWillBeSent", sent)
    visit.line.on("Network.loadingFinished", finished)
    visit.line.send("Network.enable")
    return visit
