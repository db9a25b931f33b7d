"""A form of the ground rules in somebody's browser, and what its page says, for the tests of the desk's pages."""

import html
import re
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from services.contracts.teams import TeamConfig
from tests.browser.desk_backend import SPOOR, TestDesk
from tests.support.desk import enter


def agreed(desk: TestDesk) -> TeamConfig:
    """What Spoorlijn has agreed."""
    config = desk.model.config(SPOOR)
    assert config is not None
    return config


def plain(answer: Response) -> str:
    """What a page says, without its marking and its directions of writing."""
    assert answer.status_code == 200, answer.text
    main = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    assert main
    return " ".join(re.sub("[\u2066-\u2069]", "", html.unescape(re.sub(r"<[^>]+>", " ", main[0]))).split())


def hidden(page: str, name: str) -> str:
    """What a page hid in its form."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


class Form:
    """A form of the ground rules in somebody's browser: what is typed goes with what the page hid in it."""

    def __init__(self, desk: TestDesk, subject: str, rule: str = "", who: str = "lena", language: str = "nl") -> None:
        self.client: TestClient = enter(desk, who)
        self.path = f"/handbook/agreements/{subject}?team={SPOOR}{'&rule=' + rule if rule else ''}"
        self.client.headers["Accept-Language"] = language
        self.answer: Response = self.client.get(self.path)
        assert self.answer.status_code == 200, self.answer.text

    def send(self, do: str, **typed: Any) -> Response:
        fixed = {name: hidden(self.answer.text, name) for name in ("based_on", "seen", "key")}
        self.answer = self.client.post(self.path, data=fixed | typed | {"do": do})
        return self.answer

    def saved(self, **typed: Any) -> str:
        """Look at it, make it hold; what the page that follows says."""
        assert self.send("look", **typed).status_code == 200, self.answer.text
        answer = self.send("save", **typed)
        assert answer.status_code == 303, plain(answer)
        return plain(self.client.get(answer.headers["location"]))
