"""Whom a page asks for anything: whatever is not on the host that served it is somebody else's, and is to be nobody's."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Request

_NOT_ASKED = ("data", "about", "blob")
"""Addresses of what the page has already."""


def asked_elsewhere(context: BrowserContext, url: str) -> list[str]:
    """Watch all pages of a context from now on; in the list comes what they ask for on any other host than that of `url`."""
    asked: list[str] = []

    def note(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in _NOT_ASKED and address.netloc != urlsplit(url).netloc:
            asked.append(request.url)

    context.on("request", note)
    return asked
