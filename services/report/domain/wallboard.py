"""The private link of a wallboard: a signed word that names a team and until when, and nothing else. Pure.

It is a JWT for an audience of its own, so that it opens no API and no bearer token opens a wallboard. Raising
`wallboard_epoch` ends every link.
"""

from datetime import datetime, timedelta

import jwt

AUDIENCE = "webcare-wallboard"


class LinkError(ValueError):
    """The link is not (or no longer) one of ours."""


def make_link(key: str, team: str, epoch: int, now: datetime, days: int) -> str:
    """The token of a link that works for `days`."""
    until = now + timedelta(days=days)
    claims = {"team": team, "epoch": epoch, "aud": AUDIENCE, "exp": int(until.timestamp())}
    return jwt.encode(claims, key, algorithm="HS256")


def read_link(key: str, token: str, epoch: int, now: datetime) -> str:
    """The team whose wallboard a token opens.

    Raises:
        LinkError: it is forged, of an earlier epoch, or expired at `now`.
    """
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            audience=AUDIENCE,
            options={"require": ["exp", "aud", "team", "epoch"], "verify_exp": False},
        )
        expires, given, team = float(claims["exp"]), claims["epoch"], claims["team"]
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise LinkError("not a link to a wallboard") from error
    if given != epoch or expires <= now.timestamp() or not isinstance(team, str):
        raise LinkError("this link to a wallboard has ended")
    return team
