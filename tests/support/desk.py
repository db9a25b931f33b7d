"""Clients of a desk under test: a browser that has logged in, and an integration with a token."""

from datetime import timedelta

from fastapi.testclient import TestClient

from services.runtime.clock import system_clock
from services.runtime.web.identity import SCOPES, Role, Scope, issue_token
from tests.browser.desk_backend import KEY, PASSWORD, SPOOR, TestDesk


def enter(desk: TestDesk, name: str = "youssef") -> TestClient:
    """A browser that has logged in, with the session's token on every request."""
    client = TestClient(desk.app, follow_redirects=False)
    answer = client.post("/login", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    identity = desk.accounts.find(client.cookies["webcare_session"], desk.backend.clock())
    assert identity is not None
    client.headers["X-CSRF-Token"] = identity.csrf
    return client


def robot(desk: TestDesk, role: Role = "agent", *scopes: Scope) -> TestClient:
    token = issue_token(KEY, "robot", {SPOOR: role}, frozenset(scopes or SCOPES), system_clock(), timedelta(hours=1))
    return TestClient(desk.app, headers={"Authorization": f"Bearer {token}"}, follow_redirects=False)
