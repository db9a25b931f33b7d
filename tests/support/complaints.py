"""What a browser's console says of a page that nobody should have to read: errors and warnings, broken rules of the content
security policy among them, and scripts that end in an error."""

from collections.abc import Sequence

from playwright.sync_api import ConsoleMessage, Page


def complaints_of(page: Page, *, but: Sequence[str] = ()) -> list[str]:
    """Listens to a page from now on; in the list comes each complaint, but for the console's that say one of `but`."""
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(one in message.text for one in but):
            found.append(f"{message.text} ({message.location['url']})")

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
