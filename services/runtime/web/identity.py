"""Who is asking: the port between the web apps and the accounts, and the bearer tokens that every process can check.

The desk keeps the accounts and implements `Sessions`; the composition root hands it to the report as well, so that people
log in once. Tokens are JWTs (HS256) signed with the shared key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

import jwt

Role = Literal["viewer", "agent", "lead", "admin"]
RANK: Mapping[Role, int] = {"viewer": 0, "agent": 1, "lead": 2, "admin": 3}
Scope = Literal["mentions:write", "read", "commands", "admin"]
SCOPES: tuple[Scope, ...] = ("mentions:write", "read", "commands", "admin")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person who logged in, or an integration with a token. `name` is also their person id in a rota.

    `teams` maps each team to the role in it. `scopes` is everything for a session; for a token what it grants.
    """

    name: str
    display_name: str
    teams: Mapping[str, Role]
    scopes: frozenset[Scope] = frozenset(SCOPES)
    language: str | None = None
    csrf: str = ""
    """The token that this session's forms must carry; empty for a bearer token, which needs none."""
    session: bool = field(default=True)
    agency: bool = False
    """Whether they are agency staff: at most agents, and nobody who approves."""

    def may(self, team: str, role: Role, scope: Scope) -> bool:
        """Whether they have at least `role` in `team`, and `scope`."""
        held = self.teams.get(team)
        return held is not None and RANK[held] >= RANK[role] and scope in self.scopes


class Sessions(Protocol):
    """Finds who a session cookie belongs to; `None` when it is unknown, expired, revoked or its account disabled."""

    def find(self, cookie: str, now: datetime) -> Identity | None: ...


class TokenError(ValueError):
    """A bearer token is malformed, forged or expired."""


def issue_token(
    key: str, name: str, teams: Mapping[str, Role], scopes: frozenset[Scope], now: datetime, lifetime: timedelta
) -> str:
    """A signed bearer token."""
    claims = {
        "sub": name,
        "teams": dict(teams),
        "scopes": sorted(scopes),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "aud": "webcare",
    }
    return jwt.encode(claims, key, algorithm="HS256")


def read_token(key: str, token: str) -> Identity:
    """Who a bearer token speaks for.

    Raises:
        TokenError: it is malformed, signed with another key, or expired.
    """
    try:
        claims = jwt.decode(
            token, key, algorithms=["HS256"], audience="webcare", options={"require": ["exp", "sub", "aud"]}
        )
        teams: dict[str, Role] = {str(team): role for team, role in claims["teams"].items() if role in RANK}
        scopes = frozenset(scope for scope in SCOPES if scope in claims["scopes"])
        return Identity(str(claims["sub"]), str(claims["sub"]), teams, scopes, session=False)
    except (jwt.InvalidTokenError, KeyError, AttributeError, TypeError) as error:
        raise TokenError("the bearer token is not valid here, or has expired") from error
