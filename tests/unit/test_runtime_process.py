"""What every process shows of itself: its logs, its health over HTTP, and who it lets in."""

import json
import logging
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from services.runtime.health import Health, HealthServer
from services.runtime.logs import JsonFormatter
from services.runtime.metrics import LIVE_CLIENTS
from services.runtime.web.identity import Identity, Role, Scope, TokenError, issue_token, read_token

KEY = "an-example-key-of-more-than-32-characters"


# -- logs --------------------------------------------------------------------------------------------------------------


def line(message: str, *args: object, **extra: object) -> dict[str, object]:
    logger = logging.Logger("services.classify.main")
    made = logger.makeRecord(logger.name, logging.WARNING, "f.py", 1, message, args, None, extra=extra)
    written = JsonFormatter("classify").format(made)
    assert "\n" not in written
    found: dict[str, object] = json.loads(written)
    return found


def test_a_log_line_is_one_json_object_with_the_mention_and_the_trace_it_is_about() -> None:
    found = line("refused %s", "é\n", mention="m1", trace="4bf9", topic="t", offset=7, password="hunter2")
    assert (
        found.items()
        >= {
            "level": "WARNING",
            "service": "classify",
            "logger": "services.classify.main",
            "message": "refused é\n",
            "mention": "m1",
            "trace": "4bf9",
            "topic": "t",
            "offset": 7,
        }.items()
    )
    assert "hunter2" not in json.dumps(found)
    assert datetime.fromisoformat(str(found["at"])).tzinfo is not None


def test_an_exception_stays_within_its_line() -> None:
    try:
        raise ValueError("a defect")
    except ValueError:
        made = logging.LogRecord("x", logging.ERROR, "f.py", 1, "failed", (), sys.exc_info())
    written = JsonFormatter("route").format(made)
    assert "\n" not in written
    assert "ValueError: a defect" in json.loads(written)["error"]


# -- health ------------------------------------------------------------------------------------------------------------


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_process_says_over_http_how_it_is() -> None:
    state = {"kafka": "no connection"}
    health = Health()
    health.add("kafka", lambda: state.get("kafka"))
    LIVE_CLIENTS.set(2)
    with HealthServer("127.0.0.1", 0, health) as server:
        assert get(server.port, "/health/live") == (200, '{"status": "ok"}')
        status, body = get(server.port, "/health/ready")
        assert (status, json.loads(body)["missing"]) == (503, ["kafka: no connection"])
        state.clear()
        assert get(server.port, "/health/ready?verbose=1")[0] == 200
        assert "webcare_live_clients 2.0" in get(server.port, "/metrics")[1]
        assert get(server.port, "/")[0] == 404


def test_a_process_is_not_ready_before_its_checks_are_there() -> None:
    health = Health(awaits=("partitions",))
    assert health.missing() == ["partitions: not begun yet"]
    health.add("partitions", lambda: None)
    assert health.missing() == []


def test_a_loop_that_is_silent_for_too_long_is_neither_live_nor_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("services.runtime.health.time.monotonic", lambda: now[0])
    health = Health(stuck_after=120)
    now[0] += 119
    assert health.live() == []
    now[0] += 2
    assert health.live() == health.missing() == ["the loop has been silent for 121 s"]
    health.beat()
    assert health.missing() == []


# -- tokens ------------------------------------------------------------------------------------------------------------

TEAMS: Mapping[str, Role] = {"spoorlijn": "agent", "kassa": "viewer"}
SOME: frozenset[Scope] = frozenset({"read"})


def token(key: str = KEY, lifetime: timedelta = timedelta(hours=1), scopes: frozenset[Scope] = SOME) -> str:
    return issue_token(key, "crm", TEAMS, scopes, datetime.now(UTC), lifetime)


def forged(key: str = KEY, algorithm: str = "HS256", **claims: object) -> str:
    good: dict[str, object] = {"sub": "crm", "teams": {}, "scopes": [], "aud": "webcare", "exp": 32503680000}
    return jwt.encode({k: v for k, v in (good | claims).items() if v is not None}, key, algorithm=algorithm)


def test_a_token_says_who_which_teams_and_what() -> None:
    identity = read_token(KEY, token())
    assert (identity.name, identity.teams, identity.scopes, identity.session) == ("crm", TEAMS, SOME, False)


def test_a_token_grants_what_it_says_and_no_more() -> None:
    identity = read_token(KEY, token())
    assert identity.may("spoorlijn", "viewer", "read")
    assert identity.may("spoorlijn", "agent", "read")
    assert not identity.may("spoorlijn", "lead", "read")
    assert not identity.may("spoorlijn", "agent", "commands")
    assert not identity.may("kassa", "agent", "read")
    assert not identity.may("elders", "viewer", "read")


def test_a_session_has_every_scope_of_its_role() -> None:
    person = Identity("anouk", "Anouk Visser", {"spoorlijn": "lead"})
    assert person.may("spoorlijn", "agent", "commands")
    assert not person.may("spoorlijn", "admin", "commands")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "not.a.token",
        token(key="another-key-of-more-than-32-characters-"),
        token(lifetime=timedelta(seconds=-1)),
        token()[:-2],
        forged(algorithm="none", key=""),
        forged(algorithm="HS512", key=KEY + KEY),
        forged(aud="another-product"),
        forged(exp=None),
        forged(sub=None),
        forged(teams=["spoorlijn"]),
        forged(scopes=None),
    ],
)
def test_what_is_forged_expired_or_malformed_is_refused(given: str) -> None:
    with pytest.raises(TokenError):
        read_token(KEY, given)


def test_unknown_roles_and_scopes_grant_nothing() -> None:
    identity = read_token(KEY, forged(teams={"spoorlijn": "owner", "kassa": "lead"}, scopes=["read", "everything"]))
    assert identity.teams == {"kassa": "lead"}
    assert identity.scopes == {"read"}
