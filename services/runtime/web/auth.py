"""Who may: the dependencies that find out who asks, what they may do, and that a form was ours.

A session request that changes something must carry the session's CSRF token, in the form field `csrf` or the header
`X-CSRF-Token`. A bearer token needs none: no browser sends one by itself.
"""

import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from services.runtime.web.identity import Identity, Role, Scope, TokenError, read_token
from services.runtime.web.layout import web_of
from services.runtime.web.problems import NotLoggedInError, Problem

SESSION_COOKIE = "webcare_session"
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def current_identity(request: Request) -> Identity:
    """Who asks, by bearer token or session; kept on the request.

    Raises:
        NotLoggedInError: nobody that we know.
        Problem: 401 for a token that is not valid; 403 for an unsafe request without the session's CSRF token.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        identity = _from_token(request, token.strip())
    else:
        identity = await _from_session(request)
        if request.method not in SAFE_METHODS:
            await _check_csrf(request, identity)
    request.state.identity = identity
    return identity


Asking = Annotated[Identity, Depends(current_identity)]
"""A route parameter of this type is who asks; a stranger is turned away."""


def _from_token(request: Request, token: str) -> Identity:
    try:
        return read_token(web_of(request).signing_key, token)
    except TokenError as error:
        headers = {"WWW-Authenticate": 'Bearer realm="webcare", error="invalid_token"'}
        raise Problem(401, "invalid_token", str(error), headers) from error


async def _from_session(request: Request) -> Identity:
    cookie, web = request.cookies.get(SESSION_COOKIE), web_of(request)
    identity = await run_in_threadpool(web.sessions.find, cookie, web.clock()) if cookie else None
    if identity is None:
        raise NotLoggedInError
    return identity


async def _check_csrf(request: Request, identity: Identity) -> None:
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.headers.get("content-type", "").startswith(_FORMS):
        field = (await request.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if not identity.csrf or not hmac.compare_digest((given or "").encode(), identity.csrf.encode()):
        raise Problem(403, "csrf", "The form is not from this session; load the page again.")


def own_form(request: Request) -> None:
    """A dependency of forms that need no session: refuses one that another site has sent.

    Browsers say where a form is from (`Sec-Fetch-Site`); older ones at least by `Origin`.

    Raises:
        Problem: 403.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = site not in ("same-origin", "none") if site else origin and urlsplit(origin).netloc != request.url.netloc
    if foreign:
        raise Problem(403, "csrf", "The form is not ours.")


def require(identity: Identity, team: str, role: Role = "viewer", scope: Scope = "read") -> None:
    """Refuse with 403 who has not at least `role` in `team`, and `scope`. A team one is not in does not show itself."""
    if not identity.may(team, role, scope):
        raise Problem(403, "forbidden", f"This needs the role {role} in the team and the scope {scope}.")


def teams_with(identity: Identity, role: Role = "viewer", scope: Scope = "read") -> tuple[str, ...]:
    """The teams in which they have at least `role`, and `scope`; for lists without a team in the address."""
    return tuple(sorted(team for team in identity.teams if identity.may(team, role, scope)))


def safe_next(address: str | None, otherwise: str = "/inbox") -> str:
    """Where to go after a form: a path of ours. An address elsewhere, or one a browser reads so, becomes `otherwise`."""
    if not address or len(address) > 2000 or not address.isprintable() or "\\" in address:
        return otherwise
    try:
        parts = urlsplit(address)
    except ValueError:
        return otherwise
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//"):
        return otherwise
    return address
